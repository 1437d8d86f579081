use super::select;
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    inquiries::{
        desk::Improvements,
        store::{Improvement, ImprovementState, Origin},
    },
    web::{
        FormBody, Site,
        ui::{self, Choice, FieldError, TextField, choices, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/improvements";
const TITLE: &str = "改善の要望";

fn tag(state: ImprovementState) -> Markup {
    let kind = match state {
        ImprovementState::Done => " tag--good",
        ImprovementState::Asked => " tag--look",
        _ => "",
    };
    html! { span class={ "tag" (kind) } { (state.label()) } }
}

/// `/improvements`
pub fn improvements(
    site: &Site,
    staff: &Staff,
    list: &[Improvement],
    typed: &FormBody,
    errors: &[FieldError],
) -> Markup {
    let origins = Origin::ALL.iter().map(|o| (o.as_str(), o.label()));
    let main = html! {
        (ui::error_summary(errors))
        (heading(TITLE))
        @if list.is_empty() { p { "要望はまだありません。問合せやアンケートで聞いた要望を、ここに登録します。" } }
        @else {
            div class="scroll" tabindex="0" role="region" aria-label="要望の表" { table class="table table--dense" {
                caption class="vh" { "改善の要望の一覧" }
                thead { tr { th scope="col" { "要望" } th scope="col" { "状態" } th scope="col" { "対応した版" } th scope="col" { "登録" } } }
                tbody { @for i in list { tr {
                    th scope="row" { a href={ (PART) "/" (i.id) } { (i.title) } }
                    td data-label="状態" { (tag(i.state)) }
                    td data-label="対応した版" { (i.version.as_deref().unwrap_or("―")) }
                    td data-label="登録" { (when(i.made_at)) "　" (i.origin.label()) }
                } } }
            } }
        }
        @if staff.may(Permission::HandleInquiries) {
            h2 class="noprint" { "要望を登録する" }
            form class="form noprint" method="post" action=(PART) novalidate {
                (TextField { name: "title", label: "要望", hint: "80文字まで", value: typed.get("title"), width: "full", autocomplete: "off", ..Default::default() }.render(errors))
                (ui::text_area("body", "くわしい内容", "お名前や番号は書きません", typed.get("body"), 4, errors))
                (select("origin", "どこで聞いたか", typed.get("origin"), None, origins))
                (ui::submit("この要望を登録する"))
            }
        }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new(TITLE, PART, main)
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// `/improvements/{id}`
pub fn improvement(site: &Site, staff: &Staff, s: &Improvements, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let i = &s.improvement;
    let title = "要望の1件";
    let main = html! {
        (ui::error_summary(errors))
        (heading(title))
        p { strong { (i.title) } "　" (tag(i.state)) }
        p class="pre" { (i.body) }
        p { "登録　" (s.made_by) "　" (when(i.made_at)) "　" (i.origin.label()) }
        @if let (Some(by), Some(at)) = (&s.decided_by, i.decided_at) {
            p { "決定　" (by) "　" (when(at)) @if let Some(version) = &i.version { "　対応した版 " (version) } }
            p class="pre" { (i.reason) }
        }
        h2 { "要望した問合せ" }
        @if s.askers.is_empty() { p { "結び付いた問合せはありません。問合せの画面から結び付けられます。" } }
        ul { @for inquiry in &s.askers { li { a href={ "/inquiries/" (inquiry.id) } { (inquiry.shown_number()) } } } }
        @if staff.may(Permission::ManageSupport) && matches!(i.state, ImprovementState::Asked | ImprovementState::Planned) {
            (decision(i, typed, errors))
        }
    };
    ConsolePage::new(title, PART, main)
        .crumbs(&[(TITLE, PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn decision(i: &Improvement, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let states: Vec<Choice> = ImprovementState::ALL
        .iter()
        .filter(|s| **s != ImprovementState::Asked && **s != i.state)
        .map(|s| Choice {
            value: s.as_str(),
            label: s.label(),
            note: "",
        })
        .collect();
    html! {
        h2 { "決める" }
        form class="form" method="post" action={ (PART) "/" (i.id) "/decision" } novalidate {
            input type="hidden" name="rev" value=(i.rev);
            (choices("state", "決めたこと", "", typed.get("state"), &states, errors))
            (ui::text_area("reason", "理由と、要望した方に伝えること", "「対応済み」と「見送り」のとき、結び付いた問合せへの回答になります", typed.get("reason"), 4, errors))
            (TextField { name: "version", label: "対応した版", hint: "「対応済み」のとき", value: typed.get("version"), width: "w12", optional: true, autocomplete: "off", ..Default::default() }.render(errors))
            (ui::submit("この内容で決める"))
        }
    }
}
