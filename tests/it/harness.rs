//! The real app over a fresh database, with a real gateway simulator on loopback; one test body, every database.
use actix_web::rt::task::JoinHandle;
use diesel::{Connection, RunQueryDsl, connection::SimpleConnection};
use mizumado::{
    app,
    clock::Clock,
    config::Settings,
    crypto::KeyRing,
    gateways::simulator,
    mail::{Mailer, Outgoing},
    training::{Addresses, Doors, School},
    workspace::Workspace,
};
use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// A bureau of its own: database, site, gateway, clock, mailbox. Gone when dropped.
pub struct World {
    pub workspace: Workspace,
    pub url: String,
    /// The console's address, where the world has one.
    pub console: String,
    /// The practice site, where the world has one.
    pub school: Option<School>,
    pub gateway: String,
    pub dir: tempfile::TempDir,
    tasks: Vec<JoinHandle<()>>,
    postgres: Option<(String, String)>,
}

pub const GATEWAY_KEY: &str = "test:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Every world begins on the Wednesday 2026-11-25, 10:00 in Japan: what a day's hours, a night's jobs or a holiday change
/// is for a test that moves the clock, not for the hour in which the suite is run.
pub fn clock_of_the_tests() -> Clock {
    let clock = Clock::system();
    let begin: chrono::NaiveDateTime = "2026-11-25T01:00:00".parse().unwrap();
    clock.advance(begin - clock.now());
    clock
}

/// A machine that builds and tests is often nearly full; only the test about it looks at the disk.
pub const DISK_IS_NO_SUBJECT: &str = "disk_reserve_mib = 0";
/// Nor is its load; only the test about it sets a threshold.
const LOAD_IS_NO_SUBJECT: &str = "watch.cpu_percent = 10000\nwatch.memory_percent = 100";

/// What a test may want otherwise.
#[derive(Clone, Default)]
pub struct Wish {
    /// Lines before the first section of the settings file.
    pub top_settings: String,
    /// Lines added to the settings file, at its end.
    pub more_settings: String,
    /// `windows-31j` unless said otherwise.
    pub charset: Option<&'static str>,
    /// The mail section; kept in memory unless said otherwise.
    pub mail: Option<String>,
    /// An address that is no gateway.
    pub endpoint: Option<String>,
    /// The gateway pushes every result by itself, 3 seconds of its clock after it.
    pub pushes: bool,
    /// The staff's console is served, for 127.0.0.1 alone.
    pub console: bool,
    /// The practice site is served, and its trainer's pages at the console.
    pub training: bool,
    /// The address that staff use; where it listens, unless said otherwise.
    pub console_url: Option<&'static str>,
}

impl Wish {
    pub fn with_console() -> Self {
        Self {
            console: true,
            ..Self::default()
        }
    }
}

impl World {
    /// One world per database.
    pub async fn all() -> Vec<World> {
        World::all_with(Wish::default()).await
    }
    pub async fn all_with(wish: Wish) -> Vec<World> {
        let mut worlds = vec![World::sqlite_with(wish.clone()).await];
        worlds.extend(World::postgres_with(wish).await);
        worlds
    }
    /// One world per database, with a console.
    pub async fn all_with_console() -> Vec<World> {
        World::all_with(Wish::with_console()).await
    }
    /// A world with a console.
    pub async fn with_console() -> World {
        World::sqlite_with(Wish::with_console()).await
    }
    pub async fn sqlite() -> World {
        World::sqlite_with(Wish::default()).await
    }
    pub async fn sqlite_with(wish: Wish) -> World {
        let dir = tempfile::tempdir().unwrap();
        std::fs::copy(sqlite_template().await, dir.path().join("test.db")).unwrap();
        World::start(dir, "sqlite:test.db".into(), None, wish).await
    }
    /// `None` where the suite has no PostgreSQL.
    pub async fn postgres_with(wish: Wish) -> Option<World> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let admin = std::env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("t_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let template = postgres_template(&admin).await;
        execute(&admin, &format!("create database {name} template {template}"));
        let url = with_database(&admin, &name);
        let dir = tempfile::tempdir().unwrap();
        Some(World::start(dir, url, Some((admin, name)), wish).await)
    }

    async fn start(dir: tempfile::TempDir, database: String, postgres: Option<(String, String)>, wish: Wish) -> World {
        // Both TLS users take ring; the program does the same at its start.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = clock_of_the_tests();
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let (gateway, simulator) = start_simulator(dir.path(), clock.clone(), &wish).await;
        std::fs::write(dir.path().join("keys.toml"), KeyRing::generate("demo")).unwrap();
        let settings = dir.path().join("mizumado.toml");
        let desk = wish.console.then(|| TcpListener::bind("127.0.0.1:0").unwrap());
        let console = desk
            .as_ref()
            .map_or(String::new(), |d| localhost(d.local_addr().unwrap().port()));
        let mut text = settings_text(&database, &url, &gateway, &wish);
        text.push_str(&console_text(&console, &wish));
        let faces = wish
            .training
            .then(|| [0; 4].map(|_| TcpListener::bind("127.0.0.1:0").unwrap()));
        if wish.training {
            text.push_str(TRAINING);
        }
        std::fs::write(&settings, text).unwrap();
        let workspace = Workspace::open(Settings::load(&settings).unwrap(), clock).unwrap();
        app::prepare(&workspace).await.unwrap();
        let site = app::serve_public(workspace.clone(), socket, None).unwrap();
        let site = actix_web::rt::spawn(async move { site.await.unwrap() });
        let mut tasks = vec![simulator, site];
        let school = match faces {
            Some(sockets) => Some(open_school(&workspace, sockets, &mut tasks).await),
            None => None,
        };
        if let Some(socket) = desk {
            let settings = workspace.settings.console.clone().unwrap();
            let doors = school.clone().map_or(Doors::None, Doors::Open);
            let server = app::serve_console(workspace.clone(), settings, socket, None, doors).unwrap();
            tasks.push(actix_web::rt::spawn(async move { server.await.unwrap() }));
        }
        World {
            workspace,
            url,
            console,
            school,
            gateway,
            dir,
            tasks,
            postgres,
        }
    }

    /// Runs every job that is due, until none is.
    pub async fn run_jobs(&self) {
        app::planner(&self.workspace).plan().await.unwrap();
        self.run_due().await;
    }
    /// Runs what stands in the queue and is due; plans nothing.
    pub async fn run_due(&self) {
        let runner = app::runner(&self.workspace);
        while runner.run_due().await.unwrap() > 0 {}
    }
    /// Moves the clock (ours and the gateway's) and runs what became due.
    pub async fn pass(&self, time: chrono::Duration) {
        self.workspace.clock.advance(time);
        self.run_jobs().await;
    }
    /// Mails sent so far, oldest first.
    pub fn mails(&self) -> Vec<Outgoing> {
        match self.workspace.mailer() {
            Mailer::Memory(mails) => mails.lock().unwrap().clone(),
            _ => panic!("this world's mails are not kept in memory"),
        }
    }
    /// The only integer that a query gives.
    pub async fn count(&self, sql: &'static str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let read = move |conn: &mut mizumado::db::Conn| {
            diesel::sql_query(sql)
                .get_result::<Count>(conn)
                .map_err(mizumado::db::DbError::from)
        };
        self.workspace.db.read(read).await.unwrap().n
    }
    /// One transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut mizumado::db::Conn) -> Result<T, mizumado::web::Error> + Send + 'static,
    ) -> T {
        self.workspace.db.write(f).await.unwrap()
    }
    /// The keys of the alarms that are open, newest first.
    pub async fn alarms(&self) -> Vec<String> {
        let open = self.write(|conn| Ok(mizumado::alarms::open_alarms(conn)?)).await;
        open.into_iter().map(|alarm| alarm.key).collect()
    }
    /// Subject and detail of every audit entry of an action, oldest first.
    pub async fn audit(&self, action: &'static str) -> Vec<(String, String)> {
        self.write(move |conn| Ok(mizumado::audit::details_of(conn, action)?))
            .await
    }
    /// A command to the gateway's control page.
    pub async fn control(&self, path: &str, json: serde_json::Value) -> serde_json::Value {
        let response = reqwest::Client::new()
            .post(format!("{}/control/{path}", self.gateway))
            .header("content-type", "application/json")
            .body(json.to_string())
            .send()
            .await
            .unwrap();
        let text = response.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {text}"))
    }
    /// What the gateway knows, oldest first.
    pub async fn ledger(&self) -> Vec<serde_json::Value> {
        let url = format!("{}/control/ledger", self.gateway);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
    /// Faults in place of those that are: a list, or `{"seed":…,"faults":[…]}` (`docs/GATEWAY.md`, 8.3).
    pub async fn faults(&self, json: serde_json::Value) -> serde_json::Value {
        self.put("faults", json).await
    }
    /// Transactions end by themselves: `{"after_ms":…,"shares":{…}}` (`docs/GATEWAY.md`, 8.4).
    pub async fn autopilot(&self, json: serde_json::Value) -> serde_json::Value {
        self.put("autopilot", json).await
    }
    async fn put(&self, path: &str, json: serde_json::Value) -> serde_json::Value {
        let url = format!("{}/control/{path}", self.gateway);
        let request = reqwest::Client::new().put(url).body(json.to_string());
        let response = request.send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        if let Some((admin, name)) = &self.postgres {
            execute(admin, &format!("drop database {name} with (force)"));
        }
    }
}

async fn start_simulator(dir: &Path, clock: Clock, wish: &Wish) -> (String, JoinHandle<()>) {
    let keys = vec![GATEWAY_KEY.parse().unwrap()];
    let mut options = simulator::Options::new(dir.join("simulator.json"), "test", keys);
    options.charset = match wish.charset {
        Some("utf-8") => simulator::Charset::Utf8,
        _ => simulator::Charset::Windows31j,
    };
    // What stands before the gateway is where browsers go too.
    options.public_url = wish
        .endpoint
        .as_ref()
        .map(|url| url.trim_end_matches("/api").to_owned());
    // Tests send pushes when they mean to.
    options.push_after_result = wish.pushes;
    // Only a power cut could lose something, and that is no test's subject here.
    options.sync = false;
    let (address, server) = simulator::start(options, clock).await.unwrap();
    let task = actix_web::rt::spawn(async move { server.await.unwrap() });
    (format!("http://{address}"), task)
}

/// The addresses are those of sockets that are bound already.
const TRAINING: &str = "[training]\nlisten = \"127.0.0.1:1\"\nurl = \"http://localhost:1\"\nnetworks = [\"127.0.0.1/32\"]\n\
                        folder = \"training\"\ntrusted_proxies = [\"127.0.0.3\"]\n";

/// Opens the world's school and serves its four faces.
async fn open_school(workspace: &Workspace, sockets: [TcpListener; 4], tasks: &mut Vec<JoinHandle<()>>) -> School {
    let ports = [0, 1, 2, 3].map(|n: usize| sockets[n].local_addr().unwrap().port());
    let [console, public, bank, mails] = ports.map(localhost);
    let addresses = Addresses {
        console,
        public,
        bank,
        mails,
        bank_here: format!("http://127.0.0.1:{}", ports[2]),
    };
    let school = school_of(workspace, addresses).await.unwrap();
    for server in app::serve_training(&school, sockets, None).unwrap() {
        tasks.push(actix_web::rt::spawn(async move { server.await.unwrap() }));
    }
    school
}

/// The school of a world's settings, opened.
pub async fn school_of(workspace: &Workspace, addresses: Addresses) -> Result<School, mizumado::training::SchoolError> {
    let training = workspace.settings.training.clone().unwrap();
    School::open(
        &workspace.settings,
        &training,
        addresses,
        app::ENGINE,
        workspace.clock.clone(),
    )
    .await
}

fn settings_text(database: &str, url: &str, gateway: &str, wish: &Wish) -> String {
    let listen = url.trim_start_matches("http://");
    let charset = wish.charset.unwrap_or("windows-31j");
    let endpoint = wish.endpoint.clone().unwrap_or(format!("{gateway}/api"));
    let mail = wish.mail.clone().unwrap_or("transport = \"memory\"".into());
    format!(
        r#"
environment = "demo"
database = "{database}"
keys = "keys.toml"
{DISK_IS_NO_SUBJECT}
{LOAD_IS_NO_SUBJECT}
{top}
[bureau]
name = "長岡市水道局"
city = "長岡市"
phone = "0258-00-0000"
phone_hours = "平日 8時30分から17時15分まで"
office = "業務課"
address = "長岡市"
survey_url = "https://survey.example.jp/"
[public]
listen = "{listen}"
url = "{url}"
[mail]
{mail}
from = "水道局 <no-reply@example.jp>"
[[gateway]]
id = "main"
endpoint = "{endpoint}"
merchant = "test"
charset = "{charset}"
signing_keys = ["{GATEWAY_KEY}"]
connect_seconds = 1
answer_seconds = 2
{more}
"#,
        top = wish.top_settings,
        more = wish.more_settings
    )
}

/// Passkeys need a name, so the console's address is not `127.0.0.1`.
fn localhost(port: u16) -> String {
    format!("http://localhost:{port}")
}

fn console_text(console: &str, wish: &Wish) -> String {
    if console.is_empty() {
        return String::new();
    }
    let listen = console.replace("http://localhost", "127.0.0.1");
    let url = wish.console_url.unwrap_or(console);
    format!("[console]\nlisten = \"{listen}\"\nurl = \"{url}\"\nnetworks = [\"127.0.0.1/32\"]\n")
}

/// One migrated and filled file per test run, copied by every test.
async fn sqlite_template() -> &'static Path {
    // Worlds that are made at the same time would wait for each other's file lock in one thread.
    static DONE: tokio::sync::OnceCell<PathBuf> = tokio::sync::OnceCell::const_new();
    DONE.get_or_init(make_template).await
}

async fn make_template() -> PathBuf {
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(run);
    std::fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let done = folder.join("template.db");
    if !done.exists() {
        let half = folder.join("half.db");
        fill(&format!("sqlite:{}", half.display())).await;
        std::fs::rename(half, &done).unwrap();
    }
    done
}

async fn postgres_template(admin: &str) -> &'static str {
    const NAME: &str = "mizumado_template";
    let mut conn = diesel::PgConnection::establish(admin).unwrap();
    conn.batch_execute("select pg_advisory_lock(1)").unwrap();
    let exists = diesel::sql_query(format!("select 1 from pg_database where datname = '{NAME}'"))
        .execute(&mut conn)
        .unwrap();
    if exists == 0 {
        conn.batch_execute("create database mizumado_half").unwrap();
        fill(&with_database(admin, "mizumado_half")).await;
        // Idle connections of the pool that filled it may linger.
        conn.batch_execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'mizumado_half'")
            .unwrap();
        conn.batch_execute(&format!("alter database mizumado_half rename to {NAME}"))
            .unwrap();
    }
    conn.batch_execute("select pg_advisory_unlock(1)").unwrap();
    NAME
}

/// Migrates and fills an empty database, and lets go of it.
async fn fill(url: &str) {
    let db = mizumado::db::Db::open(url).unwrap();
    db.write(mizumado::institutions::seed_when_empty).await.unwrap();
    let checkpoint = |conn: &mut mizumado::db::Conn| match conn {
        mizumado::db::Conn::Sqlite(c) => c.batch_execute("pragma wal_checkpoint(truncate)"),
        mizumado::db::Conn::Postgres(_) => Ok(()),
    };
    db.read(move |conn| checkpoint(conn).map_err(mizumado::db::DbError::from))
        .await
        .unwrap();
    db.close().await;
}

/// An empty PostgreSQL database: the server, its name, its URL. `None` where the suite has no PostgreSQL.
pub fn database_of_its_own() -> Option<(String, String, String)> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let admin = std::env::var("TEST_POSTGRES_URL").ok()?;
    let name = format!("own_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    execute(&admin, &format!("create database {name}"));
    let url = with_database(&admin, &name);
    Some((admin, name, url))
}

/// Drops a database of [`database_of_its_own`].
pub fn drop_database(admin: &str, name: &str) {
    execute(admin, &format!("drop database {name} with (force)"));
}

fn with_database(admin: &str, name: &str) -> String {
    let (server, _) = admin.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

fn execute(admin: &str, sql: &str) {
    diesel::PgConnection::establish(admin)
        .unwrap()
        .batch_execute(sql)
        .unwrap()
}
