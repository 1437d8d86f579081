//! Who is put into the staff's record of training: first who was found, then the act that cannot be undone.
use super::{PART, text};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    training::class::{Class, Recorded, Seat},
    web::{
        Site,
        ui::{self, FieldError, when},
    },
};
use maud::{Markup, html};

/// The field for the 職員番号 of who sat at a seat.
pub fn code_field(number: u32) -> String {
    format!("code_{number}")
}

/// The field that says that the person who was found is to be put on record.
pub fn take_field(number: u32) -> String {
    format!("take_{number}")
}

/// A seat whose person may be put on record, with the 職員番号 as it is typed now.
pub struct Looked {
    pub seat: Seat,
    pub code: String,
    pub found: Option<Found>,
    /// Whether the box is ticked.
    pub is_taken: bool,
}

/// Whose the 職員番号 is.
pub struct Found {
    pub id: String,
    pub name: String,
    /// The same as was typed at the seat, but for spaces and old forms of letters.
    pub fits: bool,
}

pub fn on_record(class: &Class, path: &str) -> Markup {
    let put = class.taken().filter(|seat| seat.is_on_record()).count();
    let rest = class.taken().count() - put;
    let waits = class.taken().any(Seat::waits_for_record);
    html! {
        section class="card noprint" {
            h2 { "職員の台帳に載せる" }
            p { "職員番号のある人について、受けた研修を職員の台帳に載せます。本番の台帳に書くのは、これだけです。" }
            p { "できた課題がない人は、載せません。" }
            p { "載せた人 " strong { (put) "人" } "、載せていない人 " strong { (rest) "人" } }
            ul class="rows" { @for seat in class.taken() { li class="rows__item" { (person(seat)) } } }
            @if waits { form method="post" action={ (path) "/trainings" } { (ui::submit("載せる人を確かめる")) } }
        }
    }
}

/// Where it stands already nothing can be changed: what is in the staff's record stays there.
fn person(seat: &Seat) -> Markup {
    let code = (!seat.code.is_empty()).then_some(&seat.code);
    html! {
        p { "席 " (seat.number) "　" (seat.name) @if let Some(code) = code { "（職員番号 " (code) "）" } }
        p { @match seat.recorded {
            Some(Recorded::Put(at)) => { span class="tag tag--good" { "載せました" } " " (when(at)) },
            _ if seat.done() == 0 => "できた課題がないので、載せません",
            Some(Recorded::Nobody) => { "載せていません。「" (seat.code) "」という職員番号の人はいません" },
            None if code.is_none() => "載せていません。職員番号がありません",
            None => "まだ載せていません",
        } }
    }
}

/// Who was found by the numbers, beside who sat there. `errors` are of the fields.
pub fn confirm(site: &Site, staff: &Staff, class: &Class, all: &[Looked], errors: &[FieldError]) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let without = class.taken().filter(|seat| !seat.is_on_record() && seat.done() == 0);
    let without: Vec<String> = without
        .map(|seat| format!("席 {} {}", seat.number, seat.name))
        .collect();
    let title = format!("台帳に載せる人を確かめる：{}（{}）", class.title, class.id);
    let can_put = all.iter().any(|one| one.found.is_some());
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        p class="lead" { "教室で入力したお名前と、職員の台帳のお名前を見くらべます。" }
        p class="notice notice--warning" { "載せた記録は、取り消せません。印を付けた人だけを載せます。" }
        @if !without.is_empty() { p { "できた課題がないので、載せない人：" (without.join("、")) } }
        @if all.is_empty() { p { "載せられる人は0人です（確認済み）。" } }
        @else {
            form class="form" method="post" action={ (path) "/trainings" } novalidate {
                ul class="rows" { @for one in all { li class="rows__item" { (looked(one, errors)) } } }
                div class="actions" {
                    @if can_put { button class="button" type="submit" name="act" value="put" { "台帳に載せる" } }
                    button class="button button--secondary" type="submit" name="act" value="look" { "番号をもう一度さがす" }
                }
            }
        }
        div class="actions" { a class="button button--secondary" href=(path) { "載せずに、教室にもどる" } }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn looked(one: &Looked, errors: &[FieldError]) -> Markup {
    let (code, take) = (code_field(one.seat.number), take_field(one.seat.number));
    let who = format!("席 {}　{}", one.seat.number, one.seat.name);
    html! {
        (text(&code, &format!("{who}　職員番号"), "", &one.code).render(errors))
        @match &one.found {
            None if one.code.is_empty() => p { "職員番号がありません。空らんの人は、載せません" },
            None => p { "「" (one.code) "」という職員番号の人はいません。載せません" },
            Some(found) => {
                p { "台帳のお名前：" strong { (found.name) } " "
                    @if found.fits { span class="tag tag--good" { "同じお名前" } } @else { span class="tag tag--bad" { "お名前がちがいます" } }
                }
                (ui::error_message(&take, errors))
                div class="checkbox" {
                    input type="checkbox" id=(take) name=(take) value=(found.id) checked[one.is_taken];
                    label for=(take) { (found.name) "さんの記録に載せる" }
                }
            },
        }
    }
}
