//! 「今日の仕事」: what waits for the person who signs in; every number leads to exactly its list (ux 3.1).
mod views;

use crate::{
    accounts::{self, InvitedAgain, Permission, Staff},
    alarms,
    db::Conn,
    deliveries,
    enrolment::{self, Filter},
    incidents,
    inquiries::{self, View},
    institutions::{self, Openings},
    japan::date::wareki,
    outages, reconciliation, texts,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, get},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/", get().to(index));
}

/// The numbers of the page; `None` for what the person may not open.
pub struct Today {
    /// That this person was invited once more.
    pub invited: Vec<InvitedAgain>,
    pub received: Option<Count>,
    pub stuck: Option<Count>,
    pub corrections: Option<i64>,
    /// Exports of the list that wait for a second person.
    pub exports: Option<i64>,
    pub differences: Option<i64>,
    /// Inquiries: due and not answered, not answered at all, to be in touch about today.
    pub inquiries: Option<[Count; 3]>,
    pub undelivered: Option<Vec<deliveries::Delivery>>,
    pub alarms: Option<Vec<alarms::Alarm>>,
    /// Incidents in which something is broken still.
    pub incidents: Option<usize>,
    /// Planned outages that wait for a second person.
    pub outages: Option<i64>,
    /// Texts and layouts that wait for this person's approval.
    pub texts: Option<usize>,
    pub layouts: Option<i64>,
    pub openings: Option<(Openings, Vec<institutions::Institution>)>,
    /// The last day of the table of holidays, when that is near.
    pub holidays_end: Option<String>,
    /// When the next file is closed.
    pub cut: String,
    /// Until when somebody must have downloaded it.
    pub alarm: String,
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
    let operating = staff.may(Permission::ReadIncidents);
    Ok(Today {
        invited: accounts::invited_again(conn, &workspace.keys, &staff.id, now)?,
        received,
        stuck,
        corrections: applications
            .then(|| enrolment::correction::count_open(conn))
            .transpose()?,
        exports: staff
            .may(Permission::ApproveExports)
            .then(|| enrolment::waiting_exports(conn))
            .transpose()?,
        differences: applications
            .then(|| reconciliation::count_open_differences(conn))
            .transpose()?,
        inquiries: staff
            .may(Permission::ReadInquiries)
            .then(|| of_inquiries(conn, staff, now))
            .transpose()?,
        undelivered: files.then(|| deliveries::undownloaded(conn, now)).transpose()?,
        alarms: staff
            .may(Permission::ReadAlarms)
            .then(|| alarms::open_alarms(conn))
            .transpose()?,
        incidents: operating.then(|| incidents::burning(conn)).transpose()?,
        outages: operating.then(|| outages::undecided(conn)).transpose()?,
        texts: proposed_texts(conn, staff)?,
        layouts: proposed_layouts(conn, staff)?,
        openings: match staff.may(Permission::ReadInstitutions) {
            true => Some((Openings::read(conn, now)?, institutions::every(conn)?)),
            false => None,
        },
        holidays_end: holidays_end(conn, staff, now)?,
        cut: workspace.settings.deliveries.cut.clone(),
        alarm: workspace.settings.deliveries.alarm.clone(),
    })
}

fn proposed_texts(conn: &mut Conn, staff: &Staff) -> Result<Option<usize>, Error> {
    Ok(match staff.may(Permission::ApproveTexts) {
        true => Some(texts::proposed(conn)?.len()),
        false => None,
    })
}

fn proposed_layouts(conn: &mut Conn, staff: &Staff) -> Result<Option<i64>, Error> {
    Ok(match staff.may(Permission::ApproveLayouts) {
        true => Some(deliveries::proposed_layouts(conn)?),
        false => None,
    })
}

/// The end of the table of holidays, when it is near.
fn holidays_end(conn: &mut Conn, staff: &Staff, now: NaiveDateTime) -> Result<Option<String>, Error> {
    let ends = institutions::table_ends(conn, crate::clock::jst(now).date())?;
    Ok(match (staff.may(Permission::ReadInstitutions), ends) {
        (true, (last, true)) => Some(last.map_or("なし".to_owned(), wareki)),
        _ => None,
    })
}

fn of_inquiries(conn: &mut Conn, staff: &Staff, now: NaiveDateTime) -> Result<[Count; 3], Error> {
    let mut count = |view: View| {
        Ok::<_, Error>(Count {
            number: inquiries::count(conn, staff, view, now)?,
            path: format!("/inquiries?view={}", view.as_str()),
        })
    };
    Ok([count(View::Overdue)?, count(View::Unanswered)?, count(View::Contact)?])
}
