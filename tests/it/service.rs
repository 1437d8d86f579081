//! The two switches of the whole service: stopped and degraded (NS インシデント).
use crate::{
    applicant::{Applicant, HandedOff},
    browser::{Browser, Page},
    harness::World,
};
use chrono::Duration;
use mizumado::institutions::{self, Mode, ServiceMode};

const WORDS: &str = "地震のため、受付を止めています。";

async fn turn(world: &World, mode: Mode) {
    let announcement = if mode == Mode::Open { "" } else { WORDS };
    let asked = ServiceMode {
        mode,
        reason: "drill".into(),
        announcement: announcement.into(),
        decided_by: "kanri".into(),
        at: None,
    };
    let now = world.workspace.clock.now();
    world
        .write(move |conn| institutions::set_mode(conn, mizumado::audit::Actor::Operator, &asked, now))
        .await;
}

/// From the look-up's form to the result.
async fn look_up(browser: &mut Browser, receipt_number: &str) -> Page {
    let page = browser.get("/receipt").await;
    let typed = [("receipt_number", receipt_number), ("phone_last4", "1234")];
    browser.submit(&page, &typed).await
}

/// Submits while the hand-off has to wait; gives the receipt number.
async fn accept(browser: &mut Browser, applicant: &Applicant) -> (Page, String) {
    let check = applicant.fill(browser).await;
    let page = browser.submit(&check, &[]).await;
    page.expect("申込みを受け付けました").expect(WORDS);
    let number = page.first(".receipt-number");
    assert_eq!(number.len(), 11);
    (check, number)
}

#[actix_web::test]
async fn while_stopped_nothing_new_begins_and_a_draft_is_kept() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        turn(&world, Mode::Stopped).await;
        let mut other = Browser::new(&world.url);
        let start = other.get("/").await;
        start.expect(WORDS).expect("いまは、新しい申込みを受け付けていません");
        assert!(start.attributes("form[method=post]", "action").is_empty());
        let terms = other.get("/apply/terms").await;
        let turned_away = other.submit(&terms, &[("agree", "yes")]).await;
        assert_eq!(turned_away.path, "/");
        assert_eq!(world.count("select count(*) as n from applications").await, 1);
        let refused = browser.submit(&check, &[]).await;
        refused.expect("いまは申込みが").expect("できません").expect(WORDS);
        assert_eq!(refused.status, 503);
        browser.get("/apply/check").await.expect("山田　太郎");
        browser.get("/availability").await.expect(WORDS);
        assert!(world.ledger().await.is_empty());
        turn(&world, Mode::Open).await;
        browser.submit(&check, &[]).await.expect("ここから先は");
        assert!(!other.get("/").await.has(WORDS));
    }
}

#[actix_web::test]
async fn while_stopped_results_arrive_and_can_be_looked_up() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        turn(&world, Mode::Stopped).await;
        left.finish(&world, &mut browser).await.expect("完了しました");
        let mut other = Browser::new(&world.url);
        look_up(&mut other, &left.receipt_number).await.expect("完了しました");
        world.run_jobs().await;
        assert!(world.mails().iter().any(|m| m.title.contains("登録完了")));
    }
}

#[actix_web::test]
async fn while_stopped_a_cancelled_application_begins_no_new_draft() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        let cancelled = serde_json::json!({ "tran_id": left.tran_id });
        let answer = world.control("cancel", cancelled).await;
        left.come_back(&mut browser, &answer).await;
        world.run_jobs().await;
        turn(&world, Mode::Stopped).await;
        let page = browser.post("/apply/again", &[]).await;
        assert_eq!(page.path, "/");
        assert_eq!(world.count("select count(*) as n from applications").await, 1);
        turn(&world, Mode::Open).await;
        let check = browser.post("/apply/again", &[]).await;
        check.expect("山田　太郎");
    }
}

#[actix_web::test]
async fn while_degraded_a_receipt_is_given_and_the_gateway_is_left_alone() {
    for world in World::all().await {
        turn(&world, Mode::Degraded).await;
        let mut browser = Browser::new(&world.url);
        let (check, number) = accept(&mut browser, &Applicant::default()).await;
        let again = browser.submit(&check, &[]).await;
        assert_eq!(again.first(".receipt-number"), number, "a double click changes nothing");
        let pressed = browser.post("/apply/handoff", &[]).await;
        pressed.expect("申込みを受け付けました");
        world.pass(Duration::minutes(11)).await;
        let mails = world.mails();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].title.contains("再開待ち") && mails[0].body.contains(&number));
        assert!(world.ledger().await.is_empty());
        let confirmed = "select count(*) as n from applications where state = 'confirmed'";
        assert_eq!(world.count(confirmed).await, 1);
        browser.get("/result").await.expect("第四北越銀行").expect("申込確定");
    }
}

#[actix_web::test]
async fn a_reopening_is_told_once_and_the_applicant_goes_on() {
    for world in World::all().await {
        turn(&world, Mode::Degraded).await;
        let mut browser = Browser::new(&world.url);
        let (_, number) = accept(&mut browser, &Applicant::default()).await;
        turn(&world, Mode::Open).await;
        for _ in 0..3 {
            world.pass(Duration::minutes(11)).await;
        }
        let reopened = "select count(*) as n from mails where kind = 'reopened'";
        assert_eq!(world.count(reopened).await, 1);
        assert!(world.mails().last().unwrap().body.contains(&number));
        let page = browser.get("/apply/handoff").await;
        let left = HandedOff::from(browser.submit(&page, &[]).await);
        assert_eq!(left.receipt_number, number, "one application, one receipt number");
        left.finish(&world, &mut browser).await.expect("完了しました");
        assert_eq!(world.ledger().await.len(), 1);
        world.pass(Duration::minutes(11)).await;
        assert_eq!(world.count(reopened).await, 1);
        assert!(world.mails().iter().any(|m| m.title.contains("登録完了")));
    }
}

#[actix_web::test]
async fn who_waits_goes_on_in_another_browser_by_the_receipt_number() {
    for world in World::all().await {
        turn(&world, Mode::Degraded).await;
        let mut browser = Browser::new(&world.url);
        let (_, number) = accept(&mut browser, &Applicant::default()).await;
        turn(&world, Mode::Open).await;
        let mut other = Browser::new(&world.url);
        // A draft of somebody else's in that browser keeps nobody back.
        let family = Applicant {
            customer_number: "2222222222".into(),
            ..Applicant::default()
        };
        family.fill(&mut other).await;
        let seen = look_up(&mut other, &number).await;
        assert!(!seen.has("山田"), "only masked data");
        let link = seen.attributes("main a.button", "href");
        assert!(link.contains(&"/apply/handoff".to_owned()), "{link:?}");
        let page = other.get("/apply/handoff").await;
        assert_eq!(page.first(".receipt-number"), number);
        let left = HandedOff::from(other.submit(&page, &[]).await);
        assert_eq!(left.receipt_number, number);
        left.complete(&world).await;
        world.pass(Duration::minutes(6)).await;
        look_up(&mut other, &number).await.expect("完了しました");
        other.get("/apply/check").await.expect("2222222222");
    }
}

#[actix_web::test]
async fn who_does_not_go_on_within_thirty_days_is_told_of_the_end() {
    for world in World::all().await {
        turn(&world, Mode::Degraded).await;
        let mut browser = Browser::new(&world.url);
        let (_, number) = accept(&mut browser, &Applicant::default()).await;
        turn(&world, Mode::Open).await;
        world.pass(Duration::days(29)).await;
        let confirmed = "select count(*) as n from applications where state = 'confirmed'";
        assert_eq!(world.count(confirmed).await, 1);
        for _ in 0..2 {
            world.pass(Duration::days(2)).await;
        }
        let mails = world.mails();
        let ends = mails.iter().filter(|m| m.title.contains("期限切れ"));
        assert_eq!(ends.count(), 1);
        assert!(world.ledger().await.is_empty());
        let mut other = Browser::new(&world.url);
        look_up(&mut other, &number).await.expect("期限が切れました");
        other.get("/apply/handoff").await.expect("申込みの状況を確認する");
    }
}

#[actix_web::test]
async fn every_turn_of_the_switch_is_on_record() {
    for world in World::all().await {
        for mode in [Mode::Degraded, Mode::Stopped, Mode::Stopped, Mode::Open] {
            turn(&world, mode).await;
        }
        for (action, times) in [("service.degraded", 1), ("service.stopped", 2), ("service.open", 1)] {
            let entries = world.audit(action).await;
            assert_eq!(entries.len(), times, "{action}");
            let entry = ("service".to_owned(), "kanri: drill".to_owned());
            assert!(entries.iter().all(|e| *e == entry), "{entries:?}");
        }
        assert_eq!(world.count("select count(*) as n from service_modes").await, 4);
    }
}
