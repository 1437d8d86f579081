//! The pages of those who stand behind the scenes.

use super::{
    super::{
        faults::{self, Fault, Place},
        scenarios,
        state::Ledger,
        views::{Page, own},
    },
    trouble::places,
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// The ends that the autopilot's form can share out.
pub const ENDS: [(&str, &str); 4] = [
    ("success", "成功"),
    ("fail", "失敗"),
    ("cancelled", "取りやめ"),
    ("unprocessed", "開かれない"),
];

/// The numbers and words a fault may take, as the form asks for them.
const DETAILS: [(&str, &str); 8] = [
    ("times", "回数の上限"),
    ("ms", "ミリ秒"),
    ("seconds", "秒"),
    ("count", "送る回数"),
    ("inquiries", "照会の回数"),
    ("code", "にせのコード"),
    ("from", "から（年月日時分秒14桁）"),
    ("to", "まで（年月日時分秒14桁）"),
];

/// The control page: the scenario of the next transaction, and of each that is still open.
pub fn panel(ledger: &Ledger, now: NaiveDateTime) -> Page {
    let open = ledger.transactions().iter().rev().filter(|it| it.outcome.is_none());
    let open: Vec<_> = open.take(50).collect();
    own(
        "操作",
        html! {
            h1 { "操作" }
            h2 { "次の取引のシナリオ" }
            p { "次に始まる1件だけ、口座番号に関係なく、選んだことが起こります。" }
            (chooser("next", None, ledger.settings().next_scenario.as_deref()))
            h2 { "進行中の取引のシナリオ" }
            @if open.is_empty() { p { "進行中の取引はありません。" } }
            @for it in open {
                section.card {
                    h3 { (it.tran_id) }
                    p { (it.institution().name) "　" (it.attempt_id) "　" (it.status(now)) }
                    (chooser(&it.tran_id, Some(&it.tran_id), it.scenario.as_deref()))
                }
            }
        },
    )
}

fn chooser(id: &str, tran_id: Option<&str>, chosen: Option<&str>) -> Markup {
    html! {
        form.inline method="post" action="/control/form" {
            @if let Some(tran_id) = tran_id { input type="hidden" name="tran_id" value=(tran_id); }
            label for={ "scenario-" (id) } { "シナリオ" }
            select id={ "scenario-" (id) } name="scenario" {
                option value="" { "口座番号で決める" }
                @for it in &scenarios::ALL {
                    option value=(it.number) selected[chosen == Some(it.number)] { (it.number) " " (it.title) }
                }
            }
            button { "このシナリオにする" }
        }
    }
}

/// The page of faults and of the autopilot.
pub fn trouble(ledger: &Ledger, problem: Option<&str>) -> Page {
    own(
        "障害",
        html! {
            h1 { "障害" }
            @if let Some(problem) = problem {
                div.summary role="alert" {
                    h2 { "設定できませんでした" }
                    p { "障害と場所と数字の組み合わせを確かめてください。" }
                    p.code lang="en" { (problem) }
                }
            }
            h2 { "いまの障害" }
            (current(ledger))
            h2 { "障害を加える" }
            (adder())
            h2 { "乱数の種" }
            p { "種を設定すると、選びかたと回数がはじめに戻ります。" }
            form.inline method="post" action="/control/trouble/seed" {
                label for="seed" { "種" }
                input id="seed" name="seed" type="text" inputmode="numeric" autocomplete="off" value=(ledger.settings().seed);
                button { "種を設定する" }
            }
            h2 { "自動操縦" }
            (pilot(ledger))
        },
    )
}

fn current(ledger: &Ledger) -> Markup {
    let faults = &ledger.settings().faults;
    html! {
        @if faults.is_empty() {
            p { "障害はありません。" }
        } @else {
            div.scroll role="region" aria-label="障害の表" tabindex="0" {
                table {
                    thead {
                        tr {
                            th scope="col" { "障害" } th scope="col" { "場所" } th scope="col" { "割合" }
                            th scope="col" { "内容" } th scope="col" { "起きた回数" } th scope="col" { "操作" }
                        }
                    }
                    tbody {
                        @for (at, fault) in faults.iter().enumerate() {
                            (row(at, fault, ledger.tally().struck.get(at).copied().unwrap_or(0)))
                        }
                    }
                }
            }
            form method="post" action="/control/trouble/remove" { button { "すべて消す" } }
        }
    }
}

fn row(at: usize, fault: &Fault, struck: u64) -> Markup {
    let kind = fault.fault.row();
    html! {
        tr {
            th scope="row" { (kind.title) }
            td { (places(&fault.at)) }
            td { (fault.share) "%" }
            td.words {
                @for (name, label) in DETAILS {
                    @if kind.numbers.iter().any(|(number, _)| *number == name) { (label) " " (fault.number(name)) "　" }
                }
                @if let Some(code) = &fault.code { "コード " (code) "　" }
                @if let Some(from) = &fault.from { (from) "から　" }
                @if let Some(to) = &fault.to { (to) "まで" }
            }
            td { (struck) @if let Some(times) = fault.times { " / " (times) } }
            td {
                form method="post" action="/control/trouble/remove" {
                    input type="hidden" name="at" value=(at);
                    button aria-label={ (kind.title) "を消す" } { "消す" }
                }
            }
        }
    }
}

fn adder() -> Markup {
    let places = [Place::Create, Place::Inquire, Place::Push, Place::Return, Place::Daily];
    html! {
        form.inline method="post" action="/control/trouble/add" {
            span.pair {
                label for="fault" { "障害" }
                select id="fault" name="fault" {
                    @for row in &faults::ALL { option value=(row.name) { (row.title) } }
                }
            }
            span.pair {
                label for="at" { "場所" }
                select id="at" name="at" {
                    option value="" { "起こりうるところ、すべて" }
                    @for place in places { option value=(place.name().0) { (place.name().1) } }
                }
            }
            (pair("share", "share", "割合（%）", Some("100".to_owned())))
            @for (name, label) in DETAILS { (pair(name, name, label, None)) }
            button { "加える" }
        }
    }
}

fn pair(id: &str, name: &str, label: &str, value: Option<String>) -> Markup {
    html! {
        span.pair {
            label for=(id) { (label) }
            input id=(id) name=(name) type="text" autocomplete="off" value=[value];
        }
    }
}

fn pilot(ledger: &Ledger) -> Markup {
    let autopilot = ledger.settings().autopilot.as_ref();
    let share = |name: &str| autopilot.and_then(|autopilot| autopilot.shares.get(name));
    html! {
        p {
            @match autopilot {
                Some(autopilot) => { "入：始まった取引は、" (autopilot.after_ms) "ミリ秒でひとりでに終わります。" },
                None => "切：取引は、人が画面で終えます。",
            }
            "時間を空にすると、切になります。割合がすべて空なら、口座番号で決まります。"
        }
        form.inline method="post" action="/control/trouble/autopilot" {
            (pair("after_ms", "after_ms", "終わるまで（ミリ秒）", autopilot.map(|it| it.after_ms.to_string())))
            @for (name, label) in ENDS {
                (pair(&format!("share-{name}"), name, label, share(name).map(f64::to_string)))
            }
            button { "設定する" }
        }
    }
}
