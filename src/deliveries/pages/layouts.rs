//! The layout studio: drafts, their columns, preview, difference to the version in use, approval by a second person.
use super::super::{
    batch::layout_of,
    layout::{Column, Context, FIELDS, FileWriter, Layout, Masked, Row, Totals, check, diff, preview},
    store::{self, NewVersion, Version},
    views::{self, ColumnForm, SettingsForm, Studio},
};
use crate::{
    accounts::{self, Staff, Verdict, VersionState},
    clock::jst,
    db::Conn,
    deliveries::READY,
    enrolment::{self, ResultRecord},
    japan::date::parse_compact,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use chrono::Duration;
use std::collections::BTreeMap;

/// Results of so many days are what a draft is tried on.
const TRIED_DAYS: i64 = 30;
/// Records of the preview.
const SHOWN: usize = 5;

/// `GET /layouts`; with `?waiting`, those that wait for a second person.
pub async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let waiting = query.contains_key("waiting");
    let (world, today) = (workspace.clone(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| {
        let in_use = store::effective_on(conn, today)?.map(|v| v.id);
        let mut list = vec![];
        for version in store::versions(conn)? {
            let by = accounts::name_of(conn, &world.keys, &version.made_by)?;
            list.push((version, by));
        }
        Ok::<_, Error>((list, in_use))
    };
    let (list, in_use) = workspace.db.read(read).await?;
    Ok(html(views::layouts(&site, &staff, &list, in_use.as_deref(), waiting)))
}

/// `POST /layouts`: a draft from a version, or from one that ships.
pub async fn create(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let (from, now) = (form.get("from").to_owned(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let body = match from.strip_prefix("ready:") {
            Some(name) => READY
                .iter()
                .find(|r| r.name == name)
                .map(|r| r.text.to_owned())
                .ok_or(Error::NotFound)?,
            None => store::find_version(conn, &from)?.body,
        };
        let new = NewVersion {
            body: &body,
            effective_from: jst(now).date() + chrono::Days::new(1),
            state: VersionState::Draft,
            made_by: &staff.word(),
            note: "",
        };
        let id = store::add_version(conn, &new, now)?;
        staff.record(conn, now, "layout.drafted", &format!("layout/{id}"), "")?;
        Ok::<_, Error>(id)
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&format!("/layouts/{id}")))
}

/// Everything the studio shows of a version.
pub async fn studio(workspace: &Data<Workspace>, staff: &Staff, id: &str) -> Result<Studio, Error> {
    studio_with(workspace, staff, id, None).await
}

/// The same as it would be with another column at a place; nothing is kept.
async fn studio_with(
    workspace: &Data<Workspace>,
    staff: &Staff,
    id: &str,
    tried: Option<(usize, Column)>,
) -> Result<Studio, Error> {
    let (world, id, by) = (workspace.clone(), id.to_owned(), staff.word());
    let read = move |conn: &mut Conn| {
        let now = world.clock.now();
        let version = store::find_version(conn, &id)?;
        let mut layout: Layout = toml::from_str(&version.body).map_err(|e| Error::Internal(e.message().to_owned()))?;
        if let Some((place, column)) = tried {
            *layout.columns.get_mut(place).ok_or(Error::NotFound)? = column;
        }
        let in_use = store::effective_on(conn, jst(now).date())?.filter(|v| v.id != version.id);
        let changes = match &in_use {
            Some(old) => diff(&layout_of(old)?, &layout),
            None => vec![],
        };
        let problems = check(&layout);
        let real = enrolment::results(conn, &world, now - Duration::days(TRIED_DAYS), now)?;
        let context = context_of(&version, now);
        let (records, tried) = match problems.is_empty() {
            true => try_on(&layout, &context, &real)?,
            false => (vec![], None),
        };
        let decided_by = match &version.decided_by {
            Some(by) => Some(accounts::name_of(conn, &world.keys, by)?),
            None => None,
        };
        Ok(Studio {
            decided_by,
            may_edit: version.state == VersionState::Draft && version.made_by == by,
            made_by: accounts::name_of(conn, &world.keys, &version.made_by)?,
            file_name: layout.file_name(&context),
            in_use: in_use.map(|v| v.version),
            version,
            layout,
            changes,
            problems,
            records,
            tried,
        })
    };
    workspace.db.read::<_, Error>(read).await
}

pub(super) fn context_of(version: &Version, now: chrono::NaiveDateTime) -> Context {
    Context {
        batch_number: 123,
        delivery_date: jst(now).date(),
        made_at: jst(now),
        layout_version: version.version.unsigned_abs(),
    }
}

type Tried = (Vec<super::super::layout::PreviewRecord>, Option<(usize, Totals)>);

/// The preview on masked rows, and what a file of all of them would report.
fn try_on(layout: &Layout, context: &Context, real: &[ResultRecord]) -> Result<Tried, Error> {
    let sample = [ResultRecord::sample()];
    let rows: &[ResultRecord] = if real.is_empty() { &sample } else { real };
    let masked: Vec<Masked> = rows.iter().take(SHOWN).map(|r| Masked(r as &dyn Row)).collect();
    let masked: Vec<&dyn Row> = masked.iter().map(|m| m as &dyn Row).collect();
    let records = preview(layout, context, &masked);
    let failed = |e: std::io::Error| Error::Internal(e.to_string());
    let mut writer = FileWriter::new(layout, context.clone(), std::io::sink());
    for row in rows {
        writer.row(row as &dyn Row).map_err(failed)?;
    }
    let totals = writer.finish().map_err(failed)?;
    Ok((records, Some((real.len(), totals))))
}

/// `GET /layouts/{id}`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let studio = studio(&workspace, &staff, &id).await?;
    let form = SettingsForm::of(&studio);
    Ok(html(views::studio(&site, &staff, &studio, &form, &[])))
}

/// Changes a draft of one's own in one transaction with its audit entry, which says `what` where that is a word.
async fn change(
    workspace: &Data<Workspace>,
    staff: &Staff,
    id: &str,
    what: &'static str,
    edit: impl FnOnce(&mut Layout, &mut Version) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let (now, by, id) = (workspace.clock.now(), staff.clone(), id.to_owned());
    let write = move |conn: &mut Conn| {
        let seen = store::find_version(conn, &id)?;
        if seen.state != VersionState::Draft || seen.made_by != by.word() {
            return Err(Error::Conflict);
        }
        let mut version = seen.clone();
        let mut layout: Layout = toml::from_str(&seen.body).map_err(|e| Error::Internal(e.message().to_owned()))?;
        edit(&mut layout, &mut version)?;
        if !store::update_draft(conn, &seen, &layout.to_toml(), version.effective_from, &version.note)? {
            return Err(Error::Conflict);
        }
        by.record(conn, now, "layout.changed", &format!("layout/{id}"), what)
    };
    workspace.db.write(write).await
}

/// `POST /layouts/{id}`: the settings of the file.
pub async fn update(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = SettingsForm::read(&form);
    let errors = typed.errors();
    if !errors.is_empty() {
        let studio = studio(&workspace, &staff, &id).await?;
        return Ok(unprocessable(views::studio(&site, &staff, &studio, &typed, &errors)));
    }
    change(&workspace, &staff, &id, "", move |layout, version| {
        typed.apply(layout);
        version.effective_from = parse_compact(&typed.effective_from).ok_or(Error::BadRequest("no day"))?;
        version.note = typed.note.clone();
        Ok(())
    })
    .await?;
    Ok(see_other(&format!("/layouts/{id}")))
}

/// `POST /layouts/{id}/columns`: adds, removes or moves one.
pub async fn columns(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (action, place) = (
        form.get("action").to_owned(),
        form.get("place").parse::<usize>().unwrap_or(usize::MAX),
    );
    let added = action == "add";
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = count.clone();
    let what = if added { "column_added" } else { "" };
    change(&workspace, &staff, &id, what, move |layout, _| {
        let columns = &mut layout.columns;
        match action.as_str() {
            "add" => columns.push(Column {
                header: "新しい項目".into(),
                field: FIELDS.first().map(|f| f.name.to_owned()),
                ..Column::default()
            }),
            "remove" if place < columns.len() && columns.len() > 1 => drop(columns.remove(place)),
            "up" if place > 0 && place < columns.len() => columns.swap(place - 1, place),
            "down" if place + 1 < columns.len() => columns.swap(place, place + 1),
            _ => return Err(Error::BadRequest("no such change of columns")),
        }
        seen.store(columns.len(), std::sync::atomic::Ordering::Relaxed);
        Ok(())
    })
    .await?;
    let last = count.load(std::sync::atomic::Ordering::Relaxed).saturating_sub(1);
    Ok(see_other(&match added {
        true => format!("/layouts/{id}/columns/{last}"),
        false => format!("/layouts/{id}#columns"),
    }))
}

/// `GET /layouts/{id}/columns/{place}`
pub async fn edit_column(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    path: Path<(String, usize)>,
) -> Result<HttpResponse, Error> {
    let (id, place) = path.into_inner();
    let studio = studio(&workspace, &staff, &id).await?;
    let column = studio.layout.columns.get(place).ok_or(Error::NotFound)?;
    let form = ColumnForm::of(column);
    Ok(html(views::column(&site, &staff, &studio, place, &form, &[])))
}

/// `POST /layouts/{id}/columns/{place}`: keeps the column, or only shows what it would write.
pub async fn update_column(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    path: Path<(String, usize)>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, place) = path.into_inner();
    let typed = ColumnForm::read(&form);
    match typed.column() {
        Ok(column) if form.has("try") => {
            let studio = studio_with(&workspace, &staff, &id, Some((place, column))).await?;
            Ok(html(views::column(&site, &staff, &studio, place, &typed, &[])))
        }
        Ok(column) => {
            change(&workspace, &staff, &id, "", move |layout, _| {
                *layout.columns.get_mut(place).ok_or(Error::NotFound)? = column;
                Ok(())
            })
            .await?;
            Ok(see_other(&format!("/layouts/{id}#columns")))
        }
        Err(errors) => {
            let studio = studio(&workspace, &staff, &id).await?;
            Ok(unprocessable(views::column(
                &site, &staff, &studio, place, &typed, &errors,
            )))
        }
    }
}

/// `POST /layouts/{id}/text`: the whole layout as TOML, for what the form does not offer.
pub async fn update_text(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    match Layout::from_toml_text(form.get("text")) {
        Ok(new) => {
            change(&workspace, &staff, &id, "", move |layout, _| {
                *layout = new;
                Ok(())
            })
            .await?;
            Ok(see_other(&format!("/layouts/{id}")))
        }
        Err(problems) => {
            let studio = studio(&workspace, &staff, &id).await?;
            let mut typed = SettingsForm::of(&studio);
            typed.text = form.get("text").to_owned();
            let sentence = problems.first().map(|p| p.sentence.trim_end_matches('。').to_owned());
            let errors = [FieldError::new("text", sentence.unwrap_or_default())];
            Ok(unprocessable(views::studio(&site, &staff, &studio, &typed, &errors)))
        }
    }
}

/// `POST /layouts/{id}/proposal`: only a layout without a problem goes to the second person.
pub async fn propose(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let studio = studio(&workspace, &staff, &id).await?;
    if studio.version.effective_from < jst(now).date() {
        let errors = [FieldError::new("effective_from", accounts::DAY_TO_COME)];
        let form = SettingsForm::of(&studio);
        return Ok(unprocessable(views::studio(&site, &staff, &studio, &form, &errors)));
    }
    let path = format!("/layouts/{id}");
    let write = move |conn: &mut Conn| {
        let seen = store::find_version(conn, &id)?;
        let is_right = Layout::from_toml_text(&seen.body).is_ok();
        if !is_right || seen.made_by != staff.word() || !store::propose(conn, &seen)? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "layout.proposed", &format!("layout/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /layouts/{id}/decision`: by somebody else than its maker.
pub async fn decide(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (now, path) = (workspace.clock.now(), format!("/layouts/{id}"));
    let mut errors = vec![];
    let verdict = Verdict::read(&form, &mut errors)?;
    let studio = studio(&workspace, &staff, &id).await?;
    if verdict.is_approval() && studio.version.effective_from < jst(now).date() {
        errors.push(FieldError::new("decision", accounts::DAY_IS_OVER));
    }
    let is_open = studio.version.state == VersionState::Proposed && studio.version.made_by != staff.word();
    if !is_open {
        return Err(Error::Conflict);
    }
    if !errors.is_empty() {
        let mut typed = SettingsForm::of(&studio);
        typed.refusal = form.get("refusal").to_owned();
        return Ok(unprocessable(views::studio(&site, &staff, &studio, &typed, &errors)));
    }
    let write = move |conn: &mut Conn| {
        if !store::decide(conn, &id, &staff.word(), &verdict, now)? {
            return Err(Error::Conflict);
        }
        let action = format!("layout.{}", verdict.state().as_str());
        staff.record(conn, now, &action, &format!("layout/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}
