use super::{Extra, hidden_rev};
use crate::{
    config::{Ask, Item, ItemId, PageId},
    enrolment::{
        answers::Answers,
        form::{Context, date_echo},
    },
    institutions::Town,
    web::ui::{DateField, FieldError, TextField},
};
use maud::{Markup, html};

/// What the postal code gave.
#[derive(Clone, Debug)]
pub enum Towns {
    /// It was put into the address.
    One,
    Several(Vec<Town>),
    None,
}

/// P4, in the bureau's order.
pub fn fields(answers: &Answers, context: &Context, extra: &Extra, errors: &[FieldError]) -> Markup {
    html! {
        @for item in context.items.on(PageId::Place) {
            @match item.id {
                ItemId::PostalCode => (postal_code(item, answers, errors)),
                ItemId::Premises => (premises(item, answers, context, extra, errors)),
                ItemId::StartDate => (start_date(item, answers, errors)),
                _ => {}
            }
        }
        @if context.items.asked(ItemId::Premises).is_none() { (hidden_rev(extra.rev)) }
    }
}

fn postal_code(item: &Item, answers: &Answers, errors: &[FieldError]) -> Markup {
    html! {
        (TextField {
            name: "postal_code",
            label: &item.label,
            hint: &item.hint,
            value: answers.get("postal_code"),
            optional: item.ask == Ask::Optional,
            width: "w8",
            mode: "numeric",
            autocomplete: "postal-code",
            ..TextField::default()
        }.render(errors))
        button class="button button--secondary" type="submit" name="do" value="lookup" formnovalidate
            hx-post="/apply/place" hx-target="#addr" hx-select="#addr" hx-swap="outerHTML" hx-sync="this:replace" {
            "郵便番号から住所を入れる"
        }
    }
}

fn premises(item: &Item, answers: &Answers, context: &Context, extra: &Extra, errors: &[FieldError]) -> Markup {
    let optional = item.ask == Ask::Optional;
    let town = match answers.get("town") {
        "" => context.city.as_str(),
        town => town,
    };
    html! {
        fieldset class="field" id="addr" {
            legend { (item.label) }
            (hidden_rev(extra.rev))
            (status(extra.towns.as_ref()))
            (TextField {
                name: "town",
                label: "市町村・町名",
                value: town,
                width: "full",
                autocomplete: "address-level2",
                optional,
                ..TextField::default()
            }.render(errors))
            (TextField {
                name: "block",
                label: "番地",
                hint: "例：2-1-1　または　2丁目1番1号",
                value: answers.get("block"),
                width: "w20",
                autocomplete: "address-line2",
                optional,
                focus: matches!(extra.towns, Some(Towns::One)) && errors.is_empty(),
                ..TextField::default()
            }.render(errors))
            (TextField {
                name: "building",
                label: "建物名・部屋番号",
                value: answers.get("building"),
                width: "full",
                autocomplete: "address-line3",
                optional: true,
                ..TextField::default()
            }.render(errors))
        }
    }
}

fn status(towns: Option<&Towns>) -> Markup {
    html! {
        @match towns {
            None => p class="status" role="status" {},
            Some(Towns::One) => p class="status" role="status" { "住所を入れました。番地を入力してください。" },
            Some(Towns::None) => p class="status" role="status" {
                "この郵便番号の住所が見つかりませんでした。町名から入力してください。"
            },
            Some(Towns::Several(list)) => {
                p class="status" role="status" { (list.len()) "件見つかりました。町名を選んでください。" }
                fieldset class="field" {
                    legend { "町名を選んでください" }
                    div class="radios" {
                        @for (i, town) in list.iter().enumerate() {
                            @let id = format!("town_choice-{i}");
                            div class="radio" {
                                input type="radio" id=(id) name="town_choice" value={ (town.city) (town.town) };
                                label for=(id) { (town.city) (town.town) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn start_date(item: &Item, answers: &Answers, errors: &[FieldError]) -> Markup {
    html! {
        (DateField {
            name: "start",
            legend: &item.label,
            hint: &item.hint,
            optional: item.ask == Ask::Optional,
            values: ["start_year", "start_month", "start_day"].map(|f| answers.get(f)),
        }.render(errors))
        @if let Some(echo) = date_echo(answers) { p class="converted" { (echo) } }
    }
}
