//! The ledger in step with its file: a change is written before anybody hears of it.

use super::super::Options;
use super::{
    Ledger, Rules,
    disk::{self, Disk},
};
use crate::clock::Clock;
use chrono::NaiveDateTime;
use std::{
    io,
    sync::{PoisonError, RwLock},
};

struct Kept {
    ledger: Ledger,
    disk: Disk,
}

/// The only way to the ledger.
pub struct Store {
    pub rules: Rules,
    clock: Clock,
    kept: RwLock<Kept>,
    /// Whether an answer waits for the disk, not only for the operating system.
    sync: bool,
}

impl Store {
    /// Reads the file, or begins an empty ledger; a file that cannot be read stops the start.
    pub fn open(options: &Options, clock: Clock) -> io::Result<Store> {
        let mut ledger = Ledger::default();
        let disk = Disk::open(&options.state, &mut ledger)?;
        Ok(Store {
            rules: Rules::of(options),
            clock,
            kept: RwLock::new(Kept { ledger, disk }),
            sync: options.sync,
        })
    }

    /// Reads from the ledger. Never slow: writers wait meanwhile.
    pub fn look<T>(&self, read: impl FnOnce(&Ledger, NaiveDateTime) -> T) -> T {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        read(&kept.ledger, self.clock.now())
    }

    /// The time of the ledger.
    pub fn now(&self) -> NaiveDateTime {
        self.clock.now()
    }

    /// Changes the ledger and writes what changed. If `change` refuses, or nothing can be written, nothing has
    /// happened.
    pub async fn change<T, E, F>(&self, change: F) -> Result<T, E>
    where
        F: FnOnce(&mut Ledger, NaiveDateTime, &Rules) -> Result<T, E>,
        E: From<io::Error>,
    {
        let (answer, wait) = self.apply(change)?;
        if let Some((sync, length)) = wait {
            let waited = tokio::task::spawn_blocking(move || sync.wait(length)).await;
            waited.map_err(io::Error::other)??;
        }
        Ok(answer)
    }

    fn apply<T, E, F>(&self, change: F) -> Result<(T, Option<Wait>), E>
    where
        F: FnOnce(&mut Ledger, NaiveDateTime, &Rules) -> Result<T, E>,
        E: From<io::Error>,
    {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let Kept { ledger, disk } = &mut *kept;
        let now = self.clock.now();
        ledger.sweep(now, &self.rules);
        let done = change(ledger, now, &self.rules).and_then(|answer| {
            let records = ledger.records();
            if records.is_empty() {
                return Ok((answer, None));
            }
            // A nonce or a count need not wait for the disk: only a power cut could lose it.
            let matters = records.iter().any(disk::Record::matters);
            let length = disk.add(&disk::lines(records)?)?;
            let wait = (self.sync && matters).then(|| (disk.sync.clone(), length));
            Ok((answer, wait))
        });
        match &done {
            Ok(_) => ledger.keep(),
            Err(_) => ledger.take_back(),
        }
        done
    }

    /// Ends stale sessions; called now and then by the background task.
    pub async fn tidy(&self) -> io::Result<()> {
        if self.look(|ledger, now| ledger.needs_sweep(now, &self.rules)) {
            self.change(|_, _, _| Ok(())).await
        } else {
            Ok(())
        }
    }
}

type Wait = (std::sync::Arc<disk::Sync>, u64);
