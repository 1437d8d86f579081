//! What a trainer can do with a class that runs.
use super::{Refused, text};
use crate::{
    training::{
        class::{Class, ReplayState, Replaying, Seat},
        clockwork::{Move, Speed},
        school::{School, Work},
    },
    web::ui::{self, Choice, FieldError, when},
};
use maud::{Markup, html};

/// The words are those of [`Speed`]; a test sends each.
const SPEEDS: [Choice; 3] = [
    Choice {
        value: "slow",
        label: "ゆっくり",
        note: "1日に20秒あまり。見せながら話すとき",
    },
    Choice {
        value: "usual",
        label: "ふつう",
        note: "1日に5秒あまり",
    },
    Choice {
        value: "fast",
        label: "はやい",
        note: "できるだけ早く終えます",
    },
];

/// A seat in the list of those who can be spoken to.
pub fn addressee(seat: &Seat) -> String {
    match seat.is_taken() {
        true => format!("席 {} {}", seat.number, seat.name),
        false => format!("席 {}（空いています）", seat.number),
    }
}

/// A field around a list to choose from, with what is wrong with it.
fn list(id: &str, name: &str, label: &str, errors: &[FieldError], options: Markup) -> Markup {
    let has_error = FieldError::of(errors, id).is_some();
    html! {
        div class={ "field" @if has_error { " field--error" } } {
            label for=(id) { (label) }
            (ui::error_message(id, errors))
            select class="input" id=(id) name=(name) aria-describedby=[has_error.then(|| format!("{id}-error"))] aria-invalid=[has_error.then_some("true")] {
                (options)
            }
        }
    }
}

/// Whose desk it is.
fn numbers(class: &Class, desk: &str) -> String {
    if class.is_shared {
        return "共通の席".to_owned();
    }
    let at = class.seats.iter().filter(|seat| seat.desk == desk);
    at.map(|seat| seat.number.to_string()).collect::<Vec<_>>().join("、")
}

/// Nothing is chosen at first, so that one press does not reach everybody. `alone`: but where there is one desk, that is it.
fn desks(class: &Class, id: &str, alone: bool, chosen: &str, errors: &[FieldError]) -> Markup {
    let is_one = class.desks.len() == 1;
    let options = html! {
        @if !(is_one && alone) { option value="" { "えらんでください" } }
        @if !is_one { option value="all" selected[chosen == "all"] { "すべて" } }
        @for desk in &class.desks {
            option value=(desk.id) selected[chosen == desk.id] { (numbers(class, &desk.id)) }
        }
    };
    list(id, "desk", "席", errors, options)
}

pub fn acts(class: &Class, path: &str, refused: &Refused) -> Markup {
    html! {
        section class="card noprint" { h2 { "受講する人に伝える" } (messages(class, path, refused)) }
        section class="card noprint" {
            h2 { "時計を進める" }
            form class="form" method="post" action={ (path) "/clock" } novalidate {
                (desks(class, "clock-desk", true, refused.value("clock", "desk", ""), &refused.errors))
                div class="actions" { @for to in Move::ALL { button class="button button--secondary" type="submit" name="to" value=(to.word()) { (to.label()) } } }
            }
        }
        section class="card noprint" {
            h2 { "申込みの多い日をまねる" }
            p { "架空の申込みを受け付けながら、時計を進めます。終わるまで、席の時計が進みつづけます。" }
            form class="form" method="post" action={ (path) "/replay" } novalidate {
                (desks(class, "replay-desk", false, refused.value("replay", "desk", ""), &refused.errors))
                (text("days", "日数", "1から31まで", refused.value("replay", "days", "7")).render(&refused.errors))
                (text("a_day", "1日の申込み", "1から40まで。夜は少なく、夕方に多く、土日は減ります", refused.value("replay", "a_day", "10")).render(&refused.errors))
                (ui::choices("speed", "速さ", "", refused.value("replay", "speed", Speed::Usual.word()), &SPEEDS, &refused.errors))
                (ui::submit("始める"))
            }
        }
        section class="card noprint" {
            h2 { "はじめの状態にもどす" }
            form class="form" method="post" action={ (path) "/resets" } novalidate {
                (desks(class, "reset-desk", false, refused.value("resets", "desk", ""), &refused.errors))
                (ui::submit("はじめの状態にもどす"))
            }
        }
        section class="card noprint" {
            h2 { "教室を終える" }
            p { "教室のデータと、研修用の職員、パスキーをすべて消します。消える前に、確かめる画面が出ます。" }
            div class="actions" { a class="button button--secondary" href={ (path) "/ending" } { "教室を終える" } }
        }
    }
}

/// What is being done at the desks, and at how many of them it is done.
pub fn working(school: &School, class: &Class) -> Markup {
    html! { @if let Some(now) = school.working(&class.id) {
        p class="notice" role="status" {
            @match now.work {
                Work::Move(to) => { "時計を進めています（" (to.label()) "）" },
                Work::Reset => "はじめの状態にもどしています",
            }
            "：" (now.done) " / " (now.all) " 席。この画面を閉じても、終わりまで続きます。"
        }
    } }
}

fn how_it_is(replay: &Replaying) -> Markup {
    html! { @match replay.state {
        ReplayState::Running => span class="tag tag--look" { "まねています。席の時計で" (when(replay.until)) "まで" },
        ReplayState::Done => span class="tag tag--good" { "終わりました" },
        ReplayState::Stopped => span class="tag" { "止めました" },
        ReplayState::Interrupted => span class="tag" { "プログラムの起動し直しで、止まりました。続けるときは、もう一度始めます" },
        ReplayState::Failed => span class="tag tag--bad" { "続けられなくなりました。もう一度始めるか、「はじめの状態にもどす」を押します" },
    } }
}

/// How the replays are, and what stops one that runs.
pub fn replays(class: &Class, path: &str) -> Markup {
    let all = class
        .desks
        .iter()
        .filter_map(|kept| Some((kept, kept.replay.as_ref()?)));
    let all: Vec<_> = all.filter(|_| class.ended_at.is_none()).collect();
    html! { @if !all.is_empty() {
        h2 { "申込みの多い日のまね" }
        ul class="rows" { @for (kept, replay) in all { li class="rows__item" {
            p { @if !class.is_shared { "席 " } (numbers(class, &kept.id)) "　" (how_it_is(replay)) }
            @if replay.state == ReplayState::Running {
                form method="post" action={ (path) "/replay" } {
                    button class="button button--secondary" type="submit" name="stop" value=(kept.id) { "止める" }
                }
            }
        } } }
    } }
}

/// Every seat stands in the list, so that what is chosen stays while the names are kept up to date.
fn messages(class: &Class, path: &str, refused: &Refused) -> Markup {
    let calling = class
        .taken()
        .find(|seat| seat.wants_help)
        .map(|seat| seat.number.to_string());
    let chosen = refused.value("messages", "seat", calling.as_deref().unwrap_or_default());
    let options = html! {
        option value="" { "全員" }
        @for seat in &class.seats {
            option id={ "to-" (seat.number) } value=(seat.number) selected[chosen == seat.number.to_string()] { (addressee(seat)) }
        }
    };
    html! {
        form class="form" method="post" action={ (path) "/messages" } novalidate {
            (list("seat", "seat", "だれに", &refused.errors, options))
            (ui::text_area("body", "伝えること", "", refused.value("messages", "body", ""), 2, &refused.errors))
            (ui::submit("伝える"))
        }
    }
}
