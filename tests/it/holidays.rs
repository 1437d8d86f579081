//! Holidays and the bureau's closed days: a table is looked at and then taken in; what is over never changes.
use crate::{desk::Desk, harness::World};
use chrono::{Duration, NaiveDate};
use mizumado::{accounts::Role, db::Conn, institutions, japan::cp932};
use std::collections::BTreeMap;

const HEAD: &str = "国民の祝日・休日月日,国民の祝日・休日名称\n";

/// The table as it is from 2026 until 2027, as the Cabinet Office writes it.
async fn table(world: &World) -> String {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Date)]
        day: NaiveDate,
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let sql = "select day, name from holidays where day between '2026-01-01' and '2027-12-31' order by day";
    let lines = world
        .write(move |conn| Ok(diesel::RunQueryDsl::load::<Line>(diesel::sql_query(sql), conn)?))
        .await;
    lines.into_iter().fold(HEAD.to_owned(), |all, l| {
        format!("{all}{},{}\n", l.day.format("%Y/%-m/%-d"), l.name)
    })
}

fn sjis(text: &str) -> Vec<u8> {
    cp932::encode(text, &BTreeMap::new()).bytes
}

async fn is_business_day(world: &World, day: &str) -> bool {
    let (day, now) = (day.parse().unwrap(), world.workspace.clock.now());
    let read = move |conn: &mut Conn| Ok(institutions::calendar(conn, now)?.bureau_business_day(day));
    world.write(read).await
}

#[actix_web::test]
async fn a_table_of_holidays_is_looked_at_and_then_taken_in_for_days_to_come() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let old = table(&world).await;
        // A day becomes one, one is no more, one is renamed; and two days that are over stand otherwise.
        let new = old
            .replace("2027/1/1,元日", "2027/1/1,がんじつ")
            .replace("2027/7/19,海の日\n", "2027/7/20,海の日\n")
            .replace("2026/11/3,文化の日\n", "")
            .replace("2026/5/3,憲法記念日", "2026/5/3,別の名前");
        let page = admin.upload("/holidays/imports", "file", &sjis(&new)).await;
        page.expect("追加1件、取消し1件、名前の変更1件")
            .expect("元日 → がんじつ")
            .expect("今日までの日のちがいが2件あります")
            .expect("2026年から2027年までの表です");
        assert_eq!(table(&world).await, old, "nothing is changed by looking");
        assert!(is_business_day(&world, "2027-07-20").await);
        let path = format!("{}/application", page.path);
        let form = page.form_to(&path);
        admin.prove().await;
        assert_eq!(
            admin.post_with(&path, &form, &[("seen", "x")]).await.status,
            409,
            "only what was seen"
        );
        let page = admin.post_with(&path, &form, &[]).await;
        page.expect("追加1件、取消し1件、名前の変更1件")
            .expect("に取り込みました");
        assert_eq!(admin.post_with(&path, &form, &[]).await.status, 409, "once");
        assert!(is_business_day(&world, "2027-07-19").await && !is_business_day(&world, "2027-07-20").await);
        assert!(!is_business_day(&world, "2026-11-03").await, "what is over stays");
        let kept = table(&world).await;
        assert!(kept.contains("2026/5/3,憲法記念日") && kept.contains("がんじつ"));
        let again = admin.upload("/holidays/imports", "file", &sjis(&new)).await;
        again.expect("取り込むものはありません");
        let after = "select count(*) as n from holidays where day > '2027-12-31'";
        assert!(
            world.count(after).await > 300,
            "years that the table does not name stay"
        );
        assert_eq!(world.audit("holidays.imported").await.len(), 1);
        assert!(
            world.audit("holidays.imported").await[0]
                .1
                .starts_with("added 1, removed 1, renamed 1")
        );
    }
}

#[actix_web::test]
async fn a_wrong_table_of_holidays_is_refused_with_its_line() {
    let world = World::with_console().await;
    let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
    for (text, sentence) in [
        (String::new(), "休日の表のファイルを選んでください"),
        (format!("{HEAD}2027/2/30,x\n"), "2行目の日付は"),
        (format!("{HEAD}2020/1/1,元日\n"), "これからの休日があるファイル"),
    ] {
        let page = admin.upload("/holidays/imports", "file", &sjis(&text)).await;
        assert_eq!(page.status, 422, "{text}");
        assert!(page.first("#file-error").contains(sentence), "{}", page.text());
    }
    let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
    let page = viewer.upload("/holidays/imports", "file", HEAD.as_bytes()).await;
    assert_eq!(page.status, 403);
    assert!(!viewer.get("/holidays").await.has("ちがいを確かめる"));
    assert_eq!(world.count("select count(*) as n from holiday_imports").await, 0);
}

#[actix_web::test]
async fn closed_days_of_the_bureau_count_from_tomorrow_and_until_today() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        admin.get("/holidays").await.expect("毎年 12月29日から1月3日まで");
        assert!(
            !is_business_day(&world, "2026-12-29").await,
            "a new bureau closes at the year's end"
        );
        admin.prove().await;
        let way = "/holidays/closed-days";
        let wrong = admin.post(way, &[("name", ""), ("first", "13-40"), ("last", "")]).await;
        assert_eq!(wrong.status, 422);
        assert!(!wrong.first("#name-error").is_empty() && !wrong.first("#first-error").is_empty());
        let past = admin.post(way, &[("name", "x"), ("first", "2026-11-25")]).await;
        assert!(past.first("#first-error").contains("明日か"));
        let page = admin
            .post(way, &[("name", "開庁記念日"), ("first", "11月24日"), ("last", "")])
            .await;
        page.expect("毎年 11月24日");
        assert!(is_business_day(&world, "2026-11-24").await, "what is over stays");
        assert!(!is_business_day(&world, "2027-11-24").await);
        let once = [("name", "庁舎の停電"), ("first", "2026-12-10"), ("last", "2026/12/11")];
        admin
            .post(way, &once)
            .await
            .expect("2026年12月10日から2026年12月11日まで");
        let december = admin.get("/holidays?month=2026-12").await;
        assert!(december.all(".month__cell")[9].contains("庁舎の停電"));
        assert!(december.all(".month__cell")[13].contains("営業日"));
        let ends = admin
            .get("/holidays")
            .await
            .attributes("form[action$='/end']", "action");
        assert_eq!(ends.len(), 3);
        admin.post(&ends[0], &[]).await;
        assert_eq!(admin.post(&ends[0], &[]).await.status, 404, "once");
        assert!(is_business_day(&world, "2026-12-29").await);
        assert!(!is_business_day(&world, "2026-01-02").await, "what is over stays");
        assert_eq!(world.audit("closed_days.added").await.len(), 2);
        assert_eq!(world.audit("closed_days.ended").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_closed_day_of_the_bureau_closes_no_file() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        admin.prove().await;
        let days = [("name", "庁舎の停電"), ("first", "2026-11-26"), ("last", "2026-11-27")];
        admin.post("/holidays/closed-days", &days).await;
        world.pass(Duration::days(3)).await;
        let closed = "select count(*) as n from deliveries where day in ('2026-11-26', '2026-11-27')";
        assert_eq!(world.count(closed).await, 0);
        world.pass(Duration::days(2)).await;
        let next = "select count(*) as n from deliveries where day = '2026-11-30'";
        assert_eq!(world.count(next).await, 1, "the Monday after is a business day");
    }
}

#[actix_web::test]
async fn the_home_page_and_an_alarm_say_that_the_table_of_holidays_ends() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        assert!(!admin.get("/").await.has("休日の表が、もうすぐ終わります"));
        let cut = "delete from holidays where day > '2026-12-31'";
        world
            .write(move |conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(cut), conn)?))
            .await;
        admin.get("/").await.expect("いまの表は令和8年12月31日までです");
        admin.get("/holidays").await.expect("休日の表が、もうすぐ終わります");
        world.pass(Duration::minutes(20)).await;
        assert!(world.alarms().await.contains(&"operations.holidays_end".to_owned()));
    }
}
