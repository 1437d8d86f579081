use super::{ALL, PART, TITLE, tag};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    clock::jst,
    outages::{model::State, pages::Shown, path_of},
    web::{
        FormBody, Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

/// What every part of the page needs.
struct Part<'a> {
    s: &'a Shown,
    path: String,
    typed: &'a FormBody,
    errors: &'a [FieldError],
}

pub fn show(site: &Site, staff: &Staff, s: &Shown, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let title = format!("停止予定 第{}号", s.outage.no);
    let part = Part {
        s,
        path: path_of(&s.outage.id),
        typed,
        errors,
    };
    let plans = staff.may(Permission::PlanOutages);
    let main = html! {
        (ui::error_summary(errors))
        div class="title-row" { (heading(&title)) (tag(s.outage.state)) }
        (facts(s))
        p { a href={ (part.path) "/record" } { "記録を見る・印刷する" } }
        @match s.outage.state {
            State::Proposed => (decision(&part, staff)),
            State::Approved => @if plans { (begin(&part)) },
            State::Begun => @if plans { (going_on(&part)) },
            State::Refused | State::Withdrawn | State::Ended => {}
        }
        @if plans && matches!(s.outage.state, State::Proposed | State::Approved) { (withdrawal(&part)) }
        h2 { "経過" }
        (steps(s))
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("障害・連絡", PART), (TITLE, ALL)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn facts(s: &Shown) -> Markup {
    let (outage, words) = (&s.outage, &s.words);
    let shown = if s.is_announced {
        "出ています"
    } else {
        "出ていません"
    };
    html! {
        dl class="summary summary--dense" {
            (ui::summary_row("止める範囲", &s.scope, None))
            (ui::summary_row("始まり", &when(outage.starts_at), None))
            (ui::summary_row("終わり", &when(outage.ends_at), None))
            @if let Some(at) = outage.begun_at { (ui::summary_row("作業の始まり", &when(at), None)) }
            @if let Some(at) = outage.ended_at { (ui::summary_row("作業の終わり", &when(at), None)) }
            (ui::summary_row("申込者の画面の表示", shown, None))
            @for (label, text) in [
                ("作業の内容", &words.work), ("申込者へのお知らせ", &words.notice), ("影響", &words.effect), ("切戻しの方法", &words.way_back),
            ] { div class="summary__row" { dt { (label) } dd class="pre" { (text) } } }
        }
    }
}

fn decision(p: &Part, staff: &Staff) -> Markup {
    let is_own = p.s.outage.proposed_by == staff.word();
    html! {
        h2 { "承認" }
        @if staff.may(Permission::ApproveOutages) && !is_own {
            p { "承認すると、申込者の画面に停止の予定が出ます。" }
            form class="form" method="post" action={ (p.path) "/decision" } novalidate {
                (ui::text_area("reason", "理由", "却下するときは、必ず書きます", p.typed.get("reason"), 2, p.errors))
                div class="actions" {
                    button class="button" type="submit" name="decision" value="approve" { "承認する" }
                    button class="button button--secondary" type="submit" name="decision" value="refuse" { "却下する" }
                }
            }
        } @else { p id="decision" { "ほかの人の承認を待っています。" } }
    }
}

fn begin(p: &Part) -> Markup {
    html! {
        h2 { "作業の始まり" }
        (ui::error_message("begin", p.errors))
        @if p.s.outage.starts_at > p.s.now && p.errors.is_empty() {
            p { "予定の日時になったら、始まりを記録できます。始まる24時間前から、警報でお知らせします。" }
        } @else {
            form method="post" action={ (p.path) "/begin" } { div class="actions" {
                button class="button" id="begin" type="submit" { "作業を始めた" }
            } }
        }
    }
}

fn going_on(p: &Part) -> Markup {
    let (outage, typed) = (&p.s.outage, p.typed);
    let planned = jst(outage.ends_at).format("%Y-%m-%d %H:%M").to_string();
    html! {
        h2 { "作業の終わり" }
        @if outage.ends_at <= p.s.now {
            p class="notice" { "予定の終わりを過ぎたので、受付を再開しています。まだ使えないときは、" a href="/incidents/new" { "障害を登録" } "して、受付を止めてください。" }
        } @else { p { "予定より早く終わったときは、すぐに受付を再開します。" } }
        form class="form" method="post" action={ (p.path) "/end" } novalidate {
            (ui::text_area("outcome", "作業の結果", "したこと、確かめたこと、切戻しの有無", typed.get("outcome"), 3, p.errors))
            (ui::submit("作業を終えた"))
        }
        @if outage.ends_at > p.s.now { details class="details" open[typed.has("until")] {
            summary { "終わりを延ばす" }
            form class="form" method="post" action={ (p.path) "/extension" } novalidate {
                input type="hidden" name="planned" value=(planned);
                (TextField { name: "until", label: "新しい終わり", hint: &format!("例：2026-12-06 06:00。{}まで延ばせます。申込者の画面の表示も変わります", when(outage.longest())), value: typed.get("until"), width: "w20", autocomplete: "off", ..Default::default() }.render(p.errors))
                (ui::text_area("why", "延長の理由", "", typed.get("why"), 2, p.errors))
                (ui::submit("延長する"))
            }
        } }
    }
}

fn withdrawal(p: &Part) -> Markup {
    html! {
        details class="details" open[p.typed.has("withdrawal")] {
            summary { "取り下げる" }
            form class="form" method="post" action={ (p.path) "/withdrawal" } novalidate {
                (ui::text_area("withdrawal", "取下げの理由", "申込者の画面の表示も消します", p.typed.get("withdrawal"), 2, p.errors))
                (ui::submit("停止を取り下げる"))
            }
        }
    }
}

fn steps(s: &Shown) -> Markup {
    html! {
        ul class="rows" { @for (step, by) in s.steps.iter().rev() { li class="rows__item" {
            div {
                p { span class="tag" { (step.kind.label()) } "　" (when(step.at)) "　" (by) }
                @if !step.words.is_empty() { p class="pre" { (step.words) } }
            }
        } } }
    }
}
