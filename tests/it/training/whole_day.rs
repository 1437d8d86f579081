//! A class of three from its beginning to its end: what the practice world is for, and that the real one does not notice.
use super::{
    all, be, come_in,
    everything::{Everything, everything},
};
use crate::{
    applicant::Applicant,
    applications::registered,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use chrono::{Datelike, NaiveDate, Weekday};
use mizumado::{
    accounts::Role,
    clock::jst,
    training::{Class, Kind},
};

const NAMES: [&str; 3] = ["山本 一郎", "谷 二葉", "森 三奈"];

/// The trainer makes an acceptance test with three seats.
async fn make(world: &World, trainer: &mut Desk) -> Class {
    let day = super::today(world);
    let fields = [
        ("title", "受入れの一日"),
        ("day", day.as_str()),
        ("size", "3"),
        ("kind", "acceptance"),
    ];
    trainer.post("/training", &fields).await.expect("進み具合");
    let class = world.school().classes().remove(0);
    assert!(class.kind == Kind::Acceptance && class.seats.len() == 3);
    class
}

fn path(exercise: &str) -> String {
    format!("/training/exercises/{exercise}")
}

/// Begins an exercise at a desk as one of its people.
async fn begin(learner: &mut Browser, exercise: &str, person: &str) {
    let page = learner.post(&format!("{}/beginning", path(exercise)), &[]).await;
    assert_eq!(page.all("main li.card .tag--good").len(), 0, "{exercise}");
    be(learner, person).await;
}

/// The first seat finds who is on the phone.
async fn find(class: &Class, learner: &mut Browser) {
    let case = &class.desks[0].cases["caller"];
    begin(learner, "find-application", "mado").await;
    let page = learner.get(&format!("/applications/{}", case.id)).await;
    page.expect(&case.receipt);
    let note = format!("/applications/{}/notes", case.id);
    learner
        .post(&note, &[("body", "お電話を受けた")])
        .await
        .expect("お電話を受けた");
    let right = [("answer_1", case.receipt.as_str()), ("answer_2", "2")];
    learner
        .post(&format!("{}/answers", path("find-application")), &right)
        .await;
}

/// The second goes over a weekend and into the next month by the moves of the practice clock, and takes its first file.
async fn go_over_a_weekend(world: &World, class: &Class, learner: &mut Browser) {
    let now = || jst(world.school().desk(&class.desks[1].id).unwrap().workspace.clock.now());
    for _ in 0..2 {
        learner
            .post("/training/clock", &[("to", "business_day")])
            .await
            .expect("課題");
    }
    assert_eq!(now().date().weekday(), Weekday::Fri);
    begin(learner, "first-delivery", "mado").await;
    learner.post("/training/clock", &[("to", "cut")]).await.expect("課題");
    assert_eq!(now().date(), NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
    // The file of another day is not the first of a month.
    let page = learner.get(&path("first-delivery")).await;
    assert_eq!(page.all("main li.card .tag--good").len(), 0, "{}", page.text());
    learner
        .post("/training/clock", &[("to", "month_begin")])
        .await
        .expect("課題");
    assert_eq!(now().date(), NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
    be(learner, "mado").await;
    let newest = learner.get("/deliveries").await;
    let way = newest.attributes("main tbody tr th a", "href").remove(0);
    learner.get(&way).await.expect("定時").expect("12月1日");
    let file = learner.get(&format!("{way}/file")).await;
    assert!(file.status == 200 && !file.bytes.is_empty());
    learner
        .post(&format!("{}/answers", path("first-delivery")), &[("answer_2", "1")])
        .await;
}

/// The third looks after the machines.
async fn look_after(learner: &mut Browser) {
    begin(learner, "visual-check", "unyo").await;
    learner
        .post("/checks", &[("odd", "no"), ("seen", "申込みの画面")])
        .await
        .expect("申込みの画面");
    let fields = [("answer_1", "1"), ("remark", "表の字が小さい")];
    learner
        .post(&format!("{}/answers", path("visual-check")), &fields)
        .await;
}

/// What the trainer sees, and prints while it goes on.
async fn assert_seen(trainer: &mut Desk, class: &Class, school: &mizumado::training::School) {
    let way = format!("/training/{}", class.id);
    let page = trainer.get(&way).await;
    let done = ["find-application", "first-delivery", "visual-check"];
    let kept = school.class(&class.id).unwrap();
    for (number, (name, exercise)) in (1..).zip(NAMES.into_iter().zip(done)) {
        page.expect(name);
        let seat = kept.seat(number).unwrap();
        let goals = school.exercises().find(exercise).unwrap().head.goals.len();
        assert_eq!(seat.tries[exercise].reached(), goals, "{exercise}");
        assert_eq!((seat.done(), seat.tries.len()), (1, 1), "{name}: a desk of their own");
    }
    assert_eq!(page.all("#progress .tag--good").len(), 3, "{}", page.text());
    let certificates = trainer.get(&format!("{way}/certificates")).await;
    assert_eq!(certificates.all(".certificate").len(), 3);
    let all = certificates.all(".certificate").join(" ");
    assert_eq!(all.matches("合格").count(), 3, "{all}");
}

/// The report on screen and as a Word file.
async fn report(trainer: &mut Desk, class: &Class) -> Page {
    let way = format!("/training/{}/report", class.id);
    let page = trainer.get(&way).await;
    for words in ["受入テスト 計画書・手順書・報告書", "表の字が小さい", "合格"] {
        page.expect(words);
    }
    for name in NAMES {
        page.expect(name);
    }
    let word = trainer.get(&format!("{way}/word")).await;
    assert_eq!(word.status, 200);
    let text = super::word_parts(&word.bytes, "word/document");
    for words in NAMES.into_iter().chain(["表の字が小さい", "合格"]) {
        assert!(text.contains(words), "{words}");
    }
    page
}

/// Ends the class by the page that asks; what is gone stands in its record.
async fn end(world: &World, trainer: &mut Desk, class: &Class) {
    let way = format!("/training/{}", class.id);
    let folder = world.dir.path().join("training/classes").join(&class.id);
    assert!(folder.exists());
    let asked = trainer.get(&way).await.link("教室を終える").unwrap();
    let page = trainer.get(&asked).await;
    page.expect("席のデータ：3個")
        .expect("使っている席：3席")
        .expect("途中の課題：0件");
    let form = page.form_to(&asked);
    trainer.post_with(&asked, &form, &[]).await.expect("終わりました");
    assert!(!folder.exists());
    let ended = world.school().class(&class.id).unwrap();
    let gone = ended.deletion.as_ref().unwrap();
    assert_eq!(gone.by, ended.trainer);
    let databases = gone.files.iter().filter(|(name, ..)| name.ends_with("desk.db"));
    assert_eq!(
        databases.count(),
        4,
        "of three desks, and of the one they were copied from"
    );
    assert!(gone.counts.contains(&("研修の職員".into(), 3 * 6)), "{:?}", gone.counts);
}

#[actix_web::test]
async fn a_class_from_its_beginning_to_its_end_leaves_the_real_database_as_it_was() {
    for world in all().await {
        let school = world.school();
        registered(&world, &Applicant::default()).await;
        let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
        trainer.prove().await;
        let (mails, before): (usize, Everything) = (world.mails().len(), everything(&world.workspace).await);
        for table in ["mails", "audit_entries", "applications"] {
            assert!(before.rows(table) > 0, "{table}");
        }
        let class = make(&world, &mut trainer).await;
        let mut learners = vec![];
        for (number, name) in ["1", "2", "3"].into_iter().zip(NAMES) {
            learners.push(come_in(&world, &class, number, name).await);
        }
        find(&class, &mut learners[0]).await;
        go_over_a_weekend(&world, &class, &mut learners[1]).await;
        look_after(&mut learners[2]).await;
        assert_seen(&mut trainer, &class, school).await;
        let page = report(&mut trainer, &class).await;
        page.expect("教室を終えると、データを消して、ここに記録します");
        // A desk begins anew, and what was done there stays done.
        let resets = format!("/training/{}/resets", class.id);
        let page = trainer.post(&resets, &[("desk", &class.desks[0].id)]).await;
        assert_eq!(page.all("#progress .tag--good").len(), 3);
        end(&world, &mut trainer, &class).await;
        for learner in &mut learners {
            learner.get("/").await.expect("研修の教室に入る");
        }
        report(&mut trainer, &class)
            .await
            .expect("消したファイル")
            .expect("研修の職員 18件");
        before.assert_same(&everything(&world.workspace).await, "after the class");
        assert_eq!(world.mails().len(), mails);
    }
}
