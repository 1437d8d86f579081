use super::{handoff::receipt_panel, lookup::TimelineRow, status};
use crate::{
    enrolment::{reasons::ReasonText, states::Registration, store::CorrectedResult},
    gateways::Reason,
    web::{Site, ui, ui::summary_row},
};
use maud::{Markup, html};

/// What a result page shows; everything of the person is masked.
pub struct Show {
    pub state: Registration,
    /// What two people found to be true, where they corrected the result.
    pub corrected: Option<CorrectedResult>,
    pub reason: Option<Reason>,
    pub reason_text: Option<ReasonText>,
    /// With an input error: where the field that the institution named is typed.
    pub wrong_field: &'static str,
    /// `7KQ-4M9-TXH`
    pub receipt_number: String,
    pub received: String,
    pub institution: String,
    /// 「****567」
    pub account: Option<String>,
    /// The holder's kana as sent, and other spellings a bank may hold; only for the applicant.
    pub kana_doctor: Option<(String, Vec<String>)>,
    /// 「令和9年1月分」
    pub first_debit: Option<String>,
    pub mail_wanted: bool,
    /// This browser may try again; a viewer only looks.
    pub may_act: bool,
    /// The page was closed for inactivity; a refused application can be opened again.
    pub may_resume: bool,
    /// The result has not come within a minute.
    pub waits_long: bool,
    /// The institution's page can still be opened.
    pub can_leave: bool,
    pub timeline: Vec<TimelineRow>,
}

use Registration::*;

/// P11 and P12.
pub fn result(site: &Site, show: &Show) -> Markup {
    html! {
        div id="result" {
            @match show.state {
                Confirmed => (confirmed()),
                AtInstitution => (at_institution(show)),
                Checking => (checking(show.waits_long)),
                Corrected if show.corrected == Some(CorrectedResult::NotRegistered) => (not_registered(site)),
                Registered | Corrected => (registered(show)),
                Rejected => (rejected(site, show)),
                Cancelled => (cancelled(show)),
                Unknown => (unknown(site)),
                Expired => (expired(show)),
                Withdrawn => (withdrawn(site)),
                Draft | Paper => (to_paper()),
            }
            (receipt_panel(&show.receipt_number))
            dl class="summary" {
                (summary_row("受付日時", &show.received, None))
                (summary_row("金融機関", &show.institution, None))
                @if let Some(account) = &show.account { (summary_row("口座番号", account, None)) }
                (summary_row("状況", show.state.label(), None))
            }
            @if show.state == Registered { (what_follows(show)) }
            (survey(site, show.state))
            p class="noprint" { a class="button button--secondary" href="/result/print" { "控えを保存・印刷する" } }
            div class="noprint" { (status(&show.timeline)) }
        }
    }
}

/// The page's title for the browser.
pub fn title(show: &Show) -> &'static str {
    match show.state {
        Confirmed => "申込みを受け付けました",
        AtInstitution => "金融機関で手続中です",
        Checking => "金融機関の結果を確認しています",
        Corrected if show.corrected == Some(CorrectedResult::NotRegistered) => "口座は登録されていませんでした",
        Registered | Corrected => "口座振替の申込みが完了しました",
        Rejected => "登録できませんでした",
        Cancelled => "金融機関の手続きを途中でやめました",
        Unknown => "結果がまだ届いていません",
        Expired => "手続きの期限が切れました",
        Withdrawn => "申込みを取り下げました",
        Draft | Paper => "紙の申込書で受け付けます",
    }
}

fn panel(kind: &str, phrases: &[&str], body: Markup) -> Markup {
    html! { div class={ "panel panel--" (kind) } { (ui::heading(phrases)) (body) } }
}

fn confirmed() -> Markup {
    panel(
        "wait",
        &["申込みを", "受け付けました"],
        html! {
            p { strong { "登録は、まだ終わっていません。" } "金融機関の手続きが残っています。" }
            p { a class="button" href="/apply/handoff" { "金融機関の手続きへ進む" } }
        },
    )
}

fn at_institution(show: &Show) -> Markup {
    panel(
        "wait",
        &["金融機関で", "手続中です"],
        html! {
            p { (show.institution) "の画面での手続きが、まだ終わっていません。" }
            @if show.can_leave && show.may_act {
                p { a class="button" href="/apply/handoff" { "金融機関の画面へ進む" } }
            }
            form method="post" action="/result/check" {
                button class="button button--secondary" type="submit" { "手続きが終わったので、結果を確認する" }
            }
        },
    )
}

fn checking(waits_long: bool) -> Markup {
    let rhythm = if waits_long { "every 10s" } else { "every 3s" };
    panel(
        "wait",
        &["金融機関の結果を", "確認しています"],
        html! {
            p role="status" { "ふつうは1分以内に分かります。この画面は、ときどき自動で新しくなります。" }
            p { a href="/result" { "いまの状態を表示する" } }
            p { "画面を閉じてもかまいません。結果は、受付番号でいつでも確認できます。" }
            // Polls with htmx; without it the page's own refresh and the link do.
            div hx-get="/result" hx-trigger=(rhythm) hx-target="#result" hx-select="#result" hx-swap="outerHTML" {}
        },
    )
}

fn registered(show: &Show) -> Markup {
    panel(
        "success",
        &["口座振替の申込みが", "完了しました"],
        html! {
            p { (show.institution) "の口座が登録されました。" }
        },
    )
}

/// Two people found that the account is not registered after all.
fn not_registered(site: &Site) -> Markup {
    panel(
        "problem",
        &["口座は、登録されて", "いませんでした"],
        html! {
            p { "金融機関に確かめて、結果を訂正しました。この申込みによる引き落としは始まっていません。" }
            p { "お手数ですが、もう一度お申し込みください。くわしいことは、" (site.bureau.phone) "（" (site.bureau.phone_hours) "）へお電話ください。" }
        },
    )
}

/// What comes after a registration.
fn what_follows(show: &Show) -> Markup {
    html! {
        h2 { "このあとの流れ" }
        ol class="steps" role="list" {
            @if show.mail_wanted { li { "結果のお知らせが、メールで届きます。" } }
            @if let Some(month) = &show.first_debit { li { (month) "から、口座から引き落とします。" } }
            li { "それまでの納入通知書は、届いたものでお支払いください。" }
        }
    }
}

fn rejected(site: &Site, show: &Show) -> Markup {
    let Some(text) = &show.reason_text else {
        return panel(
            "problem",
            &["登録できませんでした"],
            html! {
                p { "くわしいことは、" (site.bureau.phone) "へお電話ください。" }
            },
        );
    };
    let fill = |t: &str| site.fill(t).replace("{{institution}}", &show.institution);
    // 「すでに登録されています」 is no failure: its title stands alone.
    let alone = show.reason == Some(Reason::AlreadyRegistered);
    html! {
        @if alone { (panel("problem", &[&text.title], html! { p { (fill(&text.text)) } })) }
        @else {
            (panel("problem", &["登録できませんでした"], html! {
                p { strong { (text.title) } }
                p { (fill(&text.text)) }
            }))
        }
        h2 { "次にすること" }
        p { (fill(&text.next)) }
        @if show.reason == Some(Reason::OutOfHours) { p { a href="/availability" { "停止の予定と、いまの状況を見る" } } }
        @if let Some((sent, others)) = &show.kana_doctor { (kana_doctor(sent, others)) }
        @if show.may_act { (way_on(show, text)) }
        @if show.may_resume { p class="noprint" { a class="button" href="/apply/resume" { "入力した内容で、続きから再開する" } } }
    }
}

fn way_on(show: &Show, text: &ReasonText) -> Markup {
    let path = match (show.reason, text.retry) {
        (Some(Reason::InputError), true) => show.wrong_field,
        (Some(Reason::NameMismatch | Reason::NoAccount), true) => "/apply/account",
        (_, true) => "/apply/check",
        (Some(Reason::AlreadyRegistered | Reason::CreditorNotAllowed | Reason::SystemError), false) => "/receipt",
        (_, false) => "/paper",
    };
    html! {
        p class="noprint" { a class="button" href=(path) { (text.button) } }
        @if text.retry && path == "/apply/check" {
            p class="noprint" { a href="/apply/account" { "口座の情報を直す" } "　" a href="/apply/bank" { "別の金融機関を選ぶ" } }
        }
    }
}

/// After 名義相違: what was sent, and how else a bank may write it.
fn kana_doctor(sent: &str, others: &[String]) -> Markup {
    html! {
        div class="notice notice--info" {
            h2 { "金融機関へ送った名義" }
            p class="mono" { (sent) }
            @if !others.is_empty() {
                p { "通帳では、次のように書かれていることがあります。" }
                ul {
                    @for other in others {
                        li { span class="mono" { (other) } @if !other.contains(' ') { "（姓と名の間をあけない）" } }
                    }
                }
            }
        }
    }
}

fn cancelled(show: &Show) -> Markup {
    panel(
        "problem",
        &["金融機関の手続きを", "途中でやめました"],
        html! {
            p { "この申込みによる引き落としは始まっていません。" }
            @if show.may_act {
                form class="noprint" method="post" action="/apply/again" {
                    button class="button" type="submit" { "同じ内容でもう一度申し込む" }
                }
            }
        },
    )
}

fn unknown(site: &Site) -> Markup {
    panel(
        "wait",
        &["結果が", "まだ届いていません"],
        html! {
            p { strong { "二重に申し込まないでください。" } "金融機関の結果を、職員が確認しています。" }
            p { "お急ぎのときは、" (site.bureau.phone) "（" (site.bureau.phone_hours) "）へお電話ください。" }
        },
    )
}

fn expired(show: &Show) -> Markup {
    panel(
        "problem",
        &["手続きの", "期限が切れました"],
        html! {
            p { "金融機関の手続きが始まらないまま、時間が過ぎました。この申込みによる引き落としは始まっていません。" }
            @if show.may_act {
                form class="noprint" method="post" action="/apply/again" {
                    button class="button" type="submit" { "同じ内容でもう一度申し込む" }
                }
            }
        },
    )
}

fn withdrawn(site: &Site) -> Markup {
    panel(
        "problem",
        &["申込みを", "取り下げました"],
        html! {
            p { "お申し出により取り下げました。くわしいことは、" (site.bureau.phone) "へお電話ください。" }
        },
    )
}

fn to_paper() -> Markup {
    panel(
        "problem",
        &["紙の申込書で", "受け付けます"],
        html! {
            p { a href="/paper" { "紙の申込書で申し込む方法を見る" } }
        },
    )
}

fn survey(site: &Site, state: Registration) -> Markup {
    html! {
        @if let Some(url) = site.bureau.survey_url.as_deref().filter(|_| state.is_result()) {
            p class="noprint" { a href=(url) rel="noopener" { "アンケートに答える" } "（よりよいサービスのために使います）" }
        }
    }
}

/// The A4 receipt: one page, masked.
pub fn print(site: &Site, show: &Show) -> Markup {
    html! {
        (ui::heading(&["口座振替申込みの控え"]))
        p class="noprint" { button class="button" type="button" data-print hidden { "印刷する" } }
        (receipt_panel(&show.receipt_number))
        dl class="summary" {
            (summary_row("状況", show.state.label(), None))
            (summary_row("受付日時", &show.received, None))
            (summary_row("金融機関", &show.institution, None))
            @if let Some(account) = &show.account { (summary_row("口座番号", account, None)) }
            @if let (Some(month), Registered) = (&show.first_debit, show.state) {
                (summary_row("引き落としの始まり", month, None))
            }
            (summary_row("対象", "水道料金・下水道使用料", None))
        }
        p { "状況は、" (site.url) "/receipt で、受付番号と電話番号の下4桁を入力すると確認できます。" }
        p class="noprint" { a href="/result" { "結果の画面にもどる" } }
    }
}
