//! Handlers of signing in, one's own account, and the staff.
pub mod account;
pub mod enrolment;
pub mod people;
pub mod sign_in;

use super::{
    ceremonies::Challenge,
    store::{self, Ceremony},
};
use crate::{
    crypto::random_token,
    db::{Conn, DbError},
    web::{Error, RawBody},
    workspace::Workspace,
};
use actix_web::HttpResponse;
use serde_json::{Value, json};
use sign_in::{Answer, CHALLENGE};

/// One sentence for people, whatever was wrong; the log says what.
fn refuse(why: impl std::fmt::Display) -> Error {
    tracing::warn!(%why, "a passkey was refused");
    Error::KeyRefused
}

/// Keeps a challenge and sends it to the browser.
async fn options_of(
    workspace: &Workspace,
    kind: &str,
    staff_id: Option<&str>,
    way_in: Option<&str>,
    challenge: Challenge,
) -> Result<HttpResponse, Error> {
    let id = random_token();
    let ceremony = Ceremony {
        id: workspace.keys.blind("ceremonies.id", &id),
        kind: kind.to_owned(),
        staff_id: staff_id.map(str::to_owned),
        way_in: way_in.map(str::to_owned),
        state: challenge.state,
        created_at: workspace.clock.now(),
    };
    let write = move |conn: &mut Conn| {
        store::forget_ceremonies(conn, ceremony.created_at - CHALLENGE)?;
        Ok::<_, DbError>(store::begin_ceremony(conn, &ceremony)?)
    };
    workspace.db.write(write).await?;
    let json = json!({ "ceremony": id, "publicKey": challenge.options });
    Ok(HttpResponse::Ok().json(json))
}

/// The ceremony that a body answers, taken, and the credential in it.
async fn answer_of(workspace: &Workspace, kind: &str, body: &RawBody) -> Result<(Ceremony, Value), Error> {
    let (ceremony, answer) = labelled_answer(workspace, kind, body).await?;
    Ok((ceremony, answer.credential))
}

async fn labelled_answer(workspace: &Workspace, kind: &str, body: &RawBody) -> Result<(Ceremony, Answer), Error> {
    let answer: Answer = serde_json::from_slice(&body.0).map_err(|_| Error::BadRequest("no answer of a passkey"))?;
    let (id, now) = (
        workspace.keys.blind("ceremonies.id", &answer.ceremony),
        workspace.clock.now(),
    );
    let write = move |conn: &mut Conn| Ok::<_, DbError>(store::take_ceremony(conn, &id)?);
    let taken = workspace.db.write(write).await?;
    let ceremony = taken.filter(|c| c.kind == kind && now - c.created_at <= CHALLENGE);
    let ceremony = ceremony.ok_or_else(|| refuse("no such challenge, or it was answered or is too old"))?;
    Ok((ceremony, answer))
}
