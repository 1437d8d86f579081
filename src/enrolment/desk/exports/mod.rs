//! 一覧の出力: the list as a file for a spreadsheet. Whoever wants it says what for; over a number of rows a second person
//! agrees first (`console.export_alone`); and the file and each of its rows carry the number under which that is kept.
mod file;
mod filtered;

pub use file::show as file;

use super::{Filter, views};
use crate::{
    accounts::{self, Permission, Staff, Verdict},
    config,
    db::Conn,
    enrolment::store::{self, Export, NewExport, Purpose},
    institutions::{self, Institution},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use chrono::{Duration, NaiveDateTime};
use filtered::Filtered;
use std::collections::BTreeMap;

/// What one person exports alone is counted for so long.
const DAY: Duration = Duration::hours(24);
/// The longest text of a purpose.
const LONGEST_NOTE: usize = 200;

/// The page that asks what for.
pub struct Question {
    pub filter: Filter,
    /// The filter in words.
    pub said: String,
    pub count: i64,
    /// Rows that one person may export alone in a day, and how many of them this one has exported.
    pub alone: i64,
    pub taken: i64,
    /// The search that the filter names is over.
    pub is_stale: bool,
}

impl Question {
    /// Whether another person must agree. What was taken within a day counts along: otherwise a list would be taken in parts.
    pub fn needs_second(&self) -> bool {
        self.taken + self.count > self.alone
    }
}

/// What is typed there.
#[derive(Default)]
pub struct Typed {
    pub purpose: String,
    pub note: String,
}

impl Typed {
    fn purpose(&self, errors: &mut Vec<FieldError>) -> Option<Purpose> {
        let purpose = Purpose::from_word(&self.purpose);
        if purpose.is_none() {
            errors.push(FieldError::new("purpose", "出力する目的を選んでください"));
        }
        if purpose == Some(Purpose::Other) && self.note.is_empty() {
            errors.push(FieldError::new("note", "目的の内容を入力してください"));
        }
        if self.note.chars().count() > LONGEST_NOTE {
            let message = format!("目的の内容は、{LONGEST_NOTE}文字以内で入力してください");
            errors.push(FieldError::new("note", message));
        }
        purpose
    }
}

/// One export as the list of them shows it.
pub struct Shown {
    pub export: Export,
    pub said: String,
    pub note: String,
    /// Why it was refused.
    pub why_not: String,
    pub by: String,
    /// Who decided.
    pub decided_by: String,
}

/// The page of them.
pub struct List {
    pub all: Vec<Shown>,
    pub waiting_only: bool,
    pub now: NaiveDateTime,
    /// What is typed there, and what is wrong with it.
    pub typed: FormBody,
    pub errors: Vec<FieldError>,
}

/// Rows that one person may export alone.
fn alone(workspace: &Workspace) -> i64 {
    let console = workspace.settings.console.as_ref();
    console.map_or_else(config::Console::default_export_alone, |c| c.export_alone)
}

/// `GET /applications/export`: what would be in the file, and the question what for.
pub async fn new(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let question = question(&workspace, &staff, Filter::read(&query)).await?;
    Ok(html(views::new_export(
        &site,
        &staff,
        &question,
        &Typed::default(),
        &[],
    )))
}

async fn question(workspace: &Data<Workspace>, staff: &Staff, filter: Filter) -> Result<Question, Error> {
    let (by, now, alone) = (staff.id.clone(), workspace.clock.now(), alone(workspace));
    let read = move |conn: &mut Conn| Ok(weighed(conn, (&by, alone), filter, now)?.0);
    workspace.db.read(read).await
}

/// What a filter holds, and whether this person may take it alone.
fn weighed(
    conn: &mut Conn,
    (by, alone): (&str, i64),
    filter: Filter,
    now: NaiveDateTime,
) -> Result<(Question, Filtered), Error> {
    let found = Filtered::asked(conn, by, &filter, now)?;
    let question = Question {
        said: found.said(),
        count: found.count(conn)?,
        taken: store::taken_alone(conn, by, now - DAY)?,
        is_stale: found.is_stale(),
        alone,
        filter,
    };
    Ok((question, found))
}

/// `POST /exports`
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = Typed {
        purpose: form.get("purpose").to_owned(),
        note: form.get("note").trim().to_owned(),
    };
    let filter = Filter::of_query(form.get("list"));
    let question = question(&workspace, &staff, filter).await?;
    let mut errors = vec![];
    let purpose = typed.purpose(&mut errors);
    let (Some(purpose), true) = (purpose, errors.is_empty() && question.count > 0) else {
        let page = views::new_export(&site, &staff, &question, &typed, &errors);
        return Ok(unprocessable(page));
    };
    let (world, now, note) = (workspace.clone(), workspace.clock.now(), typed.note);
    let write = move |conn: &mut Conn| ask(conn, &world, &staff, (question.filter, purpose, &note), now);
    let id = workspace.db.write(write).await?;
    Ok(see_other(&format!("/exports#{id}")))
}

/// Keeps what was asked for; gives its id.
fn ask(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    (filter, purpose, note): (Filter, Purpose, &str),
    now: NaiveDateTime,
) -> Result<String, Error> {
    // Weighed anew: another export may have been asked for since the page was shown.
    let (question, found) = weighed(conn, (&staff.id, alone(workspace)), filter, now)?;
    let note = if purpose == Purpose::Other { note } else { "" };
    let new = NewExport {
        purpose,
        note,
        filter: &question.filter.query(),
        search: found.search(),
        row_count: question.count,
        by: &staff.id,
        needs_second: question.needs_second(),
    };
    let export = store::add_export(conn, &workspace.keys, &new, now)?;
    let words = question.filter.words();
    let detail = format!("{} {} rows {words}", purpose.as_str(), question.count);
    staff.record(conn, now, "export.asked", &subject(&export), detail.trim_end())?;
    Ok(export.id)
}

/// As an audit entry names it.
fn subject(export: &Export) -> String {
    format!("export/{}", export.id)
}

/// `GET /exports`: what waits for a second person and, unless that alone is asked for, what was asked for lately.
pub async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let list = List {
        all: recent(&workspace, &staff).await?,
        waiting_only: query.get("waiting").is_some_and(|word| word == "yes"),
        now: workspace.clock.now(),
        typed: FormBody::default(),
        errors: vec![],
    };
    Ok(html(views::exports(&site, &staff, &list, None)))
}

async fn recent(workspace: &Data<Workspace>, staff: &Staff) -> Result<Vec<Shown>, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    // What people wrote is for those who work with it; names may stand there.
    let in_clear = staff.may(Permission::DownloadDeliveries);
    let read = move |conn: &mut Conn| {
        let all = store::exports_since(conn, now - Export::OPEN)?.into_iter();
        let institutions = institutions::every(conn)?;
        all.map(|export| shown(conn, &world, export, &institutions, in_clear))
            .collect()
    };
    workspace.db.read(read).await
}

fn shown(
    conn: &mut Conn,
    world: &Workspace,
    export: Export,
    institutions: &[Institution],
    in_clear: bool,
) -> Result<Shown, Error> {
    let mut name = |id: &str| accounts::name_of(conn, &world.keys, &format!("staff/{id}"));
    let by = name(&export.asked_by)?;
    let decided_by = export.decided_by.as_deref().map(name).transpose()?;
    let text = |words: String| match in_clear || words.is_empty() {
        true => words,
        false => "＊＊＊（伏せています）".to_owned(),
    };
    Ok(Shown {
        by,
        decided_by: decided_by.unwrap_or_default(),
        said: filtered::said(&Filter::of_query(&export.filter), institutions, export.label.as_deref()),
        note: text(export.note(&world.keys)?),
        why_not: text(export.why_not(&world.keys)?),
        export,
    })
}

/// `POST /exports/{id}/decision`: by another person than the one who asks.
pub async fn decide(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let verdict = Verdict::read_beside(&form, &refusal_field(&id), &mut errors)?;
    if !errors.is_empty() {
        let list = List {
            all: recent(&workspace, &staff).await?,
            waiting_only: false,
            now: workspace.clock.now(),
            typed: form,
            errors,
        };
        return Ok(unprocessable(views::exports(&site, &staff, &list, None)));
    }
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| decided(conn, &world, &by, (&id, &verdict), now);
    let Some(refused) = workspace.db.write(write).await? else {
        return Ok(see_other("/exports"));
    };
    refuse(&workspace, &site, &staff, refused).await
}

/// The field of why it is refused: one for each export on the page.
pub fn refusal_field(id: &str) -> String {
    format!("refusal-{id}")
}

/// The list, with a sentence why something could not be.
async fn refuse(workspace: &Data<Workspace>, site: &Site, staff: &Staff, why: &str) -> Result<HttpResponse, Error> {
    let list = List {
        all: recent(workspace, staff).await?,
        waiting_only: false,
        now: workspace.clock.now(),
        typed: FormBody::default(),
        errors: vec![],
    };
    Ok(unprocessable(views::exports(site, staff, &list, Some(why))))
}

/// Decides it, or says why that cannot be.
fn decided(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    (id, verdict): (&str, &Verdict),
    now: NaiveDateTime,
) -> Result<Option<&'static str>, Error> {
    let export = store::find_export(conn, id)?;
    if export.asked_by == staff.id {
        return Ok(Some("出力を頼んだ人とは別の人が決めてください"));
    }
    if !store::decide_export(conn, &workspace.keys, id, verdict.refusal(), &staff.id, now)? {
        return Ok(Some("この出力は、もう決まっています"));
    }
    let action = match verdict {
        Verdict::Approved => "export.approved",
        Verdict::Refused(_) => "export.refused",
    };
    let detail = format!("{} rows", export.row_count);
    staff.record(conn, now, action, &subject(&export), &detail)?;
    Ok(None)
}
