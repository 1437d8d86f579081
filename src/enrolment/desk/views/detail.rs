use super::{corrected_label, guidance::next_sentence, stamp, tag};
use crate::{
    accounts::{ConsolePage, Permission, Staff},
    audit::actor_label,
    clock::jst,
    enrolment::{
        desk::{detail::Detail, mask_name},
        form::Relation,
        states::{Attention, Cause, Registration},
        store::CorrectedResult,
    },
    japan::{date::wareki, digits::postal_display},
    web::{
        FormBody, Site,
        ui::{self, FieldError, when},
    },
};
use maud::{Markup, html};

/// Why somebody looks at what is masked: word and label.
pub const REASONS: &[(&str, &str)] = &[
    ("inquiry", "本人からの問い合わせに答えるため"),
    ("institution", "金融機関との確認のため"),
    ("billing", "料金システムへの登録を確かめるため"),
    ("correction", "訂正・取下げの確認のため"),
    ("other", "その他（内容を書く）"),
];

/// What people call a reason.
pub fn reveal_reason(word: &str) -> Option<&'static str> {
    REASONS.iter().find(|(w, _)| *w == word).map(|(_, label)| *label)
}

/// What a message between us and the gateway was.
pub fn message_kind(kind: &str) -> &'static str {
    match kind {
        "create" => "手続きの開始",
        "return" => "画面からの戻り",
        "push" => "結果の通知",
        "inquiry" => "結果の照会",
        "daily_file" => "日次ファイル",
        _ => "連絡",
    }
}

/// What a message said.
pub fn message_status(status: &str) -> &str {
    match status {
        "ok" | "entry" => "受け付けた",
        "started" => "手続き中",
        "ended" => "手続きが終わった",
        "success" => "登録完了",
        "fail" => "登録できなかった",
        "cancel" | "cancelled" => "取りやめ",
        "unprocessed" => "未処理",
        "not_found" => "記録なし",
        "no_answer" | "silent" => "回答なし",
        other => other,
    }
}

/// `typed` is kept where `errors` say what is wrong with it.
pub fn detail(site: &Site, staff: &Staff, d: &Detail, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let query = d.filter.query();
    let back = format!("/applications?{query}");
    let title = format!("{} {}", d.record.receipt_number, d.state.label());
    let main = html! {
        (ui::error_summary(errors))
        div class="title-row" {
            h1 class="mono" { (d.record.receipt_number) }
            (tag(d.state))
            @if !d.record.reason_label.is_empty() { span { (d.record.reason_label) } }
        }
        (walk(d, &query))
        @if let Some((_, by)) = &d.proposal {
            div class="notice notice--warning" { p { (by) " さんが訂正を提案しています。ほかの承認者が決めます。" a href="/corrections" { "承認待ちの訂正を見る" } } }
        }
        (attention(staff, d, &query))
        h2 { "申込みの内容" }
        (masking(staff, d, &query, typed.get("note"), errors))
        (summary(d))
        (doing(staff, d))
        @if staff.may(Permission::HandleInquiries) && staff.may(Permission::RevealPersonal) {
            p class="noprint" { a href={ "/inquiries/new?application=" (d.id) } { "この申込みについての問合せを記録する" } }
        }
        h2 { "メモ" }
        (notes(staff, d, &query, typed.get("body"), errors))
        h2 { "これまでの動き" }
        (timeline(staff, d, &query))
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    let masked = d
        .hides_in
        .map(|seconds| (seconds, format!("/applications/{}?{query}", d.id)));
    ConsolePage::new(&title, "/applications", main)
        .crumbs(&[("受付結果", &back)])
        .open_for(masked)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn walk(d: &Detail, query: &str) -> Markup {
    html! {
        @if d.previous.is_some() || d.next.is_some() {
            nav class="pager noprint" aria-label="一覧の前後" {
                @if let Some(id) = &d.previous { a href={ "/applications/" (id) "?" (query) } { "前の件" } }
                @if let Some(id) = &d.next { a href={ "/applications/" (id) "?" (query) } { "次の件" } }
            }
        }
    }
}

fn masking(staff: &Staff, d: &Detail, query: &str, typed: &str, errors: &[FieldError]) -> Markup {
    html! {
        @if let Some(until) = d.revealed {
            p class="notice" data-hides-in=[d.hides_in] { "伏せた項目を表示しています（" (jst(until).format("%H:%M")) "まで）。表示したことは操作記録に残りました。" }
            div role="status" { p class="notice" data-hidden-since hidden { "表示の時間が終わったため、項目を消しました。もう一度見るときは、" a href={ "/applications/" (d.id) "?" (query) } { "この画面を開き直し" } "、理由を選びます。" } }
        } @else if staff.may(Permission::RevealPersonal) {
            details class="details noprint" open[errors.iter().any(|e| e.field != "body")] {
                summary { "伏せた項目を表示する" }
                form class="form" method="post" action={ "/applications/" (d.id) "/reveals" } {
                    input type="hidden" name="list" value=(query);
                    fieldset class="field" id="reason" tabindex="-1" {
                        legend { "表示する理由" }
                        p class="hint" { "10分間表示します。だれが、いつ、なぜ見たかが記録されます" }
                        (ui::error_message("reason", errors))
                        div class="radios" { @for (word, label) in REASONS {
                            div class="radio" {
                                input type="radio" id={ "reason-" (word) } name="reason" value=(word);
                                label for={ "reason-" (word) } { (label) }
                            }
                        } }
                    }
                    (ui::TextField { name: "note", label: "内容", hint: "「その他」のとき", value: typed, optional: true, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
                    (ui::submit("理由を記録して表示する"))
                }
            }
        }
    }
}

/// Keeps the last three characters.
fn tail(text: &str) -> String {
    let count = text.chars().count();
    let hidden = count.saturating_sub(3);
    text.chars()
        .enumerate()
        .map(|(i, c)| if i < hidden { '＊' } else { c })
        .collect()
}

fn summary(d: &Detail) -> Markup {
    let (r, s) = (&d.record, &d.record.details);
    let clear = d.revealed.is_some();
    let name = |text: &str| if clear { text.to_owned() } else { mask_name(text) };
    let number = |text: &str| if clear { text.to_owned() } else { tail(text) };
    let hidden = |text: &str| match (clear, text.is_empty()) {
        (true, _) | (_, true) => text.to_owned(),
        _ => "＊＊＊（入力あり）".to_owned(),
    };
    let kind = match s.kind.as_str() {
        "new" => "新規",
        "change" => "変更",
        _ => "",
    };
    let phones = [
        ("自宅", &s.phone_home),
        ("勤務先", &s.phone_work),
        ("携帯", &s.phone_mobile),
    ];
    // What only some people give is a row where it was given.
    let given = |label: &str, value: String| html! { @if !value.is_empty() { (ui::summary_row(label, &value, None)) } };
    let relation = Relation::from_word(&s.relation).map(Relation::label);
    html! {
        dl class="summary summary--dense" data-clear[clear] {
            (ui::summary_row("申込区分", kind, None))
            (given("申込みをする方", relation.unwrap_or_default().to_owned()))
            (ui::summary_row("お問い合わせ番号", &number(&s.customer_number), None))
            (ui::summary_row("使用者氏名", &name(&s.user_name), None))
            (ui::summary_row("使用者氏名（カナ）", &name(&s.user_kana), None))
            (given("旧使用者氏名", name(&s.old_name)))
            (given("旧使用者氏名（カナ）", name(&s.old_kana)))
            (ui::summary_row("使用場所", &format!("〒{} {}", postal_display(&s.postal_code), if clear { &s.address } else { &s.town }), None))
            @for (label, phone) in phones { @if !phone.is_empty() { (ui::summary_row(&format!("電話（{label}）"), &number(phone), None)) } }
            (ui::summary_row("メール", &hidden(&s.email), None))
            @if let Some(day) = s.start_date { (ui::summary_row("使用開始日", &wareki(day), None)) }
            (ui::summary_row("金融機関", &format!("{} {}", r.institution_name, r.branch_name), None))
            (ui::summary_row("預金種別", &r.deposit_label, None))
            (ui::summary_row("口座番号", &number(&r.account_number), None))
            (given("ゆうちょ銀行の記号", number(&s.yucho_symbol)))
            (given("ゆうちょ銀行の番号", number(&s.yucho_number)))
            (given("口座名義人", name(&s.holder_name)))
            (given("口座名義人（カナ）", name(&s.holder_kana)))
            (ui::summary_row("口座名義（送った形）", &name(&r.holder_kana_sent), None))
            @if let Some(result) = CorrectedResult::from_word(&r.corrected_result) { (ui::summary_row("訂正後の結果", corrected_label(result), None)) }
            (ui::summary_row("受付日時", &r.confirmed_at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(), None))
            (ui::summary_row("結果の日時", &r.decided_at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(), None))
            @if !r.raw_code.is_empty() { (ui::summary_row("ゲートウェイのコード", &r.raw_code, None)) }
        }
    }
}

/// Why it stands in 「要対応」, and the way out of it.
fn attention(staff: &Staff, d: &Detail, query: &str) -> Markup {
    if d.attention.is_empty() {
        return html! {};
    }
    let what = |why: &Attention| match why {
        Attention::NameMismatch => "金融機関の名義と、入力された口座名義がちがいます。申込者に確かめてください。",
        Attention::Characters => "還元データに書けない文字がありました。料金システムの登録を確かめてください。",
    };
    html! {
        div class="notice notice--warning" {
            @for why in &d.attention { p { strong { "要対応：" (why.label()) } "　" (what(why)) } }
            @if staff.may(Permission::HandleApplications) {
                form class="noprint" method="post" action={ "/applications/" (d.id) "/attention" } {
                    input type="hidden" name="list" value=(query);
                    button class="button button--secondary" type="submit" { "確認した（要対応から外す）" }
                }
            }
        }
    }
}

fn doing(staff: &Staff, d: &Detail) -> Markup {
    let may = staff.may(Permission::HandleApplications);
    let correct = d.state.allows(Registration::Corrected, Cause::Correction) && d.proposal.is_none();
    let withdraw = d.state.allows(Registration::Withdrawn, Cause::Withdrawal);
    html! {
        @if may {
            h2 class="noprint" { "できること" }
            ul class="noprint" {
                @if correct { li { a href=(d.part("corrections")) { "結果の訂正を提案する" } "（ほかの承認者が決めます）" } }
                @if withdraw { li { a href=(d.part("withdrawal")) { "取下げを記録する" } } }
                li { "新しい手続き：" (next_sentence(d.next_step)) "　" a href=(d.part("guidance")) { "新しい手続きの案内" } }
            }
        }
    }
}

/// What somebody typed: people write names into it.
fn written(staff: &Staff, d: &Detail, text: &str) -> Markup {
    let clear = d.revealed.is_some() || staff.may(Permission::HandleApplications);
    let for_now = !staff.may(Permission::HandleApplications);
    html! { @if clear { p class="pre" data-clear[for_now] { (text) } } @else { p { "＊＊＊（内容は伏せています）" } } }
}

fn notes(staff: &Staff, d: &Detail, query: &str, typed: &str, errors: &[FieldError]) -> Markup {
    let has_error = FieldError::of(errors, "body").is_some();
    html! {
        @if d.notes.is_empty() { p { "メモはありません。" } }
        ul class="rows" { @for (note, by) in &d.notes { li class="rows__item" {
            div { (written(staff, d, &note.body)) p class="hint" { (by) "　" (when(note.at)) } }
        } } }
        @if staff.may(Permission::HandleApplications) {
            form class="form noprint" method="post" action={ "/applications/" (d.id) "/notes" } {
                input type="hidden" name="list" value=(query);
                div class={ "field" @if has_error { " field--error" } } {
                    label for="body" { "メモを追加する" }
                    (ui::error_message("body", errors))
                    textarea class="input" id="body" name="body" rows="3" aria-invalid=[has_error.then_some("true")]
                        aria-describedby=[has_error.then_some("body-error")] { (typed) }
                }
                button class="button button--secondary" type="submit" { "メモを保存する" }
            }
        }
    }
}

fn timeline(staff: &Staff, d: &Detail, query: &str) -> Markup {
    html! {
        ol class="timeline" { @for m in &d.moments { li {
            time datetime=(stamp(Some(m.at))) { (when(m.at)) }
            strong { (m.title) }
            span class="hint" { "　" (actor_label(&m.who)) }
            @if !m.text.is_empty() { p { (m.text) } }
            @if let Some(mail) = &m.mail { p class="noprint" { a href=(d.part(&format!("mails/{mail}"))) { "送った文を読む" span class="vh" { "：" (m.title) } } } }
            @if !m.note.is_empty() { (written(staff, d, &m.note)) }
            @if let (Some(mail), true) = (&m.retry, staff.may(Permission::HandleApplications)) {
                form class="noprint" method="post" action={ "/applications/" (d.id) "/mails/" (mail) "/retry" } {
                    input type="hidden" name="list" value=(query);
                    button class="button button--secondary" type="submit" { "もう一度送る" span class="vh" { "：" (m.title) } }
                }
            }
        } } }
    }
}
