//! What the trainer prints.
use super::PART;
use crate::{
    accounts::{ConsolePage, Staff, heading},
    japan::date::wareki,
    training::{
        class::{Class, Seat},
        report,
        school::School,
    },
    web::{
        Site,
        document::{Document, TRAINING},
        ui::when,
    },
};
use maud::{Markup, html};

/// Across every sheet, as on the prints of a desk: at the real console the page itself is not marked.
fn mark() -> Markup {
    html! {
        p class="training-banner training-banner--record" data-print=(TRAINING) { "研修の記録です。架空の人と申込みだけで行いました。" }
    }
}

pub fn report(site: &Site, staff: &Staff, class: &Class, document: &Document) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let main = html! {
        (heading(&document.title))
        (mark())
        (document.markup())
        div class="actions noprint" {
            button class="button button--secondary" type="button" data-print { "印刷する（PDFにもできます）" }
            a class="button button--secondary" href={ (path) "/report/word" } { "Wordのファイルを受け取る" }
        }
    };
    ConsolePage::new(&document.title, PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .render(site, staff)
}

/// One A4 page for each person who came.
pub fn certificates(site: &Site, staff: &Staff, school: &School, class: &Class) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let exercises = school.exercises_of(class);
    let came: Vec<&Seat> = class.taken().collect();
    let main = html! {
        (heading("修了証"))
        (mark())
        p class="noprint" { "1人に1枚、A4で印刷します。" }
        @if came.is_empty() { p { "教室に入った人は0人です（確認済み）。" } }
        @for seat in came {
            section class="sheet certificate" {
                h2 { "修了証（研修用）" }
                p class="lead" { (seat.name) " さん" @if !seat.code.is_empty() { "（職員番号 " (seat.code) "）" } }
                p { (wareki(class.day)) "に、「" (class.title) "」を受けたことを証します。" }
                ul { @for exercise in exercises.iter().filter(|exercise| seat.tries.contains_key(&exercise.head.id)) {
                    li { (exercise.head.title) "　" (report::result(seat.tries.get(&exercise.head.id), class.kind)) }
                } }
                @if class.is_shared { p { "課題は、教室の全員が同じデータで行ったものです。" } }
                p { (site.bureau.name) "　研修担当 " (class.trainer) "　発行 " (when(school.now())) }
            }
        }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("修了証", PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .render(site, staff)
}
