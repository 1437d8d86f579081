//! Layouts (レイアウト): which columns the bureau's file has and in which form; its writing, preview and comparison.
//!
//! Pure but for the `Write` that the caller hands over: nothing here reads a file, a clock or the database, and nothing
//! knows of enrolment. What is written comes in as a [`Row`].
//!
//! | file | what it holds |
//! | --- | --- |
//! | `model` | the settings of a layout, as they stand in its TOML file |
//! | `parse`, `check` | TOML in and out; what is wrong with a layout, for a terminal and for a form page |
//! | `row` | the fields a column can name, the row they come from, and its masked form |
//! | `value`, `date`, `convert` | a column's text for a row |
//! | `fit` | that text in the file's encoding and width |
//! | `record`, `writer` | a record's bytes; the whole file, streamed |
//! | `finding` | what could not be written as it was, and the report of it |
//! | `file_name` | the name of the file |
//! | `preview` | the same records, cell by cell, for a screen |
//! | `compare` | our bytes beside a sample file |
//! | `describe`, `diff` | a layout in words; what changed since the last version |
//! | `ready` | layouts that come with the program |
//!
//! The order of work in a cell: source, `map`, `convert`, substitutes, `pad`, formula guard, quotes, bytes.

mod check;
mod compare;
mod convert;
mod date;
mod describe;
mod diff;
mod file_name;
mod finding;
mod fit;
mod model;
mod parse;
mod preview;
mod ready;
mod record;
mod row;
#[cfg(test)]
pub(super) mod tests;
mod value;
mod writer;

pub use check::{Problem, check};
pub use compare::{Comparison, Difference, compare, rows_in};
pub use date::WAREKI_FORMS;
pub use describe::describe_column;
pub use diff::{Change, diff};
pub use file_name::PLACEHOLDERS;
pub use finding::{Finding, Kind, Report, Reported};
pub use model::*;
pub use preview::{PreviewRecord, preview};
pub use ready::READY;
pub use record::RecordKind;
pub use row::{FIELDS, Masked, Row, STATES};
pub use value::Context;
pub use writer::{FileWriter, Totals};
