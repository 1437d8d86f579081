use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, deliveries, delivery_downloads, delivery_items},
    web::Error,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A numbered file. Its bytes are sealed and never change.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    pub no: i64,
    pub day: NaiveDate,
    pub reissue_of: Option<i64>,
    pub layout_id: String,
    pub file_name: String,
    pub bytes: i64,
    pub sha256: String,
    pub row_count: i64,
    pub findings: i64,
    pub made_by: String,
    pub made_at: NaiveDateTime,
}

fn place<'a>(no: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "deliveries",
        row: no,
        field,
    }
}

pub struct NewDelivery<'a> {
    pub no: i64,
    pub day: NaiveDate,
    pub reissue_of: Option<i64>,
    pub layout_id: &'a str,
    pub file_name: &'a str,
    pub content: &'a [u8],
    pub report: &'a [u8],
    pub sha256: &'a str,
    pub rows: u64,
    pub findings: u64,
    pub made_by: &'a str,
}

/// One result in a delivery.
pub struct Item {
    pub application_id: String,
    pub event_no: i32,
    pub position: i32,
    pub kind: &'static str,
    /// The row as JSON; `None` where a newer result of the same application stands for this one.
    pub record: Option<String>,
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Writes a file and what it holds; a number or a day that is taken is `Conflict`.
pub fn add_delivery(
    conn: &mut Conn,
    keys: &KeyRing,
    new: &NewDelivery,
    items: &[Item],
    now: NaiveDateTime,
) -> Result<(), Error> {
    let row = new.no.to_string();
    let seal = |field, bytes: &[u8]| keys.seal(place(&row, field), &STANDARD.encode(bytes));
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::no.eq(new.no),
            deliveries::day.eq(new.day),
            deliveries::reissue_of.eq(new.reissue_of),
            deliveries::layout_id.eq(new.layout_id),
            deliveries::file_name.eq(new.file_name),
            deliveries::content.eq(seal("content", new.content)?),
            deliveries::report.eq(seal("report", new.report)?),
            deliveries::bytes.eq(number(new.content.len() as u64)),
            deliveries::sha256.eq(new.sha256),
            deliveries::row_count.eq(number(new.rows)),
            deliveries::findings.eq(number(new.findings)),
            deliveries::made_by.eq(new.made_by),
            deliveries::made_at.eq(now),
        ))
        .execute(conn)
        .map_err(taken)?;
    for item in items {
        let at = item_row(&item.application_id, item.event_no);
        let seal = |json: &String| keys.seal(record_place(&at), json);
        diesel::insert_into(delivery_items::table)
            .values((
                delivery_items::application_id.eq(&item.application_id),
                delivery_items::event_no.eq(item.event_no),
                delivery_items::delivery_no.eq(new.no),
                delivery_items::position.eq(item.position),
                delivery_items::kind.eq(item.kind),
                delivery_items::record.eq(item.record.as_ref().map(seal).transpose()?),
            ))
            .execute(conn)
            .map_err(taken)?;
    }
    Ok(())
}

fn item_row(application_id: &str, event_no: i32) -> String {
    format!("{application_id}/{event_no}")
}

fn record_place(row: &str) -> Place<'_> {
    Place {
        table: "delivery_items",
        row,
        field: "record",
    }
}

fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, _) => Error::Conflict,
        error => error.into(),
    }
}

pub fn last_no(conn: &mut Conn) -> QueryResult<i64> {
    let last: Option<i64> = deliveries::table.select(diesel::dsl::max(deliveries::no)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Whether the clock has closed a day's batch.
pub fn closed_by_clock(conn: &mut Conn, day: NaiveDate) -> QueryResult<bool> {
    let count = deliveries::table
        .filter(deliveries::day.eq(day).and(deliveries::made_by.eq("system")))
        .filter(deliveries::reissue_of.is_null())
        .count()
        .get_result::<i64>(conn)?;
    Ok(count > 0)
}

/// Whether some delivery holds a result of this application.
pub fn delivered_before(conn: &mut Conn, application_id: &str) -> QueryResult<bool> {
    let count = delivery_items::table
        .filter(delivery_items::application_id.eq(application_id))
        .count()
        .get_result::<i64>(conn)?;
    Ok(count > 0)
}

pub fn find(conn: &mut Conn, no: i64) -> QueryResult<Delivery> {
    Delivery::query().filter(deliveries::no.eq(no)).first(conn)
}

/// Those that were made in `[from, to)` (UTC), oldest first.
pub fn made_between(conn: &mut Conn, from: NaiveDateTime, to: NaiveDateTime) -> QueryResult<Vec<Delivery>> {
    Delivery::query()
        .filter(deliveries::made_at.ge(from).and(deliveries::made_at.lt(to)))
        .order(deliveries::no)
        .load(conn)
}

/// Newest first, those below a number.
pub fn list(conn: &mut Conn, below: i64, most: i64) -> QueryResult<Vec<Delivery>> {
    Delivery::query()
        .filter(deliveries::no.lt(below))
        .order(deliveries::no.desc())
        .limit(most)
        .load(conn)
}

/// The bytes of `content` or `report`, the same at every time.
pub fn open_file(conn: &mut Conn, keys: &KeyRing, no: i64, report: bool) -> Result<Vec<u8>, Error> {
    let found = deliveries::table.filter(deliveries::no.eq(no));
    let sealed: String = match report {
        true => found.select(deliveries::report).first(conn)?,
        false => found.select(deliveries::content).first(conn)?,
    };
    let field = if report { "report" } else { "content" };
    let text = keys.open(place(&no.to_string(), field), &sealed)?;
    STANDARD
        .decode(text)
        .map_err(|_| Error::Internal("a delivery is not readable".into()))
}

/// The rows of a delivery as they were delivered, as JSON in their order.
pub fn records_of(conn: &mut Conn, keys: &KeyRing, no: i64) -> Result<Vec<String>, Error> {
    let rows: Vec<(String, i32, Option<String>)> = delivery_items::table
        .filter(delivery_items::delivery_no.eq(no))
        .filter(delivery_items::record.is_not_null())
        .order(delivery_items::position)
        .select((
            delivery_items::application_id,
            delivery_items::event_no,
            delivery_items::record,
        ))
        .load(conn)?;
    let open = |(id, event_no, sealed): (String, i32, Option<String>)| {
        let row = item_row(&id, event_no);
        Ok(keys.open(record_place(&row), sealed.as_deref().unwrap_or_default())?)
    };
    rows.into_iter().map(open).collect()
}

/// The applications that a file speaks of; a reissue holds those of the file that it replaces.
pub fn applications_in(conn: &mut Conn, no: i64) -> QueryResult<Vec<String>> {
    let mut first = find(conn, no)?;
    while let Some(earlier) = first.reissue_of {
        first = find(conn, earlier)?;
    }
    delivery_items::table
        .filter(delivery_items::delivery_no.eq(first.no))
        .order(delivery_items::position)
        .select(delivery_items::application_id)
        .load(conn)
}

pub fn note_download(conn: &mut Conn, no: i64, staff_id: &str, what: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(delivery_downloads::table)
        .values((
            delivery_downloads::id.eq(ulid::Ulid::generate().to_string()),
            delivery_downloads::delivery_no.eq(no),
            delivery_downloads::staff_id.eq(staff_id),
            delivery_downloads::what.eq(what),
            delivery_downloads::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Who downloaded what of some deliveries, newest first: number, person, what, when.
pub fn downloads_of(conn: &mut Conn, nos: &[i64]) -> QueryResult<Vec<(i64, String, String, NaiveDateTime)>> {
    delivery_downloads::table
        .filter(delivery_downloads::delivery_no.eq_any(nos))
        .order(delivery_downloads::at.desc())
        .select((
            delivery_downloads::delivery_no,
            delivery_downloads::staff_id,
            delivery_downloads::what,
            delivery_downloads::at,
        ))
        .load(conn)
}

/// The files that hold the results of some deliveries once more: number of the delivery, number of the file.
pub fn reissues_of(conn: &mut Conn, nos: &[i64]) -> QueryResult<Vec<(i64, i64)>> {
    // A reissue comes after what it repeats: of a table with years of files only the end is read.
    let first = nos.iter().min().copied().unwrap_or(i64::MAX);
    deliveries::table
        .filter(deliveries::no.gt(first))
        .filter(deliveries::reissue_of.eq_any(nos))
        .order(deliveries::no)
        .select((deliveries::reissue_of.assume_not_null(), deliveries::no))
        .load(conn)
}

/// How many results of a delivery have no row, because its layout leaves them out.
pub fn left_out(conn: &mut Conn, delivery: &Delivery) -> QueryResult<i64> {
    let records: i64 = delivery_items::table
        .filter(delivery_items::delivery_no.eq(delivery.reissue_of.unwrap_or(delivery.no)))
        .filter(delivery_items::record.is_not_null())
        .count()
        .get_result(conn)?;
    Ok(records - delivery.row_count)
}

/// Numbers that nobody has downloaded, oldest first, without reissues.
pub fn undownloaded(conn: &mut Conn) -> QueryResult<Vec<Delivery>> {
    // Who has only the report of characters does not have the file.
    let downloaded = delivery_downloads::table
        .filter(delivery_downloads::what.ne("report"))
        .select(delivery_downloads::delivery_no);
    // Whoever took a reissue has its results: the original beside it would bring them in twice.
    let again = diesel::alias!(deliveries as again);
    let taken_anew = again
        .filter(again.field(deliveries::reissue_of).is_not_null())
        .filter(again.field(deliveries::no).eq_any(downloaded))
        .select(again.field(deliveries::reissue_of).assume_not_null());
    Delivery::query()
        .filter(deliveries::reissue_of.is_null())
        .filter(deliveries::no.ne_all(downloaded))
        .filter(deliveries::no.ne_all(taken_anew))
        .order(deliveries::no)
        .load(conn)
}
