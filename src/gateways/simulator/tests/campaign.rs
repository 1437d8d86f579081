//! Many transactions that nobody visits, and the book that must agree with everything else.
use super::*;
use std::collections::{BTreeMap, BTreeSet};

async fn begin(gateway: &Gateway, count: usize, number: impl Fn(usize) -> String) {
    for n in 0..count {
        let body = gateway.create_body(&format!("A{n}"), &number(n), "");
        assert_eq!(gateway.post("create", body).await.0, 200);
    }
}

fn all_ended(ledger: &[Value]) -> bool {
    !ledger.is_empty() && ledger.iter().all(|it| it["outcome"].is_string())
}

fn counted(ledger: &[Value]) -> BTreeMap<&str, usize> {
    let mut counted = BTreeMap::new();
    for it in ledger {
        *counted
            .entry(it["outcome_code"].as_str().unwrap_or("none"))
            .or_default() += 1;
    }
    counted
}

#[tokio::test]
async fn a_transaction_ends_by_itself_as_its_account_number_wants_it() {
    let mut options = options(&fresh());
    options.autopilot_ms = Some(0);
    let gateway = Gateway::start(options).await;
    let numbers = ["67", "01", "10", "13", "24"];
    begin(&gateway, numbers.len(), |n| format!("12345{}", numbers[n])).await;
    let ledger = gateway.until(all_ended).await;
    let codes: Vec<_> = ledger.iter().map(|it| it["outcome_code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["0000", "B01", "C01", "B13", "Z77"]);
    let created = gateway.create("typed", "9900", "", "").await;
    let ledger = gateway.until(all_ended).await;
    assert_eq!(
        (&ledger[5]["tran_id"], &ledger[5]["outcome_code"]),
        (&json!(created["tran_id"]), &json!("0000"))
    );
}

#[tokio::test]
async fn shares_are_kept_alike_at_every_run_of_a_seed_whatever_is_asked_in_between() {
    let shares = json!({ "success": 70.0, "fail": 20.0, "cancelled": 5.0, "unprocessed": 4.0, "unknown_code": 1.0 });
    let mut runs = Vec::new();
    for asks in [false, true] {
        let mut options = options(&fresh());
        options.seed = Some(11);
        let gateway = Gateway::start(options).await;
        let wish = json!({ "after_ms": 1, "shares": shares });
        let answer = gateway.json("PUT", "autopilot", wish.clone()).await;
        assert_eq!(answer, (200, json!({ "autopilot": wish })));
        gateway
            .faults(json!([
                { "fault": "error", "at": "inquire", "share": 50 },
                { "fault": "lost", "at": "return", "share": 30 },
            ]))
            .await;
        for n in 0..200 {
            let body = gateway.create_body(&format!("A{n}"), "1234567", "");
            assert_eq!(gateway.post("create", body).await.0, 200);
            if asks {
                gateway.post("inquire", gateway.inquiry("A0")).await;
            }
        }
        let ledger = gateway.until(all_ended).await;
        let end = |it: &Value| (it["outcome_code"].to_string(), it["lost_return"] == true);
        runs.push(ledger.iter().map(end).collect::<Vec<_>>());
        let counted = counted(&ledger);
        assert!((120..160).contains(&counted["0000"]), "{counted:?}");
        assert!(counted["C01"] > 0 && counted["none"] > 0, "{counted:?}");
        assert!(
            counted.keys().filter(|code| code.starts_with('B')).count() > 3,
            "{counted:?}"
        );
        let mandates: u64 = ledger.iter().map(|it| it["registrations"].as_u64().unwrap()).sum();
        assert_eq!(mandates, counted["0000"] as u64);
    }
    assert!(runs[0].iter().any(|(_, lost)| *lost));
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn without_the_autopilot_nothing_ends_and_a_wrong_share_is_refused() {
    let gateway = Gateway::start(options(&fresh())).await;
    let (status, answer) = gateway
        .json("PUT", "autopilot", json!({ "after_ms": 0, "shares": { "sucess": 1 } }))
        .await;
    assert!(status == 422 && answer["error"].as_str().unwrap().contains("sucess"));
    assert_eq!(gateway.json("PUT", "autopilot", json!({ "after_ms": 0 })).await.0, 200);
    begin(&gateway, 1, |_| "1234567".to_owned()).await;
    gateway.until(all_ended).await;
    assert_eq!(
        gateway.json("DELETE", "autopilot", Value::Null).await.1,
        json!({ "autopilot": null })
    );
    gateway.create("A-left", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    // What the autopilot would have ended long ago, were it still on.
    gateway.create("A-after", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    assert_eq!(gateway.inquire("A-left").await.0, "entry");
}

#[tokio::test]
async fn the_daily_file_the_inquiries_and_the_ledger_agree_under_faults() {
    let mut options = options(&fresh());
    options.seed = Some(3);
    let gateway = Gateway::start(options).await;
    let shares = json!({ "success": 6, "fail": 2, "cancelled": 1, "unprocessed": 1 });
    gateway
        .json("PUT", "autopilot", json!({ "after_ms": 0, "shares": shares }))
        .await;
    gateway
        .faults(json!([
            { "fault": "drop", "at": "create", "share": 20 },
            { "fault": "error", "at": ["create", "inquire"], "share": 10 },
            { "fault": "late_change", "inquiries": 1, "share": 30 },
        ]))
        .await;
    for n in 0..150 {
        let attempt = format!("A{n}");
        let mut answered = false;
        while !answered {
            let answer = gateway
                .try_post("create", gateway.create_body(&attempt, "1234567", ""))
                .await;
            answered = answer.is_ok_and(|(status, _)| status == 200);
        }
    }
    let ledger = gateway.until(all_ended).await;
    assert_eq!(ledger.len(), 150, "asked again, begun once");
    assert!(ledger.iter().any(|it| it["begins"].as_u64() > Some(1)));
    gateway.faults(json!([])).await;
    for it in &ledger {
        let attempt = it["attempt_id"].as_str().unwrap();
        gateway.inquire(attempt).await;
        let (status, code) = gateway.inquire(attempt).await;
        assert_eq!(
            (&json!(status), it["outcome_code"].as_str().unwrap_or("")),
            (&it["outcome"], &*code),
            "{it}"
        );
    }
    let today = crate::clock::jst(gateway.clock.now()).format("%Y%m%d").to_string();
    let daily = gateway.ask("daily", &[("date", &today)]).await;
    let lines: BTreeSet<_> = daily["file"].lines().map(str::to_owned).collect();
    let ledger = gateway.ledger().await;
    let ended = ledger.iter().filter(|it| it["outcome_code"].is_string());
    let word = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let words = ["attempt_id", "tran_id", "outcome", "outcome_code", "ended_at"];
    let booked: BTreeSet<_> = ended.map(|it| words.map(|name| word(it, name)).join(",")).collect();
    assert_eq!(lines, booked);
}
