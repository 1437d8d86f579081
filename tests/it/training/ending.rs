//! A class is ended by who has seen what goes with it.
use super::{class, come_in, one};
use crate::desk::Desk;
use mizumado::accounts::Role;

#[actix_web::test]
async fn before_a_class_ends_its_trainer_sees_what_goes_and_may_go_back() {
    let world = one().await;
    let class = class(&world, 2).await;
    let school = world.school();
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    learner
        .post("/training/exercises/find-application/beginning", &[])
        .await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}", class.id);
    let end = format!("{path}/ending");
    let page = trainer.get(&path).await;
    assert_eq!(page.link("教室を終える"), Some(end.clone()));
    assert!(
        page.attributes("form[action$=ending]", "action").is_empty(),
        "no one press ends it"
    );
    let asked = trainer.get(&end).await;
    let title = &school.exercises().find("find-application").unwrap().head.title;
    for words in [
        "元にはもどせません",
        "席のデータ：2個",
        "使っている席：1席",
        "途中の課題：1件",
        "山本 一郎",
        title.as_str(),
    ] {
        asked.expect(words);
    }
    assert_eq!(asked.link("終えずに、教室にもどる"), Some(path.clone()));
    assert!(
        school.class(&class.id).unwrap().ended_at.is_none(),
        "looking ends nothing"
    );
    learner.get("/training/").await.expect("課題：新任の研修");
    let form = asked.form_to(&end);
    trainer.prove().await;
    trainer.post_with(&end, &form, &[]).await.expect("終わりました");
    assert!(school.class(&class.id).unwrap().ended_at.is_some());
    assert_eq!(trainer.get(&end).await.path, path, "there is nothing left to ask");
}
