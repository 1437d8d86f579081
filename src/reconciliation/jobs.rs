use super::{
    compare::{Kind, compare},
    store::{self, Found},
};
use crate::{
    alarms,
    clock::{jst, utc_from_jst},
    db::Conn,
    enrolment::{self, Witness},
    gateways::DailyLine,
    jobs::{
        self, Handler, Job, JobError,
        schedule::{Every, Standing, slot_of},
    },
    web::Error,
    workspace::Workspace,
};
use chrono::{Days, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use std::sync::Arc;

/// Fetches yesterday's file of every gateway.
const FETCH_JOB: &str = "reconciliation.fetch";
/// Compares the last days; payload: the JST day of the newest file.
const COMPARE_JOB: &str = "reconciliation.compare";
/// Time for the inquiries that the file's lines caused.
const SETTLE: Duration = Duration::minutes(30);
/// Days that are compared again each night: a late answer settles an older difference.
const DAYS: u64 = 10;

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 2] {
    let (w1, w2) = (workspace.clone(), workspace.clone());
    let fetch: Handler = Arc::new(move |job| Box::pin(fetch(w1.clone(), job)));
    let compare: Handler = Arc::new(move |job| Box::pin(compare_days(w2.clone(), job)));
    [(FETCH_JOB, fetch), (COMPARE_JOB, compare)]
}

/// Every night at 4:00; nights that were missed are made up for.
pub fn standing() -> [Standing; 1] {
    [Standing {
        kind: FETCH_JOB,
        every: Every::Daily(4, 0),
        make_up: 7,
    }]
}

async fn fetch(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let slot = slot_of(&job.payload).ok_or_else(|| JobError::Dead("the payload is no time".into()))?;
    let day = jst(slot).date() - Days::new(1);
    let mut missing = vec![];
    for gateway in &workspace.settings.gateways {
        let Some(adapter) = workspace.gateways.find(&gateway.id) else {
            continue;
        };
        match adapter.fetch_daily(day).await {
            Ok(lines) => {
                take_file(&workspace, &gateway.id, day, lines).await?;
                note_file(&workspace, &gateway.id, true).await?;
            }
            Err(error) => missing.push(format!("{}: {error}", gateway.id)),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    // The other gateways' files are in; a file that does not come for hours is for a person.
    // The tries grow apart: the twelfth comes after about an hour.
    if job.attempts >= 11 {
        for gateway in missing.iter().filter_map(|m| m.split(':').next()) {
            note_file(&workspace, gateway, false).await?;
        }
    }
    Err(JobError::Retry(missing.join("; ")))
}

async fn note_file(workspace: &Workspace, gateway: &str, came: bool) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let key = format!("reconciliation.no_file:{gateway}");
    let write = move |conn: &mut Conn| match came {
        true => alarms::end(conn, &key, now),
        false => {
            let cause = alarms::Cause {
                key: &key,
                subject: "",
                message: "ゲートウェイの日次ファイルが届いていません。ゲートウェイの会社に確かめてください。",
            };
            alarms::raise(conn, &world, &cause, now)
        }
    };
    workspace.db.write(write).await
}

/// Keeps a day's file and asks about every line that says other than we know. Gives the number of those.
pub async fn take_file(
    workspace: &Workspace,
    gateway: &str,
    day: NaiveDate,
    lines: Vec<DailyLine>,
) -> Result<usize, Error> {
    let (id, kept, now) = (gateway.to_owned(), lines.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| {
            store::put_file(conn, &id, day, &kept, now)?;
            let payload = format!("{day}:{}", now.and_utc().timestamp_micros());
            Ok::<_, Error>(jobs::enqueue_once(conn, now, COMPARE_JOB, &payload, now + SETTLE)?)
        })
        .await?;
    let mut hints = 0;
    for line in lines {
        let id = gateway.to_owned();
        // A transaction each: two locks at once, in the order of the file, could meet a return's the other way round.
        let asks = move |conn: &mut Conn| enrolment::take_daily_line(conn, &id, &line, now);
        hints += usize::from(workspace.db.write(asks).await?);
    }
    workspace.jobs.notify_waiters();
    Ok(hints)
}

async fn compare_days(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let day = job
        .payload
        .split(':')
        .next()
        .and_then(|day| day.parse::<NaiveDate>().ok());
    let day = day.ok_or_else(|| JobError::Dead("the payload is no day".into()))?;
    for gateway in &workspace.settings.gateways {
        let (world, id, now) = (workspace.clone(), gateway.id.clone(), workspace.clock.now());
        let found = workspace
            .db
            .write(move |conn| compare_gateway(conn, &world, &id, day, now))
            .await?;
        tracing::info!(gateway = %gateway.id, %day, open = found, "the witnesses were compared");
    }
    Ok(())
}

/// The alarm about a gateway's open differences.
pub fn differences_alarm(gateway: &str) -> String {
    format!("reconciliation.differences:{gateway}")
}

/// Opens what disagrees, ends what agrees again; gives the number that stands open for this gateway.
fn compare_gateway(
    conn: &mut Conn,
    workspace: &Workspace,
    gateway: &str,
    day: NaiveDate,
    now: NaiveDateTime,
) -> Result<usize, Error> {
    let mut fresh = 0;
    for day in store::days_with_file(conn, gateway, day - Days::new(DAYS), day)? {
        fresh += compare_day(conn, gateway, day, now)?;
    }
    let open: Vec<_> = store::open_differences(conn)?
        .into_iter()
        .filter(|d| d.gateway == gateway)
        .collect();
    let mut left = 0;
    for difference in open {
        match still_differs(conn, &difference)? {
            true => left += 1,
            false => drop(store::end(conn, &difference.id, "一致した", None, now)?),
        }
    }
    let key = differences_alarm(gateway);
    if left == 0 {
        alarms::end(conn, &key, now)?;
    } else if fresh > 0 {
        let message = format!("照合でくいちがいが{left}件見つかりました。「照合・要対応」で確かめてください。");
        let cause = alarms::Cause {
            key: &key,
            subject: "",
            message: &message,
        };
        alarms::raise(conn, workspace, &cause, now)?;
    }
    Ok(left)
}

/// Compares the attempts of a day's file and those decided on the day; gives the number of new differences.
fn compare_day(conn: &mut Conn, gateway: &str, day: NaiveDate, now: NaiveDateTime) -> Result<usize, Error> {
    let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
    let lines = store::lines_of(conn, gateway, day)?;
    let mut fresh = 0;
    for id in lines.keys() {
        fresh += match enrolment::witness(conn, gateway, id)? {
            Some(witness) => compare_one(conn, gateway, &witness, false, now)?,
            None => {
                let found = Found {
                    kind: Kind::UnknownAttempt,
                    attempt_id: id,
                    application_id: None,
                    gateway,
                    detail: &lines[id].status,
                };
                usize::from(store::open(conn, &found, now)?)
            }
        };
    }
    let decided = enrolment::decided_between(conn, gateway, midnight(day), midnight(day + Days::new(1)))?;
    for witness in decided.iter().filter(|w| !lines.contains_key(&w.attempt_id)) {
        fresh += compare_one(conn, gateway, witness, true, now)?;
    }
    Ok(fresh)
}

fn compare_one(
    conn: &mut Conn,
    gateway: &str,
    witness: &Witness,
    in_file_day: bool,
    now: NaiveDateTime,
) -> Result<usize, Error> {
    let line = store::newest_line(conn, gateway, &witness.attempt_id)?;
    let detail = line
        .as_ref()
        .map(|l| format!("{} {}", l.status, l.code))
        .unwrap_or_default();
    let mut fresh = 0;
    for kind in compare(witness, line.as_ref(), in_file_day) {
        let found = Found {
            kind,
            attempt_id: &witness.attempt_id,
            application_id: Some(&witness.application_id),
            gateway,
            detail: detail.trim_end(),
        };
        fresh += usize::from(store::open(conn, &found, now)?);
    }
    Ok(fresh)
}

/// Whether a difference of the witnesses is still there. One of the first debit only a person settles.
fn still_differs(conn: &mut Conn, difference: &store::Difference) -> Result<bool, Error> {
    if matches!(difference.kind, Kind::NoMandate | Kind::DebitRefused) {
        return Ok(true);
    }
    let Some(witness) = enrolment::witness(conn, &difference.gateway, &difference.attempt_id)? else {
        return Ok(true);
    };
    let line = store::newest_line(conn, &difference.gateway, &difference.attempt_id)?;
    let missing = difference.kind == Kind::MissingInFile;
    Ok(compare(&witness, line.as_ref(), missing).contains(&difference.kind))
}
