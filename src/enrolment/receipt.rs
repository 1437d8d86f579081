//! Receipt numbers (受付番号): short enough to copy by hand, with a check character.
use crate::crypto::random_code;

/// No letter or digit that is taken for another: 0/O, 1/I/L, U/V.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM: usize = 8;

/// A new number: 8 random characters and a check character.
pub fn new() -> String {
    let mut number = random_code(ALPHABET, RANDOM);
    number.push(check_character(&number));
    number
}

/// Every weight shares no factor with the alphabet's 30, so that every single wrong character shows.
const WEIGHTS: [usize; RANDOM] = [1, 7, 11, 13, 17, 19, 23, 29];

fn check_character(body: &str) -> char {
    let value = |c: u8| ALPHABET.iter().position(|a| *a == c).unwrap_or(0);
    let sum: usize = body.bytes().zip(WEIGHTS).map(|(c, weight)| weight * value(c)).sum();
    char::from(ALPHABET[sum % ALPHABET.len()])
}

/// `7KQ4M9TXH` as `7KQ-4M9-TXH`.
pub fn display(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let groups: Vec<String> = chars.chunks(3).map(|c| c.iter().collect()).collect();
    groups.join("-")
}

/// Reads what a person typed: any case, full width, spaces, hyphens. `None` when it cannot be a number of ours.
pub fn parse(typed: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization;
    let number: String = typed
        .nfkc()
        .flat_map(char::to_uppercase)
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let body = number.get(..RANDOM)?;
    let known = number.bytes().all(|c| ALPHABET.contains(&c));
    (known && number.len() == RANDOM + 1 && number.ends_with(check_character(body))).then_some(number)
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
            for other in ALPHABET {
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
