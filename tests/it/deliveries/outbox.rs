//! Every way in which the program itself reaches a result leaves that result for the next batch.
use crate::{applicant::Applicant, browser::Browser, harness::World};
use chrono::Duration;
use serde_json::json;

const RESULTS: &str = "select count(*) as n from application_events e join applications a on a.id = e.application_id \
                       where a.receipt_number is not null and e.to_state in \
                       ('registered', 'rejected', 'cancelled', 'expired', 'corrected', 'withdrawn', 'paper')";
const KEPT: &str = "select count(*) as n from application_events e where \
                    exists (select 1 from result_outbox o where o.application_id = e.application_id and o.event_no = e.no) \
                    or exists (select 1 from delivery_items i where i.application_id = e.application_id \
                    and i.event_no = e.no)";
const TWICE: &str = "select count(*) as n from result_outbox o join delivery_items i \
                     on i.application_id = o.application_id and i.event_no = o.event_no";
const LATE: &str =
    "select count(*) as n from application_events where from_state = 'rejected' and to_state = 'registered'";

#[actix_web::test]
async fn every_journeys_result_waits_or_is_delivered_also_one_that_comes_late() {
    for world in World::all().await {
        let two_days = 2 * 24 * 3600;
        let late = json!([{ "fault": "late_change", "seconds": two_days, "code": "B01" }]);
        world.faults(late).await;
        let changed = Applicant::scenario("70").hand_off(&mut Browser::new(&world.url)).await;
        changed.finish(&world, &mut Browser::new(&world.url)).await;
        world.faults(json!([])).await;
        for digits in ["67", "01", "24", "04"] {
            let mut browser = Browser::new(&world.url);
            let left = Applicant::scenario(digits).hand_off(&mut browser).await;
            left.finish(&world, &mut browser).await;
        }
        let mut browser = Browser::new(&world.url);
        let left = Applicant::scenario("68").hand_off(&mut browser).await;
        let answer = world.control("cancel", json!({ "tran_id": left.tran_id })).await;
        left.come_back(&mut browser, &answer).await;
        // Nobody opens the institution's page.
        Applicant::scenario("69").hand_off(&mut Browser::new(&world.url)).await;
        for _ in 0..7 {
            world.pass(Duration::hours(12)).await;
        }
        assert_eq!(world.count(LATE).await, 1, "the late one came");
        let results = world.count(RESULTS).await;
        assert!(results >= 7, "{results}");
        assert_eq!((world.count(KEPT).await, world.count(TWICE).await), (results, 0));
    }
}
