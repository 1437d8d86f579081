//! The console's side of outages: the list, a proposal, the page of one, its record.
mod acts;

use super::{
    model::{self, State, Step, Words},
    path_of, record,
    store::{self, Outage, Taken},
    views,
};
use crate::{
    accounts::{self, Staff},
    clock::jst,
    db::Conn,
    institutions::{self, Institution},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/outages", get().to(index))
        .route("/outages", post().to(create))
        .route("/outages/new", get().to(new))
        .route("/outages/{id}", get().to(show))
        .route("/outages/{id}/decision", post().to(acts::decide))
        .route("/outages/{id}/begin", post().to(acts::begin))
        .route("/outages/{id}/extension", post().to(acts::extend))
        .route("/outages/{id}/end", post().to(acts::end))
        .route("/outages/{id}/withdrawal", post().to(acts::withdraw))
        .route("/outages/{id}/record", get().to(record_page))
        .route("/outages/{id}/record/word", get().to(record_word));
}

/// Outages on the list.
const LISTED: i64 = 200;

/// 「サービス全体」, or an institution by name.
fn scope(conn: &mut Conn, code: Option<&str>) -> Result<String, Error> {
    let Some(code) = code else {
        return Ok("サービス全体".to_owned());
    };
    Ok(institutions::find(conn, code)?.map_or(code.to_owned(), |i| i.name))
}

/// `GET /outages`; with `?waiting`, those that wait for a second person.
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let waiting = query.contains_key("waiting");
    let read = move |conn: &mut Conn| {
        let mut list = vec![];
        let wanted = |outage: &Outage| !waiting || outage.state == State::Proposed;
        for outage in store::list(conn, LISTED)?.into_iter().filter(wanted) {
            list.push((scope(conn, outage.institution_code.as_deref())?, outage));
        }
        Ok::<_, Error>(list)
    };
    let list = workspace.db.read(read).await?;
    Ok(html(views::index(&site, &staff, &list, waiting)))
}

async fn institutions_of(workspace: &Data<Workspace>) -> Result<Vec<Institution>, Error> {
    let today = jst(workspace.clock.now()).date();
    let read = move |conn: &mut Conn| Ok::<_, Error>(institutions::all(conn, today)?);
    workspace.db.read(read).await
}

/// `GET /outages/new`
async fn new(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let all = institutions_of(&workspace).await?;
    Ok(html(views::new(&site, &staff, &all, &FormBody::default(), &[])))
}

/// `POST /outages`: a proposal for a second person.
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let all = institutions_of(&workspace).await?;
    let known: Vec<&str> = all.iter().map(|i| i.code.as_str()).collect();
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let proposal = match model::read(&form, &known, now) {
        Ok(proposal) => proposal,
        Err(errors) => return Ok(unprocessable(views::new(&site, &staff, &all, &form, &errors))),
    };
    let write = move |conn: &mut Conn| {
        let outage = store::add(conn, &world.keys, &proposal, &staff.word(), now)?;
        step(conn, &world, &staff, &outage, (Step::Proposed, ""), now)?;
        Ok::<_, Error>(outage.id)
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&path_of(&id)))
}

/// A step of an outage with its audit entry.
fn step(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    outage: &Outage,
    (kind, words): (Step, &str),
    now: NaiveDateTime,
) -> Result<(), Error> {
    let by = staff.word();
    store::add_step(conn, &workspace.keys, &outage.id, (kind, words), &by, now)?;
    staff.record(
        conn,
        now,
        kind.action(),
        &outage.subject(),
        &format!("第{}号", outage.no),
    )
}

/// Everything on the page of an outage.
pub struct Shown {
    pub outage: Outage,
    pub words: Words,
    pub scope: String,
    /// Step and who took it, oldest first.
    pub steps: Vec<(Taken, String)>,
    /// Citizens read of it now.
    pub is_announced: bool,
    pub now: NaiveDateTime,
}

async fn load(workspace: &Data<Workspace>, id: &str) -> Result<Shown, Error> {
    let (world, id) = (workspace.clone(), id.to_owned());
    let read = move |conn: &mut Conn| {
        let (keys, now) = (&world.keys, world.clock.now());
        let outage = store::find(conn, &id)?;
        let mut steps = vec![];
        for step in store::steps_of(conn, keys, &id)? {
            let by = accounts::name_of(conn, keys, &step.made_by)?;
            steps.push((step, by));
        }
        let closures = institutions::closures(conn, now)?;
        Ok::<_, Error>(Shown {
            words: outage.words(keys)?,
            scope: scope(conn, outage.institution_code.as_deref())?,
            is_announced: closures.iter().any(|c| outage.closure_id.as_ref() == Some(&c.id)),
            steps,
            outage,
            now,
        })
    };
    workspace.db.read(read).await
}

/// `GET /outages/{id}`
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    Ok(html(views::show(&site, &staff, &shown, &FormBody::default(), &[])))
}

/// The page again, with what is wrong and what was typed.
async fn again(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    form: &FormBody,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let shown = load(workspace, id).await?;
    Ok(unprocessable(views::show(site, staff, &shown, form, errors)))
}

/// `GET /outages/{id}/record`: for the printer.
async fn record_page(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    let document = record::record(&shown);
    Ok(html(views::record(&site, &staff, &shown.outage, &document)))
}

/// `GET /outages/{id}/record/word`
async fn record_word(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    let (now, subject) = (workspace.clock.now(), shown.outage.subject());
    let write = move |conn: &mut Conn| staff.record(conn, now, "outage.record_taken", &subject, "");
    workspace.db.write(write).await?;
    record::record(&shown).download(&site, &format!("outage_{}", shown.outage.no))
}
