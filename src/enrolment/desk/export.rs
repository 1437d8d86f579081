//! What a filter of the list holds, as a file for a spreadsheet. It holds no item of a person; the bureau's files with
//! them are the deliveries.
use super::{Filter, Row, hits, row, views};
use crate::{
    accounts::Staff,
    clock::jst,
    db::Conn,
    enrolment::store::{self, Span},
    institutions,
    web::{Error, spreadsheet},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use std::collections::BTreeMap;

/// Rows of a file; a longer span is exported in parts, and the file says so.
const MOST: i64 = 50_000;

/// `GET /applications/export`
pub async fn show(
    workspace: Data<Workspace>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let filter = Filter::read(&query);
    let read = move |conn: &mut Conn| {
        let calendar = institutions::calendar(conn, now)?;
        let mut narrow = filter.narrow(&calendar, now);
        narrow.ids = hits(conn, &by, &filter, now)?.map(|search| search.ids);
        let (order, banks) = (filter.order(), institutions::every(conn)?);
        let found = store::list(conn, &narrow, order, &Span::First, MOST)?;
        let rows = found.into_iter().map(|a| row(&world, &banks, order, a));
        rows.collect::<Result<Vec<Row>, Error>>()
    };
    let rows = workspace.db.read(read).await?;
    let count = rows.len();
    let detail = format!("{count} rows");
    let write = move |conn: &mut Conn| staff.record(conn, now, "applications.exported", "applications", &detail);
    workspace.db.write(write).await?;
    let rest = (count as i64 == MOST).then(|| {
        let sentence = "ここまでで50,000件です。残りは、期間を分けて出力してください。";
        let mut row: [String; 6] = Default::default();
        row[0] = sentence.to_owned();
        row
    });
    let name = format!("applications_{}.csv", jst(now).format("%Y%m%d_%H%M%S"));
    let header = ["受付番号", "受付日時", "金融機関", "結果", "理由", "結果の日時"];
    spreadsheet(&name, header, rows.into_iter().map(views::cells).chain(rest))
}
