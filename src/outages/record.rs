//! The record of an outage, for the printer and for Word: what was planned, and every step with who and when.
use super::pages::Shown;
use crate::web::{
    document::{Block, Document},
    ui::when,
};

pub fn record(s: &Shown) -> Document {
    let (outage, words) = (&s.outage, &s.words);
    let or_none = |at: Option<_>| at.map_or("まだ".to_owned(), when);
    let pair = |label: &str, value: String| (label.to_owned(), value);
    let facts = vec![
        pair("状態", outage.state.label().to_owned()),
        pair("止める範囲", s.scope.clone()),
        pair("始まり（予定）", when(outage.starts_at)),
        pair("終わり（予定）", when(outage.ends_at)),
        pair("作業の始まり", or_none(outage.begun_at)),
        pair("作業の終わり", or_none(outage.ended_at)),
        pair("作業の内容", words.work.clone()),
        pair("申込者へのお知らせ", words.notice.clone()),
        pair("影響", words.effect.clone()),
        pair("切戻しの方法", words.way_back.clone()),
    ];
    let steps = s.steps.iter().map(|(step, by)| {
        vec![
            when(step.at),
            step.kind.label().to_owned(),
            step.words.clone(),
            by.clone(),
        ]
    });
    let header = ["日時", "種類", "内容", "記録した人"];
    Document {
        title: format!("停止予定の記録 第{}号", outage.no),
        blocks: vec![
            Block::Pairs(facts),
            Block::Heading("経過".to_owned()),
            Block::Table {
                caption: "経過".to_owned(),
                header: header.map(str::to_owned).to_vec(),
                rows: steps.collect(),
            },
        ],
    }
}
