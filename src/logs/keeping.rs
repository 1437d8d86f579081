//! Deletes day-files that are old enough, in two steps, so that the audit entry can be written between them.
use super::files::{DayFile, Log, digest};
use crate::clock::jst;
use chrono::{Days, NaiveDate, NaiveDateTime};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// How many whole days before today are kept: never fewer than the contract asks (NS 情報管理, KS21.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionDays(u16);

impl RetentionDays {
    /// The fewest that can be set.
    pub const MIN: RetentionDays = RetentionDays(180);
    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for RetentionDays {
    type Error = KeepingError;
    fn try_from(days: u16) -> Result<Self, KeepingError> {
        match days >= Self::MIN.0 {
            true => Ok(RetentionDays(days)),
            false => Err(KeepingError::TooFew(days)),
        }
    }
}

/// The last two days of a log may lie so far apart; further, and the clock may have jumped.
const PAUSE: i64 = 31;

/// Why nothing is deleted.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// The retention is too short.
    #[error("logs are kept 180 days or more, not {0}")]
    TooFew(u16),
    /// The clock may have jumped ahead, and everything would seem old.
    #[error("the {log} log has no day between {before} and {newest}; is the clock right? Nothing is deleted today",
        log = .log.as_str())]
    Jump {
        /// Which log.
        log: Log,
        /// The day before the newest.
        before: NaiveDate,
        /// The newest day.
        newest: NaiveDate,
    },
    /// A file cannot be read.
    #[error("the logs cannot be read: {0}")]
    Read(#[from] io::Error),
}

/// Files that are old enough to be deleted, oldest first. Only [`Due::find`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Due {
    folder: PathBuf,
    files: Vec<DayFile>,
}

/// What was deleted.
#[derive(Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The deleted files, oldest first.
    pub files: Vec<DayFile>,
    /// Why it ended early, if it did.
    pub stopped: Option<String>,
}

impl Due {
    /// Finds the files of days more than `keep` days before today. The newest file of a log is never among them.
    pub fn find(folder: &Path, keep: RetentionDays, now: NaiveDateTime) -> Result<Due, KeepingError> {
        let first_kept = jst(now).date().checked_sub_days(Days::new(keep.0.into()));
        let mut old = vec![];
        for log in Log::ALL {
            let days = log.days(folder)?;
            let due = older(log, &days, first_kept.unwrap_or(NaiveDate::MIN))?;
            old.extend(due.into_iter().map(|day| (day, log)));
        }
        old.sort_by_key(|(day, _)| *day);
        let files = old.iter().map(|(day, log)| digest(&folder.join(log.file_name(*day))));
        Ok(Due {
            folder: folder.to_owned(),
            files: files.collect::<io::Result<_>>()?,
        })
    }

    /// What is to be deleted: for the audit entry that is written before.
    pub fn files(&self) -> &[DayFile] {
        &self.files
    }

    /// Deletes the files and returns what was deleted. A file that has changed since it was found stays, and so do
    /// those after it.
    pub fn delete(self) -> Deletion {
        let mut done = Deletion {
            files: vec![],
            stopped: None,
        };
        for file in self.files {
            if let Err(error) = delete_one(&self.folder, &file) {
                done.stopped = Some(format!("{}: {error}", file.name));
                break;
            }
            done.files.push(file);
        }
        // The names must not come back after a power cut.
        if let Err(error) = File::open(&self.folder).and_then(|folder| folder.sync_all()) {
            done.stopped.get_or_insert_with(|| error.to_string());
        }
        done
    }
}

fn older(log: Log, days: &BTreeMap<NaiveDate, PathBuf>, first_kept: NaiveDate) -> Result<Vec<NaiveDate>, KeepingError> {
    let mut latest = days.keys().rev().copied();
    let (Some(newest), Some(before)) = (latest.next(), latest.next()) else {
        return Ok(vec![]);
    };
    let due: Vec<_> = days.range(..first_kept.min(newest)).map(|(day, _)| *day).collect();
    if !due.is_empty() && (newest - before).num_days() > PAUSE {
        return Err(KeepingError::Jump { log, before, newest });
    }
    Ok(due)
}

fn delete_one(folder: &Path, file: &DayFile) -> io::Result<()> {
    let path = folder.join(&file.name);
    if digest(&path)? != *file {
        return Err(io::Error::other("has changed since it was found to be due"));
    }
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::check;

    fn day(days_after: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 4, 1).unwrap() + Days::new(days_after)
    }
    /// Noon in Japan.
    fn noon(day: NaiveDate) -> NaiveDateTime {
        day.and_hms_opt(3, 0, 0).unwrap()
    }
    /// Two lines a day.
    fn folder_with(days: impl IntoIterator<Item = u64>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (at, after) in days.into_iter().enumerate() {
            let (a, b) = (2 * at + 1, 2 * at + 2);
            let lines = format!("{{\"seq\":{a}}}\n{{\"seq\":{b}}}\n");
            fs::write(folder.path().join(Log::Access.file_name(day(after))), lines).unwrap();
        }
        folder
    }
    fn names(files: &[DayFile]) -> Vec<&str> {
        files.iter().map(|f| f.name.as_str()).collect()
    }

    #[test]
    fn fewer_than_180_days_cannot_be_said() {
        assert!(RetentionDays::try_from(179).is_err());
        assert_eq!(RetentionDays::try_from(180).unwrap(), RetentionDays::MIN);
    }

    #[test]
    fn the_180_days_before_today_stay_and_the_hole_is_no_gap() {
        let folder = folder_with(0..=182);
        let due = Due::find(folder.path(), RetentionDays::MIN, noon(day(182))).unwrap();
        let before = due.files().to_vec();
        let gone = due.delete();
        assert_eq!(gone.stopped, None);
        assert_eq!(gone.files, before);
        assert_eq!(
            names(&gone.files),
            ["access.2026-04-01.jsonl", "access.2026-04-02.jsonl"]
        );
        assert_eq!((gone.files[1].first, gone.files[1].last), (Some(3), Some(4)));
        assert_eq!(gone.files[1].sha256.len(), 64);
        let report = check(folder.path()).unwrap();
        assert_eq!(report.findings().count(), 0);
        assert_eq!(report.access.range, Some((day(2), day(182))));
        assert_eq!(report.access.seqs, Some((5, 366)));
    }

    #[test]
    fn a_day_ends_at_midnight_in_japan() {
        let folder = folder_with(0..=181);
        let last_moment = day(180).and_hms_opt(14, 59, 59).unwrap();
        let due = |now| Due::find(folder.path(), RetentionDays::MIN, now).unwrap().files.len();
        assert_eq!(due(last_moment), 0);
        assert_eq!(due(last_moment + chrono::Duration::seconds(1)), 1);
    }

    #[test]
    fn the_newest_file_stays_however_old_and_so_does_a_changed_one() {
        let folder = folder_with([0, 1, 2]);
        let due = Due::find(folder.path(), RetentionDays::MIN, noon(day(900))).unwrap();
        assert_eq!(
            names(due.files()),
            ["access.2026-04-01.jsonl", "access.2026-04-02.jsonl"]
        );
        fs::write(folder.path().join("access.2026-04-02.jsonl"), "").unwrap();
        let gone = due.delete();
        assert_eq!(names(&gone.files), ["access.2026-04-01.jsonl"]);
        assert!(gone.stopped.unwrap().starts_with("access.2026-04-02.jsonl"));
    }

    #[test]
    fn a_clock_that_jumped_ahead_deletes_nothing_until_it_has_proved_itself() {
        let folder = folder_with((0..=10).chain([9_000]));
        let due = || Due::find(folder.path(), RetentionDays::MIN, noon(day(9_001)));
        assert!(matches!(due(), Err(KeepingError::Jump { .. })));
        fs::write(folder.path().join("access.2050-11-24.jsonl"), "{\"seq\":99}\n").unwrap();
        assert_eq!(due().unwrap().files.len(), 11);
    }
}
