//! A recurring closed time that another takes the place of, from a day on: the old one ends the day before.
use super::Stop;
use crate::{
    clock::jst,
    institutions::{Regular, hours::Rule},
    japan::date::parse_compact,
    web::ui::FieldError,
};
use chrono::{NaiveDate, NaiveDateTime};

/// Which one ends, and from which day on the other counts.
pub struct Replaced<'a> {
    pub old: &'a Regular,
    pub day: NaiveDate,
}

impl<'a> Replaced<'a> {
    /// What a stop replaces: nothing, when it is a new one. What has happened stays, so the day is to come.
    pub fn read(stop: &Stop, rules: &'a [Regular], now: NaiveDateTime) -> Result<Option<Self>, FieldError> {
        if stop.replaces.is_empty() {
            return Ok(None);
        }
        let wrong = |field: &'static str, sentence: &str| Err(FieldError::new(field, sentence.to_owned()));
        let Some(old) = rules.iter().find(|rule| rule.id == stop.replaces) else {
            return wrong("rule", "もとの規則は、もうありません。休止の予定を開き直してください");
        };
        if old.institution_code.as_deref().unwrap_or_default() != stop.institution {
            return wrong(
                "rule",
                "金融機関は変えられません。別の金融機関の予定は、新しく登録してください",
            );
        }
        match parse_compact(&stop.from) {
            None => wrong("from", "置きかえる日は、2026-12-01のように入力してください"),
            Some(day) if day <= jst(now).date() => wrong("from", "置きかえる日は、あすからの日を入力してください"),
            Some(day) if old.rule.is_over(day) => wrong("from", "置きかえる日には、もとの規則が終わっています"),
            Some(day) => Ok(Some(Self { old, day })),
        }
    }

    /// The new rule from its day on.
    pub fn begin(&self, rule: &Rule) -> Result<Rule, FieldError> {
        let wrong = "置きかえるときは、その日からあともくり返す規則を入力してください";
        rule.begun_on(self.day).ok_or_else(|| FieldError::new("rule", wrong))
    }

    /// The old one to the day before; `None` when it would not have begun by then.
    pub fn end(&self) -> Option<Rule> {
        self.old.rule.ended_before(self.day)
    }

    /// The recurring ones as they stand when the old one has ended.
    pub fn rest(&self, rules: &[Regular]) -> Vec<Regular> {
        let left = rules.iter().filter_map(|rule| match rule.id == self.old.id {
            true => self.end().map(|ended| (rule, ended)),
            false => Some((rule, rule.rule.clone())),
        });
        let as_it_stands = |(rule, ended): (&Regular, Rule)| Regular {
            id: rule.id.clone(),
            institution_code: rule.institution_code.clone(),
            rule: ended,
            reason: rule.reason.clone(),
        };
        left.map(as_it_stands).collect()
    }
}
