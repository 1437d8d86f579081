//! Enrolling a key: by an invitation or a recovery code, or as a further key of one's own.
use super::{
    labelled_answer, options_of, refuse,
    sign_in::{From, begin_session, enter},
};
use crate::{
    accounts::{
        Staff,
        ceremonies::{Holder, Relying},
        store::{self, Ceremony, NewKey, Person, WayIn},
        views, ways,
    },
    db::{Conn, DbError},
    web::{Error, RawBody, Site, html},
    workspace::Workspace,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;
use serde_json::json;

/// `GET /enrolments/{token}`: the page of an invitation or a recovery code.
pub async fn show(workspace: Data<Workspace>, site: Data<Site>, token: Path<String>) -> Result<HttpResponse, Error> {
    match invited(&workspace, &token).await? {
        Some((way, person)) => {
            let (name, id) = (person.name(&workspace.keys)?, person.id);
            let replaces = workspace.db.read(move |conn| ways::can_come_in(conn, &id)).await?;
            Ok(html(views::enrolment(&site, &token, (&way, replaces), &name)))
        }
        None => Ok(html(views::enrolment_over(&site))),
    }
}

async fn invited(workspace: &Workspace, token: &str) -> Result<Option<(WayIn, Person)>, Error> {
    let (blind, now) = (ways::blind(workspace, token), workspace.clock.now());
    let read = move |conn: &mut Conn| {
        let Some(way) = store::open_way_in(conn, &blind, now)? else {
            return Ok(None);
        };
        let person = store::find(conn, &way.staff_id)?;
        Ok::<_, DbError>(person.active.then_some((way, person)))
    };
    Ok(workspace.db.read(read).await?)
}

/// `POST /enrolments/{token}/options`
pub async fn options(
    workspace: Data<Workspace>,
    relying: Data<Relying>,
    token: Path<String>,
) -> Result<HttpResponse, Error> {
    let (way, person) = invited(&workspace, &token).await?.ok_or(Error::NotFound)?;
    challenge(&workspace, &relying, &person, Some(&way.token)).await
}

/// `POST /account/keys/options`
pub async fn own_options(
    workspace: Data<Workspace>,
    relying: Data<Relying>,
    staff: Staff,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| Ok::<_, DbError>(store::find(conn, &staff.id)?);
    let person = workspace.db.read(read).await?;
    challenge(&workspace, &relying, &person, None).await
}

async fn challenge(
    workspace: &Workspace,
    relying: &Relying,
    person: &Person,
    way: Option<&str>,
) -> Result<HttpResponse, Error> {
    let id = person.id.clone();
    let read = move |conn: &mut Conn| Ok::<_, DbError>(store::keys_of(conn, &id)?);
    let keys = workspace.db.read(read).await?;
    let name = person.name(&workspace.keys)?;
    let holder = Holder {
        handle: &person.handle,
        code: &person.code,
        name: &name,
        keys: keys.into_iter().map(|key| key.passkey).collect(),
    };
    let challenge = relying.begin_registration(&holder).map_err(refuse)?;
    options_of(workspace, "enrol", Some(&person.id), way, challenge).await
}

/// A new key as its browser described it.
struct Enrolled {
    staff_id: String,
    credential_id: String,
    passkey: String,
    label: String,
}

async fn enrolled(workspace: &Workspace, relying: &Relying, body: &RawBody) -> Result<(Ceremony, Enrolled), Error> {
    let (ceremony, answer) = labelled_answer(workspace, "enrol", body).await?;
    let (credential_id, passkey) = relying
        .finish_registration(&ceremony.state, answer.credential)
        .map_err(refuse)?;
    // PostgreSQL keeps no NUL, and JSON can bring one.
    let label = answer.label.replace('\0', "");
    let label: String = label.trim().chars().take(40).collect();
    let staff_id = ceremony.staff_id.clone().unwrap_or_default();
    let label = if label.is_empty() {
        "名前のないキー".into()
    } else {
        label
    };
    let key = Enrolled {
        staff_id,
        credential_id,
        passkey,
        label,
    };
    Ok((ceremony, key))
}

impl Enrolled {
    fn write(&self, conn: &mut Conn, from: &str, now: NaiveDateTime) -> Result<(), Error> {
        let new = NewKey {
            staff_id: &self.staff_id,
            credential_id: &self.credential_id,
            label: &self.label,
            passkey: &self.passkey,
        };
        if !store::add_key(conn, &new, now)? {
            return Err(refuse("the credential is registered already"));
        }
        ways::record_own(conn, now, &self.staff_id, "staff.key_added", from)
    }
}

/// `POST /enrolments/{token}/answer`: uses up the way in and signs the person in.
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    relying: Data<Relying>,
    req: HttpRequest,
    session: Session,
    body: RawBody,
) -> Result<HttpResponse, Error> {
    let (ceremony, key) = enrolled(&workspace, &relying, &body).await?;
    let way = ceremony.way_in.ok_or_else(|| refuse("no invitation began this"))?;
    let from = From::of(&req, &site);
    let (world, now, id) = (workspace.clone(), workspace.clock.now(), key.staff_id.clone());
    let write = move |conn: &mut Conn| {
        if !ways::use_up(conn, &way, &from.address, now)? {
            return Err(refuse("the invitation was used meanwhile"));
        }
        key.write(conn, &from.address, now)?;
        // Refused in here, so that neither the key nor the use of the invitation stays.
        let row = begin_session(conn, &world, &key.staff_id, &from, now)?;
        row.ok_or_else(|| refuse("the person was stopped meanwhile"))
    };
    let row = workspace.db.write::<_, Error>(write).await?;
    enter(&req, &session, &id, &row)?;
    Ok(HttpResponse::Ok().json(json!({ "ok": true })))
}

/// `POST /account/keys/answer`
pub async fn own_create(
    workspace: Data<Workspace>,
    relying: Data<Relying>,
    staff: Staff,
    body: RawBody,
) -> Result<HttpResponse, Error> {
    let (_, key) = enrolled(&workspace, &relying, &body).await?;
    if key.staff_id != staff.id {
        return Err(refuse("another person's challenge"));
    }
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| key.write(conn, &staff.address, now);
    workspace.db.write(write).await?;
    Ok(HttpResponse::Ok().json(json!({ "ok": true })))
}
