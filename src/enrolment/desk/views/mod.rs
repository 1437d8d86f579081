mod correction;
mod detail;
mod exports;
mod guidance;
mod list;
mod mail;

pub use correction::{corrected_label, corrections, new_correction, withdrawal};
pub use detail::{REASONS, detail, message_kind, message_status, reveal_reason};
pub use exports::{export_purpose, exports, new_export, purpose_label};
pub use guidance::guidance;
pub use list::{HEADER, cells, chips_of, list, result};
pub use mail::sent_mail;

use crate::{clock::jst, enrolment::states::Registration};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// 「2026-11-22 08:31」 (JST), for tables.
pub fn stamp(at: Option<NaiveDateTime>) -> String {
    at.map(|at| jst(at).format("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// The state as text in a frame; its colour says nothing that the words do not.
pub fn tag(state: Registration) -> Markup {
    let kind = match state {
        Registration::Registered => " tag--good",
        Registration::Unknown => " tag--look",
        Registration::Rejected | Registration::Expired => " tag--bad",
        _ => "",
    };
    html! { span class={ "tag" (kind) } { (state.label()) } }
}
