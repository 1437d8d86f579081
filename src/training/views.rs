//! The trainer's pages.
mod acts;
mod ending;
mod goals;
mod printed;
mod record;
mod seats;
mod sets;

pub use ending::ending;
pub use printed::{certificates, report};
pub use record::{Found, Looked, code_field, confirm, take_field};
pub use seats::seat;

use super::{
    class::{Class, Kind, Seat, Try},
    doors::Closed,
    school::School,
};
use crate::{
    accounts::{ConsolePage, SAYS_POLLING, Staff, heading},
    clock::jst,
    web::{
        FormBody, Site,
        ui::{self, Choice, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/training";

/// Why a class was not made.
#[derive(Clone, Copy)]
pub enum NotMade<'a> {
    Wrong(&'a [FieldError]),
    /// Nothing is wrong with what was typed: the program could not.
    Now,
}

/// A form of a class's page that was sent and not done. By default none was.
#[derive(Default)]
pub struct Refused {
    form: &'static str,
    typed: FormBody,
    errors: Vec<FieldError>,
}

impl Refused {
    /// `form` is the last part of where it is sent to.
    pub fn new(form: &'static str, typed: FormBody, errors: Vec<FieldError>) -> Self {
        Self { form, typed, errors }
    }
    /// What was typed into a field of this form; otherwise what stands there at first.
    fn value<'a>(&'a self, form: &str, field: &str, at_first: &'a str) -> &'a str {
        if self.form == form {
            self.typed.get(field)
        } else {
            at_first
        }
    }
}

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

pub fn closed(site: &Site, staff: &Staff, closed: &Closed) -> Markup {
    let main = html! {
        (heading("研修"))
        div class="notice notice--warning" {
            h2 { "研修の画面は、いま閉じています" }
            p { (closed.0) }
            p { "本番の画面は、いつもどおり使えます。運用担当に知らせてください。直して起動し直すと、研修も使えます。" }
        }
    };
    ConsolePage::new("研修", PART, main).render(site, staff)
}

/// Which seats cannot be used, and what mends them.
fn left_out(numbers: &[u32]) -> Markup {
    let listed = numbers.iter().map(u32::to_string).collect::<Vec<_>>().join("、");
    html! { @if !numbers.is_empty() {
        div class="notice notice--warning" {
            h2 { "開けない席があります" }
            p { "席 " (listed) " のデータを開けませんでした。ほかの席は使えます。" }
            p { "「はじめの状態にもどす」で直せます。続くときは、運用担当に知らせてください。" }
        }
    } }
}

/// Classes whose files cannot be read.
fn unread(codes: &[String]) -> Markup {
    html! { @if !codes.is_empty() {
        p class="notice notice--warning" { "開けない教室：" (codes.join("、")) "。運用担当に知らせてください。" }
    } }
}

pub fn index(site: &Site, staff: &Staff, school: &School, typed: &FormBody, made: Result<(), NotMade>) -> Markup {
    let classes = school.classes();
    let errors = match made {
        Err(NotMade::Wrong(errors)) => errors,
        _ => &[],
    };
    let main = html! {
        (ui::error_summary(errors))
        @if matches!(made, Err(NotMade::Now)) { (not_made()) }
        (heading("研修"))
        p { "架空の人と申込みだけの教室を作ります。本番のデータには、何も影響しません。" }
        (unread(school.unread()))
        @if classes.is_empty() { p { "教室は0件です（確認済み）。下で作れます。" } } @else { (list(&classes)) }
        (new_class(school, typed, errors))
    };
    ConsolePage::new("研修", PART, main)
        .errors(made.is_err())
        .render(site, staff)
}

fn not_made() -> Markup {
    html! {
        div class="error-summary" id="errors" tabindex="-1" role="group" aria-labelledby="errors-title" autofocus {
            h2 id="errors-title" { "教室を作れませんでした" }
            p { "作りかけのデータは、残っていません。入力した内容は、下に残っています。" }
            p { "もう一度「教室を作る」を押してください。続くときは、運用担当に知らせてください。" }
        }
    }
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
        note: "1人の操作で、全員の課題が進みます",
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
            (sets::exercises(school, typed, is_fresh, errors))
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

pub fn show(site: &Site, staff: &Staff, school: &School, class: &Class, refused: &Refused) -> Markup {
    let path = format!("{PART}/{}", class.id);
    let title = format!("{}（{}）", class.title, class.id);
    let is_open = class.ended_at.is_none();
    let main = html! {
        (ui::error_summary(&refused.errors))
        (heading(&title))
        @if is_open {
            p class="lead" { "受講する人は " strong { (school.addresses().console) "/training/" } " を開き、コード " strong class="mono" { (class.id) } " と席の番号を入力します。" }
            div class="actions" { a class="button button--secondary" href=(path) { "進み具合を最新にする" } }
            p class="hint" { "10秒ごとに、自動でも新しくなります。" }
        } @else { p class="lead" { "この教室は終わりました。データは消してあります。" } }
        (left_out(&school.closed_seats(class)))
        @if let Some(last) = class.log.last() { p class="hint" role="status" { "最後にしたこと：" (last.what) "（" (last.who) "　" (when(last.at)) "）" } }
        @if class.is_shared { p class="notice" { "この教室は、全員が同じデータで練習します。だれかの操作で目標ができると、その課題を始めている全員が「できた」になります。" } }
        div id="progress" hx-get=[is_open.then_some(&path)] hx-trigger="every 10s" hx-headers=(SAYS_POLLING) hx-select="#progress" hx-swap="outerHTML" { (progress(school, class)) }
        @if is_open { (goals::goals(school, class)) }
        details class="details" { summary { "番号と課題" } ol { @for exercise in school.exercises_of(class) { li { (exercise.head.title) } } } }
        @if is_open { (acts::acts(class, &path, refused)) }
        div class="actions noprint" {
            a class="button button--secondary" href={ (path) "/certificates" } { "修了証・受講証を印刷する" }
            a class="button button--secondary" href={ (path) "/report" } { @if class.kind == Kind::Acceptance { "受入テストの報告書" } @else { "研修の記録" } }
        }
        @if !is_open { (record::on_record(class, &path)) }
    };
    ConsolePage::new(&title, PART, main)
        .htmx()
        .crumbs(&[("研修", PART)])
        .errors(!refused.errors.is_empty())
        .render(site, staff)
}

/// Who sits there; the name leads to where it is put right.
fn who(class: &Class, seat: &Seat) -> Markup {
    html! {
        td data-label="お名前" class="who" {
            @if seat.is_taken() && class.ended_at.is_none() {
                a id={ "who-" (seat.number) } href={ (PART) "/" (class.id) "/seats/" (seat.number) } { (seat.name) }
            } @else { (seat.name) }
            (calling(seat))
        }
    }
}

/// That somebody calls, and since when: by the real clock, as all that the trainer's pages say of what was done.
fn calling(seat: &Seat) -> Markup {
    html! {
        @if seat.wants_help {
            " " span class="tag tag--bad" { "呼んでいます" @if let Some(at) = seat.called_at { "（" (jst(at).format("%H:%M")) "から）" } }
        }
    }
}

fn progress(school: &School, class: &Class) -> Markup {
    let exercises = school.exercises_of(class);
    html! {
        (acts::working(school, class))
        div class="scroll" tabindex="0" role="region" aria-label="進み具合" {
            table class="table table--dense" {
                caption class="vh" { "進み具合" }
                thead { tr {
                    th scope="col" { "席" } th scope="col" class="who" { "お名前" } th scope="col" { "席の時計" }
                    @for (n, exercise) in (1..).zip(&exercises) { th scope="col" title=(exercise.head.title) { (n) } }
                } }
                tbody { @for seat in &class.seats { tr {
                    // Tells the list below who sits there (`assets/js/console/desk.js`).
                    th scope="row" class="number" data-tells={ "to-" (seat.number) } data-words=(acts::addressee(seat)) { (seat.number) }
                    (who(class, seat))
                    td data-label="席の時計" class="time" { (desk_time(school, seat)) }
                    @for (n, exercise) in (1..).zip(&exercises) {
                        td data-label={ (n) " " (exercise.head.title) } { (cell(seat.tries.get(&exercise.head.id))) }
                    }
                } } }
            }
        }
        (acts::replays(class, &format!("{PART}/{}", class.id)))
    }
}
