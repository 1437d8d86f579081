//! The tables of the enrolment: applications with their events, attempts, visits, look-ups.
mod applications;
mod attempts;
mod attention;
mod context;
mod corrections;
mod desk;
mod exports;
mod limits;
mod list;
mod outbox;
mod pulse;
mod results;
mod tally;
mod terms;
mod tokens;
mod visits;
mod witnesses;

pub use applications::{
    Application, Submission, can_open, confirmed, create_draft, drafts_older_than, erase_answers, events, find,
    find_by_receipt, find_for_change, mark_submitted, renew_submit_key, save_answers, set_reason, transition,
    transition_by,
};
pub use attempts::{
    Attempt, Ending, NewAttempt, Outcome, account_index, attempts_of, attempts_that_count, decide_attempt,
    find_attempt, latest_attempt, messages_of, new_attempt, note_message, set_created, set_ladder, successful_attempt,
};
pub use attention::{attend, call_attention};
pub use context::{context, context_as_accepted};
pub use corrections::{
    CorrectedResult, Correction, NewCorrection, add_correction, corrected_result, corrections_not_made, corrections_of,
    count_open_corrections, decide_correction, find_correction, open_correction_of, open_corrections,
    some_open_corrections, withdraw_correction,
};
pub use desk::{
    Density, Note, Reveal, SavedView, add_note, add_reveal, add_view, choose_density, density_of, drop_view,
    find_reveal, find_search, keep_search, notes_of, revealed_since, revealed_until, reveals_of, views_of,
};
pub use exports::{
    Agreement, Export, NewExport, Purpose, add_export, decide_export, exports_since, find_export, taken_alone,
    waiting_exports,
};
pub use limits::{
    accounts_of_client, guesses_of_client, handoffs_of_account, handoffs_of_application, successes_of_client,
};
pub use list::{Cursor, Line, Narrow, Order, Sought, Span, count, count_all, lines, list, of_customer};
pub use outbox::{outbox, take_from_outbox};
pub use pulse::{Pulse, pulse};
pub use results::{newest_results_between, results_between};
pub use tally::{Tally, tally};
pub use terms::{keep_terms, terms_version};
pub use tokens::index_application;
pub use visits::{
    Visit, VisitKind, close_visit, count_tries, find_visit, forget_old_visits, lock_visit, open_visit, status_code,
    touch_visit, try_lookup, use_status_code,
};
pub use witnesses::{
    StateCount, Witness, decided_between, find_id_by_receipt, in_flight_for, in_state_since, receipt_of, receipts_of,
    registered_of_customer, state_counts, witness,
};
