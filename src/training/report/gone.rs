//! What the trainer did, and what went: at each reset, and with the class.
use super::{heading, pair, table};
use crate::{
    training::class::{Class, Deletion},
    web::{document::Block, ui::when},
};

/// Everything that was done with the class itself, the first first.
pub fn acts(class: &Class) -> Vec<Block> {
    let rows = class
        .log
        .iter()
        .map(|act| vec![when(act.at), act.who.clone(), act.what.clone()]);
    let name = "研修担当がしたこと";
    vec![
        heading(name),
        table(name, &["日時", "した人", "したこと"], rows.collect()),
    ]
}

pub fn deletion(class: &Class) -> Vec<Block> {
    let mut blocks = vec![heading("データの消去")];
    match &class.deletion {
        Some(gone) => blocks.extend(what_went(gone, "")),
        None => blocks.push(Block::Text("教室を終えると、データを消して、ここに記録します。".into())),
    }
    for (n, gone) in (1..).zip(&class.resets) {
        blocks.push(heading(&format!(
            "はじめの状態にもどしたとき、消したデータ（{n}回目：{}）",
            gone.seats
        )));
        blocks.extend(what_went(gone, &format!("（{n}回目）")));
    }
    blocks
}

/// `which` keeps apart the tables of several times.
fn what_went(gone: &Deletion, which: &str) -> Vec<Block> {
    let unknown = |seats: &String| format!("{seats}は開けなかったため、件数は分かりません（ファイルは下の一覧）");
    let counts = gone.counts.iter().map(|(what, n)| format!("{what} {n}件"));
    let counts = counts.chain(gone.uncounted.iter().map(unknown));
    let people = gone
        .people
        .iter()
        .map(|(who, n, keys)| vec![who.clone(), n.to_string(), keys.to_string()]);
    let files = gone
        .files
        .iter()
        .map(|(name, bytes, hash)| vec![name.clone(), bytes.to_string(), hash.clone()]);
    vec![
        Block::Pairs(vec![
            pair("消した日時", when(gone.at)),
            pair("消した人", gone.by.clone()),
            pair("消したもの", counts.collect::<Vec<_>>().join("、")),
        ]),
        table(
            &format!("消した職員とパスキー{which}"),
            &["研修の職員", "人数", "使えたパスキー"],
            people.collect(),
        ),
        table(
            &format!("消したファイル{which}"),
            &["ファイル", "バイト", "SHA-256"],
            files.collect(),
        ),
    ]
}
