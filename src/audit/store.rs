use super::{Actor, ChainCheck, seal};
use crate::{
    crypto::sha256_hex,
    db::{Conn, Keep, MultiBackend, audit_entries, audit_head, one_at_a_time},
};
use chrono::NaiveDateTime;
use diesel::{dsl::sql, prelude::*, sql_types::Timestamp};

#[derive(Debug, HasQuery)]
#[diesel(table_name = audit_entries)]
pub struct AuditEntry {
    pub no: i64,
    pub at: NaiveDateTime,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
    pub previous_hash: String,
    pub hash: String,
}

impl AuditEntry {
    /// The detail and, of a person at the console, the address.
    pub fn detail_and_place(&self) -> (&str, &str) {
        let (detail, from) = (self.detail.as_str(), super::FROM);
        match (self.actor.starts_with("staff/"), detail.rsplit_once(from)) {
            (true, Some((detail, place))) => (detail, place),
            (true, None) => ("", detail.strip_prefix(from.trim_start()).unwrap_or_default()),
            (false, _) => (detail, ""),
        }
    }

    fn expected_hash(&self) -> String {
        let at = self.at.and_utc().timestamp_micros().to_string();
        let no = self.no.to_string();
        let parts = [
            &self.previous_hash,
            &no,
            &at,
            &self.actor,
            &self.action,
            &self.subject,
            &self.detail,
        ];
        // The length before each part keeps two different entries from giving one text.
        let text: String = parts.iter().map(|p| format!("{}:{p}\n", p.len())).collect();
        sha256_hex(text.as_bytes())
    }
}

/// Appends an entry in the caller's transaction. `subject` is `kind/opaque-id`; `detail` holds no personal data. The
/// address of a person at the console is put behind it.
pub fn record(
    conn: &mut Conn,
    now: NaiveDateTime,
    actor: Actor<'_>,
    action: &str,
    subject: &str,
    detail: &str,
) -> QueryResult<()> {
    // On PostgreSQL two writers must not read the same head.
    one_at_a_time(conn, "audit")?;
    let last = head(conn)?;
    seal::remember(&last);
    let no = last.no + 1;
    let mut entry = AuditEntry {
        no,
        at: now,
        actor: actor.word().into_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: actor.detail(detail).into_owned(),
        previous_hash: last.hash,
        hash: String::new(),
    };
    entry.hash = entry.expected_hash();
    diesel::insert_into(audit_entries::table)
        .values((
            audit_entries::no.eq(entry.no),
            audit_entries::at.eq(entry.at),
            audit_entries::actor.eq(&entry.actor),
            audit_entries::action.eq(&entry.action),
            audit_entries::subject.eq(&entry.subject),
            audit_entries::detail.eq(&entry.detail),
            audit_entries::previous_hash.eq(&entry.previous_hash),
            audit_entries::hash.eq(&entry.hash),
        ))
        .execute(conn)?;
    diesel::update(audit_head::table)
        .set((audit_head::no.eq(no), audit_head::hash.eq(&entry.hash)))
        .kept()
        .execute(conn)?;
    Ok(())
}

/// The end of the chain.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = audit_head)]
pub struct Head {
    pub no: i64,
    pub hash: String,
    /// See `seal`.
    pub seal: String,
}

pub fn head(conn: &mut Conn) -> QueryResult<Head> {
    Head::query().first(conn)
}

/// Puts another seal in the place of the last.
pub fn seal(conn: &mut Conn, text: &str) -> QueryResult<()> {
    let update = diesel::update(audit_head::table).set(audit_head::seal.eq(text));
    update.kept().execute(conn).map(drop)
}

/// Seals a head that never was, unless another node has, or has written meanwhile.
pub fn seal_first(conn: &mut Conn, head: &Head, text: &str) -> QueryResult<()> {
    let bare = audit_head::table.filter(audit_head::seal.eq("").and(audit_head::no.eq(head.no)));
    diesel::update(bare)
        .set(audit_head::seal.eq(text))
        .execute(conn)
        .map(drop)
}

/// Entries read at a time while verifying, so that memory stays constant.
const PAGE: i64 = 1000;

/// What stands before the first entry.
pub const BEGINNING: &str = "mizumado";

/// Walks the chain from its first entry to the head.
pub fn verify(conn: &mut Conn) -> QueryResult<ChainCheck> {
    Ok(match walk(conn, &mut |_| ())? {
        Ok(head) => ChainCheck::Whole(head.no),
        Err(no) => ChainCheck::BrokenAt(no),
    })
}

/// The head, if every entry follows from the one before it; otherwise the first that does not. `passed` is told how many
/// more were read.
pub fn walk(conn: &mut Conn, passed: &mut dyn FnMut(usize)) -> QueryResult<Result<Head, i64>> {
    let (mut no, mut hash) = (0, BEGINNING.to_owned());
    loop {
        // Read first: what is written while we walk comes after it, and is walked too.
        let head = head(conn)?;
        let page: Vec<AuditEntry> = AuditEntry::query()
            .filter(audit_entries::no.gt(no))
            .order(audit_entries::no)
            .limit(PAGE)
            .load(conn)?;
        for entry in &page {
            let follows = entry.no == no + 1 && entry.previous_hash == hash;
            if !follows || entry.hash != entry.expected_hash() {
                return Ok(Err(no + 1));
            }
            (no, hash) = (entry.no, entry.hash.clone());
        }
        passed(page.len());
        if page.is_empty() {
            let is_end = head.no == no && head.hash == hash;
            return Ok(if is_end { Ok(head) } else { Err(no + 1) });
        }
    }
}

/// Subject and detail of every entry of an action, oldest first.
pub fn details_of(conn: &mut Conn, action: &str) -> QueryResult<Vec<(String, String)>> {
    audit_entries::table
        .filter(audit_entries::action.eq(action))
        .order(audit_entries::no)
        .select((audit_entries::subject, audit_entries::detail))
        .load(conn)
}

/// The entries after a number, oldest first.
pub fn after(conn: &mut Conn, no: i64) -> QueryResult<Vec<AuditEntry>> {
    let newer = AuditEntry::query().filter(audit_entries::no.gt(no));
    newer.order(audit_entries::no).load(conn)
}

/// The number of the newest entry.
pub fn head_no(conn: &mut Conn) -> QueryResult<i64> {
    audit_head::table.select(audit_head::no).first(conn)
}

/// The hash of the newest entry.
pub fn head_hash(conn: &mut Conn) -> QueryResult<String> {
    audit_head::table.select(audit_head::hash).first(conn)
}

/// What an audit search is narrowed to. Times are UTC.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `staff/ID`, `system` …
    pub actor: Option<String>,
    /// The beginning of the action: `application.` …
    pub action: Option<String>,
    pub subject: Option<String>,
    pub from: Option<NaiveDateTime>,
    pub to: Option<NaiveDateTime>,
    /// Only entries below this number.
    pub below: Option<i64>,
}

/// The entries, newest first.
pub fn search(conn: &mut Conn, wanted: &Wanted, most: i64) -> QueryResult<Vec<AuditEntry>> {
    // By the index of the days SQLite sorts all their entries for one page; PostgreSQL knows how many there are.
    let days = match conn {
        Conn::Sqlite(_) => "coalesce(audit_entries.at, audit_entries.at)",
        Conn::Postgres(_) => "audit_entries.at",
    };
    let query = narrowed(wanted, days).select(AuditEntry::as_select());
    query.order(audit_entries::no.desc()).limit(most).load(conn)
}

/// How many entries there are.
pub fn count(conn: &mut Conn, wanted: &Wanted) -> QueryResult<i64> {
    narrowed(wanted, "audit_entries.at").count().get_result(conn)
}

/// `days` are the words for when something happened.
fn narrowed<'a>(wanted: &'a Wanted, days: &str) -> audit_entries::BoxedQuery<'a, MultiBackend> {
    let at = || sql::<Timestamp>(days);
    let mut query = audit_entries::table.into_boxed();
    if let Some(actor) = &wanted.actor {
        query = query.filter(audit_entries::actor.eq(actor));
    }
    if let Some(action) = &wanted.action {
        // The last character that sorts: everything that begins with the word lies between.
        let end = format!("{action}\u{10FFFF}");
        query = query.filter(audit_entries::action.ge(action).and(audit_entries::action.lt(end)));
    }
    if let Some(subject) = &wanted.subject {
        query = query.filter(audit_entries::subject.eq(subject));
    }
    if let Some(from) = wanted.from {
        query = query.filter(at().ge(from));
    }
    if let Some(to) = wanted.to {
        query = query.filter(at().lt(to));
    }
    if let Some(below) = wanted.below {
        query = query.filter(audit_entries::no.lt(below));
    }
    query
}
