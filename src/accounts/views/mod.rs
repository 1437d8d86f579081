mod account;
mod people;
mod shell;
mod sign_in;

pub use account::{OwnAccount, account, codes, last_way_in};
pub use people::{FullPerson, PersonForm, invitation, new_person, people, permissions, person, scopes};
pub use shell::ConsolePage;
pub use sign_in::{
    Why, denied, enrol_button, enrolment, enrolment_over, key_field, names, proof_button, prove, recovery, sign_in,
};

use maud::{Markup, html};

/// The one `h1` of a page.
pub fn heading(text: &str) -> Markup {
    html! { h1 { (text) } }
}
