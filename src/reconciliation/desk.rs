//! Differences as a task list: what disagrees, and how a person settled it.
use super::{
    store::{self, Difference},
    views,
};
use crate::{
    accounts::Staff,
    db::{Conn, DbError},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Path, ServiceConfig, get, post},
};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/differences", get().to(index))
        .route("/differences/{id}/settlement", post().to(settle));
}

async fn open(workspace: &Workspace) -> Result<Vec<Difference>, Error> {
    let read = |conn: &mut Conn| Ok::<_, DbError>(store::open_differences(conn)?);
    Ok(workspace.db.read(read).await?)
}

/// `GET /differences`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    Ok(html(views::differences(
        &site,
        &staff,
        &open(&workspace).await?,
        "",
        &[],
    )))
}

/// `POST /differences/{id}/settlement`
async fn settle(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let how = form.get("resolution").trim().to_owned();
    if how.is_empty() {
        let message = "どう処理したかを入力してください";
        let errors = [FieldError::new(&format!("resolution-{id}"), message)];
        let page = views::differences(&site, &staff, &open(&workspace).await?, &id, &errors);
        let mut response = html(page);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if !store::end(conn, &id, &how, now)? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "difference.settled", &format!("difference/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/differences"))
}
