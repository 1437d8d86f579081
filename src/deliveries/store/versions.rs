use crate::{
    accounts::{Verdict, VersionState},
    db::{Conn, layout_versions},
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// One version of the layout.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = layout_versions)]
pub struct Version {
    pub id: String,
    pub version: i32,
    /// TOML.
    pub body: String,
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

pub struct NewVersion<'a> {
    pub body: &'a str,
    pub effective_from: NaiveDate,
    pub state: VersionState,
    pub made_by: &'a str,
    pub note: &'a str,
}

/// Writes the next version; gives its id.
pub fn add_version(conn: &mut Conn, new: &NewVersion, now: NaiveDateTime) -> QueryResult<String> {
    let last: Option<i32> = layout_versions::table
        .select(diesel::dsl::max(layout_versions::version))
        .first(conn)?;
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(layout_versions::table)
        .values((
            layout_versions::id.eq(&id),
            layout_versions::version.eq(last.unwrap_or(0) + 1),
            layout_versions::body.eq(new.body),
            layout_versions::effective_from.eq(new.effective_from),
            layout_versions::state.eq(new.state.as_str()),
            layout_versions::made_by.eq(new.made_by),
            layout_versions::made_at.eq(now),
            layout_versions::note.eq(new.note),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The first version, where there is none yet.
pub fn seed(conn: &mut Conn, body: &str, now: NaiveDateTime) -> QueryResult<()> {
    if layout_versions::table.count().get_result::<i64>(conn)? > 0 {
        return Ok(());
    }
    let new = NewVersion {
        body,
        effective_from: NaiveDate::default(),
        state: VersionState::Approved,
        made_by: "system",
        note: "出荷時のレイアウト",
    };
    add_version(conn, &new, now).map(drop)
}

pub fn find_version(conn: &mut Conn, id: &str) -> QueryResult<Version> {
    Version::query().filter(layout_versions::id.eq(id)).first(conn)
}

/// 「レイアウト 第3版」 of a version's id; `None` when there is none.
pub fn layout_named(conn: &mut Conn, id: &str) -> QueryResult<Option<String>> {
    let version = find_version(conn, id).optional()?;
    Ok(version.map(|v| format!("レイアウト 第{}版", v.version)))
}

/// 「第3版（全銀の120バイト）」 of several versions, by their id.
pub fn layouts_named(conn: &mut Conn, ids: Vec<String>) -> QueryResult<Vec<(String, String)>> {
    let found: Vec<(String, i32, String)> = layout_versions::table
        .filter(layout_versions::id.eq_any(ids))
        .select((layout_versions::id, layout_versions::version, layout_versions::body))
        .load(conn)?;
    let named = found.into_iter().map(|(id, version, body)| {
        let body: toml::Table = toml::from_str(&body).unwrap_or_default();
        match body.get("name").and_then(|name| name.as_str()) {
            Some(name) => (id, format!("第{version}版（{name}）")),
            None => (id, format!("第{version}版")),
        }
    });
    Ok(named.collect())
}

/// Newest first.
pub fn versions(conn: &mut Conn) -> QueryResult<Vec<Version>> {
    Version::query().order(layout_versions::version.desc()).load(conn)
}

pub fn approved(conn: &mut Conn) -> QueryResult<Vec<Version>> {
    Version::query()
        .filter(layout_versions::state.eq("approved"))
        .order(layout_versions::version.desc())
        .load(conn)
}

/// How many wait for a second person.
pub fn proposed_layouts(conn: &mut Conn) -> QueryResult<i64> {
    layout_versions::table
        .filter(layout_versions::state.eq("proposed"))
        .count()
        .get_result(conn)
}

/// The approved version that counts on a day.
pub fn effective_on(conn: &mut Conn, day: NaiveDate) -> QueryResult<Option<Version>> {
    Version::query()
        .filter(layout_versions::state.eq("approved"))
        .filter(layout_versions::effective_from.le(day))
        .order((layout_versions::effective_from.desc(), layout_versions::version.desc()))
        .first(conn)
        .optional()
}

/// The approved version that this one follows: the one that would count on its first day without it.
pub fn version_before(conn: &mut Conn, version: &Version) -> QueryResult<Option<Version>> {
    let day = version.effective_from;
    let same_day = layout_versions::effective_from
        .eq(day)
        .and(layout_versions::version.lt(version.version));
    Version::query()
        .filter(layout_versions::state.eq("approved"))
        .filter(layout_versions::effective_from.lt(day).or(same_day))
        .order((layout_versions::effective_from.desc(), layout_versions::version.desc()))
        .first(conn)
        .optional()
}

/// Changes a draft that is still as it was seen; `false` when somebody else changed it, or it is no draft of theirs.
pub fn update_draft(
    conn: &mut Conn,
    seen: &Version,
    body: &str,
    effective_from: NaiveDate,
    note: &str,
) -> QueryResult<bool> {
    let changed = diesel::update(layout_versions::table.find(&seen.id))
        .filter(
            layout_versions::state
                .eq("draft")
                .and(layout_versions::body.eq(&seen.body)),
        )
        .set((
            layout_versions::body.eq(body),
            layout_versions::effective_from.eq(effective_from),
            layout_versions::note.eq(note),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// A draft goes to a second person as it was seen.
pub fn propose(conn: &mut Conn, seen: &Version) -> QueryResult<bool> {
    let proposed = diesel::update(layout_versions::table.find(&seen.id))
        .filter(
            layout_versions::state
                .eq("draft")
                .and(layout_versions::body.eq(&seen.body)),
        )
        .set(layout_versions::state.eq("proposed"))
        .execute(conn)?;
    Ok(proposed == 1)
}

/// `false` when it was decided before, or by the person who made it.
pub fn decide(conn: &mut Conn, id: &str, by: &str, verdict: &Verdict, now: NaiveDateTime) -> QueryResult<bool> {
    let decided = diesel::update(layout_versions::table.find(id))
        .filter(
            layout_versions::state
                .eq("proposed")
                .and(layout_versions::made_by.ne(by)),
        )
        .set((
            layout_versions::state.eq(verdict.state().as_str()),
            layout_versions::refusal.eq(verdict.refusal()),
            layout_versions::decided_by.eq(by),
            layout_versions::decided_at.eq(now),
        ))
        .execute(conn)?;
    Ok(decided == 1)
}
