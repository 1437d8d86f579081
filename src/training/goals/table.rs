//! Each exercise, held against what its desk records: its own deeds reach its goals, a deed beside them does not.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::training::{class::Case, exercises::Exercises, sample};

/// By exercise, in the order of its goals: `+ who what whereof detail` is the deed that reaches a goal, and what follows
/// with `-` are deeds that do not, done in its place.
const DEEDS: &str = include_str!("table.txt");

/// Tuesday, the first business day of a month, 8:31 in Japan.
const DAY: &str = "2026-12-01";

/// What reaches a goal of the record, and what does not.
struct Deed<'a> {
    right: &'a str,
    wrong: Vec<&'a str>,
}

fn deeds() -> BTreeMap<&'static str, Vec<Deed<'static>>> {
    let mut all: BTreeMap<&str, Vec<Deed<'_>>> = BTreeMap::new();
    let mut id = "";
    for line in DEEDS.lines().filter(|line| !line.is_empty()) {
        let (sign, rest) = line.split_once(' ').unwrap();
        match sign {
            "#" => {
                id = rest;
                all.insert(id, vec![]);
            }
            "+" => all.get_mut(id).unwrap().push(Deed {
                right: rest,
                wrong: vec![],
            }),
            _ => all.get_mut(id).unwrap().last_mut().unwrap().wrong.push(rest),
        }
    }
    all
}

/// An entry as the program writes it. `@2026-12-02` before it is another day.
fn entry(no: i64, deed: &str) -> AuditEntry {
    let (day, deed) = match deed.strip_prefix('@') {
        Some(rest) => rest.split_once(' ').unwrap(),
        None => (DAY, deed),
    };
    let day: NaiveDate = day.parse().unwrap();
    let mut words = deed.splitn(4, ' ');
    let mut next = || words.next().unwrap_or_default();
    let (who, action, subject, detail) = (next(), next(), next(), next());
    let is_staff = !["system", "applicant", "gateway"].contains(&who);
    let from = if is_staff { " from 10.0.0.1" } else { "" };
    AuditEntry {
        no,
        at: crate::clock::utc_from_jst(day.and_hms_opt(8, 31, 0).unwrap()),
        actor: if is_staff {
            format!("staff/{who}")
        } else {
            who.to_owned()
        },
        action: action.into(),
        subject: subject.into(),
        detail: format!("{detail}{from}").trim_start().into(),
        previous_hash: String::new(),
        hash: String::new(),
    }
}

/// A desk whose cases are called as they are named.
fn desk() -> DeskKept {
    let case = |name: &str| Case {
        id: name.to_owned(),
        receipt: format!("R-{name}"),
        customer: format!("C-{name}"),
        ..Case::default()
    };
    DeskKept {
        id: "x".into(),
        generation: 0,
        ahead_micros: 0,
        cases: sample::cases()
            .into_iter()
            .map(|name| (name.to_owned(), case(name)))
            .collect(),
        replay: None,
    }
}

/// What a desk shows of one exercise when everything was done.
struct Done<'a> {
    exercise: &'a Exercise,
    desk: DeskKept,
    deeds: Vec<&'a str>,
    states: BTreeMap<String, Registration>,
    answers: BTreeMap<usize, String>,
}

impl<'a> Done<'a> {
    fn of(exercise: &'a Exercise, deeds: &[Deed<'a>]) -> Self {
        let desk = desk();
        let (mut states, mut answers) = (BTreeMap::new(), BTreeMap::new());
        for (no, goal) in exercise.head.goals.iter().enumerate() {
            if let (Some(state), Some(id)) = (&goal.state, case_id(goal, &desk)) {
                let state = Registration::ALL.iter().find(|known| known.as_str() == state);
                states.insert(id.to_owned(), *state.unwrap());
            }
            let typed = goal.expects.as_deref().and_then(|expects| expects.split_once(':'));
            let typed = typed.and_then(|(part, case)| desk.cases[case].part(part));
            let chosen = goal.correct.map(|correct| correct.to_string());
            if let Some(answer) = chosen.or(typed.map(str::to_owned)) {
                answers.insert(no, answer);
            }
        }
        Self {
            exercise,
            desk,
            deeds: deeds.iter().map(|deed| deed.right).collect(),
            states,
            answers,
        }
    }

    fn shown(&self) -> Vec<bool> {
        let entries = (1..).zip(&self.deeds).map(|(no, deed)| entry(no, deed)).collect();
        let record = Record {
            entries,
            goals: &self.exercise.head.goals,
            desk: &self.desk,
            month_begins: BTreeSet::from([DAY.parse().unwrap()]),
        };
        record.with(&self.states, &self.answers)
    }

    /// Everything but this goal, and what can only be done upon it, is reached.
    #[track_caller]
    fn assert_only_this_is_missing(&self, no: usize, upon: &BTreeSet<usize>, how: &str) {
        let id = &self.exercise.head.id;
        for (goal, reached) in self.shown().into_iter().enumerate() {
            if goal == no {
                assert!(!reached, "{id}: goal {} is reached by {how:?}", no + 1);
            } else if !upon.contains(&goal) {
                assert!(reached, "{id}: goal {} is not, with {how:?} for {}", goal + 1, no + 1);
            }
        }
    }
}

/// The goals of the record by their numbers.
fn recorded(goals: &[Goal]) -> Vec<usize> {
    (0..goals.len()).filter(|no| goals[*no].audit.is_some()).collect()
}

/// What can be done only when this goal is: what is about the same thing if it names that, and who answers it.
fn upon(goals: &[Goal], no: usize) -> BTreeSet<usize> {
    let recorded = recorded(goals);
    let at = recorded.iter().position(|known| *known == no).unwrap();
    let names = !goals[no].same;
    let mut all = BTreeSet::new();
    let (mut before, mut is_group) = (no, true);
    for next in &recorded[at + 1..] {
        let goal = &goals[*next];
        is_group &= goal.same;
        let answers = matches!(goal.by.as_deref(), Some("another" | "same")) && (before == no || all.contains(&before));
        if answers || (names && is_group) {
            all.insert(*next);
        }
        before = *next;
    }
    all
}

#[test]
fn every_goal_of_every_exercise_is_reached_by_its_own_deed_and_by_none_beside_it() {
    let exercises = Exercises::load(None, &sample::cases()).unwrap();
    let mut all = deeds();
    for exercise in exercises.iter() {
        let (id, goals) = (&exercise.head.id, &exercise.head.goals);
        let deeds = all.remove(id.as_str()).unwrap_or_else(|| panic!("{id} has no deeds"));
        let recorded = recorded(goals);
        assert_eq!(deeds.len(), recorded.len(), "{id}");
        let mut done = Done::of(exercise, &deeds);
        assert!(
            done.shown().into_iter().all(|reached| reached),
            "{id}: {:?}",
            done.shown()
        );
        for (at, (no, deed)) in recorded.iter().zip(&deeds).enumerate() {
            assert!(!deed.wrong.is_empty(), "{id}: goal {} has no deed beside it", no + 1);
            let upon = upon(goals, *no);
            for wrong in deed.wrong.iter().copied().chain(["mado access.denied console"]) {
                done.deeds[at] = wrong;
                done.assert_only_this_is_missing(*no, &upon, wrong);
            }
            done.deeds[at] = deed.right;
        }
    }
    assert!(all.is_empty(), "no exercise: {:?}", all.keys());
}

#[test]
fn no_exercise_is_reached_by_a_wrong_answer_or_in_another_state() {
    let exercises = Exercises::load(None, &sample::cases()).unwrap();
    let all = deeds();
    let (mut answers, mut states) = (0, 0);
    for exercise in exercises.iter() {
        let mut done = Done::of(exercise, &all[exercise.head.id.as_str()]);
        for (no, goal) in exercise.head.goals.iter().enumerate() {
            if goal.question.is_some() {
                let right = done.answers[&no].clone();
                let options = (1..=goal.options.len()).map(|n| n.to_string());
                for wrong in options
                    .chain(["R-nobody".into(), String::new()])
                    .filter(|n| *n != right)
                {
                    done.answers.insert(no, wrong.clone());
                    done.assert_only_this_is_missing(no, &BTreeSet::new(), &wrong);
                }
                done.answers.insert(no, right);
                answers += 1;
            }
            if let Some(id) = goal.state.as_ref().and(goal.of.as_ref()) {
                let right = done.states[id];
                for wrong in Registration::ALL.iter().filter(|state| **state != right) {
                    done.states.insert(id.clone(), *wrong);
                    done.assert_only_this_is_missing(no, &BTreeSet::new(), wrong.as_str());
                }
                done.states.insert(id.clone(), right);
                states += 1;
            }
        }
        // Nothing is reached for nothing.
        (done.deeds, done.answers) = (vec![], BTreeMap::new());
        done.states.clear();
        assert!(!done.shown().contains(&true), "{}", exercise.head.id);
    }
    assert!(answers > 20 && states >= 3, "{answers} {states}");
}
