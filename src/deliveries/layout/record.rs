//! One record: its cells, and their bytes with delimiters and quotes.
use super::{
    finding::{Finding, Kind},
    fit,
    model::{Column, Extra, Form, Layout, Quote, Reader},
    value::{self, Given},
};

/// What a record of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    Head,
    /// The line that names the columns.
    Header,
    Row,
    Tail,
}

/// One value of one record.
#[derive(Clone, PartialEq, Eq)]
pub struct Cell {
    /// As it will be read back: with its filling, without quotes.
    pub text: String,
    /// As it stands in the file: with quotes, without delimiter.
    pub bytes: Vec<u8>,
    pub findings: Vec<Kind>,
}

crate::hidden::hidden_debug!(Cell);

impl Cell {
    /// The bytes for the byte view, `8E52 …` without spaces.
    pub fn hex(&self) -> String {
        hex::encode_upper(&self.bytes)
    }
}

/// A record of these columns.
pub(super) fn cells(layout: &Layout, columns: &[Column], given: &Given<'_>) -> Vec<Cell> {
    let only = columns.len() == 1;
    let one = |column| {
        let mut told = vec![];
        let text = value::text(column, given, &mut told);
        let mut text = fit::writable(text, layout.encoding, &layout.substitutes, &mut told);
        if let Some(pad) = &column.pad {
            text = fit::padded(text, pad, column.overflow, layout.encoding, &mut told);
        }
        if layout.reader == Reader::Spreadsheet
            && let Some(guarded) = fit::guard(&text)
        {
            told.push(Kind::Formula);
            text = guarded;
        }
        finished(layout, text, only, told)
    };
    columns.iter().map(one).collect()
}

/// The line that names the columns.
pub(super) fn header(layout: &Layout) -> Vec<Cell> {
    let only = layout.columns.len() == 1;
    let one = |column: &Column| {
        let mut told = vec![];
        let text = fit::writable(column.header.clone(), layout.encoding, &layout.substitutes, &mut told);
        finished(layout, text, only, told)
    };
    layout.columns.iter().map(one).collect()
}

/// Quotes by character, before encoding: CP932 has `|` and `\` as second halves of kanji.
fn finished(layout: &Layout, text: String, only: bool, mut told: Vec<Kind>) -> Cell {
    let delimiter = layout.delimiter.character();
    let special = match layout.form {
        Form::Delimited => text.contains([delimiter, '"', '\r', '\n']),
        Form::Fixed => text.contains(['\r', '\n']),
    };
    let quoted = match (layout.form, layout.quote) {
        (Form::Fixed, _) | (_, Quote::Never) => false,
        (_, Quote::Always) => true,
        // An empty line would be no record at all.
        (_, Quote::Needed) => special || (only && text.is_empty()),
    };
    if special && !quoted {
        told.push(Kind::Separator);
    }
    let written = if quoted {
        &format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        &text
    };
    let bytes = fit::bytes(written, layout.encoding).into_owned();
    Cell {
        text,
        bytes,
        findings: told,
    }
}

/// Appends the record with its line end; answers its length without it.
pub(super) fn write(layout: &Layout, cells: &[Cell], out: &mut Vec<u8>) -> usize {
    let start = out.len();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 && layout.form == Form::Delimited {
            // Every delimiter is one byte in every encoding.
            out.push(layout.delimiter.character() as u8);
        }
        out.extend_from_slice(&cell.bytes);
    }
    let length = out.len() - start;
    out.extend_from_slice(layout.line_end.bytes());
    length
}

/// The findings of a record under its name, the one about its length last.
pub(super) fn findings(
    layout: &Layout,
    extra: Option<&Extra>,
    id: &str,
    cells: Vec<Cell>,
    length: usize,
) -> Vec<Finding> {
    let columns = extra.map_or(&layout.columns, |e| &e.columns);
    let under = |column: String, kind| Finding {
        receipt_number: id.to_owned(),
        column,
        kind,
    };
    let mut found = vec![];
    for (column, cell) in columns.iter().zip(cells) {
        let name = || extra.map_or(column.header.clone(), |e| format!("{} {}", e.name, column.header));
        found.extend(cell.findings.into_iter().map(|kind| under(name(), kind)));
    }
    let expected = layout
        .record_bytes
        .filter(|expected| layout.form == Form::Fixed && *expected != length);
    if let Some(expected) = expected {
        let name = extra.map_or_else(|| "レコード".to_owned(), |e| e.name.clone());
        found.push(under(
            name,
            Kind::RecordLength {
                bytes: length,
                expected,
            },
        ));
    }
    found
}
