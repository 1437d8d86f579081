use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

/// How far work is. Its clones are the same: the thread that works counts, the row tells.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicI64,
    total: AtomicI64,
}

impl Progress {
    /// There are so many; none is done.
    pub fn begin(&self, total: usize) {
        self.0.done.store(0, Relaxed);
        self.0.total.store(i64::try_from(total).unwrap_or(i64::MAX), Relaxed);
    }

    /// One more is done.
    pub fn step(&self) {
        self.advance(1);
    }

    /// So many more are done.
    pub fn advance(&self, count: usize) {
        self.0.done.fetch_add(i64::try_from(count).unwrap_or_default(), Relaxed);
    }

    /// Done, and of how many.
    pub(super) fn seen(&self) -> (i64, i64) {
        (self.0.done.load(Relaxed), self.0.total.load(Relaxed))
    }
}
