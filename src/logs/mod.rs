//! Access and application logs: JSON lines, numbered without end, one file a day by Japan's date, nothing lost in
//! silence (NS 情報管理, S8); or readable lines on standard error.
//!
//! `check` finds what is missing, `digest` what was edited, `Due` what is old enough to be deleted.
mod check;
mod files;
mod health;
mod keeping;
mod line;
mod queue;
mod report;
#[cfg(test)]
mod tests;
mod writer;

pub use check::{check, compare};
pub use files::{DayFile, Log, closed, digest};
pub use health::LogHealth;
pub use keeping::{Deletion, Due, KeepingError, RetentionDays};
pub use report::{Finding, Found, LogReport, Report};

use crate::clock::jst;
use chrono::NaiveDateTime;
use queue::Queue;
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tracing::{Dispatch, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    fmt::{self, format::Writer as Text, time::FormatTime},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};
use writer::Writer;

/// Says what time it is in UTC.
type Now = Arc<dyn Fn() -> NaiveDateTime + Send + Sync>;

/// The target of the lines that go to the access log.
const ACCESS: &str = "access";
/// Held by the process that writes; two would give the same numbers.
const LOCK: &str = "writing.lock";

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The filter is no filter.
    #[error("MIZUMADO_LOG: {0}; use \"info\" or \"mizumado=debug\"")]
    Filter(String),
    /// The folder cannot be made or read.
    #[error("log_dir = {0:?} cannot be used: {1}")]
    Folder(PathBuf, #[source] io::Error),
    /// Another process writes there; a command of a moment may log to standard error instead.
    #[error("log_dir = {0:?} is being written by another mizumado; give this one a folder of its own")]
    InUse(PathBuf),
}

/// Writes out what is waiting when it is dropped.
#[must_use = "logging ends when it is dropped"]
#[derive(Default)]
pub struct Guard {
    health: LogHealth,
    queues: Vec<Queue>,
    /// Given back after the last line.
    _lock: Option<File>,
}

impl Guard {
    /// The state of the logs, for an alarm.
    pub fn health(&self) -> LogHealth {
        self.health.clone()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.queues.iter().for_each(Queue::close);
    }
}

/// Starts logging for the process. The filter holds for everything but the access log, which is always whole.
pub fn start<C>(folder: Option<&Path>, clock: C, filter: &str) -> Result<Guard, StartError>
where
    C: Fn() -> NaiveDateTime + Send + Sync + 'static,
{
    let (lines, guard) = prepare(folder, Arc::new(clock), filter)?;
    // A second start in one process (a test) keeps the first.
    let _ = lines.try_init();
    Ok(guard)
}

fn prepare(folder: Option<&Path>, now: Now, filter: &str) -> Result<(Dispatch, Guard), StartError> {
    let filter = EnvFilter::try_new(filter).map_err(|e| StartError::Filter(e.to_string()))?;
    let Some(folder) = folder else {
        let lines = fmt::layer().with_writer(io::stderr).with_target(false);
        let lines = tracing_subscriber::registry()
            .with(filter)
            .with(lines.with_timer(Stamp(now)));
        return Ok((lines.into(), Guard::default()));
    };
    let failed = |e| StartError::Folder(folder.to_owned(), e);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut guard = Guard {
        health: LogHealth::default(),
        queues: vec![],
        _lock: Some(lock(folder)?),
    };
    let mut queue = |log: Log| {
        let health = guard.health.of(log);
        let queue = Queue::new(log, health.clone(), queue::LIMIT);
        queue.work(Writer::start(folder, log, now.clone(), health)?)?;
        guard.queues.push(queue.clone());
        Ok(queue)
    };
    let access = json(queue(Log::Access).map_err(failed)?, &now).with_filter(filter_fn(is_access));
    let others = filter.and(filter_fn(|m| !is_access(m)));
    let application = json(queue(Log::Application).map_err(failed)?, &now).with_filter(others);
    Ok((Registry::default().with(access).with(application).into(), guard))
}

fn is_access(line: &Metadata<'_>) -> bool {
    line.target() == ACCESS
}

fn json<S>(queue: Queue, now: &Now) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let lines = fmt::layer().json().with_timer(Stamp(now.clone()));
    lines.with_writer(move || queue.clone()).boxed()
}

fn lock(folder: &Path) -> Result<File, StartError> {
    let failed = |e| StartError::Folder(folder.to_owned(), e);
    let file = File::create(folder.join(LOCK)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(folder.to_owned())),
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}

/// The time in a line: Japan's, so that it agrees with the name of the file.
fn stamp(utc: NaiveDateTime) -> String {
    jst(utc).format("%Y-%m-%dT%H:%M:%S%.6f+09:00").to_string()
}

struct Stamp(Now);

impl FormatTime for Stamp {
    fn format_time(&self, text: &mut Text<'_>) -> std::fmt::Result {
        text.write_str(&stamp((self.0)()))
    }
}
