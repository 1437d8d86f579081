//! What staff do with one inquiry. Each is one transaction with its event and its audit entry.
use super::{detail, readable};
use crate::{
    accounts::Staff,
    db::Conn,
    enrolment::{self, Candidate},
    inquiries::{
        files::{self, Refusal},
        model::{self, Category, MessageKind, Priority, Status},
        store::{self, Handling, Inquiry},
        work,
    },
    japan::date::parse_compact,
    web::{Error, FormBody, Site, read_file, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{NaiveDate, NaiveDateTime};

fn path_of(id: &str) -> String {
    format!("/inquiries/{id}")
}

/// The inquiry, if this person may see it, read what is in it, and saw it as it is now.
fn found(conn: &mut Conn, staff: &Staff, id: &str, form_rev: Option<i32>) -> Result<Inquiry, Error> {
    let inquiry = readable(conn, staff, id)?;
    match form_rev {
        Some(rev) if rev != inquiry.rev => Err(Error::Conflict),
        _ => Ok(inquiry),
    }
}

/// `POST /inquiries/{id}/messages`: an answer, a note, or what the next person must know.
pub async fn say(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let kind = MessageKind::from_word(form.get("kind")).filter(|kind| *kind != MessageKind::Asked);
    let mut errors = vec![];
    if kind.is_none() {
        errors.push(FieldError::new("kind", "書く相手を選んでください"));
    }
    let body = model::read_body("body", "本文", form.get("body"), &mut errors);
    if kind == Some(MessageKind::Reply) && body.contains("{{") {
        let sentence = "本文を確かめてください。{{ }}のところを、実際の内容に書きかえてください";
        errors.push(FieldError::new("body", sentence));
    }
    let Some(kind) = kind.filter(|_| errors.is_empty()) else {
        return detail::again(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), path_of(&id));
    // A reply to what changed meanwhile may say what is no longer so.
    let rev = (kind == MessageKind::Reply).then(|| form.get("rev").parse().unwrap_or(-1));
    let waits = form.get("waits") == "yes";
    let write = move |conn: &mut Conn| {
        let inquiry = found(conn, &staff, &id, rev)?;
        work::say(conn, &world, &staff, &inquiry, kind, &body, now)?;
        match kind {
            MessageKind::Reply => {
                let status = if waits { Status::Waiting } else { Status::Answered };
                work::move_to(conn, &staff, &inquiry, status, now)
            }
            _ => Ok(()),
        }
    };
    workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&path))
}

/// `POST /inquiries/{id}/files`
pub async fn add_file(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    body: Multipart,
) -> Result<HttpResponse, Error> {
    if !files::are_taken(&workspace) {
        return Err(Error::NotFound);
    }
    let kept = match read_file(body, "file").await {
        Err(Error::TooLarge) => Err(Refusal::Size),
        Err(error) => return Err(error),
        Ok(file) => {
            let (world, by, id, now) = (workspace.clone(), staff.clone(), id.to_string(), workspace.clock.now());
            let write = move |conn: &mut Conn| {
                let inquiry = readable(conn, &by, &id)?;
                files::keep(conn, &world, &inquiry, &file, by.actor(), now)
            };
            workspace.db.write(write).await?
        }
    };
    workspace.jobs.notify_waiters();
    match kept {
        Ok(_) => Ok(see_other(&path_of(&id))),
        Err(refusal) => {
            let sentence = Refusal::sentence(refusal.word()).unwrap_or_default();
            let errors = [FieldError::new("file", sentence)];
            detail::again(&workspace, &site, &staff, &id, &FormBody::default(), &errors).await
        }
    }
}

/// `POST /inquiries/{id}/closing`
pub async fn close(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    move_by_form(&workspace, staff, &id, &form, Status::Closed).await
}

/// `POST /inquiries/{id}/reopening`
pub async fn reopen(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    move_by_form(&workspace, staff, &id, &form, Status::Open).await
}

async fn move_by_form(
    workspace: &Data<Workspace>,
    staff: Staff,
    id: &str,
    form: &FormBody,
    status: Status,
) -> Result<HttpResponse, Error> {
    let (now, id, rev) = (
        workspace.clock.now(),
        id.to_owned(),
        form.get("rev").parse().unwrap_or(-1),
    );
    let path = path_of(&id);
    let write = move |conn: &mut Conn| {
        let inquiry = found(conn, &staff, &id, Some(rev))?;
        if (inquiry.status == Status::Closed) == (status == Status::Closed) {
            return Err(Error::Conflict);
        }
        work::move_to(conn, &staff, &inquiry, status, now)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// What is typed in the form of the handling.
struct Wanted {
    category: Category,
    priority: Priority,
    assignee: Option<String>,
    next_contact_on: Option<NaiveDate>,
    institution_code: Option<String>,
    rev: i32,
}

/// `POST /inquiries/{id}/handling`: whose it is, how urgent, what it is about, when one is in touch again.
pub async fn handle(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let detail = detail::load(&workspace, &staff, id.to_string()).await?;
    let mut errors = vec![];
    let wanted = read(&detail, &form, &mut errors);
    let (world, said) = (workspace.clone(), form.get("about").trim().to_owned());
    let candidates = workspace
        .db
        .read(move |conn| enrolment::by_what_is_said(conn, &world, &said))
        .await?;
    let link = link(&form, &detail.inquiry, &candidates, &mut errors);
    if !errors.is_empty() {
        return detail::again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    let (now, path) = (workspace.clock.now(), path_of(&id));
    let write = move |conn: &mut Conn| {
        let inquiry = found(conn, &staff, &id, Some(wanted.rev))?;
        apply(conn, &staff, &inquiry, &wanted, link.as_deref(), now)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

fn read(detail: &detail::Detail, form: &FormBody, errors: &mut Vec<FieldError>) -> Wanted {
    let seen = &detail.inquiry;
    let assignee = Some(form.get("assignee").to_owned()).filter(|id| !id.is_empty());
    let known = |id: &String| detail.people.iter().any(|(other, _)| other == id) || seen.assignee.as_ref() == Some(id);
    if !assignee.as_ref().is_none_or(known) {
        errors.push(FieldError::new("assignee", "担当を選んでください"));
    }
    let typed = form.get("next_contact_on").trim();
    let next_contact_on = parse_compact(typed);
    if next_contact_on.is_none() && !typed.is_empty() {
        errors.push(FieldError::new(
            "next_contact_on",
            "次の連絡日は、2026-12-01 の形で入力してください",
        ));
    }
    let code = form.get("institution").to_owned();
    Wanted {
        category: Category::from_word(form.get("category")).unwrap_or(seen.category),
        priority: Priority::from_word(form.get("priority")).unwrap_or(seen.priority),
        assignee,
        next_contact_on,
        institution_code: Some(code).filter(|code| detail.institutions.iter().any(|i| i.code == *code)),
        rev: form.get("rev").parse().unwrap_or(-1),
    }
}

/// The application that the inquiry is to be linked with: it stays, goes, or is the only one that fits what is typed.
fn link(form: &FormBody, seen: &Inquiry, found: &[Candidate], errors: &mut Vec<FieldError>) -> Option<String> {
    let typed = form.get("about").trim();
    match found {
        _ if form.get("unlink") == "yes" => None,
        _ if typed.is_empty() => seen.application_id.clone(),
        [only] => Some(only.id.clone()),
        [] => {
            let sentence = "結び付ける申込みを確かめてください。番号かお名前（カナ）にあう申込みがありません";
            errors.push(FieldError::new("about", sentence));
            None
        }
        several => {
            let numbers: Vec<&str> = several.iter().map(|c| c.receipt_number.as_str()).collect();
            let sentence = format!(
                "結び付ける申込みは、受付番号で入力してください。あうものが{}件あります（{}）",
                several.len(),
                numbers.join("、")
            );
            errors.push(FieldError::new("about", sentence));
            None
        }
    }
}

fn apply(
    conn: &mut Conn,
    staff: &Staff,
    seen: &Inquiry,
    wanted: &Wanted,
    link: Option<&str>,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let due_at = match wanted.priority == seen.priority {
        true => seen.due_at,
        false => {
            let since = store::clock_began(conn, seen)?;
            work::due(conn, since, wanted.priority)?
        }
    };
    let to = Handling {
        category: wanted.category,
        priority: wanted.priority,
        assignee: wanted.assignee.as_deref(),
        next_contact_on: wanted.next_contact_on,
        application_id: link,
        institution_code: wanted.institution_code.as_deref(),
        due_at,
    };
    store::set_handling(conn, seen, &to, now)?;
    let by = staff.word();
    for (what, detail) in changes(seen, &to) {
        store::add_event(conn, &seen.id, &by, what, &detail, now)?;
        staff.record(conn, now, &format!("inquiry.{what}"), &seen.subject(), &detail)?;
    }
    Ok(())
}

/// What is different, in words that hold nothing of a person.
fn changes(seen: &Inquiry, to: &Handling) -> Vec<(&'static str, String)> {
    let mut changes = vec![];
    if seen.assignee.as_deref() != to.assignee {
        changes.push((
            "assigned",
            to.assignee.map(|id| format!("staff/{id}")).unwrap_or_default(),
        ));
    }
    if (seen.category, seen.priority) != (to.category, to.priority) {
        changes.push(("sorted", format!("{}・{}", to.category.label(), to.priority.label())));
    }
    if seen.application_id.as_deref() != to.application_id {
        changes.push((
            "linked",
            to.application_id
                .map(|id| format!("application/{id}"))
                .unwrap_or_default(),
        ));
    }
    if seen.next_contact_on != to.next_contact_on {
        changes.push((
            "promised",
            to.next_contact_on.map(|day| day.to_string()).unwrap_or_default(),
        ));
    }
    changes
}
