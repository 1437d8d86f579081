//! What happens by itself: inquiries, reminders, the end of old drafts.
use super::{
    inquiry,
    states::{Cause, Registration},
    store,
    submit::REMIND_JOB,
};
use crate::{
    db::Conn,
    gateways,
    institutions::{self, Mode},
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    mail,
    notices::Notice,
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};
use std::sync::Arc;

/// Sweeps old drafts, forgotten hand-offs and nonces; tells who waited that the service is open again.
const SWEEP_JOB: &str = "enrolment.sweep";
/// An application whose hand-off had to wait is kept for it so long.
const DEFERRED_LASTS: Duration = Duration::days(30);
const AT_ONCE: i64 = 100;

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 3] {
    let (w1, w2) = (workspace.clone(), workspace.clone());
    let remind: Handler = Arc::new(move |job| Box::pin(remind(w1.clone(), job)));
    let sweep: Handler = Arc::new(move |_| Box::pin(sweep(w2.clone())));
    [
        (inquiry::INQUIRE_JOB, inquiry::handler(workspace)),
        (REMIND_JOB, remind),
        (SWEEP_JOB, sweep),
    ]
}

/// What comes again by itself.
pub fn standing() -> [Standing; 1] {
    [Standing {
        kind: SWEEP_JOB,
        every: Every::Minutes(10),
        make_up: 1,
    }]
}

async fn remind(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| {
            let application = store::find(conn, &job.payload)?;
            match application.state.is_in_flight() {
                true => inquiry::send_notice(conn, &world, &application, Notice::Waiting, now),
                false => Ok(()),
            }
        })
        .await?;
    Ok(())
}

async fn sweep(workspace: Workspace) -> Result<(), JobError> {
    let now = workspace.clock.now();
    let before = now - Duration::hours(workspace.settings.form.draft_hours);
    let old = workspace
        .db
        .read(move |conn| Ok::<_, Error>(store::drafts_older_than(conn, before, AT_ONCE)?))
        .await?;
    for id in old {
        let keys = workspace.keys.clone();
        let expired = workspace.db.write(move |conn| {
            let mut application = store::find_for_change(conn, &id)?;
            // The applicant may have come back since the list was read.
            if application.state == Registration::Draft {
                let (to, cause) = (Registration::Expired, Cause::TooOld);
                store::transition(conn, &mut application, to, cause, "", now)?;
                store::erase_answers(conn, &keys, &id)?;
            }
            Ok::<_, Error>(())
        });
        if let Err(error) = expired.await {
            tracing::error!(%error, "an old draft could not be closed");
        }
    }
    deferred(&workspace, now).await?;
    workspace
        .db
        .write(move |conn| {
            gateways::forget_old_nonces(conn, now)?;
            Ok::<_, Error>(store::forget_old_visits(conn, now)?)
        })
        .await?;
    Ok(())
}

/// Applications whose hand-off had to wait: told once that it is open again, closed when nobody went on.
async fn deferred(workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    if workspace.db.read(institutions::current_mode).await?.mode != Mode::Open {
        return Ok(());
    }
    let mut last = String::new();
    loop {
        let after = last.clone();
        let page = workspace
            .db
            .read(move |conn| Ok::<_, Error>(store::confirmed(conn, &after, AT_ONCE)?))
            .await?;
        let Some(end) = page.last() else {
            return Ok(());
        };
        last.clone_from(end);
        for id in page {
            let world = workspace.clone();
            let looked_after = workspace.db.write(move |conn| look_after(conn, &world, &id, now));
            if let Err(error) = looked_after.await {
                tracing::error!(%error, "an application that waits could not be looked after");
            }
        }
    }
}

fn look_after(conn: &mut Conn, workspace: &Workspace, id: &str, now: NaiveDateTime) -> Result<(), Error> {
    let mut application = store::find_for_change(conn, id)?;
    if application.state != Registration::Confirmed {
        return Ok(());
    }
    if application.confirmed_at.is_some_and(|at| at + DEFERRED_LASTS < now) {
        let (to, cause) = (Registration::Expired, Cause::TooOld);
        store::transition(conn, &mut application, to, cause, "", now)?;
        return inquiry::send_notice(conn, workspace, &application, Notice::Expired, now);
    }
    let told = mail::sent_to(conn, id)?;
    match told.iter().any(|(kind, _)| kind == Notice::Reopened.as_str()) {
        true => Ok(()),
        false => inquiry::send_notice(conn, workspace, &application, Notice::Reopened, now),
    }
}
