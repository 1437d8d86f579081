//! A correction by two people: one proposes with a note and evidence, another approves (domain page, `corrected`).
use super::{
    calls,
    states::{Cause, Registration},
    store::{self, CorrectedResult, Correction, NewCorrection},
};
use crate::{
    accounts::{self, Verdict},
    alarms,
    audit::{self, Actor},
    db::Conn,
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;

/// Why a correction cannot be proposed or decided; each sentence is for the person who tried.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionError {
    #[error("訂正できるのは、登録完了か結果不明の申込みだけです（いまは「{0}」です）")]
    State(&'static str),
    #[error("この申込みには、まだ決まっていない訂正の提案があります")]
    Open,
    #[error("訂正の理由（note）と根拠（evidence）を入力してください")]
    Empty,
    #[error("提案した人とは別の人が決めてください")]
    SamePerson,
    #[error("この提案は、もう決まっています")]
    Decided,
    #[error("この提案は、提案した人が取り消しました")]
    Withdrawn,
    #[error("提案を取り消せるのは、提案した人だけです")]
    AnothersProposal,
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<diesel::result::Error> for CorrectionError {
    fn from(error: diesel::result::Error) -> Self {
        CorrectionError::Other(error.into())
    }
}
impl From<crate::db::DbError> for CorrectionError {
    fn from(error: crate::db::DbError) -> Self {
        CorrectionError::Other(error.into())
    }
}

/// Who proposes or decides: the name that is kept, and who that is in the record.
#[derive(Clone, Copy)]
pub struct By<'a> {
    pub name: &'a str,
    pub actor: Actor<'a>,
}

/// What a person proposes; note and evidence are sealed.
pub struct Proposal<'a> {
    pub application_id: &'a str,
    pub result: CorrectedResult,
    pub note: &'a str,
    pub evidence: &'a str,
    pub by: By<'a>,
}

/// Writes a proposal; gives its id.
pub fn propose(
    conn: &mut Conn,
    workspace: &Workspace,
    proposal: &Proposal,
    now: NaiveDateTime,
) -> Result<String, CorrectionError> {
    if [proposal.note, proposal.evidence, proposal.by.name]
        .iter()
        .any(|text| text.trim().is_empty())
    {
        return Err(CorrectionError::Empty);
    }
    let application = store::find_for_change(conn, proposal.application_id)?;
    if !application.state.allows(Registration::Corrected, Cause::Correction) {
        return Err(CorrectionError::State(application.state.label()));
    }
    if store::open_correction_of(conn, &application.id)?.is_some() {
        return Err(CorrectionError::Open);
    }
    let new = NewCorrection {
        application_id: &application.id,
        result: proposal.result,
        note: proposal.note.trim(),
        evidence: proposal.evidence.trim(),
        by: proposal.by.name.trim(),
    };
    let id = store::add_correction(conn, &workspace.keys, &new, now)?;
    let subject = format!("application/{}", application.id);
    let detail = format!("{id} {} by {}", proposal.result.as_str(), new.by);
    audit::record(conn, now, proposal.by.actor, "correction.proposed", &subject, &detail)?;
    Ok(id)
}

/// The person whom a kept name means: `staff/ID`, also where an earlier version kept the 職員番号 as it was typed. What is
/// nobody's number stays as it is.
pub fn who(conn: &mut Conn, name: &str) -> Result<String, Error> {
    let found = accounts::find_by_code(conn, name)?;
    Ok(found.map_or_else(|| name.to_owned(), |person| format!("staff/{}", person.id)))
}

/// Approves or refuses a proposal; an approved one takes the edge to `corrected` in the same transaction. The reason of a
/// refusal is sealed.
pub fn decide(
    conn: &mut Conn,
    workspace: &Workspace,
    (id, verdict): (&str, &Verdict),
    by: By,
    now: NaiveDateTime,
) -> Result<(), CorrectionError> {
    let name = by.name.trim();
    let correction = store::find_correction(conn, id)?;
    if !correction.is_open() {
        return Err(over(&correction));
    }
    if name.is_empty() || who(conn, &correction.proposed_by)? == who(conn, name)? {
        return Err(CorrectionError::SamePerson);
    }
    if !store::decide_correction(conn, &workspace.keys, id, name, verdict.refusal(), now)? {
        return Err(over(&store::find_correction(conn, id)?));
    }
    let subject = format!("application/{}", correction.application_id);
    let action = if verdict.is_approval() {
        "correction.approved"
    } else {
        "correction.refused"
    };
    audit::record(conn, now, by.actor, action, &subject, &format!("{id} by {name}"))?;
    if !verdict.is_approval() {
        return Ok(());
    }
    let mut application = store::find_for_change(conn, &correction.application_id)?;
    if !application.state.allows(Registration::Corrected, Cause::Correction) {
        return Err(CorrectionError::State(application.state.label()));
    }
    let cause = (Cause::Correction, by.actor);
    store::transition_by(conn, &mut application, Registration::Corrected, cause, id, now)?;
    for key in [
        calls::needs_a_person(&application),
        format!("enrolment.second_success:{}", application.id),
    ] {
        alarms::end(conn, &key, now)?;
    }
    Ok(())
}

/// Takes a proposal back, by the person who made it. The reason may be empty; it is sealed.
pub fn withdraw(
    conn: &mut Conn,
    workspace: &Workspace,
    (id, reason): (&str, &str),
    by: By,
    now: NaiveDateTime,
) -> Result<(), CorrectionError> {
    let name = by.name.trim();
    let correction = store::find_correction(conn, id)?;
    if !correction.is_open() {
        return Err(over(&correction));
    }
    if who(conn, &correction.proposed_by)? != who(conn, name)? {
        return Err(CorrectionError::AnothersProposal);
    }
    if !store::withdraw_correction(conn, &workspace.keys, id, reason.trim(), now)? {
        return Err(over(&store::find_correction(conn, id)?));
    }
    let subject = format!("application/{}", correction.application_id);
    let detail = format!("{id} by {name}");
    Ok(audit::record(
        conn,
        now,
        by.actor,
        "correction.withdrawn",
        &subject,
        &detail,
    )?)
}

/// Why a proposal that is not open can be changed no more.
fn over(correction: &Correction) -> CorrectionError {
    match correction.withdrawn_at {
        Some(_) => CorrectionError::Withdrawn,
        None => CorrectionError::Decided,
    }
}

/// The proposals that nobody has decided.
pub fn open(conn: &mut Conn) -> Result<Vec<Correction>, Error> {
    Ok(store::open_corrections(conn)?)
}

/// How many they are.
pub fn count_open(conn: &mut Conn) -> Result<i64, Error> {
    Ok(store::count_open_corrections(conn)?)
}
