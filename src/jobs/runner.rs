use super::{Job, JobError, store};
use crate::{
    clock::Clock,
    db::{Conn, Db, DbError},
};
use chrono::Duration;
use futures_util::{FutureExt, future::BoxFuture};
use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc};
use tokio::sync::Notify;

/// Does one job by its payload.
pub type Handler = Arc<dyn Fn(Job) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;
/// Handlers by the kind of job.
pub type Handlers = BTreeMap<&'static str, Handler>;
/// What wakes the lane of a kind.
type Lanes = BTreeMap<&'static str, Notify>;

/// Takes due jobs and runs them, until told to stop.
#[derive(Clone)]
pub struct Runner {
    db: Db,
    clock: Clock,
    handlers: Arc<Handlers>,
    wake: Arc<Notify>,
}

const AT_ONCE: i64 = 16;
/// Half a lease.
const PROLONG: std::time::Duration = std::time::Duration::from_secs(60);
const POLL: std::time::Duration = std::time::Duration::from_millis(500);
/// How soon it is looked again whether everything is done.
const REST: std::time::Duration = std::time::Duration::from_millis(10);
/// After this many tries a job is laid aside (with the back-off below: about two days).
const MOST_TRIES: i32 = 60;

impl Runner {
    pub fn new(db: Db, clock: Clock, handlers: Handlers, wake: Arc<Notify>) -> Self {
        Self {
            db,
            clock,
            handlers: Arc::new(handlers),
            wake,
        }
    }

    /// Works until the returned future is dropped. Each kind has its own lane: a silent mail server holds up no inquiry.
    pub async fn run(self) {
        let lanes: Lanes = self.handlers.keys().map(|kind| (*kind, Notify::new())).collect();
        let running = lanes.iter().map(|(kind, due)| self.run_lane(kind, due));
        tokio::join!(self.look(&lanes), futures_util::future::join_all(running));
    }

    /// Looks for due jobs of all kinds at once, by a read, and wakes their lanes.
    async fn look(&self, lanes: &Lanes) {
        loop {
            let now = self.clock.now();
            match self
                .db
                .read(move |conn| store::due_kinds(conn, now).map_err(DbError::from))
                .await
            {
                Ok(kinds) => kinds
                    .iter()
                    .filter_map(|kind| lanes.get(kind.as_str()))
                    .for_each(Notify::notify_one),
                Err(error) => tracing::error!(%error, "jobs could not be read"),
            }
            // Waking early is only for speed: a new job is found at the next look anyway.
            let _ = tokio::time::timeout(POLL, self.wake.notified()).await;
        }
    }

    async fn run_lane(&self, kind: &'static str, due: &Notify) {
        loop {
            match self.run_due_of(kind).await {
                Ok(0) => due.notified().await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "jobs could not be taken");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    /// Runs what is due now, once; says how many jobs there were. Taking jobs is a write, so it is asked for first which kinds
    /// have any.
    pub async fn run_due(&self) -> Result<usize, DbError> {
        let now = self.clock.now();
        let read = move |conn: &mut Conn| store::due_kinds(conn, now).map_err(DbError::from);
        let due = self.db.read(read).await?;
        let mut count = 0;
        for kind in self.handlers.keys().filter(|kind| due.iter().any(|one| one == *kind)) {
            count += self.run_due_of(kind).await?;
        }
        Ok(count)
    }

    /// Waits until nothing is being done, by whoever took it.
    pub async fn rest(&self) -> Result<(), DbError> {
        loop {
            let now = self.clock.now();
            let read = move |conn: &mut Conn| store::any_taken(conn, now).map_err(DbError::from);
            if !self.db.read(read).await? {
                return Ok(());
            }
            tokio::time::sleep(REST).await;
        }
    }

    async fn run_due_of(&self, kind: &'static str) -> Result<usize, DbError> {
        let now = self.clock.now();
        let take = move |conn: &mut Conn| store::take_due(conn, kind, now, AT_ONCE).map_err(DbError::from);
        let due = self.db.write(take).await?;
        let count = due.len();
        futures_util::future::join_all(due.into_iter().map(|job| self.run_one(job))).await;
        Ok(count)
    }

    async fn run_one(&self, job: Job) {
        let (id, kind, tries) = (job.id.clone(), job.kind.clone(), job.attempts + 1);
        let result = match self.handlers.get(kind.as_str()) {
            // A panic is one job's failure, not the end of its lane. Its text stays out of the row: it may quote data.
            Some(handler) => match self
                .while_leased(&id, AssertUnwindSafe(handler(job)).catch_unwind())
                .await
            {
                Ok(result) => result,
                Err(_) => Err(JobError::Retry("the handler panicked; the log says where".into())),
            },
            None => Err(JobError::Dead("this version knows no such job".into())),
        };
        let now = self.clock.now();
        let stored = self
            .db
            .write(move |conn| match result {
                Ok(()) => store::finish(conn, &id, now).map_err(DbError::from),
                Err(JobError::Retry(error)) if tries < MOST_TRIES => {
                    tracing::warn!(job = %id, tries, %error, "a job failed and will be tried again");
                    Ok(store::fail(conn, &id, &error, Some(now + back_off(tries)), now)?)
                }
                Err(JobError::Retry(error) | JobError::Dead(error)) => {
                    tracing::error!(job = %id, tries, %error, "a job is laid aside; a person must look at it");
                    Ok(store::fail(conn, &id, &error, None, now)?)
                }
            })
            .await;
        if let Err(error) = stored {
            tracing::error!(%kind, %error, "the end of a job could not be written; its lease will run out");
        }
    }
}

impl Runner {
    /// Runs a handler and prolongs its lease meanwhile: a backup may take longer than any lease that is good for a mail.
    async fn while_leased<T>(&self, id: &str, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(PROLONG) => {
                    let (id, now) = (id.to_owned(), self.clock.now());
                    let prolong = move |conn: &mut Conn| store::prolong(conn, &id, now).map_err(DbError::from);
                    if let Err(error) = self.db.write(prolong).await {
                        tracing::error!(%error, "a lease could not be prolonged");
                    }
                }
            }
        }
    }
}

/// 1, 2, 4 … s, at most an hour.
fn back_off(tries: i32) -> Duration {
    let exponent = tries.clamp(1, 13) - 1;
    Duration::seconds((1_i64 << exponent).min(3600))
}
