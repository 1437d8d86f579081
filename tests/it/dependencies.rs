//! A dependency breaks and is mended (R7): gateway, mail server and off-site store are each refused, silent, a byte a
//! second, and reset in the middle. The form answers meanwhile, nothing is half done, and afterwards all of it is done.
use crate::{
    applicant::{Applicant, HandedOff},
    backup::{age_keys, section, start_s3},
    browser::Browser,
    fault_proxy::{BROKEN, Mode, Proxy, meanwhile},
    harness::{Wish, World},
    mail::SmtpServer,
    served::free_port,
};
use chrono::Duration;
use futures_util::future::join_all;
use mizumado::{app, backups};
use std::time::Instant;

/// Longer than any time-out; only what hangs passes it.
const HANGS: u64 = 90;

/// Citizens walk in from one machine all the while.
const WITHOUT_LIMIT: &str = "[limits]\nclient_drafts_per_hour = 1000000\n";

#[actix_web::test]
async fn a_broken_gateway_leaves_an_honest_page_and_a_kept_application() {
    for engine in [0, 1] {
        join_all(BROKEN.map(|how| gateway_that_is(how, engine))).await;
    }
}

async fn gateway_that_is(how: Mode, engine: usize) {
    let proxy = Proxy::start(how);
    let wish = Wish {
        endpoint: Some(format!("http://{}/api", proxy.address)),
        more_settings: WITHOUT_LIMIT.into(),
        ..Wish::default()
    };
    let world = match engine {
        0 => World::sqlite_with(wish).await,
        _ => match World::all_with(wish).await.into_iter().nth(1) {
            Some(world) => world,
            None => return,
        },
    };
    proxy.stand_before(&world.gateway);
    let mut browser = Browser::new(&world.url);
    let check = Applicant::default().fill(&mut browser).await;
    let began = Instant::now();
    let (page, times) = meanwhile(&world.url, browser.submit(&check, &[])).await;
    let took = began.elapsed();
    assert!(took.as_secs() < HANGS, "{how:?}");
    page.expect("いまは").expect("進めません").expect("もう一度試す");
    assert_eq!(page.first(".receipt-number").len(), 11, "{how:?}: the number is there");
    is_consistent(&world, "at_institution").await;

    // Mended: the same button goes on, and what the gateway had begun is not begun again.
    proxy.set(Mode::Pass);
    let left = HandedOff::from(browser.submit(&page, &[]).await);
    assert_eq!(left.receipt_number, page.first(".receipt-number"));

    // Broken again while the person is at the institution: what happened there is not known, and nothing is guessed.
    let answer = left.complete(&world).await;
    proxy.set(how);
    let back = async {
        left.come_back(&mut browser, &answer).await;
        app::runner(&world.workspace).run_due().await.unwrap();
        browser.get("/result").await
    };
    let (page, others) = meanwhile(&world.url, back).await;
    page.expect("確認しています");
    is_consistent(&world, "checking").await;

    proxy.set(Mode::Pass);
    world.pass(Duration::minutes(10)).await;
    browser.get("/result").await.expect("完了しました");
    is_consistent(&world, "registered").await;
    let ledger = world.ledger().await;
    assert_eq!(ledger.len(), 1, "{how:?}: begun once");
    assert_eq!(ledger[0]["registrations"], 1, "{how:?}: registered once");
    let dead = world
        .count("select count(*) as n from jobs where dead_at is not null")
        .await;
    assert_eq!(dead, 0, "{how:?}");
    println!(
        "gateway {how:?} on {}: the page came after {:.1} s; {}",
        world.workspace.db.engine(),
        took.as_secs_f64(),
        times.with(others)
    );
}

/// One application in this state, with all that belongs to it and nothing else.
async fn is_consistent(world: &World, state: &str) {
    let one = [
        "select count(*) as n from applications where receipt_number is not null",
        "select count(*) as n from attempts",
        "select count(*) as n from mails where kind = 'receipt'",
        "select count(*) as n from audit_entries where action = 'application.confirmed'",
        // The state is that of the last event, and no event is missing before it.
        "select count(*) as n from applications a where receipt_number is not null and event_no = (select count(*) from \
         application_events e where e.application_id = a.id) and state = (select to_state from application_events e \
         where e.application_id = a.id and e.no = a.event_no)",
    ];
    for sql in one {
        assert_eq!(world.count(sql).await, 1, "{state}: {sql}");
    }
    let here = match state {
        "at_institution" => "select count(*) as n from applications where state = 'at_institution'",
        "checking" => "select count(*) as n from applications where state = 'checking'",
        _ => "select count(*) as n from applications where state = 'registered'",
    };
    assert_eq!(world.count(here).await, 1, "{state}");
    let results = world.count("select count(*) as n from result_outbox").await;
    assert_eq!(
        results,
        i64::from(state == "registered"),
        "{state}: a result stands in the outbox"
    );
}

#[actix_web::test]
async fn a_broken_mail_server_keeps_nobody_waiting_and_loses_no_mail() {
    join_all(BROKEN.map(mail_server_that_is)).await;
}

/// The send fails after its time at the latest, the form goes on meanwhile, and afterwards the mail comes, once.
async fn mail_server_that_is(how: Mode) {
    let (proxy, port) = (Proxy::start(how), free_port());
    proxy.stand_before(&format!("127.0.0.1:{port}"));
    let wish = Wish {
        mail: Some(format!("transport = \"smtp\"\nsmtp_url = \"smtp://{}\"", proxy.address)),
        more_settings: WITHOUT_LIMIT.into(),
        ..Wish::default()
    };
    let world = World::sqlite_with(wish).await;
    let server = SmtpServer::start(port, &world.dir.path().join("maildir"));
    let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
    let (jobs, began) = (
        actix_web::rt::spawn(app::runner(&world.workspace).run()),
        Instant::now(),
    );
    // Taken is not sent: the try must have come to its end.
    let failed = "select count(*) as n from jobs where kind = 'mail.send' and last_error is not null";
    let ended = async {
        while world.count(failed).await == 0 {
            assert!(began.elapsed().as_secs() < HANGS, "{how:?}");
            let wait = std::time::Duration::from_millis(50);
            let _ = tokio::time::timeout(wait, world.workspace.jobs.notified()).await;
        }
    };
    let ((), times) = meanwhile(&world.url, ended).await;
    let took = began.elapsed();
    jobs.abort();
    let waiting = "select count(*) as n from mails where sent_at is null";
    assert_eq!(world.count(waiting).await, 1, "{how:?}: the mail waits");

    proxy.set(Mode::Pass);
    world.pass(Duration::minutes(5)).await;
    assert_eq!(world.count(waiting).await, 0, "{how:?}: the mail left");
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{how:?}: once");
    let parsed = mail_parser::MessageParser::default()
        .parse(mails[0].as_bytes())
        .unwrap();
    assert!(parsed.body_text(0).unwrap().contains(&left.receipt_number));
    println!(
        "mail server {how:?}: given up after {:.1} s; {times}",
        took.as_secs_f64()
    );
}

#[actix_web::test]
async fn a_broken_store_off_the_site_costs_no_backup_and_is_made_up_for() {
    join_all(BROKEN.map(store_that_is)).await;
}

async fn store_that_is(how: Mode) {
    let (keys, proxy) = (tempfile::tempdir().unwrap(), Proxy::start(how));
    let (recipient, _) = age_keys(keys.path());
    let bucket = keys.path().join("bucket");
    std::fs::create_dir(&bucket).unwrap();
    proxy.stand_before(&start_s3(keys.path()).await);
    let offsite = format!(
        "[backup.offsite]\nendpoint = \"http://{}\"\nbucket = \"bucket\"\nregion = \"us-east-1\"\naccess_key = \"AKID\"\nsecret_key = \"secret\"\n",
        proxy.address
    );
    let wish = Wish {
        more_settings: section(&recipient) + &offsite + WITHOUT_LIMIT,
        ..Wish::default()
    };
    let world = World::sqlite_with(wish).await;
    world.workspace.clock.advance(Duration::days(1));
    let began = Instant::now();
    let night = async {
        app::planner(&world.workspace).plan().await.unwrap();
        app::runner(&world.workspace).run_due().await.unwrap();
    };
    let ((), times) = meanwhile(&world.url, night).await;
    let took = began.elapsed();
    assert!(took.as_secs() < HANGS, "{how:?}");
    let alarms = world.alarms().await;
    assert!(
        alarms.contains(&"operations.backup_not_off_site".to_owned()),
        "{how:?}: {alarms:?}"
    );
    assert!(
        !alarms.contains(&"operations.backup_failed".to_owned()),
        "{how:?}: here it counts"
    );
    let here = "select count(*) as n from backups where offsite_at is null";
    assert_eq!(world.count(here).await, 1, "{how:?}");
    let names = || {
        std::fs::read_dir(&bucket)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
    };
    assert!(
        !names().any(|n| n.ends_with(".json")),
        "{how:?}: the manifest comes last"
    );

    proxy.set(Mode::Pass);
    world.pass(Duration::hours(2)).await;
    assert_eq!(world.count(here).await, 0, "{how:?}: made up for");
    assert!(
        !world
            .alarms()
            .await
            .contains(&"operations.backup_not_off_site".to_owned()),
        "{how:?}"
    );
    let place = world.workspace.settings.backup.clone().unwrap();
    let there = backups::list_offsite(&place.offsite.unwrap()).await.unwrap();
    assert_eq!(there.len(), 2, "{how:?}: the file and its manifest: {there:?}");
    for (name, bytes) in there {
        let local = std::fs::metadata(place.folder.join(&name)).unwrap();
        assert_eq!(local.len(), bytes, "{how:?}: {name} is whole");
    }
    println!("store {how:?}: given up after {:.1} s; {times}", took.as_secs_f64());
}
