//! The pages of incidents.
mod accident;
mod show;

pub use accident::{accident, accident_form};
pub use show::show;

use super::{
    model::{Function, Severity, State},
    path_of,
    store::Incident,
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading, only_waiting},
    institutions::Institution,
    web::{
        FormBody, Site,
        document::Document,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/incidents";

fn tag(state: State) -> Markup {
    let look = match state {
        State::Open | State::Working => "tag tag--bad",
        State::Restored => "tag tag--look",
        State::Closed => "tag tag--good",
    };
    html! { span class=(look) { (state.label()) } }
}

/// The incidents; only those in which somebody is `waiting` for the repair, or all.
pub fn index(site: &Site, staff: &Staff, list: &[Incident], waiting: bool) -> Markup {
    let title = if waiting {
        "対応中の障害"
    } else {
        "完了していない障害"
    };
    let (open, closed): (Vec<_>, Vec<_>) = list.iter().partition(|i| i.state != State::Closed);
    let main = html! {
        (heading("障害・連絡"))
        p {
            a href="/outages" { "停止予定" } "　" a href="/contacts" { "連絡体制" } "　" a href="/procedures" { "手順書" } "　"
            a href="/status" { "稼働状況" } "　" a href="/checks" { "目視点検" } "　" a href="/alarms" { "警報" }
        }
        @if staff.may(Permission::HandleIncidents) { p { a class="button" href="/incidents/new" { "障害を登録する" } } }
        @if waiting { (only_waiting("対応中の障害", PART)) }
        h2 { (title) }
        @if open.is_empty() { p { "0件です（確認済み）。" } }
        @else { (table(title, &open)) }
        @if !closed.is_empty() { h2 { "完了した障害" } (table("完了した障害", &closed)) }
    };
    ConsolePage::new("障害・連絡", PART, main).render(site, staff)
}

fn table(caption: &str, list: &[&Incident]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table class="table table--dense" {
                caption class="vh" { (caption) }
                thead { tr {
                    th scope="col" { "番号" } th scope="col" { "件名" } th scope="col" { "重大度" } th scope="col" { "状態" } th scope="col" { "発生" } th scope="col" { "復旧" }
                } }
                tbody { @for i in list { tr {
                    th scope="row" { a href=(path_of(&i.id)) { "第" (i.no) "号" } }
                    td data-label="件名" { (i.title) @if i.is_accident { " " span class="tag tag--bad" { "個人情報" } } }
                    td data-label="重大度" { (i.severity.label()) }
                    td data-label="状態" { (tag(i.state)) }
                    td data-label="発生" { (when(i.happened_at)) }
                    td data-label="復旧" { @match i.restored_at { Some(at) => (when(at)), None => "まだ" } }
                } } }
            }
        }
    }
}

/// Severity, functions and institutions, for a new incident and for a correction.
fn touched(all: &[Institution], typed: &FormBody, errors: &[FieldError]) -> Markup {
    let severities: Vec<ui::Choice> = Severity::ALL
        .iter()
        .map(|s| ui::Choice {
            value: s.as_str(),
            label: s.label(),
            note: s.meaning(),
        })
        .collect();
    let box_of = |kind: &str, word: &str, label: &str| {
        let name = format!("{kind}_{word}");
        html! { div class="radio" {
            input type="checkbox" id=(name) name=(name) value="yes" checked[typed.has(&name)];
            label for=(name) { (label) }
        } }
    };
    let is_chosen = all.iter().any(|i| typed.has(&format!("institution_{}", i.code)));
    html! {
        (ui::choices("severity", "重大度", "", typed.get("severity"), &severities, errors))
        fieldset class="field" {
            legend { "影響する機能" }
            p class="hint" { "「個人情報」を選ぶと、事故の報告書を書けます" }
            (ui::error_message("function_personal_data", errors))
            div class="radios" { @for f in Function::ALL { (box_of("function", f.as_str(), f.label())) } }
        }
        details class="details" open[is_chosen] {
            summary { "影響する金融機関を選ぶ" }
            fieldset class="field" {
                legend { "影響する金融機関" }
                div class="radios" { @for i in all { (box_of("institution", &i.code, &i.name)) } }
            }
        }
    }
}

pub fn new(site: &Site, staff: &Staff, all: &[Institution], typed: &FormBody, errors: &[FieldError]) -> Markup {
    let main = html! {
        (ui::error_summary(errors))
        (heading("障害を登録する"))
        form class="form" method="post" action="/incidents" novalidate {
            (TextField { name: "title", label: "件名", hint: "例：○○銀行につながらない。人の名前や番号は書きません", value: typed.get("title"), width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            (TextField { name: "happened_at", label: "発生日時", hint: "例：2026-11-25 10:00", value: typed.get("happened_at"), width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
            (touched(all, typed, errors))
            (ui::text_area("words", "わかっていること", "いつ、だれが、何に気づいたか", typed.get("words"), 4, errors))
            (ui::submit("障害を登録する"))
        }
    };
    ConsolePage::new("障害を登録する", PART, main)
        .crumbs(&[("障害・連絡", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// A report for the printer; `part` is the last part of its address.
pub fn document(site: &Site, staff: &Staff, incident: &Incident, document: &Document, part: &str) -> Markup {
    let (path, name) = (path_of(&incident.id), format!("第{}号", incident.no));
    let main = html! {
        (heading(&document.title))
        p class="onlyprint" { (site.bureau.name) }
        (document.markup())
        (take_home(&format!("{path}/{part}/word")))
    };
    ConsolePage::new(&document.title, PART, main)
        .crumbs(&[("障害・連絡", PART), (&name, &path)])
        .render(site, staff)
}

fn take_home(word: &str) -> Markup {
    html! {
        div class="actions noprint" {
            button class="button button--secondary" type="button" data-print { "印刷する（PDFにもできます）" }
            a class="button button--secondary" href=(word) { "Wordのファイルを受け取る" }
        }
    }
}
