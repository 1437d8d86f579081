//! Every night what was deleted is made unreadable in the database's files too (S14).
use crate::{
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    workspace::Workspace,
};
use std::{sync::Arc, time::Instant};

const FORGET_JOB: &str = "operations.forget";
/// Before the backup, and when hardly anybody writes.
pub const STANDING: Standing = Standing {
    kind: FORGET_JOB,
    every: Every::Daily(2, 50),
    make_up: 1,
};
/// Writing a file anew takes as much memory, and keeps writes waiting for about a second per 100 MB. Ten years of
/// applications are no larger; a larger one is a matter for `mizumado forget` (docs/OPERATIONS.md).
const MOST: u64 = 256 * 1024 * 1024;

pub fn handler(workspace: &Workspace) -> (&'static str, Handler) {
    let workspace = workspace.clone();
    (
        FORGET_JOB,
        Arc::new(move |job| Box::pin(forget(workspace.clone(), job))),
    )
}

async fn forget(workspace: Workspace, _: Job) -> Result<(), JobError> {
    let began = Instant::now();
    let is_whole = workspace.db.forget_deleted(MOST).await?;
    let seconds = began.elapsed().as_secs_f64();
    match is_whole {
        true => tracing::info!(seconds, "what was deleted is unreadable"),
        // No alarm: nothing is readable but copies of sealed values, and the next night tries again.
        false => tracing::warn!(seconds, "the file is too large or was being read; run mizumado forget"),
    }
    Ok(())
}
