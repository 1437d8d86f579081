//! SQLite has one writer. One thread takes all waiting writes, gives each a savepoint, commits once, then answers all.
use super::{Conn, DbError, connection::Manager};
use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// Writes that may wait; past it the visitor is told to come back (503) instead of waiting without end.
const QUEUE: usize = 512;
/// Writes that share one commit at most, so that the first of them does not wait long.
const GROUP: usize = 64;

type Answer = Box<dyn FnOnce(bool) + Send>;
/// Runs the work; says whether its savepoint stands, and how to answer once the commit is known.
type Job = Box<dyn FnOnce(&mut Conn) -> (bool, Answer) + Send>;

#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    thread: Arc<JoinHandle<()>>,
}

impl Writer {
    pub fn start(manager: &Manager) -> Result<Self, diesel::r2d2::Error> {
        let mut conn = manager.connect()?;
        let (queue, jobs) = sync_channel::<Job>(QUEUE);
        let name = "database-writer".to_owned();
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(move || serve(&mut conn, &jobs))
            .map_err(|e| diesel::r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection(e.to_string())))?;
        Ok(Self {
            queue,
            waiting: Arc::default(),
            thread: Arc::new(thread),
        })
    }

    /// Writes that were sent and not answered.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Ends the thread, if no other clone is left to write through it.
    pub async fn close(self) {
        drop(self.queue);
        if let Some(thread) = Arc::into_inner(self.thread) {
            // A panic in the thread was logged there.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    pub async fn run<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let span = tracing::Span::current();
        let place = Waiting::enter(&self.waiting);
        let job: Job = Box::new(move |conn| {
            let _place = place;
            let result = span.in_scope(|| f(conn));
            let stands = result.is_ok();
            let answer = move |committed: bool| {
                let result = match (result, committed) {
                    (Ok(_), false) => Err(E::from(DbError::Cancelled)),
                    (result, _) => result,
                };
                // The visitor may have gone away; the work stands all the same.
                let _ = tell.send(result);
            };
            (stands, Box::new(answer))
        });
        self.queue.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => DbError::Cancelled,
        })?;
        told.await.map_err(|_| DbError::Cancelled)?
    }
}

/// One write in the queue; counted until it has run or was dropped.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn enter(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}
impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn serve(conn: &mut Conn, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let group = std::iter::once(first).chain(jobs.try_iter().take(GROUP - 1));
        let answers = run_group(conn, group);
        let committed = match conn.batch_execute("COMMIT") {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "a group of writes could not be committed");
                // Nothing to roll back when BEGIN itself failed.
                let _ = conn.batch_execute("ROLLBACK");
                false
            }
        };
        for answer in answers {
            answer(committed)
        }
    }
}

fn run_group(conn: &mut Conn, group: impl Iterator<Item = Job>) -> Vec<Answer> {
    if let Err(error) = conn.batch_execute("BEGIN IMMEDIATE") {
        tracing::error!(%error, "a write transaction could not begin");
        // Dropping the jobs answers each with Cancelled.
        group.for_each(drop);
        return vec![];
    }
    group.filter_map(|job| run_one(conn, job)).collect()
}

fn run_one(conn: &mut Conn, job: Job) -> Option<Answer> {
    conn.batch_execute("SAVEPOINT one").ok()?;
    let outcome = catch_unwind(AssertUnwindSafe(|| job(conn)));
    let undo = "ROLLBACK TO one; RELEASE one";
    let end = match &outcome {
        Ok((true, _)) => "RELEASE one",
        _ => undo,
    };
    if let Err(error) = conn.batch_execute(end) {
        tracing::error!(%error, "a write's savepoint could not be closed");
        let _ = conn.batch_execute(undo);
        return None;
    }
    outcome.ok().map(|(_, answer)| answer)
}

/// PostgreSQL: a plain transaction on a pooled connection.
pub fn in_transaction<T, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    type Transaction = <Conn as Connection>::TransactionManager;
    Transaction::begin_transaction(conn)?;
    match f(conn) {
        Ok(value) => {
            Transaction::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            Transaction::rollback_transaction(conn)?;
            Err(error)
        }
    }
}
