//! `/inquiries/new`: a call, a visit or a letter in one line, and questions of staff to the operator.
use super::{find, may_read, staff_only};
use crate::{
    accounts::{Permission, Staff},
    db::Conn,
    enrolment::{self, Candidate},
    inquiries::{
        model::{self, Category, Priority, Source},
        views,
        work::{self, Intake},
    },
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use std::collections::BTreeMap;

/// What is typed, and what the program found of it.
#[derive(Default)]
pub struct Typed {
    pub fields: BTreeMap<String, String>,
    /// Applications that fit what the caller said; `None` before a search.
    pub found: Option<Vec<Candidate>>,
}

impl Typed {
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// `GET /inquiries/new`; `?application=ID` comes from the page of an application.
pub async fn new(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let mut typed = Typed::default();
    let source = if staff_only(&staff) {
        Source::Staff
    } else {
        Source::Phone
    };
    typed.fields.insert("source".into(), source.as_str().into());
    typed.fields.insert("priority".into(), Priority::Normal.as_str().into());
    if let Some(id) = query.get("application").cloned()
        && staff.may(Permission::ReadApplications)
    {
        let world = workspace.clone();
        let asked = id.clone();
        let brief = workspace
            .db
            .read(move |conn| enrolment::brief(conn, &world, &asked))
            .await?;
        if let Some(candidate) = brief {
            typed.fields.insert("application".into(), id);
            typed.found = Some(vec![candidate]);
        }
    }
    Ok(html(views::intake(&site, &staff, &typed, &[])))
}

/// `POST /inquiries`: with 「さがす」 the applications that fit; otherwise the inquiry.
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut typed = Typed {
        fields: form.0.clone(),
        found: None,
    };
    let said = form.get("said").trim().to_owned();
    let may_look = staff.may(Permission::ReadApplications);
    let chosen = form.get("application").to_owned();
    if may_look && (!said.is_empty() || !chosen.is_empty()) {
        let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
        let write = move |conn: &mut Conn| {
            let mut found = enrolment::by_what_is_said(conn, &world, &said)?;
            if !chosen.is_empty() && !found.iter().any(|c| c.id == chosen) {
                found.extend(enrolment::brief(conn, &world, &chosen)?);
            }
            by.record(conn, now, "applications.searched", "applications", "intake")?;
            Ok::<_, Error>(found)
        };
        typed.found = Some(workspace.db.write(write).await?);
    }
    if form.get("do") == "find" {
        return Ok(html(views::intake(&site, &staff, &typed, &[])));
    }
    let intake = match read(&staff, &typed) {
        Ok(intake) => intake,
        Err(errors) => return Ok(unprocessable(views::intake(&site, &staff, &typed, &errors))),
    };
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let inquiry = work::take_in(conn, &world, &staff, &intake, now)?;
        Ok::<_, Error>(find(conn, &staff, &inquiry.id).map_or("/inquiries".into(), |i| format!("/inquiries/{}", i.id)))
    };
    let path = workspace.db.write(write).await?;
    Ok(see_other(&path))
}

fn read(staff: &Staff, typed: &Typed) -> Result<Intake, Vec<FieldError>> {
    let mut errors = vec![];
    let source = Source::from_word(typed.get("source")).filter(|s| *s != Source::Web);
    // Who may not read what a citizen says does not write it down either.
    let source = source.filter(|s| may_read(staff, *s));
    if source.is_none() {
        errors.push(FieldError::new("source", "受付の方法を選んでください"));
    }
    let category = Category::from_word(typed.get("category"));
    if category.is_none() {
        errors.push(FieldError::new("category", "問合せの種類を選んでください"));
    }
    let body = model::read_body("body", "用件", typed.get("body"), &mut errors);
    let answer = match typed.get("answer").trim() {
        "" => String::new(),
        answer => model::read_body("answer", "その場で答えたこと", answer, &mut errors),
    };
    let done = typed.get("done") == "yes";
    if done && answer.is_empty() {
        errors.push(FieldError::new("answer", "その場で答えたことを入力してください"));
    }
    let mut contact = model::read_contact(|name| typed.get(name).to_owned(), &mut errors);
    contact.receipt_number.clear();
    let candidates = typed.found.as_deref().unwrap_or_default();
    let chosen = candidates.iter().find(|c| c.id == typed.get("application"));
    match (source, category, errors.is_empty()) {
        (Some(source), Some(category), true) => Ok(Intake {
            source,
            category,
            priority: Priority::from_word(typed.get("priority")).unwrap_or(Priority::Normal),
            contact,
            body,
            answer,
            done,
            application_id: chosen.map(|c| c.id.clone()),
        }),
        _ => Err(errors),
    }
}
