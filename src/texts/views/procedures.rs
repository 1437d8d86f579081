//! Procedures as staff read and print them.
use super::{Row, in_use};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    web::{
        Site,
        ui::{self, when},
    },
};
use maud::{Markup, html};

pub fn procedures(site: &Site, staff: &Staff, rows: &[Row]) -> Markup {
    let main = html! {
        (heading("手順書"))
        p class="lead" { "開始、終了、運用、バックアップ、故障、緊急時の手順です。変えるときは「文面」で案を作り、ほかの承認者が承認します。" }
        div class="scroll" tabindex="0" role="region" aria-label="手順書の一覧" {
            table class="table table--dense" {
                caption class="vh" { "手順書の一覧" }
                thead { tr { th scope="col" { "手順書" } th scope="col" { "使用中の版" } } }
                tbody { @for row in rows { tr {
                    th scope="row" { a href={ "/procedures/" (row.id.as_str()) } { (row.id.title()) } }
                    td data-label="使用中の版" { (in_use(row.in_use.as_ref())) }
                } } }
            }
        }
    };
    ConsolePage::new("手順書", "/incidents", main)
        .crumbs(&[("障害・連絡", "/incidents")])
        .render(site, staff)
}

/// A procedure for the printer; `decided_by` approved the version in use.
pub fn procedure(site: &Site, staff: &Staff, row: &Row, text: &str, decided_by: Option<&str>) -> Markup {
    let main = html! {
        (heading(row.id.title()))
        @match (&row.in_use, decided_by) {
            (Some(v), Some(by)) => p { "第" (v.version) "版　" (v.effective_from) " から　承認 " (by) @if let Some(at) = v.decided_at { "　" (when(at)) } },
            _ => p class="notice notice--warning" { "出荷時の手順書です。水道局に合わせて直し、承認を受けてください。" },
        }
        div class="prose" { (ui::markdown_without_links(text)) }
        @if staff.may(Permission::ReadTexts) { p class="noprint" { a href={ "/texts/" (row.id.as_str()) } { "版の一覧を見る、案を作る" } } }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new(row.id.title(), "/incidents", main)
        .crumbs(&[("障害・連絡", "/incidents"), ("手順書", "/procedures")])
        .render(site, staff)
}
