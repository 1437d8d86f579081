//! What happens to a transaction, chosen by the last two digits of the account number.

/// What is decided in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Registered.
    Success,
    /// Refused with a raw code and, for an input error, the field.
    Fail(&'static str, &'static str),
    /// Refused until a later attempt sends another name.
    Name,
    /// Nothing can be typed; the person can only leave.
    Stuck,
}

/// When the inquiry begins to tell the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    AtOnce,
    Late,
    WithPush,
}

/// How the last page lets the browser go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    Post,
    Get,
    /// A link to open in another browser, also as a QR code.
    Elsewhere,
    Nowhere,
    /// The button leads to a page that says so: a fault, not a scenario.
    Lost,
}

/// One row of the table.
#[derive(Debug)]
pub struct Scenario {
    pub number: &'static str,
    /// The name used in GATEWAY.md.
    pub name: &'static str,
    /// For the people on the scenario page.
    pub title: &'static str,
    pub verdict: Verdict,
    pub known: Known,
    pub way_back: WayBack,
    /// Decided as soon as the account number is known, before a PIN is asked.
    pub early: bool,
}

const fn plain(number: &'static str, name: &'static str, title: &'static str, verdict: Verdict) -> Scenario {
    Scenario {
        number,
        name,
        title,
        verdict,
        known: Known::AtOnce,
        way_back: WayBack::Post,
        early: false,
    }
}

const fn fail(number: &'static str, name: &'static str, title: &'static str, code: &'static str) -> Scenario {
    plain(number, name, title, Verdict::Fail(code, ""))
}

const fn early(scenario: Scenario) -> Scenario {
    Scenario {
        early: true,
        ..scenario
    }
}

const fn after(
    number: &'static str,
    name: &'static str,
    title: &'static str,
    known: Known,
    way_back: WayBack,
) -> Scenario {
    Scenario {
        number,
        name,
        title,
        verdict: Verdict::Success,
        known,
        way_back,
        early: false,
    }
}

/// The table of GATEWAY.md, section 8. The first row is also the one for every number not listed.
pub const ALL: [Scenario; 23] = [
    plain("67", "success", "登録できる（表にない番号も同じ）", Verdict::Success),
    fail("01", "pin_mismatch", "暗証番号がちがう", "B01"),
    fail(
        "02",
        "pin_locked",
        "暗証番号を続けてまちがえ、使えなくなっている",
        "B02",
    ),
    fail("03", "no_account", "口座が見つからない", "B03"),
    plain(
        "04",
        "name_mismatch",
        "名義がちがう（次の回に別の名義カナを送ると登録できる）",
        Verdict::Name,
    ),
    fail("05", "credential_mismatch", "生年月日などがちがう", "B05"),
    fail("06", "not_eligible", "口座振替に使えない口座", "B06"),
    fail("07", "not_enrolled", "インターネットの利用申込みがない", "B07"),
    plain(
        "10",
        "user_cancel",
        "先へ進めず、やめることしかできない",
        Verdict::Stuck,
    ),
    fail("11", "already_registered", "すでに登録されている", "B11"),
    early(fail(
        "12",
        "out_of_hours",
        "受付時間の外（暗証番号の前に終わる）",
        "B12",
    )),
    early(fail("13", "congested", "混み合っている（暗証番号の前に終わる）", "B13")),
    fail("14", "session_timeout", "時間切れ", "C02"),
    early(fail(
        "15",
        "token_invalid",
        "受付の鍵が使えない（開いてすぐ終わる）",
        "E01",
    )),
    plain(
        "16",
        "input_error",
        "項目の誤り（holder_kana）",
        Verdict::Fail("E11", "holder_kana"),
    ),
    fail("17", "creditor_not_allowed", "収納機関の取扱いがない", "E12"),
    fail("18", "system_error", "システムの障害", "E99"),
    after(
        "20",
        "no_way_back",
        "登録できるが、戻る手段のない画面で終わる",
        Known::AtOnce,
        WayBack::Nowhere,
    ),
    after(
        "21",
        "another_browser",
        "登録できるが、別のブラウザで開くリンクで戻る",
        Known::AtOnce,
        WayBack::Elsewhere,
    ),
    after(
        "22",
        "late",
        "登録できるが、結果は2分後にわかる",
        Known::Late,
        WayBack::Post,
    ),
    after(
        "23",
        "with_push",
        "登録できるが、結果は通知（push）と同時にわかる",
        Known::WithPush,
        WayBack::Post,
    ),
    fail("24", "unknown_code", "どの表にもないコード（Z77）", "Z77"),
    after(
        "25",
        "return_by_get",
        "登録でき、GET で戻る",
        Known::AtOnce,
        WayBack::Get,
    ),
];

/// The row of a number.
pub fn find(number: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.number == number)
}

/// The row of a name.
pub fn by_name(name: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.name == name)
}

/// The row that an account number chooses.
pub fn of_account(account_number: &str) -> &'static Scenario {
    let tail = account_number
        .get(account_number.len().saturating_sub(2)..)
        .unwrap_or_default();
    ALL.iter().find(|scenario| scenario.number == tail).unwrap_or(&ALL[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_two_digits_choose() {
        assert_eq!(of_account("1234504").name, "name_mismatch");
        assert_eq!(of_account("1234599").name, "success");
        assert_eq!(of_account("").name, "success");
    }

    #[test]
    fn numbers_stand_once() {
        let mut numbers: Vec<_> = ALL.iter().map(|s| s.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ALL.len());
    }
}
