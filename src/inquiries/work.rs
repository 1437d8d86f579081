//! What is done with an inquiry, each in its caller's transaction, with event and audit entry.
use super::{
    hours::{Hours, Rule},
    model::{Category, Contact, MessageKind, Priority, Question, Source, Status},
    number,
    store::{self, Inquiry, NewInquiry},
};
use crate::{
    accounts::Staff,
    alarms,
    audit::{self, Actor},
    clock::{jst, utc_from_jst},
    crypto::KeyRing,
    db::{Conn, one_at_a_time},
    enrolment, institutions,
    japan::calendar::Calendar,
    notices::{self, Addressee, Notice},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// When an answer is due that is asked for at `from` (UTC).
pub fn due(conn: &mut Conn, from: NaiveDateTime, priority: Priority) -> Result<NaiveDateTime, Error> {
    let kept = store::rule(conn)?;
    let calendar = institutions::calendar(conn, from)?;
    Ok(due_by(&kept.rule, &calendar, from, priority))
}

fn due_by(rule: &Rule, calendar: &Calendar, from: NaiveDateTime, priority: Priority) -> NaiveDateTime {
    let hours = Hours { rule, calendar };
    utc_from_jst(hours.due(jst(from), priority))
}

/// The alarm of an inquiry that nobody answered in time.
pub fn overdue_alarm(inquiry: &Inquiry) -> String {
    format!("{OVERDUE}{}", inquiry.shown_number())
}
pub const OVERDUE: &str = "inquiries.overdue:";

/// What became of a form that was sent.
pub enum Received {
    /// Kept, now or before: the same form twice is one inquiry. The code goes to whoever sent it.
    Kept { inquiry: Box<Inquiry>, code: String },
    /// Other words under the same key.
    Changed,
}

/// Keeps a citizen's question. `key` was made with the form; the code comes of it, so that a second click shows it too.
pub fn receive(
    conn: &mut Conn,
    workspace: &Workspace,
    question: &Question,
    key: &str,
    now: NaiveDateTime,
) -> Result<Received, Error> {
    let keys = &workspace.keys;
    let (submit_key, code) = (keys.blind("inquiries.submit", key), code_of(keys, key));
    let digest = digest(keys, question)?;
    one_at_a_time(conn, &submit_key)?;
    if let Some(inquiry) = store::find_by_submit_key(conn, &submit_key)? {
        let inquiry = Box::new(inquiry);
        return Ok(match inquiry.submit_digest.as_deref() == Some(digest.as_str()) {
            true => Received::Kept { inquiry, code },
            false => Received::Changed,
        });
    }
    let application = enrolment::parse_receipt_number(&question.contact.receipt_number)
        .map(|number| enrolment::id_of_receipt(conn, &number))
        .transpose()?
        .flatten();
    let (number, due_at) = (number::new(), due(conn, now, Priority::Normal)?);
    let inquiry = store::add(
        conn,
        keys,
        &NewInquiry {
            number: &number,
            source: Source::Web,
            category: question.category,
            priority: Priority::Normal,
            contact: &question.contact,
            body: &question.body,
            code_token: Some(&code_token(keys, &number, &code)),
            submit: Some((submit_key.as_str(), digest.as_str())),
            application_id: application.as_deref(),
            // Whoever writes a number down has not shown that it is theirs.
            linked_by: None,
            assignee: None,
            made_by: &Actor::Applicant.word(),
            received_at: now,
            due_at,
        },
    )?;
    audit::record(
        conn,
        now,
        Actor::Applicant,
        "inquiry.received",
        &inquiry.subject(),
        Source::Web.as_str(),
    )?;
    if may_confirm(conn, keys, &question.contact.email, now)? {
        tell(conn, workspace, &inquiry, Notice::InquiryReceived, now)?;
    }
    Ok(Received::Kept {
        inquiry: Box::new(inquiry),
        code,
    })
}

/// That a question came is mailed once a day to an address: anybody can type anybody's.
fn may_confirm(conn: &mut Conn, keys: &KeyRing, email: &str, now: NaiveDateTime) -> Result<bool, Error> {
    if email.is_empty() {
        return Ok(false);
    }
    let token = keys.blind("inquiry_tries.token", &format!("mail {}", email.to_lowercase()));
    one_at_a_time(conn, &token)?;
    if store::count_tries(conn, &token, now - Duration::days(1))? > 0 {
        return Ok(false);
    }
    store::try_once(conn, &token, now)?;
    Ok(true)
}

fn digest(keys: &KeyRing, question: &Question) -> Result<String, Error> {
    let contact = serde_json::to_string(&question.contact).map_err(|e| Error::Internal(e.to_string()))?;
    let all = [question.category.as_str(), &question.body, &contact].join("\u{2016}");
    Ok(keys.blind("inquiries.digest", &all))
}

/// Six digits.
fn code_of(keys: &KeyRing, key: &str) -> String {
    let token = keys.blind("inquiries.code_of", key);
    let number = u64::from_str_radix(&token[..12], 16).unwrap_or_default();
    format!("{:06}", number % 1_000_000)
}

/// What is kept of a code: it fits its inquiry alone.
pub fn code_token(keys: &KeyRing, number: &str, code: &str) -> String {
    keys.blind("inquiries.code", &format!("{number} {code}"))
}

/// Writes the mail with the link, where the citizen left an address and something to open the page with.
fn tell(
    conn: &mut Conn,
    workspace: &Workspace,
    inquiry: &Inquiry,
    notice: Notice,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let contact = inquiry.contact(&workspace.keys)?;
    let opens = inquiry.code_token.is_some() || !contact.phone.is_empty();
    if contact.email.is_empty() || !opens || inquiry.source == Source::Staff {
        return Ok(());
    }
    let number = inquiry.shown_number();
    let to = Addressee {
        subject_id: &inquiry.id,
        number: &number,
        email: &contact.email,
    };
    notices::queue(conn, workspace, notice, &to, now)
}

/// What a clerk writes down of a call, a visit or a letter, or asks the operator.
pub struct Intake {
    pub source: Source,
    pub category: Category,
    pub priority: Priority,
    pub contact: Contact,
    pub body: String,
    /// What was answered at once; empty when it is not answered yet.
    pub answer: String,
    /// Nothing is left to do.
    pub done: bool,
    pub application_id: Option<String>,
}

pub fn take_in(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    intake: &Intake,
    now: NaiveDateTime,
) -> Result<Inquiry, Error> {
    // Whoever took the call looks after it; a question to the operator is the operator's.
    let assignee = (intake.source != Source::Staff).then_some(staff.id.as_str());
    let (number, by) = (number::new(), staff.word());
    let new = NewInquiry {
        number: &number,
        source: intake.source,
        category: intake.category,
        priority: intake.priority,
        contact: &intake.contact,
        body: &intake.body,
        code_token: None,
        submit: None,
        application_id: intake.application_id.as_deref(),
        linked_by: intake.application_id.as_ref().map(|_| by.as_str()),
        assignee,
        made_by: &by,
        received_at: now,
        due_at: due(conn, now, intake.priority)?,
    };
    let inquiry = store::add(conn, &workspace.keys, &new)?;
    let detail = format!("{} {}", intake.source.as_str(), intake.category.as_str());
    staff.record(conn, now, "inquiry.received", &inquiry.subject(), &detail)?;
    if !intake.answer.is_empty() {
        // After the question, also for whoever sorts by the time.
        let at = now + Duration::microseconds(1);
        write(conn, workspace, staff, &inquiry, MessageKind::Reply, &intake.answer, at)?;
        // Who was answered on the phone and has nothing left to ask needs no mail about it.
        if !intake.done {
            tell(conn, workspace, &inquiry, Notice::InquiryAnswered, at)?;
        }
        let status = if intake.done { Status::Closed } else { Status::Answered };
        let fresh = store::find(conn, &inquiry.id)?;
        move_to(conn, staff, &fresh, status, at)?;
    }
    Ok(store::find(conn, &inquiry.id)?)
}

/// A message of staff. A reply is told by mail.
pub fn say(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    inquiry: &Inquiry,
    kind: MessageKind,
    body: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    write(conn, workspace, staff, inquiry, kind, body, now)?;
    match kind {
        MessageKind::Reply => tell(conn, workspace, inquiry, Notice::InquiryAnswered, now),
        _ => Ok(()),
    }
}

/// Writes down that an answer began with a template, and whether it came after it was due.
pub fn note_template(
    conn: &mut Conn,
    staff: &Staff,
    inquiry: &Inquiry,
    template: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    if !store::templates(conn)?.iter().any(|known| known.id == template) {
        return Ok(());
    }
    let late = if inquiry.is_overdue(now) { " overdue" } else { "" };
    let detail = format!("inquiry_template/{template}{late}");
    staff.record(conn, now, "inquiry_template.used", &inquiry.subject(), &detail)
}

/// A message of staff that nobody is mailed about.
fn write(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    inquiry: &Inquiry,
    kind: MessageKind,
    body: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let message = store::add_message(conn, &workspace.keys, &inquiry.id, kind, &staff.word(), body, now)?;
    let action = match kind {
        MessageKind::Reply => "inquiry.replied",
        MessageKind::Handover => "inquiry.handed_over",
        _ => "inquiry.noted",
    };
    if kind == MessageKind::Reply {
        store::note_answer(conn, inquiry, now)?;
    }
    staff.record(conn, now, action, &inquiry.subject(), &format!("message/{message}"))
}

/// Another status, with its event. Whoever opens it again starts the clock anew; whatever is answered ends the alarm.
pub fn move_to(
    conn: &mut Conn,
    staff: &Staff,
    inquiry: &Inquiry,
    status: Status,
    now: NaiveDateTime,
) -> Result<(), Error> {
    set_status(conn, inquiry, status, &staff.word(), now)?;
    let detail = format!("{} {}", inquiry.status.as_str(), status.as_str());
    staff.record(conn, now, "inquiry.moved", &inquiry.subject(), &detail)
}

fn set_status(
    conn: &mut Conn,
    inquiry: &Inquiry,
    status: Status,
    actor: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let due_at = match status {
        Status::Open if inquiry.status != Status::Open => due(conn, now, inquiry.priority)?,
        _ => inquiry.due_at,
    };
    store::set_status(conn, inquiry, status, due_at, now)?;
    if status != inquiry.status {
        store::add_event(conn, &inquiry.id, actor, "moved", status.as_str(), now)?;
    }
    match status {
        Status::Open => Ok(()),
        _ => alarms::end(conn, &overdue_alarm(inquiry), now),
    }
}

/// The citizen asks on; the clock begins anew unless it runs.
pub fn ask_on(
    conn: &mut Conn,
    workspace: &Workspace,
    inquiry: &Inquiry,
    body: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let actor = Actor::Applicant.word();
    store::add_message(
        conn,
        &workspace.keys,
        &inquiry.id,
        MessageKind::Asked,
        &actor,
        body,
        now,
    )?;
    set_status(conn, inquiry, Status::Open, &actor, now)?;
    audit::record(conn, now, Actor::Applicant, "inquiry.asked_on", &inquiry.subject(), "")?;
    Ok(())
}

/// What a citizen brings to a closed inquiry is not lost: somebody looks at it again.
pub fn reopen_for_citizen(conn: &mut Conn, inquiry: &Inquiry, now: NaiveDateTime) -> Result<(), Error> {
    set_status(conn, inquiry, Status::Open, &Actor::Applicant.word(), now)?;
    let detail = format!("{} {}", inquiry.status.as_str(), Status::Open.as_str());
    audit::record(
        conn,
        now,
        Actor::Applicant,
        "inquiry.moved",
        &inquiry.subject(),
        &detail,
    )?;
    Ok(())
}

/// Every due time of open inquiries anew, after the hours of the desk or the calendar changed; gives how many moved.
pub fn reckon_anew(conn: &mut Conn) -> Result<usize, Error> {
    let opened = store::clocks_began(conn)?;
    let began = |inquiry: Inquiry| {
        let since = opened.get(&inquiry.id).copied().unwrap_or(inquiry.received_at);
        (since, inquiry)
    };
    let mut open: Vec<_> = store::open_ones(conn)?.into_iter().map(began).collect();
    open.sort_by_key(|(since, _)| *since);
    let (Some((oldest, _)), Some((newest, _))) = (open.first(), open.last()) else {
        return Ok(0);
    };
    let (kept, mut moved) = (store::rule(conn)?, 0);
    let calendar = institutions::calendar_over(conn, *oldest, *newest)?;
    for (since, inquiry) in &open {
        let due_at = due_by(&kept.rule, &calendar, *since, inquiry.priority);
        if due_at != inquiry.due_at {
            store::set_due(conn, &inquiry.id, due_at)?;
            moved += 1;
        }
    }
    Ok(moved)
}
