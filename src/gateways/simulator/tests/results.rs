//! Results that are not told as they are, and browsers that do not come back.
use super::*;
use chrono::Duration;

#[tokio::test]
async fn a_late_change_says_fail_first_and_success_after_its_inquiries() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "late_change", "inquiries": 2 }]))
        .await;
    gateway.end("A1", "1234567", "").await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(gateway.inquire("A1").await.1);
    }
    assert_eq!(codes, ["E99", "E99", "0000", "0000"]);
    let ledger = gateway.ledger().await;
    assert_eq!(
        (&ledger[0]["outcome"], &ledger[0]["registrations"]),
        (&json!("success"), &json!(1))
    );
    assert_eq!(
        (&ledger[0]["status"], &ledger[0]["inquiries"]),
        (&json!("success"), &json!(4))
    );
}

#[tokio::test]
async fn a_late_change_says_success_after_its_seconds_and_the_daily_file_of_that_day_too() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "late_change", "seconds": 86400, "code": "B13" }]))
        .await;
    gateway.end("A1", "1234567", "").await;
    let today = crate::clock::jst(gateway.clock.now()).format("%Y%m%d").to_string();
    assert_eq!(gateway.inquire("A1").await.1, "B13");
    let ledger = gateway.ledger().await;
    assert_eq!(
        (&ledger[0]["outcome"], &ledger[0]["status"]),
        (&json!("success"), &json!("fail"))
    );
    assert!(gateway.ask("daily", &[("date", &today)]).await["file"].contains(",fail,B13,"));
    gateway.clock.advance(Duration::days(1));
    assert_eq!(gateway.inquire("A1").await.1, "0000");
    assert_eq!(gateway.ask("daily", &[("date", &today)]).await["count"], "0");
    let tomorrow = crate::clock::jst(gateway.clock.now()).format("%Y%m%d").to_string();
    assert!(gateway.ask("daily", &[("date", &tomorrow)]).await["file"].contains(",success,0000,"));
    assert!(
        gateway.ledger().await[0]["ended_at"]
            .as_str()
            .unwrap()
            .starts_with(&tomorrow)
    );
}

#[tokio::test]
async fn an_inquiry_flips_and_settles_on_the_truth() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "flip", "inquiries": 3, "code": "B06" }]))
        .await;
    gateway.end("A1", "1234567", "").await;
    gateway.end("A2", "1234503", "").await;
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        one.push(gateway.inquire("A1").await.1);
        two.push(gateway.inquire("A2").await.1);
    }
    assert_eq!(one, ["B06", "0000", "B06", "0000", "0000"]);
    assert_eq!(two, ["0000", "B03", "0000", "B03", "B03"]);
    assert_eq!(gateway.ledger().await[1]["registrations"], 0);
}

#[tokio::test]
async fn an_expired_token_opens_nothing() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway.faults(json!([{ "fault": "expired", "times": 1 }])).await;
    let created = gateway.create("A1", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    let ticket = [
        ("tran_id", created["tran_id"].as_str()),
        ("token", created["token"].as_str()),
    ];
    let (_, page) = gateway.page("/start", Some(&ticket)).await;
    assert!(page.contains("期限が切れています"));
    assert_eq!(gateway.inquire("A1").await.0, "unprocessed");
    let again = gateway.create("A1", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    assert_eq!(again["expires_at"], created["expires_at"]);
    let ledger = gateway.ledger().await;
    assert_eq!(
        (&ledger[0]["outcome"], &ledger[0]["begins"]),
        (&json!("unprocessed"), &json!(2))
    );
    assert_eq!(gateway.inquire("A2").await.0, "not_found");
}

#[tokio::test]
async fn a_lost_return_ends_on_a_page_that_says_so() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway.faults(json!([{ "fault": "lost", "at": "return" }])).await;
    let created = gateway.create("A1", "1371", "1234567", "ﾔﾏﾀﾞ").await;
    let ticket = [
        ("tran_id", created["tran_id"].as_str()),
        ("token", created["token"].as_str()),
    ];
    let (path, _) = gateway.page("/start", Some(&ticket)).await;
    let (end, page) = gateway.page(&path, Some(&[("pin", "1234")])).await;
    assert!(end.ends_with("/end") && page.contains("/lost\"") && page.contains("id=\"return\""));
    assert!(!page.contains("127.0.0.1:9"), "the way back is not there");
    let (_, page) = gateway.page(&end.replace("/end", "/lost"), None).await;
    assert!(page.contains("収納機関へ戻れませんでした"));
    let back = gateway.end("A2", "1234567", "").await;
    assert_eq!(
        (&back["body"], &back["method"], &back["lost_return"]),
        (&Value::Null, &Value::Null, &json!(true))
    );
    assert_eq!(gateway.inquire("A1").await.0, "success");
}

#[tokio::test]
async fn the_last_page_fails_as_often_as_it_should() {
    let gateway = Gateway::start(options(&fresh())).await;
    let back = gateway.end("A1", "1234567", "").await;
    let end = format!("{}{}end", gateway.base, back["page"].as_str().unwrap());
    let faults = json!([{ "fault": "error", "at": "return", "times": 1 }, { "fault": "slow", "at": "return", "ms": 300, "times": 1 }]);
    gateway.faults(faults).await;
    let get = || async { gateway.client.get(&end).send().await.unwrap().status().as_u16() };
    assert_eq!(get().await, 500);
    let started = std::time::Instant::now();
    assert_eq!(get().await, 200);
    assert!(started.elapsed().as_millis() >= 300);
    assert_eq!((get().await, gateway.struck().await), (200, vec![1, 1]));
}
