use super::{
    Ending, Kinds, Task,
    store::find,
    views::{self, Show},
};
use crate::{
    accounts::{Staff, is_polling},
    db::Conn,
    web::{Error, Site, html, see_other},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, get},
};
use std::time::{Duration, Instant};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/tasks/{id}", get().to(show));
}

/// So long the page waits by itself: most work is done by then, and nobody sees a page in between.
const PATIENCE: Duration = Duration::from_millis(900);
const LOOK: Duration = Duration::from_millis(40);

/// `GET /tasks/{id}`: how far it is; when it is done, on to what was made. Of whoever asked for it, and of nobody else.
async fn show(
    req: HttpRequest,
    workspace: Data<Workspace>,
    site: Data<Site>,
    kinds: Data<Kinds>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let task = soon_ended(&workspace, &id).await?;
    if task.by.id != staff.id {
        return Err(Error::NotFound);
    }
    let kind = kinds.of(&task.kind)?;
    // A page that asks by itself shows a part alone; what has ended is another page.
    let is_left = is_polling(req.headers()) && task.ending.is_some();
    let left = |header: &'static str, value: &str| HttpResponse::Ok().insert_header((header, value)).finish();
    Ok(match (task.ending, &task.result) {
        (Some(Ending::Done), Some(result)) if is_left => left("hx-redirect", result),
        (Some(Ending::Done), Some(result)) => see_other(result),
        _ if is_left => left("hx-refresh", "true"),
        _ => html(views::show(&site, &staff, &Show { kind, task: &task })),
    })
}

async fn soon_ended(workspace: &Workspace, id: &str) -> Result<Task, Error> {
    let begun = Instant::now();
    loop {
        let id = id.to_owned();
        let read = move |conn: &mut Conn| find(conn, &id);
        let task = workspace.db.read(read).await?;
        if task.ending.is_some() || begun.elapsed() > PATIENCE {
            return Ok(task);
        }
        tokio::time::sleep(LOOK).await;
    }
}
