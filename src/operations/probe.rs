//! Once a minute we knock at our own door, as a citizen would. From the rows availability is counted (N7.3):
//! a minute without a row counts as down, and announced stops of the whole service are left out.
use super::store::{self, Probe};
use crate::{
    db::Conn,
    institutions,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing, slot_of},
    },
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};
use std::{
    sync::{Arc, LazyLock},
    time::Instant,
};

const PROBE_JOB: &str = "operations.probe";
pub const STANDING: Standing = Standing {
    kind: PROBE_JOB,
    every: Every::Minutes(1),
    make_up: 1,
};
/// A page that takes longer is no answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

pub fn handler(workspace: &Workspace) -> (&'static str, Handler) {
    let workspace = workspace.clone();
    (PROBE_JOB, Arc::new(move |job| Box::pin(probe(workspace.clone(), job))))
}

async fn probe(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let at = slot_of(&job.payload).ok_or_else(|| JobError::Dead("the payload is no time".into()))?;
    // A minute that is over cannot be looked at any more.
    if workspace.clock.now() - at > Duration::minutes(2) {
        return Ok(());
    }
    let began = Instant::now();
    let answer = knock(&workspace).await;
    let probe = Probe {
        at,
        ok: answer.is_ok(),
        micros: i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX),
        detail: answer.err().unwrap_or_default(),
    };
    workspace
        .db
        .write(move |conn| Ok::<_, Error>(store::add_probe(conn, &probe)?))
        .await?;
    Ok(())
}

/// Made once: reading the certificates of the machine takes longer than the look itself. It keeps no connection, so that
/// each look is one as a citizen's would be.
static CLIENT: LazyLock<Result<reqwest::Client, String>> = LazyLock::new(|| {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|e| e.to_string())
});

/// Our own start page, by the address citizens use.
async fn knock(workspace: &Workspace) -> Result<(), String> {
    let client = CLIENT.as_ref().map_err(String::clone)?;
    let answer = client.get(format!("{}/", workspace.site.url)).send().await;
    let status = answer.map_err(|e| e.without_url().to_string())?.status();
    match status.is_success() {
        true => Ok(()),
        false => Err(format!("status {}", status.as_u16())),
    }
}

/// How a span of time went, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Minutes that count: the span without announced stops of the whole service.
    pub minutes: i64,
    pub up: i64,
    /// We looked, and there was no answer.
    pub down: i64,
    /// Nobody looked.
    pub unseen: i64,
    /// Left out: announced stops.
    pub announced: i64,
}

impl Availability {
    /// 0–100; an empty span is 100.
    pub fn percent(&self) -> f64 {
        match self.minutes {
            0 => 100.0,
            minutes => 100.0 * self.up as f64 / minutes as f64,
        }
    }
}

/// Counts the minutes of `[from, to)` (UTC, full minutes).
pub fn availability(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> Result<Availability, Error> {
    let stops = institutions::service_stops(conn, from, to)?;
    let mut probes = store::probes_between(conn, from, to)?.into_iter().peekable();
    let mut counted = Availability {
        minutes: 0,
        up: 0,
        down: 0,
        unseen: 0,
        announced: 0,
    };
    let mut minute = from;
    while minute < to {
        let next = minute + Duration::minutes(1);
        let mut seen = None;
        while let Some(probe) = probes.next_if(|p| p.at < next) {
            seen = Some(probe.ok);
        }
        if stops.iter().any(|(from, to)| *from <= minute && minute < *to) {
            counted.announced += 1;
        } else {
            counted.minutes += 1;
            match seen {
                Some(true) => counted.up += 1,
                Some(false) => counted.down += 1,
                None => counted.unseen += 1,
            }
        }
        minute = next;
    }
    Ok(counted)
}
