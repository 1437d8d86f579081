//! A file cut into records and fields by their bytes, so that each difference has its place.
use super::super::model::{Column, Form, Layout};
use std::ops::Range;

/// One record: its place without the line end, the line end's name, and the places of its fields.
pub(super) struct Piece {
    pub place: Range<usize>,
    pub ending: &'static str,
    pub fields: Vec<Range<usize>>,
}

/// The records of a delimited file.
pub(super) fn delimited(bytes: &[u8], start: usize, delimiter: u8, double_byte: bool) -> Vec<Piece> {
    lines(bytes, start, has_quotes(bytes))
        .map(|(place, ending)| Piece {
            fields: fields(bytes, place.clone(), delimiter, double_byte),
            place,
            ending,
        })
        .collect()
}

/// A lone quote is a character like any other; it must not swallow the rest of the file.
fn has_quotes(bytes: &[u8]) -> bool {
    bytes.iter().filter(|b| **b == b'"').count() % 2 == 0
}

/// The first record of a delimited file, as it stands there.
pub(super) fn first_line(bytes: &[u8]) -> &[u8] {
    let place = lines(bytes, 0, has_quotes(bytes)).next();
    place.map_or(&[], |(place, _)| &bytes[place])
}

/// The records of a fixed-width file: by line end if it has any, else by length.
pub(super) fn fixed(bytes: &[u8], start: usize, layout: &Layout) -> Vec<Piece> {
    let length = length(&layout.columns, layout).max(1);
    let has_ends = bytes[start..].iter().any(|b| matches!(b, b'\r' | b'\n'));
    let places: Vec<_> = match has_ends {
        true => lines(bytes, start, false).collect(),
        false => {
            let starts = (start..bytes.len()).step_by(length);
            starts.map(|at| (at..(at + length).min(bytes.len()), "なし")).collect()
        }
    };
    let count = places.len();
    let cut = |(index, (place, ending)): (usize, (Range<usize>, &'static str))| {
        let columns = columns_of(layout, index, count);
        Piece {
            fields: by_width(&place, columns),
            place,
            ending,
        }
    };
    places.into_iter().enumerate().map(cut).collect()
}

/// How long a record of these columns is in a fixed-width file.
pub(super) fn length(columns: &[Column], layout: &Layout) -> usize {
    let widths = columns.iter().filter_map(|c| c.pad.as_ref()).map(|p| p.width);
    layout.record_bytes.unwrap_or_else(|| widths.sum())
}

/// The columns of a record: the first ones are the head's, the last ones the tail's.
pub(super) fn columns_of(layout: &Layout, index: usize, count: usize) -> &[Column] {
    let headers = usize::from(layout.header && layout.form == Form::Delimited);
    let tail_starts = count.saturating_sub(layout.tail.len()).max(layout.head.len() + headers);
    let extra = match index {
        index if index < layout.head.len() => layout.head.get(index),
        index if index >= tail_starts => layout.tail.get(index - tail_starts),
        _ => None,
    };
    extra.map_or(&layout.columns, |e| &e.columns)
}

fn by_width(place: &Range<usize>, columns: &[Column]) -> Vec<Range<usize>> {
    let mut at = place.start;
    let mut fields: Vec<_> = columns
        .iter()
        .map(|column| {
            let start = at;
            at = at
                .saturating_add(column.pad.as_ref().map_or(0, |p| p.width))
                .min(place.end);
            start..at
        })
        .collect();
    if at < place.end {
        fields.push(at..place.end);
    }
    fields
}

/// The lines and the names of their ends. Line breaks between quotes belong to the line, where quotes count.
fn lines(bytes: &[u8], start: usize, quotes: bool) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    let mut at = start;
    std::iter::from_fn(move || {
        let (begin, mut inside) = (at, false);
        while at < bytes.len() {
            let end = at;
            at += 1;
            match bytes[end] {
                b'"' if quotes => inside = !inside,
                b'\r' if !inside && bytes.get(at) == Some(&b'\n') => {
                    at += 1;
                    return Some((begin..end, "CR+LF"));
                }
                b'\r' if !inside => return Some((begin..end, "CR")),
                b'\n' if !inside => return Some((begin..end, "LF")),
                _ => {}
            }
        }
        (begin < at).then_some((begin..at, "なし"))
    })
}

fn fields(bytes: &[u8], place: Range<usize>, delimiter: u8, double_byte: bool) -> Vec<Range<usize>> {
    let (mut fields, mut begin, mut at, mut inside) = (vec![], place.start, place.start, false);
    while at < place.end {
        match bytes[at] {
            b'"' => inside = !inside,
            b if b == delimiter && !inside => {
                fields.push(begin..at);
                begin = at + 1;
            }
            // The second half of a kanji may look like a delimiter: ポ is 83 7C.
            0x81..=0x9F | 0xE0..=0xFC if double_byte => at += 1,
            _ => {}
        }
        at += 1;
    }
    fields.push(begin..place.end);
    fields
}

/// A field's own bytes, without its quotes.
pub(super) fn unquoted(field: &[u8]) -> Vec<u8> {
    let Some(inner) = field.strip_prefix(b"\"").and_then(|f| f.strip_suffix(b"\"")) else {
        return field.to_vec();
    };
    let mut out = Vec::with_capacity(inner.len());
    let mut after_quote = false;
    for b in inner {
        after_quote = *b == b'"' && !after_quote;
        if !after_quote {
            out.push(*b);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kanji_with_a_delimiter_inside_stays_whole() {
        let bytes = b"\x83\x7C|\"a|b\"|\r\nx";
        let pieces = delimited(bytes, 0, b'|', true);
        let fields: Vec<_> = pieces[0].fields.iter().map(|f| &bytes[f.clone()]).collect();
        assert_eq!(fields, [&b"\x83\x7C"[..], b"\"a|b\"", b""]);
        assert_eq!((pieces[0].ending, pieces[1].ending, pieces.len()), ("CR+LF", "なし", 2));
    }

    #[test]
    fn quotes_come_off() {
        assert_eq!(unquoted(b"\"a\"\"b\""), b"a\"b");
        assert_eq!(unquoted(b"a\"b"), b"a\"b");
        assert_eq!(unquoted(b"\""), b"\"");
    }
}
