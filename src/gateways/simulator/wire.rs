//! How an answer goes over the line: as it should, or as a fault wants it.

use super::{
    Failure, Simulator,
    faults::{Fault, Kind},
    messages::Fields,
};
use actix_web::{
    HttpResponse,
    body::SizedStream,
    http::{StatusCode, header},
    web::Bytes,
};
use futures_util::stream;
use std::{io, time::Duration};

const FORM: &str = "application/x-www-form-urlencoded";
/// Time for what was written to leave before the line is cut.
const FLUSH: Duration = Duration::from_millis(50);

/// Whether the gateway does nothing of what it was asked.
pub fn does_nothing(fault: Option<&Fault>) -> bool {
    fault.is_some_and(|fault| matches!(fault.fault, Kind::Error | Kind::Outage))
}

/// Signs and sends an answer; `None` is one for which nothing was done.
pub async fn send(
    sim: &Simulator,
    kind: &str,
    answer: Option<Fields>,
    fault: Option<&Fault>,
) -> Result<HttpResponse, Failure> {
    let Some(mut fields) = answer else {
        return Ok(match fault.map(|fault| fault.fault) {
            Some(Kind::Outage) => HttpResponse::ServiceUnavailable().body("outage\n"),
            _ => HttpResponse::InternalServerError().body("error\n"),
        });
    };
    if fault.map(|fault| fault.fault) == Some(Kind::Charset) {
        // Something that is not ASCII, so that the charset shows.
        fields.insert("x_note".to_owned(), "ﾃｽﾄ".to_owned());
    }
    let signed = sim.desk.sign(kind, fields);
    let Some(fault) = fault else {
        return Ok(whole(sim.desk.write(&signed)?));
    };
    if fault.fault == Kind::Charset {
        let announced = format!("{FORM}; charset={}", sim.desk.charset_name());
        let mut answer = whole(sim.desk.write_wrongly(&signed)?);
        if let Ok(value) = header::HeaderValue::from_str(&announced) {
            answer.headers_mut().insert(header::CONTENT_TYPE, value);
        }
        return Ok(answer);
    }
    Ok(slip(sim.desk.write(&signed)?, fault).await)
}

/// A file that somebody saves, under the same faults.
pub async fn file(body: String, name: &str, fault: Option<&Fault>) -> HttpResponse {
    let mut answer = match fault {
        Some(fault) if does_nothing(Some(fault)) => return HttpResponse::new(StatusCode::SERVICE_UNAVAILABLE),
        Some(fault) => slip(body, fault).await,
        None => whole(body),
    };
    if let Ok(value) = header::HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    answer
}

async fn slip(body: String, fault: &Fault) -> HttpResponse {
    let ms = Duration::from_millis(fault.number("ms").into());
    match fault.fault {
        Kind::Slow => {
            tokio::time::sleep(ms).await;
            whole(body)
        }
        Kind::Silent => {
            tokio::time::sleep(Duration::from_secs(fault.number("seconds").into())).await;
            cut(&body, 0)
        }
        Kind::Drop => cut(&body, 0),
        Kind::Half => cut(&body, body.len() / 2),
        Kind::Trickle => trickle(body, ms),
        _ => whole(body),
    }
}

fn whole(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type(FORM).body(body)
}

/// The length is right, but the line is cut after so many bytes; after none, not even the head has left.
fn cut(body: &str, after: usize) -> HttpResponse {
    let length = body.len() as u64;
    let first = Bytes::copy_from_slice(&body.as_bytes()[..after]);
    let parts = stream::unfold((first, false), |(part, told)| async move {
        if told || part.is_empty() {
            if told {
                tokio::time::sleep(FLUSH).await;
            }
            return Some((Err(io::Error::other("a fault cut the line")), (part, true)));
        }
        Some((Ok(part.clone()), (part, true)))
    });
    HttpResponse::Ok()
        .content_type(FORM)
        .body(SizedStream::new(length, Box::pin(parts)))
}

fn trickle(body: String, pause: Duration) -> HttpResponse {
    let body = Bytes::from(body);
    let length = body.len() as u64;
    let bytes = stream::unfold(body, move |mut left| async move {
        tokio::time::sleep(pause).await;
        let byte = (!left.is_empty()).then(|| left.split_to(1))?;
        Some((Ok::<_, io::Error>(byte), left))
    });
    HttpResponse::Ok()
        .content_type(FORM)
        .body(SizedStream::new(length, Box::pin(bytes)))
}
