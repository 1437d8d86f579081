//! A class that cannot be made leaves nothing behind.
use super::{class, one, today, wish};
use crate::{
    desk::Desk,
    harness::{World, school_of},
};
use futures_util::future::join;
use mizumado::{accounts::Role, training};
use std::{fs, path::PathBuf};

fn folder(world: &World) -> PathBuf {
    world.dir.path().join("training/classes")
}

/// What there is of classes on the disk.
fn names(world: &World) -> Vec<String> {
    let all = fs::read_dir(folder(world)).unwrap();
    all.map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[actix_web::test]
async fn a_class_that_could_not_be_made_leaves_nothing_and_what_was_typed_stays() {
    let world = one().await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let blank = world.dir.path().join("training/blank.db");
    let away = blank.with_extension("away");
    fs::rename(&blank, &away).unwrap();
    let day = today(&world);
    let fields = [
        ("title", "窓口の研修"),
        ("day", day.as_str()),
        ("size", "2"),
        ("kind", "class"),
        ("shared", "yes"),
        ("exercise_find-application", "yes"),
        ("seed", "42"),
    ];
    let page = trainer.post("/training", &fields).await;
    assert_eq!(page.status, 503);
    page.expect("教室を作れませんでした")
        .expect("運用担当に知らせてください")
        .expect("教室は0件です");
    let kept = page.form_to("/training");
    for (name, value) in fields {
        assert_eq!(kept[name], value, "{name}");
    }
    assert!(!kept.contains_key("exercise_record-withdrawal"), "{kept:?}");
    assert_eq!(names(&world), [""; 0]);
    fs::rename(&away, &blank).unwrap();
    let page = trainer.post_with("/training", &kept, &[]).await;
    page.expect("進み具合").expect("窓口の研修");
    assert_eq!(names(&world).len(), 1);
}

#[actix_web::test]
async fn what_fails_at_a_later_desk_takes_the_desks_before_it_away() {
    let world = one().await;
    let school = world.school();
    // As soon as the first desk has a folder, the one that all are copies of is broken.
    let breaking = async {
        loop {
            if let Some(id) = names(&world).pop() {
                let code = id.to_lowercase();
                let class = folder(&world).join(&id);
                if class.join(format!("{code}-01.0")).exists() {
                    fs::remove_file(class.join(format!("{code}-master.0/keys.toml"))).unwrap();
                    break code;
                }
            }
            actix_web::rt::task::yield_now().await;
        }
    };
    let (made, code) = join(school.make(wish(&world, 20)), breaking).await;
    assert!(made.is_err());
    assert!(school.classes().is_empty());
    for n in 1..=20 {
        assert!(school.desk(&format!("{code}-{n:02}")).is_none(), "desk {n} has stopped");
    }
    assert_eq!(names(&world), [""; 0]);
    class(&world, 1).await;
}

#[actix_web::test]
async fn what_was_being_removed_at_the_end_of_the_program_is_no_class() {
    let world = one().await;
    let left = folder(&world).join("ABCDEF.gone");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("class.sealed"), "x").unwrap();
    let again = school_of(&world.workspace, world.school().addresses().clone())
        .await
        .unwrap();
    assert!(again.classes().is_empty() && !left.exists());
}

#[actix_web::test]
async fn a_class_is_made_of_a_set_of_exercises_or_of_those_that_were_chosen() {
    let world = one().await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let school = world.school();
    let page = trainer.get("/training").await;
    let fresh = page.form_to("/training");
    assert_eq!(fresh["set"], "all");
    for label in [
        "すべて（",
        "受付担当（はじめ）（",
        "受付担当（つづき）（",
        "承認者（5課題、77分）",
        "管理者（",
        "監査（",
        "運用担当（",
        "場面「正常」（",
        "場面「名義不一致」（",
        "場面「途中でやめた」（",
        "場面「結果が来ない」（",
        "場面「停止時間帯」（",
        "えらんで決める",
    ] {
        page.expect(label);
    }
    let every: Vec<String> = school.exercises().iter().map(|e| e.head.id.clone()).collect();
    let every: Vec<&str> = every.iter().map(String::as_str).collect();
    for (set, ids) in [
        ("all", every.as_slice()),
        (
            "approver",
            &[
                "unknown-result",
                "correct-result",
                "change-layout",
                "change-text",
                "monthly-paper",
            ],
        ),
        ("operator", &["planned-outage", "visual-check", "incident"]),
        ("no-result", &["still-checking", "unknown-result"]),
    ] {
        // The list below counts for nothing then.
        let changed = [("title", "役割の研修"), ("size", "1"), ("set", set)];
        let page = trainer.post_with("/training", &fresh, &changed).await;
        let code = page.path.rsplit('/').next().unwrap();
        let made = school.class(code).unwrap().exercises;
        assert_eq!(made, ids, "{set}");
    }
    let day = today(&world);
    let own = [
        ("title", "役割の研修"),
        ("day", day.as_str()),
        ("size", "1"),
        ("set", "own"),
        ("exercise_find-application", "yes"),
    ];
    let page = trainer.post("/training", &own).await;
    let code = page.path.rsplit('/').next().unwrap();
    assert_eq!(school.class(code).unwrap().exercises, ["find-application"]);
    for set in ["nobody", "own", ""] {
        let wrong = [("title", "x"), ("day", day.as_str()), ("size", "1"), ("set", set)];
        let page = trainer.post("/training", &wrong).await;
        assert_eq!(page.status, 422);
        page.expect("課題を1つ以上えらんでください");
    }
}

#[actix_web::test]
async fn every_exercise_of_ours_stands_in_a_course_and_every_set_holds_some() {
    let world = one().await;
    let exercises = world.school().exercises();
    let ids = |set: &'static str| exercises.of_set(set).map(|e| e.head.id.as_str());
    let mut in_courses: Vec<&str> = training::COURSES.into_iter().flat_map(|(set, _)| ids(set)).collect();
    in_courses.sort_unstable();
    let mut every: Vec<&str> = exercises.iter().map(|e| e.head.id.as_str()).collect();
    every.sort_unstable();
    assert_eq!(in_courses, every, "each in one course");
    for (set, label) in training::COURSES.into_iter().chain(training::SCENES) {
        assert!(ids(set).count() > 0, "{label} holds nothing");
    }
}
