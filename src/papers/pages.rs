//! The console's side of papers: the list, one paper with what is typed into it, its Word file.
use super::{
    gather,
    model::{self, Kind, State, Typed},
    path_of,
    store::{self, Paper},
    views,
};
use crate::{
    accounts::{self, Staff},
    clock::jst,
    db::Conn,
    web::{
        Error, FormBody, LongFormBody, Site,
        document::Document,
        html, see_other,
        ui::{FieldError, when},
        unprocessable,
    },
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, post},
};
use chrono::{Datelike, NaiveDateTime};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/papers", get().to(index))
        .route("/papers", post().to(create))
        .route("/papers/{id}", get().to(show))
        .route("/papers/{id}", post().to(update))
        .route("/papers/{id}/renewal", post().to(renew))
        .route("/papers/{id}/editions", post().to(revise))
        .route("/papers/{id}/word", get().to(word));
}

/// Papers on the list.
const LISTED: i64 = 300;

async fn listed(workspace: &Data<Workspace>) -> Result<Vec<(Paper, String)>, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let mut list = vec![];
        for paper in store::list(conn, LISTED)? {
            let by = paper.fixed_by.as_ref().unwrap_or(&paper.changed_by);
            let by = accounts::name_of(conn, &world.keys, by)?;
            list.push((paper, by));
        }
        Ok::<_, Error>(list)
    };
    workspace.db.read(read).await
}

/// `GET /papers`
async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let mut typed = FormBody::default();
    // The month that is over is what one reports about.
    let last = jst(workspace.clock.now()).date() - chrono::Months::new(1);
    typed
        .0
        .insert("period".into(), format!("{}-{:02}", last.year(), last.month()));
    let list = listed(&workspace).await?;
    Ok(html(views::index(&site, &staff, &list, &typed, &[])))
}

/// `POST /papers`: the next edition of a month, or minutes. A draft of the month that is there already is opened.
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let (kind, period) = match model::read_new(&form, jst(now).date()) {
        Ok(asked) => asked,
        Err(errors) => {
            let list = listed(&workspace).await?;
            return Ok(unprocessable(views::index(&site, &staff, &list, &form, &errors)));
        }
    };
    let write = move |conn: &mut Conn| {
        store::lock(conn)?;
        let newest = match kind {
            // There may be two meetings on a day.
            Kind::Minutes => None,
            kind => store::newest(conn, kind, period)?,
        };
        match newest {
            Some(draft) if draft.state == State::Draft => Ok(draft.id),
            replaced => {
                let typed = gather::typed(conn, &world, kind, period)?;
                let made = add(conn, &world, &staff, (kind, period), replaced.as_ref(), &typed, now)?;
                Ok::<_, Error>(made.id)
            }
        }
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&path_of(&id)))
}

fn add(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    (kind, period): (Kind, chrono::NaiveDate),
    replaced: Option<&Paper>,
    typed: &Typed,
    now: NaiveDateTime,
) -> Result<Paper, Error> {
    let (keys, by) = (&workspace.keys, staff.word());
    let body = gather::body(conn, workspace, kind, period)?;
    let paper = store::add(conn, keys, (kind, period), replaced, (&body, typed), &by, now)?;
    staff.record(conn, now, "paper.made", &paper.subject(), &model::title(&paper))?;
    Ok(paper)
}

/// Everything on the page of a paper.
pub struct Shown {
    pub paper: Paper,
    pub typed: Typed,
    /// The whole of it, as it is printed.
    pub document: Document,
    /// The edition that stands in its place.
    pub successor: Option<Paper>,
}

async fn load(workspace: &Data<Workspace>, id: &str) -> Result<Shown, Error> {
    let (world, id) = (workspace.clone(), id.to_owned());
    let read = move |conn: &mut Conn| {
        let paper = store::find(conn, &id)?;
        let (body, typed) = (paper.body(&world.keys)?, paper.typed(&world.keys)?);
        let facts = facts(conn, &world, &paper)?;
        Ok::<_, Error>(Shown {
            document: model::whole(&paper, &body, &typed, facts),
            successor: store::successor(conn, &id)?,
            paper,
            typed,
        })
    };
    workspace.db.read(read).await
}

/// What stands on top of a paper: what it is about, its edition, who fixed it when.
fn facts(conn: &mut Conn, workspace: &Workspace, paper: &Paper) -> Result<Vec<(String, String)>, Error> {
    let about = match paper.kind {
        Kind::Minutes => "開催日",
        _ => "対象の月",
    };
    let mut facts = vec![(about.to_owned(), paper.kind.period(paper.period))];
    if let Some(old) = &paper.replaces {
        let old = store::find(conn, old)?;
        facts.push(("改める前の版".to_owned(), format!("第{}版", old.edition)));
    }
    let state = match (&paper.fixed_by, paper.fixed_at) {
        (Some(by), Some(at)) => {
            let by = accounts::name_of(conn, &workspace.keys, by)?;
            format!("{}に{by}が確定", when(at))
        }
        _ => "作成中（確定していません）".to_owned(),
    };
    facts.push(("状態".to_owned(), state));
    Ok(facts)
}

/// `GET /papers/{id}`
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    Ok(html(views::show(&site, &staff, &shown, &shown.typed, &[])))
}

fn seen(form: &FormBody) -> Result<i32, Error> {
    form.get("rev").parse().map_err(|_| Error::BadRequest("no revision"))
}

/// `POST /papers/{id}`: keeps what was typed; with 「確定する」 for good.
async fn update(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: LongFormBody,
) -> Result<HttpResponse, Error> {
    let fixes = form.0.get("act") == "fix";
    let (shown, seen) = (load(&workspace, &id).await?, seen(&form.0)?);
    let (typed, mut errors): (Typed, Vec<FieldError>) = Typed::read(shown.paper.kind, &form.0);
    if fixes {
        errors.extend(typed.missing(shown.paper.kind));
    }
    if !errors.is_empty() {
        return Ok(unprocessable(views::show(&site, &staff, &shown, &typed, &errors)));
    }
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), path_of(&id));
    let write = move |conn: &mut Conn| {
        let (paper, by) = (store::find(conn, &id)?, staff.word());
        let body = paper.body(&world.keys)?;
        store::save(conn, &world.keys, (&id, seen), (&body, &typed), &by, now)?;
        staff.record(conn, now, "paper.changed", &paper.subject(), "")?;
        if fixes {
            if !store::fix(conn, &id, &by, now)? {
                return Err(Error::Conflict);
            }
            staff.record(conn, now, "paper.fixed", &paper.subject(), &model::title(&paper))?;
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /papers/{id}/renewal`: what the system puts into a draft, as it stands now; what was typed stays.
async fn renew(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (seen, world, now, path) = (seen(&form)?, workspace.clone(), workspace.clock.now(), path_of(&id));
    let write = move |conn: &mut Conn| {
        let paper = store::find(conn, &id)?;
        let body = gather::body(conn, &world, paper.kind, paper.period)?;
        let typed = paper.typed(&world.keys)?;
        store::save(conn, &world.keys, (&id, seen), (&body, &typed), &staff.word(), now)?;
        staff.record(conn, now, "paper.renewed", &paper.subject(), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /papers/{id}/editions`: the next edition of a fixed paper, with what was typed into it. There is one, for everybody.
async fn revise(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        store::lock(conn)?;
        let old = store::find(conn, &id)?;
        if old.state != State::Fixed {
            return Err(Error::Conflict);
        }
        if let Some(there) = store::successor(conn, &id)? {
            return Ok(there.id);
        }
        let typed = old.typed(&world.keys)?;
        let made = add(conn, &world, &staff, (old.kind, old.period), Some(&old), &typed, now)?;
        Ok::<_, Error>(made.id)
    };
    let id = workspace.db.write(write).await?;
    Ok(see_other(&path_of(&id)))
}

/// `GET /papers/{id}/word`
async fn word(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = load(&workspace, &id).await?;
    let (now, subject) = (workspace.clock.now(), format!("paper/{id}"));
    let write = move |conn: &mut Conn| staff.record(conn, now, "paper.taken", &subject, "");
    workspace.db.write(write).await?;
    let paper = &shown.paper;
    let name = format!("{}_{}_{}", paper.kind.as_str(), paper.period, paper.edition);
    shown.document.download(&site, &name)
}
