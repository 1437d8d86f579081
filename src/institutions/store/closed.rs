use crate::{
    db::{Conn, closure_rules, closures, holidays, service_modes},
    institutions::{Closure, Mode, Regular, ServiceMode, holidays::closed_days, hours::Rule},
    japan::calendar::Calendar,
    web::Error,
};
use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Closed times that have not ended.
pub fn closures(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<Vec<Closure>> {
    let rows = closures::table
        .filter(closures::ends_at.gt(now).and(closures::withdrawn_at.is_null()))
        .order(closures::starts_at)
        .select((
            closures::id,
            closures::institution_code,
            closures::starts_at,
            closures::ends_at,
            closures::reason,
            closures::owner,
        ))
        .load(conn)?;
    let closure = |(id, institution_code, starts_at, ends_at, reason, owner)| Closure {
        id,
        institution_code,
        starts_at,
        ends_at,
        reason,
        owner,
    };
    Ok(rows.into_iter().map(closure).collect())
}

/// Announces a single closed time.
pub fn add_closure(conn: &mut Conn, closure: &Closure, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(closures::table)
        .values((
            closures::id.eq(&closure.id),
            closures::institution_code.eq(&closure.institution_code),
            closures::starts_at.eq(closure.starts_at),
            closures::ends_at.eq(closure.ends_at),
            closures::reason.eq(&closure.reason),
            closures::announced_at.eq(now),
            closures::owner.eq(&closure.owner),
        ))
        .execute(conn)
        .map(drop)
}

/// The recurring closed times in force.
///
/// # Errors
/// A rule that this version cannot read stops everything: guessing would hand a citizen off into a closed time.
pub fn rules(conn: &mut Conn) -> Result<Vec<Regular>, Error> {
    let rows = closure_rules::table
        .filter(closure_rules::withdrawn_at.is_null())
        .order((closure_rules::created_at, closure_rules::id))
        .select((
            closure_rules::id,
            closure_rules::institution_code,
            closure_rules::rule,
            closure_rules::reason,
        ))
        .load::<(String, Option<String>, String, String)>(conn)?;
    let regular = |(id, institution_code, rule, reason): (String, _, String, _)| {
        let rule = Rule::parse(&rule).map_err(|e| Error::Internal(format!("closure rule {id}: {e}")))?;
        Ok(Regular {
            id,
            institution_code,
            rule,
            reason,
        })
    };
    rows.into_iter().map(regular).collect()
}

/// Announces a recurring closed time.
pub fn add_rule(conn: &mut Conn, regular: &Regular, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(closure_rules::table)
        .values((
            closure_rules::id.eq(&regular.id),
            closure_rules::institution_code.eq(&regular.institution_code),
            closure_rules::rule.eq(regular.rule.to_string()),
            closure_rules::reason.eq(&regular.reason),
            closure_rules::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Puts a recurring closed time to its end: as `ended`, or taken back where nothing of it is left. `false` when it is not
/// the one that was `seen` any more.
pub fn end_rule(conn: &mut Conn, seen: &Regular, ended: Option<&Rule>, now: NaiveDateTime) -> QueryResult<bool> {
    let row = diesel::update(closure_rules::table.find(&seen.id)).filter(
        closure_rules::withdrawn_at
            .is_null()
            .and(closure_rules::rule.eq(seen.rule.to_string())),
    );
    let changed = match ended {
        Some(ended) => row.set(closure_rules::rule.eq(ended.to_string())).execute(conn)?,
        None => row.set(closure_rules::withdrawn_at.eq(now)).execute(conn)?,
    };
    Ok(changed > 0)
}

/// Takes a single or recurring closed time back, for its owner; `false` when there is none of this id that is the owner's.
pub fn withdraw_closure(conn: &mut Conn, id: &str, owner: Option<&str>, now: NaiveDateTime) -> QueryResult<bool> {
    let single = diesel::update(closures::table.find(id)).filter(closures::withdrawn_at.is_null());
    let withdrawn = closures::withdrawn_at.eq(now);
    if let Some(owner) = owner {
        let owned = single.filter(closures::owner.eq(owner)).set(withdrawn);
        return Ok(owned.execute(conn)? > 0);
    }
    let single = single.filter(closures::owner.is_null()).set(withdrawn).execute(conn)?;
    let recurring = diesel::update(closure_rules::table.find(id))
        .filter(closure_rules::withdrawn_at.is_null())
        .set(closure_rules::withdrawn_at.eq(now))
        .execute(conn)?;
    Ok(single + recurring > 0)
}

/// The holidays around a time, and the bureau's closed days: what a rule may look back on and ahead to.
pub fn calendar(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<Calendar> {
    calendar_over(conn, now, now)
}

/// The same for many times at once, of which these are the first and the last.
pub fn calendar_over(conn: &mut Conn, first: NaiveDateTime, last: NaiveDateTime) -> QueryResult<Calendar> {
    let day = |at| crate::clock::jst(at).date();
    let days = holidays::table
        .filter(
            holidays::day
                .ge(day(first) - Days::new(60))
                .and(holidays::day.le(day(last) + Days::new(400))),
        )
        .select(holidays::day)
        .load::<NaiveDate>(conn)?;
    Ok(Calendar::of(days).closing(closed_days(conn)?))
}

/// The holidays from a day to another with their names.
pub fn holiday_names(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> QueryResult<BTreeMap<NaiveDate, String>> {
    let rows: Vec<(NaiveDate, String)> = holidays::table
        .filter(holidays::day.between(from, to))
        .select((holidays::day, holidays::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The last day the table of holidays speaks of.
pub fn last_holiday(conn: &mut Conn) -> QueryResult<Option<NaiveDate>> {
    holidays::table.select(diesel::dsl::max(holidays::day)).first(conn)
}

/// The switch of the whole service as it stands.
pub fn current_mode(conn: &mut Conn) -> Result<ServiceMode, Error> {
    let last = service_modes::table
        .order(service_modes::no.desc())
        .select((
            service_modes::mode,
            service_modes::reason,
            service_modes::announcement,
            service_modes::decided_by,
            service_modes::at,
        ))
        .first::<(String, String, String, String, NaiveDateTime)>(conn)
        .optional()?;
    let Some((mode, reason, announcement, decided_by, at)) = last else {
        return Ok(ServiceMode::open());
    };
    Ok(ServiceMode {
        mode: Mode::try_from(mode).map_err(|e| Error::Internal(e.to_string()))?,
        reason,
        announcement,
        decided_by,
        at: Some(at),
    })
}

/// Appends a turn of the switch.
pub fn add_mode(conn: &mut Conn, mode: &ServiceMode, now: NaiveDateTime) -> QueryResult<()> {
    let last: Option<i32> = service_modes::table
        .select(diesel::dsl::max(service_modes::no))
        .first(conn)?;
    diesel::insert_into(service_modes::table)
        .values((
            service_modes::no.eq(last.unwrap_or(0) + 1),
            service_modes::mode.eq(mode.mode.as_str()),
            service_modes::reason.eq(&mode.reason),
            service_modes::announcement.eq(&mode.announcement),
            service_modes::decided_by.eq(&mode.decided_by),
            service_modes::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Announced closed times of the whole service that touch `[from, to)` (UTC), single ones and those that come again, as
/// they stood when they began: what was announced later is no announced stop of before, and what was taken back is one
/// until then. So a past month reads the same for ever.
pub fn service_stops(
    conn: &mut Conn,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<Vec<(NaiveDateTime, NaiveDateTime)>, Error> {
    let mut planned = single_stops(conn, from, to)?;
    let calendar = calendar(conn, from)?;
    let rules = closure_rules::table
        .filter(closure_rules::institution_code.is_null())
        .select((
            closure_rules::rule,
            closure_rules::created_at,
            closure_rules::withdrawn_at,
        ))
        .load::<(String, NaiveDateTime, Option<NaiveDateTime>)>(conn)?;
    for (rule, announced, withdrawn) in rules {
        let rule = Rule::parse(&rule).map_err(|e| Error::Internal(format!("a closure rule: {e}")))?;
        let windows = rule.windows(from, to, &calendar).into_iter();
        planned.extend(windows.map(|w| (w.starts_at, w.ends_at, Some(announced), withdrawn)));
    }
    let stood = planned.into_iter().filter_map(|(starts, ends, announced, withdrawn)| {
        let ends = withdrawn.map_or(ends, |at| at.min(ends));
        (announced.is_none_or(|at| at <= starts) && starts < ends).then_some((starts, ends))
    });
    Ok(stood.collect())
}

/// Beginning, end, announcement, withdrawal.
type Planned = (
    NaiveDateTime,
    NaiveDateTime,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
);

fn single_stops(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Planned>> {
    closures::table
        .filter(closures::institution_code.is_null())
        .filter(closures::starts_at.lt(to).and(closures::ends_at.gt(from)))
        .select((
            closures::starts_at,
            closures::ends_at,
            closures::announced_at,
            closures::withdrawn_at,
        ))
        .load(conn)
}
