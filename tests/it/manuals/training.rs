//! What the manuals say of the exercises is what the exercises are, and what their parser takes.
use super::{all, texts};
use mizumado::training::{COURSES, Exercises, SCENES, cases};
use std::collections::BTreeSet;

fn said(name: &str) -> String {
    texts(all().find(name).unwrap()).join("\n")
}

#[test]
fn exercises_and_minutes_are_counted_from_the_heads() {
    let exercises = Exercises::load(None, &cases()).unwrap();
    let tests: Vec<_> = exercises.iter().filter(|one| one.head.acceptance).collect();
    let (count, minutes) = (tests.len(), tests.iter().map(|one| one.head.minutes).sum::<u32>());
    for (manual, words) in [
        ("trainer", format!("課題は{count}で、合わせて{minutes}分です。")),
        (
            "tests-plan",
            format!("受入テスト用の課題は{count}件、めやすの時間は合わせて{minutes}分です。"),
        ),
        ("operator", format!("`wrote {} exercises to", exercises.iter().count())),
    ] {
        assert!(said(manual).contains(&words), "{manual}: {words}");
    }
    let find = "申込者になって、申込みから結果の確認まで行う";
    assert!(tests.iter().any(|one| one.head.title == find), "two manuals name it");
}

/// Why an exercise is refused.
fn refused(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.md"), text).unwrap();
    let read = Exercises::load(Some(folder.path()), &cases());
    read.unwrap_err().to_string()
}

const BODY: &str = "\n+++\n## 状況\n## やること\n## ヒント\n## まちがえやすいところ\n";

/// The same of one with a line more in its only goal.
fn refused_with(line: &str) -> String {
    const HEAD: &str = "+++\nid = \"x\"\ntitle = \"x\"\nrole = \"clerk\"\nminutes = 1\nrequirement = \"N11\"\nstart = \"/\"\n\
                        [[goal]]\ntext = \"x\"\naudit = \"application.seen\"\n";
    refused(&format!("{HEAD}{line}{BODY}"))
}

/// The words of the head and its goals, by the errors that name them.
fn words_of_a_head() -> BTreeSet<String> {
    let mut words: BTreeSet<String> = COURSES
        .iter()
        .chain(&SCENES)
        .map(|(word, _)| (*word).to_owned())
        .collect();
    for wrong in ["+++\nzz = 1", "+++\n[[goal]]\nzz = 1"] {
        let error = refused(&format!("{wrong}{BODY}"));
        let (_, known) = error.split_once("expected one of ").unwrap();
        let known = known.lines().next().unwrap().split('`').skip(1).step_by(2);
        words.extend(known.map(str::to_owned));
    }
    let by = refused_with("by = \"zz\"");
    let (_, known) = by.rsplit_once("can be one of ").unwrap();
    words.extend(known.split(", ").map(str::to_owned));
    let on = refused_with("on = \"zz\"");
    words.insert(on.rsplit_once("can be ").unwrap().1.to_owned());
    let detail = refused_with("detail = \"{{zz}}\"");
    let (_, month) = detail.rsplit_once("only ").unwrap();
    words.insert(month.split(' ').next().unwrap().to_owned());
    words
}

#[test]
fn every_word_of_an_exercise_is_explained_to_the_trainer() {
    let words = words_of_a_head();
    for word in [
        "courses",
        "expected",
        "self",
        "month_begin",
        "{{last-month}}",
        "no-result",
    ] {
        assert!(words.contains(word), "{word}: {words:?}");
    }
    let trainer = all().find("trainer").unwrap();
    let own = trainer.chapters.iter().find(|chapter| chapter.id == "own").unwrap();
    let is_told =
        |word: &&String| own.body.contains(&format!("`{word}`")) || own.body.contains(&format!("`[[{word}]]`"));
    let missing: Vec<_> = words.iter().filter(|word| !is_told(word)).collect();
    assert!(missing.is_empty(), "manuals/trainer.md#own lacks {missing:?}");
}
