//! Nothing is lost between us, the browser, the gateway and the billing system: the nightly comparison of three
//! witnesses (browser return, inquiry, daily file) and the result of the first debit.
//!
//! The daily file decides nothing: a line that says other than we know makes us ask. What still disagrees afterwards
//! is a difference, which a person works off.
mod compare;
mod desk;
mod first_debit;
mod jobs;
mod store;
mod views;

pub use compare::Kind;
pub use desk::{routes as desk_routes, settle_by};
pub use first_debit::{FirstDebit, Imported, import_first_debits, read_first_debits};
pub use jobs::{handlers, standing, take_file};
pub use store::{Difference, count_open_differences, open_differences};
