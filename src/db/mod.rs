//! The one door to the database: connections, reads, writes. Knows no feature.
mod around;
mod connection;
mod kept;
mod marker;
mod portable;
mod schema;
mod snapshot;
mod text_enum;
mod writer;

pub use around::Around;
pub use connection::{Conn, Durability, MultiBackend};
pub use kept::Keep;
pub use marker::MarkerError;
pub use portable::{Portable, one_at_a_time};
pub use schema::*;
pub use snapshot::{Scratch, SnapshotError, is_whole, off_thread, postgres_tables, put_back, table_counts};
pub use text_enum::UnknownText;
pub(crate) use text_enum::text_enum;

use connection::Manager;
use diesel::r2d2::Pool;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use writer::Writer;

/// A workspace's database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    readers: Pool<Manager>,
    /// Reads that may wait or run; past it the visitor is told to come back.
    reads: Arc<Semaphore>,
    /// Where the database is, with its password.
    url: Arc<str>,
    /// `Some` on SQLite, where one thread owns all writing.
    writer: Option<Writer>,
    around: Arc<dyn Around>,
}

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("no database connection")]
    Pool(#[from] diesel::r2d2::PoolError),
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("more writes are waiting than the queue holds")]
    Busy,
    #[error("the work was stopped before its end")]
    Cancelled,
    #[error("the database {url:?} cannot be opened: {cause}")]
    Open { url: String, cause: String },
}

const READERS: u32 = 8;
const READS: usize = 512;
/// How long a read waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

impl Db {
    /// Opens `sqlite:FILE` or a `postgres:` URL and brings the tables up to date.
    pub fn open(url: &str) -> Result<Self, DbError> {
        Self::open_with(url, Durability::Whole, Arc::new(()))
    }

    /// The same, with something around every write.
    pub fn open_with(url: &str, durability: Durability, around: Arc<dyn Around>) -> Result<Self, DbError> {
        let shown = connection::without_password(url);
        let fail = |cause: String| DbError::Open {
            url: shown.clone(),
            cause,
        };
        let manager = Manager::new(url, durability);
        connection::migrate(&manager).map_err(fail)?;
        let writer = match manager.is_sqlite() {
            true => Some(Writer::start(&manager, around.clone()).map_err(|e| fail(e.to_string()))?),
            false => None,
        };
        let readers = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .build(manager)
            .map_err(|e| fail(e.to_string()))?;
        around.opened(&mut *readers.get()?)?;
        let reads = Arc::new(Semaphore::new(READS));
        Ok(Self {
            readers,
            reads,
            url: url.into(),
            writer,
            around,
        })
    }

    /// Writes that wait for the writer; always 0 on PostgreSQL, which has no queue of ours.
    pub fn writes_waiting(&self) -> usize {
        self.writer.as_ref().map_or(0, Writer::waiting)
    }

    /// Lets go of the database: the writer has ended and its connection is closed when this returns.
    pub async fn close(self) {
        if let Some(writer) = self.writer {
            writer.close().await
        }
    }

    /// Makes what was deleted or overwritten unreadable in the database's files (S14); says whether all of it is.
    ///
    /// SQLite: `secure_delete` leaves the copies that moving rows between pages left behind, so the file is written anew,
    /// while writes wait, if it is not larger than `most` bytes; then the log is cut to nothing. PostgreSQL vacuums itself.
    pub async fn forget_deleted(&self, most: u64) -> Result<bool, DbError> {
        match &self.writer {
            Some(writer) => writer.alone(move |conn| connection::forget_deleted(conn, most)).await,
            None => Ok(true),
        }
    }

    /// Runs `f` on a reading connection, off the async threads.
    pub async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let _place = self.reads.try_acquire().map_err(|_| DbError::Busy)?;
        let pool = self.readers.clone();
        let span = tracing::Span::current();
        let work = move || span.in_scope(|| f(&mut *pool.get().map_err(DbError::from)?));
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| DbError::Cancelled)?
    }

    /// Runs `f` in one write transaction; when this returns `Ok`, the change is on disk (R1).
    ///
    /// On SQLite the waiting writes share one commit; each stands alone in its savepoint.
    pub async fn write<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + From<diesel::result::Error> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.run(f).await,
            None => {
                let around = self.around.clone();
                self.read(move |conn| writer::in_transaction(conn, &*around, f)).await
            }
        }
    }
}
