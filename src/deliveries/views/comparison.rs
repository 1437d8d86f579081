use super::Studio;
use crate::{
    accounts::{ConsolePage, Staff, heading},
    deliveries::{
        layout::{Comparison, Difference},
        pages::Outcome,
    },
    web::{
        Site,
        ui::{self, when},
    },
};
use maud::{Markup, html};

/// What came of it, in one sentence.
fn sentence(o: &Outcome) -> String {
    let all = o.shape + o.values;
    match (o.is_same(), o.more) {
        (true, _) => "1バイトのちがいもありません（確認済み）。".to_owned(),
        _ if all == 0 => "レコードの数のほかに、ちがいはありません（確認済み）。".to_owned(),
        (_, true) => format!("ちがいが多いので、はじめの{all}件だけを示します。"),
        _ => format!(
            "ちがいは{all}件です。形のちがいが{}件、値のちがいが{}件です。",
            o.shape, o.values
        ),
    }
}

/// The comparison with a sample. `is_masked`: our side was written from results of the last days, not from an invented one.
pub fn comparison(
    site: &Site,
    staff: &Staff,
    id: &str,
    (outcome, found, is_masked): (&Outcome, &Comparison, bool),
) -> Markup {
    let path = format!("/layouts/{id}");
    let all = found.differences.iter();
    let (shape, values): (Vec<_>, Vec<_>) = all.partition(|d| d.is_shape());
    let (personal, others): (Vec<_>, Vec<_>) = values.into_iter().partition(|d| d.personal && is_masked);
    let main = html! {
        (heading("見本とのちがい"))
        p class="lead" { (sentence(outcome)) }
        p { "見本のSHA-256　" span class="mono" { (outcome.sha256) } }
        @if let Some((ours, sample)) = outcome.records {
            p { "レコードの数は、見本が" (sample) "、こちらが" (ours) "です。数はレイアウトで決まらないので、ちがいに数えません。" }
        }
        @if outcome.shape + outcome.values > 0 {
            h2 { "形のちがい" }
            p class="hint" { "文字コード、改行、区切り、引用符、項目の数、レコードの長さなどです。ここがなくなるまで直します" }
            (list("形のちがい", &shape))
            h2 { "値のちがい" }
            p class="hint" { "見本とこちらとでは申込みがちがうので、値がちがうのは当たり前です。書き方と桁を見ます" }
            (list("値のちがい", &others))
            @if is_masked {
                h2 { "個人の項目のちがい" }
                p class="hint" { "こちらの行は、この30日の結果の個人の項目を伏せて書いたものです。値がちがうのは当たり前で、桁だけを見ます" }
                (list("個人の項目のちがい", &personal))
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

fn list(name: &str, differences: &[&Difference]) -> Markup {
    html! {
        @if differences.is_empty() { p { "0件（確認済み）" } }
        @else {
            div class="scroll" tabindex="0" role="region" aria-label=(name) {
                table class="table table--wide table--dense" {
                    caption class="vh" { (name) }
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
    }
}

/// The comparisons that were made of this version, for whoever approves it.
pub(super) fn before(s: &Studio) -> Markup {
    html! {
        @if s.compared.is_empty() { p { "まだ見本と比べていません。" } }
        @else {
            ul { @for c in &s.compared { li {
                (when(c.at)) "　" (c.by) "　"
                @if c.outcome.is_same() { "ちがいなし" }
                @else { "形のちがい" (c.outcome.shape) "件、値のちがい" (c.outcome.values) "件" @if c.outcome.more { "より多い" } }
                @if c.is_old { "　" span class="tag tag--look" { "このあと案が変わりました" } }
                br; span class="hint" { "見本のSHA-256　" span class="mono" { (c.outcome.sha256) } }
            } } }
        }
    }
}
