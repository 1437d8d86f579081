//! What is printed of a class: who did what with which result, what the trainer did, what went at its end; of an acceptance
//! test its plan, its scripts and its report (N8.6), each a part of its own.
mod acceptance;
mod gone;
mod scripts;

use super::{
    class::{Class, Kind, Seat, Try},
    exercises::{Exercise, filled},
    school::School,
};
use crate::web::{
    Site,
    document::{Block, Document},
    ui::when,
};

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

fn pair(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

fn table(caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> Block {
    match rows.is_empty() {
        true => Block::Text(format!("{caption}：なし")),
        false => Block::Table {
            caption: caption.to_owned(),
            header: header.iter().map(|cell| (*cell).to_owned()).collect(),
            rows,
        },
    }
}

pub fn report(site: &Site, school: &School, class: &Class) -> Document {
    let exercises = school.exercises_of(class);
    let title = match class.kind {
        Kind::Class => format!("研修の記録（研修用）：{}", class.title),
        Kind::Acceptance => format!("受入テスト 計画書・手順書・報告書（研修用）：{}", class.title),
    };
    let mut blocks = vec![Block::Pairs(facts(site, class))];
    if class.kind == Kind::Acceptance {
        blocks.push(part("計画書", class));
        blocks.extend(scripts::plan(class, &exercises));
        blocks.push(part("手順書", class));
        blocks.extend(scripts::scripts(class, &exercises));
        blocks.push(part("報告書", class));
    }
    blocks.push(heading("結果"));
    blocks.push(table(
        "結果",
        &["席", "お名前", "課題", "結果", "始まり", "終わり", "気づいたこと"],
        results(class, &exercises),
    ));
    if class.kind == Kind::Acceptance {
        blocks.extend(acceptance::step_by_step(class, &exercises));
        blocks.extend(acceptance::defects(class, &exercises));
        blocks.extend(acceptance::quality(class, &exercises));
        blocks.extend(acceptance::go_live(school, class, &exercises));
    }
    blocks.extend(gone::acts(class));
    blocks.extend(gone::deletion(class));
    blocks.push(heading("署名"));
    let mut signatures = vec![pair("研修担当", class.trainer.clone()), pair("確かめた人", SIGNATURE)];
    if class.kind == Kind::Acceptance {
        signatures.push(pair("報告を承認した人", SIGNATURE));
    }
    blocks.push(Block::Pairs(signatures));
    Document { title, blocks }
}

/// Room for a name and a day, by hand.
const SIGNATURE: &str = "　　　　　　　　　　　　　　　　　　　　　　年　　　月　　　日";

/// 「受入テスト 計画書：受入れ（K7M2QX）」: each part can be handed out by itself.
fn part(name: &str, class: &Class) -> Block {
    Block::Part(format!("受入テスト {name}：{}（{}）", class.title, class.id))
}

fn facts(site: &Site, class: &Class) -> Vec<(String, String)> {
    let came = class.taken().count();
    vec![
        pair("水道局", site.bureau.name.clone()),
        pair("種類", class.kind.label()),
        pair("教室のコード", class.id.clone()),
        pair("日", class.day.to_string()),
        pair("席", format!("{}（使った席 {came}）", class.seats.len())),
        pair("席のデータ", class.data_of_seats()),
        pair("データの種（同じ番号は同じデータ）", class.seed.to_string()),
        pair("始まり", when(class.made_at)),
        pair("終わり", class.ended_at.map_or("まだ".to_owned(), when)),
        pair("使ったデータ", "架空の人と申込みだけ。本番のデータは使っていません"),
    ]
}

/// The part of a Markdown text under a heading.
fn section(class: &Class, body: &str, heading: &str) -> String {
    let part = body.split(heading).nth(1).unwrap_or_default();
    plain(class, part.split("\n## ").next().unwrap_or_default().trim())
}

/// A text as it is printed: with the names of the class's invented people, and of a link its words alone.
fn plain(class: &Class, text: &str) -> String {
    let text = match class.desks.first() {
        Some(desk) => filled(text, &desk.cases),
        None => text.to_owned(),
    };
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("](") {
        shown.push_str(&before.replacen('[', "", 1));
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    shown.replace("**", "")
}

fn results(class: &Class, exercises: &[&Exercise]) -> Vec<Vec<String>> {
    let mut rows = vec![];
    for seat in class.taken() {
        if seat.tries.is_empty() {
            let none = ["始めた課題はありません", "", "", "", ""].map(str::to_owned);
            rows.push([vec![seat.number.to_string(), seat.name.clone()], none.to_vec()].concat());
        }
        for exercise in exercises {
            let begun = seat.tries.get(&exercise.head.id);
            // Of a class what was done counts; of a test also what was not.
            if begun.is_none() && class.kind == Kind::Class {
                continue;
            }
            rows.push(vec![
                seat.number.to_string(),
                seat.name.clone(),
                exercise.head.title.clone(),
                result(begun, class.kind) + &again(seat, &exercise.head.id, class.kind),
                begun.map_or(String::new(), |begun| when(begun.begun_at)),
                begun.and_then(Try::done_at).map_or(String::new(), when),
                begun.map_or(String::new(), |_| seat.earlier(&exercise.head.id).remark),
            ]);
        }
    }
    rows
}

/// 「（2回目）」 of a test that was begun again; of one that passed, what came of doing it again.
fn again(seat: &Seat, exercise: &str, kind: Kind) -> String {
    if kind == Kind::Class {
        return String::new();
    }
    let before = seat.tries.get(exercise).map_or(0, |begun| begun.before);
    let mut words = match before {
        0 => String::new(),
        before => format!("（{}回目）", before + 1),
    };
    if let Some(further) = seat.further.get(exercise) {
        words += &format!("、{}回目：{}", further.before + 1, result(Some(further), kind));
    }
    words
}

/// 「合格」, or how many of the goals were reached.
pub fn result(begun: Option<&Try>, kind: Kind) -> String {
    match (begun, kind) {
        (None, _) => "行っていません".to_owned(),
        (Some(begun), Kind::Class) if begun.done_at().is_some() => "できました".to_owned(),
        (Some(begun), Kind::Acceptance) if begun.done_at().is_some() => "合格".to_owned(),
        (Some(begun), _) => format!("途中（{} / {}）", begun.reached(), begun.met.len()),
    }
}
