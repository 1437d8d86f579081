//! An exercise that is done and begun again: it stays done, and what can be done to an application once is said.
use super::{be, class, come_in, one, record::do_one, wish};
use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use mizumado::{
    accounts::Role,
    training::{Class, Kind, NewClass, Seat},
};

const ONCE: &str = "1回しかできない操作があります";

fn path(exercise: &str) -> String {
    format!("/training/exercises/{exercise}")
}

fn seat(world: &World, class: &Class) -> Seat {
    world.school().class(&class.id).unwrap().seat(1).unwrap().clone()
}

async fn begin(learner: &mut Browser, exercise: &str) -> Page {
    learner.post(&format!("{}/beginning", path(exercise)), &[]).await
}

/// Withdraws the application that the exercise is about, as it asks for it.
async fn withdraw(class: &Class, learner: &mut Browser) {
    begin(learner, "record-withdrawal").await;
    be(learner, "mado").await;
    let way = format!("/applications/{}/withdrawal", class.desks[0].cases["leaving"].id);
    learner
        .post(&way, &[("note", "本人から、電話で")])
        .await
        .expect("取下げ");
    let answers = format!("{}/answers", path("record-withdrawal"));
    learner.post(&answers, &[("answer_0", "3")]).await;
}

#[actix_web::test]
async fn what_is_done_stays_done_when_it_is_begun_again() {
    let world = one().await;
    let asked = NewClass {
        exercises: vec!["record-withdrawal".into(), "visual-check".into()],
        ..wish(&world, 1)
    };
    let id = world.school().make(asked).await.unwrap();
    let class = world.school().class(&id).unwrap();
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let way = path("record-withdrawal");
    withdraw(&class, &mut learner).await;
    do_one(&world, &mut learner).await;
    learner.get(&way).await.expect("次の課題をえらぶ").expect(ONCE);
    let done = seat(&world, &class).tries["record-withdrawal"].clone();
    assert!(done.done_at().is_some());
    // Again: the result stands, and the page says that the desk must begin anew before it can be done again.
    begin(&mut learner, "record-withdrawal")
        .await
        .expect("いまは、もう一度しています")
        .expect(ONCE);
    learner.get("/training/").await.expect("2 / 2 できました");
    let now = seat(&world, &class);
    assert_eq!(now.tries["record-withdrawal"].met, done.met);
    assert_eq!((now.done(), now.unfinished()), (2, vec!["record-withdrawal"]));
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let certificates = trainer.get(&format!("/training/{id}/certificates")).await;
    assert!(certificates.all(".certificate")[0].contains("修了証（研修用）"));
    // After the trainer's reset it can be done again, and it is done twice.
    let desk = &class.desks[0].id;
    world.school().reset(&id, desk, "研修 花子").await.unwrap();
    assert_eq!(seat(&world, &class).unfinished(), [""; 0]);
    let anew = world.school().class(&id).unwrap();
    withdraw(&anew, &mut learner).await;
    let page = learner.get(&way).await;
    page.expect("次の課題をえらぶ");
    let now = seat(&world, &class);
    assert_eq!(now.tries["record-withdrawal"].met, done.met, "the first time counts");
    let further = &now.further["record-withdrawal"];
    assert!(further.done_at().is_some() && further.before == 2, "{further:?}");
}

#[actix_web::test]
async fn only_what_can_be_done_once_asks_for_the_desk_s_beginning() {
    let world = one().await;
    let exercises = world.school().exercises().iter();
    let once: Vec<&str> = exercises
        .filter(|exercise| exercise.is_once())
        .map(|exercise| exercise.head.id.as_str())
        .collect();
    let known = [
        "name-mismatch",
        "record-withdrawal",
        "unknown-result",
        "correct-result",
        "odd-letter",
    ];
    assert_eq!(once, known);
    let class = class(&world, 1).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let page = begin(&mut learner, "visual-check").await;
    assert!(!page.has(ONCE), "{}", page.text());
}

#[actix_web::test]
async fn the_report_of_a_test_says_what_came_of_doing_it_again() {
    let world = one().await;
    let asked = NewClass {
        kind: Kind::Acceptance,
        exercises: vec!["visual-check".into()],
        ..wish(&world, 1)
    };
    let id = world.school().make(asked).await.unwrap();
    let class = world.school().class(&id).unwrap();
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let report = format!("/training/{id}/report");
    do_one(&world, &mut learner).await;
    begin(&mut learner, "visual-check").await;
    let page = trainer.get(&report).await;
    page.expect("合格、2回目：途中（0 / 2）")
        .expect("合格しました。その後のやり直しでは、まだ合格していません。");
    // It is among what is still to be done at that seat.
    let watched = trainer.get(&format!("/training/{id}")).await;
    watched.expect("残っている目標").expect("できた");
    do_one(&world, &mut learner).await;
    let page = trainer.get(&report).await;
    page.expect("合格、3回目：合格").expect("やり直して合格しました。");
    let checked = page.all("[aria-label='本番を始める前の確認'] tbody td");
    assert_eq!(checked[..2], ["すべてのテストに合格した", "はい"]);
}
