use crate::web::ui::{self, FieldError, TextField};
use maud::{Markup, html};

/// P14. `note` says why the person was sent here, if so; `typed` is the number that did not fit.
pub fn lookup(note: Option<&str>, typed: &str, errors: &[FieldError]) -> Markup {
    html! {
        (ui::error_summary(errors))
        (ui::heading(&["申込みの状況を", "確認する"]))
        @if let Some(note) = note { div class="notice notice--info" { p { (note) } } }
        form class="form" method="post" action="/receipt" novalidate {
            (TextField {
                name: "receipt_number",
                label: "受付番号",
                hint: "例：7KQ-4M9-TXH　小文字でも、ハイフンがなくてもかまいません",
                value: typed,
                width: "w12",
                autocomplete: "off",
                ..TextField::default()
            }.render(errors))
            (TextField {
                name: "phone_last4",
                label: "登録した電話番号の下4桁",
                width: "w4",
                mode: "numeric",
                autocomplete: "off",
                ..TextField::default()
            }.render(errors))
            (ui::submit("状況を表示する"))
        }
        details class="details" {
            summary { "受付番号が分からないとき" }
            p { "お知らせのメールに書いてあります。見つからないときは、お電話でお尋ねください。" }
        }
    }
}

/// One line of the state's history: when, and what.
pub struct TimelineRow {
    pub when: String,
    pub what: &'static str,
}

/// The history below a result, newest first.
pub fn status(rows: &[TimelineRow]) -> Markup {
    html! {
        h2 { "これまでの状況" }
        ul class="timeline" role="list" {
            @for row in rows { li { time { (row.when) } " " span class="tag" { (row.what) } } }
        }
    }
}

/// The page behind the status QR: looking does not use the code up, pressing does.
pub fn one_time_link(code: &str) -> Markup {
    html! {
        (ui::heading(&["申込みの状況を", "表示します"]))
        p class="lead" { "このページから表示できるのは1回だけです。2回目からは、受付番号で確認してください。" }
        form class="form" method="post" action={ "/status/" (code) } { (ui::submit("状況を表示する")) }
        p { a href="/receipt" { "受付番号で確認する" } }
    }
}
