//! The console's side of the institutions: the list, the page of each, and what an administrator changes.
mod changes;
mod replacement;
mod stops;

pub use changes::{NameForm, RetirementForm};
pub use stops::Stop;

use super::{
    holidays, imports,
    openings::Openings,
    retirement,
    sheet::of_hours,
    store::{self, Institution},
    views::{self, Shown},
};
use crate::{
    accounts::Staff,
    clock::jst,
    db::Conn,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::{Days, NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(imports::routes)
        .configure(holidays::routes)
        .route("/institutions", get().to(index))
        .route("/institutions", post().to(changes::create))
        .route("/institutions/new", get().to(changes::new))
        .route("/institutions/stops/new", get().to(stops::new))
        .route("/institutions/stops", post().to(stops::create))
        .route("/institutions/stops/{id}/withdrawal", post().to(stops::destroy))
        .route("/institutions/{code}", get().to(show))
        .route("/institutions/{code}", post().to(changes::update))
        .route("/institutions/{code}/edit", get().to(changes::edit))
        .route("/institutions/{code}/retirement", get().to(changes::retirement))
        .route("/institutions/{code}/retirement", post().to(changes::retire))
        .route(
            "/institutions/{code}/retirement/withdrawal",
            post().to(changes::reinstate),
        );
}

/// Branches listed at once.
const BRANCHES: i64 = 50;
/// The calendar of an institution shows so many days after today.
const AHEAD: Days = Days::new(34);

type Asked = Query<BTreeMap<String, String>>;

/// What is asked for in the address; empty when it is not.
fn asked<'a>(query: &'a Asked, name: &str) -> &'a str {
    query.get(name).map_or("", |value| value.trim())
}

/// Everything on the list. Retired institutions stand on it, too.
pub struct Overview {
    pub institutions: Vec<Institution>,
    pub openings: Openings,
    pub now: NaiveDateTime,
    pub today: NaiveDate,
}

impl Overview {
    fn read(conn: &mut Conn, now: NaiveDateTime) -> Result<Self, Error> {
        Ok(Self {
            institutions: store::every(conn)?,
            openings: Openings::read(conn, now)?,
            now,
            today: jst(now).date(),
        })
    }
}

/// `GET /institutions`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let read = move |conn: &mut Conn| Overview::read(conn, now);
    let overview = workspace.db.read(read).await?;
    Ok(html(views::overview(&site, &staff, &overview)))
}

/// `GET /institutions/{code}`: what it is, the coming weeks, its branches.
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    code: Path<String>,
    query: Asked,
) -> Result<HttpResponse, Error> {
    let (world, wanted) = (workspace.clone(), asked(&query, "q").to_owned());
    let shown = workspace
        .db
        .read(move |conn| shown(conn, &world, &code, wanted))
        .await?;
    Ok(html(views::show(&site, &staff, &shown)))
}

fn shown(conn: &mut Conn, workspace: &Workspace, code: &str, wanted: String) -> Result<Shown, Error> {
    let institution = store::find(conn, code)?.ok_or(Error::NotFound)?;
    let overview = Overview::read(conn, workspace.clock.now())?;
    let today = overview.today;
    let (found, found_in_all) = store::search_branches(conn, code, &wanted, today, BRANCHES)?;
    let settings = workspace.settings.institutions.get(code);
    let leaving = retirement::leaving(conn, today)?;
    Ok(Shown {
        leaving: leaving.into_iter().find(|l| l.code == code),
        days: of_hours(
            conn,
            Some(&institution),
            (today, today + AHEAD),
            &overview.openings.regular,
            None,
        )?,
        capture: settings.map_or_else(Default::default, |s| s.account_capture),
        branch_counts: store::branches_in_service(conn, code, today)?,
        import: imports::last_of(conn, &workspace.keys, code)?,
        institution,
        overview,
        found,
        found_in_all,
        wanted,
    })
}
