//! Busy days replayed: how they are stands on the class's page, and the trainer can stop them.
use super::{class, one};
use crate::{desk::Desk, harness::school_of};
use mizumado::accounts::Role;

#[actix_web::test]
async fn a_replay_is_seen_stopped_and_after_a_restart_said_to_have_stopped() {
    let world = one().await;
    let class = class(&world, 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}", class.id);
    let fields = [
        ("desk", desk.as_str()),
        ("days", "31"),
        ("a_day", "40"),
        ("speed", "slow"),
    ];
    let page = trainer.post(&format!("{path}/replay"), &fields).await;
    page.expect("まねています").expect("止める");
    // What is renewed by itself holds it.
    assert_eq!(page.all("#progress button[name=stop]").len(), 1);
    let again = trainer.post(&format!("{path}/replay"), &fields).await;
    assert_eq!(again.status, 422);
    again.expect("止めてから始めてください");
    let page = trainer.post(&format!("{path}/replay"), &[("stop", &desk)]).await;
    page.expect("止めました");
    assert!(!page.has("まねています"));
    // The next one runs when the program ends.
    trainer
        .post(&format!("{path}/replay"), &fields)
        .await
        .expect("まねています");
    let restarted = school_of(&world.workspace, school.addresses().clone()).await.unwrap();
    let kept = restarted.class(&class.id).unwrap();
    let replay = kept.desk(&desk).unwrap().replay.clone().unwrap();
    assert_eq!(format!("{:?}", replay.state), "Interrupted");
    assert_eq!(replay.no, 2);
    // A reset knows of none.
    school.reset(&class.id, &desk, "研修 花子").await.unwrap();
    assert!(school.class(&class.id).unwrap().desk(&desk).unwrap().replay.is_none());
    assert!(!trainer.get(&path).await.has("申込みの多い日のまね"));
}

#[actix_web::test]
async fn a_replay_brings_questions_too_and_says_when_it_is_over() {
    use mizumado::training::{Replay, Speed};
    let world = one().await;
    let class = class(&world, 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let count = async || {
        let read = |conn: &mut mizumado::db::Conn| {
            Ok::<_, mizumado::web::Error>(mizumado::db::table_counts(conn)?["inquiries"])
        };
        school.desk(&desk).unwrap().workspace.db.read(read).await.unwrap()
    };
    let before = count().await;
    let what = Replay {
        days: 2,
        a_day: 40,
        speed: Speed::Fast,
        seed: 3,
    };
    school.replay(&class.id, &desk, what).await.unwrap();
    assert!(count().await > before);
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    trainer
        .get(&format!("/training/{}", class.id))
        .await
        .expect("終わりました");
}
