mod changes;
mod sheet;
mod show;
mod stops;

pub use changes::{edit, new, retirement};
pub use sheet::{sheet, turn};
pub use show::{Shown, show};
pub use stops::{Preview, stop};

use super::{desk::Overview, readiness::Readiness, store::Institution};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    web::{Site, ui::when},
};
use chrono::NaiveDate;
use maud::{Markup, html};

const PART: &str = "/institutions";
const TITLE: &str = "金融機関・休止の予定";

/// The page of an institution, or of one of its parts.
fn path(institution: &Institution, part: &str) -> String {
    format!("{PART}/{}{part}", institution.code)
}

pub fn overview(site: &Site, staff: &Staff, o: &Overview) -> Markup {
    let may = staff.may(Permission::ManageInstitutions);
    let main = html! {
        (heading(TITLE))
        h2 { "休止の予定" }
        @if may { p { a class="button button--secondary" href="/institutions/stops/new" { "休止の予定を登録する" } } }
        (stops::list(staff, o, None))
        h2 { "金融機関" }
        p { a href="/institutions/imports" { "支店の表の取込み" } @if may { "　" a href="/institutions/new" { "金融機関を加える" } } }
        div class="scroll" tabindex="0" role="region" aria-label="金融機関の一覧" {
            table class="table table--dense" {
                caption class="vh" { "金融機関の一覧" }
                thead { tr { th scope="col" { "コード" } th scope="col" { "名前" } th scope="col" { "種類" } th scope="col" { "いま" } } }
                tbody { @for i in &o.institutions { tr {
                    th scope="row" class="mono" { a href=(path(i, "")) { (i.code) } }
                    td data-label="名前" { (i.name) }
                    td data-label="種類" { (i.kind.label()) }
                    td data-label="いま" { (state(i, o.openings.readiness(&i.code, o.now), o.today)) }
                } } }
            }
        }
    };
    ConsolePage::new(TITLE, PART, main).render(site, staff)
}

/// Whether it can be reached, and whether it retires.
fn state(institution: &Institution, readiness: Readiness, today: NaiveDate) -> Markup {
    html! {
        @match (institution.is_over(today), readiness) {
            (true, _) => span class="tag" { "取扱い終了" },
            (_, Readiness::ClosedUntil(until)) => { span class="tag tag--look" { "休止中" } "　" (when(until)) "まで" },
            (_, Readiness::ClosingSoon(at)) => { span class="tag tag--look" { "まもなく休止" } "　" (when(at)) "から" },
            (_, Readiness::Open) => "受付中",
        }
        @if let Some(day) = institution.retired_on.filter(|day| *day > today) { "　" span class="tag tag--look" { (day) "から取扱い終了" } }
    }
}
