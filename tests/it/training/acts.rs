//! What a trainer does with a class reaches whom it was meant for, and nothing that was typed is lost.
use super::{class, come_in, one};
use crate::{desk::Desk, harness::World};
use mizumado::accounts::Role;

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
