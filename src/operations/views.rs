use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    alarms::{self, Alarm},
    audit,
    web::{Site, ui::when},
};
use maud::{Markup, html};

/// What an alarm is about, as a link where there is a page.
fn subject(staff: &Staff, subject: &str) -> Markup {
    let (kind, id) = audit::subject_label(subject);
    html! {
        @match subject.split('/').next() {
            Some("application") if staff.may(Permission::ReadApplications) => a href={ "/applications/" (id) } { "申込みを開く" },
            Some("delivery") if staff.may(Permission::ReadDeliveries) => a href={ "/deliveries/" (id) } { "還元データ 第" (id) "号を開く" },
            Some("incident") => a href={ "/incidents/" (id) } { "障害を開く" },
            // An alarm is about a citizen's question: who may not see applications sees only what staff ask.
            Some("inquiry") if staff.may(Permission::ReadInquiries) && staff.may(Permission::ReadApplications) => a href={ "/inquiries/" (id) } { "問合せを開く" },
            Some("outage") => a href={ "/outages/" (id) } { "停止予定を開く" },
            _ => { (kind) " " (id) },
        }
    }
}

pub fn alarms(site: &Site, staff: &Staff, open: &[Alarm]) -> Markup {
    let main = html! {
        (heading("警報"))
        @if open.is_empty() { p { "警報は0件です（確認済み）。" } }
        @for alarm in open {
            section class="card" {
                h2 { (alarm.message) }
                p { "はじめ " (when(alarm.first_at)) "　最後 " (when(alarm.last_at)) "　" (alarm.times) "回" }
                p class="hint" { "原因：" (alarms::label(&alarm.key)) }
                p class="hint" { "すること：" (alarms::remedy(&alarm.key)) }
                @if !alarm.subject.is_empty() { p { (subject(staff, &alarm.subject)) } }
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
