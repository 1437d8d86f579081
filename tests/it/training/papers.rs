//! What is printed of a class says what was done in it, whatever came later.
use super::{acceptance, class, closed::console, come_in, left::WaysIn, one, record::do_one, wish};
use crate::{
    browser::Page,
    desk::{Desk, NAME},
    harness::World,
};
use mizumado::{
    accounts::Role,
    app,
    training::{Class, Doors, Exercises, Kind, NewClass, School},
};

/// A school over the same folder whose exercise `visual-check` was written anew: another title, one more goal.
async fn with_other_exercises(world: &World) -> School {
    let folder = world.dir.path().join("own");
    std::fs::create_dir_all(&folder).unwrap();
    let (file, text) = Exercises::built_in()
        .iter()
        .find(|(_, text)| text.contains("id = \"visual-check\""))
        .unwrap();
    let goal = "[[goal]]\ntext = \"まえに\"\naudit = \"application.seen\"\n\n[[goal]]";
    let title = world
        .school()
        .exercises()
        .find("visual-check")
        .unwrap()
        .head
        .title
        .clone();
    let text = text.replacen("[[goal]]", goal, 1).replacen(&title, "あとの題", 1);
    std::fs::write(folder.join(file), text).unwrap();
    let mut training = world.workspace.settings.training.clone().unwrap();
    training.exercises = Some(folder);
    let (settings, addresses) = (&world.workspace.settings, world.school().addresses().clone());
    let clock = world.workspace.clock.clone();
    School::open(settings, &training, addresses, app::ENGINE, clock)
        .await
        .unwrap()
}

#[actix_web::test]
async fn a_class_keeps_its_exercises_as_they_were_when_it_was_made() {
    let world = one().await;
    let (open, ended) = (class(&world, 1).await, class(&world, 1).await);
    do_one(&world, &mut come_in(&world, &ended, "1", "山本 一郎").await).await;
    world.school().end(&ended.id, "研修 花子").await.unwrap();
    come_in(&world, &open, "1", "山本 一郎").await;
    let before = world.school().exercises().find("visual-check").unwrap().head.clone();
    let later = with_other_exercises(&world).await;
    let now = &later.exercises().find("visual-check").unwrap().head;
    assert_eq!(
        (now.title.as_str(), now.goals.len()),
        ("あとの題", before.goals.len() + 1)
    );
    for id in [&open.id, &ended.id] {
        let kept = later.class(id).unwrap();
        let exercise = later.exercise_of(&kept, "visual-check").unwrap();
        assert_eq!(exercise.head.title, before.title);
        assert_eq!(exercise.head.goals.len(), before.goals.len());
    }
    let kept = later.class(&open.id).unwrap();
    later
        .begin(&open.id, kept.seat(1).unwrap(), "visual-check")
        .await
        .unwrap();
    let begun = later.class(&open.id).unwrap().seat(1).unwrap().tries["visual-check"].clone();
    assert_eq!(
        begun.met.len(),
        before.goals.len(),
        "it is done by the goals it began with"
    );
    // What is still to be done there is told by the title and the goals of the class's own.
    let trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let mut browser = console(&world, Doors::Open(later), &trainer).await;
    let page = browser.get(&format!("/training/{}", open.id)).await;
    let told: Vec<String> = page
        .all("details.details")
        .into_iter()
        .filter(|d| d.contains("残っている目標"))
        .collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(
        told.contains(&before.title) && told.contains(&before.goals[0].text),
        "{told}"
    );
    assert!(!page.has("あとの題") && !told.contains("まえに"), "{told}");
}

fn cells(page: &Page, table: &str) -> Vec<String> {
    page.all(&format!("[aria-label='{table}'] tbody td"))
}

#[actix_web::test]
async fn a_test_of_which_no_exercise_is_left_did_not_pass() {
    let world = one().await;
    let asked = NewClass {
        kind: Kind::Acceptance,
        exercises: vec![],
        ..wish(&world, 1)
    };
    let id = world.school().make(asked).await.unwrap();
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let report = trainer.get(&format!("/training/{id}/report")).await;
    let checked = cells(&report, "本番を始める前の確認");
    assert_eq!(checked[..2], ["すべてのテストに合格した", "まだ"]);
}

#[actix_web::test]
async fn a_certificate_is_for_who_did_everything_and_nobody_gets_one_for_sitting_there() {
    let world = one().await;
    let asked = NewClass {
        exercises: vec!["visual-check".into()],
        ..wish(&world, 3)
    };
    let id = world.school().make(asked).await.unwrap();
    let class = world.school().class(&id).unwrap();
    do_one(&world, &mut come_in(&world, &class, "1", "山本 一郎").await).await;
    let mut half = come_in(&world, &class, "2", "谷 二葉").await;
    half.post("/training/exercises/visual-check/beginning", &[]).await;
    come_in(&world, &class, "3", "森 三奈").await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let page = trainer.get(&format!("/training/{id}/certificates")).await;
    let sheets = page.all(".certificate");
    assert_eq!(sheets.len(), 2, "{sheets:?}");
    for words in ["修了証（研修用）", "山本 一郎", "修了した日", "できました"] {
        assert!(sheets[0].contains(words), "{words}: {}", sheets[0]);
    }
    for words in ["受講証（研修用）", "谷 二葉", "途中"] {
        assert!(sheets[1].contains(words), "{words}: {}", sheets[1]);
    }
    assert!(!sheets[1].contains("修了"), "{}", sheets[1]);
    page.expect("出ません：席 3 森 三奈");
    // The day it was ended stays that day, whenever it is printed.
    world.school().end(&id, "研修 花子").await.unwrap();
    let ended = trainer.get(&format!("/training/{id}/certificates")).await;
    assert!(
        ended
            .all(".certificate")
            .iter()
            .all(|sheet| sheet.contains("教室を終えた日"))
    );
}

#[actix_web::test]
async fn a_reset_writes_down_what_went_and_no_learner_s_word_of_it() {
    let world = one().await;
    let class = class(&world, 2).await;
    let school = world.school();
    let learner = come_in(&world, &class, "1", "山本 一郎").await;
    WaysIn::at_desk(&school.addresses().console, &learner).await;
    school.reset(&class.id, &class.desks[0].id, "研修 花子").await.unwrap();
    let kept = school.class(&class.id).unwrap();
    let [gone] = &kept.resets[..] else {
        panic!("{:?}", kept.resets)
    };
    assert_eq!((gone.by.as_str(), gone.seats.as_str()), ("研修 花子", "席 1"));
    let database =
        |(name, bytes, hash): &(String, u64, String)| name.ends_with(".0/desk.db") && *bytes > 0 && hash.len() == 64;
    assert!(gone.files.iter().any(database), "{:?}", gone.files);
    for (what, n) in [("研修の職員", 8), ("パスキー", 1)] {
        assert!(gone.counts.contains(&(what.into(), n)), "{what}: {:?}", gone.counts);
    }
    for what in ["申込みの経過", "操作記録", "招待とリカバリーコード"] {
        let told = gone.counts.iter().any(|(label, n)| label == what && *n > 0);
        assert!(told, "{what}: {:?}", gone.counts);
    }
    assert!(
        gone.people.contains(&("水野 花子（受付担当）".into(), 1, 0)),
        "{:?}",
        gone.people
    );
    assert!(
        gone.people.contains(&("受講する人が登録した人".into(), 2, 1)),
        "{:?}",
        gone.people
    );
    school.end(&class.id, "研修 花子").await.unwrap();
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let report = trainer.get(&format!("/training/{}/report", class.id)).await;
    report
        .expect("はじめの状態にもどしたとき、消したデータ（1回目：席 1）")
        .expect("研修の職員 12件");
    assert!(!report.has("花見"), "whom a learner registered is counted");
}

#[actix_web::test]
async fn what_a_trainer_does_with_a_class_is_written_down_and_printed() {
    let world = one().await;
    let class = class(&world, 2).await;
    come_in(&world, &class, "2", "谷 二葉").await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}", class.id);
    let said = [("seat", "2"), ("body", "左上から開きます")];
    trainer.post(&format!("{path}/messages"), &said).await;
    let desk = class.desks[1].id.as_str();
    trainer
        .post(&format!("{path}/clock"), &[("desk", "all"), ("to", "hour")])
        .await;
    let replayed = [("desk", desk), ("days", "1"), ("a_day", "2"), ("speed", "slow")];
    trainer.post(&format!("{path}/replay"), &replayed).await;
    trainer.post(&format!("{path}/resets"), &[("desk", desk)]).await;
    let report = trainer.get(&format!("{path}/report")).await;
    let acts = cells(&report, "研修担当がしたこと");
    let (who, what): (Vec<_>, Vec<_>) = acts
        .chunks(3)
        .skip(1)
        .map(|act| (act[1].as_str(), act[2].as_str()))
        .unzip();
    assert_eq!(
        what,
        [
            "席 2に伝えました",
            "すべての席の時計を進めました：1時間",
            "席 2で、1日分の申込みをまね始めました",
            "席 2をはじめの状態にもどしました",
        ]
    );
    assert!(who.iter().all(|who| *who == NAME), "{who:?}");
    assert!(!report.has("左上から開きます"), "what was said stays between those two");
}

/// The papers of a class of the kind 受入テスト.
async fn papers(trainer: &mut Desk, class: &Class) -> Page {
    trainer.get(&format!("/training/{}/report", class.id)).await
}

#[actix_web::test]
async fn an_acceptance_test_has_three_papers_its_data_and_room_for_every_signature() {
    let world = one().await;
    let school = world.school();
    let class = school.class(&acceptance(&world).await).unwrap();
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    come_in(&world, &class, "1", "検査 一郎").await;
    let page = papers(&mut trainer, &class).await;
    let parts = page.all("h2.part");
    assert_eq!(parts.len(), 3, "{parts:?}");
    for (part, name) in parts.iter().zip(["計画書", "手順書", "報告書"]) {
        assert!(part.contains(name) && part.contains(&class.id), "{part}");
    }
    let data = cells(&page, "テストのデータ");
    let case = &class.desks[0].cases["caller"];
    let row = data.chunks(3).find(|row| row[1] == case.receipt).unwrap();
    let find = &school.exercises().find("find-application").unwrap().head.title;
    assert!(row[0] == case.name && row[2].contains(find.as_str()), "{row:?}");
    assert_eq!(
        page.all("[aria-label='実施者の署名'] tbody tr").len(),
        class.exercises.len()
    );
    assert!(cells(&page, "実施者の署名")[0].contains("検査 一郎"));
    assert!(!page.text().contains("/{"), "pages go by their names: {}", page.text());
    let word = trainer.get(&format!("/training/{}/report/word", class.id)).await;
    let text = super::word_parts(&word.bytes, "word/document");
    assert_eq!(text.matches("<w:pageBreakBefore").count(), 3);
    for words in ["手順書", "テストのデータ", case.receipt.as_str(), "合格・不合格"] {
        assert!(text.contains(words), "{words}");
    }
}

#[actix_web::test]
async fn what_is_deleted_is_said_of_this_class_and_others_that_are_open_are_named() {
    let world = one().await;
    let school = world.school();
    let test = school.class(&acceptance(&world).await).unwrap();
    let other = class(&world, 1).await;
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    school.end(&test.id, "研修 花子").await.unwrap();
    let checked = |page: &Page| cells(page, "本番を始める前の確認")[2..6].to_vec();
    let data = "この教室のテストのデータと、テスト用の職員・パスキーを消した";
    let open = "ほかに開いている教室がない";
    let still = format!("まだ：新任の研修（{}）", other.id);
    assert_eq!(
        checked(&papers(&mut trainer, &test).await),
        [data, "はい", open, still.as_str()]
    );
    school.end(&other.id, "研修 花子").await.unwrap();
    assert_eq!(
        checked(&papers(&mut trainer, &test).await),
        [data, "はい", open, "はい"]
    );
}

#[test]
fn an_exercise_may_say_what_is_seen_when_a_goal_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = Exercises::built_in()[0];
    let said = text.lines().find(|line| line.starts_with("expected = ")).unwrap();
    let with = text.replacen(said, "expected = \"申込みの1件が開く\"", 1);
    std::fs::write(folder.path().join("own.md"), with).unwrap();
    let cases = mizumado::training::cases();
    let all = Exercises::load(Some(folder.path()), &cases).unwrap();
    let mut first = all.iter().filter_map(|e| e.head.goals[0].expected.as_deref());
    assert!(first.any(|words| words == "申込みの1件が開く"));
    let unknown = text.replacen(said, "expected = \"{{nobody.name}}\"", 1);
    std::fs::write(folder.path().join("own.md"), unknown).unwrap();
    let error = Exercises::load(Some(folder.path()), &cases).unwrap_err();
    assert!(error.to_string().contains("names no case"), "{error}");
}

#[test]
fn every_goal_of_ours_says_what_is_seen_and_every_question_what_is_right() {
    let exercises = Exercises::load(None, &mizumado::training::cases()).unwrap();
    assert!(exercises.iter().filter(|exercise| exercise.head.acceptance).count() > 10);
    for exercise in exercises.iter() {
        for (no, goal) in (1..).zip(&exercise.head.goals) {
            let at = format!("{}: goal {no}", exercise.head.id);
            let Some(expected) = &goal.expected else {
                panic!("{at} does not say what is seen");
            };
            assert!(expected.ends_with('。') && *expected != goal.text, "{at}: {expected}");
            // The papers print it as it stands: their marks would go.
            assert!(!["**", "](", "〔"].iter().any(|mark| expected.contains(mark)), "{at}");
            let chosen = goal.correct.map(|n| goal.options[n - 1].clone());
            let typed = goal.expects.as_deref().and_then(|expects| expects.split_once(':'));
            let typed = typed.map(|(part, case)| format!("{{{{{case}.{part}}}}}"));
            if let Some(right) = chosen.or(typed) {
                assert!(expected.contains(&right), "{at}: {right} is not in {expected}");
            }
        }
    }
}

#[actix_web::test]
async fn the_scripts_print_what_is_seen_with_the_people_of_the_class() {
    let world = one().await;
    let class = world.school().class(&acceptance(&world).await).unwrap();
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let page = papers(&mut trainer, &class).await;
    let printed = cells(&page, "期待する結果");
    let receipt = &class.desks[0].cases["caller"].receipt;
    let opened = format!("受付番号 {receipt} の画面が開きます。");
    assert!(printed[1].starts_with(&opened), "{}", printed[1]);
    let tests = world.school().exercises().iter().filter(|e| e.head.acceptance);
    let goals: usize = tests.map(|e| e.head.goals.len()).sum();
    assert_eq!(printed.len(), goals * 3, "number, result and page of each goal");
}
