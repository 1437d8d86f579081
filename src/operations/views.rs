use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    alarms::Alarm,
    web::{Site, ui::when},
};
use maud::{Markup, html};

pub fn alarms(site: &Site, staff: &Staff, open: &[Alarm]) -> Markup {
    let main = html! {
        (heading("警報"))
        @if open.is_empty() { p { "警報は0件です（確認済み）。" } }
        @for alarm in open {
            section class="card" {
                h2 { (alarm.message) }
                p { "はじめ " (when(alarm.first_at)) "　最後 " (when(alarm.last_at)) "　" (alarm.times) "回" }
                p class="hint mono" { (alarm.key) @if !alarm.subject.is_empty() { "　" (alarm.subject) } }
                @if let Some(id) = alarm.subject.strip_prefix("incident/") { p { a href={ "/incidents/" (id) } { "この障害を開く" } } }
                @match &alarm.acknowledged_by {
                    Some(by) => p { "職員番号 " (by) " が確認しました（" (alarm.acknowledged_at.map(when).unwrap_or_default()) "）。" },
                    None if staff.may(Permission::Operate) => {
                        form method="post" action={ "/alarms/" (alarm.id) "/acknowledgement" } {
                            button class="button button--secondary" type="submit" { "確認した（対応中）" }
                        }
                    }
                    None => p { span class="tag tag--look" { "未確認" } },
                }
            }
        }
    };
    ConsolePage::new("警報", "/alarms", main).render(site, staff)
}
