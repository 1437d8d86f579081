//! Pages and JSON for those who stand behind the scenes: trainers and tests. Answered to this machine only.

mod ledger;
mod play;
mod trouble;
mod views;

use super::{Failure, Simulator, institutions, scenarios, site, views as own};
use crate::clock;
use actix_web::{
    HttpResponse,
    guard::{Guard, GuardContext},
    http::{StatusCode, header},
    web,
};
use serde::Deserialize;
use serde_json::json;

/// The routes of this file.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(index))
        .route("/style.css", web::get().to(style))
        .route("/favicon.svg", web::get().to(icon))
        .service(
            web::scope("/control")
                .guard(Here)
                .route("", web::get().to(panel))
                .route("/form", web::post().to(form))
                .route("/ledger", web::get().to(ledger::lines))
                .route("/next", web::post().to(next))
                .route("/transaction", web::post().to(transaction))
                .route("/open", web::post().to(play::open))
                .route("/complete", web::post().to(play::complete))
                .route("/cancel", web::post().to(play::cancel))
                .configure(trouble::routes),
        );
}

/// Lets requests from this machine pass.
struct Here;

impl Guard for Here {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        context
            .head()
            .peer_addr
            .is_some_and(|peer| peer.ip().to_canonical().is_loopback())
    }
}

async fn index(sim: web::Data<Simulator>) -> HttpResponse {
    let page = sim.store.look(|ledger, now| {
        let today = clock::jst(now).format("%Y-%m-%d").to_string();
        own::index(&sim, ledger, now, &today)
    });
    site::page(StatusCode::OK, page, None)
}

async fn style() -> HttpResponse {
    let style = format!("{}\n{}", include_str!("../style.css"), institutions::colours());
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(style)
}

async fn icon() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/svg+xml")
        .body(include_str!("../favicon.svg"))
}

async fn panel(sim: web::Data<Simulator>) -> HttpResponse {
    site::page(StatusCode::OK, sim.store.look(views::panel), None)
}

#[derive(Deserialize)]
struct Next {
    scenario: Option<String>,
}

async fn next(sim: web::Data<Simulator>, wish: web::Json<Next>) -> Result<HttpResponse, Failure> {
    let scenario = wish.into_inner().scenario;
    Ok(match set(&sim, None, scenario.clone()).await? {
        Ok(()) => HttpResponse::Ok().json(json!({ "next": scenario })),
        Err(reason) => no(StatusCode::UNPROCESSABLE_ENTITY, reason),
    })
}

#[derive(Deserialize)]
struct One {
    tran_id: String,
    scenario: Option<String>,
}

async fn transaction(sim: web::Data<Simulator>, wish: web::Json<One>) -> Result<HttpResponse, Failure> {
    let One { tran_id, scenario } = wish.into_inner();
    Ok(match set(&sim, Some(tran_id.clone()), scenario.clone()).await? {
        Ok(()) => HttpResponse::Ok().json(json!({ "tran_id": tran_id, "scenario": scenario })),
        Err(reason) => no(StatusCode::UNPROCESSABLE_ENTITY, reason),
    })
}

#[derive(Deserialize)]
struct Chosen {
    tran_id: Option<String>,
    scenario: String,
}

/// The same by a button of the control page.
async fn form(sim: web::Data<Simulator>, wish: web::Form<Chosen>) -> Result<HttpResponse, Failure> {
    let Chosen { tran_id, scenario } = wish.into_inner();
    // What cannot be set leaves the page as it is, which shows just that.
    let _ = set(&sim, tran_id, Some(scenario).filter(|scenario| !scenario.is_empty())).await?;
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/control"))
        .finish())
}

/// Sets, or with `None` clears, the scenario of a transaction or of the next one.
async fn set(
    sim: &Simulator,
    tran_id: Option<String>,
    scenario: Option<String>,
) -> Result<Result<(), &'static str>, Failure> {
    if scenario
        .as_deref()
        .is_some_and(|number| scenarios::find(number).is_none())
    {
        return Ok(Err("no such scenario"));
    }
    let change = sim.store.change(move |ledger, _, _| {
        let Some(tran_id) = tran_id else {
            ledger.set().next_scenario = scenario;
            return Ok::<_, Failure>(Ok(()));
        };
        Ok(match ledger.at(&tran_id) {
            None => Err("no such transaction"),
            Some(at) if ledger.transactions()[at].outcome.is_some() => Err("the transaction has ended"),
            Some(at) => {
                ledger.edit(at, |it| it.scenario = scenario);
                Ok(())
            }
        })
    });
    change.await
}

fn no(status: StatusCode, reason: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": reason }))
}
