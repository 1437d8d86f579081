//! What happens by itself, every five minutes: the alarm of a proposal that nobody decides, the reminder of a stop that is
//! near, the alarm of one that nobody began, and of one whose end has passed while nobody said that it is over.
use super::{
    model::State,
    store::{self, Outage},
};
use crate::{
    alarms::{self, Cause},
    db::Conn,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    web::{Error, ui::when},
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};
use std::sync::Arc;

const JOB: &str = "outages.watch";
/// People are reminded so long before it begins.
const NEAR: Duration = Duration::hours(24);

/// A proposal must be decided so long before it begins; citizens want to be told in time.
const DECIDED: Duration = Duration::hours(72);

const UNDECIDED: &str = "outages.undecided";
const SOON: &str = "outages.soon";
const NOT_BEGUN: &str = "outages.not_begun";
const NOT_ENDED: &str = "outages.not_ended";
/// Every alarm about an outage, before the `:`.
pub(super) const KEYS: [&str; 4] = [UNDECIDED, SOON, NOT_BEGUN, NOT_ENDED];

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 1] {
    let workspace = workspace.clone();
    let handler: Handler = Arc::new(move |job| Box::pin(watch(workspace.clone(), job)));
    [(JOB, handler)]
}

pub fn standing() -> [Standing; 1] {
    [Standing {
        kind: JOB,
        every: Every::Minutes(5),
        make_up: 1,
    }]
}

async fn watch(workspace: Workspace, _: Job) -> Result<(), JobError> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        for outage in store::unsettled(conn)? {
            look(conn, &world, &outage, now)?;
        }
        Ok::<_, Error>(())
    };
    Ok(workspace.db.write(write).await?)
}

fn look(conn: &mut Conn, workspace: &Workspace, outage: &Outage, now: NaiveDateTime) -> Result<(), Error> {
    let (no, from, to) = (outage.no, when(outage.starts_at), when(outage.ends_at));
    let (approved, begun) = (outage.state == State::Approved, outage.state == State::Begun);
    let is_near = outage.starts_at - NEAR <= now && now < outage.starts_at;
    let undecided = outage.state == State::Proposed && outage.starts_at - DECIDED <= now;
    for (key, crossed, message) in [
        (
            UNDECIDED,
            undecided,
            format!(
                "停止予定 第{no}号（{from}から）が、まだ承認されていません。停止予定の画面で、承認するか却下してください。\
                 申込者には、承認するまで知らせません。"
            ),
        ),
        (
            SOON,
            approved && is_near,
            format!("停止予定 第{no}号が、{from}に始まります。作業の準備を確かめてください。"),
        ),
        (
            NOT_BEGUN,
            approved && outage.starts_at <= now,
            format!(
                "停止予定 第{no}号の始まり（{from}）を過ぎました。申込者には休止中と表示しています。\
                 始めたら「作業を始めた」、行わないときは取下げを、停止予定の画面で記録してください。"
            ),
        ),
        (
            NOT_ENDED,
            begun && outage.ends_at <= now,
            format!(
                "停止予定 第{no}号の終わり（{to}）を過ぎました。予定のとおり受付を再開しています。\
                 終わったら「作業を終えた」を記録してください。まだ使えないときは、障害を登録して受付を止めてください。"
            ),
        ),
    ] {
        let cause = Cause {
            key: &format!("{key}:{}", outage.id),
            subject: &outage.subject(),
            message: &message,
        };
        alarms::hold(conn, workspace, crossed, &cause, now)?;
    }
    Ok(())
}
