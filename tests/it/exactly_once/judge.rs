//! Three books that must agree: our rows, the gateway's ledger, the files that the bureau got.
use super::Campaign;
use crate::{deliveries::delivered_rows, harness::World};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{
    db::{Conn, DbError},
    enrolment::states::Registration,
    reconciliation::{self, Kind},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Receipt number → state.
type Book = BTreeMap<String, Registration>;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    receipt_number: String,
    #[diesel(sql_type = Text)]
    attempt_id: String,
    #[diesel(sql_type = Text)]
    state: String,
}

async fn rows(world: &World) -> Vec<Row> {
    let sql = "select a.receipt_number, t.id as attempt_id, a.state \
               from applications a join attempts t on t.application_id = a.id";
    let read = move |conn: &mut Conn| diesel::sql_query(sql).load(conn).map_err(DbError::from);
    world.workspace.db.read(read).await.unwrap()
}

/// What a transaction of the ledger makes of its application.
fn meant(transaction: &Value) -> Registration {
    match (transaction["outcome"].as_str(), transaction["outcome_code"].as_str()) {
        (Some("success"), _) => Registration::Registered,
        (Some("fail"), Some("C01")) => Registration::Cancelled,
        (Some("fail"), _) => Registration::Rejected,
        (Some("unprocessed"), _) => Registration::Expired,
        other => panic!("a transaction is still open: {other:?}"),
    }
}

/// The newest row of each application in all files, and how many rows say that it is registered.
async fn delivered(world: &World) -> (Book, usize) {
    let all = delivered_rows(world).await;
    let registered = all
        .iter()
        .filter(|(_, label)| label == Registration::Registered.label());
    let registered = registered.count();
    let state = |label: &str| *Registration::ALL.iter().find(|s| s.label() == label).unwrap();
    let book = all
        .iter()
        .map(|(receipt, label)| (receipt.clone(), state(label)))
        .collect();
    (book, registered)
}

/// Holds the books against each other; gives the figures.
pub async fn judge(campaign: &Campaign) -> String {
    let world = &campaign.world;
    let (rows, ledger) = (rows(world).await, world.ledger().await);
    let receipt_of: BTreeMap<&str, &str> = rows
        .iter()
        .map(|r| (r.attempt_id.as_str(), r.receipt_number.as_str()))
        .collect();
    let state = |word: &str| *Registration::ALL.iter().find(|s| s.as_str() == word).unwrap();
    let ours: Book = rows
        .iter()
        .map(|r| (r.receipt_number.clone(), state(&r.state)))
        .collect();
    let receipt = |t: &Value| receipt_of[t["attempt_id"].as_str().unwrap()].to_owned();
    let theirs: Book = ledger.iter().map(|t| (receipt(t), meant(t))).collect();
    let (files, rows_of_registered) = delivered(world).await;
    assert_eq!(ours, theirs, "our rows are the gateway's ledger");
    assert_eq!(ours, files, "our rows are those of the files");
    let registered = ours.values().filter(|s| **s == Registration::Registered).count();
    assert_eq!(
        rows_of_registered, registered,
        "each registration stands in the files once"
    );
    assert_eq!((ours.len(), ledger.len()), (rows.len(), rows.len()), "one attempt each");
    nothing_was_unsure(world).await;
    format!(
        "{} applications: {registered} registered here = in the ledger = rows of the files, 0 unknown; {}",
        ours.len(),
        messages(campaign, &ledger).await
    )
}

/// Nobody stood at "unknown", not even for a while, and the nightly comparison names only what was changed afterwards.
async fn nothing_was_unsure(world: &World) {
    let unsure = "select count(*) as n from application_events where to_state = 'unknown'";
    assert_eq!(world.count(unsure).await, 0);
    let open = world.write(|conn| Ok(reconciliation::open_differences(conn)?)).await;
    for difference in open {
        // What the browser brought was true when it left; the institution changed its word later, and a person is told.
        assert_eq!(difference.kind, Kind::ReturnContradicts, "{}", difference.detail);
        let results = format!(
            "select count(*) as n from application_events where to_state in ('registered', 'rejected') \
             and application_id = '{}'",
            difference.application_id.unwrap()
        );
        assert_eq!(
            world.count(Box::leak(results.into_boxed_str())).await,
            2,
            "told, then changed"
        );
    }
    let twice = "select count(*) as n from (select application_id from application_events where to_state = \
                 'registered' group by application_id having count(*) > 1) as doubled";
    assert_eq!(world.count(twice).await, 0);
    let waiting = "select count(*) as n from mails where sent_at is null";
    assert_eq!(world.count(waiting).await, 0);
}

/// What came and what was refused; nothing forged is written down anywhere.
async fn messages(campaign: &Campaign, ledger: &[Value]) -> String {
    let (world, brought, struck) = (&campaign.world, &campaign.brought, campaign.struck().await);
    let returns = world
        .count("select count(*) as n from attempt_messages where kind = 'return'")
        .await;
    assert_eq!(
        returns as u64, brought.honest,
        "each honest return counts once and no other one"
    );
    let sum = |name: &str| ledger.iter().map(|t| t[name].as_u64().unwrap_or(0)).sum::<u64>();
    assert_eq!(sum("forged_taken"), 0);
    assert!(ledger.iter().all(|t| t["registrations"].as_u64() <= Some(1)));
    assert!(brought.forged > 0 && sum("forged_tries") > 0 && struck["silent inquire"] + struck["drop inquire"] > 0);
    format!(
        "returns: {} brought, {} of them late, {} brought again, {} lost, {} forged, 0 forged taken; pushes: {} forged, \
         0 taken; at the gateway: {struck:?}",
        brought.honest,
        brought.late,
        brought.repeated,
        brought.dropped,
        brought.forged,
        sum("forged_tries"),
    )
}
