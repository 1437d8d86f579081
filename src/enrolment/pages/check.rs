use super::{
    step_data::closed_until,
    visitor::{Visitor, forget_viewed, require, require_editing},
};
use crate::{
    enrolment::{
        form::{Details, NotEligible},
        states::{Cause, Registration},
        store,
        submit::{self, Body, Submitted},
        views,
    },
    institutions,
    web::{Error, FormBody, Page, Scripts, client_address, client_group, html, see_other},
    workspace::Workspace,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};

/// `GET /apply/check`: P8.
pub async fn show(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let visitor = match require_editing(&workspace, &req).await? {
        Ok(visitor) => visitor,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if let Some(reason) = NotEligible::find(&visitor.answers, &visitor.context) {
        return Ok(see_other(reason.path()));
    }
    let details = match Details::read(&visitor.answers, &visitor.context) {
        Ok(details) => details,
        Err(step) => return Ok(see_other(&format!("{}?error", step.path()))),
    };
    let Visitor {
        application,
        answers,
        context,
        ..
    } = visitor.as_ref();
    let body = views::check(answers, &details, context, application.rev, &application.submit_key);
    let back = context
        .previous(crate::enrolment::form::Step::Check, answers)
        .map(|s| s.path());
    let page = Page::new("入力内容を確認して、金融機関の画面へ進んでください", body)
        .back(back.as_deref().unwrap_or("/"))
        .scripts(Scripts::Form)
        .step()
        .above(super::assist::look(&workspace, &req, "check", &[]).await?);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /apply/check`: the receipt number, the attempt, and off to P9.
pub async fn submit(workspace: Data<Workspace>, req: HttpRequest, body: FormBody) -> Result<HttpResponse, Error> {
    let visitor = match require(&workspace, &req).await? {
        Ok(visitor) => visitor,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if let Some(reason) = NotEligible::find(&visitor.answers, &visitor.context) {
        return Ok(see_other(reason.path()));
    }
    let details = match Details::read(&visitor.answers, &visitor.context) {
        Ok(details) => details,
        Err(step) => return Ok(see_other(&format!("{}?error", step.path()))),
    };
    if visitor.application.state.is_editable() && closed_until(&workspace, &visitor).await?.is_some() {
        return Ok(see_other("/apply/bank?closed"));
    }
    let body = Body {
        key: body.get("key").to_owned(),
        // What was read here is what is submitted: a later change makes it another tab's.
        rev: body
            .get("draft_rev")
            .parse()
            .ok()
            .filter(|rev| *rev == visitor.application.rev)
            .unwrap_or(0),
        client: client_address(&req, &workspace.site).map(client_group),
    };
    let (world, now, id) = (
        workspace.as_ref().clone(),
        workspace.clock.now(),
        visitor.application.id.clone(),
    );
    let submitted = workspace
        .db
        .write(move |conn| {
            let application = store::find_for_change(conn, &id)?;
            submit::submit(conn, &world, application, &details, &body, now)
        })
        .await;
    let mut response = answer(&workspace, submitted, "/apply/check").await?;
    if response.status().is_redirection() {
        forget_viewed(&workspace, &mut response);
    }
    Ok(response)
}

/// Where a submission leads, or the page that says why it leads nowhere. `back` is where the person came from.
pub async fn answer(
    workspace: &Workspace,
    submitted: Result<Submitted, Error>,
    back: &str,
) -> Result<HttpResponse, Error> {
    let site = &workspace.site;
    let page = match submitted {
        Ok(Submitted::Begun(attempt)) => {
            submit::begin(workspace, *attempt).await?;
            return Ok(see_other("/apply/handoff"));
        }
        Ok(Submitted::Again | Submitted::Deferred) => return Ok(see_other("/apply/handoff")),
        Ok(Submitted::Changed) => Page::new("別の画面で入力が進んでいます", views::other_tab(back)),
        Ok(Submitted::AlreadyInFlight) | Err(Error::Conflict) => {
            let body = views::already_in_flight(site);
            Page::new("このお問い合わせ番号は、結果を確認しています", body).back(back)
        }
        Ok(Submitted::Stopped) => {
            let mode = workspace.db.read(institutions::current_mode).await?;
            let body = views::stopped(site, mode.notice().unwrap_or_default());
            let page = Page::new("いまは申込みができません", body).back(back);
            let mut response = html(page.render(site));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return Ok(response);
        }
        Ok(Submitted::Limited(limit)) => {
            tracing::info!(?limit, "a hand-off was limited");
            metrics::counter!("mizumado_handoffs_limited_total", "limit" => limit.as_str()).increment(1);
            Page::new("いまは金融機関の手続きへ進めません", views::limited(site, limit)).back(back)
        }
        Err(error) => return Err(error),
    };
    Ok(html(page.render(site)))
}

/// `POST /apply/paper`: this application goes on by paper.
pub async fn to_paper(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let visitor = match require_editing(&workspace, &req).await? {
        Ok(visitor) => visitor,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (id, now) = (visitor.application.id.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| {
            let mut application = store::find(conn, &id)?;
            store::transition(conn, &mut application, Registration::Paper, Cause::ToPaper, "", now)
        })
        .await?;
    Ok(see_other("/apply/paper"))
}

/// `GET /apply/paper`: the paper form with what was typed.
pub async fn paper(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let visitor = match require(&workspace, &req).await? {
        Ok(visitor) if visitor.application.state == Registration::Paper => visitor,
        Ok(_) => return Ok(see_other("/apply/check")),
        Err(elsewhere) => return Ok(elsewhere),
    };
    let body = views::paper(&workspace.site, &visitor.answers, &visitor.context);
    let page = Page::new("口座振替申込書", body).back("/").scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}
