//! One's own page: keys, recovery codes, sign-ins.
use crate::{
    accounts::{Staff, store, views, ways},
    db::Conn,
    web::{Error, FormBody, Site, html, see_other},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// `GET /account`
pub async fn show(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let (world, id, now) = (workspace.clone(), staff.id.clone(), workspace.clock.now());
    let read = move |conn: &mut Conn| {
        Ok::<_, Error>(views::OwnAccount {
            keys: store::keys_of(conn, &id)?,
            codes: store::open_codes(conn, &id)?,
            sessions: store::sessions_of(conn, &id, 20)?,
            invited: ways::invited_again(conn, &world.keys, &id, now)?,
        })
    };
    let own = workspace.db.read(read).await?;
    Ok(html(views::account(&site, &staff, &own, now)))
}

/// `POST /account/keys/{id}`: what the person calls it.
pub async fn rename_key(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let label: String = form.get("label").trim().chars().take(40).collect();
    if label.is_empty() {
        return Ok(see_other("/account"));
    }
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if !store::rename_key(conn, &staff.id, &id, &label)? {
            return Err(Error::NotFound);
        }
        staff.record(conn, now, "staff.key_renamed", &format!("passkey/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/account"))
}

/// `POST /account/keys/{id}/revocation`: never the last way in. It ends where else the person is signed in.
pub async fn revoke_key(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let by = staff.clone();
    let write = move |conn: &mut Conn| {
        if !ways::revoke_key(conn, &by.id, &id, now)? {
            return Ok(false);
        }
        by.record(conn, now, "staff.key_revoked", &format!("passkey/{id}"), "")?;
        if store::end_others(conn, &by.id, &by.session, now)? > 0 {
            by.record(conn, now, "staff.session_ended", &by.word(), "")?;
        }
        Ok(true)
    };
    match workspace.db.write::<_, Error>(write).await? {
        true => Ok(see_other("/account")),
        false => Ok(html(views::last_way_in(&site, &staff))),
    }
}

/// `POST /account/codes`: shown this once, to be printed.
pub async fn renew_codes(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let (world, now, by) = (workspace.clone(), workspace.clock.now(), staff.clone());
    let write = move |conn: &mut Conn| {
        let codes = ways::renew_codes(conn, &world, &by.id, now)?;
        by.record(conn, now, "staff.codes_renewed", &by.word(), "")?;
        Ok::<_, Error>(codes)
    };
    let codes = workspace.db.write(write).await?;
    Ok(html(views::codes(&site, &staff, &codes, now)))
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if store::end(conn, &staff.id, &id, now)? {
            staff.record(conn, now, "staff.session_ended", &staff.word(), "")?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    Ok(see_other("/account"))
}

/// `POST /account/sessions/end`: everywhere, here too.
pub async fn end_all(workspace: Data<Workspace>, staff: Staff) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        store::raise_epoch(conn, &staff.id)?;
        store::end_all(conn, &staff.id, now)?;
        staff.record(conn, now, "staff.signed_out_everywhere", &staff.word(), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/sign-in"))
}
