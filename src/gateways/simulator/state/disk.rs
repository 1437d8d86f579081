//! The log file: a line per record, added before anybody hears of it, read from the beginning at the start.

use super::{Ledger, Settings, Tally, Transaction, ledger::Asked};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The first line.
const HEADER: &str = "{\"simulator_log\":1}";

/// One line: something as it is from now on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "borrowed when written, one at a time when read"
)]
pub enum Record<'a> {
    Transaction(Cow<'a, Transaction>),
    Asked(Cow<'a, Asked>),
    Settings(Cow<'a, Settings>),
    Tally(Cow<'a, Tally>),
}

impl Record<'_> {
    /// Whether losing it in a power cut would lose what the bureau was told.
    pub fn matters(&self) -> bool {
        matches!(self, Record::Transaction(_) | Record::Settings(_))
    }
}

/// The file of before there was a log: one object.
#[derive(Deserialize)]
struct Old {
    transactions: Vec<Transaction>,
    next_scenario: Option<String>,
}

/// Where lines are added.
#[derive(Debug)]
pub struct Disk {
    file: File,
    length: u64,
    pub sync: Arc<Sync>,
}

/// Waits for the disk, once for all who wait at the same time.
#[derive(Debug)]
pub struct Sync {
    file: File,
    written: AtomicU64,
    synced: Mutex<u64>,
}

impl Disk {
    /// Reads the file, or begins an empty one, and writes it anew without what no longer counts. So an unwritable
    /// place stops the start and not the first transaction.
    pub fn open(path: &Path, ledger: &mut Ledger) -> io::Result<Disk> {
        match File::open(path) {
            Ok(file) => {
                read(file, ledger).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        rewrite(path, ledger)?;
        let file = OpenOptions::new().append(true).open(path)?;
        let length = file.metadata()?.len();
        let sync = Arc::new(Sync {
            file: file.try_clone()?,
            written: AtomicU64::new(length),
            synced: Mutex::new(length),
        });
        Ok(Disk { file, length, sync })
    }

    /// Hands lines to the operating system, which keeps them whatever becomes of this program. Returns the length of
    /// the file; if it fails, the file is as it was.
    pub fn add(&mut self, lines: &[u8]) -> io::Result<u64> {
        if let Err(error) = self.file.write_all(lines) {
            // Half a line at the end is not read either, but it must not stand in the middle.
            self.file.set_len(self.length)?;
            return Err(error);
        }
        self.length += lines.len() as u64;
        self.sync.written.store(self.length, Ordering::Release);
        Ok(self.length)
    }
}

impl Sync {
    /// Returns when the file is on the disk up to this length.
    pub fn wait(&self, length: u64) -> io::Result<()> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        if *synced < length {
            let written = self.written.load(Ordering::Acquire);
            self.file.sync_data()?;
            *synced = written;
        }
        Ok(())
    }
}

/// The lines of some records.
pub fn lines<'a>(records: impl IntoIterator<Item = Record<'a>>) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for record in records {
        serde_json::to_writer(&mut lines, &record)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn read(file: File, ledger: &mut Ledger) -> io::Result<()> {
    let invalid =
        |line: usize, e: serde_json::Error| io::Error::new(ErrorKind::InvalidData, format!("line {line}: {e}"));
    let mut file = BufReader::with_capacity(1 << 20, file);
    let mut line = Vec::new();
    file.read_until(b'\n', &mut line)?;
    if line.trim_ascii() != HEADER.as_bytes() {
        io::Read::read_to_end(&mut file, &mut line)?;
        let old: Old = serde_json::from_slice(&line).map_err(|e| invalid(1, e))?;
        old.transactions
            .into_iter()
            .for_each(|it| ledger.replay(Record::Transaction(Cow::Owned(it))));
        ledger.set().next_scenario = old.next_scenario;
        ledger.keep();
        return Ok(());
    }
    for number in 2.. {
        line.clear();
        file.read_until(b'\n', &mut line)?;
        // A line without its end was never acknowledged.
        if line.pop() != Some(b'\n') {
            break;
        }
        ledger.replay(serde_json::from_slice(&line).map_err(|e| invalid(number, e))?);
    }
    Ok(())
}

/// Temporary file, fsync, rename, fsync of the folder: after a kill or a power cut the old or the new file is there.
fn rewrite(path: &Path, ledger: &Ledger) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&temporary)?);
    writeln!(file, "{HEADER}")?;
    for record in ledger.everything() {
        file.write_all(&lines([record])?)?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&temporary, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Duration, NaiveDateTime};

    fn path() -> PathBuf {
        std::env::temp_dir().join(format!("sim-{}.log", super::super::super::messages::random_text(12)))
    }

    fn add_nonce(disk: &mut Disk, ledger: &mut Ledger, nonce: &str) {
        assert!(ledger.take_nonce(nonce, NaiveDateTime::default()));
        disk.add(&lines(ledger.records()).unwrap()).unwrap();
        ledger.keep();
    }

    #[test]
    fn half_a_line_at_the_end_is_forgotten_and_a_broken_one_before_it_stops_the_start() {
        let path = path();
        let mut ledger = Ledger::default();
        let mut disk = Disk::open(&path, &mut ledger).unwrap();
        add_nonce(&mut disk, &mut ledger, "first");
        add_nonce(&mut disk, &mut ledger, "second");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let mut again = Ledger::default();
        Disk::open(&path, &mut again).unwrap();
        let now = NaiveDateTime::default() + Duration::minutes(1);
        assert!(!again.take_nonce("first", now) && again.take_nonce("second", now));
        let broken = String::from_utf8(whole).unwrap().replace("first\"", "first");
        fs::write(&path, broken).unwrap();
        let error = Disk::open(&path, &mut Ledger::default()).unwrap_err();
        assert!(error.to_string().contains("line 4"), "{error}");
    }

    #[test]
    fn what_could_not_be_written_has_not_happened() {
        let mut ledger = Ledger::default();
        assert!(ledger.take_nonce("nonce", NaiveDateTime::default()));
        ledger.set().seed = 7;
        ledger.count().rolled[0] = 3;
        ledger.take_back();
        assert_eq!((ledger.settings().seed, ledger.tally().rolled[0]), (0, 0));
        assert!(ledger.take_nonce("nonce", NaiveDateTime::default()));
    }

    #[test]
    fn the_file_of_before_there_was_a_log_is_still_read() {
        let path = path();
        fs::write(
            &path,
            "{\n \"transactions\": [], \"nonces\": {}, \"next_scenario\": \"20\"\n}",
        )
        .unwrap();
        let mut ledger = Ledger::default();
        Disk::open(&path, &mut ledger).unwrap();
        assert_eq!(ledger.settings().next_scenario.as_deref(), Some("20"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(HEADER) && text.contains("\"next_scenario\":\"20\""));
    }
}
