//! Writes: grouped on SQLite, each standing alone, nothing answered before it is on disk.
use crate::harness::World;
use diesel::{RunQueryDsl, connection::SimpleConnection};
use mizumado::db::{Conn, DbError};

fn note(conn: &mut Conn, id: &str) -> Result<(), DbError> {
    let sql = format!("insert into holidays (day, name) values ('2999-01-{id}', 'x')");
    diesel::sql_query(sql).execute(conn)?;
    Ok(())
}

#[actix_web::test]
async fn a_failing_write_takes_none_of_its_neighbours_with_it() {
    for world in World::all().await {
        let db = &world.workspace.db;
        let writes = (1..=28).map(|day| {
            db.write(move |conn: &mut Conn| {
                note(conn, &format!("{day:02}"))?;
                match day % 4 {
                    0 => Err(DbError::Cancelled),
                    1 => note(conn, &format!("{day:02}")),
                    _ => Ok(()),
                }
            })
        });
        let results = futures_util::future::join_all(writes).await;
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 14);
        let stored = "select count(*) as n from holidays where name = 'x'";
        assert_eq!(world.count(stored).await, 14, "what failed left no trace");
    }
}

#[actix_web::test]
async fn a_panic_in_a_write_stops_nobody_else() {
    for world in World::all().await {
        let db = &world.workspace.db;
        let bad = db
            .write(|_: &mut Conn| -> Result<(), DbError> { panic!("seeded") })
            .await;
        assert!(bad.is_err());
        db.write(|conn: &mut Conn| note(conn, "01")).await.unwrap();
    }
}

#[actix_web::test]
async fn waiting_writes_share_a_commit_and_a_full_queue_says_so() {
    let world = World::sqlite().await;
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (began, begun) = tokio::sync::oneshot::channel();
    let db = world.workspace.db.clone();
    let blocker = actix_web::rt::spawn(async move {
        db.write(move |_: &mut Conn| {
            // Holds the writer until the queue behind it is full.
            let _ = began.send(());
            let _ = held.recv();
            Ok::<_, DbError>(())
        })
        .await
    });
    begun.await.unwrap();
    let db = &world.workspace.db;
    let writes = (0..600).map(|_| db.write(|_: &mut Conn| Ok::<_, DbError>(())));
    let mut all = futures_util::future::join_all(writes);
    // The first poll puts every write into the queue, or finds it full.
    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut all).poll(cx).is_ready()));
    assert!(!first.await);
    hold.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    let mut refused = 0;
    for result in all.await {
        match result {
            Ok(()) => {}
            Err(DbError::Busy) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(refused, 600 - 512, "the queue holds 512");
}

/// What a full disk does: the engine takes the whole transaction back, neighbours too.
#[actix_web::test]
async fn a_write_is_answered_with_what_became_of_it_when_the_engine_takes_a_group_back() {
    let world = World::sqlite().await;
    let db = &world.workspace.db;
    let writes = (1..=28).map(|day| {
        db.write(move |conn: &mut Conn| {
            if day % 10 == 0 {
                conn.batch_execute("rollback")?;
                return Err(DbError::Cancelled);
            }
            note(conn, &format!("{day:02}")).map(|()| day)
        })
    });
    for (day, result) in (1..).zip(futures_util::future::join_all(writes).await) {
        let sql = format!("select count(*) as n from holidays where day = '2999-01-{day:02}'");
        let stored = world.count(sql.leak()).await;
        assert_eq!(stored, i64::from(result.is_ok()), "day {day}: {result:?}");
    }
}

#[actix_web::test]
async fn sqlite_syncs_every_commit_and_keeps_foreign_keys() {
    let world = World::sqlite().await;
    let pragma = |name: &'static str| {
        world.workspace.db.write(move |conn: &mut Conn| {
            #[derive(diesel::QueryableByName)]
            struct Value {
                #[diesel(sql_type = diesel::sql_types::BigInt)]
                n: i64,
            }
            let sql = format!("select {name} as n from pragma_{name}");
            let row: Value = diesel::sql_query(sql).get_result(conn)?;
            Ok::<_, DbError>(row.n)
        })
    };
    assert_eq!(pragma("synchronous").await.unwrap(), 2, "FULL");
    assert_eq!(pragma("foreign_keys").await.unwrap(), 1);
    assert_eq!(pragma("secure_delete").await.unwrap(), 1);
}

#[actix_web::test]
async fn every_migration_goes_down_and_up_again() {
    use diesel_migrations::{FileBasedMigrations, MigrationHarness};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.db");
    let mut sqlite = <diesel::SqliteConnection as diesel::Connection>::establish(path.to_str().unwrap()).unwrap();
    let source = || FileBasedMigrations::from_path("migrations/sqlite").unwrap();
    sqlite.run_pending_migrations(source()).unwrap();
    sqlite.revert_all_migrations(source()).unwrap();
    sqlite.run_pending_migrations(source()).unwrap();
    let Ok(admin) = std::env::var("TEST_POSTGRES_URL") else {
        return;
    };
    let mut server = <diesel::PgConnection as diesel::Connection>::establish(&admin).unwrap();
    server.batch_execute("create database down_and_up").unwrap();
    let url = admin.replace("/postgres", "/down_and_up");
    let mut postgres = <diesel::PgConnection as diesel::Connection>::establish(&url).unwrap();
    let source = || FileBasedMigrations::from_path("migrations/postgres").unwrap();
    postgres.run_pending_migrations(source()).unwrap();
    postgres.revert_all_migrations(source()).unwrap();
    postgres.run_pending_migrations(source()).unwrap();
}
