mod account;
mod people;
mod shell;
mod sign_in;

pub use account::{OwnAccount, account, codes, last_way_in};
pub use people::{FullPerson, PersonForm, invitation, new_person, people, permissions, person, scopes};
pub use shell::ConsolePage;
pub use sign_in::{
    AfterProof, Why, denied, enrol_button, enrolment, enrolment_over, key_field, names, proof_button, prove, recovery,
    sign_in,
};

use crate::web::ui::{self, FieldError};
use maud::{Markup, html};

/// The one `h1` of a page.
pub fn heading(text: &str) -> Markup {
    html! { h1 { (text) } }
}

/// What a second person decides about a version: approved or refused, at `path`.
pub fn decision(path: &str, lead: &str, errors: &[FieldError]) -> Markup {
    html! {
        p { (lead) }
        (ui::error_message("decision", errors))
        form class="actions" id="decision" tabindex="-1" method="post" action=(path) {
            button class="button" type="submit" name="decision" value="approve" { "承認する" }
            button class="button button--secondary" type="submit" name="decision" value="refuse" { "却下する" }
        }
    }
}
