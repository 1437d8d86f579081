//! 「今日の仕事」: what waits for the person who signs in; every number leads to exactly its list (ux 3.1).
mod views;

use crate::{
    accounts::{Permission, Staff},
    alarms,
    db::Conn,
    deliveries,
    enrolment::{self, Filter},
    incidents,
    institutions::{self, Openings},
    reconciliation,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, get},
};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/", get().to(index));
}

/// The numbers of the page; `None` for what the person may not open.
pub struct Today {
    pub received: Option<Count>,
    pub stuck: Option<Count>,
    pub corrections: Option<usize>,
    pub differences: Option<usize>,
    pub undelivered: Option<Vec<deliveries::Delivery>>,
    pub alarms: Option<Vec<alarms::Alarm>>,
    /// Incidents in which something is broken still.
    pub incidents: Option<usize>,
    pub openings: Option<(Openings, Vec<institutions::Institution>)>,
    /// When the next file is closed.
    pub cut: String,
}

/// A number and the list behind it.
pub struct Count {
    pub number: i64,
    pub path: String,
}

/// `GET /`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let (world, by) = (workspace.clone(), staff.clone());
    let read = move |conn: &mut Conn| gather(conn, &world, &by);
    let today = workspace.db.read(read).await?;
    Ok(html(views::today(&site, &staff, &today)))
}

fn gather(conn: &mut Conn, workspace: &Workspace, staff: &Staff) -> Result<Today, Error> {
    let now = workspace.clock.now();
    let filter = |pairs: &[(&str, &str)]| {
        let query: BTreeMap<_, _> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Filter::read(&query)
    };
    let mut count = |pairs: &[(&str, &str)]| {
        let filter = filter(pairs);
        Ok::<_, Error>(Count {
            number: enrolment::count_filtered(conn, &filter, now)?,
            path: format!("/applications?{}", filter.query()),
        })
    };
    let (received, stuck) = match staff.may(Permission::ReadApplications) {
        true => (
            Some(count(&[("period", "previous")])?),
            Some(count(&[("attention", "1")])?),
        ),
        false => (None, None),
    };
    let applications = staff.may(Permission::ReadApplications);
    let files = staff.may(Permission::ReadDeliveries);
    Ok(Today {
        received,
        stuck,
        corrections: applications
            .then(|| enrolment::correction::open(conn))
            .transpose()?
            .map(|c| c.len()),
        differences: applications
            .then(|| reconciliation::open_differences(conn))
            .transpose()?
            .map(|d| d.len()),
        undelivered: files.then(|| deliveries::undownloaded(conn)).transpose()?,
        alarms: staff
            .may(Permission::ReadAlarms)
            .then(|| alarms::open_alarms(conn))
            .transpose()?,
        incidents: staff
            .may(Permission::ReadIncidents)
            .then(|| incidents::burning(conn))
            .transpose()?,
        openings: match staff.may(Permission::ReadInstitutions) {
            true => {
                let today = crate::clock::jst(now).date();
                Some((Openings::read(conn, now)?, institutions::all(conn, today)?))
            }
            false => None,
        },
        cut: workspace.settings.deliveries.cut.clone(),
    })
}
