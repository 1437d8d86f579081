//! Closing a batch: every result since the last one, exactly once, in a numbered file that never changes (rule 6).
//!
//! The file is rendered outside the write; the transaction then takes the very results that it holds out of the
//! outbox. Somebody faster, or a crash, leaves none of it.
use super::{
    layout::{Context, EmptyDay, FileWriter, Layout, Row, Totals},
    store::{self, Delivery, Item, NewDelivery, Version},
};
use crate::{
    accounts::VersionState,
    audit::{self, Actor, Person},
    clock::jst,
    db::Conn,
    enrolment::{self, ResultRecord},
    tasks::{self, Ending, Progress},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use std::collections::HashMap;

/// Results in one batch; more than that wait for the next.
const MOST: i64 = 100_000;
/// Somebody else closing at the same time is rare; this often is enough.
const TRIES: usize = 5;

/// A file that was rendered and is not yet written down.
struct Rendered {
    no: i64,
    layout_id: String,
    file_name: String,
    content: Vec<u8>,
    report: Vec<u8>,
    totals: Totals,
    items: Vec<Item>,
    /// Applications with characters that the file could not hold.
    hard: Vec<String>,
    /// Results that the layout leaves out; they count as delivered.
    left_out: u64,
    /// The layout wants no file without rows, and there is nothing to deliver.
    skip: bool,
}

/// Who asked for a file.
#[derive(Clone, Debug)]
pub struct Asked {
    pub by: Person,
    /// The task that ends with the file, in its transaction.
    pub task: Option<String>,
    pub progress: Progress,
}

impl Asked {
    fn end(&self, conn: &mut Conn, no: i64, now: NaiveDateTime) -> Result<(), Error> {
        match &self.task {
            Some(task) => tasks::end(conn, task, Ending::Done, Some(&format!("/deliveries/{no}")), now),
            None => Ok(()),
        }
    }
}

/// Closes a batch of everything decided before `until`; gives its number, or `None` when there is nothing to do.
///
/// Unless somebody `asked` it is the clock's own, which is made once for a day; a person closes one in between.
pub async fn close(
    workspace: &Workspace,
    day: NaiveDate,
    until: NaiveDateTime,
    asked: Option<&Asked>,
) -> Result<Option<i64>, Error> {
    let progress = asked.map(|asked| asked.progress.clone()).unwrap_or_default();
    for _ in 0..TRIES {
        let (world, by_clock, progress) = (workspace.clone(), asked.is_none(), progress.clone());
        let read = move |conn: &mut Conn| {
            if by_clock && store::closed_by_clock(conn, day)? {
                return Ok(None);
            }
            render(conn, &world, day, until, &progress).map(Some)
        };
        let Some(rendered) = workspace.db.read::<_, Error>(read).await? else {
            return Ok(None);
        };
        if rendered.skip || (!by_clock && rendered.items.is_empty()) {
            return Ok(None);
        }
        let (world, now, asked, no) = (workspace.clone(), workspace.clock.now(), asked.cloned(), rendered.no);
        let write = move |conn: &mut Conn| {
            keep(conn, &world, day, &rendered, actor(&asked), now)?;
            asked.map_or(Ok(()), |asked| asked.end(conn, no, now))
        };
        match workspace.db.write(write).await {
            Ok(()) => return Ok(Some(no)),
            Err(Error::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Conflict)
}

fn actor(asked: &Option<Asked>) -> Actor<'_> {
    asked.as_ref().map_or(Actor::System, |asked| asked.by.actor())
}

fn render(
    conn: &mut Conn,
    workspace: &Workspace,
    day: NaiveDate,
    until: NaiveDateTime,
    progress: &Progress,
) -> Result<Rendered, Error> {
    let version = store::effective_on(conn, day)?;
    let version = version.ok_or_else(|| Error::Internal("no layout is approved for this day".into()))?;
    let mut waiting = enrolment::waiting_results(conn, workspace, until, MOST)?;
    let mut items = vec![];
    let mut records: Vec<ResultRecord> = vec![];
    // Newest results give the rows; older ones of the same application stand at the same place.
    for entry in &mut waiting {
        let Some(mut record) = entry.record.take() else {
            continue;
        };
        let again = store::delivered_before(conn, &entry.application_id)?;
        let kind = if again { "correction" } else { "result" };
        record.record_kind = kind.to_owned();
        let json = serde_json::to_string(&record).map_err(|e| Error::Internal(e.to_string()))?;
        items.push(item(
            &entry.application_id,
            entry.event_no,
            records.len(),
            kind,
            Some(json),
        ));
        records.push(record);
    }
    let places = items
        .iter()
        .map(|i| (i.application_id.clone(), (i.position, i.kind, i.event_no)));
    let places: HashMap<_, _> = places.collect();
    for entry in &waiting {
        let Some((position, kind, newest_no)) = places.get(&entry.application_id).copied() else {
            continue;
        };
        if newest_no != entry.event_no {
            items.push(item(
                &entry.application_id,
                entry.event_no,
                position as usize,
                kind,
                None,
            ));
        }
    }
    let no = store::last_no(conn)? + 1;
    rendered(workspace, &version, no, day, &records, items, progress)
}

fn item(application_id: &str, event_no: i32, position: usize, kind: &'static str, record: Option<String>) -> Item {
    Item {
        application_id: application_id.to_owned(),
        event_no,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        kind,
        record,
    }
}

fn rendered(
    workspace: &Workspace,
    version: &Version,
    no: i64,
    day: NaiveDate,
    records: &[ResultRecord],
    items: Vec<Item>,
    progress: &Progress,
) -> Result<Rendered, Error> {
    progress.begin(records.len());
    let layout = layout_of(version)?;
    let context = Context {
        batch_number: no.unsigned_abs(),
        delivery_date: day,
        made_at: jst(workspace.clock.now()),
        layout_version: version.version.unsigned_abs(),
    };
    let file_name = layout.file_name(&context);
    let (mut content, mut report) = (vec![], vec![]);
    let failed = |e: std::io::Error| Error::Internal(e.to_string());
    let mut writer = FileWriter::new(&layout, context, &mut content).with_report(&mut report);
    let mut hard = vec![];
    for (place, record) in records.iter().enumerate() {
        let before = writer.hard_characters();
        writer.row(record as &dyn Row).map_err(failed)?;
        if writer.hard_characters() > before {
            // The items of the rows stand first and in their order; a reissue has none.
            hard.extend(items.get(place).map(|item| item.application_id.clone()));
        }
        progress.step();
    }
    let totals = writer.finish().map_err(failed)?;
    Ok(Rendered {
        hard,
        left_out: (records.len() as u64).saturating_sub(totals.rows),
        // What the layout leaves out is taken off the outbox by a number, also where that has no file to hand on.
        skip: totals.rows == 0 && layout.empty_day == EmptyDay::Nothing && items.is_empty(),
        no,
        layout_id: version.id.clone(),
        file_name,
        content,
        report,
        totals,
        items,
    })
}

/// The layout of a version, right or not: one that counts was checked when it was proposed, and a later rule does not stop the file
/// of a day.
pub fn layout_of(version: &Version) -> Result<Layout, Error> {
    let wrong = |_| Error::Internal(format!("version {} of the layout is not readable", version.version));
    toml::from_str(&version.body).map_err(wrong)
}

/// Versions of the layout by id, each read once: its number, and whether it demands a file on an empty day.
#[derive(Default)]
pub struct Versions(HashMap<String, (i32, bool)>);

impl Versions {
    fn find(&mut self, conn: &mut Conn, id: &str) -> Result<(i32, bool), Error> {
        if let Some(known) = self.0.get(id) {
            return Ok(*known);
        }
        let version = store::find_version(conn, id)?;
        let found = (version.version, layout_of(&version)?.empty_day == EmptyDay::File);
        self.0.insert(id.to_owned(), found);
        Ok(found)
    }

    /// The number of the version that a delivery was written by.
    pub fn number(&mut self, conn: &mut Conn, delivery: &Delivery) -> Result<i32, Error> {
        Ok(self.find(conn, &delivery.layout_id)?.0)
    }

    /// Whether there is a file to hand on: one with rows, or one that the layout demands on an empty day.
    pub fn has_file(&mut self, conn: &mut Conn, delivery: &Delivery) -> Result<bool, Error> {
        Ok(delivery.row_count > 0 || self.find(conn, &delivery.layout_id)?.1)
    }
}

/// An empty file says that there was nothing; of an older day nobody needs to be told any more.
const EMPTY_COUNTS: Duration = Duration::days(7);

/// Files that nobody has downloaded, oldest first; reissues are for whoever made them, and one that was taken stands for
/// its original.
pub fn undownloaded(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<Delivery>, Error> {
    let (mut waiting, mut versions) = (vec![], Versions::default());
    for delivery in store::undownloaded(conn)? {
        let counts = delivery.row_count > 0 || now - delivery.made_at < EMPTY_COUNTS;
        if counts && versions.has_file(conn, &delivery)? {
            waiting.push(delivery);
        }
    }
    Ok(waiting)
}

/// Whether the clock should have closed a day's file by now and has not: the layout demands one, or results wait since
/// before the cut.
pub fn is_missing(conn: &mut Conn, workspace: &Workspace, day: NaiveDate, cut: NaiveDateTime) -> Result<bool, Error> {
    if store::closed_by_clock(conn, day)? {
        return Ok(false);
    }
    let version = store::effective_on(conn, day)?;
    let demanded = match &version {
        Some(version) => layout_of(version)?.empty_day == EmptyDay::File,
        None => true,
    };
    // Of an application that is under way again nothing is to be delivered.
    let waiting = enrolment::waiting_results(conn, workspace, cut, MOST)?;
    Ok(demanded || waiting.iter().any(|entry| entry.record.is_some()))
}

fn keep(
    conn: &mut Conn,
    workspace: &Workspace,
    day: NaiveDate,
    file: &Rendered,
    by: Actor,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let taken: Vec<(String, i32)> = file
        .items
        .iter()
        .map(|i| (i.application_id.clone(), i.event_no))
        .collect();
    if !enrolment::take_results(conn, &taken)? {
        return Err(Error::Conflict);
    }
    enrolment::mark_hard_characters(conn, &file.hard)?;
    write_down(conn, workspace, day, None, file, by, now)
}

fn write_down(
    conn: &mut Conn,
    workspace: &Workspace,
    day: NaiveDate,
    reissue_of: Option<i64>,
    file: &Rendered,
    by: Actor,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let new = NewDelivery {
        no: file.no,
        day,
        reissue_of,
        layout_id: &file.layout_id,
        file_name: &file.file_name,
        content: &file.content,
        report: &file.report,
        sha256: &file.totals.sha256,
        rows: file.totals.rows,
        findings: file.totals.findings_total,
        made_by: &by.word(),
    };
    store::add_delivery(conn, &workspace.keys, &new, &file.items, now)?;
    let action = if reissue_of.is_some() {
        "delivery.reissued"
    } else {
        "delivery.closed"
    };
    let left_out = match file.left_out {
        0 => String::new(),
        n => format!(" left_out {n}"),
    };
    let detail = format!("{} rows sha256 {}{left_out}", file.totals.rows, file.totals.sha256);
    audit::record(conn, now, by, action, &format!("delivery/{}", file.no), &detail)?;
    Ok(())
}

/// The delivery and the version of a reissue; another version than an approved one is a conflict.
pub fn may_reissue(conn: &mut Conn, no: i64, version_id: &str) -> Result<(Delivery, Version), Error> {
    let (delivery, version) = (store::find(conn, no)?, store::find_version(conn, version_id)?);
    match version.state {
        VersionState::Approved => Ok((delivery, version)),
        _ => Err(Error::Conflict),
    }
}

/// A delivery's rows once more, as they were delivered, under another version: a new file that says which one it is of.
pub async fn reissue(workspace: &Workspace, no: i64, version_id: &str, asked: &Asked) -> Result<i64, Error> {
    for _ in 0..TRIES {
        let (world, version_id, progress) = (workspace.clone(), version_id.to_owned(), asked.progress.clone());
        let read = move |conn: &mut Conn| {
            let (old, version) = may_reissue(conn, no, &version_id)?;
            // A reissue holds no results of its own; those of its original count.
            let original = old.reissue_of.unwrap_or(no);
            let rows = store::records_of(conn, &world.keys, original)?;
            let read = |json: &String| serde_json::from_str(json).map_err(|e| Error::Internal(e.to_string()));
            let records = rows.iter().map(read).collect::<Result<Vec<ResultRecord>, _>>()?;
            let next = store::last_no(conn)? + 1;
            let file = rendered(&world, &version, next, old.day, &records, vec![], &progress)?;
            Ok((original, old.day, file))
        };
        let (original, day, file) = workspace.db.read::<_, Error>(read).await?;
        let (world, now, asked, next) = (workspace.clone(), workspace.clock.now(), asked.clone(), file.no);
        let write = move |conn: &mut Conn| {
            write_down(conn, &world, day, Some(original), &file, asked.by.actor(), now)?;
            asked.end(conn, next, now)
        };
        match workspace.db.write(write).await {
            Ok(()) => return Ok(next),
            Err(Error::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Conflict)
}
