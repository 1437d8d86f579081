use super::{day, findings};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading, only_waiting},
    config::Deliveries,
    deliveries::{
        pages::{FullDelivery, Loaded},
        store::Version,
    },
    tasks::{self, Task},
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

fn maker(name: &str) -> &str {
    match name {
        "system" => "自動",
        name => name,
    }
}

fn kind(d: &FullDelivery) -> String {
    match d.delivery.reissue_of {
        Some(no) => format!("第{no}号の再作成"),
        None if d.made_by == "system" => "定時".into(),
        None => "臨時".into(),
    }
}

/// The files of the page.
pub struct Listed<'a> {
    pub list: &'a [FullDelivery],
    /// Whether there are more.
    pub more: bool,
    /// Only those that nobody has downloaded.
    pub waiting: bool,
}

/// The files; what is being made at this moment stands above them.
pub fn deliveries(
    site: &Site,
    staff: &Staff,
    shown: &Listed,
    open: &[(&tasks::Kind, Vec<Task>)],
    times: &Deliveries,
) -> Markup {
    let Listed { list, more, waiting } = *shown;
    let main = html! {
        (heading("還元データ"))
        p class="lead" { "営業日の" (times.cut) "に、それまでに決まった結果と訂正をまとめます。" (times.alarm) "までにだれもダウンロードしないと警報が出ます。" }
        @if staff.may(Permission::DownloadDeliveries) {
            form method="post" action="/deliveries" { button class="button button--secondary" type="submit" { "いままでの結果を、臨時にまとめる" } }
        }
        @for (kind, open) in open { (tasks::open_tasks(kind, open)) }
        p { a href="/layouts" { "レイアウトを見る・変える" } }
        @if waiting { (only_waiting("未ダウンロードの還元データ", "/deliveries")) }
        @if waiting && list.is_empty() {
            p { "0件（確認済み）" }
        } @else if list.is_empty() {
            p { "まだ還元データはありません。つぎの営業日の" (times.cut) "に、はじめの1つができます。" }
        } @else {
            div class="scroll" tabindex="0" role="region" aria-label="還元データの一覧" {
                table class="table table--wide table--dense" {
                    caption class="vh" { "還元データの一覧（新しい順）" }
                    thead { tr {
                        th scope="col" { "号" } th scope="col" { "営業日" } th scope="col" { "種類" } th scope="col" { "件数" }
                        th scope="col" { "書けない文字など" } th scope="col" { "ダウンロード" }
                    } }
                    tbody { @for d in list { tr {
                        th scope="row" { a href={ "/deliveries/" (d.delivery.no) } { "第" (d.delivery.no) "号" } }
                        td data-label="営業日" class="time" { (day(d.delivery.day)) }
                        td data-label="種類" { (kind(d)) @for no in &d.reissues { " " span class="tag" { "第" (no) "号に再作成" } } }
                        td data-label="件数" class="number" { (d.delivery.row_count) }
                        td data-label="書けない文字など" class="number" { (d.delivery.findings) }
                        td data-label="ダウンロード" { (state(d)) }
                    } } }
                }
            }
        }
        @if let (true, Some(last)) = (more, list.last()) {
            nav class="pager" aria-label="ページ" { a class="button button--secondary" href={ "/deliveries?below=" (last.delivery.no) } { "前の50件" } }
        }
        @if !list.is_empty() { (ui::print_button()) }
    };
    ConsolePage::new("還元データ", "/deliveries", main).render(site, staff)
}

fn state(d: &FullDelivery) -> Markup {
    let newest = d.downloads.iter().find(|(_, what, _)| what != "report");
    html! {
        @match newest {
            Some((who, _, at)) => { (who) "　" (when(*at)) },
            None if !d.has_file => { "ファイルなし" },
            None => { span class="tag tag--look" { "未ダウンロード" } },
        }
    }
}

pub fn delivery(site: &Site, staff: &Staff, loaded: &Loaded, errors: &[FieldError]) -> Markup {
    let d = &loaded.file;
    let (no, file) = (d.delivery.no, &d.delivery);
    let title = format!("還元データ 第{no}号");
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        dl class="summary summary--dense" {
            (ui::summary_row("営業日", &day(file.day), None))
            (ui::summary_row("種類", &kind(d), None))
            (ui::summary_row("作成", &format!("{}　{}", when(file.made_at), maker(&d.made_by)), None))
            (ui::summary_row("ファイル名", &file.file_name, None))
            (ui::summary_row("件数", &format!("{}件", file.row_count), None))
            @if loaded.left_out > 0 { (ui::summary_row("レイアウトが書き出さない結果", &format!("{}件（渡し済みとして数えます）", loaded.left_out), None)) }
            (ui::summary_row("大きさ", &format!("{}バイト", file.bytes), None))
            (ui::summary_row("チェックサム（SHA-256）", &file.sha256, None))
            (ui::summary_row("レイアウト", &format!("第{}版", d.layout_version), None))
        }
        (twins(d))
        @if !d.has_file { p class="notice" { "この号に、渡すファイルはありません。レイアウトは、0件のファイルを作らない決まりです。" } }
        @if file.findings > 0 {
            div class="notice notice--warning" {
                h2 { "そのまま書けなかったものが" (file.findings) "件あります" }
                p { "どの行の、どの項目の、どの文字を、何に置きかえたかの一覧です。取り込む前に確かめてください。" }
                @if staff.may(Permission::ReadApplications) { (findings::table(&loaded.reported, file.findings.unsigned_abs())) }
                @if staff.may(Permission::DownloadDeliveries) { p { a href={ "/deliveries/" (no) "/report" } { "文字の一覧をダウンロードする" } } }
            }
        }
        @if staff.may(Permission::DownloadDeliveries) { (actions(d, &loaded.versions, errors)) }
        h2 { "ダウンロードした人" }
        @if d.downloads.is_empty() { p { "まだだれもダウンロードしていません。" } }
        ul { @for (who, what, at) in &d.downloads { li { (when(*at)) "　" (who) "　" (what_label(what)) } } }
    };
    ConsolePage::new(&title, "/deliveries", main)
        .crumbs(&[("還元データ", "/deliveries")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// The numbers that hold the same results.
fn twins(d: &FullDelivery) -> Markup {
    let link = |no: i64| html! { a href={ "/deliveries/" (no) } { "第" (no) "号" } };
    html! {
        @if let Some(original) = d.delivery.reissue_of { p { "もとの還元データ：" (link(original)) } }
        @if !d.reissues.is_empty() { p { "この号の再作成：" @for no in &d.reissues { (link(*no)) " " } } }
        @if d.delivery.reissue_of.is_some() || !d.reissues.is_empty() {
            p class="notice notice--warning" { "中の結果は同じです。両方を取り込むと、二重になります。どちらか1つだけを取り込んでください。" }
        }
    }
}

fn what_label(what: &str) -> &'static str {
    match what {
        "report" => "文字の一覧",
        "encrypted" => "暗号化したファイル",
        _ => "ファイル",
    }
}

fn actions(d: &FullDelivery, versions: &[Version], errors: &[FieldError]) -> Markup {
    let no = d.delivery.no;
    html! {
        @if d.has_file { (copies(no, errors)) }
        (again(no, versions))
    }
}

fn copies(no: i64, errors: &[FieldError]) -> Markup {
    html! {
        div class="actions noprint" { a class="button" href={ "/deliveries/" (no) "/file" } { "ダウンロードする" } }
        details class="details noprint" open[!errors.is_empty()] {
            summary { "暗号化して持ち出す（USBメモリなど）" }
            form class="form" method="post" action={ "/deliveries/" (no) "/encrypted" } {
                (TextField { name: "passphrase", label: "パスフレーズ", hint: "12文字以上。受け取る人へは、ファイルとは別の方法で伝えてください。保存されません", width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
                button class="button button--secondary" type="submit" { "AES-256のZIPをダウンロードする" }
            }
        }
    }
}

fn again(no: i64, versions: &[Version]) -> Markup {
    html! {
        details class="details noprint" {
            summary { "別のレイアウトで作り直す" }
            form class="form" method="post" action={ "/deliveries/" (no) "/reissues" } {
                p class="hint" { "新しい号になり、この号とつながります。この号のファイルは変わりません" }
                div class="field" {
                    label for="version" { "レイアウト" }
                    select class="input" id="version" name="version" {
                        @for v in versions { option value=(v.id) { "第" (v.version) "版 " (v.note) } }
                    }
                }
                button class="button button--secondary" type="submit" { "作り直す" }
            }
        }
    }
}
