//! Numbers as people type them: お問い合わせ番号, postal codes, phones, accounts.

use unicode_normalization::UnicodeNormalization;

/// The ASCII digits of `typed`, full-width or half-width, without white space and separators
/// (ux 2.3 "digits").
///
/// `Some("")` when nothing was typed; `None` when anything else remains, such as a letter.
pub fn digits(typed: &str) -> Option<String> {
    let mut found = String::new();
    for c in typed.nfkc() {
        match c {
            '0'..='9' => found.push(c),
            '.' | '(' | ')' | '/' => {}
            _ if is_dash(c) || c.is_whitespace() || is_invisible(c) => {}
            _ => return None,
        }
    }
    Some(found)
}

/// 「940-0062」 of seven digits; what is no postal code stays as it is.
pub fn postal_display(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((area, town)) if !town.is_empty() => format!("{area}-{town}"),
        _ => code.to_owned(),
    }
}

/// Whether people use `c` as a hyphen or a long-vowel mark.
///
/// A list, because NFKC leaves `−` U+2212 and `‐` U+2010 as they are (domain-enrolment: Zengin facts).
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{2501}'
                | 'ー'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{FF70}'
    )
}

/// Marks that come along unseen when a number is copied from a phone's address book.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_separator_of_the_page_is_dropped() {
        for separator in "-‐‑‒–—―−ーｰ－.．()（）/／ \u{3000}\t\u{A0}".chars() {
            let typed = format!("{separator}12{separator}3４{separator}");
            assert_eq!(digits(&typed).as_deref(), Some("1234"), "{separator:?}");
        }
    }

    #[test]
    fn nothing_typed_is_an_empty_number() {
        assert_eq!(digits("").as_deref(), Some(""));
        assert_eq!(digits(" \u{3000}").as_deref(), Some(""));
    }

    #[test]
    fn a_letter_is_not_a_number() {
        for typed in ["12a4", "一二三", "12３番", "O90", "1,234", "+81", "٣"] {
            assert_eq!(digits(typed), None, "{typed}");
        }
    }

    #[test]
    fn marks_copied_from_a_phone_book_are_dropped() {
        let typed = "\u{202D}090-1234-5678\u{202C}";
        assert_eq!(digits(typed).as_deref(), Some("09012345678"));
    }

    proptest! {
        #[test]
        fn only_ascii_digits_ever_come_out(typed in "\\PC*") {
            if let Some(found) = digits(&typed) {
                prop_assert!(found.bytes().all(|b| b.is_ascii_digit()));
            }
        }

        #[test]
        fn separators_never_change_the_number(parts in prop::collection::vec("[0-9]{0,4}", 1..5),
                                              separator in "[-−‐ー　 ./]") {
            prop_assert_eq!(digits(&parts.join(&separator)), Some(parts.concat()));
        }
    }
}
