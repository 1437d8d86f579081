//! Everything that the page of a version shows, also of one that is only tried.
use super::{
    super::{
        batch::layout_of,
        layout::{Context, FileWriter, Layout, Masked, PreviewRecord, Row, Totals, check, diff, preview},
        store::{self, Version},
        views::{Compared, SHOWN as FINDINGS_SHOWN, Studio, TriedOn},
    },
    compare::Outcome,
    trial::{Trial, record_seen},
};
use crate::{
    accounts::{self, Staff, VersionState},
    audit::{self, Wanted},
    clock::jst,
    db::Conn,
    web::Error,
    workspace::Workspace,
};
use actix_web::web::Data;
use chrono::NaiveDateTime;
use std::collections::BTreeSet;

/// Rows of the preview.
const SHOWN: usize = 10;
/// Comparisons that are listed, newest first.
const COMPARISONS: i64 = 5;

/// A change that is not kept, for those who look without one.
type Nothing = fn(&mut Layout, &mut Version) -> Result<(), Error>;

/// Everything the studio shows of a version. Whose rows these are is on record when it answers.
pub async fn studio(workspace: &Data<Workspace>, staff: &Staff, id: &str) -> Result<Studio, Error> {
    studio_with(workspace, staff, id, None::<Nothing>).await
}

/// The same as it would be with a change; nothing is kept.
pub(super) async fn studio_with(
    workspace: &Data<Workspace>,
    staff: &Staff,
    id: &str,
    tried: Option<impl FnOnce(&mut Layout, &mut Version) -> Result<(), Error> + Send + 'static>,
) -> Result<Studio, Error> {
    let (world, id, by) = (workspace.clone(), id.to_owned(), staff.clone());
    let read = move |conn: &mut Conn| {
        let mut version = store::find_version(conn, &id)?;
        let (mut layout, is_tried) = (layout_of(&version)?, tried.is_some());
        if let Some(change) = tried {
            change(&mut layout, &mut version)?;
        }
        seen(conn, &world, version, layout, (&by, is_tried))
    };
    let (studio, whose) = workspace.db.read::<_, Error>(read).await?;
    record_seen(workspace, staff, &studio.version.id, &whose).await?;
    Ok(studio)
}

/// With the ids of the applications whose rows it shows.
fn seen(
    conn: &mut Conn,
    world: &Workspace,
    version: Version,
    layout: Layout,
    (by, is_tried): (&Staff, bool),
) -> Result<(Studio, Vec<String>), Error> {
    let now = world.clock.now();
    let in_use = store::effective_on(conn, jst(now).date())?;
    let before = store::version_before(conn, &version)?;
    let changes = match &before {
        Some(old) => diff(&layout_of(old)?, &layout),
        None => vec![],
    };
    let problems = check(&layout);
    let context = context_of(&version, now);
    let (records, tried, whose) = match problems.is_empty() {
        true => try_on(&layout, &context, &Trial::read(conn, world, by, now)?)?,
        false => (vec![], None, vec![]),
    };
    let decided_by = match &version.decided_by {
        Some(by) => Some(accounts::name_of(conn, &world.keys, by)?),
        None => None,
    };
    let studio = Studio {
        decided_by,
        may_edit: version.state == VersionState::Draft && version.made_by == by.word(),
        made_by: accounts::name_of(conn, &world.keys, &version.made_by)?,
        file_name: layout.file_name(&context),
        is_in_use: in_use.is_some_and(|v| v.id == version.id),
        before: before.map(|v| v.version),
        compared: comparisons(conn, world, &version.id)?,
        is_tried,
        version,
        layout,
        changes,
        problems,
        records,
        tried,
    };
    Ok((studio, whose))
}

pub(super) fn context_of(version: &Version, now: NaiveDateTime) -> Context {
    Context {
        batch_number: 123,
        delivery_date: jst(now).date(),
        made_at: jst(now),
        layout_version: version.version.unsigned_abs(),
    }
}

type Tried = (Vec<PreviewRecord>, Option<(TriedOn, Totals)>, Vec<String>);

/// The preview on masked rows, what a file of all of them would report, and whose rows are shown in either.
fn try_on(layout: &Layout, context: &Context, trial: &Trial) -> Result<Tried, Error> {
    let held = trial.rows().filter(|row| layout.holds(row.state()));
    let masked: Vec<Masked> = held.take(SHOWN).map(|row| Masked(row as &dyn Row)).collect();
    let masked: Vec<&dyn Row> = masked.iter().map(|m| m as &dyn Row).collect();
    let records = preview(layout, context, &masked);
    let failed = |e: std::io::Error| Error::Internal(e.to_string());
    let mut writer = FileWriter::new(layout, context.clone(), std::io::sink()).as_trial();
    for row in trial.rows() {
        writer.row(row as &dyn Row).map_err(failed)?;
    }
    let totals = writer.finish().map_err(failed)?;
    let found = totals.findings.iter().take(FINDINGS_SHOWN);
    let numbers = found.map(|finding| finding.receipt_number.as_str());
    let numbers: BTreeSet<&str> = numbers.chain(records.iter().map(|r| r.name.as_str())).collect();
    let whose = trial.ids_of(&numbers);
    Ok((records, Some((trial.on, totals)), whose))
}

/// Who held the version beside which sample, as the audit record tells it; newest first.
fn comparisons(conn: &mut Conn, world: &Workspace, id: &str) -> Result<Vec<Compared>, Error> {
    let mut entries = |action: &str, most| {
        let wanted = Wanted {
            action: Some(action.to_owned()),
            subject: Some(format!("layout/{id}")),
            ..Wanted::default()
        };
        audit::search(conn, &wanted, most)
    };
    let changed = entries("layout.changed", 1)?.first().map_or(0, |entry| entry.no);
    let mut list = vec![];
    for entry in entries("layout.compared", COMPARISONS)? {
        // One of an earlier program has no outcome.
        if let Some(outcome) = Outcome::read(entry.detail_and_place().0) {
            list.push(Compared {
                by: accounts::name_of(conn, &world.keys, &entry.actor)?,
                at: entry.at,
                outcome,
                is_old: entry.no < changed,
            });
        }
    }
    Ok(list)
}
