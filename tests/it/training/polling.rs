//! A trainer's page that asks by itself is no trainer who is there.
use super::{class, come_in, one};
use crate::{accounts::covers, desk::Desk};
use chrono::Duration;
use mizumado::accounts::{Role, SAYS_POLLING};

#[actix_web::test]
async fn a_class_s_page_that_is_left_alone_locks_and_says_nothing_more() {
    let world = one().await;
    let class = class(&world, 1).await;
    come_in(&world, &class, "1", "山本 一郎").await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}", class.id);
    let page = trainer.get(&path).await;
    assert_eq!(page.attributes("#progress", "hx-get"), [path.as_str()]);
    assert_eq!(page.attributes("#progress", "hx-headers"), [SAYS_POLLING]);
    let said: serde_json::Value = serde_json::from_str(SAYS_POLLING).unwrap();
    trainer.headers = vec![
        ("hx-request", "true".into()),
        ("x-polling", said["x-polling"].as_str().unwrap().to_owned()),
    ];
    for _ in 0..14 {
        world.workspace.clock.advance(Duration::minutes(1));
        trainer.get(&path).await.expect("山本 一郎");
    }
    world.workspace.clock.advance(Duration::minutes(2));
    covers(&trainer.get(&path).await, "locked");
    trainer.headers.clear();
    assert_eq!(trainer.get(&path).await.first("h1"), "画面をロックしました");
    // Signed out elsewhere: nothing is put into a part of the page, and what is being typed in it stays.
    trainer.prove().await;
    trainer.clone().post("/account/sessions/end", &[]).await;
    trainer.headers = vec![("hx-request", "true".into()), ("x-polling", "yes".into())];
    covers(&trainer.get(&path).await, "ended");
}
