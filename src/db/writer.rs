//! SQLite has one writer. One thread takes all waiting writes, gives each a savepoint, commits once, then answers all.
//! What the engine does in no transaction has its turn between two groups.
use super::{Around, Conn, DbError, connection::Manager};
use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::{QueryResult, r2d2::ManageConnection};
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
/// Runs outside any transaction, and answers by itself.
type Alone = Box<dyn FnOnce(&mut Conn) + Send>;

enum Work {
    Write(Job),
    Alone(Alone),
}

#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Work>,
    waiting: Arc<AtomicUsize>,
    thread: Arc<JoinHandle<()>>,
}

impl Writer {
    pub fn start(manager: &Manager, around: Arc<dyn Around>) -> Result<Self, diesel::r2d2::Error> {
        let mut conn = manager.connect()?;
        let (queue, jobs) = sync_channel::<Work>(QUEUE);
        let name = "database-writer".to_owned();
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(move || serve(&mut conn, &jobs, &*around))
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
        self.send(Work::Write(job))?;
        told.await.map_err(|_| DbError::Cancelled)?
    }

    /// Runs `f` in no transaction, while no write runs.
    pub async fn alone<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        let (tell, told) = oneshot::channel();
        let place = Waiting::enter(&self.waiting);
        let work: Alone = Box::new(move |conn| {
            let _place = place;
            let _ = tell.send(f(conn));
        });
        self.send(Work::Alone(work))?;
        told.await.map_err(|_| DbError::Cancelled)?
    }

    fn send(&self, work: Work) -> Result<(), DbError> {
        self.queue.try_send(work).map_err(|e| match e {
            TrySendError::Full(_) => DbError::Busy,
            TrySendError::Disconnected(_) => DbError::Cancelled,
        })
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

fn serve(conn: &mut Conn, queue: &Receiver<Work>, around: &dyn Around) {
    while let Ok(first) = queue.recv() {
        let mut alone = None;
        let waiting = std::iter::once(first).chain(queue.try_iter().take(GROUP - 1));
        let group = waiting.map_while(|work| match work {
            Work::Write(job) => Some(job),
            Work::Alone(work) => {
                alone = Some(work);
                None
            }
        });
        write_together(conn, group, around);
        if let Some(work) = alone {
            // A panic was logged; whoever waits hears that it was stopped.
            let _ = catch_unwind(AssertUnwindSafe(|| work(conn)));
        }
    }
}

fn write_together(conn: &mut Conn, group: impl Iterator<Item = Job>, around: &dyn Around) {
    let mut answers = vec![];
    around.begin();
    let done = run_group(conn, group, &mut answers)
        .and_then(|()| around.end(conn))
        .and_then(|()| conn.batch_execute("COMMIT"));
    if let Err(error) = &done {
        tracing::error!(%error, "a group of writes could not be committed");
        // Nothing to roll back when BEGIN itself failed, or when the engine did it.
        let _ = conn.batch_execute("ROLLBACK");
    }
    for answer in answers {
        answer(done.is_ok())
    }
}

/// An error means that nothing of the group stands.
fn run_group(conn: &mut Conn, mut group: impl Iterator<Item = Job>, answers: &mut Vec<Answer>) -> QueryResult<()> {
    if let Err(error) = conn.batch_execute("BEGIN IMMEDIATE") {
        // Dropping the jobs answers each with Cancelled.
        group.for_each(drop);
        return Err(error);
    }
    group.try_for_each(|job| run_one(conn, job, answers))
}

/// An error means that the transaction is gone: the engine takes it back as a whole when the disk is full. The next job's
/// savepoint would then begin one of its own, and its release would commit behind the group's back.
fn run_one(conn: &mut Conn, job: Job, answers: &mut Vec<Answer>) -> QueryResult<()> {
    conn.batch_execute("SAVEPOINT one")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| job(conn)));
    let stands = matches!(outcome, Ok((true, _)));
    let released = match stands {
        true => conn.batch_execute("RELEASE one"),
        false => Ok(()),
    };
    if let (Ok((_, answer)), true) = (outcome, released.is_ok()) {
        answers.push(answer);
    }
    match (stands, released) {
        (true, Ok(())) => Ok(()),
        _ => conn.batch_execute("ROLLBACK TO one; RELEASE one"),
    }
}

/// PostgreSQL: a plain transaction on a pooled connection.
pub fn in_transaction<T, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    around: &dyn Around,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    type Transaction = <Conn as Connection>::TransactionManager;
    Transaction::begin_transaction(conn)?;
    around.begin();
    let done = f(conn).and_then(|value| around.end(conn).map(|()| value).map_err(E::from));
    match done {
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
