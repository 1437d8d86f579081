//! What the trainer says reaches who is at work, wherever they are in the practice site.
use super::{be, class, come_in, one};
use crate::{browser::Browser, desk::Desk};
use mizumado::accounts::Role;

const SAID: &str = "研修担当から1件";

#[actix_web::test]
async fn a_message_stands_in_the_bar_of_every_page_until_it_was_read() {
    let world = one().await;
    let class = class(&world, 2).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let mut first = come_in(&world, &class, "1", "山本 一郎").await;
    let mut second = come_in(&world, &class, "2", "川上 二郎").await;
    be(&mut first, "mado").await;
    be(&mut second, "mado").await;
    assert!(!first.get("/applications").await.has("研修担当から"));
    let path = format!("/training/{}/messages", class.id);
    trainer.post(&path, &[("seat", "1"), ("body", "休けいにします")]).await;
    let addresses = world.school().addresses().clone();
    let mut citizen = Browser::new(&addresses.public);
    citizen.cookies = first.cookies.clone();
    for page in [first.get("/applications").await, citizen.get("/faq").await] {
        page.expect(SAID);
        assert!(
            page.attributes(".practice-bar a", "href")
                .contains(&format!("{}/training/", addresses.console))
        );
    }
    for face in [&addresses.bank, &addresses.mails] {
        let path = if *face == addresses.bank { "/control" } else { "/" };
        let mut other = Browser::new(face);
        other.cookies = first.cookies.clone();
        other.get(path).await.expect(SAID);
        other.cookies = second.cookies.clone();
        assert!(!other.get(path).await.has("研修担当から"), "it was for the other seat");
    }
    assert!(
        !second.get("/applications").await.has("研修担当から"),
        "it was for the other seat"
    );
    trainer.post(&path, &[("seat", ""), ("body", "再開します")]).await;
    first.get("/applications").await.expect("研修担当から2件");
    second.get("/applications").await.expect(SAID);
    let page = first.get("/training/").await;
    page.expect("休けいにします").expect("再開します");
    assert!(!page.has("研修担当から2件"));
    assert!(!first.get("/applications").await.has("研修担当から"));
    second.get("/applications").await.expect(SAID);
}

#[actix_web::test]
async fn the_class_s_page_names_the_goals_that_are_open_at_each_seat() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let path = format!("/training/{}", class.id);
    assert!(!trainer.get(&path).await.has("残っている目標"));
    for id in ["find-application", "odd-letter"] {
        learner.post(&format!("/training/exercises/{id}/beginning"), &[]).await;
    }
    let page = trainer.get(&path).await;
    page.expect("残っている目標")
        .expect("最後に始めた課題 外字の要対応を確認済みにする");
    let exercises = world.school().exercises();
    for id in ["find-application", "odd-letter"] {
        for goal in &exercises.find(id).unwrap().head.goals {
            let plain = goal.text.split("{{").next().unwrap();
            page.expect(plain);
        }
    }
}
