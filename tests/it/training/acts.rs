//! What a trainer does with a class reaches whom it was meant for, and nothing that was typed is lost.
use super::{class, come_in, one};
use crate::{
    desk::{Desk, NAME},
    harness::World,
};
use actix_web::rt::task::yield_now;
use diesel::connection::SimpleConnection;
use futures_util::future::{Either, select};
use mizumado::{accounts::Role, db, web};
use std::pin::pin;

async fn trainer(world: &World) -> Desk {
    Desk::open(world, "t1", &[Role::Trainer]).await
}

#[actix_web::test]
async fn a_clock_is_moved_for_the_desk_that_was_chosen_and_never_for_all_by_accident() {
    let world = one().await;
    let (school, class) = (world.school(), class(&world, 2).await);
    let mut trainer = trainer(&world).await;
    let path = format!("/training/{}", class.id);
    let clock = format!("{path}/clock");
    let ahead = || {
        let desks = school.class(&class.id).unwrap().desks;
        [desks[0].ahead_micros, desks[1].ahead_micros]
    };
    let at_first = ahead();
    let form = trainer.get(&path).await.form_to(&clock);
    assert_eq!(form["desk"], "", "nothing is chosen at first");
    let page = trainer.post_with(&clock, &form, &[("to", "hour")]).await;
    assert_eq!(page.status, 422);
    assert!(page.first("#clock-desk-error").contains("席をえらんでください"));
    assert_eq!(ahead(), at_first);
    trainer
        .post(&clock, &[("desk", &class.desks[1].id), ("to", "hour")])
        .await
        .expect("進み具合");
    let [first, second] = ahead();
    assert!(first == at_first[0] && second > at_first[1]);
    trainer.post(&clock, &[("desk", "all"), ("to", "hour")]).await;
    assert!(ahead()[0] > first && ahead()[1] > second);
}

#[actix_web::test]
async fn where_there_is_one_desk_its_clock_needs_no_choice() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut trainer = trainer(&world).await;
    let path = format!("/training/{}", class.id);
    let page = trainer.get(&path).await;
    assert_eq!(page.form_to(&format!("{path}/clock"))["desk"], class.desks[0].id);
    assert_eq!(
        page.form_to(&format!("{path}/resets"))["desk"],
        "",
        "what is lost is chosen"
    );
}

#[actix_web::test]
async fn everybody_who_comes_in_is_in_the_list_and_a_word_to_nobody_goes_nowhere() {
    let world = one().await;
    let (school, class) = (world.school(), class(&world, 2).await);
    let mut trainer = trainer(&world).await;
    let path = format!("/training/{}", class.id);
    let messages = format!("{path}/messages");
    come_in(&world, &class, "1", "山本 一郎").await;
    let page = trainer.get(&path).await;
    let list = ["全員", "席 1 山本 一郎", "席 2（空いています）"];
    assert_eq!(page.all("#seat option"), list);
    // Who comes in later is told by the part that is asked for again, to the very line of the list.
    come_in(&world, &class, "2", "田中 二郎").await;
    let page = trainer.get(&path).await;
    let lines = page.attributes("#seat option[id]", "id");
    assert_eq!(page.attributes("#progress [data-tells]", "data-tells"), lines);
    let words = page.attributes("#progress [data-tells]", "data-words");
    assert_eq!(words, ["席 1 山本 一郎", "席 2 田中 二郎"]);
    let said = || school.class(&class.id).unwrap().messages.len();
    let long = "あ".repeat(501);
    let page = trainer.post(&messages, &[("seat", "2"), ("body", &long)]).await;
    assert_eq!(page.status, 422);
    let kept = page.form_to(&messages);
    assert_eq!(
        (kept["seat"].as_str(), &kept["body"]),
        ("2", &long),
        "what was typed stays"
    );
    for nobody in ["3", "x", "all"] {
        let page = trainer
            .post(&messages, &[("seat", nobody), ("body", "こんにちは")])
            .await;
        assert_eq!(page.status, 422, "{nobody}");
        assert!(page.first("#seat-error").contains("いまだれもいません"), "{nobody}");
        assert_eq!(page.form_to(&messages)["body"], "こんにちは");
    }
    assert_eq!(said(), 0);
    trainer.post(&messages, &[("seat", ""), ("body", "みなさん")]).await;
    assert_eq!(said(), 1);
}

/// Sends a form and is gone as soon as something is so, long before there is an answer.
async fn send_and_go(trainer: &mut Desk, path: &str, fields: &[(&str, &str)], is_so: impl Fn() -> bool) {
    let until = async {
        while !is_so() {
            yield_now().await;
        }
    };
    match select(pin!(trainer.post(path, fields)), pin!(until)).await {
        Either::Left((page, _)) => panic!("answered already: {}", page.text()),
        Either::Right(_) => {}
    }
}

async fn over(world: &World, class: &str) {
    while world.school().working(class).is_some() {
        yield_now().await;
    }
}

#[actix_web::test]
async fn a_move_of_every_clock_arrives_and_is_written_down_though_the_page_that_asked_is_gone() {
    let world = one().await;
    let (school, class) = (world.school(), class(&world, 4).await);
    let mut trainer = trainer(&world).await;
    let path = format!("/training/{}", class.id);
    let clock = format!("{path}/clock");
    let at_first = class.desks[0].ahead_micros;
    let ahead = |desk: usize| school.class(&class.id).unwrap().desks[desk].ahead_micros;
    let all = [("desk", "all"), ("to", "month_begin")];
    send_and_go(&mut trainer, &clock, &all, || ahead(0) != at_first).await;
    assert_eq!(ahead(3), at_first, "in the midst of it");
    // How far it is stands in what is renewed by itself; nothing else is begun meanwhile.
    let page = trainer.get(&path).await;
    let told = page.first("#progress .notice");
    assert!(
        told.contains("時計を進めています（つぎの月の最初の営業日へ）"),
        "{told}"
    );
    assert!(told.contains(" / 4 席"), "{told}");
    let again = trainer.post(&format!("{path}/resets"), &[("desk", "all")]).await;
    assert_eq!(again.status, 422);
    assert!(again.first("#reset-desk-error").contains("別の作業をしています"));
    over(&world, &class.id).await;
    let kept = school.class(&class.id).unwrap();
    for desk in &kept.desks {
        assert!(desk.ahead_micros > at_first, "{} has arrived", desk.id);
    }
    let said: Vec<(&str, &str)> = kept.log[1..]
        .iter()
        .map(|e| (e.who.as_str(), e.what.as_str()))
        .collect();
    let line = "すべての席の時計を進めました：つぎの月の最初の営業日へ";
    assert_eq!(said, [(NAME, line)]);
    let page = trainer.get(&path).await;
    assert!(page.has(line) && !page.has("時計を進めています"));
}

#[actix_web::test]
async fn what_was_begun_with_the_desks_comes_to_its_end_though_the_page_that_asked_is_gone() {
    let world = one().await;
    let (school, class) = (world.school(), class(&world, 4).await);
    let mut trainer = trainer(&world).await;
    let path = format!("/training/{}", class.id);
    let resets = || school.class(&class.id).unwrap().resets.len();
    let all = [("desk", "all")];
    send_and_go(&mut trainer, &format!("{path}/resets"), &all, || resets() > 0).await;
    over(&world, &class.id).await;
    assert_eq!(resets(), 4);
    for desk in &class.desks {
        assert_eq!(school.desk(&desk.id).unwrap().generation, 1);
    }
    trainer.prove().await;
    let is_stopped = || school.desk(&class.desks[0].id).is_none();
    send_and_go(&mut trainer, &format!("{path}/ending"), &[], is_stopped).await;
    let folder = world.dir.path().join("training/classes").join(&class.id);
    while folder.exists() {
        yield_now().await;
    }
    let ended = school.class(&class.id).unwrap();
    assert!(ended.ended_at.is_some() && ended.deletion.is_some());
}

#[actix_web::test]
async fn a_desk_whose_clock_cannot_be_moved_keeps_no_other_back_and_is_written_down() {
    let world = one().await;
    let (school, class) = (world.school(), class(&world, 2).await);
    let mut trainer = trainer(&world).await;
    let desk = school.desk(&class.desks[0].id).unwrap();
    // No move can tell where it leads without the days on which the bureau is closed.
    let broken = |conn: &mut db::Conn| Ok::<_, web::Error>(conn.batch_execute("drop table holidays")?);
    desk.workspace.db.write(broken).await.unwrap();
    let path = format!("/training/{}", class.id);
    let page = trainer
        .post(&format!("{path}/clock"), &[("desk", "all"), ("to", "business_day")])
        .await;
    assert_eq!(page.status, 500);
    let log = school.class(&class.id).unwrap().log;
    let said: Vec<&str> = log[1..].iter().map(|entry| entry.what.as_str()).collect();
    let to = "次の営業日の8時31分まで";
    let failed = format!("席 1の時計を進められませんでした：{to}");
    assert_eq!(said, [failed, format!("席 2の時計を進めました：{to}")]);
}
