use super::*;

fn fault(json: serde_json::Value) -> Result<Fault, String> {
    serde_json::from_value::<Fault>(json)
        .map_err(|e| e.to_string())?
        .checked()
}

fn run(seed: u64) -> Vec<bool> {
    let mut ledger = Ledger::default();
    let drop = fault(serde_json::json!({ "fault": "drop", "share": 30 })).unwrap();
    ledger.set_faults(vec![drop], Some(seed));
    let now = NaiveDateTime::default();
    (0..1000)
        .map(|_| ledger.strike(By::Requests(Create), Create, OF_ANSWERS, now).is_some())
        .collect()
}

#[test]
fn the_same_seed_chooses_alike_and_the_share_is_kept() {
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    let struck = run(7).into_iter().filter(|struck| *struck).count();
    assert!((250..350).contains(&struck), "{struck}");
}

#[test]
fn a_fault_ends_after_its_times_and_stays_in_its_place_and_hours() {
    let mut ledger = Ledger::default();
    let twice = fault(serde_json::json!({ "fault": "error", "at": "create", "times": 2 })).unwrap();
    ledger.set_faults(vec![twice], None);
    let now = NaiveDateTime::default();
    assert!(ledger.strike(By::Requests(Inquire), Inquire, OF_ANSWERS, now).is_none());
    let struck: Vec<_> = (0..4)
        .map(|_| ledger.strike(By::Requests(Create), Create, OF_ANSWERS, now).is_some())
        .collect();
    assert_eq!((struck, ledger.tally().struck[0]), (vec![true, true, false, false], 2));
    let window = serde_json::json!({ "fault": "outage", "from": "19700101100000", "to": "19700101110000" });
    ledger.set_faults(vec![fault(window).unwrap()], None);
    let hour = chrono::Duration::hours(1);
    let out: Vec<_> = [0, 1, 2]
        .map(|n| {
            ledger
                .strike(By::Requests(Create), Create, OF_ANSWERS, now + hour * n)
                .is_some()
        })
        .into();
    assert_eq!(out, [false, true, false]);
}

#[test]
fn a_fault_that_makes_no_sense_is_refused_with_its_reason() {
    for (json, reason) in [
        (
            serde_json::json!({ "fault": "flip", "at": "push" }),
            "flip strikes at inquire, not at push",
        ),
        (serde_json::json!({ "fault": "drop", "share": 101 }), "percentage"),
        (serde_json::json!({ "fault": "drop", "ms": 5 }), "takes no ms"),
        (
            serde_json::json!({ "fault": "slow", "from": "20260101000000" }),
            "takes no from",
        ),
        (
            serde_json::json!({ "fault": "outage", "to": "tomorrow" }),
            "YYYYMMDDhhmmss",
        ),
        (serde_json::json!({ "fault": "drop", "shares": 1 }), "unknown field"),
    ] {
        let error = fault(json).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn names_are_those_of_json() {
    for row in &ALL {
        assert_eq!(serde_json::to_value(row.kind).unwrap(), row.name);
        for place in row.places {
            assert_eq!(serde_json::to_value(place).unwrap(), place.name().0);
        }
    }
}
