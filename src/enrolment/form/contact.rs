use super::{Context, messages};
use crate::{
    config::{Ask, ItemId},
    db::text_enum,
    enrolment::answers::Answers,
    japan::{
        email::{self, EmailError},
        phone,
    },
    web::ui::FieldError,
};

text_enum! {
    /// Who applies, seen from the user of the water (`ux.md` rule 12).
    pub enum Relation {
        SelfUser = "self",
        Family = "family",
        Other = "other",
        /// Not eligible on the web: only individuals (N7.1).
        Corporate = "corporate",
    }
}

impl Relation {
    pub fn label(self) -> &'static str {
        match self {
            Relation::SelfUser => "水道を使用している本人",
            Relation::Family => "家族",
            Relation::Other => "そのほかの代理の方",
            Relation::Corporate => "会社・団体",
        }
    }
}

/// ケ, コ, サ, テ and the relation.
#[derive(Clone, Default)]
pub struct Contact {
    /// Digits; empty when not given.
    pub home: String,
    pub work: String,
    pub mobile: String,
    pub relation: Option<Relation>,
    /// Only when the result is wanted by mail.
    pub email: Option<String>,
}

impl Contact {
    /// All numbers given.
    pub fn phones(&self) -> impl Iterator<Item = &str> {
        [&self.mobile, &self.home, &self.work]
            .into_iter()
            .map(String::as_str)
            .filter(|p| !p.is_empty())
    }
}

const PHONES: [(ItemId, &str); 3] = [
    (ItemId::PhoneMobile, "phone_mobile"),
    (ItemId::PhoneHome, "phone_home"),
    (ItemId::PhoneWork, "phone_work"),
];

pub fn read(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> Contact {
    let [mobile, home, work] = PHONES.map(|(id, field)| phone_number(id, field, answers, context, errors));
    let asked = || PHONES.iter().filter(|(id, _)| context.items.asked(*id).is_some());
    let all_empty = PHONES.iter().all(|(_, field)| answers.get(field).is_empty());
    if all_empty
        && let Some((_, first)) = asked().next()
        && FieldError::of(errors, first).is_none()
    {
        errors.push(FieldError::new(first, "電話番号を1つ以上入力してください"));
    }
    let relation = Relation::from_word(answers.get("relation"));
    if let Some(item) = context.items.asked(ItemId::Relation)
        && relation.is_none()
    {
        errors.push(FieldError::new("relation", messages::choose(&item.label)));
    }
    Contact {
        home,
        work,
        mobile,
        relation,
        email: mail_address(answers, context, errors),
    }
}

fn phone_number(id: ItemId, field: &str, answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> String {
    let Some(item) = context.items.asked(id) else {
        return String::new();
    };
    let typed = answers.get(field);
    let message = match phone::parse(typed) {
        _ if typed.is_empty() && item.ask == Ask::Optional => return String::new(),
        _ if typed.is_empty() => messages::enter(&item.label),
        Ok(digits) => return digits,
        Err(_) => messages::shape(&item.label, "市外局番から数字で"),
    };
    errors.push(FieldError::new(field, message));
    String::new()
}

fn mail_address(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> Option<String> {
    let item = context.items.asked(ItemId::Email)?;
    match answers.get("notice") {
        "mail" => {}
        "site" if item.ask == Ask::Optional => return None,
        _ => {
            errors.push(FieldError::new("notice", messages::choose("結果のお知らせ方法")));
            return None;
        }
    }
    let message = match email::parse(answers.get("email")) {
        Ok(email) => return Some(email.address),
        Err(EmailError::Empty) => messages::enter(&item.label),
        Err(EmailError::Form) => messages::shape(&item.label, "「name@example.jp」のように"),
        Err(EmailError::TooLong) => messages::too_long(&item.label, 254, answers.get("email").chars().count()),
    };
    errors.push(FieldError::new("email", message));
    None
}

crate::hidden::hidden_debug!(Contact);
