use super::{heading, institution, table};
use crate::{
    clock::jst,
    db::Conn,
    incidents, inquiries, outages, reconciliation,
    web::{Error, document::Block, ui::when},
    workspace::Workspace,
};
use std::collections::BTreeMap;

/// 課題管理表: everything that is open when the paper is made.
pub fn blocks(conn: &mut Conn, workspace: &Workspace) -> Result<Vec<Block>, Error> {
    Ok(vec![
        Block::Text(format!("集計した日時：{}", when(workspace.clock.now()))),
        heading("完了していない障害"),
        broken(conn)?,
        heading("終わっていない再発防止策"),
        measures(conn, workspace)?,
        heading("検討中・対応予定の改善の要望"),
        wishes(conn, workspace)?,
        heading("照合のくいちがい"),
        differences(conn)?,
        heading("これからの停止"),
        stops(conn)?,
    ])
}

fn broken(conn: &mut Conn) -> Result<Block, Error> {
    let row = |i: incidents::Incident| {
        vec![
            format!("第{}号", i.no),
            i.title,
            i.severity.label().to_owned(),
            i.state.label().to_owned(),
            when(i.happened_at),
        ]
    };
    let rows = incidents::not_closed(conn)?.into_iter().map(row).collect();
    let header = ["番号", "件名", "重大度", "状態", "発生"];
    Ok(table("完了していない障害", &header, rows))
}

fn measures(conn: &mut Conn, workspace: &Workspace) -> Result<Block, Error> {
    let today = jst(workspace.clock.now()).date();
    let rows = incidents::open_measures(conn, &workspace.keys)?
        .into_iter()
        .map(|(no, m)| {
            let late = if m.due < today {
                "期限を過ぎています"
            } else {
                ""
            };
            vec![
                format!("障害 第{no}号"),
                m.body,
                m.unit,
                m.due.to_string(),
                late.to_owned(),
            ]
        });
    let header = ["障害", "内容", "担当", "期限", "備考"];
    Ok(table("終わっていない再発防止策", &header, rows.collect()))
}

fn wishes(conn: &mut Conn, workspace: &Workspace) -> Result<Block, Error> {
    let row = |wish: inquiries::Improvement| {
        vec![
            wish.title,
            wish.origin.label().to_owned(),
            wish.state.label().to_owned(),
            when(wish.made_at),
        ]
    };
    let open = inquiries::open_improvements(conn, &workspace.keys)?;
    let rows = open.into_iter().map(row).collect();
    let header = ["要望", "聞いたところ", "状態", "登録"];
    Ok(table("改善の要望", &header, rows))
}

fn differences(conn: &mut Conn) -> Result<Block, Error> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for difference in reconciliation::open_differences(conn)? {
        *counts.entry(difference.kind.label()).or_default() += 1;
    }
    let row = |(label, count): (&str, usize)| vec![label.to_owned(), count.to_string()];
    let rows = counts.into_iter().map(row).collect();
    Ok(table("照合のくいちがい", &["種類", "件数"], rows))
}

fn stops(conn: &mut Conn) -> Result<Block, Error> {
    let mut rows = vec![];
    for outage in outages::unsettled(conn)? {
        rows.push(vec![
            format!("第{}号", outage.no),
            institution(conn, outage.institution_code.as_deref())?,
            format!("{} から {} まで", when(outage.starts_at), when(outage.ends_at)),
            outage.state.label().to_owned(),
        ]);
    }
    let header = ["番号", "止める範囲", "予定", "状態"];
    Ok(table("これからの停止", &header, rows))
}
