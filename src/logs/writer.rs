//! Numbers the lines of one log and appends them to the file of the day. What cannot be written is counted and told.
use super::{
    Now,
    files::{Log, Tail},
    health::Health,
    line::{JITTER, Line, Mark, Untold, number},
    stamp,
};
use crate::clock::jst;
use chrono::{NaiveDate, NaiveDateTime};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Lines hold addresses of clients: the group may read, others nothing.
const MODE: u32 = 0o640;

/// The only writer of a log.
pub(super) struct Writer {
    folder: PathBuf,
    log: Log,
    now: Now,
    health: Arc<Health>,
    /// The day of the newest file. Lines never go to an earlier one, or their order were lost.
    newest: Option<NaiveDate>,
    /// The latest time by the clock, in Japan: what is before it was moved back.
    latest: Option<NaiveDateTime>,
    next: u64,
    open: Option<Open>,
    untold: Untold,
}

struct Open {
    file: File,
    device: u64,
    inode: u64,
    path: PathBuf,
    day: NaiveDate,
    bytes: u64,
    /// The file ends without a line end.
    ragged: bool,
}

impl Writer {
    /// Goes on where the newest file ends, and says so in a first line.
    pub(super) fn start(folder: &Path, log: Log, now: Now, health: Arc<Health>) -> io::Result<Writer> {
        let days = log.days(folder)?;
        let mut last = None;
        let mut cut = false;
        for (day, path) in days.iter().rev() {
            let tail = Tail::read(path)?;
            cut |= tail.half && Some(day) == days.keys().last();
            last = tail.last;
            if last.is_some() {
                break;
            }
        }
        let clean = match &last {
            Some(line) => line.log == Some(Mark::Stopped) && !cut,
            None => days.is_empty(),
        };
        let mut writer = Writer {
            folder: folder.to_owned(),
            log,
            now,
            health,
            newest: days.keys().last().copied(),
            latest: last.as_ref().and_then(Line::at),
            next: last.map_or(1, |line| line.seq.saturating_add(1)),
            open: None,
            untold: Untold {
                mark: Some(Mark::Started),
                clean: Some(clean),
                cut,
                ..Untold::default()
            },
        };
        writer.write(&[]);
        Ok(writer)
    }

    /// Writes lines of JSON objects. What fails is remembered and told before the next line.
    pub(super) fn write(&mut self, lines: &[Vec<u8>]) {
        let mut kept = 0;
        match self.turn().and_then(|()| self.append(lines, &mut kept)) {
            Ok(()) => self.health.well(),
            Err(error) => {
                let lost = (lines.len() - kept) as u64;
                self.untold.lost += lost;
                self.untold.error = Some(error.to_string());
                // Opened anew next time, which looks at what the failure left.
                self.open = None;
                self.health.failed(self.log, lost, &error.to_string());
            }
        }
    }

    /// Lines that never came this far; the health knows of them.
    pub(super) fn tell_lost(&mut self, lines: u64) {
        self.untold.lost += lines;
    }

    /// The last line: it shows the next start that nothing is missing.
    pub(super) fn stop(&mut self) {
        self.untold.mark = Some(Mark::Stopped);
        self.write(&[]);
        self.sync();
    }

    fn sync(&mut self) {
        if let Some(Err(error)) = self.open.as_ref().map(|open| open.file.sync_data()) {
            self.health.failed(self.log, 0, &error.to_string());
        }
    }

    /// Opens the file of the day, unless it is open.
    fn turn(&mut self) -> io::Result<()> {
        let now = jst((self.now)());
        let today = now.date();
        let day = self.newest.map_or(today, |newest| newest.max(today));
        let is_back = self.latest.is_some_and(|latest| now + JITTER < latest);
        self.latest = self.latest.max(Some(now));
        self.health.set_behind(day > today || is_back);
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.day == day && open.is_there())
        {
            return Ok(());
        }
        self.sync();
        self.open = None;
        let path = self.folder.join(self.log.file_name(day));
        let file = OpenOptions::new().append(true).create(true).mode(MODE).open(&path)?;
        self.newest = Some(day);
        let opened = file.metadata()?;
        let tail = Tail::read(&path)?;
        if tail.bytes == 0 {
            File::open(&self.folder)?.sync_all()?;
        }
        self.untold.cut |= tail.half;
        // A line that failed by nothing but its line end is there after all.
        self.next = self.next.max(tail.last.map_or(0, |line| line.seq.saturating_add(1)));
        self.open = Some(Open {
            file,
            device: opened.dev(),
            inode: opened.ino(),
            path,
            day,
            bytes: tail.bytes,
            ragged: tail.open,
        });
        Ok(())
    }

    /// Appends what is untold and the lines in one go; `kept` becomes the number of the lines that are in the file.
    fn append(&mut self, lines: &[Vec<u8>], kept: &mut usize) -> io::Result<()> {
        let now = stamp((self.now)());
        let Some(open) = &mut self.open else { return Ok(()) };
        let told = self.untold.line(self.next, &now);
        let first = self.next + u64::from(told.is_some());
        let mut text = if open.ragged { vec![b'\n'] } else { vec![] };
        let ends_before = text.len();
        text.extend(told.iter().flat_map(|line| line.bytes()));
        for (line, seq) in lines.iter().zip(first..) {
            number(&mut text, seq, line);
        }
        let (written, result) = write_out(&mut open.file, &text);
        let whole = text[..written].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        if whole < written {
            // If this fails too, the next opening finds half a line and ends it.
            let _ = open.file.set_len(open.bytes + whole as u64);
        }
        let ends = text[..whole].iter().filter(|b| **b == b'\n').count();
        let numbered = ends.saturating_sub(ends_before);
        open.bytes += whole as u64;
        open.ragged &= whole == 0;
        self.next += numbered as u64;
        *kept = numbered.saturating_sub(usize::from(told.is_some()));
        if told.is_some() && numbered > 0 {
            self.untold = Untold::default();
        }
        result
    }
}

impl Open {
    /// Nobody has removed, replaced or changed the file.
    fn is_there(&self) -> bool {
        let mine = (self.device, self.inode, self.bytes);
        fs::metadata(&self.path).is_ok_and(|found| (found.dev(), found.ino(), found.len()) == mine)
    }
}

/// Writes all it can and says how much that was.
fn write_out(file: &mut File, text: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < text.len() {
        match file.write(&text[written..]) {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}
