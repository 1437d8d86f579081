//! What is still to be done at each seat.
use crate::{
    training::{
        class::{Class, Seat, Try},
        exercises::{Exercise, filled},
        school::School,
    },
    web::ui::when,
};
use maud::{Markup, html};

/// Begun and not done, the one that was begun last first.
fn unfinished<'a>(school: &'a School, class: &'a Class, seat: &'a Seat) -> Vec<(&'a Exercise, &'a Try)> {
    let open = seat.unfinished().into_iter();
    let mut all: Vec<_> = open
        .filter_map(|id| Some((school.exercise_of(class, id)?, seat.newest(id)?)))
        .collect();
    all.sort_by_key(|(_, begun)| std::cmp::Reverse(begun.begun_at));
    all
}

/// For each seat where something was begun. It stands outside of what is renewed by itself, so that nothing that is open
/// closes while somebody reads.
pub fn goals(school: &School, class: &Class) -> Markup {
    let begun: Vec<_> = class
        .taken()
        .map(|seat| (seat, unfinished(school, class, seat)))
        .filter(|(_, open)| !open.is_empty())
        .collect();
    html! {
        @for (seat, open) in begun {
            details class="details" {
                summary { "席 " (seat.number) " " (seat.name) "：残っている目標" @if let Some((last, _)) = open.first() { "（最後に始めた課題 " (last.head.title) "）" } }
                @for (exercise, begun) in open { (one(class, seat, exercise, begun)) }
            }
        }
    }
}

fn one(class: &Class, seat: &Seat, exercise: &Exercise, begun: &Try) -> Markup {
    let cases = class.desk(&seat.desk).map(|desk| &desk.cases);
    let fill = |text: &str| cases.map_or(text.to_owned(), |cases| filled(text, cases));
    let goals = exercise.head.goals.iter().zip(&begun.met);
    html! {
        p { strong { (exercise.head.title) } "　" (begun.reached()) " / " (begun.met.len()) "（" (when(begun.begun_at)) "から）" }
        ul { @for (goal, _) in goals.filter(|(_, met)| met.is_none()) { li { (fill(&goal.text)) } } }
    }
}
