//! What is done about an incident, line by line. Each act is one transaction with its audit entry.
use super::{NoteKind, State, WORDS, again, change, switches, words, write_down};
use crate::{
    accounts::Staff,
    alarms, contacts,
    db::Conn,
    incidents::{
        jobs, path_of,
        store::{self, Incident, NewMeasure},
        tell,
    },
    institutions::{Mode, Openings},
    japan::date::parse_compact,
    web::{Error, FormBody, Site, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// `POST /incidents/{id}/notes`: progress; the next note is due a rhythm later.
pub async fn note(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let body = words(&form, "note", "経過", WORDS, &mut errors);
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        if incident.state == State::Closed {
            return Err(Error::Conflict);
        }
        store::put_off_note(conn, incident, now)?;
        alarms::end(conn, &jobs::note_alarm(&incident.id), now)?;
        write_down(conn, world, &staff, incident, (NoteKind::Progress, &body), now)
    })
    .await
}

/// `POST /incidents/{id}/state`: 対応中, 復旧, 完了. Recovery is told at once; an incident ends with its cause and a measure.
pub async fn state(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let Some(to) = State::from_word(form.get("to")) else {
        return Err(Error::BadRequest("no such state"));
    };
    let mut errors = vec![];
    let said = words(&form, "words", "内容", WORDS, &mut errors);
    if to == State::Closed {
        let (world, seen) = (workspace.clone(), id.to_string());
        let read = move |conn: &mut Conn| {
            let incident = store::find(conn, &seen)?;
            missing(conn, &world, &incident)
        };
        errors.extend(workspace.db.read(read).await?);
    }
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        // Somebody may have stopped something since it was looked at.
        let lacks = to == State::Closed && !missing(conn, world, incident)?.is_empty();
        if lacks || !incident.state.next().contains(&to) || !store::change_state(conn, incident, to, now)? {
            return Err(Error::Conflict);
        }
        alarms::end(conn, &jobs::note_alarm(&incident.id), now)?;
        let line = format!("{}：{said}", to.label());
        store::add_note(
            conn,
            &world.keys,
            &incident.id,
            NoteKind::State,
            &line,
            &staff.word(),
            now,
        )?;
        staff.record(
            conn,
            now,
            "incident.state",
            &format!("incident/{}", incident.id),
            to.as_str(),
        )?;
        tell(conn, world, incident, to, now)
    })
    .await
}

/// What an incident needs before it is over (N8.8): its cause, a measure, and nothing stopped that nobody could open again.
fn missing(conn: &mut Conn, workspace: &Workspace, incident: &Incident) -> Result<Vec<FieldError>, Error> {
    let mut errors = vec![];
    if !incident.has_cause() {
        errors.push(FieldError::new("cause", "原因を入力してください"));
    }
    if store::measures_of(conn, &workspace.keys, &incident.id)?.is_empty() {
        errors.push(FieldError::new("measure", "再発防止策を入力してください"));
    }
    let openings = Openings::read(conn, workspace.clock.now())?;
    let mode = &openings.service;
    let others: Vec<_> = store::not_closed(conn)?
        .into_iter()
        .filter(|other| other.id != incident.id)
        .map(|other| switches::reason(&other))
        .collect();
    let is_ours = !others.contains(&mode.reason);
    if is_ours && mode.mode != Mode::Open {
        let message = format!(
            "サービスの状態を「{}」にもどしてから、完了にしてください（いまは「{}」です）",
            switches::label(Mode::Open),
            switches::label(mode.mode)
        );
        errors.push(FieldError::new("mode", message));
    }
    if is_ours && !mode.announcement.is_empty() {
        let message = "申込者へのお知らせを消してから、完了にしてください";
        errors.push(FieldError::new("announcement", message));
    }
    let begun = store::stops_of(conn, &incident.id)?;
    if openings.stops.iter().any(|stop| begun.contains(&stop.id)) {
        let message = "この障害で休止した金融機関の受付を再開してから、完了にしてください";
        errors.push(FieldError::new("institution", message));
    }
    Ok(errors)
}

/// `POST /incidents/{id}/cause`
pub async fn cause(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let body = words(&form, "cause", "原因", WORDS, &mut errors);
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        store::set_cause(conn, &world.keys, &incident.id, &body)?;
        write_down(conn, world, &staff, incident, (NoteKind::Cause, &body), now)
    })
    .await
}

/// `POST /incidents/{id}/calls`: somebody of the chart was called.
pub async fn call(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (contact, note) = (form.get("contact").to_owned(), form.get("call_note").trim().to_owned());
    let reached = match form.get("reached") {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::BadRequest("reached or not")),
    };
    if note.chars().count() > WORDS {
        let message = format!(
            "電話のメモは、{WORDS}文字以内で入力してください（いま{}文字です）",
            note.chars().count()
        );
        let errors = [FieldError::new("call_note", message)];
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        let person = contacts::contact(conn, &world.keys, &contact)?;
        let by = staff.word();
        store::add_call(conn, &world.keys, &incident.id, &person.id, reached, &note, &by, now)?;
        let outcome = if reached {
            "つながりました"
        } else {
            "つながりませんでした"
        };
        let line = format!("{} {}：{outcome} {note}", person.organisation, person.name);
        write_down(conn, world, &staff, incident, (NoteKind::Call, line.trim_end()), now)
    })
    .await
}

/// `POST /incidents/{id}/measures`
pub async fn measure(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let body = words(&form, "measure", "再発防止策", WORDS, &mut errors);
    let unit = words(&form, "unit", "担当", 60, &mut errors);
    let due = parse_compact(form.get("due").trim());
    if due.is_none() {
        errors.push(FieldError::new("due", "期限は、2026-12-25 の形で入力してください"));
    }
    let (Some(due), true) = (due, errors.is_empty()) else {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        let line = format!("{body}（{unit}、期限 {due}）");
        let new = NewMeasure { body, unit, due };
        store::add_measure(conn, &world.keys, &incident.id, &new, &staff.word(), now)?;
        write_down(conn, world, &staff, incident, (NoteKind::Measure, &line), now)
    })
    .await
}

/// `POST /incidents/{id}/measures/{measure}/completion`
pub async fn finish(
    workspace: Data<Workspace>,
    staff: Staff,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, measure) = path.into_inner();
    let (world, now, back): (Data<Workspace>, _, _) = (workspace.clone(), workspace.clock.now(), path_of(&id));
    let write = move |conn: &mut Conn| {
        let incident = store::find(conn, &id)?;
        if store::finish_measure(conn, &id, &measure, &staff.word(), now)? {
            alarms::end(conn, &jobs::measure_alarm(&measure), now)?;
            let line = "再発防止策を終えました";
            write_down(conn, &world, &staff, &incident, (NoteKind::Measure, line), now)?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    Ok(see_other(&back))
}
