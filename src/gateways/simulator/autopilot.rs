//! Ends transactions by itself, so that a campaign needs nobody who visits the pages.

use super::{
    Simulator, Task,
    faults::{By, Place},
    journey::Opening,
    person::{self, Person},
    scenarios,
    state::{Ledger, Rules},
};
use actix_web::web;
use chrono::{Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const TICK: std::time::Duration = std::time::Duration::from_millis(20);
/// So many transactions end in one change; requests wait meanwhile.
const AT_ONCE: usize = 100;
/// What the share `fail` is divided among, evenly: reasons that lie with the person or the account.
const FAILS: [&str; 7] = ["01", "02", "03", "05", "06", "07", "11"];

/// The switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autopilot {
    /// From the begin to the end.
    pub after_ms: u32,
    /// Weights of `success`, `fail`, `cancelled`, `unprocessed` and of scenarios by name; none: by account number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, f64>,
}

impl Autopilot {
    /// The switch, or what is wrong with it.
    pub fn checked(self) -> Result<Autopilot, String> {
        let known = |word: &str| {
            ["success", "fail", "cancelled", "unprocessed"].contains(&word) || scenarios::by_name(word).is_some()
        };
        if let Some(word) = self.shares.keys().find(|word| !known(word)) {
            return Err(format!("{word} is not an end, nor the name of a scenario"));
        }
        let sum: f64 = self.shares.values().sum();
        if self.shares.values().any(|share| !(0.0..=1e6).contains(share)) || (!self.shares.is_empty() && sum <= 0.0) {
            return Err("shares are weights: not negative, and not all zero".to_owned());
        }
        Ok(self)
    }
}

/// How a transaction ends if nobody comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    pub due_at: NaiveDateTime,
    pub end: End,
}

/// Who ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The account number, or the control page.
    ByNumber,
    /// This scenario.
    Scenario(String),
    /// The person, who opens and leaves.
    Cancelled,
    /// Nobody; the token dies at once.
    Unprocessed,
}

impl Ledger {
    /// The end of a transaction that begins now. `chosen`: the control page has already chosen its scenario.
    pub fn plan_flight(&mut self, chosen: bool, now: NaiveDateTime) -> Option<Flight> {
        let autopilot = self.settings().autopilot.clone()?;
        let end = if chosen || autopilot.shares.is_empty() {
            End::ByNumber
        } else {
            self.choose(&autopilot.shares)
        };
        Some(Flight {
            due_at: now + Duration::milliseconds(autopilot.after_ms.into()),
            end,
        })
    }

    fn choose(&mut self, shares: &BTreeMap<String, f64>) -> End {
        let mut left = self.roll(By::Requests(Place::Create)) * shares.values().sum::<f64>();
        let chosen = shares.iter().find(|(_, share)| {
            left -= **share;
            left < 0.0
        });
        match chosen.map_or("success", |(word, _)| word) {
            "success" => End::Scenario(scenarios::ALL[0].number.to_owned()),
            "cancelled" => End::Cancelled,
            "unprocessed" => End::Unprocessed,
            "fail" => {
                let which = (self.roll(By::Requests(Place::Create)) * FAILS.len() as f64) as usize;
                End::Scenario(FAILS[which].to_owned())
            }
            name => scenarios::by_name(name).map_or(End::ByNumber, |it| End::Scenario(it.number.to_owned())),
        }
    }

    /// Whether a transaction is to end by now.
    fn has_landings(&self, now: NaiveDateTime) -> bool {
        self.index.flights.first().is_some_and(|(due_at, _)| *due_at <= now)
    }

    /// Ends the next transactions that are due.
    fn land(&mut self, now: NaiveDateTime, rules: &Rules) {
        let due = self.index.flights.iter().take_while(|(due_at, _)| *due_at <= now);
        let due: Vec<_> = due.take(AT_ONCE).map(|(_, at)| *at).collect();
        for at in due {
            let Some(flight) = self.edit(at, |it| it.flight.take()) else {
                continue;
            };
            self.end_by_itself(at, flight.end, now, rules);
        }
    }

    fn end_by_itself(&mut self, at: usize, end: End, now: NaiveDateTime, rules: &Rules) {
        let (tran_id, token) = {
            let it = &self.transactions()[at];
            (it.tran_id.clone(), it.token.clone())
        };
        match &end {
            End::Unprocessed => {
                self.edit(at, |it| it.expires_at = it.expires_at.min(now));
                return;
            }
            // Whoever chose on the control page meanwhile is heard.
            End::Scenario(number) => self.edit(at, |it| {
                it.scenario.get_or_insert_with(|| number.clone());
            }),
            End::ByNumber | End::Cancelled => {}
        }
        if self.open(&tran_id, &token, now, rules) == Opening::Expired {
            return;
        }
        let stuck = end == End::Cancelled || person::walk(self, &tran_id, &Person::default(), now, rules).is_err();
        if stuck {
            self.cancel(&tran_id, now, rules);
        }
    }
}

/// Starts the autopilot; it also ends what was left alone.
pub fn spawn(sim: web::Data<Simulator>) -> Task {
    Task::of(tokio::spawn(async move {
        loop {
            if let Err(error) = land_and_tidy(&sim).await {
                tracing::error!(%error, "simulator could not write its state");
            }
            if !sim.store.look(Ledger::has_landings) {
                tokio::time::sleep(TICK).await;
            }
        }
    }))
}

async fn land_and_tidy(sim: &Simulator) -> std::io::Result<()> {
    if sim.store.look(Ledger::has_landings) {
        let land = |ledger: &mut Ledger, now, rules: &Rules| {
            ledger.land(now, rules);
            Ok::<_, std::io::Error>(())
        };
        sim.store.change(land).await?;
    }
    sim.store.tidy().await
}
