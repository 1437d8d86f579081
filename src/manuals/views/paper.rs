//! A paper and a deck of slides as one file each, to be printed.
use super::{
    super::{export::notes_of, manual::Manual},
    Renderer, contents_list, revision_table,
};
use maud::{DOCTYPE, Markup, html};

fn frame(manual: &Manual, class: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                title { (manual.head.title) }
                link rel="stylesheet" href="paper.css";
            }
            body class=(class) { (body) }
        }
    }
}

pub fn paper(renderer: &Renderer, bureau: &str) -> Markup {
    let manual = renderer.manual;
    let body = html! {
        section class="cover" {
            p class="cover__bureau" { (bureau) }
            p class="cover__number" { "資料" (manual.head.number) }
            h1 { (manual.head.title) }
            p class="cover__readers" { (manual.head.readers) }
            p class="cover__edition" { "第" (manual.version()) "版　" (manual.date()) }
            div class="cover__lead" { (renderer.text(&manual.lead)) }
            div class="cover__revisions" { p { "改訂の記録" } (revision_table(manual)) }
        }
        nav class="contents-page" {
            h2 class="contents-title" { "目次" }
            (contents_list(manual, |chapter, section| format!("#{}", section.map_or(&chapter.id, |s| &s.id))))
        }
        main {
            @for chapter in &manual.chapters {
                section class={ "chapter" @if chapter.id == "card" { " card" } } { (renderer.chapter(chapter)) }
            }
        }
    };
    frame(manual, "paper", &body)
}

pub fn slides(renderer: &Renderer, bureau: &str) -> Markup {
    let manual = renderer.manual;
    let body = html! {
        section class="slide slide--title" { h1 { (manual.head.title) } p { (bureau) } p { (manual.date()) } }
        @for chapter in &manual.chapters {
            section class="slide" id=(chapter.id) { h2 { (chapter.title) } (renderer.text(notes_of(chapter).0)) }
        }
    };
    frame(manual, "slides", &body)
}
