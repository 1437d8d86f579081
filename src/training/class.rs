//! What is kept of a class: a sealed document beside its desks, and its record when they are gone.
use super::taught::Taught;
use crate::clock::utc_from_jst;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a class is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Class,
    /// 受入テスト: the same exercises as scripts, with a report (N8.6).
    Acceptance,
}

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Kind::Class => "研修",
            Kind::Acceptance => "受入テスト",
        }
    }
}

/// A class. Times are UTC by the system's clock, not by that of a desk.
#[derive(Clone, Serialize, Deserialize)]
pub struct Class {
    /// The code that people type to come in: `K7M2QX`.
    pub id: String,
    pub title: String,
    pub kind: Kind,
    /// The day on which it takes place: each desk's clock begins there at [`BEGINS`], whatever the day and hour of its making.
    pub day: NaiveDate,
    /// All seats work at one desk.
    pub is_shared: bool,
    /// The same number gives the same people and applications.
    pub seed: u64,
    /// Exercises by id, in order.
    pub exercises: Vec<String>,
    /// The same as they were at its making. A class that ended before this was kept has none.
    #[serde(default)]
    pub taught: Taught,
    pub trainer: String,
    pub made_at: NaiveDateTime,
    pub ended_at: Option<NaiveDateTime>,
    pub desks: Vec<DeskKept>,
    pub seats: Vec<Seat>,
    pub messages: Vec<Message>,
    /// What the trainer did.
    pub log: Vec<Entry>,
    /// What went each time that a desk was given back its beginning.
    #[serde(default)]
    pub resets: Vec<Deletion>,
    pub deletion: Option<Deletion>,
}
crate::hidden::hidden_debug!(Class);

/// When a desk's clock begins on the class's day (JST): everything is open then.
const BEGINS: NaiveTime = match NaiveTime::from_hms_opt(10, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// The moment (UTC) at which the desks of a day begin.
pub fn beginning(day: NaiveDate) -> NaiveDateTime {
    utc_from_jst(day.and_time(BEGINS))
}

/// What must outlive a restart of a desk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeskKept {
    pub id: String,
    /// Counts the resets.
    pub generation: u32,
    /// How far its clock is ahead of the system's.
    pub ahead_micros: i64,
    /// The invented applications that exercises speak of, by name.
    pub cases: BTreeMap<String, Case>,
    /// The replay that was begun last since its beginning.
    #[serde(default)]
    pub replay: Option<Replaying>,
}

/// A replay of busy days at a desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaying {
    /// Tells one replay of a desk from the next.
    pub no: u32,
    /// By the clock of the desk (UTC).
    pub until: NaiveDateTime,
    pub state: ReplayState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplayState {
    Running,
    Done,
    /// By the trainer.
    Stopped,
    Failed,
    /// The program was started anew.
    Interrupted,
}

/// An invented application, as texts name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub id: String,
    pub name: String,
    pub kana: String,
    pub receipt: String,
    pub customer: String,
    pub phone: String,
    pub institution: String,
}

impl Case {
    /// A part by the word that stands in a text.
    pub fn part(&self, word: &str) -> Option<&str> {
        Some(match word {
            "name" => &self.name,
            "kana" => &self.kana,
            "receipt" => &self.receipt,
            "customer" => &self.customer,
            "phone" => &self.phone,
            "institution" => &self.institution,
            _ => return None,
        })
    }
}

/// Who sits where, and how far they are.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seat {
    pub number: u32,
    pub desk: String,
    /// Of the cookie, blind.
    pub token: Option<String>,
    pub name: String,
    /// 職員番号; empty when none was given.
    pub code: String,
    pub entered_at: Option<NaiveDateTime>,
    pub wants_help: bool,
    /// Since when. A class from before this was written down does not know it.
    #[serde(default)]
    pub called_at: Option<NaiveDateTime>,
    /// By exercise. What is done stays here as it was done.
    pub tries: BTreeMap<String, Try>,
    /// By exercise that was begun anew after it was done: the newest of its further tries.
    #[serde(default)]
    pub further: BTreeMap<String, Try>,
    /// By exercise that waits to be begun anew, because its desk began anew.
    #[serde(default)]
    pub earlier: BTreeMap<String, Earlier>,
    #[serde(default)]
    pub recorded: Option<Recorded>,
}

/// What became of putting somebody into the staff's record of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    /// It stands there, since then.
    Put(NaiveDateTime),
    /// Nobody has this 職員番号.
    Nobody,
}

/// One exercise of one person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Try {
    pub begun_at: NaiveDateTime,
    /// The newest entry of the desk's audit record when it began: only what comes after counts.
    pub audit_no: i64,
    /// By the number of the goal.
    pub answers: BTreeMap<usize, String>,
    /// When each goal was reached.
    pub met: Vec<Option<NaiveDateTime>>,
    /// Of an acceptance test: what the tester remarked.
    #[serde(default)]
    pub remark: String,
    /// How often it was begun before this time.
    #[serde(default)]
    pub before: u32,
}

/// What stays of an exercise whose desk was given back its beginning before its newest try was done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Earlier {
    pub count: u32,
    pub remark: String,
}

impl Seat {
    /// One where nobody sits.
    pub fn free(number: u32, desk: &str) -> Self {
        Self {
            number,
            desk: desk.to_owned(),
            token: None,
            name: String::new(),
            code: String::new(),
            entered_at: None,
            wants_help: false,
            called_at: None,
            tries: BTreeMap::new(),
            further: BTreeMap::new(),
            earlier: BTreeMap::new(),
            recorded: None,
        }
    }
    /// The try that somebody is at: a further one, where the exercise was done before.
    pub fn newest(&self, exercise: &str) -> Option<&Try> {
        self.further.get(exercise).or_else(|| self.tries.get(exercise))
    }
    pub fn newest_mut(&mut self, exercise: &str) -> Option<&mut Try> {
        let further = self.further.get_mut(exercise);
        further.or_else(|| self.tries.get_mut(exercise))
    }
    /// When it was done first; later tries take nothing away from that.
    pub fn done_at(&self, exercise: &str) -> Option<NaiveDateTime> {
        self.tries.get(exercise)?.done_at()
    }
    /// Begins an exercise, or begins it anew.
    pub fn begin(&mut self, exercise: &str, begun: Try) {
        self.earlier.remove(exercise);
        let tries = match self.done_at(exercise) {
            Some(_) => &mut self.further,
            None => &mut self.tries,
        };
        tries.insert(exercise.to_owned(), begun);
    }
    /// What was tried before an exercise is begun anew: how often, and what was remarked. A remark is about the program
    /// and outlives the try.
    pub fn earlier(&self, exercise: &str) -> Earlier {
        match (self.earlier.get(exercise), self.newest(exercise)) {
            (Some(earlier), _) => earlier.clone(),
            (None, Some(begun)) => Earlier {
                count: begun.before + 1,
                remark: begun.remark.clone(),
            },
            (None, None) => Earlier::default(),
        }
    }
    /// Calls the trainer.
    pub fn call(&mut self, now: NaiveDateTime) {
        (self.wants_help, self.called_at) = (true, Some(now));
    }
    /// Calls nobody any more.
    pub fn be_quiet(&mut self) {
        (self.wants_help, self.called_at) = (false, None);
    }
    /// The desk begins anew: what an exercise looked at is gone, and what was done stays done.
    pub fn begin_anew(&mut self) {
        self.be_quiet();
        let unfinished: Vec<String> = self.unfinished().into_iter().map(str::to_owned).collect();
        for exercise in unfinished {
            let earlier = self.earlier(&exercise);
            if self.further.remove(&exercise).is_none() {
                self.tries.remove(&exercise);
            }
            self.earlier.insert(exercise, earlier);
        }
    }
    /// Whether there is something that may still be put on record: who did nothing has nothing to show.
    pub fn waits_for_record(&self) -> bool {
        self.is_taken() && !self.is_on_record() && self.done() > 0
    }
    pub fn is_on_record(&self) -> bool {
        matches!(self.recorded, Some(Recorded::Put(_)))
    }
    /// Whoever sat down here stays who it is, on whatever machine, until the trainer frees the seat.
    pub fn is_taken(&self) -> bool {
        self.entered_at.is_some()
    }
    /// Tells one who sat down here from the next.
    pub fn since(&self) -> String {
        self.entered_at
            .map_or(String::new(), |at| at.and_utc().timestamp_micros().to_string())
    }
    /// Whether anything was ever begun here, if only before a reset.
    pub fn has_begun(&self) -> bool {
        !self.tries.is_empty() || !self.earlier.is_empty()
    }
    /// When the last of these exercises was done; `None` while one of them is not, or where there is none.
    pub fn done_all_at<'a>(&self, exercises: impl Iterator<Item = &'a str>) -> Option<NaiveDateTime> {
        let all: Option<Vec<_>> = exercises.map(|id| self.done_at(id)).collect();
        all?.into_iter().max()
    }
    /// How many exercises are done, and which are begun and not done, be it for another time.
    pub fn done(&self) -> usize {
        self.tries.values().filter(|begun| begun.done_at().is_some()).count()
    }
    pub fn unfinished(&self) -> Vec<&str> {
        let ids = self.tries.keys().map(String::as_str);
        ids.filter(|id| self.newest(id).is_some_and(|begun| begun.done_at().is_none()))
            .collect()
    }
}

impl Try {
    pub fn done_at(&self) -> Option<NaiveDateTime> {
        let all: Option<Vec<NaiveDateTime>> = self.met.iter().copied().collect();
        all?.into_iter().max()
    }
    pub fn reached(&self) -> usize {
        self.met.iter().flatten().count()
    }
}

/// From the trainer, to one seat or to all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    pub at: NaiveDateTime,
    pub seat: Option<u32>,
    pub body: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub at: NaiveDateTime,
    pub who: String,
    pub what: String,
}

/// What went when the class ended, or when a desk was given back its beginning.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deletion {
    pub at: NaiveDateTime,
    pub by: String,
    /// Path within the class's folder, bytes, and SHA-256 before it went.
    pub files: Vec<(String, u64, String)>,
    /// Rows by what they are.
    pub counts: Vec<(String, i64)>,
    /// Practice people: who, how many of them, passkeys of theirs. Who was registered by a learner is counted, not named.
    #[serde(default)]
    pub people: Vec<(String, i64, i64)>,
    /// Of a reset: whose seats those were.
    #[serde(default)]
    pub seats: String,
    /// Seats whose desk could not be opened: what they held is in none of the numbers.
    #[serde(default)]
    pub uncounted: Vec<String>,
}

impl Class {
    pub fn seat(&self, number: u32) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.number == number)
    }
    /// Whose the data are, and with them the goals: at one desk everybody's deeds are those of all, for all are its people.
    pub fn data_of_seats(&self) -> &'static str {
        match self.is_shared {
            true => "全員が同じデータ（課題の目標は、全員で1つ）",
            false => "1人ずつ別のデータ",
        }
    }
    pub fn taken(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| seat.is_taken())
    }
    /// The seats of a desk in words: 「席 3」.
    pub fn seats_of(&self, desk: &str) -> String {
        let at = self.seats.iter().filter(|seat| seat.desk == desk);
        let numbers: Vec<String> = at.map(|seat| seat.number.to_string()).collect();
        match self.is_shared {
            true => "共通の席".to_owned(),
            false => format!("席 {}", numbers.join("、")),
        }
    }
    pub fn desk(&self, id: &str) -> Option<&DeskKept> {
        self.desks.iter().find(|desk| desk.id == id)
    }
    pub fn note(&mut self, at: NaiveDateTime, who: &str, what: impl Into<String>) {
        self.log.push(Entry {
            at,
            who: who.to_owned(),
            what: what.into(),
        });
    }
    /// What the trainer said to a seat, the newest first.
    pub fn said_to(&self, number: u32) -> Vec<&Message> {
        let mine = self.messages.iter().rev();
        mine.filter(|message| message.seat.is_none_or(|seat| seat == number))
            .collect()
    }
}
