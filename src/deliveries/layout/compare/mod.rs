//! Our bytes beside a sample file of the billing vendor: what differs, and where.
//!
//! The sample's own shape is guessed first, so that one wrong line end does not make every byte differ.
mod quoting;
mod shape;
mod split;

use super::{
    fit,
    model::{Column, Encoding, Form, Layout, LineEnd},
    row::field,
};
use shape::Charset;
use split::Piece as Record;
use std::{borrow::Cow, ops::Range};

/// How many differences of the shape are listed, and how many of values; a sample of another system could have millions.
const MOST_SHAPE: usize = 200;
const MOST_VALUES: usize = 200;
/// How many bytes of a value are shown.
const MOST_SHOWN: usize = 64;
const BOM: &[u8] = "\u{FEFF}".as_bytes();
/// Old systems end a file with Ctrl-Z.
const END_MARK: u8 = 0x1A;

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Nothing, when the bytes are the same but for another number of records. Those of the shape come first.
    pub differences: Vec<Difference>,
    /// There are more of the shape or of values than are listed.
    pub more: bool,
    /// How many records: ours, and the sample's, where it has another number. That is no difference: it says nothing of a layout.
    pub records: Option<(usize, usize)>,
}

/// One difference. Those of the file as a whole have no record and come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The record in the sample, counted from 1, the header line too.
    pub record: Option<usize>,
    /// Which of our rows it was held against, counted from 0.
    pub row: Option<usize>,
    pub column: Option<String>,
    /// The first byte that differs, in the sample file, counted from 0.
    pub offset: Option<usize>,
    pub ours: Piece,
    pub sample: Piece,
    pub sentence: String,
    /// Of a value: whether its column holds something personal, which our side masks.
    pub personal: bool,
}

impl Difference {
    /// Whether the file has another shape, and not a value another text.
    pub fn is_shape(&self) -> bool {
        self.column.is_none()
    }
}

/// Bytes as a person can compare them; the beginning, if they are many.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Piece {
    pub hex: String,
    pub text: String,
}

crate::hidden::hidden_debug!(Piece);

/// Compares record by record and column by column. Our shape is what the layout says, and not what today's values make of it.
pub fn compare(our_bytes: &[u8], sample_bytes: &[u8], layout: &Layout) -> Comparison {
    if our_bytes == sample_bytes {
        return Comparison::default();
    }
    let (ours, sample) = (File::ours(our_bytes, layout), File::read(sample_bytes, layout));
    let mut found = Found::default();
    whole(&sample, layout)
        .into_iter()
        .for_each(|sentence| found.add(about_the_file(sentence)));
    records(&ours, &sample, layout, &mut found);
    let counts = (ours.records.len(), sample.records.len());
    let records = (counts.0 != counts.1).then_some(counts);
    if found.is_empty() && records.is_none() {
        // Such as one line end of many.
        let at = our_bytes.iter().zip(sample_bytes).take_while(|(a, b)| a == b).count();
        let sentence = format!(
            "値は同じですが、ファイルの先頭から{}バイト目から書き方が違います。",
            at + 1
        );
        found.add(Difference {
            offset: Some(at),
            ..about_the_file(sentence)
        });
    }
    Comparison {
        differences: found.shape.into_iter().chain(found.values).collect(),
        more: found.more,
        records,
    }
}

/// How many rows a sample has, its header, head and tail not counted.
pub fn rows_in(sample: &[u8], layout: &Layout) -> usize {
    let file = File::read(sample, layout);
    file.parts(layout).rows.len()
}

/// What was found so far, as much of it as is listed.
#[derive(Default)]
struct Found {
    shape: Vec<Difference>,
    values: Vec<Difference>,
    more: bool,
}

impl Found {
    fn add(&mut self, difference: Difference) {
        let (list, most) = match difference.is_shape() {
            true => (&mut self.shape, MOST_SHAPE),
            false => (&mut self.values, MOST_VALUES),
        };
        match list.len() < most {
            true => list.push(difference),
            false => self.more = true,
        }
    }
    fn is_empty(&self) -> bool {
        self.shape.is_empty() && self.values.is_empty()
    }
    fn is_full(&self) -> bool {
        self.more && self.shape.len() >= MOST_SHAPE && self.values.len() >= MOST_VALUES
    }
}

/// A file and its shape: a sample's is guessed.
struct File<'a> {
    bytes: &'a [u8],
    bom: bool,
    end_mark: bool,
    charset: Charset,
    delimiter: super::Delimiter,
    has_header: bool,
    records: Vec<Record>,
}

/// The places of a file's records, by what they are.
struct Parts {
    heads: Range<usize>,
    header: Option<usize>,
    rows: Range<usize>,
    tails: Range<usize>,
}

impl<'a> File<'a> {
    fn ours(bytes: &'a [u8], layout: &Layout) -> Self {
        let charset = match layout.encoding {
            Encoding::Cp932 => Charset::Cp932,
            Encoding::Utf8 | Encoding::Utf8Bom => Charset::Utf8,
        };
        let has_header = layout.header && layout.form == Form::Delimited;
        Self {
            has_header,
            ..Self::cut(bytes, layout, Some((charset, layout.delimiter)))
        }
    }

    fn read(bytes: &'a [u8], layout: &Layout) -> Self {
        let mut file = Self::cut(bytes, layout, None);
        let first = file.records.get(layout.head.len());
        file.has_header = first.is_some_and(|r| file.names_columns(r, layout));
        file
    }

    /// `known`: charset and delimiter, where they need no guess.
    fn cut(bytes: &'a [u8], layout: &Layout, known: Option<(Charset, super::Delimiter)>) -> Self {
        let bom = bytes.starts_with(BOM);
        let start = if bom { BOM.len() } else { 0 };
        let end_mark = bytes.len() > start && bytes.last() == Some(&END_MARK);
        let bytes = if end_mark { &bytes[..bytes.len() - 1] } else { bytes };
        let (charset, delimiter) = known.unwrap_or_else(|| {
            let guessed = shape::delimiter(&bytes[start..], layout.delimiter);
            (Charset::guess(&bytes[start..]), guessed)
        });
        let records = match layout.form {
            Form::Fixed => split::fixed(bytes, start, layout),
            Form::Delimited => split::delimited(bytes, start, delimiter.character() as u8, charset == Charset::Cp932),
        };
        Self {
            bytes,
            bom,
            end_mark,
            charset,
            delimiter,
            has_header: false,
            records,
        }
    }

    /// The first records are the head's, the last ones the tail's.
    fn parts(&self, layout: &Layout) -> Parts {
        let count = self.records.len();
        let head = layout.head.len().min(count);
        let first = (head + usize::from(self.has_header)).min(count);
        let tail = count.saturating_sub(layout.tail.len()).max(first);
        Parts {
            heads: 0..head,
            header: (first > head).then_some(head),
            rows: first..tail,
            tails: tail..count,
        }
    }

    fn text(&self, field: &Range<usize>) -> String {
        self.charset.decode(&self.value(field))
    }

    fn is_quoted(&self, field: &Range<usize>) -> bool {
        self.bytes[field.clone()].starts_with(b"\"")
    }

    fn names_columns(&self, record: &Record, layout: &Layout) -> bool {
        let texts = record.fields.iter().map(|f| self.text(f));
        let mut ignored = vec![];
        let mut writable =
            |text: &str| fit::writable(text.to_owned(), layout.encoding, &layout.substitutes, &mut ignored);
        texts.eq(layout.columns.iter().map(|c| writable(&c.header)).collect::<Vec<_>>())
    }

    fn value(&self, field: &Range<usize>) -> Cow<'a, [u8]> {
        split::unquoted(&self.bytes[field.clone()]).into()
    }

    fn piece(&self, place: &Range<usize>) -> Piece {
        let bytes = &self.bytes[place.clone()];
        let shown = &bytes[..bytes.len().min(MOST_SHOWN)];
        let more = if shown.len() < bytes.len() { "…" } else { "" };
        let text: String = self.charset.decode(bytes).chars().take(MOST_SHOWN).collect();
        Piece {
            hex: hex::encode_upper(shown) + more,
            text: text + more,
        }
    }
}

fn about_the_file(sentence: String) -> Difference {
    let none = Piece::default();
    Difference {
        record: None,
        row: None,
        column: None,
        offset: None,
        ours: none.clone(),
        sample: none,
        sentence,
        personal: false,
    }
}

/// Differences of the file as a whole, a sentence each.
fn whole(sample: &File<'_>, layout: &Layout) -> Vec<String> {
    if sample.records.is_empty() {
        return vec!["見本のファイルは空です。".to_owned()];
    }
    let mut found = vec![];
    let mut differ = |what: &str, ours: &str, sample: &str| {
        if ours != sample {
            found.push(format!(
                "{what}が違います。見本は「{sample}」、こちらは「{ours}」です。"
            ));
        }
    };
    let yes = |yes| if yes { "あり" } else { "なし" };
    differ("先頭のBOM", yes(layout.encoding == Encoding::Utf8Bom), yes(sample.bom));
    let charset = File::ours(&[], layout).charset;
    if !charset.agrees(sample.charset) {
        differ("文字コード", charset.label(), sample.charset.label());
    }
    let ending = match layout.line_end {
        LineEnd::Crlf => "CR+LF",
        LineEnd::Lf => "LF",
        LineEnd::None => "なし",
    };
    differ("改行", ending, shape::ending(&sample.records));
    let is_ended = sample.records.last().is_some_and(|r| r.ending != "なし");
    differ(
        "最後のレコードの後の改行",
        yes(layout.line_end != LineEnd::None),
        yes(is_ended),
    );
    differ("ファイルの終わりの記号（1A）", yes(false), yes(sample.end_mark));
    if layout.form == Form::Delimited {
        differ("区切り文字", layout.delimiter.label(), sample.delimiter.label());
        differ("見出し行", yes(layout.header), yes(sample.has_header));
        found.extend(quoting::difference(sample, layout));
    } else {
        let length = sample.records.first().map_or(0, |r| r.place.len());
        let ours = split::length(split::columns_of(layout, 0, sample.records.len()), layout);
        differ("最初のレコードのバイト数", &ours.to_string(), &length.to_string());
    }
    found
}

/// Record beside record: head beside head, row beside row, tail beside tail. A header line or rows that only one of them has are left
/// out.
fn records(ours: &File<'_>, sample: &File<'_>, layout: &Layout, found: &mut Found) {
    let (left, right) = (ours.parts(layout), sample.parts(layout));
    for ((place, other), extra) in left.heads.zip(right.heads).zip(&layout.head) {
        record((ours, place), (sample, other), None, &extra.columns, found);
    }
    if let (Some(place), Some(other)) = (left.header, right.header) {
        record((ours, place), (sample, other), None, &layout.columns, found);
    }
    for (row, (place, other)) in left.rows.zip(right.rows).enumerate() {
        if found.is_full() {
            return;
        }
        record((ours, place), (sample, other), Some(row), &layout.columns, found);
    }
    for ((place, other), extra) in left.tails.zip(right.tails).zip(&layout.tail) {
        record((ours, place), (sample, other), None, &extra.columns, found);
    }
}

fn record(
    (ours, place): (&File<'_>, usize),
    (sample, other): (&File<'_>, usize),
    row: Option<usize>,
    columns: &[Column],
    found: &mut Found,
) {
    let (left, right) = (&ours.records[place], &sample.records[other]);
    let number = other + 1;
    let difference = |column, offset, ours, sample, sentence| Difference {
        record: Some(number),
        row,
        column,
        offset: Some(offset),
        ours,
        sample,
        sentence,
        personal: false,
    };
    if columns.len() != right.fields.len() {
        let (mine, theirs) = (columns.len(), right.fields.len());
        let sentence = format!("{number}番目のレコードの列の数が違います。見本は{theirs}、こちらは{mine}です。");
        let pieces = (ours.piece(&left.place), sample.piece(&right.place));
        found.add(difference(None, right.place.start, pieces.0, pieces.1, sentence));
    }
    for (column, (mine, theirs)) in left.fields.iter().zip(&right.fields).enumerate() {
        let Some(at) = first_difference(ours, mine, sample, theirs) else {
            continue;
        };
        let header = columns
            .get(column)
            .map_or_else(|| format!("{}列目", column + 1), |c| c.header.clone());
        let sentence = format!(
            "{number}番目のレコードの「{header}」が、{}バイト目から違います。",
            at + 1
        );
        let pieces = (ours.piece(mine), sample.piece(theirs));
        let offset = theirs.start + usize::from(sample.is_quoted(theirs)) + at;
        found.add(Difference {
            personal: columns.get(column).is_some_and(is_personal),
            ..difference(Some(header), offset, pieces.0, pieces.1, sentence)
        });
    }
}

fn is_personal(column: &Column) -> bool {
    let parts = column.join.iter().filter_map(|p| p.field.as_deref());
    let instead = column.when.iter().filter_map(|w| w.else_field.as_deref());
    let mut names = column.field.as_deref().into_iter().chain(parts).chain(instead);
    names.any(|name| field(name).is_some_and(|f| f.personal))
}

/// Where two values part, counted in the sample's field; its start when the charsets differ.
fn first_difference(ours: &File<'_>, mine: &Range<usize>, sample: &File<'_>, theirs: &Range<usize>) -> Option<usize> {
    let (left, right) = (ours.value(mine), sample.value(theirs));
    if !ours.charset.agrees(sample.charset) {
        return (ours.charset.decode(&left) != sample.charset.decode(&right)).then_some(0);
    }
    let same = left.iter().zip(right.iter()).take_while(|(a, b)| a == b).count();
    (left != right).then_some(same)
}
