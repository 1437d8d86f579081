//! Both databases have the same tables and columns, and the same names of migrations.
use crate::harness::World;
use diesel::{
    prelude::*,
    sql_types::{Bool, Text},
};
use mizumado::db::{Conn, DbError};
use std::{collections::BTreeSet, fs};

#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Bool)]
    required: bool,
}

const SQLITE: &str = r#"select m.name as table_name, p.name as column_name, p."notnull" as required
    from sqlite_master m, pragma_table_info(m.name) p
    where m.type = 'table' and m.name not like '\_\_%' escape '\' and m.name not like 'sqlite\_%' escape '\'"#;
const POSTGRES: &str = r"select table_name::text, column_name::text, is_nullable = 'NO' as required
    from information_schema.columns where table_schema = 'public' and table_name not like '\_\_%'";

#[actix_web::test]
async fn both_databases_have_the_same_columns() {
    let mut seen = vec![];
    for world in World::all().await {
        let read = |conn: &mut Conn| {
            let sql = match conn {
                Conn::Sqlite(_) => SQLITE,
                Conn::Postgres(_) => POSTGRES,
            };
            diesel::sql_query(sql).load::<Column>(conn).map_err(DbError::from)
        };
        let mut columns = world.workspace.db.read(read).await.unwrap();
        columns.sort();
        seen.push(columns);
    }
    assert!(seen[0].len() > 100);
    for other in &seen[1..] {
        assert_eq!(&seen[0], other);
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |dir: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(dir).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
}

#[test]
fn no_column_is_named_for_a_pin() {
    let files = fs::read_dir("src/db/schema").unwrap();
    let texts = files.map(|f| fs::read_to_string(f.unwrap().path()).unwrap());
    let schema = texts.collect::<Vec<_>>().join("\n");
    for word in ["pin", "password", "anshou"] {
        assert!(!schema.lines().any(|l| l.trim_start().starts_with(word)), "{word}");
    }
}
