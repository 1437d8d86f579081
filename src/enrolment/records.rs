//! Results as the bureau receives them: what the delivery reads.
mod shared;

use super::{
    form::Details,
    reasons, receipt,
    snapshot::Snapshot,
    states::{Attention, Registration},
    store::{self, Application, Attempt},
};
use crate::{
    clock::jst, db::Conn, gateways::Reason, japan::digits::digits, japan::zengin::DepositType, web::Error,
    workspace::Workspace,
};
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use shared::Shared;

/// So many applications are asked for their attempts at once.
const AT_ONCE: usize = 500;

/// One result. Times are JST; numbers are half-width digits.
#[derive(Clone, Serialize, Deserialize)]
pub struct ResultRecord {
    pub receipt_number: String,
    #[serde(with = "state_word")]
    pub state: Registration,
    /// The reason's word, its short Japanese name, and the gateway's own code.
    pub reason: String,
    pub reason_label: String,
    pub raw_code: String,
    pub confirmed_at: Option<NaiveDateTime>,
    pub decided_at: Option<NaiveDateTime>,
    /// What the applicant had submitted.
    pub details: Snapshot,
    pub institution_code: String,
    pub institution_name: String,
    pub institution_kana: String,
    pub branch_code: String,
    pub branch_name: String,
    pub branch_kana: String,
    /// 全銀 code.
    pub deposit_type: String,
    pub deposit_label: String,
    pub account_number: String,
    /// As sent: half-width 全銀 kana.
    pub holder_kana_sent: String,
    pub terms_version: String,
    /// After a correction by two people: `registered` or `not_registered`; empty otherwise.
    pub corrected_result: String,
    /// `result`, or `correction` of one that was delivered before.
    pub record_kind: String,
}

/// Results decided in `[from, to)` (UTC), oldest first.
pub fn results(
    conn: &mut Conn,
    workspace: &Workspace,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<Vec<ResultRecord>, Error> {
    let list = store::results_between(conn, from, to)?;
    records(conn, workspace, list)
}

/// The newest results of some days.
pub struct Newest {
    /// By the id of the application, oldest first.
    pub results: Vec<(String, ResultRecord)>,
    /// There are older ones in these days.
    pub is_cut: bool,
}

/// The newest `most` results decided in `[from, to)` (UTC).
pub fn newest_results(
    conn: &mut Conn,
    workspace: &Workspace,
    (from, to): (NaiveDateTime, NaiveDateTime),
    most: usize,
) -> Result<Newest, Error> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX - 1) + 1;
    let mut list = store::newest_results_between(conn, from, to, limit)?;
    let is_cut = list.len() > most;
    list.truncate(most);
    list.reverse();
    let ids: Vec<String> = list.iter().map(|application| application.id.clone()).collect();
    let records = records(conn, workspace, list)?;
    Ok(Newest {
        results: ids.into_iter().zip(records).collect(),
        is_cut,
    })
}

/// Applications as the bureau would receive them now, in their order. There is no query for each of them, but for a corrected one
/// and for one that was never handed off.
fn records(conn: &mut Conn, workspace: &Workspace, list: Vec<Application>) -> Result<Vec<ResultRecord>, Error> {
    let (mut shared, mut records) = (Shared::default(), Vec::with_capacity(list.len()));
    let mut left = list.into_iter().peekable();
    while left.peek().is_some() {
        let some: Vec<Application> = left.by_ref().take(AT_ONCE).collect();
        let ids = some.iter().map(|application| application.id.clone()).collect();
        let mut attempts = store::attempts_that_count(conn, ids)?;
        for application in some {
            let attempt = attempts.remove(&application.id);
            records.push(written(conn, workspace, application, attempt, &mut shared)?);
        }
    }
    Ok(records)
}

/// One application as the bureau would receive it now.
pub(super) fn record(conn: &mut Conn, workspace: &Workspace, application: Application) -> Result<ResultRecord, Error> {
    let attempt = match store::successful_attempt(conn, &application.id)? {
        Some(attempt) => Some(attempt),
        None => store::latest_attempt(conn, &application.id)?,
    };
    written(conn, workspace, application, attempt, &mut Shared::default())
}

fn written(
    conn: &mut Conn,
    workspace: &Workspace,
    application: Application,
    attempt: Option<Attempt>,
    shared: &mut Shared,
) -> Result<ResultRecord, Error> {
    let registered = attempt
        .as_ref()
        .map(|a| a.registered_account(&workspace.keys))
        .transpose()?
        .flatten();
    let sent = attempt
        .as_ref()
        .map(|a| a.account(&workspace.keys))
        .transpose()?
        .flatten();
    // Where the institution took the account, or an older attempt succeeded, the gateway's word counts.
    let account = registered.or(sent);
    let reason = application.reason.as_deref().and_then(Reason::from_word);
    let (institution_code, details) = match &attempt {
        Some(attempt) => (attempt.institution_code.clone(), attempt.snapshot(&workspace.keys)?),
        None => submitted(conn, workspace, &application)?,
    };
    let (institution_name, institution_kana) = shared.institution(conn, &institution_code)?;
    let branch_code = account.as_ref().map(|a| a.branch.clone()).unwrap_or_default();
    let (branch_name, branch_kana) = shared.branch(conn, &institution_code, &branch_code)?;
    let deposit = account.as_ref().and_then(|a| DepositType::from_code(&a.deposit_type));
    let corrected = match application.state {
        Registration::Corrected => store::corrected_result(conn, &application.id)?,
        _ => None,
    };
    Ok(ResultRecord {
        receipt_number: application
            .receipt_number
            .as_deref()
            .map(receipt::display)
            .unwrap_or_default(),
        state: application.state,
        reason: reason.map(|r| r.as_str().to_owned()).unwrap_or_default(),
        reason_label: reason.and_then(reasons::text).map(|t| t.staff).unwrap_or_default(),
        raw_code: attempt.and_then(|a| a.raw_code).unwrap_or_default(),
        confirmed_at: application.confirmed_at.map(jst),
        decided_at: application.decided_at.map(jst),
        details,
        institution_kana,
        institution_name,
        institution_code,
        branch_kana,
        branch_name,
        branch_code,
        deposit_type: deposit.map(|d| d.code().to_owned()).unwrap_or_default(),
        deposit_label: deposit.map(|d| d.label().to_owned()).unwrap_or_default(),
        account_number: account.as_ref().map(|a| a.number.clone()).unwrap_or_default(),
        holder_kana_sent: account.map(|a| a.holder_kana).unwrap_or_default(),
        terms_version: shared.terms_version(conn, &application.terms_hash)?,
        corrected_result: corrected.map(|r| r.as_str().to_owned()).unwrap_or_default(),
        record_kind: "result".to_owned(),
    })
}

/// Institution and what was submitted, where no attempt froze it: the hand-off waited for the reopening and never came.
/// Nobody can change these answers any more.
fn submitted(conn: &mut Conn, workspace: &Workspace, application: &Application) -> Result<(String, Snapshot), Error> {
    let answers = application.open(&workspace.keys)?;
    let context = store::context_as_accepted(conn, workspace, &answers)?;
    let details = Details::read(&answers, &context).map(|details| Snapshot::from(&details));
    let institution = application.institution_code.clone().unwrap_or_default();
    Ok((institution, details.unwrap_or_default()))
}

crate::hidden::hidden_debug!(ResultRecord);

/// A state as its word, in a record that is kept.
mod state_word {
    use super::Registration;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(state: &Registration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(state.as_str())
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Registration, D::Error> {
        let word = String::deserialize(from)?;
        Registration::from_word(&word).ok_or_else(|| D::Error::custom("no state"))
    }
}

impl ResultRecord {
    /// An invented result, for the preview of a layout before there is a real one.
    pub fn sample() -> Self {
        let at = NaiveDate::from_ymd_opt(2026, 4, 1).and_then(|d| d.and_hms_opt(10, 30, 0));
        let text = str::to_owned;
        Self {
            receipt_number: text("7KQ-4M9-TXH"),
            state: Registration::Registered,
            reason: String::new(),
            reason_label: String::new(),
            raw_code: text("0000"),
            confirmed_at: at,
            decided_at: at,
            details: Snapshot::sample(),
            institution_code: text("0140"),
            institution_name: text("第四北越銀行"),
            institution_kana: text("ダイシホクエツ"),
            branch_code: text("020"),
            branch_name: text("長岡支店"),
            branch_kana: text("ナガオカ"),
            deposit_type: text("1"),
            deposit_label: text("普通"),
            account_number: text("1234567"),
            holder_kana_sent: text("ﾐｽﾞﾉ ﾊﾅｺ"),
            terms_version: text("2026-04"),
            corrected_result: String::new(),
            record_kind: text("result"),
        }
    }
}

/// The results that wait in the outbox since before `until` (UTC), oldest first; at most `most`.
///
/// An application that is under way again is left out: its next result comes.
pub fn waiting_results(
    conn: &mut Conn,
    workspace: &Workspace,
    until: NaiveDateTime,
    most: i64,
) -> Result<Vec<Waiting>, Error> {
    let mut list = vec![];
    for (application_id, event_no) in store::outbox(conn, until, most)? {
        let application = store::find(conn, &application_id)?;
        if !application.state.is_result() {
            continue;
        }
        let is_newest = application.event_no == Some(event_no);
        let record = is_newest.then(|| record(conn, workspace, application)).transpose()?;
        list.push(Waiting {
            application_id,
            event_no,
            record,
        });
    }
    Ok(list)
}

/// A result in the outbox; without a record when a newer one of the same application waits, too.
pub struct Waiting {
    pub application_id: String,
    pub event_no: i32,
    pub record: Option<ResultRecord>,
}

/// The file of these results could not hold all of their characters: a person must look.
pub fn mark_hard_characters(conn: &mut Conn, ids: &[String]) -> Result<(), Error> {
    for id in ids {
        store::call_attention(conn, id, Attention::Characters)?;
    }
    Ok(())
}

/// Takes results out of the outbox; `false` when one of them is not there any more.
pub fn take_results(conn: &mut Conn, taken: &[(String, i32)]) -> Result<bool, Error> {
    for (application_id, event_no) in taken {
        if !store::take_from_outbox(conn, application_id, *event_no)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The registered application of a number as the billing system writes it: 受付番号, or else お問い合わせ番号.
pub fn registered_by_number(conn: &mut Conn, workspace: &Workspace, number: &str) -> Result<Option<String>, Error> {
    if let Some(id) = id_of_receipt(conn, number)? {
        let state = store::find(conn, &id)?.state;
        let registered = matches!(state, Registration::Registered | Registration::Corrected);
        return Ok(registered.then_some(id));
    }
    let number = digits(number).unwrap_or_default();
    let index = workspace.keys.blind("applications.customer", &number);
    Ok(store::registered_of_customer(conn, &index)?)
}

/// The state of an application now.
pub fn state_of(conn: &mut Conn, id: &str) -> Result<Registration, Error> {
    Ok(store::find(conn, id)?.state)
}

/// The receipt number of an application, as people write it.
pub fn receipt_of(conn: &mut Conn, id: &str) -> Result<Option<String>, Error> {
    let number = store::receipt_of(conn, id)?;
    Ok(number.as_deref().map(receipt::display))
}

/// The receipt numbers of several applications, as people write them, by their id; a draft has none.
pub fn receipts_of(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(String, String)>, Error> {
    let found = store::receipts_of(conn, ids)?.into_iter();
    Ok(found
        .filter_map(|(id, number)| Some((id, receipt::display(&number?))))
        .collect())
}

/// The application of a receipt number as people write it.
pub fn id_of_receipt(conn: &mut Conn, typed: &str) -> Result<Option<String>, Error> {
    match receipt::parse(typed) {
        Some(number) => Ok(store::find_id_by_receipt(conn, &number)?),
        None => Ok(None),
    }
}
