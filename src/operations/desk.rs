//! 警報 at the console: what a person must look at, and who looked.
use super::views;
use crate::{
    accounts::Staff,
    alarms,
    db::{Conn, DbError},
    web::{Error, Site, html, see_other},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, post},
};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(super::status::routes)
        .configure(super::checks::routes)
        .route("/alarms", get().to(index))
        .route("/alarms/{id}/acknowledgement", post().to(acknowledge));
}

/// `GET /alarms`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let read = |conn: &mut Conn| Ok::<_, DbError>(alarms::open_alarms(conn)?);
    let open = workspace.db.read(read).await?;
    Ok(html(views::alarms(&site, &staff, &open)))
}

/// `POST /alarms/{id}/acknowledgement`
async fn acknowledge(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if alarms::acknowledge(conn, &id, &staff.code, now)? {
            staff.record(conn, now, "alarm.acknowledged", &format!("alarm/{id}"), "")?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    Ok(see_other("/alarms"))
}
