//! The practice world: made, learned in, reset, ended with a record; and it never touches the real one.
mod acts;
mod again;
mod apart;
mod classes;
mod clock;
mod closed;
mod codes;
mod crowd;
mod ending;
mod everything;
mod exercises;
mod left;
mod listeners;
mod mails;
mod making;
mod own;
mod papers;
mod polling;
mod proxied;
mod record;
mod replays;
mod roles;
mod sample;
mod seats;
mod shared;
mod told;
mod whole_day;

use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::{Wish, World, school_of},
};
use chrono::{Datelike, Duration, NaiveDate, Timelike};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{Nullable, Text},
};
use futures_util::future::{Either, select};
use mizumado::{
    accounts::Role,
    audit,
    clock::jst,
    db,
    enrolment::{self, states::Registration},
    gateways::Reason,
    institutions,
    training::{Class, Kind, Move, NewClass, Replay, School, Speed},
    web,
};
use std::collections::BTreeSet;

/// A world with a console and a practice site, on each engine.
pub async fn all() -> Vec<World> {
    let wish = Wish {
        console: true,
        training: true,
        ..Wish::default()
    };
    World::all_with(wish).await
}

/// The same on SQLite alone: what a desk does is the same whatever the real database is.
pub async fn one() -> World {
    let wish = Wish {
        console: true,
        training: true,
        ..Wish::default()
    };
    World::sqlite_with(wish).await
}

impl World {
    pub fn school(&self) -> &School {
        self.school.as_ref().unwrap()
    }
}

/// The day in Japan, as it is typed.
pub fn today(world: &World) -> String {
    jst(world.school().now()).date().to_string()
}

/// What is asked for of a class with every exercise.
pub fn wish(world: &World, size: u32) -> NewClass {
    let exercises = world.school().exercises().iter();
    NewClass {
        title: "新任の研修".into(),
        kind: Kind::Class,
        day: today(world).parse().unwrap(),
        size,
        is_shared: false,
        seed: 7,
        exercises: exercises.map(|e| e.head.id.clone()).collect(),
        trainer: "研修 花子".into(),
    }
}

/// A class with every exercise.
pub async fn class(world: &World, size: u32) -> Class {
    let school = world.school();
    let id = school.make(wish(world, size)).await.unwrap();
    school.class(&id).unwrap()
}

/// Somebody who came in; the browser stands before the practice staff's pages.
pub async fn come_in(world: &World, class: &Class, number: &str, name: &str) -> Browser {
    let mut browser = Browser::new(&world.school().addresses().console);
    let fields = [
        ("code", class.id.as_str()),
        ("number", number),
        ("name", name),
        ("staff_code", ""),
    ];
    let page = browser.post("/training/seat", &fields).await;
    page.expect(name).expect("課題");
    browser
}

/// From now on the browser's person is another one of the desk's.
pub async fn be(browser: &mut Browser, person: &str) -> Page {
    let page = browser
        .post("/practice/person", &[("person", person), ("next", "/")])
        .await;
    page.expect("今日の仕事").expect("研修環境です");
    page
}

#[actix_web::test]
async fn a_class_is_made_by_a_trainer_and_by_nobody_else() {
    for world in all().await {
        let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
        let wrong = trainer.post("/training", &[("title", ""), ("size", "99")]).await;
        assert_eq!(wrong.status, 422);
        wrong
            .expect("教室の名前を入力してください")
            .expect("1から30まで")
            .expect("教室の日は、1年以内の日を")
            .expect("課題を1つ以上");
        let wrong = trainer.post("/training", &[("seed", "第2回")]).await;
        assert!(
            wrong
                .first("#seed-error")
                .contains("データの種は、数字で入力してください")
        );
        let day = today(&world);
        let fields = [
            ("title", "窓口の研修"),
            ("day", &day),
            ("size", "2"),
            ("kind", "class"),
            ("shared", "no"),
            ("exercise_find-application", "yes"),
        ];
        let page = trainer.post("/training", &fields).await;
        page.expect("窓口の研修").expect("進み具合");
        let classes = world.school().classes();
        assert_eq!(classes.len(), 1);
        let mut learner = come_in(&world, &classes[0], "1", "山本 一郎").await;
        trainer.get(&page.path).await.expect("山本 一郎");
        learner
            .post("/training/help", &[("wanted", "yes")])
            .await
            .expect("知らせました");
        // Since when, by the clock on the wall.
        let called = world.school().classes()[0].seats[0].called_at.unwrap();
        let called = jst(called).format("%H:%M");
        trainer
            .get(&page.path)
            .await
            .expect(&format!("呼んでいます（{called}から）"));
        learner
            .get("/training/")
            .await
            .expect(&format!("研修担当に知らせました（{called}）"));
        let said = [("seat", "1"), ("body", "左上のメニューから開きます")];
        trainer.post(&format!("{}/messages", page.path), &said).await;
        learner.get("/training/").await.expect("左上のメニューから開きます");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        for path in ["/training", page.path.as_str()] {
            assert_eq!(clerk.get(path).await.status, 403, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_seat_is_for_one_person() {
    let world = one().await;
    let class = class(&world, 2).await;
    come_in(&world, &class, "1", "山本 一郎").await;
    // The same person on a second machine.
    come_in(&world, &class, "１", "山本 一郎").await;
    let mut other = Browser::new(&world.school().addresses().console);
    for (code, number, name, said) in [
        (class.id.as_str(), "1", "別の人", "ほかの方が使っている"),
        (&class.id, "3", "別の人", "その席がありません"),
        ("AAAAAA", "1", "別の人", "その席がありません"),
        (&class.id, "x", "別の人", "数字で入力"),
        (&class.id, "2", "", "お名前を入力してください"),
    ] {
        let fields = [("code", code), ("number", number), ("name", name)];
        let page = other.post("/training/seat", &fields).await;
        assert_eq!(page.status, 422);
        page.expect(said);
    }
    assert!(other.cookies.is_empty());
    other.get("/applications").await.expect("研修の教室に入る");
}

/// Every state, every reason, and two institutions that are easily taken for one another.
async fn assert_whole(world: &World, class: &Class) {
    #[derive(QueryableByName)]
    struct Word {
        #[diesel(sql_type = Nullable<Text>)]
        word: Option<String>,
    }
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let words = async |sql: &'static str| -> BTreeSet<String> {
        let read = move |conn: &mut db::Conn| Ok::<_, web::Error>(diesel::sql_query(sql).load::<Word>(conn)?);
        let rows = desk.workspace.db.read(read).await.unwrap();
        rows.into_iter().filter_map(|row| row.word).collect()
    };
    let states = words("select distinct state as word from applications").await;
    for state in Registration::ALL {
        assert!(states.contains(state.as_str()), "{}: {states:?}", state.as_str());
    }
    let reasons = words("select distinct reason as word from applications").await;
    for reason in Reason::ALL {
        assert!(reasons.contains(reason.as_str()), "{}: {reasons:?}", reason.as_str());
    }
    let institutions = words("select distinct institution_code as word from applications").await;
    assert!(institutions.len() > 5, "{institutions:?}");
    // Its own record is whole, and sealed with its own keys.
    let keys = desk.workspace.keys.clone();
    let read = move |conn: &mut db::Conn| Ok::<_, web::Error>(audit::check(conn, &keys, &[])?);
    let chain = desk.workspace.db.read(read).await.unwrap();
    assert!(matches!(chain, audit::ChainCheck::Whole(_)), "{chain}");
    for alike in ["0010", "0017"] {
        assert!(institutions.contains(alike), "{alike}: {institutions:?}");
    }
}

/// Where the people of a desk live, in the order of their customer numbers: postal code and town.
async fn towns_at(world: &World, class: &Class) -> Vec<(String, String)> {
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let (at, city) = (desk.workspace.clone(), desk.workspace.site.bureau.city.clone());
    let end = desk.workspace.clock.now() + Duration::days(1);
    let read = move |conn: &mut db::Conn| {
        let all = enrolment::results(conn, &at, end - Duration::days(30), end)?;
        let places = institutions::places_of(conn, &city)?;
        Ok::<_, web::Error>((all, places))
    };
    let (mut all, places) = desk.workspace.db.read(read).await.unwrap();
    all.sort_by(|a, b| a.details.customer_number.cmp(&b.details.customer_number));
    let homes: Vec<(String, String)> = all
        .into_iter()
        .map(|one| (one.details.postal_code, one.details.town))
        .collect();
    for (code, town) in &homes {
        let is_there = places
            .iter()
            .any(|place| place.postal_code == *code && *town == format!("{}{}", place.city, place.town));
        assert!(is_there, "{code} {town} is a town of the bureau");
    }
    let different: BTreeSet<&String> = homes.iter().map(|(code, _)| code).collect();
    assert!(different.len() > 15, "{different:?}");
    homes
}

#[actix_web::test]
async fn a_desk_holds_invented_people_in_every_state_and_the_same_seed_gives_the_same() {
    let world = one().await;
    let (first, second) = (class(&world, 1).await, class(&world, 1).await);
    let (a, b) = (&first.desks[0].cases, &second.desks[0].cases);
    assert_eq!(a.len(), 11);
    for (name, case) in a {
        let twin = &b[name];
        assert_eq!(
            (&case.name, &case.customer, &case.phone),
            (&twin.name, &twin.customer, &twin.phone)
        );
        assert_ne!(case.receipt, twin.receipt, "a receipt number is chance");
        assert!(case.phone[3..].starts_with("-0000-"), "{}", case.phone);
    }
    let mut clerk = come_in(&world, &first, "1", "山本 一郎").await;
    be(&mut clerk, "mado").await;
    for (case, state) in [
        ("caller", "登録完了"),
        ("refused-pin", "暗証番号相違"),
        ("refused-name", "名義相違"),
        ("refused-account", "口座なし"),
        ("cancelled", "本人の取りやめ"),
        ("unknown", "結果不明"),
        ("checking", "結果"),
        ("mistaken", "登録完了"),
        ("odd-letter", "登録完了"),
    ] {
        let page = clerk.get(&format!("/applications/{}", a[case].id)).await;
        assert_eq!(page.status, 200, "{case}");
        page.expect(state).expect(&a[case].receipt);
    }
    clerk.get("/inquiries").await.expect("未回答");
    assert_whole(&world, &first).await;
    let towns = towns_at(&world, &first).await;
    assert_eq!(towns, towns_at(&world, &second).await);
}

#[actix_web::test]
async fn a_desk_s_clock_goes_over_a_weekend_and_its_work_goes_along() {
    let world = one().await;
    let class = class(&world, 1).await;
    let (school, desk) = (world.school(), &class.desks[0].id);
    let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut clerk, "mado").await;
    let files = |page: &Page| page.all("main tbody tr").len();
    let before = files(&clerk.get("/deliveries").await);
    let now = || jst(school.desk(desk).unwrap().workspace.clock.now());
    let world_s = jst(world.workspace.clock.now());
    // Wednesday; to Friday, and over the weekend.
    for _ in 0..3 {
        school.advance(&class.id, desk, Move::BusinessDay).await.unwrap();
    }
    let monday = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
    assert_eq!((now().date(), now().hour(), now().minute()), (monday, 8, 31));
    be(&mut clerk, "mado").await;
    assert!(
        files(&clerk.get("/deliveries").await) >= before + 3,
        "each business day has its file"
    );
    school.advance(&class.id, desk, Move::OverYearEnd).await.unwrap();
    assert_eq!(now().date().year(), 2027);
    assert!(now().date() >= NaiveDate::from_ymd_opt(2027, 1, 4).unwrap());
    assert_eq!(
        jst(world.workspace.clock.now()).date(),
        world_s.date(),
        "the real clock stands"
    );
    // And it stays so over a restart.
    let again = school_of(&world.workspace, school.addresses().clone()).await.unwrap();
    let kept = jst(again.desk(desk).unwrap().workspace.clock.now());
    assert_eq!(kept.date(), now().date());
}

#[actix_web::test]
async fn a_reset_gives_the_beginning_back_and_keeps_what_was_learned() {
    let world = one().await;
    let class = class(&world, 2).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut clerk, "mado").await;
    let id = class.desks[0].cases["caller"].id.clone();
    let note = format!("/applications/{id}/notes");
    clerk
        .post(&note, &[("body", "消えるはずのメモ")])
        .await
        .expect("消えるはずのメモ");
    school.advance(&class.id, &desk, Move::Hour).await.unwrap();
    school.reset(&class.id, &desk, "研修 花子").await.unwrap();
    clerk.get("/").await.expect("課題：新任の研修");
    be(&mut clerk, "mado").await;
    let page = clerk.get(&format!("/applications/{id}")).await;
    assert!(page.status == 200 && !page.has("消えるはずのメモ"));
    let kept = school.class(&class.id).unwrap();
    assert_eq!(kept.desk(&desk).unwrap().generation, 1);
    assert_eq!(kept.seat(1).unwrap().name, "山本 一郎");
    let began = mizumado::training::beginning(class.day);
    let gone = school.desk(&desk).unwrap().workspace.clock.now() - began;
    assert!(gone >= Duration::zero() && gone < Duration::minutes(30), "{gone}");
}

#[actix_web::test]
async fn a_replay_asks_for_numbers_and_ends_with_the_desk_s_reset() {
    let world = one().await;
    let class = class(&world, 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}/replay", class.id);
    for (fields, said) in [
        (["", "1", "1", "fast"], "席をえらんでください"),
        (["all", "x", "1", "fast"], "日数は、1から31まで"),
        (["all", "1", "41", "fast"], "1日の申込みは、1から40まで"),
        (["all", "1", "1", "sudden"], "速さを選んでください"),
    ] {
        let names = ["desk", "days", "a_day", "speed"];
        let fields: Vec<(&str, &str)> = names.into_iter().zip(fields).collect();
        let page = trainer.post(&path, &fields).await;
        assert_eq!(page.status, 422);
        page.expect(said);
    }
    let kept = || school.class(&class.id).unwrap().desk(&desk).unwrap().clone();
    let replay = |days, a_day, seed| {
        let speed = Speed::Fast;
        let what = Replay {
            days,
            a_day,
            speed,
            seed,
        };
        school.replay(&class.id, &desk, what)
    };
    replay(1, 2, 3).await.unwrap();
    let at_first = class.desks[0].ahead_micros;
    let hours = |n| Duration::hours(n).num_microseconds().unwrap();
    assert!(kept().ahead_micros > at_first + hours(23));
    let running = replay(31, 40, 4);
    let (replayed, reset) = futures_util::future::join(running, school.reset(&class.id, &desk, "研修 花子")).await;
    replayed.unwrap();
    reset.unwrap();
    assert_eq!(kept().generation, 1);
    assert!(
        kept().ahead_micros <= at_first,
        "the fresh desk begins at the class's hour"
    );
}

#[actix_web::test]
async fn a_slow_replay_leaves_time_to_look_and_a_fast_one_none() {
    let world = one().await;
    let class = class(&world, 2).await;
    let school = world.school();
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let page = trainer.get(&format!("/training/{}", class.id)).await;
    let offered = page.attributes("input[name=speed]", "value");
    assert_eq!(offered, Speed::ALL.map(Speed::word));
    let at = |desk: usize, speed| {
        let what = Replay {
            days: 1,
            a_day: 1,
            speed,
            seed: 3,
        };
        Box::pin(school.replay(&class.id, &class.desks[desk].id, what))
    };
    match select(at(0, Speed::Slow), at(1, Speed::Fast)).await {
        Either::Right((fast, _)) => fast.unwrap(),
        Either::Left(_) => panic!("the slow one was over first"),
    }
    let now = |desk: usize| school.desk(&class.desks[desk].id).unwrap().workspace.clock.now();
    assert!(now(1) - now(0) > Duration::hours(20), "the slow one has not begun");
    assert!(Speed::Slow.pause() > Speed::Usual.pause() && Speed::Fast.pause().is_zero());
    assert!(
        Speed::Slow.pause() * 31 < std::time::Duration::from_secs(11 * 60),
        "a month ends"
    );
}

#[actix_web::test]
async fn an_ended_class_leaves_a_record_and_nothing_else() {
    for world in all().await {
        let class = class(&world, 2).await;
        let school = world.school();
        let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
        be(&mut clerk, "mado").await;
        let folder = world.dir.path().join("training/classes").join(&class.id);
        assert!(folder.exists());
        let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
        let path = format!("/training/{}", class.id);
        trainer.prove().await;
        trainer
            .post(&format!("{path}/ending"), &[])
            .await
            .expect("終わりました");
        assert!(!folder.exists(), "the class's folder is gone");
        clerk.get("/").await.expect("研修の教室に入る");
        let ended = school.class(&class.id).unwrap();
        let gone = ended.deletion.as_ref().unwrap();
        assert!(
            gone.files
                .iter()
                .any(|(name, bytes, hash)| name.ends_with("desk.db") && *bytes > 0 && hash.len() == 64)
        );
        assert!(
            gone.counts.iter().any(|(what, n)| what == "申込み" && *n > 50),
            "{:?}",
            gone.counts
        );
        let report = trainer.get(&format!("{path}/report")).await;
        report
            .expect("データの消去")
            .expect("研修の職員 12件")
            .expect("山本 一郎");
        let word = trainer.get(&format!("{path}/report/word")).await;
        assert!(word.bytes.starts_with(b"PK"));
        let name = word.headers["content-disposition"].to_str().unwrap();
        let named = format!("filename*=UTF-8''%E7%A0%94%E4%BF%AE_{}.docx", class.id);
        assert!(name.contains(&named), "{name}");
        assert!(
            word_parts(&word.bytes, "word/header").contains("研修用"),
            "at the head of each page"
        );
        let certificates = trainer.get(&format!("{path}/certificates")).await;
        certificates.expect("修了証").expect("山本 一郎");
        for printed in [&report, &certificates] {
            assert_eq!(printed.attributes("main .training-banner", "data-print"), ["研修用"]);
        }
        assert_eq!(
            trainer.post(&format!("{path}/ending"), &[]).await.status,
            409,
            "it ends once"
        );
        // What is sealed is sealed: no name stands in a file of the school.
        let record = std::fs::read(world.dir.path().join(format!("training/records/{}.sealed", class.id))).unwrap();
        assert!(!String::from_utf8_lossy(&record).contains("山本"));
        // Killed between the record and the removal: the next start removes the rest.
        std::fs::create_dir_all(folder.join("left")).unwrap();
        std::fs::write(folder.join("class.sealed"), "x").unwrap();
        std::fs::write(folder.join("left/desk.db"), "x").unwrap();
        let again = school_of(&world.workspace, school.addresses().clone()).await.unwrap();
        assert!(again.class(&class.id).unwrap().deletion.is_some());
        assert!(!folder.exists(), "what the record says is gone is gone");
    }
}

/// What stands in the parts of a Word file whose names begin so.
pub fn word_parts(bytes: &[u8], start: &str) -> String {
    use std::io::Read;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut text = String::new();
    for name in names.iter().filter(|name| name.starts_with(start)) {
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    }
    text
}

/// A class of the kind 受入テスト with its own exercises; its code.
pub async fn acceptance(world: &World) -> String {
    let school = world.school();
    let wish = NewClass {
        title: "受入れ".into(),
        kind: Kind::Acceptance,
        day: today(world).parse().unwrap(),
        size: 1,
        is_shared: false,
        seed: 7,
        exercises: school
            .exercises()
            .iter()
            .filter(|e| e.head.acceptance)
            .map(|e| e.head.id.clone())
            .collect(),
        trainer: "研修 花子".into(),
    };
    school.make(wish).await.unwrap()
}

#[actix_web::test]
async fn an_acceptance_report_names_the_invented_people_and_shows_no_marks() {
    let world = one().await;
    let id = acceptance(&world).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let report = trainer.get(&format!("/training/{id}/report")).await;
    let name = &world.school().class(&id).unwrap().desks[0].cases["caller"].name;
    report.expect(name).expect("期待する結果");
    for mark in ["{{", "〔", "](", "**"] {
        assert!(!report.text().contains(mark), "{mark}");
    }
}

#[actix_web::test]
async fn an_acceptance_report_says_on_which_page_what_was_reached_and_leaves_room_for_what_people_know() {
    let world = one().await;
    let id = acceptance(&world).await;
    let class = world.school().class(&id).unwrap();
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{id}/report");
    let plan = trainer.get(&path).await;
    for part in [
        "テストの方針",
        "行う理由",
        "合格の基準",
        "評価の方法",
        "実施者",
        "計画を承認した人",
    ] {
        plan.expect(part);
    }
    let cells = |page: &Page, table: &str| page.all(&format!("[aria-label='{table}'] tbody td"));
    assert!(cells(&plan, "手順ごとの結果").is_empty());
    let free = 3 * 6;
    assert_eq!(cells(&plan, "不具合と対応").len(), free);
    let mut tester = come_in(&world, &class, "1", "検査 一郎").await;
    let exercise = "/training/exercises/visual-check";
    for _ in 0..2 {
        tester.post(&format!("{exercise}/beginning"), &[]).await;
    }
    be(&mut tester, "unyo").await;
    tester
        .post("/checks", &[("odd", "no"), ("seen", "申込みの画面")])
        .await
        .expect("申込みの画面");
    tester
        .post(&format!("{exercise}/answers"), &[("remark", "表の字が小さい")])
        .await;
    let long = "あ".repeat(501);
    let refused = tester.post(&format!("{exercise}/answers"), &[("remark", &long)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.first("#remark-error").contains("500文字以内で入力してください"));
    assert_eq!(refused.first("#remark"), long, "what was typed stays");
    let report = trainer.get(&path).await;
    let steps = cells(&report, "手順ごとの結果");
    assert_eq!(
        steps.len(),
        2 * 6,
        "two expected results of the one test that was begun: {steps:?}"
    );
    assert_eq!(steps[2..5], ["目視点検の記録", "検査 一郎", "そろった"]);
    assert!(!steps[5].is_empty(), "when");
    assert_eq!(steps[8..11], ["課題", "検査 一郎", "まだ"]);
    report.expect("途中（1 / 2）（2回目）").expect("やり直し");
    let found = cells(&report, "不具合と対応");
    assert_eq!(found.len(), free + 6);
    assert!(found[0].contains("目視点検を記録する（席 1　検査 一郎）"), "{found:?}");
    assert_eq!(found[1], "合格していません。\n表の字が小さい");
    assert!(found[2..6].iter().all(String::is_empty), "people write the rest");
    // What was remarked is about the program: it outlives the try, and the desk.
    tester.post(&format!("{exercise}/beginning"), &[]).await;
    let report = trainer.get(&path).await;
    assert_eq!(cells(&report, "不具合と対応")[1], "合格していません。\n表の字が小さい");
    let desk = class.desks[0].id.as_str();
    trainer.post(&format!("/training/{id}/resets"), &[("desk", desk)]).await;
    let report = trainer.get(&path).await;
    assert_eq!(cells(&report, "不具合と対応")[1], "合格していません。\n表の字が小さい");
    tester.post(&format!("{exercise}/beginning"), &[]).await;
    trainer.get(&path).await.expect("（4回目）");
    // What should not stand there is taken back.
    tester.post(&format!("{exercise}/answers"), &[("remark", "")]).await;
    assert!(!trainer.get(&path).await.has("表の字が小さい"));
    let word = trainer.get(&format!("{path}/word")).await;
    assert!(word.bytes.starts_with(b"PK"));
}

#[actix_web::test]
async fn the_way_to_practise_stands_at_the_sign_in_where_there_is_one() {
    let world = one().await;
    let page = Browser::new(&world.console).get("/sign-in").await;
    let entrance = format!("{}/training/", world.school().addresses().console);
    assert_eq!(page.link("研修の教室に入る"), Some(entrance));
    let without = World::with_console().await;
    let page = Browser::new(&without.console).get("/sign-in").await;
    assert_eq!(page.link("研修の教室に入る"), None);
}
