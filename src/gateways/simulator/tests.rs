//! The gateway as the bureau and a browser meet it, over HTTP.

mod answers;
mod campaign;
mod kept;
mod pages;
mod pushes;
mod results;

use super::{
    Charset, Options, institutions,
    messages::{Desk, Fields},
    scenarios, start,
};
use crate::clock::Clock;
use serde_json::{Value, json};
use std::path::PathBuf;

const KEY: &str = "k1:000102030405060708090a0b0c0d0e0f";

struct Gateway {
    base: String,
    desk: Desk,
    clock: Clock,
    client: reqwest::Client,
    state: PathBuf,
    handle: actix_web::dev::ServerHandle,
}

fn options(state: &std::path::Path) -> Options {
    let mut options = Options::new(state.to_owned(), "SUIDO01", vec![KEY.parse().unwrap()]);
    options.late_seconds = 3600;
    options.push_seconds = 3600;
    options
}

fn fresh() -> PathBuf {
    std::env::temp_dir().join(format!("sim-{}.json", super::messages::random_text(12)))
}

impl Gateway {
    async fn start(options: Options) -> Gateway {
        let clock = Clock::system();
        let (address, server) = start(options.clone(), clock.clone()).await.unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Gateway {
            base: format!("http://{address}"),
            desk: Desk::new(&options, clock.clone()),
            clock,
            client,
            state: options.state,
            handle,
        }
    }

    async fn post(&self, kind: &str, body: String) -> (u16, String) {
        self.try_post(kind, body).await.unwrap()
    }

    async fn try_post(&self, kind: &str, body: String) -> reqwest::Result<(u16, String)> {
        let request = self.client.post(format!("{}/api/{kind}", self.base)).body(body);
        let answer = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = answer.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// A signed body of a create message that pushes to this address.
    fn create_body(&self, attempt_id: &str, number: &str, push_url: &str) -> String {
        let fields = [
            ("attempt_id", attempt_id),
            ("institution", "0140"),
            ("branch", "020"),
            ("deposit_type", "1"),
            ("account_number", number),
            ("holder_kana", "ﾔﾏﾀﾞ ﾀﾛｳ"),
            ("return_url", "http://127.0.0.1:9/return"),
            ("push_url", push_url),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.desk.write(&self.desk.sign("create", fields.into())).unwrap()
    }

    /// Begins a transaction and goes through it.
    async fn end(&self, attempt_id: &str, number: &str, push_url: &str) -> Value {
        let (status, body) = self
            .post("create", self.create_body(attempt_id, number, push_url))
            .await;
        assert_eq!(status, 200, "{body}");
        let created = self.desk.open("create-result", body.as_bytes()).unwrap();
        let person = json!({ "tran_id": created["tran_id"] });
        self.control("complete", person).await.1
    }

    fn inquiry(&self, attempt_id: &str) -> String {
        let fields = [("attempt_id", attempt_id), ("tran_id", "")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.desk.write(&self.desk.sign("inquire", fields.into())).unwrap()
    }

    /// Status and code of an inquiry.
    async fn inquire(&self, attempt_id: &str) -> (String, String) {
        let told = self
            .ask("inquire", &[("attempt_id", attempt_id), ("tran_id", "")])
            .await;
        (told["status"].clone(), told.get("code").cloned().unwrap_or_default())
    }

    async fn json(&self, method: &str, path: &str, wish: Value) -> (u16, Value) {
        let url = format!("{}/control/{path}", self.base);
        let request = self.client.request(method.parse().unwrap(), url).body(wish.to_string());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    /// Puts these faults in place of those that are.
    async fn faults(&self, faults: Value) {
        let (status, answer) = self.json("PUT", "faults", faults).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// How often each fault has struck.
    async fn struck(&self) -> Vec<u64> {
        let (_, answer) = self.json("GET", "faults", Value::Null).await;
        let faults = answer["faults"].as_array().unwrap();
        faults.iter().map(|fault| fault["struck"].as_u64().unwrap()).collect()
    }

    async fn ledger(&self) -> Vec<Value> {
        let (_, lines) = self.page("/control/ledger", None).await;
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Asks for the ledger until it is so.
    async fn until(&self, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let asking = async {
            loop {
                let ledger = self.ledger().await;
                if is_so(&ledger) {
                    return ledger;
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("it becomes so")
    }

    async fn ask(&self, kind: &str, pairs: &[(&str, &str)]) -> Fields {
        let fields = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let request = self.desk.sign(kind, fields);
        let (status, body) = self.post(kind, self.desk.write(&request).unwrap()).await;
        assert_eq!(status, 200, "{body}");
        let answer = self.desk.open(&format!("{kind}-result"), body.as_bytes()).unwrap();
        assert_eq!(answer["request_nonce"], request["nonce"]);
        answer
    }

    async fn create(&self, attempt_id: &str, institution: &str, number: &str, kana: &str) -> Fields {
        let (branch, deposit_type) = if number.is_empty() { ("", "") } else { ("020", "1") };
        let pairs = [
            ("attempt_id", attempt_id),
            ("institution", institution),
            ("branch", branch),
            ("deposit_type", deposit_type),
            ("account_number", number),
            ("holder_kana", kana),
            ("return_url", "http://127.0.0.1:9/return"),
            ("push_url", ""),
        ];
        self.ask("create", &pairs).await
    }

    async fn control(&self, what: &str, wish: Value) -> (u16, Value) {
        let request = self
            .client
            .post(format!("{}/control/{what}", self.base))
            .body(wish.to_string());
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        (
            answer.status().as_u16(),
            serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
        )
    }

    async fn page(&self, path: &str, form: Option<&[(&str, &str)]>) -> (String, String) {
        let url = format!("{}{path}", self.base);
        let request = match form {
            None => self.client.get(url),
            Some(pairs) => {
                let body: Vec<_> = pairs
                    .iter()
                    .map(|(name, value)| format!("{name}={}", escape(value)))
                    .collect();
                self.client
                    .post(url)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body.join("&"))
            }
        };
        let answer = request.send().await.unwrap();
        (answer.url().path().to_owned(), answer.text().await.unwrap())
    }
}

/// After this a test has failed.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

fn escape(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn every_scenario_reaches_its_status() {
    for charset in [Charset::Utf8, Charset::Windows31j] {
        let mut options = options(&fresh());
        options.charset = charset;
        let gateway = Gateway::start(options).await;
        for scenario in &scenarios::ALL {
            let attempt = format!("A-{}", scenario.number);
            let created = gateway
                .create(&attempt, "0140", &format!("12345{}", scenario.number), "ﾔﾏﾀﾞ ﾀﾛｳ")
                .await;
            let person = json!({ "tran_id": created["tran_id"], "pin": "1234" });
            let (status, mut back) = gateway.control("complete", person.clone()).await;
            assert_eq!(status, if scenario.number == "10" { 422 } else { 200 }, "{back}");
            if scenario.number == "10" {
                back = gateway.control("cancel", person).await.1;
            }
            let told = gateway
                .ask("inquire", &[("attempt_id", &attempt), ("tran_id", "")])
                .await;
            let expected = match scenario.number {
                "67" | "20" | "21" | "25" => ("success", "0000"),
                "22" | "23" => ("ended", ""),
                "04" => ("fail", "B04"),
                "10" => ("fail", "C01"),
                "12" => ("fail", "B12"),
                "14" => ("fail", "C02"),
                "15" => ("fail", "E01"),
                "16" => ("fail", "E11"),
                "17" => ("fail", "E12"),
                "18" => ("fail", "E99"),
                "24" => ("fail", "Z77"),
                bank => ("fail", &*format!("B{bank}")),
            };
            assert_eq!(
                (told["status"].as_str(), told.get("code").map_or("", String::as_str)),
                expected,
                "{attempt}"
            );
            assert_eq!(told.contains_key("holder_kana"), expected.0 == "success");
            assert_eq!(
                told.get("field").map(String::as_str),
                (scenario.number == "16").then_some("holder_kana")
            );
            match back["body"].as_str() {
                Some(body) => assert!(gateway.desk.open("return", body.as_bytes()).is_ok()),
                None => assert_eq!(scenario.number, "20"),
            }
        }
        gateway.handle.stop(false).await;
    }
}

#[tokio::test]
async fn a_corrected_name_is_accepted() {
    let gateway = Gateway::start(options(&fresh())).await;
    for (attempt, kana, code) in [("A1", "ﾔﾏﾀﾞ", "B04"), ("A2", "ﾔﾏﾀﾞ", "B04"), ("A3", "ﾔﾏﾀﾞ ﾀﾛｳ", "0000")]
    {
        let created = gateway.create(attempt, "0532", "1234504", kana).await;
        let (_, back) = gateway
            .control("complete", json!({ "tran_id": created["tran_id"] }))
            .await;
        assert_eq!(back["code"], code, "{attempt}");
    }
}

#[tokio::test]
async fn a_repeated_create_gives_the_same_transaction_and_other_data_is_refused() {
    let gateway = Gateway::start(options(&fresh())).await;
    let first = gateway.create("A1", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    let again = gateway.create("A1", "0140", "1234567", "ﾔﾏﾀﾞ").await;
    for name in ["tran_id", "token", "start_url", "expires_at"] {
        assert_eq!(first[name], again[name]);
    }
    let other = gateway.create("A1", "0140", "1234568", "ﾔﾏﾀﾞ").await;
    assert_eq!((other["result"].as_str(), other["code"].as_str()), ("error", "E21"));
    let wrong = gateway.create("A2", "0140", "123456", "ﾔﾏﾀﾞ").await;
    assert_eq!(
        (wrong["code"].as_str(), wrong["field"].as_str()),
        ("E11", "account_number")
    );
    let unopened = gateway
        .ask("inquire", &[("attempt_id", "A1"), ("tran_id", &first["tran_id"])])
        .await;
    assert_eq!(unopened["status"], "entry");
    let nobody = gateway.ask("inquire", &[("attempt_id", "A9"), ("tran_id", "")]).await;
    assert_eq!(
        (nobody["status"].as_str(), nobody["attempt_id"].as_str()),
        ("not_found", "")
    );
}

#[tokio::test]
async fn a_replay_is_refused_even_after_a_restart() {
    let options = options(&fresh());
    let gateway = Gateway::start(options.clone()).await;
    let fields = [("attempt_id", "A1"), ("tran_id", "")]
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .into();
    let body = gateway.desk.write(&gateway.desk.sign("inquire", fields)).unwrap();
    assert_eq!(gateway.post("inquire", body.clone()).await.0, 200);
    let (status, reason) = gateway.post("inquire", body.clone()).await;
    assert_eq!((status, reason.trim()), (400, "nonce was seen before"));
    gateway.handle.stop(false).await;
    let gateway = Gateway::start(options).await;
    assert_eq!(gateway.post("inquire", body).await.0, 400);
    let (status, reason) = gateway.post("inquire", "a=".repeat(40_000)).await;
    assert_eq!((status, reason.trim()), (400, "the body is over 64 KiB"));
}

#[tokio::test]
async fn the_state_survives_a_restart_and_holds_no_pin() {
    let options = options(&fresh());
    let gateway = Gateway::start(options.clone()).await;
    let created = gateway.create("A1", "0010", "1234567", "ﾔﾏﾀﾞ").await;
    let ticket = [
        ("tran_id", created["tran_id"].as_str()),
        ("token", created["token"].as_str()),
    ];
    let (path, _) = gateway.page("/start", Some(&ticket)).await;
    assert!(path.ends_with("/pin"), "{path}");
    let (path, page) = gateway.page(&path, Some(&[("pin", "8642-secret")])).await;
    assert!(path.ends_with("/pin") && page.contains("暗証番号は、数字4桁で入力してください"));
    gateway.handle.stop(false).await;
    let gateway = Gateway::start(options).await;
    let (next, page) = gateway.page(&path, Some(&[("pin", "8642")])).await;
    assert!(next.ends_with("/otp") && !page.contains("8642"), "{next}");
    let (end, page) = gateway.page(&next, Some(&[("otp", "975310")])).await;
    assert!(end.ends_with("/end") && page.contains("収納機関へ戻る"));
    let (_, page) = gateway.page("/start", Some(&ticket)).await;
    assert!(page.contains("すでに開かれています"));

    fn texts<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => all.push(text),
            Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
            Value::Object(map) => map.values().for_each(|item| texts(item, all)),
            _ => {}
        }
    }
    let file = std::fs::read_to_string(&gateway.state).unwrap();
    assert!(!file.contains("8642-") && !file.contains("secret"));
    let state: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut all = Vec::new();
    state.iter().for_each(|line| texts(line, &mut all));
    assert!(all.contains(&"1234567") && !all.contains(&"8642") && !all.contains(&"975310"));
}
