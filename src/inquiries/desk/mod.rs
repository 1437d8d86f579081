//! The console's side: the list, the search, intake, one inquiry, the hours and the templates.
mod actions;
mod detail;
mod faq;
mod filter;
mod improvements;
mod intake;
mod settings;

pub use super::store::View;
pub use detail::{Detail, Moment};
pub use faq::FaqForm;
pub use filter::{Filter, VIEWS};
pub use improvements::Shown as Improvements;
pub use intake::Typed;
pub use settings::TEMPLATE_FIELDS;

use super::{
    files,
    model::{Source, folded},
    number,
    store::{self, Inquiry, LONGEST_PREFIX, Narrow},
    views,
};
use crate::{
    accounts::{self, Permission, Staff},
    clock::jst,
    db::Conn,
    enrolment::mask_name,
    japan::{digits::digits, kana, phone},
    web::{Error, FormBody, Site, html, see_other},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query, ServiceConfig, get, post},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/questions", get().to(faq::index))
        .route("/questions", post().to(faq::create))
        .route("/questions/{id}", get().to(faq::show))
        .route("/questions/{id}", post().to(faq::update))
        .route("/questions/{id}/proposal", post().to(faq::propose))
        .route("/questions/{id}/decision", post().to(faq::decide))
        .route("/questions/{id}/retirement", post().to(faq::retire))
        .route("/improvements", get().to(improvements::index))
        .route("/improvements", post().to(improvements::create))
        .route("/improvements/{id}", get().to(improvements::show))
        .route("/improvements/{id}/decision", post().to(improvements::decide))
        .route("/inquiries", get().to(index))
        .route("/inquiries", post().to(intake::create))
        .route("/inquiries/new", get().to(intake::new))
        .route("/inquiries/searches", post().to(search))
        .route("/inquiries/handover", get().to(handover))
        .route("/inquiries/hours", get().to(settings::hours))
        .route("/inquiries/hours", post().to(settings::save_hours))
        .route("/inquiries/hours/days", post().to(settings::put_day))
        .route("/inquiries/templates", get().to(settings::templates))
        .route("/inquiries/templates", post().to(settings::create_template))
        .route("/inquiries/templates/{id}", get().to(settings::template))
        .route("/inquiries/templates/{id}", post().to(settings::update_template))
        .route(
            "/inquiries/templates/{id}/retirement",
            post().to(settings::retire_template),
        )
        .route("/inquiries/{id}", get().to(detail::show))
        .route("/inquiries/{id}/messages", post().to(actions::say))
        .route("/inquiries/{id}/files", post().to(actions::add_file))
        .route("/inquiries/{id}/files/{file}", get().to(files::show_at_desk))
        .route("/inquiries/{id}/handling", post().to(actions::handle))
        .route("/inquiries/{id}/closing", post().to(actions::close))
        .route("/inquiries/{id}/reopening", post().to(actions::reopen));
}

/// Rows of a page of the list.
const PAGE: i64 = 50;
/// Messages that a search through old answers opens, newest first.
pub const LOOKED_AT: i64 = 3000;

/// Who may not see applications sees of inquiries only what staff ask the operator.
pub fn staff_only(staff: &Staff) -> bool {
    !staff.may(Permission::ReadApplications)
}

/// What a person said is read by those who may see what is personal; what staff ask, by everybody here.
pub fn may_read(staff: &Staff, source: Source) -> bool {
    source == Source::Staff || staff.may(Permission::RevealPersonal)
}

/// Whose the inquiries of citizens are, as the table of permissions says it.
const SEEN_BY: &str = "運用担当と管理者が見られる問合せは、職員からのものだけです。お客さまからの問合せは、受付担当・承認者・監査が見られます。";
/// Whose their words are.
const READ_BY: &str = "お客さまの問合せの中身とファイルには、受付担当・承認者の役割が必要です。";

/// The inquiry, if it is one that this person may see.
pub fn find(conn: &mut Conn, staff: &Staff, id: &str) -> Result<Inquiry, Error> {
    let inquiry = store::find(conn, id)?;
    match staff_only(staff) && inquiry.source != Source::Staff {
        true => Err(Error::Denied(SEEN_BY)),
        false => Ok(inquiry),
    }
}

/// The inquiry, if this person may read what is in it.
pub fn readable(conn: &mut Conn, staff: &Staff, id: &str) -> Result<Inquiry, Error> {
    let inquiry = find(conn, staff, id)?;
    match may_read(staff, inquiry.source) {
        true => Ok(inquiry),
        false => Err(Error::Denied(READ_BY)),
    }
}

/// How many inquiries a view has for this person.
pub fn count(conn: &mut Conn, staff: &Staff, view: View, now: NaiveDateTime) -> Result<i64, Error> {
    let filter = Filter {
        view,
        ..Filter::default()
    };
    Ok(store::count(conn, &filter.narrow(staff, now))?)
}

/// One row of the list; name and words only for who may read them.
pub struct Row {
    pub inquiry: Inquiry,
    pub name: String,
    pub first_line: String,
    pub assignee: String,
    pub overdue: bool,
}

/// Everything the list page shows.
pub struct ListPage {
    pub filter: Filter,
    pub rows: Vec<Row>,
    pub count: i64,
    pub more: bool,
    /// The words of a search, and since when messages were looked at.
    pub search: Option<(String, Option<NaiveDateTime>)>,
}

/// `GET /inquiries`
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let (world, by, filter) = (workspace.clone(), staff.clone(), Filter::read(&query));
    let page = workspace
        .db
        .read(move |conn: &mut Conn| load(conn, &world, &by, filter))
        .await?;
    Ok(html(views::list(&site, &staff, &page)))
}

fn load(conn: &mut Conn, workspace: &Workspace, staff: &Staff, filter: Filter) -> Result<ListPage, Error> {
    let now = workspace.clock.now();
    let mut narrow = filter.narrow(staff, now);
    let mut search = None;
    if !filter.search.is_empty() {
        let (words, hits) = hits(conn, workspace, staff, &filter.search, now)?;
        search = Some((words, hits.since));
        narrow.ids = Some(hits.ids);
    }
    let page = store::list(conn, &narrow, filter.page * PAGE, PAGE)?;
    Ok(ListPage {
        count: store::count(conn, &narrow)?,
        rows: rows(conn, workspace, staff, page.rows, now)?,
        more: page.more,
        search,
        filter,
    })
}

fn rows(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    inquiries: Vec<Inquiry>,
    now: NaiveDateTime,
) -> Result<Vec<Row>, Error> {
    let keys = &workspace.keys;
    let readable = inquiries
        .iter()
        .filter(|i| may_read(staff, i.source))
        .map(|i| i.id.clone());
    let first = store::first_lines(conn, keys, readable.collect())?;
    let mut rows = vec![];
    for inquiry in inquiries {
        let line = first
            .get(&inquiry.id)
            .map(|body| body.chars().take(40).collect::<String>());
        rows.push(Row {
            name: mask_name(&inquiry.contact(keys)?.name),
            first_line: line
                .unwrap_or_else(|| "（本文は、受付担当と承認者が読めます）".into())
                .replace('\n', "　"),
            assignee: match &inquiry.assignee {
                Some(id) => accounts::name_of(conn, keys, &format!("staff/{id}"))?,
                None => String::new(),
            },
            overdue: inquiry.is_overdue(now),
            inquiry,
        });
    }
    Ok(rows)
}

/// What a search found, and how far back it looked: `None` when it saw every message.
struct Hits {
    ids: Vec<String>,
    since: Option<NaiveDateTime>,
}

fn hits(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    id: &str,
    now: NaiveDateTime,
) -> Result<(String, Hits), Error> {
    let keys = &workspace.keys;
    let Some(words) = store::find_search(conn, keys, &staff.id, id, now)? else {
        let over = "検索の期限（1日）が過ぎました。もう一度検索してください".to_owned();
        return Ok((
            over,
            Hits {
                ids: vec![],
                since: None,
            },
        ));
    };
    let mut ids = by_token(conn, workspace, &words)?;
    let wanted: Vec<String> = words.split_whitespace().map(folded).collect();
    let opened = store::newest_messages(conn, keys, !staff.may(Permission::RevealPersonal), LOOKED_AT)?;
    let since = (opened.len() as i64 == LOOKED_AT)
        .then(|| opened.last().map(|m| m.at))
        .flatten();
    for message in opened {
        let body = folded(&message.body);
        if wanted.iter().all(|word| body.contains(word)) {
            ids.push(message.inquiry_id);
        }
    }
    Ok((words, Hits { ids, since }))
}

/// By the phone number or the name of who asked.
fn by_token(conn: &mut Conn, workspace: &Workspace, words: &str) -> Result<Vec<String>, Error> {
    let keys = &workspace.keys;
    let (kind, token) = match digits(words) {
        Some(number) => (
            "phone",
            keys.blind("inquiries.phone", &phone::parse(words).unwrap_or(number)),
        ),
        None => {
            let prefix: String = kana::fold(words).chars().take(LONGEST_PREFIX).collect();
            ("name", keys.blind("inquiries.name", &prefix))
        }
    };
    Ok(store::tokens_hits(conn, kind, &token, 200)?)
}

/// `POST /inquiries/searches`: a number opens its inquiry; words get an opaque id (ux rule 6).
async fn search(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let typed: String = form.get("q").trim().chars().take(100).collect();
    if typed.is_empty() {
        return Ok(see_other("/inquiries"));
    }
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        if let Some(number) = number::parse(&typed)
            && let Some(inquiry) = store::find_by_number(conn, &number)?
            && find(conn, &staff, &inquiry.id).is_ok()
        {
            return Ok(format!("/inquiries/{}", inquiry.id));
        }
        let id = store::keep_search(conn, &world.keys, &staff.id, &typed, now)?;
        staff.record(conn, now, "inquiries.searched", "inquiries", "")?;
        Ok::<_, Error>(format!("/inquiries?view=all&sid={id}"))
    };
    let path = workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// An open inquiry on the sheet for the next shift, with what was last handed over.
pub struct HandoverRow {
    pub row: Row,
    pub note: Option<store::Message>,
}

/// Inquiries on the sheet.
pub const ON_THE_SHEET: i64 = 200;

/// `GET /inquiries/handover`: what goes on, for whoever comes next. Whose notes are shown was looked at.
async fn handover(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let narrow = Filter::default().narrow(&by, now);
        let page = store::to_hand_over(conn, &narrow, ON_THE_SHEET)?;
        let readable = page.rows.iter().filter(|i| may_read(&by, i.source));
        let ids = readable.map(|i| i.id.clone()).collect();
        let mut notes = store::last_handovers(conn, &world.keys, ids)?;
        let mut sheet = vec![];
        for row in rows(conn, &world, &by, page.rows, now)? {
            let note = notes.remove(&row.inquiry.id);
            if note.is_some() {
                by.record(conn, now, "inquiry.seen_in_clear", &row.inquiry.subject(), "handover")?;
            }
            sheet.push(HandoverRow { row, note });
        }
        Ok::<_, Error>((sheet, page.more))
    };
    let (sheet, more) = workspace.db.write(write).await?;
    Ok(html(views::handover(&site, &staff, &sheet, more, now)))
}

/// What the store is asked for.
impl Filter {
    fn narrow(&self, staff: &Staff, now: NaiveDateTime) -> Narrow {
        Narrow {
            view: self.view,
            staff_id: staff.id.clone(),
            today: jst(now).date(),
            now,
            category: self.category,
            source: self.source,
            ids: None,
            staff_only: staff_only(staff),
        }
    }
}
