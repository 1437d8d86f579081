//! Recurring closed times of one institution or of the whole service, written as one line of Japanese (N7.3).
//!
//! Source: domain-enrolment, "Hours and calendars". A rule speaks Japanese local time; what it expands to is UTC.
//!
//! | file | what it knows |
//! | --- | --- |
//! | `rule` | what a rule is, and on which days it begins |
//! | `parse`, `days`, `cursor`, `error` | reading the line that an operator types |
//! | `write` | writing that line, and the sentence that a citizen reads |
//! | `expand` | the closed times within a range |

mod cursor;
mod days;
mod error;
mod expand;
mod parse;
mod rule;
mod write;

use chrono::NaiveDateTime;

pub use error::RuleError;
pub use rule::Rule;

/// One closed time. UTC, half-open: closed at `starts_at`, open again at `ends_at`.
///
/// Windows order by their beginning, then by their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first closed moment, UTC.
    pub starts_at: NaiveDateTime,
    /// The first open moment after it, UTC.
    pub ends_at: NaiveDateTime,
}

/// Joins windows that overlap or touch. The result is sorted and has gaps between all its windows.
///
/// The order of `windows` does not matter; one that ends before or when it begins is dropped.
pub fn merge(mut windows: Vec<Window>) -> Vec<Window> {
    windows.retain(|w| w.starts_at < w.ends_at);
    windows.sort_unstable();
    let mut joined: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match joined.last_mut() {
            Some(last) if window.starts_at <= last.ends_at => last.ends_at = last.ends_at.max(window.ends_at),
            _ => joined.push(window),
        }
    }
    joined
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::{DateTime, Duration};
    use proptest::prelude::*;

    use super::*;

    fn window((from, minutes): (i64, i64)) -> Window {
        let starts_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc() + Duration::minutes(from);
        Window {
            starts_at,
            ends_at: starts_at + Duration::minutes(minutes),
        }
    }

    fn merged(parts: &[(i64, i64)]) -> Vec<Window> {
        merge(parts.iter().copied().map(window).collect())
    }

    #[test]
    fn touching_and_overlapping_windows_are_one() {
        assert_eq!(merged(&[(10, 10), (0, 10), (15, 20)]), [window((0, 35))]);
        assert_eq!(merged(&[(0, 100), (10, 10)]), [window((0, 100))]);
        assert_eq!(merged(&[(0, 10), (11, 10)]), [window((0, 10)), window((11, 10))]);
    }

    #[test]
    fn an_empty_window_is_dropped() {
        assert_eq!(merged(&[(5, 0), (7, -3)]), []);
        assert_eq!(merge(vec![]), []);
    }

    proptest! {
        #[test]
        fn merging_keeps_every_closed_minute_and_leaves_gaps(
            parts in prop::collection::vec((0i64..200, -5i64..40), 0..12)
        ) {
            let windows: Vec<Window> = parts.iter().copied().map(window).collect();
            let joined = merge(windows.clone());
            prop_assert!(joined.windows(2).all(|pair| pair[0].ends_at < pair[1].starts_at));
            prop_assert_eq!(merge(joined.clone()), joined.clone());
            for minute in -10..260 {
                let t = window((minute, 0)).starts_at;
                let closed = |list: &[Window]| list.iter().any(|w| w.starts_at <= t && t < w.ends_at);
                prop_assert_eq!(closed(&windows), closed(&joined));
            }
        }
    }
}
