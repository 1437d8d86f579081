//! Every night the log files of the days that are over are sealed: their digests go into the audit record, so that an
//! edited or missing file shows. Then those that are older than the rule are deleted, with an entry that names them.
use crate::{
    alarms,
    audit::{self, Actor},
    db::{Conn, one_at_a_time},
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    logs::{self, DayFile, Due, RetentionDays},
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::{collections::BTreeSet, path::Path, sync::Arc};

const LOGBOOK_JOB: &str = "operations.logbook";
pub const STANDING: Standing = Standing {
    kind: LOGBOOK_JOB,
    every: Every::Daily(0, 40),
    make_up: 1,
};
const SEALED: &str = "log.sealed";
const DELETED: &str = "log.deleted";
const ALARM: &str = "operations.logs";

pub fn handler(workspace: &Workspace) -> (&'static str, Handler) {
    let workspace = workspace.clone();
    (
        LOGBOOK_JOB,
        Arc::new(move |job| Box::pin(nightly(workspace.clone(), job))),
    )
}

async fn nightly(workspace: Workspace, _: Job) -> Result<(), JobError> {
    let Some(folder) = workspace.settings.log_dir.clone() else {
        return Ok(());
    };
    let now = workspace.clock.now();
    let sealed = sealed_files(&workspace).await?;
    let closed = logs::closed(&folder)?;
    let closed: Vec<DayFile> = closed.iter().map(|file| logs::digest(file)).collect::<Result<_, _>>()?;
    let findings = inspect(&folder, &sealed)?.unexplained;
    let days = u16::try_from(workspace.settings.log_days).unwrap_or(u16::MAX);
    let keep = RetentionDays::try_from(days).unwrap_or(RetentionDays::MIN);
    let due = Due::find(&folder, keep, now)?;
    let (world, deleted) = (workspace.clone(), due.files().to_vec());
    workspace
        .db
        .write(move |conn| {
            seal(conn, &closed, now)?;
            deleted.iter().try_for_each(|file| note(conn, now, DELETED, file))?;
            tell(conn, &world, &findings, now)
        })
        .await?;
    match due.delete().stopped {
        None => Ok(()),
        Some(why) => Err(JobError::Retry(why)),
    }
}

/// What the log files show, as lines.
pub struct Inspection {
    /// What is missing or changed, and nothing says why.
    pub unexplained: Vec<String>,
    /// What the logs say of themselves: a full disk, a kill, a clock that was moved back.
    pub explained: Vec<String>,
}

pub fn inspect(folder: &Path, sealed: &[DayFile]) -> std::io::Result<Inspection> {
    let report = logs::check(folder)?;
    let mut unexplained: Vec<String> = report.unexplained().map(ToString::to_string).collect();
    unexplained.extend(logs::compare(folder, sealed)?.iter().map(ToString::to_string));
    Ok(Inspection {
        unexplained,
        explained: report.explained().map(ToString::to_string).collect(),
    })
}

/// Writes down each file once, also when two nights are made up for at the same time.
fn seal(conn: &mut Conn, closed: &[DayFile], now: NaiveDateTime) -> Result<(), Error> {
    one_at_a_time(conn, "logbook")?;
    let sealed = sealed(conn)?;
    let known: BTreeSet<&str> = sealed.iter().map(|file| file.name.as_str()).collect();
    let fresh = closed.iter().filter(|file| !known.contains(file.name.as_str()));
    fresh.into_iter().try_for_each(|file| note(conn, now, SEALED, file))
}

/// The files that were sealed and not deleted since, as the audit record knows them.
pub async fn sealed_files(workspace: &Workspace) -> Result<Vec<DayFile>, Error> {
    workspace.db.read(sealed).await
}

fn sealed(conn: &mut Conn) -> Result<Vec<DayFile>, Error> {
    let deleted = audit::details_of(conn, DELETED)?;
    let gone: BTreeSet<&str> = deleted.iter().map(|(name, _)| name.as_str()).collect();
    let sealed = audit::details_of(conn, SEALED)?.into_iter();
    Ok(sealed
        .filter(|(name, _)| !gone.contains(name.as_str()))
        .filter_map(|(name, detail)| day_file(&name, &detail))
        .collect())
}

fn note(conn: &mut Conn, now: NaiveDateTime, action: &str, file: &DayFile) -> Result<(), Error> {
    let number = |n: Option<u64>| n.map_or("-".to_owned(), |n| n.to_string());
    let detail = format!(
        "{} {} {} {}",
        number(file.first),
        number(file.last),
        file.bytes,
        file.sha256
    );
    Ok(audit::record(conn, now, Actor::System, action, &file.name, &detail)?)
}

fn day_file(name: &str, detail: &str) -> Option<DayFile> {
    let mut parts = detail.split(' ');
    Some(DayFile {
        name: name.to_owned(),
        first: parts.next()?.parse().ok(),
        last: parts.next()?.parse().ok(),
        bytes: parts.next()?.parse().ok()?,
        sha256: parts.next()?.to_owned(),
    })
}

fn tell(conn: &mut Conn, workspace: &Workspace, findings: &[String], now: NaiveDateTime) -> Result<(), Error> {
    if findings.is_empty() {
        return alarms::end(conn, ALARM, now);
    }
    let message = format!(
        "ログに{}件の欠けや書き換えがあります。運用担当は、コマンド mizumado logs check で確かめてください。",
        findings.len()
    );
    let cause = alarms::Cause {
        key: ALARM,
        subject: "",
        message: &message,
    };
    alarms::raise(conn, workspace, &cause, now)
}
