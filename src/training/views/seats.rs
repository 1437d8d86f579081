//! One seat, to be put right.
use super::{PART, text};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    training::{
        class::{Class, Seat},
        school::School,
    },
    web::{
        FormBody, Site,
        ui::{self, Choice, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const KEEPS: [Choice; 2] = [
    Choice {
        value: "person",
        label: "同じ人が、別の端末で使う",
        note: "お名前と課題の記録は残ります。同じお名前と職員番号で入り直します",
    },
    Choice {
        value: "nothing",
        label: "席を空けて、ほかの人が使う",
        note: "お名前と課題の記録は消えます。元にはもどせません",
    },
];

/// `typed` is what was sent and not done.
pub fn seat(
    site: &Site,
    staff: &Staff,
    school: &School,
    (class, seat): (&Class, &Seat),
    typed: Option<&FormBody>,
    errors: &[FieldError],
) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let title = format!("席 {}（{}）", seat.number, class.id);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        @if seat.is_taken() { (forms(school, (class, seat), typed, errors)) }
        @else { p { "この席は空いています。コードと席の番号で、だれでも入れます。" } }
        div class="actions" { a class="button button--secondary" href=(path) { "教室にもどる" } }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn forms(school: &School, (class, seat): (&Class, &Seat), typed: Option<&FormBody>, errors: &[FieldError]) -> Markup {
    let path = format!("{PART}/{}/seats/{}", class.id, seat.number);
    // Each form sends its own fields alone: the other one shows what is kept.
    let value = |field: &str, kept: &str| match typed.filter(|typed| typed.has(field)) {
        Some(typed) => typed.get(field).to_owned(),
        None => kept.to_owned(),
    };
    let since = value("since", &seat.since());
    html! {
        p class="lead" { (seat.name) " さん" @if let Some(at) = seat.entered_at { "（" (when(at)) "から）" } }
        p { "できた課題：" (seat.done()) " / " (school.exercises_of(class).len()) "　途中の課題：" (seat.unfinished().len()) }
        section class="card" {
            h2 { "お名前を直す" }
            p { "修了証と記録に出るお名前です。" }
            form class="form" method="post" action=(path) novalidate {
                input type="hidden" name="since" value=(since);
                (text("name", "お名前", "", &value("name", &seat.name)).render(errors))
                (TextField { optional: true, ..text("staff_code", "職員番号", "", &value("staff_code", &seat.code)) }.render(errors))
                (ui::submit("お名前を直す"))
            }
        }
        section class="card" {
            h2 { "席を空ける" }
            p { "まちがえて座ったとき、端末を替えるときに使います。いままでの端末では、この席の画面が開かなくなります。席のデータは、そのままです。" }
            form class="form" method="post" action={ (path) "/freeing" } novalidate {
                input type="hidden" name="since" value=(since);
                (ui::choices("keeps", "このあと、だれが使いますか", "", &value("keeps", ""), &KEEPS, errors))
                (ui::submit("席を空ける"))
            }
        }
    }
}
