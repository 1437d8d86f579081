//! The receipt look-up: from any device, and never for a stranger.
use crate::{applicant::Applicant, browser::Browser, harness::World};
use chrono::Duration;

#[actix_web::test]
async fn a_receipt_is_looked_up_with_the_last_four_digits() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await;
        let mut other = Browser::new(&world.url);
        let page = other.get("/receipt").await;
        let typed = left.receipt_number.to_lowercase().replace('-', "　");
        let seen = other
            .submit(&page, &[("receipt_number", &typed), ("phone_last4", "１２３４")])
            .await;
        seen.expect("完了しました").expect(&left.receipt_number);
        for hidden in ["山田", "大手通", "1234567", "0123456789", "taro@"] {
            assert!(!seen.has(hidden), "{hidden}");
        }
        other.get("/result/print").await.expect("控え").expect("****567");
        world.workspace.clock.advance(Duration::minutes(31));
        assert_eq!(other.get("/result").await.path, "/receipt");
    }
}

#[actix_web::test]
async fn a_wrong_pair_gets_one_sentence_and_five_tries() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        let mut stranger = Browser::new(&world.url);
        let page = stranger.get("/receipt").await;
        let mut sentences = vec![];
        for last4 in ["0000", "1111", "", "12345", "abcd"] {
            let answer = stranger
                .submit(
                    &page,
                    &[("receipt_number", &left.receipt_number), ("phone_last4", last4)],
                )
                .await;
            assert_eq!(answer.status, 200);
            sentences.push(answer.first(".error-message"));
        }
        assert!(
            !stranger.cookies["typed"].contains(&left.receipt_number[..3]),
            "no cookie holds it in the clear"
        );
        let kept = stranger
            .get("/receipt?error")
            .await
            .attributes("#receipt_number", "value");
        assert_eq!(
            kept,
            [left.receipt_number.as_str()],
            "the number typed is kept, the phone's digits are not"
        );
        let fresh = stranger.get("/receipt").await;
        assert_eq!(fresh.attributes("#receipt_number, #phone_last4", "value"), ["", ""]);
        assert!(
            sentences.iter().all(|s| s.contains("どちらかがちがいます")),
            "{sentences:?}"
        );
        let sixth = [
            ("receipt_number", left.receipt_number.as_str()),
            ("phone_last4", "1234"),
        ];
        assert_eq!(
            stranger.submit(&page, &sixth).await.status,
            429,
            "even with the right digits"
        );
        world.workspace.clock.advance(Duration::minutes(16));
        stranger.submit(&page, &sixth).await.expect(&left.receipt_number);
        let nonsense = stranger
            .submit(&page, &[("receipt_number", "AAAA"), ("phone_last4", "1234")])
            .await;
        nonsense.expect("どちらかがちがいます");
    }
}

#[actix_web::test]
async fn the_status_code_opens_once() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        assert!(left.page.has("<svg"));
        // The code stands only in the QR; the test derives it as the page does.
        let ledger = world.ledger().await;
        let code = world
            .workspace
            .keys
            .blind("status_links.code", ledger[0]["attempt_id"].as_str().unwrap());
        let mut phone = Browser::new(&world.url);
        let page = phone.get(&format!("/status/{code}")).await;
        assert!(!page.has(&left.receipt_number), "looking shows nothing");
        let page = phone.get(&format!("/status/{code}")).await;
        phone.submit(&page, &[]).await.expect(&left.receipt_number);
        let mut second = Browser::new(&world.url);
        let again = second.submit(&page, &[]).await;
        assert_eq!(again.path, "/receipt");
        assert_eq!(second.get("/status/zzz").await.status, 404);
    }
}

#[actix_web::test]
async fn a_result_can_be_looked_up_for_thirty_days() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await;
        let mut other = Browser::new(&world.url);
        let page = other.get("/receipt").await;
        let fields = [
            ("receipt_number", left.receipt_number.as_str()),
            ("phone_last4", "1234"),
        ];
        world.workspace.clock.advance(Duration::days(29));
        other.submit(&page, &fields).await.expect("完了しました");
        world.workspace.clock.advance(Duration::days(2));
        other.submit(&page, &fields).await.expect("どちらかがちがいます");
    }
}

#[actix_web::test]
async fn a_look_up_shows_what_was_looked_up() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let own = Applicant::default().hand_off(&mut browser).await;
        let mut other = Browser::new(&world.url);
        let theirs = Applicant {
            customer_number: "2222222222".into(),
            ..Applicant::default()
        };
        let theirs = theirs.hand_off(&mut other).await;
        let page = browser.get("/receipt").await;
        let fields = [
            ("receipt_number", theirs.receipt_number.as_str()),
            ("phone_last4", "1234"),
        ];
        let seen = browser.submit(&page, &fields).await;
        seen.expect(&theirs.receipt_number);
        assert!(!seen.has(&own.receipt_number));
        // At a shared browser, whose visitor before is away, too.
        world.workspace.clock.advance(Duration::hours(3));
        let seen = browser.submit(&browser.clone().get("/receipt").await, &fields).await;
        seen.expect(&theirs.receipt_number);
        assert!(!seen.has(&own.receipt_number));
    }
}
