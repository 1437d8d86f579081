//! The state machine, in the code and in the database.
use crate::{applicant::Applicant, browser::Browser, harness::World};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text};
use mizumado::{
    db::{Conn, DbError},
    enrolment::states::{EDGES, Registration, diagram},
};
use std::collections::BTreeSet;

#[derive(QueryableByName)]
struct Edge {
    #[diesel(sql_type = Text)]
    from_state: String,
    #[diesel(sql_type = Text)]
    to_state: String,
}

fn run(conn: &mut Conn, sql: &str) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(c) => c.batch_execute(sql),
        Conn::Postgres(c) => c.batch_execute(sql),
    }
    .map_err(DbError::from)
}

#[actix_web::test]
async fn the_database_holds_the_same_edges_as_the_code() {
    for world in World::all().await {
        let read = |conn: &mut Conn| {
            let sql = "select from_state, to_state from application_edges";
            diesel::sql_query(sql).load::<Edge>(conn).map_err(DbError::from)
        };
        let rows = world.workspace.db.read(read).await.unwrap();
        let stored: BTreeSet<_> = rows.into_iter().map(|e| (e.from_state, e.to_state)).collect();
        let mut coded: BTreeSet<_> = EDGES
            .iter()
            .map(|e| (e.from.as_str().to_owned(), e.to.as_str().to_owned()))
            .collect();
        coded.insert(("none".into(), "draft".into()));
        assert_eq!(stored, coded);
    }
}

#[actix_web::test]
async fn the_database_refuses_every_other_edge_and_every_change_without_its_event() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let db = &world.workspace.db;
        for state in Registration::ALL.iter().filter(|s| **s != Registration::Draft) {
            let sql = format!("update applications set state = '{}'", state.as_str());
            assert!(
                db.write(move |conn| run(conn, &sql)).await.is_err(),
                "{state:?} without its event"
            );
        }
        let forged = "insert into application_events \
             (application_id, no, from_state, to_state, actor, cause, evidence, at) \
             select id, 2, 'draft', 'registered', 'x', 'x', 'x', updated_at from applications";
        assert!(
            db.write(move |conn| run(conn, forged)).await.is_err(),
            "an event over no edge"
        );
        for sql in [
            "delete from application_events",
            "update application_events set cause = 'x'",
        ] {
            assert!(db.write(move |conn| run(conn, sql)).await.is_err(), "{sql}");
        }
        for sql in ["delete from audit_entries", "update audit_entries set detail = 'x'"] {
            assert!(db.write(move |conn| run(conn, sql)).await.is_err(), "{sql}");
        }
        assert_eq!(
            world
                .count("select count(*) as n from applications where state = 'draft'")
                .await,
            1
        );
    }
}

#[actix_web::test]
async fn every_event_has_its_audit_entry_and_the_chain_is_whole() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await;
        let events = world.count("select count(*) as n from application_events").await;
        let audited = "select count(*) as n from audit_entries where action like 'application.%'";
        assert_eq!(world.count(audited).await, events);
        assert!(events >= 5);
        let verify = |conn: &mut Conn| mizumado::audit::verify(conn).map_err(DbError::from);
        let all = world.count("select count(*) as n from audit_entries").await;
        let check = world.workspace.db.read(verify).await.unwrap();
        assert_eq!(check, mizumado::audit::ChainCheck::Whole(all));
        // Somebody with the file drops the guard and edits one entry.
        let tamper = move |conn: &mut Conn| match conn {
            Conn::Sqlite(_) => run(
                conn,
                "drop trigger audit_entries_stay; update audit_entries set actor = 'x' where no = 3",
            ),
            Conn::Postgres(_) => run(
                conn,
                "alter table audit_entries disable trigger all; update audit_entries set actor = 'x' where no = 3",
            ),
        };
        world.workspace.db.write(tamper).await.unwrap();
        let check = world.workspace.db.read(verify).await.unwrap();
        assert_eq!(check, mizumado::audit::ChainCheck::BrokenAt(3));
    }
}

#[actix_web::test]
async fn no_state_after_the_confirmation_is_without_a_receipt_number() {
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await;
        let taken = "update applications set receipt_number = null";
        let db = &world.workspace.db;
        assert!(db.write(move |conn| run(conn, taken)).await.is_err());
        let kept = "select count(*) as n from applications where receipt_number is not null and state = 'registered'";
        assert_eq!(world.count(kept).await, 1);
    }
}

#[test]
fn the_docs_draw_the_table() {
    let docs = include_str!("../../docs/ARCHITECTURE.md");
    let drawn = docs
        .split("<!-- states:begin -->")
        .nth(1)
        .and_then(|d| d.split("<!-- states:end -->").next());
    let drawn = drawn.expect("docs/ARCHITECTURE.md has the markers states:begin and states:end");
    assert_eq!(drawn.trim(), format!("```mermaid\n{}```", diagram()));
}
