//! The exercises as they are written, and how a desk shows that one was done.
use super::{be, class, come_in, one};
use mizumado::{
    audit,
    training::{self, Exercises},
};
use std::collections::BTreeSet;

#[actix_web::test]
async fn every_exercise_asks_for_what_the_program_records() {
    let world = one().await;
    let exercises = world.school().exercises();
    let mut roles = BTreeSet::new();
    let mut count = 0;
    for exercise in exercises.iter() {
        count += 1;
        roles.insert(exercise.head.role.clone());
        for goal in &exercise.head.goals {
            if let Some(action) = &goal.audit {
                assert!(audit::action_label(action).is_some(), "{}: {action}", exercise.head.id);
            }
        }
    }
    assert!(count >= 14, "{count}");
    for role in ["clerk", "approver", "administrator", "auditor", "operator"] {
        assert!(roles.contains(role), "{role}");
    }
    assert!(exercises.iter().filter(|e| e.head.acceptance).count() >= 8);
}

#[actix_web::test]
async fn a_goal_is_reached_by_doing_it_and_by_nothing_else() {
    let world = one().await;
    let class = class(&world, 1).await;
    let school = world.school();
    let case = class.desks[0].cases["caller"].clone();
    let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut clerk, "mado").await;
    // What was done before it began does not count.
    clerk.get(&format!("/applications/{}", case.id)).await;
    let path = "/training/exercises/find-application";
    clerk.get(path).await.expect("この課題を始める").expect(&case.phone);
    let page = clerk.post(&format!("{path}/beginning"), &[]).await;
    assert_eq!(page.all("main li.card .tag--good").len(), 0);
    let met = || school.class(&class.id).unwrap().seat(1).unwrap().tries["find-application"].reached();
    // Another application is not this one.
    let other = &class.desks[0].cases["leaving"].id;
    clerk.get(&format!("/applications/{other}")).await;
    clerk.get(path).await;
    assert_eq!(met(), 0);
    clerk.get(&format!("/applications/{}", case.id)).await;
    clerk.get(path).await;
    assert_eq!(met(), 1);
    // A wrong answer is no answer; the right one counts in any width.
    let wrong = clerk
        .post(
            &format!("{path}/answers"),
            &[("answer_1", "AAA-AAA-AAA"), ("answer_2", "1")],
        )
        .await;
    wrong.expect("もう一度、考えてみてください");
    assert_eq!(met(), 1);
    let receipt: String = case.receipt.to_lowercase().replace('-', " ");
    let right = school.exercises().find("find-application").unwrap().head.goals[2]
        .correct
        .unwrap()
        .to_string();
    let fields = [("answer_1", receipt.as_str()), ("answer_2", right.as_str())];
    clerk
        .post(&format!("{path}/answers"), &fields)
        .await
        .expect("できました");
    assert_eq!(met(), 3);
    clerk.get("/training/").await.expect("1 / ");
}

#[test]
fn an_exercise_that_cannot_be_failed_or_names_what_is_not_there_is_refused() {
    let whole = "+++\nid = \"x\"\ntitle = \"x\"\nrole = \"clerk\"\nminutes = 1\nrequirement = \"N11\"\nstart = \"/\"\n\
                 [[goal]]\ntext = \"x\"\naudit = \"application.seen\"\n+++\n## 状況\n## やること\n## ヒント\n## まちがえやすいところ\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.md");
    for (from, to, said) in [
        ("", "", None),
        (
            "audit = \"application.seen\"",
            "question = \"x\"\noptions = [\"a\"]\ncorrect = 1",
            Some("look at the desk"),
        ),
        (
            "audit = \"application.seen\"",
            "state = \"registered\"",
            Some("needs of = CASE"),
        ),
        (
            "audit = \"application.seen\"",
            "state = \"nothing\"\nof = \"caller\"",
            Some("no state"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nof = \"nobody\"",
            Some("is no case"),
        ),
        ("role = \"clerk\"", "role = \"worker\"", Some("nobody of a desk")),
        ("id = \"x\"", "id = \"X Y\"", Some("may hold")),
        ("## ヒント", "## 何か", Some("is missing")),
        ("## 状況", "## 状況\n{{nobody.name}}", Some("names no case")),
        ("minutes = 1", "minuets = 1", Some("unknown field")),
    ] {
        std::fs::write(&file, whole.replace(from, to)).unwrap();
        let read = Exercises::load(Some(folder.path()), &training::cases());
        match said {
            None => assert!(read.unwrap().find("x").is_some()),
            Some(said) => {
                let error = read.unwrap_err().to_string();
                assert!(error.contains(said) && error.contains("x.md"), "{error}");
            }
        }
    }
}
