//! From when until when somebody held a role: what was granted, without the time in which the person was suspended.
use crate::{
    audit::{self, Wanted},
    db::Conn,
};
use chrono::NaiveDateTime;
use diesel::QueryResult;

/// One suspension, and when it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    pub from: NaiveDateTime,
    pub until: Option<NaiveDateTime>,
}

/// The suspensions of a person, oldest first. Nothing but the audit record holds their days.
pub fn stops(conn: &mut Conn, staff_id: &str) -> QueryResult<Vec<Stop>> {
    let mut steps = vec![];
    for (action, is_stop) in [("staff.suspended", true), ("staff.reinstated", false)] {
        let wanted = Wanted {
            action: Some(action.to_owned()),
            subject: Some(format!("staff/{staff_id}")),
            ..Wanted::default()
        };
        let found = audit::search(conn, &wanted, i64::MAX)?;
        steps.extend(found.into_iter().map(|entry| (entry.no, entry.at, is_stop)));
    }
    steps.sort_by_key(|(no, _, _)| *no);
    Ok(paired(steps.into_iter().map(|(_, at, is_stop)| (at, is_stop))))
}

/// Who is suspended is suspended once, however often that is said; so it is with the reinstatement.
fn paired(steps: impl Iterator<Item = (NaiveDateTime, bool)>) -> Vec<Stop> {
    let mut stops: Vec<Stop> = vec![];
    for (at, is_stop) in steps {
        let is_open = stops.last().is_some_and(|stop| stop.until.is_none());
        match (is_open, is_stop) {
            (false, true) => stops.push(Stop { from: at, until: None }),
            (true, false) => {
                if let Some(stop) = stops.last_mut() {
                    stop.until = Some(at);
                }
            }
            _ => {}
        }
    }
    stops
}

/// The parts of a grant in which the person was not suspended, oldest first.
pub fn held(
    from: NaiveDateTime,
    until: Option<NaiveDateTime>,
    stops: &[Stop],
) -> Vec<(NaiveDateTime, Option<NaiveDateTime>)> {
    let (mut parts, mut since) = (vec![], Some(from));
    for stop in stops {
        let Some(begin) = since else { break };
        if until.is_some_and(|until| until <= stop.from) {
            break;
        }
        if stop.until.is_some_and(|end| end <= begin) {
            continue;
        }
        if begin <= stop.from {
            parts.push((begin, Some(stop.from)));
        }
        since = stop.until;
    }
    let rest = since.filter(|begin| *begin == from || until.is_none_or(|until| *begin < until));
    parts.extend(rest.map(|begin| (begin, until)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Duration, NaiveDate};

    fn at(day: i64) -> NaiveDateTime {
        NaiveDate::default().and_time(chrono::NaiveTime::MIN) + Duration::days(day)
    }

    fn stop(from: i64, until: Option<i64>) -> Stop {
        Stop {
            from: at(from),
            until: until.map(at),
        }
    }

    #[test]
    fn a_role_is_not_held_while_its_person_is_suspended() {
        let (once, left) = (stop(5, Some(7)), stop(9, None));
        for (from, until, stops, parts) in [
            (1, None, &[][..], &[(1, None)][..]),
            (1, None, &[left], &[(1, Some(9))]),
            (1, None, &[once], &[(1, Some(5)), (7, None)]),
            (1, Some(8), &[once, left], &[(1, Some(5)), (7, Some(8))]),
            (1, Some(5), &[once], &[(1, Some(5))]),
            (1, Some(6), &[once], &[(1, Some(5))]),
            (6, None, &[once], &[(7, None)]),
            (8, None, &[once], &[(8, None)]),
            (10, None, &[left], &[]),
            (2, Some(2), &[], &[(2, Some(2))]),
        ] {
            let parts: Vec<_> = parts.iter().map(|(a, b)| (at(*a), b.map(at))).collect();
            assert_eq!(
                held(at(from), until.map(at), stops),
                parts,
                "{from} {until:?} {stops:?}"
            );
        }
    }

    #[test]
    fn a_second_suspension_of_who_is_suspended_begins_nothing() {
        let steps = [(1, false), (2, true), (3, true), (4, false), (5, false), (6, true)];
        let found = paired(steps.into_iter().map(|(day, is_stop)| (at(day), is_stop)));
        assert_eq!(found, [stop(2, Some(4)), stop(6, None)]);
    }
}
