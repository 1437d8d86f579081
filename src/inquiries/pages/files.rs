//! The citizen's files.
use super::{READER, client, visit};
use crate::{
    audit::Actor,
    db::{Conn, one_at_a_time},
    inquiries::{files, model::Status, store, work},
    web::{Error, read_file, see_other},
    workspace::Workspace,
};
use actix_multipart::Multipart;
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};

/// `POST /inquiry/files`: a file beside the inquiry that is open in this browser.
pub async fn create(workspace: Data<Workspace>, req: HttpRequest, body: Multipart) -> Result<HttpResponse, Error> {
    let id = visit(&workspace, &req, READER)
        .await?
        .and_then(|visit| visit.inquiry_id);
    let Some(id) = id.filter(|_| files::are_taken(&workspace)) else {
        return Ok(see_other("/inquiry/status"));
    };
    if workspace
        .drafts
        .check_key(&format!("inquiry {}", client(&workspace, &req)))
        .is_err()
    {
        return Err(Error::TooMany);
    }
    let file = match read_file(body, "file").await {
        Err(Error::TooLarge) => return Ok(see_other("/inquiry/status?error=size")),
        file => file?,
    };
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, &id)?;
        let inquiry = store::find(conn, &id)?;
        let kept = files::keep(conn, &world, &inquiry, &file, (Actor::Applicant, true), now)?;
        if kept.is_ok() && inquiry.status == Status::Closed {
            work::reopen_for_citizen(conn, &inquiry, now)?;
        }
        Ok::<_, Error>(kept)
    };
    let kept = workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(match kept {
        Ok(_) => see_other("/inquiry/status"),
        Err(refusal) => see_other(&format!("/inquiry/status?error={}", refusal.word())),
    })
}

/// `GET /inquiry/files/{file}`
pub async fn show(workspace: Data<Workspace>, req: HttpRequest, file: Path<String>) -> Result<HttpResponse, Error> {
    let id = visit(&workspace, &req, READER)
        .await?
        .and_then(|visit| visit.inquiry_id);
    let id = id.ok_or(Error::NotFound)?;
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let inquiry = store::find(conn, &id)?;
        if !store::find_file(conn, &id, &file)?.is_shown {
            return Err(Error::NotFound);
        }
        files::open(conn, &world, &inquiry, &file, Actor::Applicant, now)
    };
    let (file, content) = workspace.db.write(write).await?;
    files::download(&workspace, &file, content)
}
