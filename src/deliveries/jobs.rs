use super::batch::{self, Asked};
use crate::{
    alarms,
    clock::{jst, utc_from_jst},
    config::time_of_day,
    db::{Conn, DbError},
    institutions,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing, slot_of},
    },
    tasks::{self, Ending, Progress, Task},
    web::Error,
    workspace::Workspace,
};
use chrono::{NaiveDate, NaiveDateTime};
use std::sync::Arc;
use tokio::sync::Mutex;

const CLOSE_JOB: &str = "deliveries.close";
const WATCH_JOB: &str = "deliveries.watch";
const FAILED: &str = "deliveries.failed";
/// Tries after which a person is told.
const TRIES: i32 = 3;

/// Tries of the watch, about a minute, in which the day's file may still come.
const PATIENCE: i32 = 6;

const PART: (&str, &str) = ("/deliveries", "還元データ");
/// A batch that somebody asks for in between.
pub static CLOSING: tasks::Kind = tasks::Kind {
    job: "deliveries.close_now",
    title: "臨時の還元データの作成",
    unit: "件",
    nothing: "まとめる結果はありません",
    part: PART,
};
/// A file under another layout. The subject is the delivery, the wish the version.
pub static REISSUING: tasks::Kind = tasks::Kind {
    job: "deliveries.reissue",
    title: "還元データの再作成",
    unit: "件",
    nothing: "作り直す還元データはありません",
    part: PART,
};

/// The alarm about a file that nobody has downloaded.
pub fn waiting_alarm(no: i64) -> String {
    format!("deliveries.not_downloaded:{no}")
}

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 4] {
    let (w1, w2, w3, w4) = (
        workspace.clone(),
        workspace.clone(),
        workspace.clone(),
        workspace.clone(),
    );
    // After a downtime the jobs of several days are due at once: one after the other, each day gets its own results.
    let one_by_one = Arc::new(Mutex::new(()));
    let close: Handler = Arc::new(move |job| {
        let (workspace, turn) = (w1.clone(), one_by_one.clone());
        Box::pin(async move {
            let _turn = turn.lock().await;
            close(workspace, job).await
        })
    });
    let watch: Handler = Arc::new(move |job| Box::pin(watch(w2.clone(), job)));
    let close_now: Handler = Arc::new(move |job| Box::pin(close_now(w3.clone(), job)));
    let reissue: Handler = Arc::new(move |job| Box::pin(reissue(w4.clone(), job)));
    [
        (CLOSE_JOB, close),
        (WATCH_JOB, watch),
        (CLOSING.job, close_now),
        (REISSUING.job, reissue),
    ]
}

fn asked(task: Task, progress: Progress) -> Asked {
    Asked {
        by: task.by,
        task: Some(task.id),
        progress,
    }
}

/// Everything until now, for whoever asked.
async fn close_now(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let close = async |task: Task, progress| {
        let (now, id) = (workspace.clock.now(), task.id.clone());
        let made = batch::close(&workspace, jst(now).date(), now, Some(&asked(task, progress))).await?;
        if made.is_some() {
            return Ok(());
        }
        let write = move |conn: &mut Conn| tasks::end(conn, &id, Ending::Nothing, None, now);
        workspace.db.write(write).await
    };
    tasks::carry_out(&workspace, &job, close).await
}

async fn reissue(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let reissue = async |task: Task, progress| {
        let no = task.subject.strip_prefix("delivery/").and_then(|no| no.parse().ok());
        let no = no.ok_or_else(|| Error::Internal(format!("{} is no delivery", task.subject)))?;
        let wish = task.wish.clone();
        batch::reissue(&workspace, no, &wish, &asked(task, progress))
            .await
            .map(drop)
    };
    tasks::carry_out(&workspace, &job, reissue).await
}

/// At the cut and at the time of the alarm; days that were missed are made up for.
pub fn standing(workspace: &Workspace) -> Vec<Standing> {
    let settings = &workspace.settings.deliveries;
    let daily = |kind, at: &str, make_up| {
        time_of_day(at).map(|(hour, minute)| Standing {
            kind,
            every: Every::Daily(hour, minute),
            make_up,
        })
    };
    let close = daily(CLOSE_JOB, &settings.cut, 7);
    let watch = daily(WATCH_JOB, &settings.alarm, 1);
    close.into_iter().chain(watch).collect()
}

fn slot(job: &Job) -> Result<NaiveDateTime, JobError> {
    slot_of(&job.payload).ok_or_else(|| JobError::Dead("the payload is no time".into()))
}

async fn is_business_day(workspace: &Workspace, day: NaiveDate, at: NaiveDateTime) -> Result<bool, Error> {
    let read = move |conn: &mut Conn| Ok::<_, DbError>(institutions::calendar(conn, at)?);
    Ok(workspace.db.read(read).await?.bureau_business_day(day))
}

async fn close(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let cut = slot(&job)?;
    let day = jst(cut).date();
    if !is_business_day(&workspace, day, cut).await? {
        return Ok(());
    }
    match batch::close(&workspace, day, cut, None).await {
        Ok(made) => {
            tracing::info!(%day, no = made, "the day's delivery is closed");
            let now = workspace.clock.now();
            let write = move |conn: &mut Conn| alarms::end(conn, FAILED, now);
            Ok(workspace.db.write(write).await?)
        }
        Err(error) => {
            if job.attempts + 1 >= TRIES {
                alarm(&workspace, day).await?;
            }
            Err(JobError::Retry(error.to_string()))
        }
    }
}

async fn alarm(workspace: &Workspace, day: NaiveDate) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let message =
            format!("{day} の還元データを作れません。ログで原因を確かめ、直してください。結果は失われていません。");
        let cause = alarms::Cause {
            key: FAILED,
            subject: "",
            message: &message,
        };
        alarms::raise(conn, &world, &cause, now)
    };
    workspace.db.write(write).await
}

async fn watch(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let at = slot(&job)?;
    // Without a console nobody can download; such a bureau takes its files from the command line.
    if workspace.settings.console.is_none() || !is_business_day(&workspace, jst(at).date(), at).await? {
        return Ok(());
    }
    let missing = missing(&workspace, at).await?;
    if missing && job.attempts >= PATIENCE {
        alarm(&workspace, jst(at).date()).await?;
    }
    tell_of_waiting(&workspace, at).await?;
    match missing && job.attempts < PATIENCE {
        // After a downtime the file may be under way at this very moment.
        true => Err(JobError::Retry("the day's file is not there yet".into())),
        false => Ok(()),
    }
}

/// Whether the file of the day is not there. Of an earlier day nobody asks: its results are in a later file.
async fn missing(workspace: &Workspace, at: NaiveDateTime) -> Result<bool, Error> {
    let day = jst(at).date();
    let cut =
        time_of_day(&workspace.settings.deliveries.cut).and_then(|(hour, minute)| day.and_hms_opt(hour, minute, 0));
    let Some(cut) = cut.filter(|_| day == jst(workspace.clock.now()).date()) else {
        return Ok(false);
    };
    let world = workspace.clone();
    let read = move |conn: &mut Conn| batch::is_missing(conn, &world, day, utc_from_jst(cut));
    workspace.db.read(read).await
}

/// Of files that were there before the time of the alarm: one made up for since has its own day still.
async fn tell_of_waiting(workspace: &Workspace, at: NaiveDateTime) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        for file in batch::undownloaded(conn, now)?.iter().filter(|file| file.made_at < at) {
            let message = format!(
                "還元データ 第{}号（{}、{}件）を、まだだれもダウンロードしていません。担当者に確かめてください。",
                file.no, file.day, file.row_count
            );
            let cause = alarms::Cause {
                key: &waiting_alarm(file.no),
                subject: &format!("delivery/{}", file.no),
                message: &message,
            };
            alarms::raise(conn, &world, &cause, now)?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await
}
