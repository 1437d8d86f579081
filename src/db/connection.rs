use super::DbError;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, ManageConnection, R2D2Connection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// A connection to either engine; queries are written once for both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What the machine's end may take along of an SQLite file. The process's own end takes nothing in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was answered.
    Whole,
    /// The last writes, never the file: for practice, where thousands of them are invented at once.
    Practice,
}

/// Opens connections by the URL's scheme.
#[derive(Clone, Debug)]
pub struct Manager {
    url: String,
    durability: Durability,
}

impl Manager {
    pub fn new(url: &str, durability: Durability) -> Self {
        Self {
            url: url.to_owned(),
            durability,
        }
    }
    pub fn is_sqlite(&self) -> bool {
        !self.url.starts_with("postgres:") && !self.url.starts_with("postgresql:")
    }
    /// A connection without the settings that migrations must not have.
    fn bare(&self) -> ConnectionResult<Conn> {
        if !self.is_sqlite() {
            return PgConnection::establish(&self.url).map(Conn::Postgres);
        }
        let path = self.url.trim_start_matches("sqlite:").trim_start_matches("//");
        SqliteConnection::establish(path).map(Conn::Sqlite)
    }
}

/// `busy_timeout` stands first: the switch to WAL itself can meet a lock.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = r2d2::Error;
    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = self.bare().map_err(r2d2::Error::ConnectionError)?;
        if let Conn::Sqlite(sqlite) = &mut conn {
            sqlite.batch_execute(SQLITE_PRAGMAS).map_err(r2d2::Error::QueryError)?;
            if self.durability == Durability::Practice {
                let sql = "PRAGMA synchronous = NORMAL;";
                sqlite.batch_execute(sql).map_err(r2d2::Error::QueryError)?;
            }
        }
        Ok(conn)
    }
    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        conn.ping().map_err(r2d2::Error::QueryError)
    }
    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}

/// Runs what is pending on a connection of its own: SQLite rebuilds tables only with foreign keys off, checked afterwards.
pub fn migrate(manager: &Manager) -> Result<(), String> {
    match manager.bare().map_err(|e| e.to_string())? {
        Conn::Postgres(mut conn) => {
            // Two nodes may start together; the second waits here.
            conn.batch_execute("select pg_advisory_lock(7161)")
                .map_err(|e| e.to_string())?;
            let done = conn.run_pending_migrations(POSTGRES).map(drop);
            conn.batch_execute("select pg_advisory_unlock(7161)")
                .map_err(|e| e.to_string())?;
            done.map_err(|e| e.to_string())
        }
        Conn::Sqlite(mut conn) => {
            conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF;")
                .map_err(|e| e.to_string())?;
            conn.run_pending_migrations(SQLITE).map_err(|e| e.to_string())?;
            let broken: Vec<BrokenKey> = diesel::sql_query("PRAGMA foreign_key_check")
                .load(&mut conn)
                .map_err(|e| e.to_string())?;
            match broken.first() {
                None => Ok(()),
                Some(row) => Err(format!("table {} has rows without their parent", row.table)),
            }
        }
    }
}

#[derive(QueryableByName)]
struct BrokenKey {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table: String,
}

/// Writes an SQLite file anew and empties its log; whether both were done.
pub fn forget_deleted(conn: &mut Conn, most: u64) -> Result<bool, DbError> {
    let Conn::Sqlite(conn) = conn else { return Ok(true) };
    let bytes: Bytes = diesel::sql_query("select page_count * page_size as n from pragma_page_count, pragma_page_size")
        .get_result(conn)?;
    let is_small = u64::try_from(bytes.n).is_ok_and(|bytes| bytes <= most);
    if is_small {
        conn.batch_execute("vacuum")?;
    }
    // Held up by a reader that is older than the last write; then its old pages stay until the next time.
    let log: Log = diesel::sql_query("pragma wal_checkpoint(truncate)").get_result(conn)?;
    Ok(is_small && log.busy == 0)
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}
#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// A database URL that may be shown: the password is gone.
pub fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // A URL that cannot carry a password has none to hide.
            let _ = parsed.set_password(None);
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

/// The URL without its password, and the password, for a program that is given both apart.
pub fn split_password(url: &str) -> (String, Option<String>) {
    let password = url::Url::parse(url)
        .ok()
        .and_then(|parsed| parsed.password().map(str::to_owned));
    let plain = password.map(|p| {
        percent_encoding::percent_decode_str(&p)
            .decode_utf8_lossy()
            .into_owned()
    });
    (without_password(url), plain)
}

/// The same server, another database.
pub fn with_database(url: &str, name: &str) -> Option<String> {
    let mut parsed = url::Url::parse(url).ok()?;
    parsed.set_path(name);
    Some(parsed.to_string())
}
