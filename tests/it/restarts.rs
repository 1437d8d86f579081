//! Restart and upgrade (R8): kill -9 under load and the time until the first page; an old, full database is brought up to
//! date.
use crate::{
    chaos::apply,
    harness::{database_of_its_own, drop_database},
    served::{Place, start_gateway},
};
use diesel::{Connection, PgConnection, SqliteConnection, connection::SimpleConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use mizumado::{
    clock::Clock,
    db::{Conn, Db, DbError},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const KILLS: usize = 5;
/// Applicants at once when it is killed.
const CLIENTS: u64 = 8;

async fn killed_and_started(database: &str, engine: &str) {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let place = Place::new(database, &gateway, "", "");
    let (next, shown): (Arc<AtomicU64>, Arc<AtomicU64>) = Default::default();
    let mut program = place.serve();
    let mut times = vec![];
    for kill in 1..=KILLS {
        let clients = (0..CLIENTS).map(|_| {
            let (url, next, shown) = (place.url.clone(), next.clone(), shown.clone());
            actix_web::rt::spawn(async move {
                let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
                let http = http.build().unwrap();
                while apply(&http, &url, next.fetch_add(1, Ordering::Relaxed)).await.is_ok() {
                    shown.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
        let clients: Vec<_> = clients.collect();
        while shown.load(Ordering::Relaxed) < kill as u64 * 2 * CLIENTS {
            assert!(!clients.iter().all(|c| c.is_finished()), "the applicants go on");
            tokio::task::yield_now().await;
        }
        program.kill();
        for client in clients {
            client.await.unwrap();
        }
        let began = Instant::now();
        program = place.serve();
        let page = reqwest::get(&place.url).await.unwrap();
        times.push(began.elapsed());
        assert_eq!(page.status(), 200);
    }
    assert_eq!(program.stop(), Some(0));
    assert!(place.must(&["audit", "verify"]).contains("is whole"));
    times.sort();
    println!(
        "{engine}: {KILLS} kills under {CLIENTS} applicants, {} receipt numbers shown; first page again after {:.2} s \
         (median), {:.2} s (slowest)",
        shown.load(Ordering::Relaxed),
        times[KILLS / 2].as_secs_f64(),
        times[KILLS - 1].as_secs_f64()
    );
    assert!(times[KILLS - 1] < Duration::from_secs(60), "it comes back");
}

#[actix_web::test]
async fn after_kill_nine_under_load_the_first_page_comes_again() {
    killed_and_started("sqlite:live.db", "SQLite").await;
    if let Some((admin, name, url)) = database_of_its_own() {
        killed_and_started(&url, "PostgreSQL").await;
        drop_database(&admin, &name);
    }
}

/// The tables of the first version that took applications.
const OLD: usize = 5;

/// Applications with everything that belongs to them, as the old version kept them: half of them decided.
fn old_rows(count: usize, time: &str) -> Vec<String> {
    let each = |table_and_values: &str| {
        let (table, values) = table_and_values.split_once(" select ").unwrap();
        let values = values.replace("{t}", time);
        format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) \
             insert into {table} select {values} from n"
        )
    };
    let sealed = format!("k1.{}", "A".repeat(900));
    let mut all = vec![
        format!("insert into terms_versions (hash, version, body, first_shown_at) values ('h', '1', 'b', {time})"),
        "insert into institutions (code, name, kana, kind, affiliation, position) \
         values ('0140', '第四北越', 'ﾀﾞｲｼﾎｸｴﾂ', 'bank', 'partner', 1)"
            .into(),
        each(&format!(
            "applications (id, receipt_number, state, rev, answers, customer_index, submit_key, terms_hash, \
             terms_accepted_at, mail_wanted, created_at, updated_at, confirmed_at) select 'a' || i, 'r' || i, 'draft', 1, \
             '{sealed}', 'c' || i, 'k' || i, 'h', {{t}}, true, {{t}}, {{t}}, {{t}}"
        )),
    ];
    let edges = ["draft", "confirmed", "at_institution", "checking", "registered"];
    for (no, edge) in (1..).zip(edges.windows(2)) {
        let (from, to) = (edge[0], edge[1]);
        all.push(each(&format!(
            "application_events (application_id, no, from_state, to_state, actor, cause, evidence, at) \
             select 'a' || i, {no}, '{from}', '{to}', 'system', 'x', '', {{t}}"
        )));
        let decided = if to == "registered" {
            format!(", decided_at = {time}")
        } else {
            String::new()
        };
        all.push(format!(
            "update applications set state = '{to}', event_no = {no}{decided}"
        ));
    }
    all.extend([
        each(&format!(
            "attempts (id, application_id, no, gateway, institution_code, request, details, account_index, tran_id, outcome, \
             inquiries, created_at) select 't' || i, 'a' || i, 1, 'main', '0140', '{sealed}', '{sealed}', 'x' || i, 'n' || i, \
             'success', 1, {{t}}"
        )),
        each("audit_entries (no, at, actor, action, subject, detail, previous_hash, hash) select i, {t}, 'system', 'x', 'a' || i, '', 'p', 'h' || i"),
        each("mails (id, kind, subject_id, recipient, title, body, created_at, sent_at) select 'm' || i, 'receipt', 'a' || i, 'k1.A', 'x', 'x', {t}, {t}"),
        each("jobs (id, kind, payload, run_at, attempts, finished_at, created_at) select 'j' || i, 'mail.send', 'm' || i, {t}, 1, {t}, {t}"),
    ]);
    all
}

/// Fills the tables of `OLD` migrations.
fn fill<DB: diesel::backend::Backend>(
    conn: &mut (impl MigrationHarness<DB> + SimpleConnection),
    folder: &str,
    rows: &[String],
) {
    for _ in 0..OLD {
        conn.run_next_migration(FileBasedMigrations::from_path(folder).unwrap())
            .unwrap();
    }
    conn.batch_execute("begin").unwrap();
    for sql in rows {
        conn.batch_execute(sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
    }
    conn.batch_execute("commit").unwrap();
}

/// `make migration` says how many (`MIGRATION_ROWS`).
#[actix_web::test]
async fn an_old_database_that_is_full_is_brought_up_to_date() {
    let count = std::env::var("MIGRATION_ROWS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(300);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    let mut old = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    fill(&mut old, "migrations/sqlite", &old_rows(count, "'2026-01-05 01:00:00'"));
    drop(old);
    migrated(&format!("sqlite:{}", path.display()), count).await;
    if let Some((admin, name, url)) = database_of_its_own() {
        let mut old = PgConnection::establish(&url).unwrap();
        fill(
            &mut old,
            "migrations/postgres",
            &old_rows(count, "timestamp '2026-01-05 01:00:00'"),
        );
        drop(old);
        migrated(&url, count).await;
        drop_database(&admin, &name);
    }
}

async fn migrated(url: &str, count: usize) {
    let began = Instant::now();
    let db = Db::open(url).unwrap();
    let took = began.elapsed();
    let look = |conn: &mut Conn| {
        mizumado::db::is_whole(conn).unwrap_or_else(|e| panic!("{e}"));
        mizumado::db::table_counts(conn)
    };
    let counts = db.read::<_, DbError>(look).await.unwrap();
    for table in [
        "applications",
        "attempts",
        "audit_entries",
        "mails",
        "jobs",
        "result_outbox",
    ] {
        assert_eq!(counts[table], count as u64, "{table}");
    }
    assert_eq!(counts["application_events"], 4 * count as u64);
    println!(
        "{}: {count} applications ({} rows) of migration {OLD} brought up to date in {:.1} s",
        db.engine(),
        counts.values().sum::<u64>(),
        took.as_secs_f64()
    );
    db.close().await;
}
