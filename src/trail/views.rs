use super::{
    Chosen, Line,
    accesses::{Day, Seen},
    proof::{CHECKING, Proof},
};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    audit::{ChainCheck, FAMILIES, Vouched},
    clock::jst,
    tasks,
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

fn input(name: &str, label: &str, hint: &str, value: &str, errors: &[FieldError]) -> Markup {
    TextField {
        name,
        label,
        hint,
        value,
        width: "w12",
        autocomplete: "off",
        ..Default::default()
    }
    .render(errors)
}

fn query(chosen: &Chosen, below: Option<i64>) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    let all = [
        ("who", &chosen.who),
        ("action", &chosen.action),
        ("subject", &chosen.subject),
        ("from", &chosen.from),
        ("to", &chosen.to),
    ];
    out.extend_pairs(all.into_iter().filter(|(_, value)| !value.is_empty()));
    if let Some(below) = below {
        out.append_pair("below", &below.to_string());
    }
    out.finish()
}

pub fn index(site: &Site, staff: &Staff, chosen: &Chosen, list: &[Line], more: bool) -> Markup {
    let errors = &chosen.errors();
    let main = html! {
        (ui::error_summary(errors))
        (heading("操作記録"))
        p { a href="/audit/accesses" { "個人情報へのアクセスを、日と人ごとに見る" } "　" a href="/audit/checkpoints" { "記録の検証と、署名した控えを見る" } }
        form class="filters" method="get" action="/audit" {
            (input("who", "だれが", "職員番号。または、申込者、システム、運用担当、ゲートウェイ", &chosen.who, errors))
            div class="field" {
                label for="action" { "何を" }
                select class="input" id="action" name="action" {
                    option value="" selected[chosen.action.is_empty()] { "すべて" }
                    @for (word, label) in FAMILIES { option value=(word) selected[*word == chosen.action] { (label) } }
                }
            }
            (input("subject", "受付番号", "この申込みについての記録だけを見ます", &chosen.subject, errors))
            (input("from", "いつから", "例：2026-11-01", &chosen.from, errors))
            (input("to", "いつまで", "例：2026-11-30", &chosen.to, errors))
            button class="button button--secondary" type="submit" { "しぼり込む" }
        }
        @if !errors.is_empty() { p { "日を直して、もう一度「しぼり込む」を押してください。" } }
        @else if list.is_empty() { p { "条件にあう記録はありません。" a href="/audit" { "条件をすべて外す" } } }
        @else { (table(list)) }
        nav class="pager noprint" aria-label="ページと出力" {
            @if let (true, Some(last)) = (more, list.last()) {
                a class="button button--secondary" href={ "/audit?" (query(chosen, Some(last.entry.no))) } { "前の100件" }
            }
            @if errors.is_empty() { a class="button button--secondary" href={ "/audit/export?" (query(chosen, None)) } { "この条件でCSVを出力" } }
        }
        @if !list.is_empty() { (ui::print_button()) }
    };
    ConsolePage::new("操作記録", "/audit", main)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn table(list: &[Line]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="操作記録" {
            table class="table table--wide table--dense" {
                caption class="vh" { "操作記録（新しい順）" }
                thead { tr {
                    th scope="col" { "番号" } th scope="col" { "日時" } th scope="col" { "だれが" } th scope="col" { "どこから" }
                    th scope="col" { "何を" } th scope="col" { "対象" } th scope="col" { "詳細" }
                } }
                tbody { @for line in list { @let e = &line.entry; tr {
                    th scope="row" class="number" { (e.no) }
                    td data-label="日時" class="time" { (jst(e.at).format("%Y-%m-%d %H:%M:%S")) }
                    td data-label="だれが" class="who" { (line.who) }
                    td data-label="どこから" class="mono" { (line.place) }
                    td class="who" data-label="何を" { (line.what) }
                    td data-label="対象" class="who breakable" {
                        @match &line.page {
                            Some(page) => a href=(page) { (line.subject) },
                            None => { (line.subject) },
                        }
                    }
                    td data-label="詳細" class="breakable" { (line.detail) }
                } } }
            }
        }
    }
}

/// Who saw personal data on a day: a page to inspect and to sign.
pub fn accesses(site: &Site, staff: &Staff, day: &Day, typed: &str, errors: &[FieldError]) -> Markup {
    let title = format!("個人情報へのアクセス {}", day.day);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        form class="filters" method="get" action="/audit/accesses" {
            (input("day", "日", "例：2026-11-25", typed, errors))
            (input("who", "だれが", "職員番号。空らんは全員", &day.who, errors))
            button class="button button--secondary" type="submit" { "表示する" }
        }
        @if errors.is_empty() && day.people.is_empty() { p { "この日のアクセスは0件です（確認済み）。" } }
        @for person in &day.people { (person_of_day(person)) }
        p class="onlyprint" { "点検した人　　　　　　　　　　　　　点検した日　　　　年　　月　　日" }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new(&title, "/audit", main)
        .crumbs(&[("操作記録", "/audit")])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn person_of_day(person: &Seen) -> Markup {
    html! {
        section class="card" {
            h2 { (person.who) }
            p { "アクセス " (person.rows.len()) "回　申込み " (person.applications) "件　問合せ " (person.inquiries) "件" }
            div class="scroll" tabindex="0" role="region" aria-label={ "アクセス：" (person.who) } {
                table class="table table--dense" {
                    caption class="vh" { "アクセス：" (person.who) }
                    thead { tr { th scope="col" { "時刻" } th scope="col" { "何を" } th scope="col" { "対象" } } }
                    tbody { @for row in &person.rows { tr {
                        th scope="row" class="time" { (row.time) }
                        td data-label="何を" { (row.way) @if !row.why.is_empty() { p class="hint breakable" { "理由：" (row.why) } } }
                        td data-label="対象" class="breakable" { (row.what) }
                    } } }
                }
            }
        }
    }
}

/// How far the seal and the signatures reach.
fn reach(vouched: &Vouched) -> Markup {
    html! {
        @if vouched.sealed == 0 { p class="error-summary" { "記録の終わりが、封と合いません。「いま検証する」を押してください。" } }
        @else { p {
            "第" (vouched.sealed) "番まで、鍵で封をしています。封は、記録が増えるたびに新しくなります。"
            @if vouched.since > 0 { "第" (vouched.since) "番より前の記録は、はじめて封をしたときのままです。" }
        } }
        @match vouched.signed {
            Some((day, no)) => p { "署名した控えがあるのは、" (day) "の第" (no) "番までです。その後の記録を守るのは、この封だけです。" },
            None => p { "署名した控えはまだありません。記録を守るのは、この封だけです。" },
        }
    }
}

/// What the last walk found.
fn found(check: &ChainCheck) -> Markup {
    html! {
        @match check {
            ChainCheck::Whole(count) => p class="notice" { "操作記録" (count) "件は、はじめから終わりまでつながっています。署名した控えとも一致します。" },
            ChainCheck::BrokenAt(no) => p class="error-summary" { "操作記録の第" (no) "番で、つながりが切れています。運用担当に知らせ、バックアップと比べてください。" },
            ChainCheck::NotAsSigned(unlike) => p class="error-summary" {
                (unlike.day) "の署名した控えと、いまの記録がちがいます。第" (unlike.after) "番（合っている最後の控え）と第" (unlike.upto) "番（この控え）の間で、書きかえられたおそれがあります。運用担当に知らせてください。"
            },
            ChainCheck::NotAsSealed { after } => p class="error-summary" {
                "第" (after) "番より後の記録が、封をしたときとちがいます。書きかえ、削除、追加のおそれがあります。運用担当に知らせてください。"
            },
        }
    }
}

pub fn checkpoints(site: &Site, staff: &Staff, proof: &Proof) -> Markup {
    let (list, public_key) = (&proof.list, &proof.public_key);
    let main = html! {
        (heading("記録の検証"))
        @match &proof.last {
            Some((check, at, by)) => {
                (found(check))
                @if matches!(check, ChainCheck::Whole(_)) { (reach(&proof.vouched)) }
                p class="hint" { "検証した時刻：" (when(*at)) "　" (by) }
            }
            None => p class="lead" { "この画面では、まだ検証していません。操作記録のはじめから終わりまでを、いま確かめられます。" },
        }
        (tasks::open_tasks(&CHECKING, &proof.open))
        form class="noprint" method="post" action="/audit/checks" { button class="button" type="submit" { "いま検証する" } }
        h2 { "署名した控え" }
        p { "毎日0時5分に、記録の末尾に署名します。この行を、別の場所（紙や別の機器）に保管しておくと、記録全体の書きかえも見つけられます。" }
        p { "検証用の公開鍵（Ed25519）：" span class="mono breakable" { (public_key) } }
        @if list.is_empty() { p { "はじめの控えは、今夜できます。" } }
        @else { pre class="mono" tabindex="0" role="region" aria-label="署名した控え" { @for c in list.iter().rev().take(60) { (c.line()) "\n" } } }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("記録の検証", "/audit", main)
        .crumbs(&[("操作記録", "/audit")])
        .render(site, staff)
}
