//! Faults and the autopilot: a page for people, JSON for tests.

use super::{
    super::{
        Failure, Simulator,
        autopilot::Autopilot,
        faults::{Fault, Place},
        site,
        state::Ledger,
        typing::Form,
    },
    no, views,
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::{self, Bytes},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The routes of this file, under `/control`.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/faults", web::get().to(faults))
        .route("/faults", web::put().to(replace))
        .route("/faults", web::delete().to(clear))
        .route("/autopilot", web::get().to(autopilot))
        .route("/autopilot", web::put().to(engage))
        .route("/autopilot", web::delete().to(disengage))
        .route("/trouble", web::get().to(page))
        .route("/trouble/add", web::post().to(add))
        .route("/trouble/remove", web::post().to(remove))
        .route("/trouble/seed", web::post().to(seed))
        .route("/trouble/autopilot", web::post().to(engage_by_form));
}

async fn faults(sim: web::Data<Simulator>) -> HttpResponse {
    HttpResponse::Ok().json(sim.store.look(|ledger, _| listed(ledger)))
}

fn listed(ledger: &Ledger) -> Value {
    let tally = ledger.tally();
    let faults = ledger.settings().faults.iter().enumerate().map(|(at, fault)| {
        let struck = tally.struck.get(at).copied().unwrap_or(0);
        let mut listed = json!(fault);
        listed["struck"] = json!(struck);
        listed["over"] = json!(fault.times.is_some_and(|times| struck >= times));
        listed
    });
    json!({ "seed": ledger.settings().seed, "rolled": tally.rolled.iter().sum::<u64>(), "faults": faults.collect::<Vec<_>>() })
}

/// A list, or a list with a seed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    seed: Option<u64>,
    faults: Option<Vec<Fault>>,
}

/// A JSON body; the reason is in the answer if it is none.
fn parsed<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|e| e.to_string())
}

fn wished(body: &Bytes) -> Result<(Option<Vec<Fault>>, Option<u64>), String> {
    let wish = match body.trim_ascii_start().first() {
        Some(b'[') => Wish {
            seed: None,
            faults: Some(parsed(body)?),
        },
        _ => parsed(body)?,
    };
    let faults = wish
        .faults
        .map(|faults| faults.into_iter().map(Fault::checked).collect());
    Ok((faults.transpose()?, wish.seed))
}

async fn replace(sim: web::Data<Simulator>, body: Bytes) -> Result<HttpResponse, Failure> {
    match wished(&body) {
        Ok((faults, seed)) => set_faults(&sim, |old| faults.unwrap_or(old), seed).await,
        Err(reason) => Ok(no(StatusCode::UNPROCESSABLE_ENTITY, &reason)),
    }
}

async fn clear(sim: web::Data<Simulator>) -> Result<HttpResponse, Failure> {
    set_faults(&sim, |_| Vec::new(), None).await
}

async fn set_faults(
    sim: &Simulator,
    make: impl FnOnce(Vec<Fault>) -> Vec<Fault>,
    seed: Option<u64>,
) -> Result<HttpResponse, Failure> {
    let change = sim.store.change(|ledger, _, _| {
        let faults = make(ledger.settings().faults.clone());
        ledger.set_faults(faults, seed);
        Ok::<_, Failure>(listed(ledger))
    });
    Ok(HttpResponse::Ok().json(change.await?))
}

async fn autopilot(sim: web::Data<Simulator>) -> HttpResponse {
    HttpResponse::Ok().json(
        sim.store
            .look(|ledger, _| json!({ "autopilot": ledger.settings().autopilot })),
    )
}

async fn engage(sim: web::Data<Simulator>, body: Bytes) -> Result<HttpResponse, Failure> {
    match parsed(&body).and_then(Autopilot::checked) {
        Ok(autopilot) => set_autopilot(&sim, Some(autopilot)).await,
        Err(reason) => Ok(no(StatusCode::UNPROCESSABLE_ENTITY, &reason)),
    }
}

async fn disengage(sim: web::Data<Simulator>) -> Result<HttpResponse, Failure> {
    set_autopilot(&sim, None).await
}

async fn set_autopilot(sim: &Simulator, autopilot: Option<Autopilot>) -> Result<HttpResponse, Failure> {
    let answer = json!({ "autopilot": autopilot });
    let change = sim.store.change(|ledger, _, _| {
        ledger.set().autopilot = autopilot;
        Ok::<_, Failure>(())
    });
    change.await?;
    Ok(HttpResponse::Ok().json(answer))
}

async fn page(sim: web::Data<Simulator>) -> HttpResponse {
    shown(&sim, None)
}

fn shown(sim: &Simulator, problem: Option<&str>) -> HttpResponse {
    let page = sim.store.look(|ledger, _| views::trouble(ledger, problem));
    let status = problem.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    site::page(status, page, None)
}

fn back() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/control/trouble"))
        .finish()
}

/// The fault of a form, through the same reading as JSON: an empty field is one that is not there.
fn fault_of(form: &Form) -> Result<Fault, String> {
    let mut fault = serde_json::Map::new();
    for (name, value) in form.iter().filter(|(_, value)| !value.trim().is_empty()) {
        let value = value.trim();
        let number = value
            .parse::<f64>()
            .ok()
            .filter(|_| !["code", "from", "to"].contains(&name.as_str()));
        let value = match number {
            Some(number) if number.fract() == 0.0 && number >= 0.0 => json!(number as u64),
            Some(number) => json!(number),
            None => json!(value),
        };
        fault.insert(name.clone(), value);
    }
    let fault: Fault = serde_json::from_value(Value::Object(fault)).map_err(|e| e.to_string())?;
    fault.checked()
}

async fn add(sim: web::Data<Simulator>, form: web::Form<Form>) -> Result<HttpResponse, Failure> {
    let fault = match fault_of(&form) {
        Ok(fault) => fault,
        Err(reason) => return Ok(shown(&sim, Some(&reason))),
    };
    let change = sim.store.change(|ledger, _, _| {
        ledger.set().faults.push(fault);
        Ok::<_, Failure>(())
    });
    change.await?;
    Ok(back())
}

#[derive(Deserialize)]
struct Which {
    /// Its place in the list; without it, all.
    at: Option<usize>,
}

async fn remove(sim: web::Data<Simulator>, which: web::Form<Which>) -> Result<HttpResponse, Failure> {
    let change = sim.store.change(|ledger, _, _| {
        match which.at {
            None => ledger.set_faults(Vec::new(), None),
            Some(at) if at < ledger.settings().faults.len() => {
                ledger.set().faults.remove(at);
                let struck = &mut ledger.count().struck;
                if at < struck.len() {
                    struck.remove(at);
                }
            }
            Some(_) => {}
        }
        Ok::<_, Failure>(())
    });
    change.await?;
    Ok(back())
}

#[derive(Deserialize)]
struct Seed {
    seed: String,
}

async fn seed(sim: web::Data<Simulator>, form: web::Form<Seed>) -> Result<HttpResponse, Failure> {
    let Ok(seed) = form.seed.trim().parse() else {
        return Ok(shown(&sim, Some("the seed is a whole number, 0 or more")));
    };
    set_faults(&sim, |faults| faults, Some(seed)).await?;
    Ok(back())
}

/// 0 or nothing in every share: by account number. An empty time: off.
async fn engage_by_form(sim: web::Data<Simulator>, form: web::Form<Form>) -> Result<HttpResponse, Failure> {
    let number = |name: &str| form.get(name).and_then(|value| value.trim().parse::<f64>().ok());
    let shares = views::ENDS.iter().filter_map(|(name, _)| {
        let share = number(name).filter(|share| *share > 0.0)?;
        Some(((*name).to_owned(), share))
    });
    let autopilot = number("after_ms").map(|after_ms| Autopilot {
        after_ms: after_ms as u32,
        shares: shares.collect(),
    });
    match autopilot.map(Autopilot::checked).transpose() {
        Ok(autopilot) => {
            set_autopilot(&sim, autopilot).await?;
            Ok(back())
        }
        Err(reason) => Ok(shown(&sim, Some(&reason))),
    }
}

/// The places of a fault in words.
pub fn places(at: &[Place]) -> String {
    let words: Vec<_> = at.iter().map(|place| place.name().1).collect();
    words.join("、")
}
