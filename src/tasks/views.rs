use super::{Ending, Kind, Task};
use crate::{
    accounts::{ConsolePage, SAYS_POLLING, Staff, heading},
    web::{Site, ui::when},
};
use maud::{Markup, html};

/// A task with the words of its kind.
pub(super) struct Show<'a> {
    pub kind: &'a Kind,
    pub task: &'a Task,
}

impl Show<'_> {
    fn title(&self) -> String {
        let title = self.kind.title;
        match self.task.ending {
            None => format!("{title}をしています"),
            Some(Ending::Nothing) => self.kind.nothing.to_owned(),
            Some(Ending::Failed) => format!("{title}ができませんでした"),
            Some(Ending::Done) => format!("{title}が終わりました"),
        }
    }
}

/// 「12,000 / 100,000件」; nothing before the whole is known.
fn so_far(kind: &Kind, task: &Task) -> Option<String> {
    let unit = kind.unit;
    (task.total > 0).then(|| format!("{} / {}{unit}", grouped(task.done), grouped(task.total)))
}

fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let (first, count) = (digits.len() % 3, digits.len());
    let with_commas = digits
        .char_indices()
        .map(|(place, digit)| match place > 0 && place % 3 == first && count > 3 {
            true => format!(",{digit}"),
            false => digit.to_string(),
        });
    with_commas.collect()
}

pub(super) fn show(site: &Site, staff: &Staff, shown: &Show) -> Markup {
    let (kind, task, title) = (shown.kind, shown.task, shown.title());
    let (part, name) = kind.part;
    let path = format!("/tasks/{}", task.id);
    let main = html! {
        (heading(&title))
        @match task.ending {
            None => {
                div id="task" hx-get=(path) hx-trigger="load delay:1s" hx-headers=(SAYS_POLLING) hx-select="#task" hx-swap="outerHTML" {
                    @if let Some(so_far) = so_far(kind, task) {
                        p class="lead" role="status" { (so_far) }
                        progress class="progress" max=(task.total) value=(task.done) aria-label=(kind.title) { (so_far) }
                    } @else { p class="lead" role="status" { "準備しています。" } }
                    p class="hint" { "始めた時刻：" (when(task.asked_at)) }
                }
                p { "この画面を閉じても、処理は続きます。" }
                div class="actions noprint" { a class="button button--secondary" href=(path) { "最新の様子を見る" } }
            }
            Some(Ending::Failed) => {
                div id="task" {
                    p class="lead" role="status" { "データは変わっていません。もう一度お試しください。続くときは、運用の担当者に連絡してください。" }
                    p class="hint" { "始めた時刻：" (when(task.asked_at)) }
                }
            }
            Some(_) => { div id="task" { p class="lead" role="status" { "新しく作るものはありませんでした（確認済み）。" } } }
        }
        p { a href=(part) { (name) "にもどる" } }
    };
    ConsolePage::new(&title, part, main)
        .crumbs(&[(name, part)])
        .htmx()
        .render(site, staff)
}

/// What is being done still, for the page of the part that it belongs to.
pub fn open_tasks(kind: &Kind, open: &[Task]) -> Markup {
    html! {
        @for task in open {
            p class="notice" role="status" {
                (kind.title) "をしています。"
                @if let Some(so_far) = so_far(kind, task) { (so_far) "　" }
                a href={ "/tasks/" (task.id) } { "様子を見る" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn figures_are_grouped_by_thousands() {
        let all = [0, 12, 999, 1000, 12_345, 100_000, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "12", "999", "1,000", "12,345", "100,000", "1,234,567"]);
    }
}
