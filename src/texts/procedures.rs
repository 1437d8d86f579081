//! The written procedures (KS22) where they are needed: to read and to print, in the version that was approved.
use super::{
    Kind, TextId, shipped, store,
    views::{self, Row},
};
use crate::{
    accounts::{self, Staff},
    clock::jst,
    db::Conn,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get},
};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/procedures", get().to(index))
        .route("/procedures/{name}", get().to(show));
}

/// `GET /procedures`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let today = jst(workspace.clock.now()).date();
    let read = move |conn: &mut Conn| {
        let all = TextId::ALL.iter().filter(|id| id.kind() == Kind::Procedure);
        let row = |id: &TextId| {
            Ok::<_, Error>(Row {
                id: *id,
                in_use: store::in_use(conn, *id, today)?,
                waiting: 0,
            })
        };
        all.map(row).collect::<Result<Vec<_>, _>>()
    };
    let rows = workspace.db.read(read).await?;
    Ok(html(views::procedures(&site, &staff, &rows)))
}

/// `GET /procedures/{name}`
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    name: Path<String>,
) -> Result<HttpResponse, Error> {
    let id = TextId::from_word(&name).filter(|id| id.kind() == Kind::Procedure);
    let id = id.ok_or(Error::NotFound)?;
    let (world, today) = (workspace.clone(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| {
        let in_use = store::in_use(conn, id, today)?;
        let by = match in_use.as_ref().and_then(|v| v.decided_by.as_deref()) {
            Some(by) => Some(accounts::name_of(conn, &world.keys, by)?),
            None => None,
        };
        Ok::<_, Error>((in_use, by))
    };
    let (in_use, by) = workspace.db.read(read).await?;
    let text = in_use
        .as_ref()
        .map_or_else(|| shipped(&workspace, id), |v| v.body.clone());
    let row = Row { id, in_use, waiting: 0 };
    let text = workspace.site.fill(&text);
    Ok(html(views::procedure(&site, &staff, &row, &text, by.as_deref())))
}
