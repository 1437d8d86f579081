use super::{
    pages::{Row, Sheet},
    store::{AGE, Check},
    word,
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    clock::jst,
    japan::date::weekday,
    operations::status::known,
    web::{
        FormBody, Site,
        ui::{self, FieldError, TextField, when},
    },
};
use chrono::Days;
use maud::{Markup, html};

pub fn index(site: &Site, staff: &Staff, sheet: &Sheet, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let week = |days: u64, back: bool| match back {
        true => sheet.monday - Days::new(days),
        false => sheet.monday + Days::new(days),
    };
    let title = format!("目視点検 {}の週", sheet.monday);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        p class="onlyprint" { (site.bureau.name) }
        @if staff.may(Permission::HandleIncidents) { (check_form(sheet, typed, errors)) }
        h2 { (sheet.monday) " から " (week(6, false)) " まで" }
        div class="scroll" tabindex="0" role="region" aria-label="目視点検の記録" {
            table class="table table--dense table--wide" {
                caption class="vh" { "目視点検の記録" }
                thead { tr { th scope="col" { "予定" } th scope="col" { "点検" } th scope="col" { "見た人" } th scope="col" { "異常" } th scope="col" { "見たもの" } th scope="col" { "そのときの数字" } } }
                tbody { @for row in &sheet.rows { (row_of(row)) } }
            }
        }
        nav class="pager noprint" aria-label="週" {
            a class="button button--secondary" href={ "/checks?week=" (week(7, true)) } { "前の週" }
            a class="button button--secondary" href={ "/checks?week=" (week(7, false)) } { "次の週" }
            button class="button button--secondary" type="button" data-print { "印刷する" }
        }
        p class="onlyprint" { "確認した人　　　　　　　　　　　　　確認した日　　　　年　　月　　日" }
    };
    ConsolePage::new(&title, "/status", main)
        .crumbs(&[("稼働状況", "/status")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn check_form(sheet: &Sheet, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let choices = [
        ui::Choice {
            value: "no",
            label: "異常なし",
            note: "",
        },
        ui::Choice {
            value: "yes",
            label: "異常あり",
            note: "障害を登録してください",
        },
    ];
    html! {
        form class="form noprint" method="post" action="/checks" novalidate {
            (which(sheet, typed, errors))
            (ui::choices("odd", "異常", "", typed.get("odd"), &choices, errors))
            (TextField { name: "seen", label: "見たもの", hint: "例：申込みの画面、稼働状況、サーバーのランプ", value: typed.get("seen"), width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit("点検を記録する"))
        }
        details class="details noprint" {
            summary { "いちばん新しい数字（点検に添えて記録します）" }
            @let (at, figures) = match &sheet.figures { Some((at, figures)) => (Some(*at), figures.as_slice()), None => (None, [].as_slice()) };
            @match at { Some(at) => p { (when(at)) " の数字です。5分おきに記録します。" }, None => p { "まだ数字がありません。5分おきに記録します。" } }
            dl class="summary summary--dense" { @for figure in figures { @if let Some((_, label, unit)) = known(&figure.name) {
                (ui::summary_row(&labelled(label, &figure.name), &unit.show(figure.value), None))
            } } }
        }
    }
}

/// For which time: the near one, or one that nobody has written down.
fn which(sheet: &Sheet, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let near = word(sheet.slot);
    if sheet.missed.is_empty() {
        return html! { input type="hidden" name="slot" value=(near); p { (when(sheet.slot)) " の点検として記録します。" } };
    }
    let all: Vec<(String, String, &str)> = std::iter::once((near.clone(), when(sheet.slot), ""))
        .chain(
            sheet
                .missed
                .iter()
                .map(|slot| (word(*slot), when(*slot), "まだ記録がありません")),
        )
        .collect();
    let choices: Vec<ui::Choice> = all
        .iter()
        .map(|(value, label, note)| ui::Choice { value, label, note })
        .collect();
    let chosen = match typed.get("slot") {
        "" => &near,
        typed => typed,
    };
    ui::choices("slot", "どの時刻の点検か", "", chosen, &choices, errors)
}

fn labelled(label: &str, name: &str) -> String {
    match name.split_once(':') {
        Some((_, of)) => format!("{label}（{of}）"),
        None => label.to_owned(),
    }
}

fn row_of(row: &Row) -> Markup {
    let local = jst(row.slot);
    let due = format!(
        "{}（{}）{}",
        local.format("%m/%d"),
        weekday(local.date()),
        local.format("%H:%M")
    );
    html! {
        @if row.checks.is_empty() { tr {
            th scope="row" class="time" { (due) }
            td data-label="点検" { @if row.is_over { "記録なし" } @else { "まだ" } }
            td colspan="2" {} td colspan="2" {}
        } }
        @for (check, by) in &row.checks { tr {
            th scope="row" class="time" { (due) }
            td data-label="点検" class="time" { (jst(check.at).format("%m/%d %H:%M")) }
            td data-label="見た人" class="short" { (by) }
            td data-label="異常" { @if check.is_odd { span class="tag tag--bad" { "あり" } } @else { "なし" } }
            td data-label="見たもの" class="what" { (check.seen) }
            td data-label="そのときの数字" class="what" { (figures_of(check)) }
        } }
    }
}

/// The figures in one line, in the order of the board; those of single institutions are left to the board.
fn figures_of(check: &Check) -> String {
    let mut list: Vec<(usize, String)> = check
        .figures
        .0
        .iter()
        .filter(|(name, _)| !name.contains(':') || name.starts_with("gateway_"))
        .filter_map(|(name, value)| {
            let (place, label, unit) = known(name)?;
            Some((place, format!("{label} {}", unit.show(*value))))
        })
        .collect();
    list.sort();
    let figures = list.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("、");
    match check.figures.0.get(AGE) {
        Some(minutes @ 1..) => format!("{minutes}分前：{figures}"),
        _ => figures,
    }
}
