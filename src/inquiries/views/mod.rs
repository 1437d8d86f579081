mod detail;
mod faq;
mod improvements;
mod intake;
mod list;
mod public;
mod settings;

pub use detail::{DetailForm, detail};
pub use faq::{entries, entry, public_faq};
pub use improvements::{improvement, improvements};
pub use intake::intake;
pub use list::{handover, list};
pub use public::{form, look_up, status};
pub use settings::{HoursForm, TemplateForm, hours, template, templates};

use super::{
    model::{Priority, Status},
    store::{File, FileState},
};
use crate::{clock::jst, web::ui::FieldError};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// The console's part.
const PART: &str = "/inquiries";

/// 「2026-11-22 08:31」 (JST), for tables.
fn stamp(at: NaiveDateTime) -> String {
    jst(at).format("%Y-%m-%d %H:%M").to_string()
}

fn tag(status: Status) -> Markup {
    let kind = match status {
        Status::Answered | Status::Closed => " tag--good",
        Status::Open => " tag--look",
        Status::Waiting => "",
    };
    html! { span class={ "tag" (kind) } { (status.label()) } }
}

fn urgency(priority: Priority) -> Markup {
    let kind = if priority <= Priority::High { " tag--bad" } else { "" };
    html! { span class={ "tag" (kind) } { (priority.label()) } }
}

/// The files of an inquiry below `path`: what is clean is a link. Staff are told which of them the citizen sees.
fn files(path: &str, list: &[(File, String)], to_staff: bool) -> Markup {
    html! {
        ul { @for (file, name) in list { li {
            @match file.state {
                FileState::Clean => a href={ (path) "/" (file.id) } download { (name) },
                FileState::Waiting => { (name) "（ウイルスの検査を待っています。終わるまで開けません）" }
                FileState::Infected => { (name) "（ウイルスが見つかったため、消しました）" }
            }
            "　" (file.bytes / 1024 + 1) "KB"
            @if to_staff && !file.is_shown { "（職員だけが見られます）" }
        } } }
    }
}

/// The form that brings a file; at the desk the citizen sees it when it is said so.
fn file_form(path: &str, may_show: bool, errors: &[FieldError]) -> Markup {
    html! {
        form class="form noprint" method="post" action=(path) enctype="multipart/form-data" {
            div class={ "field" @if FieldError::of(errors, "file").is_some() { " field--error" } } {
                label for="file" { "ファイルを付ける" }
                p class="hint" id="file-hint" { "写真（JPEG、PNG）かPDF、10MBまで。通帳・カード・暗証番号が写ったものは付けないでください" }
                (crate::web::ui::error_message("file", errors))
                input class="input" type="file" id="file" name="file" accept="image/jpeg,image/png,application/pdf" aria-describedby="file-hint";
            }
            @if may_show { div class="checkbox" {
                input type="checkbox" id="shown" name="shown" value="yes";
                label for="shown" { "相手にも見せる（選ばないと、職員だけが見られます）" }
            } }
            button class="button button--secondary" type="submit" { "このファイルを付ける" }
        }
    }
}

/// A choice from a list, for staff.
fn select<'a>(
    name: &str,
    label: &str,
    chosen: &str,
    nothing: Option<&str>,
    options: impl Iterator<Item = (&'a str, &'a str)>,
) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            select class="input" id=(name) name=(name) {
                @if let Some(text) = nothing { option value="" selected[chosen.is_empty()] { (text) } }
                @for (word, text) in options { option value=(word) selected[word == chosen] { (text) } }
            }
        }
    }
}
