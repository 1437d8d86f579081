//! The inquiry ladder (rule 7): when to ask the gateway again after a hint or a silence.
use chrono::{Duration, NaiveDateTime};

/// Seconds after the ladder's beginning: 0, 2, 5, 10 s; 1, 5, 15, 60 min; hourly to 24 h; daily to 7 days.
pub fn rungs() -> impl Iterator<Item = i64> {
    const HOUR: i64 = 3600;
    let first = [0, 2, 5, 10, 60, 300, 900];
    let hourly = (1..=24).map(|h| h * HOUR);
    let daily = (2..=7).map(|d| d * 24 * HOUR);
    first.into_iter().chain(hourly).chain(daily)
}

/// When rung `step` of a ladder begun at `from` is due; `None` past the last: then a person must look.
pub fn due(from: NaiveDateTime, step: usize) -> Option<NaiveDateTime> {
    rungs().nth(step).map(|seconds| from + Duration::seconds(seconds))
}

/// The rung after which nobody asks any more.
pub fn last() -> usize {
    rungs().count() - 1
}

/// The first rung not earlier than `seconds` after the beginning: where a ladder of silence starts.
pub fn step_after(seconds: i64) -> usize {
    rungs().position(|s| s >= seconds).unwrap_or(0)
}

/// How long a person may take at the institution.
pub const JOURNEY: Duration = Duration::minutes(90);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_the_one_of_the_rule() {
        let all: Vec<i64> = rungs().collect();
        assert_eq!(&all[..8], [0, 2, 5, 10, 60, 300, 900, 3600]);
        assert_eq!(all[30], 24 * 3600);
        assert_eq!(all.last(), Some(&(7 * 24 * 3600)));
        assert_eq!(all.len(), 7 + 24 + 6);
        assert!(all.is_sorted());
        assert_eq!(step_after(300), 5);
        assert_eq!(step_after(1), 1);
    }
}
