//! The steps of an outage. Each is one transaction: its state, the closed time that citizens read, its step, its audit entry.
use super::{again, load, step};
use crate::{
    accounts::Staff,
    clock::typed_moment,
    db::Conn,
    institutions::{self, Closure},
    outages::{
        model::{self, State, Step, WORDS},
        owner, path_of, quiet,
        store::{self, Outage},
    },
    web::{
        Error, FormBody, Site, optional_words, see_other,
        ui::{FieldError, when},
        words,
    },
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;

/// One change of one outage, and back to its page. What was alarmed about is looked at anew.
async fn change(
    workspace: &Data<Workspace>,
    id: String,
    act: impl FnOnce(&mut Conn, &Workspace, &Outage, NaiveDateTime) -> Result<(), Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), path_of(&id));
    let write = move |conn: &mut Conn| {
        let outage = store::find(conn, &id)?;
        act(conn, &world, &outage, now)?;
        quiet(conn, &id, now)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// Tells citizens of a closed time; gives its id.
fn announce(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    outage: &Outage,
    (starts_at, ends_at): (NaiveDateTime, NaiveDateTime),
    now: NaiveDateTime,
) -> Result<String, Error> {
    let closure = Closure {
        id: ulid::Ulid::generate().to_string(),
        institution_code: outage.institution_code.clone(),
        starts_at,
        ends_at,
        reason: outage.words(&workspace.keys)?.notice,
        owner: Some(owner(&outage.id)),
    };
    institutions::add_closure(conn, &closure, now)?;
    let scope = closure.institution_code.as_deref().unwrap_or("service");
    let subject = format!("closure/{}", closure.id);
    let detail = format!("{scope} {}", outage.subject());
    staff.record(conn, now, "closure.announced", &subject, &detail)?;
    Ok(closure.id)
}

/// Opens the service again where its closed time has not ended. One that somebody took back before stays so.
fn reopen(conn: &mut Conn, staff: &Staff, outage: &Outage, now: NaiveDateTime) -> Result<(), Error> {
    let Some(closure) = &outage.closure_id else {
        return Ok(());
    };
    if outage.ends_at > now && institutions::withdraw_closure(conn, closure, Some(&owner(&outage.id)), now)? {
        staff.record(conn, now, "closure.withdrawn", &format!("closure/{closure}"), "")?;
    }
    Ok(())
}

/// `POST /outages/{id}/decision`: by somebody else than the proposer; who refuses says why.
pub async fn decide(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let approve = match form.get("decision") {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Error::BadRequest("no decision")),
    };
    let mut errors = vec![];
    let said = match approve {
        true => optional_words(&form, "reason", "理由", WORDS, &mut errors),
        false => words(&form, "reason", "却下の理由", WORDS, &mut errors),
    };
    let shown = load(&workspace, &id).await?;
    if shown.outage.proposed_by == staff.word() {
        let message = "ご自分の提案は決められません。ほかの人に決めてもらってください";
        errors.push(FieldError::new("decision", message));
    }
    if approve && shown.outage.starts_at <= shown.now {
        let message = "始まりの日時を過ぎています。却下して、新しい予定を提案してください";
        errors.push(FieldError::new("reason", message));
    }
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, outage, now| {
        let span = (outage.starts_at, outage.ends_at);
        let closure = match approve {
            true => Some(announce(conn, world, &staff, outage, span, now)?),
            false => None,
        };
        if !store::decide(conn, &outage.id, &staff.word(), closure.as_deref())? {
            return Err(Error::Conflict);
        }
        let kind = if approve { Step::Approved } else { Step::Refused };
        step(conn, world, &staff, outage, (kind, &said), now)
    })
    .await
}

/// `POST /outages/{id}/begin`: the work has begun; not before its time, because citizens are let in until then.
pub async fn begin(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    if shown.now < shown.outage.starts_at {
        let message = "作業の始まりは、予定の日時になってから記録してください";
        let errors = [FieldError::new("begin", message)];
        return again(&workspace, &site, &staff, &id, &FormBody::default(), &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, outage, now| {
        if !store::begin(conn, &outage.id, now)? {
            return Err(Error::Conflict);
        }
        step(conn, world, &staff, outage, (Step::Begun, ""), now)
    })
    .await
}

/// `POST /outages/{id}/extension`: a later end, told to citizens. The closed time that was announced stands as it was until
/// now, and another one follows, so that what was announced when is known for ever.
pub async fn extend(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (mut errors, now) = (vec![], workspace.clock.now());
    let why = words(&form, "why", "延長の理由", WORDS, &mut errors);
    let until = model::read_moment(&form, ("until", "新しい終わり"), now, &mut errors);
    let seen = typed_moment(form.get("planned")).ok_or(Error::BadRequest("no end was seen"))?;
    let outage = load(&workspace, &id).await?.outage;
    if outage.state == State::Begun && outage.ends_at <= now {
        let message = "予定の終わりを過ぎているので、延長できません。障害を登録して、受付を止めてください";
        errors.push(FieldError::new("until", message));
    } else if until.is_some_and(|until| until <= outage.ends_at) {
        let message = "新しい終わりは、いまの予定より後の日時を入力してください";
        errors.push(FieldError::new("until", message));
    } else if until.is_some_and(|until| until > outage.longest()) {
        let message = format!(
            "新しい終わりは、{}までの日時を入力してください。それより長く止めるときは、新しい停止を提案してください",
            when(outage.longest())
        );
        errors.push(FieldError::new("until", message));
    }
    let (Some(until), true) = (until, errors.is_empty()) else {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    change(&workspace, id.into_inner(), move |conn, world, outage, now| {
        if outage.ends_at != seen || outage.ends_at <= now || until > outage.longest() {
            return Err(Error::Conflict);
        }
        reopen(conn, &staff, outage, now)?;
        let closure = announce(conn, world, &staff, outage, (now, until), now)?;
        if !store::extend(conn, outage, until, &closure)? {
            return Err(Error::Conflict);
        }
        let line = format!("{} から {} へ：{why}", when(outage.ends_at), when(until));
        step(conn, world, &staff, outage, (Step::Extended, &line), now)
    })
    .await
}

/// `POST /outages/{id}/end`: the work is done; when it is earlier than planned, citizens go on at once.
pub async fn end(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let outcome = words(&form, "outcome", "作業の結果", WORDS, &mut errors);
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, outage, now| {
        if !store::end(conn, &outage.id, now)? {
            return Err(Error::Conflict);
        }
        reopen(conn, &staff, outage, now)?;
        step(conn, world, &staff, outage, (Step::Ended, &outcome), now)
    })
    .await
}

/// `POST /outages/{id}/withdrawal`: it does not take place; what was announced is taken back.
pub async fn withdraw(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let why = words(&form, "withdrawal", "取下げの理由", WORDS, &mut errors);
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    }
    change(&workspace, id.into_inner(), move |conn, world, outage, now| {
        if !store::withdraw(conn, &outage.id)? {
            return Err(Error::Conflict);
        }
        reopen(conn, &staff, outage, now)?;
        step(conn, world, &staff, outage, (Step::Withdrawn, &why), now)
    })
    .await
}
