//! Changes of characters that a column asks for. What cannot be changed stays as it is and is told.
use super::{finding::Kind, model::Convert};
use crate::japan::{
    digits::{digits, is_dash},
    kana::{narrow, to_katakana},
    zengin::HolderKana,
};
use unicode_normalization::{UnicodeNormalization, char::compose};

/// Applies the changes in their order.
pub(super) fn convert(text: String, changes: &[Convert], told: &mut Vec<Kind>) -> String {
    changes.iter().fold(text, |text, change| one(text, *change, told))
}

fn one(text: String, change: Convert, told: &mut Vec<Kind>) -> String {
    match change {
        Convert::HalfWidth => text.chars().map(half).collect(),
        Convert::FullWidth => full_width(&text),
        Convert::HalfKana => text.chars().flat_map(half_kana).collect(),
        Convert::ZenginKana => zengin(text, told),
        Convert::Digits => only_digits(text, told),
        Convert::Upper => text.to_uppercase(),
        Convert::Katakana => to_katakana(&text),
        Convert::NoSpaces => text.chars().filter(|c| !c.is_whitespace()).collect(),
        Convert::NoHyphens => no_hyphens(&text),
    }
}

fn half(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        c => narrow(c),
    }
}

fn full_width(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        let mark = match c {
            'ﾞ' => Some(('\u{3099}', '゛')),
            'ﾟ' => Some(('\u{309A}', '゜')),
            _ => None,
        };
        if let Some((joining, alone)) = mark {
            let last = out.chars().next_back();
            let joined = last.and_then(|l| compose(l, joining));
            if joined.is_some() {
                out.pop();
            }
            out.push(joined.unwrap_or(alone));
            continue;
        }
        match c {
            ' ' => out.push('\u{3000}'),
            '!'..='~' => out.push(char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)),
            '\u{FF61}'..='\u{FF9D}' => out.extend(std::iter::once(c).nfkc()),
            c => out.push(c),
        }
    }
    out
}

/// Katakana and hiragana in half width, marks apart. ヮ ヰ ヱ ヵ ヶ have no half-width form and stay.
fn half_kana(c: char) -> impl Iterator<Item = char> {
    const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}";
    let katakana = match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        '゛' => '\u{3099}',
        '゜' => '\u{309A}',
        c => c,
    };
    let find = |part: char| {
        let place = FULL.chars().position(|full| full == part)?;
        char::from_u32(0xFF61 + u32::try_from(place).ok()?)
    };
    let parts: Option<Vec<char>> = std::iter::once(katakana).nfd().map(find).collect();
    parts.unwrap_or_else(|| vec![c]).into_iter()
}

/// Kana as banks compare it (`japan::zengin`). A longer name than banks take is left to the column's width.
fn zengin(text: String, told: &mut Vec<Kind>) -> String {
    if let Ok(kana) = HolderKana::parse(&text) {
        return kana.as_str().to_owned();
    }
    // Character by character, each after a kana: alone a mark would be "empty", and a dash no long vowel.
    let katakana = to_katakana(&text);
    let mut out = String::with_capacity(katakana.len());
    for (index, c) in katakana.chars().enumerate() {
        match HolderKana::parse(&format!("ア{c}")) {
            _ if c == '\u{3000}' => out.push(' '),
            Ok(kana) => out.extend(kana.as_str().chars().skip(1)),
            Err(_) => {
                told.push(Kind::NotConverted {
                    position: index + 1,
                    character: c,
                    to: Convert::ZenginKana,
                });
                out.push(c);
            }
        }
    }
    out
}

fn only_digits(text: String, told: &mut Vec<Kind>) -> String {
    match digits(&text) {
        Some(digits) => digits,
        None => {
            let wrong = text.chars().enumerate().find(|(_, c)| digits(&c.to_string()).is_none());
            let (index, character) = wrong.unwrap_or_default();
            told.push(Kind::NotConverted {
                position: index + 1,
                character,
                to: Convert::Digits,
            });
            text
        }
    }
}

/// A long-vowel mark is a hyphen only between digits: 950ー0001, but not サーバー.
fn no_hyphens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let long_vowel = matches!(c, 'ー' | 'ｰ');
        let after_digit = out.chars().next_back().is_some_and(|l| narrow(l).is_ascii_digit());
        if !is_dash(c) || (long_vowel && !after_digit) {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(text: &str, changes: &[Convert]) -> (String, usize) {
        let mut told = vec![];
        (convert(text.to_owned(), changes, &mut told), told.len())
    }

    #[test]
    fn each_change_does_what_its_label_says() {
        use Convert::*;
        for (change, text, expected) in [
            (HalfWidth, "Ａ－１　ア", "A-1 ア"),
            (FullWidth, "A-1 ｶﾞｷﾟﾊﾟｰ｡", "Ａ－１　ガキ゜パー。"),
            (HalfKana, "ガッコウー、ゔぁA漢ヶ", "ｶﾞｯｺｳｰ､ｳﾞｧA漢ヶ"),
            (ZenginKana, "やまだ　しょうー・ａ", "ﾔﾏﾀﾞ ｼﾖｳ-.A"),
            (Digits, "０２５８－３５ 1234", "0258351234"),
            (Upper, "abcａ", "ABCＡ"),
            (Katakana, "やまだ ﾀﾛｳ", "ヤマダ　タロウ"),
            (NoSpaces, " 山 田　", "山田"),
            (NoHyphens, "950-0001 ９ー１ サーバー −", "9500001 ９１ サーバー "),
        ] {
            assert_eq!(converted(text, &[change]), (expected.to_owned(), 0), "{change:?}");
        }
    }

    #[test]
    fn changes_work_in_their_order() {
        use Convert::*;
        assert_eq!(converted("ａ ｂ", &[HalfWidth, Upper, NoSpaces]).0, "AB");
    }

    #[test]
    fn a_long_name_is_written_whole_for_the_width_to_judge() {
        let (kana, told) = converted(&"ガ".repeat(16), &[Convert::ZenginKana]);
        assert_eq!((kana, told), ("ｶﾞ".repeat(16), 0));
    }

    #[test]
    fn what_has_no_other_form_stays_and_is_told() {
        let mut told = vec![];
        let text = convert("ヤマ田".to_owned(), &[Convert::ZenginKana], &mut told);
        assert_eq!(text, "ﾔﾏ田");
        let expected = Kind::NotConverted {
            position: 3,
            character: '田',
            to: Convert::ZenginKana,
        };
        assert_eq!(told, [expected]);
        assert_eq!(converted("12x", &[Convert::Digits]), ("12x".to_owned(), 1));
    }
}
