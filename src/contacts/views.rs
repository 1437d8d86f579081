use super::{
    Band,
    pages::{Chart, Form},
};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

pub fn index(site: &Site, staff: &Staff, chart: &Chart, typed: &Form, errors: &[FieldError]) -> Markup {
    let is_now = chart.day.is_none();
    let may = is_now && staff.may(Permission::ManageContacts);
    let main = html! {
        (ui::error_summary(errors))
        (heading("連絡体制"))
        @match chart.day {
            None => p class="lead" { "障害や事故のとき、上から順に電話します。いまは「" (chart.now.label()) "」です。" },
            Some(day) => p class="notice" { (day) " の終わりの連絡体制です。" a href="/contacts" { "いまの連絡体制を見る" } },
        }
        p class="hint" { "日中は、問合せの受付の時間です（ふだんは" (chart.usual.0.format("%H:%M")) "から" (chart.usual.1.format("%H:%M")) "まで）。" }
        @for band in Band::ALL {
            h2 { (band.label()) @if is_now && *band == chart.now { " " span class="tag tag--good" { "いま" } } }
            (lines(chart, *band, may))
        }
        @if may { (new_line(typed, errors)) }
        form class="find" method="get" action="/contacts" {
            (TextField { name: "day", label: "以前の連絡体制を見る", hint: "例：2026-11-01", width: "w12", autocomplete: "off", ..Default::default() }.render(&[]))
            button class="button button--secondary" type="submit" { "表示する" }
        }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("連絡体制", "/incidents", main)
        .crumbs(&[("障害・連絡", "/incidents")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn lines(chart: &Chart, band: Band, may: bool) -> Markup {
    let of_band: Vec<_> = chart.lines.iter().filter(|(c, _)| c.band == band).collect();
    html! {
        @if of_band.is_empty() { p { "連絡先は0件です。" @if may { "下の欄から加えてください。" } } }
        @else { div class="scroll" tabindex="0" role="region" aria-label={ "連絡先：" (band.label()) } {
            table class="table table--dense" {
                caption class="vh" { "連絡先：" (band.label()) }
                thead { tr {
                    th scope="col" { "順番" } th scope="col" { "組織" } th scope="col" { "氏名・窓口" } th scope="col" { "電話" } th scope="col" { "登録" }
                    @if may { th scope="col" class="noprint" { "操作" } }
                } }
                tbody { @for (c, by) in of_band { tr {
                    th scope="row" class="number" { (c.position) }
                    td data-label="組織" { (c.organisation) }
                    td data-label="氏名・窓口" { (c.name) }
                    td data-label="電話" class="time" { (c.phone) }
                    td data-label="登録" { (when(c.added_at)) "　" (by) }
                    @if may { td class="noprint" {
                        form method="post" action={ "/contacts/" (c.id) "/removal" } { button class="small" type="submit" { "外す" span class="vh" { "：" (c.organisation) " " (c.position) "番" } } }
                    } }
                } } }
            }
        } }
    }
}

fn new_line(typed: &Form, errors: &[FieldError]) -> Markup {
    let choices = Band::ALL.iter().map(|band| ui::Choice {
        value: band.as_str(),
        label: band.label(),
        note: "",
    });
    html! {
        details class="details noprint" open[!errors.is_empty()] {
            summary { "連絡先を加える" }
            form class="form" method="post" action="/contacts" novalidate {
                (ui::choices("band", "時間帯", "", &typed.band, &choices.collect::<Vec<_>>(), errors))
                (TextField { name: "position", label: "順番", hint: "1がはじめに電話する相手です", value: &typed.position, width: "w4", mode: "numeric", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "organisation", label: "組織", hint: "例：水道局 業務課、保守会社", value: &typed.organisation, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "name", label: "氏名・窓口", value: &typed.name, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
                (TextField { name: "phone", label: "電話番号", hint: "例：0258-00-0000", value: &typed.phone, width: "w12", mode: "tel", autocomplete: "off", ..Default::default() }.render(errors))
                (ui::submit("連絡先を加える"))
            }
        }
    }
}
