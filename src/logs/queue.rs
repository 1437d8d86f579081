//! Lines on their way to the writer's thread. A line waits; only when the disk hangs is it given up, and counted.
use super::{files::Log, health::Health, writer::Writer};
use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// About 25,000 lines: minutes of a full load.
pub(super) const LIMIT: usize = 8 * 1024 * 1024;
/// How long a request waits for a disk that takes nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// How long the end of the program waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(5);

/// Where `tracing` puts its lines. Clones share it.
#[derive(Clone)]
pub(super) struct Queue(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    limit: usize,
    log: Log,
    health: Arc<Health>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Vec<u8>>,
    bytes: usize,
    /// Given up since the last batch; they come after `lines`.
    lost: u64,
    /// Somebody waited in vain, so nobody else does.
    hangs: bool,
    closed: bool,
    done: bool,
}

impl Queue {
    pub(super) fn new(log: Log, health: Arc<Health>, limit: usize) -> Self {
        Queue(Arc::new(Shared {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            limit,
            log,
            health,
        }))
    }

    /// Starts the thread that writes.
    pub(super) fn work(&self, writer: Writer) -> io::Result<()> {
        let queue = self.clone();
        let name = format!("{} log", self.0.log.as_str());
        thread::Builder::new().name(name).spawn(move || queue.run(writer))?;
        Ok(())
    }

    fn run(&self, mut writer: Writer) {
        loop {
            let idle = |w: &mut Waiting| w.lines.is_empty() && w.lost == 0 && !w.closed;
            let waited = self.0.changed.wait_while(self.waiting(), idle);
            let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
            let (lines, lost, closed) = (std::mem::take(&mut waiting.lines), waiting.lost, waiting.closed);
            (waiting.bytes, waiting.lost, waiting.hangs) = (0, 0, false);
            drop(waiting);
            self.0.changed.notify_all();
            if !lines.is_empty() {
                writer.write(&lines);
            }
            writer.tell_lost(lost);
            if closed {
                break;
            }
        }
        writer.stop();
        self.waiting().done = true;
        self.0.changed.notify_all();
    }

    /// Takes a line. Never fails, never waits longer than [`PATIENCE`].
    pub(super) fn push(&self, line: &[u8]) {
        let full = |w: &mut Waiting| w.bytes + line.len() > self.0.limit && !w.lines.is_empty() && !w.closed;
        let mut waiting = self.waiting();
        if full(&mut waiting) && !waiting.hangs {
            let waited = self.0.changed.wait_timeout_while(waiting, PATIENCE, full);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
            waiting.hangs = full(&mut waiting);
        }
        if full(&mut waiting) || waiting.closed {
            waiting.lost += 1;
            drop(waiting);
            self.0
                .health
                .failed(self.0.log, 1, "the disk takes no lines, or the program has ended");
            return;
        }
        waiting.bytes += line.len();
        waiting.lines.push(line.to_vec());
        drop(waiting);
        self.0.changed.notify_all();
    }

    /// Lets the thread write what waits and waits for it.
    pub(super) fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        self.0.changed.notify_all();
        let _ = self.0.changed.wait_timeout_while(waiting, LAST_LINES, |w| !w.done);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl io::Write for Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
