//! The console's side of incidents: the list, a new one, the page of one, its report.
mod accidents;
mod acts;
mod scope;
mod switches;

pub use accidents::Report;
pub(super) use switches::label as mode_label;

use super::{
    NoteKind, State,
    model::{self, Function, Severity},
    report,
    store::{self, Call, Incident, Measure, NewIncident, Note},
    views,
};
use crate::{
    accounts::{self, Staff},
    alarms,
    clock::{jst, typed_moment as moment},
    contacts::{self, Band, Contact},
    db::Conn,
    institutions::{self, Closure, Institution, Openings, ServiceMode},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable, words},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/incidents", get().to(index))
        .route("/incidents", post().to(create))
        .route("/incidents/new", get().to(new))
        .route("/incidents/{id}", get().to(show))
        .route("/incidents/{id}/notes", post().to(acts::note))
        .route("/incidents/{id}/state", post().to(acts::state))
        .route("/incidents/{id}/cause", post().to(acts::cause))
        .route("/incidents/{id}/calls", post().to(acts::call))
        .route("/incidents/{id}/measures", post().to(acts::measure))
        .route("/incidents/{id}/measures/{measure}/completion", post().to(acts::finish))
        .route("/incidents/{id}/scope", post().to(scope::correct))
        .route("/incidents/{id}/switch", post().to(switches::turn))
        .route("/incidents/{id}/stops", post().to(switches::stop))
        .route("/incidents/{id}/stops/{closure}/end", post().to(switches::reopen))
        .route("/incidents/{id}/report", get().to(report))
        .route("/incidents/{id}/report/word", get().to(report_word))
        .route("/incidents/{id}/accident", get().to(accidents::show))
        .route("/incidents/{id}/accident", post().to(accidents::save))
        .route("/incidents/{id}/accident/word", get().to(accidents::word));
}

/// Incidents on the list; older ones are in the reports.
const LISTED: i64 = 200;
/// Characters of a title.
const TITLE: usize = 60;
/// Characters of a note.
const WORDS: usize = 2000;

/// `GET /incidents`; with `?waiting`, those in which something is broken still.
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let waiting = query.contains_key("waiting");
    let read = move |conn: &mut Conn| {
        Ok::<_, Error>(match waiting {
            true => store::burning(conn)?,
            false => store::list(conn, LISTED)?,
        })
    };
    let list = workspace.db.read(read).await?;
    Ok(html(views::index(&site, &staff, &list, waiting)))
}

async fn institutions_of(workspace: &Data<Workspace>) -> Result<Vec<Institution>, Error> {
    let today = jst(workspace.clock.now()).date();
    let read = move |conn: &mut Conn| Ok::<_, Error>(institutions::all(conn, today)?);
    workspace.db.read(read).await
}

/// `GET /incidents/new`
async fn new(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let all = institutions_of(&workspace).await?;
    let mut typed = FormBody::default();
    let now = jst(workspace.clock.now()).format("%Y-%m-%d %H:%M").to_string();
    typed.0.insert("happened_at".into(), now);
    Ok(html(views::new(&site, &staff, &all, &typed, &[])))
}

fn read_new(
    form: &FormBody,
    all: &[Institution],
    now: NaiveDateTime,
) -> Result<(NewIncident, String), Vec<FieldError>> {
    let mut errors = vec![];
    let title = words(form, "title", "件名", TITLE, &mut errors);
    let first = words(form, "words", "わかっていること", WORDS, &mut errors);
    let severity = Severity::from_word(form.get("severity"));
    if severity.is_none() {
        errors.push(FieldError::new("severity", "重大度を選んでください"));
    }
    let happened = moment(form.get("happened_at"));
    match happened {
        None => errors.push(FieldError::new(
            "happened_at",
            "発生日時は、2026-11-25 10:00 の形で入力してください",
        )),
        Some(at) if at > now => {
            errors.push(FieldError::new(
                "happened_at",
                "発生日時は、いまより前の日時を入力してください",
            ));
        }
        Some(_) => {}
    }
    let (functions, institutions) = scope::ticked(form, all);
    match (severity, happened, errors.is_empty()) {
        (Some(severity), Some(happened_at), true) => {
            let new = NewIncident {
                title,
                severity,
                is_accident: functions.iter().any(|f| f == Function::PersonalData.as_str()),
                happened_at,
                institutions,
                functions,
            };
            Ok((new, first))
        }
        _ => Err(errors),
    }
}

/// `POST /incidents`
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let all = institutions_of(&workspace).await?;
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let (new, first) = match read_new(&form, &all, now) {
        Ok(read) => read,
        Err(errors) => return Ok(unprocessable(views::new(&site, &staff, &all, &form, &errors))),
    };
    let write = move |conn: &mut Conn| super::open(conn, &world, &new, &first, staff.actor(), now);
    let incident = workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&super::path_of(&incident.id)))
}

/// Everything on the page of an incident.
pub struct Shown {
    pub incident: Incident,
    pub cause: Option<String>,
    pub functions: Vec<&'static str>,
    /// The same in words of ours, and everything that may be corrected as the page shows it.
    pub touched: FormBody,
    /// Codes and names of what is touched.
    pub institutions: Vec<(String, String)>,
    /// Line and who wrote it, oldest first.
    pub notes: Vec<(Note, String)>,
    /// The call, whom, and who called.
    pub calls: Vec<(Call, Contact, String)>,
    pub measures: Vec<Measure>,
    pub alarms: Vec<alarms::Alarm>,
    /// The band of now, its chart, and who is next.
    pub band: Band,
    pub chart: Vec<Contact>,
    pub next: Option<String>,
    pub mode: ServiceMode,
    /// Closed times from this incident that have not ended.
    pub stops: Vec<Closure>,
    /// Every institution, to stop one.
    pub all: Vec<Institution>,
    pub now: NaiveDateTime,
}

pub(super) fn gather(conn: &mut Conn, workspace: &Workspace, id: &str) -> Result<Shown, Error> {
    let (keys, now) = (&workspace.keys, workspace.clock.now());
    let incident = store::find(conn, id)?;
    let all = institutions::all(conn, jst(now).date())?;
    let mut notes = vec![];
    for note in store::notes_of(conn, keys, id)? {
        let by = accounts::name_of(conn, keys, &note.made_by)?;
        notes.push((note, by));
    }
    let mut calls = vec![];
    for call in store::calls_of(conn, keys, id)? {
        let by = accounts::name_of(conn, keys, &call.made_by)?;
        calls.push((call.clone(), contacts::contact(conn, keys, &call.contact_id)?, by));
    }
    let (band, chart) = contacts::on_call(conn, keys, now)?;
    let order: Vec<&str> = chart.iter().map(|c| c.id.as_str()).collect();
    let called: Vec<(&str, bool)> = calls.iter().map(|(c, ..)| (c.contact_id.as_str(), c.reached)).collect();
    let next = model::next_to_call(&order, &called).map(str::to_owned);
    let functions = store::targets(conn, id, "function")?;
    let openings = Openings::read(conn, now)?;
    let begun = store::stops_of(conn, id)?;
    let touched = store::targets(conn, id, "institution")?;
    let named = |code: String| {
        let name = all
            .iter()
            .find(|i| i.code == code)
            .map_or(code.clone(), |i| i.name.clone());
        (code, name)
    };
    let alarms = store::alarms_of(conn, id)?;
    let touched_form = scope::form(&incident, &functions, &touched);
    Ok(Shown {
        touched: touched_form,
        cause: store::cause_of(keys, &incident)?,
        functions: functions
            .iter()
            .filter_map(|w| Function::from_word(w))
            .map(Function::label)
            .collect(),
        institutions: touched.into_iter().map(named).collect(),
        measures: store::measures_of(conn, keys, id)?,
        alarms: alarms
            .iter()
            .map(|id| alarms::find(conn, id))
            .collect::<Result<_, _>>()?,
        stops: openings
            .stops
            .into_iter()
            .filter(|stop| begun.contains(&stop.id))
            .collect(),
        mode: openings.service,
        incident,
        notes,
        calls,
        band,
        chart,
        next,
        all,
        now,
    })
}

async fn load(workspace: &Data<Workspace>, id: &str) -> Result<Shown, Error> {
    let (world, id) = (workspace.clone(), id.to_owned());
    workspace.db.read(move |conn| gather(conn, &world, &id)).await
}

/// `GET /incidents/{id}`
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

/// One change of one incident, and back to its page.
async fn change(
    workspace: &Data<Workspace>,
    id: String,
    act: impl FnOnce(&mut Conn, &Workspace, &Incident, NaiveDateTime) -> Result<(), Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), super::path_of(&id));
    let write = move |conn: &mut Conn| {
        let incident = store::find(conn, &id)?;
        act(conn, &world, &incident, now)
    };
    workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&path))
}

/// A line of the timeline with its audit entry.
fn write_down(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    incident: &Incident,
    (kind, words): (NoteKind, &str),
    now: NaiveDateTime,
) -> Result<(), Error> {
    store::add_note(conn, &workspace.keys, &incident.id, kind, words, &staff.word(), now)?;
    let action = format!("incident.{}", kind.as_str());
    staff.record(conn, now, &action, &format!("incident/{}", incident.id), "")
}

/// `GET /incidents/{id}/report`: for the printer.
async fn report(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    let document = report::incident(&shown);
    Ok(html(views::document(
        &site,
        &staff,
        &shown.incident,
        &document,
        "report",
    )))
}

/// `GET /incidents/{id}/report/word`
async fn report_word(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    let (now, subject) = (workspace.clock.now(), format!("incident/{id}"));
    let write = move |conn: &mut Conn| staff.record(conn, now, "incident.report_taken", &subject, "");
    workspace.db.write(write).await?;
    report::incident(&shown).download(&site, &format!("incident_{}", shown.incident.no))
}
