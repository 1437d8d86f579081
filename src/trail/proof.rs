//! What speaks for the chain: the last time that somebody had it walked from its beginning to its end, the seal, and the
//! signed lines to keep elsewhere. Of years of entries the walk takes long, so a job does it.
use super::views;
use crate::{
    accounts::{self, Staff},
    audit::{self, ChainCheck, Checkpoint, Vouched, Wanted},
    db::Conn,
    jobs::{Job, JobError},
    tasks::{self, Ending, Progress, Task},
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{HttpResponse, web::Data};
use chrono::NaiveDateTime;

const PAGE: &str = "/audit/checkpoints";
const CHECKED: &str = "audit.checked";

/// The walk along the chain.
pub static CHECKING: tasks::Kind = tasks::Kind {
    job: "audit.check",
    title: "操作記録の検証",
    unit: "件",
    nothing: "検証する記録はありません",
    part: (PAGE, "記録の検証"),
};

/// What the page shows.
pub struct Proof {
    /// The last walk: what it found, when, who asked for it.
    pub last: Option<(ChainCheck, NaiveDateTime, String)>,
    pub vouched: Vouched,
    pub list: Vec<Checkpoint>,
    pub public_key: String,
    /// Walks that are not done.
    pub open: Vec<Task>,
}

/// `GET /audit/checkpoints`: the last walk, and the lines to keep elsewhere.
pub async fn show(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        Ok::<_, Error>(Proof {
            last: last(conn, &world)?,
            list: audit::checkpoints(conn)?,
            vouched: audit::vouched(conn, &world.keys)?,
            public_key: audit::public_key(&world.keys),
            open: tasks::find_open(conn, CHECKING.job)?,
        })
    };
    let proof = workspace.db.read(read).await?;
    Ok(html(views::checkpoints(&site, &staff, &proof)))
}

fn last(conn: &mut Conn, workspace: &Workspace) -> Result<Option<(ChainCheck, NaiveDateTime, String)>, Error> {
    let wanted = Wanted {
        action: Some(CHECKED.to_owned()),
        ..Wanted::default()
    };
    let Some(entry) = audit::search(conn, &wanted, 1)?.pop() else {
        return Ok(None);
    };
    let found = ChainCheck::read(entry.detail_and_place().0);
    let by = accounts::name_of(conn, &workspace.keys, &entry.actor)?;
    Ok(found.map(|found| (found, entry.at, by)))
}

/// `POST /audit/checks`: asks for a walk.
pub async fn ask(workspace: Data<Workspace>, staff: Staff) -> Result<HttpResponse, Error> {
    tasks::ask(&workspace, &staff, &CHECKING, "", "").await
}

/// Walks, and puts on record what was found.
pub async fn check(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let check = async |task: Task, progress: Progress| {
        let keys = workspace.keys.clone();
        let read = move |conn: &mut Conn| {
            progress.begin(usize::try_from(audit::head_no(conn)?).unwrap_or_default());
            let passed = &mut |count| progress.advance(count);
            Ok::<_, Error>(audit::check_slowly(conn, &keys, &[], passed)?)
        };
        let found = workspace.db.read(read).await?;
        if !matches!(found, ChainCheck::Whole(_)) {
            tracing::error!(%found, "the audit record was checked");
        }
        let now = workspace.clock.now();
        let write = move |conn: &mut Conn| {
            audit::record(conn, now, task.by.actor(), CHECKED, "", &found.word())?;
            tasks::end(conn, &task.id, Ending::Done, Some(PAGE), now)
        };
        workspace.db.write(write).await
    };
    tasks::carry_out(&workspace, &job, check).await
}
