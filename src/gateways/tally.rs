//! How the calls to a gateway went, counted in this process and taken by whoever watches.
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

#[derive(Debug, Default)]
pub struct Tally {
    calls: AtomicU64,
    unanswered: AtomicU64,
    millis: AtomicU64,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    pub calls: u64,
    pub unanswered: u64,
    /// Of all calls together.
    pub millis: u64,
}

impl Tally {
    pub fn count(&self, took: Duration, is_answered: bool) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.unanswered.fetch_add(u64::from(!is_answered), Ordering::Relaxed);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
    /// What was counted since the last time.
    pub fn take(&self) -> Calls {
        Calls {
            calls: self.calls.swap(0, Ordering::Relaxed),
            unanswered: self.unanswered.swap(0, Ordering::Relaxed),
            millis: self.millis.swap(0, Ordering::Relaxed),
        }
    }
}
