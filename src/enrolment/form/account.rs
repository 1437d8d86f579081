use super::{Context, messages, name};
use crate::{
    config::ItemId,
    enrolment::answers::Answers,
    gateways::Account,
    japan::{
        digits::digits,
        yucho::{self, Yucho, YuchoError},
        zengin::{DepositType, HolderKana, HolderKanaError, pad_account},
    },
    web::ui::FieldError,
};

/// How the passbook names the account.
#[derive(Clone, Debug)]
pub enum AccountShape {
    Bank,
    Yucho(Yucho),
}

/// ス–チ: the account as typed and as it is sent.
#[derive(Clone)]
pub struct AccountDetails {
    pub shape: AccountShape,
    pub branch_name: String,
    pub deposit: DepositType,
    pub holder_name: String,
    /// Full-width, as shown.
    pub holder_kana: String,
    /// As it goes to the institution.
    pub sent: Account,
}

/// `None` when something is wrong or missing; then `errors` has grown.
pub fn read(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> Option<AccountDetails> {
    let before = errors.len();
    let numbers = match context.is_yucho() {
        true => yucho_account(answers, context, errors),
        false => bank_account(answers, context, errors),
    };
    let (holder_name, holder_kana) = holder(answers, context, errors);
    let field = if answers.get("holder") == "other" {
        "holder_kana"
    } else {
        "holder"
    };
    let sent_kana = holder_half_width(field, &holder_kana, context, errors);
    let (shape, branch, deposit, number) = numbers?;
    let branch_name = context.branch.as_ref().map(|b| b.name.clone());
    (errors.len() == before).then(|| AccountDetails {
        shape,
        branch_name: branch_name.unwrap_or_default(),
        deposit,
        holder_name,
        holder_kana,
        sent: Account {
            branch,
            deposit_type: deposit.code().to_owned(),
            number,
            holder_kana: sent_kana,
        },
    })
}

type Numbers = (AccountShape, String, DepositType, String);

fn bank_account(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> Option<Numbers> {
    if context.branch.is_none() {
        let label = context.label(ItemId::Branch);
        // Without search results there is no radio button yet, so the link leads to the search box.
        errors.push(FieldError::new("branch_query", messages::choose(label)));
    }
    let deposit = match context.items.asked(ItemId::DepositType) {
        Some(item) => {
            let chosen = DepositType::from_code(answers.get("deposit_type"));
            if chosen.is_none() {
                errors.push(FieldError::new("deposit_type", messages::choose(&item.label)))
            }
            chosen
        }
        None => Some(DepositType::Ordinary),
    };
    let label = context.label(ItemId::AccountNumber);
    let typed = answers.get("account_number");
    let number = digits(typed).and_then(|d| pad_account(&d));
    if number.is_none() {
        let message = match typed.is_empty() {
            true => messages::enter(label),
            false => messages::shape(label, "数字7桁以内で"),
        };
        errors.push(FieldError::new("account_number", message));
    }
    let branch = context.branch.as_ref()?.code.clone();
    Some((AccountShape::Bank, branch, deposit?, number?))
}

fn yucho_account(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> Option<Numbers> {
    let mut part = |field: &str, label: &str, how: &str| {
        let typed = answers.get(field);
        let value = digits(typed);
        if typed.is_empty() {
            errors.push(FieldError::new(field, messages::enter(label)));
            return None;
        }
        if value.is_none() {
            errors.push(FieldError::new(field, messages::shape(label, how)));
        }
        value
    };
    let symbol = part("yucho_symbol", "記号", "1で始まる数字5桁で");
    let number = part("yucho_number", "番号", "数字2〜8桁で");
    let (symbol, number) = (symbol?, number?);
    let yucho = match yucho::parse(&symbol, &number) {
        Ok(yucho) => yucho,
        Err(YuchoError::Symbol) => {
            errors.push(FieldError::new(
                "yucho_symbol",
                messages::shape("記号", "1で始まる数字5桁で"),
            ));
            return None;
        }
        Err(YuchoError::Number) => {
            errors.push(FieldError::new(
                "yucho_number",
                messages::shape("番号", "1で終わる数字2〜8桁で"),
            ));
            return None;
        }
    };
    if context.branch.is_none() {
        let message = messages::contradiction("記号", "この記号の店番が見つかりません");
        errors.push(FieldError::new("yucho_symbol", message));
        return None;
    }
    // Reverse-engineered, so a gentle prompt: the same numbers entered again are taken (domain page, ゆうちょ).
    if !yucho.check_digit_ok && answers.get("check_digit_seen") != format!("{symbol}-{number}") {
        let reason = "通帳の数字とちがうかもしれません。合っているときは、そのまま進んでください";
        errors.push(FieldError::new(
            "yucho_symbol",
            messages::contradiction("記号と番号", reason),
        ));
    }
    let (branch, account, deposit) = (yucho.branch.clone(), yucho.account.clone(), yucho.deposit);
    Some((AccountShape::Yucho(yucho), branch, deposit, account))
}

/// What the question about the holder is called; a bureau may not ask the written name.
pub fn holder_label(context: &Context) -> &str {
    match context.label(ItemId::HolderName) {
        "" => context.label(ItemId::HolderKana),
        label => label,
    }
}

fn holder(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> (String, String) {
    match answers.get("holder") {
        "same" => {
            let user = name::read(answers, context, &mut vec![]);
            (user.kanji, user.kana)
        }
        "other" => {
            let label = context.label(ItemId::HolderName);
            let kanji = match context.items.asked(ItemId::HolderName) {
                Some(_) => messages::read_text("holder_name", label, answers.get("holder_name"), true, 40, errors),
                None => String::new(),
            };
            let label = context.label(ItemId::HolderKana);
            (kanji, name::kana("holder_kana", label, answers, errors))
        }
        _ => {
            errors.push(FieldError::new("holder", messages::choose(holder_label(context))));
            Default::default()
        }
    }
}

fn holder_half_width(field: &str, kana: &str, context: &Context, errors: &mut Vec<FieldError>) -> String {
    let label = context.label(ItemId::HolderKana);
    let message = match HolderKana::parse(kana) {
        Ok(half) => return half.as_str().to_owned(),
        // Already asked for above.
        Err(HolderKanaError::Empty) => return String::new(),
        Err(HolderKanaError::Unwritable(_)) => messages::shape(label, "カタカナ・英字・数字で"),
        Err(HolderKanaError::TooLong(now)) => messages::too_many_places(label, 30, now),
    };
    errors.push(FieldError::new(field, message));
    String::new()
}

crate::hidden::hidden_debug!(AccountDetails);
