//! The steps of the form: their order, their fields, and what is wrong with what was typed.
mod account;
mod contact;
pub mod messages;
mod name;
mod number;
mod place;

pub use account::{AccountDetails, AccountShape, holder_label};
pub use contact::{Contact, Relation};
pub use name::PersonName;
pub use number::ApplicationKind;
pub use place::{Premises, date_echo};

use super::answers::Answers;
use crate::{
    config::{AccountCapture, ItemId, Items},
    institutions::{Branch, Institution},
    japan::{digits::digits, zengin::DepositType},
    web::ui::FieldError,
};
use chrono::NaiveDate;
use std::sync::Arc;

/// A step of the form, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Terms,
    Bank,
    Number,
    Place,
    Name,
    Former,
    Contact,
    Account,
    Check,
}

use Step::*;

impl Step {
    pub const ALL: [Step; 9] = [Terms, Bank, Number, Place, Name, Former, Contact, Account, Check];
    /// How many steps a person is told of; 旧使用者 belongs to the name.
    pub const SHOWN: usize = 8;

    /// The last part of `/apply/{step}`.
    pub fn word(self) -> &'static str {
        match self {
            Terms => "terms",
            Bank => "bank",
            Number => "number",
            Place => "place",
            Name => "name",
            Former => "former",
            Contact => "contact",
            Account => "account",
            Check => "check",
        }
    }
    pub fn from_word(word: &str) -> Option<Step> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
    pub fn path(self) -> String {
        format!("/apply/{}", self.word())
    }
    /// 「手順 n」
    pub fn number(self) -> usize {
        match self {
            Terms => 1,
            Bank => 2,
            Number => 3,
            Place => 4,
            Name | Former => 5,
            Contact => 6,
            Account => 7,
            Check => 8,
        }
    }
    /// The fields a step's form holds.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Terms | Check => &[],
            Bank => &["institution"],
            Number => &["application_kind", "customer_number"],
            Place => &[
                "postal_code",
                "town",
                "block",
                "building",
                "start_year",
                "start_month",
                "start_day",
            ],
            Name => &[
                "name_style",
                "family_name",
                "given_name",
                "full_name",
                "family_kana",
                "given_kana",
                "full_kana",
                "name_changed",
            ],
            Former => &["old_name", "old_kana"],
            Contact => &[
                "phone_mobile",
                "phone_home",
                "phone_work",
                "relation",
                "notice",
                "email",
            ],
            Account => &[
                "branch_query",
                "branch",
                "deposit_type",
                "account_number",
                "yucho_symbol",
                "yucho_number",
                "holder",
                "holder_name",
                "holder_kana",
                "check_digit_seen",
            ],
        }
    }
}

/// What reading the answers needs besides the answers.
#[derive(Clone)]
pub struct Context {
    pub items: Arc<Items>,
    /// 「長岡市」
    pub city: String,
    pub today: NaiveDate,
    /// The institution that was chosen, if it is in service.
    pub institution: Option<Institution>,
    /// The branch that was chosen (or follows from ゆうちょ's 記号), if it exists.
    pub branch: Option<Branch>,
    pub capture: AccountCapture,
    /// Codes of the deposit types served; empty: 普通 alone.
    pub deposit_types: Vec<String>,
}

impl Context {
    pub fn is_yucho(&self) -> bool {
        self.institution.as_ref().is_some_and(Institution::is_yucho)
    }
    pub fn institution_name(&self) -> &str {
        self.institution.as_ref().map_or("金融機関", |i| &i.name)
    }
    pub fn label(&self, id: ItemId) -> &str {
        self.items.label(id)
    }
    pub fn serves_deposit_type(&self, code: &str) -> bool {
        match self.deposit_types.is_empty() {
            true => code == "1",
            false => self.deposit_types.iter().any(|t| t == code),
        }
    }
    /// 「普通預金・当座預金」: what is served of the chosen institution.
    pub fn served_deposits(&self) -> String {
        let ordinary = [DepositType::Ordinary.code().to_owned()];
        let codes = match self.deposit_types.is_empty() {
            true => &ordinary[..],
            false => &self.deposit_types,
        };
        let kinds = codes.iter().filter_map(|code| DepositType::from_code(code));
        let names = kinds.map(|kind| match (kind, self.is_yucho()) {
            (DepositType::Ordinary, true) => "通常貯金",
            (DepositType::Ordinary, false) => "普通預金（総合口座を含む）",
            (DepositType::Current, _) => "当座預金",
            (DepositType::TaxReserve, _) => "納税準備預金",
            (DepositType::Other, _) => "そのほかの預金（貯蓄など）",
        });
        names.collect::<Vec<_>>().join("、")
    }
    /// Whether a step is asked at all, given the answers so far.
    pub fn applies(&self, step: Step, answers: &Answers) -> bool {
        match step {
            Former => self.items.asked(ItemId::OldName).is_some() && answers.get("name_changed") == "yes",
            Account => self.capture == AccountCapture::Form,
            _ => true,
        }
    }
    /// The step after `step`.
    pub fn next(&self, step: Step, answers: &Answers) -> Step {
        let later = Step::ALL.into_iter().filter(|s| *s > step);
        later.into_iter().find(|s| self.applies(*s, answers)).unwrap_or(Check)
    }
    /// The step before `step`.
    pub fn previous(&self, step: Step, answers: &Answers) -> Option<Step> {
        let earlier = Step::ALL.into_iter().filter(|s| *s < step).rev();
        earlier.into_iter().find(|s| self.applies(*s, answers))
    }
}

/// Everything an applicant told us, in parsed types.
#[derive(Clone)]
pub struct Details {
    pub kind: ApplicationKind,
    /// Digits only.
    pub customer_number: String,
    pub premises: Premises,
    pub start_date: Option<NaiveDate>,
    pub user: PersonName,
    pub former: Option<PersonName>,
    pub contact: Contact,
    /// `None` where the institution's page takes the account.
    pub account: Option<AccountDetails>,
}

/// What is wrong on one step.
pub fn errors_on(step: Step, answers: &Answers, context: &Context) -> Vec<FieldError> {
    let mut errors = vec![];
    if !context.applies(step, answers) {
        return errors;
    }
    match step {
        Terms | Check => {}
        Bank => {
            if context.institution.is_none() {
                errors.push(FieldError::new("institution", messages::choose("金融機関")))
            }
        }
        Number => drop(number::read(answers, context, &mut errors)),
        Place => drop(place::read(answers, context, &mut errors)),
        Name => drop(name::read(answers, context, &mut errors)),
        Former => drop(name::read_former(answers, context, &mut errors)),
        Contact => drop(contact::read(answers, context, &mut errors)),
        Account => drop(account::read(answers, context, &mut errors)),
    }
    errors
}

/// Why an application is for paper: only individuals, only the deposit types served (N7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEligible {
    Corporate,
    DepositType,
}

impl NotEligible {
    /// The page that says so.
    pub fn path(self) -> &'static str {
        match self {
            NotEligible::Corporate => "/apply/contact?corporate",
            NotEligible::DepositType => "/apply/account?deposit",
        }
    }
    /// Whether what was answered so far rules the web out.
    pub fn find(answers: &Answers, context: &Context) -> Option<Self> {
        if answers.get("relation") == Relation::Corporate.as_str() {
            return Some(NotEligible::Corporate);
        }
        let symbol = digits(answers.get("yucho_symbol")).unwrap_or_default();
        let served = match context.is_yucho() {
            true => !(symbol.len() == 5 && symbol.starts_with('0')),
            false => answers.get("deposit_type").is_empty() || context.serves_deposit_type(answers.get("deposit_type")),
        };
        (context.applies(Account, answers) && !served).then_some(NotEligible::DepositType)
    }
}

/// The first step before `end` that is not complete.
pub fn first_incomplete(end: Step, answers: &Answers, context: &Context) -> Option<Step> {
    Step::ALL
        .into_iter()
        .filter(|s| *s < end)
        .find(|s| !errors_on(*s, answers, context).is_empty())
}

impl Details {
    /// Reads all answers; `Err` names the first step that is not complete.
    pub fn read(answers: &Answers, context: &Context) -> Result<Self, Step> {
        if let Some(step) = first_incomplete(Check, answers, context) {
            return Err(step);
        }
        let mut none = vec![];
        let (kind, customer_number) = number::read(answers, context, &mut none);
        let (premises, start_date) = place::read(answers, context, &mut none);
        let applies = |step| context.applies(step, answers);
        Ok(Self {
            kind,
            customer_number,
            premises,
            start_date,
            user: name::read(answers, context, &mut none),
            former: applies(Former).then(|| name::read_former(answers, context, &mut none)),
            contact: contact::read(answers, context, &mut none),
            account: applies(Account)
                .then(|| account::read(answers, context, &mut none))
                .flatten(),
        })
    }
}

crate::hidden::hidden_debug!(Details);
