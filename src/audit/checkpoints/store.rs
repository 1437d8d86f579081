use crate::{
    audit::store::BEGINNING,
    db::{Conn, Portable, audit_checkpoints, audit_entries},
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// The head of the chain on a day (JST) and our signature under it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = audit_checkpoints)]
pub struct Checkpoint {
    pub day: NaiveDate,
    pub no: i64,
    pub hash: String,
    pub signature: String,
}

pub fn keep(conn: &mut Conn, checkpoint: &Checkpoint, now: NaiveDateTime) -> QueryResult<()> {
    let insert = diesel::insert_into(audit_checkpoints::table)
        .values((
            audit_checkpoints::day.eq(checkpoint.day),
            audit_checkpoints::no.eq(checkpoint.no),
            audit_checkpoints::hash.eq(&checkpoint.hash),
            audit_checkpoints::signature.eq(&checkpoint.signature),
            audit_checkpoints::made_at.eq(now),
        ))
        .on_conflict_do_nothing();
    Portable(insert).execute(conn).map(drop)
}

/// Every checkpoint, oldest first.
pub fn checkpoints(conn: &mut Conn) -> QueryResult<Vec<Checkpoint>> {
    Checkpoint::query().order(audit_checkpoints::day).load(conn)
}

pub fn hash_of(conn: &mut Conn, no: i64) -> QueryResult<Option<String>> {
    // Number 0 is the beginning, before the first entry.
    if no == 0 {
        return Ok(Some(BEGINNING.to_owned()));
    }
    audit_entries::table
        .filter(audit_entries::no.eq(no))
        .select(audit_entries::hash)
        .first(conn)
        .optional()
}
