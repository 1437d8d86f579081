//! The signed endpoints under `/api`, and the daily file on disk.

use super::{
    Failure, Simulator,
    faults::{By, Fault, Kind, OF_ANSWERS, Place},
    institutions,
    messages::{Fields, Refusal, fields as of, stamp},
    state::{Account, Ledger, Request, Transaction},
    typing, wire,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDateTime;

/// The routes of this file.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/api/create", web::post().to(create))
        .route("/api/inquire", web::post().to(inquire))
        .route("/api/daily", web::post().to(daily))
        .route("/daily", web::get().to(daily_file));
}

type Body = Result<web::Bytes, actix_web::Error>;

async fn create(sim: web::Data<Simulator>, http: HttpRequest, body: Body) -> Result<HttpResponse, Failure> {
    let fields = open(&sim, "create", &http, body)?;
    let nonce = text(&fields, "nonce");
    let attempt_id = text(&fields, "attempt_id");
    let checked = check_create(&fields);
    let change = sim.store.change(|ledger, now, rules| {
        let fault = take(ledger, &nonce, Place::Create, now)?;
        let outcome = match fault.as_ref().map(|fault| fault.fault) {
            Some(Kind::Error) => return Ok::<_, Failure>((None, fault)),
            Some(Kind::Outage) => Err(("B12", "")),
            _ => checked.and_then(|request| ledger.create(&attempt_id, request, now, rules).ok_or(("E21", ""))),
        };
        Ok((Some(create_result(&sim, &attempt_id, outcome)), fault))
    });
    let (answer, fault) = change.await?;
    let answer = answer.map(|fields| with_nonce(fields, nonce));
    wire::send(&sim, "create-result", answer, fault.as_ref()).await
}

fn create_result(sim: &Simulator, attempt_id: &str, outcome: Result<Transaction, (&str, &str)>) -> Fields {
    match outcome {
        Ok(it) => of([
            ("result", "ok".to_owned()),
            ("attempt_id", attempt_id.to_owned()),
            ("expires_at", stamp(it.expires_at)),
            ("tran_id", it.tran_id),
            ("token", it.token),
            ("start_url", format!("{}/start", sim.origin)),
        ]),
        Err((code, field)) => of([
            ("result", "error".to_owned()),
            ("attempt_id", attempt_id.to_owned()),
            ("code", code.to_owned()),
            ("field", field.to_owned()),
        ]),
    }
}

/// A create message's data, or the code and the field of what is wrong with it.
fn check_create(fields: &Fields) -> Result<Request, (&'static str, &'static str)> {
    let attempt_id = text(fields, "attempt_id");
    if !(1..=40).contains(&attempt_id.len()) || !attempt_id.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(("E11", "attempt_id"));
    }
    let institution = text(fields, "institution");
    if institutions::find(&institution).is_none() {
        return Err(("E11", "institution"));
    }
    let account = Account {
        branch: text(fields, "branch"),
        deposit_type: text(fields, "deposit_type"),
        account_number: text(fields, "account_number"),
        holder_kana: text(fields, "holder_kana"),
    };
    if let Some(field) = typing::wrong_account_field(&account).filter(|_| !account.is_empty()) {
        return Err(("E11", field));
    }
    let (return_url, push_url) = (text(fields, "return_url"), text(fields, "push_url"));
    if origin_of(&return_url).is_none() {
        return Err(("E11", "return_url"));
    }
    if !push_url.is_empty() && origin_of(&push_url).is_none() {
        return Err(("E11", "push_url"));
    }
    Ok(Request {
        institution,
        account,
        return_url,
        push_url,
    })
}

async fn inquire(sim: web::Data<Simulator>, http: HttpRequest, body: Body) -> Result<HttpResponse, Failure> {
    let fields = open(&sim, "inquire", &http, body)?;
    let (attempt_id, tran_id) = (text(&fields, "attempt_id"), text(&fields, "tran_id"));
    let nonce = text(&fields, "nonce");
    let change = sim.store.change(|ledger, now, rules| {
        let fault = take(ledger, &nonce, Place::Inquire, now)?;
        if wire::does_nothing(fault.as_ref()) {
            return Ok::<_, Failure>((None, fault));
        }
        let answer = match ledger.asked(&attempt_id, &tran_id) {
            Some(at) => ledger.inquire(at, now, rules),
            None => of([
                ("attempt_id", String::new()),
                ("tran_id", String::new()),
                ("status", "not_found".to_owned()),
            ]),
        };
        Ok((Some(answer), fault))
    });
    let (answer, fault) = change.await?;
    let answer = answer.map(|fields| with_nonce(fields, nonce));
    wire::send(&sim, "inquire-result", answer, fault.as_ref()).await
}

async fn daily(sim: web::Data<Simulator>, http: HttpRequest, body: Body) -> Result<HttpResponse, Failure> {
    let fields = open(&sim, "daily", &http, body)?;
    let (date, nonce) = (text(&fields, "date"), text(&fields, "nonce"));
    if !is_date(&date) {
        return Err(Refusal::Lacking("date").into());
    }
    let taken = sim
        .store
        .change(|ledger, now, _| take(ledger, &nonce, Place::Daily, now));
    let fault = taken.await?;
    let written = || sim.store.look(|ledger, now| daily_fields(ledger, &date, now));
    let answer = (!wire::does_nothing(fault.as_ref())).then(written);
    let answer = answer.map(|fields| with_nonce(fields, nonce.clone()));
    wire::send(&sim, "daily-result", answer, fault.as_ref()).await
}

#[derive(serde::Deserialize)]
struct Day {
    date: String,
}

/// The same message as a file to download. It answers no request, so it has no `request_nonce`.
async fn daily_file(sim: web::Data<Simulator>, day: web::Query<Day>) -> Result<HttpResponse, Failure> {
    let date = day.into_inner().date.replace('-', "");
    if !is_date(&date) {
        return Err(Failure::Missing);
    }
    let strike = |ledger: &mut Ledger, now, _: &_| {
        let place = Place::Daily;
        Ok::<_, Failure>(ledger.strike(By::Requests(place), place, OF_ANSWERS, now))
    };
    let fault = sim.store.change(strike).await?;
    let fields = sim.store.look(|ledger, now| daily_fields(ledger, &date, now));
    let signed = sim.desk.sign("daily-result", fields);
    let wrong = fault.as_ref().is_some_and(|fault| fault.fault == Kind::Charset);
    let body = if wrong {
        sim.desk.write_wrongly(&signed)
    } else {
        sim.desk.write(&signed)
    };
    Ok(wire::file(body?, &format!("daily-{date}.txt"), fault.as_ref()).await)
}

fn is_date(date: &str) -> bool {
    date.len() == 8
        && date.bytes().all(|b| b.is_ascii_digit())
        && chrono::NaiveDate::parse_from_str(date, "%Y%m%d").is_ok()
}

fn daily_fields(ledger: &Ledger, date: &str, now: NaiveDateTime) -> Fields {
    let mut lines = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut count = 0_usize;
    for it in ledger.transactions() {
        let Some(outcome) = it.told(now) else { continue };
        if stamp(outcome.decided_at).starts_with(date) {
            let line = [
                &it.attempt_id,
                &it.tran_id,
                outcome.status(),
                &outcome.code,
                &stamp(outcome.decided_at),
            ];
            // Writing to memory cannot fail; if it did, the count would not fit and the file be refused.
            count += 1;
            let _ = lines.write_record(line);
        }
    }
    let file = lines
        .into_inner()
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    of([("date", date.to_owned()), ("count", count.to_string()), ("file", file)])
}

/// The message that the browser carries back.
pub fn return_body(sim: &Simulator, it: &Transaction, now: NaiveDateTime) -> Fields {
    sim.desk.sign(
        "return",
        of([
            ("attempt_id", it.attempt_id.clone()),
            ("tran_id", it.tran_id.clone()),
            ("hint", it.hint(now).to_owned()),
        ]),
    )
}

/// The return message as an address to open.
pub fn return_link(sim: &Simulator, it: &Transaction, fields: &Fields) -> Result<String, Failure> {
    let joint = if it.request.return_url.contains('?') { '&' } else { '?' };
    Ok(format!("{}{joint}{}", it.request.return_url, sim.desk.write(fields)?))
}

/// `scheme://host:port` of an address on the web.
pub fn origin_of(address: &str) -> Option<String> {
    let address = reqwest::Url::parse(address).ok()?;
    matches!(address.scheme(), "http" | "https").then(|| address.origin().ascii_serialization())
}

fn open(sim: &Simulator, kind: &str, http: &HttpRequest, body: Body) -> Result<Fields, Refusal> {
    let content_type = http
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::ContentType);
    }
    sim.desk.open(kind, &body.map_err(|_| Refusal::TooLarge)?)
}

/// Takes the nonce of a request; then a fault may strike its answer.
fn take(ledger: &mut Ledger, nonce: &str, place: Place, now: NaiveDateTime) -> Result<Option<Fault>, Failure> {
    if ledger.take_nonce(nonce, now) {
        Ok(ledger.strike(By::Requests(place), place, OF_ANSWERS, now))
    } else {
        Err(Refusal::Replayed.into())
    }
}

fn with_nonce(mut fields: Fields, nonce: String) -> Fields {
    fields.insert("request_nonce".to_owned(), nonce);
    fields
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).cloned().unwrap_or_default()
}
