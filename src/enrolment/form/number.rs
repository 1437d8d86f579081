use super::{Context, messages};
use crate::{config::ItemId, db::text_enum, enrolment::answers::Answers, japan::digits::digits, web::ui::FieldError};

text_enum! {
    /// ア 申込区分
    pub enum ApplicationKind {
        New = "new",
        Change = "change",
    }
}

impl ApplicationKind {
    pub fn label(self) -> &'static str {
        match self {
            ApplicationKind::New => "新しく口座振替を始める",
            ApplicationKind::Change => "振替の口座を変更する",
        }
    }
}

/// ア and イ; the number as digits alone.
pub fn read(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> (ApplicationKind, String) {
    let kind = ApplicationKind::from_word(answers.get("application_kind"));
    if kind.is_none() {
        let label = context.label(ItemId::ApplicationKind);
        errors.push(FieldError::new("application_kind", messages::choose(label)));
    }
    let label = context.label(ItemId::CustomerNumber);
    let length = context.items.asked(ItemId::CustomerNumber).and_then(|i| i.digits);
    let typed = answers.get("customer_number");
    let number = digits(typed);
    let message = match &number {
        _ if typed.is_empty() => Some(messages::enter(label)),
        Some(n) if length.is_none_or(|l| l == n.len()) && !n.is_empty() => None,
        _ => Some(match length {
            Some(length) => messages::shape(label, &format!("数字{length}桁で")),
            None => messages::shape(label, "数字で"),
        }),
    };
    errors.extend(message.map(|m| FieldError::new("customer_number", m)));
    (kind.unwrap_or(ApplicationKind::New), number.unwrap_or_default())
}
