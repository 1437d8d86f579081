use crate::db::{Conn, Keep, Portable, jobs, schedule_leader, schedule_slots};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = jobs)]
pub struct Job {
    pub id: String,
    pub kind: String,
    /// What to do, by opaque ids; never personal data.
    pub payload: String,
    pub attempts: i32,
}

/// Writes a job in the caller's transaction: it runs at `run_at` (UTC) or later, if and only if the transaction commits.
pub fn enqueue(
    conn: &mut Conn,
    now: NaiveDateTime,
    kind: &str,
    payload: &str,
    run_at: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(ulid::Ulid::generate().to_string()),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(run_at),
            jobs::attempts.eq(0),
            jobs::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// The same for work that must stand in the queue only once: kind and payload name it.
pub fn enqueue_once(
    conn: &mut Conn,
    now: NaiveDateTime,
    kind: &str,
    payload: &str,
    run_at: NaiveDateTime,
) -> QueryResult<()> {
    let insert = diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(format!("{kind}:{payload}")),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(run_at),
            jobs::attempts.eq(0),
            jobs::created_at.eq(now),
        ))
        .on_conflict(jobs::id)
        .do_nothing();
    Portable(insert).execute(conn).map(drop)
}

/// After it another worker may take the job again; prolonged while its handler works.
const LEASE: Duration = Duration::seconds(120);

/// The kinds of which something is due and free.
pub fn due_kinds(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<Vec<String>> {
    jobs::table
        .filter(jobs::finished_at.is_null().and(jobs::dead_at.is_null()))
        .filter(jobs::run_at.le(now))
        .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
        .select(jobs::kind)
        .distinct()
        .load(conn)
}

/// Takes up to `most` due jobs of a kind. The guarded update lets only one worker have each.
pub fn take_due(conn: &mut Conn, kind: &str, now: NaiveDateTime, most: i64) -> QueryResult<Vec<Job>> {
    let free = jobs::lease_until.is_null().or(jobs::lease_until.lt(now));
    let due: Vec<Job> = Job::query()
        .filter(jobs::kind.eq(kind))
        .filter(jobs::finished_at.is_null().and(jobs::dead_at.is_null()))
        .filter(jobs::run_at.le(now))
        .filter(free)
        .order(jobs::run_at)
        .limit(most)
        .load(conn)?;
    let mut taken = vec![];
    for job in due {
        let mine = diesel::update(jobs::table.find(&job.id))
            .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
            .set((jobs::lease_until.eq(now + LEASE), jobs::attempts.eq(jobs::attempts + 1)))
            .kept()
            .execute(conn)?;
        if mine == 1 {
            taken.push(job)
        }
    }
    Ok(taken)
}

/// Whether any job is being done: taken, and its lease runs.
pub fn any_taken(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<bool> {
    let taken = jobs::table
        .filter(jobs::finished_at.is_null().and(jobs::dead_at.is_null()))
        .filter(jobs::lease_until.ge(now));
    diesel::select(diesel::dsl::exists(taken)).get_result(conn)
}

/// Prolongs the lease of a job that is being done.
pub fn prolong(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(jobs::table.find(id))
        .set(jobs::lease_until.eq(now + LEASE))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Marks a job as done.
pub fn finish(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(jobs::table.find(id))
        .set((jobs::finished_at.eq(now), jobs::last_error.eq(None::<String>)))
        .kept()
        .execute(conn)
        .map(drop)
}

/// Gives a job back for a later try, or lays it aside for good.
pub fn fail(
    conn: &mut Conn,
    id: &str,
    error: &str,
    next: Option<NaiveDateTime>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let row = diesel::update(jobs::table.find(id));
    match next {
        Some(at) => row
            .set((
                jobs::run_at.eq(at),
                jobs::lease_until.eq(None::<NaiveDateTime>),
                jobs::last_error.eq(error),
            ))
            .kept()
            .execute(conn),
        None => row
            .set((jobs::dead_at.eq(now), jobs::last_error.eq(error)))
            .execute(conn),
    }
    .map(drop)
}

/// One job as an operator sees it.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    pub id: String,
    pub kind: String,
    pub run_at: NaiveDateTime,
    pub attempts: i32,
    pub dead_at: Option<NaiveDateTime>,
    pub last_error: Option<String>,
}

/// Jobs that were laid aside, newest first.
pub fn dead(conn: &mut Conn, most: i64) -> QueryResult<Vec<JobRow>> {
    JobRow::query()
        .filter(jobs::dead_at.is_not_null())
        .order(jobs::dead_at.desc())
        .limit(most)
        .load(conn)
}

/// Jobs that wait, those that are due first.
pub fn waiting(conn: &mut Conn, most: i64) -> QueryResult<Vec<JobRow>> {
    JobRow::query()
        .filter(jobs::finished_at.is_null().and(jobs::dead_at.is_null()))
        .order(jobs::run_at)
        .limit(most)
        .load(conn)
}

/// Gives a job that was laid aside another full row of tries; `false` when there is no such job.
pub fn revive(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let revived = diesel::update(jobs::table.find(id))
        .filter(jobs::dead_at.is_not_null())
        .set((
            jobs::dead_at.eq(None::<NaiveDateTime>),
            jobs::lease_until.eq(None::<NaiveDateTime>),
            jobs::attempts.eq(0),
            jobs::run_at.eq(now),
        ))
        .kept()
        .execute(conn)?;
    Ok(revived == 1)
}

/// Which of these payloads of a kind were laid aside.
pub fn dead_payloads(conn: &mut Conn, kind: &str, payloads: &[&str]) -> QueryResult<Vec<String>> {
    jobs::table
        .filter(jobs::kind.eq(kind).and(jobs::dead_at.is_not_null()))
        .filter(jobs::payload.eq_any(payloads.to_vec()))
        .select(jobs::payload)
        .load(conn)
}

/// Gives the job of a payload another full row of tries; `false` when none was laid aside.
pub fn revive_payload(conn: &mut Conn, kind: &str, payload: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let dead: Option<String> = jobs::table
        .filter(jobs::kind.eq(kind).and(jobs::payload.eq(payload)))
        .filter(jobs::dead_at.is_not_null())
        .select(jobs::id)
        .first(conn)
        .optional()?;
    dead.map_or(Ok(false), |id| revive(conn, &id, now))
}

/// Forgets jobs that were done before `before`, at most `most`; gives their number.
pub fn purge_finished(conn: &mut Conn, before: NaiveDateTime, most: i64) -> QueryResult<usize> {
    let old = jobs::table
        .filter(jobs::finished_at.lt(before))
        .limit(most)
        .select(jobs::id)
        .load::<String>(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    diesel::delete(jobs::table.filter(jobs::id.eq_any(old))).execute(conn)
}

/// How the queue of one kind stands.
#[derive(Clone, Debug, Default)]
pub struct QueueState {
    /// Due and not yet done.
    pub due: i64,
    pub dead: i64,
    /// The oldest that is due.
    pub oldest: Option<NaiveDateTime>,
}

pub fn queue_state(conn: &mut Conn, kind: &str, now: NaiveDateTime) -> QueryResult<QueueState> {
    let due = jobs::kind
        .eq(kind.to_owned())
        .and(jobs::finished_at.is_null())
        .and(jobs::dead_at.is_null())
        .and(jobs::run_at.le(now));
    Ok(QueueState {
        due: jobs::table.filter(due.clone()).count().get_result(conn)?,
        dead: jobs::table
            .filter(jobs::kind.eq(kind).and(jobs::dead_at.is_not_null()))
            .count()
            .get_result(conn)?,
        oldest: jobs::table
            .filter(due)
            .select(jobs::run_at)
            .order(jobs::run_at)
            .first(conn)
            .optional()?,
    })
}

/// Takes or keeps the lead until `until`; `false` when another node has it.
pub fn lead(conn: &mut Conn, node: &str, now: NaiveDateTime, until: NaiveDateTime) -> QueryResult<bool> {
    let kept = diesel::update(schedule_leader::table.find(1))
        .filter(
            schedule_leader::holder
                .eq(node)
                .or(schedule_leader::lease_until.lt(now))
                // Written by a clock that was far ahead; two nodes' clocks may differ a little.
                .or(schedule_leader::lease_until.gt(until + Duration::hours(1))),
        )
        .set((schedule_leader::holder.eq(node), schedule_leader::lease_until.eq(until)))
        .kept()
        .execute(conn)?;
    if kept == 1 {
        return Ok(true);
    }
    let first = diesel::insert_into(schedule_leader::table)
        .values((
            schedule_leader::id.eq(1),
            schedule_leader::holder.eq(node),
            schedule_leader::lease_until.eq(until),
        ))
        .on_conflict(schedule_leader::id)
        .do_nothing();
    Ok(Portable(first).execute(conn)? == 1)
}

/// Gives the lead up, if this node has it.
pub fn end_lead(conn: &mut Conn, node: &str) -> QueryResult<()> {
    diesel::delete(schedule_leader::table.filter(schedule_leader::holder.eq(node)))
        .execute(conn)
        .map(drop)
}

/// The last slot of a standing work that was put into the queue.
pub fn last_slot(conn: &mut Conn, name: &str) -> QueryResult<Option<NaiveDateTime>> {
    schedule_slots::table
        .find(name)
        .select(schedule_slots::slot)
        .first(conn)
        .optional()
}

pub fn set_slot(conn: &mut Conn, name: &str, slot: NaiveDateTime) -> QueryResult<()> {
    let changed = diesel::update(schedule_slots::table.find(name))
        .set(schedule_slots::slot.eq(slot))
        .kept()
        .execute(conn)?;
    if changed == 0 {
        diesel::insert_into(schedule_slots::table)
            .values((schedule_slots::name.eq(name), schedule_slots::slot.eq(slot)))
            .execute(conn)?;
    }
    Ok(())
}

/// The kinds of jobs that were ever put into the queue and not forgotten.
pub fn kinds(conn: &mut Conn) -> QueryResult<Vec<String>> {
    jobs::table.select(jobs::kind).distinct().order(jobs::kind).load(conn)
}

/// A real write: whether the database takes one.
pub fn touch(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<()> {
    set_slot(conn, "operations.touch", now)
}
