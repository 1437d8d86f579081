//! Mail addresses (N8.2テ): read generously, never confirmed by typing twice, a likely slip pointed out.

use std::fmt;

use super::kana::narrow;

/// A mail address and what it may have been meant to be.
///
/// Its debug form hides the address: personal data never reaches a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// The address in half width, its domain in lower case.
    pub address: String,
    /// The whole address with a better-known domain, where that looks like a slip of the finger; a
    /// warning that can be passed (ux P6).
    pub suggestion: Option<String>,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// Why a text is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("the mail address is empty")]
    Empty,
    /// It does not have the form `name@domain.tld`.
    #[error("the mail address has not the form of one")]
    Form,
    /// It has more than 254 characters.
    #[error("the mail address has more than 254 characters")]
    TooLong,
}

const MOST_CHARACTERS: usize = 254;
const MOST_IN_LOCAL: usize = 64;

/// Reads a typed address (ux 2.3 "e-mail"): trims, narrows full-width ASCII, lower-cases the domain.
///
/// The form is checked pragmatically: one `@`, a domain of at least two labels, no character that
/// could end a mail header. Old Japanese carrier addresses with dots anywhere in the name are accepted.
///
/// # Errors
/// [`EmailError`].
pub fn parse(typed: &str) -> Result<Email, EmailError> {
    let narrowed: String = typed.chars().map(narrow).collect();
    let trimmed = narrowed.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}'));
    if trimmed.is_empty() {
        return Err(EmailError::Empty);
    }
    if trimmed.chars().count() > MOST_CHARACTERS {
        return Err(EmailError::TooLong);
    }
    let (local, domain) = trimmed.split_once('@').ok_or(EmailError::Form)?;
    let domain = domain.to_ascii_lowercase();
    if !is_domain(&domain) || !is_local(local, &domain) {
        return Err(EmailError::Form);
    }
    Ok(Email {
        suggestion: meant(&domain).map(|meant| format!("{local}@{meant}")),
        address: format!("{local}@{domain}"),
    })
}

/// The address as mail libraries demand it: a name with dots at its ends or side by side in quotation
/// marks, `"a..b."@docomo.ne.jp`, which means the same mailbox (RFC 5321 4.1.2); any other as it is.
pub fn quoted(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) if local.split('.').any(str::is_empty) => {
            format!("\"{local}\"@{domain}")
        }
        _ => address.to_owned(),
    }
}

fn is_local(local: &str, domain: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let dots_apart = !local.split('.').any(str::is_empty);
    (1..=MOST_IN_LOCAL).contains(&local.len()) && local.bytes().all(atom) && (dots_apart || is_carrier(domain))
}

/// Carriers gave out addresses such as `a..b.@docomo.ne.jp`, and people still have them.
fn is_carrier(domain: &str) -> bool {
    const CARRIERS: [&str; 10] = [
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "vodafone.ne.jp",
        "disney.ne.jp",
        "ymobile.ne.jp",
        "pdx.ne.jp",
        "willcom.com",
    ];
    CARRIERS.iter().any(|carrier| {
        domain
            .strip_suffix(carrier)
            .is_some_and(|front| front.is_empty() || front.ends_with('.'))
    })
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    let top_fits = top.len() >= 2 && (top.starts_with("xn--") || top.bytes().all(|b| b.is_ascii_alphabetic()));
    top_fits && domain.split('.').all(label)
}

/// The well-known domain that `domain` differs from by one slip of the finger.
fn meant(domain: &str) -> Option<&'static str> {
    const WELL_KNOWN: [&str; 14] = [
        "gmail.com",
        "yahoo.co.jp",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "softbank.ne.jp",
        "i.softbank.jp",
        "icloud.com",
        "hotmail.com",
        "hotmail.co.jp",
        "outlook.jp",
        "outlook.com",
        "ymobile.ne.jp",
        "live.jp",
        "nifty.com",
    ];
    // Real providers that happen to stand one letter from a better-known one.
    const REAL: [&str; 4] = ["ymail.com", "mail.com", "email.com", "live.com"];
    const MIXED_UP: [(&str, &str); 6] = [
        ("gmail.co.jp", "gmail.com"),
        ("gmail.ne.jp", "gmail.com"),
        ("yahoo.ne.jp", "yahoo.co.jp"),
        ("docomo.co.jp", "docomo.ne.jp"),
        ("ezweb.co.jp", "ezweb.ne.jp"),
        ("icloud.co.jp", "icloud.com"),
    ];
    if WELL_KNOWN.contains(&domain) || REAL.contains(&domain) {
        return None;
    }
    let mixed_up = MIXED_UP.iter().find(|(wrong, _)| *wrong == domain);
    let near = || {
        WELL_KNOWN
            .into_iter()
            .find(|known| one_slip(domain.as_bytes(), known.as_bytes()))
    };
    mixed_up.map(|(_, right)| *right).or_else(near)
}

/// Whether `a` becomes `b` by one letter added, dropped or changed, or two neighbours swapped.
fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    match (a, b) {
        ([], [_]) | ([_], []) => true,
        ([x, y, a_rest @ ..], [p, q, b_rest @ ..]) if x == q && y == p && a_rest == b_rest => true,
        ([_, a_rest @ ..], [_, b_rest @ ..]) => a_rest == b_rest || a_rest == b || a == b_rest,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn address(typed: &str) -> String {
        parse(typed).unwrap().address
    }

    fn suggestion(typed: &str) -> Option<String> {
        parse(typed).unwrap().suggestion
    }

    #[test]
    fn full_width_letters_and_an_upper_case_domain_are_put_right() {
        assert_eq!(address("　Ｔａｒｏ＠Ｅｘａｍｐｌｅ．ＪＰ "), "Taro@example.jp");
        assert_eq!(address("a+b_c@sub.example.co.jp"), "a+b_c@sub.example.co.jp");
    }

    #[test]
    fn dots_anywhere_are_a_carriers_privilege() {
        for typed in ["a..b.@docomo.ne.jp", ".a@ezweb.ne.jp", "a.@t.vodafone.ne.jp"] {
            assert_eq!(address(typed), typed);
        }
        for typed in ["a..b@example.com", "a.@notdocomo.ne.jp", ".a@gmail.com"] {
            assert_eq!(parse(typed), Err(EmailError::Form), "{typed}");
        }
    }

    #[test]
    fn only_odd_dots_need_quotation_marks() {
        assert_eq!(quoted("a..b.@docomo.ne.jp"), "\"a..b.\"@docomo.ne.jp");
        assert_eq!(quoted("a.b@docomo.ne.jp"), "a.b@docomo.ne.jp");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for typed in [
            "taro",
            "@example.jp",
            "a@",
            "a@b",
            "a@@b.jp",
            "a@b@c.jp",
            "a b@c.jp",
            "a@b..jp",
            "a@-b.jp",
            "a@b-.jp",
            "a@b.j",
            "a@b.123",
            "a@b.jp.",
            "山田@example.jp",
            "a@例.jp",
            "\"a\"@b.jp",
            "a,b@c.jp",
            "<a@b.jp>",
            "a@[1.2.3.4]",
        ] {
            assert_eq!(parse(typed), Err(EmailError::Form), "{typed}");
        }
        assert_eq!(parse(" 　"), Err(EmailError::Empty));
    }

    #[test]
    fn a_line_break_cannot_add_a_header() {
        for typed in ["a@b.jp\r\nBcc: x@y.jp", "a\n@b.jp", "a@b.jp\0", "a@b\u{2028}.jp"] {
            assert_eq!(parse(typed), Err(EmailError::Form));
        }
    }

    #[test]
    fn the_254th_character_is_the_last() {
        let domain = format!("{}.{}.{}.jp", "b".repeat(63), "c".repeat(63), "d".repeat(58));
        let fits = format!("{}@{domain}", "a".repeat(64));
        assert_eq!(fits.len(), 254);
        assert_eq!(parse(&fits).unwrap().address, fits);
        assert_eq!(parse(&format!("{fits}p")), Err(EmailError::TooLong));
    }

    #[test]
    fn a_slip_of_the_finger_is_pointed_out() {
        for (wrong, right) in [
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.co.jp", "gmail.com"),
            ("yahoo.co.jo", "yahoo.co.jp"),
            ("yaho.co.jp", "yahoo.co.jp"),
            ("docomo.ne.jo", "docomo.ne.jp"),
            ("ezweb.ne.jo", "ezweb.ne.jp"),
            ("softbank.ne.jo", "softbank.ne.jp"),
            ("icloud.con", "icloud.com"),
            ("hotmail.con", "hotmail.com"),
        ] {
            let meant = suggestion(&format!("taro@{wrong}"));
            assert_eq!(meant, Some(format!("taro@{right}")), "{wrong}");
        }
    }

    #[test]
    fn a_real_provider_is_left_alone() {
        for domain in [
            "gmail.com",
            "ymail.com",
            "mail.com",
            "hotmail.co.jp",
            "city.nagaoka.niigata.jp",
        ] {
            assert_eq!(suggestion(&format!("taro@{domain}")), None, "{domain}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_address_can_stand_in_a_header(typed in "\\PC{0,40}|[a-z.]{1,9}@[a-z.-]{1,12}\\.jp") {
            if let Ok(email) = parse(&typed) {
                prop_assert!(email.address.bytes().all(|b| b.is_ascii_graphic() && !b"<>,;:\"()[]\\".contains(&b)));
                prop_assert_eq!(email.address.matches('@').count(), 1);
                prop_assert_eq!(parse(&email.address), Ok(email));
            }
        }

        #[test]
        fn one_slip_is_seen_from_both_sides(a in "[ab]{0,5}", b in "[ab]{0,5}") {
            prop_assert_eq!(one_slip(a.as_bytes(), b.as_bytes()), one_slip(b.as_bytes(), a.as_bytes()));
        }
    }
}
