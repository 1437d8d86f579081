//! One effect per submission (R2): the same body by many at once. `make submissions` is the long one
//! (SUBMISSIONS_ROUNDS).
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    harness::World,
    plan::{number, without_limits},
};
use futures_util::future::join_all;
use std::{collections::BTreeSet, time::Instant};

/// So many send the same body.
const SAME: usize = 64;
/// And so many, in between, another body under the same key.
const OTHERS: usize = 8;

/// One application; gives its receipt number.
async fn round(world: &World, number: u64) -> String {
    let mut browser = Browser::new(&world.url);
    let applicant = Applicant {
        customer_number: format!("{number:010}"),
        account: ("020".into(), format!("{number:05}67")),
        ..Applicant::default()
    };
    let check = applicant.fill(&mut browser).await;
    let post = async |is_other: bool| {
        let mut browser = browser.clone();
        let changed: &[_] = if is_other { &[("draft_rev", "999")] } else { &[] };
        browser.submit(&check, changed).await
    };
    let every = SAME / OTHERS + 1;
    let others: Vec<bool> = (0..SAME + OTHERS).map(|i| i % every == every / 2).collect();
    let pages = join_all(others.iter().map(|is_other| post(*is_other))).await;
    let (refused, same): (Vec<_>, Vec<_>) = pages.into_iter().zip(others).partition(|(_, is_other)| *is_other);
    assert_eq!((same.len(), refused.len()), (SAME, OTHERS));
    refused.iter().for_each(|(page, _)| is_refused(page));
    // Whoever came while the gateway was still asked sees the same receipt and may try again.
    let receipts: BTreeSet<String> = same.iter().map(|(page, _)| page.first(".receipt-number")).collect();
    assert_eq!(receipts.len(), 1, "round {number}: {receipts:?}");
    is_refused(&post(true).await);
    receipts.into_iter().next().unwrap()
}

#[track_caller]
fn is_refused(page: &Page) {
    page.expect("別の画面で");
    assert_eq!(page.first(".receipt-number"), "");
}

#[actix_web::test]
async fn many_posts_of_one_key_have_one_effect_and_another_body_has_none() {
    let rounds = number("SUBMISSIONS_ROUNDS", 12);
    for world in World::all_with(without_limits()).await {
        let (began, mut receipts) = (Instant::now(), BTreeSet::new());
        for n in 1..=rounds {
            receipts.insert(round(&world, n).await);
        }
        let rounds = i64::try_from(rounds).unwrap();
        for (what, rows) in [
            ("applications", "select count(*) as n from applications"),
            (
                "handed off",
                "select count(*) as n from applications where receipt_number is not null and state = 'at_institution'",
            ),
            ("attempts", "select count(*) as n from attempts"),
            ("mails", "select count(*) as n from mails where kind = 'receipt'"),
            (
                "audit entries",
                "select count(*) as n from audit_entries where action = 'application.confirmed'",
            ),
        ] {
            assert_eq!(world.count(rows).await, rounds, "{what}");
        }
        assert_eq!(receipts.len() as i64, rounds);
        let ledger = world.ledger().await;
        assert_eq!(ledger.len() as i64, rounds, "transactions at the gateway");
        println!(
            "{rounds} keys × {SAME} posts at once and {} other bodies: {rounds} applications, attempts, mails, audit \
             entries and transactions, every other body refused; {:.0} s",
            OTHERS + 1,
            began.elapsed().as_secs_f64()
        );
    }
}
