//! The pages of the texts.
mod items;
mod procedures;

pub use items::{Controls, Pages};
pub use procedures::{procedure, procedures};

use super::{
    catalogue::{Kind, TextId},
    items::readable,
    store::TextVersion,
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, VersionState, decision, heading, only_waiting, refusal},
    web::{
        FormBody, Site, WORDS,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

const PART: &str = "/texts";

/// Where a version is shown.
pub fn path(id: &str) -> String {
    format!("/texts/versions/{id}")
}

/// The parts of the list: heading, caption and kinds.
const GROUPS: [(&str, &str, &[Kind]); 3] = [
    (
        "申込みの画面",
        "申込みの画面の文面",
        &[Kind::Items, Kind::Terms, Kind::Page],
    ),
    ("メール", "メールの文面", &[Kind::Mail]),
    ("手順書", "手順書の文面", &[Kind::Procedure]),
];

/// One text in the list.
pub struct Row {
    pub id: TextId,
    pub in_use: Option<TextVersion>,
    /// Versions that wait for a decision.
    pub waiting: usize,
}

/// The texts; only those that are `waiting` for a second person, or all.
pub fn index(site: &Site, staff: &Staff, rows: &[Row], waiting: bool) -> Markup {
    let table = |caption: &str, kinds: &[Kind]| {
        let rows = rows.iter().filter(|r| kinds.contains(&r.id.kind()));
        html! {
            div class="scroll" tabindex="0" role="region" aria-label=(caption) {
                table class="table table--dense" {
                    caption class="vh" { (caption) }
                    thead { tr { th scope="col" { "文面" } th scope="col" { "使用中の版" } th scope="col" { "承認待ち" } } }
                    tbody { @for row in rows { tr {
                        th scope="row" { a href={ "/texts/" (row.id.as_str()) } { (row.id.title()) } }
                        td { (in_use(row.in_use.as_ref())) }
                        td { @if row.waiting > 0 { span class="tag tag--look" { (row.waiting) "件" } } @else { "なし" } }
                    } } }
                }
            }
        }
    };
    let main = html! {
        (heading("文面"))
        p class="lead" { "申込みの項目、画面、メール、手順書の文面です。案を作り、ほかの承認者が承認すると、使い始める日から変わります。" }
        @if waiting { (only_waiting("承認待ちの文面", PART)) }
        @if rows.is_empty() { p { "0件（確認済み）" } }
        @for (title, caption, kinds) in GROUPS {
            @if rows.iter().any(|r| kinds.contains(&r.id.kind())) { h2 { (title) } (table(caption, kinds)) }
        }
    };
    ConsolePage::new("文面", PART, main).render(site, staff)
}

fn in_use(version: Option<&TextVersion>) -> Markup {
    html! {
        @match version {
            Some(v) => { "第" (v.version) "版（" (v.effective_from) "から）" }
            None => "出荷時のもの",
        }
    }
}

pub fn list(site: &Site, staff: &Staff, id: TextId, list: &[(String, TextVersion)], in_use: Option<&str>) -> Markup {
    let main = html! {
        (heading(id.title()))
        @if let Some(path) = id.path() { p { "公開の画面：" code { (path) } } }
        @if in_use.is_none() { p { "出荷時のものを使っています。" } }
        @if !list.is_empty() { div class="scroll" tabindex="0" role="region" aria-label="版の一覧" {
            table class="table table--dense" {
                caption class="vh" { "版の一覧（新しい順）" }
                thead { tr { th scope="col" { "版" } th scope="col" { "状態" } th scope="col" { "使い始める日" } th scope="col" { "作った人" } th scope="col" { "メモ" } } }
                tbody { @for (by, v) in list { tr {
                    th scope="row" { a href=(path(&v.id)) { "第" (v.version) "版" } }
                    td data-label="状態" { (v.state.label()) @if in_use == Some(v.id.as_str()) { " " span class="tag tag--good" { "使用中" } } }
                    td data-label="使い始める日" class="time" { (v.effective_from) }
                    td data-label="作った人" { (by) }
                    td data-label="メモ" { (v.note) }
                } } }
            }
        } }
        @if staff.may(Permission::EditTexts) {
            form class="form" method="post" action={ "/texts/" (id.as_str()) "/versions" } {
                p class="hint" { "使用中のものを写して、案を作ります" }
                (ui::submit("新しい案を作る"))
            }
        }
    };
    ConsolePage::new(id.title(), PART, main)
        .crumbs(&[("文面", PART)])
        .render(site, staff)
}

/// Everything on the page of a version.
pub struct Shown {
    pub version: TextVersion,
    pub made_by: String,
    pub decided_by: Option<String>,
    pub may_edit: bool,
    pub is_in_use: bool,
    pub problems: Vec<String>,
    /// The words that count before this version: those of an earlier one, or those that ship.
    pub before: String,
    pub before_no: Option<i32>,
    /// Heading or title, and the text with everything filled in.
    pub preview: (String, String),
    /// Of the items: their pages.
    pub pages: Pages,
    /// The words are those that stand in the form now; nobody keeps them yet.
    pub is_tried: bool,
}

/// What is typed on the page of a version.
#[derive(Clone, Debug)]
pub struct Form {
    pub body: String,
    pub effective_from: String,
    pub note: String,
    pub recipient: String,
    pub refusal: String,
}

impl Form {
    pub fn of(version: &TextVersion) -> Self {
        Self {
            body: version.body.clone(),
            effective_from: version.effective_from.to_string(),
            note: version.note.clone(),
            recipient: String::new(),
            refusal: String::new(),
        }
    }
    /// `version` is the one that was shown.
    pub fn read(form: &FormBody, version: &TextVersion) -> Self {
        Self {
            body: match version.name.kind() {
                Kind::Items => super::items::typed(form, &version.body),
                // A browser sends CR LF.
                _ => form.get("body").replace("\r\n", "\n"),
            },
            effective_from: form.get("effective_from").trim().to_owned(),
            note: form.get("note").trim().to_owned(),
            recipient: String::new(),
            refusal: String::new(),
        }
    }
}

pub fn show(site: &Site, staff: &Staff, s: &Shown, form: &Form, errors: &[FieldError]) -> Markup {
    let (path, name) = (path(&s.version.id), s.version.name);
    let title = format!("{} 第{}版", name.title(), s.version.version);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        p {
            span class="tag" { (s.version.state.label()) } @if s.is_in_use { " " span class="tag tag--good" { "使用中" } }
            "　" (s.made_by) "　" (when(s.version.made_at)) "　使い始める日 " (s.version.effective_from)
        }
        @if let (Some(by), Some(at)) = (&s.decided_by, s.version.decided_at) { p { (by) "　" (when(at)) "　に決めました。" } }
        (refusal(s.version.refusal.as_deref()))
        @if !s.version.note.is_empty() { p { (s.version.note) } }
        // What is kept is proposed and sent, so neither is offered while other words are looked at.
        @if !s.is_tried { (steps(staff, s, form, &path, errors)) }
        @if s.may_edit { (editor(s, form, &path, errors)) }
        (seen(s))
        @if name.kind() == Kind::Mail && s.problems.is_empty() && !s.is_tried && staff.may(Permission::EditTexts) {
            (test_mail(site, form, &path, errors))
        }
    };
    let list = format!("/texts/{}", name.as_str());
    ConsolePage::new(&title, PART, main)
        .htmx()
        .crumbs(&[("文面", PART), (name.title(), &list)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// The words as they are read, and what they change: also while they are typed, before anybody keeps them.
fn seen(s: &Shown) -> Markup {
    html! {
        div id="seen" {
            h2 { (seen_by(s)) }
            @if s.is_tried {
                p class="notice" { "いまの入力で作った下書きです。まだ保存していません。" }
                (problems(s))
            }
            (preview(s))
            h2 { "前の版とのちがい" }
            p { @match s.before_no { Some(no) => { "第" (no) "版とくらべています。" } None => "出荷時のものとくらべています。" } }
            @match s.version.name.kind() {
                Kind::Items => (changes(&readable(&s.before), &readable(&s.version.body))),
                _ => (changes(&s.before, &s.version.body)),
            }
        }
    }
}

fn problems(s: &Shown) -> Markup {
    html! {
        @if !s.problems.is_empty() {
            div class="notice notice--warning" {
                h2 { "直すところが" (s.problems.len()) "件あります" }
                ul { @for problem in &s.problems { li { (problem) } } }
            }
        }
    }
}

/// What may be done with the version now.
fn steps(staff: &Staff, s: &Shown, form: &Form, path: &str, errors: &[FieldError]) -> Markup {
    let is_own = s.version.made_by == staff.word();
    html! {
        @if s.version.state == VersionState::Draft { (problems(s)) }
        @match s.version.state {
            VersionState::Draft if s.may_edit && s.problems.is_empty() => {
                form method="post" action={ (path) "/proposal" } { button class="button" type="submit" { "承認者に提案する" } }
            }
            VersionState::Proposed if is_own => { p class="notice" { "ほかの承認者が決めます。" } }
            VersionState::Proposed if staff.may(Permission::ApproveTexts) => {
                (decision(&format!("{path}/decision"), &format!("ちがいと、{}を確かめてから決めてください。", seen_by(s)), &form.refusal, errors))
            }
            _ => {}
        }
    }
}

/// What asks for the draft before it is kept.
const TRIES: &str = r#"{"try":"yes"}"#;

fn editor(s: &Shown, form: &Form, path: &str, errors: &[FieldError]) -> Markup {
    html! {
        h2 { @if s.version.name.kind() == Kind::Items { "項目を直す" } @else { "文面を直す" } }
        // When typing stops, the draft below is made anew; without a script a button does it.
        form class="form" method="post" action=(path) novalidate hx-post=(path) hx-trigger="input delay:700ms" hx-vals=(TRIES)
            hx-target="#seen" hx-select="#seen" hx-swap="outerHTML" hx-sync="this:replace" {
            @match s.version.name.kind() {
                Kind::Items => (items::fields(&form.body)),
                kind => (body_field(kind, &form.body)),
            }
            (TextField { name: "effective_from", label: "使い始める日", hint: "この日の0時から使います", value: &form.effective_from, width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
            (TextField { name: "note", label: "変更のメモ", hint: "何のための変更か", value: &form.note, width: "w20", autocomplete: "off", optional: true, ..Default::default() }.render(errors))
            div class="actions" {
                button class="button" type="submit" { "案を保存する" }
                button class="button button--secondary" type="submit" name="try" value="yes" formaction={ (path) "#seen" } { "下書きを見る" }
            }
        }
    }
}

fn body_field(kind: Kind, body: &str) -> Markup {
    let mail = kind == Kind::Mail;
    html! {
        div class="field" {
            label for="body" { "本文" }
            p class="hint" id="body-hint" {
                @if mail { "1行目に「件名：」と件名を書きます。人の名前・住所・番号は書きません。「様」などの付かない名前は、自動では見つけられません。" } @else { "見出しは「## 」、箇条書きは「- 」で始めます。" }
                "差し込み：" @for word in WORDS { code { "{{" (word) "}}" } " " }
                @if mail { code { "{{receipt_number}}" } " " code { "{{url}}" } }
            }
            textarea class="input" id="body" name="body" rows="20" aria-describedby="body-hint" { (body) }
        }
    }
}

fn seen_by(s: &Shown) -> &'static str {
    match s.version.name.kind() {
        Kind::Procedure => "職員に見えるもの",
        _ => "申込者に見えるもの",
    }
}

fn preview(s: &Shown) -> Markup {
    let (title, text) = &s.preview;
    html! {
        section class="sample" aria-label=(seen_by(s)) {
            @match s.version.name.kind() {
                Kind::Items => (items::preview(&s.pages)),
                Kind::Mail => {
                    p { strong { "件名　" } (title) }
                    pre class="sample__mail" tabindex="0" { (text) }
                }
                Kind::Page | Kind::Procedure => { p class="sample__title" { (title) } div class="prose" { (ui::markdown_without_links(text)) } }
                Kind::Terms => {
                    p class="sample__title" { (title) }
                    @for section in ui::sections(text, ui::markdown_without_links) {
                        h3 { (section.title) }
                        div class="prose" { (section.summary) (section.rest) }
                    }
                }
            }
        }
    }
}

fn test_mail(site: &Site, form: &Form, path: &str, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" method="post" action={ (path) "/mails" } novalidate {
            (TextField { name: "recipient", label: "試しに送る先のメールアドレス", hint: "水道局のアドレスだけに送れます。受付番号は架空のものです。送る前に本人確認をします", value: &form.recipient, width: "w20", mode: "email", autocomplete: "off", ..Default::default() }.render(errors))
            button class="button button--secondary" type="submit" { "試しに送る" }
            @if let Some(practice) = &site.practice { p class="hint" { "研修では外に出ません。" a href={ (practice.mails) "/" } { "届いたメールを見る" } } }
        }
    }
}

/// The lines that differ, with one line around them.
fn changes(before: &str, after: &str) -> Markup {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(1);
    html! {
        @if groups.is_empty() { p { "ちがいはありません（確認済み）。" } }
        @for group in &groups {
            ul class="diff" { @for op in group { @for change in diff.iter_changes(op) {
                @let line = change.value().trim_end_matches('\n');
                @match change.tag() {
                    ChangeTag::Delete => li { del { span class="vh" { "削除：" } "－ " (line) } },
                    ChangeTag::Insert => li { ins { span class="vh" { "追加：" } "＋ " (line) } },
                    ChangeTag::Equal => li { "　 " (line) },
                }
            } } }
        }
    }
}
