use super::{
    compare::Kind,
    desk::{MOST, Settled, Tasks},
    store::Difference,
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    audit::actor_label,
    enrolment::message_status,
    web::{
        Site,
        ui::{self, FieldError, when},
    },
};
use chrono::Duration;
use maud::{Markup, html};

/// What the other witness said, in words.
fn said(d: &Difference) -> String {
    let (first, code) = d.detail.split_once(' ').unwrap_or((&d.detail, ""));
    let words = match d.kind {
        Kind::NoMandate | Kind::DebitRefused => return format!("振替日 {first}　振替結果コード {code}"),
        _ => message_status(first),
    };
    match code {
        "" => format!("日次ファイル：{words}"),
        code => format!("日次ファイル：{words}（コード {code}）"),
    }
}

/// 「8日」, 「3時間」: how long a result is waited for.
fn age(waited: Duration) -> String {
    match (waited.num_days(), waited.num_hours()) {
        (2.., _) => format!("{}日", waited.num_days()),
        (_, 1..) => format!("{}時間", waited.num_hours()),
        _ => format!("{}分", waited.num_minutes().max(0)),
    }
}

fn unknowns(tasks: &Tasks) -> Markup {
    html! {
        h2 id="unknowns" { "結果のわからない申込み" }
        @if tasks.unknowns.is_empty() { p { "結果のわからない申込みは0件です（確認済み）。" } }
        @else {
            p { "照会をくり返しても、結果がわからなかったものです。申込みを開いて、金融機関に確かめてください。" }
            div class="scroll" tabindex="0" role="region" aria-label="結果のわからない申込み" {
                table class="table table--dense" {
                    caption class="vh" { "結果のわからない申込み（古い順）" }
                    thead { tr { th scope="col" { "受付番号" } th scope="col" { "受付からの時間" } th scope="col" { "受付" } th scope="col" { "金融機関" } } }
                    tbody { @for unknown in &tasks.unknowns { tr {
                        th scope="row" class="mono" { a href={ "/applications/" (unknown.id) } { (unknown.receipt_number) } }
                        td data-label="受付からの時間" class="time" { (age(tasks.now - unknown.since)) }
                        td data-label="受付" class="time" { (when(unknown.since)) }
                        td data-label="金融機関" { (unknown.institution) }
                    } } }
                }
            }
            @if tasks.unknowns.len() as i64 == MOST { p { a href="/applications?result=unknown&order=oldest" { "つづきを、受付結果で見る" } } }
        }
    }
}

/// What was settled, by whom and how: a colleague or an auditor asks for it weeks later.
fn settled(staff: &Staff, tasks: &Tasks) -> Markup {
    let clear = staff.may(Permission::SettleDifferences);
    html! {
        @if !tasks.settled.is_empty() {
            h2 id="settled" { "処理済みのくいちがい（新しい順に50件まで）" }
            ul class="rows" { @for Settled { difference: d, by, how } in &tasks.settled { li class="rows__item" { div {
                p { strong { (d.kind.label()) } @if let Some(id) = &d.application_id { "　" a href={ "/applications/" (id) } { "申込みを開く" span class="vh" { "：" (d.kind.label()) } } } }
                p { @if clear { (how) } @else { "＊＊＊（内容は伏せています）" } }
                p class="hint" { "見つけた日時 " (when(d.found_at)) @if let Some(at) = d.ended_at { "　処理 " (actor_label(by)) "　" (when(at)) } }
            } } } }
        }
    }
}

pub fn differences(site: &Site, staff: &Staff, tasks: &Tasks, tried: &str, errors: &[FieldError]) -> Markup {
    let list = &tasks.differences;
    let main = html! {
        (ui::error_summary(errors))
        (heading("照合・要対応"))
        p class="lead" { "毎晩、こちらの結果、ブラウザの戻り、ゲートウェイの日次ファイル、初回の振替結果を比べます。くいちがいと、結果のわからない申込みがここに並びます。" }
        p { a href="/applications?attention=1" { "結果不明・24時間動きのない申込みを見る" } "　" a href="/corrections" { "承認待ちの訂正を見る" } }
        @if list.is_empty() { p { "くいちがいは0件です（確認済み）。" } }
        (tasks.part.told())
        @for d in list {
            section class="card" {
                h2 { (d.kind.label()) }
                p { @if let Some(id) = &d.application_id { a href={ "/applications/" (id) } { "申込みを開く" } "　" } "見つけた日時 " (when(d.found_at)) "　ゲートウェイ " (d.gateway) }
                @if !d.detail.is_empty() { p { (said(d)) } }
                @if staff.may(Permission::SettleDifferences) {
                    @let field = format!("resolution-{}", d.id);
                    form class="form" method="post" action={ "/differences/" (d.id) "/settlement" } {
                        (tasks.part.field())
                        div class="field" {
                            label for=(field) { "どう処理したか" }
                            (ui::error_message(&field, errors))
                            input class="input" type="text" id=(field) name="resolution" autocomplete="off" aria-invalid=[(tried == d.id).then_some("true")];
                        }
                        button class="button button--secondary" type="submit" { "処理済みにする" }
                    }
                }
            }
        }
        (tasks.part.pager("/differences"))
        (unknowns(tasks))
        (settled(staff, tasks))
        (ui::print_button())
    };
    ConsolePage::new("照合・要対応", "/differences", main)
        .errors(!errors.is_empty())
        .render(site, staff)
}
