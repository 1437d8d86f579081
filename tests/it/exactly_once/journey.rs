//! What happens to each journey, by chance: the shares are those of the promise.
use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};

/// How it ends at the institution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Registered,
    /// Registered, and told only two minutes later.
    Slow,
    Refused(&'static str),
    Cancelled,
    /// Nobody opens the page.
    Never,
}

/// How the browser comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    Once,
    Lost,
    Twice,
    /// After others that left later.
    Late,
}

pub struct Journey {
    pub end: End,
    pub way: Way,
    /// Forged returns come first.
    pub is_forged: bool,
}

const REFUSALS: [&str; 7] = ["01", "02", "03", "05", "06", "07", "11"];

impl Journey {
    pub fn any(chance: &mut StdRng) -> Self {
        let end = match chance.random_range(0..100) {
            0..65 => End::Registered,
            65..75 => End::Slow,
            75..92 => End::Refused(REFUSALS[chance.random_range(0..REFUSALS.len())]),
            92..97 => End::Cancelled,
            _ => End::Never,
        };
        let way = match chance.random_range(0..100) {
            0..30 => Way::Lost,
            30..40 => Way::Twice,
            40..50 => Way::Late,
            _ => Way::Once,
        };
        Self {
            end,
            way,
            is_forged: chance.random_range(0..100) < 5,
        }
    }

    /// The simulator's scenario; none where nobody comes.
    pub fn scenario(&self) -> Option<&'static str> {
        match self.end {
            End::Registered | End::Cancelled => Some("67"),
            End::Slow => Some("22"),
            End::Refused(number) => Some(number),
            End::Never => None,
        }
    }
}

/// The same for what the gateway sends by itself. An inquiry in five is not answered: so many in a hundred run into their
/// time-out, to the others the line goes dead at once. Some results change after they were told.
pub fn faults(seed: u64, silent: u64) -> Value {
    json!({ "seed": seed, "faults": [
        { "fault": "silent", "at": "inquire", "share": silent, "seconds": 60 },
        { "fault": "drop", "at": "inquire", "share": 20 - silent },
        { "fault": "late_change", "at": "inquire", "share": 3, "seconds": 3600, "code": "B01" },
        { "fault": "lost", "at": "push", "share": 30 },
        { "fault": "repeat", "at": "push", "share": 10 },
        { "fault": "reorder", "at": "push", "share": 10 },
        { "fault": "bad_signature", "at": "push", "share": 5 },
        { "fault": "wrong_key", "at": "push", "share": 5 },
        { "fault": "contradiction", "at": "push", "share": 2 },
    ]})
}
