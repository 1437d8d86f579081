//! Names and addresses: kept exactly as typed, because a changed character changes a legal name.

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS};
use unicode_normalization::UnicodeNormalization;

/// The text as it is stored: trimmed (U+3000 too) and in NFC, with 髙, 﨑, 神 (U+FA19) and 𠮷 as typed (ux 2.3 "kanji").
///
/// # Errors
/// The first character that no name or address holds: a control or line break inside the text, an
/// emoji, an invisible direction or joining mark, a private-use or noncharacter.
pub fn clean(typed: &str) -> Result<String, char> {
    let trimmed =
        typed.trim_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}' | '\u{FEFF}'));
    match trimmed.chars().find(|c| is_refused(*c)) {
        Some(refused) => Err(refused),
        None => Ok(compose_around_ideographs(trimmed)),
    }
}

/// NFC for everything but CJK compatibility ideographs, which NFC would replace (U+FA19 by 神).
fn compose_around_ideographs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_compatibility_ideograph) {
        let body = piece.trim_end_matches(is_compatibility_ideograph);
        out.extend(body.nfc());
        out.extend(piece.chars().skip(body.chars().count()));
    }
    out
}

fn is_compatibility_ideograph(c: char) -> bool {
    matches!(c, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

fn is_refused(c: char) -> bool {
    c.is_control() || is_invisible(c) || is_unassigned_or_private(c) || is_emoji(c)
}

/// Line separators, joiners, direction marks, tags and interlinear marks; not the variation
/// selectors that choose the shape of a kanji.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE0E}'
            | '\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFD}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

fn is_unassigned_or_private(c: char) -> bool {
    let code = c as u32;
    matches!(code, 0xE000..=0xF8FF | 0xF_0000.. | 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE
}

/// Pictures. Signs that Japanese character sets have held for long (☆ ♪ ♨) or that number things (❶) are none.
fn is_emoji(c: char) -> bool {
    match c {
        '\u{20E3}' | '\u{1F000}'..='\u{1FAFF}' => true,
        '\u{2776}'..='\u{2793}' | '\u{2668}' => false,
        '\u{231A}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' => !in_charset(c, SHIFT_JIS),
        _ => false,
    }
}

/// The characters that old systems will not hold (外字), each once, in the order they stand.
///
/// An approximation of "outside JIS": writable neither in Windows-31J nor in EUC-JP.
pub fn outside_jis(s: &str) -> Vec<char> {
    let mut found = Vec::new();
    for c in s.chars() {
        if !in_charset(c, SHIFT_JIS) && !in_charset(c, EUC_JP) && !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

fn in_charset(c: char, charset: &'static Encoding) -> bool {
    let mut buffer = [0; 4];
    let (_, _, had_errors) = charset.encode(c.encode_utf8(&mut buffer));
    !had_errors
}

/// How long a person would say the text is: its characters, whatever their width.
pub fn width_count(s: &str) -> usize {
    s.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_characters_of_legal_names_stay_as_typed() {
        for name in [
            "髙﨑",
            "\u{FA19}谷",
            "𠮷田",
            "濵邉德",
            "\u{2F80F}",
            "葛\u{E0100}城",
            "①㈱",
        ] {
            assert_eq!(clean(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn marks_are_composed_beside_kept_kanji() {
        assert_eq!(
            clean("\u{FA19}か\u{3099}\u{FA19}\u{FA1A}は\u{309A}").as_deref(),
            Ok("\u{FA19}が\u{FA19}\u{FA1A}ぱ")
        );
    }

    #[test]
    fn spaces_around_go_and_spaces_inside_stay() {
        assert_eq!(clean("\u{3000} 水道町　1-2 \r\n").as_deref(), Ok("水道町　1-2"));
        assert_eq!(clean("　").as_deref(), Ok(""));
    }

    #[test]
    fn what_no_name_holds_is_refused_and_named() {
        for c in "\n\t\0\u{85}\u{2028}💧🀄🇯⭐✨❤\u{FE0F}\u{20E3}\u{200D}\u{202E}\u{2066}\u{E000}\u{F0000}\u{FDD0}\u{FFFE}\u{1FFFF}\u{FFFD}\u{E0041}".chars() {
            assert_eq!(clean(&format!("水{c}道")), Err(c), "{c:?}");
        }
    }

    #[test]
    fn old_signs_are_no_emoji() {
        for sign in "☆★♪♨〒①❶℡№〇々〆ヶ†※→".chars() {
            assert_eq!(clean(&sign.to_string()), Ok(sign.to_string()));
        }
    }

    #[test]
    fn characters_outside_jis_are_named_once() {
        assert_eq!(outside_jis("髙﨑𠮷野𠮷①Ａア"), ['𠮷']);
        assert!(outside_jis("長岡市水道町").is_empty());
    }

    #[test]
    fn a_rare_kanji_counts_as_one() {
        assert_eq!(width_count("𠮷田ab"), 4);
    }

    proptest! {
        #[test]
        fn clean_text_is_final(typed in "\\PC*") {
            if let Ok(text) = clean(&typed) {
                prop_assert_eq!(clean(&text), Ok(text));
            }
        }

        #[test]
        fn no_compatibility_ideograph_is_replaced(typed in "[\u{F900}-\u{FA6D}あ-ん\u{3099}山]{0,12}") {
            let kept = |s: &str| s.chars().filter(|c| is_compatibility_ideograph(*c)).collect::<String>();
            if let Ok(text) = clean(&typed) {
                prop_assert_eq!(kept(&text), kept(&typed));
            }
        }
    }
}
