use super::pages::{HOME, Here};
use crate::{
    clock::jst,
    japan::date::wareki,
    training::{
        class::{Kind, Try},
        clockwork::Move,
        exercises::{Exercise, Goal, filled},
        sample::{self, STAFF},
    },
    web::{
        FormBody, Site, asset_path, environment_banner,
        ui::{self, FieldError, TextField, markdown, when},
    },
};
use chrono::NaiveDateTime;
use maud::{DOCTYPE, Markup, html};

fn frame(site: &Site, title: &str, has_errors: bool, main: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="format-detection" content="telephone=no";
                title { "【研修】" @if has_errors { "エラー：" } (title) " - " (site.bureau.name) }
                link rel="icon" href="/favicon.ico" sizes="32x32";
                link rel="stylesheet" href=(asset_path("app.css"));
                link rel="stylesheet" href=(asset_path("console.css"));
            }
            body class="console" {
                a class="skip-link" href="#main" { "本文へ移動" }
                (environment_banner(site))
                main class="desk__main desk__main--alone" id="main" { (main) }
            }
        }
    }
}

/// The site of a page at a desk: its bar leads to the other faces.
fn at_desk(site: &Site, here: &Here) -> Site {
    Site {
        practice: here.desk.workspace.site.practice.clone(),
        ..site.clone()
    }
}

fn text<'a>(name: &'a str, label: &'a str, hint: &'a str, value: &'a str, optional: bool) -> TextField<'a> {
    TextField {
        name,
        label,
        hint,
        value,
        width: "w12",
        autocomplete: "off",
        optional,
        ..Default::default()
    }
}

pub fn entrance(site: &Site, code: &str, errors: &[FieldError]) -> Markup {
    let mut form = FormBody::default();
    form.0.insert("code".into(), code.to_owned());
    entrance_again(site, &form, errors)
}

pub fn entrance_again(site: &Site, form: &FormBody, errors: &[FieldError]) -> Markup {
    // Before somebody sits, there is no desk that the bar could lead to.
    let outside = Site {
        practice: None,
        ..site.clone()
    };
    let main = html! {
        (ui::error_summary(errors))
        h1 { "研修の教室に入る" }
        p class="lead" { "研修担当から聞いたコードと、席の番号を入力してください。" }
        form class="form" method="post" action="/training/seat" novalidate {
            (text("code", "教室のコード", "例：K7M2QX", form.get("code"), false).render(errors))
            (text("number", "席の番号", "例：3", form.get("number"), false).render(errors))
            (text("name", "お名前", "修了証に印字します", form.get("name"), false).render(errors))
            (text("staff_code", "職員番号", "研修の記録を、職員の台帳に載せるときに使います", form.get("staff_code"), true).render(errors))
            (ui::submit("教室に入る"))
        }
    };
    frame(&outside, "研修の教室に入る", !errors.is_empty(), main)
}

/// Instead of a desk that could not be opened: what to do, and the way to another seat.
pub fn closed(site: &Site) -> Markup {
    let outside = Site {
        practice: None,
        ..site.clone()
    };
    let title = "この席のデータを開けません";
    let main = html! {
        h1 { (title) }
        p class="lead" { "研修担当に、「席のデータを開けない」と伝えてください。" }
        p { "研修担当が席をはじめの状態にもどすと、同じ席で続けられます。" }
        p { a class="button" href=(HOME) { "もう一度開く" } }
        form method="post" action="/training/leaving" {
            button class="button button--secondary" type="submit" { "席を離れて、別の席に入る" }
        }
    };
    frame(&outside, title, false, main)
}

/// At one desk everybody is the same few people, so nothing tells whose deed one was.
fn whose_goals(here: &Here) -> Markup {
    html! { @if here.class.is_shared {
        p class="notice" { "この教室は、全員が同じデータで練習します。ほかの人の操作でも、始めている課題が「できました」になります。時計も全員で1つです。" }
    } }
}

/// The newest of what the trainer said to this seat.
fn said(here: &Here) -> Markup {
    html! { @for message in here.class.said_to(here.seat.number).into_iter().take(3) {
        div class="notice" role="status" { h2 { "研修担当から" } p class="pre" { (message.body) } p class="hint" { (when(message.at)) } }
    } }
}

fn state(begun: Option<&Try>) -> Markup {
    html! {
        @match begun {
            None => span class="tag" { "まだ" },
            Some(begun) if begun.done_at().is_some() => span class="tag tag--good" { "できました" },
            Some(begun) => span class="tag tag--look" { (begun.reached()) " / " (begun.met.len()) },
        }
    }
}

pub fn home(site: &Site, here: &Here, exercises: &[&Exercise]) -> Markup {
    let (class, seat) = (&here.class, &here.seat);
    let done = seat.done();
    let title = match class.kind {
        Kind::Class => "課題",
        Kind::Acceptance => "受入テスト",
    };
    let main = html! {
        h1 { (title) "：" (class.title) }
        p class="lead" { (seat.name) " さん　席 " (seat.number) "　" (done) " / " (exercises.len()) " できました" }
        (said(here))
        (whose_goals(here))
        table class="table" {
            caption class="vh" { "課題" }
            thead { tr { th scope="col" { "課題" } th scope="col" { "状態" } th scope="col" { "時間" } } }
            tbody { @for exercise in exercises { tr {
                th scope="row" { a href={ "/training/exercises/" (exercise.head.id) } { (exercise.head.title) } }
                td { (state(seat.tries.get(&exercise.head.id))) }
                td class="time" { "およそ" (exercise.head.minutes) "分" }
            } } }
        }
        @if exercises.is_empty() { p { "この教室に課題はありません。上の「職員の画面」で、自由に試してください。" } }
        (roles("/"))
        (clock(here))
        section class="card" {
            h2 { "こまったとき" }
            form method="post" action="/training/help" {
                @if seat.wants_help {
                    p { "研修担当に知らせました" @if let Some(at) = seat.called_at { "（" (jst(at).format("%H:%M")) "）" } "。少しお待ちください。" }
                }
                button class="button button--secondary" type="submit" name="wanted" value=(if seat.wants_help { "no" } else { "yes" }) {
                    @if seat.wants_help { "知らせるのをやめる" } @else { "研修担当を呼ぶ" }
                }
            }
            form method="post" action="/training/leaving" { button class="button button--quiet" type="submit" { "席を立つ（この端末で）" } }
        }
    };
    frame(&at_desk(site, here), title, false, main)
}

/// The people of the desk; one press makes one of them of whoever sits there.
fn roles(next: &str) -> Markup {
    html! {
        section class="card" {
            h2 { "役をかえる" }
            p { "本番では、人ごとにパスキーでログインします。研修では、押すとその人になります。" }
            div class="actions" { @for (code, name, role) in STAFF {
                form method="post" action="/practice/person" {
                    input type="hidden" name="person" value=(code);
                    input type="hidden" name="next" value=(next);
                    button class="button button--secondary" type="submit" { (role.label()) " " (name) }
                }
            } }
        }
    }
}

fn clock(here: &Here) -> Markup {
    let now = jst(here.now());
    html! {
        section class="card" {
            h2 { "時計を進める" }
            p { "この席はいま " strong { (wareki(now.date())) "　" (now.format("%H:%M")) } " です。進めた時計は、もどせません。" }
            form class="actions" method="post" action="/training/clock" { @for to in Move::ALL {
                button class="button button--secondary" type="submit" name="to" value=(to.word()) { (to.label()) }
            } }
        }
    }
}

fn goal(no: usize, goal: &Goal, here: &Here, begun: Option<&Try>) -> Markup {
    let cases = here.class.desk(&here.seat.desk).map(|desk| &desk.cases);
    let fill = |text: &str| cases.map_or(text.to_owned(), |cases| filled(text, cases));
    let is_met = begun.and_then(|begun| begun.met.get(no)).is_some_and(Option::is_some);
    let answer = begun
        .and_then(|begun| begun.answers.get(&no))
        .map_or("", String::as_str);
    let name = format!("answer_{no}");
    html! {
        li class="card" {
            p { @if is_met { span class="tag tag--good" { "できました" } } @else { span class="tag" { "まだ" } } "　" (fill(&goal.text)) }
            @if let Some(question) = &goal.question {
                @if is_met { p { (fill(question)) } }
                @else if goal.options.is_empty() { (text(&name, &fill(question), "", answer, false).render(&[])) }
                @else {
                    fieldset class="field" {
                        legend { (fill(question)) }
                        div class="radios" { @for (n, option) in (1..).zip(&goal.options) {
                            @let id = format!("{name}-{n}");
                            div class="radio" {
                                input type="radio" id=(id) name=(name) value=(n) checked[answer == n.to_string()];
                                label for=(id) { (option) }
                            }
                        } }
                    }
                }
                @if !is_met && !answer.is_empty() { p class="error-message" { "もう一度、考えてみてください。" } }
            }
        }
    }
}

/// That it was done, and whether it is being done again.
fn was_done(at: NaiveDateTime, again: bool) -> Markup {
    html! {
        p class="notice notice--success" role="status" {
            "できました（" (when(at)) "）。"
            @if again { "いまは、もう一度しています。できた記録は、そのまま残ります。" }
            @else { a href=(HOME) { "次の課題をえらぶ" } }
        }
    }
}

/// What leads to the staff's pages, back to what was reached, and to the beginning.
fn ways(exercise: &Exercise) -> Markup {
    let head = &exercise.head;
    let path = format!("/training/exercises/{}", head.id);
    html! {
        div class="actions" {
            form method="post" action="/practice/person" {
                input type="hidden" name="person" value=(sample::person_of(&head.role).unwrap_or_default());
                input type="hidden" name="next" value=(head.start);
                button class="button" type="submit" { "職員の画面で始める" }
            }
            a class="button button--secondary" href=(path) { "できたか確かめる" }
            form method="post" action={ (path) "/beginning" } { button class="button button--quiet" type="submit" { "はじめからやり直す" } }
        }
        @if exercise.is_once() {
            p class="hint" { "この課題には、1回しかできない操作があります。その操作をした後にやり直すときは、先に、研修担当に「はじめの状態にもどす」をたのみます。" }
        }
    }
}

/// `errors` say what is wrong with what was typed; it stands in the seat that is shown.
pub fn exercise(site: &Site, here: &Here, exercise: &Exercise, errors: &[FieldError]) -> Markup {
    let head = &exercise.head;
    let (id, begun) = (&head.id, here.seat.newest(&head.id));
    let cases = here.class.desk(&here.seat.desk).map(|desk| &desk.cases);
    let body = cases.map_or(exercise.body.clone(), |cases| filled(&exercise.body, cases));
    let is_done = begun.is_some_and(|begun| begun.done_at().is_some());
    let asks = head.goals.iter().any(|goal| goal.question.is_some());
    let main = html! {
        nav class="crumbs noprint" aria-label="現在の位置" { ol { li { a href=(HOME) { "課題" } } li aria-current="page" { (head.title) } } }
        (ui::error_summary(errors))
        h1 { (head.title) }
        (said(here))
        @if let Some(at) = here.seat.done_at(id) { (was_done(at, !is_done)) }
        (markdown(&body))
        @match begun {
            None => form method="post" action={ "/training/exercises/" (id) "/beginning" } { (ui::submit("この課題を始める")) },
            Some(begun) => {
                h2 { "できたこと" }
                (whose_goals(here))
                (ways(exercise))
                form class="form" method="post" action={ "/training/exercises/" (id) "/answers" } {
                    ol { @for (no, one) in head.goals.iter().enumerate() { (goal(no, one, here, Some(begun))) } }
                    @if here.class.kind == Kind::Acceptance {
                        (ui::text_area("remark", "気づいたこと", "報告書に載ります", &begun.remark, 2, errors))
                    }
                    @if (asks && !is_done) || here.class.kind == Kind::Acceptance { (ui::submit("答える")) }
                }
            }
        }
        @if begun.is_some() { (roles(&head.start)) (clock(here)) }
    };
    frame(&at_desk(site, here), &head.title, !errors.is_empty(), main)
}
