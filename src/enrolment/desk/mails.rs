//! `GET /applications/{id}/mails/{mail}`: what the applicant read in a mail; not at which address.
use super::{Filter, detail, views};
use crate::{
    accounts::Staff,
    db::Conn,
    mail,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use std::collections::BTreeMap;

/// Reading it is written down, on the application and with the mail.
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    path: Path<(String, String)>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let (id, wanted) = path.into_inner();
    let detail = detail::load(&workspace, &staff, id, Filter::read(&query)).await?;
    let (about, now) = (detail.id.clone(), workspace.clock.now());
    let read = move |conn: &mut Conn| {
        let found = mail::mails_about(conn, &about)?.into_iter().find(|m| m.id == wanted);
        found.ok_or(Error::NotFound)
    };
    let sent = workspace.db.read(read).await?;
    let (by, subject, which) = (
        staff.clone(),
        format!("application/{}", detail.id),
        format!("mail/{}", sent.id),
    );
    let write = move |conn: &mut Conn| by.record(conn, now, "mail.seen", &subject, &which);
    workspace.db.write(write).await?;
    Ok(html(views::sent_mail(&site, &staff, &detail, &sent)))
}
