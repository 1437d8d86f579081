//! What befalls an answer, seen from the bureau's side of the line.
use super::super::messages::stamp;
use super::*;
use crate::clock::jst;
use chrono::Duration;
use std::time::Instant;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn a_slow_answer_is_right_and_late() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "slow", "at": "create", "ms": 400 }]))
        .await;
    let started = Instant::now();
    let created = gateway.create("A1", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    assert!(created["result"] == "ok" && started.elapsed().as_millis() >= 400);
    let started = Instant::now();
    gateway.inquire("A1").await;
    assert!(started.elapsed().as_millis() < 400, "only the create is slow");
}

#[tokio::test]
async fn an_error_does_nothing() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "error", "at": ["create", "daily"] }]))
        .await;
    let (status, _) = gateway.post("create", gateway.create_body("A1", "1234567", "")).await;
    assert_eq!((status, gateway.ledger().await.len()), (500, 0));
    assert_eq!(gateway.inquire("A1").await.0, "not_found");
    let daily = gateway
        .client
        .get(format!("{}/daily?date=20260101", gateway.base))
        .send()
        .await
        .unwrap();
    assert_eq!(daily.status().as_u16(), 503);
}

#[tokio::test]
async fn a_dropped_answer_leaves_a_begun_transaction_that_the_second_asking_finds() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "drop", "at": "create", "times": 1 }]))
        .await;
    assert!(
        gateway
            .try_post("create", gateway.create_body("A1", "1234567", ""))
            .await
            .is_err()
    );
    let begun = gateway.ledger().await;
    assert_eq!((begun.len(), &begun[0]["begins"]), (1, &json!(1)));
    let back = gateway.end("A1", "1234567", "").await;
    assert_eq!(back["tran_id"], begun[0]["tran_id"]);
    assert_eq!((&back["begins"], &back["registrations"]), (&json!(2), &json!(1)));
}

/// The bytes that come back over a bare line, until the other side closes it.
async fn bytes(gateway: &Gateway, body: &str) -> String {
    let mut line = TcpStream::connect(gateway.base.trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!(
        "POST /api/inquire HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A line that is cut hard is an error after the bytes that came.
    let _ = line.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn half_an_answer_announces_the_whole_and_a_dropped_one_is_not_a_byte() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway.faults(json!([{ "fault": "half", "at": "inquire" }])).await;
    let answer = bytes(&gateway, &gateway.inquiry("A1")).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    assert!(gateway.desk.open("inquire-result", body.as_bytes()).is_err());
    gateway.faults(json!([{ "fault": "drop", "at": "inquire" }])).await;
    assert_eq!(bytes(&gateway, &gateway.inquiry("A1")).await, "");
}

#[tokio::test]
async fn a_trickle_comes_byte_by_byte_and_is_right_in_the_end() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "trickle", "at": "inquire", "ms": 2 }]))
        .await;
    let started = Instant::now();
    let (_, body) = gateway.post("inquire", gateway.inquiry("A1")).await;
    assert!(
        started.elapsed().as_millis() >= 2 * body.len() as u128,
        "{}",
        body.len()
    );
    assert!(gateway.desk.open("inquire-result", body.as_bytes()).is_ok());
}

#[tokio::test]
async fn silence_lasts_and_ends_without_an_answer() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway
        .faults(json!([{ "fault": "silent", "at": "create", "seconds": 1 }]))
        .await;
    let started = Instant::now();
    assert!(
        gateway
            .try_post("create", gateway.create_body("A1", "1234567", ""))
            .await
            .is_err()
    );
    assert!(started.elapsed().as_millis() >= 1000);
    assert_eq!(gateway.ledger().await.len(), 1, "it was begun all the same");
}

#[tokio::test]
async fn the_wrong_charset_is_announced_as_the_right_one_and_does_not_verify() {
    for (charset, announced) in [(Charset::Utf8, "utf-8"), (Charset::Windows31j, "windows-31j")] {
        let mut options = options(&fresh());
        options.charset = charset;
        let gateway = Gateway::start(options).await;
        gateway.faults(json!([{ "fault": "charset", "at": "create" }])).await;
        let request = gateway.client.post(format!("{}/api/create", gateway.base));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request
            .body(gateway.create_body("A1", "1234567", ""))
            .send()
            .await
            .unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(
            content_type.ends_with(&format!("charset={announced}")),
            "{content_type}"
        );
        let body = answer.text().await.unwrap();
        assert!(gateway.desk.open("create-result", body.as_bytes()).is_err());
    }
}

#[tokio::test]
async fn an_outage_refuses_to_begin_and_to_answer_until_it_is_over() {
    let gateway = Gateway::start(options(&fresh())).await;
    let stamps = [1, 2].map(|hours| stamp(gateway.clock.now() + Duration::hours(hours)));
    gateway
        .faults(json!([{ "fault": "outage", "from": stamps[0], "to": stamps[1] }]))
        .await;
    assert_eq!(gateway.create("A1", "0140", "1234567", "ﾔﾏﾀﾞ").await["result"], "ok");
    gateway.clock.advance(Duration::minutes(61));
    let refused = gateway.create("A2", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    assert_eq!((refused["result"].as_str(), refused["code"].as_str()), ("error", "B12"));
    assert_eq!(gateway.post("inquire", gateway.inquiry("A1")).await.0, 503);
    gateway.clock.advance(Duration::hours(1));
    assert_eq!(gateway.create("A2", "0140", "1234567", "ﾔﾏﾀﾞ").await["result"], "ok");
    assert_eq!(gateway.inquire("A2").await.0, "entry");
}

#[tokio::test]
async fn a_daily_file_comes_under_its_own_faults() {
    let gateway = Gateway::start(options(&fresh())).await;
    gateway.end("A1", "1234567", "").await;
    gateway
        .faults(json!([{ "fault": "half", "at": "daily", "times": 1 }]))
        .await;
    let today = jst(gateway.clock.now()).format("%Y%m%d").to_string();
    let url = format!("{}/daily?date={today}", gateway.base);
    let get = || async { gateway.client.get(&url).send().await.unwrap().text().await };
    assert!(get().await.is_err());
    let whole = get().await.unwrap();
    let whole = gateway.desk.open("daily-result", whole.as_bytes()).unwrap();
    assert_eq!((whole["count"].as_str(), gateway.struck().await), ("1", vec![1]));
}
