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

diesel::allow_tables_to_appear_in_same_query!(
    audit_entries,
    audit_head,
    jobs,
    mails,
    institutions,
    branches,
    branch_imports,
    closures,
    postal_codes,
    holidays,
    closed_days,
    holiday_imports,
    application_edges,
    terms_versions,
    applications,
    application_events,
    application_tokens,
    attempts,
    attempt_messages,
    visits,
    status_links,
    lookup_tries,
    gateway_nonces,
    world_marker,
    schedule_leader,
    schedule_slots,
    alarms,
    probes,
    backups,
    closure_rules,
    service_modes,
    daily_files,
    daily_results,
    differences,
    first_debits,
    corrections,
    staff,
    staff_roles,
    staff_trainings,
    passkeys,
    ceremonies,
    ways_in,
    staff_sessions,
    searches,
    saved_views,
    list_settings,
    reveals,
    application_notes,
    result_outbox,
    layout_versions,
    deliveries,
    delivery_items,
    delivery_downloads,
    audit_checkpoints,
    text_versions,
    inquiries,
    inquiry_messages,
    inquiry_events,
    inquiry_tokens,
    inquiry_browsers,
    inquiry_tries,
    inquiry_queries,
    inquiry_files,
    inquiry_templates,
    support_hours,
    support_days,
    faq_entries,
    improvements,
    improvement_askers,
    assists,
    contacts,
    incidents,
    incident_targets,
    incident_alarms,
    incident_notes,
    incident_calls,
    incident_stops,
    incident_measures,
    accident_reports,
    figures,
    visual_checks,
    outages,
    outage_steps,
    papers
);
