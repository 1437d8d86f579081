//! Institutions at the console: retirement from a day on, names, and stops that are seen in a calendar first.
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use chrono::{Days, Duration, NaiveDate};
use mizumado::{
    accounts::Role,
    audit::Actor,
    clock::jst,
    institutions::{Mode, ServiceMode, set_mode},
};
use std::collections::BTreeMap;

const RETIREMENT: &str = "/institutions/0140/retirement";

fn in_days(world: &World, days: u64) -> NaiveDate {
    jst(world.workspace.clock.now()).date() + Days::new(days)
}

async fn retire(desk: &mut Desk, day: NaiveDate) -> Page {
    desk.prove().await;
    let fields = [
        ("day", day.to_string()),
        ("reason", "合併のため".into()),
        ("successor", "0532".into()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    desk.post(RETIREMENT, &fields).await
}

async fn turn(world: &World, mode: Mode) {
    let now = world.workspace.clock.now();
    let mode = ServiceMode {
        mode,
        ..ServiceMode::open()
    };
    world
        .write(move |conn| set_mode(conn, Actor::Operator, &mode, now))
        .await;
}

#[actix_web::test]
async fn an_institution_retires_from_its_day_and_citizens_are_told_before_and_after() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut citizen = Browser::new(&world.url);
        retire(&mut admin, in_days(&world, 1))
            .await
            .expect("取扱いを終える予定です");
        let told = "11月25日まで申し込めます（合併のため）。そのあとは、大光銀行を選んでください。";
        for path in ["/", "/availability"] {
            citizen.get(path).await.expect(told);
        }
        let left = Applicant::default().hand_off(&mut citizen).await;
        left.complete(&world).await;
        assert_eq!(world.audit("institution.retired").await.len(), 1);
        let subject = &world.audit("institution.retired").await[0].0;
        assert_eq!(subject, "institution/0140");

        // What was under way goes on: the result is asked for after the day.
        world.pass(Duration::hours(15)).await;
        let mut other = Browser::new(&world.url);
        other
            .get("/availability")
            .await
            .expect("11月25日で、取扱いを終えました（合併のため）。大光銀行を選んでください。");
        let start = other.get("/").await;
        assert!(!start.has("第四北越銀行："), "the start speaks of what is to come");
        let page = Applicant::default().until_bank(&mut other).await;
        assert!(
            page.attributes("input[value='0140']", "value").is_empty(),
            "it cannot be chosen"
        );
        page.expect("取扱いを終えた金融機関").expect("大光銀行を選んでください");
        admin.sign_in().await;
        admin
            .get("/institutions/0140")
            .await
            .expect("取扱いを終えた金融機関です");
        admin.get("/institutions").await.expect("取扱い終了");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let list = clerk.get("/applications?institution=0140").await;
        let rows = list.all("#found tbody tr");
        assert!(
            rows[0].contains("第四北越銀行") && rows[0].contains("登録完了"),
            "{rows:?}"
        );
    }
}

#[actix_web::test]
async fn who_was_accepted_before_the_day_is_handed_off_after_it() {
    for world in World::all_with_console().await {
        turn(&world, Mode::Degraded).await;
        let mut citizen = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut citizen).await;
        let accepted = citizen.submit(&check, &[]).await;
        let number = accepted.expect("申込みを受け付けました").first(".receipt-number");
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        retire(&mut admin, in_days(&world, 1)).await;
        world.workspace.clock.advance(Duration::hours(15));
        turn(&world, Mode::Open).await;
        let mut later = Browser::new(&world.url);
        let page = later.get("/receipt").await;
        let known = [("receipt_number", number.as_str()), ("phone_last4", "1234")];
        later.submit(&page, &known).await;
        later.get("/apply/handoff").await.expect("第四北越銀行");
        let page = later.post("/apply/handoff", &[]).await;
        page.expect("ここから先は、第四北越銀行の画面です");
    }
}

#[actix_web::test]
async fn a_retirement_is_taken_back_and_a_wrong_one_keeps_what_was_typed() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let page = retire(&mut admin, in_days(&world, 0)).await;
        assert_eq!((page.status, page.first("#day-error").contains("明日か")), (422, true));
        assert_eq!(page.form_to(RETIREMENT)["reason"], "合併のため");
        let wrong = [("day", "2027-04-01"), ("reason", ""), ("successor", "9999")];
        let page = admin.post(RETIREMENT, &wrong).await;
        assert!(page.has("理由を入力してください") && page.has("引き継ぐ金融機関は"));
        let day = in_days(&world, 3);
        retire(&mut admin, day).await;
        assert_eq!(retire(&mut admin, day).await.status, 409, "once");
        let way = format!("{RETIREMENT}/withdrawal");
        let other = in_days(&world, 4).to_string();
        assert_eq!(
            admin.post(&way, &[("day", &other)]).await.status,
            409,
            "only what was looked at"
        );
        let form = admin.get(RETIREMENT).await.form_to(&way);
        let page = admin.post_with(&way, &form, &[]).await;
        assert!(page.path == "/institutions/0140" && !page.has("取扱いを終える予定"));
        assert_eq!(world.audit("institution.retirement_withdrawn").await.len(), 1);
        retire(&mut admin, day).await;
        world.workspace.clock.advance(Duration::days(3));
        admin.sign_in().await;
        admin.post(&way, &[("day", &day.to_string())]).await;
        assert_eq!(world.audit("institution.reinstated").await.len(), 1);
        Browser::new(&world.url)
            .get("/availability")
            .await
            .expect("第四北越銀行");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        assert_eq!(clerk.post(RETIREMENT, &[]).await.status, 403);
        assert!(!clerk.get("/institutions/0140").await.has("取扱いを終える"));
    }
}

#[actix_web::test]
async fn an_institution_is_added_and_renamed_by_an_administrator() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let typed = [
            ("code", "９８７６"),
            ("name", "試行信用金庫"),
            ("kana", "シコウ"),
            ("kind", "shinkin"),
        ];
        let page = admin
            .post("/institutions", &[("code", "98"), ("kana", "しこう"), ("name", "a")])
            .await;
        assert_eq!(page.status, 422);
        page.expect("金融機関コードは、数字4桁で")
            .expect("全角カタカナで")
            .expect("種類を選んでください");
        let page = admin.post("/institutions", &typed).await;
        assert_eq!(page.path, "/institutions/9876");
        page.expect("信用金庫").expect("支店の表を取り込む");
        let page = admin.post("/institutions", &typed).await;
        assert_eq!(
            page.first("#code-error"),
            "エラー：金融機関コードを確かめてください。同じコードの金融機関が、もうあります"
        );
        let renamed = [("name", "新・試行信用金庫"), ("kana", "シンシコウ")];
        admin
            .post("/institutions/9876", &renamed)
            .await
            .expect("新・試行信用金庫");
        let page = Browser::new(&world.url).get("/availability").await;
        page.expect("新・試行信用金庫");
        assert!(
            world.audit("institution.renamed").await[0]
                .1
                .contains("試行信用金庫（シコウ）→")
        );
        assert_eq!(world.audit("institution.added").await.len(), 1);
        assert_eq!(admin.post("/institutions/9999", &renamed).await.status, 404);
    }
}

const PLANNED: &str = "select (select count(*) from closures where withdrawn_at is null) \
                       + (select count(*) from closure_rules where withdrawn_at is null) as n";

#[actix_web::test]
async fn a_stop_is_seen_in_the_calendar_before_it_is_announced() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let before = world.count(PLANNED).await;
        let typed = [
            ("institution", "0140"),
            ("rule", "第2月曜の前日 23:55-翌6:00"),
            ("reason", "点検のため"),
        ];
        let page = admin.post("/institutions/stops", &typed).await;
        assert!(
            page.path.starts_with("/institutions/stops/new?"),
            "unseen, it is shown: {}",
            page.path
        );
        assert_eq!(world.count(PLANNED).await, before, "looking is not announcing");
        page.expect("第四北越銀行　2026年12月");
        let cells = page.all(".month__cell");
        assert_eq!(cells.len(), 31);
        assert!(
            cells[12].contains("12月13日（日）") && cells[12].contains("追加 23:55–24:00"),
            "{}",
            cells[12]
        );
        assert!(cells[13].contains("追加 0:00–6:00"), "{}", cells[13]);
        assert!(cells[14].contains("終日受付"));
        assert_eq!(page.attributes("button[name=month]", "value"), ["2026-11", "2027-01"]);
        let january = admin.get(&format!("{}&month=2027-01", page.path)).await;
        assert!(january.all(".month__cell")[0].contains("元日"));
        assert!(january.all(".month__cell")[9].contains("追加 23:55–24:00"));

        let form = seen_form(&page);
        admin
            .post_with("/institutions/stops", &form, &[])
            .await
            .expect("点検のため");
        assert_eq!(world.count(PLANNED).await, before + 1);

        // Another stop of the whole service, merged into the institution's calendar.
        let service = "/institutions/stops/new?institution=&rule=2026-12-13+20:00-2026-12-13+23:58&reason=x&view=0140";
        let page = admin.get(service).await;
        let cell = page.all(".month__cell").remove(12);
        assert!(
            cell.contains("23:55–24:00") && cell.contains("追加 20:00–23:58"),
            "{cell}"
        );
        let own = admin.get("/institutions/0140").await;
        assert_eq!(own.all(".month__cell").len(), 35);
        assert!(
            own.all(".month__cell")[18].contains("23:55–24:00"),
            "{}",
            own.all(".month__cell")[18]
        );
        let other = admin.get("/institutions/0532").await;
        assert!(!other.all(".month__cell")[18].contains("23:55"));
        own.expect("これをもとに作る");

        let page = admin.get("/institutions").await;
        let item = page.all("li.rows__item").iter().position(|i| i.contains("点検のため"));
        let way = page
            .attributes("form[action$=withdrawal]", "action")
            .remove(item.unwrap());
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        assert_eq!(clerk.post(&way, &[]).await.status, 403);
        assert_eq!(clerk.post_with("/institutions/stops", &form, &[]).await.status, 403);
        assert!(!admin.post(&way, &[]).await.has("点検のため"));
        assert_eq!(world.count(PLANNED).await, before);
        assert_eq!(admin.post(&way, &[]).await.status, 404, "only once");
        assert_eq!(world.audit("closure.announced").await.len(), 1);
        assert_eq!(world.audit("closure.withdrawn").await.len(), 1);
    }
}

/// What a browser sends that announces a stop as it was looked at.
pub fn seen_form(page: &Page) -> BTreeMap<String, String> {
    let mut form = page.form_to("/institutions/stops");
    form.insert("seen".into(), page.attributes("button[name=seen]", "value").remove(0));
    form
}

#[actix_web::test]
async fn what_is_changed_after_the_calendar_is_seen_in_the_calendar_again() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let before = world.count(PLANNED).await;
        let typed = "/institutions/stops/new?institution=0140&rule=毎日+1:00-2:00&reason=点検のため";
        let page = admin.get(typed).await;
        assert!(!page.has("まだ登録していません"));
        for (name, value) in [
            ("rule", "毎日 3:00-4:00"),
            ("reason", "工事のため"),
            ("institution", "0532"),
        ] {
            let changed = admin
                .post_with("/institutions/stops", &seen_form(&page), &[(name, value)])
                .await;
            changed.expect("まだ登録していません");
            assert_eq!(
                changed.form_to("/institutions/stops")[name],
                value,
                "what was typed stays"
            );
            assert_eq!(world.count(PLANNED).await, before, "{name} is seen first");
        }
        let changed = [("rule", "毎日 3:00-4:00")];
        let page = admin
            .post_with("/institutions/stops", &seen_form(&page), &changed)
            .await;
        page.expect("追加 3:00–4:00");
        admin.post_with("/institutions/stops", &seen_form(&page), &[]).await;
        let rules = world.audit("closure.announced").await;
        assert_eq!((rules.len(), rules[0].1.contains("3:00-4:00")), (1, true), "{rules:?}");
        // Whichever button is pressed, it sends the one form with what is typed.
        let buttons = "button[name=month], button[name=seen]";
        assert_eq!(page.attributes(buttons, "form"), vec!["stop"; page.all(buttons).len()]);
        let all = admin
            .get("/institutions/stops/new?institution=&rule=毎日+1:00-2:00&reason=x")
            .await;
        assert_eq!(all.attributes("select[name=view]", "form"), ["stop"]);
    }
}

#[actix_web::test]
async fn a_rule_is_replaced_from_a_day_on_and_ends_the_day_before() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let typed = [
            ("institution", "0140"),
            ("rule", "毎日 1:00-2:00"),
            ("reason", "配管の点検"),
        ];
        let page = admin.post("/institutions/stops", &typed).await;
        let list = admin.post_with("/institutions/stops", &seen_form(&page), &[]).await;
        let way = list.link("ある日から置きかえる：配管の点検").unwrap();
        let page = admin.get(&way).await;
        page.expect("休止の規則を置きかえる").expect("第四北越銀行");
        let today = in_days(&world, 0).to_string();
        for (name, value) in [
            ("from", today.as_str()),
            ("from", "x"),
            ("rule", "2026-12-05 22:00-2026-12-06 6:00"),
            ("institution", "0532"),
        ] {
            let form = page.form_to("/institutions/stops");
            let wrong = admin.post_with("/institutions/stops", &form, &[(name, value)]).await;
            assert!(
                !wrong.all(".error-summary li").is_empty(),
                "{name}={value}: {}",
                wrong.text()
            );
            assert!(
                wrong.attributes("button[name=seen]", "value").is_empty(),
                "{name}={value}"
            );
        }
        let day = in_days(&world, 10);
        let from = day.to_string();
        let changed = [("rule", "毎日 3:00-4:00"), ("from", from.as_str())];
        let form = page.form_to("/institutions/stops");
        let seen = admin.post_with("/institutions/stops", &form, &changed).await;
        seen.expect("まだ登録していません");
        let month = admin.get(&format!("{}&month={}", seen.path, day.format("%Y-%m"))).await;
        let cell = |date: NaiveDate| {
            let label = format!("{}月{}日", date.format("%-m"), date.format("%-d"));
            let mut cells = month.all(".month__cell").into_iter();
            cells.find(|cell| cell.contains(&label)).unwrap()
        };
        assert!(
            cell(day).contains("追加 3:00–4:00") && !cell(day).contains("1:00–2:00"),
            "{}",
            cell(day)
        );
        let before = day - Days::new(1);
        assert!(
            cell(before).contains("休止 1:00–2:00") && !cell(before).contains("追加"),
            "{}",
            cell(before)
        );
        let list = admin.post_with("/institutions/stops", &seen_form(&seen), &[]).await;
        assert_eq!(list.path, "/institutions");
        assert_eq!(
            list.all("a[href*='replaces=']").len(),
            world.count(STANDING).await as usize
        );
        let ended = format!(
            "select count(*) as n from closure_rules where rule = '毎日 1:00-2:00（{before}まで）' and withdrawn_at is null"
        );
        assert_eq!(world.count(Box::leak(ended.into_boxed_str())).await, 1);
        assert_eq!(world.audit("closure.announced").await.len(), 2);
        let replaced = world.audit("closure.replaced").await;
        assert!(replaced[0].1.starts_with(&format!("{day} closure/")), "{replaced:?}");
        // The same form sent again finds nothing that it could replace on that day.
        let again = admin.post_with("/institutions/stops", &seen_form(&seen), &[]).await;
        again.expect("もとの規則が終わっています");
        assert_eq!(world.audit("closure.replaced").await.len(), 1);
    }
}

/// Recurring closed times on the list.
const STANDING: &str = "select count(*) as n from closure_rules where withdrawn_at is null";

#[actix_web::test]
async fn a_wrong_stop_says_what_is_wrong_and_is_never_announced() {
    let world = World::with_console().await;
    let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
    let before = world.count(PLANNED).await;
    for (query, field) in [
        ("institution=&rule=第9日曜&reason=x", "rule"),
        ("institution=&rule=2020-01-01+1:00-2020-01-02+1:00&reason=x", "rule"),
        ("institution=&rule=毎日+23:55-翌0:05&reason=", "reason"),
        ("institution=9999&rule=毎日+23:55-翌0:05&reason=x", "institution"),
    ] {
        let page = admin.get(&format!("/institutions/stops/new?{query}")).await;
        assert!(!page.first(&format!("#{field}-error")).is_empty(), "{query}");
        assert!(
            !page.has("この予定で登録する") && page.title().starts_with("エラー"),
            "{query}"
        );
    }
    let long = "x".repeat(201);
    let page = admin
        .get(&format!("/institutions/stops/new?rule=毎日+1:00-2:00&reason={long}"))
        .await;
    assert!(page.first("#reason-error").contains("200文字以内"));
    assert_eq!(world.count(PLANNED).await, before);
}
