//! Where actix-session keeps its sessions: a row of ours for each sign-in, found by the hash of the cookie's key.
//!
//! The row is made by the sign-in itself and ended by the sign-out itself, each with its audit entry. This store only
//! gives a living row its cookie, so whatever is still under way when a session ends cannot bring it back (S3).
use super::store;
use crate::{
    crypto::{random_token, sha256_hex},
    db::{Conn, DbError},
    workspace::Workspace,
};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use chrono::NaiveDateTime;
use std::collections::HashMap;

type State = HashMap<String, String>;

/// The name under which the state holds the id of its row.
pub const ROW: &str = "row";
/// The same for a cookie that a proof replaced while a request with it was under way: good for signing out alone.
pub const REPLACED: &str = "replaced";

pub struct Sessions(pub Workspace);

/// A failing database signs nobody in; the page that follows says what is wrong.
fn or_nothing<T: Default>(outcome: Result<T, DbError>) -> T {
    outcome.unwrap_or_else(|error| {
        tracing::error!(%error, "the sessions cannot be read or written");
        T::default()
    })
}

/// Key of a cookie: the row that it belongs to, and what makes it worth something.
fn new_key(row: Option<&str>) -> String {
    format!("{}.{}", row.unwrap_or_default(), random_token())
}

/// What a key opens; what it opened, when its session lives on under another.
fn state_of(conn: &mut Conn, key: &str, now: NaiveDateTime) -> Result<Option<State>, DbError> {
    if let Some(session) = store::by_key(conn, &sha256_hex(key.as_bytes()), now)? {
        return Ok(serde_json::from_str(&session.state).ok());
    }
    let row = key.split_once('.').map_or("", |(row, _)| row);
    let replaced = store::living(conn, row, now)?;
    Ok(replaced.map(|session| State::from([(REPLACED.to_owned(), format!("\"{}\"", session.id))])))
}

fn to_json(state: &State) -> String {
    serde_json::to_string(state).unwrap_or_default()
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let (key, now) = (key.as_ref().to_owned(), self.0.clock.now());
        Ok(or_nothing(self.0.db.read(move |conn| state_of(conn, &key, now)).await))
    }

    async fn save(&self, state: State, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        // The values of a state are JSON themselves.
        let row: Option<String> = state.get(ROW).and_then(|value| serde_json::from_str(value).ok());
        let key = new_key(row.as_deref());
        let (hash, json) = (sha256_hex(key.as_bytes()), to_json(&state));
        if let Some(row) = row {
            let write = move |conn: &mut Conn| Ok::<_, DbError>(store::adopt_key(conn, &row, &hash, &json)?);
            or_nothing(self.0.db.write(write).await);
        }
        SessionKey::try_from(key).map_err(|e| SaveError::Other(e.into()))
    }

    async fn update(&self, key: SessionKey, state: State, _ttl: &Duration) -> Result<SessionKey, UpdateError> {
        let (hash, json) = (sha256_hex(key.as_ref().as_bytes()), to_json(&state));
        let write = move |conn: &mut Conn| Ok::<_, DbError>(store::replace_state(conn, &hash, &json)?);
        or_nothing(self.0.db.write(write).await);
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = sha256_hex(key.as_ref().as_bytes());
        let write = move |conn: &mut Conn| Ok::<_, DbError>(store::forget_key(conn, &hash)?);
        or_nothing(self.0.db.write(write).await);
        Ok(())
    }
}
