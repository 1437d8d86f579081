//! Reads the data tables that ship with the program, or newer ones of the same form, into the database.
mod store;

use crate::{
    db::{Conn, DbError},
    japan::date::parse_compact,
};
use serde::Deserialize;

const INSTITUTIONS: &str = include_str!("../../../assets/data/institutions.csv");
const BRANCHES: &str = include_str!("../../../assets/data/branches.csv");
const POSTAL_CODES: &str = include_str!("../../../assets/data/postal_codes.csv");
const HOLIDAYS: &str = include_str!("../../../assets/data/holidays.csv");

/// Rows written per table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub institutions: usize,
    pub branches: usize,
    pub postal_codes: usize,
    pub holidays: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{table}.csv: {cause}")]
    Form { table: &'static str, cause: String },
    #[error(transparent)]
    Db(#[from] DbError),
}
impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        ImportError::Db(error.into())
    }
}

#[derive(Deserialize)]
struct InstitutionRow {
    code: String,
    name: String,
    kana: String,
    kind: String,
    affiliation: String,
}
/// Code and name of the institutions that ship (N6.1), in their order.
pub fn shipped() -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(INSTITUTIONS.as_bytes());
    let rows = reader.deserialize::<InstitutionRow>();
    rows.filter_map(|row| row.ok().map(|row| (row.code, row.name)))
        .collect()
}

#[derive(Deserialize)]
struct BranchRow {
    institution_code: String,
    branch_code: String,
    name: String,
    kana: String,
}

#[derive(Deserialize)]
struct TownRow {
    postal_code: String,
    prefecture: String,
    city: String,
    town: String,
}
#[derive(Deserialize)]
struct HolidayRow {
    date: String,
    name: String,
}

/// Fills a database that holds no institution yet; otherwise leaves everything as it is.
pub fn seed_when_empty(conn: &mut Conn) -> Result<(), ImportError> {
    if store::has_institutions(conn)? {
        return Ok(());
    }
    import_tables(conn).map(drop)
}

/// Writes the shipped tables: new rows are added, known ones updated, none removed.
pub fn import_tables(conn: &mut Conn) -> Result<ImportCounts, ImportError> {
    let mut counts = ImportCounts::default();
    for (position, row) in rows::<InstitutionRow>("institutions", INSTITUTIONS)?.iter().enumerate() {
        store::put_institution(conn, row, position)?;
        counts.institutions += 1;
    }
    let branches = rows::<BranchRow>("branches", BRANCHES)?;
    counts.branches = branches.len();
    store::put_branches(conn, branches)?;
    let towns = rows::<TownRow>("postal_codes", POSTAL_CODES)?;
    counts.postal_codes = towns.len();
    store::put_towns(conn, &towns)?;
    for row in rows::<HolidayRow>("holidays", HOLIDAYS)? {
        let day = parse_compact(&row.date).ok_or_else(|| ImportError::Form {
            table: "holidays",
            cause: format!("{:?} is no date", row.date),
        })?;
        store::put_holiday(conn, day, &row.name)?;
        counts.holidays += 1;
    }
    Ok(counts)
}

fn rows<T: for<'a> Deserialize<'a>>(table: &'static str, text: &str) -> Result<Vec<T>, ImportError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|e| ImportError::Form {
            table,
            cause: e.to_string(),
        })
}
