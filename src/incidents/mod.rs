//! What breaks, and what is done about it (N8.8, NS インシデント): opened by a person or by an alarm, worked on a rhythm,
//! announced, closed with its cause and with measures, and printed.
mod jobs;
mod model;
mod pages;
mod report;
mod store;
mod views;

pub use jobs::{handlers, standing};
pub use pages::routes;
pub use store::{Incident, not_closed, open_measures, opened_between};

use crate::{
    audit::{self, Actor},
    db::Conn,
    mail::{self, NewMail},
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use model::{Function, NoteKind, Severity, State};
use store::NewIncident;

/// The address of an incident at the console.
fn path_of(id: &str) -> String {
    format!("/incidents/{id}")
}

/// How many incidents are not over.
pub fn burning(conn: &mut Conn) -> Result<usize, Error> {
    Ok(store::burning(conn)?.len())
}

/// Writes an incident down, with its first line, its audit entry and the mails about it.
fn open(
    conn: &mut Conn,
    workspace: &Workspace,
    new: &NewIncident,
    words: &str,
    actor: Actor,
    now: NaiveDateTime,
) -> Result<Incident, Error> {
    let by = actor.word().into_owned();
    let incident = store::add(conn, new, &by, now)?;
    store::add_note(conn, &workspace.keys, &incident.id, NoteKind::Opened, words, &by, now)?;
    let (subject, detail) = (format!("incident/{}", incident.id), incident.severity.as_str());
    audit::record(conn, now, actor, "incident.opened", &subject, detail)?;
    tell(conn, workspace, &incident, State::Open, now)?;
    Ok(incident)
}

/// A mail to the operators and to whom the bureau named. It holds nothing that somebody typed (KS9.4).
fn tell(
    conn: &mut Conn,
    workspace: &Workspace,
    incident: &Incident,
    state: State,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let bureau = &workspace.site.bureau.name;
    let title = format!("【{bureau}】障害 第{}号：{}", incident.no, state.label());
    let console = workspace.settings.console.as_ref();
    let url = console.map_or(String::new(), |c| {
        format!("{}{}", c.url.trim_end_matches('/'), path_of(&incident.id))
    });
    let body = format!(
        "障害 第{}号　重大度：{}　状態：{}\n時刻：{}\n\n内容と経過は、職員用の画面で確かめてください。\n{url}\n",
        incident.no,
        incident.severity.label(),
        state.label(),
        crate::clock::jst(now).format("%Y-%m-%d %H:%M"),
    );
    let settings = &workspace.settings;
    for recipient in settings.operators.iter().chain(&settings.incidents.report_to) {
        let mail = NewMail {
            kind: "incident",
            subject_id: &incident.id,
            recipient,
            title: &title,
            body: &body,
        };
        mail::queue(conn, &workspace.keys, now, &mail)?;
    }
    Ok(())
}

/// What broke in an invented past.
#[derive(Clone, Copy, PartialEq)]
pub enum Past {
    /// An institution's page; its papers are to be written still.
    Institution,
    /// Mails were late; closed.
    Mails,
}

impl Past {
    fn new_incident(self, happened_at: NaiveDateTime) -> NewIncident {
        let (title, severity, functions) = match self {
            Past::Institution => ("金融機関の手続きの画面が開きにくい", Severity::Minor, vec![]),
            Past::Mails => (
                "結果のお知らせのメールが遅れる",
                Severity::Major,
                vec![Function::Mails.as_str().to_owned()],
            ),
        };
        NewIncident {
            title: title.into(),
            severity,
            is_accident: false,
            happened_at,
            institutions: vec![],
            functions,
        }
    }

    /// How it was heard of, what ended it, its cause.
    fn words(self) -> [&'static str; 3] {
        match self {
            Past::Institution => [
                "申込者から電話があった",
                "復旧：金融機関が機器を入れ替えた",
                "金融機関の機器の故障",
            ],
            Past::Mails => [
                "送れていないメールの警報が出た",
                "復旧：たまっていたメールを、すべて送った",
                "メールサーバーの証明書の期限切れ",
            ],
        }
    }
}

/// An incident of an invented past, for a practice desk: it broke, was worked on, and is over.
pub fn invent(
    conn: &mut Conn,
    workspace: &Workspace,
    by: &str,
    past: Past,
    happened_at: NaiveDateTime,
) -> Result<(), Error> {
    let (keys, later) = (&workspace.keys, happened_at + chrono::Duration::minutes(50));
    let (new, [heard, over, cause]) = (past.new_incident(happened_at), past.words());
    let incident = open(conn, workspace, &new, heard, Actor::System, happened_at)?;
    if !store::change_state(conn, &incident, State::Restored, later)? {
        return Err(Error::Conflict);
    }
    store::add_note(conn, keys, &incident.id, NoteKind::State, over, by, later)?;
    store::set_cause(conn, keys, &incident.id, cause)?;
    if past == Past::Mails {
        let (restored, closed_at) = (store::find(conn, &incident.id)?, later + chrono::Duration::days(1));
        if !store::change_state(conn, &restored, State::Closed, closed_at)? {
            return Err(Error::Conflict);
        }
        let line = "完了：証明書の期限を、月に1度確かめることにした";
        store::add_note(conn, keys, &incident.id, NoteKind::State, line, by, closed_at)?;
    }
    Ok(())
}
