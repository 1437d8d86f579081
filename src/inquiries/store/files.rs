use super::place;
use crate::{
    crypto::KeyRing,
    db::{Conn, inquiry_files, text_enum},
    hidden::hidden_debug,
    uploads::Kind,
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

text_enum! {
    /// What is known of a file.
    pub enum FileState {
        /// Not yet looked at; nobody can open it.
        Waiting = "waiting",
        Clean = "clean",
        /// Its content is gone.
        Infected = "infected",
    }
}

/// A file beside an inquiry, without its content.
#[derive(Clone, HasQuery)]
#[diesel(table_name = inquiry_files)]
pub struct File {
    pub id: String,
    pub inquiry_id: String,
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    name: String,
    pub bytes: i32,
    #[diesel(deserialize_as = String)]
    pub state: FileState,
    pub added_at: NaiveDateTime,
    /// Whether the citizen sees it, too.
    pub is_shown: bool,
}
hidden_debug!(File);

impl File {
    pub fn name(&self, keys: &KeyRing) -> Result<String, Error> {
        Ok(keys.open(place("inquiry_files", &self.id, "name"), &self.name)?)
    }
}

/// Keeps a file that nobody has looked at; gives its id.
pub fn add_file(
    conn: &mut Conn,
    keys: &KeyRing,
    inquiry_id: &str,
    (kind, name, content): (Kind, &str, &[u8]),
    (by, is_shown): (&str, bool),
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(inquiry_files::table)
        .values((
            inquiry_files::id.eq(&id),
            inquiry_files::inquiry_id.eq(inquiry_id),
            inquiry_files::kind.eq(kind.as_str()),
            inquiry_files::name.eq(keys.seal(place("inquiry_files", &id, "name"), name)?),
            inquiry_files::content.eq(keys.seal_bytes(place("inquiry_files", &id, "content"), content)?),
            inquiry_files::bytes.eq(i32::try_from(content.len()).unwrap_or(i32::MAX)),
            inquiry_files::state.eq(FileState::Waiting.as_str()),
            inquiry_files::added_by.eq(by),
            inquiry_files::added_at.eq(now),
            inquiry_files::is_shown.eq(is_shown),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The files of an inquiry, oldest first.
pub fn files_of(conn: &mut Conn, inquiry_id: &str) -> QueryResult<Vec<File>> {
    File::query()
        .filter(inquiry_files::inquiry_id.eq(inquiry_id))
        .order((inquiry_files::added_at, inquiry_files::id))
        .load(conn)
}

/// A file of this inquiry.
pub fn find_file(conn: &mut Conn, inquiry_id: &str, id: &str) -> QueryResult<File> {
    File::query()
        .filter(inquiry_files::id.eq(id).and(inquiry_files::inquiry_id.eq(inquiry_id)))
        .first(conn)
}

/// The files that nobody has looked at, oldest first.
pub fn waiting_files(conn: &mut Conn, most: i64) -> QueryResult<Vec<File>> {
    File::query()
        .filter(inquiry_files::state.eq(FileState::Waiting.as_str()))
        .order((inquiry_files::added_at, inquiry_files::id))
        .limit(most)
        .load(conn)
}

/// What stands in a file.
pub fn content(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<Vec<u8>, Error> {
    let sealed: String = inquiry_files::table
        .find(id)
        .select(inquiry_files::content)
        .first(conn)?;
    Ok(keys.open_bytes(place("inquiry_files", id, "content"), &sealed)?)
}

/// What was found; the content of what is infected goes. `false`: somebody else was faster.
pub fn set_checked(
    conn: &mut Conn,
    id: &str,
    state: FileState,
    finding: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let waiting = inquiry_files::table.filter(
        inquiry_files::id
            .eq(id)
            .and(inquiry_files::state.eq(FileState::Waiting.as_str())),
    );
    let changed = diesel::update(waiting)
        .set((
            inquiry_files::state.eq(state.as_str()),
            inquiry_files::finding.eq(finding),
            inquiry_files::checked_at.eq(now),
        ))
        .execute(conn)?;
    if changed == 1 && state == FileState::Infected {
        diesel::update(inquiry_files::table.find(id))
            .set(inquiry_files::content.eq(""))
            .execute(conn)?;
    }
    Ok(changed == 1)
}
