//! Institutions, their branches and closed times at the console; a rule is shown as dates before it counts.
use super::{
    hours::{self, Rule, Window},
    imports,
    openings::{Openings, Regular},
    readiness::Closure,
    store::{self, Branch, Institution},
    views,
};
use crate::{
    accounts::Staff,
    clock::jst,
    db::Conn,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::Duration;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(imports::routes)
        .route("/institutions", get().to(index))
        .route("/institutions/stops", post().to(announce))
        .route("/institutions/stops/{id}/withdrawal", post().to(withdraw))
        .route("/institutions/{code}", get().to(show));
}

/// The preview shows what a rule closes in so many days.
const AHEAD: Duration = Duration::days(60);
/// Branches listed at once.
const BRANCHES: i64 = 50;

/// Everything on the page.
pub struct Overview {
    pub institutions: Vec<Institution>,
    pub openings: Openings,
    pub now: chrono::NaiveDateTime,
}

/// What is typed about a closed time.
#[derive(Clone, Debug, Default)]
pub struct StopForm {
    pub institution: String,
    pub rule: String,
    pub reason: String,
}

async fn overview(workspace: &Workspace) -> Result<Overview, Error> {
    let now = workspace.clock.now();
    let read = move |conn: &mut Conn| {
        Ok::<_, Error>(Overview {
            institutions: store::all(conn, jst(now).date())?,
            openings: Openings::read(conn, now)?,
            now,
        })
    };
    workspace.db.read(read).await
}

/// `GET /institutions`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let overview = overview(&workspace).await?;
    Ok(html(views::overview(
        &site,
        &staff,
        &overview,
        &StopForm::default(),
        None,
        &[],
    )))
}

/// `GET /institutions/{code}`: its branches.
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    code: Path<String>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let wanted = query.get("q").cloned().unwrap_or_default();
    let (typed, today) = (wanted.clone(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| {
        let institution = store::find(conn, &code)?.ok_or(Error::NotFound)?;
        let (found, all) = store::search_branches(conn, &code, &typed, today, BRANCHES)?;
        Ok::<(Institution, Vec<Branch>, i64), Error>((institution, found, all))
    };
    let (institution, branches, all) = workspace.db.read(read).await?;
    Ok(html(views::branches(
        &site,
        &staff,
        &institution,
        &branches,
        all,
        &wanted,
    )))
}

/// `POST /institutions/stops`: first the dates that a rule means, then, with `confirmed`, the announcement.
async fn announce(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = StopForm {
        institution: form.get("institution").trim().to_owned(),
        rule: form.get("rule").trim().to_owned(),
        reason: form.get("reason").trim().to_owned(),
    };
    let mut errors = vec![];
    let rule = Rule::parse(&typed.rule).map_err(|e| errors.push(FieldError::new("rule", e.to_string())));
    if typed.reason.is_empty() {
        errors.push(FieldError::new("reason", "理由を入力してください"));
    }
    let Ok(rule) = rule else {
        return again(&workspace, &site, &staff, &typed, None, &errors).await;
    };
    if !errors.is_empty() || form.get("confirmed") != "yes" {
        let now = workspace.clock.now();
        let read = move |conn: &mut Conn| {
            let calendar = store::calendar(conn, now)?;
            Ok::<_, Error>(hours::merge(rule.windows(now, now + AHEAD, &calendar)))
        };
        let windows = workspace.db.read(read).await?;
        return again(&workspace, &site, &staff, &typed, Some(&windows), &errors).await;
    }
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| keep(conn, &staff, typed, rule, now);
    workspace.db.write(write).await?;
    Ok(see_other("/institutions"))
}

async fn again(
    workspace: &Workspace,
    site: &Site,
    staff: &Staff,
    typed: &StopForm,
    windows: Option<&[Window]>,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let overview = overview(workspace).await?;
    let mut response = html(views::overview(site, staff, &overview, typed, windows, errors));
    if !errors.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn keep(conn: &mut Conn, staff: &Staff, typed: StopForm, rule: Rule, now: chrono::NaiveDateTime) -> Result<(), Error> {
    let institution_code = Some(typed.institution).filter(|code| !code.is_empty());
    if let Some(code) = &institution_code
        && store::find(conn, code)?.is_none()
    {
        return Err(Error::NotFound);
    }
    let id = ulid::Ulid::generate().to_string();
    let detail = format!("{} {rule}", institution_code.as_deref().unwrap_or("service"));
    let subject = format!("closure/{id}");
    match rule.only_window() {
        Some(window) => {
            let closure = Closure {
                id,
                institution_code,
                starts_at: window.starts_at,
                ends_at: window.ends_at,
                reason: typed.reason,
            };
            store::add_closure(conn, &closure, now)?;
        }
        None => {
            let regular = Regular {
                id,
                institution_code,
                rule,
                reason: typed.reason,
            };
            store::add_rule(conn, &regular, now)?;
        }
    }
    staff.record(conn, now, "closure.announced", &subject, &detail)
}

/// `POST /institutions/stops/{id}/withdrawal`
async fn withdraw(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if !store::withdraw_closure(conn, &id, now)? {
            return Err(Error::NotFound);
        }
        staff.record(conn, now, "closure.withdrawn", &format!("closure/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/institutions"))
}
