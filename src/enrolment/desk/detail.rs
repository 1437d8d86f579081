//! `GET /applications/{id}`: everything about one application; what is personal is masked until it is revealed.
use super::{
    Filter,
    guidance::{NextStep, next_step},
    search, views,
};
use crate::{
    accounts::{self, Staff},
    crypto::KeyRing,
    db::Conn,
    enrolment::{
        correction,
        records::{self, ResultRecord},
        states::{Attention, Cause, Registration},
        store::{self, Correction, Cursor, Note, Order, Span},
    },
    institutions, mail,
    web::{Error, FormBody, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// One line of the timeline.
#[derive(Default)]
pub struct Moment {
    pub at: NaiveDateTime,
    pub title: String,
    /// Who did it.
    pub who: String,
    pub text: String,
    /// What somebody typed with it; shown to those who may read notes.
    pub note: String,
    /// A mail, whose words can be read.
    pub mail: Option<String>,
    /// A mail that was laid aside and can be tried again.
    pub retry: Option<String>,
}

/// Everything the page shows.
pub struct Detail {
    pub id: String,
    pub state: Registration,
    /// Why a person must look at it although it is decided.
    pub attention: Vec<Attention>,
    pub next_step: NextStep,
    pub record: ResultRecord,
    /// Until when this person sees it in the clear.
    pub revealed: Option<NaiveDateTime>,
    /// The seconds until then, as the page counts them by itself.
    pub hides_in: Option<i64>,
    pub moments: Vec<Moment>,
    pub notes: Vec<(Note, String)>,
    /// An undecided correction and who proposed it.
    pub proposal: Option<(Correction, String)>,
    pub filter: Filter,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Detail {
    /// Its page inside the list that the person came from.
    pub fn path(&self) -> String {
        path_in(&self.id, &self.filter)
    }
    /// One of its further pages: `guidance`, `withdrawal` …
    pub fn part(&self, name: &str) -> String {
        match self.filter.query() {
            query if query.is_empty() => format!("/applications/{}/{name}", self.id),
            query => format!("/applications/{}/{name}?{query}", self.id),
        }
    }
    /// The list that the person came from.
    pub fn list(&self) -> String {
        match self.filter.query() {
            query if query.is_empty() => "/applications".to_owned(),
            query => format!("/applications?{query}"),
        }
    }
}

/// The page of an application inside a list.
pub fn path_in(id: &str, filter: &Filter) -> String {
    match filter.query() {
        query if query.is_empty() => format!("/applications/{id}"),
        query => format!("/applications/{id}?{query}"),
    }
}

pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let detail = load(&workspace, &staff, id.into_inner(), Filter::read(&query)).await?;
    Ok(html(views::detail(&site, &staff, &detail, &FormBody::default(), &[])))
}

/// Reads it; looking at one application is written down.
pub async fn load(workspace: &Data<Workspace>, staff: &Staff, id: String, filter: Filter) -> Result<Detail, Error> {
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let read = move |conn: &mut Conn| gather(conn, &world, &by, &id, filter, now);
    let detail = workspace.db.read(read).await?;
    let (by, subject) = (staff.clone(), format!("application/{}", detail.id));
    let seen = if detail.revealed.is_some() {
        "application.seen_in_clear"
    } else {
        "application.seen"
    };
    let write = move |conn: &mut Conn| by.record(conn, now, seen, &subject, "");
    workspace.db.write(write).await?;
    Ok(detail)
}

fn gather(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    id: &str,
    filter: Filter,
    now: NaiveDateTime,
) -> Result<Detail, Error> {
    let application = store::find(conn, id)?;
    let Some(confirmed_at) = application.confirmed_at else {
        return Err(Error::NotFound);
    };
    let at = if filter.order() == Order::Decided {
        application.decided_at
    } else {
        Some(confirmed_at)
    };
    let place = at.map(|at| Cursor { at, id: id.to_owned() });
    let (previous, next) = neighbours(conn, staff, &filter, place, now)?;
    let keys = &workspace.keys;
    let mut notes = vec![];
    for note in store::notes_of(conn, keys, id)? {
        let by = accounts::name_of(conn, keys, &format!("staff/{}", note.staff_id))?;
        notes.push((note, by));
    }
    let proposal = match store::open_correction_of(conn, id)? {
        Some(correction) => {
            let by = correction::who(conn, &correction.proposed_by)?;
            let by = accounts::name_of(conn, keys, &by)?;
            Some((correction, by))
        }
        None => None,
    };
    let (state, attention) = (application.state, application.attention());
    let record = records::record(conn, workspace, application)?;
    let revealed = store::revealed_until(conn, id, &staff.id, now)?;
    Ok(Detail {
        state,
        attention,
        next_step: next_step(state, &record.reason, &record.corrected_result),
        revealed,
        hides_in: revealed.map(|until| (until - now).num_seconds().max(0)),
        moments: moments(conn, workspace, id)?,
        record,
        id: id.to_owned(),
        notes,
        proposal,
        filter,
        previous,
        next,
    })
}

/// The rows before and after this one in the list that the person came from.
fn neighbours(
    conn: &mut Conn,
    staff: &Staff,
    filter: &Filter,
    place: Option<Cursor>,
    now: NaiveDateTime,
) -> Result<(Option<String>, Option<String>), Error> {
    let Some(place) = place else {
        return Ok((None, None));
    };
    let calendar = institutions::calendar(conn, now)?;
    let mut narrow = filter.narrow(&calendar, now);
    narrow.sought = search::named(conn, staff, filter, now)?.map(|search| search.sought);
    let mut one = |span: Span| {
        let lines = store::lines(conn, &narrow, filter.order(), &span, 1)?;
        Ok::<_, Error>(lines.into_iter().next().map(|line| line.id))
    };
    Ok((one(Span::Before(place.clone()))?, one(Span::After(place))?))
}

fn moments(conn: &mut Conn, workspace: &Workspace, id: &str) -> Result<Vec<Moment>, Error> {
    let (mut moments, keys) = (vec![], &workspace.keys);
    for event in store::events(conn, id)? {
        moments.push(Moment {
            at: event.at,
            title: event.to_state.label().to_owned(),
            who: accounts::name_of(conn, keys, &event.actor)?,
            text: Cause::from_word(&event.cause).map_or("", Cause::label).to_owned(),
            ..Moment::default()
        });
    }
    for (n, attempt) in store::attempts_of(conn, id)?.into_iter().enumerate() {
        for message in store::messages_of(conn, &attempt.id)? {
            moments.push(Moment {
                at: message.at,
                title: format!("ゲートウェイ（{}回目）：{}", n + 1, views::message_kind(&message.kind)),
                who: "gateway".into(),
                text: format!("{} {}", views::message_status(&message.status), message.raw_code)
                    .trim()
                    .to_owned(),
                ..Moment::default()
            });
        }
    }
    moments.extend(of_mails(conn, id)?);
    moments.extend(of_corrections(conn, keys, id)?);
    for reveal in store::reveals_of(conn, keys, id)? {
        moments.push(Moment {
            at: reveal.at,
            title: "伏せた項目を表示".into(),
            who: accounts::name_of(conn, keys, &format!("staff/{}", reveal.staff_id))?,
            text: views::reveal_reason(&reveal.reason).unwrap_or_default().to_owned(),
            note: reveal.note,
            ..Moment::default()
        });
    }
    // Newest first; what happened at the same moment stays in its order, turned round.
    moments.reverse();
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    Ok(moments)
}

/// What was proposed about its result and what came of it: also what was refused or taken back, and what it rested on.
fn of_corrections(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<Vec<Moment>, Error> {
    let mut moments = vec![];
    for correction in store::corrections_of(conn, id)? {
        let name = |conn: &mut Conn, by: &str| {
            let who = correction::who(conn, by)?;
            accounts::name_of(conn, keys, &who)
        };
        let what = views::corrected_label(correction.result);
        let (note, evidence) = correction.note_and_evidence(keys)?;
        let proposer = name(conn, &correction.proposed_by)?;
        moments.push(Moment {
            at: correction.proposed_at,
            title: format!("訂正の提案：{what}"),
            who: proposer.clone(),
            note: format!("理由：{note}\n根拠：{evidence}"),
            ..Moment::default()
        });
        let (at, title, who) = match (correction.withdrawn_at, correction.decided_at, &correction.decided_by) {
            (Some(at), ..) => (at, "訂正の提案の取消し", proposer),
            (_, Some(at), Some(by)) if correction.is_refused() => (at, "訂正の却下", name(conn, by)?),
            // An approved one is a state of its own above.
            _ => continue,
        };
        moments.push(Moment {
            at,
            title: format!("{title}：{what}"),
            who,
            note: correction.why_not(keys)?,
            ..Moment::default()
        });
    }
    Ok(moments)
}

/// The mails about it, with their words for whoever opens them.
fn of_mails(conn: &mut Conn, id: &str) -> Result<Vec<Moment>, Error> {
    let mut moments = vec![];
    let mails = mail::mails_about(conn, id)?;
    let laid_aside = mail::laid_aside(conn, &mails)?;
    for sent in mails {
        let is_aside = laid_aside.contains(&sent.id);
        let when = match (sent.sent_at, is_aside) {
            (Some(_), _) => "送信済み",
            (None, true) => "送信できず・要確認",
            (None, false) => "送信待ち",
        };
        moments.push(Moment {
            at: sent.created_at,
            title: format!("メール：{}", sent.title),
            who: "system".into(),
            text: when.into(),
            retry: is_aside.then(|| sent.id.clone()),
            mail: Some(sent.id),
            ..Moment::default()
        });
    }
    Ok(moments)
}
