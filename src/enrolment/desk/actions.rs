//! What staff do with one application, and the views they keep. Each is one transaction with its audit entry.
use super::{Filter, detail, filter, views};
use crate::{
    accounts::{self, Staff},
    db::Conn,
    enrolment::{
        states::{Cause, Registration},
        store::{self, Density, Reveal},
    },
    mail,
    web::{Error, FormBody, Site, html, optional_words, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Query},
};
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeMap;

/// Items stay in the clear for so long, for the person who gave the reason.
const SHOWN: Duration = Duration::minutes(10);
/// So many applications within [`AT_ONCE`] are revealed without a proof. A clerk at the telephone opens one every few
/// minutes; who opens more works off a list, or is somebody else at an open screen: then it must be the person.
const MANY: usize = 20;
/// The time in which they are counted, as long as a reveal lasts.
const AT_ONCE: Duration = SHOWN;
/// The longest note.
const LONGEST_NOTE: usize = 2000;

/// The address of an application inside the list that the person came from.
pub fn path_of(id: &str, form: &FormBody) -> String {
    detail::path_in(id, &filter_of(form))
}

/// The list that a form of an application's pages carries.
pub fn filter_of(form: &FormBody) -> Filter {
    Filter::read(
        &url::form_urlencoded::parse(form.get("list").as_bytes())
            .into_owned()
            .collect(),
    )
}

/// A draft is nobody's but its applicant's.
fn listed(conn: &mut Conn, id: &str) -> Result<(), Error> {
    match store::find(conn, id)?.confirmed_at {
        Some(_) => Ok(()),
        None => Err(Error::NotFound),
    }
}

/// `POST /applications/{id}/reveals`: a reason from the list, and a note where the reason is "other".
pub async fn reveal(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    req: HttpRequest,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (reason, note) = (form.get("reason").to_owned(), form.get("note").trim().to_owned());
    let mut errors = vec![];
    if !views::REASONS.iter().any(|(word, _)| *word == reason) {
        errors.push(FieldError::new("reason", "表示する理由を選んでください"));
    } else if reason == "other" && note.is_empty() {
        errors.push(FieldError::new("note", "理由の内容を入力してください"));
    }
    if !errors.is_empty() {
        let detail = detail::load(&workspace, &staff, id.into_inner(), filter_of(&form)).await?;
        return Ok(unprocessable(views::detail(&site, &staff, &detail, &form, &errors)));
    }
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), path_of(&id, &form));
    let (person, is_asked) = (staff.clone(), site.practice.is_none());
    let write = move |conn: &mut Conn| {
        listed(conn, &id)?;
        if is_asked && is_one_too_many(conn, &person, &id, now)? {
            return Ok(false);
        }
        let by = Reveal {
            staff_id: person.id.clone(),
            reason,
            note,
            at: now,
            until: now + SHOWN,
        };
        store::add_reveal(conn, &world.keys, &id, &by)?;
        let subject = format!("application/{id}");
        person.record(conn, now, "application.revealed", &subject, &by.reason)?;
        Ok::<_, Error>(true)
    };
    Ok(match workspace.db.write(write).await? {
        true => see_other(&path),
        false => accounts::ask_for_proof(&req, &site, &staff, form),
    })
}

/// Whether this application would be one more than [`MANY`] that the person reveals without a proof in between.
fn is_one_too_many(conn: &mut Conn, staff: &Staff, id: &str, now: NaiveDateTime) -> Result<bool, Error> {
    let seen = store::revealed_since(conn, &staff.id, staff.confirmed_at.max(now - AT_ONCE))?;
    Ok(seen.len() >= MANY && !seen.iter().any(|other| other == id))
}

/// `POST /applications/{id}/notes`
pub async fn add_note(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let body = optional_words(&form, "body", "メモ", LONGEST_NOTE, &mut errors);
    if !errors.is_empty() {
        let detail = detail::load(&workspace, &staff, id.into_inner(), filter_of(&form)).await?;
        return Ok(unprocessable(views::detail(&site, &staff, &detail, &form, &errors)));
    }
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), path_of(&id, &form));
    if body.is_empty() {
        return Ok(see_other(&path));
    }
    let write = move |conn: &mut Conn| {
        listed(conn, &id)?;
        let note = store::add_note(conn, &world.keys, &id, &staff.id, &body, now)?;
        let subject = format!("application/{id}");
        staff.record(conn, now, "application.noted", &subject, &format!("note/{note}"))
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /applications/{id}/attention`: a person has looked, and the application leaves 「要対応」.
pub async fn attend(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (now, path) = (workspace.clock.now(), path_of(&id, &form));
    let write = move |conn: &mut Conn| {
        listed(conn, &id)?;
        if store::attend(conn, &id)? {
            staff.record(conn, now, "application.attended", &format!("application/{id}"), "")?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /applications/{id}/mails/{mail}/retry`: a mail that was laid aside gets another full row of tries.
pub async fn retry_mail(
    workspace: Data<Workspace>,
    staff: Staff,
    path: Path<(String, String)>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, mail) = path.into_inner();
    let (now, back) = (workspace.clock.now(), path_of(&id, &form));
    let write = move |conn: &mut Conn| {
        listed(conn, &id)?;
        if mail::retry(conn, &id, &mail, now)? {
            let subject = format!("application/{id}");
            staff.record(conn, now, "mail.retried", &subject, &format!("mail/{mail}"))?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&back))
}

/// `GET /applications/{id}/withdrawal`
pub async fn new_withdrawal(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let detail = detail::load(&workspace, &staff, id.into_inner(), Filter::read(&query)).await?;
    Ok(html(views::withdrawal(&site, &staff, &detail, "", &[])))
}

/// `POST /applications/{id}/withdrawal`: the applicant asked for it; who was spoken to stands in the note.
pub async fn withdraw(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let note = form.get("note").trim().to_owned();
    if note.is_empty() {
        let detail = detail::load(&workspace, &staff, id.into_inner(), filter_of(&form)).await?;
        let errors = [FieldError::new("note", "申し出の内容を入力してください")];
        return Ok(unprocessable(views::withdrawal(&site, &staff, &detail, &note, &errors)));
    }
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), path_of(&id, &form));
    let write = move |conn: &mut Conn| {
        let mut application = store::find_for_change(conn, &id)?;
        if !application.state.allows(Registration::Withdrawn, Cause::Withdrawal) {
            return Err(Error::Conflict);
        }
        let note = store::add_note(conn, &world.keys, &id, &staff.id, &format!("取下げ：{note}"), now)?;
        let by = (Cause::Withdrawal, staff.actor());
        let evidence = format!("note/{note}");
        store::transition_by(conn, &mut application, Registration::Withdrawn, by, &evidence, now)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /applications/density`: how close the rows stand, for this person from now on; back to the same page.
pub async fn choose_density(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let list: BTreeMap<String, String> = url::form_urlencoded::parse(form.get("list").as_bytes())
        .into_owned()
        .collect();
    let query = Filter::read(&list).query_with(&filter::span_pairs(&filter::span(&list)));
    let density = Density::from_word(form.get("density")).unwrap_or(Density::Standard);
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        store::choose_density(conn, &staff.id, density)?;
        staff.record(
            conn,
            now,
            "applications.density_chosen",
            "applications",
            density.as_str(),
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other(&format!("/applications?{query}")))
}

/// `POST /applications/views`
pub async fn save_view(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let mut filter = filter_of(&form);
    // A search ends after a day; a view does not.
    filter.search.clear();
    let name: String = form.get("name").trim().chars().take(40).collect();
    let (query, now) = (filter.query(), workspace.clock.now());
    let path = format!("/applications?{query}");
    if name.is_empty() || query.is_empty() {
        return Ok(see_other(&path));
    }
    let write = move |conn: &mut Conn| {
        store::add_view(conn, &staff.id, &name, &query, now)?;
        staff.record(conn, now, "applications.view_saved", "applications", "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /applications/views/{id}/removal`
pub async fn drop_view(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        store::drop_view(conn, &staff.id, &id)?;
        staff.record(conn, now, "applications.view_dropped", "applications", "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/applications"))
}
