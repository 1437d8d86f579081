//! A newer table of branches (domain-enrolment, "Zengin facts": public master data lags mergers and drops closed
//! branches): brought as CSV, held against what is there, looked at, then taken in. Nothing is deleted; what is not in
//! the file retires.
mod compare;
mod store;
mod views;

pub use self::{compare::read as read_branches, store::Import};

use self::compare::{Difference, compare, read};
use super::store as tables;
use crate::{
    accounts::{self, Staff},
    clock::jst,
    crypto::KeyRing,
    db::{Conn, one_at_a_time},
    japan::date::parse_compact,
    web::{Error, FormBody, Site, html, read_upload, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, post},
};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/institutions/imports", get().to(index))
        .route("/institutions/imports", post().to(create))
        .route("/institutions/imports/{id}", get().to(show))
        .route("/institutions/imports/{id}/application", post().to(apply));
}

/// `GET /institutions/imports`: the form, and what was brought before.
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let imports = imports(&workspace).await?;
    Ok(html(views::index(&site, &staff, &imports, &[])))
}

async fn imports(workspace: &Data<Workspace>) -> Result<Vec<(String, Import)>, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let newest = store::newest(conn)?;
        let named = |import: Import| Ok((accounts::name_of(conn, &world.keys, &import.made_by)?, import));
        newest.into_iter().map(named).collect::<Result<_, Error>>()
    };
    workspace.db.read(read).await
}

/// `POST /institutions/imports`: keeps the file; nothing is changed yet.
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    body: Multipart,
) -> Result<HttpResponse, Error> {
    let bytes = read_upload(body, "file").await?;
    let known = workspace.db.read(|conn| Ok::<_, Error>(tables::codes(conn)?)).await?;
    let text = match read(&bytes, &known) {
        Ok((text, _)) => text,
        Err(sentence) => {
            let imports = imports(&workspace).await?;
            let errors = [FieldError::new("file", sentence)];
            return Ok(unprocessable(views::index(&site, &staff, &imports, &errors)));
        }
    };
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        let id = store::add(conn, &text, &staff.word(), now)?;
        staff.record(conn, now, "branches.brought", &format!("branch_import/{id}"), "")?;
        Ok::<_, Error>(id)
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&format!("/institutions/imports/{id}")))
}

/// The last table that was taken in and names an institution, with the name of who took it in.
pub fn last_of(conn: &mut Conn, keys: &KeyRing, institution: &str) -> Result<Option<(String, Import)>, Error> {
    let known = tables::codes(conn)?;
    for import in store::applied_with(conn, institution)? {
        let names_it = read(import.body.as_bytes(), &known).is_ok_and(|(_, rows)| rows.contains_key(institution));
        if names_it {
            let by = import.applied_by.clone().unwrap_or_default();
            return Ok(Some((accounts::name_of(conn, keys, &by)?, import)));
        }
    }
    Ok(None)
}

/// An import with its difference to the table as it is now.
fn review(conn: &mut Conn, id: &str) -> Result<(Import, Difference), Error> {
    let import = store::find(conn, id)?;
    let known = tables::codes(conn)?;
    let (_, rows) = read(import.body.as_bytes(), &known).map_err(Error::Internal)?;
    let mut here = BTreeMap::new();
    for institution in rows.keys() {
        here.insert(institution.clone(), tables::all_branches(conn, institution)?);
    }
    Ok((import, compare(&rows, &here)))
}

/// `GET /institutions/imports/{id}`: what would change.
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    page(&workspace, &site, &staff, &id, None, &[]).await
}

async fn page(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    day: Option<&str>,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let (world, id, today) = (workspace.clone(), id.to_owned(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| {
        let (import, difference) = review(conn, &id)?;
        let name = |by: &String| accounts::name_of(conn, &world.keys, by);
        let applied_by = import.applied_by.as_ref().map(name).transpose()?;
        Ok::<_, Error>((import, difference, applied_by))
    };
    let (import, difference, applied_by) = workspace.db.read(read).await?;
    let tomorrow = (today + Days::new(1)).to_string();
    let day = day.unwrap_or(&tomorrow);
    let markup = views::show(site, staff, &import, &difference, applied_by.as_deref(), day, errors);
    Ok(if errors.is_empty() {
        html(markup)
    } else {
        unprocessable(markup)
    })
}

/// `POST /institutions/imports/{id}/application`: takes in what was looked at, and nothing else.
async fn apply(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let today = jst(now).date();
    let typed = form.get("effective_on").trim().to_owned();
    let Some(day) = parse_compact(&typed).filter(|day| *day >= today) else {
        let message = "使い始める日は、今日か、それより後の日を 2026-04-01 の形で入力してください";
        let errors = [FieldError::new("effective_on", message)];
        return page(&workspace, &site, &staff, &id, Some(&typed), &errors).await;
    };
    let (seen, import_id, by) = (form.get("seen").to_owned(), id.clone(), staff.clone());
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, "branches")?;
        let (import, difference) = review(conn, &import_id)?;
        if difference.digest() != seen || import.applied_at.is_some() {
            return Err(Error::Conflict);
        }
        if let Some(sentence) = begins_too_late(conn, &difference, day, today)? {
            return Ok(Some(sentence));
        }
        take_in(conn, &difference, day)?;
        store::mark_applied(conn, &import.id, &by.word(), day, difference.counts(), now)?;
        let [added, changed, retired] = difference.counts();
        let detail = format!("added {added} changed {changed} retired {retired} day {day}");
        let subject = format!("branch_import/{}", import.id);
        by.record(conn, now, "branches.imported", &subject, &detail)?;
        Ok(None)
    };
    match workspace.db.write(write).await? {
        None => Ok(see_other(&format!("/institutions/imports/{id}"))),
        Some(sentence) => {
            let errors = [FieldError::new("effective_on", sentence)];
            page(&workspace, &site, &staff, &id, Some(&typed), &errors).await
        }
    }
}

/// A branch is in service without a gap or begins anew; one that leaves before it would come back could do neither.
fn begins_too_late(
    conn: &mut Conn,
    difference: &Difference,
    day: NaiveDate,
    today: NaiveDate,
) -> Result<Option<String>, Error> {
    let mut soonest: Option<(NaiveDate, &str)> = None;
    for (institution, branch) in &difference.added {
        let leaves = tables::branch_leaves(conn, institution, &branch.code, today)?;
        let leaves = leaves.filter(|leaves| *leaves < day && soonest.is_none_or(|(soonest, _)| *leaves < soonest));
        soonest = leaves.map(|leaves| (leaves, branch.name.as_str())).or(soonest);
    }
    let sentence = |(leaves, name): (NaiveDate, &str)| {
        format!("使い始める日は、{leaves}までの日を入力してください。{name}が、その日に廃止になる予定だからです")
    };
    Ok(soonest.map(sentence))
}

fn take_in(conn: &mut Conn, difference: &Difference, day: NaiveDate) -> Result<(), Error> {
    for (institution, branch) in &difference.added {
        tables::put_branch(conn, institution, branch, Some(day))?;
    }
    for (institution, _, branch) in &difference.changed {
        tables::put_branch(conn, institution, branch, None)?;
    }
    for (institution, branch) in &difference.retired {
        tables::retire_branch(conn, institution, &branch.code, day)?;
    }
    Ok(())
}
