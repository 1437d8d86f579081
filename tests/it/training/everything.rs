//! A database as it is, to be held against what it was.
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{crypto::sha256_hex, db, web, workspace::Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// Not looked at: a page that is looked at is a sign of life, and a challenge is one.
const PASSING: [&str; 2] = ["staff_sessions", "ceremonies"];

/// By table, a hash of each row.
#[derive(Clone, PartialEq)]
pub struct Everything(BTreeMap<String, BTreeSet<String>>);

/// Every table of a database but the sign-ins.
pub async fn everything(workspace: &Workspace) -> Everything {
    let read = |conn: &mut db::Conn| {
        let mut found = BTreeMap::new();
        for table in db::table_counts(conn)?.into_keys() {
            if !PASSING.contains(&table.as_str()) {
                let rows = rows_of(conn, &table)?;
                found.insert(table, rows.iter().map(|row| sha256_hex(row.as_bytes())).collect());
            }
        }
        Ok::<_, web::Error>(Everything(found))
    };
    let found = workspace.db.read(read).await.unwrap();
    assert!(found.0.len() > 50, "{}", found.0.len());
    found
}

fn rows_of(conn: &mut db::Conn, table: &str) -> diesel::QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let sql = match conn {
        db::Conn::Postgres(_) => format!("select t::text as row from {table} t"),
        db::Conn::Sqlite(_) => {
            let columns = diesel::sql_query(format!("select name from pragma_table_info('{table}')"));
            let names: Vec<Column> = columns.load(conn)?;
            let parts: Vec<String> = names.iter().map(|c| format!("quote(\"{}\")", c.name)).collect();
            format!("select {} as row from {table}", parts.join(" || ',' || "))
        }
    };
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.row).collect())
}

impl Everything {
    pub fn rows(&self, table: &str) -> usize {
        self.0[table].len()
    }
    /// These tables alone.
    pub fn of(mut self, tables: &[&str]) -> Self {
        self.0.retain(|table, _| tables.contains(&table.as_str()));
        assert_eq!(self.0.len(), tables.len(), "every one of them is a table");
        self
    }
    /// The tables in which something is otherwise now.
    fn changed(&self, now: &Self) -> Vec<&str> {
        assert!(self.0.keys().eq(now.0.keys()), "the same tables");
        let other = self.0.iter().filter(|(table, rows)| now.0[*table] != **rows);
        other.map(|(table, _)| table.as_str()).collect()
    }
    #[track_caller]
    pub fn assert_same(&self, now: &Self, when: &str) {
        assert_eq!(self.changed(now), [""; 0], "{when}");
    }
    /// Something may have come; what was there is there.
    #[track_caller]
    pub fn assert_kept(&self, now: &Self, when: &str) {
        let lost = self.0.iter().filter(|(table, rows)| !rows.is_subset(&now.0[*table]));
        let lost: Vec<&str> = lost.map(|(table, _)| table.as_str()).collect();
        // The newest number of the record goes on with each entry.
        assert!(lost.iter().all(|table| *table == "audit_head"), "{when}: {lost:?}");
    }
}
