use super::{PART, file_form, files, select, stamp, tag, urgency};
use crate::{
    accounts::{ConsolePage, Permission, Staff},
    inquiries::{
        desk::{Detail, Moment, may_read, staff_only},
        model::{Category, MessageKind, Priority, Source, Status},
        store::Inquiry,
    },
    web::{
        FormBody, Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

/// What stands in the forms of the page.
pub struct DetailForm {
    pub kind: String,
    pub body: String,
    pub template: String,
    /// The template that was put in, if one was.
    pub used: String,
    /// The inquiry's revision that was seen when the answer was begun.
    pub rev: i32,
    pub waits: bool,
    pub category: String,
    pub priority: String,
    pub assignee: String,
    pub next_contact_on: String,
    pub institution: String,
    pub about: String,
    /// A new request for improvement.
    pub title: String,
}

impl DetailForm {
    pub fn of(i: &Inquiry) -> Self {
        Self {
            kind: "reply".into(),
            body: String::new(),
            template: String::new(),
            used: String::new(),
            rev: i.rev,
            waits: false,
            category: i.category.as_str().into(),
            priority: i.priority.as_str().into(),
            assignee: i.assignee.clone().unwrap_or_default(),
            next_contact_on: i.next_contact_on.map(|day| day.to_string()).unwrap_or_default(),
            institution: i.institution_code.clone().unwrap_or_default(),
            about: String::new(),
            title: String::new(),
        }
    }
    /// What was typed in one of the forms, beside what stands in the other.
    pub fn typed(i: &Inquiry, form: &FormBody) -> Self {
        let kept = Self::of(i);
        let or = |name: &str, kept: String| {
            if form.has(name) {
                form.get(name).to_owned()
            } else {
                kept
            }
        };
        Self {
            kind: or("kind", kept.kind),
            body: or("body", kept.body),
            template: form.get("template").to_owned(),
            used: form.get("used").to_owned(),
            rev: kept.rev,
            waits: form.get("waits") == "yes",
            category: or("category", kept.category),
            priority: or("priority", kept.priority),
            assignee: or("assignee", kept.assignee),
            next_contact_on: or("next_contact_on", kept.next_contact_on),
            institution: or("institution", kept.institution),
            about: or("about", kept.about),
            title: or("title", kept.title),
        }
    }
}

pub fn detail(site: &Site, staff: &Staff, d: &Detail, form: &DetailForm, errors: &[FieldError]) -> Markup {
    let i = &d.inquiry;
    let may = staff.may(Permission::HandleInquiries) && may_read(staff, i.source);
    let title = format!("問合せ {}", i.shown_number());
    let main = html! {
        (ui::error_summary(errors))
        div class="title-row" {
            h1 class="mono" { (i.shown_number()) }
            (tag(i.status)) (urgency(i.priority))
            @if d.overdue { span class="tag tag--bad" { "期限超過" } }
        }
        @if let Some((note, by)) = &d.handover {
            div class="notice notice--warning" { h2 { "引き継ぎ" } p class="pre" { (note.body) } p class="hint" { (by) "　" (when(note.at)) } }
        }
        (summary(d))
        @if may {
            @if i.status != Status::Closed || !form.body.is_empty() { (write(d, form, errors)) }
            (handling(staff, d, form, errors))
            (end(i))
        }
        @if !d.files.is_empty() || (may && d.takes_files) {
            h2 { "ファイル" }
            (files(&format!("/inquiries/{}/files", i.id), &d.files, i.source != Source::Staff))
            @if may && d.takes_files { (file_form(&format!("/inquiries/{}/files", i.id), i.source != Source::Staff, errors)) }
        }
        (to_faq(staff, d))
        @if may { (to_improvement(d, form, errors)) }
        h2 { "これまでの動き" }
        (history(&d.moments))
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("問合せ", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn summary(d: &Detail) -> Markup {
    let i = &d.inquiry;
    let row = |label: &str, value: &str| ui::summary_row(label, value, None);
    html! {
        dl class="summary summary--dense" {
            (row("種類", i.category.label()))
            (row("受付", &format!("{}　{}", stamp(i.received_at), i.source.label())))
            (row("回答の期限", &stamp(i.due_at)))
            (row("担当", if d.assignee.is_empty() { "担当なし" } else { &d.assignee }))
            (row("次の連絡日", &i.next_contact_on.map(|day| day.to_string()).unwrap_or_default()))
            @match &d.contact {
                Some(c) => {
                    (row("相手のお名前", &c.name))
                    (row("電話番号", &crate::japan::phone::display(&c.phone)))
                    (row("メール", &c.email))
                    @if !c.receipt_number.is_empty() { (row("申し出た受付番号（本人の確認はしていません）", &c.receipt_number)) }
                }
                None => (row("相手", "伏せています（受付担当と承認者が見られます）")),
            }
            @if let Some(a) = &d.application {
                div class="summary__row" {
                    dt { "結び付けた申込み" }
                    dd {
                        a href={ "/applications/" (a.id) } { (a.receipt_number) } "　" (a.name) "　" (a.institution) "　" (a.state)
                        @if i.linked_by.is_none() { " " span class="tag tag--look" { "本人の確認はしていません" } }
                    }
                }
            }
            @if !d.improvements.is_empty() {
                div class="summary__row" {
                    dt { "改善の要望" }
                    dd { @for one in &d.improvements { p { a href={ "/improvements/" (one.id) } { (one.title) } "　" (one.state.label()) } } }
                }
            }
        }
    }
}

/// An answer, a note, a hand-over.
fn write(d: &Detail, form: &DetailForm, errors: &[FieldError]) -> Markup {
    let path = format!("/inquiries/{}", d.inquiry.id);
    let kinds = [
        (MessageKind::Reply, "回答する（相手が読みます）"),
        (MessageKind::Note, "内部のメモを残す（職員だけが読みます）"),
        (MessageKind::Handover, "次の担当に引き継ぐ（職員だけが読みます）"),
    ];
    html! {
        h2 class="noprint" { "書く" }
        form class="form noprint" method="post" action={ (path) "/messages" } novalidate {
            input type="hidden" name="rev" value=(form.rev);
            // Enter means 保存する, not the template whose button stands first.
            @if !d.templates.is_empty() { button class="vh" type="submit" tabindex="-1" aria-hidden="true" { "保存する" } }
            @if !form.used.is_empty() { input type="hidden" name="used" value=(form.used); }
            @if !d.templates.is_empty() { (template(d, form, errors)) }
            fieldset class="field" id="kind" tabindex="-1" {
                legend { "だれに書くか" }
                (ui::error_message("kind", errors))
                div class="radios" { @for (kind, label) in kinds { div class="radio" {
                    input type="radio" id={ "kind-" (kind.as_str()) } name="kind" value=(kind.as_str()) checked[form.kind == kind.as_str()];
                    label for={ "kind-" (kind.as_str()) } { (label) }
                } } }
            }
            (ui::text_area("body", "本文", "暗証番号・口座番号は書きません。回答したことは、メールで知らせます（本文は送りません）", &form.body, 8, errors))
            div class="checkbox" { input type="checkbox" id="waits" name="waits" value="yes" checked[form.waits]; label for="waits" { "相手の返事を待つ（回答のとき）" } }
            (ui::submit("保存する"))
        }
    }
}

/// It is put behind what was typed, so it belongs to the form that brings that along.
fn template(d: &Detail, form: &DetailForm, errors: &[FieldError]) -> Markup {
    html! {
        (ui::error_message("template", errors))
        div class="filters" {
            (select("template", "ひな形", &form.template, Some("選んでください"), d.templates.iter().map(|t| (t.id.as_str(), t.name.as_str()))))
            button class="button button--secondary" type="submit" name="act" value="template" { "ひな形を入れる" }
        }
    }
}

fn handling(staff: &Staff, d: &Detail, form: &DetailForm, errors: &[FieldError]) -> Markup {
    let field = |name: &'static str, label: &'static str, hint: &'static str, value: &str, width: &'static str| {
        let field = TextField {
            name,
            label,
            hint,
            value,
            width,
            optional: true,
            autocomplete: "off",
            ..Default::default()
        };
        field.render(errors)
    };
    html! {
        details class="details noprint" open[!errors.is_empty()] {
            summary { "担当・優先度・連絡日・申込みとの結び付け" }
            form class="form" method="post" action={ "/inquiries/" (d.inquiry.id) "/handling" } novalidate {
                input type="hidden" name="rev" value=(d.inquiry.rev);
                (select("assignee", "担当", &form.assignee, Some("担当なし"), d.people.iter().map(|(id, name)| (id.as_str(), name.as_str()))))
                (select("priority", "優先度", &form.priority, None, Priority::ALL.iter().map(|p| (p.as_str(), p.label()))))
                (select("category", "種類", &form.category, None, Category::ALL.iter().map(|c| (c.as_str(), c.label()))))
                (select("institution", "金融機関", &form.institution, Some("なし"), d.institutions.iter().map(|i| (i.code.as_str(), i.name.as_str()))))
                (field("next_contact_on", "次の連絡日", "例：2026-12-01", &form.next_contact_on, "w12"))
                @if !staff_only(staff) {
                    (field("about", "結び付ける申込み", "受付番号、お問い合わせ番号、電話番号、お名前（カナ）", &form.about, "w20"))
                    @if d.inquiry.application_id.is_some() {
                        @if d.inquiry.linked_by.is_none() { (tick("confirm", "本人の申込みであることを確かめた")) }
                        (tick("unlink", "申込みとの結び付けを外す"))
                    }
                }
                (ui::submit("変更を保存する"))
            }
        }
    }
}

fn tick(name: &str, label: &str) -> Markup {
    html! { div class="checkbox" { input type="checkbox" id=(name) name=(name) value="yes"; label for=(name) { (label) } } }
}

/// What was answered can become a question of the public page.
fn to_faq(staff: &Staff, d: &Detail) -> Markup {
    let answered = d.moments.iter().any(|m| m.said == Some(MessageKind::Reply));
    html! {
        @if answered && d.contact.is_some() && staff.may(Permission::EditTexts) {
            form class="noprint" method="post" action="/questions" {
                input type="hidden" name="inquiry" value=(d.inquiry.id);
                button class="button button--secondary" type="submit" { "この回答から、よくある質問の案を作る" }
            }
        }
    }
}

/// What somebody wishes goes into the register, or to the request that others made before; they are told what became of it.
fn to_improvement(d: &Detail, form: &DetailForm, errors: &[FieldError]) -> Markup {
    let is_wrong = ["improvement", "title"]
        .iter()
        .any(|field| FieldError::of(errors, field).is_some());
    let open = d
        .open_improvements
        .iter()
        .map(|one| (one.id.as_str(), one.title.as_str()));
    html! {
        details class="details noprint" open[is_wrong] {
            summary { "改善の要望として登録する" }
            form class="form" method="post" action="/improvements" novalidate {
                input type="hidden" name="inquiry" value=(d.inquiry.id);
                (TextField { name: "title", label: "要望", hint: "80文字まで。お名前や番号は書きません", value: &form.title, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
                (ui::submit("この要望を登録する"))
            }
            @if d.open_improvements.is_empty() {
                @if FieldError::of(errors, "improvement").is_some() {
                    div id="improvement" tabindex="-1" { (ui::error_message("improvement", errors)) }
                }
            } @else {
                form class="form" method="post" action="/improvements" novalidate {
                    input type="hidden" name="inquiry" value=(d.inquiry.id);
                    (ui::error_message("improvement", errors))
                    (select("improvement", "同じ要望があるとき", "", Some("選んでください"), open))
                    (ui::submit("この要望に結び付ける"))
                }
            }
        }
    }
}

fn end(i: &Inquiry) -> Markup {
    let (way, label) = match i.status {
        Status::Closed => ("reopening", "もう一度開く"),
        _ => ("closing", "完了にする"),
    };
    html! {
        form class="noprint" method="post" action={ "/inquiries/" (i.id) "/" (way) } {
            input type="hidden" name="rev" value=(i.rev);
            button class="button button--secondary" type="submit" { (label) }
        }
    }
}

fn actor(who: &str) -> &str {
    match who {
        "applicant" => "相手",
        "gateway" => "ゲートウェイ",
        "system" => "システム",
        "operator" => "運用担当（コマンド）",
        name => name,
    }
}

fn history(moments: &[Moment]) -> Markup {
    html! {
        ol class="timeline" { @for m in moments { li {
            time { (when(m.at)) }
            strong { (m.title) }
            span class="hint" { "　" (actor(&m.who)) }
            @if !m.text.is_empty() { p class=[m.said.map(|_| "pre")] { (m.text) } }
        } } }
    }
}
