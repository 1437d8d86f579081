//! Which world a database belongs to (S15): written at its first start, held against the settings at every other.
use super::{
    Db, DbError,
    connection::{Durability, Manager},
    world_marker,
};
use chrono::NaiveDateTime;
use diesel::{prelude::*, r2d2::ManageConnection};

/// Why this database is not this world's.
#[derive(Debug, thiserror::Error)]
pub enum MarkerError {
    #[error(
        "environment = {asked:?}, but this database belongs to {found:?}: name the other database, or set environment = {found:?}"
    )]
    Environment { asked: String, found: String },
    #[error("these keys are not the ones this database was sealed with: name the right file with `keys = …`")]
    Keys,
    #[error(transparent)]
    Db(#[from] DbError),
}

#[derive(HasQuery)]
#[diesel(table_name = world_marker)]
struct Marker {
    environment: String,
    key_check: String,
}

impl Marker {
    fn expect(self, environment: &str, key_check: &str) -> Result<(), MarkerError> {
        if self.environment != environment {
            return Err(MarkerError::Environment {
                asked: environment.to_owned(),
                found: self.environment,
            });
        }
        match self.key_check == key_check {
            true => Ok(()),
            false => Err(MarkerError::Keys),
        }
    }
}

impl Db {
    /// Refuses another world's database before its tables are brought up to date: a newer program of a class must not
    /// migrate production's. What cannot be asked yet is left to [`Db::open`] and [`Db::claim`]. Gives whether it is this
    /// world's already.
    pub fn refuse_another_world(url: &str, environment: &str, key_check: &str) -> Result<bool, MarkerError> {
        let Ok(mut conn) = Manager::new(url, Durability::Whole).connect() else {
            return Ok(false);
        };
        match Marker::query().first(&mut conn) {
            Ok(found) => found.expect(environment, key_check).map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Takes an unmarked database for this world, or checks that it is this world's.
    ///
    /// `key_check` is a value that only the workspace's keys give.
    pub fn claim(&self, environment: &str, key_check: &str, now: NaiveDateTime) -> Result<(), MarkerError> {
        let mut conn = self.readers.get().map_err(DbError::from)?;
        let insert = diesel::insert_into(world_marker::table)
            .values((
                world_marker::id.eq(1),
                world_marker::environment.eq(environment),
                world_marker::key_check.eq(key_check),
                world_marker::made_at.eq(now),
            ))
            .on_conflict(world_marker::id)
            .do_nothing();
        let found = Marker::query().first(&mut *conn).optional().map_err(DbError::from)?;
        let found = match found {
            Some(found) => found,
            None => {
                super::Portable(insert).execute(&mut *conn).map_err(DbError::from)?;
                Marker::query().first(&mut *conn).map_err(DbError::from)?
            }
        };
        found.expect(environment, key_check)
    }
}
