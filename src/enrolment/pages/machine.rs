//! What the gateway sends: a browser coming back, and pushes. No session, no cookie: the signature is the proof.
use super::{
    lookup::VIEW,
    visitor::{RECEIPT, cookie},
};
use crate::{
    enrolment::{
        inquiry,
        states::Cause,
        store::{self, VisitKind},
    },
    gateways::{self, Hint},
    web::{Error, RawBody, see_other, set_cookie},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

/// `GET /gateway/{gateway}/return`: the message stands in the query.
pub async fn return_by_get(
    workspace: Data<Workspace>,
    gateway: Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Error> {
    take_return(&workspace, &gateway, req.query_string().as_bytes()).await
}

/// `POST /gateway/{gateway}/return`
pub async fn return_by_post(
    workspace: Data<Workspace>,
    gateway: Path<String>,
    body: RawBody,
) -> Result<HttpResponse, Error> {
    take_return(&workspace, &gateway, &body.0).await
}

/// Verifies, records, and sends the browser to a page. A forged or repeated return changes nothing.
async fn take_return(workspace: &Workspace, gateway: &str, message: &[u8]) -> Result<HttpResponse, Error> {
    let adapter = workspace.gateways.find(gateway).ok_or(Error::NotFound)?;
    let hint = match adapter.parse_return(message) {
        Ok(hint) => hint,
        Err(error) => {
            tracing::warn!(gateway, %error, "a return was refused");
            return Ok(see_other("/receipt?returned"));
        }
    };
    let secret = record(workspace, gateway, hint, "return", Cause::Returned).await?;
    let mut response = see_other("/result");
    // Also in another browser than the one that left, the person sees the (masked) result once.
    if let Some(secret) = secret {
        set_cookie(&mut response, cookie(workspace, RECEIPT, &secret, VIEW));
    }
    Ok(response)
}

/// `POST /gateway/{gateway}/push`
pub async fn push(workspace: Data<Workspace>, gateway: Path<String>, body: RawBody) -> Result<HttpResponse, Error> {
    let adapter = workspace.gateways.find(&gateway).ok_or(Error::NotFound)?;
    let text = |status: actix_web::http::StatusCode, body: String| {
        HttpResponse::build(status)
            .content_type("text/plain; charset=utf-8")
            .body(body)
    };
    match adapter.parse_push(&body.0) {
        Ok(hint) => {
            record(&workspace, &gateway, hint, "push", Cause::Pushed).await?;
            Ok(text(actix_web::http::StatusCode::OK, "result=ok".into()))
        }
        Err(error) => {
            tracing::warn!(gateway = %gateway, %error, "a push was refused");
            Ok(text(actix_web::http::StatusCode::BAD_REQUEST, error.to_string()))
        }
    }
}

/// Writes a verified hint and begins the ladder. `None` for a replay or an attempt we do not know.
async fn record(
    workspace: &Workspace,
    gateway: &str,
    hint: Hint,
    kind: &'static str,
    cause: Cause,
) -> Result<Option<String>, Error> {
    let (world, gateway, now) = (workspace.clone(), gateway.to_owned(), workspace.clock.now());
    let secret = workspace
        .db
        .write(move |conn| {
            if !gateways::is_fresh_nonce(conn, &gateway, &hint.nonce, now)? {
                return Ok(None);
            }
            let attempt = match store::find_attempt(conn, &hint.attempt_id) {
                Ok(attempt) if attempt.gateway == gateway => attempt,
                Ok(_) | Err(Error::NotFound) => {
                    tracing::error!(gateway, kind, "a signed message names an attempt that we do not know");
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            store::note_message(conn, &attempt.id, kind, &hint.status, "", now)?;
            inquiry::take_hint(conn, &attempt, cause, now)?;
            // Only a browser can use a visit.
            if cause != Cause::Returned {
                return Ok(None);
            }
            let id = &attempt.application_id;
            let secret = store::open_visit(conn, &world.keys, VisitKind::Viewer, id, now, VIEW)?;
            Ok::<_, Error>(Some(secret))
        })
        .await?;
    workspace.jobs.notify_waiters();
    Ok(secret)
}
