//! A seat is put right by the trainer: another name, another machine, another person.
use super::{be, class, come_in, one};
use crate::{
    browser::Browser,
    desk::{Desk, NAME},
    harness::World,
};
use mizumado::{
    accounts::Role,
    training::{Class, Seat},
};

const BEGINNING: &str = "/training/exercises/find-application/beginning";

struct Room {
    world: World,
    class: Class,
    trainer: Desk,
    learner: Browser,
    /// Of the class, of the first seat, and where it is freed.
    paths: [String; 3],
}

/// 山本 一郎 is at the first of two seats, in the midst of an exercise.
async fn room() -> Room {
    let world = one().await;
    let class = class(&world, 2).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut learner, "mado").await;
    learner.post(BEGINNING, &[]).await;
    let trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}", class.id);
    let seat = format!("{path}/seats/1");
    let freeing = format!("{seat}/freeing");
    Room {
        world,
        class,
        trainer,
        learner,
        paths: [path, seat, freeing],
    }
}

impl Room {
    fn kept(&self) -> Class {
        self.world.school().class(&self.class.id).unwrap()
    }
    fn seat(&self) -> Seat {
        self.kept().seat(1).unwrap().clone()
    }
    fn last_act(&self) -> (String, String) {
        let last = self.kept().log.pop().unwrap();
        (last.who, last.what)
    }
}

#[actix_web::test]
async fn a_freed_seat_is_nobody_s_and_its_old_cookie_opens_nothing() {
    let mut room = room().await;
    let [path, seat, freeing] = room.paths.clone();
    let said = [("seat", "1"), ("body", "あなたに")];
    room.trainer.post(&format!("{path}/messages"), &said).await;
    let page = room.trainer.get(&path).await;
    assert_eq!(page.link("山本 一郎"), Some(seat.clone()));
    let form = room.trainer.get(&seat).await.form_to(&freeing);
    let page = room.trainer.post_with(&freeing, &form, &[]).await;
    assert_eq!(page.status, 422);
    assert!(page.first("#keeps-error").contains("だれが使うかを選んでください"));
    room.learner.get("/training/").await.expect("山本 一郎");
    let page = room.trainer.post_with(&freeing, &form, &[("keeps", "nothing")]).await;
    assert_eq!(page.path, path);
    page.expect("席 1 を空けました");
    assert_eq!(room.last_act(), (NAME.to_owned(), "席 1 を空けました".to_owned()));
    for way in [
        "/",
        "/applications",
        "/training/",
        "/training/exercises/find-application",
    ] {
        room.learner.get(way).await.expect("研修の教室に入る");
    }
    for way in ["/training/help", BEGINNING] {
        assert_eq!(room.learner.post(way, &[("wanted", "yes")]).await.status, 404, "{way}");
    }
    let freed = room.seat();
    assert!(!freed.is_taken() && freed.name.is_empty() && freed.tries.is_empty() && !freed.wants_help);
    let mut next = come_in(&room.world, &room.class, "1", "田中 二郎").await;
    let page = next.get("/training/").await;
    assert!(!page.has("あなたに"), "what was said to one is not read by the next");
    // What the trainer saw was the seat of another.
    let page = room.trainer.post_with(&freeing, &form, &[("keeps", "nothing")]).await;
    assert_eq!(page.status, 409);
    next.get("/training/").await.expect("田中 二郎");
    room.learner.get("/training/").await.expect("研修の教室に入る");
}

#[actix_web::test]
async fn who_changes_the_machine_goes_on_there_alone_and_nobody_else_does() {
    let mut room = room().await;
    let [_, seat, freeing] = room.paths.clone();
    let form = room.trainer.get(&seat).await.form_to(&freeing);
    room.trainer.post_with(&freeing, &form, &[("keeps", "person")]).await;
    room.learner.get("/applications").await.expect("研修の教室に入る");
    let fields = [
        ("code", room.class.id.as_str()),
        ("number", "1"),
        ("name", "別の人"),
        ("staff_code", ""),
    ];
    let mut other = Browser::new(&room.world.school().addresses().console);
    let page = other.post("/training/seat", &fields).await;
    assert_eq!(page.status, 422);
    page.expect("ほかの方が使っている")
        .expect("前と同じお名前と職員番号を入力してください");
    come_in(&room.world, &room.class, "1", "山本 一郎").await;
    assert_eq!(room.seat().tries.len(), 1, "what was begun goes on");
    room.learner.get("/training/").await.expect("研修の教室に入る");
}

#[actix_web::test]
async fn the_same_person_comes_in_again_whatever_the_keyboard_types() {
    let mut room = room().await;
    let wide: String = room
        .class
        .id
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    for (code, name) in [
        (wide.as_str(), "山本　一郎"),
        (&room.class.id.to_lowercase(), "山本一郎"),
    ] {
        let fields = [("code", code), ("number", "１"), ("name", name), ("staff_code", "")];
        let mut phone = Browser::new(&room.world.school().addresses().console);
        let page = phone.post("/training/seat", &fields).await;
        assert_eq!(page.status, 200, "{code} {name}: {}", page.text());
        page.expect("山本 一郎 さん");
    }
    assert_eq!(room.seat().tries.len(), 1, "what was begun goes on");
    room.learner.get("/training/").await.expect("研修の教室に入る");
}

#[actix_web::test]
async fn calling_twice_calls_once_and_an_old_page_does_not_call_again() {
    let mut room = room().await;
    for _ in 0..2 {
        room.learner
            .post("/training/help", &[("wanted", "yes")])
            .await
            .expect("知らせました");
    }
    let called = room.seat().called_at.unwrap();
    room.learner.post("/training/help", &[("wanted", "yes")]).await;
    assert_eq!(room.seat().called_at, Some(called), "since the first time");
    let said = [("seat", "1"), ("body", "いま行きます")];
    room.trainer.post(&format!("{}/messages", room.paths[0]), &said).await;
    assert!(!room.seat().wants_help, "it was answered");
    // The page of before still says 「知らせるのをやめる」.
    room.learner
        .post("/training/help", &[("wanted", "no")])
        .await
        .expect("研修担当を呼ぶ");
    assert!(!room.seat().wants_help);
    assert_eq!(room.learner.post("/training/help", &[]).await.status, 400);
}

#[actix_web::test]
async fn a_mistyped_name_is_mended_for_the_certificate() {
    let mut room = room().await;
    let [path, seat, freeing] = room.paths.clone();
    let form = room.trainer.get(&seat).await.form_to(&seat);
    assert_eq!(form["name"], "山本 一郎");
    let page = room
        .trainer
        .post_with(&seat, &form, &[("name", " "), ("staff_code", "0012")])
        .await;
    assert_eq!(page.status, 422);
    page.expect("お名前を入力してください");
    assert_eq!(page.form_to(&seat)["staff_code"], "0012", "what was typed stays");
    assert!(page.has(&freeing));
    assert_eq!(room.seat().name, "山本 一郎");
    let page = room
        .trainer
        .post_with(&seat, &form, &[("name", "山木 一郎"), ("staff_code", "0012")])
        .await;
    assert_eq!(page.path, path);
    page.expect("山木 一郎");
    let act = "席 1 のお名前と職員番号を直しました".to_owned();
    assert_eq!(room.last_act(), (NAME.to_owned(), act));
    room.learner.get("/training/").await.expect("山木 一郎 さん");
    let page = room.trainer.get(&format!("{path}/certificates")).await;
    page.expect("山木 一郎 さん（職員番号 0012）");
}

#[actix_web::test]
async fn a_seat_where_nobody_sits_has_nothing_to_put_right() {
    let mut room = room().await;
    let empty = format!("{}/seats/2", room.paths[0]);
    let page = room.trainer.get(&empty).await;
    page.expect("この席は空いています");
    assert!(page.attributes("main form", "action").is_empty());
    let fields = [("name", "だれか"), ("since", "")];
    assert_eq!(room.trainer.post(&empty, &fields).await.status, 409);
    assert!(!room.kept().seat(2).unwrap().is_taken());
    for none in ["seats/3", "seats/x"] {
        let page = room.trainer.get(&format!("{}/{none}", room.paths[0])).await;
        assert_eq!(page.status, 404, "{none}");
    }
}
