use super::{stamp, tag};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    clock::jst,
    enrolment::{
        desk::{
            Filter, ListPage,
            filter::{ORDERS, PERIODS, RESULTS, cursor_word, span_pairs},
        },
        receipt,
        store::{Density, Line, Order},
    },
    institutions::Institution,
    web::{
        Site,
        ui::{self, TextField},
    },
};
use maud::{Markup, html};

pub fn list(site: &Site, staff: &Staff, page: &ListPage) -> Markup {
    let errors = page.filter.errors();
    let main = html! {
        (ui::error_summary(&errors))
        (heading("受付結果"))
        (search_box())
        @if !page.saved.is_empty() { (saved(page)) }
        (filters(page))
        (result(staff, page))
        @if staff.may(Permission::ApproveCorrections) || staff.may(Permission::HandleApplications) {
            p { a href="/corrections" { "承認待ちの訂正を見る" } }
        }
        (ui::print_button())
    };
    ConsolePage::new("受付結果", "/applications", main)
        .htmx()
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn search_box() -> Markup {
    html! {
        form class="find" method="post" action="/applications/searches" role="search" {
            (TextField {
                name: "q",
                label: "さがす",
                hint: "受付番号・お問い合わせ番号はその申込みが開きます。電話番号、お名前（カナの先頭。姓と名のあいだは空ける）でも探せます",
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
            @let errors = f.errors();
            div class={ "field filters__range" @if !errors.is_empty() { " field--error" } } {
                label for="from" { "期間の指定" }
                (ui::error_message("from", &errors))
                (ui::error_message("to", &errors))
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
            div class="title-row" {
                p role="status" class="count" { (count_line(page)) }
                @if !page.rows.is_empty() { (density(page)) }
            }
            @if page.filter.order() == Order::Decided {
                p class="hint" { "結果の日時の順には、結果の出た申込みだけが並びます。" (sort_link(page, "受付の順で見る", "")) }
            }
            @if page.rows.is_empty() { (nothing(page)) } @else { (table(page)) (pager(page)) }
            @if page.count > 0 && staff.may(Permission::DownloadDeliveries) {
                p class="noprint" {
                    a href={ "/applications/export?" (page.filter.query()) } { "この条件でCSVを出力（" (counted(page)) "）" }
                    "　" a href="/exports" { "これまでの出力を見る" }
                }
            }
            @if !page.filter.without("sid").pairs().is_empty() { (save_form(&page.filter)) }
        }
    }
}

/// 「10,000」
fn most(page: &ListPage) -> String {
    format!("{},000", page.most_counted / 1000)
}

/// 「128件」
fn counted(page: &ListPage) -> String {
    match page.count {
        n if n >= page.most_counted => format!("{}件以上", most(page)),
        n => format!("{n}件"),
    }
}

/// 「51〜100件／全128件」
fn count_line(page: &ListPage) -> String {
    let all = counted(page);
    let (from, to) = (page.earlier + 1, page.earlier + page.rows.len() as i64);
    match (page.count, page.rows.len()) {
        (0, _) => "0件（確認済み）".into(),
        (_, 0) => format!("全{all}"),
        (_, n) if page.earlier >= page.most_counted => format!("{}件より後の{n}件／全{all}", most(page)),
        _ => format!("{from}〜{to}件／全{all}"),
    }
}

/// How close the rows stand; a form, so that it needs no script.
fn density(page: &ListPage) -> Markup {
    let list = page.filter.query_with(&span_pairs(&page.span));
    html! {
        form class="inline noprint density" method="post" action="/applications/density" {
            input type="hidden" name="list" value=(list);
            span id="density_label" { "行の間隔" }
            div class="inline" role="group" aria-labelledby="density_label" {
                @for (density, label) in [(Density::Standard, "標準"), (Density::Close, "詰める")] {
                    button class="small" type="submit" name="density" value=(density.as_str()) aria-pressed=(density == page.density) { (label) }
                }
            }
        }
    }
}

fn nothing(page: &ListPage) -> Markup {
    html! {
        @if page.count > 0 {
            p { "このページに申込みはありません。" a href={ "/applications?" (page.filter.query()) } { "一覧のはじめを見る" } }
        } @else if let Some(wrong) = page.filter.errors().first() {
            // Beside a list that is drawn anew by itself, the field keeps its place and says nothing yet.
            p class="error-message" { span class="vh" { "エラー：" } (wrong.message) }
        } @else if page.filter.pairs().is_empty() {
            p { "まだ申込みはありません。申込みがあると、ここに並びます。" }
        } @else {
            p { "条件にあう申込みはありません。" a href="/applications" { "条件をすべて外す" } }
            @if page.search.is_some() { p { "お名前で探すときは、姓と名のあいだを空けます（例：ヤマダ タロウ）。" } }
        }
    }
}

/// The filters that are on: their names and what they are in words. `search` is what was searched, in words without data.
pub fn chips_of(f: &Filter, institutions: &[Institution], search: Option<&str>) -> Vec<(&'static str, String)> {
    let mut chips: Vec<(&str, String)> = vec![];
    if let Some(label) = search {
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
    if let Some(bank) = institutions.iter().find(|i| i.code == f.institution) {
        chips.push(("institution", format!("金融機関：{}", bank.name)));
    }
    if f.attention {
        chips.push(("attention", "要対応だけ".to_owned()));
    }
    chips
}

fn chips(page: &ListPage) -> Markup {
    let f = &page.filter;
    let chips = chips_of(f, &page.institutions, page.search.as_deref());
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
            table class={ "table table--wide table--dense" @if page.density == Density::Close { " table--close" } } {
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
                    td data-label="結果" { (tag(row.state)) @for why in &row.attention { " " span class="tag tag--look" { (why.label()) } } @if !row.reason.is_empty() { " " (row.reason) } }
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

/// The columns of the file for a spreadsheet.
pub const HEADER: [&str; 7] = [
    "受付番号",
    "受付日時",
    "金融機関",
    "結果",
    "理由",
    "結果の日時",
    "出力番号",
];

/// A row of it. The number says to whom it was given, wherever the row turns up.
pub fn cells(line: &Line, institution: String, reason: String, number: i64) -> [String; 7] {
    let time = |at: Option<chrono::NaiveDateTime>| {
        at.map_or(String::new(), |at| jst(at).format("%Y-%m-%d %H:%M:%S").to_string())
    };
    [
        line.receipt_number.as_deref().map(receipt::display).unwrap_or_default(),
        time(line.confirmed_at),
        institution,
        line.state.label().to_owned(),
        reason,
        time(line.decided_at),
        number.to_string(),
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
