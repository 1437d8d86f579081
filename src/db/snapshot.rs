//! Whole copies of a database, for backups: made while it is in use, and put back into an empty place.
use super::{Conn, Db, DbError, connection};
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{BigInt, Text},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("{tool}: {what}; is Debian's postgresql-client installed, of the server's version or newer?")]
    Tool { tool: &'static str, what: String },
    #[error("a scratch database could not be made: {0}; give the database's role the right CREATEDB")]
    Scratch(String),
    #[error("the copy is damaged: {0}")]
    Damaged(String),
    #[error("{}: {cause}", path.display())]
    Io { path: PathBuf, cause: std::io::Error },
}
impl From<diesel::result::Error> for SnapshotError {
    fn from(error: diesel::result::Error) -> Self {
        SnapshotError::Db(error.into())
    }
}

/// Runs work that blocks off the async threads.
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DbError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| DbError::Cancelled)
}

impl Db {
    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self.writer {
            Some(_) => "sqlite",
            None => "postgres",
        }
    }

    /// Writes a consistent copy into a new file, beside running reads and writes.
    ///
    /// SQLite: a database file. PostgreSQL: an archive of `pg_dump`.
    pub async fn copy_into(&self, into: PathBuf) -> Result<(), SnapshotError> {
        let url = self.url.to_string();
        if self.engine() == "postgres" {
            return off_thread(move || dump(&url, &into)).await?;
        }
        let copy = move |conn: &mut Conn| -> Result<(), DbError> {
            let Conn::Sqlite(conn) = conn else { return Ok(()) };
            let statement = diesel::sql_query("vacuum into ?").bind::<Text, _>(into.display().to_string());
            Ok(statement.execute(conn).map(drop)?)
        };
        Ok(self.read(copy).await?)
    }

    /// Opens a copy in a scratch place, next to `copy` or in a database of its own; gone when [`Scratch`] is dropped.
    pub async fn open_copy(&self, copy: &Path) -> Result<Scratch, SnapshotError> {
        let (server, copy, is_sqlite) = (self.url.to_string(), copy.to_owned(), self.engine() == "sqlite");
        off_thread(move || Scratch::open(&server, &copy, is_sqlite)).await?
    }
}

/// A copy that was put back to be looked at.
pub struct Scratch {
    pub db: Db,
    /// On PostgreSQL: what is to be dropped.
    apart: Option<Apart>,
}

/// A scratch database on PostgreSQL. Dropped with this; and when the process is killed, by the next one, which sees by
/// the lock that nobody uses it.
struct Apart {
    server: PgConnection,
    name: String,
}

impl Scratch {
    /// Puts an archive of `pg_dump` into a database of its own on the server of `url`.
    pub fn of_archive(url: &str, archive: &Path) -> Result<Self, SnapshotError> {
        Self::open(url, archive, false)
    }

    fn open(server: &str, copy: &Path, is_sqlite: bool) -> Result<Self, SnapshotError> {
        if is_sqlite {
            let db = Db::open(&format!("sqlite:{}", copy.display()))?;
            return Ok(Self { db, apart: None });
        }
        let fail = |e: String| SnapshotError::Scratch(e);
        let apart = Apart::create(server).map_err(|e| fail(e.to_string()))?;
        let url = connection::with_database(server, &apart.name);
        let url = url.ok_or_else(|| fail("the URL has no database".into()))?;
        put_back(&url, copy)?;
        Ok(Self {
            db: Db::open(&url)?,
            apart: Some(apart),
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Dropped here and not with the field: before the pool of `db`, which may take its time.
        self.apart.take();
    }
}

const SCRATCH: &str = "mizumado_check_";

impl Apart {
    fn create(server: &str) -> ConnectionResult<Self> {
        let mut server = PgConnection::establish(server)?;
        Self::make(&mut server)
            .map_err(ConnectionError::CouldntSetupConfiguration)
            .map(|name| Self { server, name })
    }

    /// The name holds the number of the database that it is a copy of: another one on this server has another.
    fn make(server: &mut PgConnection) -> QueryResult<String> {
        let own: Word =
            diesel::sql_query("select oid::text as word from pg_database where datname = current_database()")
                .get_result(server)?;
        let prefix = format!("{SCRATCH}{}_", own.word);
        drop_leftovers(server, &prefix)?;
        let name = format!("{prefix}{}", ulid::Ulid::generate().to_string().to_lowercase());
        is_free(server, &name)?;
        server.batch_execute(&format!("create database {name}"))?;
        Ok(name)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let (server, database) = (&mut self.server, &self.name);
        if let Err(error) = server.batch_execute(&format!("drop database {database} with (force)")) {
            tracing::error!(%error, database, "a scratch database could not be dropped; the next backup will");
        }
    }
}

/// Takes the lock of a scratch database, unless a process that lives has it.
fn is_free(server: &mut PgConnection, name: &str) -> QueryResult<bool> {
    let lock = diesel::sql_query("select pg_try_advisory_lock(hashtextextended($1, 0))::int::bigint as n");
    let taken: Number = lock.bind::<Text, _>(name).get_result(server)?;
    Ok(taken.n == 1)
}

/// What a killed run left on the server.
fn drop_leftovers(server: &mut PgConnection, prefix: &str) -> QueryResult<()> {
    let sql = "select datname::text as word from pg_database where starts_with(datname, $1)";
    let left: Vec<Word> = diesel::sql_query(sql).bind::<Text, _>(prefix).load(server)?;
    for Word { word } in left {
        if !is_free(server, &word)? {
            continue;
        }
        // Without force: the killed run's pg_restore may still be at it, and then it goes the next time.
        match server.batch_execute(&format!("drop database if exists {word}")) {
            Ok(()) => tracing::warn!(database = word, "a scratch database of a killed run was dropped"),
            Err(error) => tracing::warn!(%error, database = word, "a scratch database of a killed run is in use"),
        }
    }
    Ok(())
}

fn dump(url: &str, into: &Path) -> Result<(), SnapshotError> {
    let (url, password) = connection::split_password(url);
    let mut command = Command::new("pg_dump");
    command
        .args([
            "--format=custom",
            "--compress=0",
            "--no-owner",
            "--no-privileges",
            "--file",
        ])
        .arg(into)
        .arg(url);
    run("pg_dump", command, password)
}

/// Fills an empty PostgreSQL database from an archive.
pub fn put_back(url: &str, archive: &Path) -> Result<(), SnapshotError> {
    let (url, password) = connection::split_password(url);
    let mut command = Command::new("pg_restore");
    command
        .args([
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--dbname",
            &url,
        ])
        .arg(archive);
    run("pg_restore", command, password)
}

/// The password goes by the environment: arguments are for everybody to see.
fn run(tool: &'static str, mut command: Command, password: Option<String>) -> Result<(), SnapshotError> {
    let fail = |what: String| SnapshotError::Tool { tool, what };
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let done = command.stdin(Stdio::null()).output().map_err(|e| fail(e.to_string()))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(fail(
            String::from_utf8_lossy(&done.stderr)
                .lines()
                .next()
                .unwrap_or("failed")
                .to_owned(),
        )),
    }
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}
#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

const SQLITE_TABLES: &str = r"select name as word from sqlite_master where type = 'table'
    and name not like 'sqlite\_%' escape '\' and name not like '\_\_%' escape '\'";
const POSTGRES_TABLES: &str = r"select table_name::text as word from information_schema.tables
    where table_schema = 'public' and table_name not like '\_\_%'";

/// Rows by table.
pub fn table_counts(conn: &mut Conn) -> Result<BTreeMap<String, u64>, DbError> {
    let sql = match conn {
        Conn::Sqlite(_) => SQLITE_TABLES,
        Conn::Postgres(_) => POSTGRES_TABLES,
    };
    let tables: Vec<Word> = diesel::sql_query(sql).load(conn)?;
    let mut counts = BTreeMap::new();
    for Word { word } in tables {
        let count: Number = diesel::sql_query(format!("select count(*) as n from {word}")).get_result(conn)?;
        counts.insert(word, u64::try_from(count.n).unwrap_or(0));
    }
    Ok(counts)
}

/// What the engine itself says of the copy's pages and keys.
pub fn is_whole(conn: &mut Conn) -> Result<(), SnapshotError> {
    // pg_restore has checked keys and constraints while filling.
    let Conn::Sqlite(conn) = conn else { return Ok(()) };
    let said: Vec<Word> = diesel::sql_query("select integrity_check as word from pragma_integrity_check").load(conn)?;
    match said.as_slice() {
        [Word { word }] if word == "ok" => {}
        said => {
            return Err(SnapshotError::Damaged(
                said.first().map(|w| w.word.clone()).unwrap_or_default(),
            ));
        }
    }
    let orphans: Number = diesel::sql_query("select count(*) as n from pragma_foreign_key_check").get_result(conn)?;
    match orphans.n {
        0 => Ok(()),
        n => Err(SnapshotError::Damaged(format!("{n} rows without their parent"))),
    }
}

/// Empties a PostgreSQL database, or says whether it is empty.
pub fn postgres_tables(url: &str, empty_it: bool) -> Result<i64, SnapshotError> {
    let fail = |cause: String| DbError::Open {
        url: connection::without_password(url),
        cause,
    };
    let mut conn = PgConnection::establish(url).map_err(|e| fail(e.to_string()))?;
    if empty_it {
        conn.batch_execute("drop schema public cascade; create schema public")?;
    }
    let sql = "select count(*) as n from information_schema.tables where table_schema = 'public'";
    Ok(diesel::sql_query(sql).get_result::<Number>(&mut conn)?.n)
}
