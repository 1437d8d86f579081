//! Who took part is put on record by who has seen whose number it is; what is written there cannot be taken back.
use super::{be, class, one};
use crate::{
    browser::Browser,
    desk::Desk,
    harness::{World, school_of},
};
use mizumado::{
    accounts::{self, PersonForm, Role},
    audit::Actor,
    db,
    training::Class,
};

/// Somebody who came in by a number.
async fn sit(world: &World, class: &Class, number: &str, name: &str, code: &str) -> Browser {
    let mut learner = Browser::new(&world.school().addresses().console);
    let fields = [
        ("code", class.id.as_str()),
        ("number", number),
        ("name", name),
        ("staff_code", code),
    ];
    learner.post("/training/seat", &fields).await.expect(name);
    learner
}

/// Does one exercise.
pub async fn do_one(world: &World, learner: &mut Browser) {
    let path = "/training/exercises/visual-check";
    learner.post(&format!("{path}/beginning"), &[]).await;
    be(learner, "unyo").await;
    let seen = [("odd", "no"), ("seen", "申込みの画面")];
    learner.post("/checks", &seen).await.expect("申込みの画面");
    let goals = &world.school().exercises().find("visual-check").unwrap().head.goals;
    let right = goals.iter().enumerate();
    let right: Vec<(String, String)> = right
        .filter_map(|(no, goal)| Some((format!("answer_{no}"), goal.correct?.to_string())))
        .collect();
    let fields: Vec<(&str, &str)> = right.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    learner.post(&format!("{path}/answers"), &fields).await;
    learner.get(path).await.expect("次の課題をえらぶ");
}

/// Ends the class; where who took part is put on record.
async fn end(trainer: &mut Desk, class: &Class) -> (String, String) {
    trainer.prove().await;
    let path = format!("/training/{}", class.id);
    trainer.post(&format!("{path}/ending"), &[]).await;
    let put = format!("{path}/trainings");
    (path, put)
}

async fn person(world: &World, code: &str, name: &str) -> String {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let form = PersonForm {
        code: code.into(),
        name: name.into(),
        unit: "業務課".into(),
        roles: vec![Role::Clerk],
    };
    let write = move |conn: &mut db::Conn| accounts::add_person(conn, &workspace, &Actor::Operator, &form, now);
    world.workspace.db.write(write).await.unwrap()
}

#[actix_web::test]
async fn who_took_part_is_put_on_record_once_and_after_their_name_was_seen() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let mut administrator = Desk::open(&world, "k1", &[Role::Administrator]).await;
    // The staff know her with a wide space.
    do_one(&world, &mut sit(&world, &class, "1", "水野 花子", "t1").await).await;
    let (path, put) = end(&mut trainer, &class).await;
    let page = trainer.post(&put, &[]).await;
    assert_eq!(page.status, 200);
    page.expect("取り消せません").expect("同じお名前");
    assert!(page.text().contains("台帳のお名前： 水野　花子"), "{}", page.text());
    assert_eq!(
        world.audit("staff.training_recorded").await.len(),
        0,
        "looking writes nothing"
    );
    let form = page.form_to(&put);
    assert_eq!(form["take_1"], trainer.id);
    let page = trainer.post_with(&put, &form, &[("act", "put")]).await;
    assert_eq!(page.path, path, "a trainer may not open the staff");
    page.expect("職員の研修の記録に載せました");
    assert_eq!(trainer.post_with(&put, &form, &[("act", "put")]).await.status, 422);
    let person = administrator.get(&format!("/staff/{}", trainer.id)).await;
    assert_eq!(person.text().matches("新任の研修（課題 1 / ").count(), 1);
}

#[actix_web::test]
async fn a_number_that_is_another_s_puts_nobody_on_record_by_itself() {
    let world = one().await;
    let class = class(&world, 2).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let old_letters = person(&world, "0012", "高橋 德子").await;
    do_one(&world, &mut sit(&world, &class, "1", "山本 一郎", "t1").await).await;
    do_one(&world, &mut sit(&world, &class, "2", "髙橋　徳子", "0012").await).await;
    let (_, put) = end(&mut trainer, &class).await;
    let page = trainer.post(&put, &[]).await;
    page.expect("お名前がちがいます").expect("同じお名前");
    let form = page.form_to(&put);
    assert_eq!(form.get("take_1"), None, "somebody else's number");
    assert_eq!(form["take_2"], old_letters, "old forms of letters make no other name");
    // Who was seen is not who the number leads to now.
    let page = trainer
        .post_with(&put, &form, &[("act", "put"), ("code_2", "t1")])
        .await;
    assert_eq!(page.status, 422);
    assert!(
        page.first("#take_2-error").contains("番号が変わりました"),
        "{}",
        page.text()
    );
    assert_eq!(page.form_to(&put)["code_2"], "t1", "what was typed stays");
    let mut nobody = form.clone();
    nobody.remove("take_2");
    let page = trainer.post_with(&put, &nobody, &[("act", "put")]).await;
    assert_eq!(page.status, 422);
    page.expect("載せる人をえらんでください");
    assert_eq!(world.audit("staff.training_recorded").await.len(), 0);
    trainer.post_with(&put, &form, &[("act", "put")]).await;
    let recorded = world.audit("staff.training_recorded").await;
    assert_eq!(recorded.len(), 1);
    let kept = world.school().class(&class.id).unwrap();
    let on_record: Vec<bool> = kept.seats.iter().map(|seat| seat.is_on_record()).collect();
    assert_eq!(on_record, [false, true]);
}

#[actix_web::test]
async fn whose_number_is_nobody_s_is_named_and_who_did_nothing_is_left_out() {
    let world = one().await;
    let class = class(&world, 4).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let mut administrator = Desk::open(&world, "k1", &[Role::Administrator]).await;
    for (number, name, code) in [("1", "水野 花子", "t1"), ("2", "水野 花子", "x9"), ("3", "森 三奈", "")] {
        do_one(&world, &mut sit(&world, &class, number, name, code).await).await;
    }
    sit(&world, &class, "4", "山本 四郎", "k1").await;
    let (path, put) = end(&mut trainer, &class).await;
    let page = trainer.post(&put, &[]).await;
    page.expect("「x9」という職員番号の人はいません")
        .expect("職員番号がありません")
        .expect("できた課題がないので、載せない人：席 4 山本 四郎");
    let form = page.form_to(&put);
    assert_eq!((form["code_2"].as_str(), form["code_3"].as_str()), ("x9", ""));
    assert_eq!(form.get("code_4"), None);
    let endless = "9".repeat(41);
    let wrong = trainer.post_with(&put, &form, &[("code_2", endless.as_str())]).await;
    assert_eq!(wrong.status, 422);
    wrong.expect("職員番号は、40文字以内で");
    assert_eq!(wrong.form_to(&put)["code_2"], endless);
    let page = trainer.post_with(&put, &form, &[("act", "put")]).await;
    page.expect("載せました：1人（載せていない人 3人）")
        .expect("「x9」という職員番号の人はいません");
    // Mended, seen, and then put.
    let again = trainer.post(&put, &[]).await.form_to(&put);
    assert_eq!(again.get("code_1"), None, "what stands in the record stays there");
    let page = trainer
        .post_with(&put, &again, &[("act", "look"), ("code_2", "k1")])
        .await;
    assert_eq!(page.status, 200);
    let seen = page.form_to(&put);
    assert_eq!(seen["code_2"], "k1");
    let take = [("act", "put"), ("take_2", administrator.id.as_str())];
    let page = trainer.post_with(&put, &seen, &take).await;
    assert_eq!(page.path, path);
    page.expect("載せました：2人（載せていない人 2人）");
    for id in [trainer.id.clone(), administrator.id.clone()] {
        let person = administrator.get(&format!("/staff/{id}")).await;
        assert_eq!(person.text().matches("新任の研修（課題 1 / ").count(), 1, "{id}");
    }
    assert_eq!(world.audit("staff.training_recorded").await.len(), 2);
    // And it stays so over a restart.
    let again = school_of(&world.workspace, world.school().addresses().clone())
        .await
        .unwrap();
    let kept = again.class(&class.id).unwrap();
    let on_record: Vec<bool> = kept.seats.iter().map(|seat| seat.is_on_record()).collect();
    assert_eq!(on_record, [true, true, false, false]);
}
