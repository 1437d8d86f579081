//! Exercises: Markdown with a head in TOML. Ours are built in; a bureau's own stand in a folder and may replace ours.
use super::class::{Case, DeskKept};
use crate::{audit, enrolment::states::Registration};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// One exercise as it is written. A class keeps those that it was made with: what is added here later has a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exercise {
    pub head: Head,
    /// Markdown: 状況, やること, ヒント, まちがえやすいところ.
    pub body: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub id: String,
    pub title: String,
    /// The role that one begins with.
    pub role: String,
    pub minutes: u32,
    /// What it shows, for the plan of the acceptance test.
    pub requirement: String,
    #[serde(default)]
    pub acceptance: bool,
    /// The courses that it belongs to, by the words of [`COURSES`]; without any, that of its role.
    #[serde(default)]
    courses: Vec<String>,
    /// What happens in it, by the words of [`SCENES`].
    #[serde(default)]
    scenes: Vec<String>,
    /// The page of the console on which it begins.
    pub start: String,
    #[serde(rename = "goal")]
    pub goals: Vec<Goal>,
}

/// What must be so in the end. Exactly one of `audit`, `state` and `question`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    pub text: String,
    /// What is seen when it is reached, for the papers of an acceptance test; otherwise they print the text.
    pub expected: Option<String>,
    /// The page on which it is done, for the report of an acceptance test: 「申込み（/applications/{id}）」.
    pub screen: Option<String>,
    /// An action of the desk's audit record.
    pub audit: Option<String>,
    /// Words that stand in a row in that entry's detail, such as the state that was reached. `{{last-month}}` is the month
    /// before the one in which it was done.
    pub detail: Option<String>,
    /// Done to what the goal of the record before was done to: the incident that was opened is the one that is closed. An
    /// entry is also about what its detail names: the answer that was begun with the template.
    #[serde(default)]
    pub same: bool,
    /// The case whose application is meant.
    pub of: Option<String>,
    /// `another`: somebody else than who reached the goal before; `same`: the same person, and afterwards; `self`: the person
    /// to whom the goals before were done; `staff`: anybody at the console; `system`: nobody, it came by itself.
    pub by: Option<String>,
    /// `month_begin`: on the first business day of a month.
    pub on: Option<String>,
    /// The state that the case's application is in.
    pub state: Option<String>,
    pub question: Option<String>,
    /// `receipt:CASE` or `customer:CASE`.
    pub expects: Option<String>,
    #[serde(default)]
    pub options: Vec<String>,
    /// The right one of the options; 1 is the first.
    pub correct: Option<usize>,
}

/// Why an exercise cannot be used; the file and the remedy are named.
#[derive(Debug, thiserror::Error)]
pub enum ExerciseError {
    #[error("{file}: {what}")]
    Wrong { file: String, what: String },
    #[error("training.exercises = {path}: {cause}")]
    Folder { path: String, cause: std::io::Error },
}

impl ExerciseError {
    /// The file that is wrong, without its folder; `None` where none was read.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Wrong { file, .. } => Path::new(file).file_name().and_then(|name| name.to_str()),
            Self::Folder { .. } => None,
        }
    }
}

/// All exercises by id, in the order in which they are taught.
#[derive(Clone, Debug)]
pub struct Exercises(Vec<Exercise>);

include!(concat!(env!("OUT_DIR"), "/exercises.rs"));

/// The set of every exercise.
pub const ALL: &str = "all";
/// Not a set: the exercises are chosen one by one.
pub const OWN: &str = "own";

/// The courses of the trainer's manual, in the order in which they stand there.
pub const COURSES: [(&str, &str); 6] = [
    ("clerk", "受付担当（はじめ）"),
    ("clerk-more", "受付担当（つづき）"),
    ("approver", "承認者"),
    ("administrator", "管理者"),
    ("auditor", "監査"),
    ("operator", "運用担当"),
];
/// What may happen to an application or to the service, as classes are made of it.
pub const SCENES: [(&str, &str); 5] = [
    ("usual", "正常"),
    ("name-mismatch", "名義不一致"),
    ("midway", "途中でやめた"),
    ("no-result", "結果が来ない"),
    ("closed-hours", "停止時間帯"),
];

/// What can be done to one application once: its desk must begin anew before it can be done again.
const ONCE: [&str; 4] = [
    "application.attended",
    "application.withdrawn",
    "correction.approved",
    "correction.proposed",
];
/// Who may be asked for.
const BY: [&str; 5] = ["another", "same", "self", "staff", "system"];
/// The day that may be asked for.
pub const MONTH_BEGIN: &str = "month_begin";
/// What stands in a detail for the month before.
pub const LAST_MONTH: &str = "{{last-month}}";
/// What a text may say of a case.
const PARTS: [&str; 6] = ["name", "kana", "receipt", "customer", "phone", "institution"];
pub const HEADINGS: [&str; 4] = ["## 状況", "## やること", "## ヒント", "## まちがえやすいところ"];

impl Exercises {
    /// Ours, and those of the bureau's folder in their place or behind them. `cases` are the names that texts may use.
    pub fn load(folder: Option<&Path>, cases: &[&str]) -> Result<Self, ExerciseError> {
        let mut all: BTreeMap<String, (String, Exercise)> = BTreeMap::new();
        for (file, text) in BUILT_IN {
            let exercise = Exercise::parse(file, text, cases)?;
            all.insert(exercise.head.id.clone(), ((*file).to_owned(), exercise));
        }
        if let Some(folder) = folder {
            let fail = |cause| ExerciseError::Folder {
                path: folder.display().to_string(),
                cause,
            };
            for entry in std::fs::read_dir(folder).map_err(fail)? {
                let path = entry.map_err(fail)?.path();
                if path.extension().is_none_or(|end| end != "md") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).map_err(fail)?;
                let exercise = Exercise::parse(&path.display().to_string(), &text, cases)?;
                let file = path.file_name().map(|name| name.to_string_lossy().into_owned());
                all.insert(exercise.head.id.clone(), (file.unwrap_or_default(), exercise));
            }
        }
        let mut list: Vec<(String, Exercise)> = all.into_values().collect();
        list.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self(list.into_iter().map(|(_, exercise)| exercise).collect()))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Exercise> {
        self.0.iter()
    }

    /// Those of a set by its word: `all`, a course, or a scene. Nothing is in a set that is none.
    pub fn of_set<'a>(&'a self, set: &'a str) -> impl Iterator<Item = &'a Exercise> {
        self.iter()
            .filter(move |exercise| set == ALL || exercise.head.is_of(set))
    }

    pub fn find(&self, id: &str) -> Option<&Exercise> {
        self.0.iter().find(|exercise| exercise.head.id == id)
    }

    /// File name and text of ours, to be copied and changed.
    pub fn built_in() -> &'static [(&'static str, &'static str)] {
        BUILT_IN
    }
}

impl Head {
    fn is_of(&self, set: &str) -> bool {
        let by_role = self.courses.is_empty() && self.role == set;
        by_role || self.courses.iter().chain(&self.scenes).any(|word| word == set)
    }

    fn check_sets(&self) -> Result<(), String> {
        let unknown = |words: &[String], known: &[(&str, &str)]| {
            let mut words = words.iter();
            words
                .find(|word| !known.iter().any(|(known, _)| known == word))
                .cloned()
        };
        if let Some(word) = unknown(&self.courses, &COURSES) {
            return Err(format!("courses: {word:?} is no course"));
        }
        unknown(&self.scenes, &SCENES).map_or(Ok(()), |word| Err(format!("scenes: {word:?} is no scene")))
    }
}

impl Exercise {
    fn parse(file: &str, text: &str, cases: &[&str]) -> Result<Self, ExerciseError> {
        let wrong = |what: String| ExerciseError::Wrong {
            file: file.to_owned(),
            what,
        };
        let rest = text.strip_prefix("+++\n");
        let (head, body) = rest
            .and_then(|rest| rest.split_once("\n+++\n"))
            .ok_or_else(|| wrong("the head must stand between two lines of +++ at the beginning".into()))?;
        let head: Head = toml::from_str(head).map_err(|e| wrong(e.to_string()))?;
        let exercise = Self {
            head,
            body: body.trim().to_owned(),
        };
        exercise.check(cases).map_err(wrong)?;
        Ok(exercise)
    }

    /// Whether it names this case, in its texts or by what its goals look at.
    pub fn speaks_of(&self, case: &str) -> bool {
        let goals = &self.head.goals;
        let texts = goals.iter().flat_map(|goal| [Some(&goal.text), goal.question.as_ref()]);
        let mut texts = texts.flatten().map(String::as_str).chain([self.body.as_str()]);
        let is_meant = |goal: &Goal| {
            let asked = goal.expects.as_deref().and_then(|e| e.split_once(':'));
            goal.of.as_deref() == Some(case) || asked.is_some_and(|(_, of)| of == case)
        };
        goals.iter().any(is_meant)
            || texts.any(|text| words(text).any(|word| word.split_once('.').is_some_and(|(of, _)| of == case)))
    }

    /// Whether something of it can be done once only.
    pub fn is_once(&self) -> bool {
        let goals = self.head.goals.iter().filter(|goal| goal.of.is_some());
        let mut actions = goals.filter_map(|goal| goal.audit.as_deref());
        actions.any(|action| ONCE.contains(&action))
    }

    fn check(&self, cases: &[&str]) -> Result<(), String> {
        let head = &self.head;
        if !head
            .id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            || head.id.is_empty()
        {
            return Err(format!("id = {:?} may hold a-z, 0-9 and - alone", head.id));
        }
        if super::sample::person_of(&head.role).is_none() {
            return Err(format!("role = {:?}: nobody of a desk has it", head.role));
        }
        head.check_sets()?;
        if head.goals.is_empty() || head.goals.iter().all(|goal| goal.question.is_some()) {
            return Err("at least one [[goal]] must look at the desk: audit = … or state = …".into());
        }
        if let Some(missing) = HEADINGS.iter().find(|heading| !self.body.contains(**heading)) {
            return Err(format!("the heading {missing:?} is missing"));
        }
        for (no, goal) in head.goals.iter().enumerate() {
            let is_first = head.goals[..no].iter().all(|before| before.audit.is_none());
            goal.check(cases)
                .and_then(|()| goal.check_record(is_first))
                .map_err(|what| format!("goal {}: {what}", no + 1))?;
        }
        let texts = head
            .goals
            .iter()
            .flat_map(|goal| [Some(&goal.text), goal.expected.as_ref()]);
        let texts = texts.flatten().map(String::as_str);
        for text in texts.chain([self.body.as_str()]) {
            unknown_word(text, cases).map_or(Ok(()), |word| Err(format!("{{{{{word}}}}} names no case")))?;
        }
        Ok(())
    }
}

impl Goal {
    fn check(&self, cases: &[&str]) -> Result<(), String> {
        let ways = [self.audit.is_some(), self.state.is_some(), self.question.is_some()];
        if ways.iter().filter(|way| **way).count() != 1 {
            return Err("exactly one of audit, state and question".into());
        }
        let known = |case: &str| cases.contains(&case);
        if let Some(case) = self.of.as_deref().filter(|case| !known(case)) {
            return Err(format!("of = {case:?} is no case"));
        }
        if let Some(state) = &self.state {
            if !Registration::ALL.iter().any(|known| known.as_str() == state) {
                return Err(format!("state = {state:?} is no state of an application"));
            }
            if self.of.is_none() {
                return Err("state needs of = CASE".into());
            }
        }
        if self.question.is_some() {
            let by_choice = self.correct.is_some_and(|n| (1..=self.options.len()).contains(&n));
            let by_typing = self.expects.as_deref().and_then(|e| e.split_once(':'));
            let typed = by_typing.is_some_and(|(part, case)| PARTS.contains(&part) && known(case));
            if by_choice == typed {
                return Err("a question has either options and correct, or expects = PART:CASE".into());
            }
        }
        Ok(())
    }

    /// What is asked of the record; `is_first` when no goal before asks anything of it.
    fn check_record(&self, is_first: bool) -> Result<(), String> {
        let Some(action) = &self.audit else {
            return match self.detail.is_some() || self.by.is_some() || self.on.is_some() || self.same {
                true => Err("detail, by, on and same belong to audit = …".into()),
                false => Ok(()),
            };
        };
        if audit::action_label(action).is_none() {
            return Err(format!("audit = {action:?} is no action of the record"));
        }
        if self.by.as_deref().is_some_and(|by| !BY.contains(&by)) {
            return Err(format!("by can be one of {}", BY.join(", ")));
        }
        if self.on.as_deref().is_some_and(|on| on != MONTH_BEGIN) {
            return Err(format!("on can be {MONTH_BEGIN}"));
        }
        let words = self.detail.as_deref().unwrap_or_default();
        if words.replace(LAST_MONTH, "").contains("{{") {
            return Err(format!("detail = {words:?}: only {LAST_MONTH} can be filled in"));
        }
        if is_first && (self.same || matches!(self.by.as_deref(), Some("another" | "same"))) {
            return Err("same, by = \"another\" and by = \"same\" need a goal with audit before them".into());
        }
        match self.by.as_deref() == Some("self") && !self.same {
            true => Err("by = \"self\" needs same = true".into()),
            false => Ok(()),
        }
    }

    /// Whether what was answered is right.
    pub fn is_right(&self, answer: &str, desk: &DeskKept) -> bool {
        if let Some(correct) = self.correct {
            return answer == correct.to_string();
        }
        let expected = self.expects.as_deref().and_then(|e| e.split_once(':'));
        let value = expected.and_then(|(part, case)| desk.cases.get(case)?.part(part));
        value.is_some_and(|value| plain(value) == plain(answer))
    }
}

/// As people type it: any width, with or without hyphens and spaces.
fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let folded = text.nfkc().flat_map(char::to_uppercase);
    folded.filter(|c| c.is_alphanumeric()).collect()
}

/// The words in double braces.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("}}")?.0))
}

fn unknown_word<'a>(text: &'a str, cases: &[&str]) -> Option<&'a str> {
    words(text).find(|word| match word.split_once('.') {
        Some((case, part)) => !cases.contains(&case) || !PARTS.contains(&part),
        None => true,
    })
}

/// The text with the desk's own cases in it.
pub fn filled(text: &str, cases: &BTreeMap<String, Case>) -> String {
    let mut out = text.to_owned();
    for word in words(text).map(str::to_owned).collect::<Vec<_>>() {
        let value = word
            .split_once('.')
            .and_then(|(case, part)| cases.get(case)?.part(part));
        if let Some(value) = value {
            out = out.replace(&format!("{{{{{word}}}}}"), value);
        }
    }
    out
}
