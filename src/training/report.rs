//! What is printed of a class: who did what with which result, what went at its end; of an acceptance test its plan, its
//! scripts and its report (N8.6).
use super::{
    class::{Class, Kind, Try},
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
        blocks.extend(plan(class, &exercises));
    }
    blocks.push(heading("結果"));
    blocks.push(table(
        "結果",
        &["席", "お名前", "課題", "結果", "始まり", "終わり", "気づいたこと"],
        results(class, &exercises),
    ));
    if class.kind == Kind::Acceptance {
        blocks.extend(go_live(class, &exercises));
    }
    blocks.extend(deletion(class));
    blocks.push(heading("署名"));
    blocks.push(Block::Pairs(vec![
        pair("研修担当", class.trainer.clone()),
        pair(
            "確かめた人",
            "　　　　　　　　　　　　　　　　　　　　　　年　　　月　　　日",
        ),
    ]));
    Document { title, blocks }
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

/// Which requirement each script shows, and the scripts themselves with what is expected.
fn plan(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let rows = exercises.iter().enumerate().map(|(n, exercise)| {
        let head = &exercise.head;
        vec![
            format!("{}", n + 1),
            head.title.clone(),
            head.requirement.clone(),
            format!("{}分", head.minutes),
        ]
    });
    let mut blocks = vec![
        heading("計画"),
        table("計画", &["番号", "テスト", "要件", "時間"], rows.collect()),
        heading("手順と期待する結果"),
    ];
    for (n, exercise) in exercises.iter().enumerate() {
        let head = &exercise.head;
        blocks.push(heading(&format!("{}　{}", n + 1, head.title)));
        blocks.push(Block::Text(section(class, &exercise.body, "## 状況")));
        blocks.push(Block::Text(section(class, &exercise.body, "## やること")));
        let goals = head.goals.iter().enumerate();
        let rows = goals.map(|(n, goal)| vec![format!("{}", n + 1), plain(class, &goal.text)]);
        blocks.push(table("期待する結果", &["番号", "期待する結果"], rows.collect()));
    }
    blocks
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
                result(begun, class.kind),
                begun.map_or(String::new(), |begun| when(begun.begun_at)),
                begun.and_then(Try::done_at).map_or(String::new(), when),
                begun.map_or(String::new(), |begun| begun.remark.clone()),
            ]);
        }
    }
    rows
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

fn go_live(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let passed = |exercise: &Exercise| {
        let tries = class.seats.iter().filter_map(|seat| seat.tries.get(&exercise.head.id));
        tries.into_iter().any(|begun| begun.done_at().is_some())
    };
    let mark = |is_so: bool| if is_so { "はい" } else { "まだ" }.to_owned();
    let rows = vec![
        vec![
            "すべてのテストに合格した".to_owned(),
            mark(exercises.iter().all(|exercise| passed(exercise))),
        ],
        vec![
            "テストのデータと、テスト用の職員・パスキーを消した".to_owned(),
            mark(class.deletion.is_some()),
        ],
        vec![
            "本番の職員を登録し、パスキーを2つずつ登録した".to_owned(),
            String::new(),
        ],
        vec!["本番の鍵と設定を、保管場所に写した".to_owned(), String::new()],
        vec!["バックアップから戻せることを確かめた".to_owned(), String::new()],
        vec![
            "還元データのレイアウトを、料金システムと確かめた".to_owned(),
            String::new(),
        ],
        vec!["連絡体制と手順書を、本番のものにした".to_owned(), String::new()],
    ];
    vec![
        heading("本番を始める前の確認"),
        table("本番を始める前の確認", &["確かめること", "結果"], rows),
    ]
}

fn deletion(class: &Class) -> Vec<Block> {
    let Some(gone) = &class.deletion else {
        return vec![
            heading("データの消去"),
            Block::Text("教室を終えると、データを消して、ここに記録します。".into()),
        ];
    };
    let counts = gone.counts.iter().map(|(what, n)| format!("{what} {n}件"));
    let rows = gone
        .files
        .iter()
        .map(|(name, bytes, hash)| vec![name.clone(), bytes.to_string(), hash.clone()]);
    vec![
        heading("データの消去"),
        Block::Pairs(vec![
            pair("消した日時", when(gone.at)),
            pair("消した人", gone.by.clone()),
            pair("消したもの", counts.collect::<Vec<_>>().join("、")),
        ]),
        table("消したファイル", &["ファイル", "バイト", "SHA-256"], rows.collect()),
    ]
}
