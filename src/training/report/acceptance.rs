//! What an acceptance test has besides (N8.6): its plan with policy, reason, way of judging and testers; its scripts; what
//! was reached step by step and on which page; what went wrong, with room for cause, remedy, approval and the test anew.
use super::{SIGNATURE, heading, pair, plain, section, table};
use crate::{
    training::{
        class::{Class, Seat, Try},
        exercises::{Exercise, Goal},
    },
    web::{document::Block, ui::when},
};

/// Rows for what is found by hand.
const FREE_ROWS: usize = 3;

/// Who tests: those who came, or room for their names.
fn testers(class: &Class) -> String {
    let came = class.seats.iter().filter(|seat| seat.entered_at.is_some());
    let names: Vec<String> = came.map(tester).collect();
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

/// What the specification asks a plan to say, which requirement each script shows, and the scripts themselves.
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
        heading("手順と期待する結果"),
    ];
    for (n, exercise) in exercises.iter().enumerate() {
        let head = &exercise.head;
        blocks.push(heading(&format!("{}　{}", n + 1, head.title)));
        blocks.push(Block::Text(section(class, &exercise.body, "## 状況")));
        blocks.push(Block::Text(section(class, &exercise.body, "## やること")));
        let goals = head.goals.iter().enumerate();
        let rows = goals.map(|(no, goal)| {
            vec![
                format!("{}-{}", n + 1, no + 1),
                plain(class, &goal.text),
                screen(exercise, goal),
            ]
        });
        blocks.push(table("期待する結果", &["番号", "期待する結果", "画面"], rows.collect()));
    }
    blocks
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

/// The page on which a goal is reached.
fn screen(exercise: &Exercise, goal: &Goal) -> String {
    match (&goal.screen, &goal.question) {
        (Some(screen), _) => screen.clone(),
        (None, Some(_)) => format!("課題（/training/exercises/{}）", exercise.head.id),
        (None, None) => exercise.head.start.clone(),
    }
}

/// Everybody who came, with each test that they began or not.
fn tried<'a>(
    class: &'a Class,
    exercises: &'a [&Exercise],
) -> impl Iterator<Item = (&'a Seat, usize, &'a Exercise, Option<&'a Try>)> {
    let came = class.seats.iter().filter(|seat| seat.entered_at.is_some());
    came.flat_map(move |seat| {
        let all = exercises.iter().enumerate();
        all.map(move |(n, exercise)| (seat, n + 1, *exercise, seat.tries.get(&exercise.head.id)))
    })
}

/// Each expected result of each test that was begun: whether it came, when, by whom, and on which page.
pub fn step_by_step(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let mut rows = vec![];
    for (seat, n, exercise, begun) in tried(class, exercises) {
        let Some(begun) = begun else { continue };
        for (no, goal) in exercise.head.goals.iter().enumerate() {
            let met = begun.met.get(no).copied().flatten();
            rows.push(vec![
                format!("{n}-{}", no + 1),
                plain(class, &goal.text),
                screen(exercise, goal),
                seat.name.clone(),
                if met.is_some() { "そろった" } else { "まだ" }.to_owned(),
                met.map_or(String::new(), when),
            ]);
        }
    }
    let header = ["番号", "期待する結果", "画面", "実施者", "結果", "日時"];
    let name = "手順ごとの結果";
    vec![heading(name), table(name, &header, rows)]
}

/// What did not pass and what was remarked, to be judged by people; the rest of each row is theirs to write.
pub fn defects(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let mut rows = vec![];
    for (seat, n, exercise, begun) in tried(class, exercises) {
        let (passed, again) = match begun {
            Some(begun) => (begun.done_at().is_some(), begun.before > 0),
            None => (false, seat.earlier.contains_key(&exercise.head.id)),
        };
        let remark = seat.earlier(&exercise.head.id).remark;
        let mut found = vec![];
        match (passed, begun.is_some() || again, again) {
            (false, true, _) => found.push("合格していません。".to_owned()),
            (true, _, true) => found.push("やり直して合格しました。".to_owned()),
            _ => {}
        }
        found.extend(Some(remark).filter(|remark| !remark.is_empty()));
        if found.is_empty() {
            continue;
        }
        let test = format!("{n}　{}（席 {}　{}）", exercise.head.title, seat.number, seat.name);
        let free = [(); 4].map(|()| String::new());
        rows.push([vec![test, found.join("\n")], free.to_vec()].concat());
    }
    rows.extend((0..FREE_ROWS).map(|_| vec![String::new(); 6]));
    let header = [
        "テスト",
        "不具合の内容、気づいたこと",
        "原因",
        "対応の方針",
        "方針の承認",
        "再テストの日と結果",
    ];
    let name = "不具合と対応";
    vec![
        heading(name),
        Block::Text(
            "合格していないテストと、気づいたことが入っています。空いている欄に書きます。不具合でないものは、対応の方針に「不要」と書きます。"
                .into(),
        ),
        table(name, &header, rows),
    ]
}

/// The figures on which the quality is judged, and room for the judgement.
pub fn quality(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let of = |is_so: &dyn Fn(&Try) -> bool| {
        let counted = exercises.iter().filter(|exercise| {
            let mut tries = class.seats.iter().filter_map(|seat| seat.tries.get(&exercise.head.id));
            tries.any(is_so)
        });
        counted.count()
    };
    let (begun, passed) = (of(&|_| true), of(&|begun| begun.done_at().is_some()));
    let tries = || tried(class, exercises).filter_map(|(_, _, _, begun)| begun);
    let remarks = tries().filter(|begun| !begun.remark.is_empty()).count();
    let anew: u32 = tries().map(|begun| begun.before).sum();
    vec![
        heading("品質の評価"),
        Block::Pairs(vec![
            pair("テスト", format!("{}件", exercises.len())),
            pair("合格", format!("{passed}件")),
            pair("途中", format!("{}件", begun - passed)),
            pair("行っていません", format!("{}件", exercises.len() - begun)),
            pair("やり直し", format!("{anew}回")),
            pair("気づいたこと", format!("{remarks}件")),
            pair("評価と、その理由", "（　　　　　　　　　　　　　　　）"),
        ]),
    ]
}

/// What must be so before the service begins: what the class shows, and what people look at.
pub fn go_live(class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
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
