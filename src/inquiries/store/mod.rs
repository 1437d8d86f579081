//! The tables of the inquiries: the inquiry, what was said, who may read it, the desk's hours and templates.
mod faq;
mod files;
mod improvements;
mod inquiries;
mod list;
mod messages;
mod settings;
mod visits;

pub use faq::{
    FaqEntry, Words, add_entry, decide_entry, entries, find_entry, is_shown, propose_entry, retire_entry,
    shown_entries, update_entry,
};
pub use files::{File, FileState, add_file, content, files_of, find_file, set_checked, waiting_files};
pub use improvements::{
    Decided, Improvement, ImprovementState, Origin, add_asker, add_improvement, askers, decide_improvement,
    find_improvement, improvements, improvements_in, improvements_named,
};
pub use inquiries::{
    Handling, Inquiry, LONGEST_PREFIX, NewInquiry, Tally, add, find, find_by_number, find_by_submit_key, note_answer,
    numbers_of, open_ones, set_due, set_handling, set_status, tally,
};
pub use list::{Narrow, View, count, list, to_hand_over, tokens_hits};
pub use messages::{
    Event, Message, add_event, add_message, clock_began, clocks_began, events_of, first_lines, last_handovers,
    messages_of, newest_messages,
};
pub use settings::{
    Kept, Template, add_template, drop_day, find_template, put_day, retire_template, rule, save_rule, template_name,
    templates, update_template,
};
pub use visits::{
    Visit, close_visit, count_tries, find_search, find_visit, forget_old, keep_search, keep_visit, open_visit, try_once,
};

use crate::crypto::Place;

fn place<'a>(table: &'a str, row: &'a str, field: &'a str) -> Place<'a> {
    Place { table, row, field }
}
