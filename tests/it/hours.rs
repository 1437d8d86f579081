//! Closed times that come again: what they close, what is kept, and when it opens (N7.3).
use crate::{applicant::Applicant, browser::Browser, harness::World};
use chrono::{Duration, NaiveDateTime, Timelike};
use mizumado::{
    clock::jst,
    institutions::{self, Closure, Regular, hours::Rule},
    operations,
    web::ui::when,
};

/// A daily closed time that begins and ends so many minutes from now.
struct Window {
    rule: Rule,
    /// The end as people read it.
    reopens: String,
}

fn daily(now: NaiveDateTime, from: i64, to: i64) -> Window {
    let (start, end) = (now + Duration::minutes(from), now + Duration::minutes(to));
    let (first, last) = (jst(start), jst(end));
    let next_day = if last.date() > first.date() { "翌" } else { "" };
    let clock = |t: NaiveDateTime| format!("{}:{:02}", t.hour(), t.minute());
    let line = format!("毎日 {}-{next_day}{}", clock(first), clock(last));
    Window {
        rule: Rule::parse(&line).unwrap(),
        reopens: when(end),
    }
}

/// Announces it for an institution, or for the whole service.
async fn announce(world: &World, institution: Option<&str>, window: &Window) {
    let regular = Regular {
        id: "rule".into(),
        institution_code: institution.map(str::to_owned),
        rule: window.rule.clone(),
        reason: "定期メンテナンス".into(),
    };
    let now = world.workspace.clock.now();
    let add = move |conn: &mut mizumado::db::Conn| Ok(institutions::add_rule(conn, &regular, now)?);
    world.write(add).await;
}

#[actix_web::test]
async fn a_recurring_rule_closes_an_institution_and_says_when_it_opens() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let window = daily(world.workspace.clock.now(), -30, 40);
        announce(&world, Some("0140"), &window).await;
        let reopens = &window.reopens;
        let start = browser.get("/").await;
        start.expect(&format!("第四北越銀行：{reopens}から再開します"));
        assert_eq!(
            start.html.matches("から再開します").count(),
            1,
            "the others are not closed"
        );
        let bank = browser.get("/apply/bank").await;
        bank.expect(&format!("いまはお手続きできません（{reopens}から再開）"));
        let chosen = browser.submit(&bank, &[("institution", "0140")]).await;
        chosen.expect("いま手続きできません").expect(reopens);
        let refused = browser.submit(&check, &[]).await;
        refused
            .expect("いま手続きできません")
            .expect(reopens)
            .expect("入力した内容は保存されています");
        let availability = browser.get("/availability").await;
        availability
            .expect(&window.rule.describe())
            .expect("定期メンテナンス")
            .expect(&format!("{reopens}から再開します"));
        browser.get("/apply/check").await.expect("山田　太郎");
        assert!(world.ledger().await.is_empty(), "nothing reached the gateway");
        let receipts = "select count(*) as n from applications where receipt_number is not null";
        assert_eq!(world.count(receipts).await, 0);
    }
}

#[actix_web::test]
async fn a_hand_off_that_would_run_into_a_closed_time_waits_until_it_is_over() {
    for world in World::all().await {
        let window = daily(world.workspace.clock.now(), 15, 25);
        announce(&world, Some("0140"), &window).await;
        let mut early = Browser::new(&world.url);
        early.get("/").await.expect("から停止します");
        let left = Applicant::default().hand_off(&mut early).await;
        let mut late = Browser::new(&world.url);
        let second = Applicant {
            customer_number: "2222222222".into(),
            ..Applicant::default()
        };
        let check = second.fill(&mut late).await;
        world.workspace.clock.advance(Duration::minutes(6));
        let refused = late.submit(&check, &[]).await;
        refused.expect("いま手続きできません").expect(&window.reopens);
        left.finish(&world, &mut early).await.expect("完了しました");
        world.workspace.clock.advance(Duration::minutes(20));
        let check = late.get("/apply/check").await;
        check.expect("2222222222");
        late.submit(&check, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn a_rule_of_the_whole_service_closes_every_institution() {
    for world in World::all().await {
        let (mut one, mut two) = (Browser::new(&world.url), Browser::new(&world.url));
        let first = Applicant::default().fill(&mut one).await;
        let second = Applicant::yucho().fill(&mut two).await;
        let window = daily(world.workspace.clock.now(), -5, 30);
        announce(&world, None, &window).await;
        let start = one.get("/").await;
        assert_eq!(start.html.matches("から再開します").count(), 13);
        one.submit(&first, &[]).await.expect("いま手続きできません");
        two.submit(&second, &[]).await.expect("いま手続きできません");
        let availability = one.get("/availability").await;
        availability
            .expect("すべての金融機関（サービス全体）")
            .expect(&window.rule.describe());
        assert!(!availability.has("手続きできます"));
        world.workspace.clock.advance(Duration::minutes(31));
        one.submit(&first, &[]).await.expect("ここから先は");
        two.submit(&second, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn a_withdrawn_rule_counts_no_more() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let window = daily(world.workspace.clock.now(), -5, 30);
        announce(&world, Some("0140"), &window).await;
        browser.submit(&check, &[]).await.expect("いま手続きできません");
        let now = world.workspace.clock.now();
        let withdraw =
            move |conn: &mut mizumado::db::Conn| Ok(institutions::withdraw_closure(conn, "rule", None, now)?);
        assert!(world.write(withdraw).await);
        assert!(!world.write(withdraw).await, "it stands no more");
        browser.get("/").await.expect("いま停止している金融機関はありません");
        let availability = browser.get("/availability").await;
        assert!(!availability.has(&window.rule.describe()));
        browser.submit(&check, &[]).await.expect("ここから先は");
    }
}

#[actix_web::test]
async fn a_single_stop_and_a_rule_that_touch_are_one_closed_time() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let now = world.workspace.clock.now();
        let window = daily(now, 20, 50);
        announce(&world, None, &window).await;
        let stop = Closure {
            id: "stop".into(),
            institution_code: Some("0140".into()),
            starts_at: now - Duration::minutes(10),
            ends_at: now + Duration::minutes(20),
            reason: "臨時の停止".into(),
            owner: None,
        };
        world
            .write(move |conn| Ok(institutions::add_closure(conn, &stop, now)?))
            .await;
        let refused = browser.submit(&check, &[]).await;
        refused.expect(&window.reopens);
        world.workspace.clock.advance(Duration::minutes(25));
        browser.submit(&check, &[]).await.expect(&window.reopens);
        world.workspace.clock.advance(Duration::minutes(26));
        browser.submit(&check, &[]).await.expect("ここから先は");
    }
}

/// Minutes of the hour before now that count as announced stops.
async fn announced_minutes(world: &World) -> i64 {
    let to = world.workspace.clock.now();
    let read = move |conn: &mut mizumado::db::Conn| operations::availability(conn, to - Duration::hours(1), to);
    world.workspace.db.read(read).await.unwrap().announced
}

#[actix_web::test]
async fn a_rule_that_is_announced_or_taken_back_later_changes_no_past_availability() {
    for world in World::all().await {
        let begun = world.workspace.clock.now();
        // Announced while its window of today is open: an outage is no announced stop by being written down.
        announce(&world, None, &daily(begun, -20, 10)).await;
        world.workspace.clock.advance(Duration::minutes(10));
        assert_eq!(announced_minutes(&world).await, 0);
        // A day later the same rule was there before its window began.
        world.workspace.clock.advance(Duration::days(1));
        assert_eq!(announced_minutes(&world).await, 30);
        let take_back = |world: &World, id: &'static str| {
            let now = world.workspace.clock.now();
            let (db, f) = (world.workspace.db.clone(), move |conn: &mut mizumado::db::Conn| {
                Ok::<_, mizumado::web::Error>(institutions::withdraw_closure(conn, id, None, now)?)
            });
            async move { assert!(db.write(f).await.unwrap()) }
        };
        take_back(&world, "rule").await;
        assert_eq!(announced_minutes(&world).await, 30, "what was stays");
        world.workspace.clock.advance(Duration::days(1));
        assert_eq!(announced_minutes(&world).await, 0, "from then on it counts no more");
        // The same of a single stop that is taken back half way.
        let now = world.workspace.clock.now();
        let stop = Closure {
            id: "single".into(),
            institution_code: None,
            starts_at: now + Duration::minutes(10),
            ends_at: now + Duration::minutes(50),
            reason: "点検".into(),
            owner: None,
        };
        world
            .write(move |conn| Ok(institutions::add_closure(conn, &stop, now)?))
            .await;
        world.workspace.clock.advance(Duration::minutes(30));
        take_back(&world, "single").await;
        world.workspace.clock.advance(Duration::minutes(30));
        assert_eq!(announced_minutes(&world).await, 20);
    }
}
