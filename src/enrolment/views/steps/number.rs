use crate::{
    config::{ItemId, PageId},
    enrolment::{
        answers::Answers,
        form::{ApplicationKind, Context},
    },
    web::{
        asset_path,
        ui::{Choice, FieldError, TextField, choices},
    },
};
use maud::{Markup, html};

/// P3, in the bureau's order.
pub fn fields(answers: &Answers, context: &Context, errors: &[FieldError]) -> Markup {
    html! {
        @for item in context.items.on(PageId::Number) {
            @match item.id {
                ItemId::ApplicationKind => ({
                    let list: Vec<Choice> = ApplicationKind::ALL
                        .iter()
                        .map(|k| Choice { value: k.as_str(), label: k.label(), note: "" })
                        .collect();
                    choices("application_kind", &item.label, &item.hint, answers.get("application_kind"), &list, errors)
                }),
                ItemId::CustomerNumber => {
                    (TextField {
                        name: "customer_number",
                        label: &item.label,
                        hint: &item.hint,
                        value: answers.get("customer_number"),
                        width: "w12",
                        mode: "numeric",
                        autocomplete: "off",
                        ..TextField::default()
                    }.render(errors))
                    img class="figure" src=(asset_path("meter-slip.svg")) width="400" height="430" loading="lazy"
                        alt="検針票の見本。お問い合わせ番号は、左上に印刷されています。";
                    details class="details" {
                        summary { "番号が分からないとき" }
                        p { "納入通知書にも同じ番号があります。見つからないときは、お電話でお尋ねください。" }
                    }
                }
                _ => {}
            }
        }
    }
}
