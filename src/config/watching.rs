//! Settings of incidents and of the watch over the running service. Every one has a default.
use super::time_of_day;
use serde::{Deserialize, Serialize};

/// What raises an incident by itself, and who is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Incidents {
    /// Alarms, by key, that open an incident by themselves.
    pub alarms: Vec<String>,
    /// Mail addresses of the bureau, told when an incident begins and when it is over; the operators are told anyway.
    pub report_to: Vec<String>,
}

impl Default for Incidents {
    fn default() -> Self {
        let alarms = [
            "operations.gateway_down",
            "operations.institution_failing",
            "operations.mail_waits",
            "operations.disk",
            "operations.logs",
            "operations.backup_old",
            "operations.backup_failed",
        ];
        Self {
            alarms: alarms.map(str::to_owned).to_vec(),
            report_to: vec![],
        }
    }
}

/// Thresholds of the status board, and when somebody looks with their own eyes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// When a visual check is due, every day, JST (NS データセンター: several times a day).
    pub checks: Vec<String>,
    /// A check that is later than so many minutes is missed.
    pub check_grace_minutes: i64,
    /// Figures are kept so many days.
    pub keep_days: i64,
    /// Of 100 hand-offs to an institution in an hour, so many must end in an answer.
    pub answered_percent: i64,
    /// A share of fewer hand-offs says nothing.
    pub answered_of: i64,
    /// The gateway must answer within so many milliseconds.
    pub gateway_ms: i64,
    /// Load of each core, over 15 minutes; 100 is as much work as there is machine.
    pub cpu_percent: i64,
    pub memory_percent: i64,
    /// Seconds that our clock may be from the gateway's.
    pub clock_seconds: i64,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            checks: ["09:00", "13:00", "17:00"].map(str::to_owned).to_vec(),
            check_grace_minutes: 90,
            keep_days: 40,
            answered_percent: 50,
            answered_of: 10,
            gateway_ms: 5000,
            cpu_percent: 150,
            memory_percent: 90,
            clock_seconds: 30,
        }
    }
}

impl Watch {
    /// The times of day of the checks, earliest first.
    pub fn times(&self) -> Vec<(u32, u32)> {
        let mut times: Vec<_> = self.checks.iter().filter_map(|text| time_of_day(text)).collect();
        times.sort_unstable();
        times
    }

    /// The first setting that cannot be, and the sentence about it.
    pub(super) fn wrong(&self) -> Option<(&'static str, String)> {
        if let Some(text) = self.checks.iter().find(|text| time_of_day(text).is_none()) {
            let what = format!("watch.checks holds {text:?}: write times of day (JST), such as [\"09:00\", \"13:00\"]");
            return Some(("watch.checks", what));
        }
        let mut times = self.times();
        times.dedup();
        if times.len() < 2 || times.len() != self.checks.len() {
            let what = "watch.checks must name at least two different times of day (NS データセンター: several a day)";
            return Some(("watch.checks", what.to_owned()));
        }
        let spans = [
            ("watch.check_grace_minutes", self.check_grace_minutes, 5, 720),
            ("watch.keep_days", self.keep_days, 8, 400),
            ("watch.answered_percent", self.answered_percent, 0, 100),
            ("watch.answered_of", self.answered_of, 1, 10_000),
            ("watch.gateway_ms", self.gateway_ms, 100, 60_000),
            ("watch.cpu_percent", self.cpu_percent, 1, 10_000),
            ("watch.memory_percent", self.memory_percent, 1, 100),
            ("watch.clock_seconds", self.clock_seconds, 1, 600),
        ];
        let out = spans
            .iter()
            .find(|(_, value, least, most)| value < least || value > most);
        out.map(|(name, value, least, most)| (*name, format!("{name} = {value} must be between {least} and {most}")))
    }
}
