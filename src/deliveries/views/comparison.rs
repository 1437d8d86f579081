use super::Studio;
use crate::{
    accounts::{ConsolePage, Staff, heading},
    deliveries::layout::Difference,
    web::{Site, ui},
};
use maud::{Markup, html};

pub fn comparison(site: &Site, staff: &Staff, s: &Studio, differences: &[Difference]) -> Markup {
    let path = format!("/layouts/{}", s.version.id);
    let main = html! {
        (heading("見本とのちがい"))
        @if differences.is_empty() {
            p class="lead" { "1バイトのちがいもありません（確認済み）。" }
        } @else {
            p class="lead" { "ちがいは" (differences.len()) "件です。ファイル全体のちがいから順に並べています。見本の行数がちがうときは、行の中身も違って見えます。" }
            div class="scroll" tabindex="0" role="region" aria-label="ちがいの一覧" {
                table class="table table--wide table--dense" {
                    caption class="vh" { "ちがいの一覧" }
                    thead { tr {
                        th scope="col" { "行" } th scope="col" { "項目" } th scope="col" { "見本の位置" }
                        th scope="col" { "ちがい" } th scope="col" { "この案" } th scope="col" { "見本" }
                    } }
                    tbody { @for d in differences { tr {
                        td data-label="行" class="number" { @match d.record { Some(n) => (n), None => "全体" } }
                        td data-label="項目" { (d.column.as_deref().unwrap_or("")) }
                        td data-label="見本の位置" class="number" { @if let Some(at) = d.offset { (at + 1) "バイト目" } }
                        td data-label="ちがい" { (d.sentence) }
                        td data-label="この案" { (d.ours.text) br; span class="mono hint" { (d.ours.hex) } }
                        td data-label="見本" { (d.sample.text) br; span class="mono hint" { (d.sample.hex) } }
                    } } }
                }
            }
        }
        p class="noprint" { a href=(path) { "レイアウトにもどる" } }
        (ui::print_button())
    };
    ConsolePage::new("見本とのちがい", "/deliveries", main)
        .crumbs(&[
            ("還元データ", "/deliveries"),
            ("レイアウト", "/layouts"),
            ("この版", &path),
        ])
        .render(site, staff)
}
