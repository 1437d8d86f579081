//! The staff's side of the enrolment: the list, the search, one application, and what staff may do with it (ux 3.1).
mod actions;
mod callers;
mod corrections;
mod detail;
mod export;
mod filter;
mod views;

pub use callers::{Candidate, brief, by_what_is_said, happenings};
pub use filter::Filter;

use super::{
    receipt,
    store::{self, Application, Cursor, Order},
};
use crate::{
    accounts::Staff,
    clock::jst,
    crypto::KeyRing,
    db::Conn,
    institutions::{self, Institution},
    japan::{digits::digits, kana, phone},
    web::{Error, FormBody, Site, html, see_other},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query, ServiceConfig, get, post},
};
use chrono::NaiveDateTime;
use std::collections::{BTreeMap, BTreeSet};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/applications", get().to(index))
        .route("/applications/searches", post().to(search))
        .route("/applications/views", post().to(actions::save_view))
        .route("/applications/views/{id}/removal", post().to(actions::drop_view))
        .route("/applications/export", get().to(export::show))
        .route("/applications/{id}", get().to(detail::show))
        .route("/applications/{id}/reveals", post().to(actions::reveal))
        .route("/applications/{id}/notes", post().to(actions::add_note))
        .route("/applications/{id}/withdrawal", get().to(actions::new_withdrawal))
        .route("/applications/{id}/withdrawal", post().to(actions::withdraw))
        .route("/applications/{id}/corrections", get().to(corrections::new))
        .route("/applications/{id}/corrections", post().to(corrections::create))
        .route("/corrections", get().to(corrections::index))
        .route("/corrections/{id}/decision", post().to(corrections::decide));
}

/// Rows of a page of the list.
const PAGE: i64 = 50;
/// The list says 「10,000件以上」 instead of counting further.
pub const MOST_COUNTED: i64 = 10_000;
/// Hits of a search that are looked at; more than that is no search.
const MOST_HITS: i64 = 2_000;

/// How many applications a filter without a search has; counts no further than [`MOST_COUNTED`].
pub fn count_filtered(conn: &mut Conn, filter: &Filter, now: NaiveDateTime) -> Result<i64, Error> {
    let calendar = institutions::calendar(conn, now)?;
    Ok(store::count(
        conn,
        &filter.narrow(&calendar, now),
        Order::Newest,
        MOST_COUNTED,
    )?)
}

/// One row of the list. The name is masked.
pub struct Row {
    pub id: String,
    pub receipt: String,
    pub name: String,
    pub institution: String,
    pub state: super::states::Registration,
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
    /// More rows before, after.
    pub before: bool,
    pub after: bool,
    pub institutions: Vec<Institution>,
    pub saved: Vec<store::SavedView>,
    /// What a search looked for, in words without data; and whether its hits were too many.
    pub search: Option<String>,
    pub too_many: bool,
}

/// `GET /applications`
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
    let fragment = req.headers().contains_key("hx-request");
    let mut response = html(match fragment {
        true => views::result(&staff, &page),
        false => views::list(&site, &staff, &page),
    });
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
    let search = hits(conn, staff, &filter, now)?;
    let calendar = institutions::calendar(conn, now)?;
    let mut narrow = filter.narrow(&calendar, now);
    narrow.ids = search.as_ref().map(|s| s.ids.clone());
    let mut found = store::list(conn, &narrow, order, &span, PAGE + 1)?;
    let more = found.len() as i64 > PAGE;
    let backwards = matches!(span, store::Span::Before(_));
    if more {
        // The row beyond the page stands at its far end.
        let at = if backwards { 0 } else { found.len() - 1 };
        found.remove(at);
    }
    let institutions = institutions::all(conn, jst(now).date())?;
    let rows = found.into_iter().map(|a| row(workspace, &institutions, order, a));
    Ok(ListPage {
        rows: rows.collect::<Result<_, _>>()?,
        count: store::count(conn, &narrow, order, MOST_COUNTED)?,
        before: if backwards {
            more
        } else {
            matches!(span, store::Span::After(_))
        },
        after: if backwards { true } else { more },
        saved: store::views_of(conn, &staff.id)?,
        too_many: search.as_ref().is_some_and(|s| s.too_many),
        search: search.map(|s| s.label),
        institutions,
        filter,
    })
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
    let code = application.institution_code.clone().unwrap_or_default();
    let institution = institutions.iter().find(|i| i.code == code);
    let reason = application
        .reason
        .as_deref()
        .and_then(crate::gateways::Reason::from_word);
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
        institution: institution.map_or(code, |i| i.name.clone()),
        state: application.state,
        reason: reason
            .and_then(super::reasons::text)
            .map(|t| t.staff)
            .unwrap_or_default(),
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

/// The applications that a search found.
struct Hits {
    label: String,
    ids: Vec<String>,
    too_many: bool,
}

fn hits(conn: &mut Conn, staff: &Staff, filter: &Filter, now: NaiveDateTime) -> Result<Option<Hits>, Error> {
    if filter.search.is_empty() {
        return Ok(None);
    }
    let Some(search) = store::find_search(conn, &staff.id, &filter.search, now)? else {
        let label = "検索の期限（1日）が過ぎました。もう一度検索してください".to_owned();
        return Ok(Some(Hits {
            label,
            ids: vec![],
            too_many: false,
        }));
    };
    let tokens: Vec<(String, String)> = serde_json::from_str(&search.tokens).unwrap_or_default();
    let (ids, too_many) = carrying(conn, &tokens)?;
    Ok(Some(Hits {
        label: search.label,
        ids,
        too_many,
    }))
}

/// The applications that carry every one of the tokens, and whether they are more than is looked at.
fn carrying(conn: &mut Conn, tokens: &[(String, String)]) -> Result<(Vec<String>, bool), Error> {
    let mut found: Option<Vec<String>> = None;
    let mut too_many = false;
    for (kind, token) in tokens {
        let ids = match kind.as_str() {
            "customer" => store::of_customer(conn, token, MOST_HITS)?,
            kind => store::tokens_hits(conn, kind, token, MOST_HITS)?,
        };
        too_many |= ids.len() as i64 == MOST_HITS;
        found = Some(match found {
            None => ids,
            Some(before) => {
                let these: BTreeSet<String> = ids.into_iter().collect();
                before.into_iter().filter(|id| these.contains(id)).collect()
            }
        });
    }
    Ok((found.unwrap_or_default(), too_many))
}

/// `POST /applications/searches`: an exact number leads to its record; name and phone get an opaque id (ux rule 6).
async fn search(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let typed = form.get("q").trim().to_owned();
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| find(conn, &world, &staff, &typed, now);
    let path = workspace.db.write(write).await?;
    Ok(see_other(&path))
}

fn find(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    typed: &str,
    now: NaiveDateTime,
) -> Result<String, Error> {
    if typed.is_empty() {
        return Ok("/applications".into());
    }
    if let Some(number) = receipt::parse(typed)
        && let Some(id) = store::find_id_by_receipt(conn, &number)?
    {
        return Ok(format!("/applications/{id}"));
    }
    let keys = &workspace.keys;
    let (tokens, label) = match digits(typed) {
        Some(number) => {
            let index = keys.blind("applications.customer", &number);
            let of_customer = store::of_customer(conn, &index, 2)?;
            match of_customer.as_slice() {
                [only] => return Ok(format!("/applications/{only}")),
                [] => (
                    vec![("phone", keys.blind("applications.phone", &phone_digits(typed, number)))],
                    "電話番号",
                ),
                _ => (vec![("customer", index)], "お問い合わせ番号"),
            }
        }
        None => (kana_tokens(keys, typed), "お名前（カナ）"),
    };
    let json = serde_json::to_string(&tokens).unwrap_or_default();
    let id = store::keep_search(conn, &staff.id, &json, label, now)?;
    staff.record(conn, now, "applications.searched", "applications", label)?;
    Ok(format!("/applications?sid={id}"))
}

/// The tokens of a name in kana, one a word.
fn kana_tokens(keys: &KeyRing, typed: &str) -> Vec<(&'static str, String)> {
    let prefix = |word: &str| kana::fold(word).chars().take(6).collect::<String>();
    let words = typed.split_whitespace();
    words
        .map(|word| ("kana", keys.blind("applications.kana", &prefix(word))))
        .collect()
}

/// A phone number as it was indexed.
fn phone_digits(typed: &str, otherwise: String) -> String {
    phone::parse(typed).ok().unwrap_or(otherwise)
}
