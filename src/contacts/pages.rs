//! 連絡体制: the chart of a day, its lines, and their changes.
use super::{
    Band,
    store::{self, Contact, Person},
    views,
};
use crate::{
    accounts::{self, Staff},
    clock::{jst, utc_from_jst},
    db::Conn,
    japan::{date::parse_compact, phone},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::{Days, NaiveDate, NaiveTime};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/contacts", get().to(index))
        .route("/contacts", post().to(create))
        .route("/contacts/{id}/removal", post().to(destroy));
}

/// Characters of a name or an organisation.
const LONGEST: usize = 60;

/// The chart as it is shown.
pub struct Chart {
    /// The day asked for; `None` is now.
    pub day: Option<NaiveDate>,
    /// The band of this moment.
    pub now: Band,
    /// The desk's usual hours.
    pub usual: (NaiveTime, NaiveTime),
    /// With who added the line.
    pub lines: Vec<(Contact, String)>,
}

/// What is typed for a new line.
#[derive(Clone, Default)]
pub struct Form {
    pub band: String,
    pub position: String,
    pub organisation: String,
    pub name: String,
    pub phone: String,
}

async fn chart(workspace: &Data<Workspace>, day: Option<NaiveDate>) -> Result<Chart, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    // A day's chart is the one at its end.
    let at = day.map_or(now, |day| utc_from_jst((day + Days::new(1)).and_time(NaiveTime::MIN)));
    let read = move |conn: &mut Conn| {
        let (band, usual) = super::band_at(conn, now)?;
        let mut lines = vec![];
        for contact in store::chart(conn, &world.keys, at)? {
            let by = accounts::name_of(conn, &world.keys, &contact.added_by)?;
            lines.push((contact, by));
        }
        Ok::<_, Error>(Chart {
            day,
            now: band,
            usual,
            lines,
        })
    };
    workspace.db.read(read).await
}

/// `GET /contacts`: the chart of now, or of a day that is over.
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let today = jst(workspace.clock.now()).date();
    let day = query.get("day").and_then(|day| parse_compact(day.trim()));
    let chart = chart(&workspace, day.filter(|day| *day < today)).await?;
    Ok(html(views::index(&site, &staff, &chart, &Form::default(), &[])))
}

/// The time of day, the place in the row, and whom to call.
type Line = (Band, i32, Person);

fn read(form: &FormBody) -> (Form, Result<Line, Vec<FieldError>>) {
    let text = |name: &str| form.get(name).trim().to_owned();
    let typed = Form {
        band: text("band"),
        position: text("position"),
        organisation: text("organisation"),
        name: text("name"),
        phone: text("phone"),
    };
    let mut errors = vec![];
    let band = Band::from_word(&typed.band);
    if band.is_none() {
        errors.push(FieldError::new("band", "時間帯を選んでください"));
    }
    let position = typed.position.parse::<i32>().ok().filter(|n| (1..=99).contains(n));
    if position.is_none() {
        errors.push(FieldError::new("position", "順番は、1から99の数字で入力してください"));
    }
    for (field, label, value) in [
        ("organisation", "組織", &typed.organisation),
        ("name", "氏名・窓口", &typed.name),
    ] {
        let length = value.chars().count();
        if length == 0 {
            errors.push(FieldError::new(field, format!("{label}を入力してください")));
        } else if length > LONGEST {
            let message = format!("{label}は、{LONGEST}文字以内で入力してください（いま{length}文字です）");
            errors.push(FieldError::new(field, message));
        }
    }
    let phone = phone::parse(&typed.phone);
    if phone.is_err() {
        let message = "電話番号は、0258-00-0000 の形で入力してください";
        errors.push(FieldError::new("phone", message));
    }
    let parsed = match (band, position, errors.is_empty()) {
        (Some(band), Some(position), true) => {
            let person = Person {
                organisation: typed.organisation.clone(),
                name: typed.name.clone(),
                phone: typed.phone.clone(),
            };
            Ok((band, position, person))
        }
        _ => Err(errors),
    };
    (typed, parsed)
}

/// `POST /contacts`
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (typed, parsed) = read(&form);
    let (band, position, person) = match parsed {
        Ok(parsed) => parsed,
        Err(errors) => {
            let chart = chart(&workspace, None).await?;
            return Ok(unprocessable(views::index(&site, &staff, &chart, &typed, &errors)));
        }
    };
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let id = store::add(conn, &world.keys, band, position, &person, &staff.word(), now)?;
        staff.record(conn, now, "contact.added", &format!("contact/{id}"), band.as_str())
    };
    workspace.db.write(write).await?;
    Ok(see_other("/contacts"))
}

/// `POST /contacts/{id}/removal`
async fn destroy(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if store::end(conn, &id, &staff.word(), now)? {
            staff.record(conn, now, "contact.ended", &format!("contact/{id}"), "")?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    Ok(see_other("/contacts"))
}
