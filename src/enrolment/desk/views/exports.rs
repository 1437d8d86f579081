use super::stamp;
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading, only_waiting},
    enrolment::{
        desk::exports::{List, Question, Shown, Typed, refusal_field},
        store::{Agreement, Purpose},
    },
    web::{
        Site,
        ui::{self, Choice, FieldError, TextField},
    },
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

const TITLE: &str = "一覧の出力";

/// What people call a purpose.
pub fn purpose_label(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Billing => "料金システムと照らし合わせる",
        Purpose::Inquiry => "問い合わせの内容を調べる",
        Purpose::Report => "件数をまとめて報告する",
        Purpose::Audit => "監査・検査に答える",
        Purpose::Other => "その他",
    }
}

/// The same of its word in the database and in the record.
pub fn export_purpose(word: &str) -> Option<&'static str> {
    Purpose::from_word(word).map(purpose_label)
}

/// The page that asks what for.
pub fn new_export(site: &Site, staff: &Staff, q: &Question, typed: &Typed, errors: &[FieldError]) -> Markup {
    let list = format!("/applications?{}", q.filter.query());
    let main = html! {
        (ui::error_summary(errors))
        (heading("一覧をCSVに出力する"))
        @if q.is_stale {
            p { "検索の期限（1日）が過ぎました。一覧で、もう一度検索してください。" }
            p { a href="/applications" { "受付結果の一覧を開く" } }
        } @else if q.count == 0 {
            p { "条件にあう申込みはありません。" a href=(list) { "一覧にもどる" } }
        } @else {
            (asked(q, typed, errors))
            p { a href=(list) { "出力せずに一覧にもどる" } }
        }
    };
    ConsolePage::new("一覧をCSVに出力する", "/applications", main)
        .crumbs(&[("受付結果", &list)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn asked(q: &Question, typed: &Typed, errors: &[FieldError]) -> Markup {
    let choices = Purpose::ALL.iter().map(|purpose| Choice {
        value: purpose.as_str(),
        label: purpose_label(*purpose),
        note: "",
    });
    let choices: Vec<Choice> = choices.collect();
    let is_more = q.needs_second();
    html! {
        dl class="summary summary--dense" {
            (ui::summary_row("条件", &q.said, None))
            (ui::summary_row("件数", &format!("{}件", q.count), None))
            (ui::summary_row("項目", "受付番号、受付日時、金融機関、結果、理由、結果の日時。お名前や口座は入りません", None))
        }
        @if is_more { p { @if q.taken > 0 { "この24時間に出力した" (q.taken) "件とあわせて、" } (q.alone) "件を超えるため、別の承認者の承認が要ります。承認されると、「" (TITLE) "」からダウンロードできます。" } }
        form class="form" method="post" action="/exports" novalidate {
            input type="hidden" name="list" value=(q.filter.query());
            (ui::choices("purpose", "何のために出力しますか", "", &typed.purpose, &choices, errors))
            (TextField { name: "note", label: "内容", hint: "「その他」のとき", value: &typed.note, optional: true, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit(if is_more { "承認を頼む" } else { "CSVを作る" }))
        }
    }
}

/// What waits for a second person, and what was asked for lately; `refused` is why a decision could not be.
pub fn exports(site: &Site, staff: &Staff, list: &List, refused: Option<&str>) -> Markup {
    let (waiting, others): (Vec<&Shown>, Vec<&Shown>) = list.all.iter().partition(|shown| shown.export.waits());
    let now = list.now;
    let main = html! {
        (ui::error_summary(&list.errors))
        (heading(TITLE))
        @if let Some(refused) = refused { div class="error-summary" tabindex="-1" autofocus { p { (refused) } } }
        @if list.waiting_only { (only_waiting("承認待ち", "/exports")) }
        h2 { "承認待ち" }
        @if waiting.is_empty() { p { "0件（確認済み）" } }
        @for shown in &waiting { section class="card" id=(shown.export.id) { (about(shown, now)) (decision(staff, shown, list)) } }
        @if !list.waiting_only { (others_of(staff, &others, now)) }
    };
    ConsolePage::new(TITLE, "/applications", main)
        .crumbs(&[("受付結果", "/applications")])
        .errors(refused.is_some() || !list.errors.is_empty())
        .render(site, staff)
}

fn others_of(staff: &Staff, others: &[&Shown], now: NaiveDateTime) -> Markup {
    html! {
        h2 { "7日以内の出力" }
        @if others.is_empty() { p { "0件（確認済み）　" a href="/applications" { "受付結果の一覧から出力する" } } }
        @for shown in others { section class="card" id=(shown.export.id) { (about(shown, now)) (download(staff, shown, now)) } }
    }
}

fn about(shown: &Shown, now: NaiveDateTime) -> Markup {
    let export = &shown.export;
    let purpose = match shown.note.as_str() {
        "" => purpose_label(export.purpose).to_owned(),
        note => format!("{}　{note}", purpose_label(export.purpose)),
    };
    let until = export.open_until();
    html! {
        h3 { "出力番号 " span class="mono" { (export.number) } "　" (export.row_count) "件" }
        dl class="summary summary--dense" {
            (ui::summary_row("頼んだ人", &shown.by, None))
            (ui::summary_row("頼んだ日時", &stamp(Some(export.asked_at)), None))
            (ui::summary_row("条件", &shown.said, None))
            (ui::summary_row("目的", &purpose, None))
            @match export.agreement() {
                Some(Agreement::Approved) => (ui::summary_row("承認した人", &decided(shown), None)),
                Some(Agreement::Refused) => (ui::summary_row("却下した人", &decided(shown), None)),
                None => {}
            }
            @if !shown.why_not.is_empty() { (ui::summary_row("却下の理由", &shown.why_not, None)) }
            @if let Some(until) = until {
                (ui::summary_row("ダウンロードの期限", &if until > now { stamp(Some(until)) } else { "過ぎました".to_owned() }, None))
            }
        }
    }
}

fn decided(shown: &Shown) -> String {
    format!("{}　{}", shown.decided_by, stamp(shown.export.decided_at))
}

fn decision(staff: &Staff, shown: &Shown, list: &List) -> Markup {
    let export = &shown.export;
    let name = refusal_field(&export.id);
    html! {
        @if export.asked_by == staff.id {
            p { "自分が頼んだ出力は、ほかの承認者が決めます。" }
        } @else if staff.may(Permission::ApproveExports) {
            form class="form" method="post" action={ "/exports/" (export.id) "/decision" } novalidate {
                (TextField { name: &name, label: "却下の理由", hint: "却下するときだけ。頼んだ人が読みます", value: list.typed.get(&name), width: "full", autocomplete: "off", ..Default::default() }.render(&list.errors))
                div class="actions" {
                    button class="button" type="submit" name="decision" value="approve" { "承認する" span class="vh" { "：出力番号 " (export.number) } }
                    button class="button button--secondary" type="submit" name="decision" value="refuse" { "却下する" span class="vh" { "：出力番号 " (export.number) } }
                }
            }
        }
    }
}

fn download(staff: &Staff, shown: &Shown, now: NaiveDateTime) -> Markup {
    let export = &shown.export;
    let is_open = export.open_until().is_some_and(|until| until > now);
    html! {
        @if is_open && export.asked_by == staff.id {
            p class="noprint" { a class="button" href={ "/exports/" (export.id) "/file" } { "CSVをダウンロード" span class="vh" { "：出力番号 " (export.number) } } }
        } @else if is_open {
            p class="hint" { "ダウンロードできるのは、頼んだ人だけです。" }
        }
    }
}
