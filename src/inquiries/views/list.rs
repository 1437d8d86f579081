use super::{PART, select, stamp, tag, urgency};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    inquiries::{
        desk::{Filter, HandoverRow, LOOKED_AT, ListPage, ON_THE_SHEET, Row, VIEWS},
        model::{Category, Source},
    },
    web::{
        Site,
        ui::{TextField, when},
    },
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

pub fn list(site: &Site, staff: &Staff, page: &ListPage) -> Markup {
    let may = staff.may(Permission::HandleInquiries);
    let main = html! {
        (heading("問合せ"))
        div class="actions noprint" {
            @if may { a class="button" href="/inquiries/new" { "問合せを記録する" } }
            a class="button button--secondary" href="/inquiries/handover" { "引き継ぎの一覧" }
            @if staff.may(Permission::HandleApplications) { a class="button button--secondary" href="/assist" { "電話の相談" } }
        }
        (search_box())
        (filters(&page.filter))
        (found(page))
        h2 class="noprint" { "要望・受付の時間・ひな形" }
        ul class="noprint" {
            li { a href="/improvements" { "改善の要望" } }
            li { a href="/inquiries/hours" { "受付の時間と、回答の期限" } }
            li { a href="/inquiries/templates" { "回答のひな形" } }
        }
    };
    ConsolePage::new("問合せ", PART, main).render(site, staff)
}

fn search_box() -> Markup {
    html! {
        form class="find" method="post" action="/inquiries/searches" role="search" {
            (TextField {
                name: "q", label: "さがす",
                hint: "問合せの番号はその問合せが開きます。お名前・電話番号と、これまでの問合せと回答のことばで探せます",
                width: "w20", autocomplete: "off", ..Default::default()
            }.render(&[]))
            button class="button button--secondary" type="submit" { "さがす" }
        }
    }
}

fn filters(f: &Filter) -> Markup {
    html! {
        form class="filters" method="get" action="/inquiries" {
            @if !f.search.is_empty() { input type="hidden" name="sid" value=(f.search); }
            (select("view", "どれを", f.view.as_str(), None, VIEWS.iter().map(|(view, label)| (view.as_str(), *label))))
            (select("category", "種類", f.category.map_or("", Category::as_str), Some("すべて"), Category::ALL.iter().map(|c| (c.as_str(), c.label()))))
            (select("source", "受付の方法", f.source.map_or("", Source::as_str), Some("すべて"), Source::ALL.iter().map(|s| (s.as_str(), s.label()))))
            button class="button button--secondary" type="submit" { "しぼり込む" }
        }
    }
}

fn found(page: &ListPage) -> Markup {
    let f = &page.filter;
    html! {
        section id="found" aria-label="一覧" {
            @if let Some((words, since)) = &page.search {
                ul class="chips" { li class="chip" { a href="/inquiries" { "検索：" (words) span aria-hidden="true" { " ×" } span class="vh" { "を外す" } } } }
                @if let Some(since) = since {
                    p class="notice" { "新しい順に" (LOOKED_AT) "件のやりとり（" (when(*since)) "まで）を調べました。それより古いものは、問合せの番号・お名前・電話番号で探せます。" }
                }
            }
            p class="count" role="status" { @if page.count == 0 { "0件（確認済み）" } @else { (page.count) "件中 " (page.rows.len()) "件を表示" } }
            @if page.rows.is_empty() {
                p { "条件にあう問合せはありません。" a href="/inquiries?view=all" { "すべての問合せを見る" } }
            } @else { (table(&page.rows)) }
            nav class="pager noprint" aria-label="ページ" {
                @if f.page > 0 { a class="button button--secondary" href={ "/inquiries?" (f.query_of_page(f.page - 1)) } { "前の50件" } }
                @if page.more { a class="button button--secondary" href={ "/inquiries?" (f.query_of_page(f.page + 1)) } { "次の50件" } }
            }
        }
    }
}

fn table(rows: &[Row]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="一覧表" {
            table class="table table--wide table--dense" {
                caption class="vh" { "問合せの一覧" }
                thead { tr {
                    th scope="col" { "番号" } th scope="col" { "状態" } th scope="col" { "回答の期限" } th scope="col" { "用件" }
                    th scope="col" { "相手" } th scope="col" { "担当" } th scope="col" { "受付" }
                } }
                tbody { @for row in rows { (line(row)) } }
            }
        }
    }
}

fn line(row: &Row) -> Markup {
    let i = &row.inquiry;
    html! { tr {
        th scope="row" class="mono" { a href={ "/inquiries/" (i.id) } { (i.shown_number()) } }
        td data-label="状態" { (tag(i.status)) " " (urgency(i.priority)) }
        td data-label="回答の期限" {
            span class="time" { (stamp(i.due_at)) }
            @if row.overdue { " " span class="tag tag--bad" { "期限超過" } }
            @if let Some(day) = i.next_contact_on { " " span class="hint time" { "次の連絡 " (day) } }
        }
        td data-label="用件" class="what" { (i.category.label()) "　" (row.first_line) }
        td data-label="相手" class="short" { (row.name) }
        td data-label="担当" class="short" { @if row.assignee.is_empty() { "担当なし" } @else { (row.assignee) } }
        td data-label="受付" { span class="time" { (stamp(i.received_at)) } " " (i.source.label()) }
    } }
}

/// The sheet for the next shift, on paper or on the screen.
pub fn handover(site: &Site, staff: &Staff, sheet: &[HandoverRow], more: bool, now: NaiveDateTime) -> Markup {
    let main = html! {
        (heading("引き継ぎの一覧"))
        p { (when(now)) "現在　" (sheet.len()) "件　（未回答と返事待ち。回答済みは、引き継ぎか次の連絡日のあるもの）" }
        @if more { p class="notice" { "期限の近い" (ON_THE_SHEET) "件だけを載せています。ほかにもあります。" a href="/inquiries" { "問合せの一覧を見る" } } }
        @if sheet.is_empty() { p { "引き継ぐ問合せはありません。" a href="/inquiries" { "問合せの一覧を見る" } } }
        @for line in sheet {
            @let i = &line.row.inquiry;
            section class="card" {
                h2 { a href={ "/inquiries/" (i.id) } { (i.shown_number()) } }
                p { (tag(i.status)) " " (urgency(i.priority)) "　期限 " (stamp(i.due_at)) @if line.row.overdue { " " span class="tag tag--bad" { "期限超過" } }
                    "　担当 " @if line.row.assignee.is_empty() { "なし" } @else { (line.row.assignee) }
                    @if let Some(day) = i.next_contact_on { "　次の連絡日 " (day) } }
                p { (i.category.label()) "　" (line.row.first_line) }
                @match &line.note {
                    Some(note) => p class="pre" { strong { "引き継ぎ（" (stamp(note.at)) "）　" } (note.body) },
                    None => p class="hint" { "引き継ぎの書き込みはありません。" },
                }
            }
        }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("引き継ぎの一覧", PART, main)
        .crumbs(&[("問合せ", PART)])
        .render(site, staff)
}
