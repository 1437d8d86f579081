use super::{PART, TITLE, path, sheet, state, stops};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    config::AccountCapture,
    institutions::{
        desk::Overview,
        imports::Import,
        retirement::Leaving,
        sheet::Day,
        store::{Branch, Institution},
    },
    web::{
        Site,
        ui::{self, TextField, when},
    },
};
use chrono::Datelike;
use maud::{Markup, html};

/// Everything on the page of an institution.
pub struct Shown {
    pub institution: Institution,
    /// Stops and readiness, as on the list.
    pub overview: Overview,
    pub leaving: Option<Leaving>,
    /// Of the coming weeks.
    pub days: Vec<Day>,
    pub capture: AccountCapture,
    /// That can be chosen today, and of them those that retire.
    pub branch_counts: (i64, i64),
    /// The last table that was taken in and names this institution, and who took it in.
    pub import: Option<(String, Import)>,
    pub found: Vec<Branch>,
    pub found_in_all: i64,
    pub wanted: String,
}

pub fn show(site: &Site, staff: &Staff, s: &Shown) -> Markup {
    let (i, o) = (&s.institution, &s.overview);
    let may = staff.may(Permission::ManageInstitutions);
    let main = html! {
        div class="title-row" { (heading(&i.name)) (state(i, o.openings.readiness(&i.code, o.now), o.today)) }
        @if let Some(leaving) = &s.leaving { (announced(leaving)) }
        (summary(staff, s))
        @if may { (acts(s)) }
        h2 { "これからの受付" }
        @if let (Some(first), Some(last)) = (s.days.first(), s.days.last()) {
            @let caption = format!("{}月{}日から{}月{}日まで", first.date.month(), first.date.day(), last.date.month(), last.date.day());
            (sheet(&caption, &s.days, o.today, "終日受付"))
        }
        h3 { "休止の予定" }
        (stops::list(staff, o, Some(i)))
        h2 { "支店" }
        (branches(s))
    };
    ConsolePage::new(&i.name, PART, main)
        .crumbs(&[(TITLE, PART)])
        .render(site, staff)
}

fn announced(leaving: &Leaving) -> Markup {
    html! {
        div class="notice notice--warning" {
            h2 { @if leaving.is_over { "取扱いを終えた金融機関です" } @else { "取扱いを終える予定です" } }
            p { (leaving.told) }
            p { "それまでに送信された申込みの手続きは続きます。申込みの画面と「停止の予定と、いまの状況」で、このとおりお知らせします。" }
        }
    }
}

fn summary(staff: &Staff, s: &Shown) -> Markup {
    let i = &s.institution;
    let capture = match s.capture {
        AccountCapture::Form => "このサイトの画面",
        AccountCapture::Gateway => "金融機関の画面",
    };
    let (in_service, retiring) = s.branch_counts;
    let retiring = if retiring > 0 {
        format!("（うち廃止の予定 {retiring}店）")
    } else {
        String::new()
    };
    let import = s.import.as_ref().map(|(by, import)| {
        let at = import.applied_at.map(when).unwrap_or_default();
        (format!("/institutions/imports/{}", import.id), format!("{at}　{by}"))
    });
    html! {
        dl class="summary summary--dense" {
            (ui::summary_row("金融機関コード", &i.code, None))
            (ui::summary_row("よみがな", &i.kana, None))
            (ui::summary_row("種類", i.kind.label(), None))
            (ui::summary_row("口座番号を入力するところ", capture, None))
            (ui::summary_row("支店", &format!("{in_service}店{retiring}"), None))
            div class="summary__row" {
                dt { "最後に取り込んだ支店の表" }
                dd { @match &import { Some((path, said)) => a href=(path) { (said) }, None => "このソフトウェアについてきた表のままです" } }
            }
        }
        @if staff.may(Permission::ReadApplications) {
            p { a href={ "/applications?institution=" (i.code) } { "この金融機関の申込みを見る" } }
        }
    }
}

/// What an administrator can do here.
fn acts(s: &Shown) -> Markup {
    let i = &s.institution;
    html! {
        div class="actions" {
            @if !i.is_over(s.overview.today) {
                a class="button button--secondary" href={ "/institutions/stops/new?institution=" (i.code) } { "休止の予定を登録する" }
            }
            a class="button button--secondary" href=(path(i, "/edit")) { "名前を変える" }
            a class="button button--secondary" href=(path(i, "/retirement")) {
                @if i.retired_on.is_none() { "取扱いを終える" } @else { "取扱いの終了を取り消す" }
            }
        }
    }
}

fn branches(s: &Shown) -> Markup {
    html! {
        form class="find" method="get" action=(path(&s.institution, "")) role="search" {
            (TextField { name: "q", label: "支店をさがす", hint: "支店名・よみがな・店番", value: &s.wanted, width: "w20", autocomplete: "off", ..Default::default() }.render(&[]))
            button class="button button--secondary" type="submit" { "さがす" }
        }
        p role="status" { (s.found_in_all) "件中 " (s.found.len()) "件を表示" }
        @if s.found.is_empty() {
            p { @if s.wanted.is_empty() { a href="/institutions/imports" { "支店の表を取り込む" } } @else { a href=(path(&s.institution, "")) { "すべての支店を見る" } } }
        } @else {
            div class="scroll" tabindex="0" role="region" aria-label="支店の一覧" {
                table class="table table--dense" {
                    caption class="vh" { "支店の一覧" }
                    thead { tr { th scope="col" { "店番" } th scope="col" { "支店名" } th scope="col" { "よみがな" } } }
                    tbody { @for b in &s.found { tr { th scope="row" class="mono" { (b.code) } td data-label="支店名" { (b.name) } td data-label="よみがな" { (b.kana) } } } }
                }
            }
        }
    }
}
