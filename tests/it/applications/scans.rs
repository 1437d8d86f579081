//! No step of an application's life reads a growing table from end to end, and the record of it is sorted nowhere.
use super::plans::{Listener, SENT, plan};
use crate::{applicant::Applicant, browser::Browser, desk::Desk, harness::World};
use chrono::Duration;
use diesel::connection::set_default_instrumentation;
use mizumado::accounts::Role;
use regex::Regex;
use std::collections::BTreeSet;

/// What grows with every application. `result_outbox` and `jobs` lose their rows again, but are long after an outage.
const GROWING: &str = "applications|application_events|application_tokens|attempts|attempt_messages|audit_entries|mails\
                       |jobs|result_outbox|delivery_items|first_debits|visits|status_links";

#[actix_web::test]
async fn no_step_of_an_application_reads_a_growing_table_from_end_to_end() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    let world = World::sqlite().await;
    SENT.lock().unwrap().clear();
    for digits in ["00", "11", "99"] {
        let mut browser = Browser::new(&world.url);
        let handed = Applicant::scenario(digits).hand_off(&mut browser).await;
        handed.finish(&world, &mut browser).await;
        world.pass(Duration::hours(2)).await;
    }
    let sent: BTreeSet<String> = SENT.lock().unwrap().drain(..).collect();
    assert!(sent.len() > 60, "{}", sent.len());
    let scan = Regex::new(&format!(r"SCAN ({GROWING})\b")).unwrap();
    let mut wrong = vec![];
    for sql in sent.iter().filter(|sql| is_planned(sql)) {
        let asked = sql.clone();
        let plan = world.workspace.db.read(move |conn| plan(conn, &asked)).await.unwrap();
        if scan.is_match(&plan) {
            wrong.push(format!("{sql}\n{plan}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[actix_web::test]
async fn the_record_of_any_days_is_read_in_its_order_and_sorted_nowhere() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    let world = World::with_console().await;
    let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
    for days in ["", "from=2026-01-01", "to=2030-12-31", "from=2026-01-01&to=2030-12-31"] {
        for more in ["", "who=a1", "action=staff.", "subject=staff/x"] {
            SENT.lock().unwrap().clear();
            let page = auditor.get(&format!("/audit?{days}&{more}")).await;
            assert_eq!(page.status, 200, "{days} {more}");
            let sent: BTreeSet<String> = SENT.lock().unwrap().drain(..).collect();
            let is_of_entries = |sql: &&String| sql.contains("audit_entries") && sql.contains("ORDER BY");
            let asked: Vec<&String> = sent.iter().filter(is_of_entries).collect();
            assert!(!asked.is_empty(), "{days} {more}: {sent:?}");
            for sql in asked {
                let question = sql.clone();
                let plan = world
                    .workspace
                    .db
                    .read(move |conn| plan(conn, &question))
                    .await
                    .unwrap();
                assert!(!plan.contains("TEMP B-TREE"), "{days} {more}\n{sql}\n{plan}");
            }
        }
    }
}

/// A statement with a plan. What ends at a limit may walk along an index; finished jobs are forgotten, so the figures
/// may read which kinds there are.
fn is_planned(sql: &str) -> bool {
    if sql.starts_with("SELECT DISTINCT `jobs`.`kind`") {
        return false;
    }
    let verb = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["select", "update", "delete"].contains(&verb.as_str()) && !sql.to_lowercase().contains("limit")
}
