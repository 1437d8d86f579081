//! 操作記録: the audit record at the console, its export, and the daily signed checkpoint (NS 目的外, S7).
mod accesses;
mod export;
mod names;
mod proof;
mod views;
mod words;

pub use self::proof::CHECKING;
pub use accesses::{Access, Span, Way, Whose, accesses};

use crate::{
    accounts::{self, Staff},
    audit::{self, AuditEntry, Wanted},
    clock::{jst, utc_from_jst},
    db::Conn,
    enrolment,
    japan::date::parse_compact,
    jobs::{
        Handler, Job, JobError,
        schedule::{Every, Standing, slot_of},
    },
    web::{Error, Site, html, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query, ServiceConfig, get, post},
};
use chrono::{Days, NaiveTime};
use names::{May, Names};
use std::{collections::BTreeMap, sync::Arc};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/audit", get().to(index))
        .route("/audit/export", get().to(export::show))
        .route("/audit/accesses", get().to(accesses::index))
        .route("/audit/checkpoints", get().to(proof::show))
        .route("/audit/checks", post().to(proof::ask));
}

const PAGE: i64 = 100;
const CHECKPOINT_JOB: &str = "audit.checkpoint";
const HEAD_JOB: &str = "audit.head";

/// What is chosen on the page, as its address holds it.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// A person's 職員番号, or whoever else acts, by word or name.
    pub who: String,
    pub action: String,
    /// A receipt number, or `kind/id`.
    pub subject: String,
    pub from: String,
    pub to: String,
    pub below: Option<i64>,
}

impl Chosen {
    fn read(query: &BTreeMap<String, String>) -> Self {
        let word = |name: &str| {
            query
                .get(name)
                .map(|v| v.trim().chars().take(80).collect())
                .unwrap_or_default()
        };
        Self {
            who: word("who"),
            action: word("action"),
            subject: word("subject"),
            from: word("from"),
            to: word("to"),
            below: query.get("below").and_then(|b| b.parse().ok()),
        }
    }

    /// A day that was mistyped must not widen what is found in silence.
    fn errors(&self) -> Vec<FieldError> {
        let days = [("from", "いつから", &self.from), ("to", "いつまで", &self.to)];
        days.into_iter()
            .filter_map(|(name, label, typed)| day_error(name, label, typed))
            .collect()
    }

    fn wanted(&self, conn: &mut Conn) -> Result<Wanted, Error> {
        let text = |value: &str| Some(value.to_owned()).filter(|v| !v.is_empty());
        let actor = match text(&self.who) {
            None => None,
            Some(who) => match accounts::find_by_code(conn, &who)? {
                Some(person) => Some(format!("staff/{}", person.id)),
                None => Some(audit::actor_word(&who).map_or(who, |word| word.into_owned())),
            },
        };
        // Entries name an application by its opaque id; people know its receipt number.
        let subject = match enrolment::id_of_receipt(conn, &self.subject)? {
            Some(id) => Some(format!("application/{id}")),
            None => text(&self.subject),
        };
        let midnight = |day| utc_from_jst(chrono::NaiveDate::and_time(&day, NaiveTime::MIN));
        Ok(Wanted {
            actor,
            action: text(&self.action),
            subject,
            from: parse_compact(&self.from).map(midnight),
            to: parse_compact(&self.to).map(|day| midnight(day + Days::new(1))),
            below: self.below,
        })
    }
}

/// What is wrong with a day as it was typed; empty is no day.
fn day_error(name: &'static str, label: &str, typed: &str) -> Option<FieldError> {
    let is_wrong = !typed.is_empty() && parse_compact(typed).is_none();
    is_wrong.then(|| FieldError::new(name, format!("{label}は、2026-11-01のように入力してください")))
}

/// An entry in people's words.
pub struct Line {
    pub entry: AuditEntry,
    pub who: String,
    /// The address of a person at the console.
    pub place: String,
    pub what: String,
    pub subject: String,
    /// Where the subject is shown.
    pub page: Option<String>,
    pub detail: String,
}

impl Line {
    fn of(entry: AuditEntry, names: &Names, may: May) -> Self {
        let (detail, place) = entry.detail_and_place();
        Self {
            who: names.who(&entry.actor),
            place: place.to_owned(),
            what: audit::action_label(&entry.action).unwrap_or("その他").to_owned(),
            subject: names.thing(&entry.subject),
            page: names.page(&entry.subject, may),
            detail: words::detail(&entry.action, detail, names),
            entry,
        }
    }
}

/// Entries of the record in people's words, for whoever `may` so much.
pub fn told(conn: &mut Conn, workspace: &Workspace, entries: Vec<AuditEntry>, may: May) -> Result<Vec<Line>, Error> {
    let names = Names::read(conn, workspace, &entries, may)?;
    let lines = entries.into_iter().map(|entry| Line::of(entry, &names, may));
    Ok(lines.collect())
}

/// `GET /audit`
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let chosen = Chosen::read(&query);
    if !chosen.errors().is_empty() {
        return Ok(unprocessable(views::index(&site, &staff, &chosen, &[], false)));
    }
    let (world, asked, by) = (workspace.clone(), chosen.clone(), staff.clone());
    let read = move |conn: &mut Conn| {
        let wanted = asked.wanted(conn)?;
        let entries = audit::search(conn, &wanted, PAGE + 1)?;
        told(conn, &world, entries, &|permission| by.may(permission))
    };
    let mut list = workspace.db.read(read).await?;
    let more = list.len() as i64 > PAGE;
    list.truncate(PAGE as usize);
    Ok(html(views::index(&site, &staff, &chosen, &list, more)))
}

pub fn handlers(workspace: &Workspace) -> [(&'static str, Handler); 3] {
    let (signing, telling, checking) = (workspace.clone(), workspace.clone(), workspace.clone());
    let sign: Handler = Arc::new(move |job| Box::pin(sign(signing.clone(), job)));
    let tell: Handler = Arc::new(move |_| Box::pin(tell(telling.clone())));
    let check: Handler = Arc::new(move |job| Box::pin(proof::check(checking.clone(), job)));
    [(CHECKPOINT_JOB, sign), (HEAD_JOB, tell), (CHECKING.job, check)]
}

/// Just after midnight, for the day that has ended; and every hour into the log.
pub fn standing() -> [Standing; 2] {
    [
        Standing {
            kind: CHECKPOINT_JOB,
            every: Every::Daily(0, 5),
            make_up: 1,
        },
        Standing {
            kind: HEAD_JOB,
            every: Every::Minutes(60),
            make_up: 1,
        },
    ]
}

/// Logs go to another machine. Whoever puts back an older copy of the whole database is told by the line that lies there.
async fn tell(workspace: Workspace) -> Result<(), JobError> {
    // A practice desk has keys of its own, and its lines would lie among those of the real world.
    if workspace.site.practice.is_some() {
        return Ok(());
    }
    let (keys, day) = (workspace.keys.clone(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| Ok::<_, Error>(audit::signed_head(conn, &keys, day)?);
    let head = workspace.db.read(read).await?;
    tracing::info!(line = head.line(), "audit head");
    Ok(())
}

async fn sign(workspace: Workspace, job: Job) -> Result<(), JobError> {
    let slot = slot_of(&job.payload).ok_or_else(|| JobError::Dead("the payload is no time".into()))?;
    let (world, now, day) = (
        workspace.clone(),
        workspace.clock.now(),
        jst(slot).date() - Days::new(1),
    );
    let write = move |conn: &mut Conn| Ok::<_, Error>(audit::make_checkpoint(conn, &world.keys, day, now)?);
    Ok(workspace.db.write(write).await?)
}
