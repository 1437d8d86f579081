//! Our bytes beside a sample file of the billing vendor: what differs, and where.
//!
//! The sample's own shape is guessed first, so that one wrong line end does not make every byte differ.
mod shape;
mod split;

use super::{
    fit,
    model::{Column, Form, Layout},
    row::field,
};
use shape::Charset;
use split::Piece as Record;
use std::{borrow::Cow, ops::Range};

/// How many differences are listed; a sample of another system could have millions.
const MOST: usize = 200;
/// How many bytes of a value are shown.
const MOST_SHOWN: usize = 64;
const BOM: &[u8] = "\u{FEFF}".as_bytes();
/// Old systems end a file with Ctrl-Z.
const END_MARK: u8 = 0x1A;

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Nothing, when the bytes are the same. Those of the file as a whole come first.
    pub differences: Vec<Difference>,
    /// There are more than are listed.
    pub more: bool,
}

/// One difference. Those of the file as a whole have no record and come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The record in the sample, counted from 1, the header line too.
    pub record: Option<usize>,
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

/// Compares record by record and column by column; nothing is found only where the bytes are the same.
pub fn compare(our_bytes: &[u8], sample_bytes: &[u8], layout: &Layout) -> Comparison {
    if our_bytes == sample_bytes {
        return Comparison::default();
    }
    let (ours, sample) = (File::read(our_bytes, layout), File::read(sample_bytes, layout));
    let mut found: Vec<_> = whole(&ours, &sample, layout).into_iter().map(about_the_file).collect();
    records(&ours, &sample, layout, &mut found);
    if found.is_empty() {
        // Such as quotes around another field, or one line end of many.
        let at = our_bytes.iter().zip(sample_bytes).take_while(|(a, b)| a == b).count();
        let sentence = format!(
            "値は同じですが、ファイルの先頭から{}バイト目から書き方が違います。",
            at + 1
        );
        found.push(Difference {
            offset: Some(at),
            ..about_the_file(sentence)
        });
    }
    let more = found.len() > MOST;
    found.truncate(MOST);
    Comparison {
        differences: found,
        more,
    }
}

/// A file and its guessed shape.
struct File<'a> {
    bytes: &'a [u8],
    bom: bool,
    end_mark: bool,
    charset: Charset,
    delimiter: super::Delimiter,
    has_header: bool,
    records: Vec<Record>,
}

impl<'a> File<'a> {
    fn read(bytes: &'a [u8], layout: &Layout) -> Self {
        let bom = bytes.starts_with(BOM);
        let start = if bom { BOM.len() } else { 0 };
        let end_mark = bytes.len() > start && bytes.last() == Some(&END_MARK);
        let bytes = if end_mark { &bytes[..bytes.len() - 1] } else { bytes };
        let charset = Charset::guess(&bytes[start..]);
        let delimiter = shape::delimiter(&bytes[start..], layout.delimiter);
        let records = match layout.form {
            Form::Fixed => split::fixed(bytes, start, layout),
            Form::Delimited => split::delimited(bytes, start, delimiter.character() as u8, charset == Charset::Cp932),
        };
        let mut file = Self {
            bytes,
            bom,
            end_mark,
            charset,
            delimiter,
            has_header: false,
            records,
        };
        file.has_header = file
            .records
            .get(layout.head.len())
            .is_some_and(|r| file.names_columns(r, layout));
        file
    }

    fn names_columns(&self, record: &Record, layout: &Layout) -> bool {
        let texts = record.fields.iter().map(|f| self.charset.decode(&self.value(f)));
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
        column: None,
        offset: None,
        ours: none.clone(),
        sample: none,
        sentence,
        personal: false,
    }
}

/// Differences of the file as a whole, a sentence each.
fn whole(ours: &File<'_>, sample: &File<'_>, layout: &Layout) -> Vec<String> {
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
    differ("先頭のBOM", yes(ours.bom), yes(sample.bom));
    if !ours.charset.agrees(sample.charset) {
        differ("文字コード", ours.charset.label(), sample.charset.label());
    }
    differ("改行", shape::ending(&ours.records), shape::ending(&sample.records));
    let ended = |file: &File<'_>| yes(file.records.last().is_some_and(|r| r.ending != "なし"));
    differ("最後のレコードの後の改行", ended(ours), ended(sample));
    differ("ファイルの終わりの記号（1A）", yes(ours.end_mark), yes(sample.end_mark));
    if layout.form == Form::Delimited {
        differ("区切り文字", ours.delimiter.label(), sample.delimiter.label());
        differ("見出し行", yes(ours.has_header), yes(sample.has_header));
        let quoting = |file: &File<'_>| shape::quoting(file.bytes, &file.records);
        differ("引用符", quoting(ours), quoting(sample));
    } else {
        let length = |file: &File<'_>| file.records.first().map_or(0, |r| r.place.len()).to_string();
        differ("最初のレコードのバイト数", &length(ours), &length(sample));
    }
    differ(
        "レコードの数",
        &ours.records.len().to_string(),
        &sample.records.len().to_string(),
    );
    found
}

/// Record beside record. A header line that only one of them has is left out.
fn records(ours: &File<'_>, sample: &File<'_>, layout: &Layout, found: &mut Vec<Difference>) {
    let without_header = |file: &File<'_>, other: &File<'_>| {
        let skipped = (file.has_header && !other.has_header).then_some(layout.head.len());
        (0..file.records.len())
            .filter(move |index| Some(*index) != skipped)
            .collect::<Vec<_>>()
    };
    let (left, right) = (without_header(ours, sample), without_header(sample, ours));
    for (index, other) in left.into_iter().zip(right) {
        if found.len() > MOST {
            return;
        }
        let columns = split::columns_of(layout, index, ours.records.len());
        record(ours, index, sample, other, columns, found);
    }
}

fn record(
    ours: &File<'_>,
    index: usize,
    sample: &File<'_>,
    other: usize,
    columns: &[Column],
    found: &mut Vec<Difference>,
) {
    let (left, right) = (&ours.records[index], &sample.records[other]);
    let number = other + 1;
    let difference = |column, offset, ours, sample, sentence| Difference {
        record: Some(number),
        column,
        offset: Some(offset),
        ours,
        sample,
        sentence,
        personal: false,
    };
    if left.fields.len() != right.fields.len() {
        let (mine, theirs) = (left.fields.len(), right.fields.len());
        let sentence = format!("{number}番目のレコードの列の数が違います。見本は{theirs}、こちらは{mine}です。");
        let pieces = (ours.piece(&left.place), sample.piece(&right.place));
        found.push(difference(None, right.place.start, pieces.0, pieces.1, sentence));
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
        let quote = usize::from(sample.bytes[theirs.clone()].starts_with(b"\""));
        let offset = theirs.start + quote + at;
        found.push(Difference {
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
