use super::{DaysForm, Overview, compare::Difference, store::Import};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    institutions::views::{sheet, turn},
    japan::date::{wareki, weekday},
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use chrono::NaiveDate;
use maud::{Markup, html};

const PART: &str = "/holidays";
const TITLE: &str = "営業日と休日";

pub fn index(site: &Site, staff: &Staff, o: &Overview, typed: &DaysForm, errors: &[FieldError]) -> Markup {
    let may = staff.may(Permission::ManageInstitutions);
    let main = html! {
        (ui::error_summary(errors))
        (heading(TITLE))
        (ends(o))
        p { "水道局の営業日は、土曜・日曜・休日と、下の休業日を除いた日です。還元データは営業日ごとにまとめます。" }
        (sheet(&o.month.title(), &o.days, o.today, "営業日"))
        (turn(o.month, |month| format!("{PART}?month={month}")))
        h2 { "水道局の休業日" }
        (entries(o, may))
        @if may { (days_form(typed, errors)) }
        h2 { "国民の祝日・休日の表" }
        @if may { (upload(errors)) }
        h3 { "これまでの取込み" }
        @if o.imports.is_empty() { p { "0件（確認済み）。いまの表は、このソフトウェアについてきたものです。" } }
        @else { ul class="rows" { @for (by, import) in &o.imports { li class="rows__item" { div {
            a href={ (PART) "/imports/" (import.id) } { (when(import.made_at)) } "　" (by)
            p { (outcome(import)) }
        } } } } }
        details class="details" {
            summary { "これから1年の休日（" (o.next.len()) "日）" }
            ul { @for (day, name) in &o.next { li { (said(*day)) "　" (name) } } }
        }
    };
    ConsolePage::new(TITLE, PART, main)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn said(day: NaiveDate) -> String {
    format!("{}（{}）", wareki(day), weekday(day))
}

/// What staff read when the table is about to end.
fn ends(o: &Overview) -> Markup {
    let until = o.ends.map_or("なし".to_owned(), wareki);
    html! {
        @if o.ends_soon {
            div class="notice notice--warning" {
                h2 { "休日の表が、もうすぐ終わります" }
                p { "いまの表は" (until) "までです。内閣府の新しい表を、このページで取り込んでください。" }
            }
        } @else { p { "休日の表は" (until) "まであります。" } }
    }
}

fn entries(o: &Overview, may: bool) -> Markup {
    html! {
        @if o.entries.is_empty() { p { "0件（確認済み）。土曜・日曜・休日だけが休みです。" } }
        ul class="rows" { @for entry in &o.entries { li class="rows__item" {
            div {
                strong { (entry.name) } "　" (entry.days.span.describe())
                @if let Some(from) = entry.days.counts_from.filter(|from| *from > o.today) { p { (said(from)) "から" } }
                @if let Some(until) = entry.days.counts_until { p { (said(until)) "から、休業日ではなくなります" } }
            }
            @if may && entry.days.counts_until.is_none() {
                form method="post" action={ (PART) "/closed-days/" (entry.id) "/end" } {
                    button class="button button--secondary" type="submit" { "やめる" span class="vh" { "：" (entry.name) } }
                }
            }
        } } }
    }
}

fn days_form(typed: &DaysForm, errors: &[FieldError]) -> Markup {
    let wrong = errors.iter().any(|e| e.field != "file");
    html! {
        details class="details" open[wrong] {
            summary { "休業日を加える" }
            form class="form" method="post" action={ (PART) "/closed-days" } novalidate {
                p { "明日から数えます。過ぎた日は変わりません。" }
                (TextField { name: "name", label: "休業日の名前", hint: "例：開庁記念日", value: &typed.name, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "first", label: "初めの日", hint: "毎年なら 12-29、その年だけなら 2027-05-01", value: &typed.first, width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "last", label: "終わりの日", hint: "1日だけのときは、空けておきます", value: &typed.last, width: "w12", autocomplete: "off", optional: true, ..Default::default() }.render(errors))
                (ui::submit("休業日に加える"))
            }
        }
    }
}

fn upload(errors: &[FieldError]) -> Markup {
    let has_error = FieldError::of(errors, "file").is_some();
    let described = if has_error { "file-hint file-error" } else { "file-hint" };
    html! {
        form class="form" method="post" action={ (PART) "/imports" } enctype="multipart/form-data" novalidate {
            p { "新しい表を読み込み、いまの表とのちがいを確かめてから取り込みます。明日からの日だけが変わります。" }
            div class={ "field" @if has_error { " field--error" } } {
                label for="file" { "休日の表のファイル" }
                p class="hint" id="file-hint" { "内閣府の「国民の祝日・休日」のCSV（シフトJISかUTF-8、10MBまで）" }
                (ui::error_message("file", errors))
                input class="input" type="file" id="file" name="file" aria-describedby=(described);
            }
            (ui::submit("ちがいを確かめる"))
        }
    }
}

fn outcome(import: &Import) -> String {
    match import.applied_at {
        None => "まだ取り込んでいません".to_owned(),
        Some(_) => format!(
            "追加{}件、取消し{}件、名前の変更{}件",
            import.added, import.removed, import.renamed
        ),
    }
}

/// More holidays than these never fell away in a year: the file may be cut.
const MANY: usize = 3;

pub fn show(site: &Site, staff: &Staff, import: &Import, difference: &Difference, applied_by: Option<&str>) -> Markup {
    let is_open = import.applied_at.is_none();
    let may = staff.may(Permission::ManageInstitutions);
    let main = html! {
        (heading("休日の表のちがい"))
        @if let (Some(by), Some(at)) = (applied_by, import.applied_at) {
            p class="notice" { (by) "　" (when(at)) "　に取り込みました。" (outcome(import)) }
        }
        @if is_open { (changes(difference)) }
        @if is_open && difference.is_empty() {
            p { "取り込むものはありません。" a href=(PART) { "営業日と休日にもどる" } }
        }
        @if is_open && !difference.is_empty() && may {
            form class="form" method="post" action={ (PART) "/imports/" (import.id) "/application" } {
                // What was looked at is what is taken in.
                input type="hidden" name="seen" value=(difference.digest());
                (ui::submit("この内容で取り込む"))
            }
        }
    };
    ConsolePage::new("休日の表のちがい", PART, main)
        .crumbs(&[(TITLE, PART)])
        .render(site, staff)
}

fn changes(difference: &Difference) -> Markup {
    let [added, removed, renamed] = difference.counts();
    html! {
        p role="status" { "追加" (added) "件、取消し" (removed) "件、名前の変更" (renamed) "件、同じもの" (difference.unchanged) "件" }
        @if let Some((first, last)) = difference.years { p { (first) "年から" (last) "年までの表です。ほかの年は変わりません。" } }
        @if difference.past > 0 { p { "今日までの日のちがいが" (difference.past) "件あります。過ぎた日は変えません。" } }
        @if removed > MANY { p class="notice notice--warning" { "休日でなくなる日が" (removed) "日あります。ファイルに欠けがないか確かめてください。" } }
        @if added > 0 { h2 { "追加" } (table("休日になる日", difference.added.iter().map(|(day, name)| (*day, None, name.as_str())))) }
        @if removed > 0 { h2 { "取消し" } (table("休日でなくなる日", difference.removed.iter().map(|(day, name)| (*day, None, name.as_str())))) }
        @if renamed > 0 { h2 { "名前の変更" } (table("名前が変わる日", difference.renamed.iter().map(|(day, (old, new))| (*day, Some(old.as_str()), new.as_str())))) }
    }
}

fn table<'a>(caption: &str, rows: impl Iterator<Item = (NaiveDate, Option<&'a str>, &'a str)>) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table class="table table--dense" {
                caption class="vh" { (caption) }
                thead { tr { th scope="col" { "日" } th scope="col" { "名前" } } }
                tbody { @for (day, old, name) in rows { tr {
                    th scope="row" { (said(day)) }
                    td { @if let Some(old) = old { (old) " → " } (name) }
                } } }
            }
        }
    }
}
