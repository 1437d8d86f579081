//! The day-files of a log: their names and order, how they end, and digests.
use super::line::{Line, number_of};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Which log. The words are in file names, so they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// One line a request.
    Access,
    /// Everything else: what the system did and what went wrong.
    Application,
}

impl Log {
    /// Both logs.
    pub const ALL: [Log; 2] = [Log::Access, Log::Application];
    /// The word in file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Log::Access => "access",
            Log::Application => "application",
        }
    }
    pub(super) fn file_name(self, day: NaiveDate) -> String {
        format!("{}.{day}.jsonl", self.as_str())
    }
    /// The day of a file of this log; `None` for any other file.
    pub(super) fn day_of(self, name: &str) -> Option<NaiveDate> {
        let rest = name.strip_prefix(self.as_str())?.strip_prefix('.')?;
        let day = rest.strip_suffix(".jsonl")?.parse().ok()?;
        (self.file_name(day) == name).then_some(day)
    }
    /// The files of this log by day.
    pub(super) fn days(self, folder: &Path) -> io::Result<BTreeMap<NaiveDate, PathBuf>> {
        let mut days = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(day) = path.file_name().and_then(|n| self.day_of(n.to_str()?)) {
                days.insert(day, path);
            }
        }
        Ok(days)
    }
}

/// How a file ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    pub bytes: u64,
    /// The last whole line.
    pub last: Option<Line>,
    /// The line end is missing.
    pub open: bool,
    /// The end is a line that was cut off.
    pub half: bool,
}

/// Read from the end of a file first; enough for the last lines of nearly every file.
const WINDOW: u64 = 64 * 1024;

impl Tail {
    pub(super) fn read(path: &Path) -> io::Result<Tail> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut window = WINDOW;
        loop {
            let start = bytes.saturating_sub(window);
            let mut text = vec![];
            file.seek(SeekFrom::Start(start))?;
            (&mut file).take(bytes - start).read_to_end(&mut text)?;
            let tail = Tail::of(&text, start > 0, bytes);
            if tail.last.is_some() || start == 0 {
                return Ok(tail);
            }
            window = window.saturating_mul(8);
        }
    }

    fn of(text: &[u8], begins_inside: bool, bytes: u64) -> Tail {
        let skipped = match begins_inside {
            true => text.iter().position(|b| *b == b'\n').map_or(text.len(), |at| at + 1),
            false => 0,
        };
        let mut lines = text[skipped..].rsplit(|b| *b == b'\n');
        let open = text.last().is_some_and(|b| *b != b'\n');
        let end = lines.next().and_then(Line::parse);
        Tail {
            bytes,
            open,
            half: open && end.is_none(),
            last: end.or_else(|| lines.find_map(Line::parse)),
        }
    }
}

/// What the audit chain remembers of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFile {
    /// The file's name, such as `access.2026-11-22.jsonl`.
    pub name: String,
    /// The first number in it.
    pub first: Option<u64>,
    /// The last number in it.
    pub last: Option<u64>,
    /// How many bytes `sha256` is of; an open file grows behind them.
    pub bytes: u64,
    /// SHA-256 of these bytes in hex.
    pub sha256: String,
}

/// The digest of a day-file. Stored where nobody can change it, it finds an edited line that keeps its number.
pub fn digest(file: &Path) -> io::Result<DayFile> {
    digest_of_first(file, u64::MAX)
}

/// The digest of the first bytes of a file.
pub(super) fn digest_of_first(file: &Path, bytes: u64) -> io::Result<DayFile> {
    let mut lines = BufReader::with_capacity(64 * 1024, File::open(file)?.take(bytes));
    let mut hash = Sha256::new();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut found = DayFile {
        name: name.into_owned(),
        first: None,
        last: None,
        bytes: 0,
        sha256: String::new(),
    };
    let mut line = vec![];
    while lines.read_until(b'\n', &mut line)? > 0 {
        hash.update(&line);
        found.bytes += line.len() as u64;
        if let Some(seq) = number_of(&line) {
            found.first = found.first.or(Some(seq));
            found.last = Some(seq);
        }
        line.clear();
    }
    found.sha256 = hex::encode(hash.finalize());
    Ok(found)
}

/// The files that are written to no more: all but the newest of each log. Each belongs into the audit chain once.
pub fn closed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut out = vec![];
    for log in Log::ALL {
        let mut days = log.days(folder)?;
        days.pop_last();
        out.extend(days.into_values());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_a_day_of_its_log_or_nothing() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 2);
        assert_eq!(Log::Access.day_of("access.2026-11-02.jsonl"), day);
        for other in [
            "application.2026-11-02.jsonl",
            "access.2026-11-2.jsonl",
            "access.2026-11-02.jsonl.bak",
            "access.2026-13-02.jsonl",
            "access.log.2026-11-02",
        ] {
            assert_eq!(Log::Access.day_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_last_whole_line_is_found_behind_a_long_broken_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut text = b"{\"seq\":7}\n".to_vec();
        text.extend(vec![0; 3 * WINDOW as usize]);
        fs::write(&path, text).unwrap();
        let tail = Tail::read(&path).unwrap();
        assert_eq!(tail.last.unwrap().seq, 7);
        assert!(tail.half && tail.open);
    }
}
