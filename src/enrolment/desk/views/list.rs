use super::{stamp, tag};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    clock::jst,
    enrolment::desk::{
        Filter, ListPage, MOST_COUNTED, Row,
        filter::{ORDERS, PERIODS, RESULTS, cursor_word},
    },
    web::{Site, ui::TextField},
};
use maud::{Markup, html};

pub fn list(site: &Site, staff: &Staff, page: &ListPage) -> Markup {
    let main = html! {
        (heading("受付結果"))
        (search_box())
        @if !page.saved.is_empty() { (saved(page)) }
        (filters(page))
        (result(staff, page))
        @if staff.may(Permission::ApproveCorrections) || staff.may(Permission::HandleApplications) {
            p { a href="/corrections" { "承認待ちの訂正を見る" } }
        }
    };
    ConsolePage::new("受付結果", "/applications", main)
        .htmx()
        .render(site, staff)
}

fn search_box() -> Markup {
    html! {
        form class="find" method="post" action="/applications/searches" role="search" {
            (TextField {
                name: "q",
                label: "さがす",
                hint: "受付番号・お問い合わせ番号はその申込みが開きます。電話番号、お名前（カナの先頭）でも探せます",
                width: "w20",
                autocomplete: "off",
                ..Default::default()
            }.render(&[]))
            button class="button button--secondary" type="submit" { "さがす" }
        }
    }
}

fn saved(page: &ListPage) -> Markup {
    html! {
        nav class="chips" aria-label="保存したビュー" { ul {
            @for view in &page.saved { li class="chip" {
                a href={ "/applications?" (view.query) } { (view.name) }
                form method="post" action={ "/applications/views/" (view.id) "/removal" } {
                    button class="chip__off" type="submit" { "×" span class="vh" { "ビュー「" (view.name) "」を消す" } }
                }
            } }
        } }
    }
}

fn select(name: &str, label: &str, chosen: &str, all: &str, options: &[(String, String)]) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            select class="input" id=(name) name=(name) {
                option value="" selected[chosen.is_empty()] { (all) }
                @for (word, text) in options { option value=(word) selected[word == chosen] { (text) } }
            }
        }
    }
}

fn filters(page: &ListPage) -> Markup {
    let f = &page.filter;
    let pairs = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(w, l)| ((*w).to_owned(), (*l).to_owned()))
            .collect::<Vec<_>>()
    };
    let results: Vec<_> = RESULTS
        .iter()
        .map(|(w, l, _)| ((*w).to_owned(), (*l).to_owned()))
        .collect();
    let banks: Vec<_> = page
        .institutions
        .iter()
        .map(|i| (i.code.clone(), i.name.clone()))
        .collect();
    html! {
        form class="filters" method="get" action="/applications" hx-get="/applications" hx-target="#found" hx-swap="outerHTML"
            hx-trigger="change, submit" hx-push-url="true" hx-sync="this:replace" {
            @if !f.search.is_empty() { input type="hidden" name="sid" value=(f.search); }
            (select("period", "受付した日", &f.period, "すべて", &pairs(PERIODS)))
            div class="field filters__range" {
                label for="from" { "期間の指定" }
                div class="inline" {
                    input class="input input--w8" type="text" id="from" name="from" value=(f.from) autocomplete="off" aria-label="いつから（例：2026-11-01）";
                    span { "〜" }
                    input class="input input--w8" type="text" id="to" name="to" value=(f.to) autocomplete="off" aria-label="いつまで（例：2026-11-30）";
                }
            }
            (select("result", "結果", &f.result, "すべて", &results))
            (select("institution", "金融機関", &f.institution, "すべて", &banks))
            (select("order", "並び順", &f.order, ORDERS[0].1, &pairs(&ORDERS[1..])))
            div class="checkbox" {
                input type="checkbox" id="attention" name="attention" value="1" checked[f.attention];
                label for="attention" { "要対応だけ" }
            }
            button class="button button--secondary" type="submit" { "しぼり込む" }
        }
    }
}

/// The chips, the count and the table; also by itself, for htmx.
pub fn result(staff: &Staff, page: &ListPage) -> Markup {
    html! {
        section id="found" aria-label="受付結果の一覧" {
            (chips(page))
            p role="status" class="count" { (count_line(page)) }
            @if page.too_many {
                p class="notice" { "あてはまる申込みが多いため、新しい2,000件の中から表示しています。カナを長く入力するか、電話番号で探してください。" }
            }
            @if page.rows.is_empty() { (nothing(page)) } @else { (table(page)) (pager(page)) }
            @if page.count > 0 && staff.may(Permission::DownloadDeliveries) {
                p class="noprint" { a href={ "/applications/export?" (page.filter.query()) } { "この条件で、CSVを出力する" } }
            }
            @if !page.filter.without("sid").pairs().is_empty() { (save_form(&page.filter)) }
        }
    }
}

fn count_line(page: &ListPage) -> String {
    match page.count {
        0 => "0件（確認済み）".into(),
        n if n >= MOST_COUNTED => format!("10,000件以上のうち {}件を表示", page.rows.len()),
        n => format!("{n}件中 {}件を表示", page.rows.len()),
    }
}

fn nothing(page: &ListPage) -> Markup {
    html! {
        @if page.filter.pairs().is_empty() {
            p { "まだ申込みはありません。申込みがあると、ここに並びます。" }
        } @else {
            p { "条件にあう申込みはありません。" a href="/applications" { "条件をすべて外す" } }
        }
    }
}

fn chips(page: &ListPage) -> Markup {
    let f = &page.filter;
    let mut chips: Vec<(&str, String)> = vec![];
    if let Some(label) = &page.search {
        chips.push(("sid", format!("検索：{label}")));
    }
    if let Some((_, label)) = PERIODS.iter().find(|(word, _)| *word == f.period) {
        let text = if f.period == "range" {
            format!("{}〜{}", f.from, f.to)
        } else {
            (*label).to_owned()
        };
        chips.push(("period", format!("受付した日：{text}")));
    }
    if let Some((_, label, _)) = RESULTS.iter().find(|(word, _, _)| *word == f.result) {
        chips.push(("result", format!("結果：{label}")));
    }
    if let Some(bank) = page.institutions.iter().find(|i| i.code == f.institution) {
        chips.push(("institution", format!("金融機関：{}", bank.name)));
    }
    if f.attention {
        chips.push(("attention", "要対応だけ".to_owned()));
    }
    html! {
        @if !chips.is_empty() { ul class="chips" {
            @for (name, text) in &chips { li class="chip" {
                a href={ "/applications?" (f.without(name).query()) } { (text) span aria-hidden="true" { " ×" } span class="vh" { "を外す" } }
            } }
        } }
    }
}

fn table(page: &ListPage) -> Markup {
    let query = page.filter.query();
    let sorted = |name: &str| match (name, page.filter.order.as_str()) {
        ("confirmed", "") => Some("descending"),
        ("confirmed", "oldest") => Some("ascending"),
        ("decided", "decided") => Some("descending"),
        _ => None,
    };
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="一覧表" {
            table class="table table--wide table--dense" {
                caption class="vh" { "受付結果の一覧" }
                thead { tr {
                    th scope="col" { "受付番号" }
                    th scope="col" aria-sort=[sorted("confirmed")] { (sort_link(page, "受付", if page.filter.order.is_empty() { "oldest" } else { "" })) }
                    th scope="col" { "使用者" }
                    th scope="col" { "金融機関" }
                    th scope="col" { "結果" }
                    th scope="col" aria-sort=[sorted("decided")] { (sort_link(page, "結果の日時", "decided")) }
                } }
                tbody { @for row in &page.rows { tr {
                    th scope="row" class="mono" { a href={ "/applications/" (row.id) "?" (query) } { (row.receipt) } }
                    td data-label="受付" class="time" { (stamp(row.confirmed_at)) }
                    td data-label="使用者" { (row.name) }
                    td data-label="金融機関" { (row.institution) }
                    td data-label="結果" { (tag(row.state)) @if let Some(why) = row.attention { " " span class="tag tag--look" { (why.label()) } } @if !row.reason.is_empty() { " " (row.reason) } }
                    td data-label="結果の日時" class="time" { (stamp(row.decided_at)) }
                } } }
            }
        }
    }
}

/// The head of a column that orders the list; pressed again, 「受付」 turns round.
fn sort_link(page: &ListPage, label: &str, order: &str) -> Markup {
    let filter = Filter {
        order: order.to_owned(),
        ..page.filter.clone()
    };
    html! { a href={ "/applications?" (filter.query()) } { (label) } }
}

/// A row of the file for a spreadsheet.
pub fn cells(row: Row) -> [String; 6] {
    let time = |at: Option<chrono::NaiveDateTime>| {
        at.map_or(String::new(), |at| jst(at).format("%Y-%m-%d %H:%M:%S").to_string())
    };
    [
        row.receipt,
        time(row.confirmed_at),
        row.institution,
        row.state.label().to_owned(),
        row.reason.to_string(),
        time(row.decided_at),
    ]
}

fn pager(page: &ListPage) -> Markup {
    let first = page.rows.first().and_then(|row| row.place.as_ref());
    let last = page.rows.last().and_then(|row| row.place.as_ref());
    let link = |name: &'static str, place: &crate::enrolment::store::Cursor| {
        format!(
            "/applications?{}",
            page.filter.query_with(&[(name, cursor_word(place))])
        )
    };
    html! {
        nav class="pager noprint" aria-label="ページ" {
            @if let (true, Some(place)) = (page.before, first) { a class="button button--secondary" href=(link("before", place)) { "前の50件" } }
            @if let (true, Some(place)) = (page.after, last) { a class="button button--secondary" href=(link("after", place)) { "次の50件" } }
        }
    }
}

fn save_form(filter: &Filter) -> Markup {
    html! {
        details class="details noprint" {
            summary { "いまの条件をビューとして保存" }
            form class="inline" method="post" action="/applications/views" {
                input type="hidden" name="list" value=(filter.query());
                label for="view_name" { "ビューの名前" }
                input class="input input--w12" type="text" id="view_name" name="name" autocomplete="off";
                button class="button button--secondary" type="submit" { "保存する" }
            }
        }
    }
}
