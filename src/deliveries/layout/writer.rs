//! Writes the file record by record; memory does not grow with the rows.
use super::{
    finding::{Finding, Kind, Report},
    model::{EmptyDay, Encoding, Extra, Layout},
    record::{self, Cell},
    row::{Masked, Row},
    value::{Context, Given},
};
use sha2::{Digest, Sha256};
use std::io::{self, BufWriter, Write};

/// How many findings [`Totals`] keeps; the report has them all.
pub const MOST_FINDINGS: usize = 1_000;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows, without header, head and tail.
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
    pub findings_total: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
}

/// A file being written.
pub struct FileWriter<'a, W: Write> {
    layout: &'a Layout,
    context: Context,
    out: BufWriter<W>,
    report: Option<Report<Box<dyn Write + 'a>>>,
    /// Maps and conditions are asked of masks.
    is_trial: bool,
    hash: Sha256,
    totals: Totals,
    /// Characters that could not be written as they were.
    hard: u64,
    begun: bool,
    /// The record at hand; kept so that its memory is used again.
    line: Vec<u8>,
}

impl<'a, W: Write> FileWriter<'a, W> {
    /// The layout must be one that `parse` or `check` found right. `out` needs no buffer of its own.
    pub fn new(layout: &'a Layout, context: Context, out: W) -> Self {
        Self {
            layout,
            context,
            out: BufWriter::new(out),
            report: None,
            is_trial: false,
            hash: Sha256::new(),
            totals: Totals::default(),
            hard: 0,
            begun: false,
            line: vec![],
        }
    }

    /// Writes every finding there as it comes (see [`Report`]); nothing when there is none.
    pub fn with_report(mut self, out: impl Write + 'a) -> Self {
        self.report = Some(Report::new(Box::new(out)));
        self
    }

    /// For a file that nobody gets, of rows whose maker may see them masked only: every map and every condition is asked of the
    /// masked row. Otherwise a guess in one of them would be answered by the number of findings.
    pub fn as_trial(mut self) -> Self {
        self.is_trial = true;
        self
    }

    /// How many characters could not be written as they were, until now.
    pub fn hard_characters(&self) -> u64 {
        self.hard
    }

    /// Writes a row; answers false when the layout leaves its state out.
    pub fn row(&mut self, row: &dyn Row) -> io::Result<bool> {
        if !self.layout.holds(row.state()) {
            return Ok(false);
        }
        self.begin()?;
        self.totals.rows += 1;
        let masked = Masked(row);
        let given = Given {
            context: &self.context,
            row: Some(row),
            asked: Some(if self.is_trial { &masked } else { row }),
            rows: self.totals.rows,
        };
        let cells = record::cells(self.layout, &self.layout.columns, &given);
        self.put(cells, None, row.id())?;
        Ok(true)
    }

    /// Writes the tail. Without a row, and where the layout wants no file then, nothing has been written at all.
    pub fn finish(mut self) -> io::Result<Totals> {
        if self.totals.rows > 0 || self.layout.empty_day == EmptyDay::File {
            self.begin()?;
            for extra in &self.layout.tail {
                self.put_extra(extra)?;
            }
        }
        self.out.flush()?;
        self.report.map_or(Ok(()), Report::finish)?;
        self.totals.sha256 = hex::encode(self.hash.finalize());
        Ok(self.totals)
    }

    /// BOM, head and header, once.
    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        if self.layout.encoding == Encoding::Utf8Bom {
            self.line.extend_from_slice("\u{FEFF}".as_bytes());
            self.flush_line()?;
        }
        for extra in &self.layout.head {
            self.put_extra(extra)?;
        }
        if self.layout.header {
            self.put(record::header(self.layout), None, "")?;
        }
        Ok(())
    }

    fn put_extra(&mut self, extra: &Extra) -> io::Result<()> {
        let given = Given::of_no_row(&self.context, self.totals.rows);
        let cells = record::cells(self.layout, &extra.columns, &given);
        self.put(cells, Some(extra), "")
    }

    fn put(&mut self, cells: Vec<Cell>, extra: Option<&Extra>, id: &str) -> io::Result<()> {
        let length = record::write(self.layout, &cells, &mut self.line);
        self.flush_line()?;
        for finding in record::findings(self.layout, extra, id, cells, length) {
            if let Some(report) = &mut self.report {
                report.add(&finding)?;
            }
            self.totals.findings_total += 1;
            self.hard += u64::from(matches!(finding.kind, Kind::Character { .. }));
            if self.totals.findings.len() < MOST_FINDINGS {
                self.totals.findings.push(finding);
            }
        }
        Ok(())
    }

    fn flush_line(&mut self) -> io::Result<()> {
        self.hash.update(&self.line);
        self.totals.bytes += self.line.len() as u64;
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}
