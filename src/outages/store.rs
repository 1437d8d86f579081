//! The outages and their steps. What people type is sealed.
use super::model::{Proposal, State, Step, Words};
use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, one_at_a_time, outage_steps, outages},
    web::Error,
};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

/// By so much one person can extend what two agreed upon.
const ALONE: Duration = Duration::hours(24);

/// A planned stop. Times are UTC.
#[derive(Clone, HasQuery)]
#[diesel(table_name = outages)]
pub struct Outage {
    pub id: String,
    pub no: i32,
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// `None`: the whole service.
    pub institution_code: Option<String>,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    work: String,
    notice: String,
    effect: String,
    way_back: String,
    pub proposed_by: String,
    pub proposed_at: NaiveDateTime,
    pub decided_by: Option<String>,
    pub begun_at: Option<NaiveDateTime>,
    pub ended_at: Option<NaiveDateTime>,
    /// The closed time that citizens read.
    pub closure_id: Option<String>,
    /// The end that was agreed upon; extensions leave it as it is.
    agreed_until: Option<NaiveDateTime>,
}
crate::hidden::hidden_debug!(Outage);

fn place<'a>(table: &'a str, row: &'a str, field: &'a str) -> Place<'a> {
    Place { table, row, field }
}

impl Outage {
    /// What was typed, opened.
    pub fn words(&self, keys: &KeyRing) -> Result<Words, Error> {
        let open = |field, sealed: &str| keys.open(place("outages", &self.id, field), sealed);
        Ok(Words {
            work: open("work", &self.work)?,
            notice: open("notice", &self.notice)?,
            effect: open("effect", &self.effect)?,
            way_back: open("way_back", &self.way_back)?,
        })
    }
    /// The latest end that one person can give it; a later one needs a second person.
    pub fn longest(&self) -> NaiveDateTime {
        self.agreed_until.unwrap_or(self.ends_at) + ALONE
    }
    /// `outage/ID`, as audit entries and alarms name it.
    pub fn subject(&self) -> String {
        format!("outage/{}", self.id)
    }
}

/// Writes a proposal down under the next number.
pub fn add(conn: &mut Conn, keys: &KeyRing, new: &Proposal, by: &str, now: NaiveDateTime) -> Result<Outage, Error> {
    one_at_a_time(conn, "outages")?;
    let last: Option<i32> = outages::table.select(diesel::dsl::max(outages::no)).first(conn)?;
    let id = ulid::Ulid::generate().to_string();
    let seal = |field, plain: &str| keys.seal(place("outages", &id, field), plain);
    diesel::insert_into(outages::table)
        .values((
            outages::id.eq(&id),
            outages::no.eq(last.unwrap_or(0) + 1),
            outages::state.eq(State::Proposed.as_str()),
            outages::institution_code.eq(&new.institution_code),
            outages::starts_at.eq(new.starts_at),
            outages::ends_at.eq(new.ends_at),
            outages::agreed_until.eq(new.ends_at),
            outages::work.eq(seal("work", &new.words.work)?),
            outages::notice.eq(seal("notice", &new.words.notice)?),
            outages::effect.eq(seal("effect", &new.words.effect)?),
            outages::way_back.eq(seal("way_back", &new.words.way_back)?),
            outages::proposed_by.eq(by),
            outages::proposed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(find(conn, &id)?)
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Outage> {
    Outage::query().filter(outages::id.eq(id)).first(conn)
}

/// The newest first.
pub fn list(conn: &mut Conn, most: i64) -> QueryResult<Vec<Outage>> {
    Outage::query().order(outages::no.desc()).limit(most).load(conn)
}

/// Those about which something is still to be done, the soonest first.
pub fn unsettled(conn: &mut Conn) -> QueryResult<Vec<Outage>> {
    let words = State::ALL
        .iter()
        .filter(|state| state.is_open())
        .map(|state| state.as_str());
    Outage::query()
        .filter(outages::state.eq_any(words))
        .order((outages::starts_at, outages::id))
        .load(conn)
}

/// How many wait for a second person.
pub fn undecided(conn: &mut Conn) -> QueryResult<i64> {
    let proposed = outages::table.filter(outages::state.eq(State::Proposed.as_str()));
    proposed.count().get_result(conn)
}

/// Those that were to begin in `[from, to)`, the soonest first.
pub fn between(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Outage>> {
    Outage::query()
        .filter(outages::starts_at.ge(from).and(outages::starts_at.lt(to)))
        .order((outages::starts_at, outages::id))
        .load(conn)
}

/// A second person's decision; with `closure`, it is an approval. `false` when it was decided before, or by the proposer.
pub fn decide(conn: &mut Conn, id: &str, by: &str, closure: Option<&str>) -> QueryResult<bool> {
    let others = outages::state
        .eq(State::Proposed.as_str())
        .and(outages::proposed_by.ne(by));
    let to = closure.map_or(State::Refused, |_| State::Approved);
    let decided = diesel::update(outages::table.find(id))
        .filter(others)
        .set((
            outages::state.eq(to.as_str()),
            outages::decided_by.eq(by),
            outages::closure_id.eq(closure),
        ))
        .execute(conn)?;
    Ok(decided == 1)
}

/// Taken back before it began; `false` when it had begun, or was over.
pub fn withdraw(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    let before = outages::state.eq_any([State::Proposed.as_str(), State::Approved.as_str()]);
    let withdrawn = diesel::update(outages::table.find(id))
        .filter(before)
        .set(outages::state.eq(State::Withdrawn.as_str()))
        .execute(conn)?;
    Ok(withdrawn == 1)
}

/// `false` when it is not approved, or has begun.
pub fn begin(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let begun = diesel::update(outages::table.find(id))
        .filter(outages::state.eq(State::Approved.as_str()))
        .set((outages::state.eq(State::Begun.as_str()), outages::begun_at.eq(now)))
        .execute(conn)?;
    Ok(begun == 1)
}

/// Gives an outage that goes on another end and closed time; `false` when its end is not the one that was seen any more.
pub fn extend(conn: &mut Conn, seen: &Outage, ends_at: NaiveDateTime, closure: &str) -> QueryResult<bool> {
    let as_seen = outages::state
        .eq(State::Begun.as_str())
        .and(outages::ends_at.eq(seen.ends_at));
    let extended = diesel::update(outages::table.find(&seen.id))
        .filter(as_seen)
        .set((outages::ends_at.eq(ends_at), outages::closure_id.eq(closure)))
        .execute(conn)?;
    Ok(extended == 1)
}

/// `false` when it had not begun, or has ended.
pub fn end(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let ended = diesel::update(outages::table.find(id))
        .filter(outages::state.eq(State::Begun.as_str()))
        .set((outages::state.eq(State::Ended.as_str()), outages::ended_at.eq(now)))
        .execute(conn)?;
    Ok(ended == 1)
}

/// A step as it was taken.
#[derive(Clone, HasQuery)]
#[diesel(table_name = outage_steps)]
pub struct Taken {
    id: String,
    #[diesel(deserialize_as = String)]
    pub kind: Step,
    pub words: String,
    pub made_by: String,
    pub at: NaiveDateTime,
}
crate::hidden::hidden_debug!(Taken);

pub fn add_step(
    conn: &mut Conn,
    keys: &KeyRing,
    outage_id: &str,
    (kind, words): (Step, &str),
    by: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(outage_steps::table)
        .values((
            outage_steps::id.eq(&id),
            outage_steps::outage_id.eq(outage_id),
            outage_steps::kind.eq(kind.as_str()),
            outage_steps::words.eq(keys.seal(place("outage_steps", &id, "words"), words)?),
            outage_steps::made_by.eq(by),
            outage_steps::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Oldest first, opened.
pub fn steps_of(conn: &mut Conn, keys: &KeyRing, outage_id: &str) -> Result<Vec<Taken>, Error> {
    let rows: Vec<Taken> = Taken::query()
        .filter(outage_steps::outage_id.eq(outage_id))
        .order((outage_steps::at, outage_steps::id))
        .load(conn)?;
    let open = |row: Taken| {
        let words = keys.open(place("outage_steps", &row.id, "words"), &row.words)?;
        Ok(Taken { words, ..row })
    };
    rows.into_iter().map(open).collect()
}
