use super::visitor::{APPLY, Found, Visitor, applicant, cookie, lasts, require};
use crate::{
    enrolment::{
        answers::Answers,
        form::{Step, first_incomplete},
        states::Registration,
        store::{self, VisitKind},
        views,
    },
    institutions::{self, Mode, Openings, Readiness},
    texts,
    web::{Error, FormBody, Page, client_address, client_group, html, see_other, set_cookie},
    workspace::Workspace,
};
use actix_web::{HttpRequest, HttpResponse, web::Data};

/// `GET /`: P0.
pub async fn index(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let resume = match applicant(&workspace, &req).await? {
        Found::Here(v) | Found::TimedOut(v) => v.application.state.is_editable(),
        Found::Nobody => false,
    };
    let now = workspace.clock.now();
    let today = crate::clock::jst(now).date();
    let (all, openings, leaving) = workspace
        .db
        .read(move |conn| {
            let all = institutions::all(conn, today)?;
            Ok::<_, Error>((all, Openings::read(conn, now)?, institutions::leaving(conn, today)?))
        })
        .await?;
    let to_come = leaving.iter().filter(|l| !l.is_over);
    let notices: Vec<String> = all
        .iter()
        .filter_map(|i| match openings.readiness(&i.code, now) {
            Readiness::Open => None,
            Readiness::ClosingSoon(at) => Some(format!("{}：{}から停止します", i.name, views::when(at))),
            Readiness::ClosedUntil(at) => Some(format!("{}：{}から再開します", i.name, views::when(at))),
        })
        .chain(to_come.map(|l| format!("{}：{}", l.name, l.told)))
        .collect();
    let named: Vec<&str> = all.iter().take(2).map(|i| i.name.as_str()).collect();
    let start = views::Start {
        notices: &notices,
        service: openings.service.notice(),
        accepts: openings.service.mode != Mode::Stopped,
        resume,
        named: &named.join("、"),
        banks: all.len(),
    };
    let body = views::start(&workspace.site, &start);
    let page = Page::new("水道料金・下水道使用料の口座振替を申し込む", body);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /`: begins. The draft itself is made when the terms are accepted.
pub async fn create() -> HttpResponse {
    see_other("/apply/terms")
}

/// What became of accepting the terms.
enum Begun {
    /// The secret of its visit.
    Draft(String),
    /// The service takes nothing new.
    Stopped,
    /// Others count than were read: nobody agrees to a text that they did not see.
    OtherTerms,
}

pub async fn accept_terms(workspace: &Workspace, req: &HttpRequest, body: &FormBody) -> Result<HttpResponse, Error> {
    if body.get("agree") != "yes" {
        return Ok(see_other("/apply/terms?error"));
    }
    let client = client_address(req, &workspace.site)
        .map(client_group)
        .unwrap_or_default();
    if workspace.drafts.check_key(&client).is_err() {
        return Err(Error::TooMany);
    }
    let (world, now, lasts) = (workspace.clone(), workspace.clock.now(), lasts(workspace));
    let shown = body.get("terms").to_owned();
    let begun = workspace
        .db
        .write(move |conn| {
            if institutions::current_mode(conn)?.mode == Mode::Stopped {
                return Ok(Begun::Stopped);
            }
            let terms = texts::terms(conn, &world, now)?;
            if !shown.is_empty() && shown != terms.hash {
                return Ok(Begun::OtherTerms);
            }
            store::keep_terms(conn, &terms, now)?;
            let draft = store::create_draft(conn, &world.keys, (&terms.hash, now), &Answers::default(), now)?;
            let kind = VisitKind::Applicant;
            let secret = store::open_visit(conn, &world.keys, kind, &draft.id, now, lasts)?;
            Ok::<_, Error>(Begun::Draft(secret))
        })
        .await?;
    let secret = match begun {
        Begun::Draft(secret) => secret,
        // The start page says why nothing can be begun now.
        Begun::Stopped => return Ok(see_other("/")),
        Begun::OtherTerms => return Ok(see_other("/apply/terms?changed")),
    };
    let mut response = see_other("/apply/bank");
    set_cookie(&mut response, cookie(workspace, APPLY, &secret, lasts));
    Ok(response)
}

/// `GET /apply/resume`: to the first step that is not complete.
pub async fn resume(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let visitor = match require(&workspace, &req).await? {
        Ok(visitor) => visitor,
        Err(elsewhere) => return Ok(elsewhere),
    };
    Ok(see_other(&first_step(&visitor)))
}

/// The path of the first step that is not complete.
pub fn first_step(visitor: &Visitor) -> String {
    first_incomplete(Step::Check, &visitor.answers, &visitor.context)
        .unwrap_or(Step::Check)
        .path()
}

/// `POST /apply/again`: a new application with what was typed for one that was cancelled or expired.
pub async fn again(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let visitor = match require(&workspace, &req).await? {
        Ok(visitor) => visitor,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let old = visitor.application;
    if !matches!(old.state, Registration::Cancelled | Registration::Expired) {
        return Ok(see_other("/result"));
    }
    let (world, answers, token) = (workspace.as_ref().clone(), visitor.answers, visitor.visit.token);
    let (now, lasts) = (workspace.clock.now(), lasts(&workspace));
    let secret = workspace
        .db
        .write(move |conn| {
            if institutions::current_mode(conn)?.mode == Mode::Stopped {
                return Ok(None);
            }
            let terms = (old.terms_hash.as_str(), old.terms_accepted_at);
            let new = store::create_draft(conn, &world.keys, terms, &answers, now)?;
            store::close_visit(conn, &token)?;
            let kind = VisitKind::Applicant;
            let secret = store::open_visit(conn, &world.keys, kind, &new.id, now, lasts)?;
            Ok::<_, Error>(Some(secret))
        })
        .await?;
    // The start page says why nothing can be begun now.
    let Some(secret) = secret else {
        return Ok(see_other("/"));
    };
    let mut response = see_other("/apply/check");
    set_cookie(&mut response, cookie(&workspace, APPLY, &secret, lasts));
    Ok(response)
}
