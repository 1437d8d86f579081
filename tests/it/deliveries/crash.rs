//! kill -9 while batches are written: each is whole or absent.
use crate::{
    harness::{database_of_its_own, drop_database},
    rows::{self, Row, literal},
    served::Place,
};
use chrono::{Days, NaiveDate, NaiveTime};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::BigInt};
use mizumado::{
    app, audit,
    clock::{Clock, jst, utc_from_jst},
    db::{Conn, DbError},
    enrolment::states::Registration,
    institutions,
    workspace::Workspace,
};
use std::time::Instant;

const DAYS: u64 = 8;
const PER_DAY: usize = 40;

async fn count(workspace: &Workspace, sql: &'static str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let read = move |conn: &mut Conn| {
        let found: Count = diesel::sql_query(sql).get_result(conn)?;
        Ok::<_, DbError>(found.n)
    };
    workspace.db.read(read).await.unwrap()
}

/// Results of so many past business days, and the clock's job of each day: the bureau after a long downtime.
async fn fill(workspace: &Workspace) {
    let (keys, now) = (workspace.keys.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let calendar = institutions::calendar(conn, now)?;
        let mut day = calendar.previous_bureau_business_day(jst(now).date() - Days::new(2));
        for turn in 0..DAYS {
            let at = utc_from_jst((day - Days::new(1)).and_time(NaiveTime::MIN));
            let first = turn as usize * PER_DAY;
            let some: Vec<Row> = (first..first + PER_DAY).map(|n| Row::new(n, at)).collect();
            rows::confirm(conn, &keys, &some)?;
            for row in &some {
                rows::bring(conn, &row.id, Registration::Registered, at)?;
            }
            conn.batch_execute(&job(day, turn))?;
            day = calendar.previous_bureau_business_day(day);
        }
        Ok::<_, DbError>(())
    };
    workspace.db.write(write).await.unwrap();
}

fn job(day: NaiveDate, turn: u64) -> String {
    let cut = utc_from_jst(day.and_hms_opt(6, 0, 0).unwrap());
    let payload = cut.format("%Y-%m-%dT%H:%M:%S");
    format!(
        "insert into jobs (id, kind, payload, run_at, attempts, created_at) \
         values ('job{turn}', 'deliveries.close', '{payload}', {0}, 0, {0})",
        literal(cut)
    )
}

const CLOSED: &str = "select count(*) as n from deliveries";
const OPEN: &str = "select count(*) as n from jobs where kind = 'deliveries.close' and finished_at is null";
/// A worker that was killed holds its jobs for two minutes; this is their end.
const LEASES_END: &str = "update jobs set lease_until = null, run_at = '2026-01-01 00:00:00' \
                          where kind = 'deliveries.close' and finished_at is null";

async fn batches_survive(database: &str) {
    let place = Place::new(database, "http://127.0.0.1:9", "", "");
    let workspace = place.world(Clock::system());
    app::prepare(&workspace).await.unwrap();
    fill(&workspace).await;
    let (mut kills, began) = (0, Instant::now());
    while count(&workspace, OPEN).await > 0 {
        assert!(began.elapsed().as_secs() < 120, "the batches are made in the end");
        let end = |conn: &mut Conn| Ok::<_, DbError>(conn.batch_execute(LEASES_END)?);
        workspace.db.write(end).await.unwrap();
        let seen = count(&workspace, CLOSED).await;
        let mut program = place.serve();
        // As soon as one more is there, the next is under way.
        while count(&workspace, OPEN).await > 0 && count(&workspace, CLOSED).await == seen {
            assert!(program.runs() && began.elapsed().as_secs() < 120);
            tokio::task::yield_now().await;
        }
        program.kill();
        kills += 1;
    }
    assert!(kills > 1, "it was killed in between");
    check(&workspace).await;
}

async fn check(workspace: &Workspace) {
    let results = "select count(*) as n from application_events where to_state = 'registered'";
    assert_eq!(count(workspace, results).await, DAYS as i64 * PER_DAY as i64);
    let items = "select count(*) as n from delivery_items";
    assert_eq!(count(workspace, items).await, count(workspace, results).await);
    assert_eq!(count(workspace, "select count(*) as n from result_outbox").await, 0);
    let torn = "select count(*) as n from deliveries d where d.row_count <> \
                (select count(*) from delivery_items i where i.delivery_no = d.no)";
    assert_eq!(count(workspace, torn).await, 0, "each is whole or absent");
    let gap = "select count(*) - max(no) as n from deliveries";
    assert_eq!(count(workspace, gap).await, 0, "numbers have no gap");
    let twice = "select count(*) - count(distinct day) as n from deliveries";
    assert_eq!(count(workspace, twice).await, 0, "one a day");
    let entries = "select count(*) as n from audit_entries where action = 'delivery.closed'";
    assert_eq!(count(workspace, entries).await, count(workspace, CLOSED).await);
    let chain = workspace
        .db
        .write(|conn| audit::verify(conn).map_err(DbError::from))
        .await;
    assert!(matches!(chain, Ok(audit::ChainCheck::Whole(_))), "{chain:?}");
}

#[actix_web::test]
async fn a_batch_that_is_cut_off_by_kill_nine_is_whole_or_absent() {
    batches_survive("sqlite:test.db").await;
    if let Some((admin, name, url)) = database_of_its_own() {
        batches_survive(&url).await;
        drop_database(&admin, &name);
    }
}
