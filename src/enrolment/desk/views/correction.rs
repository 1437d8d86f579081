use super::tag;
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    enrolment::{
        desk::{
            corrections::{Pending, Proposals, Typed, reason_field, refusal_field},
            detail::Detail,
        },
        store::CorrectedResult,
    },
    web::{
        FormBody, Site,
        ui::{self, Choice, FieldError, Part, TextField, when},
    },
};
use maud::{Markup, html};

/// What is true after a correction, as people read it.
pub fn corrected_label(result: CorrectedResult) -> &'static str {
    match result {
        CorrectedResult::Registered => "登録されている",
        CorrectedResult::NotRegistered => "登録されていない",
    }
}

fn text_area(name: &str, label: &str, hint: &str, value: &str, errors: &[FieldError]) -> Markup {
    let has_error = FieldError::of(errors, name).is_some();
    html! {
        div class={ "field" @if has_error { " field--error" } } {
            label for=(name) { (label) }
            p class="hint" id={ (name) "-hint" } { (hint) }
            (ui::error_message(name, errors))
            textarea class="input" id=(name) name=(name) rows="3" aria-describedby={ (name) "-hint" } { (value) }
        }
    }
}

pub fn new_correction(site: &Site, staff: &Staff, d: &Detail, typed: &Typed, errors: &[FieldError]) -> Markup {
    let (path, way) = (d.path(), format!("/applications/{}", d.id));
    let choices = CorrectedResult::ALL.iter().map(|r| Choice {
        value: r.as_str(),
        label: corrected_label(*r),
        note: "",
    });
    let choices: Vec<Choice> = choices.collect();
    let main = html! {
        (ui::error_summary(errors))
        (heading("結果の訂正を提案する"))
        p class="lead" { span class="mono" { (d.record.receipt_number) } "　いまの結果 " (tag(d.state)) }
        p { "金融機関の実際の登録と、この画面の結果がちがうときに使います。承認されると「訂正済」になり、つぎの還元データに訂正の行が入ります。" }
        form class="form" method="post" action={ (way) "/corrections" } {
            input type="hidden" name="list" value=(d.filter.query());
            (ui::choices("result", "正しい結果", "", &typed.result, &choices, errors))
            (text_area("note", "訂正の理由", "なぜちがいが起きたか", &typed.note, errors))
            (text_area("evidence", "確かめた根拠", "例：11月20日 金融機関の担当課に電話で確認、回答書の番号", &typed.evidence, errors))
            (ui::submit("提案する"))
        }
    };
    ConsolePage::new("結果の訂正を提案する", "/applications", main)
        .crumbs(&[("受付結果", &d.list()), (&d.record.receipt_number, &path)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

pub fn withdrawal(site: &Site, staff: &Staff, d: &Detail, typed: &str, errors: &[FieldError]) -> Markup {
    let (path, way) = (d.path(), format!("/applications/{}", d.id));
    let main = html! {
        (ui::error_summary(errors))
        (heading("取下げを記録する"))
        p class="lead" { span class="mono" { (d.record.receipt_number) } "　いまの結果 " (tag(d.state)) }
        p { "申込者から取下げの申し出があったときに記録します。金融機関の登録の解除は、別に手続きしてください。元にもどすことはできません。" }
        form class="form" method="post" action={ (way) "/withdrawal" } {
            input type="hidden" name="list" value=(d.filter.query());
            (text_area("note", "申し出の内容", "いつ、どの方法で、どなたから", typed, errors))
            (ui::submit("取下げを記録する"))
        }
        p { a href=(path) { "記録せずにもどる" } }
    };
    ConsolePage::new("取下げを記録する", "/applications", main)
        .crumbs(&[("受付結果", &d.list()), (&d.record.receipt_number, &path)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// `typed` is kept where `errors` say what is wrong; `refused` is why a decision or a withdrawal could not be.
pub fn corrections(
    site: &Site,
    staff: &Staff,
    proposals: &Proposals,
    typed: &FormBody,
    refused: Option<&str>,
    errors: &[FieldError],
) -> Markup {
    let part = proposals.part;
    let main = html! {
        (ui::error_summary(errors))
        (heading("承認待ちの訂正"))
        @if let Some(refused) = refused { div class="error-summary" tabindex="-1" autofocus { p { (refused) } } }
        @if proposals.pending.is_empty() { p { "0件（確認済み）" } p { a href="/applications" { "受付結果の一覧を見る" } } }
        (part.told())
        @for p in &proposals.pending {
            section class="card" {
                (proposed(staff, p))
                @if p.correction.proposed_by == staff.word() {
                    p { "自分の提案は、ほかの承認者が決めます。" }
                    @if staff.may(Permission::HandleApplications) { (take_back(p, part, typed, errors)) }
                } @else if staff.may(Permission::ApproveCorrections) { (decision(p, part, typed, errors)) }
            }
        }
        (part.pager("/corrections"))
        @if !proposals.not_made.is_empty() {
            h2 { "取り消された提案、却下された提案（7日以内、新しい順にそれぞれ50件まで）" }
            @for p in &proposals.not_made { section class="card" { (proposed(staff, p)) } }
        }
    };
    ConsolePage::new("承認待ちの訂正", "/applications", main)
        .crumbs(&[("受付結果", "/applications")])
        .errors(refused.is_some() || !errors.is_empty())
        .render(site, staff)
}

fn proposed(staff: &Staff, p: &Pending) -> Markup {
    let clear = staff.may(Permission::HandleApplications);
    let text = |words: &str| match clear || words.is_empty() {
        true => words.to_owned(),
        false => "＊＊＊（伏せています）".to_owned(),
    };
    html! {
        h2 { a class="mono" href={ "/applications/" (p.correction.application_id) } { (p.receipt) } "　→　" (corrected_label(p.correction.result)) }
        dl class="summary summary--dense" {
            (ui::summary_row("提案した人", &p.by, None))
            (ui::summary_row("提案した日時", &when(p.correction.proposed_at), None))
            (ui::summary_row("訂正の理由", &text(&p.note), None))
            (ui::summary_row("確かめた根拠", &text(&p.evidence), None))
            @if let Some(at) = p.correction.withdrawn_at {
                (ui::summary_row("取り消した日時", &when(at), None))
                (ui::summary_row("取り消した理由", &text(&p.why_not), None))
            }
            @if let (true, Some(at)) = (p.correction.is_refused(), p.correction.decided_at) {
                (ui::summary_row("却下した日時", &when(at), None))
                (ui::summary_row("却下の理由", &text(&p.why_not), None))
            }
        }
    }
}

fn decision(p: &Pending, part: Part, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let name = refusal_field(&p.correction.id);
    html! {
        form class="form" method="post" action={ "/corrections/" (p.correction.id) "/decision" } novalidate {
            (part.field())
            (TextField { name: &name, label: "却下の理由", hint: "却下するときだけ。提案した人が読みます", value: typed.get(&name), width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            div class="actions" {
                button class="button" type="submit" name="decision" value="approve" { "承認する" }
                button class="button button--secondary" type="submit" name="decision" value="refuse" { "却下する" }
            }
        }
    }
}

fn take_back(p: &Pending, part: Part, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let name = reason_field(&p.correction.id);
    html! {
        form class="form" method="post" action={ "/corrections/" (p.correction.id) "/withdrawal" } novalidate {
            (part.field())
            (TextField { name: &name, label: "取り消す理由", hint: "例：別の申込みとまちがえた", value: typed.get(&name), optional: true, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            button class="button button--secondary" type="submit" { "提案を取り消す" span class="vh" { "：" (p.receipt) } }
        }
    }
}
