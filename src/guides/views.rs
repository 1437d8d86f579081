use crate::{config::Terms, institutions::Leaving, web::ui};
use maud::{Markup, html};

pub fn text(title: &str, markdown: &str) -> Markup {
    html! { (ui::heading(&[title])) div class="prose" { (ui::markdown(markdown)) } }
}

pub fn terms(terms: &Terms) -> Markup {
    html! {
        (ui::heading(&["利用規約と", "個人情報の取扱い"]))
        p { "第" (terms.version) "版（" (terms.effective) "から）" }
        p class="noprint" { button class="button button--secondary" type="button" data-print hidden { "印刷する" } }
        div class="prose" { (ui::markdown(&terms.body)) }
    }
}

/// One institution and whether it can be reached.
pub struct ReadyRow {
    pub name: String,
    /// `open`, `soon` or `closed`.
    pub class: &'static str,
    pub state: String,
}

/// One announced stop.
pub struct Stop {
    pub name: String,
    pub from: String,
    pub to: String,
    pub reason: String,
}

/// One closed time that comes again.
pub struct RegularStop {
    pub name: String,
    /// 「毎月第3日曜日 21時から翌日7時まで」
    pub rhythm: String,
    pub reason: String,
}

/// What `/availability` shows.
pub struct Availability<'a> {
    /// The announcement about the whole service.
    pub service: Option<&'a str>,
    pub rows: &'a [ReadyRow],
    pub stops: Vec<Stop>,
    pub regular: Vec<RegularStop>,
    /// Institutions that retire, or have lately.
    pub leaving: &'a [Leaving],
}

pub fn availability(shown: &Availability) -> Markup {
    html! {
        (ui::heading(&["停止の予定と、", "いまの状況"]))
        @if let Some(announcement) = shown.service {
            div class="notice notice--warning" { h2 { "お知らせ" } p { (announcement) } }
        }
        h2 { "いまの状況" }
        ul class="ready-list" role="list" {
            @for row in shown.rows {
                li class={ "ready ready--" (row.class) } {
                    span class="ready__name" { (row.name) } " " span class="ready__state" { (row.state) }
                }
            }
        }
        @if !shown.leaving.is_empty() {
            h2 { "取扱いを終える金融機関" }
            ul { @for one in shown.leaving { li { strong { (one.name) } "：" (one.told) } } }
        }
        h2 { "停止の予定" }
        @if shown.stops.is_empty() { p { "予定はありません。停止するときは、このページでお知らせします。" } }
        @else {
            div class="scroll" tabindex="0" role="region" aria-label="停止の予定の表" {
                table class="table" {
                    thead { tr { th scope="col" { "金融機関" } th scope="col" { "始まり" } th scope="col" { "終わり" } th scope="col" { "内容" } } }
                    tbody {
                        @for stop in &shown.stops {
                            tr { th scope="row" { (stop.name) } td data-label="始まり" { (stop.from) } td data-label="終わり" { (stop.to) } td data-label="内容" { (stop.reason) } }
                        }
                    }
                }
            }
        }
        @if !shown.regular.is_empty() {
            h2 { "決まって停止する時間" }
            ul {
                @for stop in &shown.regular { li { strong { (stop.name) } "：" (stop.rhythm) "（" (stop.reason) "）" } }
            }
        }
    }
}
