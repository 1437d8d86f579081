//! Which backups stay: the newest of each day, week and month, and always the newest that was checked.
use crate::clock::jst;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::BTreeSet};

/// For how many days, weeks and months that have a checked backup the newest of each is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keeping {
    pub daily: usize,
    pub weekly: usize,
    pub monthly: usize,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            daily: 14,
            weekly: 8,
            monthly: 12,
        }
    }
}

/// A backup as the rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub name: &'a str,
    /// UTC. Days, ISO weeks and months are Japan's.
    pub taken_at: NaiveDateTime,
    /// It was opened and checked. Another does not count, and never takes the place of one that does.
    pub verified: bool,
}

/// The names to delete, the oldest first.
///
/// Days without a backup do not count, so when backups stop, or the clock jumps, nothing more is deleted. Of the
/// unchecked ones only those after the newest checked one stay, one a day: one of them may be at work just now.
pub fn surplus<'a>(all: &[Candidate<'a>], keep: Keeping) -> Vec<&'a str> {
    let mut newest_first = all.to_vec();
    newest_first.sort_by_key(|c| Reverse((c.taken_at, c.name)));
    let verified: Vec<_> = newest_first.iter().filter(|c| c.verified).copied().collect();
    let newest = verified.first().copied();
    let after = |c: &&Candidate| newest.is_none_or(|n| (c.taken_at, c.name) > (n.taken_at, n.name));
    let unverified: Vec<_> = newest_first
        .iter()
        .filter(|c| !c.verified)
        .filter(after)
        .copied()
        .collect();

    let mut kept: BTreeSet<&str> = newest.iter().map(|c| c.name).collect();
    kept.extend(newest_of_each(&verified, keep.daily, |day| day));
    kept.extend(newest_of_each(&verified, keep.weekly, |day| day.iso_week()));
    kept.extend(newest_of_each(&verified, keep.monthly, |day| (day.year(), day.month())));
    kept.extend(newest_of_each(&unverified, keep.daily.max(1), |day| day));
    let oldest_first = newest_first.iter().rev().map(|c| c.name);
    oldest_first.filter(|name| !kept.contains(name)).collect()
}

/// The first of each period in a list that begins with the newest, for `periods` of them.
fn newest_of_each<'a, P: PartialEq>(
    newest_first: &[Candidate<'a>],
    periods: usize,
    period: impl Fn(NaiveDate) -> P,
) -> Vec<&'a str> {
    let mut last = None;
    let mut first_of_each = vec![];
    for candidate in newest_first {
        let this = Some(period(jst(candidate.taken_at).date()));
        if this != last {
            first_of_each.push(candidate.name);
            last = this;
        }
    }
    first_of_each.truncate(periods);
    first_of_each
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }
    fn on(taken_at: &'static str) -> Candidate<'static> {
        Candidate {
            name: taken_at,
            taken_at: at(taken_at),
            verified: true,
        }
    }
    fn unchecked(taken_at: &'static str) -> Candidate<'static> {
        Candidate {
            verified: false,
            ..on(taken_at)
        }
    }
    fn keep(daily: usize, weekly: usize, monthly: usize) -> Keeping {
        Keeping { daily, weekly, monthly }
    }

    #[test]
    fn a_day_is_a_day_in_japan() {
        // 14:30 and 15:30 UTC are 23:30 and 00:30 of the next day; 15:30 and 03:00 are the same day.
        let all = [on("2026-11-20 14:30"), on("2026-11-20 15:30"), on("2026-11-21 03:00")];
        assert_eq!(surplus(&all, keep(2, 0, 0)), ["2026-11-20 15:30"]);
    }

    #[test]
    fn a_week_begins_on_monday_also_over_the_new_year() {
        // 2026-12-28 is a Monday; 2027-01-03 is the Sunday of the same ISO week, 2026-W53.
        let all = [on("2026-12-28 03:00"), on("2027-01-03 03:00"), on("2027-01-04 03:00")];
        assert_eq!(surplus(&all, keep(0, 2, 0)), ["2026-12-28 03:00"]);
    }

    #[test]
    fn a_month_is_kept_by_its_newest() {
        let all = [
            on("2026-10-30 03:00"),
            on("2026-10-31 03:00"),
            on("2026-11-01 03:00"),
            on("2025-11-05 03:00"),
        ];
        assert_eq!(surplus(&all, keep(0, 0, 3)), ["2026-10-30 03:00"]);
    }

    #[test]
    fn with_all_set_to_zero_the_newest_checked_backup_stays() {
        let all = [
            on("2026-11-20 03:00"),
            on("2026-11-21 03:00"),
            unchecked("2026-11-21 02:00"),
        ];
        assert_eq!(surplus(&all, keep(0, 0, 0)), ["2026-11-20 03:00", "2026-11-21 02:00"]);
    }

    #[test]
    fn an_unchecked_backup_takes_no_place_of_a_checked_one() {
        let all = [
            on("2026-11-21 02:00"),
            unchecked("2026-11-21 03:00"),
            unchecked("2026-11-22 03:00"),
        ];
        assert!(surplus(&all, keep(1, 1, 1)).len() == 1);
        assert_eq!(surplus(&all, keep(2, 1, 1)), Vec::<&str>::new());
        let later = [all[0], all[1], all[2], on("2026-11-23 03:00")];
        assert_eq!(surplus(&later, keep(2, 1, 1)), ["2026-11-21 03:00", "2026-11-22 03:00"]);
    }

    #[test]
    fn failing_checks_never_delete_what_was_checked_before_and_never_fill_the_disk() {
        let names: Vec<String> = (0..200).map(|n| format!("{n:03}")).collect();
        let day = |n: i64| at("2026-01-01 03:00") + chrono::Duration::days(n);
        let all: Vec<Candidate> = (0..200)
            .map(|n| Candidate {
                name: &names[n as usize],
                taken_at: day(n),
                verified: n < 100,
            })
            .collect();
        let gone = surplus(&all, keep(14, 8, 12));
        assert!((86..100).all(|n| !gone.contains(&names[n].as_str())));
        assert_eq!(gone.iter().filter(|n| **n >= "100").count(), 86);
    }

    /// Minutes since 2026, whether it was checked.
    fn backups() -> impl Strategy<Value = Vec<(i64, bool)>> {
        prop::collection::vec((0..60 * 24 * 800_i64, prop::bool::weighted(0.8)), 0..80)
    }
    fn rule() -> impl Strategy<Value = Keeping> {
        (0..20_usize, 0..10_usize, 0..14_usize).prop_map(|(d, w, m)| keep(d, w, m))
    }
    fn candidates<'a>(drawn: &[(i64, bool)], names: &'a [String]) -> Vec<Candidate<'a>> {
        let start = at("2026-01-01 00:00");
        let make = |((minutes, verified), name): (&(i64, bool), &'a String)| Candidate {
            name,
            taken_at: start + chrono::Duration::minutes(*minutes),
            verified: *verified,
        };
        drawn.iter().zip(names).map(make).collect()
    }
    fn names() -> Vec<String> {
        (0..100).map(|n| format!("b{n:03}")).collect()
    }
    fn without<'a>(all: &[Candidate<'a>], gone: &[&str]) -> Vec<Candidate<'a>> {
        all.iter().filter(|c| !gone.contains(&c.name)).copied().collect()
    }

    proptest! {
        #[test]
        fn the_newest_checked_backup_is_never_deleted(drawn in backups(), keep in rule()) {
            let names = names();
            let all = candidates(&drawn, &names);
            let gone = surplus(&all, keep);
            if let Some(newest) = all.iter().filter(|c| c.verified).max_by_key(|c| (c.taken_at, c.name)) {
                prop_assert!(!gone.contains(&newest.name));
            }
        }

        #[test]
        fn the_newest_days_each_keep_their_newest(drawn in backups(), keep in rule()) {
            let names = names();
            let all = candidates(&drawn, &names);
            let left = without(&all, &surplus(&all, keep));
            let mut days: Vec<NaiveDate> =
                all.iter().filter(|c| c.verified).map(|c| jst(c.taken_at).date()).collect();
            days.sort();
            days.dedup();
            for day in days.iter().rev().take(keep.daily) {
                let newest = |list: &[Candidate]| {
                    let of_day = list.iter().filter(|c| c.verified && jst(c.taken_at).date() == *day);
                    of_day.map(|c| c.taken_at).max()
                };
                prop_assert_eq!(newest(&left), newest(&all));
            }
        }

        #[test]
        fn no_more_is_kept_than_the_rule_says(drawn in backups(), keep in rule()) {
            let names = names();
            let all = candidates(&drawn, &names);
            let left = without(&all, &surplus(&all, keep));
            let verified = left.iter().filter(|c| c.verified).count();
            prop_assert!(verified <= (keep.daily + keep.weekly + keep.monthly).max(1));
            prop_assert!(left.len() - verified <= keep.daily.max(1));
        }

        #[test]
        fn a_second_run_deletes_nothing_and_the_order_does_not_matter(drawn in backups(), keep in rule()) {
            let names = names();
            let all = candidates(&drawn, &names);
            let gone = surplus(&all, keep);
            prop_assert!(surplus(&without(&all, &gone), keep).is_empty());
            let backwards: Vec<_> = all.iter().rev().copied().collect();
            prop_assert_eq!(surplus(&backwards, keep), gone);
        }

        #[test]
        fn deleting_after_each_backup_leaves_what_deleting_once_leaves(drawn in backups(), keep in rule()) {
            let names = names();
            let mut all = candidates(&drawn, &names);
            all.sort_by_key(|c| (c.taken_at, c.name));
            let once = without(&all, &surplus(&all, keep));
            let mut each: Vec<Candidate> = vec![];
            for backup in all {
                each.push(backup);
                each = without(&each, &surplus(&each, keep));
            }
            prop_assert_eq!(each, once);
        }
    }
}
