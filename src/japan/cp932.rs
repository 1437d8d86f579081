//! Files in CP932 (Windows-31J) that lose no character in silence.
//!
//! Source: domain-enrolment, "Characters and files". Old billing systems read nothing else.

use std::collections::BTreeMap;

use encoding_rs::SHIFT_JIS;

/// Stands where neither a character nor its substitute can be written.
const GETA: &str = "〓";

/// A text in CP932, and what could not be written as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The text in CP932.
    pub bytes: Vec<u8>,
    /// One entry for each character that was replaced, in the order of the text.
    pub problems: Vec<Problem>,
}

/// A character that CP932 does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its place in the text, counted in characters from 0.
    pub index: usize,
    /// The character.
    pub character: char,
    /// What was written instead; empty only for a variation selector, whose kanji is written.
    pub substitute: String,
}

impl Problem {
    /// The character's code point as lists print it, `U+20BB7`.
    pub fn code_point(&self) -> String {
        format!("U+{:04X}", self.character as u32)
    }
}

/// Writes `text` in CP932.
///
/// Signs that merely have two code points (〜 and ～, − and －) are written without a word. A character
/// that CP932 does not hold is written as its entry of `substitutes` (the table that staff edit), else
/// as `〓`, and is reported either way; `?` and `&#…;` are never written.
pub fn encode(text: &str, substitutes: &BTreeMap<char, String>) -> Encoded {
    let mut encoded = Encoded {
        bytes: Vec::with_capacity(text.len()),
        problems: Vec::new(),
    };
    for (index, character) in text.chars().enumerate() {
        let mut buffer = [0; 4];
        if write(twin(character).encode_utf8(&mut buffer), &mut encoded.bytes) {
            continue;
        }
        let substitute = substitutes
            .get(&character)
            .map(String::as_str)
            .filter(|s| !s.is_empty() && write(s, &mut encoded.bytes))
            .unwrap_or_else(|| last_resort(character, &mut encoded.bytes))
            .to_owned();
        encoded.problems.push(Problem {
            index,
            character,
            substitute,
        });
    }
    encoded
}

/// Appends the whole of `s`, or nothing and `false`.
fn write(s: &str, bytes: &mut Vec<u8>) -> bool {
    let twinned: String = s.chars().map(twin).collect();
    let (written, _, had_errors) = SHIFT_JIS.encode(&twinned);
    if !had_errors {
        bytes.extend_from_slice(&written);
    }
    !had_errors
}

/// A variation selector only chooses a shape of the kanji before it, which is written already.
fn last_resort(c: char, bytes: &mut Vec<u8>) -> &'static str {
    if matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}') {
        return "";
    }
    write(GETA, bytes);
    GETA
}

/// The code point that Windows uses for a sign which JIS tables give another one.
/// ¥ and ‾ too: the encoder would write them as `\` and `~`.
fn twin(c: char) -> char {
    match c {
        '〜' => '～',
        '—' => '―',
        '‖' => '∥',
        '−' => '－',
        '¢' => '￠',
        '£' => '￡',
        '¬' => '￢',
        '¦' => '￤',
        '¥' => '￥',
        '‾' => '￣',
        c => c,
    }
}

/// Reads CP932; `None` when any byte belongs to no character.
///
/// Characters that another system has made for itself (外字, F040–F9FC) come out as private-use ones.
pub fn decode(bytes: &[u8]) -> Option<String> {
    SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> Encoded {
        encode(text, &BTreeMap::new())
    }

    fn read_back(encoded: &Encoded) -> Option<String> {
        decode(&encoded.bytes)
    }

    #[test]
    fn windows_has_more_kanji_than_jis() {
        let encoded = plain("髙﨑濵德①㈱ﾔﾏﾀﾞ");
        assert!(encoded.problems.is_empty());
        assert_eq!(read_back(&encoded).as_deref(), Some("髙﨑濵德①㈱ﾔﾏﾀﾞ"));
        assert_eq!(plain("ｱ髙").bytes, [0xB1, 0xFB, 0xFC]);
    }

    #[test]
    fn twins_are_written_without_a_word() {
        let encoded = plain("〜—‖−¢£¬¥‾");
        assert!(encoded.problems.is_empty());
        assert_eq!(read_back(&encoded).as_deref(), Some("～―∥－￠￡￢￥￣"));
        assert_eq!(plain("~\\").bytes, b"~\\");
    }

    #[test]
    fn what_cannot_be_written_is_reported_with_its_place() {
        let table = BTreeMap::from([('𠮷', "吉".to_owned()), ('鷗', "鴎".to_owned())]);
        let encoded = encode("山𠮷田", &table);
        assert_eq!(read_back(&encoded).as_deref(), Some("山吉田"));
        let problem = Problem {
            index: 1,
            character: '𠮷',
            substitute: "吉".to_owned(),
        };
        assert_eq!(problem.code_point(), "U+20BB7");
        assert_eq!(encoded.problems, [problem]);
    }

    #[test]
    fn a_geta_stands_where_no_substitute_helps() {
        for table in [
            BTreeMap::new(),
            BTreeMap::from([('𠮷', String::new())]),
            BTreeMap::from([('𠮷', "吉𠮷".to_owned())]),
        ] {
            let encoded = encode("𠮷", &table);
            assert_eq!(read_back(&encoded).as_deref(), Some("〓"));
            assert_eq!(encoded.problems.len(), 1);
        }
    }

    #[test]
    fn a_variation_selector_leaves_its_kanji_and_is_reported() {
        let encoded = plain("葛\u{E0100}城");
        assert_eq!(read_back(&encoded).as_deref(), Some("葛城"));
        assert_eq!(encoded.problems.len(), 1);
    }

    #[test]
    fn malformed_bytes_are_not_read() {
        assert_eq!(decode(&[0x82]), None);
        assert_eq!(decode(&[0xFF, 0x41]), None);
        assert_eq!(decode(b"").as_deref(), Some(""));
    }

    proptest! {
        #[test]
        fn a_text_comes_back_whole_or_each_loss_is_reported(text in "[ -~ぁ-んァ-ヶ一-龠ｦ-ﾟ〜−髙𠮷é💧]{0,30}") {
            let encoded = plain(&text);
            let mut expected: Vec<String> = text.chars().map(|c| twin(c).to_string()).collect();
            for problem in &encoded.problems {
                prop_assert_eq!(text.chars().nth(problem.index), Some(problem.character));
                expected[problem.index] = problem.substitute.clone();
            }
            prop_assert_eq!(read_back(&encoded), Some(expected.concat()));
        }

        #[test]
        fn no_question_mark_and_no_reference_is_invented(text in "[^?&]*") {
            let bytes = plain(&text).bytes;
            let read = decode(&bytes).unwrap_or_default();
            prop_assert!(!read.contains('?') && !read.contains('&'));
        }

        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode(&bytes);
        }
    }
}
