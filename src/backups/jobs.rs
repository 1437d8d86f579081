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
const OFF_SITE: &str = "operations.backup_not_off_site";

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
        return send(&workspace).await;
    }
    match run::make_here(&workspace).await {
        Ok(made) => {
            let (file, bytes) = (made.file.display().to_string(), made.bytes);
            tracing::info!(
                file,
                bytes,
                seconds = made.seconds,
                offsite = made.offsite,
                "a backup was made and checked"
            );
            send(&workspace).await
        }
        Err(error) => {
            let message = "バックアップを作れませんでした。ログで理由を確かめ、mizumado backup を実行してください。";
            alarm(&workspace, ALARM, message).await?;
            Err(JobError::Retry(error.to_string()))
        }
    }
}

/// Off the site: an outage there says nothing about the backup that is here, so it has an alarm of its own.
async fn send(workspace: &Workspace) -> Result<(), JobError> {
    let now = workspace.clock.now();
    match run::send_off_site(workspace).await {
        Ok(()) => {
            let end = move |conn: &mut Conn| alarms::end(conn, OFF_SITE, now);
            Ok(workspace.db.write(end).await?)
        }
        Err(error) => {
            let message = "バックアップを外の保管先へ送れませんでした。この機械の中にはあります。保管先と接続を確かめてください。";
            alarm(workspace, OFF_SITE, message).await?;
            Err(JobError::Retry(error.to_string()))
        }
    }
}

async fn alarm(workspace: &Workspace, key: &'static str, message: &'static str) -> Result<(), Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let raise = move |conn: &mut Conn| {
        let cause = alarms::Cause {
            key,
            subject: "",
            message,
        };
        alarms::raise(conn, &world, &cause, now)
    };
    workspace.db.write(raise).await
}
