//! The pages of papers.
use super::{
    model::{Kind, State, Typed},
    pages::Shown,
    path_of,
    store::Paper,
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    web::{
        FormBody, Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/papers";
const TITLE: &str = "報告書・議事録";

fn tag(state: State) -> Markup {
    let look = match state {
        State::Draft => "tag tag--look",
        State::Fixed => "tag tag--good",
    };
    html! { span class=(look) { (state.label()) } }
}

/// Papers with who changed or fixed them last.
pub fn index(site: &Site, staff: &Staff, list: &[(Paper, String)], typed: &FormBody, errors: &[FieldError]) -> Markup {
    let main = html! {
        (ui::error_summary(errors))
        (heading(TITLE))
        @if staff.may(Permission::MakePapers) { (new(typed, errors)) }
        h2 { "作った文書" }
        @if list.is_empty() { p { "まだ0件です。" } }
        @else { div class="scroll" tabindex="0" role="region" aria-label="作った文書" {
            table class="table table--dense" {
                caption class="vh" { "作った文書" }
                thead { tr {
                    th scope="col" { "種類" } th scope="col" { "対象" } th scope="col" { "版" } th scope="col" { "状態" } th scope="col" { "だれが" } th scope="col" { "いつ" }
                } }
                tbody { @for (paper, by) in list { tr {
                    th scope="row" { a href=(path_of(&paper.id)) { (paper.kind.label()) } }
                    td { (paper.kind.period(paper.period)) }
                    td { "第" (paper.edition) "版" }
                    td { (tag(paper.state)) }
                    td { (by) }
                    td { (when(paper.fixed_at.unwrap_or(paper.changed_at))) }
                } } }
            }
        } }
    };
    ConsolePage::new(TITLE, PART, main)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn new(typed: &FormBody, errors: &[FieldError]) -> Markup {
    let kinds: Vec<ui::Choice> = Kind::ALL
        .iter()
        .map(|kind| ui::Choice {
            value: kind.as_str(),
            label: kind.label(),
            note: kind.meaning(),
        })
        .collect();
    html! {
        h2 { "新しく作る" }
        form class="form" method="post" action=(PART) novalidate {
            (ui::choices("kind", "文書の種類", "", typed.get("kind"), &kinds, errors))
            (TextField { name: "period", label: "対象の月、または開催日", hint: "例：2026-11。議事録は、開催日を 2026-11-25 の形で", value: typed.get("period"), width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit("作る"))
        }
    }
}

pub fn show(site: &Site, staff: &Staff, s: &Shown, typed: &Typed, errors: &[FieldError]) -> Markup {
    let (paper, path, title) = (&s.paper, path_of(&s.paper.id), &s.document.title);
    let makes = staff.may(Permission::MakePapers);
    let main = html! {
        (ui::error_summary(errors))
        div class="title-row" { (heading(title)) span class="noprint" { (tag(paper.state)) } }
        p class="onlyprint" { (site.bureau.name) }
        @if let Some(newer) = &s.successor {
            p class="notice" { "この文書には、新しい版があります。" a href=(path_of(&newer.id)) { "第" (newer.edition) "版を開く" } }
        }
        @if let Some(old) = &paper.replaces { p class="noprint" { a href=(path_of(old)) { "改める前の版を開く" } } }
        (s.document.markup())
        div class="actions noprint" {
            button class="button button--secondary" type="button" data-print { "印刷する（PDFにもできます）" }
            a class="button button--secondary" href={ (path) "/word" } { "Wordのファイルを受け取る" }
        }
        @if makes { @match paper.state {
            State::Draft => (edit(paper, &path, typed, errors)),
            State::Fixed => @if s.successor.is_none() {
                form class="noprint" method="post" action={ (path) "/editions" } {
                    p { "確定した文書は変えられません。直すときは、新しい版を作ります。" }
                    (ui::submit("新しい版を作る"))
                }
            },
        } }
    };
    ConsolePage::new(title, PART, main)
        .crumbs(&[(TITLE, PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn edit(paper: &Paper, path: &str, typed: &Typed, errors: &[FieldError]) -> Markup {
    html! {
        section class="noprint" {
            h2 { "書き込む" }
            form class="form" method="post" action=(path) novalidate {
                input type="hidden" name="rev" value=(paper.rev);
                @for field in paper.kind.fields() {
                    (ui::text_area(field.name, field.label, field.hint, typed.get(field.name), field.rows, errors))
                }
                div class="actions" {
                    button class="button" type="submit" name="act" value="save" { "保存する" }
                    button class="button button--secondary" type="submit" name="act" value="fix" { "保存して、確定する" }
                }
                p class="hint" { "確定すると、だれも変えられません。" }
            }
            @if paper.kind != Kind::Minutes {
                form method="post" action={ (path) "/renewal" } {
                    input type="hidden" name="rev" value=(paper.rev);
                    p { "数字と一覧は、作ったときのものです。書き込みを保存してから、新しくできます。" }
                    div class="actions" { button class="button button--secondary" type="submit" { "いまの内容で集計しなおす" } }
                }
            }
        }
    }
}
