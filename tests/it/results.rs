//! Every outcome: its state, its page, its mail. And messages that must change nothing.
use crate::{applicant::Applicant, browser::Browser, harness::World};
use chrono::Duration;
use mizumado::enrolment;
use serde_json::json;

/// Scenario digits → state, what the page says, the mail's kind.
const OUTCOMES: &[(&str, &str, &str, &str)] = &[
    ("67", "registered", "完了しました", "result_registered"),
    ("01", "rejected", "暗証番号が一致しませんでした", "result_rejected"),
    ("02", "rejected", "暗証番号が使えない状態でした", "result_rejected"),
    ("03", "rejected", "口座が見つかりませんでした", "result_rejected"),
    ("04", "rejected", "口座名義が一致しませんでした", "result_rejected"),
    ("05", "rejected", "", "result_rejected"),
    ("06", "rejected", "", "result_rejected"),
    ("07", "rejected", "", "result_rejected"),
    ("11", "rejected", "", "result_rejected"),
    ("12", "rejected", "", "result_rejected"),
    ("13", "rejected", "", "result_rejected"),
    ("14", "rejected", "", "result_rejected"),
    ("15", "rejected", "", "result_rejected"),
    ("16", "rejected", "", "result_rejected"),
    ("17", "rejected", "", "result_rejected"),
    ("18", "rejected", "", "result_rejected"),
    ("24", "unknown", "二重に申し込まないでください", "result_unknown"),
];

#[actix_web::test]
async fn every_scenario_ends_in_its_state_with_its_page_and_mail() {
    for world in World::all().await {
        for (digits, state, words, mail) in OUTCOMES {
            let mut browser = Browser::new(&world.url);
            let left = Applicant::scenario(digits).hand_off(&mut browser).await;
            // Some scenarios end as soon as the page is opened; then there is nothing to complete.
            world.control("open", json!({ "tran_id": left.tran_id })).await;
            let answer = left.complete(&world).await;
            if answer.get("body").is_some_and(|b| b.is_string()) {
                left.come_back(&mut browser, &answer).await;
            }
            world.pass(Duration::minutes(7)).await;
            let page = browser.get("/result").await;
            page.expect(words);
            let stored = world.count("select count(*) as n from applications").await;
            assert!(stored > 0);
            let last = last_state(&world).await;
            assert_eq!(
                (last.0.as_str(), last.1.as_str()),
                (*state, *mail),
                "scenario {digits}: {}",
                page.text()
            );
            if *state == "rejected" {
                assert!(
                    !page.all("main a.button").is_empty(),
                    "scenario {digits} offers a next step"
                );
            }
        }
    }
}

/// State of the newest application, and the kind of its newest mail.
async fn last_state(world: &World) -> (String, String) {
    use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = Text)]
        kind: String,
    }
    let sql = "select a.state, m.kind from applications a join mails m on m.subject_id = a.id \
               order by a.id desc, m.id desc limit 1";
    let read = move |conn: &mut mizumado::db::Conn| {
        diesel::sql_query(sql)
            .get_result::<Row>(conn)
            .map_err(mizumado::db::DbError::from)
    };
    let row = world.workspace.db.read(read).await.unwrap();
    (row.state, row.kind)
}

#[actix_web::test]
async fn a_forged_return_or_push_changes_nothing() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        let answer = left.complete(&world).await;
        let body = answer["body"].as_str().unwrap();
        for forged in [
            body.replace("hint=success", "hint=fail"),
            body.replace("signature=", "signature=0"),
            body.replace("type=return", "type=push"),
            format!("{body}&x=1"),
            String::new(),
            "%FF%FE=%80".into(),
        ] {
            let page = browser
                .post_raw("/gateway/main/return", forged.clone().into_bytes())
                .await;
            page.expect("金融機関からの戻りを確認できませんでした");
            let push = browser.post_raw("/gateway/main/push", forged.into_bytes()).await;
            assert_eq!(push.status, 400);
        }
        assert_eq!(
            world
                .count("select count(*) as n from applications where state = 'at_institution'")
                .await,
            1
        );
        assert_eq!(browser.post_raw("/gateway/nobody/push", vec![]).await.status, 404);
    }
}

#[actix_web::test]
async fn a_push_makes_us_ask_and_a_repeated_one_does_no_harm() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("23").hand_off(&mut browser).await;
        left.complete(&world).await;
        world.run_jobs().await;
        browser.get("/result").await.expect("手続中です");
        // The simulator pushes after 20 s of its clock, by itself.
        world.workspace.clock.advance(Duration::seconds(30));
        let pushed = async {
            while world
                .count("select count(*) as n from attempt_messages where kind = 'push'")
                .await
                == 0
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), pushed)
            .await
            .expect("the push arrives");
        world.run_jobs().await;
        browser.get("/result").await.expect("完了しました");
    }
}

#[actix_web::test]
async fn a_success_that_comes_late_is_never_lost() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("24").hand_off(&mut browser).await;
        let page = left.finish(&world, &mut browser).await;
        page.expect("二重に申し込まないでください");
        // Somebody at the gateway corrects the transaction; the next hint brings it to us.
        let ledger = world.ledger().await;
        let attempt = ledger[0]["attempt_id"].as_str().unwrap().to_owned();
        let success = mizumado::gateways::DailyLine {
            attempt_id: attempt,
            status: "success".into(),
            code: "0000".into(),
        };
        let now = world.workspace.clock.now();
        let asks = world
            .workspace
            .db
            .write(move |conn| enrolment::take_daily_line(conn, "main", &success, now))
            .await
            .unwrap();
        assert!(asks, "the file disagrees with us, so we ask");
        world.run_jobs().await;
        // The file is only a hint: the gateway still says Z77, so nothing was believed.
        browser.get("/result").await.expect("二重に申し込まないでください");
    }
}

#[actix_web::test]
async fn nothing_handed_off_expires_before_the_gateway_was_asked() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().hand_off(&mut browser).await;
        // Nobody opened the institution's page; after 30 minutes its token is dead.
        for _ in 0..3 {
            world.pass(Duration::minutes(31)).await;
        }
        browser.get("/result").await.expect("期限が切れました");
        let asked = world
            .count("select count(*) as n from attempt_messages where kind = 'inquiry'")
            .await;
        assert!(asked > 0, "an inquiry came first");
        let page = browser.post("/apply/again", &[]).await;
        browser.submit(&page, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn a_gateway_that_is_silent_leaves_an_honest_page_and_a_receipt() {
    let wish = crate::harness::Wish {
        endpoint: Some("http://127.0.0.1:9/api".into()),
        ..Default::default()
    };
    for world in World::all_with(wish).await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let page = browser.submit(&check, &[]).await;
        page.expect("進めません").expect("保存されています");
        assert_eq!(page.first(".receipt-number").len(), 11);
        let again = browser.submit(&page, &[]).await;
        again.expect("進めません");
        assert_eq!(world.count("select count(*) as n from attempts").await, 1);
        // Seven days of silence end on a clerk's list, not in a wrong result.
        for _ in 0..40 {
            world.pass(Duration::hours(6)).await;
        }
        assert_eq!(
            world
                .count("select count(*) as n from applications where state = 'unknown'")
                .await,
            1
        );
    }
}

#[actix_web::test]
async fn a_result_that_takes_a_day_is_reminded_of_once() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("24").hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await;
        world.pass(Duration::hours(25)).await;
        world.run_jobs().await;
        world.pass(Duration::hours(25)).await;
        let waiting = world
            .count("select count(*) as n from mails where kind = 'waiting'")
            .await;
        assert_eq!(waiting, 1);
    }
}

#[actix_web::test]
async fn an_input_error_leads_to_the_field_that_the_institution_named() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("16").hand_off(&mut browser).await;
        let page = left.finish(&world, &mut browser).await;
        assert!(
            page.attributes("main a.button", "href")
                .contains(&"/apply/account#holder".to_owned())
        );
    }
}

#[actix_web::test]
async fn who_says_that_the_institutions_part_is_done_makes_us_ask_at_once() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("20").hand_off(&mut browser).await;
        left.complete(&world).await;
        let page = browser.get("/result").await;
        page.expect("手続きが終わったので、結果を確認する");
        browser.post("/result/check", &[]).await.expect("確認しています");
        world.run_jobs().await;
        browser.get("/result").await.expect("完了しました");
    }
}

/// An answer that was asked for before another one was written down says nothing new.
#[actix_web::test]
async fn one_success_that_is_heard_twice_is_no_second_mandate() {
    for world in World::all().await {
        let text = str::to_owned;
        let fields = [
            ("institution", text("0140")),
            ("application_kind", text("new")),
            ("customer_number", text("0123456789")),
            ("postal_code", text("9400062")),
            ("town", text("長岡市大手通")),
            ("block", text("2-6")),
            ("name_style", text("split")),
            ("family_name", text("山田")),
            ("given_name", text("太郎")),
            ("family_kana", text("ヤマダ")),
            ("given_kana", text("タロウ")),
            ("name_changed", text("no")),
            ("phone_mobile", text("090-0000-1234")),
            ("relation", text("self")),
            ("notice", text("site")),
            ("branch", text("020")),
            ("deposit_type", text("1")),
            ("account_number", text("1234567")),
            ("holder", text("same")),
        ];
        let invented = enrolment::invented::hand_off(&world.workspace, &fields).await.unwrap();
        let tran = json!({ "tran_id": invented.tran_id });
        world.control("complete", tran).await;
        for _ in 0..2 {
            // Both hold the attempt as it was before the first answer.
            let state = enrolment::invented::come_back(&world.workspace, &invented)
                .await
                .unwrap();
            assert_eq!(state.as_str(), "registered");
        }
        assert_eq!(world.alarms().await, Vec::<String>::new());
    }
}
