//! Whether a desk shows that an exercise was done: its audit record since the exercise began, and the state of its
//! applications. Nothing here believes what somebody says of themselves.
use super::{
    class::{DeskKept, Try},
    exercises::{Exercise, Goal},
};
use crate::{
    audit::{self, AuditEntry},
    db::Conn,
    enrolment,
    web::Error,
};

/// Which goals are reached now, in their order.
pub fn reached(conn: &mut Conn, desk: &DeskKept, exercise: &Exercise, begun: &Try) -> Result<Vec<bool>, Error> {
    let entries = audit::after(conn, begun.audit_no)?;
    let mut actor_before: Option<&str> = None;
    let mut all = vec![];
    for (no, goal) in exercise.head.goals.iter().enumerate() {
        let is_met = match (&goal.audit, &goal.state) {
            (Some(action), _) => {
                let entry = entries
                    .iter()
                    .find(|entry| fits(entry, action, goal, desk, actor_before));
                actor_before = entry.map(|entry| entry.actor.as_str()).or(actor_before);
                entry.is_some()
            }
            (None, Some(state)) => match case_id(goal, desk) {
                Some(id) => enrolment::state_of(conn, id)?.as_str() == state,
                None => false,
            },
            (None, None) => begun.answers.get(&no).is_some_and(|answer| goal.is_right(answer, desk)),
        };
        all.push(is_met);
    }
    Ok(all)
}

fn case_id<'a>(goal: &Goal, desk: &'a DeskKept) -> Option<&'a str> {
    let case = goal.of.as_deref()?;
    Some(desk.cases.get(case)?.id.as_str())
}

fn fits(entry: &AuditEntry, action: &str, goal: &Goal, desk: &DeskKept, before: Option<&str>) -> bool {
    let of_case = match &goal.of {
        None => true,
        Some(_) => case_id(goal, desk).is_some_and(|id| entry.subject == format!("application/{id}")),
    };
    let by_another = goal.by.is_none() || before.is_some_and(|before| before != entry.actor);
    entry.action == action && of_case && by_another
}
