//! The pages of the enrolment. Words and order are those of `ux.md` 2.
mod check;
mod handoff;
mod lookup;
mod result;
mod routes_out;
mod start;
mod steps;

pub use check::check;
pub use handoff::{Leaving, cannot_begin, deferred, handoff};
pub use lookup::{TimelineRow, lookup, one_time_link, status};
pub use result::{Show, print, result, title as result_title};
pub use routes_out::{
    already_in_flight, closed, limited, not_eligible, other_institution, other_tab, outside_city, paper, stopped,
    timed_out,
};
pub use start::{Start, start};
pub use steps::{BankChoice, Extra, Towns, asked, branch_list, step, title_text};

pub use crate::web::ui::when;
