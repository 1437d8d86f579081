use super::Today;
use crate::{
    accounts::{ConsolePage, Staff, heading, role_names, told_of_invitations},
    clock::jst,
    web::{Site, ui::when},
};
use maud::{Markup, html};

/// A number that leads to its list; nothing to do is said, too.
fn tile(title: &str, number: i64, path: &str, note: &str, look: bool) -> Markup {
    html! {
        li class={ "tile" @if look && number > 0 { " tile--look" } } {
            h2 { (title) }
            a class="tile__number" href=(path) {
                @if number >= 10_000 { "10,000件以上" } @else if number == 0 { "0件（確認済み）" } @else { (number) "件" }
            }
            @if !note.is_empty() { p { (note) } }
        }
    }
}

fn length(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub fn today(site: &Site, staff: &Staff, t: &Today) -> Markup {
    let main = html! {
        (heading("今日の仕事"))
        (told_of_invitations(&t.invited))
        @if let Some(until) = &t.holidays_end {
            div class="notice notice--warning" {
                h2 { "休日の表が、もうすぐ終わります" }
                p { "いまの表は" (until) "までです。そのあとの営業日が正しく数えられません。" a href="/holidays" { "営業日と休日を開く" } }
            }
        }
        ul class="tiles" {
            @if let Some(c) = &t.received { (tile("前営業日の受付", c.number, &c.path, "休日の受付を含みます", false)) }
            @if let Some(c) = &t.stuck { (tile("要対応", c.number, &c.path, "結果不明、24時間動きのないもの、名義不一致、外字", true)) }
            @if let Some(n) = t.corrections { (tile("承認待ちの訂正", n, "/corrections", "", true)) }
            @if let Some(n) = t.exports { (tile("承認待ちの出力", n, "/exports?waiting=yes", "", true)) }
            @if let Some(n) = t.differences { (tile("照合のくいちがい", n, "/differences", "毎晩の照合で見つかったもの", true)) }
            @if let Some([overdue, unanswered, contact]) = &t.inquiries {
                (tile("回答の期限を過ぎた問合せ", overdue.number, &overdue.path, "受付の時間のなかで数えます", true))
                (tile("未回答の問合せ", unanswered.number, &unanswered.path, "", true))
                (tile("きょう連絡する問合せ", contact.number, &contact.path, "次の連絡日がきょうまでのもの", true))
            }
            @if let Some(n) = t.texts { (tile("承認待ちの文面", length(n), "/texts?waiting=yes", "", true)) }
            @if let Some(n) = t.layouts { (tile("承認待ちのレイアウト", n, "/layouts?waiting=yes", "", true)) }
            @if let Some(files) = &t.undelivered { (tile("未ダウンロードの還元データ", length(files.len()), "/deliveries?waiting=yes", &format!("営業日の{}に新しいファイルができます。{}までにダウンロードしてください", t.cut, t.alarm), true)) }
            @if let Some(alarms) = &t.alarms { (tile("警報", length(alarms.len()), "/alarms", "", true)) }
            @if let Some(n) = t.incidents { (tile("対応中の障害", length(n), "/incidents?waiting=yes", "", true)) }
            @if let Some(n) = t.outages { (tile("承認待ちの停止予定", n, "/outages?waiting=yes", "", true)) }
        }
        @if let Some(files) = t.undelivered.as_ref().filter(|f| !f.is_empty()) {
            h2 { "ダウンロードを待っている還元データ" }
            ul { @for f in files { li { a href={ "/deliveries/" (f.no) } { "第" (f.no) "号" } "　" (f.day) "　" (f.row_count) "件" } } }
        }
        @if let Some((openings, institutions)) = &t.openings {
            h2 { "金融機関の休止の予定" }
            @if openings.stops.is_empty() && openings.regular.is_empty() { p { "0件（確認済み）　" a href="/institutions" { "予定を見る" } } }
            @else {
                ul { @for stop in openings.stops.iter().take(8) {
                    @let name = stop.institution_code.as_ref().and_then(|c| institutions.iter().find(|i| i.code == *c)).map_or("サービス全体", |i| i.name.as_str());
                    li { strong { (name) } "　" (when(stop.starts_at)) " から " (jst(stop.ends_at).format("%m月%d日 %H:%M")) " まで　" (stop.reason) }
                } }
                p { a href="/institutions" { "すべての予定を見る（毎月などの決まった休止 " (openings.regular.len()) "件）" } }
            }
        }
        p class="hint" { (staff.name) " さんの役割：" (role_names(&staff.roles)) "　" a href="/permissions" { "権限の表を見る" } }
    };
    ConsolePage::new("今日の仕事", "/", main).render(site, staff)
}
