use crate::{
    config::{Ask, Item, ItemId, PageId},
    enrolment::{
        answers::Answers,
        form::{Context, Relation},
    },
    japan::email,
    web::ui::{Choice, FieldError, TextField, choices},
};
use maud::{Markup, html};

/// P6, in the bureau's order; the phones stand together under one hint.
pub fn fields(answers: &Answers, context: &Context, errors: &[FieldError]) -> Markup {
    let is_phone = |i: &&Item| matches!(i.id, ItemId::PhoneHome | ItemId::PhoneWork | ItemId::PhoneMobile);
    html! {
        fieldset class="field" {
            legend { "電話番号" }
            p class="hint" { "1つ以上入力してください。手続きの確認でお電話することがあります" }
            @for item in context.items.on(PageId::Contact).filter(is_phone) { (phone(item, answers, errors)) }
        }
        @for item in context.items.on(PageId::Contact) {
            @match item.id {
                ItemId::Relation => (relation(item, answers, errors)),
                ItemId::Email => (notice(item, answers, errors)),
                _ => {}
            }
        }
    }
}

fn phone(item: &Item, answers: &Answers, errors: &[FieldError]) -> Markup {
    let (name, autocomplete) = match item.id {
        ItemId::PhoneHome => ("phone_home", "home tel"),
        ItemId::PhoneWork => ("phone_work", "work tel"),
        _ => ("phone_mobile", "mobile tel"),
    };
    TextField {
        name,
        label: &item.label,
        hint: &item.hint,
        value: answers.get(name),
        width: "w12",
        mode: "tel",
        autocomplete,
        ..TextField::default()
    }
    .render(errors)
}

fn relation(item: &Item, answers: &Answers, errors: &[FieldError]) -> Markup {
    let list: Vec<Choice> = Relation::ALL
        .iter()
        .map(|r| Choice {
            value: r.as_str(),
            label: r.label(),
            note: "",
        })
        .collect();
    choices(
        "relation",
        &item.label,
        &item.hint,
        answers.get("relation"),
        &list,
        errors,
    )
}

/// テ: the address is always in the page without JavaScript, and says for whom it is.
fn notice(item: &Item, answers: &Answers, errors: &[FieldError]) -> Markup {
    let choice = |value, label| Choice { value, label, note: "" };
    let list = match item.ask {
        Ask::Required => vec![choice("mail", "メールで受け取る")],
        _ => vec![
            choice("mail", "メールで受け取る"),
            choice("site", "このサイトで受付番号から確認する（メールなし）"),
        ],
    };
    let suggestion = email::parse(answers.get("email")).ok().and_then(|e| e.suggestion);
    html! {
        (choices("notice", "結果のお知らせ方法", "", answers.get("notice"), &list, errors))
        div data-shown-by="notice=mail" {
            (TextField {
                name: "email",
                label: &item.label,
                hint: &format!("メールを選んだ方だけ入力してください。{}", item.hint),
                value: answers.get("email"),
                width: "full",
                mode: "email",
                autocomplete: "email",
                ..TextField::default()
            }.render(errors))
            @if let Some(better) = suggestion {
                p class="converted" { "「" (better) "」のまちがいではありませんか。合っているときは、そのまま進んでください" }
            }
        }
    }
}
