mod account;
mod people;
mod sheets;
mod shell;
mod sign_in;

pub use account::{OwnAccount, account, codes, invited_again, last_way_in};
pub use people::{FullPerson, PersonForm, new_person, people, person};
pub use sheets::{invitation, permissions, scopes};
pub use shell::{ConsolePage, only_waiting};
pub use sign_in::{
    AfterProof, Why, denied, enrol_button, enrolment, enrolment_over, key_field, names, needed, proof_button, prove,
    recovery, sign_in,
};

use crate::web::ui::{self, FieldError};
use maud::{Markup, html};

/// The one `h1` of a page.
pub fn heading(text: &str) -> Markup {
    html! { h1 { (text) } }
}

/// What a second person decides about a version: approved or refused, at `path`. `typed` is the reason of a refusal.
pub fn decision(path: &str, lead: &str, typed: &str, errors: &[FieldError]) -> Markup {
    html! {
        p { (lead) }
        (ui::error_message("decision", errors))
        form class="form" id="decision" tabindex="-1" method="post" action=(path) novalidate {
            (ui::text_area("refusal", "却下の理由", "却下するときは、必ず書きます。作った人が読みます。人の名前や番号は書きません", typed, 2, errors))
            div class="actions" {
                button class="button" type="submit" name="decision" value="approve" { "承認する" }
                button class="button button--secondary" type="submit" name="decision" value="refuse" { "却下する" }
            }
        }
    }
}

/// Why a version was refused.
pub fn refusal(reason: Option<&str>) -> Markup {
    html! { @if let Some(reason) = reason { p class="notice" { strong { "却下の理由　" } (reason) } } }
}
