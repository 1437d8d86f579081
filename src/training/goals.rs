//! Whether a desk shows that an exercise was done: its audit record since the exercise began, and the state of its
//! applications. Nothing here believes what somebody says of themselves.
use super::{
    class::{DeskKept, Try},
    exercises::{Exercise, Goal, LAST_MONTH, MONTH_BEGIN},
};
use crate::{
    audit::{self, AuditEntry},
    clock::jst,
    db::Conn,
    enrolment::{self, states::Registration},
    institutions,
    japan::date::wareki,
    web::Error,
};
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod table;

/// Which goals are reached now, in their order.
pub fn reached(conn: &mut Conn, desk: &DeskKept, exercise: &Exercise, begun: &Try) -> Result<Vec<bool>, Error> {
    let goals = &exercise.head.goals;
    let entries = audit::after(conn, begun.audit_no)?;
    let month_begins = match goals.iter().any(|goal| goal.on.as_deref() == Some(MONTH_BEGIN)) {
        true => month_begins(conn, &entries)?,
        false => BTreeSet::new(),
    };
    let mut states = BTreeMap::new();
    for id in goals
        .iter()
        .filter_map(|goal| goal.state.as_ref().and(case_id(goal, desk)))
    {
        states.insert(id.to_owned(), enrolment::state_of(conn, id)?);
    }
    let record = Record {
        entries,
        goals,
        desk,
        month_begins,
    };
    Ok(record.with(&states, &begun.answers))
}

/// Which days of the entries are the first business day of a month.
fn month_begins(conn: &mut Conn, entries: &[AuditEntry]) -> Result<BTreeSet<NaiveDate>, Error> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Ok(BTreeSet::new());
    };
    let calendar = institutions::calendar_over(conn, first.at, last.at)?;
    let days: BTreeSet<NaiveDate> = entries.iter().map(|entry| jst(entry.at).date()).collect();
    let is_first = |day: &NaiveDate| {
        let mut month = day.with_day(1).unwrap_or(*day).iter_days();
        month.find(|day| calendar.bureau_business_day(*day)) == Some(*day)
    };
    Ok(days.into_iter().filter(is_first).collect())
}

fn case_id<'a>(goal: &Goal, desk: &'a DeskKept) -> Option<&'a str> {
    let case = goal.of.as_deref()?;
    Some(desk.cases.get(case)?.id.as_str())
}

/// The record of a desk since an exercise began, held against its goals.
struct Record<'a> {
    entries: Vec<AuditEntry>,
    goals: &'a [Goal],
    desk: &'a DeskKept,
    month_begins: BTreeSet<NaiveDate>,
}

impl Record<'_> {
    /// Which goals are reached: by the record, by the states of applications by id, by answers by goal.
    fn with(&self, states: &BTreeMap<String, Registration>, answers: &BTreeMap<usize, String>) -> Vec<bool> {
        let mut all = self.shows();
        for (no, goal) in self.goals.iter().enumerate() {
            if let Some(state) = &goal.state {
                let now = case_id(goal, self.desk).and_then(|id| states.get(id));
                all[no] = now.is_some_and(|now| now.as_str() == state);
            } else if goal.question.is_some() {
                all[no] = answers.get(&no).is_some_and(|answer| goal.is_right(answer, self.desk));
            }
        }
        all
    }

    /// Which goals the record shows. Those that are about one thing are looked for at each thing that fits the first of
    /// them, and the thing with which most was done counts: half of it done to one and half to another is nothing done.
    fn shows(&self) -> Vec<bool> {
        let mut all = vec![false; self.goals.len()];
        let recorded: Vec<usize> = (0..self.goals.len())
            .filter(|no| self.goals[*no].audit.is_some())
            .collect();
        let mut before: Option<&Goal> = None;
        for group in recorded.chunk_by(|_, next| self.goals[*next].same) {
            let things: Vec<Option<&str>> = match group {
                [_] => vec![None],
                _ => self.things(&self.goals[group[0]]).into_iter().map(Some).collect(),
            };
            // Of two with as much done, the older one.
            let tried = things
                .into_iter()
                .rev()
                .map(|thing| self.of_group(group, before, thing));
            let best = tried.max_by_key(|met| met.iter().filter(|met| **met).count());
            for (no, met) in group.iter().zip(best.unwrap_or_default()) {
                all[*no] = met;
            }
            before = group.last().map(|no| &self.goals[*no]);
        }
        all
    }

    /// The subjects of what fits a goal; most ids begin with the time.
    fn things<'s>(&'s self, goal: &Goal) -> BTreeSet<&'s str> {
        let fitting = self.entries.iter().filter(|entry| self.fits(entry, goal, None));
        fitting.map(|entry| entry.subject.as_str()).collect()
    }

    fn of_group(&self, group: &[usize], before: Option<&Goal>, thing: Option<&str>) -> Vec<bool> {
        let mut before = before;
        let met = group.iter().map(|no| {
            let goal = &self.goals[*no];
            let is_met = (0..self.entries.len())
                .any(|at| self.fits(&self.entries[at], goal, thing) && self.is_by(at, goal, before, thing));
            before = Some(goal);
            is_met
        });
        met.collect()
    }

    fn fits(&self, entry: &AuditEntry, goal: &Goal, thing: Option<&str>) -> bool {
        let detail = entry.detail_and_place().0;
        let says = |words: &str| holds(detail, &words.replace(LAST_MONTH, &month_before(entry.at)));
        let is_on_day = goal.on.is_none() || self.month_begins.contains(&jst(entry.at).date());
        goal.audit.as_ref() == Some(&entry.action)
            && self.is_about(entry, goal, thing)
            && goal.detail.as_deref().is_none_or(says)
            && is_on_day
    }

    fn is_about(&self, entry: &AuditEntry, goal: &Goal, thing: Option<&str>) -> bool {
        let of_case = match &goal.of {
            None => true,
            Some(_) => case_id(goal, self.desk).is_some_and(|id| is_named(entry, &format!("application/{id}"))),
        };
        let of_thing = |thing: &str| match goal.by.as_deref() {
            Some("self") => thing == entry.actor,
            _ => is_named(entry, thing),
        };
        of_case && thing.is_none_or(of_thing)
    }

    /// Whether the right one did it. `another` and `same` answer what was done last before, which must itself be the goal
    /// before.
    fn is_by(&self, at: usize, goal: &Goal, before: Option<&Goal>, thing: Option<&str>) -> bool {
        let actor = &self.entries[at].actor;
        match goal.by.as_deref() {
            None | Some("self") => true,
            Some("system") => actor == "system",
            Some("staff") => actor.starts_with("staff/"),
            Some(by) => before.is_some_and(|before| {
                let thing = thing.filter(|_| goal.same);
                let mut earlier = self.entries[..at].iter().rev();
                let last = earlier
                    .find(|entry| before.audit.as_ref() == Some(&entry.action) && self.is_about(entry, before, thing));
                last.is_some_and(|last| {
                    let is_same = last.actor == *actor;
                    is_same == (by == "same") && self.fits(last, before, thing)
                })
            }),
        }
    }
}

/// Whether an entry is about a thing: what it was done to, or what its detail names.
fn is_named(entry: &AuditEntry, thing: &str) -> bool {
    let mut words = entry.detail_and_place().0.split_whitespace();
    entry.subject == thing || words.any(|word| word == thing)
}

/// The month before that of a moment, as papers have it: 「令和8年10月」.
fn month_before(at: NaiveDateTime) -> String {
    let begins = jst(at).date().with_day(1);
    let before = begins.and_then(|day| day.pred_opt()).and_then(|day| day.with_day(1));
    let day = before.map(wareki).unwrap_or_default();
    day.split_once('月')
        .map_or(String::new(), |(month, _)| format!("{month}月"))
}

/// Whether the words of a goal stand in a detail in a row.
fn holds(detail: &str, words: &str) -> bool {
    let cut = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (detail, words) = (cut(detail), cut(words));
    words.is_empty() || detail.windows(words.len()).any(|some| some == words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(no: i64, actor: &str, action: &str, subject: &str, detail: &str) -> AuditEntry {
        AuditEntry {
            no,
            at: Default::default(),
            actor: format!("staff/{actor}"),
            action: action.into(),
            subject: subject.into(),
            detail: format!("{detail} from 10.0.0.1").trim_start().into(),
            previous_hash: String::new(),
            hash: String::new(),
        }
    }

    fn goal(audit: &str, same: bool, detail: Option<&str>, by: Option<&str>) -> Goal {
        Goal {
            audit: Some(audit.into()),
            same,
            detail: detail.map(str::to_owned),
            by: by.map(str::to_owned),
            ..Goal::default()
        }
    }

    fn shown(goals: &[Goal], entries: Vec<AuditEntry>) -> Vec<bool> {
        let desk = DeskKept {
            id: "x".into(),
            generation: 0,
            ahead_micros: 0,
            cases: Default::default(),
            replay: None,
        };
        Record {
            entries,
            goals,
            desk: &desk,
            month_begins: BTreeSet::new(),
        }
        .shows()
    }

    #[test]
    fn half_done_to_one_thing_and_half_to_another_is_not_done() {
        let goals = [
            goal("incident.opened", false, Some("major"), None),
            goal("incident.state", true, Some("restored"), None),
            goal("incident.state", true, Some("closed"), None),
        ];
        let begun = |id: &str, detail: &str| entry(1, "a", "incident.opened", id, detail);
        let moved = |id: &str, to: &str| entry(2, "a", "incident.state", id, to);
        let split = vec![
            begun("i/1", "major"),
            begun("i/2", "major"),
            moved("i/1", "restored"),
            moved("i/2", "closed"),
        ];
        assert_eq!(shown(&goals, split), [true, true, false]);
        let of_another = vec![begun("i/1", "minor"), moved("i/1", "restored"), moved("i/1", "closed")];
        assert_eq!(shown(&goals, of_another), [false, false, false]);
        let other_way = vec![begun("i/1", "major"), moved("i/1", "working"), moved("i/1", "restored")];
        assert_eq!(shown(&goals, other_way), [true, true, false]);
        let whole = vec![
            begun("i/2", "major"),
            begun("i/1", "major"),
            moved("i/1", "restored"),
            moved("i/1", "closed"),
        ];
        assert_eq!(shown(&goals, whole), [true, true, true]);
    }

    #[test]
    fn another_person_answers_what_was_done_last_and_only_if_that_is_right() {
        let goals = [
            goal("correction.proposed", false, Some("registered"), None),
            goal("correction.approved", false, None, Some("another")),
        ];
        let proposed = |by: &str, what: &str| entry(1, by, "correction.proposed", "application/1", what);
        let approved = |by: &str| entry(2, by, "correction.approved", "application/1", "");
        assert_eq!(
            shown(&goals, vec![proposed("a", "01 registered by a"), approved("b")]),
            [true, true]
        );
        assert_eq!(
            shown(&goals, vec![proposed("a", "01 not_registered by a"), approved("b")]),
            [false, false]
        );
        assert_eq!(
            shown(&goals, vec![proposed("a", "01 registered by a"), approved("a")]),
            [true, false]
        );
        assert_eq!(
            shown(&goals, vec![approved("b"), proposed("a", "01 registered by a")]),
            [true, false]
        );
        let then_wrong = vec![
            proposed("a", "01 registered by a"),
            proposed("a", "02 not_registered by a"),
            approved("b"),
        ];
        assert_eq!(shown(&goals, then_wrong), [true, false]);
        // Whoever proposed in vain before may approve what somebody else proposes.
        let in_turn = vec![
            proposed("b", "01 registered by b"),
            proposed("a", "02 registered by a"),
            approved("b"),
        ];
        assert_eq!(shown(&goals, in_turn), [true, true]);
    }

    #[test]
    fn the_same_person_does_it_and_afterwards() {
        let goals = [
            goal("assist.ended", false, None, Some("staff")),
            goal("inquiry.received", false, Some("phone"), Some("same")),
        ];
        let ended = || entry(1, "a", "assist.ended", "assist/1", "");
        let received = |by: &str| entry(2, by, "inquiry.received", "inquiry/1", "phone");
        assert_eq!(shown(&goals, vec![ended(), received("a")]), [true, true]);
        assert_eq!(shown(&goals, vec![ended(), received("b")]), [true, false]);
        assert_eq!(shown(&goals, vec![received("a"), ended()]), [true, false]);
    }

    #[test]
    fn what_comes_by_itself_is_not_what_a_person_does() {
        let of_system = [goal("delivery.closed", false, None, Some("system"))];
        let by_hand = || entry(1, "a", "delivery.closed", "delivery/1", "3 rows");
        assert_eq!(shown(&of_system, vec![by_hand()]), [false]);
        let by_itself = AuditEntry {
            actor: "system".into(),
            ..by_hand()
        };
        assert_eq!(shown(&of_system, vec![by_itself]), [true]);
        assert_eq!(
            shown(&[goal("delivery.closed", false, None, Some("staff"))], vec![by_hand()]),
            [true]
        );
    }

    #[test]
    fn the_words_of_a_goal_stand_in_a_row() {
        for (detail, words, is_so) in [
            ("01J registered by staff/1", "registered", true),
            ("01J not_registered by staff/1", "registered", false),
            ("open closed", "closed", true),
            ("06-01 to 06-01 from 2026-11-26", "06-01 to 06-01", true),
            ("2027-06-01 to 2027-06-01", "06-01 to 06-01", false),
            ("進捗報告書（2026年10月）第1版", "進捗報告書", true),
            ("", "closed", false),
        ] {
            assert_eq!(holds(detail, words), is_so, "{detail} {words}");
        }
    }
}
