//! 処理: long work that somebody at the console asked for. A durable job does it, so that neither a closed browser nor the
//! end of the process loses it; its row tells how far it is. Whoever asked waits a moment on the page and is led on to the
//! result, or goes away and comes back.
mod page;
mod progress;
mod store;
mod views;

pub use page::routes;
pub use progress::Progress;
pub use store::{Ending, Task, end, find_open, purge};
pub use views::open_tasks;

use crate::{
    accounts::Staff,
    db::{Conn, one_at_a_time},
    jobs::{self, Job, JobError},
    web::{Error, see_other},
    workspace::Workspace,
};
use actix_web::HttpResponse;
use std::time::Duration;

/// Tries after which whoever asked is told that it failed.
const TRIES: i32 = 3;
/// How often the row says how far the work is.
const TELLING: Duration = Duration::from_millis(500);

/// One kind of long work: the job that does it, and its words. The feature that does it writes it down.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The job's kind.
    pub job: &'static str,
    /// 「還元データの作成」
    pub title: &'static str,
    /// What is counted: 「件」
    pub unit: &'static str,
    /// What is said when there was nothing to do.
    pub nothing: &'static str,
    /// The part of the console that it belongs to, and its name.
    pub part: (&'static str, &'static str),
}

/// Every kind there is; `app` writes them down.
#[derive(Clone, Copy, Debug)]
pub struct Kinds(pub &'static [&'static Kind]);

impl Kinds {
    fn of(&self, job: &str) -> Result<&'static Kind, Error> {
        let found = self.0.iter().find(|kind| kind.job == job);
        found.copied().ok_or(Error::NotFound)
    }
}

/// Asks for work and leads to its page. Asked for once more while it is open, by whomever, it is the same work. `wish` says what else is
/// wanted, by opaque ids.
pub async fn ask(
    workspace: &Workspace,
    staff: &Staff,
    kind: &'static Kind,
    subject: &str,
    wish: &str,
) -> Result<HttpResponse, Error> {
    let (now, by) = (workspace.clock.now(), staff.person());
    let (subject, wish) = (subject.to_owned(), wish.to_owned());
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, "tasks")?;
        if let Some(open) = store::find_same(conn, kind.job, &subject, &wish)? {
            return Ok(open.id);
        }
        let id = store::add(conn, kind.job, &subject, &wish, &by, now)?;
        jobs::enqueue(conn, now, kind.job, &id, now)?;
        Ok::<_, Error>(id)
    };
    let id = workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&format!("/tasks/{id}")))
}

/// Does the work of a job. `work` ends the task itself, in the transaction of what it made ([`end`]): a process that ends in
/// between has made nothing, and the next one begins anew. What has ended is not done again,
/// whoever revives its job: after a failure somebody may have asked anew.
pub async fn carry_out(
    workspace: &Workspace,
    job: &Job,
    work: impl AsyncFnOnce(Task, Progress) -> Result<(), Error>,
) -> Result<(), JobError> {
    let id = job.payload.clone();
    let task = workspace.db.read(move |conn| store::find(conn, &id)).await?;
    if task.ending.is_some() {
        return Ok(());
    }
    let (id, progress) = (task.id.clone(), Progress::default());
    // What took the process along with it, or panicked, was no error that anybody could write down.
    if job.attempts >= TRIES {
        return fail(workspace, id, "it never came to its end".into()).await;
    }
    let result = tokio::select! {
        result = work(task, progress.clone()) => result,
        () = tell(workspace, &id, &progress) => Ok(()),
    };
    let Err(error) = result else { return Ok(()) };
    if job.attempts + 1 < TRIES {
        return Err(JobError::Retry(error.to_string()));
    }
    fail(workspace, id, error.to_string()).await
}

async fn fail(workspace: &Workspace, id: String, why: String) -> Result<(), JobError> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| end(conn, &id, Ending::Failed, None, now);
    workspace.db.write(write).await?;
    Err(JobError::Dead(why))
}

/// Writes down how far the work is, for as long as it goes on.
async fn tell(workspace: &Workspace, id: &str, progress: &Progress) {
    let mut told = (0, 0);
    loop {
        tokio::time::sleep(TELLING).await;
        let seen = progress.seen();
        if seen == told {
            continue;
        }
        let id = id.to_owned();
        let write = move |conn: &mut Conn| store::tell(conn, &id, seen);
        match workspace.db.write(write).await {
            Ok(()) => told = seen,
            // The work goes on; only the page is behind.
            Err(error) => tracing::warn!(%error, "how far a task is could not be written down"),
        }
    }
}
