//! The pages of the look-alike institutions.

use super::super::{
    institutions::{Institution, Look, Step},
    messages::Fields,
    outcome::Outcome,
    state::Transaction,
    views::{Page, asks, frame, step_name},
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// Why a last page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Done,
    Used,
    Expired,
}

/// How it lets the browser go.
pub enum Exit<'a> {
    /// Address, method, fields and the charset of the message.
    Form(&'a str, &'static str, &'a Fields, &'static str),
    Link(String),
    None,
}

fn site(it: &Institution, title: &str, main: Markup) -> Page {
    let look = match it.look {
        Look::Band => "band",
        Look::Line => "line",
        Look::Edge => "edge",
    };
    let head = html! {
        header.bank { p { strong { (it.name) } span { (it.service) } } }
    };
    let main = html! {
        (main)
        footer { p { (it.name) "の画面をまねた、操作の練習のための画面です。" } }
    };
    frame(
        &format!("{title} - {}", it.name),
        &format!("bank bank-{} {look}", it.code),
        head,
        main,
    )
}

/// The front page of a site.
pub fn home(it: &Institution) -> Page {
    site(
        it,
        it.service,
        html! {
            h1 { (it.service) }
            p { "口座振替の申込みは、収納機関の画面から始めてください。手続きの途中で、この画面へ移ります。" }
            dl.facts {
                div { dt { "金融機関コード" } dd { (it.code) } }
                div { dt { "入力するもの" } dd { (asks(it)) } }
            }
            p { a href="/" { "シナリオと取引の一覧へ" } }
        },
    )
}

/// An opening that leads nowhere: nobody knows to whom the browser should go back.
pub fn no_start() -> Page {
    frame(
        "手続きを始められませんでした",
        "gateway",
        html! {},
        html! {
            h1 { "手続きを始められませんでした" }
            p { "収納機関の画面へ戻って、もう一度この画面へ進んでください。" }
        },
    )
}

/// A page that asks.
pub fn ask(it: &Transaction, step: Step, merchant: &str) -> Page {
    let bank = it.institution();
    let fields = fields_of(step);
    let problems: Vec<_> = it
        .problems
        .iter()
        .filter(|problem| fields.contains(&problem.field.as_str()))
        .collect();
    let title = format!("{}{}", if problems.is_empty() { "" } else { "エラー：" }, heading(step));
    let stuck = step == Step::Pin && it.is_stuck();
    let last = it.steps().last() == Some(&step);
    site(
        bank,
        &title,
        html! {
            (trail(it, step))
            @if !problems.is_empty() {
                div.summary role="group" aria-labelledby="summary" tabindex="-1" autofocus {
                    h2 id="summary" { "入力内容を確認してください（" (problems.len()) "件）" }
                    ul { @for problem in &problems { li { a href={ "#" (problem.field) } { (problem.text) } } } }
                }
            }
            h1 { @for part in heading(step).split_inclusive('を') { (part) wbr; } }
            (facts(it, merchant))
            @if stuck {
                p.notice { "いまは、この先へ進めません。下のボタンで手続きをやめて、収納機関へ戻ってください。" }
            } @else {
                form.ask method="post" action=(step.path()) novalidate autocomplete="off" {
                    @match step {
                        Step::Account => (account_fields(it)),
                        Step::Pin => (field(it, &Field { secret: true, digits: 4, ..Field::new("pin", "暗証番号", "練習用です。どの数字4桁でも進めます") })),
                        Step::Otp => (field(it, &Field { digits: 6, ..Field::new("otp", "ワンタイムパスワード", "練習用です。どの数字6桁でも進めます") })),
                        Step::Phone => (field(it, &Field { digits: 4, ..Field::new("phone_last4", "電話番号の下4桁", "練習用です。どの数字4桁でも進めます") })),
                        Step::Birth => (birth_fields(it)),
                    }
                    button.primary id="next" { @if last { "この内容で申し込む" } @else { "つぎへ進む" } }
                }
            }
            form.leave method="post" action="cancel" {
                button.quiet id="cancel" { "手続きをやめて、収納機関へ戻る" }
            }
        },
    )
}

fn heading(step: Step) -> &'static str {
    match step {
        Step::Account => "引き落とし口座を入力してください",
        Step::Pin => "キャッシュカードの暗証番号を入力してください",
        Step::Birth => "生年月日を入力してください",
        Step::Otp => "ワンタイムパスワードを入力してください",
        Step::Phone => "届け出た電話番号の下4桁を入力してください",
    }
}

fn fields_of(step: Step) -> &'static [&'static str] {
    match step {
        Step::Account => &super::super::typing::ACCOUNT_FIELDS,
        Step::Pin => &["pin"],
        Step::Birth => &["birth_year", "birth_month", "birth_day"],
        Step::Otp => &["otp"],
        Step::Phone => &["phone_last4"],
    }
}

fn trail(it: &Transaction, here: Step) -> Markup {
    html! {
        ol.trail aria-label="手順" {
            @for step in it.steps() {
                li aria-current=[(step == here).then_some("step")] { (step_name(step)) }
            }
            li { "受付" }
        }
    }
}

fn facts(it: &Transaction, merchant: &str) -> Markup {
    let number = &it.account.account_number;
    let tail = number.get(number.len().saturating_sub(3)..).unwrap_or_default();
    html! {
        dl.facts {
            div { dt { "収納機関" } dd { (merchant) } }
            div { dt { "取引番号" } dd { (it.tran_id) } }
            @if !it.account.is_empty() {
                div { dt { "口座" } dd { "店番 " (it.account.branch) "　口座番号 ****" (tail) } }
                div { dt { "口座名義（カナ）" } dd { (it.account.holder_kana) } }
            }
        }
    }
}

/// One text field.
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    hint: &'a str,
    /// The width in digits; 0 for words.
    digits: usize,
    secret: bool,
}

impl<'a> Field<'a> {
    fn new(name: &'a str, label: &'a str, hint: &'a str) -> Field<'a> {
        Field {
            name,
            label,
            hint,
            digits: 0,
            secret: false,
        }
    }
}

fn error(it: &Transaction, name: &str) -> Option<String> {
    it.problems
        .iter()
        .find(|problem| problem.field == name)
        .map(|problem| problem.text.clone())
}

fn field(it: &Transaction, field: &Field<'_>) -> Markup {
    let error = error(it, field.name);
    let said = if error.is_some() {
        format!("{0}-hint {0}-error", field.name)
    } else {
        format!("{}-hint", field.name)
    };
    html! {
        div.field.wrong[error.is_some()] {
            label for=(field.name) { (field.label) }
            p.hint id={ (field.name) "-hint" } { (field.hint) }
            @if let Some(error) = &error { p.error id={ (field.name) "-error" } { span.vh { "エラー：" } (error) } }
            input id=(field.name) name=(field.name) autocomplete="off" type=(if field.secret { "password" } else { "text" })
                inputmode=[(field.digits > 0).then_some("numeric")] class={ "w" (field.digits) }
                value=[it.typed.get(field.name).filter(|_| !field.secret)]
                aria-describedby=(said) aria-invalid=[error.is_some().then_some("true")];
        }
    }
}

fn account_fields(it: &Transaction) -> Markup {
    let kana = field(
        it,
        &Field::new(
            "holder_kana",
            "口座名義（カナ）",
            "例：ヤマダ タロウ　ひらがなや半角でもかまいません",
        ),
    );
    html! {
        @if it.institution().is_yucho() {
            (field(it, &Field { digits: 5, ..Field::new("symbol", "記号", "通帳の1ページ目にある、1で始まる数字5桁です") }))
            (field(it, &Field { digits: 8, ..Field::new("number", "番号", "1で終わる数字2桁から8桁です") }))
        } @else {
            (field(it, &Field { digits: 3, ..Field::new("branch", "店番", "数字3桁です") }))
            (deposit_type(it))
            (field(it, &Field { digits: 7, ..Field::new("account_number", "口座番号", "数字7桁以内です。下2桁で、練習のシナリオが決まります") }))
        }
        (kana)
    }
}

fn deposit_type(it: &Transaction) -> Markup {
    let error = error(it, "deposit_type");
    let chosen = it.typed.get("deposit_type").map(String::as_str);
    html! {
        fieldset.field.wrong[error.is_some()] id="deposit_type" tabindex="-1" {
            legend { "預金種別" }
            @if let Some(error) = &error { p.error { span.vh { "エラー：" } (error) } }
            @for (value, name) in [("1", "普通"), ("2", "当座")] {
                label.choice for={ "deposit_type_" (value) } {
                    input id={ "deposit_type_" (value) } type="radio" name="deposit_type" value=(value) checked[chosen == Some(value)];
                    (name)
                }
            }
        }
    }
}

fn birth_fields(it: &Transaction) -> Markup {
    let error = error(it, "birth_year");
    html! {
        fieldset.field.wrong[error.is_some()] {
            legend { "生年月日" }
            p.hint id="birth-hint" { "例：1960年4月1日　練習用です。どの日付でも進めます" }
            @if let Some(error) = &error { p.error id="birth-error" { span.vh { "エラー：" } (error) } }
            div.date {
                @for (name, label, width) in [("birth_year", "年", 4), ("birth_month", "月", 2), ("birth_day", "日", 2)] {
                    span {
                        input id=(name) name=(name) type="text" inputmode="numeric" autocomplete="off" class={ "w" (width) }
                            aria-describedby="birth-hint" aria-invalid=[error.is_some().then_some("true")];
                        label for=(name) { (label) }
                    }
                }
            }
        }
    }
}

/// The page that lets the browser go.
pub fn end(it: &Transaction, now: NaiveDateTime, ending: Ending, exit: &Exit<'_>, merchant: &str) -> Page {
    let (title, words) = match ending {
        Ending::Used => (
            "この受付は、すでに開かれています",
            "手続きの画面が別に開いているときは、その画面で続けてください。",
        ),
        Ending::Expired => (
            "この受付は、期限が切れています",
            "収納機関の画面へ戻って、もう一度この画面へ進んでください。",
        ),
        Ending::Done => outcome_words(it.told(now).as_ref()),
    };
    site(
        it.institution(),
        title,
        html! {
            h1 { (title) }
            p { (words) }
            (facts(it, merchant))
            @if let (Ending::Done, Some(outcome)) = (ending, it.told(now)) {
                p.code { "結果コード " code { (outcome.code) } }
            }
            (leave(exit))
        },
    )
}

/// The page where the way back ends: a fault wants it so.
pub fn lost(it: &Transaction) -> Page {
    site(
        it.institution(),
        "収納機関へ戻れませんでした",
        html! {
            h1 { "収納機関へ戻れませんでした" }
            p { "通信が切れたことにする、練習用の障害です。ブラウザは、収納機関の画面へ戻りません。" }
            p.notice { "この画面を閉じてください。結果は、収納機関の画面で確かめてください。" }
        },
    )
}

fn leave(exit: &Exit<'_>) -> Markup {
    html! {
        @match exit {
            Exit::Form(address, method, fields, charset) => {
                p.notice { "まだ終わりではありません。下のボタンで、収納機関の画面へ戻ってください。" }
                form method=(method) action=(address) accept-charset=(charset) {
                    @for (name, value) in *fields { input type="hidden" name=(name) value=(value); }
                    button.primary id="return" { "収納機関へ戻る" }
                }
            }
            Exit::Link(address) => {
                p.notice { "いつも使っているブラウザで、つぎのアドレスを開いてください。読み取りコードでも開けます。" }
                p.address { a id="return" href=(address) { (address) } }
                p { img src="link.svg" alt="収納機関へ戻るアドレスの読み取りコード" width="240" height="240"; }
            }
            Exit::None => p.notice { "この画面で、ブラウザを閉じてください" },
        }
    }
}

fn outcome_words(outcome: Option<&Outcome>) -> (&'static str, &'static str) {
    const REFUSED: &str = "口座振替を登録できませんでした";
    let Some(outcome) = outcome else {
        return (
            "口座振替の申込みを受け付けました",
            "結果は、しばらくしてから収納機関へお知らせします。",
        );
    };
    match outcome.code.as_str() {
        "0000" => (
            "口座振替の登録が終わりました",
            "登録した口座から、料金を引き落とします。",
        ),
        "C01" => ("手続きを取りやめました", "口座振替は登録していません。"),
        "C02" => ("時間が過ぎたため、手続きを終わりました", "口座振替は登録していません。"),
        "B01" => (REFUSED, "暗証番号がちがいます。"),
        "B02" => (
            REFUSED,
            "暗証番号が続けてちがったため、このカードの暗証番号は使えなくなっています。窓口でお手続きください。",
        ),
        "B03" => (REFUSED, "入力された口座が見つかりません。"),
        "B04" => (REFUSED, "口座名義（カナ）が、届け出の名義とちがいます。"),
        "B05" => (REFUSED, "ご本人を確かめるための入力が、届け出の内容とちがいます。"),
        "B06" => (REFUSED, "この口座は、インターネットでの口座振替の申込みに使えません。"),
        "B07" => (REFUSED, "この口座は、インターネットの利用申込みがありません。"),
        "B11" => (REFUSED, "この口座は、すでに口座振替に登録されています。"),
        "B12" => (REFUSED, "いまは受付時間の外です。"),
        "B13" => (
            REFUSED,
            "混み合っています。しばらくしてから、もう一度お申し込みください。",
        ),
        "E01" => (REFUSED, "受付の鍵が使えません。収納機関の画面からやり直してください。"),
        "E11" => (REFUSED, "収納機関から届いた項目に、受け付けられないものがあります。"),
        "E12" => (REFUSED, "この収納機関の口座振替は、取り扱っていません。"),
        _ => (REFUSED, "金融機関の都合で、手続きを終えられませんでした。"),
    }
}
