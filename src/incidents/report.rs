//! What is printed and given out about an incident: the report (N8.8), and the report of an accident (NP14, KS23).
use super::{
    pages::{Report, Shown},
    store::{Call, Measure, Note},
};
use crate::{
    audit,
    contacts::Contact,
    db::Conn,
    trail::{Access, Way, Whose},
    web::{
        Error,
        document::{Block, Document},
        ui::when,
    },
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// Whom an accident touches, as the audit record says it.
#[derive(Default)]
pub struct Affected {
    /// One row for each application and inquiry, in the order in which they were first seen.
    pub rows: Vec<Touched>,
    /// Entries that name nobody: what was written out at the command line.
    pub unlisted: usize,
}

pub struct Touched {
    pub whose: Whose,
    /// As people know it.
    pub number: String,
    pub times: usize,
    /// Seen in the clear, or in a file.
    pub in_clear: bool,
    pub first_at: NaiveDateTime,
    pub last_at: NaiveDateTime,
}

/// One row for each application and inquiry of the accesses (oldest first).
pub fn affected(conn: &mut Conn, accesses: &[Access]) -> Result<Affected, Error> {
    let mut found = Affected::default();
    let mut places: BTreeMap<&Whose, usize> = BTreeMap::new();
    for access in accesses {
        if access.way == Way::Export {
            found.unlisted += 1;
        }
        for whose in &access.touched {
            let place = match places.get(whose) {
                Some(place) => *place,
                None => {
                    places.insert(whose, found.rows.len());
                    found.rows.push(Touched {
                        number: whose.number(conn)?,
                        whose: whose.clone(),
                        times: 0,
                        in_clear: false,
                        first_at: access.at,
                        last_at: access.at,
                    });
                    found.rows.len() - 1
                }
            };
            let row = &mut found.rows[place];
            row.times += 1;
            row.in_clear |= access.way.is_clear();
            row.last_at = access.at;
        }
    }
    Ok(found)
}

/// 「申込み2件、問合せ1件」
fn how_many(rows: &[Touched]) -> String {
    let of = |wanted: fn(&Whose) -> bool| rows.iter().filter(|row| wanted(&row.whose)).count();
    let applications = of(|whose| matches!(whose, Whose::Application(_)));
    let inquiries = of(|whose| matches!(whose, Whose::Inquiry(_)));
    format!("申込み{applications}件、問合せ{inquiries}件")
}

fn pair(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

fn list(words: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = words.into_iter().collect();
    match all.is_empty() {
        true => "なし".to_owned(),
        false => all.join("、"),
    }
}

fn or_none(at: Option<NaiveDateTime>) -> String {
    at.map_or("まだ".to_owned(), when)
}

fn header(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn table(caption: &str, cells: &[&str], rows: Vec<Vec<String>>) -> Block {
    match rows.is_empty() {
        true => Block::Text("0件です（確認済み）。".to_owned()),
        false => Block::Table {
            caption: caption.to_owned(),
            header: header(cells),
            rows,
        },
    }
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

/// The report of an incident: what, when, what was done, why, and what follows.
pub fn incident(s: &Shown) -> Document {
    Document {
        title: format!("障害報告書 第{}号", s.incident.no),
        blocks: vec![
            Block::Pairs(facts(s)),
            heading("原因"),
            Block::Text(cause(s)),
            heading("再発防止策"),
            table("再発防止策", &["内容", "担当", "期限", "完了"], measures(s)),
            heading("経過"),
            table("経過", &["日時", "種類", "内容", "記録した人"], notes(s)),
            heading("電話連絡"),
            table("電話連絡", &["日時", "相手", "結果", "メモ", "かけた人"], calls(s)),
        ],
    }
}

fn facts(s: &Shown) -> Vec<(String, String)> {
    let i = &s.incident;
    let functions = s.functions.iter().map(|f| (*f).to_owned());
    let institutions = s.institutions.iter().map(|(_, name)| name.clone());
    vec![
        pair("件名", &i.title),
        pair("重大度", format!("{}（{}）", i.severity.label(), i.severity.meaning())),
        pair("状態", i.state.label()),
        pair("発生", when(i.happened_at)),
        pair("登録", when(i.opened_at)),
        pair("復旧", or_none(i.restored_at)),
        pair("完了", or_none(i.closed_at)),
        pair("影響した機能", list(functions)),
        pair("影響した金融機関", list(institutions)),
    ]
}

fn cause(s: &Shown) -> String {
    s.cause.clone().unwrap_or("調査中です。".to_owned())
}

fn measures(s: &Shown) -> Vec<Vec<String>> {
    let row = |m: &Measure| {
        let done = m.done_at.map_or("未了".to_owned(), when);
        vec![m.body.clone(), m.unit.clone(), m.due.to_string(), done]
    };
    s.measures.iter().map(row).collect()
}

fn notes(s: &Shown) -> Vec<Vec<String>> {
    let row = |(note, by): &(Note, String)| {
        let by = audit::actor_label(by).to_owned();
        vec![when(note.at), note.kind.label().to_owned(), note.body.clone(), by]
    };
    s.notes.iter().map(row).collect()
}

fn calls(s: &Shown) -> Vec<Vec<String>> {
    let row = |(call, contact, by): &(Call, Contact, String)| {
        let outcome = match call.reached {
            true => "つながった",
            false => "つながらない",
        };
        let whom = format!("{} {}", contact.organisation, contact.name);
        vec![when(call.at), whom, outcome.to_owned(), call.note.clone(), by.clone()]
    };
    s.calls.iter().map(row).collect()
}

/// The prescribed contents: which data, how many, where, how; then whom it touches.
pub fn accident(r: &Report) -> Option<Document> {
    let touched = r.affected.rows.iter().map(|row| {
        vec![
            row.number.clone(),
            when(row.first_at),
            when(row.last_at),
            row.times.to_string(),
            seen_how(row.in_clear).to_owned(),
        ]
    });
    let touched: Vec<Vec<String>> = touched.collect();
    let columns = ["受付番号・問合せ番号", "はじめ", "最後", "回数", "見え方"];
    let rows = match touched.is_empty() {
        true => Block::Text("この範囲で申込みと問合せを見た記録は0件です（確認済み）。".to_owned()),
        false => table("影響を受けた申込みと問合せ", &columns, touched),
    };
    Some(Document {
        title: format!("個人情報の事故の報告書（障害 第{}号）", r.shown.incident.no),
        blocks: vec![
            Block::Pairs(prescribed(r)?),
            heading("影響を受けた申込みと問合せ"),
            rows,
        ],
    })
}

fn prescribed(r: &Report) -> Option<Vec<(String, String)>> {
    let (accident, i) = (r.accident.as_ref()?, &r.shown.incident);
    let measures = r.shown.measures.iter();
    let measures = measures.map(|m| format!("{}（期限 {}）", m.body, m.due));
    let mut facts = vec![
        pair("障害", format!("第{}号　{}", i.no, i.title)),
        pair("発生日時", when(i.happened_at)),
        pair("発生場所", &accident.place),
        pair("個人情報の内容", &accident.contents),
        pair("件数", how_many(&r.affected.rows)),
        pair("発生状況", &accident.situation),
        pair("とった対応", &accident.response),
        pair("原因", cause(&r.shown)),
        pair("再発防止策", list(measures)),
        pair("状態", i.state.label()),
        pair("報告書を書いた人", format!("{}　{}", r.made_by, when(accident.made_at))),
    ];
    let who = match r.seen_by.as_str() {
        "" => "全員",
        who => who,
    };
    let (from, to) = (when(accident.seen_from), when(accident.seen_to));
    facts.push(pair("操作記録を調べた範囲", format!("{from} から {to} まで　{who}")));
    if r.affected.unlisted > 0 {
        let times = r.affected.unlisted;
        let text = format!("{times}回。対象者は、出力したファイルで確かめてください。");
        facts.push(pair("一覧・結果の出力", text));
    }
    Some(facts)
}

pub fn seen_how(in_clear: bool) -> &'static str {
    match in_clear {
        true => "伏せない表示・ファイル",
        false => "伏せた表示",
    }
}
