//! What the report of an acceptance test has besides (N8.6): what was reached step by step and on which page; what went
//! wrong, with room for cause, remedy, approval and the test anew.
use super::{heading, pair, scripts, table};
use crate::{
    training::{
        class::{Class, Seat, Try},
        exercises::Exercise,
        school::School,
    },
    web::{document::Block, ui::when},
};

/// Rows for what is found by hand.
const FREE_ROWS: usize = 3;

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
                scripts::expected(class, goal),
                scripts::screen(goal).to_owned(),
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
        let id = &exercise.head.id;
        let earlier = seat.earlier(id);
        let (passed, fails_now, again) = match seat.newest(id) {
            Some(newest) => (
                seat.done_at(id).is_some(),
                newest.done_at().is_none(),
                newest.before > 0,
            ),
            None => (false, true, earlier.count > 0),
        };
        let mut found = vec![];
        match (passed, fails_now) {
            (false, _) if begun.is_some() || again => found.push("合格していません。".to_owned()),
            (true, true) => found.push("合格しました。その後のやり直しでは、まだ合格していません。".to_owned()),
            (true, false) if again => found.push("やり直して合格しました。".to_owned()),
            _ => {}
        }
        let remark = earlier.remark;
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
    let newest: Vec<&Try> = tried(class, exercises)
        .filter_map(|(seat, _, exercise, _)| seat.newest(&exercise.head.id))
        .collect();
    let remarks = newest.iter().filter(|begun| !begun.remark.is_empty()).count();
    let anew: u32 = newest.iter().map(|begun| begun.before).sum();
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
pub fn go_live(school: &School, class: &Class, exercises: &[&Exercise]) -> Vec<Block> {
    let passed = |exercise: &Exercise| {
        let tries = class.seats.iter().filter_map(|seat| seat.tries.get(&exercise.head.id));
        tries.into_iter().any(|begun| begun.done_at().is_some())
    };
    // A test of which nothing is known any more did not pass.
    let is_whole = !exercises.is_empty() && exercises.len() == class.exercises.len();
    let others = school.classes().into_iter();
    let open: Vec<String> = others
        .filter(|other| other.id != class.id && other.ended_at.is_none())
        .map(|other| format!("{}（{}）", other.title, other.id))
        .chain(school.unread().iter().map(|code| format!("開けない教室（{code}）")))
        .collect();
    let mark = |is_so: bool| if is_so { "はい" } else { "まだ" }.to_owned();
    let rows = vec![
        vec![
            "すべてのテストに合格した".to_owned(),
            mark(is_whole && exercises.iter().all(|exercise| passed(exercise))),
        ],
        vec![
            "この教室のテストのデータと、テスト用の職員・パスキーを消した".to_owned(),
            mark(class.deletion.is_some()),
        ],
        vec![
            "ほかに開いている教室がない".to_owned(),
            match open.is_empty() {
                true => mark(true),
                false => format!("{}：{}", mark(false), open.join("、")),
            },
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
