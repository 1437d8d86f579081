//! Plays the person at the institution, through the same functions as the pages.

use super::{
    institutions::Step,
    state::{Ledger, Rules, Transaction},
    typing::Form,
};
use chrono::NaiveDateTime;

/// What is typed in place of the example.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Typed and looked at, never kept.
    pub pin: Option<String>,
    /// What is typed where the institution asks for the account.
    pub account: Form,
}

/// Goes through all pages of an open transaction, or says what stopped it.
pub fn walk(
    ledger: &mut Ledger,
    tran_id: &str,
    person: &Person,
    now: NaiveDateTime,
    rules: &Rules,
) -> Result<(), String> {
    while let Some(it) = ledger.by_tran(tran_id).filter(|it| it.is_open()) {
        if it.is_stuck() {
            return Err("this scenario can only be cancelled".to_owned());
        }
        let Some(step) = it.next_step() else { break };
        let form = example(it, step, person);
        ledger.answer(tran_id, step, &form, now, rules);
        if let Some(problem) = ledger.by_tran(tran_id).and_then(|it| it.problems.first()) {
            return Err(format!("{}: {}", problem.field, problem.text));
        }
    }
    Ok(())
}

/// What a person might type, with what the test wants to have typed in its place.
fn example(it: &Transaction, step: Step, person: &Person) -> Form {
    let mut form: Form = [
        ("branch", "001"),
        ("deposit_type", "1"),
        ("account_number", "1234567"),
        ("symbol", "14030"),
        ("number", "12345671"),
        ("holder_kana", "ヤマダ タロウ"),
        ("pin", "1234"),
        ("birth_year", "1960"),
        ("birth_month", "4"),
        ("birth_day", "1"),
        ("otp", "123456"),
        ("phone_last4", "1234"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    form.extend(person.account.clone());
    if it.institution().is_yucho() && !person.account.contains_key("number") {
        // A test that gives an account number gets that account, whatever the page calls it.
        if let Some(number) = person.account.get("account_number") {
            form.insert("number".to_owned(), format!("{number}1"));
        }
    }
    if let (Step::Pin, Some(pin)) = (step, &person.pin) {
        form.insert("pin".to_owned(), pin.clone());
    }
    form
}
