//! Differences and unknown results as a task list: what disagrees, how a person settled it, and what nobody knows.
use super::{
    jobs::differences_alarm,
    store::{self, Difference},
    views,
};
use crate::{
    accounts::{self, Permission, Staff},
    alarms,
    db::Conn,
    enrolment,
    web::{
        Error, FormBody, Site, html, see_other,
        ui::{FieldError, Part},
        unprocessable,
    },
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/differences", get().to(index))
        .route("/differences/{id}/settlement", post().to(settle));
}

/// A person says how a difference was settled: it is not opened again, and the gateway's alarm ends with its last one.
/// `false` when it was none, or is settled.
pub fn settle_by(
    conn: &mut Conn,
    workspace: &Workspace,
    id: &str,
    by: &str,
    how: &str,
    now: NaiveDateTime,
) -> Result<bool, Error> {
    if !store::settle(conn, &workspace.keys, (id, by, how), now)? {
        return Ok(false);
    }
    let gateway = store::find(conn, id)?.gateway;
    if !store::has_open_difference(conn, &gateway)? {
        alarms::end(conn, &differences_alarm(&gateway), now)?;
    }
    Ok(true)
}

/// More undecided applications than a page holds are in the list of the results.
pub const MOST: i64 = 100;

/// What waits for a person.
pub struct Tasks {
    /// The oldest first.
    pub differences: Vec<Difference>,
    /// Which of them these are.
    pub part: Part,
    /// What people settled last, with their names and words.
    pub settled: Vec<Settled>,
    /// Applications whose result nobody knows, the oldest first.
    pub unknowns: Vec<enrolment::Undecided>,
    pub now: NaiveDateTime,
}

/// A difference that a person settled.
pub struct Settled {
    pub difference: Difference,
    pub by: String,
    pub how: String,
}

/// Reads them; what people wrote is looked at here, and that is written down.
async fn open(workspace: &Data<Workspace>, staff: &Staff, asked: &str) -> Result<Tasks, Error> {
    let (world, now, asked) = (workspace.clone(), workspace.clock.now(), asked.to_owned());
    let read = move |conn: &mut Conn| {
        let part = Part::of(&asked, store::count_open_differences(conn)?);
        let told = store::settled_differences(conn, Part::ROWS)?
            .into_iter()
            .map(|difference| {
                Ok::<_, Error>(Settled {
                    by: accounts::name_of(conn, &world.keys, difference.settled_by.as_deref().unwrap_or_default())?,
                    how: difference.resolution(&world.keys)?,
                    difference,
                })
            });
        let settled = told.collect::<Result<_, _>>()?;
        Ok::<_, Error>(Tasks {
            settled,
            differences: store::some_open_differences(conn, part.skipped(), Part::ROWS)?,
            part,
            unknowns: enrolment::unknowns(conn, MOST)?,
            now,
        })
    };
    let tasks = workspace.db.read(read).await?;
    if !tasks.settled.is_empty() && staff.may(Permission::SettleDifferences) {
        let (by, seen) = (staff.clone(), format!("{} rows", tasks.settled.len()));
        let write = move |conn: &mut Conn| by.record(conn, now, "difference.seen", "difference", &seen);
        workspace.db.write(write).await?;
    }
    Ok(tasks)
}

/// `GET /differences`
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let tasks = open(&workspace, &staff, query.get("page").map_or("", String::as_str)).await?;
    Ok(html(views::differences(&site, &staff, &tasks, "", &[])))
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
        let tasks = open(&workspace, &staff, form.get("page")).await?;
        return Ok(unprocessable(views::differences(&site, &staff, &tasks, &id, &errors)));
    }
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        if !settle_by(conn, &world, &id, &staff.word(), &how, now)? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "difference.settled", &format!("difference/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&Part::path("/differences", form.get("page"))))
}
