//! A text in the file's encoding and width. Width counts what is written; no character is cut in two.
use super::{
    finding::Kind,
    model::{Encoding, Overflow, Pad, Side, Unit},
    row::is_narrow,
};
use crate::japan::cp932;
use encoding_rs::SHIFT_JIS;
use std::{borrow::Cow, collections::BTreeMap};

/// More than any record needs; keeps a slip of the finger from filling the memory.
pub(super) const MOST_WIDTH: usize = 10_000;

/// The text with every character that the encoding lacks replaced, and told.
pub(super) fn writable(
    text: String,
    encoding: Encoding,
    substitutes: &BTreeMap<char, String>,
    told: &mut Vec<Kind>,
) -> String {
    if encoding != Encoding::Cp932 || text.is_ascii() || comes_back(&text) {
        return text;
    }
    let encoded = cp932::encode(&text, substitutes);
    told.extend(encoded.problems.into_iter().map(|p| Kind::Character {
        position: p.index + 1,
        character: p.character,
        substitute: p.substitute,
    }));
    // What was just encoded can be decoded; without that the text would be as it was typed.
    cp932::decode(&encoded.bytes).unwrap_or(text)
}

/// Nearly every text goes out and comes back as it is, which is cheaper to ask of the whole than of each character.
fn comes_back(text: &str) -> bool {
    let (bytes, _, lossy) = SHIFT_JIS.encode(text);
    !lossy && cp932::decode(&bytes).as_deref() == Some(text)
}

/// The bytes of a text that has been made writable.
pub(super) fn bytes(text: &str, encoding: Encoding) -> Cow<'_, [u8]> {
    if encoding != Encoding::Cp932 || text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    match SHIFT_JIS.encode(text) {
        (bytes, _, false) => bytes,
        // Only a filling of a layout that nobody checked comes here; it must not become `&#…;`.
        _ => Cow::Owned(cp932::encode(text, &BTreeMap::new()).bytes),
    }
}

/// How many bytes a writable character takes.
pub(super) fn width(c: char, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Cp932 if is_narrow(c) => 1,
        Encoding::Cp932 => 2,
        Encoding::Utf8 | Encoding::Utf8Bom => c.len_utf8(),
    }
}

/// Brings a writable text to the width of its column.
pub(super) fn padded(text: String, pad: &Pad, overflow: Overflow, encoding: Encoding, told: &mut Vec<Kind>) -> String {
    let places = |c: char| match pad.unit {
        Unit::Characters => 1,
        Unit::Bytes => width(c, encoding),
    };
    let wanted = pad.width.min(MOST_WIDTH);
    let size: usize = text.chars().map(places).sum();
    let (text, size) = match (size > wanted, overflow) {
        (false, _) => (text, size),
        (true, Overflow::Report) => {
            told.push(Kind::TooLong {
                size,
                width: wanted,
                unit: pad.unit,
            });
            return text;
        }
        (true, Overflow::Cut) => {
            told.push(Kind::Cut {
                size,
                width: wanted,
                unit: pad.unit,
            });
            cut(&text, wanted, places)
        }
    };
    let (each, room) = (places(pad.with).max(1), wanted - size);
    let mut fill: String = std::iter::repeat_n(pad.with, room / each).collect();
    if room % each > 0 {
        told.push(Kind::Uneven { width: wanted });
        fill.extend(std::iter::repeat_n(' ', room % each));
    }
    match pad.side {
        Side::Left => fill + &text,
        Side::Right => text + &fill,
    }
}

/// As much of the beginning as fits, and its size. A mark stays with its letter: ﾀﾞ is kept or dropped whole.
fn cut(text: &str, wanted: usize, places: impl Fn(char) -> usize) -> (String, usize) {
    let (mut end, mut end_size, mut size) = (0, 0, 0);
    for (at, c) in text.char_indices() {
        if !is_mark(c) {
            (end, end_size) = (at, size);
        }
        size += places(c);
        if size > wanted {
            return (text[..end].to_owned(), end_size);
        }
    }
    (text.to_owned(), size)
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        'ﾞ' | 'ﾟ'
            | '\u{3099}' | '\u{309A}'
            | '\u{300}'..='\u{36F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// For a spreadsheet a leading `= + - @` or tab would be a formula: the text with `'` before it.
pub(super) fn guard(text: &str) -> Option<String> {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']);
    risky.then(|| format!("'{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pad(width: usize, with: char, unit: Unit) -> Pad {
        Pad {
            width,
            with,
            side: Side::Right,
            unit,
        }
    }
    fn run(text: &str, pad: &Pad, overflow: Overflow) -> (String, Vec<Kind>) {
        let mut told = vec![];
        let text = padded(text.to_owned(), pad, overflow, Encoding::Cp932, &mut told);
        (text, told)
    }

    #[test]
    fn bytes_are_counted_and_no_character_is_cut() {
        let wide = pad(5, ' ', Unit::Bytes);
        assert_eq!(run("山田", &wide, Overflow::Cut), ("山田 ".into(), vec![]));
        let told = vec![Kind::Cut {
            size: 6,
            width: 5,
            unit: Unit::Bytes,
        }];
        assert_eq!(run("山田川", &wide, Overflow::Cut), ("山田 ".into(), told));
        let told = vec![Kind::TooLong {
            size: 6,
            width: 5,
            unit: Unit::Bytes,
        }];
        assert_eq!(run("山田川", &wide, Overflow::Report), ("山田川".into(), told));
        assert_eq!(run("山田", &pad(5, ' ', Unit::Characters), Overflow::Cut).0, "山田   ");
    }

    #[test]
    fn a_mark_stays_with_its_letter() {
        assert_eq!(run("ﾔﾏﾀﾞ", &pad(3, ' ', Unit::Bytes), Overflow::Cut).0, "ﾔﾏ ");
    }

    #[test]
    fn a_wide_filling_leaves_a_space_and_says_so() {
        let (text, told) = run("山", &pad(5, '　', Unit::Bytes), Overflow::Report);
        assert_eq!((text.as_str(), told), ("山　 ", vec![Kind::Uneven { width: 5 }]));
    }

    proptest! {
        #[test]
        fn a_cut_text_fills_its_width_and_begins_as_typed(
            text in "[ -~ァ-ヶ一-龠ｦ-ﾟ髙①]{0,20}", width in 0usize..30, wide in any::<bool>(),
        ) {
            let pad = pad(width, if wide { '　' } else { '*' }, Unit::Bytes);
            let text = writable(text, Encoding::Cp932, &BTreeMap::new(), &mut vec![]);
            let (written, _) = run(&text, &pad, Overflow::Cut);
            let bytes = bytes(&written, Encoding::Cp932);
            prop_assert_eq!(bytes.len(), width);
            // A character cut in two would not decode.
            let back = cp932::decode(&bytes);
            prop_assert_eq!(back.as_deref(), Some(written.as_str()));
            let kept: String = written.trim_end_matches(['*', '　', ' ']).to_owned();
            prop_assert!(text.starts_with(&kept));
        }
    }
}
