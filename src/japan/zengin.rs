//! What banks compare: the holder's name, the deposit type and the account number in 全銀協 form.
//!
//! Source: domain-enrolment, "Zengin facts".

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::digits::is_dash;
use super::kana::{large, narrow, to_katakana};

/// The most places a holder name may take; 濁点 take one each.
const MOST_PLACES: usize = 30;

/// An account holder's name in half-width katakana as banks compare it (N8.2チ), at most 30 places.
///
/// Its debug form hides the name: personal data never reaches a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HolderKana(String);

impl fmt::Debug for HolderKana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderKana(…)")
    }
}

/// Why a name cannot be written as banks compare it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolderKanaError {
    /// Nothing was typed, or nothing but marks.
    #[error("the holder name is empty")]
    Empty,
    /// These characters have no half-width form, each once, in the order they stand.
    #[error("the holder name has {} characters that banks cannot write", .0.len())]
    Unwritable(Vec<char>),
    /// The name takes this many places, more than 30.
    #[error("the holder name takes {0} places")]
    TooLong(usize),
}

impl HolderKana {
    /// Converts a name in kana of any kind, typed or in display form.
    ///
    /// Small kana become large, every dash `-`, `・` a full stop, letters upper case, and words stand
    /// one space apart. ヲヰヱ become ｵｲｴ; ヷヸヹヺ are written with ｳﾞ.
    ///
    /// # Errors
    /// [`HolderKanaError`], checked in the order of its variants.
    pub fn parse(katakana_or_typed: &str) -> Result<Self, HolderKanaError> {
        let mut written = String::new();
        let mut unwritable = Vec::new();
        for c in to_katakana(katakana_or_typed).chars() {
            if !write(c, &mut written) && !unwritable.contains(&c) {
                unwritable.push(c);
            }
        }
        if !unwritable.is_empty() {
            return Err(HolderKanaError::Unwritable(unwritable));
        }
        if !written.chars().any(char::is_alphanumeric) {
            return Err(HolderKanaError::Empty);
        }
        match written.chars().count() {
            places if places > MOST_PLACES => Err(HolderKanaError::TooLong(places)),
            _ => Ok(Self(written)),
        }
    }

    /// The half-width form, as sent to the institution.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Appends the half-width form of one full-width character; `false` when there is none.
fn write(c: char, out: &mut String) -> bool {
    match c {
        '\u{3000}' => out.push(' '),
        '・' => out.push('.'),
        'ヷ' => out.push_str("ｳﾞｱ"),
        'ヸ' => out.push_str("ｳﾞｲ"),
        'ヹ' => out.push_str("ｳﾞｴ"),
        'ヺ' => out.push_str("ｳﾞｵ"),
        _ if is_dash(c) => out.push('-'),
        _ => match narrow(c) {
            c @ ('.' | '(' | ')') => out.push(c),
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_uppercase()),
            c => return write_kana(large(c), out),
        },
    }
    true
}

fn write_kana(c: char, out: &mut String) -> bool {
    const FULL: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンヰヱヲ\u{3099}\u{309A}";
    const HALF: &str = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝｲｴｵﾞﾟ";
    std::iter::once(c).nfd().all(|part| {
        let half = FULL
            .chars()
            .zip(HALF.chars())
            .find_map(|(full, half)| (full == part).then_some(half));
        out.extend(half);
        half.is_some()
    })
}

/// Other half-width spellings under which a bank may hold the same name, likeliest first, at most 5.
///
/// For the page after `name_mismatch`: long vowels written otherwise, ズ/ヅ and ジ/ヂ, no space.
pub fn alternatives(kana: &HolderKana) -> Vec<String> {
    let name = kana.as_str();
    let mut found: Vec<String> = Vec::new();
    for other in [
        name.replace('-', ""),
        lengthen(name, 'ｲ', 'ｳ'),
        lengthen(name, 'ｴ', 'ｵ'),
        name.replace("ｵｵ", "ｵ-"),
        name.replace("ｽﾞ", "ﾂﾞ"),
        name.replace("ﾂﾞ", "ｽﾞ"),
        name.replace("ｼﾞ", "ﾁﾞ"),
        name.replace("ﾁﾞ", "ｼﾞ"),
        name.replace(' ', ""),
    ] {
        if let Ok(HolderKana(other)) = HolderKana::parse(&other)
            && other != name
            && !found.contains(&other)
        {
            found.push(other);
        }
    }
    found.truncate(5);
    found
}

/// Writes each `-` after a kana as a vowel; `e` and `o` say how the long エ and オ are written.
fn lengthen(name: &str, e: char, o: char) -> String {
    let mut sound = None;
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        let vowel = sound.filter(|_| c == '-');
        sound = match c {
            'ｱ' | 'ｶ' | 'ｻ' | 'ﾀ' | 'ﾅ' | 'ﾊ' | 'ﾏ' | 'ﾔ' | 'ﾗ' | 'ﾜ' => Some('ｱ'),
            'ｲ' | 'ｷ' | 'ｼ' | 'ﾁ' | 'ﾆ' | 'ﾋ' | 'ﾐ' | 'ﾘ' => Some('ｲ'),
            'ｳ' | 'ｸ' | 'ｽ' | 'ﾂ' | 'ﾇ' | 'ﾌ' | 'ﾑ' | 'ﾕ' | 'ﾙ' => Some('ｳ'),
            'ｴ' | 'ｹ' | 'ｾ' | 'ﾃ' | 'ﾈ' | 'ﾍ' | 'ﾒ' | 'ﾚ' => Some(e),
            'ｵ' | 'ｺ' | 'ｿ' | 'ﾄ' | 'ﾉ' | 'ﾎ' | 'ﾓ' | 'ﾖ' | 'ﾛ' => Some(o),
            'ﾞ' | 'ﾟ' => sound,
            _ => None,
        };
        out.push(vowel.unwrap_or(c));
    }
    out
}

/// 預金種別 of an account to be debited (N8.2セ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DepositType {
    /// 普通; at ゆうちょ 通常貯金.
    Ordinary,
    /// 当座.
    Current,
    /// 納税準備.
    TaxReserve,
    /// その他.
    Other,
}

impl DepositType {
    /// Every deposit type, in the order of the codes.
    pub const ALL: [Self; 4] = [Self::Ordinary, Self::Current, Self::TaxReserve, Self::Other];

    /// The one-digit code of 口座振替 files and gateways.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "1",
            Self::Current => "2",
            Self::TaxReserve => "3",
            Self::Other => "9",
        }
    }

    /// The word on screens and in mails.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ordinary => "普通",
            Self::Current => "当座",
            Self::TaxReserve => "納税準備",
            Self::Other => "その他",
        }
    }

    /// The deposit type of a half-width code; `None` for a code that direct debit does not know.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// An account number in its 7 places: 1 to 7 ASCII digits, zero-padded (N8.2ソ).
///
/// `None` when `digits` is empty, longer, or holds anything but ASCII digits.
pub fn pad_account(digits: &str) -> Option<String> {
    let fits = (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| format!("{digits:0>7}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::kana::is_katakana;
    use super::*;

    fn written(typed: &str) -> String {
        HolderKana::parse(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_small_ya_becomes_large() {
        assert_eq!(written("しゃちょう　きょうこ"), "ｼﾔﾁﾖｳ ｷﾖｳｺ");
        assert_eq!(written("ヵヶッㇰ"), "ｶｹﾂｸ");
    }

    #[test]
    fn a_voicing_mark_takes_its_own_place() {
        assert_eq!(written("ヤマダ　タロウ"), "ﾔﾏﾀﾞ ﾀﾛｳ");
        assert_eq!(written("パヴ"), "ﾊﾟｳﾞ");
        assert_eq!(written("ガ").chars().count(), 2);
    }

    #[test]
    fn old_kana_take_the_nearest_that_banks_write() {
        assert_eq!(written("ヲヰヱヮヷヸヹヺ"), "ｵｲｴﾜｳﾞｱｳﾞｲｳﾞｴｳﾞｵ");
    }

    #[test]
    fn every_dash_and_dot_is_one_of_the_four_signs() {
        assert_eq!(written("サ−タ‐ナー"), "ｻ-ﾀ-ﾅ-");
        assert_eq!(written("ａＢc・ジョン．（２）"), "ABC.ｼﾞﾖﾝ.(2)");
    }

    #[test]
    fn what_cannot_be_written_is_named_once() {
        assert_eq!(
            HolderKana::parse("山田　山ア、"),
            Err(HolderKanaError::Unwritable(vec!['山', '田', '、']))
        );
        for empty in ["", " 　", "・", "ー"] {
            assert_eq!(HolderKana::parse(empty), Err(HolderKanaError::Empty));
        }
    }

    #[test]
    fn thirty_places_fit_and_marks_count() {
        assert!(HolderKana::parse(&"ガ".repeat(15)).is_ok());
        let long = HolderKana::parse(&"ガ".repeat(16));
        assert_eq!(long, Err(HolderKanaError::TooLong(32)));
    }

    #[test]
    fn the_debug_form_hides_the_name() {
        let kana = HolderKana::parse("ヤマダ").unwrap();
        assert_eq!(format!("{kana:?}"), "HolderKana(…)");
    }

    #[test]
    fn alternatives_spell_long_vowels_and_voiced_sounds_otherwise() {
        let of = |typed| alternatives(&HolderKana::parse(typed).unwrap());
        assert_eq!(of("オーノ　タロウ"), ["ｵﾉ ﾀﾛｳ", "ｵｳﾉ ﾀﾛｳ", "ｵｵﾉ ﾀﾛｳ", "ｵ-ﾉﾀﾛｳ"]);
        assert_eq!(of("オオノ　ケイ"), ["ｵ-ﾉ ｹｲ", "ｵｵﾉｹｲ"]);
        assert_eq!(of("ミズノ"), ["ﾐﾂﾞﾉ"]);
        assert_eq!(of("チヂワ"), ["ﾁｼﾞﾜ"]);
        assert!(of("ヤマダ").is_empty());
    }

    #[test]
    fn deposit_types_keep_the_codes_of_the_banks() {
        for kind in DepositType::ALL {
            assert_eq!(DepositType::from_code(kind.code()), Some(kind));
        }
        assert_eq!(DepositType::from_code("4"), None);
        assert_eq!(DepositType::TaxReserve.label(), "納税準備");
    }

    #[test]
    fn an_account_number_fills_seven_places() {
        assert_eq!(pad_account("123").as_deref(), Some("0000123"));
        assert_eq!(pad_account("1234567").as_deref(), Some("1234567"));
        for no in ["", "12345678", "12a", "１２"] {
            assert_eq!(pad_account(no), None);
        }
    }

    proptest! {
        #[test]
        fn a_written_name_holds_only_what_banks_compare(typed in "[ぁ-ゖァ-ヺｱ-ﾟㇰ-ㇿー・A-zＡ-ｚ０-９（）．－ 　]{0,30}") {
            if let Ok(kana) = HolderKana::parse(&typed) {
                let ok = |c: char| matches!(c, 'ｱ'..='ﾟ' | 'A'..='Z' | '0'..='9' | ' ' | '(' | ')' | '-' | '.');
                prop_assert!(kana.as_str().chars().all(ok));
                prop_assert!(kana.as_str().chars().count() <= 30);
                prop_assert_eq!(HolderKana::parse(kana.as_str()), Ok(kana));
            }
        }

        #[test]
        fn a_name_in_katakana_is_writable_unless_too_long(kana in "[ァ-ヺㇰ-ㇿー・Ａ-Ｚa-z0-9（）．－　]{0,12}") {
            let result = HolderKana::parse(&kana);
            let writable = matches!(result, Ok(_) | Err(HolderKanaError::TooLong(_)));
            prop_assert!(writable || !is_katakana(&to_katakana(&kana)));
        }

        #[test]
        fn alternatives_are_other_writable_names(kana in "[ア-ンー　]{1,15}") {
            if let Ok(kana) = HolderKana::parse(&kana) {
                let others = alternatives(&kana);
                prop_assert!(others.len() <= 5);
                for other in others {
                    prop_assert_ne!(&other, kana.as_str());
                    prop_assert_eq!(written(&other), other);
                }
            }
        }
    }
}
