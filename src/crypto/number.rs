use super::random_code;
use unicode_normalization::UnicodeNormalization;

/// No letter or digit that is taken for another: 0/O, 1/I/L, U/V.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Every weight shares no factor with the alphabet's 30, so that every single wrong character shows.
const WEIGHTS: [usize; 8] = [1, 7, 11, 13, 17, 19, 23, 29];

/// Numbers that are short enough to copy by hand: random characters and a check character.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    /// Random characters, at most eight.
    pub random: usize,
    /// Characters between two hyphens.
    pub group: usize,
}

impl Numbering {
    pub fn fresh(&self) -> String {
        let mut number = random_code(ALPHABET, self.random);
        number.push(check_character(&number));
        number
    }
    /// `7KQ4M9TXH` as `7KQ-4M9-TXH`.
    pub fn display(&self, number: &str) -> String {
        let chars: Vec<char> = number.chars().collect();
        let groups: Vec<String> = chars.chunks(self.group).map(|c| c.iter().collect()).collect();
        groups.join("-")
    }
    /// Reads what a person typed: any case, full width, spaces, hyphens. `None` when it cannot be one of these.
    pub fn parse(&self, typed: &str) -> Option<String> {
        let number: String = typed
            .nfkc()
            .flat_map(char::to_uppercase)
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let body = number.get(..self.random)?;
        let known = number.bytes().all(|c| ALPHABET.contains(&c));
        (known && number.len() == self.random + 1 && number.ends_with(check_character(body))).then_some(number)
    }
}

fn check_character(body: &str) -> char {
    let value = |c: u8| ALPHABET.iter().position(|a| *a == c).unwrap_or(0);
    let sum: usize = body.bytes().zip(WEIGHTS).map(|(c, weight)| weight * value(c)).sum();
    char::from(ALPHABET[sum % ALPHABET.len()])
}
