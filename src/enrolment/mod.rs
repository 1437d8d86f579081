//! The enrolment: the public form, applications and their attempts, results, receipt look-up (N4, N8.2).
//!
//! `states` is the state machine, `form` reads what was typed, `submit` hands off, `inquiry` asks and decides,
//! `pages` are the handlers in the order of the routes, `views` their markup, `store` the tables.
mod answers;
mod asked;
mod calls;
pub mod correction;
mod decide;
mod desk;
mod form;
mod inquiry;
pub mod invented;
mod jobs;
mod ladder;
mod limits;
mod pages;
mod reasons;
mod receipt;
mod records;
mod snapshot;
pub mod states;
mod store;
mod submit;
mod views;

pub use asked::as_asked;
pub use desk::{
    Candidate, Filter, REVEAL_REASONS, Undecided, brief, by_what_is_said, count_filtered, export_purpose, filter_word,
    happenings, mask_name, message_status, reveal_reason, routes as desk_routes, unknowns, waiting_exports,
    why_exported, why_revealed,
};
pub use inquiry::take_daily_line;
pub use jobs::{handlers, standing};
pub use pages::routes;
pub use reasons::text as reason_text;
pub use receipt::parse as parse_receipt_number;
pub use records::{
    Newest, ResultRecord, Waiting, id_of_receipt, mark_hard_characters, newest_results, receipt_of, receipts_of,
    registered_by_number, results, state_of, take_results, waiting_results,
};
pub use snapshot::Snapshot;
pub use store::{
    CorrectedResult, Outcome, Pulse, StateCount, Tally, Witness, can_open, decided_between, in_state_since, pulse,
    state_counts, tally, witness,
};
