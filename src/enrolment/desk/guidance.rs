//! `GET /applications/{id}/guidance`: how the applicant begins a new attempt, on paper to hand over or to read out.
//!
//! Only the applicant can hand an application off: the PIN and the institution's page are theirs. So staff say the way.
use super::{Filter, detail, views};
use crate::{
    accounts::Staff,
    enrolment::{
        reasons,
        states::Registration::{self, *},
    },
    gateways::Reason,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use std::collections::BTreeMap;

/// What the applicant can do next (the edges of the state machine, and whether the reason lets the same one go on).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The same application goes to the institution once more, from the look-up by receipt number.
    Again,
    /// The same, for the first time: the hand-off waited for the reopening.
    GoOn,
    /// This one is over; a new application from the first page.
    Anew,
    OnPaper,
    /// Nothing new before the result is there (rule 3).
    Wait,
    /// The account is registered.
    Nothing,
}

pub fn next_step(state: Registration, reason: &str, corrected_result: &str) -> NextStep {
    let reason = Reason::from_word(reason);
    let may_retry = reason.and_then(reasons::text).is_none_or(|text| text.retry);
    match state {
        Confirmed => NextStep::GoOn,
        AtInstitution | Checking | Unknown => NextStep::Wait,
        Rejected if may_retry => NextStep::Again,
        Rejected if reason == Some(Reason::AlreadyRegistered) => NextStep::Nothing,
        Rejected | Paper => NextStep::OnPaper,
        Registered => NextStep::Nothing,
        Corrected if corrected_result == "registered" => NextStep::Nothing,
        Draft | Cancelled | Expired | Corrected | Withdrawn => NextStep::Anew,
    }
}

pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let detail = detail::load(&workspace, &staff, id.into_inner(), Filter::read(&query)).await?;
    Ok(html(views::guidance(&site, &staff, &workspace.site.url, &detail)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrolment::states::Cause;

    #[test]
    fn only_what_the_state_machine_allows_is_offered() {
        for state in Registration::ALL {
            for reason in Reason::ALL {
                let step = next_step(*state, reason.as_str(), "");
                let again = matches!(step, NextStep::Again | NextStep::GoOn);
                assert!(
                    !again || state.allows(AtInstitution, Cause::HandedOff),
                    "{state:?} {reason:?}"
                );
                assert_eq!(step == NextStep::Wait, state.is_in_flight(), "{state:?} {reason:?}");
            }
        }
        assert_eq!(next_step(Rejected, "name_mismatch", ""), NextStep::Again);
        assert_eq!(next_step(Rejected, "not_eligible", ""), NextStep::OnPaper);
        assert_eq!(next_step(Expired, "", ""), NextStep::Anew);
        assert_eq!(next_step(Corrected, "", "not_registered"), NextStep::Anew);
    }
}
