//! The simulator's own pages, and the frame of every page.

use super::{
    Simulator,
    institutions::{self, Institution, Step},
    scenarios,
    state::{Ledger, Transaction},
};
use crate::clock;
use chrono::NaiveDateTime;
use maud::{DOCTYPE, Markup, html};

/// A page before it is written, so that who serves it may still put a mark above it.
pub struct Page {
    title: String,
    dress: String,
    head: Markup,
    main: Markup,
}

/// What stands above every page of a simulator that belongs to a practice class, and before its title.
pub struct Mark {
    pub title: &'static str,
    /// Drawn for each page: what it says may have been read since.
    pub above: Box<dyn Fn() -> Markup>,
}

/// `dress` is the class of the body, which carries an institution's colour and layout.
pub fn frame(title: &str, dress: &str, head: Markup, main: Markup) -> Page {
    Page {
        title: title.to_owned(),
        dress: dress.to_owned(),
        head,
        main,
    }
}

impl Page {
    pub fn render(&self, mark: Option<&Mark>) -> Markup {
        html! {
            (DOCTYPE)
            html lang="ja" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="format-detection" content="telephone=no";
                    title { @if let Some(mark) = mark { (mark.title) } (self.title) "（練習用）" }
                    link rel="icon" href="/favicon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/style.css";
                }
                body class=(self.dress) {
                    @if let Some(mark) = mark { ((mark.above)()) }
                    p.practice role="region" aria-label="練習用の画面の表示" { strong { "これは練習用の画面です（シミュレーター）" } " 実在の金融機関とは関係がありません。本物の暗証番号は入力しないでください" }
                    (self.head)
                    main { (self.main) }
                }
            }
        }
    }
}

/// A page of the gateway itself.
pub fn own(title: &str, main: Markup) -> Page {
    let head = html! {
        header.own {
            p { a href="/" { "練習用ゲートウェイ" } }
            nav aria-label="ページ" { a href="/" { "シナリオと取引" } a href="/control" { "操作" } a href="/control/trouble" { "障害" } }
        }
    };
    frame(title, "gateway", head, main)
}

/// The page for whatever is not there.
pub fn missing() -> Page {
    own(
        "ページが見つかりません",
        html! {
            h1 { "ページが見つかりません" }
            p { "この手続きの画面は、もう使えないか、はじめからありません。" }
            p { a href="/" { "シナリオと取引の一覧へ" } }
        },
    )
}

/// The front page: what can happen, and what has happened.
pub fn index(sim: &Simulator, ledger: &Ledger, now: NaiveDateTime, today: &str) -> Page {
    own(
        "シナリオと取引",
        html! {
            h1 { "シナリオと取引" }
            dl.facts {
                div { dt { "接続先" } dd { (sim.origin) "/api" } }
                div { dt { "収納機関" } dd { (sim.desk.merchant()) } }
                div { dt { "文字コード" } dd { (sim.desk.charset_name()) } }
            }
            h2 { "シナリオ" }
            p { "口座番号の下2桁で、起こることを選びます。表にない番号は、登録できます。暗証番号は、どの数字4桁でも進めます。" }
            (scenario_table())
            h2 { "取引（" (ledger.transactions().len()) "件）" }
            (transactions(ledger, now))
            h2 { "日次ファイル" }
            form.inline method="get" action="/daily" {
                label for="date" { "結果の出た日" }
                input id="date" name="date" type="text" inputmode="numeric" autocomplete="off" value=(today);
                button { "日次ファイルを保存する" }
            }
            h2 { "金融機関の画面" }
            ul.sites {
                @for it in &institutions::ALL {
                    li class={ "bank-" (it.code) } { a href={ "/site/" (it.code) "/" } { (it.name) } " " small { (asks(it)) } }
                }
            }
        },
    )
}

/// What an institution asks for, in words.
pub fn asks(it: &Institution) -> String {
    let words: Vec<_> = it.steps(true).into_iter().map(step_name).collect();
    words.join("、")
}

/// The name of a step.
pub fn step_name(step: Step) -> &'static str {
    match step {
        Step::Account => "口座",
        Step::Pin => "暗証番号",
        Step::Birth => "生年月日",
        Step::Otp => "ワンタイムパスワード",
        Step::Phone => "電話番号の下4桁",
    }
}

fn scenario_table() -> Markup {
    html! {
        div.scroll role="region" aria-label="シナリオの表" tabindex="0" {
            table {
                thead { tr { th scope="col" { "下2桁" } th scope="col" { "起こること" } th scope="col" { "名前" } } }
                tbody {
                    @for it in &scenarios::ALL {
                        tr { th scope="row" { (it.number) } td.words { (it.title) } td { code { (it.name) } } }
                    }
                }
            }
        }
    }
}

fn transactions(ledger: &Ledger, now: NaiveDateTime) -> Markup {
    html! {
        @if ledger.transactions().is_empty() {
            p { "まだ取引がありません。収納機関の画面から申し込むと、ここに出ます。" }
        } @else {
            div.scroll role="region" aria-label="取引の表" tabindex="0" {
                table {
                    thead {
                        tr {
                            th scope="col" { "受けた時刻" } th scope="col" { "取引番号" } th scope="col" { "収納機関の番号" }
                            th scope="col" { "金融機関" } th scope="col" { "シナリオ" } th scope="col" { "状態" } th scope="col" { "通知" }
                        }
                    }
                    tbody { @for it in ledger.transactions().iter().rev().take(200) { (row(it, now)) } }
                }
            }
        }
    }
}

fn row(it: &Transaction, now: NaiveDateTime) -> Markup {
    let push = match it.letters.first() {
        None => "なし".to_owned(),
        Some(push) if push.delivered => format!("届いた（{}回目）", push.tries),
        Some(push) if push.given_up => format!("届かない（{}回）", push.tries),
        Some(push) => format!("待ち（{}回）", push.tries),
    };
    html! {
        tr {
            td { (clock::jst(it.created_at).format("%m/%d %H:%M:%S").to_string()) }
            td {
                @match &it.session {
                    Some(session) => a href=(super::site::path(&it.request.institution, session)) { (it.tran_id) },
                    None => (it.tran_id),
                }
            }
            td { (it.attempt_id) }
            td { (it.institution().name) }
            td { (it.scenario().map_or("口座の入力待ち", |scenario| scenario.number)) }
            td { (it.status(now)) @if let Some(outcome) = it.told(now) { " " code { (outcome.code) } } }
            td { (push) }
        }
    }
}
