use super::select;
use crate::{
    accounts::{ConsolePage, Permission, Staff, VersionState, decision, heading, refusal},
    inquiries::{desk::FaqForm, model::Category, store::FaqEntry},
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/questions";
const TITLE: &str = "よくある質問";
const DESK_TITLE: &str = "回答から作る質問";

/// `/faq`
pub fn public_faq(text: &str, entries: &[FaqEntry], words: &str) -> Markup {
    html! {
        (ui::heading(&[TITLE]))
        form class="form noprint" method="post" action="/faq" role="search" {
            (TextField { name: "words", label: "ことばでさがす", hint: "例：通帳　お名前や番号は入れないでください", value: words, width: "w20", autocomplete: "off", ..TextField::default() }.render(&[]))
            button class="button button--secondary" type="submit" { "さがす" }
        }
        @if !words.is_empty() {
            p role="status" { "「" (words) "」で" @if entries.is_empty() && text.is_empty() { "は、見つかりませんでした。" } @else { "見つかったもの" } "　" a href="/faq" { "すべての質問を見る" } }
        }
        div class="prose" { (ui::markdown(text)) }
        @for (n, entry) in entries.iter().enumerate() {
            @if n == 0 || entries[n - 1].category != entry.category { h2 { (entry.category.label()) } }
            h3 { (entry.question) }
            div class="prose" { (ui::markdown(&entry.answer)) }
        }
        h2 { "解決しないとき" }
        ul {
            li { a href="/inquiry" { "問合せをする" } }
            li { a href="/receipt" { "申込みの状況を確認する" } }
        }
    }
}

fn tag(entry: &FaqEntry) -> Markup {
    let shown = entry.state == VersionState::Approved && entry.retired_at.is_none();
    html! { @if shown { span class="tag tag--good" { "公開中" } } @else if entry.retired_at.is_some() { span class="tag" { "取り下げ" } } @else { span class="tag" { (entry.state.label()) } } }
}

/// `/questions`
pub fn entries(site: &Site, staff: &Staff, list: &[FaqEntry]) -> Markup {
    let main = html! {
        (heading(DESK_TITLE))
        p { "もとの文面は「文面」の「よくある質問」で変えます。ここには、問合せの回答から作った質問が並びます。2人で確かめてから公開します。" }
        @if list.is_empty() { p { "まだありません。問合せの画面で、回答から案を作れます。" a href="/inquiries?view=all" { "問合せの一覧を見る" } } }
        ul class="rows" { @for entry in list { li class="rows__item" {
            div { a href={ "/questions/" (entry.id) } { @if entry.question.is_empty() { "（質問が空の案）" } @else { (entry.question) } } " " (tag(entry)) "　" (entry.category.label()) "　" (when(entry.made_at)) }
        } } }
        @if staff.may(Permission::EditTexts) {
            form method="post" action="/questions" { button class="button button--secondary" type="submit" { "新しい案を作る" } }
        }
    };
    ConsolePage::new(DESK_TITLE, PART, main).render(site, staff)
}

/// `/questions/{id}`
pub fn entry(
    site: &Site,
    staff: &Staff,
    entry: &FaqEntry,
    maker: &str,
    form: &FaqForm,
    (preview, problems): ((&str, &str), &[FieldError]),
    errors: &[FieldError],
) -> Markup {
    let path = format!("/questions/{}", entry.id);
    let is_own = entry.made_by == staff.word();
    let title = "よくある質問の1件";
    let main = html! {
        (ui::error_summary(errors))
        (heading(title))
        p { (tag(entry)) "　" (maker) "　" (when(entry.made_at)) }
        (refusal(entry.refusal.as_deref()))
        @if let Some(id) = &entry.inquiry_id { p { a href={ "/inquiries/" (id) } { "もとの問合せを見る" } } }
        @match entry.state {
            VersionState::Draft if is_own => {
                (edit(&path, form, errors))
                @if problems.is_empty() { form method="post" action={ (path) "/proposal" } { button class="button" type="submit" { "承認者に提案する" } } }
                @else { div class="notice notice--warning" { h2 { "提案する前に直すところ" } ul { @for p in problems { li { (p.message) } } } } }
            }
            VersionState::Proposed if is_own => { p class="notice" { "ほかの承認者が決めます。" } }
            VersionState::Proposed if staff.may(Permission::ApproveTexts) => { (decision(&format!("{path}/decision"), "個人のことが書かれていないかを確かめてから決めてください。", &form.refusal, errors)) }
            VersionState::Approved if entry.retired_at.is_none() => {
                @if staff.may(Permission::EditTexts) { form method="post" action="/questions" { input type="hidden" name="replaces" value=(entry.id); button class="button button--secondary" type="submit" { "これを直す案を作る" } } }
                @if staff.may(Permission::ApproveTexts) { form method="post" action={ (path) "/retirement" } { button class="button button--secondary" type="submit" { "公開をやめる" } } }
            }
            _ => {}
        }
        h2 { "公開したときの見え方" }
        section class="sample" aria-label="公開したときの見え方" { p class="sample__title" { (preview.0) } div class="prose" { (ui::markdown_without_links(preview.1)) } }
    };
    ConsolePage::new(title, PART, main)
        .crumbs(&[(DESK_TITLE, PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn edit(path: &str, form: &FaqForm, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" method="post" action=(path) novalidate {
            (TextField { name: "question", label: "質問", hint: "100文字まで", value: &form.question, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            (ui::text_area("answer", "答え", "お名前・番号・個人の事情は消してください", &form.answer, 8, errors))
            (select("category", "種類", &form.category, None, Category::ALL.iter().map(|c| (c.as_str(), c.label()))))
            (ui::submit("案を保存する"))
        }
    }
}
