//! What can go wrong at a gateway, switched by people and tests. Every choice comes from one seeded generator.

use super::{messages, state::Ledger};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Where something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Create,
    Inquire,
    Push,
    Return,
    Daily,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Slow,
    Error,
    Drop,
    Half,
    Trickle,
    Silent,
    Charset,
    Outage,
    Expired,
    Lost,
    Repeat,
    Reorder,
    BadSignature,
    WrongKey,
    Replay,
    Contradiction,
    LateChange,
    Flip,
}

use Kind::*;
use Place::*;

/// One row of the table in GATEWAY.md, section 8.
pub struct Row {
    pub kind: Kind,
    /// Its name in JSON.
    pub name: &'static str,
    /// For the people on the page.
    pub title: &'static str,
    pub places: &'static [Place],
    /// The numbers that it takes, in the order of the page, with what they are if nobody says.
    pub numbers: &'static [(&'static str, u64)],
}

const ANSWERS: &[Place] = &[Create, Inquire, Daily];

const fn row(
    kind: Kind,
    name: &'static str,
    title: &'static str,
    places: &'static [Place],
    numbers: &'static [(&'static str, u64)],
) -> Row {
    Row {
        kind,
        name,
        title,
        places,
        numbers,
    }
}

/// Every fault.
pub const ALL: [Row; 18] = [
    row(
        Slow,
        "slow",
        "遅い",
        &[Create, Inquire, Push, Return, Daily],
        &[("ms", 3000)],
    ),
    row(Error, "error", "HTTP 500", &[Create, Inquire, Return, Daily], &[]),
    row(Drop, "drop", "応答を返さずに切れる", ANSWERS, &[]),
    row(Half, "half", "応答が途中で切れる", ANSWERS, &[]),
    row(Trickle, "trickle", "1秒に1バイト", ANSWERS, &[("ms", 1000)]),
    row(Silent, "silent", "黙ったまま", ANSWERS, &[("seconds", 600)]),
    row(Charset, "charset", "文字コードがちがう", ANSWERS, &[]),
    row(Outage, "outage", "停止時間", ANSWERS, &[]),
    row(Expired, "expired", "鍵の期限が切れる", &[Create], &[("seconds", 0)]),
    row(Lost, "lost", "届かない（戻らない）", &[Push, Return], &[]),
    row(Repeat, "repeat", "同じ通知をくり返す", &[Push], &[("count", 2)]),
    row(
        Reorder,
        "reorder",
        "後の通知に追い越される",
        &[Push],
        &[("seconds", 60)],
    ),
    row(
        BadSignature,
        "bad_signature",
        "にせの通知（署名がでたらめ）",
        &[Push],
        &[],
    ),
    row(WrongKey, "wrong_key", "にせの通知（別の鍵で署名）", &[Push], &[]),
    row(
        Replay,
        "replay",
        "古い通知がもう一度来る",
        &[Push],
        &[("seconds", 1200)],
    ),
    row(Contradiction, "contradiction", "通知が照会と食いちがう", &[Push], &[]),
    row(
        LateChange,
        "late_change",
        "失敗と答えた後で成功になる",
        &[Inquire],
        &[("seconds", 60), ("inquiries", 0)],
    ),
    row(
        Flip,
        "flip",
        "照会のたびに答えが変わる",
        &[Inquire],
        &[("inquiries", 4)],
    ),
];

/// What may befall an answer; one at a time.
pub const OF_ANSWERS: &[Kind] = &[Slow, Error, Drop, Half, Trickle, Silent, Charset, Outage];
/// What may befall a letter; all at once.
pub const OF_LETTERS: &[Kind] = &[
    Slow,
    Lost,
    Repeat,
    Reorder,
    BadSignature,
    WrongKey,
    Replay,
    Contradiction,
];

impl Kind {
    /// Its row.
    pub fn row(self) -> &'static Row {
        ALL.iter().find(|row| row.kind == self).unwrap_or(&ALL[0])
    }
}

impl Place {
    /// Its name in JSON and on the page.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Create => ("create", "受付"),
            Inquire => ("inquire", "照会"),
            Push => ("push", "通知"),
            Return => ("return", "戻り"),
            Daily => ("daily", "日次ファイル"),
        }
    }
}

/// A fault that is switched on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub fault: Kind,
    /// Everywhere it can strike, if nothing is said.
    #[serde(default, deserialize_with = "one_or_many")]
    pub at: Vec<Place>,
    /// In percent.
    #[serde(default = "all")]
    pub share: f64,
    /// After so many times it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inquiries: Option<u32>,
    /// The raw code of a failure that is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `YYYYMMDDhhmmss`, JST; open if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

fn all() -> f64 {
    100.0
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Place>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Places {
        One(Place),
        Many(Vec<Place>),
    }
    Ok(match Places::deserialize(from)? {
        Places::One(place) => vec![place],
        Places::Many(places) => places,
    })
}

impl Fault {
    /// A number of it, or what it is if nobody says.
    pub fn number(&self, name: &str) -> u32 {
        let said = match name {
            "ms" => self.ms,
            "seconds" => self.seconds,
            "count" => self.count,
            _ => self.inquiries,
        };
        let usual = self.fault.row().numbers.iter().find(|(number, _)| *number == name);
        said.unwrap_or_else(|| usual.map_or(0, |(_, usual)| u32::try_from(*usual).unwrap_or(u32::MAX)))
    }

    /// The code of a failure that is none.
    pub fn code(&self) -> String {
        self.code.clone().unwrap_or_else(|| "E99".to_owned())
    }

    /// The fault with its places filled in, or what is wrong with it.
    pub fn checked(mut self) -> Result<Fault, String> {
        let row = self.fault.row();
        let name = row.name;
        if self.at.is_empty() {
            self.at = row.places.to_vec();
        }
        if let Some(place) = self.at.iter().find(|place| !row.places.contains(place)) {
            let may: Vec<_> = row.places.iter().map(|place| place.name().0).collect();
            return Err(format!(
                "{name} strikes at {}, not at {}",
                may.join(", "),
                place.name().0
            ));
        }
        if !(0.0..=100.0).contains(&self.share) {
            return Err(format!("{name}: share is a percentage, 0 to 100"));
        }
        for (number, said) in [
            ("ms", self.ms),
            ("seconds", self.seconds),
            ("count", self.count),
            ("inquiries", self.inquiries),
        ] {
            if said.is_some() && row.numbers.iter().all(|(known, _)| *known != number) {
                return Err(format!("{name} takes no {number}"));
            }
        }
        if self.code.is_some() && !matches!(self.fault, Contradiction | LateChange | Flip) {
            return Err(format!("{name} takes no code"));
        }
        if self.count.is_some_and(|count| !(2..=1000).contains(&count)) {
            return Err(format!("{name}: count is 2 to 1000"));
        }
        let times: Vec<_> = self.from.iter().chain(&self.to).collect();
        if !times.is_empty() && self.fault != Outage {
            return Err(format!("{name} takes no from and no to"));
        }
        if times.iter().any(|time| messages::read_stamp(time).is_none()) {
            return Err(format!("{name}: from and to are YYYYMMDDhhmmss, JST"));
        }
        Ok(self)
    }

    /// Whether it may strike here and now, for the n-th time.
    fn may_strike(&self, place: Place, struck: u64, now: &str) -> bool {
        let begun = self.from.as_deref().is_none_or(|from| from <= now);
        let going_on = self.to.as_deref().is_none_or(|to| now < to);
        self.at.contains(&place) && self.times.is_none_or(|times| struck < times) && begun && going_on
    }
}

/// Which choices are counted together. A result's choices do not depend on what else was asked meanwhile.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// The requests of a place, in their order.
    Requests(Place),
    /// The transaction at this position.
    Transaction(usize),
}

impl Ledger {
    /// The next choice: a number from 0 up to, but never, 1.
    pub fn roll(&mut self, by: By) -> f64 {
        let (kind, which, number) = match by {
            By::Requests(place) => {
                let rolled = &mut self.count().rolled[place as usize];
                *rolled += 1;
                (0_u8, place as usize, *rolled)
            }
            By::Transaction(at) => {
                self.edit(at, |it| it.rolled += 1);
                (1, at, self.transactions()[at].rolled)
            }
        };
        let hash = Sha256::new_with_prefix(self.settings().seed.to_be_bytes())
            .chain_update([kind])
            .chain_update((which as u64).to_be_bytes())
            .chain_update(number.to_be_bytes());
        let top = hash
            .finalize()
            .iter()
            .take(6)
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        top as f64 / (1_u64 << 48) as f64
    }

    /// The first of these faults that strikes here.
    pub fn strike(&mut self, by: By, place: Place, among: &[Kind], now: NaiveDateTime) -> Option<Fault> {
        self.strike_from(0, (by, place), among, now).map(|(_, fault)| fault)
    }

    /// All of these faults that strike here, each by a choice of its own.
    pub fn strikes(&mut self, by: By, place: Place, among: &[Kind], now: NaiveDateTime) -> Vec<Fault> {
        let (mut all, mut from) = (Vec::new(), 0);
        while let Some((at, fault)) = self.strike_from(from, (by, place), among, now) {
            all.push(fault);
            from = at + 1;
        }
        all
    }

    fn strike_from(
        &mut self,
        from: usize,
        (by, place): (By, Place),
        among: &[Kind],
        now: NaiveDateTime,
    ) -> Option<(usize, Fault)> {
        if self.settings().faults.is_empty() {
            return None;
        }
        let now = messages::stamp(now);
        for at in from..self.settings().faults.len() {
            let fault = &self.settings().faults[at];
            let struck = self.tally().struck.get(at).copied().unwrap_or(0);
            if !among.contains(&fault.fault) || !fault.may_strike(place, struck, &now) {
                continue;
            }
            let share = fault.share;
            if self.roll(by) * 100.0 < share {
                let struck = &mut self.count().struck;
                struck.resize(struck.len().max(at + 1), 0);
                struck[at] += 1;
                return Some((at, self.settings().faults[at].clone()));
            }
        }
        None
    }

    /// Puts these faults in place of those that are, and begins the choices anew.
    pub fn set_faults(&mut self, faults: Vec<Fault>, seed: Option<u64>) {
        let settings = self.set();
        settings.seed = seed.unwrap_or(settings.seed);
        settings.faults = faults;
        *self.count() = Default::default();
    }
}

#[cfg(test)]
mod tests;
