use super::{
    NoAnswer,
    message::{LARGEST, LARGEST_DAILY},
};
use crate::{config::Gateway, gateways::Tally};
use reqwest::redirect::Policy;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The HTTP side, with every limit set on purpose: time-outs, no redirects, TLS verified, answers bounded.
pub struct Client {
    http: reqwest::Client,
    endpoint: String,
    tally: Arc<Tally>,
}

impl Client {
    pub fn new(settings: &Gateway, tally: Arc<Tally>) -> Result<Self, reqwest::Error> {
        let endpoint = settings.endpoint.trim_end_matches('/').to_owned();
        let builder = match endpoint.starts_with("http:") {
            // On loopback alone: reading the certificates of the machine would take longer than all else.
            true => reqwest::Client::builder().tls_certs_only([]),
            false => reqwest::Client::builder(),
        };
        let http = builder
            .connect_timeout(Duration::from_secs(settings.connect_seconds))
            .timeout(Duration::from_secs(settings.answer_seconds))
            .redirect(Policy::none())
            .min_tls_version(reqwest::tls::Version::TLS_1_2)
            .no_proxy()
            .user_agent("mizumado")
            .build()?;
        Ok(Self { http, endpoint, tally })
    }

    /// Posts a signed body; anything but a `200` within the limits is no answer.
    pub async fn post(&self, path: &str, body: String, content_type: &str) -> Result<Vec<u8>, NoAnswer> {
        let began = Instant::now();
        let answer = self.send(path, body, content_type).await;
        // A daily file that is not ready yet is no silence.
        if path != "daily" {
            self.tally.count(began.elapsed(), answer.is_ok());
        }
        let outcome = if answer.is_ok() { "answered" } else { "no_answer" };
        let labels = [("call", path.to_owned()), ("outcome", outcome.to_owned())];
        metrics::counter!("mizumado_gateway_calls_total", &labels).increment(1);
        metrics::histogram!("mizumado_gateway_call_seconds", "call" => path.to_owned())
            .record(began.elapsed().as_secs_f64());
        answer
    }

    async fn send(&self, path: &str, body: String, content_type: &str) -> Result<Vec<u8>, NoAnswer> {
        // The URL carries nothing secret, but reqwest's texts do name it; the log needs only the kind of failure.
        let failed = |e: reqwest::Error| {
            NoAnswer(match () {
                () if e.is_timeout() => "time-out".into(),
                () if e.is_connect() => format!("no connection: {}", last_cause(&e)),
                () => e.without_url().to_string(),
            })
        };
        let mut response = self
            .http
            .post(format!("{}/{path}", self.endpoint))
            .header("content-type", content_type)
            .body(body)
            .send()
            .await
            .map_err(failed)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(NoAnswer(format!("HTTP {}", response.status().as_u16())));
        }
        let mut answer = vec![];
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            answer.extend_from_slice(&chunk);
            let largest = if path == "daily" { LARGEST_DAILY } else { LARGEST };
            if answer.len() > largest {
                return Err(NoAnswer(format!("the answer is larger than {largest} bytes")));
            }
        }
        Ok(answer)
    }
}

/// What is behind an error says why: refused, no such host, a certificate that is not believed.
fn last_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
