//! The thirteen institutions as the simulator shows them: invented sites, told apart by colour and layout.

/// One page of an institution's site that asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Branch and account number, or ゆうちょ's symbol and number; only if the bureau sent no account.
    Account,
    /// The four digits of the cash card.
    Pin,
    /// Date of birth.
    Birth,
    /// A one-time password of six digits.
    Otp,
    /// The last four digits of the telephone number on file.
    Phone,
}

impl Step {
    /// The last part of the page's path.
    pub fn path(self) -> &'static str {
        match self {
            Step::Account => "account",
            Step::Pin => "pin",
            Step::Birth => "birth",
            Step::Otp => "otp",
            Step::Phone => "phone",
        }
    }

    /// The step of a path, if there is one.
    pub fn of(path: &str) -> Option<Step> {
        [Step::Account, Step::Pin, Step::Birth, Step::Otp, Step::Phone]
            .into_iter()
            .find(|step| step.path() == path)
    }
}

/// How the head of the pages is drawn.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// A full band of the colour.
    Band,
    /// White with a thick line of the colour below.
    Line,
    /// White with a broad edge of the colour at the left.
    Edge,
}

/// One look-alike.
#[derive(Debug)]
pub struct Institution {
    pub code: &'static str,
    pub name: &'static str,
    pub service: &'static str,
    pub colour: &'static str,
    pub look: Look,
    /// What is asked after the PIN.
    pub extra: Option<Step>,
}

impl Institution {
    /// The steps of a journey, in order.
    pub fn steps(&self, account_known: bool) -> Vec<Step> {
        let account = (!account_known).then_some(Step::Account);
        account.into_iter().chain([Step::Pin]).chain(self.extra).collect()
    }

    /// ゆうちょ銀行 writes an account as symbol and number.
    pub fn is_yucho(&self) -> bool {
        self.code == "9900"
    }
}

const fn row(
    code: &'static str,
    name: &'static str,
    service: &'static str,
    colour: &'static str,
    look: Look,
    extra: Option<Step>,
) -> Institution {
    Institution {
        code,
        name,
        service,
        colour,
        look,
        extra,
    }
}

/// All of them, in the order of `institutions.csv`. White text on each colour has a contrast of at least 4.5.
pub const ALL: [Institution; 13] = [
    row(
        "0140",
        "第四北越銀行",
        "ネット口座振替受付",
        "#0b4ea2",
        Look::Band,
        Some(Step::Birth),
    ),
    row(
        "0532",
        "大光銀行",
        "口座振替WEB受付",
        "#b3261e",
        Look::Line,
        Some(Step::Birth),
    ),
    row(
        "0010",
        "りそな銀行",
        "口座振替オンライン受付",
        "#00704a",
        Look::Edge,
        Some(Step::Otp),
    ),
    row(
        "0017",
        "埼玉りそな銀行",
        "口座振替オンライン受付",
        "#1f6f2b",
        Look::Line,
        Some(Step::Otp),
    ),
    row(
        "0534",
        "富山第一銀行",
        "口座振替ネット受付",
        "#5b3a8e",
        Look::Band,
        Some(Step::Birth),
    ),
    row(
        "1371",
        "長岡信用金庫",
        "口座振替申込サービス",
        "#9a4a00",
        Look::Edge,
        None,
    ),
    row(
        "2965",
        "新潟県労働金庫",
        "口座振替受付サービス",
        "#8a1c5b",
        Look::Line,
        None,
    ),
    row(
        "2351",
        "新潟縣信用組合",
        "けんしん口座振替受付",
        "#00687a",
        Look::Band,
        None,
    ),
    row(
        "5666",
        "えちご中越農業協同組合",
        "JA口座振替受付",
        "#2e6b1f",
        Look::Band,
        Some(Step::Phone),
    ),
    row(
        "5714",
        "魚沼農業協同組合",
        "JA口座振替受付",
        "#6b5a00",
        Look::Edge,
        Some(Step::Phone),
    ),
    row(
        "2363",
        "新潟大栄信用組合",
        "口座振替申込受付",
        "#3d4f8f",
        Look::Line,
        None,
    ),
    row(
        "2357",
        "はばたき信用組合",
        "口座振替申込受付",
        "#a03a2c",
        Look::Edge,
        None,
    ),
    row("9900", "ゆうちょ銀行", "自動払込み受付", "#0a7a3c", Look::Band, None),
];

/// The institution of a code.
pub fn find(code: &str) -> Option<&'static Institution> {
    ALL.iter().find(|institution| institution.code == code)
}

/// The colours as style rules, so that a page needs no inline style.
pub fn colours() -> String {
    ALL.iter()
        .map(|it| format!(".bank-{} {{ --bank: {}; }}\n", it.code, it.colour))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.03928 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn white_text_is_readable_on_every_colour() {
        for it in &ALL {
            assert!(1.05 / (luminance(it.colour) + 0.05) >= 4.5, "{} {}", it.name, it.colour);
        }
    }

    #[test]
    fn the_account_page_comes_first_and_only_when_needed() {
        let bank = find("0140").unwrap();
        assert_eq!(bank.steps(false), [Step::Account, Step::Pin, Step::Birth]);
        assert_eq!(bank.steps(true), [Step::Pin, Step::Birth]);
    }
}
