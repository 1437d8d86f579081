//! The citizen's side: the form, the look-up, the answer. Everything works without JavaScript; errors are 303, too.
mod faq;
mod files;

use super::{
    files::{Refusal, are_taken},
    model::{self, Category, MessageKind, Source},
    number,
    store::{self, Inquiry, Visit},
    views,
    work::{self, Received},
};
use crate::{
    audit::{self, Actor},
    crypto::random_token,
    db::{Conn, one_at_a_time},
    japan::{digits::digits, phone},
    web::{
        Error, FormBody, Page, Scripts, client_address, client_group, cookie, drop_cookie, html, see_other, set_cookie,
        ui::FieldError,
    },
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query, ServiceConfig, get, post, resource},
};
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(resource("/inquiry").route(get().to(new)).route(post().to(create)))
        .service(
            resource("/inquiry/status")
                .route(get().to(show))
                .route(post().to(look_up)),
        )
        .service(resource("/inquiry/messages").route(post().to(ask_on)))
        .service(resource("/inquiry/files").route(post().to(files::create)))
        .service(resource("/inquiry/files/{file}").route(get().to(files::show)))
        .service(
            resource("/faq")
                .route(get().to(faq::show))
                .route(post().to(faq::search)),
        )
        .service(resource("/inquiry/leave").route(post().to(leave)));
}

/// Holds what is typed until it is sent.
const DRAFT: &str = "inquiry";
/// Opens one inquiry.
const READER: &str = "answer";
/// What is typed is kept so long.
const DRAFT_LASTS: Duration = Duration::hours(2);
/// An inquiry that was looked up stays open so long in a browser.
const READ_LASTS: Duration = Duration::minutes(30);
/// The same words within this time are one click.
const ONE_CLICK: Duration = Duration::minutes(10);
const TRIES: i64 = 5;
const WINDOW: Duration = Duration::minutes(15);
/// Of all clients, at one number.
const TRIES_A_DAY: i64 = 20;
const FIELDS: [&str; 7] = ["key", "category", "body", "receipt_number", "name", "phone", "email"];

type Flags = Query<BTreeMap<String, String>>;

/// The visit of one of our cookies.
async fn visit(workspace: &Workspace, req: &HttpRequest, name: &str) -> Result<Option<Visit>, Error> {
    let Some(cookie) = req.cookie(&workspace.site.cookie_name(name)) else {
        return Ok(None);
    };
    let (keys, secret, now) = (workspace.keys.clone(), cookie.value().to_owned(), workspace.clock.now());
    let read = move |conn: &mut Conn| Ok::<_, Error>(store::find_visit(conn, &keys, &secret, now)?);
    workspace.db.read(read).await
}

/// `GET /inquiry`: the form, with what was typed before.
async fn new(workspace: Data<Workspace>, req: HttpRequest, flags: Flags) -> Result<HttpResponse, Error> {
    let draft = visit(&workspace, &req, DRAFT).await?;
    let mut typed = match draft.filter(|visit| visit.inquiry_id.is_none()) {
        Some(visit) => visit.fields(&workspace.keys)?,
        None => BTreeMap::new(),
    };
    typed.entry("key".into()).or_insert_with(random_token);
    let get = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let errors = match flags.contains_key("error") {
        true => model::read_question(get).err().unwrap_or_default(),
        false => vec![],
    };
    let page = Page::new("問合せをする", views::form(&typed, &errors))
        .back("/")
        .errors(!errors.is_empty())
        .scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /inquiry`: keeps it once, however often it is sent; what is wrong is kept and said at its field.
async fn create(workspace: Data<Workspace>, req: HttpRequest, body: FormBody) -> Result<HttpResponse, Error> {
    let client = client(&workspace, &req);
    if workspace.drafts.check_key(&format!("inquiry {client}")).is_err() {
        return Err(Error::TooMany);
    }
    let question = match model::read_question(|name| body.get(name).to_owned()) {
        Ok(question) if !body.get("key").is_empty() => question,
        _ => return keep_draft(&workspace, &req, &body).await,
    };
    let draft = visit(&workspace, &req, DRAFT).await?;
    let (world, now, key) = (workspace.clone(), workspace.clock.now(), body.get("key").to_owned());
    let write = move |conn: &mut Conn| {
        let Received::Kept { inquiry, code } = work::receive(conn, &world, &question, &key, now)? else {
            return Err(Error::Conflict);
        };
        if let Some(draft) = draft {
            store::close_visit(conn, &draft.token)?;
        }
        let fields = BTreeMap::from([("code".to_owned(), code)]);
        store::open_visit(conn, &world.keys, Some(&inquiry.id), &fields, now + READ_LASTS)
    };
    let secret = workspace.db.write(write).await?;
    workspace.jobs.notify_waiters();
    let mut response = see_other("/inquiry/status");
    set_cookie(&mut response, cookie(&workspace.site, READER, &secret, READ_LASTS));
    drop_cookie(&workspace.site, &mut response, DRAFT);
    Ok(response)
}

fn client(workspace: &Workspace, req: &HttpRequest) -> String {
    client_address(req, &workspace.site)
        .map(client_group)
        .unwrap_or_default()
}

/// What is typed stays sealed here until the form is right.
async fn keep_draft(workspace: &Workspace, req: &HttpRequest, body: &FormBody) -> Result<HttpResponse, Error> {
    let draft = visit(workspace, req, DRAFT)
        .await?
        .filter(|visit| visit.inquiry_id.is_none());
    let longest = model::LONGEST * 2;
    let typed = |name: &&str| {
        (
            (*name).to_owned(),
            body.get(name).chars().take(longest).collect::<String>(),
        )
    };
    let mut fields: BTreeMap<String, String> = FIELDS.iter().map(typed).collect();
    if fields["key"].is_empty() {
        fields.insert("key".into(), random_token());
    }
    let (world, until) = (workspace.clone(), workspace.clock.now() + DRAFT_LASTS);
    let write = move |conn: &mut Conn| match draft {
        Some(draft) => store::keep_visit(conn, &world.keys, &draft.token, &fields, until).map(|()| None),
        None => store::open_visit(conn, &world.keys, None, &fields, until).map(Some),
    };
    let secret = workspace.db.write(write).await?;
    let mut response = see_other("/inquiry?error");
    if let Some(secret) = secret {
        set_cookie(&mut response, cookie(&workspace.site, DRAFT, &secret, DRAFT_LASTS));
    }
    Ok(response)
}

/// What the page of an inquiry shows to who asked.
pub struct Shown {
    pub inquiry: Inquiry,
    pub messages: Vec<store::Message>,
    /// Each with its name.
    pub files: Vec<(store::File, String)>,
    pub takes_files: bool,
    /// The code that opens it again, while this browser has just sent it.
    pub code: Option<String>,
}

async fn shown(workspace: &Workspace, visit: Visit) -> Result<Option<Shown>, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let Some(id) = visit.inquiry_id.clone() else {
        return Ok(None);
    };
    let code = visit.fields(&workspace.keys)?.remove("code");
    let write = move |conn: &mut Conn| {
        let inquiry = store::find(conn, &id)?;
        audit::record(conn, now, Actor::Applicant, "inquiry.read", &inquiry.subject(), "")?;
        let mut messages = store::messages_of(conn, &world.keys, &id)?;
        messages.retain(|m| matches!(m.kind, MessageKind::Asked | MessageKind::Reply));
        let named = |file: store::File| Ok((file.clone(), file.name(&world.keys)?));
        let files = store::files_of(conn, &id)?
            .into_iter()
            .filter(|file| file.is_shown)
            .map(named)
            .collect::<Result<_, Error>>()?;
        let takes_files = are_taken(&world);
        Ok::<_, Error>(Some(Shown {
            inquiry,
            messages,
            files,
            takes_files,
            code,
        }))
    };
    workspace.db.write(write).await
}

/// `GET /inquiry/status`: the answer, or the way to look it up.
async fn show(workspace: Data<Workspace>, req: HttpRequest, flags: Flags) -> Result<HttpResponse, Error> {
    let opened = match visit(&workspace, &req, READER).await? {
        Some(visit) => shown(&workspace, visit).await?,
        None => None,
    };
    let error = flags.get("error").map(String::as_str);
    let page = match &opened {
        Some(shown) => {
            let errors = match error {
                Some("body") => vec![FieldError::new("body", "追加でお尋ねになることを入力してください")],
                Some("long") => vec![FieldError::new(
                    "body",
                    format!("追加でお尋ねになることは、{}文字以内で入力してください", model::LONGEST),
                )],
                Some(word) => Refusal::sentence(word)
                    .map(|s| FieldError::new("file", s))
                    .into_iter()
                    .collect(),
                None => vec![],
            };
            Page::new("お問合せの状況", views::status(shown, &errors)).errors(!errors.is_empty())
        }
        None => {
            let errors = match error {
                // One sentence for both, so that neither half can be guessed alone.
                Some(_) => vec![FieldError::new("number", NOT_FOUND)],
                None => vec![],
            };
            Page::new("お問合せの回答を見る", views::look_up(&errors)).errors(!errors.is_empty())
        }
    };
    Ok(html(page.back("/").scripts(Scripts::Form).render(&workspace.site)))
}

const NOT_FOUND: &str = "問合せの番号と、確認コードか電話番号の下4桁を確かめてください。どれかがちがいます";

/// `POST /inquiry/status`: five tries in 15 minutes per client and number.
async fn look_up(workspace: Data<Workspace>, req: HttpRequest, body: FormBody) -> Result<HttpResponse, Error> {
    let typed = number::parse(body.get("number"));
    let proof = digits(body.get("proof")).unwrap_or_default();
    let client = client(&workspace, &req);
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let Some(number) = typed else { return Ok(None) };
        count_try(conn, &world, &client, &number, now)?;
        let Some(inquiry) = store::find_by_number(conn, &number)? else {
            return Ok(None);
        };
        if !proves(&world, &inquiry, &proof)? {
            tracing::info!(inquiry = %inquiry.id, "a look-up was refused");
            return Ok(None);
        }
        let nothing = BTreeMap::new();
        store::open_visit(conn, &world.keys, Some(&inquiry.id), &nothing, now + READ_LASTS).map(Some)
    };
    let Some(secret) = workspace.db.write(write).await? else {
        return Ok(see_other("/inquiry/status?error"));
    };
    let mut response = see_other("/inquiry/status");
    set_cookie(&mut response, cookie(&workspace.site, READER, &secret, READ_LASTS));
    Ok(response)
}

fn count_try(
    conn: &mut Conn,
    workspace: &Workspace,
    client: &str,
    number: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let by_client = workspace
        .keys
        .blind("inquiry_tries.token", &format!("{client} {number}"));
    let by_number = workspace.keys.blind("inquiry_tries.token", number);
    one_at_a_time(conn, &by_number)?;
    for (token, window, most) in [
        (&by_client, WINDOW, TRIES),
        (&by_number, Duration::hours(24), TRIES_A_DAY),
    ] {
        if store::count_tries(conn, token, now - window)? >= most {
            return Err(Error::TooMany);
        }
    }
    store::try_once(conn, &by_client, now)?;
    Ok(store::try_once(conn, &by_number, now)?)
}

/// The code that was shown once, or the end of the phone number that was left.
fn proves(workspace: &Workspace, inquiry: &Inquiry, proof: &str) -> Result<bool, Error> {
    let token = work::code_token(&workspace.keys, &inquiry.number, proof);
    if inquiry.code_token.as_deref() == Some(token.as_str()) {
        return Ok(true);
    }
    let contact = inquiry.contact(&workspace.keys)?;
    // Staff ask at the console and read there.
    let asked_here = inquiry.source != Source::Staff;
    Ok(asked_here && proof.len() == 4 && !contact.phone.is_empty() && phone::last4(&contact.phone) == proof)
}

/// `POST /inquiry/messages`: the citizen asks on.
async fn ask_on(workspace: Data<Workspace>, req: HttpRequest, body: FormBody) -> Result<HttpResponse, Error> {
    let id = visit(&workspace, &req, READER)
        .await?
        .and_then(|visit| visit.inquiry_id);
    let Some(id) = id else {
        return Ok(see_other("/inquiry/status"));
    };
    if workspace
        .drafts
        .check_key(&format!("inquiry {}", client(&workspace, &req)))
        .is_err()
    {
        return Err(Error::TooMany);
    }
    let mut errors = vec![];
    let text = model::read_body("body", "", body.get("body"), &mut errors);
    if !errors.is_empty() {
        let why = if text.is_empty() { "body" } else { "long" };
        return Ok(see_other(&format!("/inquiry/status?error={why}")));
    }
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, &id)?;
        let inquiry = store::find(conn, &id)?;
        match is_said(&store::messages_of(conn, &world.keys, &id)?, &text, now) {
            true => Ok(()),
            // What is typed is never lost: what staff closed meanwhile is open again.
            false => work::ask_on(conn, &world, &inquiry, &text, now),
        }
    };
    workspace.db.write(write).await?;
    Ok(see_other("/inquiry/status"))
}

/// A second click says nothing new, also when staff wrote something between the two; the same words later do.
fn is_said(said: &[store::Message], text: &str, now: NaiveDateTime) -> bool {
    let is_last = |m: &store::Message| said.last().is_some_and(|last| last.id == m.id);
    let asked = said.iter().rfind(|m| m.kind == MessageKind::Asked);
    asked.is_some_and(|m| m.body == text && (is_last(m) || now - m.at < ONE_CLICK))
}

/// `POST /inquiry/leave`: on a machine that others use.
async fn leave(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(visit) = visit(&workspace, &req, READER).await? {
        let write = move |conn: &mut Conn| Ok::<_, Error>(store::close_visit(conn, &visit.token)?);
        workspace.db.write(write).await?;
    }
    let mut response = see_other("/inquiry/status");
    drop_cookie(&workspace.site, &mut response, READER);
    Ok(response)
}

/// The choices of the form.
pub fn categories() -> impl Iterator<Item = (&'static str, &'static str)> {
    Category::ALL.iter().map(|c| (c.as_str(), c.label()))
}
