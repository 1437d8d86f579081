//! What happens by itself, every minute: marked alarms open incidents, a note that is due and a measure that is late raise
//! alarms.
use super::{
    model::{self, NoteKind, State},
    open,
    store::{self, NewIncident},
    tell,
};
use crate::{
    alarms::{self, Alarm, Cause},
    audit::{self, Actor},
    clock::jst,
    db::Conn,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing},
    },
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::sync::Arc;

const JOB: &str = "incidents.watch";

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 1] {
    let workspace = workspace.clone();
    let handler: Handler = Arc::new(move |job| Box::pin(watch(workspace.clone(), job)));
    [(JOB, handler)]
}

pub fn standing() -> [Standing; 1] {
    [Standing {
        kind: JOB,
        every: Every::Minutes(1),
        make_up: 1,
    }]
}

async fn watch(workspace: Workspace, _: Job) -> Result<(), JobError> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        from_alarms(conn, &world, now)?;
        notes_due(conn, &world, now)?;
        measures_late(conn, &world, now)
    };
    Ok(workspace.db.write(write).await?)
}

/// The alarm of a note that is due.
pub(super) fn note_alarm(incident_id: &str) -> String {
    format!("incidents.note_due:{incident_id}")
}

/// The alarm of a measure that is late.
pub(super) fn measure_alarm(measure_id: &str) -> String {
    format!("incidents.measure_late:{measure_id}")
}

/// An alarm opens one incident, once; one that comes again while its incident is open belongs to that.
fn from_alarms(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    let open_alarms = alarms::open_alarms(conn)?;
    let mut known = vec![];
    for (alarm_id, incident_id, end_is_noted) in store::linked(conn)? {
        let alarm = alarms::find(conn, &alarm_id)?;
        if !end_is_noted && !open_alarms.iter().any(|open| open.id == alarm_id) {
            let words = format!("警報が収まりました：{}", alarm.message);
            store::note_alarm_end(conn, &alarm_id, now)?;
            note(conn, workspace, &incident_id, &words, now)?;
        }
        known.push((alarm.key, incident_id));
    }
    let marked = &workspace.settings.incidents.alarms;
    for alarm in &open_alarms {
        if !marked.iter().any(|key| key == model::head_of(&alarm.key)) || store::is_linked(conn, &alarm.id)? {
            continue;
        }
        let incident_id = match known.iter().find(|(key, _)| *key == alarm.key) {
            Some((_, incident_id)) => {
                let words = format!("警報がまた出ました：{}", alarm.message);
                note(conn, workspace, incident_id, &words, now)?;
                break_again(conn, workspace, incident_id, now)?;
                incident_id.clone()
            }
            None => begin(conn, workspace, alarm, now)?,
        };
        store::link(conn, &alarm.id, &incident_id, now)?;
    }
    Ok(())
}

/// What was restored and breaks again is worked on again: the rhythm of its notes begins anew, and people are told.
fn break_again(conn: &mut Conn, workspace: &Workspace, incident_id: &str, now: NaiveDateTime) -> Result<(), Error> {
    let incident = store::find(conn, incident_id)?;
    if incident.state != State::Restored || !store::change_state(conn, &incident, State::Working, now)? {
        return Ok(());
    }
    let words = format!("{}：警報がまた出たため、復旧から戻しました", State::Working.label());
    let by = Actor::System.word();
    store::add_note(conn, &workspace.keys, incident_id, NoteKind::State, &words, &by, now)?;
    let subject = format!("incident/{incident_id}");
    audit::record(
        conn,
        now,
        Actor::System,
        "incident.state",
        &subject,
        State::Working.as_str(),
    )?;
    tell(conn, workspace, &incident, State::Working, now)
}

fn note(
    conn: &mut Conn,
    workspace: &Workspace,
    incident_id: &str,
    words: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    store::add_note(
        conn,
        &workspace.keys,
        incident_id,
        NoteKind::Alarm,
        words,
        "system",
        now,
    )
}

fn begin(conn: &mut Conn, workspace: &Workspace, alarm: &Alarm, now: NaiveDateTime) -> Result<String, Error> {
    let kind = model::kind_of(&alarm.key);
    let institution = alarm.subject.strip_prefix("institution/").map(str::to_owned);
    let new = NewIncident {
        title: kind.title.to_owned(),
        severity: kind.severity,
        is_accident: false,
        happened_at: alarm.first_at,
        institutions: institution.into_iter().collect(),
        functions: kind.functions.iter().map(|f| f.as_str().to_owned()).collect(),
    };
    let words = format!("警報から登録しました：{}", alarm.message);
    Ok(open(conn, workspace, &new, &words, Actor::System, now)?.id)
}

fn notes_due(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    for incident in store::burning(conn)? {
        let due = incident.next_note_at.is_some_and(|at| at <= now);
        let message = format!(
            "障害 第{}号の経過を書く時刻を過ぎました。障害の画面で経過を記録してください。",
            incident.no
        );
        let cause = Cause {
            key: &note_alarm(&incident.id),
            subject: &format!("incident/{}", incident.id),
            message: &message,
        };
        // Whoever has seen it may have forgotten it by the time of the next note.
        alarms::hold_quiet(conn, workspace, due, &cause, incident.severity.rhythm(), now)?;
    }
    Ok(())
}

fn measures_late(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<(), Error> {
    for (measure_id, incident_id) in store::overdue_measures(conn, jst(now).date())? {
        let no = store::find(conn, &incident_id)?.no;
        let message =
            format!("障害 第{no}号の再発防止策が期限を過ぎています。終わったら、障害の画面で記録してください。");
        let cause = Cause {
            key: &measure_alarm(&measure_id),
            subject: &format!("incident/{incident_id}"),
            message: &message,
        };
        alarms::hold(conn, workspace, true, &cause, now)?;
    }
    Ok(())
}
