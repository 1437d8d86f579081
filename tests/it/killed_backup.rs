//! What a killed backup leaves behind is cleared by the next one, and nothing else is.
use crate::{
    backup::{age_keys, sealed_files, section},
    harness::{database_of_its_own, drop_database},
    served::Place,
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text};
use mizumado::{backups, clock::Clock};
use std::process::{Command, Stdio};

#[actix_web::test]
async fn a_sealed_file_that_a_killed_run_never_checked_goes_and_a_strangers_stays() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, _) = age_keys(keys.path());
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", &section(&recipient));
    place.must(&["migrate"]);
    place.must(&["backup"]);
    let folder = place.path("backups");
    // As a run leaves it that is killed while it checks; and one that somebody brought here.
    let (left, brought) = ("mizumado-20261122T030000Z.sqlite", "mizumado-20261121T030000Z.sqlite");
    for name in [left, brought] {
        std::fs::write(folder.join(format!("{name}.gz.age")), "sealed").unwrap();
    }
    std::fs::write(folder.join("backup.lock"), left).unwrap();
    place.must(&["backup"]);
    let names: Vec<_> = sealed_files(&folder).iter().map(|p| p.display().to_string()).collect();
    assert!(!names.iter().any(|n| n.contains(left)), "{names:?}");
    assert!(names.iter().any(|n| n.contains(brought)), "{names:?}");
    assert_eq!(names.len(), 2, "of ours the newest of the day: {names:?}");
    assert_eq!(std::fs::read_to_string(folder.join("backup.lock")).unwrap(), "");
}

#[actix_web::test]
async fn a_backup_that_was_killed_after_its_check_counts_with_the_next_one() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, _) = age_keys(keys.path());
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", &section(&recipient));
    let world = place.world(Clock::system());
    mizumado::app::prepare(&world).await.unwrap();
    let made = backups::make(&world).await.unwrap();
    let name = made.file.file_name().unwrap().to_str().unwrap().replace(".gz.age", "");
    // As if it had been killed before it was written down.
    let forget = |conn: &mut mizumado::db::Conn| {
        diesel::sql_query("delete from backups")
            .execute(conn)
            .map_err(mizumado::db::DbError::from)
    };
    world.db.write(forget).await.unwrap();
    std::fs::write(place.path("backups/backup.lock"), &name).unwrap();
    backups::make(&world).await.unwrap();
    let kept = world
        .db
        .read(|conn| Ok::<_, mizumado::db::DbError>(backups::kept(conn)?))
        .await
        .unwrap();
    let kept: Vec<_> = kept.into_iter().map(|row| row.name).collect();
    // Of one day the newest is kept; the first one was known to the rule, or it would still lie there.
    assert_eq!(kept.len(), sealed_files(&place.path("backups")).len(), "{kept:?}");
    let noted = world
        .db
        .read(|conn| mizumado::audit::details_of(conn, "backup.made").map_err(mizumado::db::DbError::from));
    let noted = noted.await.unwrap();
    assert_eq!(
        noted.iter().filter(|(subject, _)| *subject == name).count(),
        2,
        "{noted:?}"
    );
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    datname: String,
}

fn scratch_databases(admin: &mut PgConnection, oid: &str) -> Vec<String> {
    let sql = format!("select datname::text as datname from pg_database where datname like 'mizumado_check_{oid}_%'");
    let found: Vec<Name> = diesel::sql_query(sql).load(admin).unwrap();
    found.into_iter().map(|row| row.datname).collect()
}

#[actix_web::test]
async fn a_scratch_database_of_a_killed_run_goes_and_anothers_stays() {
    let Some((admin, name, url)) = database_of_its_own() else {
        return;
    };
    let keys = tempfile::tempdir().unwrap();
    let (recipient, _) = age_keys(keys.path());
    let place = Place::new(&url, "http://127.0.0.1:1", "", &section(&recipient));
    place.must(&["migrate"]);
    let mut server = PgConnection::establish(&admin).unwrap();
    let sql = format!("select oid::text as datname from pg_database where datname = '{name}'");
    let oid = diesel::sql_query(sql).get_result::<Name>(&mut server).unwrap().datname;
    // Of another bureau on this server; and one of ours that is being looked at by a process that lives.
    let (strangers, used) = ("mizumado_check_1_x".to_owned(), format!("mizumado_check_{oid}_used"));
    let mut user = PgConnection::establish(&url).unwrap();
    user.batch_execute(&format!("select pg_advisory_lock(hashtextextended('{used}', 0))"))
        .unwrap();
    for database in [&strangers, &used] {
        server.batch_execute(&format!("create database {database}")).unwrap();
    }
    // Killed as soon as its scratch database is there.
    let mut run = Command::new(env!("CARGO_BIN_EXE_mizumado"))
        .args(["backup", "--config"])
        .arg(place.path("mizumado.toml"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while scratch_databases(&mut server, &oid).len() < 2 {
        assert!(
            run.try_wait().unwrap().is_none(),
            "the check takes longer than a look at it"
        );
        tokio::task::yield_now().await;
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let left = scratch_databases(&mut server, &oid);
    assert_eq!(left.len(), 2, "{left:?}");
    // Its pg_restore may live on for a moment; then the database is in use and goes the next time.
    let mut runs = 0;
    while scratch_databases(&mut server, &oid).len() > 1 {
        place.must(&["backup"]);
        runs += 1;
        assert!(runs < 20, "{left:?}");
    }
    assert_eq!(scratch_databases(&mut server, &oid), std::slice::from_ref(&used));
    assert_eq!(
        sealed_files(&place.path("backups")).len(),
        1,
        "the killed one's file is gone too"
    );
    println!("a killed check's database was dropped by backup {runs} after it");
    for database in [&strangers, &used] {
        server.batch_execute(&format!("drop database {database}")).unwrap();
    }
    drop(user);
    drop_database(&admin, &name);
}
