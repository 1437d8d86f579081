//! P9: the page before leaving for the institution, and what may keep somebody from it.
use super::{
    check::answer,
    visitor::{Found, Visitor, applicant, viewed},
};
use crate::{
    db::Conn,
    enrolment::{
        answers::Answers,
        form::{Context, Details},
        receipt,
        states::Registration,
        store::{self, Application, Attempt},
        submit, views,
    },
    institutions::{Mode, Openings, Readiness},
    web::{Error, Page, Scripts, client_address, client_group, handoff_policy, html, see_other},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CONTENT_SECURITY_POLICY, HeaderValue},
    web::Data,
};

/// `GET /apply/handoff`: P9. Its response alone lets a form leave for the gateway.
pub async fn show(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let leaver = match leaver(&workspace, &req).await? {
        Ok(leaver) => leaver,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let number = receipt::display(leaver.application.receipt_number.as_deref().unwrap_or_default());
    let institution = leaver.context.institution_name();
    match leaver.application.state {
        Registration::AtInstitution => {}
        Registration::Confirmed => return waits(&workspace, &leaver, &number).await,
        Registration::Draft => return Ok(see_other("/apply/check")),
        _ => return Ok(see_other("/result")),
    }
    let Some(attempt) = latest(&workspace, &leaver).await? else {
        return Ok(see_other("/result"));
    };
    let token = attempt.token(&workspace.keys)?;
    let (Some(start_url), Some(tran_id), Some(token)) = (&attempt.start_url, &attempt.tran_id, token) else {
        let body = views::cannot_begin(institution, &number);
        let page = Page::new("いまは金融機関の画面へ進めません", body).scripts(Scripts::Form);
        return Ok(html(page.render(&workspace.site)));
    };
    let (world, now) = (workspace.as_ref().clone(), workspace.clock.now());
    let (id, attempt_id) = (leaver.application.id.clone(), attempt.id.clone());
    let code = workspace
        .db
        .write(move |conn| Ok::<_, Error>(store::status_code(conn, &world.keys, &id, &attempt_id, now)?))
        .await?;
    let leaving = views::Leaving {
        institution,
        receipt_number: &number,
        status_url: &format!("{}/status/{code}", workspace.site.url),
        start_url,
        tran_id,
        token: &token,
    };
    let title = format!("ここから先は、{institution}の画面です");
    let page = Page::new(&title, views::handoff(&leaving)).scripts(Scripts::Form);
    let mut response = html(page.render(&workspace.site));
    let origins = allowed_origins(&workspace, &attempt, start_url)?;
    let policy = HeaderValue::from_str(&handoff_policy(&origins));
    let policy = policy.map_err(|e| Error::Internal(e.to_string()))?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The gateway's origins (it may send the form on to the institution's), if the start URL is at one of them:
/// a forged answer cannot send a citizen elsewhere.
fn allowed_origins(workspace: &Workspace, attempt: &Attempt, start_url: &str) -> Result<String, Error> {
    let origin = url::Url::parse(start_url).map(|u| u.origin().ascii_serialization());
    let origin = origin.map_err(|_| Error::Internal("the gateway's start_url is no URL".into()))?;
    match workspace.gateways.find(&attempt.gateway) {
        Some(gateway) if gateway.origins().contains(&origin) => Ok(gateway.origins().join(" ")),
        _ => Err(Error::Internal(format!(
            "the gateway's start_url is at {origin}, which `gateway.origins` does not list"
        ))),
    }
}

async fn latest(workspace: &Workspace, leaver: &Leaver) -> Result<Option<Attempt>, Error> {
    let id = leaver.application.id.clone();
    workspace
        .db
        .read(move |conn| Ok(store::latest_attempt(conn, &id)?))
        .await
}

/// Accepted, and the hand-off waits: until the service is open again, or for a press of the button.
async fn waits(workspace: &Workspace, leaver: &Leaver, number: &str) -> Result<HttpResponse, Error> {
    let (institution, now) = (leaver.context.institution_name(), workspace.clock.now());
    let openings = workspace.db.read(move |conn| Openings::read(conn, now)).await?;
    let code = leaver.application.institution_code.as_deref().unwrap_or_default();
    let wait = match (openings.service.mode, openings.readiness(code, now)) {
        (Mode::Open, Readiness::ClosedUntil(at)) => {
            Some(format!("{institution}は、{}から手続きできます。", views::when(at)))
        }
        (Mode::Open, _) => None,
        _ => Some(openings.service.notice().unwrap_or_default().to_owned()),
    };
    let body = views::deferred(institution, number, wait.as_deref());
    let page = Page::new("申込みを受け付けました", body).scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /apply/handoff`: hands off what was accepted while the hand-off had to wait; or asks the gateway once more
/// to begin the same attempt.
pub async fn retry(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let leaver = match leaver(&workspace, &req).await? {
        Ok(leaver) => leaver,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if leaver.application.state == Registration::Confirmed {
        return resume(&workspace, &req, leaver).await;
    }
    let now = workspace.clock.now();
    let openings = workspace.db.read(move |conn| Openings::read(conn, now)).await?;
    let code = leaver.application.institution_code.clone().unwrap_or_default();
    // The gateway is left alone while the service or the institution is closed; the ladder asks by itself.
    let is_closed = matches!(openings.readiness(&code, now), Readiness::ClosedUntil(_));
    if let Some(attempt) = latest(&workspace, &leaver).await?
        && leaver.application.state == Registration::AtInstitution
        && attempt.tran_id.is_none()
        && openings.service.mode == Mode::Open
        && !is_closed
    {
        submit::begin(&workspace, attempt).await?;
    }
    Ok(see_other("/apply/handoff"))
}

async fn resume(workspace: &Workspace, req: &HttpRequest, leaver: Leaver) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let openings = workspace.db.read(move |conn| Openings::read(conn, now)).await?;
    let code = leaver.application.institution_code.clone().unwrap_or_default();
    if matches!(openings.readiness(&code, now), Readiness::ClosedUntil(_)) {
        return Ok(see_other("/apply/handoff"));
    }
    let (world, answers) = (workspace.clone(), leaver.answers.clone());
    let read = move |conn: &mut Conn| Ok::<_, Error>(store::context_as_accepted(conn, &world, &answers)?);
    let context = workspace.db.read(read).await?;
    let details = Details::read(&leaver.answers, &context)
        .map_err(|step| Error::Internal(format!("an accepted application has a wrong {}", step.word())))?;
    let client = client_address(req, &workspace.site).map(client_group);
    let (world, id) = (workspace.clone(), leaver.application.id);
    let submitted = workspace
        .db
        .write(move |conn| {
            let application = store::find_for_change(conn, &id)?;
            submit::resume(conn, &world, application, &details, client.as_deref(), now)
        })
        .await;
    answer(workspace, submitted, "/result").await
}

/// Who goes on to the institution, and with what.
struct Leaver {
    application: Application,
    answers: Answers,
    context: Context,
}

/// The applicant; or who looked up an application that waits for its hand-off, or has not come back from it. What the
/// page shows to the latter is the receipt number and the way to the institution, which checks the person itself.
/// A draft of the same browser's is on no way yet, so it keeps nobody from what was looked up.
async fn leaver(workspace: &Workspace, req: &HttpRequest) -> Result<Result<Leaver, HttpResponse>, Error> {
    let on_its_way = |a: &Application| matches!(a.state, Registration::Confirmed | Registration::AtInstitution);
    let looked_up = viewed(workspace, req).await?.filter(on_its_way);
    let own = match applicant(workspace, req).await? {
        Found::Here(visitor) => Some(visitor),
        _ => None,
    };
    if let Some(visitor) = own.filter(|v| on_its_way(&v.application) || looked_up.is_none()) {
        let Visitor {
            application,
            answers,
            context,
            ..
        } = *visitor;
        return Ok(Ok(Leaver {
            application,
            answers,
            context,
        }));
    }
    let Some(application) = looked_up else {
        return Ok(Err(see_other("/receipt")));
    };
    let world = workspace.clone();
    let leaver = workspace
        .db
        .read(move |conn| {
            let answers = application.open(&world.keys)?;
            let context = store::context_as_accepted(conn, &world, &answers)?;
            Ok::<_, Error>(Leaver {
                application,
                answers,
                context,
            })
        })
        .await?;
    Ok(Ok(leaver))
}
