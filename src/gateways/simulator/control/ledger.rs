//! The book of the gateway: what is true of every transaction, to be held against the bureau's rows.

use super::super::{
    Simulator,
    messages::{Seal, stamp},
    site,
    state::Transaction,
};
use actix_web::{
    HttpResponse,
    web::{self, Bytes},
};
use chrono::NaiveDateTime;
use futures_util::stream;
use serde_json::{Value, json};

/// So many lines are written at a time; requests wait meanwhile.
const AT_ONCE: usize = 500;

/// All that had begun when it was asked for, a line each, the oldest first.
pub async fn lines(sim: web::Data<Simulator>) -> HttpResponse {
    let end = sim.store.look(|ledger, _| ledger.transactions().len());
    let parts = stream::unfold((sim, 0), move |(sim, from)| async move {
        if from == end {
            return None;
        }
        let upto = end.min(from + AT_ONCE);
        let part: String = sim.store.look(|ledger, now| {
            let part = ledger.transactions()[from..upto].iter();
            part.map(|it| format!("{}\n", entry(it, now))).collect()
        });
        Some((Ok::<_, std::io::Error>(Bytes::from(part)), (sim, upto)))
    });
    HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .streaming(Box::pin(parts))
}

/// One transaction: first what is true, then what is told now, then what was sent.
pub fn entry(it: &Transaction, now: NaiveDateTime) -> Value {
    let told = it.told(now);
    let (own, forged): (Vec<_>, Vec<_>) = it
        .letters
        .iter()
        .partition(|letter| letter.seal == Seal::Own && letter.body.is_none());
    let unprocessed = it.status(now) == "unprocessed";
    let ended_at = match &it.outcome {
        // A success that comes late has ended when it is told as one, if that is known by now.
        Some(outcome) => Some(
            told.as_ref()
                .filter(|told| told.code == outcome.code)
                .unwrap_or(outcome)
                .decided_at,
        ),
        None => unprocessed.then_some(it.expires_at),
    };
    let truth = it.outcome.as_ref().map(|outcome| outcome.status());
    json!({
        "attempt_id": it.attempt_id,
        "tran_id": it.tran_id,
        "institution": it.request.institution,
        "begun_at": stamp(it.created_at),
        "ended_at": ended_at.map(stamp),
        "outcome": truth.or(unprocessed.then_some("unprocessed")),
        "outcome_code": it.outcome.as_ref().map(|outcome| &outcome.code),
        "begins": it.begins,
        "registrations": it.registrations,
        "inquiries": it.inquiries,
        "scenario": it.scenario().map(|scenario| scenario.number),
        "status": it.status(now),
        "code": told.as_ref().map(|outcome| &outcome.code),
        "field": told.as_ref().map(|outcome| &outcome.field).filter(|field| !field.is_empty()),
        "decided_at": told.as_ref().map(|outcome| stamp(outcome.decided_at)),
        "page": it.session.as_ref().map(|session| site::path(&it.request.institution, session)),
        "lost_return": it.lost_return,
        "push_tries": own.iter().map(|letter| letter.tries).sum::<usize>(),
        "push_delivered": own.iter().any(|letter| letter.delivered),
        "push_open": it.letters.iter().filter(|letter| letter.is_waiting()).count(),
        "forged_tries": forged.iter().map(|letter| letter.tries).sum::<usize>(),
        "forged_taken": forged.iter().filter(|letter| letter.delivered).count(),
    })
}
