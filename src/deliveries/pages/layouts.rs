//! The layout studio: drafts, their columns, approval by a second person.
use super::{
    super::{
        batch::layout_of,
        layout::{Column, FIELDS, Layout},
        store::{self, NewVersion, Version},
        views::{self, ColumnForm, SettingsForm},
    },
    studio::{studio, studio_with},
};
use crate::{
    accounts::{self, Staff, Verdict, VersionState},
    clock::jst,
    db::Conn,
    deliveries::READY,
    japan::date::parse_compact,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use std::collections::BTreeMap;

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
    what: String,
    edit: impl FnOnce(&mut Layout, &mut Version) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let (now, by, id) = (workspace.clock.now(), staff.clone(), id.to_owned());
    let write = move |conn: &mut Conn| {
        let seen = store::find_version(conn, &id)?;
        if seen.state != VersionState::Draft || seen.made_by != by.word() {
            return Err(Error::Conflict);
        }
        let mut version = seen.clone();
        let mut layout = layout_of(&seen)?;
        edit(&mut layout, &mut version)?;
        if !store::update_draft(conn, &seen, &layout.to_toml(), version.effective_from, &version.note)? {
            return Err(Error::Conflict);
        }
        by.record(conn, now, "layout.changed", &format!("layout/{id}"), &what)
    };
    workspace.db.write(write).await
}

/// Every trial is on record before its page is shown: what is tried may be aimed at somebody.
async fn record_trial(workspace: &Data<Workspace>, staff: &Staff, id: &str, what: String) -> Result<(), Error> {
    let (now, by, subject) = (workspace.clock.now(), staff.clone(), format!("layout/{id}"));
    let write = move |conn: &mut Conn| by.record(conn, now, "layout.tried", &subject, &what);
    workspace.db.write(write).await
}

/// Writes what was typed about the file into a layout and its version.
fn put_settings(typed: &SettingsForm, layout: &mut Layout, version: &mut Version) -> Result<(), Error> {
    typed.apply(layout);
    version.effective_from = parse_compact(&typed.effective_from).ok_or(Error::BadRequest("no day"))?;
    version.note = typed.note.clone();
    Ok(())
}

/// `POST /layouts/{id}`: keeps the settings of the file, or only shows what they would write.
pub async fn update(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut typed = SettingsForm::read(&form);
    let errors = typed.errors();
    if !errors.is_empty() {
        let studio = studio(&workspace, &staff, &id).await?;
        typed.text.clone_from(&studio.version.body);
        return Ok(unprocessable(views::studio(&site, &staff, &studio, &typed, &errors)));
    }
    if form.has("try") {
        let settings = typed.clone();
        let put = move |layout: &mut Layout, version: &mut Version| put_settings(&settings, layout, version);
        let studio = studio_with(&workspace, &staff, &id, Some(put)).await?;
        if !studio.may_edit {
            return Err(Error::Conflict);
        }
        record_trial(&workspace, &staff, &id, "settings".to_owned()).await?;
        typed.text.clone_from(&studio.version.body);
        return Ok(html(views::studio(&site, &staff, &studio, &typed, &[])));
    }
    change(&workspace, &staff, &id, String::new(), move |layout, version| {
        put_settings(&typed, layout, version)
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
    change(&workspace, &staff, &id, what.to_owned(), move |layout, _| {
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
    let here = (place, column);
    Ok(html(views::column(&site, &staff, &studio, here, &form, &[])))
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
    let kept = kept_column(&workspace, &id, place).await?;
    match typed.column(&kept) {
        Ok(column) if form.has("try") => {
            let what = what_it_holds(&column);
            let put = move |layout: &mut Layout, _: &mut Version| put_column(layout, place, |_| Ok(column));
            let studio = studio_with(&workspace, &staff, &id, Some(put)).await?;
            record_trial(&workspace, &staff, &id, what).await?;
            let here = (place, &kept);
            Ok(html(views::column(&site, &staff, &studio, here, &typed, &[])))
        }
        Ok(column) => {
            // Once more, by what stands there in this very transaction.
            let put = move |layout: &mut Layout, _: &mut Version| {
                put_column(layout, place, |old| typed.column(old).map_err(|_| Error::Conflict))
            };
            change(&workspace, &staff, &id, what_it_holds(&column), put).await?;
            Ok(see_other(&format!("/layouts/{id}#columns")))
        }
        Err(errors) => {
            let studio = studio(&workspace, &staff, &id).await?;
            let here = (place, &kept);
            Ok(unprocessable(views::column(
                &site, &staff, &studio, here, &typed, &errors,
            )))
        }
    }
}

/// For the record: the item of an application that a column holds, where it holds one.
fn what_it_holds(column: &Column) -> String {
    let item = column.field.as_deref();
    let item = item.and_then(|name| FIELDS.iter().find(|field| field.name == name));
    item.map_or("column".to_owned(), |item| format!("column {}", item.label))
}

fn put_column(
    layout: &mut Layout,
    place: usize,
    new: impl FnOnce(&Column) -> Result<Column, Error>,
) -> Result<(), Error> {
    let column = layout.columns.get_mut(place).ok_or(Error::NotFound)?;
    *column = new(column)?;
    Ok(())
}

async fn kept_column(workspace: &Data<Workspace>, id: &str, place: usize) -> Result<Column, Error> {
    let id = id.to_owned();
    let read = move |conn: &mut Conn| {
        let layout = layout_of(&store::find_version(conn, &id)?)?;
        layout.columns.into_iter().nth(place).ok_or(Error::NotFound)
    };
    workspace.db.read(read).await
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
            change(&workspace, &staff, &id, String::new(), move |layout, _| {
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

/// The version as it is kept: to decide on it shows nobody a row.
async fn find(workspace: &Data<Workspace>, id: &str) -> Result<Version, Error> {
    let id = id.to_owned();
    let read = move |conn: &mut Conn| Ok::<_, Error>(store::find_version(conn, &id)?);
    workspace.db.read(read).await
}

/// `POST /layouts/{id}/proposal`: only a layout without a problem goes to the second person.
pub async fn propose(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let version = find(&workspace, &id).await?;
    if version.effective_from < jst(now).date() {
        let studio = studio(&workspace, &staff, &id).await?;
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
    let version = find(&workspace, &id).await?;
    if verdict.is_approval() && version.effective_from < jst(now).date() {
        errors.push(FieldError::new("decision", accounts::DAY_IS_OVER));
    }
    let is_open = version.state == VersionState::Proposed && version.made_by != staff.word();
    if !is_open {
        return Err(Error::Conflict);
    }
    if !errors.is_empty() {
        let studio = studio(&workspace, &staff, &id).await?;
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
