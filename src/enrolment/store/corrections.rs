use crate::{
    crypto::{KeyRing, Place},
    db::{Conn, corrections, text_enum},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

text_enum! {
    /// What is true after a correction.
    pub enum CorrectedResult {
        Registered = "registered",
        NotRegistered = "not_registered",
    }
}

#[derive(Clone, HasQuery)]
#[diesel(table_name = corrections)]
pub struct Correction {
    pub id: String,
    pub application_id: String,
    #[diesel(deserialize_as = String)]
    pub result: CorrectedResult,
    note: String,
    evidence: String,
    pub proposed_by: String,
    pub proposed_at: NaiveDateTime,
    pub decision: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<NaiveDateTime>,
    refusal: Option<String>,
    /// When the proposer took it back.
    pub withdrawn_at: Option<NaiveDateTime>,
    withdrawal_reason: Option<String>,
}

impl Correction {
    /// Why, and what it rests on.
    pub fn note_and_evidence(&self, keys: &KeyRing) -> Result<(String, String), Error> {
        let open = |field, sealed: &str| keys.open(place(&self.id, field), sealed);
        Ok((open("note", &self.note)?, open("evidence", &self.evidence)?))
    }
    /// Why it was taken back or refused; empty where nothing was said.
    pub fn why_not(&self, keys: &KeyRing) -> Result<String, Error> {
        let said = [
            ("withdrawal_reason", &self.withdrawal_reason),
            ("refusal", &self.refusal),
        ];
        match said
            .into_iter()
            .find_map(|(field, sealed)| Some((field, sealed.as_ref()?)))
        {
            Some((field, sealed)) => Ok(keys.open(place(&self.id, field), sealed)?),
            None => Ok(String::new()),
        }
    }
    pub fn is_refused(&self) -> bool {
        self.decision.as_deref() == Some("refused")
    }
    /// Nobody has decided it or taken it back.
    pub fn is_open(&self) -> bool {
        self.decision.is_none() && self.withdrawn_at.is_none()
    }
}

crate::hidden::hidden_debug!(Correction);

fn place<'a>(id: &'a str, field: &'a str) -> Place<'a> {
    Place {
        table: "corrections",
        row: id,
        field,
    }
}

pub struct NewCorrection<'a> {
    pub application_id: &'a str,
    pub result: CorrectedResult,
    pub note: &'a str,
    pub evidence: &'a str,
    pub by: &'a str,
}

/// Writes a proposal; gives its id.
pub fn add_correction(
    conn: &mut Conn,
    keys: &KeyRing,
    new: &NewCorrection,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(corrections::table)
        .values((
            corrections::id.eq(&id),
            corrections::application_id.eq(new.application_id),
            corrections::result.eq(new.result.as_str()),
            corrections::note.eq(keys.seal(place(&id, "note"), new.note)?),
            corrections::evidence.eq(keys.seal(place(&id, "evidence"), new.evidence)?),
            corrections::proposed_by.eq(new.by),
            corrections::proposed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

pub fn find_correction(conn: &mut Conn, id: &str) -> Result<Correction, Error> {
    Ok(Correction::query().filter(corrections::id.eq(id)).first(conn)?)
}

pub fn open_correction_of(conn: &mut Conn, application_id: &str) -> QueryResult<Option<Correction>> {
    Correction::query()
        .filter(corrections::application_id.eq(application_id))
        .filter(corrections::decision.is_null())
        .filter(corrections::withdrawn_at.is_null())
        .first(conn)
        .optional()
}

/// Undecided proposals, oldest first.
pub fn open_corrections(conn: &mut Conn) -> QueryResult<Vec<Correction>> {
    Correction::query()
        .filter(corrections::decision.is_null())
        .filter(corrections::withdrawn_at.is_null())
        .order(corrections::proposed_at)
        .load(conn)
}

/// The same, one part of them.
pub fn some_open_corrections(conn: &mut Conn, skipped: i64, most: i64) -> QueryResult<Vec<Correction>> {
    Correction::query()
        .filter(corrections::decision.is_null())
        .filter(corrections::withdrawn_at.is_null())
        .order((corrections::proposed_at, corrections::id))
        .offset(skipped)
        .limit(most)
        .load(conn)
}

/// How many proposals nobody has decided.
pub fn count_open_corrections(conn: &mut Conn) -> QueryResult<i64> {
    corrections::table
        .filter(corrections::decision.is_null())
        .filter(corrections::withdrawn_at.is_null())
        .count()
        .get_result(conn)
}

/// Proposals that were taken back or refused after a moment, the newest first of either.
pub fn corrections_not_made(conn: &mut Conn, after: NaiveDateTime, most: i64) -> QueryResult<Vec<Correction>> {
    let mut found = Correction::query()
        .filter(corrections::withdrawn_at.gt(after))
        .order((corrections::withdrawn_at.desc(), corrections::id.desc()))
        .limit(most)
        .load(conn)?;
    let refused: Vec<Correction> = Correction::query()
        .filter(
            corrections::decision
                .eq("refused")
                .and(corrections::decided_at.gt(after)),
        )
        .order((corrections::decided_at.desc(), corrections::id.desc()))
        .limit(most)
        .load(conn)?;
    found.extend(refused);
    Ok(found)
}

/// Every proposal about an application, the oldest first.
pub fn corrections_of(conn: &mut Conn, application_id: &str) -> QueryResult<Vec<Correction>> {
    Correction::query()
        .filter(corrections::application_id.eq(application_id))
        .order((corrections::proposed_at, corrections::id))
        .load(conn)
}

/// Takes a proposal back; `false` when it was decided or taken back before.
pub fn withdraw_correction(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    reason: &str,
    now: NaiveDateTime,
) -> Result<bool, Error> {
    let sealed = match reason {
        "" => None,
        reason => Some(keys.seal(place(id, "withdrawal_reason"), reason)?),
    };
    let withdrawn = diesel::update(corrections::table.find(id))
        .filter(corrections::decision.is_null())
        .filter(corrections::withdrawn_at.is_null())
        .set((
            corrections::withdrawn_at.eq(now),
            corrections::withdrawal_reason.eq(sealed),
        ))
        .execute(conn)?;
    Ok(withdrawn == 1)
}

/// Approves a proposal, or refuses it for a reason. `false` when somebody else decided first, or the proposer took it back.
pub fn decide_correction(
    conn: &mut Conn,
    keys: &KeyRing,
    id: &str,
    by: &str,
    refusal: Option<&str>,
    now: NaiveDateTime,
) -> Result<bool, Error> {
    let decision = if refusal.is_none() { "approved" } else { "refused" };
    let sealed = refusal
        .map(|reason| keys.seal(place(id, "refusal"), reason))
        .transpose()?;
    let decided = diesel::update(corrections::table.find(id))
        .filter(corrections::decision.is_null())
        .filter(corrections::withdrawn_at.is_null())
        .set((
            corrections::decision.eq(decision),
            corrections::decided_by.eq(by),
            corrections::decided_at.eq(now),
            corrections::refusal.eq(sealed),
        ))
        .execute(conn)?;
    Ok(decided == 1)
}

/// The approved result of an application; the newest when there were several.
pub fn corrected_result(conn: &mut Conn, application_id: &str) -> QueryResult<Option<CorrectedResult>> {
    let newest: Option<Correction> = Correction::query()
        .filter(corrections::application_id.eq(application_id))
        .filter(corrections::decision.eq("approved"))
        .order(corrections::decided_at.desc())
        .first(conn)
        .optional()?;
    Ok(newest.map(|c| c.result))
}
