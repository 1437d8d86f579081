use crate::web::{Site, ui};
use maud::{Markup, html};

/// What the start page depends on.
pub struct Start<'a> {
    /// Sentences about closed institutions.
    pub notices: &'a [String],
    /// The announcement about the whole service.
    pub service: Option<&'a str>,
    /// New applications are taken.
    pub accepts: bool,
    /// This browser has a draft, or a refused application that can be corrected.
    pub resume: bool,
    /// The first institutions in service, by name, and how many there are.
    pub named: &'a str,
    pub banks: usize,
}

/// P0.
pub fn start(site: &Site, start: &Start) -> Markup {
    html! {
        (ui::heading(&["水道料金・", "下水道使用料の", "口座振替を", "申し込む"]))
        @if let Some(announcement) = start.service {
            div class="notice notice--warning" {
                h2 { "お知らせ" }
                p { (announcement) }
                p { a href="/availability" { "いまの状況を見る" } }
            }
        }
        p class="lead" { "書類も印鑑も使わずに、スマートフォンやパソコンから申し込めます。" }
        dl class="panes" {
            div { dt { "使える方" } dd { "キャッシュカードをお持ちの個人の方" } }
            div { dt { "かかる時間" } dd { "約5分" } }
            div { dt { "受付時間" } dd { "24時間（停止する時間を除く）" } }
            div { dt { "費用" } dd { "無料" } }
        }
        @if start.resume {
            div class="notice notice--info" {
                h2 { "入力の途中の申込みがあります" }
                p { a href="/apply/resume" { "続きから再開する" } }
            }
        }
        @if start.accepts {
            form class="form" method="post" action="/" {
                div class="actions" { button class="button" type="submit" { "申込みを始める" } }
            }
        } @else {
            p { strong { "いまは、新しい申込みを受け付けていません。" } "お急ぎの方は、" a href="/paper" { "紙の申込書で申し込めます" } "。" }
        }
        p { a href="/receipt" { "申込みの状況を確認する" } "　" a href="/easy" { "やさしい日本語" } }
        h2 { "用意するもの" }
        ul {
            li { "検針票（使用水量のお知らせ）：お問い合わせ番号を見ます" }
            li { "通帳またはキャッシュカード" }
            li { "キャッシュカードの暗証番号：金融機関の画面だけで入力します" }
            li { "金融機関に届け出た電話番号など" }
        }
        h2 { "使える金融機関" }
        p { (start.named) "など" (start.banks) "の金融機関が使えます。" }
        @if start.notices.is_empty() {
            p { "いま停止している金融機関はありません。" a href="/availability" { "停止の予定を見る" } }
        } @else {
            div class="notice notice--warning" {
                h2 { "いま、または近いうちに使えない金融機関" }
                ul { @for notice in start.notices { li { (notice) } } }
                p { a href="/availability" { "停止の予定を見る" } }
            }
        }
        h2 { "ほかの申込み方法と、引き落としの始まり" }
        ul {
            li { a href="/schedule" { "いつから引き落としになるか" } }
            li { a href="/paper" { "紙の申込書で申し込む" } }
            li { a href="/faq" { "よくある質問" } }
        }
        p class="hint" { (site.bureau.name) "の水道料金と下水道使用料が対象です。" }
    }
}
