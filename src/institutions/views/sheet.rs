use crate::{
    institutions::sheet::{Day, Month},
    japan::date::weekday,
};
use chrono::{Datelike, NaiveDate};
use maud::{Markup, html};

const WEEK: usize = 7;

/// A calendar sheet. `open` is said of a day without a line, which a phone leaves out.
pub fn sheet(caption: &str, days: &[Day], today: NaiveDate, open: &str) -> Markup {
    let ahead = days
        .first()
        .map_or(0, |d| d.date.weekday().num_days_from_sunday() as usize);
    let cells: Vec<Option<&Day>> = std::iter::repeat_n(None, ahead).chain(days.iter().map(Some)).collect();
    html! {
        table class="month" {
            caption { (caption) }
            thead { tr { @for day in ["日", "月", "火", "水", "木", "金", "土"] { th scope="col" { (day) } } } }
            tbody { @for week in cells.chunks(WEEK) { tr {
                @for day in week { (cell(*day, today, open)) }
                @for _ in week.len()..WEEK { td class="month__blank" {} }
            } } }
        }
        @if days.iter().any(|d| d.date >= today && !d.lines.is_empty()) {
            p class="hint month__rest" { "ここにない日は、" (open) "です。" }
        } @else {
            p class="hint month__rest" { (caption) "は、どの日も" (open) "です。" }
        }
    }
}

fn cell(day: Option<&Day>, today: NaiveDate, open: &str) -> Markup {
    let Some(day) = day else {
        return html! { td class="month__blank" {} };
    };
    let (is_over, date) = (day.date < today, day.date);
    let plain = is_over || day.lines.is_empty();
    html! {
        td class={ "month__cell" @if is_over { " month__cell--over" } @if plain { " month__cell--plain" } @if date == today { " month__cell--today" } } {
            time datetime=(date) {
                span class="month__short" aria-hidden="true" { @if date.day() == 1 { (date.month()) "/" } (date.day()) }
                span class="month__full" { (date.month()) "月" (date.day()) "日（" (weekday(date)) "）" }
            }
            @if date == today { span class="month__note" { "今日" } }
            @if let Some(name) = &day.holiday { span class="month__note month__note--holiday" { (name) } }
            @if is_over { span class="vh" { "過ぎた日" } }
            @else if day.lines.is_empty() { span class="vh" { (open) } }
            @else { @for line in &day.lines {
                span class={ "month__line" @if line.is_new { " month__line--new" } } { (line.text) }
            } }
        }
    }
}

/// Links to the month before and after; `to` makes an address from a month's word.
pub fn turn(month: Month, to: impl Fn(&str) -> String) -> Markup {
    let [before, after] = month.neighbours();
    html! {
        nav class="pager noprint" aria-label="月を選ぶ" {
            @if let Some(before) = before { a href=(to(&before)) rel="prev" { "前の月" } }
            @if let Some(after) = after { a href=(to(&after)) rel="next" { "次の月" } }
        }
    }
}
