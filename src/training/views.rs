//! The trainer's pages.
use super::{
    class::{Class, Kind, Seat, Try},
    clockwork::Move,
    report,
    school::School,
};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    clock::jst,
    japan::date::wareki,
    web::{
        FormBody, Site,
        document::Document,
        ui::{self, Choice, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/training";

fn text<'a>(name: &'a str, label: &'a str, hint: &'a str, value: &'a str) -> TextField<'a> {
    TextField {
        name,
        label,
        hint,
        value,
        width: "w12",
        autocomplete: "off",
        ..Default::default()
    }
}

pub fn not_set_up(site: &Site, staff: &Staff) -> Markup {
    let main = html! {
        (heading("研修"))
        p class="lead" { "この水道局では、研修の画面をまだ用意していません。" }
        p { "運用担当が設定ファイルに研修の項目を書くと、使えます。書き方は運用の手引きにあります。" }
    };
    ConsolePage::new("研修", PART, main).render(site, staff)
}

pub fn index(site: &Site, staff: &Staff, school: &School, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let classes = school.classes();
    let main = html! {
        (ui::error_summary(errors))
        (heading("研修"))
        p { "架空の人と申込みだけの教室を作ります。本番のデータには、何も影響しません。" }
        @if classes.is_empty() { p { "教室は0件です（確認済み）。下で作れます。" } } @else { (list(&classes)) }
        (new_class(school, typed, errors))
    };
    ConsolePage::new("研修", PART, main)
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn list(classes: &[Class]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="教室" {
            table class="table" {
                caption class="vh" { "教室（新しい順）" }
                thead { tr { th scope="col" { "コード" } th scope="col" { "名前" } th scope="col" { "種類" } th scope="col" { "日" } th scope="col" { "席" } th scope="col" { "状態" } } }
                tbody { @for class in classes { tr {
                    th scope="row" class="mono" { a href={ (PART) "/" (class.id) } { (class.id) } }
                    td data-label="名前" { (class.title) }
                    td data-label="種類" { (class.kind.label()) }
                    td data-label="日" { (class.day) }
                    td data-label="席" { (class.seats.len()) }
                    td data-label="状態" { @if class.ended_at.is_some() { span class="tag" { "終わりました" } } @else { span class="tag tag--good" { "開いています" } } }
                } } }
            }
        }
    }
}

const KINDS: [Choice; 2] = [
    Choice {
        value: "class",
        label: "研修",
        note: "",
    },
    Choice {
        value: "acceptance",
        label: "受入テスト",
        note: "計画書・手順書・報告書を印刷できます",
    },
];
const SHARING: [Choice; 2] = [
    Choice {
        value: "no",
        label: "1人ずつ、別のデータで練習する",
        note: "",
    },
    Choice {
        value: "yes",
        label: "全員が、同じデータで練習する",
        note: "",
    },
];

fn or<'a>(typed: &'a str, otherwise: &'a str) -> &'a str {
    if typed.is_empty() { otherwise } else { typed }
}

fn new_class(school: &School, typed: &FormBody, errors: &[FieldError]) -> Markup {
    let is_fresh = typed.0.is_empty();
    let today = jst(school.now()).date().to_string();
    html! {
        h2 { "教室を作る" }
        form class="form" method="post" action=(PART) novalidate {
            (text("title", "教室の名前", "例：新任の受付担当の研修", typed.get("title")).render(errors))
            (text("day", "教室の日", "研修の画面の時計は、この日の10時から始まります", if is_fresh { &today } else { typed.get("day") }).render(errors))
            (text("size", "席の数", "1から30まで", if is_fresh { "10" } else { typed.get("size") }).render(errors))
            (ui::choices("kind", "種類", "", or(typed.get("kind"), "class"), &KINDS, errors))
            (ui::choices("shared", "席のデータ", "", or(typed.get("shared"), "no"), &SHARING, errors))
            fieldset class="field" id="exercises" tabindex="-1" {
                legend { "課題" }
                p class="hint" { "受入テストでは、受入テスト用のものをすべて行います。" }
                (ui::error_message("exercises", errors))
                div class="radios" { @for exercise in school.exercises().iter() {
                    @let name = format!("exercise_{}", exercise.head.id);
                    div class="checkbox" {
                        input type="checkbox" id=(name) name=(name) value="yes" checked[is_fresh || typed.get(&name) == "yes"];
                        label for=(name) { (exercise.head.title) "（" (exercise.head.minutes) "分）" }
                    }
                } }
            }
            (TextField { optional: true, ..text("seed", "データの種", "同じ番号は、同じ人と申込みになります。空らんは1", typed.get("seed")) }.render(errors))
            (ui::submit("教室を作る"))
        }
    }
}

fn cell(begun: Option<&Try>) -> Markup {
    html! { @match begun {
        None => "－",
        Some(begun) if begun.done_at().is_some() => span class="tag tag--good" { "できた" },
        Some(begun) => { (begun.reached()) "/" (begun.met.len()) },
    } }
}

fn desk_time(school: &School, seat: &Seat) -> String {
    match school.desk(&seat.desk) {
        Some(desk) => {
            let now = jst(desk.workspace.clock.now());
            format!("{} {}", now.format("%m/%d"), now.format("%H:%M"))
        }
        None => String::new(),
    }
}

pub fn show(site: &Site, staff: &Staff, school: &School, class: &Class, errors: &[FieldError]) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let title = format!("{}（{}）", class.title, class.id);
    let is_open = class.ended_at.is_none();
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        @if is_open {
            p class="lead" { "受講する人は " strong { (school.addresses().console) "/training/" } " を開き、コード " strong class="mono" { (class.id) } " と席の番号を入力します。" }
            div class="actions" { a class="button button--secondary" href=(path) { "進み具合を最新にする" } }
            p class="hint" { "10秒ごとに、自動でも新しくなります。" }
        } @else { p class="lead" { "この教室は終わりました。データは消してあります。" } }
        @if let Some(last) = class.log.last() { p class="hint" role="status" { "最後にしたこと：" (last.what) "（" (last.who) "　" (when(last.at)) "）" } }
        div id="progress" hx-get=[is_open.then_some(&path)] hx-trigger="every 10s" hx-select="#progress" hx-swap="outerHTML" { (progress(school, class)) }
        @if is_open { (acts(class, &path, errors)) }
        div class="actions noprint" {
            a class="button button--secondary" href={ (path) "/certificates" } { "修了証を印刷する" }
            a class="button button--secondary" href={ (path) "/report" } { @if class.kind == Kind::Acceptance { "受入テストの報告書" } @else { "研修の記録" } }
        }
        @if !is_open { (on_record(&path)) }
    };
    ConsolePage::new(&title, PART, main)
        .htmx()
        .crumbs(&[("研修", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn progress(school: &School, class: &Class) -> Markup {
    let exercises = school.exercises_of(class);
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="進み具合" {
            table class="table table--dense" {
                caption class="vh" { "進み具合" }
                thead { tr {
                    th scope="col" { "席" } th scope="col" class="who" { "お名前" } th scope="col" { "席の時計" }
                    @for (n, exercise) in (1..).zip(&exercises) { th scope="col" title=(exercise.head.title) { (n) } }
                } }
                tbody { @for seat in &class.seats { tr {
                    th scope="row" class="number" { (seat.number) }
                    td data-label="お名前" class="who" { (seat.name) @if seat.wants_help { " " span class="tag tag--bad" { "呼んでいます" } } }
                    td data-label="席の時計" class="time" { (desk_time(school, seat)) }
                    @for (n, exercise) in (1..).zip(&exercises) {
                        td data-label={ (n) " " (exercise.head.title) } { (cell(seat.tries.get(&exercise.head.id))) }
                    }
                } } }
            }
        }
        details class="details" { summary { "番号と課題" } ol { @for exercise in &exercises { li { (exercise.head.title) } } } }
    }
}

/// `choose`: nothing is chosen at first, so that one press does not reach everybody.
fn desks(class: &Class, id: &str, choose: bool) -> Markup {
    html! {
        div class="field" {
            label for=(id) { "席" }
            select class="input" id=(id) name="desk" {
                @if choose { option value="" { "えらんでください" } }
                option value="all" { "すべて" }
                @for desk in &class.desks {
                    @let numbers: Vec<String> = class.seats.iter().filter(|seat| seat.desk == desk.id).map(|seat| seat.number.to_string()).collect();
                    option value=(desk.id) { @if class.is_shared { "共通の席" } @else { (numbers.join("、")) } }
                }
            }
        }
    }
}

fn acts(class: &Class, path: &str, errors: &[FieldError]) -> Markup {
    html! {
        section class="card noprint" {
            h2 { "受講する人に伝える" }
            form class="form" method="post" action={ (path) "/messages" } novalidate {
                div class="field" {
                    label for="seat" { "だれに" }
                    select class="input" id="seat" name="seat" {
                        option value="" { "全員" }
                        @for seat in class.seats.iter().filter(|seat| seat.entered_at.is_some()) { option value=(seat.number) selected[seat.wants_help] { "席 " (seat.number) " " (seat.name) } }
                    }
                }
                (ui::text_area("body", "伝えること", "", "", 2, errors))
                (ui::submit("伝える"))
            }
        }
        section class="card noprint" {
            h2 { "時計を進める" }
            form class="form" method="post" action={ (path) "/clock" } {
                (desks(class, "clock-desk", false))
                div class="actions" { @for to in Move::ALL { button class="button button--secondary" type="submit" name="to" value=(to.word()) { (to.label()) } } }
            }
        }
        section class="card noprint" {
            h2 { "申込みの多い日をまねる" }
            p { "架空の申込みを受け付けながら、時計を進めます。終わるまで、席の時計が進みつづけます。" }
            form class="form" method="post" action={ (path) "/replay" } {
                (desks(class, "replay-desk", true))
                (text("days", "日数", "1から31まで", "7").render(errors))
                (text("a_day", "1日の申込み", "1から40まで", "10").render(errors))
                (ui::submit("始める"))
            }
        }
        section class="card noprint" {
            h2 { "はじめの状態にもどす" }
            form class="form" method="post" action={ (path) "/resets" } {
                (desks(class, "reset-desk", true))
                (ui::submit("はじめの状態にもどす"))
            }
        }
        section class="card noprint" {
            h2 { "教室を終える" }
            p { "教室のデータと、研修用の職員、パスキーをすべて消します。だれが何をしたかの記録は残ります。" }
            form method="post" action={ (path) "/ending" } { button class="button" type="submit" { "教室を終える" } }
        }
    }
}

fn on_record(path: &str) -> Markup {
    html! {
        section class="card noprint" {
            h2 { "職員の台帳に載せる" }
            p { "職員番号を入力した人について、受けた研修を職員の台帳に載せます。本番の台帳に書くのは、これだけです。" }
            form method="post" action={ (path) "/trainings" } { button class="button button--secondary" type="submit" { "台帳に載せる" } }
        }
    }
}

pub fn report(site: &Site, staff: &Staff, class: &Class, document: &Document) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let main = html! {
        (heading(&document.title))
        (document.markup())
        div class="actions noprint" {
            button class="button button--secondary" type="button" data-print { "印刷する（PDFにもできます）" }
            a class="button button--secondary" href={ (path) "/report/word" } { "Wordのファイルを受け取る" }
        }
    };
    ConsolePage::new(&document.title, PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .render(site, staff)
}

/// One A4 page for each person who came.
pub fn certificates(site: &Site, staff: &Staff, school: &School, class: &Class) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let exercises = school.exercises_of(class);
    let came: Vec<&Seat> = class.seats.iter().filter(|seat| seat.entered_at.is_some()).collect();
    let main = html! {
        (heading("修了証"))
        p class="noprint" { "1人に1枚、A4で印刷します。" }
        @if came.is_empty() { p { "教室に入った人は0人です（確認済み）。" } }
        @for seat in came {
            section class="sheet certificate" {
                h2 { "修了証（研修用）" }
                p class="lead" { (seat.name) " さん" @if !seat.code.is_empty() { "（職員番号 " (seat.code) "）" } }
                p { (wareki(class.day)) "に、「" (class.title) "」を受けたことを証します。" }
                ul { @for exercise in exercises.iter().filter(|exercise| seat.tries.contains_key(&exercise.head.id)) {
                    li { (exercise.head.title) "　" (report::result(seat.tries.get(&exercise.head.id), class.kind)) }
                } }
                p { (site.bureau.name) "　研修担当 " (class.trainer) "　発行 " (when(school.now())) }
            }
        }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("修了証", PART, main)
        .crumbs(&[("研修", PART), (&class.id, &path)])
        .render(site, staff)
}
