//! Institutions, their branches, and when they can be reached (N6.1, N7.3). Also the tables that come with them:
//! postal codes, holidays and the bureau's closed days.
mod desk;
mod holidays;
pub mod hours;
mod imports;
mod openings;
mod readiness;
mod retirement;
mod seed;
mod service;
mod sheet;
mod store;
mod views;

pub use desk::routes as desk_routes;
pub use holidays::table_ends;
pub use imports::read_branches;
pub use openings::{Openings, Regular};
use readiness::readiness;
pub use readiness::{Closure, Readiness};
pub use retirement::{Leaving, leaving};
pub use seed::{ImportCounts, ImportError, import_tables, seed_when_empty, shipped};
pub use service::{Mode, ServiceMode, set_mode};
pub use store::{
    Branch, Institution, Place, Town, add_closure, add_rule, all, all_branches as branches_of, branch,
    branch_in_service, calendar, calendar_over, closures, current_mode, every, find, in_service, places_of,
    search_branches, service_stops, towns_of, withdraw_closure,
};
