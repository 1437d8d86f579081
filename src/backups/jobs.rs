use super::{run, store};
use crate::{
    alarms,
    db::Conn,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing, slot_of},
    },
    web::Error,
    workspace::Workspace,
};
use std::sync::Arc;

const BACKUP_JOB: &str = "backups.daily";
pub const ALARM: &str = "operations.backup_failed";

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 1] {
    let workspace = workspace.clone();
    let handler: Handler = Arc::new(move |job| Box::pin(daily(workspace.clone(), job)));
    [(BACKUP_JOB, handler)]
}

/// Once a day, if `[backup]` is set; a missed day is made up for once.
pub fn standing(workspace: &Workspace) -> Option<Standing> {
    let (hour, minute) = workspace.settings.backup.as_ref()?.time()?;
    Some(Standing {
        kind: BACKUP_JOB,
        every: Every::Daily(hour, minute),
        make_up: 1,
    })
}

async fn daily(workspace: Workspace, job: Job) -> Result<(), JobError> {
    // A second try after an outage of the off-site store sends what is here; it makes no second one.
    let newest = workspace.db.read(|conn| Ok::<_, Error>(store::newest(conn)?)).await?;
    if newest
        .zip(slot_of(&job.payload))
        .is_some_and(|(newest, slot)| newest >= slot)
    {
        return Ok(run::send_off_site(&workspace).await?);
    }
    match run::make(&workspace).await {
        Ok(made) => {
            let (file, bytes) = (made.file.display().to_string(), made.bytes);
            tracing::info!(
                file,
                bytes,
                seconds = made.seconds,
                offsite = made.offsite,
                "a backup was made and checked"
            );
            Ok(())
        }
        Err(error) => {
            alarm(&workspace).await?;
            Err(JobError::Retry(error.to_string()))
        }
    }
}

async fn alarm(workspace: &Workspace) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let raise = move |conn: &mut Conn| {
        let cause = alarms::Cause {
            key: ALARM,
            subject: "",
            message: "バックアップを作れませんでした。ログで理由を確かめ、mizumado backup を実行してください。",
        };
        alarms::raise(conn, &world, &cause, now)
    };
    workspace.db.write(raise).await
}
