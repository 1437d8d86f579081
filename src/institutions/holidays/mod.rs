//! Holidays and the bureau's own closed days: what a business day is. A newer table of holidays is brought as CSV, held
//! against what is there, looked at, then taken in; no change touches a day that is over.
mod compare;
mod store;
mod views;

use self::{
    compare::{Difference, compare, read},
    store::{Entry, Import},
};
use super::{
    sheet::{self, Day, Month},
    store as tables,
};
use crate::{
    accounts::{self, Staff},
    clock::jst,
    db::{Conn, one_at_a_time},
    japan::closed_days::{ClosedDays, Span},
    web::{Error, FormBody, Site, html, read_upload, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::{Datelike, Days, NaiveDate};
use diesel::QueryResult;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/holidays", get().to(index))
        .route("/holidays/imports", post().to(create))
        .route("/holidays/imports/{id}", get().to(show))
        .route("/holidays/imports/{id}/application", post().to(apply))
        .route("/holidays/closed-days", post().to(add_days))
        .route("/holidays/closed-days/{id}/end", post().to(end_days));
}

/// The table of holidays is renewed so long before it ends.
const AHEAD: Days = Days::new(90);

/// The bureau's closed days, for the calendar.
pub fn closed_days(conn: &mut Conn) -> QueryResult<Vec<ClosedDays>> {
    Ok(store::entries(conn)?.into_iter().map(|entry| entry.days).collect())
}

/// The same with their names.
pub fn entries_named(conn: &mut Conn) -> QueryResult<Vec<(String, ClosedDays)>> {
    let entries = store::entries(conn)?;
    Ok(entries.into_iter().map(|entry| (entry.name, entry.days)).collect())
}

/// The last day for which the table of holidays speaks, and whether that is near.
pub fn table_ends(conn: &mut Conn, today: NaiveDate) -> QueryResult<(Option<NaiveDate>, bool)> {
    let last = tables::last_holiday(conn)?;
    let last = last.and_then(|day| NaiveDate::from_ymd_opt(day.year(), 12, 31));
    Ok((last, last.is_none_or(|last| last < today + AHEAD)))
}

/// Everything on the page.
struct Overview {
    today: NaiveDate,
    month: Month,
    days: Vec<Day>,
    /// Those that count, or will.
    entries: Vec<Entry>,
    imports: Vec<(String, Import)>,
    ends: Option<NaiveDate>,
    ends_soon: bool,
    /// The holidays of a year to come.
    next: BTreeMap<NaiveDate, String>,
}

/// What is typed about closed days.
#[derive(Clone, Debug, Default)]
struct DaysForm {
    name: String,
    first: String,
    last: String,
}

async fn overview(workspace: &Data<Workspace>, month: &str) -> Result<Overview, Error> {
    let (world, today) = (workspace.clone(), jst(workspace.clock.now()).date());
    let month = Month::read(month, today, today);
    let read = move |conn: &mut Conn| {
        let newest = store::newest(conn)?;
        let named = |import: Import| Ok((accounts::name_of(conn, &world.keys, &import.made_by)?, import));
        let imports = newest.into_iter().map(named).collect::<Result<_, Error>>()?;
        let counts = |entry: &Entry| entry.days.counts_until.is_none_or(|until| until > today);
        let (ends, ends_soon) = table_ends(conn, today)?;
        Ok::<_, Error>(Overview {
            today,
            month,
            days: sheet::of_bureau(conn, (month.first, month.last()))?,
            entries: store::entries(conn)?.into_iter().filter(counts).collect(),
            imports,
            ends,
            ends_soon,
            next: tables::holiday_names(conn, today, today + Days::new(366))?,
        })
    };
    workspace.db.read(read).await
}

/// `GET /holidays`: the calendar, the closed days, the imports.
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let overview = overview(&workspace, query.get("month").map_or("", String::as_str)).await?;
    Ok(html(views::index(&site, &staff, &overview, &DaysForm::default(), &[])))
}

async fn wrong(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    typed: &DaysForm,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let overview = overview(workspace, "").await?;
    Ok(unprocessable(views::index(site, staff, &overview, typed, errors)))
}

/// `POST /holidays/imports`: keeps the file; nothing is changed yet.
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    body: Multipart,
) -> Result<HttpResponse, Error> {
    let bytes = read_upload(body, "file").await?;
    let now = workspace.clock.now();
    let text = match read(&bytes) {
        Ok((_, table)) if table.last_key_value().is_none_or(|(last, _)| *last <= jst(now).date()) => {
            Err("休日の表は、これからの休日があるファイルを選んでください".to_owned())
        }
        Ok((text, _)) => Ok(text),
        Err(sentence) => Err(sentence),
    };
    let text = match text {
        Ok(text) => text,
        Err(sentence) => {
            let errors = [FieldError::new("file", sentence)];
            return wrong(&workspace, &site, &staff, &DaysForm::default(), &errors).await;
        }
    };
    let write = move |conn: &mut Conn| {
        let id = store::add(conn, &text, &staff.word(), now)?;
        staff.record(conn, now, "holidays.brought", &format!("holiday_import/{id}"), "")?;
        Ok::<_, Error>(id)
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&format!("/holidays/imports/{id}")))
}

/// An import with its difference to the table as it is now.
fn review(conn: &mut Conn, id: &str, today: NaiveDate) -> Result<(Import, Difference), Error> {
    let import = store::find(conn, id)?;
    let (_, brought) = read(import.body.as_bytes()).map_err(Error::Internal)?;
    let difference = compare(&brought, &store::all(conn)?, today);
    Ok((import, difference))
}

/// `GET /holidays/imports/{id}`: what would change.
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let (world, today) = (workspace.clone(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| {
        let (import, difference) = review(conn, &id, today)?;
        let name = |by: &String| accounts::name_of(conn, &world.keys, by);
        let applied_by = import.applied_by.as_ref().map(name).transpose()?;
        Ok::<_, Error>((import, difference, applied_by))
    };
    let (import, difference, applied_by) = workspace.db.read(read).await?;
    Ok(html(views::show(
        &site,
        &staff,
        &import,
        &difference,
        applied_by.as_deref(),
    )))
}

/// `POST /holidays/imports/{id}/application`: takes in what was looked at, and nothing else.
async fn apply(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (now, seen) = (workspace.clock.now(), form.get("seen").to_owned());
    let path = format!("/holidays/imports/{id}");
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, "holidays")?;
        let (import, difference) = review(conn, &id, jst(now).date())?;
        if difference.digest() != seen || import.applied_at.is_some() {
            return Err(Error::Conflict);
        }
        let renamed = difference.renamed.iter().map(|(day, (_, name))| (day, name));
        for (day, name) in difference.added.iter().chain(renamed) {
            store::put(conn, *day, name)?;
        }
        for day in difference.removed.keys() {
            store::remove(conn, *day)?;
        }
        store::mark_applied(conn, &import.id, &staff.word(), difference.counts(), now)?;
        let [added, removed, renamed] = difference.counts();
        let detail = format!("added {added}, removed {removed}, renamed {renamed}");
        let subject = format!("holiday_import/{}", import.id);
        staff.record(conn, now, "holidays.imported", &subject, &detail)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// What is typed, read; or what is wrong with it.
fn read_days(typed: &DaysForm, tomorrow: NaiveDate) -> Result<Span, Vec<FieldError>> {
    let mut errors = vec![];
    match typed.name.chars().count() {
        0 => errors.push(FieldError::new("name", "休業日の名前を入力してください")),
        1..=40 => {}
        long => errors.push(FieldError::new(
            "name",
            format!("休業日の名前は、40文字以内で入力してください（いま{long}文字です）"),
        )),
    }
    let last = if typed.last.is_empty() {
        &typed.first
    } else {
        &typed.last
    };
    let days = ClosedDays::read(&typed.first, last);
    match days.as_ref().map(|days| days.span) {
        None if typed.first.is_empty() => errors.push(FieldError::new("first", "初めの日を入力してください")),
        None => {
            let sentence = "初めの日は、終わりの日と同じ形で、12-29 か 2027-05-01 のように入力してください";
            errors.push(FieldError::new("first", sentence));
        }
        Some(Span::Once { first, .. }) if first < tomorrow => {
            errors.push(FieldError::new(
                "first",
                "初めの日は、明日か、それより後の日を入力してください",
            ));
        }
        Some(_) => {}
    }
    match days {
        Some(days) if errors.is_empty() => Ok(days.span),
        _ => Err(errors),
    }
}

/// `POST /holidays/closed-days`: they count from tomorrow on.
async fn add_days(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = DaysForm {
        name: form.get("name").trim().to_owned(),
        first: form.get("first").trim().to_owned(),
        last: form.get("last").trim().to_owned(),
    };
    let now = workspace.clock.now();
    let tomorrow = jst(now).date() + Days::new(1);
    let span = match read_days(&typed, tomorrow) {
        Ok(span) => span,
        Err(errors) => return wrong(&workspace, &site, &staff, &typed, &errors).await,
    };
    let write = move |conn: &mut Conn| {
        let id = store::add_entry(conn, (&typed.name, span), tomorrow, &staff.word(), now)?;
        let detail = format!("{} from {tomorrow}", span.words().join(" to "));
        staff.record(conn, now, "closed_days.added", &format!("closed_days/{id}"), &detail)
    };
    workspace.db.write(write).await?;
    Ok(see_other("/holidays"))
}

/// `POST /holidays/closed-days/{id}/end`: they count until today.
async fn end_days(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let tomorrow = jst(now).date() + Days::new(1);
    let write = move |conn: &mut Conn| {
        if !store::end_entry(conn, &id, tomorrow)? {
            return Err(Error::NotFound);
        }
        let detail = format!("from {tomorrow}");
        staff.record(conn, now, "closed_days.ended", &format!("closed_days/{id}"), &detail)
    };
    workspace.db.write(write).await?;
    Ok(see_other("/holidays"))
}
