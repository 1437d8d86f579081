//! The campaign (R1, R2, R3, R8): applicants apply, the program is killed again and again, the gateway errs. At the
//! end nothing that was shown is lost, nothing is there twice, and our rows are the gateway's ledger.
//!
//! A short one with a fixed seed belongs to the suite; `make chaos` runs the long one (CHAOS_ROUNDS, CHAOS_PER_ROUND,
//! CHAOS_SEED) and writes its figures to the folder of CHAOS_RESULTS.
use crate::{
    harness::{database_of_its_own, drop_database},
    served::{Place, start_gateway},
};
use mizumado::{
    app,
    clock::{Clock, from_unix},
    db::{Conn, DbError},
    enrolment::{self, states::Registration},
    workspace::Workspace,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use regex::Regex;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    net::IpAddr,
    path::Path,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::Notify;

const CLIENTS: u8 = 8;

struct Plan {
    rounds: u64,
    per_round: u64,
    seed: u64,
}

impl Plan {
    fn from_environment() -> Self {
        let number = |name: &str, default| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
        Self {
            rounds: number("CHAOS_ROUNDS", 4),
            per_round: number("CHAOS_PER_ROUND", 12),
            seed: number("CHAOS_SEED", 20_261_122),
        }
    }
}

/// A third of the beginnings go wrong, pushes are lost, doubled, late and forged, a fifth of the inquiries fails.
fn faults(seed: u64) -> Value {
    json!({ "seed": seed, "faults": [
        { "fault": "drop", "at": "create", "share": 20 },
        { "fault": "error", "at": "create", "share": 5 },
        { "fault": "half", "at": "create", "share": 5 },
        { "fault": "error", "at": "inquire", "share": 15 },
        { "fault": "charset", "at": "inquire", "share": 5 },
        { "fault": "lost", "at": "push", "share": 30 },
        { "fault": "repeat", "at": "push", "share": 10 },
        { "fault": "reorder", "at": "push", "share": 10 },
        { "fault": "bad_signature", "at": "push", "share": 5 },
        { "fault": "wrong_key", "at": "push", "share": 5 },
    ]})
}

struct Campaign {
    plan: Plan,
    place: Place,
    _gateway_folder: tempfile::TempDir,
    gateway: String,
    clock: Clock,
    kills: AtomicU64,
    /// Every receipt number that a page showed.
    shown: Arc<Mutex<Vec<String>>>,
    next: Arc<AtomicU64>,
    /// One more was shown, or an applicant has ended.
    news: Arc<Notify>,
}

impl Campaign {
    async fn start(plan: Plan, database: &str) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::system());
        let gateway = start_gateway(folder.path(), clock.clone()).await;
        let campaign = Self {
            place: Place::new(database, &gateway, "", ""),
            _gateway_folder: folder,
            plan,
            gateway,
            clock,
            kills: AtomicU64::new(0),
            shown: Arc::default(),
            next: Arc::default(),
            news: Arc::default(),
        };
        campaign.tell("faults", faults(campaign.plan.seed)).await;
        let shares = json!({ "success": 70, "fail": 20, "cancelled": 5, "unprocessed": 5 });
        campaign
            .tell("autopilot", json!({ "after_ms": 20, "shares": shares }))
            .await;
        campaign
    }

    async fn tell(&self, path: &str, json: Value) {
        let url = format!("{}/control/{path}", self.gateway);
        let answer = reqwest::Client::new()
            .put(url)
            .body(json.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    async fn ledger(&self) -> Vec<Value> {
        let text = reqwest::get(format!("{}/control/ledger", self.gateway))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Kills the program in the middle of it: at least so many times, and until so many were shown.
    async fn rounds(&self) {
        let mut chance = StdRng::seed_from_u64(self.plan.seed);
        while self.kills() < self.plan.rounds || self.shown() < self.plan.rounds * self.plan.per_round {
            let mut program = self.place.serve();
            let clients: Vec<_> = (0..CLIENTS).map(|n| actix_web::rt::spawn(self.client(n))).collect();
            let enough = self.shown() + chance.random_range(1..=2 * self.plan.per_round);
            while self.shown() < enough {
                assert!(program.runs(), "the program runs until it is killed");
                assert!(!clients.iter().all(|c| c.is_finished()), "the applicants go on");
                self.news.notified().await;
            }
            program.kill();
            self.kills.fetch_add(1, Ordering::Relaxed);
            for client in clients {
                client.await.unwrap();
            }
        }
    }

    fn kills(&self) -> u64 {
        self.kills.load(Ordering::Relaxed)
    }

    fn shown(&self) -> u64 {
        self.shown.lock().unwrap().len() as u64
    }

    /// One applicant after another on a machine of their own, until the program is gone.
    fn client(&self, machine: u8) -> impl Future<Output = ()> + 'static {
        let (url, shown, next) = (self.place.url.clone(), self.shown.clone(), self.next.clone());
        let news = self.news.clone();
        async move {
            let http = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .local_address(IpAddr::from([127, 0, 1, machine]))
                .build()
                .unwrap();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let receipt = apply(&http, &url, number).await;
                if let Ok(receipt) = &receipt {
                    shown.lock().unwrap().push(receipt.clone());
                }
                // Kept for whoever asks next, also when nobody waits at this moment.
                news.notify_one();
                if receipt.is_err() {
                    return;
                }
            }
        }
    }

    /// Lets the time pass until every result is in; gives the world for looking.
    async fn settle(&self) -> Workspace {
        let world = self.place.world(self.clock.clone());
        let (planner, runner) = (app::planner(&world), app::runner(&world));
        for step in 0..400 {
            planner.plan().await.unwrap();
            while runner.run_due().await.unwrap() > 0 {}
            let states =
                "select count(*) as n from applications where state in ('at_institution', 'checking', 'unknown')";
            if count(&world, states).await == 0 {
                return world;
            }
            let minutes = if step < 60 { 2 } else { 60 };
            self.clock.advance(chrono::Duration::minutes(minutes));
        }
        panic!("some results never came");
    }
}

static HIDDEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"name="(key|draft_rev)" value="([^"]+)""#).unwrap());
static RECEIPT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"id="receipt-number">([^<]+)<"#).unwrap());

/// A whole application by nothing but its requests; gives the receipt number that the last page shows.
pub async fn apply(http: &reqwest::Client, url: &str, number: u64) -> Result<String, reqwest::Error> {
    let (customer, account) = (format!("{number:010}"), format!("{:07}", number % 10_000_000));
    let steps: [(&str, &[(&str, &str)]); 7] = [
        ("terms", &[("agree", "yes")]),
        ("bank", &[("institution", "0140")]),
        ("number", &[("application_kind", "new"), ("customer_number", &customer)]),
        (
            "place",
            &[("postal_code", "940-0062"), ("town", "長岡市大手通"), ("block", "2-6")],
        ),
        (
            "name",
            &[
                ("family_name", "山田"),
                ("given_name", "太郎"),
                ("family_kana", "ヤマダ"),
                ("given_kana", "タロウ"),
                ("name_changed", "no"),
            ],
        ),
        (
            "contact",
            &[
                ("phone_mobile", "09000001234"),
                ("relation", "self"),
                ("notice", "mail"),
                ("email", "taro@example.jp"),
            ],
        ),
        (
            "account",
            &[
                ("branch", "020"),
                ("deposit_type", "1"),
                ("account_number", &account),
                ("holder", "same"),
            ],
        ),
    ];
    let mut cookie = String::new();
    let call = |method: &str, path: String, cookie: &str, body: Option<String>| {
        let request = http
            .request(method.parse().unwrap(), format!("{url}{path}"))
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie.to_owned());
        let form = "application/x-www-form-urlencoded";
        match body {
            Some(body) => request.header("content-type", form).body(body).send(),
            None => request.send(),
        }
    };
    for (step, fields) in steps {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let answer = call("POST", format!("/apply/{step}"), &cookie, Some(body)).await?;
        assert_eq!(answer.status(), 303, "{step}");
        if let Some(set) = answer.headers().get("set-cookie") {
            cookie = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
    }
    let check = call("GET", "/apply/check".into(), &cookie, None).await?.text().await?;
    let fields: Vec<(String, String)> = HIDDEN
        .captures_iter(&check)
        .map(|c| (c[1].into(), c[2].into()))
        .collect();
    assert_eq!(fields.len(), 2, "{check}");
    let body = serde_urlencoded::to_string(&fields).unwrap();
    call("POST", "/apply/check".into(), &cookie, Some(body)).await?;
    let mut answer = call("GET", "/apply/handoff".into(), &cookie, None).await?;
    // The gateway's word may have come already.
    if answer.status() == 303 {
        answer = call("GET", "/result".into(), &cookie, None).await?;
    }
    let page = answer.text().await?;
    Ok(RECEIPT.captures(&page).unwrap_or_else(|| panic!("{page}"))[1].replace('-', ""))
}

async fn count(world: &Workspace, sql: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let sql = sql.to_owned();
    let read = move |conn: &mut Conn| {
        diesel::RunQueryDsl::get_result::<Count>(diesel::sql_query(sql), conn).map_err(DbError::from)
    };
    world.db.read(read).await.unwrap().n
}

/// Receipt numbers or attempt ids that a query gives.
async fn words(world: &Workspace, sql: &'static str) -> BTreeSet<String> {
    #[derive(diesel::QueryableByName)]
    struct Word {
        #[diesel(sql_type = diesel::sql_types::Text)]
        word: String,
    }
    let read =
        move |conn: &mut Conn| diesel::RunQueryDsl::load::<Word>(diesel::sql_query(sql), conn).map_err(DbError::from);
    world.db.read(read).await.unwrap().into_iter().map(|w| w.word).collect()
}

/// Holds everything that is known against everything else; gives the figures.
async fn judge(campaign: &Campaign, world: &Workspace) -> String {
    let ours = words(
        world,
        "select receipt_number as word from applications where receipt_number is not null",
    )
    .await;
    let shown = campaign.shown.lock().unwrap().clone();
    let lost: Vec<_> = shown.iter().filter(|number| !ours.contains(*number)).collect();
    assert!(lost.is_empty(), "shown and lost: {lost:?}");
    let distinct: BTreeSet<_> = shown.iter().collect();
    assert_eq!(
        distinct.len(),
        shown.len(),
        "a receipt number is shown to one applicant"
    );

    // One outbox row and one audit entry for each, in the transaction that made it.
    let mails = count(world, "select count(*) as n from mails where kind = 'receipt'").await;
    let entries = count(
        world,
        "select count(*) as n from audit_entries where action = 'application.confirmed'",
    )
    .await;
    assert_eq!((mails, entries), (ours.len() as i64, ours.len() as i64));
    let whole = world
        .db
        .read(|conn| mizumado::audit::verify(conn).map_err(DbError::from))
        .await
        .unwrap();
    assert!(matches!(whole, mizumado::audit::ChainCheck::Whole(_)), "{whole:?}");
    let unsent = count(world, "select count(*) as n from mails where sent_at is null").await;
    assert_eq!(unsent, 0, "every mail left");

    // Our registrations are the gateway's, one for one.
    let ledger = campaign.ledger().await;
    let theirs: BTreeSet<String> = ledger
        .iter()
        .filter(|t| t["outcome"] == "success")
        .map(|t| t["attempt_id"].as_str().unwrap().to_owned())
        .collect();
    let registered = words(world, "select id as word from attempts where outcome = 'success'").await;
    assert!(!theirs.is_empty(), "the gateway registered some");
    assert_eq!(registered, theirs);
    let sum = |name: &str| ledger.iter().map(|t| t[name].as_u64().unwrap_or(0)).sum::<u64>();
    assert!(
        ledger.iter().all(|t| t["registrations"].as_u64().unwrap_or(0) <= 1),
        "no mandate twice"
    );
    assert_eq!(sum("forged_taken"), 0);

    // And the bureau's file holds exactly these.
    let records = world.clone();
    let (from, to) = (from_unix(0).unwrap(), world.clock.now());
    let records = world
        .db
        .read(move |conn| enrolment::results(conn, &records, from, to))
        .await
        .unwrap();
    let in_file = records.iter().filter(|r| r.state == Registration::Registered).count();
    assert_eq!(in_file, theirs.len());
    format!(
        "{} kills, {} receipt numbers shown, 0 lost, {} accepted = outbox = audit, {} transactions at the gateway, \
         {} registered on both sides and in the file, {} forged pushes, 0 taken",
        campaign.kills(),
        shown.len(),
        ours.len(),
        ledger.len(),
        in_file,
        sum("forged_tries"),
    )
}

async fn run(database: &str, name: &str) {
    let began = Instant::now();
    let campaign = Campaign::start(Plan::from_environment(), database).await;
    println!("chaos on {name}: seed {}", campaign.plan.seed);
    campaign.rounds().await;
    let killed = began.elapsed();
    let world = campaign.settle().await;
    let figures = judge(&campaign, &world).await;
    let said = format!(
        "chaos on {name}, seed {}: {figures}; {:.0} s of kills, {:.0} s in all",
        campaign.plan.seed,
        killed.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
    println!("{said}");
    if let Some(folder) = std::env::var_os("CHAOS_RESULTS") {
        std::fs::write(Path::new(&folder).join(format!("chaos-{name}.txt")), said + "\n").unwrap();
    }
}

#[actix_web::test]
async fn nothing_is_lost_and_nothing_doubled_under_kills_and_faults_on_sqlite() {
    run("sqlite:chaos.db", "SQLite").await;
}

#[actix_web::test]
async fn nothing_is_lost_and_nothing_doubled_under_kills_and_faults_on_postgresql() {
    let Some((admin, name, url)) = database_of_its_own() else {
        return;
    };
    run(&url, "PostgreSQL").await;
    drop_database(&admin, &name);
}
