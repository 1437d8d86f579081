//! What a filter of the list holds, as a file for a spreadsheet, however many rows it has. It holds no item of a person;
//! the bureau's files with them are the deliveries.
use super::{Filter, institution_name, reason_text, search, views};
use crate::{
    accounts::Staff,
    clock::jst,
    db::Conn,
    enrolment::store::{self, Narrow, Order, Span},
    institutions::{self, Institution},
    web::{Error, Site, spreadsheet},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use chrono::NaiveDateTime;
use futures_util::stream;
use std::{collections::BTreeMap, sync::Arc};

/// Rows that are in memory at a time.
const PART: i64 = 1_000;

/// What is exported.
struct Asked {
    narrow: Narrow,
    order: Order,
    institutions: Vec<Institution>,
    count: i64,
}

/// `GET /applications/export`: it is on record before the first row leaves.
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let (by, now) = (staff.clone(), workspace.clock.now());
    let filter = Filter::read(&query);
    let words = filter.words();
    let asked = workspace.db.read(move |conn| ask(conn, &by, &filter, now)).await?;
    let detail = format!("{} rows {words}", asked.count);
    let detail = detail.trim_end().to_owned();
    let write = move |conn: &mut Conn| staff.record(conn, now, "applications.exported", "applications", &detail);
    workspace.db.write(write).await?;
    let begin = (workspace, Arc::new(asked), Some(Span::First));
    let parts = stream::try_unfold(begin, |(workspace, asked, span)| async move {
        let Some(span) = span else { return Ok(None) };
        let world = asked.clone();
        let read = move |conn: &mut Conn| part(conn, &world, &span);
        let (rows, next) = workspace.db.read(read).await?;
        Ok::<_, Error>(Some((rows, (workspace, asked, next))))
    });
    let name = format!("applications_{}.csv", jst(now).format("%Y%m%d_%H%M%S"));
    spreadsheet(&site, &name, views::HEADER, parts)
}

fn ask(conn: &mut Conn, staff: &Staff, filter: &Filter, now: NaiveDateTime) -> Result<Asked, Error> {
    let calendar = institutions::calendar(conn, now)?;
    let mut narrow = filter.narrow(&calendar, now);
    narrow.sought = search::named(conn, staff, filter, now)?.map(|search| search.sought);
    // What comes in meanwhile belongs to no count and to no file.
    narrow.to = Some(narrow.to.map_or(now, |to| to.min(now)));
    let order = filter.order();
    Ok(Asked {
        count: store::count_all(conn, &narrow, order)?,
        institutions: institutions::every(conn)?,
        narrow,
        order,
    })
}

/// Some rows of the file, and where the next begin.
fn part(conn: &mut Conn, asked: &Asked, span: &Span) -> Result<(Vec<[String; 6]>, Option<Span>), Error> {
    let lines = store::lines(conn, &asked.narrow, asked.order, span, PART)?;
    let is_full = lines.len() as i64 == PART;
    let last = lines.last().filter(|_| is_full);
    let next = last.and_then(|line| line.place(asked.order)).map(Span::After);
    let cells = |line: &store::Line| {
        let institution = institution_name(&asked.institutions, line.institution_code.as_deref());
        views::cells(line, institution, reason_text(line.reason.as_deref()))
    };
    Ok((lines.iter().map(cells).collect(), next))
}
