//! The kinds of papers, what is typed into each, and how one is put together. No I/O.
use super::store::Paper;
use crate::{
    db::text_enum,
    japan::date::{parse_compact, wareki, weekday},
    web::{
        FormBody,
        document::{Block, Document},
        optional_words,
        ui::FieldError,
    },
};
use chrono::{Datelike, Months, NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;

text_enum! {
    pub enum Kind {
        Progress = "progress",
        Issues = "issues",
        Changes = "changes",
        Minutes = "minutes",
    }
}

text_enum! {
    pub enum State {
        Draft = "draft",
        Fixed = "fixed",
    }
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            State::Draft => "作成中",
            State::Fixed => "確定",
        }
    }
}

/// A part of a paper that people type.
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub rows: u32,
    /// Characters at most.
    pub most: usize,
    /// A paper is not fixed without it.
    pub is_needed: bool,
}

const fn field(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field {
        name,
        label,
        hint,
        rows: 5,
        most: 4000,
        is_needed: false,
    }
}

const fn needed(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field {
        is_needed: true,
        ..field(name, label, hint)
    }
}

const REMARKS: &[Field] = &[field("remarks", "所見", "数字だけでは伝わらないこと、これからの予定")];
const OF_MINUTES: &[Field] = &[
    needed("place", "時刻と場所", "例：10時から11時まで　業務課 会議室"),
    needed("attendees", "出席者", "所属と名前を、1行に1人ずつ"),
    field("agenda", "議題", "未完了の事項から作りました。直してください"),
    needed("decisions", "決定事項", ""),
    field(
        "actions",
        "宿題",
        "内容、担当、期限を、1行に1件ずつ。次の議事録の議題に入ります",
    ),
];

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Kind::Progress => "進捗報告書",
            Kind::Issues => "課題管理表",
            Kind::Changes => "変更管理記録",
            Kind::Minutes => "議事録",
        }
    }
    pub fn meaning(self) -> &'static str {
        match self {
            Kind::Progress => "月の申込み、還元データ、問合せ、障害、停止、稼働率",
            Kind::Issues => "改善の要望、障害と再発防止策、照合のくいちがい",
            Kind::Changes => "操作記録にある、月の変更",
            Kind::Minutes => "日付、出席者、議題、決定事項、宿題",
        }
    }
    pub fn fields(self) -> &'static [Field] {
        match self {
            Kind::Minutes => OF_MINUTES,
            Kind::Progress | Kind::Issues | Kind::Changes => REMARKS,
        }
    }
    /// 「令和8年11月」, or the day of a meeting.
    pub fn period(self, period: NaiveDate) -> String {
        let whole = wareki(period);
        match self {
            Kind::Minutes => format!("{whole}（{}）", weekday(period)),
            _ => whole
                .split_once('月')
                .map_or(whole.clone(), |(month, _)| format!("{month}月")),
        }
    }
}

/// Begin and end (UTC) of the month of a day in Japan.
pub fn month_of(day: NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
    let first = day.with_day(1).unwrap_or(day);
    let midnight = |day: NaiveDate| crate::clock::utc_from_jst(day.and_time(chrono::NaiveTime::MIN));
    (midnight(first), midnight(first + Months::new(1)))
}

/// What people typed, by the name of the field.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Typed(BTreeMap<String, String>);
crate::hidden::hidden_debug!(Typed);

impl Typed {
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
    pub fn set(&mut self, name: &str, text: String) {
        self.0.insert(name.to_owned(), text);
    }
    /// Everything as it was typed, and what is wrong with it.
    pub fn read(kind: Kind, form: &FormBody) -> (Self, Vec<FieldError>) {
        let (mut typed, mut errors) = (Self::default(), vec![]);
        for field in kind.fields() {
            let text = optional_words(form, field.name, field.label, field.most, &mut errors);
            typed.set(field.name, text);
        }
        (typed, errors)
    }
    /// What a paper lacks before it is fixed.
    pub fn missing(&self, kind: Kind) -> Vec<FieldError> {
        let lacks = kind
            .fields()
            .iter()
            .filter(|f| f.is_needed && self.get(f.name).is_empty());
        lacks
            .map(|f| FieldError::new(f.name, format!("{}を入力してください", f.label)))
            .collect()
    }
}

/// What is asked for: a kind, and its month or the day of the meeting.
pub fn read_new(form: &FormBody, today: NaiveDate) -> Result<(Kind, NaiveDate), Vec<FieldError>> {
    let (mut errors, typed) = (vec![], form.get("period").trim());
    let kind = Kind::from_word(form.get("kind"));
    if kind.is_none() {
        errors.push(FieldError::new("kind", "文書の種類を選んでください"));
    }
    let period = match kind {
        Some(Kind::Minutes) => parse_compact(typed),
        _ => parse_compact(&format!("{typed}-01")),
    };
    let message = match (period, kind) {
        (None, Some(Kind::Minutes)) => Some("開催日は、2026-11-25 の形で入力してください"),
        (None, _) => Some("対象の月は、2026-11 の形で入力してください"),
        (Some(month), Some(Kind::Progress | Kind::Issues | Kind::Changes)) if month > today => {
            Some("対象の月は、今月か、それより前の月を入力してください")
        }
        _ => None,
    };
    errors.extend(message.map(|message| FieldError::new("period", message)));
    match (kind, period, errors.is_empty()) {
        (Some(kind), Some(period), true) => Ok((kind, period)),
        _ => Err(errors),
    }
}

/// 「進捗報告書（令和8年11月）第1版」
pub fn title(paper: &Paper) -> String {
    let period = paper.kind.period(paper.period);
    format!("{}（{period}）第{}版", paper.kind.label(), paper.edition)
}

/// The whole paper: what the system put in, then what people typed.
pub fn whole(paper: &Paper, body: &Document, typed: &Typed, facts: Vec<(String, String)>) -> Document {
    let mut blocks = vec![Block::Pairs(facts)];
    blocks.extend(body.blocks.iter().cloned());
    for field in paper.kind.fields() {
        let text = match typed.get(field.name) {
            "" => "記入なし",
            text => text,
        };
        blocks.push(Block::Heading(field.label.to_owned()));
        blocks.push(Block::Text(text.to_owned()));
    }
    Document {
        title: title(paper),
        blocks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> FormBody {
        let pairs = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        FormBody(pairs.collect())
    }

    #[test]
    fn a_month_or_a_day_is_asked_for_by_the_kind() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap_or_default();
        let read = |kind, period| read_new(&form(&[("kind", kind), ("period", period)]), today);
        let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d);
        assert_eq!(read("progress", "2026-11").ok().map(|(_, p)| p), day(11, 1));
        assert_eq!(read("minutes", "2026-11-25").ok().map(|(_, p)| p), day(11, 25));
        for (kind, period) in [
            ("progress", "2026-12"),
            ("progress", "2026-11-25"),
            ("minutes", "2026-11"),
            ("minutes", ""),
            ("", "2026-11"),
        ] {
            assert!(read(kind, period).is_err(), "{kind} {period}");
        }
        assert_eq!(Kind::Progress.period(today), "令和8年11月");
        assert_eq!(Kind::Minutes.period(today), "令和8年11月25日（水）");
    }

    #[test]
    fn a_month_is_the_one_of_japan() {
        let (from, to) = month_of(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap_or_default());
        assert_eq!(from.to_string(), "2026-11-30 15:00:00");
        assert_eq!(to.to_string(), "2026-12-31 15:00:00");
    }
}
