//! The existing switches, turned from an incident: the service's mode with what citizens read, and closed times of
//! institutions from now on.
use super::{NoteKind, State, again, change, moment, words, write_down};
use crate::{
    accounts::Staff,
    incidents::{
        path_of,
        store::{self, Incident},
    },
    institutions::{self, Closure, Mode, ServiceMode},
    web::{Error, FormBody, Site, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// Characters of what citizens read.
const ANNOUNCEMENT: usize = 200;

pub(in crate::incidents) fn label(mode: Mode) -> &'static str {
    match mode {
        Mode::Open => "通常どおり受け付ける",
        Mode::Degraded => "縮退：受け付けて、金融機関への引き渡しを待つ",
        Mode::Stopped => "停止：新しい申込みを受け付けない",
    }
}

/// What the service's mode names as its reason when it was turned from an incident.
pub(super) fn reason(incident: &Incident) -> String {
    format!("障害 第{}号", incident.no)
}

/// `POST /incidents/{id}/switch`: stop, degrade, open again; what is announced stands on every page concerned.
pub async fn turn(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let mode = Mode::from_word(form.get("mode"));
    if mode.is_none() {
        errors.push(FieldError::new("mode", "サービスの状態を選んでください"));
    }
    let announcement = form.get("announcement").trim().to_owned();
    let length = announcement.chars().count();
    if length > ANNOUNCEMENT {
        let message = format!("お知らせは、{ANNOUNCEMENT}文字以内で入力してください（いま{length}文字です）");
        errors.push(FieldError::new("announcement", message));
    }
    let (Some(mode), true) = (mode, errors.is_empty()) else {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        if incident.state == State::Closed {
            return Err(Error::Conflict);
        }
        let said = match announcement.as_str() {
            "" => "なし".to_owned(),
            said => format!("「{said}」"),
        };
        let line = format!("{}　お知らせ：{said}", label(mode));
        let asked = ServiceMode {
            mode,
            reason: reason(incident),
            announcement,
            decided_by: format!("職員番号 {}", staff.code),
            at: None,
        };
        institutions::set_mode(conn, staff.actor(), &asked, now)?;
        write_down(conn, world, &staff, incident, (NoteKind::Switch, &line), now)
    })
    .await
}

/// `POST /incidents/{id}/stops`: an institution is closed from now until a time.
pub async fn stop(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let code = form.get("institution").to_owned();
    let reason = words(&form, "stop_reason", "理由", 60, &mut errors);
    let until = moment(form.get("until")).filter(|until| *until > workspace.clock.now());
    if until.is_none() {
        let message = "再開の見込みは、いまより後の日時を 2026-11-25 18:00 の形で入力してください";
        errors.push(FieldError::new("until", message));
    }
    let (Some(ends_at), true) = (until, errors.is_empty()) else {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        let institution = institutions::find(conn, &code)?.ok_or(Error::NotFound)?;
        if incident.state == State::Closed {
            return Err(Error::Conflict);
        }
        let until = crate::clock::jst(ends_at).format("%m月%d日 %H:%M");
        let line = format!("{}を休止しました（{until}まで）：{reason}", institution.name);
        let closure = Closure {
            id: ulid::Ulid::generate().to_string(),
            institution_code: Some(code.clone()),
            starts_at: now,
            ends_at,
            reason,
            owner: Some(owner(&incident.id)),
        };
        institutions::add_closure(conn, &closure, now)?;
        store::add_stop(conn, &closure.id, &incident.id)?;
        let subject = format!("closure/{}", closure.id);
        staff.record(conn, now, "closure.announced", &subject, &code)?;
        write_down(conn, world, &staff, incident, (NoteKind::Switch, &line), now)
    })
    .await
}

/// `POST /incidents/{id}/stops/{closure}/end`: earlier than announced.
pub async fn reopen(
    workspace: Data<Workspace>,
    staff: Staff,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, closure) = path.into_inner();
    let back = path_of(&id);
    change(&workspace, id, move |conn, world, incident, now| {
        let is_ours = store::stops_of(conn, &incident.id)?.contains(&closure);
        if !is_ours || !institutions::withdraw_closure(conn, &closure, Some(&owner(&incident.id)), now)? {
            return Err(Error::NotFound);
        }
        staff.record(conn, now, "closure.withdrawn", &format!("closure/{closure}"), "")?;
        let line = "休止を取り消し、金融機関の受付を再開しました";
        write_down(conn, world, &staff, incident, (NoteKind::Switch, line), now)
    })
    .await?;
    Ok(see_other(&back))
}

/// Whose a closed time is that was announced here.
fn owner(incident: &str) -> String {
    format!("incident/{incident}")
}
