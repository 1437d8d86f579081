//! The person at the institution, played for a test.

use super::{
    super::{
        Failure, Simulator, api,
        journey::Opening,
        person::{self, Person},
        scenarios::WayBack,
        state::Transaction,
        typing::Form,
    },
    ledger, no,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Wish {
    tran_id: String,
    pin: Option<String>,
    #[serde(default)]
    account: Form,
}

#[derive(PartialEq)]
enum Play {
    Open,
    Complete,
    Cancel,
}

pub async fn open(sim: web::Data<Simulator>, wish: web::Json<Wish>) -> Result<HttpResponse, Failure> {
    play(&sim, wish.into_inner(), Play::Open).await
}

pub async fn complete(sim: web::Data<Simulator>, wish: web::Json<Wish>) -> Result<HttpResponse, Failure> {
    play(&sim, wish.into_inner(), Play::Complete).await
}

pub async fn cancel(sim: web::Data<Simulator>, wish: web::Json<Wish>) -> Result<HttpResponse, Failure> {
    play(&sim, wish.into_inner(), Play::Cancel).await
}

async fn play(sim: &Simulator, wish: Wish, play: Play) -> Result<HttpResponse, Failure> {
    let Wish { tran_id, pin, account } = wish;
    let person = Person { pin, account };
    let change = sim.store.change(|ledger, now, rules| {
        let Some(token) = ledger.by_tran(&tran_id).map(|it| it.token.clone()) else {
            return Ok::<_, Failure>(Err("no such transaction".to_owned()));
        };
        if ledger.open(&tran_id, &token, now, rules) == Opening::Expired {
            return Ok(Err("the token has expired".to_owned()));
        }
        let walked = match play {
            Play::Open => Ok(()),
            Play::Complete => person::walk(ledger, &tran_id, &person, now, rules),
            Play::Cancel => {
                ledger.cancel(&tran_id, now, rules);
                Ok(())
            }
        };
        let it = ledger.by_tran(&tran_id).cloned();
        Ok(walked.and_then(|()| Ok((it.ok_or("no such transaction")?, now))))
    });
    match change.await? {
        Ok((it, now)) => Ok(HttpResponse::Ok().json(came_back(sim, &it, now)?)),
        Err(reason) => Ok(no(StatusCode::UNPROCESSABLE_ENTITY, &reason)),
    }
}

fn came_back(sim: &Simulator, it: &Transaction, now: NaiveDateTime) -> Result<Value, Failure> {
    let mut answer = ledger::entry(it, now);
    if it.outcome.is_some() {
        let method = match it.way_back() {
            WayBack::Post => Some("POST"),
            WayBack::Get | WayBack::Elsewhere => Some("GET"),
            WayBack::Nowhere | WayBack::Lost => None,
        };
        let body = sim.desk.write(&api::return_body(sim, it, now))?;
        answer["hint"] = json!(it.hint(now));
        answer["return_url"] = json!(it.request.return_url);
        answer["method"] = json!(method);
        answer["body"] = json!(method.map(|_| body));
    }
    Ok(answer)
}
