//! What a person types on an institution's page, made regular or answered with a sentence.

use super::{institutions::Step, state::Account};
use std::collections::HashMap;

/// A field and the sentence that is shown there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    pub field: String,
    pub text: String,
}

/// The fields of a posted form.
pub type Form = HashMap<String, String>;

/// Full-width kana and marks, their half-width form, and the sound mark that follows.
const TABLES: [(&str, &str, &str); 4] = [
    (
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンヲァィゥェォッャュョー・　（）－．−‐",
        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝｵｱｲｳｴｵﾂﾔﾕﾖ-. ()-.--",
        "",
    ),
    (
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ",
        "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎｳ",
        "ﾞ",
    ),
    ("パピプペポ", "ﾊﾋﾌﾍﾎ", "ﾟ"),
    ("ｧｨｩｪｫｯｬｭｮｦｰ", "ｱｲｳｴｵﾂﾔﾕﾖｵ-", ""),
];

/// What is typed on the account page and shown again there.
pub const ACCOUNT_FIELDS: [&str; 6] = [
    "branch",
    "deposit_type",
    "account_number",
    "symbol",
    "number",
    "holder_kana",
];

fn problem(field: &str, text: &str) -> Problem {
    Problem {
        field: field.to_owned(),
        text: text.to_owned(),
    }
}

fn typed<'a>(form: &'a Form, field: &str) -> &'a str {
    form.get(field).map_or("", |value| value.trim())
}

/// Full-width digits become ASCII; hyphens and spaces go.
fn digits(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '　' | '-' | '－' | '‐' | '−' | 'ー'))
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            other => other,
        })
        .collect()
}

fn is_number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Hiragana and full-width katakana to the half-width form banks compare.
fn half_width(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let c = match c {
            'ぁ'..='ゔ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
            '！'..='～' if c.is_alphanumeric() => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            other => other,
        };
        let found = TABLES.iter().find_map(|(full, half, mark)| {
            let at = full.chars().position(|entry| entry == c)?;
            Some((half.chars().nth(at)?, *mark))
        });
        let (c, mark) = found.unwrap_or((c.to_ascii_uppercase(), ""));
        out.push(c);
        out.push_str(mark);
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a name has the half-width form of the protocol, section 2.
pub fn is_holder_kana(text: &str) -> bool {
    let allowed = |c: char| matches!(c, 'ｱ'..='ﾝ' | 'ﾞ' | 'ﾟ' | 'A'..='Z' | '0'..='9' | ' ' | '(' | ')' | '-' | '.');
    (1..=30).contains(&text.chars().count()) && text.chars().all(allowed)
}

/// Whether an account of a create message has the form of the protocol.
pub fn wrong_account_field(account: &Account) -> Option<&'static str> {
    [
        ("branch", is_number(&account.branch, 3..=3)),
        (
            "deposit_type",
            matches!(account.deposit_type.as_str(), "1" | "2" | "3" | "9"),
        ),
        ("account_number", is_number(&account.account_number, 7..=7)),
        ("holder_kana", is_holder_kana(&account.holder_kana)),
    ]
    .into_iter()
    .find_map(|(field, right)| (!right).then_some(field))
}

/// The account page, of a bank or of ゆうちょ銀行.
pub fn account(form: &Form, yucho: bool) -> Result<Account, Vec<Problem>> {
    let holder_kana = half_width(typed(form, "holder_kana"));
    let (mut account, mut problems) = if yucho {
        symbol_and_number(form)
    } else {
        branch_and_number(form)
    };
    if holder_kana.is_empty() {
        problems.push(problem("holder_kana", "口座名義（カナ）を入力してください"));
    } else if !is_holder_kana(&holder_kana) {
        problems.push(problem(
            "holder_kana",
            "口座名義（カナ）は、カタカナ30文字以内で入力してください",
        ));
    }
    account.holder_kana = holder_kana;
    if problems.is_empty() {
        Ok(account)
    } else {
        Err(problems)
    }
}

fn branch_and_number(form: &Form) -> (Account, Vec<Problem>) {
    let (branch, number) = (digits(typed(form, "branch")), digits(typed(form, "account_number")));
    let deposit_type = typed(form, "deposit_type").to_owned();
    let mut problems = Vec::new();
    if branch.is_empty() {
        problems.push(problem("branch", "店番を入力してください"));
    } else if !is_number(&branch, 3..=3) {
        problems.push(problem("branch", "店番は、数字3桁で入力してください"));
    }
    if !matches!(deposit_type.as_str(), "1" | "2") {
        problems.push(problem("deposit_type", "預金種別を選んでください"));
    }
    if number.is_empty() {
        problems.push(problem("account_number", "口座番号を入力してください"));
    } else if !is_number(&number, 1..=7) {
        problems.push(problem("account_number", "口座番号は、数字7桁以内で入力してください"));
    }
    let account_number = if is_number(&number, 1..=7) {
        format!("{number:0>7}")
    } else {
        number
    };
    (
        Account {
            branch,
            deposit_type,
            account_number,
            ..Account::default()
        },
        problems,
    )
}

/// 記号 `1bb?0` and 番号 ending in 1 become branch `bb8` and the number without its last digit.
fn symbol_and_number(form: &Form) -> (Account, Vec<Problem>) {
    let (symbol, number) = (digits(typed(form, "symbol")), digits(typed(form, "number")));
    let mut problems = Vec::new();
    if !(is_number(&symbol, 5..=5) && symbol.starts_with('1')) {
        problems.push(problem("symbol", "記号は、1で始まる数字5桁で入力してください"));
    }
    if !(is_number(&number, 2..=8) && number.ends_with('1')) {
        problems.push(problem("number", "番号は、1で終わる数字2桁から8桁で入力してください"));
    }
    let mut account = Account {
        deposit_type: "1".to_owned(),
        ..Account::default()
    };
    if problems.is_empty() {
        account.branch = format!("{}8", symbol.get(1..3).unwrap_or_default());
        account.account_number = format!("{:0>7}", number.get(..number.len() - 1).unwrap_or_default());
    }
    (account, problems)
}

/// The pages after the account. Only the form is looked at; nothing of it is kept.
pub fn secret(step: Step, form: &Form) -> Vec<Problem> {
    match step {
        Step::Account => Vec::new(),
        Step::Pin => number_of(form, "pin", 4, "暗証番号"),
        Step::Otp => number_of(form, "otp", 6, "ワンタイムパスワード"),
        Step::Phone => number_of(form, "phone_last4", 4, "電話番号の下4桁"),
        Step::Birth => birth(form),
    }
}

fn number_of(form: &Form, field: &str, length: usize, label: &str) -> Vec<Problem> {
    let text = digits(typed(form, field));
    if text.is_empty() {
        vec![problem(field, &format!("{label}を入力してください"))]
    } else if !is_number(&text, length..=length) {
        vec![problem(field, &format!("{label}は、数字{length}桁で入力してください"))]
    } else {
        Vec::new()
    }
}

fn birth(form: &Form) -> Vec<Problem> {
    let part = |field: &str| digits(typed(form, field)).parse::<u32>().ok();
    let date = part("birth_year")
        .zip(part("birth_month"))
        .zip(part("birth_day"))
        .and_then(|((y, m), d)| {
            (1900..2100)
                .contains(&y)
                .then(|| chrono::NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d))?
        });
    if ["birth_year", "birth_month", "birth_day"]
        .iter()
        .all(|field| typed(form, field).is_empty())
    {
        vec![problem("birth_year", "生年月日を入力してください")]
    } else if date.is_none() {
        vec![problem(
            "birth_year",
            "生年月日は、西暦4桁の年と、月、日を数字で入力してください",
        )]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn tables_fit() {
        for (full, half, _) in TABLES {
            assert_eq!(full.chars().count(), half.chars().count());
        }
    }

    #[test]
    fn kana_becomes_what_banks_compare() {
        assert_eq!(half_width("やまだ　たろう"), "ﾔﾏﾀﾞ ﾀﾛｳ");
        assert_eq!(half_width("ショーヴ・パーＡ"), "ｼﾖ-ｳﾞ.ﾊﾟ-A");
        assert!(is_holder_kana("ﾔﾏﾀﾞ ﾀﾛｳ") && !is_holder_kana("ｼｮｳ") && !is_holder_kana("山田") && !is_holder_kana(""));
    }

    #[test]
    fn an_account_of_a_bank() {
        let right = form(&[
            ("branch", "０２０"),
            ("deposit_type", "1"),
            ("account_number", "12-345"),
            ("holder_kana", "ヤマダ タロウ"),
        ]);
        let account = account(&right, false).unwrap();
        assert_eq!(
            (account.branch.as_str(), account.account_number.as_str()),
            ("020", "0012345")
        );
        assert_eq!(super::account(&form(&[]), false).unwrap_err().len(), 4);
    }

    #[test]
    fn an_account_of_yucho() {
        let right = form(&[
            ("symbol", "14030"),
            ("number", "12345671"),
            ("holder_kana", "ヤマダ タロウ"),
        ]);
        let account = account(&right, true).unwrap();
        assert_eq!(
            (account.branch.as_str(), account.account_number.as_str()),
            ("408", "1234567")
        );
    }

    #[test]
    fn sentences_of_the_other_pages() {
        assert_eq!(
            secret(Step::Pin, &form(&[("pin", "12a4")]))[0].text,
            "暗証番号は、数字4桁で入力してください"
        );
        assert!(secret(Step::Pin, &form(&[("pin", "１２３４")])).is_empty());
        let date = |y, m, d| {
            secret(
                Step::Birth,
                &form(&[("birth_year", y), ("birth_month", m), ("birth_day", d)]),
            )
        };
        assert!(date("1960", "2", "29").is_empty() && !date("1961", "2", "29").is_empty());
    }
}
