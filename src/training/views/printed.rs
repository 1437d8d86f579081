//! What the trainer prints.
use super::PART;
use crate::{
    accounts::{ConsolePage, Staff, heading},
    clock::jst,
    japan::date::wareki,
    training::{
        class::{Class, Seat},
        exercises::Exercise,
        report,
        school::School,
    },
    web::{
        Site,
        document::{Document, TRAINING},
    },
};
use chrono::NaiveDateTime;
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

/// What somebody is given on paper.
#[derive(Clone, Copy, PartialEq)]
enum Paper {
    /// 修了証: every exercise of the class was done, the last of them then.
    Done(NaiveDateTime),
    /// 受講証: some of it.
    TookPart,
}

impl Paper {
    fn title(self) -> &'static str {
        match self {
            Paper::Done(_) => "修了証",
            Paper::TookPart => "受講証",
        }
    }
    /// Nobody gets one for having sat there.
    fn of(seat: &Seat, exercises: &[&Exercise]) -> Option<Self> {
        let ids = exercises.iter().map(|exercise| exercise.head.id.as_str());
        match seat.done_all_at(ids) {
            Some(at) => Some(Paper::Done(at)),
            None => seat.has_begun().then_some(Paper::TookPart),
        }
    }
}

/// One A4 page for each person who did something.
pub fn certificates(site: &Site, staff: &Staff, school: &School, class: &Class) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let exercises = school.exercises_of(class);
    let papers = class.taken().map(|seat| (seat, Paper::of(seat, &exercises)));
    let (given, without): (Vec<_>, Vec<_>) = papers.partition(|(_, paper)| paper.is_some());
    let main = html! {
        (heading("修了証・受講証"))
        (mark())
        p class="noprint" { "1人に1枚、A4で印刷します。課題がすべてできた人は修了証、途中までの人は受講証です。" }
        @if class.taken().next().is_none() { p { "教室に入った人は0人です（確認済み）。" } }
        @if !without.is_empty() {
            p class="noprint" { "課題を始めていない人には、出ません："
                (without.iter().map(|(seat, _)| format!("席 {} {}", seat.number, seat.name)).collect::<Vec<_>>().join("、"))
            }
        }
        @for (seat, paper) in given {
            @if let Some(paper) = paper { (sheet(site, school, class, seat, paper)) }
        }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("修了証・受講証", PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .render(site, staff)
}

fn sheet(site: &Site, school: &School, class: &Class, seat: &Seat, paper: Paper) -> Markup {
    let exercises = school.exercises_of(class);
    let begun = exercises
        .iter()
        .filter_map(|exercise| Some((exercise, seat.tries.get(&exercise.head.id)?)));
    let day = |utc: NaiveDateTime| wareki(jst(utc).date());
    html! {
        section class="sheet certificate" {
            h2 { (paper.title()) "（研修用）" }
            p class="lead" { (seat.name) " さん" @if !seat.code.is_empty() { "（職員番号 " (seat.code) "）" } }
            p { (wareki(class.day)) "の「" (class.title) "」" @match paper {
                Paper::Done(_) => "の課題を、すべて終えたことを証します。",
                Paper::TookPart => "を受けたことを証します。",
            } }
            @if !seat.tries.is_empty() { p { "行った課題と結果は、次のとおりです。" } }
            ul { @for (exercise, begun) in begun {
                li { (exercise.head.title) "　" (report::result(Some(begun), class.kind)) @if let Some(at) = begun.done_at() { "（" (day(at)) "）" } }
            } }
            @if class.is_shared { p { "課題は、教室の全員が同じデータで行ったものです。" } }
            p { (site.bureau.name) "　研修担当 " (class.trainer) }
            p {
                @if let Paper::Done(at) = paper { "修了した日 " (day(at)) "　" }
                @if let Some(at) = class.ended_at { "教室を終えた日 " (day(at)) "　" }
                "印刷した日 " (day(school.now()))
            }
        }
    }
}
