//! The adapter of the `redirect` protocol (`docs/GATEWAY.md`).
mod client;
mod codes;
mod message;

use super::{
    Account, Adapter, Answer, CreateError, CreateRequest, Created, DailyLine, Hint, MessageError, NoAnswer, Reason,
    Tally,
};
use crate::{
    clock::{Clock, utc_from_jst},
    config::{ConfigError, Gateway},
};
use chrono::{NaiveDate, NaiveDateTime};
use client::Client;
use codes::Codes;
use futures_util::future::BoxFuture;
use message::{Age, Channel, Fields};
use std::sync::Arc;

pub struct Redirect {
    channel: Channel,
    client: Client,
    codes: Codes,
    origins: Vec<String>,
}

impl Redirect {
    pub fn new(settings: &Gateway, clock: Clock, tally: Arc<Tally>) -> Result<Self, ConfigError> {
        let mut origins = settings.origins.clone();
        if let Ok(endpoint) = url::Url::parse(&settings.endpoint) {
            origins.push(endpoint.origin().ascii_serialization())
        }
        Ok(Self {
            channel: Channel::new(settings, clock),
            client: Client::new(settings, tally).map_err(|cause| ConfigError::Environment {
                what: format!("the HTTP client of gateway {} cannot be made: {cause}", settings.id),
            })?,
            codes: Codes::load(settings.codes.as_deref())?,
            origins,
        })
    }

    /// Signs, sends, verifies the answer, and holds it against the request's nonce.
    async fn ask(&self, path: &str, kind: &str, fields: Fields) -> Result<Fields, NoAnswer> {
        let (body, nonce) = self.channel.sign(kind, fields);
        let bytes = self.client.post(path, body, self.channel.content_type()).await?;
        let wrong = |e: MessageError| NoAnswer(format!("the answer is refused: {e}"));
        let answer = self
            .channel
            .verify(&format!("{kind}-result"), &bytes, Age::Fresh)
            .map_err(wrong)?;
        match answer.get("request_nonce") == nonce {
            true => Ok(answer),
            false => Err(NoAnswer("the answer belongs to another request".into())),
        }
    }

    fn reason(&self, code: &str) -> Option<Reason> {
        let reason = self.codes.reason(code);
        if reason.is_none() {
            tracing::error!(code, "the gateway sent a code that the code table does not know");
        }
        reason
    }

    fn hint(&self, kind: &str, body: &[u8], status: &str) -> Result<Hint, MessageError> {
        let fields = self.channel.verify(kind, body, Age::Fresh)?;
        Ok(Hint {
            attempt_id: fields.get("attempt_id").to_owned(),
            status: fields.get(status).to_owned(),
            nonce: fields.get("nonce").to_owned(),
        })
    }

    fn answer(&self, fields: &Fields) -> Result<Answer, NoAnswer> {
        let code = fields.get("code").to_owned();
        Ok(match fields.get("status") {
            "entry" => Answer::Entry,
            "started" => Answer::Started,
            "ended" => Answer::Ended,
            "success" => Answer::Success {
                code,
                account: account(fields),
            },
            "fail" => Answer::Fail {
                reason: self.reason(&code),
                field: fields.get("field").to_owned(),
                code,
            },
            "unprocessed" => Answer::Unprocessed,
            "not_found" => Answer::NotFound,
            other => return Err(NoAnswer(format!("unknown status {other:?}"))),
        })
    }
}

impl Adapter for Redirect {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> BoxFuture<'a, Result<Created, CreateError>> {
        Box::pin(async move {
            let account = |part: fn(&Account) -> &String| request.account.as_ref().map_or("", |a| part(a).as_str());
            let fields = Fields::from([
                ("attempt_id", request.attempt_id.as_str()),
                ("institution", &request.institution),
                ("branch", account(|a| &a.branch)),
                ("deposit_type", account(|a| &a.deposit_type)),
                ("account_number", account(|a| &a.number)),
                ("holder_kana", account(|a| &a.holder_kana)),
                ("return_url", &request.return_url),
                ("push_url", &request.push_url),
            ]);
            let answer = self.ask("create", "create", fields).await?;
            if answer.get("result") != "ok" {
                let code = answer.get("code").to_owned();
                return Err(CreateError::Refused {
                    reason: self.reason(&code),
                    field: answer.get("field").to_owned(),
                    code,
                });
            }
            let malformed = || NoAnswer("create-result without a usable expires_at".into());
            Ok(Created {
                tran_id: answer.get("tran_id").to_owned(),
                token: answer.get("token").to_owned(),
                start_url: answer.get("start_url").to_owned(),
                expires_at: parse_time(answer.get("expires_at")).ok_or_else(malformed)?,
            })
        })
    }

    fn parse_return(&self, form: &[u8]) -> Result<Hint, MessageError> {
        self.hint("return", form, "hint")
    }

    fn inquire<'a>(&'a self, attempt_id: &'a str, tran_id: &'a str) -> BoxFuture<'a, Result<Answer, NoAnswer>> {
        Box::pin(async move {
            let fields = Fields::from([("attempt_id", attempt_id), ("tran_id", tran_id)]);
            let answer = self.ask("inquire", "inquire", fields).await?;
            let of_another = answer.get("attempt_id") != attempt_id && answer.get("status") != "not_found";
            match of_another {
                true => Err(NoAnswer("the answer is about another attempt".into())),
                false => self.answer(&answer),
            }
        })
    }

    fn parse_push(&self, body: &[u8]) -> Result<Hint, MessageError> {
        self.hint("push", body, "status")
    }

    fn fetch_daily(&self, day: NaiveDate) -> BoxFuture<'_, Result<Vec<DailyLine>, NoAnswer>> {
        Box::pin(async move {
            let date = day.format("%Y%m%d").to_string();
            let answer = self
                .ask("daily", "daily", Fields::from([("date", date.as_str())]))
                .await?;
            daily_lines(&answer, &date).map_err(|e| NoAnswer(e.to_string()))
        })
    }

    fn import_daily_file(&self, day: NaiveDate, bytes: &[u8]) -> Result<Vec<DailyLine>, MessageError> {
        let fields = self.channel.verify("daily-result", bytes, Age::Any)?;
        daily_lines(&fields, &day.format("%Y%m%d").to_string())
    }

    fn origins(&self) -> &[String] {
        &self.origins
    }
}

fn account(fields: &Fields) -> Option<Account> {
    let account = Account {
        branch: fields.get("branch").to_owned(),
        deposit_type: fields.get("deposit_type").to_owned(),
        number: fields.get("account_number").to_owned(),
        holder_kana: fields.get("holder_kana").to_owned(),
    };
    (!account.number.is_empty()).then_some(account)
}

fn daily_lines(fields: &Fields, date: &str) -> Result<Vec<DailyLine>, MessageError> {
    let line = |text: &str| {
        let parts: Vec<&str> = text.split(',').collect();
        let [attempt_id, _tran_id, status, code, _decided_at] = parts[..] else {
            return Err(MessageError::Daily);
        };
        Ok(DailyLine {
            attempt_id: attempt_id.to_owned(),
            status: status.to_owned(),
            code: code.to_owned(),
        })
    };
    let lines: Vec<DailyLine> = fields.get("file").lines().map(line).collect::<Result<_, _>>()?;
    match fields.get("date") == date && fields.get("count") == lines.len().to_string() {
        true => Ok(lines),
        false => Err(MessageError::Daily),
    }
}

/// `YYYYMMDDhhmmss` in JST to UTC.
fn parse_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S")
        .ok()
        .map(utc_from_jst)
}
