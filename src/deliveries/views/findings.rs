use crate::deliveries::layout::{Finding, Reported, Totals};
use maud::{Markup, html};

/// Findings on a page; the report has them all.
pub const SHOWN: usize = 50;

/// What a file of the last days would report. Of a value it names the one character that could not be written.
pub fn of_the_draft(totals: &Totals) -> Markup {
    let row = |f: &Finding| Reported::from(f);
    let rows: Vec<Reported> = totals.findings.iter().take(SHOWN).map(row).collect();
    table(&rows, totals.findings_total)
}

/// Receipt number, item, character and substitute: nothing else of a person.
pub fn table(rows: &[Reported], all: u64) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="そのまま書けないもの" {
            table class="table table--dense" {
                caption class="vh" { "そのまま書けないもの" }
                thead { tr {
                    th scope="col" { "受付番号" } th scope="col" { "項目" } th scope="col" { "種類" } th scope="col" { "位置" }
                    th scope="col" { "文字" } th scope="col" { "代わりの文字" }
                } }
                tbody { @for r in rows { tr {
                    th scope="row" { (r.receipt_number) }
                    td data-label="項目" { (r.column) }
                    td data-label="種類" { (r.kind) }
                    td data-label="位置" { @if !r.position.is_empty() { (r.position) "文字目" } }
                    td data-label="文字" {
                        @if !r.character.chars().any(char::is_control) && !r.code.is_empty() { "「" (r.character) "」 " }
                        span class="hint" { (r.code) }
                    }
                    td data-label="代わりの文字" { @if !r.code.is_empty() { @if r.substitute.is_empty() { "なし" } @else { "「" (r.substitute) "」" } } }
                } } }
            }
        }
        @if all > rows.len() as u64 { p { "はじめの" (rows.len()) "件です。" } }
    }
}
