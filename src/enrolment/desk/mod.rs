//! The staff's side of the enrolment: the list, the search, one application, and what staff may do with it (ux 3.1).
mod actions;
mod callers;
mod corrections;
mod detail;
mod exports;
mod filter;
mod guidance;
mod mails;
mod search;
mod views;

pub use callers::{
    Candidate, Undecided, brief, by_what_is_said, happenings, unknowns, waiting_exports, why_exported, why_revealed,
};
pub use filter::{Filter, filter_word};
pub use views::{REASONS as REVEAL_REASONS, export_purpose, message_status, reveal_reason};

use super::{
    receipt,
    store::{self, Application, Cursor, Order, Span},
};
use crate::{
    accounts::{self, Staff},
    db::Conn,
    institutions::{self, Institution},
    web::{Error, Site, html, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query, ServiceConfig, get, post},
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/applications", get().to(index))
        .route("/applications/searches", post().to(search::create))
        .route("/applications/views", post().to(actions::save_view))
        .route("/applications/views/{id}/removal", post().to(actions::drop_view))
        .route("/applications/density", post().to(actions::choose_density))
        .route("/applications/export", get().to(exports::new))
        .route("/applications/{id}", get().to(detail::show))
        .route("/applications/{id}/reveals", post().to(actions::reveal))
        .route("/applications/{id}/notes", post().to(actions::add_note))
        .route("/applications/{id}/attention", post().to(actions::attend))
        .route("/applications/{id}/guidance", get().to(guidance::show))
        .route("/applications/{id}/mails/{mail}", get().to(mails::show))
        .route("/applications/{id}/mails/{mail}/retry", post().to(actions::retry_mail))
        .route("/applications/{id}/withdrawal", get().to(actions::new_withdrawal))
        .route("/applications/{id}/withdrawal", post().to(actions::withdraw))
        .route("/applications/{id}/corrections", get().to(corrections::new))
        .route("/applications/{id}/corrections", post().to(corrections::create))
        .route("/exports", get().to(exports::index))
        .route("/exports", post().to(exports::create))
        .route("/exports/{id}/decision", post().to(exports::decide))
        .route("/exports/{id}/file", get().to(exports::file))
        .route("/corrections", get().to(corrections::index))
        .route("/corrections/{id}/decision", post().to(corrections::decide))
        .route("/corrections/{id}/withdrawal", post().to(corrections::withdraw));
}

/// Rows of a page of the list.
const PAGE: i64 = 50;
/// The list says 「10,000件以上」 instead of counting further.
const MOST_COUNTED: i64 = 10_000;
/// The same for a search: each hit has to be looked at, and who gets a thousand types another letter.
const MOST_HITS: i64 = 1_000;

/// How far a list is counted.
fn most_counted(narrow: &store::Narrow) -> i64 {
    match narrow.sought {
        None => MOST_COUNTED,
        Some(_) => MOST_HITS,
    }
}

/// How many applications a filter without a search has; counts no further than [`MOST_COUNTED`].
pub fn count_filtered(conn: &mut Conn, filter: &Filter, now: NaiveDateTime) -> Result<i64, Error> {
    let calendar = institutions::calendar(conn, now)?;
    let narrow = filter.narrow(&calendar, now);
    Ok(store::count(conn, &narrow, Order::Newest, &Span::First, MOST_COUNTED)?)
}

/// One row of the list. The name is masked.
pub struct Row {
    pub id: String,
    pub receipt: String,
    pub name: String,
    pub institution: String,
    pub state: super::states::Registration,
    pub attention: Vec<super::states::Attention>,
    pub reason: String,
    pub confirmed_at: Option<NaiveDateTime>,
    pub decided_at: Option<NaiveDateTime>,
    pub place: Option<Cursor>,
}

/// Everything that the list page shows.
pub struct ListPage {
    pub filter: Filter,
    pub rows: Vec<Row>,
    pub count: i64,
    /// Neither `count` nor `earlier` is counted further.
    pub most_counted: i64,
    /// Which page it is, and how many rows stand before it.
    pub span: Span,
    pub earlier: i64,
    pub density: store::Density,
    /// More rows before, after.
    pub before: bool,
    pub after: bool,
    pub institutions: Vec<Institution>,
    pub saved: Vec<store::SavedView>,
    /// What a search looked for, in words without data.
    pub search: Option<String>,
}

impl ListPage {
    /// What the audit record says of looking at this page: how many rows, and what narrowed them. Nothing of the page that
    /// the navigation opens, which is everybody's and holds the newest rows whoever asks.
    fn seen(&self) -> Option<String> {
        let words = self.filter.words();
        let further = !matches!(self.span, Span::First);
        // Of a day that is none nothing was shown.
        if words.is_empty() && !further || !self.filter.errors().is_empty() {
            return None;
        }
        let further = if further { " further" } else { "" };
        Some(format!("{} rows {words}{further}", self.rows.len()))
    }
}

/// `GET /applications`; what somebody looked for is on record, though names are masked here.
async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    req: HttpRequest,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let (world, by, query) = (workspace.clone(), staff.clone(), query.into_inner());
    let page = workspace
        .db
        .read(move |conn: &mut Conn| load(conn, &world, &by, &query))
        .await?;
    if let (Some(seen), false) = (page.seen(), accounts::is_polling(req.headers())) {
        let (by, now) = (staff.clone(), workspace.clock.now());
        let write = move |conn: &mut Conn| by.record(conn, now, "applications.listed", "applications", &seen);
        workspace.db.write(write).await?;
    }
    let fragment = req.headers().contains_key("hx-request");
    let mut response = match fragment {
        true => html(views::result(&staff, &page)),
        false if page.filter.errors().is_empty() => html(views::list(&site, &staff, &page)),
        false => unprocessable(views::list(&site, &staff, &page)),
    };
    let vary = actix_web::http::header::HeaderValue::from_static("HX-Request");
    response.headers_mut().insert(actix_web::http::header::VARY, vary);
    Ok(response)
}

fn load(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    query: &BTreeMap<String, String>,
) -> Result<ListPage, Error> {
    let filter = Filter::read(query);
    let (span, order) = (filter::span(query), filter.order());
    let now = workspace.clock.now();
    let search = search::named(conn, staff, &filter, now)?;
    let calendar = institutions::calendar(conn, now)?;
    let mut narrow = filter.narrow(&calendar, now);
    let label = search.map(|search| {
        narrow.sought = Some(search.sought);
        search.label
    });
    let mut found = store::list(conn, &narrow, order, &span, PAGE + 1)?;
    let more = found.len() as i64 > PAGE;
    let backwards = matches!(span, Span::Before(_));
    if more {
        // The row beyond the page stands at its far end.
        let at = if backwards { 0 } else { found.len() - 1 };
        found.remove(at);
    }
    let institutions = institutions::every(conn)?;
    let rows = found.into_iter().map(|a| row(workspace, &institutions, order, a));
    let rows = rows.collect::<Result<Vec<Row>, _>>()?;
    Ok(ListPage {
        earlier: earlier(conn, &narrow, order, &span, &rows)?,
        count: store::count(conn, &narrow, order, &Span::First, most_counted(&narrow))?,
        most_counted: most_counted(&narrow),
        before: if backwards {
            more
        } else {
            matches!(span, Span::After(_))
        },
        after: if backwards { true } else { more },
        saved: store::views_of(conn, &staff.id)?,
        density: store::density_of(conn, &staff.id)?,
        search: label,
        span,
        rows,
        institutions,
        filter,
    })
}

/// How many rows of the list stand before a page.
fn earlier(conn: &mut Conn, narrow: &store::Narrow, order: Order, span: &Span, rows: &[Row]) -> Result<i64, Error> {
    match (span, rows.first().and_then(|row| row.place.clone())) {
        (Span::First, _) | (_, None) => Ok(0),
        (_, Some(first)) => Ok(store::count(
            conn,
            narrow,
            order,
            &Span::Before(first),
            most_counted(narrow),
        )?),
    }
}

/// An institution as staff read it; its code where the table has it no more.
fn institution_name(institutions: &[Institution], code: Option<&str>) -> String {
    let code = code.unwrap_or_default();
    let institution = institutions.iter().find(|i| i.code == code);
    institution.map_or(code.to_owned(), |i| i.name.clone())
}

/// A reason's word as staff read it.
fn reason_text(word: Option<&str>) -> String {
    word.and_then(crate::gateways::Reason::from_word)
        .and_then(super::reasons::text)
        .map(|t| t.staff.to_string())
        .unwrap_or_default()
}

fn row(
    workspace: &Workspace,
    institutions: &[Institution],
    order: Order,
    application: Application,
) -> Result<Row, Error> {
    let answers = application.open(&workspace.keys)?;
    let name = format!("{} {}", answers.get("family_name"), answers.get("given_name"));
    let name = if name.trim().is_empty() {
        answers.get("full_name").to_owned()
    } else {
        name
    };
    let at = match order {
        Order::Decided => application.decided_at,
        _ => application.confirmed_at,
    };
    Ok(Row {
        receipt: application
            .receipt_number
            .as_deref()
            .map(receipt::display)
            .unwrap_or_default(),
        name: mask_name(name.trim()),
        institution: institution_name(institutions, application.institution_code.as_deref()),
        state: application.state,
        attention: application.attention(),
        reason: reason_text(application.reason.as_deref()),
        confirmed_at: application.confirmed_at,
        decided_at: application.decided_at,
        place: at.map(|at| Cursor {
            at,
            id: application.id.clone(),
        }),
        id: application.id,
    })
}

/// 「山＊ 太＊」: the first character of each part.
pub fn mask_name(name: &str) -> String {
    let parts = name.split([' ', '\u{3000}']).filter(|part| !part.is_empty());
    let masked = parts.map(|part| format!("{}＊", part.chars().next().unwrap_or('＊')));
    masked.collect::<Vec<_>>().join(" ")
}
