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
    /// Other times that nobody has written down yet.
    pub missed: Vec<NaiveDateTime>,
    /// The newest figures that were written down, and when; asking for newer ones is the job's alone.
    pub figures: Option<(NaiveDateTime, Vec<Figure>)>,
}

async fn sheet(workspace: &Data<Workspace>, day: NaiveDate) -> Result<Sheet, Error> {
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
        let mut missed = super::missed(conn)?;
        missed.retain(|other| *other != slot);
        Ok::<_, Error>((made, missed, status::newest_all(conn)?))
    };
    let (made, missed, figures) = workspace.db.read(read).await?;
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
        missed,
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

/// The time that a check is for: the one that the form named, if it is near or was missed.
async fn slot(
    workspace: &Data<Workspace>,
    form: &FormBody,
    now: NaiveDateTime,
) -> Result<Option<NaiveDateTime>, Error> {
    let times = workspace.settings.watch.times();
    let near = super::slot_of(&times, now);
    if !form.has("slot") {
        return Ok(Some(near));
    }
    let Some(named) = super::from_word(form.get("slot")) else {
        return Ok(None);
    };
    // The next time may have come near while the form was open.
    if named == near || Some(named) == super::newest_slot(&times, now) {
        return Ok(Some(named));
    }
    let missed = workspace.db.read(super::missed).await?;
    Ok(Some(named).filter(|named| missed.contains(named)))
}

/// `POST /checks`: what was seen, for the time that the form names, and the newest figures beside it.
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
    let slot = slot(&workspace, &form, now).await?;
    if slot.is_none() {
        errors.push(FieldError::new("slot", "どの時刻の点検かを選んでください"));
    }
    let Some(slot) = slot.filter(|_| errors.is_empty()) else {
        let sheet = sheet(&workspace, today).await?;
        return Ok(unprocessable(views::index(&site, &staff, &sheet, &form, &errors)));
    };
    let world = workspace.clone();
    let write = move |conn: &mut Conn| {
        let figures = store::Figures::of(status::newest_all(conn)?, now);
        let new = NewCheck {
            slot,
            made_by: &staff.word(),
            is_odd: odd == "yes",
            seen: &seen,
            figures: &figures,
        };
        let id = store::add(conn, &world.keys, &new, now)?;
        alarms::end(conn, &super::alarm_of(slot), now)?;
        let how = if new.is_odd { "odd" } else { "fine" };
        staff.record(conn, now, "check.made", &format!("check/{id}"), how)
    };
    workspace.db.write(write).await?;
    Ok(see_other("/checks"))
}
