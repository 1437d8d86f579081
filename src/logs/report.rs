//! What `check` says: places, and what stands there.
use super::files::Log;
use chrono::NaiveDate;
use std::fmt;

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Lines before this one are missing: the first and the last number.
    Gap(u64, u64),
    /// Lines before this one are missing, and the days from the first to the last have no file.
    MissingDays {
        /// The first day without a file.
        days: (NaiveDate, NaiveDate),
        /// The first and the last missing number.
        seqs: (u64, u64),
    },
    /// The number was there before.
    Repeat(u64),
    /// The number belongs further up, where it is a gap.
    Reordered(u64),
    /// Not a line of the log.
    Unreadable,
    /// A line cut off by a crash or a power cut; the next line says so.
    Cut,
    /// The newest line has no end: it is being written, or the writer was killed.
    Unfinished,
    /// The log says that so many lines could not be written.
    Lost(u64),
    /// The log says that the run before was killed; the last lines of that run may be missing.
    Killed,
    /// The clock was moved back before this line, by so many seconds.
    ClockBack(i64),
    /// Not the bytes of its digest.
    Changed,
    /// A file with a digest is not there.
    NoFile,
}

impl Found {
    /// The log says it by itself, so nobody hid it.
    pub fn is_explained(&self) -> bool {
        use Found::{ClockBack, Cut, Killed, Lost, Unfinished};
        matches!(self, ClockBack(_) | Cut | Killed | Lost(_) | Unfinished)
    }
}

/// What stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the file.
    pub file: String,
    /// The line, from 1; 0 for the whole file.
    pub line: u64,
    /// What stands there.
    pub found: Found,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        match &self.found {
            Found::Gap(from, to) => write!(f, "lines {from} to {to} are missing before this line"),
            Found::MissingDays {
                days: (a, b),
                seqs: (from, to),
            } => {
                write!(
                    f,
                    "lines {from} to {to} are missing, and there is no file from {a} to {b}"
                )
            }
            Found::Repeat(seq) => write!(f, "line {seq} comes again"),
            Found::Reordered(seq) => write!(f, "line {seq} stands in the wrong place"),
            Found::Unreadable => f.write_str("not a line of the log"),
            Found::Cut => f.write_str("cut off by a crash or a power cut"),
            Found::Unfinished => f.write_str("without an end: being written, or the writer was killed"),
            Found::Lost(lines) => write!(f, "{lines} lines could not be written before this line"),
            Found::Killed => f.write_str("the run before this line was killed; its last lines may be missing"),
            Found::ClockBack(seconds) => write!(f, "the clock was moved back by {seconds} s before this line"),
            Found::Changed => f.write_str("changed since its digest was taken"),
            Found::NoFile => f.write_str("has a digest and is gone"),
        }
    }
}

/// What one log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReport {
    /// Which log.
    pub log: Log,
    /// The first and the last day that has a file.
    pub range: Option<(NaiveDate, NaiveDate)>,
    /// How many days have a file. A day without a line has none.
    pub days: usize,
    /// The lowest number at the beginning and the highest of all.
    pub seqs: Option<(u64, u64)>,
    /// How many lines are readable.
    pub lines: u64,
    /// In the order of the lines.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more: u64,
}

/// What both logs hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The access log.
    pub access: LogReport,
    /// The application log.
    pub application: LogReport,
}

impl Report {
    /// The findings of both logs.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.access.findings.iter().chain(&self.application.findings)
    }
    /// Those that need a person: the log does not explain them.
    pub fn unexplained(&self) -> impl Iterator<Item = &Finding> {
        self.findings().filter(|f| !f.found.is_explained())
    }
    /// Those that the log says by itself.
    pub fn explained(&self) -> impl Iterator<Item = &Finding> {
        self.findings().filter(|f| f.found.is_explained())
    }
}
