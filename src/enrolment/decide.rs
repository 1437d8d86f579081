//! What an answer of the gateway means for an application. Pure: the same facts give the same decision.
use super::{
    states::{Cause, Registration},
    store::Outcome,
};
use crate::gateways::{Answer, Reason};

/// What is known when an answer comes (or does not).
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub state: Registration,
    /// The gateway once acknowledged this attempt.
    pub acknowledged: bool,
    /// The 90 minutes of a journey are over.
    pub journey_over: bool,
    /// This was the last rung of the ladder.
    pub last_rung: bool,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Ask again on the next rung; in between the application stands at the institution or under check.
    AskAgain { at_institution: bool },
    /// The application moves; the attempt ended.
    Settle {
        to: Registration,
        cause: Cause,
        outcome: Outcome,
        reason: Option<Reason>,
    },
    /// Nothing changes.
    Keep,
}

use Registration::*;

/// Decides. `answer` is `None` when the gateway said nothing.
pub fn decide(facts: Facts, answer: Option<&Answer>) -> Decision {
    match facts.state {
        Checking | Unknown => open_decision(facts, answer),
        // Closed by us, but the gateway's success counts: "corrected to match the gateway".
        Rejected | Expired | Cancelled => match answer {
            Some(Answer::Success { .. }) => settle(Registered, Cause::LateSuccess, Outcome::Success, None),
            // A hint made us ask, and nobody answered: it may be the late success, so it is asked again.
            None if !facts.last_rung => Decision::AskAgain { at_institution: false },
            _ => Decision::Keep,
        },
        _ => Decision::Keep,
    }
}

fn open_decision(facts: Facts, answer: Option<&Answer>) -> Decision {
    match answer {
        Some(Answer::Success { .. }) => settle(Registered, Cause::Inquiry, Outcome::Success, None),
        Some(Answer::Fail { reason, .. }) => match reason {
            Some(Reason::UserCancel) => settle(Cancelled, Cause::Inquiry, Outcome::Cancelled, *reason),
            Some(_) => settle(Rejected, Cause::Inquiry, Outcome::Fail, *reason),
            None => unsure(facts, Cause::UnknownCode),
        },
        Some(Answer::Unprocessed) => settle(Expired, Cause::NeverStarted, Outcome::Expired, None),
        Some(Answer::NotFound) if !facts.acknowledged => settle(Expired, Cause::NeverStarted, Outcome::Expired, None),
        Some(Answer::NotFound) => unsure(facts, Cause::Contradiction),
        Some(Answer::Entry | Answer::Started) if !facts.journey_over => ask_again(facts, true),
        Some(Answer::Entry | Answer::Started | Answer::Ended) | None => ask_again(facts, false),
    }
}

fn ask_again(facts: Facts, at_institution: bool) -> Decision {
    match facts.last_rung {
        true => unsure(facts, Cause::LadderExhausted),
        false => Decision::AskAgain {
            at_institution: at_institution && facts.state == Checking,
        },
    }
}

fn unsure(facts: Facts, cause: Cause) -> Decision {
    match facts.state {
        Unknown => Decision::Keep,
        _ => settle(Unknown, cause, Outcome::Unknown, None),
    }
}

fn settle(to: Registration, cause: Cause, outcome: Outcome, reason: Option<Reason>) -> Decision {
    Decision::Settle {
        to,
        cause,
        outcome,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers() -> impl Strategy<Value = Option<Answer>> {
        let fail = |reason| Answer::Fail {
            code: "B01".into(),
            reason,
            field: String::new(),
        };
        prop_oneof![
            Just(None),
            Just(Some(Answer::Entry)),
            Just(Some(Answer::Started)),
            Just(Some(Answer::Ended)),
            Just(Some(Answer::Unprocessed)),
            Just(Some(Answer::NotFound)),
            Just(Some(Answer::Success {
                code: "0000".into(),
                account: None
            })),
            proptest::option::of(proptest::sample::select(Reason::ALL)).prop_map(move |r| Some(fail(r))),
        ]
    }

    proptest! {
        #[test]
        fn every_decision_is_an_edge_of_the_table(
            state in proptest::sample::select(Registration::ALL),
            acknowledged: bool, journey_over: bool, last_rung: bool, answer in answers(),
        ) {
            let facts = Facts { state, acknowledged, journey_over, last_rung };
            match decide(facts, answer.as_ref()) {
                Decision::Settle { to, cause, .. } => prop_assert!(state.allows(to, cause), "{facts:?} {answer:?}"),
                Decision::AskAgain { at_institution } => {
                    prop_assert!(!last_rung && (answer.is_none() || matches!(state, Checking | Unknown)));
                    prop_assert!(matches!(state, Checking | Unknown | Rejected | Expired | Cancelled));
                    prop_assert!(!at_institution || state.allows(AtInstitution, Cause::Inquiry));
                }
                Decision::Keep => {}
            }
        }

        #[test]
        fn a_late_success_is_never_ignored(
            state in proptest::sample::select(&[Checking, Unknown, Rejected, Expired, Cancelled][..]),
            acknowledged: bool, journey_over: bool, last_rung: bool,
        ) {
            let facts = Facts { state, acknowledged, journey_over, last_rung };
            let success = Answer::Success { code: "0000".into(), account: None };
            let registered = matches!(decide(facts, Some(&success)), Decision::Settle { to: Registered, .. });
            prop_assert!(registered);
        }

        #[test]
        fn nothing_expires_without_the_gateways_word(answer in answers(), last_rung: bool, journey_over: bool) {
            let facts = Facts { state: Checking, acknowledged: true, journey_over, last_rung };
            if let Decision::Settle { to: Expired, .. } = decide(facts, answer.as_ref()) {
                prop_assert_eq!(answer, Some(Answer::Unprocessed));
            }
        }
    }
}
