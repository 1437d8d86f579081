//! The main job, from the start page to the mail.
use crate::{
    applicant::{Applicant, HandedOff},
    browser::Browser,
    harness::{Wish, World},
};
use chrono::Duration;

#[actix_web::test]
async fn a_citizen_enrols_and_is_told() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.page.expect("第四北越銀行").expect("終わったら「収納機関へ戻る」");
        world.run_jobs().await;
        assert_eq!(world.mails()[0].title, "水道料金の口座振替　受付番号のお知らせ");
        let done = left.finish(&world, &mut browser).await;
        done.expect("口座振替の申込みが")
            .expect(&left.receipt_number)
            .expect("****567");
        assert!(!done.has("1234567"), "the account number is masked");
        world.run_jobs().await;
        let mails = world.mails();
        assert_eq!(mails.len(), 2);
        assert!(mails[1].title.contains("登録完了") && mails[1].body.contains(&left.receipt_number));
        assert!(mails[1].body.contains("https://survey.example.jp/"));
        assert!(mails.iter().all(|m| m.recipient == "taro@example.jp"));
    }
}

#[actix_web::test]
async fn without_mail_the_result_is_on_the_site() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let applicant = Applicant {
            email: None,
            ..Applicant::default()
        };
        let left = applicant.hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await.expect("完了しました");
        world.run_jobs().await;
        assert!(world.mails().is_empty());
    }
}

#[actix_web::test]
async fn a_yucho_account_is_read_from_the_passbook() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let page = Applicant::yucho().fill(&mut browser).await;
        page.expect("14030").expect("408　1234567");
        let left = HandedOff::from(browser.submit(&page, &[]).await);
        left.finish(&world, &mut browser)
            .await
            .expect("完了しました")
            .expect("****567");
    }
}

#[actix_web::test]
async fn where_the_institution_takes_the_account_our_form_does_not_ask() {
    let wish = Wish {
        more_settings: "[institution.0010]\naccount_capture = \"gateway\"\n".into(),
        ..Wish::default()
    };
    for world in World::all_with(wish).await {
        let mut browser = Browser::new(&world.url);
        let applicant = Applicant {
            institution: "0010",
            ..Applicant::default()
        };
        let page = applicant.fill(&mut browser).await;
        page.expect("金融機関の画面で入力します");
        let left = HandedOff::from(browser.submit(&page, &[]).await);
        let answer = world
            .control(
                "complete",
                serde_json::json!({ "tran_id": left.tran_id, "pin": "1234", "account": {
                    "branch": "411", "deposit_type": "1", "account_number": "7654321", "holder_kana": "ﾔﾏﾀﾞ ﾀﾛｳ" } }),
            )
            .await;
        left.come_back(&mut browser, &answer).await;
        world.run_jobs().await;
        browser.get("/result").await.expect("完了しました").expect("****321");
    }
}

#[actix_web::test]
async fn a_refused_name_is_corrected_and_everything_typed_is_kept() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let applicant = Applicant::scenario("04");
        let left = applicant.hand_off(&mut browser).await;
        let refused = left.finish(&world, &mut browser).await;
        refused
            .expect("登録できませんでした")
            .expect("金融機関へ送った名義")
            .expect("ﾔﾏﾀﾞ ﾀﾛｳ");
        let page = browser.get("/apply/account").await;
        assert_eq!(page.attributes("input[name=account_number]", "value"), ["1234504"]);
        let corrected = Applicant {
            holder: Some(("山田花子", "やまだ　はなこ")),
            ..applicant
        };
        let page = corrected.fill_account(&mut browser, &page).await;
        let again = HandedOff::from(browser.submit(&page, &[]).await);
        assert_eq!(
            again.receipt_number, left.receipt_number,
            "one application, one receipt number"
        );
        again.finish(&world, &mut browser).await.expect("完了しました");
        assert_eq!(world.count("select count(*) as n from attempts").await, 2);
    }
}

#[actix_web::test]
async fn a_lost_return_is_resolved_without_the_citizen() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("20").hand_off(&mut browser).await;
        left.complete(&world).await;
        world.run_jobs().await;
        browser.get("/result").await.expect("金融機関で").expect("手続中です");
        world.pass(Duration::minutes(6)).await;
        browser.get("/result").await.expect("完了しました");
        world.run_jobs().await;
        assert!(world.mails().iter().any(|m| m.title.contains("登録完了")));
    }
}

#[actix_web::test]
async fn a_result_that_takes_minutes_arrives_by_the_ladder() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("22").hand_off(&mut browser).await;
        let waiting = left.finish(&world, &mut browser).await;
        waiting
            .expect("結果を")
            .expect("確認しています")
            .expect("いまの状態を表示する");
        assert!(
            waiting.has("http-equiv=\"refresh\""),
            "the page works without JavaScript"
        );
        world.pass(Duration::minutes(1)).await;
        browser.get("/result").await.expect("確認しています");
        world.pass(Duration::minutes(5)).await;
        browser.get("/result").await.expect("完了しました");
    }
}

#[actix_web::test]
async fn a_return_in_another_browser_shows_the_masked_result_once() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("25").hand_off(&mut browser).await;
        let answer = left.complete(&world).await;
        assert_eq!(answer["method"], "GET");
        let mut other = Browser::new(&world.url);
        left.come_back(&mut other, &answer).await.expect(&left.receipt_number);
        world.run_jobs().await;
        let seen = other.get("/result").await;
        seen.expect("完了しました");
        assert!(!seen.has("山田") && !seen.has("1234525"), "only masked data");
        // The address bar's history, opened by somebody else: the message counts once.
        let mut third = Browser::new(&world.url);
        let page = left.come_back(&mut third, &answer).await;
        assert!(page.path.starts_with("/receipt"), "{}", page.path);
        assert!(!page.has(&left.receipt_number));
    }
}

#[actix_web::test]
async fn a_cancelled_journey_can_begin_again_with_the_same_answers() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        let answer = world
            .control("cancel", serde_json::json!({ "tran_id": left.tran_id }))
            .await;
        left.come_back(&mut browser, &answer).await;
        world.run_jobs().await;
        let page = browser.get("/result").await;
        page.expect("途中でやめました")
            .expect("この申込みによる引き落としは始まっていません");
        let check = browser.post("/apply/again", &[]).await;
        check.expect("山田　太郎").expect("0123456789");
        let again = HandedOff::from(browser.submit(&check, &[]).await);
        assert_ne!(again.receipt_number, left.receipt_number);
        again.finish(&world, &mut browser).await.expect("完了しました");
    }
}

#[actix_web::test]
async fn a_double_click_a_reload_and_a_replay_change_nothing() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let first = HandedOff::from(browser.submit(&check, &[]).await);
        let second = HandedOff::from(browser.submit(&check, &[]).await);
        assert_eq!(
            (&first.receipt_number, &first.tran_id),
            (&second.receipt_number, &second.tran_id)
        );
        let changed = browser.submit(&check, &[("draft_rev", "999")]).await;
        changed.expect("別の画面で");
        let answer = first.complete(&world).await;
        for _ in 0..3 {
            first.come_back(&mut browser, &answer).await;
            world.run_jobs().await;
        }
        browser.get("/result").await.expect("完了しました");
        for (what, count) in [
            ("select count(*) as n from attempts", 1),
            (
                "select count(*) as n from application_events where to_state = 'registered'",
                1,
            ),
            ("select count(*) as n from mails where kind = 'result_registered'", 1),
            ("select count(*) as n from attempt_messages where kind = 'return'", 1),
        ] {
            assert_eq!(world.count(what).await, count, "{what}");
        }
        assert_eq!(world.ledger().await.len(), 1);
    }
}

#[actix_web::test]
async fn two_clicks_at_once_give_one_receipt() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let clicks = (0..8).map(|_| {
            let (mut browser, check) = (browser.clone(), check.clone());
            async move { browser.submit(&check, &[]).await }
        });
        let pages = futures_util::future::join_all(clicks).await;
        // A click that came while the gateway was still asked sees the same receipt and may try again.
        let numbers: std::collections::BTreeSet<String> = pages.iter().map(|p| p.first(".receipt-number")).collect();
        assert_eq!(numbers.len(), 1, "{numbers:?}");
        assert_eq!(world.count("select count(*) as n from attempts").await, 1);
        assert_eq!(world.ledger().await.len(), 1);
    }
}

#[actix_web::test]
async fn a_second_application_for_a_number_in_flight_is_told_to_wait() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        let mut other = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut other).await;
        let page = other.submit(&check, &[]).await;
        page.expect("結果を確認しています");
        assert!(!page.has(&left.receipt_number), "the first application stays private");
        left.finish(&world, &mut browser).await.expect("完了しました");
        other.submit(&check, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn a_second_tab_that_is_behind_overwrites_nothing() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let old_tab = browser.get("/apply/number").await;
        let new_tab = browser.get("/apply/number").await;
        browser.submit(&new_tab, &[("customer_number", "1111111111")]).await;
        let page = browser.submit(&old_tab, &[("customer_number", "2222222222")]).await;
        page.expect("別の画面で").expect("いまの内容を表示する");
        assert_eq!(
            browser
                .get("/apply/number")
                .await
                .attributes("#customer_number", "value"),
            ["1111111111"]
        );
    }
}

#[actix_web::test]
async fn a_change_from_the_check_page_returns_there() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let changes = check.attributes(".summary__action a", "href");
        assert!(changes.len() >= 12, "{changes:?}");
        for path in changes {
            let page = browser.get(&path).await;
            let back = browser.submit(&page, &[]).await;
            assert_eq!(back.path, "/apply/check", "from {path}");
        }
    }
}

#[actix_web::test]
async fn sixty_idle_minutes_close_the_page_and_lose_nothing() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let page = Applicant::default().fill(&mut browser).await;
        let contact = browser.get("/apply/contact").await;
        world.workspace.clock.advance(Duration::minutes(61));
        // What was typed last is kept although the page had closed.
        let closed = browser.submit(&contact, &[("phone_home", "0258-35-1111")]).await;
        closed.expect("60分間操作がなかったため");
        assert!(!closed.has("山田"), "nothing typed is shown");
        assert!(browser.get("/apply/check").await.path.starts_with("/apply/timeout"));
        let wrong = browser.submit(&closed, &[("phone_last4", "9999")]).await;
        wrong.expect("下4桁を確かめてください");
        let account = browser.submit(&closed, &[("phone_last4", "１２３４")]).await;
        assert_eq!(account.path, "/apply/account", "the account is asked for again");
        assert!(!account.has("1234567"));
        let check = Applicant::default().fill_account(&mut browser, &account).await;
        check.expect("0258-35-1111");
        drop(page);
    }
}

#[actix_web::test]
async fn a_draft_is_forgotten_after_a_day() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        world.pass(Duration::hours(25)).await;
        assert_eq!(browser.get("/apply/check").await.path, "/");
        assert_eq!(
            world
                .count("select count(*) as n from applications where state = 'expired'")
                .await,
            1
        );
    }
}

#[actix_web::test]
async fn a_closed_institution_says_when_it_opens_and_keeps_the_draft() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let now = world.workspace.clock.now();
        let closure = mizumado::institutions::Closure {
            id: "stop".into(),
            institution_code: Some("0140".into()),
            starts_at: now + Duration::minutes(5),
            ends_at: now + Duration::hours(2),
            reason: "定期メンテナンス".into(),
            owner: None,
        };
        let add = move |conn: &mut mizumado::db::Conn| {
            mizumado::institutions::add_closure(conn, &closure, now).map_err(mizumado::db::DbError::from)
        };
        world.workspace.db.write(add).await.unwrap();
        let refused = browser.submit(&check, &[]).await;
        refused
            .expect("いま手続きできません")
            .expect("入力した内容は保存されています");
        browser.get("/").await.expect("第四北越銀行：");
        browser.get("/availability").await.expect("定期メンテナンス");
        browser.get("/apply/bank").await.expect("いまはお手続きできません");
        world.workspace.clock.advance(Duration::minutes(125));
        let page = browser.get("/apply/check").await;
        let page = if page.path.starts_with("/apply/timeout") {
            let account = browser.submit(&page, &[("phone_last4", "1234")]).await;
            Applicant::default().fill_account(&mut browser, &account).await
        } else {
            page
        };
        browser.submit(&page, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn those_who_are_not_eligible_are_shown_the_paper_route() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let bank = browser.get("/apply/bank").await;
        browser
            .submit(&bank, &[("institution", "other")])
            .await
            .expect("紙の申込書で");
        let bank = browser.get("/apply/bank").await;
        browser.submit(&bank, &[("institution", "0140")]).await;
        let account = browser.get("/apply/account").await;
        let fields = [
            ("branch", "020"),
            ("deposit_type", "2"),
            ("account_number", "1"),
            ("holder", "same"),
        ];
        browser.submit(&account, &fields).await.expect("普通預金");
        let contact = browser.get("/apply/contact").await;
        let page = browser.submit(&contact, &[("relation", "corporate")]).await;
        page.expect("会社や団体の方");
        let paper = browser.submit(&page, &[]).await;
        paper.expect("口座振替申込書").expect("0123456789").expect("山田　太郎");
        assert_eq!(
            world
                .count("select count(*) as n from applications where state = 'paper'")
                .await,
            1
        );
    }
}

#[actix_web::test]
async fn a_stranger_at_a_closed_page_can_neither_change_the_phone_nor_see_anything() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        world.workspace.clock.advance(Duration::minutes(61));
        let closed = browser.get("/apply/check").await;
        assert!(closed.path.starts_with("/apply/timeout"));
        browser
            .post(
                "/apply/contact",
                &[("phone_mobile", "090-0000-1111"), ("draft_rev", "99")],
            )
            .await;
        let refused = browser.submit(&closed, &[("phone_last4", "1111")]).await;
        refused.expect("下4桁を確かめてください");
        // The next person leaves the draft behind and begins an own one.
        let start = browser.submit(&closed, &[("do", "restart")]).await;
        assert_eq!(start.path, "/");
        Applicant::default().fill(&mut browser).await;
    }
}

#[actix_web::test]
async fn the_body_of_an_ended_attempt_starts_no_second_one() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::scenario("01").fill(&mut browser).await;
        let left = HandedOff::from(browser.submit(&check, &[]).await);
        left.finish(&world, &mut browser).await.expect("登録できませんでした");
        let page = browser.submit(&check, &[]).await;
        page.expect("登録できませんでした");
        assert_eq!(world.count("select count(*) as n from attempts").await, 1);
        let fresh = browser.get("/apply/check").await;
        browser.submit(&fresh, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn the_same_browser_can_apply_for_a_second_meter() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let first = Applicant::default().hand_off(&mut browser).await;
        let second = Applicant {
            customer_number: "2222222222".into(),
            ..Applicant::default()
        };
        let second = second.hand_off(&mut browser).await;
        assert_ne!(first.receipt_number, second.receipt_number);
        assert_eq!(
            world
                .count("select count(*) as n from applications where state = 'at_institution'")
                .await,
            2
        );
    }
}

#[actix_web::test]
async fn what_was_typed_after_a_refusal_changes_no_record_of_it() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("01").hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await.expect("登録できませんでした");
        let bank = browser.get("/apply/bank").await;
        browser.submit(&bank, &[("institution", "9900")]).await;
        browser.get("/result").await.expect("第四北越銀行");
        let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
        let read = move |conn: &mut mizumado::db::Conn| {
            let (from, to) = (now - Duration::days(1), now + Duration::days(1));
            mizumado::enrolment::results(conn, &workspace, from, to)
        };
        let records = world.workspace.db.read(read).await.unwrap();
        assert_eq!(records[0].details.customer_number, "0123456701");
        assert_eq!(records[0].institution_code, "0140");
    }
}

#[actix_web::test]
async fn who_is_not_eligible_cannot_pass_by_the_check_page() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let contact = browser.get("/apply/contact").await;
        browser.submit(&contact, &[("relation", "corporate")]).await;
        browser.get("/apply/check").await.expect("会社や団体の方");
        browser.submit(&check, &[]).await.expect("会社や団体の方");
        assert_eq!(world.count("select count(*) as n from attempts").await, 0);
    }
}

#[actix_web::test]
async fn a_double_click_on_a_step_goes_on() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let page = browser.get("/apply/number").await;
        let clicks = (0..4).map(|_| {
            let (mut browser, page) = (browser.clone(), page.clone());
            async move { browser.submit(&page, &[("customer_number", "3333333333")]).await.path }
        });
        for path in futures_util::future::join_all(clicks).await {
            assert_eq!(path, "/apply/place");
        }
    }
}
