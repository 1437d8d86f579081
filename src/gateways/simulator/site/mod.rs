//! The look-alike institutions: opening, the pages that ask, and the page that lets the browser go.
//! Every POST is answered by a 303, so Back and reload do no harm, and nothing needs a script.

mod views;

use super::{
    Failure, Simulator, api,
    faults::{By, Kind, Place},
    institutions::{self, Step},
    journey::Opening,
    messages::Fields,
    scenarios::WayBack,
    state::{Ledger, Transaction},
    typing::Form,
    views::Page,
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use chrono::NaiveDateTime;

/// The routes of this file.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/start", web::post().to(start))
        .route("/start", web::get().to(start_without))
        .route("/site/{institution}/", web::get().to(home))
        .route("/site/{institution}/{session}/end", web::get().to(end))
        .route("/site/{institution}/{session}/link.svg", web::get().to(link))
        .route("/site/{institution}/{session}/lost", web::get().to(lost))
        .route("/site/{institution}/{session}/cancel", web::post().to(cancel))
        .route("/site/{institution}/{session}/", web::get().to(current))
        .route("/site/{institution}/{session}/{step}", web::get().to(ask))
        .route("/site/{institution}/{session}/{step}", web::post().to(answer));
}

/// A page with its headers. `leave` is the origin to which its form may go, besides this server. What was written goes
/// along, so that [`super::mark_pages`] may write it anew.
pub fn page(status: StatusCode, page: Page, leave: Option<&str>) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{}{}; base-uri 'none'; frame-ancestors 'none'",
        if leave.is_some() { " " } else { "" },
        leave.unwrap_or_default(),
    );
    let mut response = HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", policy))
        .body(page.render(None).into_string());
    response.extensions_mut().insert(page);
    response
}

/// The path under which all pages of a session stand.
pub fn path(institution: &str, session: &str) -> String {
    format!("/site/{institution}/{session}/")
}

fn go(place: String) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place))
        .finish()
}

#[derive(serde::Deserialize)]
struct Ticket {
    tran_id: String,
    token: String,
}

async fn start(
    sim: web::Data<Simulator>,
    ticket: Result<web::Form<Ticket>, actix_web::Error>,
) -> Result<HttpResponse, Failure> {
    let Ok(web::Form(Ticket { tran_id, token })) = ticket else {
        return Ok(no_start(StatusCode::BAD_REQUEST));
    };
    let change = sim.store.change(move |ledger, now, rules| {
        let opening = ledger.open(&tran_id, &token, now, rules);
        Ok::<_, Failure>((opening, ledger.by_tran(&tran_id).cloned()))
    });
    Ok(match change.await? {
        (Opening::Opened(session), Some(it)) => go(path(&it.request.institution, &session)),
        (Opening::Used, Some(it)) => let_go(&sim, &it, views::Ending::Used)?,
        (Opening::Expired, Some(it)) => let_go(&sim, &it, views::Ending::Expired)?,
        _ => no_start(StatusCode::FORBIDDEN),
    })
}

/// A reload of an address that only takes a POST.
async fn start_without() -> HttpResponse {
    no_start(StatusCode::BAD_REQUEST)
}

fn no_start(status: StatusCode) -> HttpResponse {
    page(status, views::no_start(), None)
}

/// The front page of a site, for people who look around.
async fn home(institution: web::Path<String>) -> Result<HttpResponse, Failure> {
    let institution = institutions::find(&institution).ok_or(Failure::Missing)?;
    Ok(page(StatusCode::OK, views::home(institution), None))
}

/// The transaction of a path.
fn found(sim: &Simulator, institution: &str, session: &str) -> Result<(NaiveDateTime, Transaction), Failure> {
    let found = |ledger: &Ledger, now| ledger.by_session(institution, session).map(|it| (now, it.clone()));
    sim.store.look(found).ok_or(Failure::Missing)
}

/// Where the person should be: at the next page that asks, or at the end.
fn place(it: &Transaction) -> String {
    let base = path(&it.request.institution, it.session.as_deref().unwrap_or_default());
    match it.next_step().filter(|_| it.is_open()) {
        Some(step) => base + step.path(),
        None if it.is_open() => base + Step::Pin.path(),
        None => base + "end",
    }
}

async fn current(sim: web::Data<Simulator>, at: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (_, it) = found(&sim, &at.0, &at.1)?;
    Ok(go(place(&it)))
}

async fn ask(sim: web::Data<Simulator>, at: web::Path<(String, String, String)>) -> Result<HttpResponse, Failure> {
    let (_, it) = found(&sim, &at.0, &at.1)?;
    let step = Step::of(&at.2).ok_or(Failure::Missing)?;
    if !it.is_open() || !it.may(step) {
        return Ok(go(place(&it)));
    }
    Ok(page(StatusCode::OK, views::ask(&it, step, sim.desk.merchant()), None))
}

async fn answer(
    sim: web::Data<Simulator>,
    at: web::Path<(String, String, String)>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Failure> {
    let (_, it) = found(&sim, &at.0, &at.1)?;
    let step = Step::of(&at.2).ok_or(Failure::Missing)?;
    let tran_id = it.tran_id;
    let change = sim.store.change(move |ledger, now, rules| {
        if ledger
            .by_tran(&tran_id)
            .is_some_and(|it| step == Step::Account || !it.is_stuck())
        {
            ledger.answer(&tran_id, step, &form, now, rules);
        }
        ledger
            .by_tran(&tran_id)
            .map(|it| (it.problems.is_empty(), place(it)))
            .ok_or(Failure::Missing)
    });
    let (fine, place) = change.await?;
    // A page that was answered wrongly is shown again, even if a later one is open.
    Ok(go(if fine { place } else { path(&at.0, &at.1) + step.path() }))
}

async fn cancel(sim: web::Data<Simulator>, at: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (_, it) = found(&sim, &at.0, &at.1)?;
    let change = sim.store.change(move |ledger, now, rules| {
        ledger.cancel(&it.tran_id, now, rules);
        Ok::<_, Failure>(())
    });
    change.await?;
    Ok(go(path(&at.0, &at.1) + "end"))
}

async fn end(sim: web::Data<Simulator>, at: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (_, it) = found(&sim, &at.0, &at.1)?;
    if it.is_open() {
        return Ok(go(place(&it)));
    }
    let strike = |ledger: &mut Ledger, now, _: &_| {
        let place = Place::Return;
        Ok::<_, Failure>(ledger.strike(By::Requests(place), place, &[Kind::Slow, Kind::Error], now))
    };
    match sim.store.change(strike).await? {
        Some(fault) if fault.fault == Kind::Error => return Ok(HttpResponse::InternalServerError().body("error\n")),
        Some(fault) => {
            tokio::time::sleep(std::time::Duration::from_millis(fault.number("ms").into())).await;
        }
        None => {}
    }
    let_go(&sim, &it, views::Ending::Done)
}

/// Where the way back ends when it is lost.
async fn lost(sim: web::Data<Simulator>, at: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (_, it) = found(&sim, &at.0, &at.1)?;
    if it.way_back() != WayBack::Lost {
        return Ok(go(place(&it)));
    }
    Ok(page(StatusCode::OK, views::lost(&it), None))
}

/// A last page. Its message is signed at each showing, because a message grows old in ten minutes.
fn let_go(sim: &Simulator, it: &Transaction, ending: views::Ending) -> Result<HttpResponse, Failure> {
    let now = sim.store.now();
    let way = it.way_back();
    let fields = api::return_body(sim, it, now);
    let nothing = Fields::new();
    let lost = path(&it.request.institution, it.session.as_deref().unwrap_or_default()) + "lost";
    let exit = match way {
        WayBack::Post => views::Exit::Form(&it.request.return_url, "post", &fields, sim.desk.charset_name()),
        WayBack::Get => views::Exit::Form(&it.request.return_url, "get", &fields, sim.desk.charset_name()),
        WayBack::Elsewhere => views::Exit::Link(api::return_link(sim, it, &fields)?),
        WayBack::Nowhere => views::Exit::None,
        WayBack::Lost => views::Exit::Form(&lost, "get", &nothing, "utf-8"),
    };
    let status = if ending == views::Ending::Done {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    let leave = api::origin_of(&it.request.return_url);
    let mut answer = page(
        status,
        views::end(it, now, ending, &exit, sim.desk.merchant()),
        leave.as_deref(),
    );
    if ending == views::Ending::Done && way != WayBack::Nowhere {
        let header = header::HeaderName::from_static("refresh");
        answer
            .headers_mut()
            .insert(header, header::HeaderValue::from_static("480"));
    }
    Ok(answer)
}

/// The link of scenario 21 as a QR code.
async fn link(sim: web::Data<Simulator>, at: web::Path<(String, String)>) -> Result<HttpResponse, Failure> {
    let (now, it) = found(&sim, &at.0, &at.1)?;
    let elsewhere = it.way_back() == WayBack::Elsewhere;
    let address = api::return_link(&sim, &it, &api::return_body(&sim, &it, now))?;
    let code = qrcode::QrCode::new(address)
        .ok()
        .filter(|_| elsewhere)
        .ok_or(Failure::Missing)?;
    let picture = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(picture))
}
