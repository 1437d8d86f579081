//! At one desk the deeds are those of all, and every page says so.
use super::{be, class, come_in, one, wish};
use crate::desk::Desk;
use mizumado::{accounts::Role, training::NewClass};

const SAID: &str = "全員が同じデータで練習します";
const EXERCISE: &str = "/training/exercises/find-application";

#[actix_web::test]
async fn at_one_desk_the_goals_are_everybody_s_and_the_pages_say_so() {
    let world = one().await;
    let school = world.school();
    let asked = NewClass {
        is_shared: true,
        ..wish(&world, 2)
    };
    let id = school.make(asked).await.unwrap();
    let shared = school.class(&id).unwrap();
    let mut first = come_in(&world, &shared, "1", "山本 一郎").await;
    let mut second = come_in(&world, &shared, "2", "田中 二郎").await;
    for learner in [&mut first, &mut second] {
        learner.post(&format!("{EXERCISE}/beginning"), &[]).await.expect(SAID);
        learner.get("/training/").await.expect(SAID);
    }
    be(&mut first, "mado").await;
    let case = &shared.desks[0].cases["caller"].id;
    first.get(&format!("/applications/{case}")).await;
    let page = second.get(EXERCISE).await;
    assert_eq!(page.all("main li.card .tag--good").len(), 1, "another one's deed");
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    for below in ["", "/report", "/certificates"] {
        let page = trainer.get(&format!("/training/{id}{below}")).await;
        assert!(page.text().contains("全員が同じデータ"), "{below}: {}", page.text());
    }
    let apart = class(&world, 1).await;
    let mut alone = come_in(&world, &apart, "1", "山本 一郎").await;
    assert!(!alone.get("/training/").await.has(SAID));
    assert!(!trainer.get(&format!("/training/{}", apart.id)).await.has(SAID));
}
