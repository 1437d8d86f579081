//! What the end of a class takes away, before it does.
use super::{PART, calling};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    training::{class::Class, school::School},
    web::Site,
};
use maud::{Markup, html};

pub fn ending(site: &Site, staff: &Staff, school: &School, class: &Class) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let title = format!("教室を終える：{}（{}）", class.title, class.id);
    let main = html! {
        (heading(&title))
        div class="notice notice--warning" {
            h2 { "終えると、次のものがすべて消えます。元にはもどせません" }
            ul {
                li { "席のデータ：" (class.desks.len()) "個（申込み、問合せ、メール、時計）" }
                li { "研修用の職員とパスキー：すべて" }
                li { "使っている席：" (class.taken().count()) "席" }
                li { "途中の課題：" (class.taken().map(|seat| seat.unfinished().len()).sum::<usize>()) "件（続きはできません）" }
            }
        }
        (people(school, class))
        p { "1人ずつの課題の結果と、研修担当がしたことの記録は残ります。修了証、受講証と記録は、終えた後でも印刷できます。" }
        div class="actions" {
            form method="post" action={ (path) "/ending" } { button class="button" type="submit" { "教室を終えて、データを消す" } }
            a class="button button--secondary" href=(path) { "終えずに、教室にもどる" }
        }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .render(site, staff)
}

/// Who is at which seat, and in the midst of what.
fn people(school: &School, class: &Class) -> Markup {
    let title = |id: &str| {
        let found = school.exercise_of(class, id);
        found.map_or(id.to_owned(), |exercise| exercise.head.title.clone())
    };
    let unfinished = |ids: Vec<&str>| ids.into_iter().map(title).collect::<Vec<_>>().join("、");
    html! {
        h2 { "いま使っている人" }
        @if class.taken().next().is_none() { p { "使っている人は0人です（確認済み）。" } }
        @else {
            div class="scroll" tabindex="0" role="region" aria-label="いま使っている人" {
                table class="table" {
                    caption class="vh" { "いま使っている人" }
                    thead { tr { th scope="col" { "席" } th scope="col" { "お名前" } th scope="col" { "できた課題" } th scope="col" { "途中の課題" } } }
                    tbody { @for seat in class.taken() { tr {
                        th scope="row" class="number" { (seat.number) }
                        td data-label="お名前" { (seat.name) (calling(seat)) }
                        td data-label="できた課題" { (seat.done()) " / " (class.exercises.len()) }
                        td data-label="途中の課題" { @if seat.unfinished().is_empty() { "なし" } @else { (unfinished(seat.unfinished())) } }
                    } } }
                }
            }
        }
    }
}
