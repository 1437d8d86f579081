use super::{
    Shown,
    store::Assist,
    words::{self, HINTS},
};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    clock::jst,
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

/// The citizen's page before there is a code.
pub fn start_page(site: &Site) -> Markup {
    html! {
        (ui::heading(&["電話で相談する"]))
        p class="lead" { "相談の番号を表示します。電話で職員にお伝えください。" }
        (what_is_seen())
        form class="form" method="post" action="/apply/assist" { (ui::submit("相談の番号を表示する")) }
        (phone(site))
        p { a href="/apply/resume" { "入力にもどる" } }
    }
}

/// The citizen's page with the code.
pub fn code_page(site: &Site, shown: &Shown) -> Markup {
    html! {
        (ui::heading(&["相談の番号を", "電話で伝えてください"]))
        p class="receipt-number" { (shown.code) }
        p { (when(shown.until)) "まで使えます。" }
        (phone(site))
        (what_is_seen())
        p { a class="button" href="/apply/resume" { "入力にもどる" } }
        form method="post" action="/apply/assist/end" { button class="button button--secondary" type="submit" { "相談を終える" } }
    }
}

fn what_is_seen() -> Markup {
    html! { div class="notice" { p { "職員に見えるのは、開いている画面の名前と、直すところの項目の名前だけです。入力した内容は見えません。" } } }
}

fn phone(site: &Site) -> Markup {
    let bureau = &site.bureau;
    html! { p { "電話　" a class="help__tel" href={ "tel:" (bureau.phone.replace('-', "")) } { (bureau.phone) } br; "受付時間：" (bureau.phone_hours) } }
}

/// Above a page of the form while somebody helps; looks again by itself where there is JavaScript.
pub fn banner(shown: &Shown) -> Markup {
    html! {
        div class="notice" id="assist" role="status" hx-get={ "/apply/assist/hint?page=" (shown.page) } hx-trigger="every 8s" hx-swap="outerHTML" {
            @if let Some(hint) = &shown.hint { p { strong { "窓口から：" } (hint) } }
            p { "電話で相談しています（番号 " (shown.code) "、" (jst(shown.until).format("%H:%M")) "まで）。"
                a href="/apply/assist" { "相談を終える" } }
        }
    }
}

const PART: &str = "/inquiries";
const TITLE: &str = "電話の相談";

/// `/assist`
pub fn enter_code(site: &Site, staff: &Staff, typed: &str, errors: &[FieldError]) -> Markup {
    let main = html! {
        (ui::error_summary(errors))
        (heading(TITLE))
        p { "申込みの画面で困っている方に、画面の下の「電話で相談する」を押してもらい、6桁の番号を聞きます。" }
        form class="form" method="post" action="/assist" novalidate {
            (TextField { name: "code", label: "相談の番号", hint: "数字6桁", value: typed, width: "w8", mode: "numeric", autocomplete: "off", focus: errors.is_empty(), ..Default::default() }.render(errors))
            (ui::submit("画面の状態を見る"))
        }
    };
    ConsolePage::new(TITLE, PART, main)
        .crumbs(&[("問合せ", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// What the clerk sees of one.
pub struct Desk<'a> {
    pub assist: &'a Assist,
    pub hint: Option<&'a str>,
    pub over: bool,
}

/// `/assist/{id}`
pub fn desk(site: &Site, staff: &Staff, d: &Desk, typed: &str, errors: &[FieldError]) -> Markup {
    let path = format!("/assist/{}", d.assist.id);
    let title = words::page(&d.assist.page).map_or("", |(_, title)| title);
    let faults = words::fault_lines(&d.assist.faults);
    let main = html! {
        (ui::error_summary(errors))
        (heading("相談中の方の画面"))
        @if d.over { p class="notice" { "この相談は終わりました。" a href="/assist" { "新しい番号を入れる" } } }
        dl class="summary summary--dense" {
            (ui::summary_row("開いている画面", title, None))
            (ui::summary_row("最後に開いた時刻", &jst(d.assist.seen_at).format("%H:%M:%S").to_string(), None))
            (ui::summary_row("番号の期限", &jst(d.assist.expires_at).format("%H:%M").to_string(), None))
        }
        h2 { "直すところ" }
        @if faults.is_empty() { p { "0件（確認済み）" } }
        ul { @for line in &faults { li { (line) } } }
        p class="hint" { "入力された内容は、ここには届きません。" }
        @if !d.over {
            p { a class="button button--secondary" href=(path) { "いまの状態を表示する" } }
            (hints(d, &path, typed, errors))
            form method="post" action={ (path) "/end" } { button class="button button--secondary" type="submit" { "相談を終える" } }
        }
    };
    ConsolePage::new("相談中の方の画面", PART, main)
        .crumbs(&[("問合せ", PART), (TITLE, "/assist")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn hints(d: &Desk, path: &str, typed: &str, errors: &[FieldError]) -> Markup {
    html! {
        h2 { "ヒントを送る" }
        @if let (Some(hint), Some(at)) = (d.hint, d.assist.hint_at) {
            p { (jst(at).format("%H:%M")) "に送りました：" (hint) "　"
                @match d.assist.hint_seen_at { Some(seen) => { (jst(seen).format("%H:%M")) "に表示されました" } None => { "まだ表示されていません" } } }
        }
        form class="form" method="post" action={ (path) "/hints" } novalidate {
            div class="field" {
                label for="hint" { "よく使うヒント" }
                select class="input" id="hint" name="hint" {
                    option value="" { "選んでください" }
                    @for (word, text) in HINTS { option value=(word) { (text) } }
                }
            }
            (TextField { name: "text", label: "または、短い文", hint: "100文字まで。相手の名前や番号は書きません", value: typed, width: "full", optional: true, autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit("いまの画面に表示する"))
        }
    }
}
