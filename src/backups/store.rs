use super::manifest::Manifest;
use crate::db::{Conn, backups};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A checked backup.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = backups)]
pub struct BackupRow {
    pub name: String,
    pub taken_at: NaiveDateTime,
    pub bytes: i64,
    pub seconds: i32,
    pub offsite_at: Option<NaiveDateTime>,
}

/// Writes a checked backup into the ledger.
pub fn add(conn: &mut Conn, manifest: &Manifest, seconds: u64, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(backups::table)
        .values((
            backups::id.eq(ulid::Ulid::generate().to_string()),
            backups::name.eq(manifest.name().to_string()),
            backups::engine.eq(manifest.engine.as_str()),
            backups::taken_at.eq(manifest.taken_at),
            backups::bytes.eq(i64::try_from(manifest.bytes).unwrap_or(i64::MAX)),
            backups::sha256.eq(&manifest.sha256),
            backups::seconds.eq(i32::try_from(seconds).unwrap_or(i32::MAX)),
            backups::verified_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Backups that were not deleted, newest first.
pub fn kept(conn: &mut Conn) -> QueryResult<Vec<BackupRow>> {
    BackupRow::query()
        .filter(backups::deleted_at.is_null())
        .order(backups::taken_at.desc())
        .load(conn)
}

/// When the newest checked backup was taken.
pub fn newest(conn: &mut Conn) -> QueryResult<Option<NaiveDateTime>> {
    backups::table.select(diesel::dsl::max(backups::taken_at)).first(conn)
}

pub fn set_offsite(conn: &mut Conn, name: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(backups::table.filter(backups::name.eq(name)))
        .set(backups::offsite_at.eq(now))
        .execute(conn)
        .map(drop)
}

pub fn set_deleted(conn: &mut Conn, name: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(backups::table.filter(backups::name.eq(name)))
        .set(backups::deleted_at.eq(now))
        .execute(conn)
        .map(drop)
}
