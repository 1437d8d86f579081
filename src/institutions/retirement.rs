//! What citizens are told about an institution that retires: from the day on it cannot be chosen; what was sent before
//! goes on (domain-enrolment, "Zengin facts": retire instead of delete).
use super::{Institution, store};
use crate::{db::Conn, japan::date::wareki};
use chrono::{Days, NaiveDate};
use diesel::QueryResult;

/// How long after the day it is still told.
const TOLD: Days = Days::new(180);

/// One institution that retires, or has retired lately.
#[derive(Clone, Debug)]
pub struct Leaving {
    pub code: String,
    pub name: String,
    /// The last day on which it can be chosen.
    pub last_day: NaiveDate,
    /// It can be chosen no more.
    pub is_over: bool,
    /// The sentences for citizens, without the name.
    pub told: String,
}

/// Those that retire, and those that retired within the last half year; soonest first.
pub fn leaving(conn: &mut Conn, today: NaiveDate) -> QueryResult<Vec<Leaving>> {
    let mut out = vec![];
    for institution in store::leaving(conn, today - TOLD)? {
        let successor = match &institution.successor_code {
            Some(code) => store::find(conn, code)?.map(|i| i.name),
            None => None,
        };
        out.extend(told(institution, successor.as_deref(), today));
    }
    Ok(out)
}

fn told(institution: Institution, successor: Option<&str>, today: NaiveDate) -> Option<Leaving> {
    let is_over = institution.is_over(today);
    let day = institution.retired_on?;
    let reason = institution.retired_reason.filter(|r| !r.is_empty());
    let reason = reason.map_or(String::new(), |reason| format!("（{reason}）"));
    let last_day = day - Days::new(1);
    let what = match is_over {
        false => format!("{}まで申し込めます{reason}。", wareki(last_day)),
        true => format!("{}で、取扱いを終えました{reason}。", wareki(last_day)),
    };
    let next = match (successor, is_over) {
        (None, _) => String::new(),
        (Some(name), false) => format!("そのあとは、{name}を選んでください。"),
        (Some(name), true) => format!("{name}を選んでください。"),
    };
    Some(Leaving {
        code: institution.code,
        name: institution.name,
        last_day,
        is_over,
        told: what + &next,
    })
}
