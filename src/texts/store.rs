use super::catalogue::TextId;
use crate::{
    accounts::{Verdict, VersionState},
    db::{Conn, text_versions},
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// One version of a text.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = text_versions)]
pub struct TextVersion {
    pub id: String,
    #[diesel(deserialize_as = String)]
    pub name: TextId,
    pub version: i32,
    pub body: String,
    /// From this day in Japan on.
    pub effective_from: NaiveDate,
    #[diesel(deserialize_as = String)]
    pub state: VersionState,
    pub made_by: String,
    pub made_at: NaiveDateTime,
    pub note: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<NaiveDateTime>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// The approved version that counts on a day.
pub fn in_use(conn: &mut Conn, name: TextId, day: NaiveDate) -> QueryResult<Option<TextVersion>> {
    TextVersion::query()
        .filter(text_versions::name.eq(name.as_str()))
        .filter(text_versions::state.eq("approved"))
        .filter(text_versions::effective_from.le(day))
        .order((text_versions::effective_from.desc(), text_versions::version.desc()))
        .first(conn)
        .optional()
}

/// The approved version that this one follows: the one that would count on its first day without it.
pub fn version_before(conn: &mut Conn, version: &TextVersion) -> QueryResult<Option<TextVersion>> {
    let day = version.effective_from;
    let same_day = text_versions::effective_from
        .eq(day)
        .and(text_versions::version.lt(version.version));
    TextVersion::query()
        .filter(text_versions::name.eq(version.name.as_str()))
        .filter(text_versions::state.eq("approved"))
        .filter(text_versions::effective_from.lt(day).or(same_day))
        .order((text_versions::effective_from.desc(), text_versions::version.desc()))
        .first(conn)
        .optional()
}

/// Of one text, newest first.
pub fn versions(conn: &mut Conn, name: TextId) -> QueryResult<Vec<TextVersion>> {
    TextVersion::query()
        .filter(text_versions::name.eq(name.as_str()))
        .order(text_versions::version.desc())
        .load(conn)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<TextVersion> {
    TextVersion::query().filter(text_versions::id.eq(id)).first(conn)
}

/// 「よくある質問 第3版」 of a version's id; `None` when there is none.
pub fn version_named(conn: &mut Conn, id: &str) -> QueryResult<Option<String>> {
    let version = find(conn, id).optional()?;
    Ok(version.map(|v| format!("{} 第{}版", v.name.title(), v.version)))
}

/// The same of several versions, by their id.
pub fn versions_named(conn: &mut Conn, ids: Vec<String>) -> QueryResult<Vec<(String, String)>> {
    let found: Vec<(String, String, i32)> = text_versions::table
        .filter(text_versions::id.eq_any(ids))
        .select((text_versions::id, text_versions::name, text_versions::version))
        .load(conn)?;
    let named = found.into_iter().map(|(id, name, version)| {
        let title = TextId::from_word(&name).map_or(name, |id| id.title().to_owned());
        (id, format!("{title} 第{version}版"))
    });
    Ok(named.collect())
}

/// How many versions of each text wait for a decision.
pub fn proposed(conn: &mut Conn) -> QueryResult<Vec<String>> {
    text_versions::table
        .filter(text_versions::state.eq("proposed"))
        .select(text_versions::name)
        .load(conn)
}

/// The next version as a draft; gives its id.
pub fn draft(
    conn: &mut Conn,
    name: TextId,
    body: &str,
    from: NaiveDate,
    by: &str,
    now: NaiveDateTime,
) -> QueryResult<String> {
    let last: Option<i32> = text_versions::table
        .filter(text_versions::name.eq(name.as_str()))
        .select(diesel::dsl::max(text_versions::version))
        .first(conn)?;
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(text_versions::table)
        .values((
            text_versions::id.eq(&id),
            text_versions::name.eq(name.as_str()),
            text_versions::version.eq(last.unwrap_or(0) + 1),
            text_versions::body.eq(body),
            text_versions::effective_from.eq(from),
            text_versions::state.eq("draft"),
            text_versions::made_by.eq(by),
            text_versions::made_at.eq(now),
            text_versions::note.eq(""),
        ))
        .execute(conn)?;
    Ok(id)
}

/// What is typed into a draft.
#[derive(Clone, Debug)]
pub struct Edit {
    pub body: String,
    pub effective_from: NaiveDate,
    pub note: String,
}

/// Changes a draft that is still as it was seen; `false` when it is none any more, or another tab changed it.
pub fn update(conn: &mut Conn, seen: &TextVersion, edit: &Edit) -> QueryResult<bool> {
    let draft = text_versions::state.eq("draft").and(text_versions::body.eq(&seen.body));
    let changed = diesel::update(text_versions::table.find(&seen.id))
        .filter(draft)
        .set((
            text_versions::body.eq(&edit.body),
            text_versions::effective_from.eq(edit.effective_from),
            text_versions::note.eq(&edit.note),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// A draft goes to a second person as it was seen.
pub fn propose(conn: &mut Conn, seen: &TextVersion) -> QueryResult<bool> {
    let draft = text_versions::state.eq("draft").and(text_versions::body.eq(&seen.body));
    let proposed = diesel::update(text_versions::table.find(&seen.id))
        .filter(draft)
        .set(text_versions::state.eq("proposed"))
        .execute(conn)?;
    Ok(proposed == 1)
}

/// `false` when it was decided before, or by the person who made it.
pub fn decide(conn: &mut Conn, id: &str, by: &str, verdict: &Verdict, now: NaiveDateTime) -> QueryResult<bool> {
    let others = text_versions::state.eq("proposed").and(text_versions::made_by.ne(by));
    let decided = diesel::update(text_versions::table.find(id))
        .filter(others)
        .set((
            text_versions::state.eq(verdict.state().as_str()),
            text_versions::refusal.eq(verdict.refusal()),
            text_versions::decided_by.eq(by),
            text_versions::decided_at.eq(now),
        ))
        .execute(conn)?;
    Ok(decided == 1)
}
