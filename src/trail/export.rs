//! What a filter of the record holds, as a file, however many entries that are.
use super::{Chosen, Line, told};
use crate::{
    accounts::Staff,
    audit::{self, Wanted},
    clock::jst,
    db::Conn,
    web::{Error, Site, see_other, spreadsheet},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use chrono::{Days, NaiveDateTime};
use futures_util::stream;
use std::collections::BTreeMap;

/// Entries that are in memory at a time.
const PART: i64 = 1_000;

/// In words for people, and as it stands in the chain, so that a hash can be computed again.
const COLUMNS: [&str; 11] = [
    "番号",
    "日時",
    "だれが",
    "どこから",
    "何を",
    "対象",
    "詳細",
    "記録の操作",
    "記録の対象",
    "記録の詳細",
    "ハッシュ",
];

type Row = [String; COLUMNS.len()];

/// `GET /audit/export`: it is on record before the first row leaves; that entry is not in the file.
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let (chosen, now, by) = (Chosen::read(&query), workspace.clock.now(), staff.clone());
    if !chosen.errors().is_empty() {
        return Ok(see_other("/audit"));
    }
    let (wanted, rows, words) = workspace.db.read(move |conn| ask(conn, &chosen)).await?;
    let detail = format!("{rows} rows {words}").trim_end().to_owned();
    let write = move |conn: &mut Conn| staff.record(conn, now, "audit.exported", "audit", &detail);
    workspace.db.write(write).await?;
    let parts = stream::try_unfold((workspace, by, Some(wanted)), |(workspace, by, wanted)| async move {
        let Some(wanted) = wanted else { return Ok(None) };
        let (world, reader) = (workspace.clone(), by.clone());
        let read = move |conn: &mut Conn| part(conn, &world, &reader, wanted);
        let (rows, next) = workspace.db.read(read).await?;
        Ok::<_, Error>(Some((rows, (workspace, by, next))))
    });
    let name = format!("audit_{}.csv", jst(now).format("%Y%m%d_%H%M%S"));
    spreadsheet(&site, &name, COLUMNS, parts)
}

/// What comes in meanwhile belongs to no count and to no file.
fn ask(conn: &mut Conn, chosen: &Chosen) -> Result<(Wanted, i64, String), Error> {
    let mut wanted = chosen.wanted(conn)?;
    let words = words(&wanted);
    let end = audit::head_no(conn)? + 1;
    wanted.below = Some(wanted.below.map_or(end, |below| below.min(end)));
    let rows = audit::count(conn, &wanted)?;
    Ok((wanted, rows, words))
}

/// What narrowed the file, for its own entry: ids, codes and days. Whatever else somebody typed finds nothing, and may be a
/// name: it is said to have been there.
fn words(wanted: &Wanted) -> String {
    let plain = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./".contains(&b));
    let said = |word: &Option<String>, of_ours: &dyn Fn(&str) -> bool| {
        let word = word.as_deref()?;
        Some(
            if plain(word) && of_ours(word) {
                word
            } else {
                "unknown_word"
            }
            .to_owned(),
        )
    };
    let named = |word: &str| word.contains('/') && audit::subject_label(word).0 != word.split('/').next().unwrap_or("");
    let actor = |word: &str| named(word) || audit::actor_word(word).is_some();
    let action = |word: &str| audit::ACTIONS.iter().any(|(action, _)| action.starts_with(word));
    let day = |word: &str, at: Option<NaiveDateTime>, before: u64| {
        at.map(|at| format!("{word} {}", jst(at).date() - Days::new(before)))
    };
    let parts = [
        said(&wanted.actor, &actor),
        said(&wanted.action, &action),
        said(&wanted.subject, &named),
        day("since", wanted.from, 0),
        day("until", wanted.to, 1),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Some rows of the file, and what is wanted of the rest.
fn part(
    conn: &mut Conn,
    workspace: &Workspace,
    reader: &Staff,
    wanted: Wanted,
) -> Result<(Vec<Row>, Option<Wanted>), Error> {
    let entries = audit::search(conn, &wanted, PART)?;
    let is_full = entries.len() as i64 == PART;
    let last = entries.last().filter(|_| is_full).map(|entry| entry.no);
    let next = last.map(|no| Wanted {
        below: Some(no),
        ..wanted
    });
    let lines = told(conn, workspace, entries, &|permission| reader.may(permission))?;
    Ok((lines.into_iter().map(cells).collect(), next))
}

fn cells(line: Line) -> Row {
    let entry = line.entry;
    [
        entry.no.to_string(),
        jst(entry.at).format("%Y-%m-%d %H:%M:%S").to_string(),
        line.who,
        line.place,
        line.what,
        line.subject,
        line.detail,
        entry.action,
        entry.subject,
        entry.detail,
        entry.hash,
    ]
}
