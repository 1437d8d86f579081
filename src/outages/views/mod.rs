//! The pages of planned outages.
mod show;

pub use show::show;

use super::{model::State, path_of, store::Outage};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading, only_waiting},
    institutions::Institution,
    web::{
        FormBody, Site,
        document::Document,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

/// The part of the navigation that the pages belong to.
const PART: &str = "/incidents";
const TITLE: &str = "停止予定";
const ALL: &str = "/outages";

fn tag(state: State) -> Markup {
    let look = match state {
        State::Proposed | State::Begun => "tag tag--look",
        State::Approved | State::Ended => "tag tag--good",
        State::Refused | State::Withdrawn => "tag",
    };
    html! { span class=(look) { (state.label()) } }
}

/// Outages with their scope, the newest first.
pub fn index(site: &Site, staff: &Staff, list: &[(String, Outage)], waiting: bool) -> Markup {
    let (open, over): (Vec<_>, Vec<_>) = list.iter().partition(|(_, outage)| outage.state.is_open());
    let main = html! {
        (heading(TITLE))
        p { "計画した停止を提案し、2人目の承認を受けて、申込者に知らせます。毎月くり返す休止は「" a href="/institutions" { "金融機関・休止の予定" } "」で登録します。" }
        @if staff.may(Permission::PlanOutages) { p { a class="button" href="/outages/new" { "停止を提案する" } } }
        @if waiting { (only_waiting("承認待ちの停止予定", ALL)) }
        h2 { "これからの停止" }
        @if open.is_empty() { p { "0件です（確認済み）。" } }
        @else { (table("これからの停止", &open)) }
        @if !over.is_empty() { h2 { "終わった停止" } (table("終わった停止", &over)) }
    };
    ConsolePage::new(TITLE, PART, main)
        .crumbs(&[("障害・連絡", PART)])
        .render(site, staff)
}

fn table(caption: &str, list: &[&(String, Outage)]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table class="table table--dense" {
                caption class="vh" { (caption) }
                thead { tr {
                    th scope="col" { "番号" } th scope="col" { "止める範囲" } th scope="col" { "始まり" } th scope="col" { "終わり" } th scope="col" { "状態" }
                } }
                tbody { @for (scope, outage) in list { tr {
                    th scope="row" { a href=(path_of(&outage.id)) { "第" (outage.no) "号" } }
                    td { (scope) }
                    td { (when(outage.starts_at)) }
                    td { (when(outage.ends_at)) }
                    td { (tag(outage.state)) }
                } } }
            }
        }
    }
}

pub fn new(site: &Site, staff: &Staff, all: &[Institution], typed: &FormBody, errors: &[FieldError]) -> Markup {
    let text = |name: &'static str, label: &'static str, hint: &'static str| TextField {
        name,
        label,
        hint,
        value: typed.get(name),
        width: "w20",
        autocomplete: "off",
        ..Default::default()
    };
    let area = |name, label, hint, rows| ui::text_area(name, label, hint, typed.get(name), rows, errors);
    let has_error = FieldError::of(errors, "institution").is_some();
    let main = html! {
        (ui::error_summary(errors))
        (heading("停止を提案する"))
        p { "ほかの人が承認すると、申込者の画面に出ます。承認されるまでは、何も表示しません。" }
        form class="form" method="post" action=(ALL) novalidate {
            (area("work", "作業の内容", "何を、どの手順で行うか", 4))
            div class={ "field" @if has_error { " field--error" } } {
                label for="institution" { "止める範囲" }
                (ui::error_message("institution", errors))
                select class="input" id="institution" name="institution" aria-describedby=[has_error.then_some("institution-error")] {
                    option value="" { "サービス全体" }
                    @for i in all { option value=(i.code) selected[i.code == typed.get("institution")] { (i.name) } }
                }
            }
            (text("starts_at", "始まり", "例：2026-12-06 01:00").render(errors))
            (text("ends_at", "終わり", "例：2026-12-06 05:00").render(errors))
            (area("notice", "申込者へのお知らせ", "申込みの画面に表示します。人の名前や番号は書きません。例：機器の点検のため", 2))
            (area("effect", "影響", "だれが、何をできなくなるか", 3))
            (area("way_back", "切戻しの方法", "うまくいかないとき、いつまでに、どうやって元にもどすか", 3))
            (ui::submit("提案する"))
        }
    };
    ConsolePage::new("停止を提案する", PART, main)
        .crumbs(&[("障害・連絡", PART), (TITLE, ALL)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// The record for the printer.
pub fn record(site: &Site, staff: &Staff, outage: &Outage, document: &Document) -> Markup {
    let (path, name) = (path_of(&outage.id), format!("第{}号", outage.no));
    let main = html! {
        (heading(&document.title))
        p class="onlyprint" { (site.bureau.name) }
        (document.markup())
        div class="actions noprint" {
            button class="button button--secondary" type="button" data-print { "印刷する（PDFにもできます）" }
            a class="button button--secondary" href={ (path) "/record/word" } { "Wordのファイルを受け取る" }
        }
    };
    ConsolePage::new(&document.title, PART, main)
        .crumbs(&[("障害・連絡", PART), (TITLE, ALL), (&name, &path)])
        .render(site, staff)
}
