//! What the whole folder keeps; the rules of one file are tested at its foot.
pub(in crate::deliveries) mod any;
mod charset;
mod comparing;
mod files;
mod properties;
mod ready_made;
pub(super) mod sample;
