//! The search: an exact number leads to its record; names and phone numbers are kept as blind tokens under an opaque
//! id (ux rule 6), and an application is found when it carries all of them.
use super::Filter;
use crate::{
    accounts::Staff,
    crypto::KeyRing,
    db::Conn,
    enrolment::{
        receipt,
        store::{self, Sought},
    },
    japan::{digits::digits, kana, phone},
    web::{Error, FormBody, see_other},
    workspace::Workspace,
};
use actix_web::{HttpResponse, web::Data};
use chrono::NaiveDateTime;
use std::cmp::Reverse;

/// Kana that are compared; the store keeps no longer prefixes.
const PREFIX: usize = 6;

/// Kinds and blind tokens.
type Tokens = Vec<(String, String)>;

/// A search that somebody made.
pub struct Search {
    /// What was searched, in words without data.
    pub label: String,
    pub sought: Sought,
}

/// The search that a filter names.
pub fn named(conn: &mut Conn, staff: &Staff, filter: &Filter, now: NaiveDateTime) -> Result<Option<Search>, Error> {
    if filter.search.is_empty() {
        return Ok(None);
    }
    let Some(kept) = store::find_search(conn, &staff.id, &filter.search, now)? else {
        let label = "検索の期限（1日）が過ぎました。もう一度検索してください".to_owned();
        let sought = Sought::Nothing;
        return Ok(Some(Search { label, sought }));
    };
    let sought = sought_of(&kept.tokens);
    let label = kept.label;
    Ok(Some(Search { label, sought }))
}

/// What the tokens of a kept search (JSON) find.
pub fn sought_of(tokens: &str) -> Sought {
    sought(serde_json::from_str(tokens).unwrap_or_default())
}

/// What the tokens of a search find.
pub fn sought(tokens: Tokens) -> Sought {
    match tokens.as_slice() {
        [] => Sought::Nothing,
        [(kind, index)] if kind == "customer" => Sought::Customer(index.clone()),
        _ => Sought::Tokens(tokens),
    }
}

/// `POST /applications/searches`
pub async fn create(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
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
    let (tokens, label) = tokens(conn, &workspace.keys, typed)?;
    if let Sought::Customer(index) = sought(tokens.clone())
        && let [only] = store::of_customer(conn, &index, 2)?.as_slice()
    {
        return Ok(format!("/applications/{only}"));
    }
    let json = serde_json::to_string(&tokens).unwrap_or_default();
    let id = store::keep_search(conn, &staff.id, &json, label, now)?;
    staff.record(conn, now, "applications.searched", "applications", label)?;
    Ok(format!("/applications?sid={id}"))
}

/// The tokens of what was typed, and what it is in words without data: a customer number if somebody has it, a phone
/// number, or words of a name.
pub fn tokens(conn: &mut Conn, keys: &KeyRing, typed: &str) -> Result<(Tokens, &'static str), Error> {
    let Some(number) = digits(typed) else {
        return Ok(word_tokens(keys, typed));
    };
    let customer = keys.blind("applications.customer", &number);
    Ok(match store::of_customer(conn, &customer, 1)?.is_empty() {
        false => (vec![("customer".to_owned(), customer)], "お問い合わせ番号"),
        true => (vec![phone_token(keys, typed)], "電話番号"),
    })
}

/// A phone number as it was indexed.
fn phone_token(keys: &KeyRing, typed: &str) -> (String, String) {
    let number = phone::parse(typed).ok().or_else(|| digits(typed)).unwrap_or_default();
    ("phone".to_owned(), keys.blind("applications.phone", &number))
}

/// Words of a name, and maybe a phone number among them; the rarest first, as the store wants them.
fn word_tokens(keys: &KeyRing, typed: &str) -> (Tokens, &'static str) {
    let is_number = |word: &&str| digits(word).is_some_and(|d| !d.is_empty());
    let (numbers, names): (Vec<&str>, Vec<&str>) = typed.split_whitespace().partition(is_number);
    let folded = names.iter().map(|word| kana::fold(word));
    let mut prefixes: Vec<String> = folded.map(|word| word.chars().take(PREFIX).collect()).collect();
    prefixes.sort_by_key(|prefix| Reverse(prefix.chars().count()));
    let phone = (!numbers.is_empty()).then(|| phone_token(keys, &numbers.concat()));
    let label = match phone {
        Some(_) => "お名前（カナ）と電話番号",
        None => "お名前（カナ）",
    };
    let names = prefixes
        .iter()
        .map(|prefix| ("kana".to_owned(), keys.blind("applications.kana", prefix)));
    (phone.into_iter().chain(names).collect(), label)
}
