//! The items of the form: a row of fields for each, and how citizens see them.
use crate::{
    config::{Item, Items, PageId},
    texts::items::{self, ASKS, PAGES},
    web::ui,
    workspace::Workspace,
};
use maud::{Markup, html};
use std::sync::Arc;

/// Draws the controls of a page of the public form with these items. `app` puts it beside the routes: the form names the
/// texts, so the texts cannot name the form.
#[derive(Clone, Copy)]
pub struct Controls(pub fn(&Workspace, PageId, &Arc<Items>) -> Markup);

/// Each page in its order, and its controls where it asks for something.
pub type Pages = Vec<(PageId, Option<Markup>)>;

impl Controls {
    /// The pages of these items as citizens find them.
    pub fn pages(self, workspace: &Workspace, body: &str) -> Pages {
        let all = Arc::new(Items::drafted(items::rows(body)));
        let draw = |page| {
            let is_asked = all.on(page).next().is_some();
            is_asked.then(|| ui::looked_at(&(self.0)(workspace, page, &all), "seen-"))
        };
        PAGES.iter().map(|(page, _)| (*page, draw(*page))).collect()
    }
}

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
                input class={ "input " (class) } type="text" id=(id) name=(id) value=(value) autocomplete="off" inputmode=[numeric.then_some("numeric")];
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

/// The items as they are asked, page by page, with the controls of the form itself; none of them works.
pub fn preview(pages: &[(PageId, Option<Markup>)]) -> Markup {
    let heading = |page: PageId| {
        PAGES
            .iter()
            .find(|(p, _)| *p == page)
            .map_or("", |(_, heading)| heading)
    };
    html! {
        @for (page, controls) in pages {
            h3 { (heading(*page)) }
            @match controls {
                None => p { "このページでは、何も聞きません。" },
                Some(controls) => fieldset class="phone" disabled {
                    legend class="vh" { (heading(*page)) "の項目" }
                    div class="form" { (controls) }
                },
            }
            @if *page == PageId::Account && controls.is_some() {
                p class="hint" { "ゆうちょ銀行を選んだ方には、支店、預金種別、口座番号の代わりに、通帳の記号と番号を聞きます" }
            }
        }
    }
}
