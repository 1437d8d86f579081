//! Who is at the form: the cookie, the application it holds, and whether it still may.
use crate::{
    enrolment::{
        answers::Answers,
        form::Context,
        ladder::JOURNEY,
        states::Registration,
        store::{self, Application, Visit, VisitKind},
    },
    web::{self, Error, see_other},
    workspace::Workspace,
};
use actix_web::{HttpRequest, HttpResponse, cookie::Cookie};
use chrono::{Duration, NaiveDateTime};

/// The applicant's cookie.
pub const APPLY: &str = "apply";
/// The cookie of somebody who looks a result up.
pub const RECEIPT: &str = "receipt";

/// An applicant with everything a page needs.
pub struct Visitor {
    pub visit: Visit,
    pub application: Application,
    pub answers: Answers,
    pub context: Context,
}

/// What a cookie leads to.
pub enum Found {
    Nobody,
    /// Closed for inactivity.
    TimedOut(Box<Visitor>),
    Here(Box<Visitor>),
}

/// Reads the applicant's cookie and what it holds. A sign of life is written at most once a minute.
pub async fn applicant(workspace: &Workspace, req: &HttpRequest) -> Result<Found, Error> {
    let Some(cookie) = req.cookie(&workspace.site.cookie_name(APPLY)) else {
        return Ok(Found::Nobody);
    };
    let (world, secret, now) = (workspace.clone(), cookie.value().to_owned(), workspace.clock.now());
    let visitor = workspace
        .db
        .read(move |conn| {
            let found = store::find_visit(conn, &world.keys, VisitKind::Applicant, &secret, now)?;
            let Some(visit) = found else {
                return Ok::<_, Error>(None);
            };
            let application = store::find(conn, &visit.application_id)?;
            let answers = application.open(&world.keys)?;
            // What was sent before an institution retired goes on.
            let context = match application.state.is_editable() {
                true => store::context(conn, &world, &answers)?,
                false => store::context_as_accepted(conn, &world, &answers)?,
            };
            Ok(Some(Box::new(Visitor {
                visit,
                application,
                answers,
                context,
            })))
        })
        .await?;
    let Some(visitor) = visitor else {
        return Ok(Found::Nobody);
    };
    // A draft that ran out has nothing left to show.
    if visitor.application.state == Registration::Expired && visitor.application.receipt_number.is_none() {
        return Ok(Found::Nobody);
    }
    let idle = now - visitor.visit.seen_at;
    if visitor.visit.locked || idle > idle_limit(workspace, visitor.application.state) {
        return Ok(Found::TimedOut(visitor));
    }
    if idle > Duration::minutes(1) {
        touch(workspace, &visitor.visit, now).await?;
    }
    Ok(Found::Here(visitor))
}

/// Who is at the institution is away for up to 90 minutes and must find the result when coming back.
fn idle_limit(workspace: &Workspace, state: Registration) -> Duration {
    let limit = Duration::minutes(workspace.settings.form.idle_minutes);
    match state.is_editable() {
        true => limit,
        false => limit.max(JOURNEY + Duration::minutes(30)),
    }
}

/// Writes a sign of life.
pub async fn touch(workspace: &Workspace, visit: &Visit, now: NaiveDateTime) -> Result<(), Error> {
    let (token, lasts) = (visit.token.clone(), lasts(workspace));
    workspace
        .db
        .write(move |conn| Ok::<_, Error>(store::touch_visit(conn, &token, now, lasts)?))
        .await
}

/// How long a draft and its cookie live after the last sign of life.
pub fn lasts(workspace: &Workspace) -> Duration {
    Duration::hours(workspace.settings.form.draft_hours)
}

/// The applicant, or where to send a browser that is none (any more).
pub async fn require(workspace: &Workspace, req: &HttpRequest) -> Result<Result<Box<Visitor>, HttpResponse>, Error> {
    Ok(here(applicant(workspace, req).await?).map_err(see_other))
}

fn here(found: Found) -> Result<Box<Visitor>, &'static str> {
    match found {
        Found::Here(visitor) => Ok(visitor),
        Found::TimedOut(_) => Err("/apply/timeout"),
        Found::Nobody => Err("/"),
    }
}

/// The same, and the answers may still be changed.
pub async fn require_editing(
    workspace: &Workspace,
    req: &HttpRequest,
) -> Result<Result<Box<Visitor>, HttpResponse>, Error> {
    Ok(editing(applicant(workspace, req).await?).map_err(see_other))
}

/// Who was found, if the answers may still be changed; or the page to go to.
pub fn editing(found: Found) -> Result<Box<Visitor>, &'static str> {
    let visitor = here(found)?;
    if visitor.application.state.is_editable() {
        return Ok(visitor);
    }
    Err(match visitor.application.state {
        Registration::Paper => "/apply/paper",
        Registration::Expired | Registration::Cancelled if visitor.application.receipt_number.is_none() => "/",
        _ => "/result",
    })
}

/// A cookie as every cookie of ours is set.
pub fn cookie(workspace: &Workspace, name: &str, secret: &str, lasts: Duration) -> Cookie<'static> {
    web::cookie(&workspace.site, name, secret, lasts)
}

/// Ends what was looked up in this browser: from here on it is the applicant's own application that is shown.
pub fn forget_viewed(workspace: &Workspace, response: &mut HttpResponse) {
    web::drop_cookie(&workspace.site, response, RECEIPT);
}

/// The application that a viewer's cookie shows.
pub async fn viewed(workspace: &Workspace, req: &HttpRequest) -> Result<Option<Application>, Error> {
    let Some(cookie) = req.cookie(&workspace.site.cookie_name(RECEIPT)) else {
        return Ok(None);
    };
    let (keys, secret, now) = (workspace.keys.clone(), cookie.value().to_owned(), workspace.clock.now());
    workspace
        .db
        .read(move |conn| {
            let visit = store::find_visit(conn, &keys, VisitKind::Viewer, &secret, now)?;
            visit.map(|v| store::find(conn, &v.application_id)).transpose()
        })
        .await
}
