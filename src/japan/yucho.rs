//! 記号・番号 as printed in a ゆうちょ passbook, and the branch and account that banks know instead.
//!
//! Source: domain-enrolment, "ゆうちょ". The check rule was found out from outside, so it only warns.

use std::fmt;

use super::zengin::{DepositType, pad_account};

/// A ゆうちょ account in both forms. Everything is half-width digits.
///
/// Its debug form hides the account: personal data never reaches a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Yucho {
    /// 記号, 5 digits, as typed.
    pub symbol: String,
    /// 番号, up to 8 digits, as typed.
    pub number: String,
    /// 店番, 3 digits: the 2nd and 3rd of 記号, then 8 (or 9 for 当座).
    pub branch: String,
    /// 口座番号, 7 digits.
    pub account: String,
    /// 通常貯金 is `Ordinary`; a 振替口座 (記号 beginning with 0) is `Current`, not eligible on the web.
    pub deposit: DepositType,
    /// `false`: 記号 and 番号 do not seem to belong together; ask the applicant to look again, do not refuse.
    pub check_digit_ok: bool,
}

impl fmt::Debug for Yucho {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Yucho(…)")
    }
}

/// Which half was not of the form a passbook prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum YuchoError {
    /// 記号 is not 5 digits beginning with 1 (or 0 for a 振替口座).
    #[error("the ゆうちょ symbol is not five digits beginning with 1 or 0")]
    Symbol,
    /// 番号 is not 2 to 8 digits (1 to 7 for a 振替口座).
    #[error("the ゆうちょ number is not of two to eight digits")]
    Number,
}

/// Reads 記号 and 番号, both cleaned by `digits::digits`. Whether the branch exists is the caller's to check.
///
/// A 番号 that does not end in 1, or a 記号 that does not end in 0, is read and marked by
/// `check_digit_ok`, because the rule may only warn.
///
/// # Errors
/// [`YuchoError`], the symbol first.
pub fn parse(symbol: &str, number: &str) -> Result<Yucho, YuchoError> {
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let bank_digits = symbol
        .get(1..3)
        .filter(|_| symbol.len() == 5 && all_digits(symbol))
        .ok_or(YuchoError::Symbol)?;
    let (last, deposit) = match symbol.as_bytes().first() {
        Some(b'1') => ('8', DepositType::Ordinary),
        Some(b'0') => ('9', DepositType::Current),
        _ => return Err(YuchoError::Symbol),
    };
    if !all_digits(number) {
        return Err(YuchoError::Number);
    }
    // The final 1 of a passbook number is no part of the account; a 振替口座 has no such digit.
    let account = match deposit {
        DepositType::Ordinary => number.get(..number.len().saturating_sub(1)).unwrap_or(""),
        _ => number,
    };
    Ok(Yucho {
        branch: format!("{bank_digits}{last}"),
        account: pad_account(account).ok_or(YuchoError::Number)?,
        check_digit_ok: looks_right(symbol, number, deposit),
        symbol: symbol.to_owned(),
        number: number.to_owned(),
        deposit,
    })
}

/// The check digit (4th of 記号) and the fixed last digits, for 5 and at most 8 ASCII digits.
fn looks_right(symbol: &str, number: &str, deposit: DepositType) -> bool {
    let doubled = |x: u32| if x < 5 { 2 * x } else { 2 * x - 9 };
    let thirteen = format!("{symbol}{number:0>8}");
    let mut expected = None;
    let mut sum = 0;
    for (place, digit) in thirteen.chars().filter_map(|c| c.to_digit(10)).enumerate() {
        sum += match place {
            3 => {
                expected = Some(digit);
                0
            }
            _ if place % 3 == 1 => 3 * digit,
            _ if place % 3 == 2 => doubled(digit),
            _ => digit,
        };
    }
    let ends_fit = symbol.ends_with('0') && (deposit != DepositType::Ordinary || number.ends_with('1'));
    ends_fit && expected == Some(sum % 10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_domain_page_pass_and_fail() {
        for (symbol, number, ok) in [
            ("14030", "12345671", true),
            ("15150", "21111111", true),
            ("14080", "12712721", true),
            ("16150", "12233411", true),
            ("10530", "12345671", false),
            ("12345", "12345671", false),
        ] {
            assert_eq!(parse(symbol, number).unwrap().check_digit_ok, ok, "{symbol}");
        }
    }

    #[test]
    fn a_passbook_becomes_branch_and_account() {
        let yucho = parse("14030", "12345671").unwrap();
        assert_eq!((&*yucho.branch, &*yucho.account), ("408", "1234567"));
        assert_eq!(yucho.deposit, DepositType::Ordinary);
        assert_eq!(parse("14030", "231").unwrap().account, "0000023");
    }

    #[test]
    fn a_symbol_with_0_is_a_current_account_whose_number_stays_whole() {
        let yucho = parse("00120", "123456").unwrap();
        assert_eq!((&*yucho.branch, &*yucho.account), ("019", "0123456"));
        assert_eq!(yucho.deposit, DepositType::Current);
    }

    #[test]
    fn the_wrong_half_is_named() {
        for symbol in ["", "1403", "140300", "24030", "1403a", "１4030", "1あ4"] {
            assert_eq!(parse(symbol, "12345671"), Err(YuchoError::Symbol), "{symbol}");
        }
        for number in ["", "1", "123456781", "1234567a", "あ1"] {
            assert_eq!(parse("14030", number), Err(YuchoError::Number), "{number}");
        }
    }

    #[test]
    fn unusual_last_digits_only_warn() {
        assert!(!parse("14030", "12345672").unwrap().check_digit_ok);
        assert!(!parse("14031", "12345671").unwrap().check_digit_ok);
    }

    #[test]
    fn the_debug_form_hides_the_account() {
        assert_eq!(format!("{:?}", parse("14030", "12345671").unwrap()), "Yucho(…)");
    }

    proptest! {
        #[test]
        fn exactly_one_check_digit_fits(bank in "[0-9]{2}", number in "[0-9]{1,7}1") {
            let fits = (0..10)
                .filter(|c| parse(&format!("1{bank}{c}0"), &number).unwrap().check_digit_ok)
                .count();
            prop_assert_eq!(fits, 1);
        }

        #[test]
        fn what_is_read_has_its_places(symbol in "\\PC{0,6}", number in "[0-9]{0,9}") {
            if let Ok(yucho) = parse(&symbol, &number) {
                prop_assert_eq!((yucho.branch.len(), yucho.account.len()), (3, 7));
            }
        }
    }
}
