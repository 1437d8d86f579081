use super::{heading, institution, table};
use crate::{
    db::Conn,
    deliveries,
    enrolment::{self, states::Registration},
    incidents,
    inquiries::{self, Source},
    operations, outages,
    papers::model::month_of,
    web::{Error, document::Block, ui::when},
    workspace::Workspace,
};
use chrono::{NaiveDate, NaiveDateTime, Timelike};
use std::collections::BTreeMap;

/// Columns of the table of applications.
const RESULTS: &[(&str, &[Registration])] = &[
    ("登録完了", &[Registration::Registered]),
    ("登録できない", &[Registration::Rejected]),
    (
        "結果待ち",
        &[
            Registration::Draft,
            Registration::Confirmed,
            Registration::AtInstitution,
            Registration::Checking,
        ],
    ),
    ("結果不明", &[Registration::Unknown]),
    (
        "取りやめ・期限切れ・取下げ",
        &[Registration::Cancelled, Registration::Expired, Registration::Withdrawn],
    ),
    ("訂正", &[Registration::Corrected]),
    ("書面", &[Registration::Paper]),
];

/// 進捗報告書: what came, what was given back, what was asked, what broke, and how long the service was there.
pub fn blocks(conn: &mut Conn, workspace: &Workspace, month: NaiveDate) -> Result<Vec<Block>, Error> {
    let (now, span) = (workspace.clock.now(), month_of(month));
    let mut blocks = vec![
        Block::Text(format!("集計した日時：{}", when(now))),
        heading("申込み（受け付けた月で数え、いまの結果で分けたもの）"),
        applications(conn, span)?,
        heading("還元データ"),
        delivered(conn, span)?,
        heading("問合せ"),
        asked(conn, span, now)?,
        heading("障害"),
        broken(conn, span)?,
        heading("停止予定"),
        stops(conn, span)?,
        heading("稼働率"),
    ];
    blocks.push(uptime(conn, span, now)?);
    Ok(blocks)
}

type Span = (NaiveDateTime, NaiveDateTime);

fn applications(conn: &mut Conn, (from, to): Span) -> Result<Block, Error> {
    let mut by_code: BTreeMap<String, Vec<(Registration, i64)>> = BTreeMap::new();
    for tally in enrolment::tally(conn, from, to)? {
        by_code
            .entry(tally.institution_code)
            .or_default()
            .push((tally.state, tally.count));
    }
    let row = |name: String, counts: &[(Registration, i64)]| {
        let of = |states: &[Registration]| {
            let those = counts.iter().filter(|(state, _)| states.contains(state));
            those.map(|(_, n)| n).sum::<i64>().to_string()
        };
        let mut cells = vec![name];
        cells.extend(RESULTS.iter().map(|(_, states)| of(states)));
        cells.push(of(Registration::ALL));
        cells
    };
    let mut rows = vec![];
    for (code, counts) in &by_code {
        rows.push(row(institution(conn, Some(code))?, counts));
    }
    if !rows.is_empty() {
        let all: Vec<_> = by_code.into_values().flatten().collect();
        rows.push(row("計".to_owned(), &all));
    }
    let mut header = vec!["金融機関"];
    header.extend(RESULTS.iter().map(|(label, _)| *label));
    header.push("計");
    Ok(table("申込み", &header, rows))
}

fn delivered(conn: &mut Conn, (from, to): Span) -> Result<Block, Error> {
    let row = |d: deliveries::Delivery| {
        let again = d.reissue_of.map_or(String::new(), |no| format!("第{no}号の作り直し"));
        vec![
            format!("第{}号", d.no),
            d.day.to_string(),
            d.row_count.to_string(),
            when(d.made_at),
            again,
        ]
    };
    let rows = deliveries::made_between(conn, from, to)?.into_iter().map(row).collect();
    let header = ["番号", "対象の日", "件数", "作った日時", "備考"];
    Ok(table("還元データ", &header, rows))
}

fn asked(conn: &mut Conn, span: Span, now: NaiveDateTime) -> Result<Block, Error> {
    let mut rows = vec![];
    for source in Source::ALL {
        let tally = inquiries::tally(conn, *source, span, now)?;
        let numbers = [tally.received, tally.answered, tally.overdue];
        let cells = numbers.iter().map(i64::to_string);
        rows.push(std::iter::once(source.label().to_owned()).chain(cells).collect());
    }
    let header = ["受け付けた方法", "受付", "回答", "受付のうち、期限を過ぎたもの"];
    Ok(table("問合せ", &header, rows))
}

fn broken(conn: &mut Conn, (from, to): Span) -> Result<Block, Error> {
    let list = incidents::opened_between(conn, from, to)?.into_iter().map(|i| {
        vec![
            format!("第{}号", i.no),
            i.title,
            i.severity.label().to_owned(),
            i.state.label().to_owned(),
            when(i.happened_at),
            i.restored_at.map_or("まだ".to_owned(), when),
        ]
    });
    let header = ["番号", "件名", "重大度", "状態", "発生", "復旧"];
    Ok(table("障害", &header, list.collect()))
}

fn stops(conn: &mut Conn, (from, to): Span) -> Result<Block, Error> {
    let mut rows = vec![];
    for outage in outages::between(conn, from, to)? {
        rows.push(vec![
            format!("第{}号", outage.no),
            institution(conn, outage.institution_code.as_deref())?,
            format!("{} から {} まで", when(outage.starts_at), when(outage.ends_at)),
            outage.state.label().to_owned(),
            outage.ended_at.map_or("―".to_owned(), when),
        ]);
    }
    let header = ["番号", "止める範囲", "予定", "状態", "作業の終わり"];
    Ok(table("停止予定", &header, rows))
}

/// Counted until now, where the month is not over.
fn uptime(conn: &mut Conn, (from, to): Span, now: NaiveDateTime) -> Result<Block, Error> {
    let full_minute = now.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(now);
    let counted = operations::availability(conn, from, to.min(full_minute))?;
    let minutes = |n: i64| format!("{n}分");
    let pair = |label: &str, value: String| (label.to_owned(), value);
    Ok(Block::Pairs(vec![
        pair("稼働率", format!("{:.3}%", counted.percent())),
        pair("数えた時間", minutes(counted.minutes)),
        pair("応答があった時間", minutes(counted.up)),
        pair("応答がなかった時間", minutes(counted.down)),
        pair("計測していない時間", minutes(counted.unseen)),
        pair("予告した停止（数えない）", minutes(counted.announced)),
    ]))
}
