use super::{compare::Kind, store::Difference};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    enrolment::message_status,
    web::{
        Site,
        ui::{self, FieldError, when},
    },
};
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

pub fn differences(site: &Site, staff: &Staff, list: &[Difference], tried: &str, errors: &[FieldError]) -> Markup {
    let main = html! {
        (ui::error_summary(errors))
        (heading("照合・要対応"))
        p class="lead" { "毎晩、こちらの結果、ブラウザの戻り、ゲートウェイの日次ファイル、初回の振替結果を比べます。くいちがいだけがここに並びます。" }
        p { a href="/applications?attention=1" { "結果不明・24時間動きのない申込みを見る" } "　" a href="/corrections" { "承認待ちの訂正を見る" } }
        @if list.is_empty() { p { "くいちがいは0件です（確認済み）。" } }
        @for d in list {
            section class="card" {
                h2 { (d.kind.label()) }
                p { @if let Some(id) = &d.application_id { a href={ "/applications/" (id) } { "申込みを開く" } "　" } "見つけた日時 " (when(d.found_at)) "　ゲートウェイ " (d.gateway) }
                @if !d.detail.is_empty() { p { (said(d)) } }
                @if staff.may(Permission::SettleDifferences) {
                    @let field = format!("resolution-{}", d.id);
                    form class="form" method="post" action={ "/differences/" (d.id) "/settlement" } {
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
    };
    ConsolePage::new("照合・要対応", "/differences", main)
        .errors(!errors.is_empty())
        .render(site, staff)
}
