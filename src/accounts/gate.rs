//! Before every page of the console: who may come in. What no rule names is closed.
use super::{
    Permission, Staff, denials,
    sessions::{REPLACED, ROW},
    staff::STEP_UP,
    store, views,
};
use crate::{
    db::{Conn, DbError},
    web::{Error, FormBody, LongFormBody, PageOf, Site, see_other},
    workspace::Workspace,
};
use actix_session::SessionExt;
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header::HeaderMap},
    middleware::Next,
    web::Data,
};
use chrono::{Duration, NaiveDateTime};

/// The header by which a request says that nobody made it: a page asks by itself, again and again. Whoever may read the page
/// is answered, and that is no sign of life. A request that says nothing is somebody's.
const POLLING: &str = "x-polling";
/// The same for `hx-headers`: every element of the console that asks by itself has it.
pub const SAYS_POLLING: &str = r#"{"x-polling":"yes"}"#;

/// The header by which a script says whose page it runs on (`assets/js/console/`). A form says the same by a field.
const PAGE_OF: &str = "x-page-of";

/// That nobody made it, in an address: for a page that a browser opens by itself: it can send no header.
pub const UNATTENDED: &str = "unattended=yes";

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody on the closed network: the way to sign in.
    Open,
    /// Signed in, even while locked, and even before there is a second way in.
    Here,
    /// The same, and even by a cookie that a proof has replaced meanwhile: who leaves is let out.
    Leave,
    /// Signed in, even before there is a second way in.
    Own,
    /// Signed in with a second way in, whatever the role.
    Home,
    May(Permission),
    /// The same, and a proof of being there in the last five minutes.
    StepUp(Permission),
    /// One's own keys and codes, with a proof in the last five minutes.
    OwnStepUp,
}

/// One route of the console and what it needs.
#[derive(Debug)]
pub struct Rule {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
}

/// A part of the console in its navigation; shown to those who may open it.
#[derive(Debug)]
pub struct NavItem {
    pub path: &'static str,
    pub label: &'static str,
    pub needs: Option<Permission>,
}

/// The whole console's rules and navigation; `app` writes them down.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub rules: &'static [Rule],
    /// Rules of a practice desk alone.
    pub more: &'static [Rule],
    pub nav: &'static [NavItem],
    /// Where the manual explains a page.
    pub guide: fn(&str) -> Option<String>,
}

impl Plan {
    fn access(&self, method: &Method, path: &str) -> Option<Access> {
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        let rule = self
            .rules
            .iter()
            .chain(self.more)
            .find(|r| r.method == method && r.path == path);
        rule.map(|r| r.access)
    }
    /// Whether a path is that of a page.
    fn has_page(&self, path: &str) -> bool {
        let fits = |pattern: &str| {
            let (mut parts, mut names) = (path.split('/'), pattern.split('/'));
            names.by_ref().all(|name| {
                parts
                    .next()
                    .is_some_and(|part| name == part || (name.starts_with('{') && !part.is_empty()))
            }) && parts.next().is_none()
        };
        let mut rules = self.rules.iter().chain(self.more);
        rules.any(|rule| rule.method == "GET" && fits(rule.path))
    }
}

/// What the gate decided.
enum Verdict {
    Pass(Option<Staff>),
    SignIn,
    /// The page is of somebody who was signed in here before.
    OthersPage,
    /// A proof is asked first: because the screen is locked, or for what comes now.
    Prove(Staff, views::Why),
    NeedsSecondWay,
    Denied(Staff, Permission),
}

pub async fn gate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(pattern) = req.match_pattern() else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    match judge(&req, &pattern).await {
        Ok(Verdict::Pass(staff)) => {
            if let Some(staff) = staff {
                req.extensions_mut().insert(staff);
            }
            let response = next.call(req).await?.map_into_boxed_body();
            Ok(refused_by_the_thing(response, &pattern).await)
        }
        Ok(verdict) => {
            let (req, mut payload) = req.into_parts();
            let response = answer(&req, &mut payload, &pattern, verdict).await;
            Ok(ServiceResponse::new(req, response))
        }
        Err(error) => Ok(ServiceResponse::from_err(error, req.into_parts().0).map_into_boxed_body()),
    }
}

/// What a handler refuses, because it alone knows whose the thing is, has the page and the entry of what the gate refuses.
async fn refused_by_the_thing(response: ServiceResponse<BoxBody>, pattern: &str) -> ServiceResponse<BoxBody> {
    let error = response.response().error().and_then(|e| e.as_error::<Error>());
    let Some(Error::Denied(whose)) = error else {
        return response;
    };
    let (req, whose) = (response.request().clone(), *whose);
    let staff = req.extensions().get::<Staff>().cloned();
    let (Some(staff), Ok(site)) = (staff, data::<Site>(&req)) else {
        return response;
    };
    denials::note(&req, &staff, pattern).await;
    let page = page_of(StatusCode::FORBIDDEN, views::denied(&site, &staff, whose));
    response.into_response(page)
}

async fn judge(req: &ServiceRequest, pattern: &str) -> Result<Verdict, Error> {
    let (workspace, plan) = (data::<Workspace>(req.request())?, data::<Plan>(req.request())?);
    let Some(access) = plan.access(req.method(), pattern) else {
        tracing::error!(pattern, method = %req.method(), "no rule lets anybody in here");
        return Err(Error::NotFound);
    };
    let session = req.get_session();
    let row: Option<String> = match session.get(ROW).unwrap_or_default() {
        None if access == Access::Leave => session.get(REPLACED).unwrap_or_default(),
        row => row,
    };
    let Some(row) = row else {
        return Ok(if access == Access::Open {
            Verdict::Pass(None)
        } else {
            Verdict::SignIn
        });
    };
    let (world, nav) = (workspace.clone(), plan.nav);
    let read = move |conn: &mut Conn| Staff::load(conn, &world, &row, nav);
    let Some(mut staff) = workspace.db.read(read).await? else {
        return Ok(if access == Access::Open {
            Verdict::Pass(None)
        } else {
            Verdict::SignIn
        });
    };
    req.extensions_mut().insert(PageOf(staff.page_of.clone()));
    let said = req.headers().get(PAGE_OF);
    if said.is_some_and(|said| said.as_bytes() != staff.page_of.as_bytes()) {
        return Ok(Verdict::OthersPage);
    }
    staff.guide = (plan.guide)(pattern);
    let on_practice = data::<Site>(req.request())?.practice.is_some();
    let verdict = weigh(staff, access, &workspace, on_practice);
    if let Verdict::Pass(Some(staff)) = &verdict
        && !is_polling(req.headers())
        && !req.query_string().split('&').any(|word| word == UNATTENDED)
        // What is open to everybody is no sign of life: a picture must not unlock a screen.
        && !matches!(access, Access::Open | Access::Here | Access::Leave)
    {
        note_life(&workspace, staff).await?;
    }
    Ok(verdict)
}

/// Who practises has no key: at a practice desk no proof is asked, while what a role may do is as it is.
fn weigh(staff: Staff, access: Access, workspace: &Workspace, on_practice: bool) -> Verdict {
    let now = workspace.clock.now();
    if matches!(access, Access::Open | Access::Here | Access::Leave) {
        return Verdict::Pass(Some(staff));
    }
    if !on_practice && is_locked(&staff, workspace, now) {
        return Verdict::Prove(staff, views::Why::Locked);
    }
    let own = matches!(access, Access::Own | Access::OwnStepUp);
    if !on_practice && staff.ways_in < 2 && !own {
        return Verdict::NeedsSecondWay;
    }
    if let Access::May(permission) | Access::StepUp(permission) = access
        && !staff.may(permission)
    {
        return Verdict::Denied(staff, permission);
    }
    let is_fresh = on_practice || now - staff.confirmed_at <= STEP_UP;
    if matches!(access, Access::StepUp(_) | Access::OwnStepUp) && !is_fresh {
        return Verdict::Prove(staff, views::Why::StepUp);
    }
    Verdict::Pass(Some(staff))
}

fn is_locked(staff: &Staff, workspace: &Workspace, now: NaiveDateTime) -> bool {
    let idle = workspace.settings.console.as_ref().map_or(15, |c| c.idle_minutes);
    now - staff.seen_at > Duration::minutes(idle)
}

/// Whether a page asked by itself.
pub fn is_polling(headers: &HeaderMap) -> bool {
    headers.contains_key(POLLING)
}

/// A sign of life is written once a minute at most, so the lock comes up to a minute early and never late.
async fn note_life(workspace: &Workspace, staff: &Staff) -> Result<(), Error> {
    let (row, now) = (staff.session.clone(), workspace.clock.now());
    if now - staff.seen_at < Duration::seconds(60) {
        return Ok(());
    }
    let write = move |conn: &mut Conn| Ok::<_, DbError>(store::seen(conn, &row, now)?);
    Ok(workspace.db.write(write).await?)
}

async fn answer(req: &HttpRequest, payload: &mut Payload, pattern: &str, verdict: Verdict) -> HttpResponse {
    let Ok(site) = data::<Site>(req) else {
        return HttpResponse::InternalServerError().finish();
    };
    // A fragment would be swapped into the page; a redirect of htmx opens the whole one.
    let from_htmx = req.headers().contains_key("hx-request");
    let leave_for = |path: String| match from_htmx {
        true => HttpResponse::Ok().insert_header(("hx-redirect", path)).finish(),
        false => see_other(&path),
    };
    let path = req.uri().path_and_query().map_or("/", |p| p.as_str());
    match verdict {
        // Who practises has no key; the way in is another.
        Verdict::SignIn if site.practice.is_some() => leave_for("/training/".into()),
        Verdict::SignIn if from_htmx => cover(payload, "ended").await,
        Verdict::SignIn => see_other(&sign_in_path(req.method(), path)),
        Verdict::OthersPage if from_htmx => cover(payload, "another").await,
        Verdict::OthersPage => HttpResponse::from_error(Error::OthersPage),
        Verdict::NeedsSecondWay => leave_for("/account".into()),
        Verdict::Prove(_, views::Why::Locked) if from_htmx => cover(payload, "locked").await,
        Verdict::Prove(..) if from_htmx => cover(payload, "prove").await,
        Verdict::Prove(staff, why) => {
            let after = match after_proof(req, payload, path).await {
                Ok(after) => after,
                Err(refusal) => return HttpResponse::from_error(refusal),
            };
            // Asked for again on the page of a proof, the page before is that one.
            let before = page_before(req).filter(|before| before != path);
            let page = views::prove(&site, &staff, why, &after, before.as_deref());
            page_of(StatusCode::UNAUTHORIZED, page)
        }
        Verdict::Denied(staff, permission) => {
            denials::note(req, &staff, pattern).await;
            page_of(
                StatusCode::FORBIDDEN,
                views::denied(&site, &staff, &views::needed(permission)),
            )
        }
        Verdict::Pass(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// The answer to what a page asks while somebody may be typing in it: it stays as it is and covers itself. `why` is the event
/// that it hears (`assets/js/console/desk.js`).
async fn cover(payload: &mut Payload, why: &'static str) -> HttpResponse {
    crate::web::discard_upload(payload).await;
    HttpResponse::NoContent().insert_header(("hx-trigger", why)).finish()
}

/// For a handler that alone knows that a request weighs heavily: what was typed is sent again after the proof.
pub fn ask_for_proof(req: &HttpRequest, site: &Site, staff: &Staff, typed: FormBody) -> HttpResponse {
    let path = req.uri().path_and_query().map_or("/", |p| p.as_str());
    let after = views::AfterProof::Send(path.to_owned(), typed);
    let before = page_before(req).filter(|before| before != path);
    let page = views::prove(site, staff, views::Why::Many, &after, before.as_deref());
    page_of(StatusCode::UNAUTHORIZED, page)
}

/// What follows the proof: the page is opened, or what was typed is sent. A chosen file cannot be held.
async fn after_proof(req: &HttpRequest, payload: &mut Payload, path: &str) -> Result<views::AfterProof, Error> {
    if *req.method() != Method::POST {
        return Ok(views::AfterProof::Open(path.to_owned()));
    }
    let kind = req.headers().get("content-type").and_then(|v| v.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/")) {
        crate::web::discard_upload(payload).await;
        let again = page_before(req).unwrap_or_else(|| "/".to_owned());
        return Ok(views::AfterProof::ChooseAgain(again));
    }
    let held = match LongFormBody::from_request(req, payload).await {
        Err(Error::OthersPage) => return Err(Error::OthersPage),
        held => held.map(|body| body.0).unwrap_or_default(),
    };
    Ok(views::AfterProof::Send(path.to_owned(), held))
}

/// The page of ours that a form was sent from, if it can be opened again: some come as the answer to a form.
fn page_before(req: &HttpRequest) -> Option<String> {
    let from = req.headers().get("referer")?.to_str().ok()?;
    let from = url::Url::parse(from).ok()?;
    let is_ours = from.origin().ascii_serialization() == data::<Site>(req).ok()?.url;
    let is_page = data::<Plan>(req).ok()?.has_page(from.path());
    let query = from.query().map(|query| format!("?{query}")).unwrap_or_default();
    (is_ours && is_page).then(|| format!("{}{query}", from.path()))
}

/// Where a page is opened again after the sign-in; what was posted is not kept across persons.
fn sign_in_path(method: &Method, path: &str) -> String {
    match *method == Method::GET && path != "/" {
        true => {
            let next = percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC);
            format!("/sign-in?next={next}")
        }
        false => "/sign-in".into(),
    }
}

fn page_of(status: StatusCode, page: maud::Markup) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(page.into_string())
}

pub(super) fn data<T: 'static>(req: &HttpRequest) -> Result<Data<T>, Error> {
    let found = req.app_data::<Data<T>>().cloned();
    found.ok_or_else(|| Error::Internal("the console is not set up".into()))
}
