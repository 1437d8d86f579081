//! Who comes back late, elsewhere, or to another application of the same browser: nothing is lost and nothing is shown
//! that is another's.
use crate::{applicant::Applicant, browser::Browser, harness::World};
use chrono::Duration;
use mizumado::{
    clock::from_unix,
    enrolment,
    institutions::{self, Mode, ServiceMode},
};

async fn turn(world: &World, mode: Mode) {
    let asked = ServiceMode {
        mode,
        reason: "drill".into(),
        announcement: if mode == Mode::Open {
            ""
        } else {
            "点検のため、止めています。"
        }
        .into(),
        decided_by: "kanri".into(),
        at: None,
    };
    let now = world.workspace.clock.now();
    world
        .write(move |conn| institutions::set_mode(conn, mizumado::audit::Actor::Operator, &asked, now))
        .await;
}

#[actix_web::test]
async fn a_second_application_of_a_browser_never_shows_the_first_ones_result() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let first = Applicant::default().hand_off(&mut browser).await;
        first.finish(&world, &mut browser).await.expect("完了しました");
        let other = Applicant {
            customer_number: "0999999999".into(),
            account: ("020".into(), "7654321".into()),
            ..Applicant::default()
        };
        let second = other.hand_off(&mut browser).await;
        second.complete(&world).await;
        let page = browser.get("/result").await;
        page.expect(&second.receipt_number);
        assert!(!page.has(&first.receipt_number), "{}", page.text());
    }
}

#[actix_web::test]
async fn a_half_typed_phone_still_opens_the_draft_after_a_time_out() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let contact = browser.get("/apply/contact").await;
        let typed = [("phone_mobile", ""), ("phone_home", "35-1619"), ("phone_work", "")];
        browser.submit(&contact, &typed).await;
        world.workspace.clock.advance(Duration::minutes(61));
        let closed = browser.get("/apply/check").await;
        closed.expect("60分間操作がなかったため");
        let page = browser.submit(&closed, &[("phone_last4", "1619")]).await;
        assert!(page.path.starts_with("/apply/contact"), "{}", page.path);
        page.expect("35-1619");
    }
}

#[actix_web::test]
async fn a_refused_application_can_be_opened_again_after_a_time_out() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("04").hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await.expect("登録できませんでした");
        // Whoever looks only, and later: the viewer's half hour is over, and so is the page.
        world.workspace.clock.advance(Duration::hours(3));
        browser.get("/").await.expect("入力の途中の申込みがあります");
        let result = browser.get("/result").await;
        let way = result.link("入力した内容で、続きから再開する").unwrap();
        let closed = browser.get(&way).await;
        let page = browser.submit(&closed, &[("phone_last4", "1234")]).await;
        assert_eq!(
            page.path, "/apply/account",
            "the account is asked for again, the rest is kept"
        );
    }
}

#[actix_web::test]
async fn who_waits_for_the_reopening_gets_mail_however_the_address_was_typed_and_a_whole_row() {
    for world in World::all().await {
        turn(&world, Mode::Degraded).await;
        let applicant = Applicant {
            email: Some("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ"),
            ..Applicant::default()
        };
        let mut browser = Browser::new(&world.url);
        let check = applicant.fill(&mut browser).await;
        browser.submit(&check, &[]).await.expect("申込みを受け付けました");
        world.run_jobs().await;
        assert_eq!(world.mails()[0].recipient, "taro@example.jp");
        turn(&world, Mode::Open).await;
        world.pass(Duration::days(31)).await;
        let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
        let read =
            move |conn: &mut mizumado::db::Conn| enrolment::results(conn, &workspace, from_unix(0).unwrap(), now);
        let rows = world.workspace.db.read(read).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].details.customer_number, applicant.customer_number);
        assert_eq!(
            (rows[0].institution_code.as_str(), rows[0].details.user_kana.as_str()),
            ("0140", "ヤマダ　タロウ")
        );
    }
}

#[actix_web::test]
async fn a_branch_that_retired_meanwhile_is_chosen_anew() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let retire = "update branches set retired_on = '2026-11-25' where institution_code = '0140' and code = '020'";
        world
            .write(move |conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(retire), conn)?))
            .await;
        let page = browser.submit(&check, &[]).await;
        assert!(page.path.starts_with("/apply/account"), "{}", page.path);
        page.expect("支店を選んでください");
        assert_eq!(world.count("select count(*) as n from attempts").await, 0);
    }
}

#[actix_web::test]
async fn a_receipt_number_in_full_width_is_kept_after_a_wrong_phone() {
    let world = World::sqlite().await;
    let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
    let wide: String = left
        .receipt_number
        .chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap(),
            c => c,
        })
        .collect();
    let mut other = Browser::new(&world.url);
    let page = other.get("/receipt").await;
    let page = other
        .submit(&page, &[("receipt_number", &wide), ("phone_last4", "0000")])
        .await;
    assert_eq!(
        page.attributes("#receipt_number", "value"),
        [left.receipt_number.as_str()]
    );
}

#[actix_web::test]
async fn a_draft_has_no_receipt_to_print() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    Applicant::default().fill(&mut browser).await;
    let page = browser.get("/result/print").await;
    assert_eq!(page.path, "/apply/check");
}

#[actix_web::test]
async fn who_waited_goes_on_although_the_branch_retired_meanwhile() {
    for world in World::all().await {
        turn(&world, Mode::Degraded).await;
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        browser.submit(&check, &[]).await.expect("申込みを受け付けました");
        let retire = "update branches set retired_on = '2026-11-25' where institution_code = '0140' and code = '020'";
        world
            .write(move |conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(retire), conn)?))
            .await;
        turn(&world, Mode::Open).await;
        browser.post("/apply/handoff", &[]).await.expect("ここから先は");
    }
}
