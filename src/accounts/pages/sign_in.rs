//! Signing in and out, and proving to be there again (unlock, step-up).
use super::{answer_of, options_of, refuse};
use crate::{
    accounts::{Staff, ceremonies::Relying, sessions::ROW, store, views, ways},
    db::{Conn, DbError},
    web::{Error, FormBody, RawBody, Site, client_address, html, see_other},
    workspace::Workspace,
};
use actix_identity::Identity;
use actix_session::Session;
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    web::{Data, Query},
};
use chrono::{Duration, NaiveDateTime};
use serde::Deserialize;
use serde_json::{Value, json};

/// An answer older than this counts no more.
pub const CHALLENGE: Duration = Duration::minutes(5);

#[derive(Deserialize)]
pub struct After {
    next: Option<String>,
}

/// `GET /sign-in`
pub async fn new(site: Data<Site>, after: Query<After>, staff: Option<Staff>) -> HttpResponse {
    let next = local(after.next.as_deref());
    match staff {
        Some(_) => see_other(next),
        None => html(views::sign_in(&site, next)),
    }
}

/// A path of our own, or the front page. Browsers read `\` as `/` and drop tabs and line ends from an address.
fn local(next: Option<&str>) -> &str {
    next.filter(|n| n.starts_with('/') && !n.starts_with("//"))
        .filter(|n| !n.contains(|c: char| c == '\\' || c.is_control()))
        .unwrap_or("/")
}

/// `POST /sign-in/options`
pub async fn options(
    workspace: Data<Workspace>,
    site: Data<Site>,
    relying: Data<Relying>,
    req: HttpRequest,
) -> Result<HttpResponse, Error> {
    // Challenges are rows, and anybody on the network may ask for one.
    let client = client_address(&req, &site).map_or_else(String::new, |a| format!("sign-in {a}"));
    if workspace.drafts.check_key(&client).is_err() {
        return Err(Error::TooMany);
    }
    let challenge = relying.begin_sign_in().map_err(refuse)?;
    options_of(&workspace, "sign_in", None, None, challenge).await
}

/// `POST /sign-in/answer`
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    relying: Data<Relying>,
    req: HttpRequest,
    session: Session,
    body: RawBody,
) -> Result<HttpResponse, Error> {
    let (ceremony, credential) = answer_of(&workspace, "sign_in", &body).await?;
    let (handle, id) = relying.named(&credential).map_err(refuse)?;
    let read = move |conn: &mut Conn| {
        let Some(key) = store::key_of_credential(conn, &id)?.filter(|k| k.revoked_at.is_none()) else {
            return Ok(None);
        };
        let person = store::find(conn, &key.staff_id)?;
        Ok::<_, DbError>((person.active && person.handle == handle).then_some((person, key)))
    };
    let Some((person, key)) = workspace.db.read(read).await? else {
        return Err(refuse("no key of an active person"));
    };
    let proof = relying
        .finish_sign_in(&ceremony.state, credential, &key.passkey)
        .map_err(refuse)?;
    let id = person.id.clone();
    let from = From::of(&req, &site);
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        if !store::mark_used(conn, &key, &proof.passkey, proof.counter, now)? {
            return Ok(None);
        }
        begin_session(conn, &world, &person.id, &from, now)
    };
    let Some(row) = workspace.db.write::<_, Error>(write).await? else {
        return Err(refuse("the key was revoked or used meanwhile"));
    };
    enter(&req, &session, &id, &row)?;
    Ok(HttpResponse::Ok().json(json!({ "ok": true })))
}

/// Where a request comes from, as the list of sign-ins shows it.
pub struct From {
    pub address: String,
    pub agent: String,
}

impl From {
    pub fn of(req: &HttpRequest, site: &Site) -> Self {
        let agent = req.headers().get("user-agent").and_then(|v| v.to_str().ok());
        Self {
            address: client_address(req, site).map(|a| a.to_string()).unwrap_or_default(),
            agent: agent.unwrap_or_default().chars().take(200).collect(),
        }
    }
}

/// Writes a sign-in with its audit entry; `None` when the person was stopped meanwhile.
pub fn begin_session(
    conn: &mut Conn,
    workspace: &Workspace,
    staff_id: &str,
    from: &From,
    now: NaiveDateTime,
) -> Result<Option<String>, Error> {
    let person = store::find(conn, staff_id)?;
    if !person.active {
        return Ok(None);
    }
    let hours = workspace.settings.console.as_ref().map_or(10, |c| c.absolute_hours);
    let new = store::NewSession {
        staff_id,
        epoch: person.epoch,
        address: &from.address,
        agent: &from.agent,
        expires_at: now + Duration::hours(hours),
    };
    let row = store::begin(conn, &new, now)?;
    ways::record_own(conn, now, staff_id, "staff.signed_in", &from.address)?;
    Ok(Some(row))
}

/// Binds the cookie to the row: a new key, whatever cookie the browser brought (fixation).
pub fn enter(req: &HttpRequest, session: &Session, staff_id: &str, row: &str) -> Result<(), Error> {
    let fail = |e: &dyn std::fmt::Display| Error::Internal(format!("the session cannot be begun: {e}"));
    session.clear();
    Identity::login(&req.extensions(), staff_id.to_owned()).map_err(|e| fail(&e))?;
    session.insert(ROW, row).map_err(|e| fail(&e))?;
    session.renew();
    Ok(())
}

/// Signs in without a key, as one of a practice desk's own people; anywhere else there is no such way.
pub async fn practise(
    workspace: &Workspace,
    site: &Site,
    req: &HttpRequest,
    session: &Session,
    code: &str,
) -> Result<(), Error> {
    if site.practice.is_none() {
        return Err(Error::NotFound);
    }
    let (from, world, now) = (From::of(req, site), workspace.clone(), workspace.clock.now());
    let code = code.to_owned();
    let write = move |conn: &mut Conn| {
        let person = store::find_by_code(conn, &code)?.ok_or(Error::NotFound)?;
        let row = begin_session(conn, &world, &person.id, &from, now)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>((person.id, row))
    };
    let (id, row) = workspace.db.write(write).await?;
    enter(req, session, &id, &row)
}

/// `POST /sign-out`
pub async fn destroy(
    workspace: Data<Workspace>,
    staff: Staff,
    identity: Option<Identity>,
    session: Session,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if store::end(conn, &staff.id, &staff.session, now)? {
            staff.record(conn, now, "staff.signed_out", &staff.word(), "")?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    match identity {
        Some(identity) => identity.logout(),
        None => session.purge(),
    }
    Ok(see_other("/sign-in"))
}

/// `POST /proof/options`
pub async fn proof_options(
    workspace: Data<Workspace>,
    relying: Data<Relying>,
    staff: Staff,
) -> Result<HttpResponse, Error> {
    let id = staff.id.clone();
    let read = move |conn: &mut Conn| Ok::<_, DbError>(store::keys_of(conn, &id)?);
    let keys = workspace.db.read(read).await?;
    let json: Vec<String> = keys.into_iter().map(|key| key.passkey).collect();
    let challenge = relying.begin_proof(&json).map_err(refuse)?;
    options_of(&workspace, "proof", Some(&staff.id), None, challenge).await
}

/// `POST /proof/answer`: unlocks the screen and counts as step-up.
pub async fn prove(
    workspace: Data<Workspace>,
    relying: Data<Relying>,
    session: Session,
    staff: Staff,
    body: RawBody,
) -> Result<HttpResponse, Error> {
    let (ceremony, credential) = answer_of(&workspace, "proof", &body).await?;
    let id = relying.credential_of(&credential).map_err(refuse)?;
    let read = move |conn: &mut Conn| Ok::<_, DbError>(store::key_of_credential(conn, &id)?);
    let key = workspace.db.read(read).await?;
    let is_own = |staff_id: &str| staff_id == staff.id && ceremony.staff_id.as_deref() == Some(staff_id);
    let Some(key) = key.filter(|k| k.revoked_at.is_none() && is_own(&k.staff_id)) else {
        return Err(refuse("no key of this person"));
    };
    let proof = relying
        .finish_proof(&ceremony.state, credential, &key.passkey)
        .map_err(refuse)?;
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        let counts = store::mark_used(conn, &key, &proof.passkey, proof.counter, now)?
            && store::confirm(conn, &staff.session, now)?;
        if counts {
            staff.record(conn, now, "staff.proved", &staff.word(), "")?;
        }
        Ok::<_, Error>(counts)
    };
    if !workspace.db.write(write).await? {
        return Err(refuse("the key or the session ended meanwhile"));
    }
    // A new key for the cookie: what was known of the old one is worth nothing after a proof.
    session.renew();
    Ok(HttpResponse::Ok().json(json!({ "ok": true })))
}

/// `GET /sign-in/code`
pub async fn code(site: Data<Site>) -> HttpResponse {
    html(views::recovery(&site, false))
}

/// `POST /sign-in/code`: a recovery code is a way to the page where a new key is enrolled.
pub async fn use_code(
    workspace: Data<Workspace>,
    site: Data<Site>,
    req: HttpRequest,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let client = client_address(&req, &site).map_or_else(String::new, |a| format!("code {a}"));
    if workspace.drafts.check_key(&client).is_err() {
        return Err(Error::TooMany);
    }
    let token = ways::read_code(form.get("code"));
    let (blind, now) = (ways::blind(&workspace, &token), workspace.clock.now());
    let read = move |conn: &mut Conn| Ok::<_, DbError>(store::open_way_in(conn, &blind, now)?);
    match workspace.db.read(read).await? {
        Some(_) => Ok(see_other(&format!("/enrolments/{token}"))),
        None => {
            tracing::warn!("a recovery code that opens nothing");
            Ok(html(views::recovery(&site, true)))
        }
    }
}

/// What a browser sends as JSON: which challenge it answers, and with what.
#[derive(Deserialize)]
pub struct Answer {
    pub ceremony: String,
    pub credential: Value,
    #[serde(default)]
    pub label: String,
}
