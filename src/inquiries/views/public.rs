use super::{file_form, files};
use crate::{
    inquiries::{
        model::{MessageKind, Status},
        pages::{Shown, categories},
    },
    web::ui::{self, Choice, FieldError, TextField, choices, when},
};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// `/inquiry`
pub fn form(typed: &BTreeMap<String, String>, errors: &[FieldError]) -> Markup {
    let get = |name: &str| typed.get(name).map_or("", String::as_str);
    let list: Vec<Choice> = categories()
        .map(|(value, label)| Choice { value, label, note: "" })
        .collect();
    html! {
        (ui::error_summary(errors))
        (ui::heading(&["問合せをする"]))
        p class="lead" { "回答は、このサイトでお読みいただけます。お急ぎのときは、お電話ください。" }
        p { "暗証番号・口座番号は、書かないでください。" }
        form class="form" method="post" action="/inquiry" novalidate {
            input type="hidden" name="key" value=(get("key"));
            (choices("category", "問合せの種類", "", get("category"), &list, errors))
            (ui::text_area("body", "問合せの内容", "2,000文字まで", get("body"), 8, errors))
            (TextField {
                name: "receipt_number", label: "申込みの受付番号", hint: "お申込みのあとのとき。例：7KQ-4M9-TXH",
                value: get("receipt_number"), optional: true, width: "w12", autocomplete: "off", ..TextField::default()
            }.render(errors))
            (TextField {
                name: "name", label: "お名前", value: get("name"), optional: true, width: "w20", autocomplete: "name",
                ..TextField::default()
            }.render(errors))
            (TextField {
                name: "phone", label: "電話番号", hint: "入力すると、下4桁で回答を確認できます", value: get("phone"),
                optional: true, width: "w12", mode: "tel", autocomplete: "tel", ..TextField::default()
            }.render(errors))
            (TextField {
                name: "email", label: "メールアドレス", hint: "回答したことをお知らせします。回答の内容は、メールには書きません",
                value: get("email"), optional: true, width: "full", mode: "email", autocomplete: "email",
                ..TextField::default()
            }.render(errors))
            (ui::submit("この内容で問い合わせる"))
        }
        h2 { "先にお確かめください" }
        ul {
            li { a href="/faq" { "よくある質問" } }
            li { a href="/receipt" { "申込みの状況を確認する" } }
            li { a href="/inquiry/status" { "お問合せの回答を見る" } }
        }
    }
}

/// `/inquiry/status` before an inquiry is opened.
pub fn look_up(errors: &[FieldError]) -> Markup {
    html! {
        (ui::error_summary(errors))
        (ui::heading(&["お問合せの", "回答を見る"]))
        form class="form" method="post" action="/inquiry/status" novalidate {
            (TextField {
                name: "number", label: "問合せの番号", hint: "例：7KQ4-M9TX　小文字でも、ハイフンがなくてもかまいません",
                width: "w12", autocomplete: "off", ..TextField::default()
            }.render(errors))
            (TextField {
                name: "proof", label: "確認コード（6桁）、または電話番号の下4桁",
                hint: "確認コードは、受け付けの画面に1回だけ表示した数字です", width: "w8", mode: "numeric", autocomplete: "off",
                ..TextField::default()
            }.render(errors))
            (ui::submit("回答を見る"))
        }
        p { a href="/inquiry" { "新しく問い合わせる" } }
    }
}

/// `/inquiry/status` of an open inquiry.
pub fn status(s: &Shown, errors: &[FieldError]) -> Markup {
    html! {
        (ui::error_summary(errors))
        @match &s.code {
            Some(code) => {
                div class="panel panel--success" {
                    (ui::heading(&["お問合せを", "受け付けました"]))
                    p { "問合せの番号" }
                    p class="receipt-number" { (s.inquiry.shown_number()) }
                    p { "確認コード" }
                    p class="receipt-number" { (code) }
                }
                p { "回答を見るときに使います。" strong { "確認コードは、この画面にだけ表示します。" } "番号といっしょに控えておいてください。" }
                p class="noprint" { button class="button button--secondary" type="button" data-print hidden { "控えを印刷する" } }
            }
            None => {
                (ui::heading(&["お問合せの状況"]))
                p { "問合せの番号　" strong class="mono" { (s.inquiry.shown_number()) } }
            }
        }
        p { "いまの状況　" span class="tag" { (standing(s.inquiry.status)) } }
        @if s.inquiry.status == Status::Open { p { "回答の目安　" (when(s.inquiry.due_at)) "まで" } }
        h2 { "やりとり" }
        ol class="timeline" { @for message in &s.messages { li {
            time { (when(message.at)) }
            strong { @if message.kind == MessageKind::Reply { "水道局からの回答" } @else { "お問合せ" } }
            (lines(&message.body))
        } } }
        @if s.inquiry.status == Status::Closed {
            p { "このお問合せは終わりました。ほかにお尋ねになることは、新しく問い合わせてください。" }
        } @else {
            form class="form noprint" method="post" action="/inquiry/messages" novalidate {
                (ui::text_area("body", "追加でお尋ねになること", "2,000文字まで", "", 4, errors))
                (ui::submit("追加で問い合わせる"))
            }
        }
        @if !s.files.is_empty() { h2 { "付けたファイル" } (files("/inquiry/files", &s.files, false)) }
        @if s.takes_files && s.inquiry.status != Status::Closed { (file_form("/inquiry/files", false, errors)) }
        ul class="noprint" { li { a href="/inquiry" { "新しく問い合わせる" } } li { a href="/faq" { "よくある質問" } } }
        form class="noprint" method="post" action="/inquiry/leave" {
            button class="button button--secondary" type="submit" { "この画面を閉じる（共用のパソコンのとき）" }
        }
    }
}

/// The status in a citizen's words.
fn standing(status: Status) -> &'static str {
    match status {
        Status::Open => "お調べしています",
        Status::Waiting => "ご返事をお待ちしています",
        Status::Answered => "回答しました",
        Status::Closed => "終わりました",
    }
}

/// A text of several lines.
fn lines(text: &str) -> Markup {
    html! { p { @for (i, line) in text.lines().enumerate() { @if i > 0 { br; } (line) } } }
}
