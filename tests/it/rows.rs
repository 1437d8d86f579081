//! Applications written straight into the tables, as many as a test likes, by the edges that the database allows.
use chrono::NaiveDateTime;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text};
use mizumado::{
    crypto::{KeyRing, Place},
    db::Conn,
    enrolment::states::Registration,
    japan::kana::prefixes,
};
use serde_json::json;

/// One application to be, confirmed at `at`; its customer number is its receipt number.
#[derive(Clone)]
pub struct Row {
    pub id: String,
    pub receipt: String,
    pub institution: &'static str,
    /// Family and given name.
    pub name: (String, String),
    /// Further answers, as heavy as real ones where that matters.
    pub more: &'static [(&'static str, &'static str)],
    pub at: NaiveDateTime,
}

impl Row {
    /// The `n`th row of a test.
    pub fn new(n: usize, at: NaiveDateTime) -> Self {
        Self {
            id: format!("01T{n:023}"),
            receipt: format!("{n:09}"),
            institution: "0140",
            name: (format!("姓{n}"), "名".into()),
            more: &[],
            at,
        }
    }
    /// As pages show it.
    pub fn shown(&self) -> String {
        [&self.receipt[..3], &self.receipt[3..6], &self.receipt[6..]].join("-")
    }
}

/// A time as both databases read it.
pub fn literal(at: NaiveDateTime) -> String {
    format!("'{}'", at.format("%Y-%m-%d %H:%M:%S%.f"))
}

/// Writes the rows and confirms them.
pub fn confirm(conn: &mut Conn, keys: &KeyRing, rows: &[Row]) -> QueryResult<()> {
    draft(conn, keys, rows)?;
    confirm_drafts(conn)
}

/// Writes the rows as drafts that have no event yet.
pub fn draft(conn: &mut Conn, keys: &KeyRing, rows: &[Row]) -> QueryResult<()> {
    conn.batch_execute(
        "insert into terms_versions (hash, version, body, first_shown_at) \
         values ('rows', '1', '', '2026-01-01 00:00:00') on conflict do nothing",
    )?;
    for some in rows.chunks(200) {
        let values: Vec<String> = some.iter().map(|row| value(keys, row)).collect();
        conn.batch_execute(&format!(
            "insert into applications (id, receipt_number, state, rev, institution_code, answers, customer_index, \
             submit_key, terms_hash, terms_accepted_at, mail_wanted, created_at, updated_at, confirmed_at) values {};",
            values.join(",")
        ))?;
    }
    Ok(())
}

/// Confirms what [`draft`] wrote.
pub fn confirm_drafts(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute(
        "insert into application_events (application_id, no, from_state, to_state, actor, cause, evidence, at) \
         select id, 1, 'none', 'draft', 'applicant', 'terms_accepted', '', created_at from applications \
         where terms_hash = 'rows' and event_no is null; \
         update applications set event_no = 1 where terms_hash = 'rows' and event_no is null;",
    )?;
    advance_all(
        conn,
        "terms_hash = 'rows' and state = 'draft'",
        Registration::Confirmed,
        "confirmed_at",
    )
}

fn value(keys: &KeyRing, row: &Row) -> String {
    let place = Place {
        table: "applications",
        row: &row.id,
        field: "answers",
    };
    let mut fields = json!({ "family_name": row.name.0, "given_name": row.name.1 });
    for (name, value) in row.more {
        fields[*name] = json!(value);
    }
    let answers = json!({ "fields": fields, "revs": {} }).to_string();
    let (sealed, at) = (keys.seal(place, &answers).unwrap(), literal(row.at));
    let (id, receipt, institution) = (&row.id, &row.receipt, row.institution);
    let customer = keys.blind("applications.customer", receipt);
    format!(
        "('{id}', '{receipt}', 'draft', 1, '{institution}', '{sealed}', '{customer}', 's{id}', 'rows', {at}, false, {at}, {at}, {at})"
    )
}

/// Makes the rows found by names in kana: `which` is SQL that gives the place in `kana` of an application.
pub fn name_all(conn: &mut Conn, keys: &KeyRing, kana: &[String], which: &str) -> QueryResult<()> {
    conn.batch_execute("create table names (no bigint not null, token text not null, primary key (no, token))")?;
    for (no, kana) in kana.iter().enumerate() {
        let tokens = prefixes(kana, 6)
            .into_iter()
            .map(|p| keys.blind("applications.kana", &p));
        let values: Vec<String> = tokens.map(|token| format!("({no}, '{token}')")).collect();
        conn.batch_execute(&format!("insert into names (no, token) values {}", values.join(",")))?;
    }
    conn.batch_execute(&format!(
        "insert into application_tokens (application_id, kind, token) \
         select a.id, 'kana', n.token from applications a join names n on n.no = {which} \
         where a.terms_hash = 'rows'; \
         drop table names;"
    ))
}

/// State and number of the newest event.
pub fn place_of(conn: &mut Conn, id: &str) -> QueryResult<(Registration, i32)> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = diesel::sql_types::Integer)]
        event_no: i32,
    }
    let sql = format!("select state, event_no from applications where id = '{id}'");
    let found: Found = diesel::sql_query(sql).get_result(conn)?;
    let state = Registration::ALL.iter().find(|s| s.as_str() == found.state);
    Ok((*state.unwrap(), found.event_no))
}

/// Takes an edge as the program does: event, state, and the outbox where it is a result.
pub fn advance(conn: &mut Conn, id: &str, to: Registration, at: NaiveDateTime) -> QueryResult<()> {
    advance_all(conn, &format!("id = '{id}'"), to, &literal(at))
}

/// The same for every application that fits; `at` is a time or a column.
pub fn advance_all(conn: &mut Conn, which: &str, to: Registration, at: &str) -> QueryResult<()> {
    let word = to.as_str();
    conn.batch_execute(&format!(
        "insert into application_events (application_id, no, from_state, to_state, actor, cause, evidence, at) \
         select id, event_no + 1, state, '{word}', 'system', 'inquiry', '', {at} from applications where {which}"
    ))?;
    if to.is_result() {
        conn.batch_execute(&format!(
            "insert into result_outbox (application_id, event_no, at) \
             select id, event_no + 1, {at} from applications where {which}"
        ))?;
    }
    let decided = if to.is_result() { at } else { "null" };
    conn.batch_execute(&format!(
        "update applications set state = '{word}', event_no = event_no + 1, updated_at = {at}, \
         decided_at = {decided} where {which}"
    ))
}

/// From the confirmation to this state, by the shortest way.
pub fn bring(conn: &mut Conn, id: &str, to: Registration, at: NaiveDateTime) -> QueryResult<()> {
    use Registration::{AtInstitution, Checking, Corrected, Expired, Paper, Registered, Withdrawn};
    let way: &[Registration] = match to {
        Registration::Confirmed => &[],
        Expired | Paper | AtInstitution => &[to],
        Checking => &[AtInstitution, Checking],
        Corrected | Withdrawn => &[AtInstitution, Checking, Registered, to],
        to => &[AtInstitution, Checking, to],
    };
    way.iter().try_for_each(|state| advance(conn, id, *state, at))
}
