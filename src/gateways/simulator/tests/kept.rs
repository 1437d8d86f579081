//! What is on disk, what it costs, and what people and tests switch.
use super::*;

#[tokio::test]
async fn what_was_acknowledged_is_in_the_file_at_once() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "late_change", "inquiries": 5, "times": 1 }]))
        .await;
    gateway.end("A1", "1234567", "").await;
    gateway.create("A2", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    gateway.create("A2", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    let asked = gateway.inquiry("A1");
    gateway.post("inquire", asked.clone()).await;
    // The first one still runs: a kill now would leave just this file.
    let copy = fresh();
    std::fs::copy(&gateway.state, &copy).unwrap();
    let again = Gateway::start(options(&copy)).await;
    assert_eq!(again.ledger().await, gateway.ledger().await);
    let (_, one) = gateway.json("GET", "faults", Value::Null).await;
    assert_eq!(again.json("GET", "faults", Value::Null).await.1, one);
    assert_eq!(again.post("inquire", asked).await.0, 400, "the nonce is known");
    assert_eq!(again.ledger().await[1]["begins"], 2);
}

#[tokio::test]
async fn asking_writes_as_much_with_many_transactions_as_with_few() {
    let gateway = Gateway::start(options(&fresh())).await;
    let size = || std::fs::metadata(&gateway.state).unwrap().len();
    let mut written = Vec::new();
    for upto in [1, 300] {
        for n in 0..upto {
            gateway
                .create(&format!("A{upto:03}{n:03}"), "0140", "1234567", "ﾔﾏﾀﾞ")
                .await;
        }
        let before = size();
        gateway.inquire(&format!("A{upto:03}000")).await;
        let between = size();
        gateway
            .create(&format!("B{upto:03}000"), "0140", "1234567", "ﾔﾏﾀﾞ")
            .await;
        written.push((between - before, size() - between));
    }
    let (few, many) = (written[0], written[1]);
    assert!(few.0 < 200 && few.0.abs_diff(many.0) < 10, "{written:?}");
    assert!(few.1 < 1500 && few.1.abs_diff(many.1) < 20, "{written:?}");
}

#[tokio::test]
async fn faults_are_listed_with_their_strikes_and_a_wrong_list_changes_nothing() {
    let gateway = Gateway::start(options(&fresh())).await;
    let wish = json!({ "seed": 42, "faults": [
        { "fault": "error", "at": "inquire", "times": 2 },
        { "fault": "lost", "at": "push", "share": 12.5 },
    ] });
    let (status, answer) = gateway.json("PUT", "faults", wish).await;
    assert_eq!((status, &answer["seed"]), (200, &json!(42)));
    for _ in 0..3 {
        gateway.post("inquire", gateway.inquiry("A1")).await;
    }
    let (_, listed) = gateway.json("GET", "faults", Value::Null).await;
    let expected = json!([
        { "fault": "error", "at": ["inquire"], "share": 100.0, "times": 2, "struck": 2, "over": true },
        { "fault": "lost", "at": ["push"], "share": 12.5, "struck": 0, "over": false },
    ]);
    assert_eq!((&listed["faults"], &listed["rolled"]), (&expected, &json!(2)));
    let (status, answer) = gateway
        .json("PUT", "faults", json!([{ "fault": "flip", "at": "push" }]))
        .await;
    assert_eq!(
        (status, answer["error"].as_str().unwrap()),
        (422, "flip strikes at inquire, not at push")
    );
    assert_eq!(gateway.json("GET", "faults", Value::Null).await.1, listed);
    let (_, cleared) = gateway.json("DELETE", "faults", Value::Null).await;
    assert_eq!(cleared, json!({ "seed": 42, "rolled": 0, "faults": [] }));
}

#[tokio::test]
async fn the_same_seed_and_order_of_requests_strike_alike() {
    let mut runs = Vec::new();
    for seed in [5, 5, 6] {
        let gateway = Gateway::start(options(&fresh())).await;
        let faults = json!([{ "fault": "error", "at": "inquire", "share": 50 }]);
        gateway.faults(json!({ "seed": seed, "faults": faults })).await;
        let mut run = Vec::new();
        for _ in 0..40 {
            run.push(gateway.post("inquire", gateway.inquiry("A1")).await.0);
        }
        runs.push(run);
    }
    assert!(runs[0] == runs[1] && runs[0] != runs[2]);
    assert!(runs[0].contains(&500) && runs[0].contains(&200));
}

#[tokio::test]
async fn the_page_switches_faults_and_the_autopilot() {
    let gateway = Gateway::start(options(&fresh())).await;
    let fault = [
        ("fault", "slow"),
        ("at", "create"),
        ("share", "12.5"),
        ("ms", "5"),
        ("times", ""),
        ("code", ""),
    ];
    let (_, page) = gateway.page("/control/trouble/add", Some(&fault)).await;
    assert!(page.contains("遅い") && page.contains("12.5%") && page.contains("受付"));
    let (_, page) = gateway
        .page("/control/trouble/add", Some(&[("fault", "flip"), ("at", "push")]))
        .await;
    assert!(page.contains("設定できませんでした") && page.contains("flip strikes at inquire"));
    gateway.page("/control/trouble/seed", Some(&[("seed", "77")])).await;
    let (_, listed) = gateway.json("GET", "faults", Value::Null).await;
    assert_eq!((&listed["seed"], &listed["faults"][0]["ms"]), (&json!(77), &json!(5)));
    gateway.page("/control/trouble/remove", Some(&[("at", "0")])).await;
    assert!(gateway.struck().await.is_empty());
    let pilot = [("after_ms", "50"), ("success", "9"), ("fail", "1"), ("cancelled", "")];
    let (_, page) = gateway.page("/control/trouble/autopilot", Some(&pilot)).await;
    assert!(page.contains("50ミリ秒"));
    let set = json!({ "autopilot": { "after_ms": 50, "shares": { "fail": 1.0, "success": 9.0 } } });
    assert_eq!(gateway.json("GET", "autopilot", Value::Null).await.1, set);
}
