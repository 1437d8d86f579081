//! Requests for improvement (N8.10): what was asked for, what was decided, in which version it came, and who is told.
use super::place;
use crate::{
    crypto::KeyRing,
    db::{Conn, Portable, improvement_askers, improvements, text_enum},
    hidden::hidden_debug,
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

text_enum! {
    /// Where a request stands.
    pub enum ImprovementState {
        Asked = "asked",
        Planned = "planned",
        Done = "done",
        Declined = "declined",
    }
}

impl ImprovementState {
    pub fn label(self) -> &'static str {
        match self {
            ImprovementState::Asked => "検討中",
            ImprovementState::Planned => "対応予定",
            ImprovementState::Done => "対応済み",
            ImprovementState::Declined => "見送り",
        }
    }
}

text_enum! {
    /// Where it was heard.
    pub enum Origin {
        Inquiry = "inquiry",
        Evaluation = "evaluation",
        Staff = "staff",
    }
}

impl Origin {
    pub fn label(self) -> &'static str {
        match self {
            Origin::Inquiry => "問合せ",
            Origin::Evaluation => "アンケート・評価",
            Origin::Staff => "職員の気づき",
        }
    }
}

/// A request. Its words are sealed, because people are quoted; in the clear once it was read.
#[derive(Clone, HasQuery)]
#[diesel(table_name = improvements)]
pub struct Improvement {
    pub id: String,
    pub title: String,
    pub body: String,
    #[diesel(deserialize_as = String)]
    pub origin: Origin,
    #[diesel(deserialize_as = String)]
    pub state: ImprovementState,
    pub rev: i32,
    /// Why it was decided so, in words for those who asked.
    pub reason: String,
    /// The version in which it came.
    pub version: Option<String>,
    pub made_by: String,
    pub made_at: NaiveDateTime,
    pub decided_by: Option<String>,
    pub decided_at: Option<NaiveDateTime>,
}
hidden_debug!(Improvement);

fn open(keys: &KeyRing, mut row: Improvement) -> Result<Improvement, Error> {
    row.title = keys.open(place("improvements", &row.id, "title"), &row.title)?;
    row.body = keys.open(place("improvements", &row.id, "body"), &row.body)?;
    row.reason = keys.open(place("improvements", &row.id, "reason"), &row.reason)?;
    Ok(row)
}

pub fn add_improvement(
    conn: &mut Conn,
    keys: &KeyRing,
    (title, body): (&str, &str),
    origin: Origin,
    by: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(improvements::table)
        .values((
            improvements::id.eq(&id),
            improvements::title.eq(keys.seal(place("improvements", &id, "title"), title)?),
            improvements::body.eq(keys.seal(place("improvements", &id, "body"), body)?),
            improvements::reason.eq(keys.seal(place("improvements", &id, "reason"), "")?),
            improvements::origin.eq(origin.as_str()),
            improvements::state.eq(ImprovementState::Asked.as_str()),
            improvements::rev.eq(0),
            improvements::made_by.eq(by),
            improvements::made_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn find_improvement(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<Improvement, Error> {
    open(keys, Improvement::query().filter(improvements::id.eq(id)).first(conn)?)
}

/// The newest of all, the newest first.
pub fn improvements(conn: &mut Conn, keys: &KeyRing) -> Result<Vec<Improvement>, Error> {
    let rows: Vec<Improvement> = Improvement::query()
        .order((improvements::made_at.desc(), improvements::id.desc()))
        .limit(500)
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// Those in some states, the newest first.
pub fn improvements_in(
    conn: &mut Conn,
    keys: &KeyRing,
    states: &[ImprovementState],
) -> Result<Vec<Improvement>, Error> {
    let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let rows: Vec<Improvement> = Improvement::query()
        .filter(improvements::state.eq_any(words))
        .order((improvements::made_at.desc(), improvements::id.desc()))
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// Notes that who asked this wants it, too; `false` when that is known.
pub fn add_asker(conn: &mut Conn, improvement: &str, inquiry: &str) -> QueryResult<bool> {
    let insert = diesel::insert_into(improvement_askers::table)
        .values((
            improvement_askers::improvement_id.eq(improvement),
            improvement_askers::inquiry_id.eq(inquiry),
        ))
        .on_conflict_do_nothing();
    Ok(Portable(insert).execute(conn)? == 1)
}

/// Those with some ids, the newest first.
pub fn improvements_named(conn: &mut Conn, keys: &KeyRing, ids: &[String]) -> Result<Vec<Improvement>, Error> {
    let rows: Vec<Improvement> = Improvement::query()
        .filter(improvements::id.eq_any(ids))
        .order((improvements::made_at.desc(), improvements::id.desc()))
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// The inquiries of those who asked.
pub fn askers(conn: &mut Conn, improvement: &str) -> QueryResult<Vec<String>> {
    improvement_askers::table
        .filter(improvement_askers::improvement_id.eq(improvement))
        .order(improvement_askers::inquiry_id)
        .select(improvement_askers::inquiry_id)
        .load(conn)
}

/// What was decided of a request.
pub struct Decided<'a> {
    pub state: ImprovementState,
    pub reason: &'a str,
    pub version: Option<&'a str>,
    pub by: &'a str,
}

/// Writes it, if nobody else decided since `seen` was read.
pub fn decide_improvement(
    conn: &mut Conn,
    keys: &KeyRing,
    (id, rev): (&str, i32),
    to: &Decided,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let seen = improvements::table.filter(improvements::id.eq(id).and(improvements::rev.eq(rev)));
    let changed = diesel::update(seen)
        .set((
            improvements::rev.eq(rev + 1),
            improvements::state.eq(to.state.as_str()),
            improvements::reason.eq(keys.seal(place("improvements", id, "reason"), to.reason)?),
            improvements::version.eq(to.version),
            improvements::decided_by.eq(to.by),
            improvements::decided_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}
