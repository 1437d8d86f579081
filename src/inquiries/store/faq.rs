use super::place;
use crate::{
    accounts::{Verdict, VersionState},
    crypto::KeyRing,
    db::{Conn, faq_entries},
    hidden::hidden_debug,
    inquiries::model::Category,
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A question of the public page with its answer. Sealed, because a draft comes of what a person said; in the clear once
/// it was read.
#[derive(Clone, HasQuery)]
#[diesel(table_name = faq_entries)]
pub struct FaqEntry {
    pub id: String,
    pub question: String,
    /// Markdown.
    pub answer: String,
    #[diesel(deserialize_as = String)]
    pub category: Category,
    pub inquiry_id: Option<String>,
    #[diesel(deserialize_as = String)]
    pub state: VersionState,
    pub made_by: String,
    pub made_at: NaiveDateTime,
    pub decided_by: Option<String>,
    /// The entry that goes when this one is approved.
    pub replaces: Option<String>,
    pub retired_at: Option<NaiveDateTime>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

hidden_debug!(FaqEntry);

fn open(keys: &KeyRing, mut entry: FaqEntry) -> Result<FaqEntry, Error> {
    entry.question = keys.open(place("faq_entries", &entry.id, "question"), &entry.question)?;
    entry.answer = keys.open(place("faq_entries", &entry.id, "answer"), &entry.answer)?;
    if let Some(sealed) = &entry.refusal {
        entry.refusal = Some(keys.open(place("faq_entries", &entry.id, "refusal"), sealed)?);
    }
    Ok(entry)
}

/// What staff write.
pub struct Words<'a> {
    pub question: &'a str,
    pub answer: &'a str,
    pub category: Category,
}

/// A draft; `inquiry` is where it comes from, `replaces` what it changes.
pub fn add_entry(
    conn: &mut Conn,
    keys: &KeyRing,
    words: &Words,
    (inquiry, replaces): (Option<&str>, Option<&str>),
    by: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(faq_entries::table)
        .values((
            faq_entries::id.eq(&id),
            faq_entries::question.eq(keys.seal(place("faq_entries", &id, "question"), words.question)?),
            faq_entries::answer.eq(keys.seal(place("faq_entries", &id, "answer"), words.answer)?),
            faq_entries::category.eq(words.category.as_str()),
            faq_entries::inquiry_id.eq(inquiry),
            faq_entries::replaces.eq(replaces),
            faq_entries::state.eq(VersionState::Draft.as_str()),
            faq_entries::made_by.eq(by),
            faq_entries::made_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn find_entry(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<FaqEntry, Error> {
    open(keys, FaqEntry::query().filter(faq_entries::id.eq(id)).first(conn)?)
}

/// Those that are shown or on their way, newest first.
pub fn entries(conn: &mut Conn, keys: &KeyRing) -> Result<Vec<FaqEntry>, Error> {
    let rows: Vec<FaqEntry> = FaqEntry::query()
        .filter(faq_entries::retired_at.is_null())
        .filter(faq_entries::state.ne(VersionState::Refused.as_str()))
        .order((faq_entries::made_at.desc(), faq_entries::id.desc()))
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// Those that citizens read.
pub fn shown_entries(conn: &mut Conn, keys: &KeyRing) -> Result<Vec<FaqEntry>, Error> {
    let rows: Vec<FaqEntry> = FaqEntry::query()
        .filter(faq_entries::state.eq(VersionState::Approved.as_str()))
        .filter(faq_entries::retired_at.is_null())
        .order((faq_entries::category, faq_entries::decided_at, faq_entries::id))
        .load(conn)?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// Other words in a draft of one's own; says whether there is one.
pub fn update_entry(conn: &mut Conn, keys: &KeyRing, id: &str, words: &Words, by: &str) -> Result<bool, Error> {
    let own = faq_entries::table
        .filter(faq_entries::id.eq(id).and(faq_entries::made_by.eq(by)))
        .filter(faq_entries::state.eq(VersionState::Draft.as_str()));
    let changed = diesel::update(own)
        .set((
            faq_entries::question.eq(keys.seal(place("faq_entries", id, "question"), words.question)?),
            faq_entries::answer.eq(keys.seal(place("faq_entries", id, "answer"), words.answer)?),
            faq_entries::category.eq(words.category.as_str()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// A draft of one's own goes to the second person.
pub fn propose_entry(conn: &mut Conn, id: &str, by: &str) -> QueryResult<bool> {
    let own = faq_entries::table
        .filter(faq_entries::id.eq(id).and(faq_entries::made_by.eq(by)))
        .filter(faq_entries::state.eq(VersionState::Draft.as_str()));
    Ok(diesel::update(own)
        .set(faq_entries::state.eq(VersionState::Proposed.as_str()))
        .execute(conn)?
        == 1)
}

/// Decided by somebody else than its maker; what it replaces goes with the approval. `false`, to be rolled back, also when
/// that is gone already: two drafts of one question would both be shown.
pub fn decide_entry(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    by: &str,
    verdict: &Verdict,
    now: NaiveDateTime,
) -> Result<bool, Error> {
    let seal = |reason| keys.seal(place("faq_entries", id, "refusal"), reason);
    let refusal = verdict.refusal().map(seal).transpose()?;
    let anothers = faq_entries::table
        .filter(faq_entries::id.eq(id).and(faq_entries::made_by.ne(by)))
        .filter(faq_entries::state.eq(VersionState::Proposed.as_str()));
    let decided = diesel::update(anothers)
        .set((
            faq_entries::state.eq(verdict.state().as_str()),
            faq_entries::refusal.eq(refusal),
            faq_entries::decided_by.eq(by),
            faq_entries::decided_at.eq(now),
        ))
        .execute(conn)?;
    if decided == 1 && verdict.is_approval() {
        let replaced: Option<String> = faq_entries::table.find(id).select(faq_entries::replaces).first(conn)?;
        if let Some(before) = replaced {
            return Ok(retire_entry(conn, &before, now)?);
        }
    }
    Ok(decided == 1)
}

/// Whether citizens read it.
pub fn is_shown(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    let shown = faq_entries::table
        .filter(faq_entries::id.eq(id).and(faq_entries::retired_at.is_null()))
        .filter(faq_entries::state.eq(VersionState::Approved.as_str()));
    Ok(shown.count().get_result::<i64>(conn)? > 0)
}

/// Takes an entry from the page.
pub fn retire_entry(conn: &mut Conn, id: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let shown = faq_entries::table
        .filter(faq_entries::id.eq(id).and(faq_entries::retired_at.is_null()))
        .filter(faq_entries::state.eq(VersionState::Approved.as_str()));
    Ok(diesel::update(shown)
        .set(faq_entries::retired_at.eq(now))
        .execute(conn)?
        == 1)
}
