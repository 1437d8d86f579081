//! Whether the logs can be written: for the alarm, and for what must not happen without a log.
use super::files::Log;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// The state of both logs. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct LogHealth {
    access: Arc<Health>,
    application: Arc<Health>,
}

/// The state of one log.
#[derive(Debug, Default)]
pub(super) struct Health {
    failing: AtomicBool,
    behind: AtomicBool,
    lost: AtomicU64,
    error: Mutex<Option<String>>,
}

impl LogHealth {
    /// The last line of one of the logs could not be written.
    pub fn is_failing(&self) -> bool {
        self.any(|log| log.failing.load(Ordering::Acquire))
    }
    /// The lines lost since the start.
    pub fn lost(&self) -> u64 {
        self.access.lost.load(Ordering::Acquire) + self.application.lost.load(Ordering::Acquire)
    }
    /// The clock stands before the day of the newest file: it was moved back, or had been ahead.
    pub fn clock_is_behind(&self) -> bool {
        self.any(|log| log.behind.load(Ordering::Acquire))
    }
    /// What went wrong last, though it may be over.
    pub fn last_error(&self) -> Option<String> {
        let of = |log: &Health| log.error.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match self.application.failing.load(Ordering::Acquire) {
            true => of(&self.application).or_else(|| of(&self.access)),
            false => of(&self.access).or_else(|| of(&self.application)),
        }
    }
    fn any(&self, has: impl Fn(&Health) -> bool) -> bool {
        has(&self.access) || has(&self.application)
    }
    pub(super) fn of(&self, log: Log) -> Arc<Health> {
        match log {
            Log::Access => self.access.clone(),
            Log::Application => self.application.clone(),
        }
    }
}

impl Health {
    /// Everything that waited is written.
    pub(super) fn well(&self) {
        self.failing.store(false, Ordering::Release);
    }
    /// Lines could not be written.
    pub(super) fn failed(&self, log: Log, lines: u64, error: &str) {
        self.lost.fetch_add(lines, Ordering::AcqRel);
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{} log: {error}", log.as_str()));
        if !self.failing.swap(true, Ordering::AcqRel) {
            // The log itself cannot say it.
            eprintln!("the {} log cannot be written: {error}", log.as_str());
        }
    }
    pub(super) fn set_behind(&self, behind: bool) {
        self.behind.store(behind, Ordering::Release);
    }
}
