//! Gateways: how an account is verified and registered (N4.2, N4.3). One contract, an adapter per gateway.
//!
//! Only the answer to [`Adapter::inquire`] decides; a return, a push and a daily file are hints.
mod contract;
mod redirect;
pub mod simulator;
mod store;
mod tally;

pub use contract::{
    Account, Adapter, Answer, CreateError, CreateRequest, Created, DailyLine, Hint, MessageError, NoAnswer, Reason,
};
pub use store::{forget_old_nonces, is_fresh_nonce};
pub use tally::{Calls, Tally};

use crate::{
    clock::Clock,
    config::{ConfigError, Settings},
};
use std::{collections::BTreeMap, sync::Arc};

/// The gateways of a workspace by id.
#[derive(Clone)]
pub struct Gateways {
    by_id: BTreeMap<String, Arc<dyn Adapter>>,
    first: String,
    chosen: BTreeMap<String, String>,
    silence_seconds: BTreeMap<String, i64>,
    tallies: BTreeMap<String, Arc<Tally>>,
}

impl Gateways {
    /// Builds every configured gateway; a wrong one stops the start.
    pub fn new(settings: &Settings, clock: &Clock) -> Result<Self, ConfigError> {
        let mut by_id: BTreeMap<String, Arc<dyn Adapter>> = BTreeMap::new();
        let mut tallies = BTreeMap::new();
        for gateway in &settings.gateways {
            let tally = Arc::new(Tally::default());
            tallies.insert(gateway.id.clone(), tally.clone());
            let adapter = redirect::Redirect::new(gateway, clock.clone(), tally)?;
            by_id.insert(gateway.id.clone(), Arc::new(adapter));
        }
        let with_gateway = settings.institutions.iter();
        Ok(Self {
            by_id,
            tallies,
            first: settings.gateways.first().map(|g| g.id.clone()).unwrap_or_default(),
            chosen: with_gateway
                .filter_map(|(code, i)| Some((code.clone(), i.gateway.clone()?)))
                .collect(),
            silence_seconds: settings
                .gateways
                .iter()
                .map(|g| (g.id.clone(), g.silence_seconds))
                .collect(),
        })
    }
    /// The gateway's id for an institution.
    pub fn for_institution(&self, code: &str) -> &str {
        self.chosen.get(code).unwrap_or(&self.first)
    }
    pub fn find(&self, id: &str) -> Option<Arc<dyn Adapter>> {
        self.by_id.get(id).cloned()
    }
    /// The calls of this process since somebody asked last.
    pub fn take_calls(&self, id: &str) -> Calls {
        self.tallies.get(id).map(|tally| tally.take()).unwrap_or_default()
    }
    /// Seconds after the hand-off until the first silent check.
    pub fn silence_seconds(&self, id: &str) -> i64 {
        self.silence_seconds.get(id).copied().unwrap_or(300)
    }
}
