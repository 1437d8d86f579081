//! The simple model: what each step may move, what each answer of the gateway means, and how all must end.
use super::Step;
use mizumado::enrolment::states::{Cause, EDGES, Registration};
use serde_json::Value;
use std::collections::BTreeMap;

/// A change of state as it stands in the database.
#[derive(Clone, Debug)]
pub struct Event {
    pub application: String,
    pub from: String,
    pub to: Registration,
    pub cause: Cause,
    pub evidence: String,
}

/// What was done in all cases.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub steps: usize,
    pub applications: usize,
    pub attempts: usize,
    pub events: usize,
    pub registered: usize,
    pub late_successes: usize,
    pub withdrawn: usize,
    pub unknown: usize,
}

impl Figures {
    pub fn add(&mut self, other: &Figures) {
        let sum = |mine: &mut usize, more: usize| *mine += more;
        sum(&mut self.steps, other.steps);
        sum(&mut self.applications, other.applications);
        sum(&mut self.attempts, other.attempts);
        sum(&mut self.events, other.events);
        sum(&mut self.registered, other.registered);
        sum(&mut self.late_successes, other.late_successes);
        sum(&mut self.withdrawn, other.withdrawn);
        sum(&mut self.unknown, other.unknown);
    }
}

/// What an inquiry hears now, by attempt.
pub type Told = BTreeMap<String, Value>;

/// What the gateway's word makes of an application; `None` while it has none.
pub fn meant(told: &Value) -> Option<Registration> {
    match (told["status"].as_str().unwrap(), told["code"].as_str()) {
        ("success", _) => Some(Registration::Registered),
        ("fail", Some("C01")) => Some(Registration::Cancelled),
        ("fail", Some("Z77")) => Some(Registration::Unknown),
        ("fail", _) => Some(Registration::Rejected),
        ("unprocessed", _) => Some(Registration::Expired),
        _ => None,
    }
}

/// Where every application stands.
#[derive(Default)]
pub struct Model {
    states: BTreeMap<String, Registration>,
    pub figures: Figures,
}

impl Model {
    pub fn state(&self, application: &str) -> Option<Registration> {
        self.states.get(application).copied()
    }

    /// Takes an event in, which followed a step: it goes on from where the application stood, over an edge of the table,
    /// and is one that the step may cause.
    pub fn take(&mut self, event: &Event, step: &Step, target: Option<&str>, told: &Told) {
        let before = self.states.insert(event.application.clone(), event.to);
        match before {
            None => assert_eq!((event.from.as_str(), event.to), ("none", Registration::Draft)),
            Some(before) => {
                assert_eq!(event.from, before.as_str(), "no gap: {event:?}");
                let is_late = event.cause == Cause::LateSuccess;
                let is_edge = EDGES
                    .iter()
                    .any(|e| e.from == before && e.to == event.to && e.late_only == is_late);
                assert!(is_edge, "no edge: {event:?}");
            }
        }
        let is_target = target.is_none_or(|id| id == event.application);
        assert!(
            is_target && self.may(event, step, told),
            "{event:?} after {step:?}: {told:?}"
        );
        self.figures.events += 1;
        self.figures.late_successes += usize::from(event.cause == Cause::LateSuccess);
    }

    fn may(&self, event: &Event, step: &Step, told: &Told) -> bool {
        use Registration::{AtInstitution, Checking, Confirmed, Draft, Withdrawn};
        match step {
            Step::Apply { .. } => matches!(event.to, Draft | Confirmed | AtInstitution),
            Step::Retry { .. } => event.to == AtInstitution,
            // A hint makes us ask, and decides nothing.
            Step::Return(_) | Step::Push { .. } | Step::Ask(_) | Step::DailyFile => event.to == Checking,
            Step::Withdraw(_) => event.to == Withdrawn && event.cause == Cause::Withdrawal,
            Step::Pass { .. } => event.to == Checking || is_the_gateways_word(event, told),
            Step::ClickAgain(_)
            | Step::Complete(_)
            | Step::Cancel(_)
            | Step::Forge { .. }
            | Step::Deaf(_)
            | Step::LateChange { .. } => false,
        }
    }

    /// How an application must end, given what the gateway says of its attempts, the oldest first.
    pub fn end(&self, application: &str, attempts: &[&Value]) -> Option<Registration> {
        if self.state(application) == Some(Registration::Withdrawn) {
            return Some(Registration::Withdrawn);
        }
        if attempts.iter().any(|told| told["status"] == "success") {
            return Some(Registration::Registered);
        }
        attempts.last().and_then(|told| meant(told))
    }
}

/// What a job does follows from what the gateway tells at this moment.
fn is_the_gateways_word(event: &Event, told: &Told) -> bool {
    let attempt = event.evidence.split(' ').next().unwrap();
    match (event.to, event.cause) {
        // A draft that nobody went on with.
        (Registration::Expired, Cause::TooOld) => event.from == "draft",
        (Registration::Unknown, Cause::LadderExhausted) => true,
        // Asked, and the person is still there.
        (Registration::AtInstitution, Cause::Inquiry) => meant(&told[attempt]).is_none(),
        (to, _) => meant(&told[attempt]) == Some(to),
    }
}
