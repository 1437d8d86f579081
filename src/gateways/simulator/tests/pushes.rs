//! What befalls a push, seen from the bureau.
use super::{super::messages::Refusal, *};
use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The bureau's side of a push: takes what is signed and new to it, refuses the rest.
pub struct Receiver {
    pub url: String,
    pushes: UnboundedReceiver<Vec<u8>>,
}

impl Receiver {
    /// Refuses the first so many, whatever they are.
    pub fn start(gateway: &Gateway, refusals: usize) -> Receiver {
        let (sender, pushes) = unbounded_channel();
        let desk = web::Data::new(Desk::new(&options(&fresh()), gateway.clock.clone()));
        let left = web::Data::new(AtomicUsize::new(refusals));
        let take = |body: web::Bytes, data: (web::Data<Desk>, web::Data<AtomicUsize>)| {
            let (desk, left) = data;
            let less = |left: usize| left.checked_sub(1);
            let order = Ordering::SeqCst;
            let refused = left.fetch_update(order, order, less).is_ok() || desk.open("push", &body).is_err();
            if refused {
                HttpResponse::BadRequest().body("no")
            } else {
                HttpResponse::Ok().body("result=ok")
            }
        };
        let server = HttpServer::new(move || {
            let sender = sender.clone();
            let data = (desk.clone(), left.clone());
            App::new().default_service(web::to(move |body: web::Bytes| {
                let _ = sender.send(body.to_vec());
                std::future::ready(take(body, data.clone()))
            }))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/push", server.addrs()[0]);
        tokio::spawn(server.run());
        Receiver { url, pushes }
    }

    async fn next(&mut self) -> Vec<u8> {
        let next = tokio::time::timeout(PATIENCE, self.pushes.recv()).await;
        next.expect("a push comes").unwrap()
    }
}

/// A gateway that pushes at once, and the bureau.
async fn pair() -> (Gateway, Receiver) {
    let mut options = options(&fresh());
    (options.push_after_seconds, options.push_backoff_seconds) = (0, vec![0]);
    let gateway = Gateway::start(options).await;
    let receiver = Receiver::start(&gateway, 0);
    (gateway, receiver)
}

fn is_over(ledger: &[Value]) -> bool {
    !ledger.is_empty() && ledger.iter().all(|it| it["push_open"] == 0)
}

#[tokio::test]
async fn a_push_is_sent_again_until_it_is_taken() {
    let mut options = options(&fresh());
    (
        options.push_seconds,
        options.push_after_result,
        options.push_backoff_seconds,
    ) = (1, false, vec![0]);
    let gateway = Gateway::start(options).await;
    let mut receiver = Receiver::start(&gateway, 1);
    let back = gateway.end("A1", "1234523", &receiver.url).await;
    assert_eq!((&back["status"], &back["hint"]), (&json!("ended"), &json!("unknown")));
    let (first, second) = (receiver.next().await, receiver.next().await);
    let ledger = gateway.until(is_over).await;
    assert_eq!(
        (&ledger[0]["push_tries"], &ledger[0]["push_delivered"]),
        (&json!(2), &json!(true))
    );
    let open = |body: &[u8]| gateway.desk.open("push", body).unwrap();
    let (first, second) = (open(&first), open(&second));
    assert_eq!((first["status"].as_str(), first["code"].as_str()), ("success", "0000"));
    assert_ne!(first["nonce"], second["nonce"]);
}

#[tokio::test]
async fn a_lost_push_is_never_sent_and_a_slow_one_later() {
    let (gateway, mut receiver) = pair().await;
    gateway
        .faults(
            json!([{ "fault": "lost", "at": "push", "times": 1 }, { "fault": "slow", "at": "push", "ms": 3600000 }]),
        )
        .await;
    gateway.end("A1", "1234567", &receiver.url).await;
    gateway.end("A2", "1234567", &receiver.url).await;
    gateway.faults(json!([])).await;
    gateway.end("A3", "1234567", &receiver.url).await;
    assert_eq!(
        gateway.desk.open("push", &receiver.next().await).unwrap()["attempt_id"],
        "A3"
    );
    gateway.clock.advance(Duration::hours(1));
    assert_eq!(
        gateway.desk.open("push", &receiver.next().await).unwrap()["attempt_id"],
        "A2"
    );
    let ledger = gateway.until(is_over).await;
    assert_eq!(
        (&ledger[0]["push_tries"], &ledger[0]["push_delivered"]),
        (&json!(0), &json!(false))
    );
}

#[tokio::test]
async fn a_repeated_push_is_the_same_bytes_each_time() {
    let (gateway, mut receiver) = pair().await;
    gateway.faults(json!([{ "fault": "repeat", "count": 3 }])).await;
    gateway.end("A1", "1234567", &receiver.url).await;
    let first = receiver.next().await;
    assert_eq!((receiver.next().await, receiver.next().await), (first.clone(), first));
    gateway.until(is_over).await;
    assert!(receiver.pushes.try_recv().is_err(), "three, not four");
}

#[tokio::test]
async fn a_push_is_overtaken_by_a_later_one() {
    let (gateway, mut receiver) = pair().await;
    gateway
        .faults(json!([{ "fault": "reorder", "seconds": 3600, "times": 1 }]))
        .await;
    gateway.end("A1", "1234567", &receiver.url).await;
    gateway.end("A2", "1234567", &receiver.url).await;
    let mut order = Vec::new();
    for _ in 0..2 {
        order.push(gateway.desk.open("push", &receiver.next().await).unwrap()["attempt_id"].clone());
    }
    assert_eq!(order, ["A2", "A1"]);
}

#[tokio::test]
async fn an_overtaken_push_does_not_wait_for_ever() {
    let (gateway, mut receiver) = pair().await;
    gateway.faults(json!([{ "fault": "reorder", "seconds": 3600 }])).await;
    gateway.end("A1", "1234567", &receiver.url).await;
    gateway.clock.advance(Duration::hours(1));
    assert_eq!(
        gateway.desk.open("push", &receiver.next().await).unwrap()["attempt_id"],
        "A1"
    );
}

#[tokio::test]
async fn forged_pushes_claim_the_opposite_and_do_not_verify() {
    let (gateway, mut receiver) = pair().await;
    gateway
        .faults(json!([{ "fault": "bad_signature" }, { "fault": "wrong_key" }]))
        .await;
    gateway.end("A1", "1234501", &receiver.url).await;
    let (mut own, mut forged) = (0, 0);
    for _ in 0..3 {
        let body = receiver.next().await;
        let text = String::from_utf8(body.clone()).unwrap();
        match gateway.desk.open("push", &body) {
            Ok(fields) => own += usize::from(fields["code"] == "B01"),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::Signature);
                forged += usize::from(text.contains("status=success") && text.contains("key_id=k1"));
            }
        }
    }
    assert_eq!((own, forged), (1, 2));
    let ledger = gateway.until(is_over).await;
    assert_eq!(
        (&ledger[0]["forged_tries"], &ledger[0]["forged_taken"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(
        (&ledger[0]["push_tries"], &ledger[0]["registrations"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn a_replayed_push_is_the_old_bytes_and_too_old() {
    let (gateway, mut receiver) = pair().await;
    gateway.faults(json!([{ "fault": "replay", "seconds": 1200 }])).await;
    gateway.end("A1", "1234567", &receiver.url).await;
    let first = receiver.next().await;
    assert!(gateway.desk.open("push", &first).is_ok());
    gateway.until(|ledger| ledger[0]["push_delivered"] == true).await;
    gateway.clock.advance(Duration::minutes(20));
    let again = receiver.next().await;
    assert_eq!(again, first);
    assert_eq!(gateway.desk.open("push", &again), Err(Refusal::IssuedAt));
    let ledger = gateway.until(is_over).await;
    assert_eq!(
        (&ledger[0]["forged_tries"], &ledger[0]["forged_taken"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn a_push_contradicts_the_inquiry() {
    let (gateway, mut receiver) = pair().await;
    gateway
        .faults(json!([{ "fault": "contradiction", "code": "B03" }]))
        .await;
    gateway.end("A1", "1234567", &receiver.url).await;
    let push = gateway.desk.open("push", &receiver.next().await).unwrap();
    assert_eq!((push["status"].as_str(), push["code"].as_str()), ("fail", "B03"));
    assert_eq!(gateway.inquire("A1").await, ("success".to_owned(), "0000".to_owned()));
}

#[tokio::test]
async fn a_late_change_is_pushed_twice_and_its_first_push_can_come_last() {
    let (gateway, mut receiver) = pair().await;
    gateway
        .faults(json!([
            { "fault": "late_change", "seconds": 600, "code": "B03" },
            { "fault": "reorder", "seconds": 86400, "times": 1 },
        ]))
        .await;
    gateway.end("A1", "1234567", &receiver.url).await;
    assert_eq!(gateway.inquire("A1").await.1, "B03");
    gateway.clock.advance(Duration::minutes(10));
    let mut codes = Vec::new();
    for _ in 0..2 {
        codes.push(gateway.desk.open("push", &receiver.next().await).unwrap()["code"].clone());
    }
    assert_eq!(codes, ["0000", "B03"]);
}
