//! The tables of `migrations/`, as diesel sees them. A test compares them with both databases.
mod accounts;
mod asking;
mod desk;
mod enrolment;
mod files;
mod governance;
mod places;
mod running;
mod watching;

pub use accounts::*;
pub use asking::*;
pub use desk::*;
pub use enrolment::*;
pub use files::*;
pub use governance::*;
pub use places::*;
pub use running::*;
pub use watching::*;

diesel::joinable!(application_tokens -> applications (application_id));
diesel::joinable!(staff_sessions -> staff (staff_id));
diesel::joinable!(passkeys -> staff (staff_id));
diesel::joinable!(staff_roles -> staff (staff_id));
diesel::joinable!(attempts -> applications (application_id));
diesel::joinable!(inquiry_messages -> inquiries (inquiry_id));
diesel::joinable!(inquiry_tokens -> inquiries (inquiry_id));

// One pair, one line. Naming all tables in one call makes an implementation for each of their seven thousand pairs: eighteen
// seconds of every build from nothing, a third of every debug build after one line (docs/DECISIONS.md).
diesel::allow_tables_to_appear_in_same_query!(application_tokens, applications);
diesel::allow_tables_to_appear_in_same_query!(staff_sessions, staff);
diesel::allow_tables_to_appear_in_same_query!(passkeys, staff);
diesel::allow_tables_to_appear_in_same_query!(staff_roles, staff);
diesel::allow_tables_to_appear_in_same_query!(attempts, applications);
diesel::allow_tables_to_appear_in_same_query!(inquiry_messages, inquiries);
diesel::allow_tables_to_appear_in_same_query!(inquiry_tokens, inquiries);
diesel::allow_tables_to_appear_in_same_query!(incident_alarms, incidents);
diesel::allow_tables_to_appear_in_same_query!(deliveries, delivery_downloads);
diesel::allow_tables_to_appear_in_same_query!(inquiries, inquiry_events);
