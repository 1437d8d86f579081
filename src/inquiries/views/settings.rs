use super::PART;
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    inquiries::{
        desk::TEMPLATE_FIELDS,
        hours::Rule,
        model::Priority,
        store::{Kept, Template},
    },
    web::{
        FormBody, Site, WORDS,
        ui::{self, FieldError, TextField},
    },
};
use chrono::NaiveDate;
use maud::{Markup, html};
use std::collections::BTreeMap;

const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];

/// What stands in the forms of the hours.
pub struct HoursForm {
    fields: BTreeMap<String, String>,
}

impl HoursForm {
    pub fn of(rule: &Rule) -> Self {
        let mut fields = BTreeMap::new();
        for (n, at_work) in rule.weekdays.iter().enumerate() {
            if *at_work {
                fields.insert(format!("day{}", n + 1), "yes".into());
            }
        }
        fields.insert("opens".into(), rule.span.0.format("%H:%M").to_string());
        fields.insert("closes".into(), rule.span.1.format("%H:%M").to_string());
        for (priority, minutes) in &rule.minutes {
            fields.insert(format!("{}_minutes", priority.as_str()), minutes.to_string());
        }
        Self { fields }
    }
    /// What was typed; the form of the days leaves the other as it stands.
    pub fn typed(rule: &Rule, form: &FormBody) -> Self {
        let mut kept = if form.has("opens") {
            BTreeMap::new()
        } else {
            Self::of(rule).fields
        };
        kept.extend(form.0.clone());
        Self { fields: kept }
    }
    fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

pub fn hours(
    site: &Site,
    staff: &Staff,
    kept: &Kept,
    form: &HoursForm,
    today: NaiveDate,
    errors: &[FieldError],
) -> Markup {
    let may = staff.may(Permission::ManageSupport);
    let main = html! {
        (ui::error_summary(errors))
        (heading("受付の時間と、回答の期限"))
        p { "回答の期限は、受付の時間のなかで数えます。祝日と、「営業日と休日」の休業日は休みです。" }
        @if may { (rule_form(kept, form, errors)) } @else { (rule_shown(&kept.rule)) }
        h2 { "いつもとちがう日" }
        (days(kept, today, may))
        @if may { (day_form(form, errors)) }
    };
    ConsolePage::new("受付の時間と、回答の期限", PART, main)
        .crumbs(&[("問合せ", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn rule_shown(rule: &Rule) -> Markup {
    let days: String = WEEKDAYS
        .iter()
        .zip(rule.weekdays)
        .filter(|(_, on)| *on)
        .map(|(name, _)| *name)
        .collect();
    html! {
        dl class="summary summary--dense" {
            (ui::summary_row("曜日", &days, None))
            (ui::summary_row("時間", &format!("{}から{}まで", rule.span.0.format("%H:%M"), rule.span.1.format("%H:%M")), None))
            @for (priority, minutes) in &rule.minutes { (ui::summary_row(priority.label(), &format!("{minutes}分"), None)) }
        }
    }
}

fn rule_form(kept: &Kept, form: &HoursForm, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" method="post" action="/inquiries/hours" novalidate {
            input type="hidden" name="rev" value=(kept.rev);
            fieldset class="field" id="weekdays" tabindex="-1" {
                legend { "受付の曜日" }
                (ui::error_message("weekdays", errors))
                @for (n, name) in WEEKDAYS.iter().enumerate() {
                    @let id = format!("day{}", n + 1);
                    div class="checkbox" { input type="checkbox" id=(id) name=(id) value="yes" checked[form.get(&id) == "yes"]; label for=(id) { (name) "曜日" } }
                }
            }
            div class="grid" {
                (short("opens", "始まり", form, errors))
                (short("closes", "終わり", form, errors))
            }
            p class="hint" { "回答の期限（受付の時間のなかの分。8時間45分の1日は525分です）" }
            div class="grid" { @for priority in Priority::ALL {
                (short(&format!("{}_minutes", priority.as_str()), priority.label(), form, errors))
            } }
            (ui::submit("受付の時間と期限を保存する"))
        }
    }
}

fn short(name: &str, label: &str, form: &HoursForm, errors: &[FieldError]) -> Markup {
    TextField {
        name,
        label,
        value: form.get(name),
        width: "w8",
        autocomplete: "off",
        ..Default::default()
    }
    .render(errors)
}

fn days(kept: &Kept, today: NaiveDate, may: bool) -> Markup {
    let list: Vec<_> = kept.rule.days.iter().filter(|(day, _)| **day >= today).collect();
    html! {
        @if list.is_empty() { p { "これからのものはありません。臨時に開く日、閉じる日は、ここに並びます。" } }
        ul class="rows" { @for (day, span) in list { li class="rows__item" {
            div { (day) "　" @match span { Some((opens, closes)) => { (opens.format("%H:%M")) "から" (closes.format("%H:%M")) "まで" } None => { "休み" } }
                "　" (kept.notes.get(day).map_or("", String::as_str)) }
            @if may {
                form method="post" action="/inquiries/hours/days" {
                    input type="hidden" name="day" value=(day);
                    button class="button button--secondary" type="submit" name="do" value="drop" { "取り消す" span class="vh" { "：" (day) } }
                }
            }
        } } }
    }
}

fn day_form(form: &HoursForm, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" method="post" action="/inquiries/hours/days" novalidate {
            (TextField { name: "day", label: "日付", hint: "例：2026-12-28", value: form.get("day"), width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
            p class="hint" { "休みの日は、時間を空けます" }
            div class="grid" {
                (short("day_opens", "その日の始まり", form, errors))
                (short("day_closes", "その日の終わり", form, errors))
            }
            (TextField { name: "note", label: "内容", value: form.get("note"), width: "w20", optional: true, autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit("この日を登録する"))
        }
    }
}

/// What stands in the form of a template.
#[derive(Default)]
pub struct TemplateForm {
    pub name: String,
    pub body: String,
}

impl TemplateForm {
    pub fn typed(form: &FormBody) -> Self {
        Self {
            name: form.get("name").to_owned(),
            body: form.get("body").to_owned(),
        }
    }
}

pub fn templates(site: &Site, staff: &Staff, list: &[Template], form: &TemplateForm, errors: &[FieldError]) -> Markup {
    let may = staff.may(Permission::ManageSupport);
    let main = html! {
        (ui::error_summary(errors))
        (heading("回答のひな形"))
        @if list.is_empty() { p { "ひな形はまだありません。よくある回答を登録しておくと、問合せの画面で選べます。" } }
        @for template in list {
            section class="card" {
                h2 { @if may { a href={ "/inquiries/templates/" (template.id) } { (template.name) } } @else { (template.name) } }
                p class="pre" { (template.body) }
            }
        }
        @if may { h2 { "ひな形を作る" } (template_form("/inquiries/templates", form, "このひな形を登録する", errors)) }
    };
    ConsolePage::new("回答のひな形", PART, main)
        .crumbs(&[("問合せ", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

pub fn template(site: &Site, staff: &Staff, template: &Template, form: &TemplateForm, errors: &[FieldError]) -> Markup {
    let path = format!("/inquiries/templates/{}", template.id);
    let title = format!("ひな形「{}」", template.name);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        (template_form(&path, form, "変更を保存する", errors))
        form method="post" action={ (path) "/retirement" } { button class="button button--secondary" type="submit" { "このひな形をやめる" } }
    };
    let crumbs = [("問合せ", PART), ("回答のひな形", "/inquiries/templates")];
    ConsolePage::new(&title, PART, main)
        .crumbs(&crumbs)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn template_form(path: &str, form: &TemplateForm, label: &str, errors: &[FieldError]) -> Markup {
    html! {
        form class="form" method="post" action=(path) novalidate {
            (TextField { name: "name", label: "ひな形の名前", value: &form.name, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
            p class="hint" { "差し込み：" @for word in TEMPLATE_FIELDS.iter().chain(&WORDS) { code { "{{" (word) "}}" } " " } }
            (ui::text_area("body", "本文", "", &form.body, 8, errors))
            (ui::submit(label))
        }
    }
}
