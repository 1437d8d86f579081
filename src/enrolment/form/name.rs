use super::{Context, messages};
use crate::{
    config::ItemId,
    enrolment::answers::Answers,
    japan::kana::{is_katakana, to_katakana},
    web::ui::FieldError,
};

/// A person's name as written and as read.
#[derive(Clone, Default)]
pub struct PersonName {
    /// 「山田　太郎」, exactly as typed.
    pub kanji: String,
    /// Full-width katakana, one full-width space.
    pub kana: String,
}

const LONGEST: usize = 30;

/// オ and カ.
pub fn read(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> PersonName {
    let name = match answers.get("name_style") == "single" {
        true => PersonName {
            kanji: kanji("full_name", context.label(ItemId::UserName), answers, errors),
            kana: kana("full_kana", context.label(ItemId::UserKana), answers, errors),
        },
        false => {
            let family = kanji("family_name", "姓", answers, errors);
            let given = kanji("given_name", "名", answers, errors);
            let family_kana = kana("family_kana", "セイ（カタカナ）", answers, errors);
            let given_kana = kana("given_kana", "メイ（カタカナ）", answers, errors);
            PersonName {
                kanji: format!("{family}　{given}"),
                kana: format!("{family_kana}　{given_kana}"),
            }
        }
    };
    if !["yes", "no"].contains(&answers.get("name_changed")) {
        errors.push(FieldError::new("name_changed", messages::choose("使用者の名義の変更")));
    }
    name
}

/// キ and ク.
pub fn read_former(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> PersonName {
    let label = context.label(ItemId::OldKana);
    PersonName {
        kanji: kanji("old_name", context.label(ItemId::OldName), answers, errors),
        kana: match context.items.asked(ItemId::OldKana) {
            Some(_) => kana("old_kana", label, answers, errors),
            None => String::new(),
        },
    }
}

fn kanji(field: &str, label: &str, answers: &Answers, errors: &mut Vec<FieldError>) -> String {
    messages::read_text(field, label, answers.get(field), true, LONGEST, errors)
}

/// Any kana to full-width katakana; what is still no kana is asked for again.
pub fn kana(field: &str, label: &str, answers: &Answers, errors: &mut Vec<FieldError>) -> String {
    let read = to_katakana(answers.get(field));
    let count = read.chars().count();
    let message = match () {
        () if read.is_empty() => messages::enter(label),
        () if !is_katakana(&read) => messages::shape(label, "カタカナで"),
        () if count > LONGEST => messages::too_long(label, LONGEST, count),
        () => return read,
    };
    errors.push(FieldError::new(field, message));
    String::new()
}

crate::hidden::hidden_debug!(PersonName);
