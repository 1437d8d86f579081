//! No step of an application's life reads a growing table from end to end.
use super::plans::{Listener, SENT, plan};
use crate::{applicant::Applicant, browser::Browser, harness::World};
use chrono::Duration;
use diesel::connection::set_default_instrumentation;
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

/// A statement with a plan. What ends at a limit may walk along an index; finished jobs are forgotten, so the figures
/// may read which kinds there are.
fn is_planned(sql: &str) -> bool {
    if sql.starts_with("SELECT DISTINCT `jobs`.`kind`") {
        return false;
    }
    let verb = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["select", "update", "delete"].contains(&verb.as_str()) && !sql.to_lowercase().contains("limit")
}
