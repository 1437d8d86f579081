//! The tables of the deliveries: numbered files with what they hold, and the versions of the layout.
mod batches;
mod versions;

pub use batches::{
    Delivery, Item, NewDelivery, add_delivery, applications_in, closed_by_clock, delivered_before, downloads_of, find,
    last_no, left_out, list, made_between, note_download, open_file, records_of, reissues_of, undownloaded,
};
pub use versions::{
    NewVersion, Version, add_version, approved, decide, effective_on, find_version, layout_named, layouts_named,
    propose, proposed_layouts, seed, update_draft, version_before, versions,
};
