//! Receipt numbers (受付番号): short enough to copy by hand, with a check character.
use crate::crypto::Numbering;

const NUMBERS: Numbering = Numbering { random: 8, group: 3 };

/// A new number: 8 random characters and a check character.
pub fn new() -> String {
    NUMBERS.fresh()
}

/// `7KQ4M9TXH` as `7KQ-4M9-TXH`.
pub fn display(number: &str) -> String {
    NUMBERS.display(number)
}

/// Reads what a person typed: any case, full width, spaces, hyphens. `None` when it cannot be a number of ours.
pub fn parse(typed: &str) -> Option<String> {
    NUMBERS.parse(typed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_however_it_is_typed() {
        let number = new();
        let shown = display(&number);
        assert_eq!(shown.len(), 11);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('-', "−"),
            format!("　{number} "),
        ] {
            assert_eq!(parse(&typed), Some(number.clone()), "{typed}");
        }
        let wide: String = number
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap())
            .collect();
        assert_eq!(parse(&wide), Some(number));
    }

    #[test]
    fn every_single_wrong_character_shows() {
        let number = new();
        for place in 0..number.len() {
            for other in b"23456789ABCDEFGHJKMNPQRSTVWXYZ" {
                let mut typed = number.clone().into_bytes();
                typed[place] = *other;
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(parse(&typed).is_some(), typed == number, "{number} {typed}");
            }
        }
    }

    proptest! {
        #[test]
        fn anything_typed_is_read_or_refused(typed in "\\PC{0,30}") {
            if let Some(number) = parse(&typed) {
                prop_assert_eq!(number.len(), 9);
            }
        }
    }
}
