//! The form is no tool for guessing accounts and PINs, and a shared address is no suspect.
use crate::{
    applicant::{Applicant, HandedOff},
    browser::{Browser, Page},
    harness::{Wish, World},
};
use chrono::Duration;

/// Worlds with these limits and one operator.
async fn worlds(limits: &str) -> Vec<World> {
    let wish = Wish {
        top_settings: "operators = [\"op@example.jp\"]\n".into(),
        more_settings: format!("[limits]\n{limits}\n"),
        ..Wish::default()
    };
    World::all_with(wish).await
}

/// One of many people: a customer number and an account of their own, which ends in the scenario's digits.
fn person(number: u32, digits: &str) -> Applicant {
    Applicant {
        customer_number: format!("{number:010}"),
        account: ("020".into(), format!("{number:05}{digits}")),
        ..Applicant::default()
    }
}

/// A whole journey; gives the page with the result.
async fn journey(world: &World, browser: &mut Browser, applicant: &Applicant) -> Page {
    let left = applicant.hand_off(browser).await;
    left.finish(world, browser).await
}

/// The check page of an applicant in this browser, submitted.
async fn try_to_leave(browser: &mut Browser, applicant: &Applicant) -> Page {
    let check = applicant.fill(browser).await;
    browser.submit(&check, &[]).await
}

#[actix_web::test]
async fn the_third_hand_off_of_one_account_is_refused_and_what_was_typed_stays() {
    for world in worlds("account_handoffs = 2").await {
        let mut browser = Browser::new(&world.url);
        let applicant = person(1, "01");
        journey(&world, &mut browser, &applicant).await.expect("暗証番号が");
        let check = browser.get("/apply/check").await;
        let left = HandedOff::from(browser.submit(&check, &[]).await);
        left.finish(&world, &mut browser).await.expect("暗証番号が");
        let check = browser.get("/apply/check").await;
        let refused = browser.submit(&check, &[]).await;
        refused
            .expect("いまは金融機関の")
            .expect("同じ口座での手続きが続いた")
            .expect("入力した内容は保存されています")
            .expect("0258-00-0000");
        assert_eq!(world.ledger().await.len(), 2);
        browser.get("/apply/check").await.expect("山田　太郎");
        // Another application from another machine, for the same account: the account is limited, not the person.
        let mut other = Browser::at(&world.url, [127, 0, 0, 2].into());
        let same_account = Applicant {
            customer_number: "2222222222".into(),
            ..applicant.clone()
        };
        let check = same_account.fill(&mut other).await;
        other.submit(&check, &[]).await.expect("同じ口座での手続きが続いた");
        // Another account of the first one is free.
        let page = browser.get("/apply/account").await;
        let page = person(2, "67").fill_account(&mut browser, &page).await;
        browser.submit(&page, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn the_third_hand_off_of_one_application_is_refused_whatever_its_account() {
    for world in worlds("application_handoffs = 2").await {
        let mut browser = Browser::new(&world.url);
        journey(&world, &mut browser, &person(1, "01")).await;
        let page = browser.get("/apply/account").await;
        let check = person(2, "03").fill_account(&mut browser, &page).await;
        let left = HandedOff::from(browser.submit(&check, &[]).await);
        left.finish(&world, &mut browser).await.expect("登録できませんでした");
        let page = browser.get("/apply/account").await;
        let check = person(3, "67").fill_account(&mut browser, &page).await;
        let refused = browser.submit(&check, &[]).await;
        refused.expect("この申込みで、金融機関の手続きが続けて行われました");
        assert_eq!(world.ledger().await.len(), 2);
    }
}

#[actix_web::test]
async fn a_client_whose_refusals_look_like_guessing_is_refused_for_a_day() {
    for world in worlds("client_refusals = 2").await {
        let mut browser = Browser::new(&world.url);
        for (number, digits) in [(1, "01"), (2, "13"), (3, "13"), (4, "03")] {
            let page = journey(&world, &mut browser, &person(number, digits)).await;
            page.expect("登録できませんでした");
        }
        let mut another = Browser::new(&world.url);
        let refused = try_to_leave(&mut another, &person(5, "67")).await;
        refused
            .expect("お使いの接続で")
            .expect("別の接続でお試しください")
            .expect("入力した内容は保存されています");
        another.get("/apply/check").await.expect("0000000005");
        assert_eq!(world.ledger().await.len(), 4);
        let mut elsewhere = Browser::at(&world.url, [127, 0, 0, 2].into());
        let free = try_to_leave(&mut elsewhere, &person(6, "67")).await;
        free.expect("ここから先は");
        world
            .workspace
            .clock
            .advance(Duration::hours(24) + Duration::minutes(1));
        let mut next_day = Browser::new(&world.url);
        let free = try_to_leave(&mut next_day, &person(5, "67")).await;
        free.expect("ここから先は");
    }
}

#[actix_web::test]
async fn a_shared_address_with_many_registrations_is_no_suspect() {
    for world in worlds("client_refusals = 1\nrefusals_per_success = 1").await {
        let people = [(1, "67"), (2, "01"), (3, "67"), (4, "03"), (5, "67"), (6, "01")];
        for (number, digits) in people {
            let mut browser = Browser::new(&world.url);
            journey(&world, &mut browser, &person(number, digits)).await;
        }
        // Three refusals against one and three registrations; the fourth is one too many.
        let mut browser = Browser::new(&world.url);
        journey(&world, &mut browser, &person(7, "05")).await;
        let refused = try_to_leave(&mut Browser::new(&world.url), &person(8, "67")).await;
        refused.expect("お使いの接続で");
        assert_eq!(world.ledger().await.len(), 7);
    }
}

#[actix_web::test]
async fn many_accounts_of_one_client_call_the_operator_once() {
    for world in worlds("client_accounts_alarm = 3").await {
        let is_ours = |key: &String| key.starts_with("enrolment.many_accounts:");
        for number in 1..=6 {
            let mut browser = Browser::at(&world.url, [127, 0, 0, 9].into());
            let left = person(number, "67").hand_off(&mut browser).await;
            left.complete(&world).await;
            let raised = world.alarms().await.iter().filter(|key| is_ours(key)).count();
            assert_eq!(raised, usize::from(number > 3), "after {number} accounts");
        }
        world.run_jobs().await;
        let mails = world.mails();
        let alarms: Vec<_> = mails.iter().filter(|m| m.recipient == "op@example.jp").collect();
        assert_eq!(alarms.len(), 1);
        assert!(alarms[0].title.contains("警報") && alarms[0].body.contains("多くの口座"));
        for hidden in ["127.0.0.9", "山田", "00001", "taro@"] {
            assert!(!alarms[0].body.contains(hidden), "{hidden}");
        }
        assert_eq!(world.audit("alarm.raised").await.len(), 1);
        let times = "select cast(times as bigint) as n from alarms";
        assert_eq!(world.count(times).await, 3, "counted, not mailed");
    }
}

#[actix_web::test]
async fn one_account_again_and_again_is_not_many_accounts() {
    for world in worlds("client_accounts_alarm = 2").await {
        let mut browser = Browser::new(&world.url);
        journey(&world, &mut browser, &person(1, "13")).await;
        for _ in 0..3 {
            let check = browser.get("/apply/check").await;
            let left = HandedOff::from(browser.submit(&check, &[]).await);
            left.finish(&world, &mut browser).await;
        }
        assert_eq!(world.alarms().await, Vec::<String>::new());
    }
}

#[actix_web::test]
async fn an_account_is_free_again_after_a_day() {
    for world in worlds("account_handoffs = 1").await {
        journey(&world, &mut Browser::new(&world.url), &person(1, "01")).await;
        let again = Applicant {
            customer_number: "2222222222".into(),
            ..person(1, "01")
        };
        let refused = try_to_leave(&mut Browser::new(&world.url), &again).await;
        refused.expect("同じ口座での手続きが続いた").expect("24時間ほど");
        world.workspace.clock.advance(Duration::hours(23));
        let refused = try_to_leave(&mut Browser::new(&world.url), &again).await;
        refused.expect("同じ口座での手続きが続いた");
        world.workspace.clock.advance(Duration::minutes(61));
        let free = try_to_leave(&mut Browser::new(&world.url), &again).await;
        free.expect("ここから先は");
    }
}

#[actix_web::test]
async fn who_waited_for_the_reopening_is_limited_like_everybody() {
    use mizumado::institutions::{self, Mode, ServiceMode};
    for world in worlds("account_handoffs = 1").await {
        journey(&world, &mut Browser::new(&world.url), &person(1, "01")).await;
        let turn = async |mode| {
            let mode = ServiceMode {
                mode,
                ..ServiceMode::open()
            };
            let now = world.workspace.clock.now();
            world
                .write(move |conn| institutions::set_mode(conn, mizumado::audit::Actor::Operator, &mode, now))
                .await;
        };
        turn(Mode::Degraded).await;
        let again = Applicant {
            customer_number: "2222222222".into(),
            ..person(1, "01")
        };
        let mut browser = Browser::new(&world.url);
        let waiting = try_to_leave(&mut browser, &again).await;
        waiting.expect("申込みを受け付けました");
        turn(Mode::Open).await;
        let page = browser.get("/apply/handoff").await;
        browser.submit(&page, &[]).await.expect("同じ口座での手続きが続いた");
        assert_eq!(world.ledger().await.len(), 1);
    }
}

#[actix_web::test]
async fn a_flood_of_new_drafts_of_one_client_is_turned_away() {
    for world in worlds("client_drafts_per_hour = 2").await {
        let mut statuses = vec![];
        for _ in 0..4 {
            let mut browser = Browser::new(&world.url);
            let terms = browser.get("/apply/terms").await;
            let page = browser.submit(&terms, &[("agree", "yes")]).await;
            statuses.push(page.status);
            if page.status == 429 {
                page.expect("しばらく時間をおいてください");
                assert!(page.headers.contains_key("retry-after"));
            }
        }
        assert_eq!(statuses, [200, 200, 429, 429]);
        assert_eq!(world.count("select count(*) as n from applications").await, 2);
        let mut elsewhere = Browser::at(&world.url, [127, 0, 0, 2].into());
        let terms = elsewhere.get("/apply/terms").await;
        let page = elsewhere.submit(&terms, &[("agree", "yes")]).await;
        assert_eq!(page.status, 200, "another client is not held up");
    }
}

#[actix_web::test]
async fn a_limit_of_zero_stops_the_start() {
    let text = include_str!("../../config/mizumado.example.toml");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mizumado.toml");
    std::fs::write(&path, text.to_owned() + "\n[limits]\naccount_handoffs = 0\n").unwrap();
    let error = mizumado::config::Settings::load(&path).unwrap_err().to_string();
    assert!(error.contains("limits.account_handoffs"), "{error}");
}

#[actix_web::test]
async fn hand_offs_of_one_account_that_are_sent_at_once_pass_no_limit() {
    for world in worlds("account_handoffs = 2").await {
        let mut ready = vec![];
        for n in 0..6 {
            let applicant = Applicant {
                customer_number: format!("{n}333333333"),
                ..person(1, "67")
            };
            let mut browser = Browser::new(&world.url);
            let check = applicant.fill(&mut browser).await;
            ready.push((browser, check));
        }
        let sent = ready.iter_mut().map(|(browser, check)| browser.submit(check, &[]));
        let pages = futures_util::future::join_all(sent).await;
        let begun = pages.iter().filter(|page| page.has("ここから先は")).count();
        assert_eq!(begun, 2);
        assert_eq!(world.count("select count(*) as n from attempts").await, 2);
    }
}
