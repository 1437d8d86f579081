//! Mails at least once, never blocking (R4): a mail server that errs in every way, and kill -9 while mails leave.
//! `make mails` is the long one (MAILS_KILLS, MAILS_SEED).
use crate::{
    applicant::Applicant,
    browser::Browser,
    harness::{Wish, World},
    plan::number,
    served::Place,
    smtp::{Fate, SmtpServer},
};
use chrono::{Duration, NaiveDateTime};
use mizumado::{
    app,
    clock::Clock,
    db::{Conn, DbError},
    mail::{self, NewMail},
    web::Error,
    workspace::Workspace,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

fn by(server: &SmtpServer) -> Wish {
    Wish {
        mail: Some(format!("transport = \"smtp\"\nsmtp_url = \"{}\"", server.url())),
        ..Wish::default()
    }
}

/// Puts mails into the outbox, as a result would.
async fn queue(world: &Workspace, mails: u64, now: NaiveDateTime) {
    let keys = world.keys.clone();
    let write = move |conn: &mut Conn| {
        for _ in 0..mails {
            let new = NewMail {
                kind: "test",
                subject_id: "test",
                recipient: "taro@example.jp",
                title: "試験",
                body: "試験",
            };
            mail::queue(conn, &keys, now, &new)?;
        }
        Ok::<_, Error>(())
    };
    world.db.write(write).await.unwrap();
}

/// The ids of the mails that wait or have left: they are the Message-IDs.
async fn ids(world: &Workspace, which: &'static str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Id {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let read = move |conn: &mut Conn| {
        let sql = format!("select id from mails where {which} order by id");
        diesel::RunQueryDsl::load::<Id>(diesel::sql_query(sql), conn).map_err(DbError::from)
    };
    world
        .db
        .read(read)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect()
}

/// How often each mail was taken.
fn copies(server: &SmtpServer) -> BTreeMap<String, u64> {
    server.heard(|heard| {
        heard.taken.iter().fold(BTreeMap::new(), |mut copies, id| {
            *copies.entry(id.clone()).or_default() += 1;
            copies
        })
    })
}

#[actix_web::test]
async fn whatever_a_mail_server_does_each_mail_is_taken_once() {
    const WAYS: [Fate; 5] = [
        Fate::Postponed,
        Fate::RefusedAfterData,
        Fate::Dropped,
        Fate::Cut,
        Fate::Taken,
    ];
    let err = |n: u64| if n < 40 { WAYS[n as usize % 5] } else { Fate::Taken };
    let (one, two) = (SmtpServer::start(err), SmtpServer::start(err));
    each_is_taken_once(&World::sqlite_with(by(&one)).await, &one).await;
    if let Some(world) = World::postgres_with(by(&two)).await {
        each_is_taken_once(&world, &two).await;
    }
}

async fn each_is_taken_once(world: &World, server: &SmtpServer) {
    queue(&world.workspace, 24, world.workspace.clock.now()).await;
    for _ in 0..30 {
        world.pass(Duration::minutes(2)).await;
    }
    assert_eq!(ids(&world.workspace, "sent_at is null").await, Vec::<String>::new());
    let (all, copies) = (ids(&world.workspace, "true").await, copies(server));
    assert_eq!(copies.keys().cloned().collect::<Vec<_>>(), all, "0 lost");
    assert!(copies.values().all(|n| *n == 1), "{copies:?}");
    // Whoever dropped the line may have kept the mail: the second copy has the same Message-ID.
    let unanswered = server.heard(|heard| heard.unanswered.clone());
    assert!(!unanswered.is_empty() && unanswered.iter().all(|id| all.contains(id)));
    println!(
        "{} mails, {} read to the end and not taken at first: each taken once",
        all.len(),
        unanswered.len()
    );
}

#[actix_web::test]
async fn a_silent_mail_server_costs_a_worker_30_s_and_a_citizen_nothing() {
    let ways = [
        Fate::SilentAtOnce,
        Fate::SilentAtMail,
        Fate::SilentAfterData,
        Fate::Trickle,
    ];
    futures_util::future::join_all(ways.map(silent)).await;
}

async fn silent(way: Fate) {
    let server = SmtpServer::that_greets(way, move |_| way);
    let world = World::sqlite_with(by(&server)).await;
    queue(&world.workspace, 1, world.workspace.clock.now()).await;
    let (lanes, began) = (
        actix_web::rt::spawn(app::runner(&world.workspace).run()),
        Instant::now(),
    );
    // A whole enrolment while the mail hangs: its form, its job that asks the gateway, its result.
    let mut browser = Browser::new(&world.url);
    let left = Applicant::default().hand_off(&mut browser).await;
    let answer = left.complete(&world).await;
    let mut page = left.come_back(&mut browser, &answer).await;
    while !page.has("完了しました") {
        assert!(began.elapsed().as_secs() < 25, "{way:?}: {}", page.text());
        page = browser.get("/result").await;
    }
    let enrolled = began.elapsed();
    let failed = "select count(*) as n from jobs where kind = 'mail.send' and last_error is not null";
    while world.count(failed).await == 0 {
        assert!(began.elapsed().as_secs() < 35, "{way:?}: the worker is free again");
        let _ = tokio::time::timeout(std::time::Duration::from_millis(50), world.workspace.jobs.notified()).await;
    }
    let worker = began.elapsed();
    lanes.abort();
    assert_eq!(
        world
            .count("select count(*) as n from mails where sent_at is not null")
            .await,
        0
    );
    println!(
        "{way:?}: the worker was free after {:.1} s; meanwhile an enrolment took {:.1} s",
        worker.as_secs_f64(),
        enrolled.as_secs_f64()
    );
}

/// Mails in each round; the program is killed while they leave.
const PER_ROUND: u64 = 24;

#[actix_web::test]
async fn kill_nine_while_mails_leave_loses_none_and_doubles_one_at_most() {
    let (kills, seed) = (number("MAILS_KILLS", 5), number("MAILS_SEED", 20_261_128));
    let mut chance = StdRng::seed_from_u64(seed);
    // After so many mails the answer is kept back: the moment in which a crash sends a mail again, made long.
    let free = Arc::new(AtomicI64::new(i64::MAX));
    let inside = free.clone();
    let server = SmtpServer::start(move |_| match inside.fetch_sub(1, Ordering::SeqCst) > 0 {
        true => Fate::Taken,
        false => Fate::Held,
    });
    let place = Place::new("sqlite:mails.db", "http://127.0.0.1:1", "", "");
    let smtp = format!("transport = \"smtp\"\nsmtp_url = \"{}\"", server.url());
    place.change("transport = \"file\"\nfolder = \"mails\"", &smtp);
    place.must(&["migrate"]);
    let clock = Clock::system();
    let (world, mut most) = (place.world(clock.clone()), 0);
    for _ in 0..kills {
        queue(&world, PER_ROUND, Clock::system().now()).await;
        free.store(chance.random_range(0..PER_ROUND as i64 - 8), Ordering::SeqCst);
        kill_while_held(&place, &server).await;
        let noted = ids(&world, "sent_at is not null").await;
        most = most.max(copies(&server).keys().filter(|id| !noted.contains(id)).count());
        free.store(i64::MAX, Ordering::SeqCst);
        drain(&world, &clock).await;
    }
    let (all, copies) = (ids(&world, "true").await, copies(&server));
    assert_eq!(all.len() as u64, kills * PER_ROUND);
    assert_eq!(copies.keys().cloned().collect::<Vec<_>>(), all, "0 lost");
    let doubled = copies.values().map(|n| n - 1).sum::<u64>();
    println!(
        "{kills} kills (seed {seed}): {} mails, 0 lost, {doubled} sent again, {most} at most by one kill",
        all.len()
    );
    assert!(doubled > 0, "the kills hit the moment that they are about");
    assert!(most <= 1 && doubled <= kills, "{doubled} copies, {most} by one kill");
}

/// Serves until a mail is taken without an answer, and is killed then.
async fn kill_while_held(place: &Place, server: &SmtpServer) {
    server.heard(|heard| heard.held.clear());
    let mut program = place.serve();
    let held = |count| async move {
        while server.heard(|heard| heard.held.len()) < count {
            tokio::task::yield_now().await;
        }
    };
    let wait = std::time::Duration::from_secs(60);
    tokio::time::timeout(wait, held(1)).await.expect("mails leave");
    // A second one on its way would be a second copy.
    let _ = tokio::time::timeout(std::time::Duration::from_millis(200), held(2)).await;
    assert!(program.runs());
    program.kill();
}

/// What the dead program had leased is sent by another when the leases are over.
async fn drain(world: &Workspace, clock: &Clock) {
    clock.advance(Duration::minutes(3));
    let runner = app::runner(world);
    while runner.run_due().await.unwrap() > 0 {}
    assert_eq!(ids(world, "sent_at is null").await, Vec::<String>::new());
}
