//! `/checks`: the check of now, and the sheet of a week.
use super::{
    store::{self, Check, NewCheck},
    views,
};
use crate::{
    accounts::{self, Staff},
    alarms,
    clock::{jst, utc_from_jst},
    db::Conn,
    japan::date::parse_compact,
    operations::status::{self, Figure},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query, ServiceConfig, get, post},
};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/checks", get().to(index))
        .route("/checks", post().to(create));
}

/// Characters of what was seen.
const SEEN: usize = 500;

/// One time of the week's sheet.
pub struct Row {
    pub slot: NaiveDateTime,
    /// The checks made for it, and who made them.
    pub checks: Vec<(Check, String)>,
    /// Whether it could have been made by now.
    pub is_over: bool,
}

pub struct Sheet {
    /// Its Monday.
    pub monday: NaiveDate,
    pub rows: Vec<Row>,
    /// The time that a check of now is for.
    pub slot: NaiveDateTime,
    /// The figures of this moment.
    pub figures: Vec<Figure>,
}

async fn sheet(workspace: &Data<Workspace>, day: NaiveDate) -> Result<Sheet, Error> {
    let figures = status::gather(workspace).await?;
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let times = workspace.settings.watch.times();
    let slot = super::slot_of(&times, now);
    let read = move |conn: &mut Conn| {
        let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
        let mut made = vec![];
        for check in store::between(conn, &world.keys, midnight(monday), midnight(monday + Days::new(7)))? {
            let by = accounts::name_of(conn, &world.keys, &check.made_by)?;
            made.push((check, by));
        }
        Ok::<_, Error>(made)
    };
    let made = workspace.db.read(read).await?;
    let mut slots: Vec<NaiveDateTime> = (0..7)
        .flat_map(|n| times.iter().map(move |time| (n, *time)))
        .filter_map(|(n, (hour, minute))| {
            Some((monday + Days::new(n)).and_time(NaiveTime::from_hms_opt(hour, minute, 0)?))
        })
        .map(utc_from_jst)
        // A time that is no longer in the settings keeps what was written down for it.
        .chain(made.iter().map(|(check, _)| check.slot))
        .collect();
    slots.sort_unstable();
    slots.dedup();
    let rows = slots.into_iter().map(|slot| Row {
        checks: made.iter().filter(|(check, _)| check.slot == slot).cloned().collect(),
        is_over: slot < now,
        slot,
    });
    Ok(Sheet {
        monday,
        rows: rows.collect(),
        slot,
        figures,
    })
}

/// `GET /checks`
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let today = jst(workspace.clock.now()).date();
    let day = query
        .get("week")
        .and_then(|day| parse_compact(day.trim()))
        .unwrap_or(today);
    let sheet = sheet(&workspace, day).await?;
    Ok(html(views::index(&site, &staff, &sheet, &FormBody::default(), &[])))
}

/// `POST /checks`: what was seen, and the figures of this moment beside it.
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (odd, seen) = (form.get("odd").to_owned(), form.get("seen").trim().to_owned());
    let mut errors = vec![];
    if !["yes", "no"].contains(&odd.as_str()) {
        errors.push(FieldError::new("odd", "異常の有無を選んでください"));
    }
    let length = seen.chars().count();
    if length == 0 {
        errors.push(FieldError::new("seen", "見たものを入力してください"));
    } else if length > SEEN {
        let message = format!("見たものは、{SEEN}文字以内で入力してください（いま{length}文字です）");
        errors.push(FieldError::new("seen", message));
    }
    let (now, today) = (workspace.clock.now(), jst(workspace.clock.now()).date());
    if !errors.is_empty() {
        let sheet = sheet(&workspace, today).await?;
        return Ok(unprocessable(views::index(&site, &staff, &sheet, &form, &errors)));
    }
    let figures = status::gather(&workspace).await?;
    let figures = store::Figures(figures.into_iter().map(|f| (f.name, f.value)).collect());
    let slot = super::slot_of(&workspace.settings.watch.times(), now);
    let world = workspace.clone();
    let write = move |conn: &mut Conn| {
        let new = NewCheck {
            slot,
            made_by: &staff.word(),
            is_odd: odd == "yes",
            seen: &seen,
            figures: &figures,
        };
        let id = store::add(conn, &world.keys, &new, now)?;
        alarms::end(conn, super::MISSED, now)?;
        staff.record(conn, now, "check.made", &format!("check/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/checks"))
}
