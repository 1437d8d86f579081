//! The console's side: the list, a version with its preview and its difference, the second person's decision.
use super::{
    catalogue::{Kind, TextId},
    check, fill_mail, shipped,
    store::{self, Edit, TextVersion},
    views::{self, Controls, Form, Pages, Row, Shown},
};
use crate::{
    accounts::{self, Staff, Verdict, VersionState},
    clock::jst,
    db::Conn,
    japan::{date::parse_compact, email},
    mail::{self, NewMail},
    web::{Error, FormBody, LongFormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::Days;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(super::procedures::routes)
        .route("/texts", get().to(index))
        .route("/texts/{name}", get().to(list))
        .route("/texts/{name}/versions", post().to(create))
        .route("/texts/versions/{id}", get().to(show))
        .route("/texts/versions/{id}", post().to(update))
        .route("/texts/versions/{id}/proposal", post().to(propose))
        .route("/texts/versions/{id}/decision", post().to(decide))
        .route("/texts/versions/{id}/mails", post().to(send_test));
}

/// A receipt number that no application has: its check character is wrong on purpose.
const EXAMPLE: &str = "234-567-89A";

fn named(name: &str) -> Result<TextId, Error> {
    TextId::from_word(name).ok_or(Error::NotFound)
}

/// `GET /texts`; with `?waiting`, those that wait for a second person.
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let waiting_alone = query.contains_key("waiting");
    let today = jst(workspace.clock.now()).date();
    let read = move |conn: &mut Conn| {
        let waiting = store::proposed(conn)?;
        let row = |id: &TextId| {
            Ok::<_, Error>(Row {
                id: *id,
                in_use: store::in_use(conn, *id, today)?,
                waiting: waiting.iter().filter(|name| *name == id.as_str()).count(),
            })
        };
        TextId::ALL.iter().map(row).collect::<Result<Vec<_>, _>>()
    };
    let mut rows = workspace.db.read(read).await?;
    rows.retain(|row| !waiting_alone || row.waiting > 0);
    Ok(html(views::index(&site, &staff, &rows, waiting_alone)))
}

/// `GET /texts/{name}`: its versions.
async fn list(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    name: Path<String>,
) -> Result<HttpResponse, Error> {
    let (id, world) = (named(&name)?, workspace.clone());
    let today = jst(workspace.clock.now()).date();
    let read = move |conn: &mut Conn| {
        let in_use = store::in_use(conn, id, today)?.map(|v| v.id);
        let mut list = vec![];
        for version in store::versions(conn, id)? {
            list.push((accounts::name_of(conn, &world.keys, &version.made_by)?, version));
        }
        Ok::<_, Error>((list, in_use))
    };
    let (list, in_use) = workspace.db.read(read).await?;
    Ok(html(views::list(&site, &staff, id, &list, in_use.as_deref())))
}

/// `POST /texts/{name}/versions`: a draft that begins with the words in use.
async fn create(workspace: Data<Workspace>, staff: Staff, name: Path<String>) -> Result<HttpResponse, Error> {
    let (id, world, now) = (named(&name)?, workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let words = super::words(conn, &world, id, now)?;
        let tomorrow = jst(now).date() + Days::new(1);
        let version = store::draft(conn, id, &words, tomorrow, &staff.word(), now)?;
        staff.record(conn, now, "text.drafted", &format!("text/{version}"), id.as_str())?;
        Ok::<_, Error>(version)
    };
    let version = workspace.db.write(write).await?;
    Ok(see_other(&views::path(&version)))
}

/// Everything that the page of a version shows.
async fn shown(workspace: &Data<Workspace>, controls: &Controls, staff: &Staff, id: &str) -> Result<Shown, Error> {
    let (world, controls, id, by) = (workspace.clone(), *controls, id.to_owned(), staff.word());
    let read = move |conn: &mut Conn| {
        let version = store::find(conn, &id)?;
        let today = jst(world.clock.now()).date();
        let in_use = store::in_use(conn, version.name, today)?;
        let before = store::version_before(conn, &version)?;
        let decided_by = match &version.decided_by {
            Some(by) => Some(accounts::name_of(conn, &world.keys, by)?),
            None => None,
        };
        Ok::<_, Error>(Shown {
            made_by: accounts::name_of(conn, &world.keys, &version.made_by)?,
            decided_by,
            may_edit: version.state == VersionState::Draft && version.made_by == by,
            problems: check::problems(version.name, &version.body),
            before: before
                .as_ref()
                .map_or_else(|| shipped(&world, version.name), |v| v.body.clone()),
            before_no: before.map(|v| v.version),
            is_in_use: in_use.is_some_and(|v| v.id == version.id),
            preview: filled(&world, version.name, &version.body),
            pages: pages(&world, controls, version.name, &version.body),
            is_tried: false,
            version,
        })
    };
    workspace.db.read(read).await
}

/// Heading or title, and the words with everything filled in.
fn filled(world: &Workspace, name: TextId, body: &str) -> (String, String) {
    match name.kind() {
        Kind::Mail => fill_mail(world, name, body, EXAMPLE),
        _ => (name.title().to_owned(), world.site.fill(body)),
    }
}

fn pages(world: &Workspace, controls: Controls, name: TextId, body: &str) -> Pages {
    match name.kind() {
        Kind::Items => controls.pages(world, body),
        _ => vec![],
    }
}

/// The same with the words that stand in the form now; nothing is kept.
fn tried(world: &Workspace, controls: Controls, seen: Shown, body: &str) -> Shown {
    let name = seen.version.name;
    Shown {
        problems: check::problems(name, body),
        preview: filled(world, name, body),
        pages: pages(world, controls, name, body),
        is_tried: true,
        version: TextVersion {
            body: body.to_owned(),
            ..seen.version
        },
        ..seen
    }
}

/// `GET /texts/versions/{id}`
async fn show(
    workspace: Data<Workspace>,
    controls: Data<Controls>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = shown(&workspace, &controls, &staff, &id).await?;
    Ok(html(views::show(&site, &staff, &shown, &Form::of(&shown.version), &[])))
}

/// `POST /texts/versions/{id}`: keeps a draft, also one that is not right yet; what is wrong is said at once. Or only shows
/// what is typed as it would be read.
async fn update(
    workspace: Data<Workspace>,
    controls: Data<Controls>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: LongFormBody,
) -> Result<HttpResponse, Error> {
    let shown = shown(&workspace, &controls, &staff, &id).await?;
    let typed = Form::read(&form.0, &shown.version);
    if form.0.has("try") {
        if !shown.may_edit {
            return Err(Error::Conflict);
        }
        let tried = tried(&workspace, **controls, shown, &typed.body);
        return Ok(html(views::show(&site, &staff, &tried, &typed, &[])));
    }
    let Some(effective_from) = parse_compact(&typed.effective_from) else {
        let message = "使い始める日は、2026-04-01 の形で入力してください";
        let errors = [FieldError::new("effective_from", message)];
        return Ok(unprocessable(views::show(&site, &staff, &shown, &typed, &errors)));
    };
    let edit = Edit {
        body: typed.body,
        effective_from,
        note: typed.note,
    };
    let (now, path) = (workspace.clock.now(), views::path(&id));
    let write = move |conn: &mut Conn| {
        let seen = own_draft(conn, &staff, &id)?;
        if !store::update(conn, &seen, &edit)? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "text.changed", &format!("text/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

fn own_draft(conn: &mut Conn, staff: &Staff, id: &str) -> Result<TextVersion, Error> {
    let seen = store::find(conn, id)?;
    match seen.state == VersionState::Draft && seen.made_by == staff.word() {
        true => Ok(seen),
        false => Err(Error::Conflict),
    }
}

/// `POST /texts/versions/{id}/proposal`: only a text without a problem, for a day that is not over, goes on.
async fn propose(
    workspace: Data<Workspace>,
    controls: Data<Controls>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let shown = shown(&workspace, &controls, &staff, &id).await?;
    let now = workspace.clock.now();
    if shown.version.effective_from < jst(now).date() {
        let errors = [FieldError::new("effective_from", accounts::DAY_TO_COME)];
        let form = Form::of(&shown.version);
        return Ok(unprocessable(views::show(&site, &staff, &shown, &form, &errors)));
    }
    let path = views::path(&id);
    let write = move |conn: &mut Conn| {
        let seen = own_draft(conn, &staff, &id)?;
        if !check::problems(seen.name, &seen.body).is_empty() || !store::propose(conn, &seen)? {
            return Err(Error::Conflict);
        }
        staff.record(conn, now, "text.proposed", &format!("text/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /texts/versions/{id}/decision`: by somebody else than its maker.
async fn decide(
    workspace: Data<Workspace>,
    controls: Data<Controls>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (now, path) = (workspace.clock.now(), views::path(&id));
    let mut errors = vec![];
    let verdict = Verdict::read(&form, &mut errors)?;
    let shown = shown(&workspace, &controls, &staff, &id).await?;
    // What counts is written down before it counts: nobody was shown these words on the days that are over.
    if verdict.is_approval() && shown.version.effective_from < jst(now).date() {
        errors.push(FieldError::new("decision", accounts::DAY_IS_OVER));
    }
    let is_open = shown.version.state == VersionState::Proposed && shown.version.made_by != staff.word();
    if !is_open {
        return Err(Error::Conflict);
    }
    if !errors.is_empty() {
        let mut typed = Form::of(&shown.version);
        typed.refusal = form.get("refusal").to_owned();
        return Ok(unprocessable(views::show(&site, &staff, &shown, &typed, &errors)));
    }
    let write = move |conn: &mut Conn| {
        if !store::decide(conn, &id, &staff.word(), &verdict, now)? {
            return Err(Error::Conflict);
        }
        let action = format!("text.{}", verdict.state().as_str());
        staff.record(conn, now, &action, &format!("text/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /texts/versions/{id}/mails`: the mail as an applicant would get it, with a made-up receipt number.
async fn send_test(
    workspace: Data<Workspace>,
    controls: Data<Controls>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let shown = shown(&workspace, &controls, &staff, &id).await?;
    if shown.version.name.kind() != Kind::Mail || !shown.problems.is_empty() {
        return Err(Error::Conflict);
    }
    let Ok(recipient) = email::parse(form.get("recipient")) else {
        let message = "送り先のメールアドレスは、name@example.jp の形で入力してください";
        let errors = [FieldError::new("recipient", message)];
        let mut typed = Form::of(&shown.version);
        typed.recipient = form.get("recipient").to_owned();
        return Ok(unprocessable(views::show(&site, &staff, &shown, &typed, &errors)));
    };
    // At a practice desk no mail leaves the server.
    if site.practice.is_none() && !is_ours(&workspace, &recipient.address) {
        let errors = [FieldError::new("recipient", NOT_OURS)];
        let mut typed = Form::of(&shown.version);
        typed.recipient = form.get("recipient").to_owned();
        return Ok(unprocessable(views::show(&site, &staff, &shown, &typed, &errors)));
    }
    let domain = domain(&recipient.address).to_owned();
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), views::path(&id));
    let write = move |conn: &mut Conn| {
        let mail = NewMail {
            kind: "test",
            subject_id: &shown.version.id,
            recipient: &email::quoted(&recipient.address),
            title: &format!("【試し】{}", shown.preview.0),
            body: &shown.preview.1,
        };
        mail::queue(conn, &world.keys, now, &mail)?;
        // Where to, not to whom.
        staff.record(conn, now, "text.tried", &format!("text/{}", shown.version.id), &domain)
    };
    workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    Ok(see_other(&format!("{path}?sent")))
}

const NOT_OURS: &str = "送り先は、水道局のメールと同じドメインのアドレスか、設定にある運用担当・水道局のアドレスを入力してください。ほかのアドレスには送れません";

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// A mail that nobody has approved goes to the bureau alone: to the domain that its mails come from, or to those whom the
/// settings name.
fn is_ours(workspace: &Workspace, address: &str) -> bool {
    let settings = &workspace.settings;
    let from = domain(settings.mail.from.trim_end_matches('>'));
    let named = settings.operators.iter().chain(&settings.incidents.report_to);
    domain(address).eq_ignore_ascii_case(from) || named.into_iter().any(|ours| ours.eq_ignore_ascii_case(address))
}
