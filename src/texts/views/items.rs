//! The items of the form: a row of fields for each, and how citizens see them.
use crate::{
    config::{Ask, Item, ItemId, PageId},
    texts::items::{self, ASKS, PAGES},
    web::ui::TextField,
};
use maud::{Markup, html};

fn of_page(all: &[Item], page: PageId) -> impl Iterator<Item = &Item> {
    all.iter().filter(move |item| item.id.page() == page)
}

/// The fields of every item, page by page.
pub fn fields(body: &str) -> Markup {
    let all = items::rows(body);
    html! {
        @for (page, heading) in PAGES {
            fieldset class="field items" {
                legend { (heading) }
                @for (nth, item) in of_page(&all, page).enumerate() { (row(nth + 1, item)) }
            }
        }
    }
}

fn row(nth: usize, item: &Item) -> Markup {
    let input = |what: &str, label: &str, value: &str, class: &str, numeric: bool| {
        let id = items::field(what, item.id);
        html! {
            span class="items__field" {
                label for=(id) { (label) span class="vh" { "（" (items::name(item.id)) "）" } }
                input class={ "input " (class) } id=(id) name=(id) value=(value) autocomplete="off" inputmode=[numeric.then_some("numeric")];
            }
        }
    };
    html! {
        div class="items__row" {
            p class="items__name" { (items::name(item.id)) }
            (ask(item))
            (input("order", "順", &nth.to_string(), "input--w4", true))
            @if let Some(digits) = item.digits { (input("digits", "桁数", &digits.to_string(), "input--w4", true)) }
            (input("label", "表示名", &item.label, "items__label-input", false))
            (input("hint", "説明", &item.hint, "items__hint-input", false))
        }
    }
}

/// The ways in which the item may be asked; where there is only one, it is said.
fn ask(item: &Item) -> Markup {
    let id = items::field("ask", item.id);
    let ways: Vec<_> = ASKS.iter().filter(|(ask, ..)| item.id.may_be(*ask)).collect();
    html! {
        span class="items__field" {
            @if let [(_, _, only)] = ways[..] { span class="items__label" { "聞き方" } span class="items__only" { (only) } }
            @else {
                label for=(id) { "聞き方" span class="vh" { "（" (items::name(item.id)) "）" } }
                select class="input" id=(id) name=(id) {
                    @for (ask, word, label) in ways { option value=(word) selected[*ask == item.ask] { (label) } }
                }
            }
        }
    }
}

/// The items as they are asked, page by page; the fields cannot be typed into.
pub fn preview(body: &str) -> Markup {
    let all = items::rows(body);
    html! {
        @for (page, heading) in PAGES {
            @let asked: Vec<_> = of_page(&all, page).filter(|item| item.ask != Ask::No).collect();
            h3 { (heading) }
            @if asked.is_empty() { p { "このページでは、何も聞きません。" } }
            fieldset class="field" disabled {
                legend class="vh" { (heading) "の項目" }
                @for item in asked { (shown(item)) }
            }
        }
    }
}

fn shown(item: &Item) -> Markup {
    let name = items::field("preview", item.id);
    let width = match item.id {
        ItemId::PostalCode | ItemId::DepositType => "w8",
        ItemId::Premises | ItemId::Email => "full",
        _ => "w20",
    };
    let field = TextField {
        name: &name,
        label: &item.label,
        hint: &item.hint,
        width,
        optional: item.ask == Ask::Optional,
        autocomplete: "off",
        ..Default::default()
    };
    field.render(&[])
}
