//! Standing work: what comes again by itself. One node plans it, and after a downtime what was missed is made up for.
use super::store;
use crate::{
    clock::{Clock, jst, utc_from_jst},
    db::{Conn, Db, DbError},
};
use chrono::{Days, Duration, NaiveDateTime, NaiveTime};
use std::sync::Arc;
use tokio::sync::Notify;

/// When standing work is due.
#[derive(Clone, Copy, Debug)]
pub enum Every {
    /// At every full multiple of so many minutes since midnight UTC.
    Minutes(i64),
    /// Once a day at this hour and minute (JST).
    Daily(u32, u32),
}

/// Work that comes again. Its job has this kind; the payload is the slot in UTC, `2026-11-22T17:30:00`.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub kind: &'static str,
    pub every: Every,
    /// Slots that may be made up for after a downtime; of more, only the newest.
    pub make_up: usize,
}

impl Every {
    /// The newest slot that is due at `now` (UTC).
    fn newest(self, now: NaiveDateTime) -> NaiveDateTime {
        match self {
            Every::Minutes(minutes) => {
                let step = minutes * 60;
                let seconds = now.and_utc().timestamp();
                now - Duration::seconds(seconds.rem_euclid(step)) - subsecond(now)
            }
            Every::Daily(hour, minute) => {
                let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
                let local = jst(now);
                let day = match local.time() >= time {
                    true => local.date(),
                    false => local.date() - Days::new(1),
                };
                utc_from_jst(day.and_time(time))
            }
        }
    }
    fn length(self) -> Duration {
        match self {
            Every::Minutes(minutes) => Duration::minutes(minutes),
            Every::Daily(..) => Duration::days(1),
        }
    }
    /// The slots due at `now` after `last`, oldest first, at most `most`; without a last one only the newest.
    fn missed(self, last: Option<NaiveDateTime>, now: NaiveDateTime, most: usize) -> Vec<NaiveDateTime> {
        let newest = self.newest(now);
        let Some(last) = last else {
            return vec![newest];
        };
        let back = std::iter::successors(Some(newest), |slot| Some(*slot - self.length()));
        let mut slots: Vec<_> = back.take_while(|slot| *slot > last).take(most.max(1)).collect();
        slots.reverse();
        slots
    }
}

fn subsecond(at: NaiveDateTime) -> Duration {
    Duration::nanoseconds(i64::from(at.and_utc().timestamp_subsec_nanos()))
}

/// Reads the slot out of a standing job's payload.
pub fn slot_of(payload: &str) -> Option<NaiveDateTime> {
    payload.parse().ok()
}

/// How long a node that fell silent is still taken for the leader.
const LEASE: Duration = Duration::seconds(60);
const LOOK: std::time::Duration = std::time::Duration::from_secs(15);

/// Puts standing work into the queue, on the one node that leads.
#[derive(Clone)]
pub struct Planner {
    db: Db,
    clock: Clock,
    standing: Arc<[Standing]>,
    wake: Arc<Notify>,
    /// This process, opaque.
    node: String,
}

impl Planner {
    pub fn new(db: Db, clock: Clock, standing: Vec<Standing>, wake: Arc<Notify>) -> Self {
        Self {
            db,
            clock,
            standing: standing.into(),
            wake,
            node: ulid::Ulid::generate().to_string(),
        }
    }

    /// The same planner without some of its work: what looks at the present has nothing to see in a past that is invented.
    pub fn without(&self, kinds: &[&str]) -> Self {
        let is_known = |kind: &&str| self.standing.iter().any(|work| work.kind == *kind);
        debug_assert!(kinds.iter().all(is_known), "{kinds:?}");
        let standing = self.standing.iter().filter(|work| !kinds.contains(&work.kind));
        Self {
            standing: standing.copied().collect(),
            ..self.clone()
        }
    }

    /// Plans until the returned future is dropped.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.plan().await {
                tracing::error!(%error, "the standing work could not be planned");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Puts what is due into the queue, if this node leads; says whether it does.
    pub async fn plan(&self) -> Result<bool, DbError> {
        let (now, standing, node) = (self.clock.now(), self.standing.clone(), self.node.clone());
        let leads = self
            .db
            .write(move |conn| plan_once(conn, &standing, &node, now))
            .await?;
        self.wake.notify_waiters();
        Ok(leads)
    }

    /// When work that comes once a day is due next, after `now`.
    pub fn next_daily(&self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let daily = self
            .standing
            .iter()
            .filter(|work| matches!(work.every, Every::Daily(..)));
        daily.map(|work| work.every.newest(now) + work.every.length()).min()
    }

    /// Steps down, so that another node need not wait for the lease to end.
    pub async fn resign(&self) -> Result<(), DbError> {
        let node = self.node.clone();
        self.db
            .write(move |conn| store::end_lead(conn, &node).map_err(DbError::from))
            .await
    }
}

fn plan_once(conn: &mut Conn, standing: &[Standing], node: &str, now: NaiveDateTime) -> Result<bool, DbError> {
    if !store::lead(conn, node, now, now + LEASE)? {
        return Ok(false);
    }
    for work in standing {
        // One in the future was written by a clock that was ahead.
        let last = store::last_slot(conn, work.kind)?.filter(|last| *last <= now);
        for slot in work.every.missed(last, now, work.make_up) {
            let payload = slot.format("%Y-%m-%dT%H:%M:%S").to_string();
            store::enqueue_once(conn, now, work.kind, &payload, slot)?;
            store::set_slot(conn, work.kind, slot)?;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_daily_slot_is_by_the_japanese_clock() {
        let every = Every::Daily(2, 30);
        assert_eq!(every.newest(at("2026-11-22T17:30:00")), at("2026-11-22T17:30:00"));
        assert_eq!(every.newest(at("2026-11-22T17:29:59")), at("2026-11-21T17:30:00"));
    }

    #[test]
    fn missed_slots_are_made_up_for_oldest_first_and_not_without_end() {
        let (every, now) = (Every::Daily(2, 30), at("2026-11-22T20:00:00"));
        let last = Some(at("2026-11-19T17:30:00"));
        let three = ["2026-11-20T17:30:00", "2026-11-21T17:30:00", "2026-11-22T17:30:00"].map(at);
        assert_eq!(every.missed(last, now, 7), three);
        assert_eq!(every.missed(last, now, 1), three[2..]);
        assert_eq!(every.missed(None, now, 7), three[2..]);
        assert_eq!(every.missed(Some(three[2]), now, 7), []);
    }

    #[test]
    fn a_slot_of_minutes_has_no_seconds() {
        let slot = Every::Minutes(10).newest(at("2026-11-22T17:39:59.123456"));
        assert_eq!(slot, at("2026-11-22T17:30:00"));
        assert_eq!(slot_of("2026-11-22T17:30:00"), Some(slot));
    }
}
