//! The program dies in the middle of a write: from a statement on, nothing of it reaches the database, not even a rollback.
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use std::{
    panic::resume_unwind,
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

/// Where a write ends.
#[derive(Clone, Copy, Debug)]
pub enum Death {
    /// Before its so-many-th statement, counted from 1, if it has as many.
    At(i64),
    /// When the change is on the disk and nobody has heard of it.
    AfterCommit,
}

/// Statements of writes until the next death; 0 and less: nobody dies of one.
static LEFT: AtomicI64 = AtomicI64::new(0);
static AFTER_COMMIT: AtomicBool = AtomicBool::new(false);
static DEATHS: AtomicU64 = AtomicU64::new(0);
static UNHEARD: AtomicU64 = AtomicU64::new(0);

/// Of one connection.
#[derive(Default)]
struct Mortal {
    writes: bool,
    is_dead: bool,
}

impl Mortal {
    fn statement(&mut self) {
        if !self.is_dead && LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.is_dead = true;
            DEATHS.fetch_add(1, Ordering::SeqCst);
        }
        self.stop_if_dead();
    }

    fn commit(&mut self) {
        if AFTER_COMMIT.swap(false, Ordering::SeqCst) {
            self.is_dead = true;
            UNHEARD.fetch_add(1, Ordering::SeqCst);
        }
        self.stop_if_dead();
    }

    fn stop_if_dead(&self) {
        if self.is_dead {
            // As a panic ends a thread, but without its message.
            resume_unwind(Box::new("dead"));
        }
    }
}

impl Instrumentation for Mortal {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                self.writes |= query.to_string().starts_with("BEGIN");
                if self.writes {
                    self.statement();
                }
            }
            InstrumentationEvent::FinishQuery { query, error, .. } => {
                let done = query.to_string();
                if done == "COMMIT" && error.is_none() {
                    self.commit();
                }
                self.writes &= !["COMMIT", "ROLLBACK"].contains(&done.as_str());
            }
            _ => {}
        }
    }
}

/// Connections that are opened from here on can die.
pub fn make_mortal() {
    set_default_instrumentation(|| Some(Box::new(Mortal::default()))).unwrap();
}

/// The next write dies so, if it comes that far.
pub fn die(how: Death) {
    match how {
        Death::At(statement) => LEFT.store(statement, Ordering::SeqCst),
        Death::AfterCommit => AFTER_COMMIT.store(true, Ordering::SeqCst),
    }
}

/// Nobody dies any more; gives how many have: within a write, and after its commit.
pub fn live() -> (u64, u64) {
    LEFT.store(0, Ordering::SeqCst);
    AFTER_COMMIT.store(false, Ordering::SeqCst);
    (DEATHS.load(Ordering::SeqCst), UNHEARD.load(Ordering::SeqCst))
}
