use super::{
    Unit,
    pages::{Board, Line},
};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    web::{Site, ui::when},
};
use maud::{Markup, html};

pub fn index(site: &Site, staff: &Staff, board: &Board) -> Markup {
    let main = html! {
        (heading("稼働状況"))
        p { a href="/checks" { "目視点検の記録" } "　" a href="/incidents" { "障害・連絡" } "　" a href="/alarms" { "警報" } }
        @match board.at {
            None => p class="notice" { "まだ数字がありません。5分おきに記録します。しばらくしてから、もう一度開いてください。" },
            Some(at) => p { (when(at)) " の数字です。5分おきに記録します。線は直近24時間です。" },
        }
        @if board.alarms.is_empty() { p { "終わっていない警報は0件です（確認済み）。" } }
        @else { ul class="notice notice--warning" { @for alarm in &board.alarms { li { (alarm.message) } } } }
        @if !board.lines.is_empty() { div class="scroll" tabindex="0" role="region" aria-label="稼働状況の数字" {
            table class="table table--dense" {
                caption class="vh" { "稼働状況の数字" }
                thead { tr { th scope="col" { "項目" } th scope="col" { "いま" } th scope="col" { "直近24時間" } th scope="col" { "最小" } th scope="col" { "最大" } } }
                tbody { @for line in &board.lines { (row(line)) } }
            }
        } }
        div class="actions noprint" { button class="button button--secondary" type="button" data-print { "印刷する" } }
    };
    ConsolePage::new("稼働状況", "/status", main).render(site, staff)
}

fn row(line: &Line) -> Markup {
    let (least, most) = span(&line.values);
    let is_bad = line.unit == Unit::Well && line.now != 1;
    html! {
        tr {
            th scope="row" { (line.label) }
            td data-label="いま" class="number" {
                @if is_bad { span class="tag tag--bad" { (line.unit.show(line.now)) } }
                @else if line.is_old { "（" (line.unit.show(line.now)) "）" }
                @else { (line.unit.show(line.now)) }
            }
            td data-label="直近24時間" { (spark(line)) }
            td data-label="最小" class="number" { (line.unit.show(least)) }
            td data-label="最大" class="number" { (line.unit.show(most)) }
        }
    }
}

fn span(values: &[i64]) -> (i64, i64) {
    let least = values.iter().min().copied().unwrap_or_default();
    (least, values.iter().max().copied().unwrap_or_default())
}

const WIDTH: i64 = 160;
const HEIGHT: i64 = 32;

/// The day as a line; its numbers stand beside it, so that nobody needs to see it.
fn spark(line: &Line) -> Markup {
    let (least, most) = span(&line.values);
    let (height, steps) = ((most - least).max(1), (line.values.len() as i64 - 1).max(1));
    let point = |(n, value): (usize, &i64)| {
        let (x, y) = (
            n as i64 * WIDTH / steps,
            HEIGHT - 2 - (value - least) * (HEIGHT - 4) / height,
        );
        format!("{x},{y}")
    };
    let points: Vec<String> = line.values.iter().enumerate().map(point).collect();
    let label = format!(
        "{}の直近24時間：最小 {}、最大 {}",
        line.label,
        line.unit.show(least),
        line.unit.show(most)
    );
    html! {
        svg class="spark" role="img" aria-label=(label) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT) {
            polyline points=(points.join(" ")) fill="none" stroke="currentColor" stroke-width="1.5" {}
        }
    }
}
