use super::{
    Ending, Kinds, Task,
    store::find,
    views::{self, Show},
};
use crate::{
    accounts::{Staff, UNATTENDED, is_polling},
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

/// `GET /tasks/{id}`: how far it is; when it is done, on to what was made. It says nothing of anybody's: whoever asked for the
/// same meanwhile is led here, too.
async fn show(
    req: HttpRequest,
    workspace: Data<Workspace>,
    site: Data<Site>,
    kinds: Data<Kinds>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let task = soon_ended(&workspace, &id).await?;
    let kind = kinds.of(&task.kind)?;
    // A page that asks by itself shows a part alone; what has ended is another page, and nobody opened it.
    let is_left = is_polling(req.headers()) && task.ending.is_some();
    let left = |to: &str| {
        let to = format!("{to}?{UNATTENDED}");
        HttpResponse::Ok().insert_header(("hx-redirect", to)).finish()
    };
    Ok(match (task.ending, &task.result) {
        (Some(Ending::Done), Some(result)) if is_left => left(result),
        (Some(Ending::Done), Some(result)) => see_other(result),
        _ if is_left => left(req.path()),
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
