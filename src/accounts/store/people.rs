use crate::{
    accounts::Role,
    crypto::{KeyRing, Place},
    db::{Conn, staff, staff_roles, staff_trainings},
    web::Error,
};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// One person of the bureau's side. The name is sealed; the code is the bureau's own number of the person.
#[derive(Clone, HasQuery)]
#[diesel(table_name = staff)]
pub struct Person {
    pub id: String,
    pub code: String,
    name: String,
    /// 所属
    pub unit: String,
    /// The WebAuthn user handle, a random UUID.
    pub handle: String,
    pub epoch: i32,
    pub active: bool,
    pub created_at: NaiveDateTime,
}
crate::hidden::hidden_debug!(Person);

impl Person {
    pub fn name(&self, keys: &KeyRing) -> Result<String, Error> {
        Ok(keys.open(name_place(&self.id), &self.name)?)
    }
}

fn name_place(id: &str) -> Place<'_> {
    Place {
        table: "staff",
        row: id,
        field: "name",
    }
}

pub struct NewPerson<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub unit: &'a str,
}

/// Writes a person without roles; gives the id. A code that is taken is `Conflict`.
pub fn add_person(conn: &mut Conn, keys: &KeyRing, new: &NewPerson, now: NaiveDateTime) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(staff::table)
        .values((
            staff::id.eq(&id),
            staff::code.eq(new.code),
            staff::name.eq(keys.seal(name_place(&id), new.name)?),
            staff::unit.eq(new.unit),
            staff::handle.eq(uuid::Uuid::new_v4().to_string()),
            staff::epoch.eq(1),
            staff::active.eq(true),
            staff::created_at.eq(now),
            staff::updated_at.eq(now),
        ))
        .execute(conn)
        .map_err(taken)?;
    Ok(id)
}

fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, _) => Error::Conflict,
        error => error.into(),
    }
}

/// Changes name and unit.
pub fn update_person(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    name: &str,
    unit: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    diesel::update(staff::table.find(id))
        .set((
            staff::name.eq(keys.seal(name_place(id), name)?),
            staff::unit.eq(unit),
            staff::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: &str) -> QueryResult<Person> {
    Person::query().filter(staff::id.eq(id)).first(conn)
}

pub fn find_by_code(conn: &mut Conn, code: &str) -> QueryResult<Option<Person>> {
    Person::query().filter(staff::code.eq(code)).first(conn).optional()
}

/// Everybody, those who left at the end.
pub fn everybody(conn: &mut Conn) -> QueryResult<Vec<Person>> {
    Person::query().order((staff::active.desc(), staff::code)).load(conn)
}

/// The name of an actor as events and audit entries write it (`staff/ID`); other words stay as they are.
pub fn name_of(conn: &mut Conn, keys: &KeyRing, actor: &str) -> Result<String, Error> {
    let Some(id) = actor.strip_prefix("staff/") else {
        return Ok(actor.to_owned());
    };
    match find(conn, id).optional()? {
        Some(person) => person.name(keys),
        None => Ok(actor.to_owned()),
    }
}

/// The names of several people, by their id.
pub fn names_of(conn: &mut Conn, keys: &KeyRing, ids: Vec<String>) -> Result<Vec<(String, String)>, Error> {
    let people: Vec<Person> = Person::query().filter(staff::id.eq_any(ids)).load(conn)?;
    let named = people
        .into_iter()
        .map(|person| Ok::<_, Error>((person.id.clone(), person.name(keys)?)));
    named.collect()
}

pub fn set_active(conn: &mut Conn, id: &str, active: bool, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(staff::table.find(id))
        .set((staff::active.eq(active), staff::updated_at.eq(now)))
        .execute(conn)
        .map(drop)
}

/// Holds the person's row until the transaction ends (PostgreSQL; SQLite has one writer).
pub fn lock(conn: &mut Conn, id: &str) -> QueryResult<()> {
    diesel::update(staff::table.find(id))
        .set(staff::epoch.eq(staff::epoch))
        .execute(conn)
        .map(drop)
}

/// Voids every session that began before. A sign-in under way goes on: its answer is a fresh proof, and the session that
/// it begins is of the new epoch.
pub fn raise_epoch(conn: &mut Conn, id: &str) -> QueryResult<()> {
    diesel::update(staff::table.find(id))
        .set(staff::epoch.eq(staff::epoch + 1))
        .execute(conn)
        .map(drop)
}

/// The roles a person has now.
pub fn roles_of(conn: &mut Conn, id: &str) -> Result<Vec<Role>, Error> {
    let words: Vec<String> = staff_roles::table
        .filter(staff_roles::staff_id.eq(id).and(staff_roles::until.is_null()))
        .order(staff_roles::role)
        .select(staff_roles::role)
        .load(conn)?;
    Ok(words.iter().filter_map(|word| Role::from_word(word)).collect())
}

/// One role, from when until when, and who gave it.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = staff_roles)]
pub struct GrantedRole {
    pub role: String,
    pub granted_by: String,
    pub since: NaiveDateTime,
    pub until: Option<NaiveDateTime>,
}

/// Every role a person has or had, newest first.
pub fn role_history(conn: &mut Conn, id: &str) -> QueryResult<Vec<GrantedRole>> {
    GrantedRole::query()
        .filter(staff_roles::staff_id.eq(id))
        .order((staff_roles::since.desc(), staff_roles::role))
        .load(conn)
}

pub fn grant(conn: &mut Conn, id: &str, role: Role, by: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::insert_into(staff_roles::table)
        .values((
            staff_roles::id.eq(ulid::Ulid::generate().to_string()),
            staff_roles::staff_id.eq(id),
            staff_roles::role.eq(role.as_str()),
            staff_roles::granted_by.eq(by),
            staff_roles::since.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn revoke(conn: &mut Conn, id: &str, role: Role, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(staff_roles::table)
        .filter(staff_roles::staff_id.eq(id).and(staff_roles::role.eq(role.as_str())))
        .filter(staff_roles::until.is_null())
        .set(staff_roles::until.eq(now))
        .execute(conn)
        .map(drop)
}

/// A training that a person took part in (KS5).
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = staff_trainings)]
pub struct Training {
    pub held_on: NaiveDate,
    pub title: String,
}

pub fn add_training(
    conn: &mut Conn,
    id: &str,
    held_on: NaiveDate,
    title: &str,
    by: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(staff_trainings::table)
        .values((
            staff_trainings::id.eq(ulid::Ulid::generate().to_string()),
            staff_trainings::staff_id.eq(id),
            staff_trainings::held_on.eq(held_on),
            staff_trainings::title.eq(title),
            staff_trainings::recorded_by.eq(by),
            staff_trainings::recorded_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

pub fn trainings_of(conn: &mut Conn, id: &str) -> QueryResult<Vec<Training>> {
    Training::query()
        .filter(staff_trainings::staff_id.eq(id))
        .order(staff_trainings::held_on.desc())
        .load(conn)
}

/// Whether somebody else than this person administers the staff.
pub fn is_administered_without(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    let others = staff_roles::table
        .inner_join(staff::table)
        .filter(
            staff_roles::role
                .eq(Role::Administrator.as_str())
                .and(staff_roles::until.is_null()),
        )
        .filter(staff::active.eq(true).and(staff::id.ne(id)))
        .count()
        .get_result::<i64>(conn)?;
    Ok(others > 0)
}

/// How many of a person's keys open something.
pub fn count_keys(conn: &mut Conn, id: &str) -> QueryResult<i64> {
    Ok(i64::try_from(super::keys_of(conn, id)?.len()).unwrap_or(i64::MAX))
}

/// Whether the person of a code can sign in by a key.
pub fn has_key(conn: &mut Conn, code: &str) -> QueryResult<bool> {
    match find_by_code(conn, code)? {
        Some(person) => Ok(!super::keys_of(conn, &person.id)?.is_empty()),
        None => Ok(false),
    }
}
