//! The file itself, however many rows it has. It holds no item of a person; the bureau's files with them are the deliveries.
use super::{
    super::{institution_name, reason_text, views},
    Filtered, refuse, subject,
};
use crate::{
    accounts::Staff,
    clock::jst,
    db::Conn,
    enrolment::store::{self, Export, Span},
    web::{Error, Site, see_other, spreadsheet},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use futures_util::stream;
use std::sync::Arc;

/// Rows that are in memory at a time.
const PART: i64 = 1_000;

/// What is written.
struct Asked {
    found: Filtered,
    number: i64,
}

/// `GET /exports/{id}/file`, for whoever asked: it is on record before the first row leaves.
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let read = move |conn: &mut Conn| {
        let export = store::find_export(conn, &id)?;
        let found = Filtered::kept(conn, &export)?;
        Ok::<_, Error>((found.count(conn)?, found, export))
    };
    let (count, found, export) = workspace.db.read(read).await?;
    if export.asked_by != staff.id || export.open_until().is_none_or(|until| until <= now) {
        // The list says what is missing.
        return Ok(see_other(&format!("/exports#{}", export.id)));
    }
    if count > export.row_count {
        // States move on: what is in the list now is more than was asked for, or agreed to.
        let why = "頼んだときより件数が増えています。一覧から、もう一度出力を頼んでください";
        return refuse(&workspace, &site, &staff, why).await;
    }
    record(&workspace, staff, &export, count).await?;
    let name = format!(
        "applications_{}_{}.csv",
        export.number,
        jst(now).format("%Y%m%d_%H%M%S")
    );
    let asked = Arc::new(Asked {
        found,
        number: export.number,
    });
    let parts = stream::try_unfold(
        (workspace, asked, Some(Span::First)),
        |(workspace, asked, span)| async move {
            let Some(span) = span else { return Ok(None) };
            let world = asked.clone();
            let read = move |conn: &mut Conn| part(conn, &world, &span);
            let (rows, next) = workspace.db.read(read).await?;
            Ok::<_, Error>(Some((rows, (workspace, asked, next))))
        },
    );
    spreadsheet(&site, &name, views::HEADER, parts)
}

async fn record(workspace: &Workspace, staff: Staff, export: &Export, count: i64) -> Result<(), Error> {
    let now = workspace.clock.now();
    let detail = format!("{} {count} rows", export.purpose.as_str());
    let subject = subject(export);
    let write = move |conn: &mut Conn| staff.record(conn, now, "applications.exported", &subject, &detail);
    workspace.db.write(write).await
}

/// Some rows of the file, and where the next begin.
fn part(conn: &mut Conn, asked: &Asked, span: &Span) -> Result<(Vec<[String; 7]>, Option<Span>), Error> {
    let Asked { found, number } = asked;
    let lines = store::lines(conn, &found.narrow, found.order, span, PART)?;
    let is_full = lines.len() as i64 == PART;
    let last = lines.last().filter(|_| is_full);
    let next = last.and_then(|line| line.place(found.order)).map(Span::After);
    let cells = |line: &store::Line| {
        let institution = institution_name(&found.institutions, line.institution_code.as_deref());
        views::cells(line, institution, reason_text(line.reason.as_deref()), *number)
    };
    Ok((lines.iter().map(cells).collect(), next))
}
