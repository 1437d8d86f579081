use super::{
    desk::{Overview, StopForm},
    hours::Window,
    readiness::Readiness,
    store::{Branch, Institution},
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

pub fn overview(
    site: &Site,
    staff: &Staff,
    o: &Overview,
    typed: &StopForm,
    windows: Option<&[Window]>,
    errors: &[FieldError],
) -> Markup {
    let may = staff.may(Permission::ManageInstitutions);
    let main = html! {
        (ui::error_summary(errors))
        (heading("金融機関・休止の予定"))
        @if may { (stop_form(o, typed, windows, errors)) }
        h2 { "休止の予定" }
        (stops(o, may))
        h2 { "金融機関" }
        p { a href="/institutions/imports" { "支店の表の取込み" } }
        div class="scroll" tabindex="0" role="region" aria-label="金融機関の一覧" {
            table class="table table--dense" {
                caption class="vh" { "金融機関の一覧" }
                thead { tr { th scope="col" { "コード" } th scope="col" { "名前" } th scope="col" { "種類" } th scope="col" { "いま" } } }
                tbody { @for i in &o.institutions { tr {
                    th scope="row" class="mono" { a href={ "/institutions/" (i.code) } { (i.code) } }
                    td data-label="名前" { (i.name) }
                    td data-label="種類" { (i.group()) }
                    td data-label="いま" { (state(o.openings.readiness(&i.code, o.now))) }
                } } }
            }
        }
    };
    ConsolePage::new("金融機関・休止の予定", "/institutions", main)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn state(readiness: Readiness) -> Markup {
    html! {
        @match readiness {
            Readiness::ClosedUntil(_) => span class="tag tag--look" { "休止中" },
            Readiness::ClosingSoon(_) => span class="tag tag--look" { "まもなく休止" },
            Readiness::Open => "受付中",
        }
    }
}

fn name_of<'a>(o: &'a Overview, code: &'a Option<String>) -> &'a str {
    match code {
        None => "サービス全体",
        Some(code) => o
            .institutions
            .iter()
            .find(|i| i.code == *code)
            .map_or(code, |i| &i.name),
    }
}

fn stop_form(o: &Overview, typed: &StopForm, windows: Option<&[Window]>, errors: &[FieldError]) -> Markup {
    let ready = windows.is_some() && errors.is_empty();
    html! {
        details class="details" open[windows.is_some() || !errors.is_empty()] {
            summary { "休止の予定を登録する" }
            form class="form" method="post" action="/institutions/stops" novalidate {
                div class="field" {
                    label for="institution" { "金融機関" }
                    select class="input" id="institution" name="institution" {
                        option value="" { "サービス全体" }
                        @for i in &o.institutions { option value=(i.code) selected[i.code == typed.institution] { (i.name) } }
                    }
                }
                (TextField { name: "rule", label: "いつ", hint: "例：2026-12-05 22:00-2026-12-06 6:00　第3日曜 21:00-翌7:00　毎日 23:55-翌0:05", value: &typed.rule, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "reason", label: "理由", hint: "申込みの画面に表示します", value: &typed.reason, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
                @if let Some(windows) = windows {
                    div class="notice" {
                        h2 { "これから60日間の休止" }
                        @if windows.is_empty() { p { "この60日間に、あてはまる日はありません。" } }
                        ul { @for w in windows { li { (when(w.starts_at)) " から " (when(w.ends_at)) " まで" } } }
                    }
                }
                div class="actions" {
                    @if ready { button class="button" type="submit" name="confirmed" value="yes" { "この予定で登録する" } }
                    button class="button button--secondary" type="submit" name="confirmed" value="no" { "日付を確かめる" }
                }
            }
        }
    }
}

fn stops(o: &Overview, may: bool) -> Markup {
    let undo = |id: &str| {
        html! {
            @if may { form method="post" action={ "/institutions/stops/" (id) "/withdrawal" } {
                button class="button button--secondary" type="submit" { "取り消す" }
            } }
        }
    };
    html! {
        @if o.openings.stops.is_empty() && o.openings.regular.is_empty() { p { "休止の予定は0件です（確認済み）。" } }
        ul class="rows" {
            @for stop in &o.openings.stops { li class="rows__item" {
                div { strong { (name_of(o, &stop.institution_code)) } p { (when(stop.starts_at)) " から " (when(stop.ends_at)) " まで　" (stop.reason) } }
                (undo(&stop.id))
            } }
            @for regular in &o.openings.regular { li class="rows__item" {
                div { strong { (name_of(o, &regular.institution_code)) } p { (regular.rule.describe()) "　" (regular.reason) } }
                (undo(&regular.id))
            } }
        }
    }
}

pub fn branches(
    site: &Site,
    staff: &Staff,
    institution: &Institution,
    branches: &[Branch],
    all: i64,
    wanted: &str,
) -> Markup {
    let main = html! {
        (heading(&institution.name))
        form class="find" method="get" action={ "/institutions/" (institution.code) } role="search" {
            (TextField { name: "q", label: "支店をさがす", hint: "支店名・よみがな・店番", value: wanted, width: "w20", autocomplete: "off", ..Default::default() }.render(&[]))
            button class="button button--secondary" type="submit" { "さがす" }
        }
        p role="status" { (all) "件中 " (branches.len()) "件を表示" }
        div class="scroll" tabindex="0" role="region" aria-label="支店の一覧" {
            table class="table table--dense" {
                caption class="vh" { "支店の一覧" }
                thead { tr { th scope="col" { "店番" } th scope="col" { "支店名" } th scope="col" { "よみがな" } } }
                tbody { @for b in branches { tr { th scope="row" class="mono" { (b.code) } td data-label="支店名" { (b.name) } td data-label="よみがな" { (b.kana) } } } }
            }
        }
    };
    ConsolePage::new(&institution.name, "/institutions", main)
        .crumbs(&[("金融機関・休止の予定", "/institutions")])
        .render(site, staff)
}
