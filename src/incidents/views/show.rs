use super::{PART, tag, touched};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    incidents::{
        model::State,
        pages::{Shown, mode_label},
        path_of,
    },
    institutions::Mode,
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
    let (i, title) = (&s.incident, format!("障害 第{}号", s.incident.no));
    let part = Part {
        s,
        path: path_of(&i.id),
        typed,
        errors,
    };
    let handles = staff.may(Permission::HandleIncidents);
    let goes_on = i.state != State::Closed;
    let main = html! {
        (ui::error_summary(errors))
        div class="title-row" { (heading(&title)) (tag(i.state)) @if i.is_accident { span class="tag tag--bad" { "個人情報" } } }
        p class="lead" { (i.title) }
        (facts(s))
        p {
            a href={ (part.path) "/report" } { "報告書を見る・印刷する" }
            @if staff.may(Permission::ReportAccidents) && i.is_accident { "　" a href={ (part.path) "/accident" } { "個人情報の事故の報告書" } }
        }
        @if i.state.is_burning() { (procedures()) }
        @if handles && goes_on { (progress(&part)) (correct(&part)) }
        h2 { "電話連絡" }
        (calls(&part, handles && goes_on))
        @if staff.may(Permission::SwitchService) && goes_on { (switches(&part)) }
        h2 { "原因と再発防止" }
        (causes(&part, handles))
        h2 { "経過" }
        (timeline(s))
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[("障害・連絡", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn facts(s: &Shown) -> Markup {
    let i = &s.incident;
    let names: Vec<&str> = s.institutions.iter().map(|(_, name)| name.as_str()).collect();
    let or = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
    html! {
        dl class="summary summary--dense" {
            (ui::summary_row("重大度", &format!("{}（{}）", i.severity.label(), i.severity.meaning()), None))
            (ui::summary_row("発生", &when(i.happened_at), None))
            @if let Some(at) = i.restored_at { (ui::summary_row("復旧", &when(at), None)) }
            @if let Some(at) = i.closed_at { (ui::summary_row("完了", &when(at), None)) }
            (ui::summary_row("影響する機能", &or(s.functions.join("、"), "なし"), None))
            (ui::summary_row("影響する金融機関", &or(names.join("、"), "なし"), None))
            @for alarm in &s.alarms { (ui::summary_row("警報", &alarm.message, None)) }
            @if let Some(at) = i.next_note_at { (ui::summary_row("次の経過を書く時刻", &format!("{}{}", when(at), if at <= s.now { "（過ぎています）" } else { "" }), None)) }
        }
    }
}

/// The written procedures, where they are needed (KS22).
fn procedures() -> Markup {
    html! {
        p class="notice" {
            "手順書：" a href="/procedures/procedure_emergency" { "緊急時" } "　" a href="/procedures/procedure_suspend" { "停止と縮退" } "　"
            a href="/procedures/procedure_hardware" { "機器の故障" } "　" a href="/procedures" { "すべての手順書" }
        }
    }
}

fn progress(p: &Part) -> Markup {
    let state = p.s.incident.state;
    let label = |to: State| match (state, to) {
        (State::Restored, State::Working) => "対応中にもどす",
        (_, State::Working) => "対応中にする",
        (_, State::Restored) => "復旧にする",
        _ => "完了にする",
    };
    html! {
        h2 { "経過を書く" }
        form class="form" method="post" action={ (p.path) "/notes" } novalidate {
            (ui::text_area("note", "経過", "わかったこと、したこと、次にすること", p.typed.get("note"), 3, p.errors))
            (ui::submit("経過を記録する"))
        }
        details class="details" open[!p.typed.get("to").is_empty()] {
            summary { "状態を変える（いまは「" (state.label()) "」）" }
            form class="form" method="post" action={ (p.path) "/state" } novalidate {
                (ui::text_area("words", "内容", "復旧にするときは、復旧の報告の内容です。運用担当と水道局に、復旧したことをメールで知らせます", p.typed.get("words"), 3, p.errors))
                div class="actions" { @for to in state.next() {
                    button class="button button--secondary" type="submit" name="to" value=(to.as_str()) { (label(*to)) }
                } }
            }
        }
    }
}

/// What was thought at first is often wrong.
fn correct(p: &Part) -> Markup {
    let is_typed = p.typed.has("seen");
    let form = if is_typed { p.typed } else { &p.s.touched };
    html! {
        details class="details" open[is_typed] {
            summary { "重大度と影響を直す" }
            form class="form" method="post" action={ (p.path) "/scope" } novalidate {
                input type="hidden" name="seen" value=(p.s.touched.get("seen"));
                (touched(&p.s.all, form, p.errors))
                (ui::submit("この内容に直す"))
            }
        }
    }
}

fn calls(p: &Part, may: bool) -> Markup {
    let s = p.s;
    let next = s.next.as_ref().and_then(|id| s.chart.iter().find(|c| c.id == *id));
    html! {
        p { "いまは「" (s.band.label()) "」です。" a href="/contacts" { "連絡体制を見る" } }
        @if s.chart.is_empty() { p { "この時間帯の連絡先は0件です。連絡体制に加えてください。" } }
        @if let Some(c) = next { section class="card" {
            h3 { "次に電話する相手" }
            p { strong { (c.organisation) "　" (c.name) } "　" strong class="time" { (c.phone) } }
            @if may { form class="form" method="post" action={ (p.path) "/calls" } novalidate {
                input type="hidden" name="contact" value=(c.id);
                (TextField { name: "call_note", label: "電話のメモ", value: p.typed.get("call_note"), width: "full", autocomplete: "off", optional: true, ..Default::default() }.render(p.errors))
                div class="actions" {
                    button class="button" type="submit" name="reached" value="yes" { "つながった" }
                    button class="button button--secondary" type="submit" name="reached" value="no" { "つながらない（次の人へ）" }
                }
            } }
        } }
        @else if !s.chart.is_empty() { p { "この時間帯の全員に連絡しました（確認済み）。" } }
        @if !s.calls.is_empty() { div class="scroll" tabindex="0" role="region" aria-label="電話連絡の記録" {
            table class="table table--dense" {
                caption class="vh" { "電話連絡の記録" }
                thead { tr { th scope="col" { "日時" } th scope="col" { "相手" } th scope="col" { "結果" } th scope="col" { "メモ" } th scope="col" { "かけた人" } } }
                tbody { @for (call, contact, by) in &s.calls { tr {
                    th scope="row" { (when(call.at)) }
                    td data-label="相手" { (contact.organisation) " " (contact.name) }
                    td data-label="結果" { @if call.reached { "つながった" } @else { "つながらない" } }
                    td data-label="メモ" { (call.note) }
                    td data-label="かけた人" { (by) }
                } } }
            }
        } }
    }
}

fn switches(p: &Part) -> Markup {
    let modes: Vec<ui::Choice> = Mode::ALL
        .iter()
        .map(|mode| ui::Choice {
            value: mode.as_str(),
            label: mode_label(*mode),
            note: "",
        })
        .collect();
    let chosen = match p.typed.get("mode") {
        "" => p.s.mode.mode.as_str(),
        typed => typed,
    };
    let said = match p.typed.has("announcement") {
        true => p.typed.get("announcement"),
        false => &p.s.mode.announcement,
    };
    let touched =
        p.s.institutions
            .first()
            .map(|(code, _)| code.as_str())
            .unwrap_or_default();
    let is_wrong = |field| FieldError::of(p.errors, field).is_some();
    let turns = p.typed.has("mode") || is_wrong("mode") || is_wrong("announcement");
    let (stop, open) = (p.typed.get("institution"), p.typed.has("until"));
    html! {
        h2 { "切替えとお知らせ" }
        p { "いまは「" (mode_label(p.s.mode.mode)) "」です。お知らせは、はじめの画面と停止の予定の画面に出ます。" }
        details class="details" open[turns] {
            summary { "サービスを切り替える、お知らせを出す" }
            form class="form" method="post" action={ (p.path) "/switch" } novalidate {
                (ui::choices("mode", "サービスの状態", "", chosen, &modes, p.errors))
                (ui::text_area("announcement", "申込者へのお知らせ", "空らんにすると、お知らせを消します", said, 2, p.errors))
                (ui::submit("切り替える"))
            }
        }
        details class="details" open[open] {
            summary { "金融機関を休止する" }
            form class="form" method="post" action={ (p.path) "/stops" } novalidate {
                div class="field" {
                    label for="institution" { "金融機関" }
                    select class="input" id="institution" name="institution" {
                        @for i in &p.s.all { option value=(i.code) selected[i.code == if stop.is_empty() { touched } else { stop }] { (i.name) } }
                    }
                }
                (TextField { name: "until", label: "再開の見込み", hint: "例：2026-11-25 18:00", value: p.typed.get("until"), width: "w20", autocomplete: "off", ..Default::default() }.render(p.errors))
                (TextField { name: "stop_reason", label: "理由", hint: "申込みの画面に表示します", value: p.typed.get("stop_reason"), width: "full", autocomplete: "off", ..Default::default() }.render(p.errors))
                (ui::submit("いまから休止する"))
            }
        }
        @if !p.s.stops.is_empty() { ul class="rows" { @for stop in &p.s.stops {
            @let name = p.s.all.iter().find(|i| stop.institution_code.as_deref() == Some(i.code.as_str())).map_or("", |i| i.name.as_str());
            li class="rows__item" {
                div { strong { (name) } p { (when(stop.ends_at)) " まで休止　" (stop.reason) } }
                form method="post" action={ (p.path) "/stops/" (stop.id) "/end" } { button class="button button--secondary" type="submit" { "受付を再開する" } }
            }
        } } }
    }
}

fn causes(p: &Part, may: bool) -> Markup {
    let (s, goes_on) = (p.s, p.s.incident.state != State::Closed);
    let cause = match p.typed.has("cause") {
        true => p.typed.get("cause"),
        false => s.cause.as_deref().unwrap_or_default(),
    };
    html! {
        h3 { "原因" }
        @match &s.cause { Some(cause) => p class="pre" { (cause) }, None => p { "調査中です。" } }
        @if may && goes_on { details class="details" open[s.cause.is_none() && s.incident.state == State::Restored] {
            summary { "原因を書く" }
            form class="form" method="post" action={ (p.path) "/cause" } novalidate {
                (ui::text_area("cause", "原因を書く", "", cause, 3, p.errors))
                (ui::submit("原因を記録する"))
            }
        } }
        h3 { "再発防止策" }
        @if s.measures.is_empty() { p { "まだ0件です。" } }
        @else { ul class="rows" { @for m in &s.measures { li class="rows__item" {
            div {
                p class="pre" { (m.body) }
                p class="hint" { (m.unit) "　期限 " (m.due) @match m.done_at { Some(at) => { "　完了 " (when(at)) }, None => { "　未了" } } }
            }
            @if may && m.done_at.is_none() {
                form method="post" action={ (p.path) "/measures/" (m.id) "/completion" } { button class="button button--secondary" type="submit" { "終わった" } }
            }
        } } } }
        @if may && goes_on { details class="details" open[p.typed.has("due")] {
            summary { "再発防止策を加える" }
            form class="form" method="post" action={ (p.path) "/measures" } novalidate {
                (ui::text_area("measure", "再発防止策", "何を変えるか", p.typed.get("measure"), 2, p.errors))
                (TextField { name: "unit", label: "担当", value: p.typed.get("unit"), width: "w20", autocomplete: "off", ..Default::default() }.render(p.errors))
                (TextField { name: "due", label: "期限", hint: "例：2026-12-25", value: p.typed.get("due"), width: "w12", autocomplete: "off", ..Default::default() }.render(p.errors))
                (ui::submit("再発防止策を加える"))
            }
        } }
    }
}

fn timeline(s: &Shown) -> Markup {
    html! {
        ul class="rows" { @for (note, by) in s.notes.iter().rev() { li class="rows__item" {
            div {
                p { span class="tag" { (note.kind.label()) } "　" (when(note.at)) "　" (if by == "system" { "システム" } else { by }) }
                p class="pre" { (note.body) }
            }
        } } }
    }
}
