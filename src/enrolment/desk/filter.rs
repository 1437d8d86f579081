//! The filters of the list as its address holds them: no personal data, and what is wrong there is left out.
use crate::{
    clock::{jst, utc_from_jst},
    enrolment::{
        states::Registration,
        store::{Cursor, Narrow, Order, Span},
    },
    japan::{calendar::Calendar, date::parse_compact},
    web::ui::FieldError,
};
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::BTreeMap;

/// What is chosen on the list page; every field is a word of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `today previous week month range` or empty.
    pub period: String,
    /// As they were typed: one that is no day finds nothing ([`Filter::errors`]).
    pub from: String,
    pub to: String,
    /// A key of [`RESULTS`], or empty.
    pub result: String,
    pub institution: String,
    pub attention: bool,
    /// The opaque id of a search by name or phone.
    pub search: String,
    pub order: String,
}

/// The choices of 「結果」: word, label, states.
pub const RESULTS: &[(&str, &str, &[Registration])] = &[
    ("registered", "登録完了", &[Registration::Registered]),
    ("rejected", "登録できませんでした", &[Registration::Rejected]),
    ("cancelled", "取りやめ", &[Registration::Cancelled]),
    ("unknown", "結果不明", &[Registration::Unknown]),
    (
        "running",
        "手続中・確認中",
        &[
            Registration::Confirmed,
            Registration::AtInstitution,
            Registration::Checking,
        ],
    ),
    ("expired", "期限切れ", &[Registration::Expired]),
    ("corrected", "訂正済", &[Registration::Corrected]),
    ("withdrawn", "取下げ", &[Registration::Withdrawn]),
    ("paper", "書面へ案内", &[Registration::Paper]),
];

/// The choices of 「受付した日」: word and label.
pub const PERIODS: &[(&str, &str)] = &[
    ("today", "今日"),
    ("previous", "前営業日"),
    ("week", "今週（月曜から）"),
    ("month", "先月"),
    ("range", "期間を指定"),
];

/// The orders: word and label.
pub const ORDERS: &[(&str, &str)] = &[
    ("newest", "受付の新しい順"),
    ("oldest", "受付の古い順"),
    ("decided", "結果の新しい順（結果の出たものだけ）"),
];

/// A word of [`Filter::words`] as people read it.
pub fn filter_word(word: &str) -> Option<&'static str> {
    match word {
        "attention" => return Some("要対応"),
        "search" => return Some("お名前・電話番号などの検索"),
        "further" => return Some("つづきのページ"),
        _ => {}
    }
    let results = RESULTS.iter().map(|(name, label, _)| (name, label));
    let all = PERIODS.iter().chain(ORDERS).map(|(name, label)| (name, label));
    all.chain(results)
        .find(|(name, _)| **name == word)
        .map(|(_, label)| *label)
}

impl Filter {
    pub fn read(query: &BTreeMap<String, String>) -> Self {
        let word = |name: &str| query.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
        let one_of = |name: &str, list: &[&str]| {
            Some(word(name))
                .filter(|w| list.contains(&w.as_str()))
                .unwrap_or_default()
        };
        let periods: Vec<&str> = PERIODS.iter().map(|(w, _)| *w).collect();
        let results: Vec<&str> = RESULTS.iter().map(|(w, _, _)| *w).collect();
        let (from, to) = (word("from"), word("to"));
        let period = match one_of("period", &periods) {
            // Days alone say what is meant.
            none if none.is_empty() && !(from.is_empty() && to.is_empty()) => "range".to_owned(),
            period => period,
        };
        let code = word("institution");
        Self {
            period,
            from,
            to,
            result: one_of("result", &results),
            institution: if code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit()) {
                code
            } else {
                String::new()
            },
            attention: word("attention") == "1",
            search: Some(word("sid")).filter(|s| s.len() <= 64).unwrap_or_default(),
            order: one_of("order", &["oldest", "decided"]),
        }
    }

    /// The same of what [`Filter::query`] wrote.
    pub fn of_query(query: &str) -> Self {
        Self::read(&url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// What is wrong with the days: a mistyped one must not widen what is found in silence.
    pub fn errors(&self) -> Vec<FieldError> {
        let days = [
            ("from", "期間の指定（いつから）", &self.from),
            ("to", "期間の指定（いつまで）", &self.to),
        ];
        let is_wrong = |typed: &str| self.period == "range" && !typed.is_empty() && parse_compact(typed).is_none();
        days.into_iter()
            .filter(|(_, _, typed)| is_wrong(typed))
            .map(|(name, label, _)| FieldError::new(name, format!("{label}は、2026-11-01のように入力してください")))
            .collect()
    }

    /// The filters that are on, as an address holds them.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let range = self.period == "range";
        let all = [
            ("period", self.period.clone()),
            ("from", if range { day_word(&self.from) } else { String::new() }),
            ("to", if range { day_word(&self.to) } else { String::new() }),
            ("result", self.result.clone()),
            ("institution", self.institution.clone()),
            ("attention", if self.attention { "1".into() } else { String::new() }),
            ("sid", self.search.clone()),
            ("order", self.order.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// `name=value&…`, to be put behind a path.
    pub fn query(&self) -> String {
        self.query_with(&[])
    }
    pub fn query_with(&self, more: &[(&'static str, String)]) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(self.pairs());
        out.extend_pairs(more);
        out.finish()
    }

    /// The same without one of its filters.
    pub fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        match name {
            "period" => (other.period, other.from, other.to) = Default::default(),
            "result" => other.result.clear(),
            "institution" => other.institution.clear(),
            "attention" => other.attention = false,
            _ => other.search.clear(),
        }
        other
    }

    /// What narrows and orders the list, as an audit entry says it: words and codes, never what was searched for.
    pub fn words(&self) -> String {
        let words = self.pairs().into_iter().map(|(name, value)| match name {
            "institution" => format!("institution/{value}"),
            "attention" => "attention".to_owned(),
            "sid" => "search".to_owned(),
            _ => value,
        });
        words.collect::<Vec<_>>().join(" ")
    }

    pub fn order(&self) -> Order {
        Order::from_word(&self.order).unwrap_or(Order::Newest)
    }

    /// What the store is asked for. What a search looks for comes from elsewhere.
    pub fn narrow(&self, calendar: &Calendar, now: NaiveDateTime) -> Narrow {
        let (from, to) = self.days(calendar, jst(now).date());
        let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
        let states = RESULTS.iter().find(|(word, _, _)| *word == self.result);
        Narrow {
            from: from.map(midnight),
            to: to.map(|day| midnight(day + Days::new(1))),
            states: states.map(|(_, _, states)| states.to_vec()).unwrap_or_default(),
            institution: Some(self.institution.clone()).filter(|code| !code.is_empty()),
            attention_since: self.attention.then(|| now - Duration::hours(24)),
            sought: None,
        }
    }

    /// First and last day of the period (JST).
    fn days(&self, calendar: &Calendar, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        match self.period.as_str() {
            // No day is before it and after it.
            "range" if !self.errors().is_empty() => (Some(today), Some(today - Days::new(1))),
            "today" => (Some(today), Some(today)),
            // A weekend belongs to the business day before it.
            "previous" => {
                let previous = calendar.previous_bureau_business_day(today);
                (Some(previous), Some(today - Days::new(1)))
            }
            "week" => {
                let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
                (Some(monday), Some(today))
            }
            "month" => {
                let last = today.with_day(1).map(|first| first - Days::new(1));
                (last.and_then(|last| last.with_day(1)), last)
            }
            "range" => (parse_compact(&self.from), parse_compact(&self.to)),
            _ => (None, None),
        }
    }
}

/// A day as links hold it: what is none goes on as no day, and without what was typed.
fn day_word(typed: &str) -> String {
    match typed.is_empty() || parse_compact(typed).is_some() {
        true => typed.to_owned(),
        false => "?".to_owned(),
    }
}

/// `1763780000000000-01K…`: the place of a row, as a page link holds it.
pub fn cursor_word(cursor: &Cursor) -> String {
    format!("{}-{}", cursor.at.and_utc().timestamp_micros(), cursor.id)
}

fn cursor(word: &str) -> Option<Cursor> {
    let (micros, id) = word.split_once('-')?;
    let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?.naive_utc();
    let id = Some(id).filter(|id| id.len() == 26 && id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    Some(Cursor { at, id: id.to_owned() })
}

/// Which page of the list an address asks for.
pub fn span(query: &BTreeMap<String, String>) -> Span {
    let place = |name: &str| query.get(name).and_then(|word| cursor(word));
    match (place("after"), place("before")) {
        (Some(after), _) => Span::After(after),
        (None, Some(before)) => Span::Before(before),
        (None, None) => Span::First,
    }
}

/// A span as an address holds it.
pub fn span_pairs(span: &Span) -> Vec<(&'static str, String)> {
    match span {
        Span::First => vec![],
        Span::After(place) => vec![("after", cursor_word(place))],
        Span::Before(place) => vec![("before", cursor_word(place))],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn an_address_gives_its_filter_back() {
        let query = map(&[
            ("period", "range"),
            ("from", "2026-11-01"),
            ("to", "2026-11-20"),
            ("result", "unknown"),
            ("institution", "0140"),
            ("attention", "1"),
            ("order", "oldest"),
        ]);
        let filter = Filter::read(&query);
        let again: BTreeMap<String, String> = url::form_urlencoded::parse(filter.query().as_bytes())
            .into_owned()
            .collect();
        assert_eq!(Filter::read(&again), filter);
        assert_eq!(filter.pairs().len(), 7);
    }

    #[test]
    fn the_previous_business_day_of_a_monday_holds_the_weekend() {
        let calendar = Calendar::of([]);
        let filter = Filter::read(&map(&[("period", "previous")]));
        let monday = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
        let (from, to) = filter.days(&calendar, monday);
        assert_eq!(from, NaiveDate::from_ymd_opt(2026, 11, 13));
        assert_eq!(to, NaiveDate::from_ymd_opt(2026, 11, 15));
    }

    #[test]
    fn a_mistyped_day_is_said_and_finds_nothing() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 16).unwrap();
        let days = |pairs: &[(&str, &str)]| Filter::read(&map(pairs)).days(&Calendar::of([]), today);
        let wrong = [("period", "range"), ("from", "2026/11/01"), ("to", "")];
        assert_eq!(Filter::read(&map(&wrong)).errors()[0].field, "from");
        assert!(days(&wrong).0 > days(&wrong).1);
        // Days without a choice of the period are one; with another choice they are none.
        let first = NaiveDate::from_ymd_opt(2026, 11, 1);
        assert_eq!(days(&[("from", "2026-11-01")]), (first, None));
        assert_eq!(days(&[("period", "today"), ("from", "x")]), (Some(today), Some(today)));
        // Whatever it is, it is no day; no link and no record holds what it was.
        for typed in ["山田 太郎", "昨日", "2026-11-011", "x2026-11-01"] {
            let filter = Filter::read(&map(&[("to", typed)]));
            assert_eq!((filter.errors()[0].field.as_str(), filter.to.as_str()), ("to", typed));
            assert_eq!(filter.query(), "period=range&to=%3F");
            assert!(!Filter::of_query(&filter.query()).errors().is_empty() && !filter.words().contains(typed));
        }
    }

    proptest! {
        #[test]
        fn any_address_gives_a_filter(pairs in proptest::collection::btree_map("[a-z]{1,11}", "\\PC{0,20}", 0..8)) {
            let filter = Filter::read(&pairs);
            let _ = (filter.query(), span(&pairs), filter.narrow(&Calendar::of([]), NaiveDateTime::default()));
        }
        #[test]
        fn a_cursor_comes_back(micros in 0i64..4_000_000_000_000_000, id in "[0-9A-Z]{26}") {
            let at = DateTime::from_timestamp_micros(micros).unwrap().naive_utc();
            let place = Cursor { at, id };
            prop_assert_eq!(cursor(&cursor_word(&place)), Some(place));
        }
    }
}
