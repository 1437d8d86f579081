//! Walks the files of both logs and names the place of everything that is not as it was written.
use super::{
    files::{DayFile, Log, digest_of_first},
    line::{JITTER, Line},
    report::{Finding, Found, LogReport, Report},
};
use chrono::{NaiveDate, NaiveDateTime};
use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

/// Findings that are listed; more are counted.
const LISTED: usize = 1_000;

/// Reads all files of both logs. The first file may begin with any number, because older ones are deleted.
pub fn check(folder: &Path) -> io::Result<Report> {
    Ok(Report {
        access: Walk::through(folder, Log::Access)?,
        application: Walk::through(folder, Log::Application)?,
    })
}

/// Compares files with digests taken earlier. Lines added behind a digest are no change; their numbers say if they
/// belong there.
pub fn compare(folder: &Path, digests: &[DayFile]) -> io::Result<Vec<Finding>> {
    let mut findings = vec![];
    for stored in digests {
        let found = match digest_of_first(&folder.join(&stored.name), stored.bytes) {
            Ok(now) if now == *stored => continue,
            Ok(_) => Found::Changed,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Found::NoFile,
            Err(e) => return Err(e),
        };
        let file = stored.name.clone();
        findings.push(Finding { file, line: 0, found });
    }
    Ok(findings)
}

struct Walk {
    report: LogReport,
    file: String,
    day: NaiveDate,
    /// The day of the file before, until a line of this file is read.
    before: Option<NaiveDate>,
    line: u64,
    gaps: Vec<(u64, u64)>,
    /// A line that could not be read; the next one may explain it.
    held: Option<Finding>,
    /// The latest time of the lines so far.
    latest: Option<NaiveDateTime>,
}

impl Walk {
    fn through(folder: &Path, log: Log) -> io::Result<LogReport> {
        let days = log.days(folder)?;
        let range = days.keys().next().copied().zip(days.keys().last().copied());
        let mut walk = Walk {
            report: LogReport {
                log,
                range,
                days: days.len(),
                seqs: None,
                lines: 0,
                findings: vec![],
                more: 0,
            },
            file: String::new(),
            day: NaiveDate::MIN,
            before: None,
            line: 0,
            gaps: vec![],
            held: None,
            latest: None,
        };
        let mut ended = true;
        for (day, path) in days {
            walk.before = (walk.day != NaiveDate::MIN).then_some(walk.day);
            (walk.file, walk.day, walk.line) = (log.file_name(day), day, 0);
            ended = walk.read(&path)?;
        }
        if let Some(held) = &mut walk.held
            && !ended
        {
            held.found = Found::Unfinished;
        }
        walk.release();
        Ok(walk.report)
    }

    /// Reads a file and says if its last line has an end.
    fn read(&mut self, path: &Path) -> io::Result<bool> {
        let mut lines = BufReader::with_capacity(64 * 1024, File::open(path)?);
        let mut text = vec![];
        let mut ended = true;
        while lines.read_until(b'\n', &mut text)? > 0 {
            self.line += 1;
            ended = text.pop_if(|last| *last == b'\n').is_some();
            match Line::parse(&text) {
                Some(line) => self.take(&line),
                None => {
                    self.release();
                    self.held = Some(self.here(Found::Unreadable));
                }
            }
            text.clear();
        }
        Ok(ended)
    }

    fn take(&mut self, line: &Line) {
        if let Some(held) = &mut self.held
            && line.cut
        {
            held.found = Found::Cut;
        }
        self.release();
        self.report.lines += 1;
        self.order(line.seq);
        if line.lost > 0 {
            self.add(self.here(Found::Lost(line.lost)));
        }
        if line.clean == Some(false) {
            self.add(self.here(Found::Killed));
        }
        if let Some(at) = line.at() {
            self.time(at);
        }
        self.before = None;
    }

    fn time(&mut self, at: NaiveDateTime) {
        let back = self.latest.map_or(0, |latest| (latest - at).num_seconds());
        if back > JITTER.num_seconds() {
            self.add(self.here(Found::ClockBack(back)));
            // Told once; the lines after it follow this one.
            self.latest = Some(at);
        }
        self.latest = self.latest.max(Some(at));
    }

    fn order(&mut self, seq: u64) {
        let (first, last) = *self.report.seqs.get_or_insert((seq, seq.saturating_sub(1)));
        if seq > last {
            self.report.seqs = Some((first, seq));
        }
        if seq > last.saturating_add(1) {
            let seqs = (last + 1, seq - 1);
            self.gaps.push(seqs);
            self.add(self.here(self.missing(seqs)));
        } else if seq <= last {
            let was_missing = seq < first || self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&seq));
            let found = if was_missing { Found::Reordered } else { Found::Repeat };
            self.add(self.here(found(seq)));
        }
    }

    fn missing(&self, seqs: (u64, u64)) -> Found {
        let after = self.before.and_then(|day| day.succ_opt());
        match (after, self.day.pred_opt()) {
            (Some(first), Some(last)) if first <= last => Found::MissingDays {
                days: (first, last),
                seqs,
            },
            _ => Found::Gap(seqs.0, seqs.1),
        }
    }

    fn here(&self, found: Found) -> Finding {
        Finding {
            file: self.file.clone(),
            line: self.line,
            found,
        }
    }

    fn release(&mut self) {
        if let Some(held) = self.held.take() {
            self.add(held);
        }
    }

    fn add(&mut self, finding: Finding) {
        if self.report.findings.len() < LISTED {
            self.report.findings.push(finding);
        } else {
            self.report.more += 1;
        }
    }
}
