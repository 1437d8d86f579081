//! The pages at the console.
mod paper;
mod render;

pub use paper::{paper, slides};
pub use render::{Draw, Medium, Renderer, Table};

use super::{
    library::{Found, path},
    manual::{Chapter, Manual, Section},
};
use crate::{
    accounts::{ConsolePage, Staff},
    web::Site,
};
use maud::{Markup, html};

const PART: &str = "/manuals";
const HOME: (&str, &str) = ("マニュアル", PART);

fn search_form(words: &str) -> Markup {
    html! {
        form class="actions noprint" method="get" action="/manuals/search" role="search" {
            label for="q" { "マニュアルからさがす言葉" }
            input class="input" type="text" id="q" name="q" value=(words) maxlength="80" autocomplete="off" aria-describedby="q-hint";
            button class="button" type="submit" { "さがす" }
        }
        p class="hint noprint" id="q-hint" { "画面やボタンの名前を入れてください。お客さまのお名前は入れないでください。" }
    }
}

fn edition(manual: &Manual) -> String {
    format!("第{}版（{}）", manual.version(), manual.date())
}

pub fn index(site: &Site, staff: &Staff, all: &[Manual]) -> Markup {
    let body = html! {
        h1 { "マニュアル" }
        (search_form(""))
        div class="scroll" tabindex="0" role="region" aria-label="マニュアルの一覧" {
            table class="table" {
                caption class="vh" { "マニュアルの一覧" }
                thead { tr { th scope="col" { "番号" } th scope="col" { "名前" } th scope="col" { "読む人" } th scope="col" { "種類" } th scope="col" { "版" } } }
                tbody { @for manual in all { tr {
                    td { (manual.head.number) }
                    td { a href={ "/manuals/" (manual.name) } { (manual.head.title) } }
                    td { (manual.head.readers) }
                    td { (manual.head.kind.label()) }
                    td { (edition(manual)) }
                } } }
            }
        }
    };
    ConsolePage::new("マニュアル", PART, body).render(site, staff)
}

pub fn search(site: &Site, staff: &Staff, words: &str, found: &[Found]) -> Markup {
    let body = html! {
        h1 { "マニュアルからさがす" }
        (search_form(words))
        p role="status" {
            @if words.is_empty() { "さがす言葉を入れてください。" }
            @else if found.is_empty() { "「" (words) "」は見つかりませんでした。短い言葉や、別の言い方でさがしてください。" }
            @else { "「" (words) "」が" (found.len()) "か所に見つかりました。" }
        }
        ul class="hits" { @for hit in found { li {
            a href=(path(hit.manual, hit.chapter, hit.section)) {
                (hit.section.map_or(hit.chapter.title.as_str(), |section| &section.title))
            }
            p class="hint" { (hit.manual.head.title) "　" (hit.chapter.title) }
            p { (hit.snippet) }
        } } }
    };
    ConsolePage::new("マニュアルからさがす", PART, body)
        .crumbs(&[HOME])
        .render(site, staff)
}

pub fn contents(site: &Site, staff: &Staff, manual: &Manual) -> Markup {
    let body = html! {
        h1 { (manual.head.title) }
        p class="lead" { (manual.head.readers) "　" (edition(manual)) }
        (search_form(""))
        h2 { "目次" }
        (contents_list(manual, |chapter, section| path(manual, chapter, section)))
        p class="noprint" { a class="button button--quiet" href={ "/manuals/" (manual.name) "/" (super::WHOLE) } { "全体を表示して印刷する" } }
        (revisions(manual))
    };
    ConsolePage::new(&manual.head.title, PART, body)
        .crumbs(&[HOME])
        .render(site, staff)
}

/// Chapters and sections, with their numbers; `link` tells where each is.
pub fn contents_list(manual: &Manual, link: impl Fn(&Chapter, Option<&Section>) -> String) -> Markup {
    html! {
        ol class="contents" { @for (n, chapter) in manual.chapters.iter().enumerate() {
            li {
                a href=(link(chapter, None)) { (render::numbered(&(n + 1).to_string(), &chapter.title)) }
                @if !chapter.sections.is_empty() { ol { @for (m, section) in chapter.sections.iter().enumerate() {
                    li { a href=(link(chapter, Some(section))) { (render::numbered(&format!("{}.{}", n + 1, m + 1), &section.title)) } }
                } } }
            }
        } }
    }
}

fn revisions(manual: &Manual) -> Markup {
    html! { h2 id="revisions" { "改訂の記録" } (revision_table(manual)) }
}

pub fn revision_table(manual: &Manual) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="改訂の記録" {
            table class="table" {
                thead { tr { th scope="col" { "版" } th scope="col" { "日" } th scope="col" { "変えたこと" } } }
                tbody { @for revision in &manual.head.revisions { tr {
                    td { (revision.version) } td { (revision.date) } td { (revision.what) }
                } } }
            }
        }
    }
}

fn print_button() -> Markup {
    html! { button class="button button--quiet noprint" type="button" data-print { "印刷する" } }
}

pub fn chapter(site: &Site, staff: &Staff, renderer: &Renderer, chapter: &Chapter) -> Markup {
    let manual = renderer.manual;
    let place = manual
        .chapters
        .iter()
        .position(|other| other.id == chapter.id)
        .unwrap_or_default();
    let before = place.checked_sub(1).and_then(|n| manual.chapters.get(n));
    let after = manual.chapters.get(place + 1);
    let body = html! {
        h1 { (manual.head.title) }
        p class="hint" { (edition(manual)) }
        article class="manual" { (renderer.chapter(chapter)) }
        div class="actions noprint" {
            (print_button())
            @if let Some(chapter) = before { a href=(path(manual, chapter, None)) { "前の章　" (chapter.title) } }
            @if let Some(chapter) = after { a href=(path(manual, chapter, None)) { "次の章　" (chapter.title) } }
        }
    };
    let up = format!("/manuals/{}", manual.name);
    let crumbs = [HOME, (manual.head.title.as_str(), up.as_str())];
    ConsolePage::new(&chapter.title, PART, body)
        .crumbs(&crumbs)
        .render(site, staff)
}

pub fn whole(site: &Site, staff: &Staff, renderer: &Renderer) -> Markup {
    let manual = renderer.manual;
    let body = html! {
        h1 { (manual.head.title) }
        p class="lead" { (manual.head.readers) "　" (edition(manual)) }
        (print_button())
        article class="manual" {
            (renderer.text(&manual.lead))
            @for chapter in &manual.chapters { (renderer.chapter(chapter)) }
            (revisions(manual))
        }
    };
    let up = format!("/manuals/{}", manual.name);
    let crumbs = [HOME, (manual.head.title.as_str(), up.as_str())];
    ConsolePage::new("全体", PART, body).crumbs(&crumbs).render(site, staff)
}
