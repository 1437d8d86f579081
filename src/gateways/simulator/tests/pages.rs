//! The institutions' pages and the pushes, through the real routes.
use super::*;

#[tokio::test]
async fn every_institution_can_be_walked_through_when_it_asks_for_the_account() {
    let gateway = Gateway::start(options(&fresh())).await;
    for it in &institutions::ALL {
        let created = gateway.create(it.code, it.code, "", "").await;
        let ticket = [
            ("tran_id", created["tran_id"].as_str()),
            ("token", created["token"].as_str()),
        ];
        let (mut path, page) = gateway.page("/start", Some(&ticket)).await;
        assert!(path.ends_with("/account") && page.contains(it.name) && page.contains("これは練習用の画面です"));
        let (again, page) = gateway.page(&path, Some(&[("holder_kana", "山田")])).await;
        assert!(again == path && page.contains("カタカナ30文字以内") && page.contains("山田"));
        let forms: [&[(&str, &str)]; 3] = [
            &[
                ("branch", "020"),
                ("deposit_type", "1"),
                ("account_number", "1234567"),
                ("symbol", "14030"),
                ("number", "12345671"),
                ("holder_kana", "やまだ　たろう"),
            ],
            &[("pin", "1234")],
            &[
                ("birth_year", "1960"),
                ("birth_month", "4"),
                ("birth_day", "1"),
                ("otp", "123456"),
                ("phone_last4", "1234"),
            ],
        ];
        for form in forms.iter().take(if it.extra.is_some() { 3 } else { 2 }) {
            assert!(
                gateway
                    .page(&path, None)
                    .await
                    .1
                    .contains("手続きをやめて、収納機関へ戻る")
            );
            path = gateway.page(&path, Some(form)).await.0;
        }
        assert!(path.ends_with("/end"), "{} {path}", it.name);
        let told = gateway
            .ask("inquire", &[("attempt_id", it.code), ("tran_id", &created["tran_id"])])
            .await;
        assert_eq!(
            (told["status"].as_str(), told["holder_kana"].as_str()),
            ("success", "ﾔﾏﾀﾞ ﾀﾛｳ")
        );
        assert_eq!(told["branch"], if it.is_yucho() { "408" } else { "020" });
    }
    let today = crate::clock::jst(Clock::system().now()).format("%Y%m%d").to_string();
    let daily = gateway.ask("daily", &[("date", &today)]).await;
    assert_eq!(
        (daily["count"].as_str(), daily["file"].matches("\r\n").count()),
        ("13", 13)
    );
}

#[tokio::test]
async fn the_control_page_chooses_and_the_last_page_obeys() {
    let gateway = Gateway::start(options(&fresh())).await;
    assert_eq!(gateway.control("next", json!({ "scenario": "99" })).await.0, 422);
    for (scenario, text) in [
        ("20", "この画面で、ブラウザを閉じてください"),
        ("21", "link.svg"),
        ("25", "method=\"get\""),
        ("10", "この先へ進めません"),
        ("13", "混み合っています"),
    ] {
        assert_eq!(gateway.control("next", json!({ "scenario": scenario })).await.0, 200);
        let created = gateway.create(scenario, "9900", "1234567", "ﾔﾏﾀﾞ").await;
        let ticket = [
            ("tran_id", created["tran_id"].as_str()),
            ("token", created["token"].as_str()),
        ];
        let (path, mut page) = gateway.page("/start", Some(&ticket)).await;
        if path.ends_with("/pin") {
            page = gateway.page(&path, Some(&[("pin", "1234")])).await.1;
        }
        assert!(page.contains(text), "{scenario} {page}");
        if scenario == "21" {
            let picture = gateway.page(&path.replace("pin", "link.svg"), None).await.1;
            assert!(picture.contains("<svg"));
        }
    }
    let ledger = gateway.ledger().await;
    assert_eq!(
        (ledger.len(), &ledger[0]["status"], &ledger[0]["scenario"]),
        (5, &json!("success"), &json!("20"))
    );
}
