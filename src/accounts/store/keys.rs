use crate::db::{Conn, ceremonies, passkeys};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A person's passkey.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = passkeys)]
pub struct Key {
    pub id: String,
    pub staff_id: String,
    /// What the person calls it: 「机のUSBキー」
    pub label: String,
    /// The public half, as JSON of webauthn-rs.
    pub passkey: String,
    pub counter: i64,
    pub created_at: NaiveDateTime,
    pub used_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
}

pub struct NewKey<'a> {
    pub staff_id: &'a str,
    /// base64url
    pub credential_id: &'a str,
    pub label: &'a str,
    pub passkey: &'a str,
}

/// `false` when the credential is known already, whoever has it.
pub fn add_key(conn: &mut Conn, new: &NewKey, now: NaiveDateTime) -> QueryResult<bool> {
    let known = passkeys::table
        .filter(passkeys::credential_id.eq(new.credential_id))
        .count()
        .get_result::<i64>(conn)?;
    if known > 0 {
        return Ok(false);
    }
    let written = diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(ulid::Ulid::generate().to_string()),
            passkeys::credential_id.eq(new.credential_id),
            passkeys::staff_id.eq(new.staff_id),
            passkeys::label.eq(new.label),
            passkeys::passkey.eq(new.passkey),
            passkeys::counter.eq(0),
            passkeys::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(written == 1)
}

/// The key of a credential id (base64url), whether or not it still opens anything.
pub fn key_of_credential(conn: &mut Conn, credential_id: &str) -> QueryResult<Option<Key>> {
    Key::query()
        .filter(passkeys::credential_id.eq(credential_id))
        .first(conn)
        .optional()
}

/// A person's keys that open something, oldest first.
pub fn keys_of(conn: &mut Conn, staff_id: &str) -> QueryResult<Vec<Key>> {
    Key::query()
        .filter(passkeys::staff_id.eq(staff_id).and(passkeys::revoked_at.is_null()))
        .order(passkeys::created_at)
        .load(conn)
}

/// Notes a use; `false` when the key was revoked meanwhile, another use was faster, or the counter did not rise: a
/// challenge remembers the counter of its own time, the row that of the last use. Zero throughout means no counter.
pub fn mark_used(conn: &mut Conn, key: &Key, passkey: &str, counter: i64, now: NaiveDateTime) -> QueryResult<bool> {
    if counter <= key.counter && (counter, key.counter) != (0, 0) {
        return Ok(false);
    }
    let used = diesel::update(passkeys::table.find(&key.id))
        .filter(passkeys::revoked_at.is_null().and(passkeys::counter.eq(key.counter)))
        .set((
            passkeys::passkey.eq(passkey),
            passkeys::counter.eq(counter),
            passkeys::used_at.eq(now),
        ))
        .execute(conn)?;
    Ok(used == 1)
}

/// `false` when it is no key of this person.
pub fn rename_key(conn: &mut Conn, staff_id: &str, id: &str, label: &str) -> QueryResult<bool> {
    let named = diesel::update(passkeys::table.find(id))
        .filter(passkeys::staff_id.eq(staff_id).and(passkeys::revoked_at.is_null()))
        .set(passkeys::label.eq(label))
        .execute(conn)?;
    Ok(named == 1)
}

/// `false` when it is no key of this person, or was revoked before.
pub fn revoke_key(conn: &mut Conn, staff_id: &str, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let revoked = diesel::update(passkeys::table.find(id))
        .filter(passkeys::staff_id.eq(staff_id).and(passkeys::revoked_at.is_null()))
        .set(passkeys::revoked_at.eq(now))
        .execute(conn)?;
    Ok(revoked == 1)
}

/// A challenge that waits for its answer.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = ceremonies)]
pub struct Ceremony {
    pub id: String,
    pub kind: String,
    pub staff_id: Option<String>,
    /// The blind token of the invitation or recovery code that began it.
    pub way_in: Option<String>,
    /// JSON of webauthn-rs.
    pub state: String,
    pub created_at: NaiveDateTime,
}

pub fn begin_ceremony(conn: &mut Conn, ceremony: &Ceremony) -> QueryResult<()> {
    diesel::insert_into(ceremonies::table)
        .values((
            ceremonies::id.eq(&ceremony.id),
            ceremonies::kind.eq(&ceremony.kind),
            ceremonies::staff_id.eq(&ceremony.staff_id),
            ceremonies::way_in.eq(&ceremony.way_in),
            ceremonies::state.eq(&ceremony.state),
            ceremonies::created_at.eq(ceremony.created_at),
        ))
        .execute(conn)
        .map(drop)
}

/// The ceremony, which is gone afterwards: nobody answers a challenge twice.
pub fn take_ceremony(conn: &mut Conn, id: &str) -> QueryResult<Option<Ceremony>> {
    let found = Ceremony::query().filter(ceremonies::id.eq(id)).first(conn).optional()?;
    let taken = diesel::delete(ceremonies::table.find(id)).execute(conn)?;
    Ok(found.filter(|_| taken == 1))
}

/// Drops challenges that nobody may answer any more.
pub fn forget_ceremonies(conn: &mut Conn, before: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(ceremonies::table.filter(ceremonies::created_at.lt(before)))
        .execute(conn)
        .map(drop)
}

/// Revokes every key of a person.
pub fn revoke_all_keys(conn: &mut Conn, staff_id: &str, now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(passkeys::table)
        .filter(passkeys::staff_id.eq(staff_id).and(passkeys::revoked_at.is_null()))
        .set(passkeys::revoked_at.eq(now))
        .execute(conn)
        .map(drop)
}
