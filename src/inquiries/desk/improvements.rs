//! The register of requests for improvement (N8.10): heard in inquiries and evaluations, decided, told to those who asked.
use super::{detail, readable};
use crate::{
    accounts::{self, Staff},
    crypto::KeyRing,
    db::{Conn, one_at_a_time},
    inquiries::{
        model::{self, MessageKind},
        store::{self, Decided, Improvement, ImprovementState, Inquiry, Origin},
        views, work,
    },
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;

/// The longest title.
const LONGEST: usize = 80;

fn path(id: &str) -> String {
    format!("/improvements/{id}")
}

/// `GET /improvements`
pub async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let keys = workspace.keys.clone();
    let list = workspace.db.read(move |conn| store::improvements(conn, &keys)).await?;
    Ok(html(views::improvements(
        &site,
        &staff,
        &list,
        &FormBody::default(),
        &[],
    )))
}

/// `POST /improvements`: a new one, or one more who asks for one that is there.
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (title, known) = (form.get("title").trim().to_owned(), form.get("improvement").to_owned());
    let mut errors = vec![];
    if form.has("improvement") && known.is_empty() {
        errors.push(FieldError::new("improvement", "要望を選んでください"));
    } else if known.is_empty() && (title.is_empty() || title.chars().count() > LONGEST) {
        errors.push(FieldError::new(
            "title",
            format!("要望は、{LONGEST}文字以内で入力してください"),
        ));
    }
    if !errors.is_empty() {
        return again(&workspace, &site, &staff, &form, &errors).await;
    }
    let origin = Origin::from_word(form.get("origin")).unwrap_or(Origin::Inquiry);
    let body: String = model::tidy(form.get("body")).chars().take(model::LONGEST).collect();
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let inquiry = form.get("inquiry").to_owned();
    let write = move |conn: &mut Conn| {
        let keys = &world.keys;
        let id = match known.is_empty() {
            false => still_open(conn, keys, &known)?,
            true => {
                let id = store::add_improvement(conn, keys, (&title, &body), origin, &by.word(), now)?;
                let subject = format!("improvement/{id}");
                by.record(conn, now, "improvement.asked", &subject, origin.as_str())?;
                id
            }
        };
        if !inquiry.is_empty() {
            link(conn, &by, &inquiry, &id, now)?;
        }
        Ok::<_, Error>(id)
    };
    match workspace.db.write(write).await {
        // It was decided while the page was open: whoever is linked now would never be told.
        Err(Error::Conflict) => {
            let errors = [FieldError::new("improvement", DECIDED)];
            again(&workspace, &site, &staff, &form, &errors).await
        }
        written => Ok(see_other(&path(&written?))),
    }
}

const DECIDED: &str = "要望を選びなおしてください。この要望は、もう決まっています";

/// A request that may still be asked for by one more: nobody has said that it is done or declined.
fn still_open(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<String, Error> {
    // Who decides tells those who are linked by then.
    one_at_a_time(conn, &format!("improvement {id}"))?;
    let known = store::find_improvement(conn, keys, id)?;
    match known.state {
        ImprovementState::Asked | ImprovementState::Planned => Ok(known.id),
        ImprovementState::Done | ImprovementState::Declined => Err(Error::Conflict),
    }
}

/// Notes that who asked this is told what becomes of the request; twice is once.
fn link(conn: &mut Conn, staff: &Staff, inquiry: &str, id: &str, now: NaiveDateTime) -> Result<(), Error> {
    let from = readable(conn, staff, inquiry)?;
    if !store::add_asker(conn, id, &from.id)? {
        return Ok(());
    }
    store::add_event(conn, &from.id, &staff.word(), "improvement", id, now)?;
    let detail = format!("improvement/{id}");
    staff.record(conn, now, "improvement.linked", &from.subject(), &detail)
}

/// The page from which a form came, with what is wrong: an inquiry, or the list.
async fn again(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    form: &FormBody,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    if !form.get("inquiry").is_empty() {
        return detail::again(workspace, site, staff, form.get("inquiry"), form, errors).await;
    }
    let keys = workspace.keys.clone();
    let list = workspace.db.read(move |conn| store::improvements(conn, &keys)).await?;
    Ok(unprocessable(views::improvements(site, staff, &list, form, errors)))
}

/// A request with those who asked and who decided.
pub struct Shown {
    pub improvement: Improvement,
    pub made_by: String,
    pub decided_by: Option<String>,
    /// Inquiries that this person may see.
    pub askers: Vec<Inquiry>,
}

async fn page(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    typed: &FormBody,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let (world, id, by) = (workspace.clone(), id.to_owned(), staff.clone());
    let read = move |conn: &mut Conn| {
        let improvement = store::find_improvement(conn, &world.keys, &id)?;
        let name = |conn: &mut Conn, who: &str| accounts::name_of(conn, &world.keys, who);
        let mut askers = vec![];
        for inquiry in store::askers(conn, &id)? {
            match readable(conn, &by, &inquiry) {
                Ok(inquiry) => askers.push(inquiry),
                // Not for this person's eyes.
                Err(Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok::<_, Error>(Shown {
            made_by: name(conn, &improvement.made_by)?,
            decided_by: match &improvement.decided_by {
                Some(who) => Some(name(conn, who)?),
                None => None,
            },
            askers,
            improvement,
        })
    };
    let shown = workspace.db.read(read).await?;
    let markup = views::improvement(site, staff, &shown, typed, errors);
    Ok(if errors.is_empty() {
        html(markup)
    } else {
        unprocessable(markup)
    })
}

/// `GET /improvements/{id}`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    page(&workspace, &site, &staff, &id, &FormBody::default(), &[]).await
}

/// `POST /improvements/{id}/decision`: what becomes of it; what is done or declined is told to those who asked.
pub async fn decide(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let state = ImprovementState::from_word(form.get("state")).filter(|s| *s != ImprovementState::Asked);
    if state.is_none() {
        errors.push(FieldError::new("state", "決めたことを選んでください"));
    }
    let reason = model::read_body(
        "reason",
        "理由と、要望した方に伝えること",
        form.get("reason"),
        &mut errors,
    );
    let version: String = form.get("version").trim().chars().take(40).collect();
    if state == Some(ImprovementState::Done) && version.is_empty() {
        errors.push(FieldError::new("version", "対応した版を入力してください"));
    }
    let Some(state) = state.filter(|_| errors.is_empty()) else {
        return page(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    let (world, now, to) = (workspace.clone(), workspace.clock.now(), path(&id));
    let rev = form.get("rev").parse().unwrap_or(-1);
    let write = move |conn: &mut Conn| {
        let decided = Decided {
            state,
            reason: &reason,
            version: Some(version.as_str()).filter(|_| state == ImprovementState::Done),
            by: &staff.word(),
        };
        one_at_a_time(conn, &format!("improvement {}", id.as_str()))?;
        store::decide_improvement(conn, &world.keys, (id.as_str(), rev), &decided, now)?;
        let detail = format!("{} {version}", state.as_str());
        staff.record(
            conn,
            now,
            "improvement.decided",
            &format!("improvement/{id}"),
            detail.trim_end(),
        )?;
        if matches!(state, ImprovementState::Done | ImprovementState::Declined) {
            for asker in store::askers(conn, &id)? {
                let inquiry = store::find(conn, &asker)?;
                work::say(conn, &world, &staff, &inquiry, MessageKind::Reply, &reason, now)?;
            }
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&to))
}
