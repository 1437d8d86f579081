//! Three witnesses of one attempt: the browser's return, the inquiry, the gateway's daily file.
use crate::{
    applicant::{Applicant, HandedOff},
    browser::Browser,
    harness::{Wish, World},
};
use chrono::{Days, Duration, NaiveDate, NaiveTime};
use mizumado::{
    clock::jst,
    gateways::{Account, CreateRequest},
    reconciliation,
};
use serde_json::json;

const ALARM: &str = "reconciliation.differences:main";

fn today(world: &World) -> NaiveDate {
    jst(world.workspace.clock.now()).date()
}

/// To the next morning (JST), when yesterday's file is fetched.
async fn fetch(world: &World) {
    let now = jst(world.workspace.clock.now());
    let four = NaiveTime::from_hms_opt(4, 0, 30).unwrap();
    let morning = (now.date() + Days::new(1)).and_time(four);
    world.pass(morning - now).await;
}

/// The next night with its comparison.
async fn night(world: &World) {
    fetch(world).await;
    world.pass(Duration::minutes(31)).await;
}

/// The kinds of the differences that are open, in order.
async fn differences(world: &World) -> Vec<&'static str> {
    let open = world.write(|conn| Ok(reconciliation::open_differences(conn)?)).await;
    let mut kinds: Vec<_> = open.iter().map(|d| d.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}

/// The person is done at the institution and never comes back; the silent check asks.
async fn end_without_return(world: &World, applicant: &Applicant) -> HandedOff {
    let mut browser = Browser::new(&world.url);
    let left = applicant.hand_off(&mut browser).await;
    left.complete(world).await;
    world.pass(Duration::minutes(6)).await;
    left
}

async fn journey(world: &World, applicant: &Applicant) -> HandedOff {
    let mut browser = Browser::new(&world.url);
    let left = applicant.hand_off(&mut browser).await;
    left.finish(world, &mut browser).await;
    left
}

const REGISTERED: &str = "select count(*) as n from applications where state = 'registered'";
const REJECTED: &str = "select count(*) as n from applications where state = 'rejected'";

#[actix_web::test]
async fn witnesses_that_agree_are_no_difference() {
    for world in World::all().await {
        for digits in ["67", "01", "22", "25"] {
            journey(&world, &Applicant::scenario(digits)).await;
        }
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("69").hand_off(&mut browser).await;
        let answer = world.control("cancel", json!({ "tran_id": left.tran_id })).await;
        left.come_back(&mut browser, &answer).await;
        Applicant::scenario("70").hand_off(&mut Browser::new(&world.url)).await;
        for _ in 0..2 {
            night(&world).await;
            assert!(differences(&world).await.is_empty());
        }
        assert_eq!(world.alarms().await, Vec::<String>::new());
        assert!(world.count("select count(*) as n from daily_results").await >= 5);
        assert_eq!(world.count(REGISTERED).await, 3);
    }
}

#[actix_web::test]
async fn a_day_of_many_ends_is_told_alike_by_file_and_inquiry() {
    for world in World::all().await {
        let shares = json!({ "success": 5, "fail": 3, "cancelled": 1, "unprocessed": 1 });
        world.autopilot(json!({ "after_ms": 0, "shares": shares })).await;
        for number in 0..12 {
            let applicant = Applicant {
                customer_number: format!("{number:010}"),
                account: ("020".into(), format!("{number:05}67")),
                ..Applicant::default()
            };
            applicant.hand_off(&mut Browser::new(&world.url)).await;
        }
        world.pass(Duration::hours(2)).await;
        night(&world).await;
        assert!(differences(&world).await.is_empty());
        let ledger = world.ledger().await;
        let registered = ledger.iter().filter(|line| line["outcome"] == "success").count();
        assert_eq!(world.count(REGISTERED).await, i64::try_from(registered).unwrap());
        let told = ledger.iter().filter(|line| line["outcome"] != "unprocessed").count();
        let lines = "select count(*) as n from daily_results";
        assert_eq!(world.count(lines).await, i64::try_from(told).unwrap());
    }
}

#[actix_web::test]
async fn a_success_that_only_the_file_knows_is_asked_about_and_ends_by_itself() {
    for world in World::all().await {
        world
            .faults(json!([{ "fault": "flip", "inquiries": 1, "code": "B01" }]))
            .await;
        end_without_return(&world, &Applicant::default()).await;
        assert_eq!(world.count(REJECTED).await, 1, "the first inquiry was wrong");
        // The file makes us ask, and nobody answers.
        world.faults(json!([{ "fault": "error", "at": "inquire" }])).await;
        night(&world).await;
        assert_eq!(differences(&world).await, ["file_only_success"]);
        assert_eq!(world.alarms().await, [ALARM]);
        assert_eq!(world.count(REJECTED).await, 1, "the file decides nothing");
        world.faults(json!([])).await;
        world.pass(Duration::hours(2)).await;
        assert_eq!(
            world.count(REGISTERED).await,
            1,
            "the ladder went on until the gateway answered"
        );
        night(&world).await;
        assert!(differences(&world).await.is_empty());
        assert_eq!(world.alarms().await, Vec::<String>::new());
        let told = "select count(*) as n from mails where kind = 'late_success'";
        assert_eq!(world.count(told).await, 1);
        let ended = "select count(*) as n from differences where resolution = '一致した'";
        assert_eq!(world.count(ended).await, 1);
    }
}

#[actix_web::test]
async fn a_registration_that_file_and_return_deny_calls_a_person_once() {
    for world in World::all().await {
        world
            .faults(json!([{ "fault": "flip", "inquiries": 1, "code": "B01" }]))
            .await;
        journey(&world, &Applicant::scenario("01")).await;
        assert_eq!(world.count(REGISTERED).await, 1, "the first inquiry was wrong");
        for _ in 0..3 {
            night(&world).await;
            assert_eq!(differences(&world).await, ["file_denies", "return_contradicts"]);
            assert_eq!(world.alarms().await, [ALARM]);
        }
        assert_eq!(world.count(REGISTERED).await, 1, "nothing takes a registration back");
        let raised = world.audit("alarm.raised").await;
        assert_eq!(raised, [(String::new(), ALARM.to_owned())]);
        settle_all(&world).await;
        assert_eq!(
            world.alarms().await,
            Vec::<String>::new(),
            "with the last one the alarm ends"
        );
        night(&world).await;
        assert!(
            differences(&world).await.is_empty(),
            "what a person settled is not opened again"
        );
        assert_eq!(world.alarms().await, Vec::<String>::new());
    }
}

async fn settle_all(world: &World) {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let write = move |conn: &mut mizumado::db::Conn| {
        for open in reconciliation::open_differences(conn)? {
            assert!(reconciliation::settle_by(
                conn,
                &workspace,
                &open.id,
                "staff/x",
                "銀行に確かめた",
                now
            )?);
        }
        Ok(())
    };
    world.write(write).await;
}

#[actix_web::test]
async fn a_result_that_changes_days_later_is_followed_by_its_file() {
    for world in World::all().await {
        let two_days = 2 * 24 * 3600;
        world
            .faults(json!([{ "fault": "late_change", "seconds": two_days, "code": "B01" }]))
            .await;
        end_without_return(&world, &Applicant::default()).await;
        for _ in 0..2 {
            night(&world).await;
            assert!(differences(&world).await.is_empty());
            assert_eq!(world.count(REJECTED).await, 1);
        }
        night(&world).await;
        assert_eq!(world.count(REGISTERED).await, 1);
        assert!(differences(&world).await.is_empty());
        assert!(world.mails().iter().any(|m| m.title.contains("結果の変更")));
        night(&world).await;
        assert!(differences(&world).await.is_empty());
    }
}

#[actix_web::test]
async fn a_push_that_says_the_opposite_changes_nothing() {
    let wish = Wish {
        pushes: true,
        ..Wish::default()
    };
    for world in World::all_with(wish).await {
        world.faults(json!([{ "fault": "contradiction", "code": "B01" }])).await;
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.complete(&world).await;
        world.workspace.clock.advance(Duration::seconds(5));
        let pushed = async {
            let fails = "select count(*) as n from attempt_messages where kind = 'push' and status = 'fail'";
            while world.count(fails).await == 0 {
                tokio::task::yield_now().await;
            }
        };
        let in_time = tokio::time::timeout(std::time::Duration::from_secs(20), pushed).await;
        in_time.expect("the push arrives");
        world.run_jobs().await;
        assert_eq!(world.count(REGISTERED).await, 1, "the inquiry decides");
        night(&world).await;
        assert!(differences(&world).await.is_empty());
    }
}

#[actix_web::test]
async fn a_registration_that_the_file_lacks_is_a_difference_until_the_whole_file_comes() {
    for world in World::all().await {
        let day = today(&world);
        journey(&world, &Applicant::default()).await;
        night(&world).await;
        let adapter = world.workspace.gateways.find("main").unwrap();
        let whole = adapter.fetch_daily(day).await.unwrap();
        assert_eq!(whole.len(), 1);
        let take = |lines| reconciliation::take_file(&world.workspace, "main", day, lines);
        assert_eq!(take(vec![]).await.unwrap(), 0);
        world.pass(Duration::minutes(31)).await;
        assert_eq!(differences(&world).await, ["missing_in_file"]);
        assert_eq!(world.alarms().await, [ALARM]);
        assert_eq!(take(whole).await.unwrap(), 0);
        world.pass(Duration::minutes(31)).await;
        assert!(differences(&world).await.is_empty());
        assert_eq!(world.alarms().await, Vec::<String>::new());
        assert_eq!(world.audit("alarm.ended").await.len(), 1);
    }
}

#[actix_web::test]
async fn an_attempt_that_we_never_began_is_a_difference() {
    for world in World::all().await {
        let stranger = CreateRequest {
            attempt_id: "STRANGER1".into(),
            institution: "0140".into(),
            account: Some(Account {
                branch: "020".into(),
                deposit_type: "1".into(),
                number: "1234567".into(),
                holder_kana: "ﾔﾏﾀﾞ ﾀﾛｳ".into(),
            }),
            return_url: format!("{}/gateway/main/return", world.url),
            push_url: String::new(),
        };
        let adapter = world.workspace.gateways.find("main").unwrap();
        let created = adapter.create(&stranger).await.unwrap();
        world
            .control("complete", json!({ "tran_id": created.tran_id, "pin": "1234" }))
            .await;
        for _ in 0..2 {
            night(&world).await;
            assert_eq!(differences(&world).await, ["unknown_attempt"]);
        }
        let open = world.write(|conn| Ok(reconciliation::open_differences(conn)?)).await;
        assert_eq!(
            (open[0].attempt_id.as_str(), open[0].application_id.as_deref()),
            ("STRANGER1", None)
        );
        assert_eq!(world.alarms().await, [ALARM]);
    }
}

#[actix_web::test]
async fn a_file_that_does_not_come_calls_the_operator_after_some_tries() {
    let wish = Wish {
        top_settings: "operators = [\"op@example.jp\"]\n".into(),
        ..Wish::default()
    };
    for world in World::all_with(wish).await {
        world.run_jobs().await;
        let files = "select count(*) as n from daily_files";
        assert_eq!(world.count(files).await, 1);
        journey(&world, &Applicant::default()).await;
        world.faults(json!([{ "fault": "error", "at": "daily" }])).await;
        fetch(&world).await;
        for _ in 0..3 {
            world.pass(Duration::seconds(20)).await;
            assert_eq!(world.alarms().await, Vec::<String>::new());
        }
        // A gateway may be late by an hour; the twelfth try is for a person.
        for _ in 0..7 {
            world.pass(Duration::minutes(20)).await;
            assert_eq!(world.alarms().await, Vec::<String>::new());
        }
        for _ in 0..3 {
            world.pass(Duration::minutes(20)).await;
            assert_eq!(world.alarms().await, ["reconciliation.no_file:main"]);
        }
        let to_operator = || {
            world
                .mails()
                .into_iter()
                .filter(|m| m.recipient == "op@example.jp")
                .count()
        };
        assert_eq!(to_operator(), 1);
        world.faults(json!([])).await;
        world.pass(Duration::hours(2)).await;
        assert_eq!(world.alarms().await, Vec::<String>::new());
        assert_eq!((world.count(files).await, to_operator()), (2, 1));
        world.pass(Duration::minutes(31)).await;
        assert!(differences(&world).await.is_empty());
    }
}

#[actix_web::test]
async fn nights_that_were_missed_are_made_up_for() {
    for world in World::all().await {
        world.run_jobs().await;
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.complete(&world).await;
        world.workspace.clock.advance(Duration::days(3));
        world.run_jobs().await;
        assert_eq!(world.count("select count(*) as n from daily_files").await, 4);
        assert_eq!(world.count("select count(*) as n from daily_results").await, 1);
        assert_eq!(world.count(REGISTERED).await, 1);
        world.pass(Duration::minutes(31)).await;
        assert!(differences(&world).await.is_empty());
        let left = "select count(*) as n from jobs where kind = 'reconciliation.compare' and finished_at is null";
        assert_eq!(world.count(left).await, 0);
    }
}
