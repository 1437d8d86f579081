//! The pieces pages are made of. Class names are those of `assets/css`.
mod fields;
mod looked_at;
mod markdown;
mod part;

pub use fields::{Choice, DateField, TextField, choices, text_area};
pub use looked_at::looked_at;
pub use markdown::{Extras, markdown, markdown_with, markdown_without_links, sections};
pub use part::Part;

use super::Site;
use crate::{
    clock::jst,
    japan::date::{wareki, weekday},
};
use chrono::{NaiveDateTime, Timelike};
use maud::{Markup, PreEscaped, html};

/// 「令和8年11月23日（月）6時00分」 of a UTC time.
pub fn when(utc: NaiveDateTime) -> String {
    let local = jst(utc);
    let day = local.date();
    format!(
        "{}（{}）{}時{:02}分",
        wareki(day),
        weekday(day),
        local.hour(),
        local.minute()
    )
}

/// A wrong field: the id of its element, and one sentence in one of the five shapes of `ux.md` 2.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            message: message.into(),
        }
    }
    /// The message of one field, if it has one.
    pub fn of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
        errors.iter().find(|e| e.field == field).map(|e| e.message.as_str())
    }
}

/// The list of wrong fields on top of a page; takes the focus with JavaScript off, too (ux rule 10).
pub fn error_summary(errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="error-summary" id="errors" tabindex="-1" role="group" aria-labelledby="errors-title" autofocus {
                h2 id="errors-title" { "入力内容を確認してください（" (errors.len()) "件）" }
                ul { @for e in errors { li { a href={ "#" (e.field) } { (e.message) } } } }
            }
        }
    }
}

/// The sentence at the field; the same as in the summary.
pub fn error_message(field: &str, errors: &[FieldError]) -> Markup {
    html! {
        @if let Some(message) = FieldError::of(errors, field) {
            p class="error-message" id={ (field) "-error" } { span class="vh" { "エラー：" } (message) }
        }
    }
}

/// A heading broken only at phrase ends: `heading(&["水道を", "使用している方の"])`.
pub fn heading(phrases: &[&str]) -> Markup {
    html! { h1 { @for (i, phrase) in phrases.iter().enumerate() { @if i > 0 { wbr; } (phrase) } } }
}

/// 「手順 3／8」
pub fn step(number: usize, of: usize) -> Markup {
    html! {
        p class={ "step step--" (number) } {
            span aria-hidden="true" { "手順 " (number) "／" (of) }
            span class="vh" { "全" (of) "ステップ中、" (number) "ステップ目" }
        }
    }
}

/// The button that ends a step.
pub fn submit(label: &str) -> Markup {
    html! { div class="actions" { button class="button" type="submit" { (label) } } }
}

/// The button at the foot of a page of the console that is printed. A script makes it work; paper does not show it.
pub fn print_button() -> Markup {
    html! {
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    }
}

/// One line of a summary list; `change` is the path of its 変更 link.
pub fn summary_row(label: &str, value: &str, change: Option<&str>) -> Markup {
    html! {
        div class="summary__row" {
            dt { (label) }
            dd { @if value.is_empty() { "入力なし" } @else { (value) } }
            @if let Some(path) = change {
                dd class="summary__action" { a href=(path) { "変更" span class="vh" { "：" (label) } } }
            }
        }
    }
}

/// A QR code as SVG, with its meaning as text for those who do not see it.
pub fn qr(text: &str, label: &str) -> Markup {
    let svg = qrcode::QrCode::new(text.as_bytes()).map(|code| {
        code.render::<qrcode::render::svg::Color>()
            .min_dimensions(160, 160)
            .quiet_zone(true)
            .build()
    });
    // The renderer writes only rectangles from the code's bits; the XML declaration does not belong into HTML.
    let svg = svg.unwrap_or_default();
    let svg = svg.find("<svg").map_or("", |at| &svg[at..]);
    html! { div class="qr" role="img" aria-label=(label) { (PreEscaped(svg)) } }
}

/// What a person can do at a page that cannot go on (ux P16, P17).
pub fn problem(site: &Site, title: &str, advice: &str, code: &str, not_found: bool) -> Markup {
    html! {
        (heading(&[title]))
        p class="lead" { (advice) }
        ul {
            li { a href="/" { @if not_found { "申込みを始める" } @else { "はじめの画面を開く" } } }
            li { a href="/receipt" { "申込みの状況を確認する" } }
            li { a href="/faq" { "よくある質問を見る" } }
            li { a href="/inquiry" { "問合せをする" } }
        }
        @if !not_found {
            p { "解決しないときは、" (site.bureau.phone) "（" (site.bureau.phone_hours) "）へお電話ください。"
                "そのとき、次のサポートコードをお伝えください。" }
            p { "サポートコード　" strong class="mono" { (code) } }
        }
    }
}
