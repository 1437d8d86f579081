//! What happens by itself: the alarm of what nobody answered in time, and the end of old visits.
use super::{files, store, work};
use crate::{
    alarms,
    db::Conn,
    jobs::{
        Handler, JobError,
        schedule::{Every, Standing},
    },
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::sync::Arc;

const WATCH_JOB: &str = "inquiries.watch";

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 2] {
    let (w1, w2) = (workspace.clone(), workspace.clone());
    let watch: Handler = Arc::new(move |_| Box::pin(watch(w1.clone())));
    let scan: Handler = Arc::new(move |_| Box::pin(files::scan(w2.clone())));
    [(WATCH_JOB, watch), (files::SCAN_JOB, scan)]
}

/// Overdue inquiries, and files that no look was taken at yet.
pub fn standing() -> [Standing; 2] {
    [WATCH_JOB, files::SCAN_JOB].map(|kind| Standing {
        kind,
        every: Every::Minutes(10),
        make_up: 1,
    })
}

async fn watch(workspace: Workspace) -> Result<(), JobError> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        // Staff may have corrected the calendar.
        work::reckon_anew(conn)?;
        look(conn, &world, now)?;
        Ok::<_, Error>(store::forget_old(conn, now)?)
    };
    Ok(workspace.db.write(write).await?)
}

fn look(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    let open = alarms::open_alarms(conn)?;
    let overdue: Vec<_> = store::open_ones(conn)?
        .into_iter()
        .filter(|i| i.is_overdue(now))
        .collect();
    for inquiry in &overdue {
        let message = format!(
            "問合せ {} の回答の期限が過ぎました。担当を決めて、回答してください。",
            inquiry.shown_number()
        );
        let cause = alarms::Cause {
            key: &work::overdue_alarm(inquiry),
            subject: &inquiry.subject(),
            message: &message,
        };
        alarms::hold(conn, workspace, true, &cause, now)?;
    }
    let keys: Vec<String> = overdue.iter().map(work::overdue_alarm).collect();
    for alarm in open
        .iter()
        .filter(|a| a.key.starts_with(work::OVERDUE) && !keys.contains(&a.key))
    {
        // Its due time moved, with the hours of the desk, the calendar or the priority.
        alarms::end(conn, &alarm.key, now)?;
    }
    Ok(())
}
