//! The plan of an acceptance test and its scripts: with policy, reason, way of judging, testers, the data that it uses, and
//! room for everybody's signature.
use super::{SIGNATURE, heading, pair, plain, section, table};
use crate::{
    training::{
        class::{Class, Seat},
        exercises::{Exercise, Goal},
    },
    web::document::Block,
};

/// Who tests: those who came, or room for their names.
fn testers(class: &Class) -> String {
    let names: Vec<String> = class.taken().map(tester).collect();
    match names.is_empty() {
        true => "（　　　　　　　　　　　　　　　）".to_owned(),
        false => names.join("、"),
    }
}

fn tester(seat: &Seat) -> String {
    match seat.code.is_empty() {
        true => seat.name.clone(),
        false => format!("{}（職員番号 {}）", seat.name, seat.code),
    }
}

/// What the specification asks a plan to say, which requirement each script shows, and which data they are done with.
pub fn plan(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let rows = exercises.iter().enumerate().map(|(n, exercise)| {
        let head = &exercise.head;
        let goals = head.goals.len();
        vec![
            format!("{}", n + 1),
            head.title.clone(),
            head.requirement.clone(),
            format!("期待する結果が{goals}つともそろう"),
            format!("{}分", head.minutes),
        ]
    });
    let header = ["番号", "テスト", "要件", "合格の基準", "時間"];
    let mut blocks = vec![
        heading("計画"),
        Block::Pairs(policy(class, exercises)),
        table("計画", &header, rows.collect()),
    ];
    blocks.extend(data(class, exercises));
    blocks
}

/// The invented people that scripts speak of, and in which; the rest of a desk's data follows from the seed alone.
fn data(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let cases = class.desks.first().map(|desk| &desk.cases);
    let rows = cases.into_iter().flatten().filter_map(|(id, case)| {
        let uses = exercises.iter().filter(|exercise| exercise.speaks_of(id));
        let uses: Vec<&str> = uses.map(|exercise| exercise.head.title.as_str()).collect();
        (!uses.is_empty()).then(|| vec![case.name.clone(), case.receipt.clone(), uses.join("、")])
    });
    let name = "テストのデータ";
    vec![
        heading(name),
        Block::Text(format!(
            "データの種：{}。席ごとに同じ架空の人と申込みがあります。テストで使うのは、次の申込みです。",
            class.seed
        )),
        table(name, &["架空の人", "受付番号", "使うテスト"], rows.collect()),
    ]
}

/// Each script with what is to come, and a line for the signature of everybody who does it.
pub fn scripts(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let mut blocks = vec![heading("手順と期待する結果")];
    for (n, exercise) in exercises.iter().enumerate() {
        let head = &exercise.head;
        blocks.push(heading(&format!("{}　{}", n + 1, head.title)));
        blocks.push(Block::Text(section(class, &exercise.body, "## 状況")));
        blocks.push(Block::Text(section(class, &exercise.body, "## やること")));
        let goals = head.goals.iter().enumerate();
        let rows = goals.map(|(no, goal)| {
            vec![
                format!("{}-{}", n + 1, no + 1),
                expected(class, goal),
                screen(goal).to_owned(),
            ]
        });
        blocks.push(table("期待する結果", &["番号", "期待する結果", "画面"], rows.collect()));
        let header = ["実施者", "実施日", "合格・不合格", "署名"];
        blocks.push(table("実施者の署名", &header, signatures(class)));
    }
    blocks
}

/// A line for each tester; one to be written by hand where nobody came yet.
fn signatures(class: &Class) -> Vec<Vec<String>> {
    let mut names: Vec<String> = class.taken().map(tester).collect();
    if names.is_empty() {
        names.push(String::new());
    }
    let blank = || [(); 3].map(|()| "　".to_owned()).to_vec();
    names.into_iter().map(|name| [vec![name], blank()].concat()).collect()
}

/// What is seen when a goal is reached, as its exercise says it.
pub fn expected(class: &Class, goal: &Goal) -> String {
    plain(class, goal.expected.as_deref().unwrap_or(&goal.text))
}

fn policy(class: &Class, exercises: &[&Exercise]) -> Vec<(String, String)> {
    let minutes: u32 = exercises.iter().map(|exercise| exercise.head.minutes).sum();
    vec![
        pair(
            "テストの方針",
            "職員が主体となり、本番と同じプログラムの研修の画面で、仕事の手順のとおりに操作して確かめます。",
        ),
        pair(
            "行うこと",
            format!(
                "下の{}件のテスト。めやすの時間は、合わせて{minutes}分です。",
                exercises.len()
            ),
        ),
        pair(
            "行う理由",
            "本番を始める前に、要件のとおりに仕事ができることを、使う人が確かめるためです。",
        ),
        pair(
            "方法",
            "手順のとおりに操作します。結果は、システムが操作記録と申込みの状態から判定します。問いは、答えで判定します。",
        ),
        pair(
            "合格の基準",
            "期待する結果がすべてそろうこと。1つのテストに、1人以上が合格すること。",
        ),
        pair(
            "評価の方法",
            "合格の数、やり直しの数、気づいたこと、不具合とその対応で評価します。",
        ),
        pair("実施者", testers(class)),
        pair("実施日", class.day.to_string()),
        pair("場所", "（　　　　　　　　　　　　　　　）"),
        pair("計画を承認した人", SIGNATURE),
    ]
}

/// The page on which a goal is reached, by its name: 「申込み（/applications/{id}）」 names its address for the program.
pub fn screen(goal: &Goal) -> &str {
    match (&goal.screen, &goal.question) {
        (Some(screen), _) => screen.split_once("（/").map_or(screen.as_str(), |(name, _)| name),
        (None, Some(_)) => "課題",
        (None, None) => "職員の画面",
    }
}
