//! Phone numbers (N8.2 ケ・コ・サ).

use unicode_normalization::UnicodeNormalization;

use super::digits::digits;

/// Why a text is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// It is not 10 or 11 digits from the area code on.
    #[error("the phone number is not ten or eleven digits beginning with 0")]
    Form,
}

/// The half-width digits of a Japanese phone number: 10 or 11, beginning with 0.
///
/// Separators and full-width digits are accepted, and the form from abroad, `+81 90-…` or `+81 (0)90-…`.
///
/// # Errors
/// [`PhoneError::Form`], also when nothing was typed.
pub fn parse(typed: &str) -> Result<String, PhoneError> {
    let plain: String = typed.nfkc().collect();
    let found = match plain.split_once('+') {
        Some((before, after)) => digits(before)
            .filter(String::is_empty)
            .and_then(|_| digits(after))
            .and_then(|all| all.strip_prefix("81").map(from_abroad)),
        None => digits(&plain),
    };
    found
        .filter(|d| d.starts_with('0') && matches!(d.len(), 10 | 11))
        .ok_or(PhoneError::Form)
}

fn from_abroad(rest: &str) -> String {
    format!("0{}", rest.strip_prefix('0').unwrap_or(rest))
}

/// The last four characters, or all when there are fewer.
pub fn last4(digits: &str) -> &str {
    let start = digits.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    digits.get(start..).unwrap_or(digits)
}

/// Beginnings of numbers whose area code has two digits.
const TWO_DIGITS: &str = "03 06";

/// Beginnings of numbers whose area code has three digits. Detailed around Niigata and Kanazawa.
const THREE_DIGITS: &str = "011 0222 0227 0236 0245 0249 0252 0253 0255 0257 0262 0272 0273 0286 0292 \
    0298 042 043 044 045 046 048 049 052 0534 0542 0543 0582 0592 072 073 075 0762 0764 0775 078 0792 \
    0822 0825 0832 0862 0878 0888 0899 092 093 0958 0963 0975 0988 0992";

/// Towns with four digits inside an area that otherwise has three (妙高, 柏崎).
const FOUR_DIGITS_AFTER_ALL: &str = "02557 02558 02572 02573 02574";

/// The number with hyphens as people write it (090-1234-5678, 0258-35-1619).
///
/// Takes half-width digits; where the area code is not known it is taken to have four. Anything that
/// is not 10 or 11 digits comes back as it is.
pub fn display(digits: &str) -> String {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return digits.to_owned();
    }
    let first = match digits.len() {
        11 if digits.starts_with("0800") => 4,
        11 => 3,
        10 => area_code_length(digits),
        _ => return digits.to_owned(),
    };
    // Free-dial and similar numbers have three digits at the end, all others four.
    let service = ["0120", "0570", "0990"].iter().any(|s| digits.starts_with(s));
    let last = if service && digits.len() == 10 || digits.starts_with("0800") {
        3
    } else {
        4
    };
    let (area, rest) = digits.split_at(first);
    let (middle, end) = rest.split_at(rest.len() - last);
    format!("{area}-{middle}-{end}")
}

fn area_code_length(digits: &str) -> usize {
    let listed = |list: &str| list.split_whitespace().any(|code| digits.starts_with(code));
    if listed(TWO_DIGITS) {
        2
    } else if listed(THREE_DIGITS) && !listed(FOUR_DIGITS_AFTER_ALL) {
        3
    } else {
        4
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_of_typing_gives_the_same_digits() {
        for typed in [
            "090-1234-5678",
            "０９０（１２３４）５６７８",
            "090 1234 5678",
            "090−1234−5678",
            "+81 90-1234-5678",
            "＋８１ (0)90-1234-5678",
            "(+81)9012345678",
            "\u{202A}+81 90 1234 5678\u{202C}",
        ] {
            assert_eq!(parse(typed).as_deref(), Ok("09012345678"), "{typed}");
        }
        assert_eq!(parse("0258(35)1619").as_deref(), Ok("0258351619"));
    }

    #[test]
    fn a_number_without_its_area_code_is_refused() {
        for typed in [
            "",
            "35-1619",
            "9012345678",
            "090123456789",
            "090-1234-567x",
            "+1 212 555 0123",
            "8190123456789",
            "0+8190123456789",
            "+81+9012345678",
        ] {
            assert_eq!(parse(typed), Err(PhoneError::Form), "{typed}");
        }
    }

    #[test]
    fn the_last_four_are_safe_for_short_and_odd_text() {
        assert_eq!(last4("0258351619"), "1619");
        assert_eq!(last4("12"), "12");
        assert_eq!(last4(""), "");
        assert_eq!(last4("あいうえお"), "いうえお");
    }

    #[test]
    fn hyphens_stand_where_people_put_them() {
        for shown in [
            "090-1234-5678",
            "050-1234-5678",
            "0800-1234-567",
            "0120-123-456",
            "03-1234-5678",
            "06-1234-5678",
            "0258-35-1619",
            "025-228-1000",
            "025-526-5111",
            "0255-72-3111",
            "0257-23-5111",
            "025-773-6660",
            "0256-34-5511",
            "076-220-2111",
            "0761-22-4111",
            "052-961-1111",
        ] {
            assert_eq!(display(&shown.replace('-', "")), shown);
        }
    }

    #[test]
    fn what_is_no_number_is_shown_as_it_is() {
        for odd in ["", "123", "あいうえおかきくけこ", "012345678901"] {
            assert_eq!(display(odd), odd);
        }
    }

    proptest! {
        #[test]
        fn hyphens_never_change_the_number(number in "0[0-9]{9,10}") {
            prop_assert_eq!(display(&number).replace('-', ""), number.clone());
            prop_assert_eq!(parse(&display(&number)), Ok(number));
        }

        #[test]
        fn any_text_is_answered(typed in "\\PC*") {
            let _ = (parse(&typed), display(&typed), last4(&typed));
        }
    }
}
