//! What staff do with one inquiry. Each is one transaction with its event and its audit entry.
use super::{detail, readable, staff_only};
use crate::{
    accounts::Staff,
    db::{Conn, one_at_a_time},
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
    // The citizen may ask on at this moment.
    one_at_a_time(conn, id)?;
    let inquiry = readable(conn, staff, id)?;
    match form_rev {
        Some(rev) if rev != inquiry.rev => Err(Error::Conflict),
        _ => Ok(inquiry),
    }
}

const CHANGED: &str = "本文を確かめてください。書いているあいだに、この問合せに動きがありました。「これまでの動き」を見てから、もう一度保存してください";

/// `POST /inquiries/{id}/messages`: an answer, a note, or what the next person must know.
pub async fn say(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    if form.get("act") == "template" {
        return detail::with_template(&workspace, &site, &staff, &id, &form).await;
    }
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
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    // A reply to what changed meanwhile may say what is no longer so.
    let rev = (kind == MessageKind::Reply).then(|| form.get("rev").parse().unwrap_or(-1));
    let (waits, template) = (form.get("waits") == "yes", form.get("used").to_owned());
    let (path, inquiry_id) = (path_of(&id), id.to_string());
    let write = move |conn: &mut Conn| {
        let inquiry = found(conn, &by, &inquiry_id, rev)?;
        work::say(conn, &world, &by, &inquiry, kind, &body, now)?;
        match kind {
            MessageKind::Reply => {
                work::note_template(conn, &by, &inquiry, &template, now)?;
                let status = if waits { Status::Waiting } else { Status::Answered };
                work::move_to(conn, &by, &inquiry, status, now)
            }
            _ => Ok(()),
        }
    };
    match workspace.db.write(write).await {
        // What somebody wrote for minutes is shown again, beside what came meanwhile.
        Err(Error::Conflict) => {
            let errors = [FieldError::new("body", CHANGED)];
            return detail::again(&workspace, &site, &staff, &id, &form, &errors).await;
        }
        done => done?,
    }
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
                let inquiry = found(conn, &by, &id, None)?;
                let is_shown = file.ticked.iter().any(|name| name == "shown");
                files::keep(conn, &world, &inquiry, &file, (by.actor(), is_shown), now)
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
    let candidates = look_up(&workspace, &staff, &detail.inquiry, &form).await?;
    let link = match &candidates {
        Some(candidates) => link(&form, &detail.inquiry, candidates, &staff.word(), &mut errors),
        None => Link::of(&detail.inquiry),
    };
    if !errors.is_empty() {
        return detail::again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    let (now, path) = (workspace.clock.now(), path_of(&id));
    let write = move |conn: &mut Conn| {
        let inquiry = found(conn, &staff, &id, Some(wanted.rev))?;
        apply(conn, &staff, &inquiry, &wanted, &link, now)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// The applications that fit what is typed. `None` for who may not look up citizens; whoever does is on the record.
async fn look_up(
    workspace: &Data<Workspace>,
    staff: &Staff,
    inquiry: &Inquiry,
    form: &FormBody,
) -> Result<Option<Vec<Candidate>>, Error> {
    let said = form.get("about").trim().to_owned();
    if staff_only(staff) {
        return Ok(None);
    }
    if said.is_empty() {
        return Ok(Some(vec![]));
    }
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let subject = inquiry.subject();
    let write = move |conn: &mut Conn| {
        let found = enrolment::by_what_is_said(conn, &world, &said)?;
        by.record(conn, now, "applications.searched", "applications", &subject)?;
        Ok::<_, Error>(found)
    };
    workspace.db.write(write).await.map(Some)
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

/// The application that an inquiry is linked with, and who says that it is the one that is meant.
struct Link {
    application_id: Option<String>,
    by: Option<String>,
}

impl Link {
    fn of(seen: &Inquiry) -> Self {
        Self {
            application_id: seen.application_id.clone(),
            by: seen.linked_by.clone(),
        }
    }
}

/// The link that is wanted: it stays, is confirmed, goes, or is the only application that fits what is typed.
fn link(form: &FormBody, seen: &Inquiry, found: &[Candidate], staff: &str, errors: &mut Vec<FieldError>) -> Link {
    let kept = Link::of(seen);
    let nothing = Link {
        application_id: None,
        by: None,
    };
    match found {
        _ if form.get("unlink") == "yes" => nothing,
        [] if form.get("about").trim().is_empty() => match form.get("confirm") == "yes" && kept.by.is_none() {
            true => Link {
                by: kept.application_id.as_ref().map(|_| staff.to_owned()),
                ..kept
            },
            false => kept,
        },
        [only] => Link {
            application_id: Some(only.id.clone()),
            by: Some(staff.to_owned()),
        },
        [] => {
            let sentence = "結び付ける申込みを確かめてください。番号かお名前（カナ）にあう申込みがありません";
            errors.push(FieldError::new("about", sentence));
            nothing
        }
        several => {
            let numbers: Vec<&str> = several.iter().map(|c| c.receipt_number.as_str()).collect();
            let sentence = format!(
                "結び付ける申込みは、受付番号で入力してください。あうものが{}件あります（{}）",
                several.len(),
                numbers.join("、")
            );
            errors.push(FieldError::new("about", sentence));
            nothing
        }
    }
}

fn apply(
    conn: &mut Conn,
    staff: &Staff,
    seen: &Inquiry,
    wanted: &Wanted,
    link: &Link,
    now: NaiveDateTime,
) -> Result<(), Error> {
    // What is answered keeps the time that it was held against.
    let due_at = match wanted.priority == seen.priority || seen.status != Status::Open {
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
        application_id: link.application_id.as_deref(),
        linked_by: link.by.as_deref(),
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
    let is_confirmed = seen.linked_by.is_none() && to.linked_by.is_some();
    if seen.application_id.as_deref() != to.application_id || is_confirmed {
        changes.push((
            "linked",
            to.application_id
                .map(|id| format!("application/{id}"))
                .unwrap_or_default(),
        ));
    }
    if seen.institution_code.as_deref() != to.institution_code {
        let subject = to.institution_code.map(|code| format!("institution/{code}"));
        changes.push(("institution", subject.unwrap_or_default()));
    }
    if seen.next_contact_on != to.next_contact_on {
        changes.push((
            "promised",
            to.next_contact_on.map(|day| day.to_string()).unwrap_or_default(),
        ));
    }
    changes
}
