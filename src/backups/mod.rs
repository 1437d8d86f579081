//! Backups: one encrypted file per run, opened again before it counts, kept by a rule, and copied off the site.
mod container;
mod files;
mod jobs;
mod keeping;
mod manifest;
mod offsite;
mod remote;
mod restore;
mod run;
mod store;

pub use jobs::{handlers, standing};
pub use remote::{fetch_offsite, list_offsite};
pub use restore::{Request, Restored, restore};
pub use run::{BackupError, Made, make};
pub use store::{BackupRow, kept, newest};

use files::{Sum, remove_leftovers};
