//! The staff accounts: passkeys, sessions, the closed network, roles (S2, S3, S4).
mod covering;
pub mod doors;
mod enrolling;
mod people;
mod proofs;
mod races;
mod roles;
mod sessions;
mod signing_in;
mod things;
mod ways_in;
mod whose_page;

use crate::{
    browser::{Browser, Page},
    desk::is_signed_in,
    harness::World,
};
use diesel::{RunQueryDsl, sql_types::Text};

/// One audit entry without its time and hashes.
#[derive(Debug, diesel::QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Every audit entry, oldest first.
async fn entries(world: &World) -> Vec<Entry> {
    let sql = "select actor, action, subject, detail from audit_entries order by no";
    world.write(move |conn| Ok(diesel::sql_query(sql).load(conn)?)).await
}

/// The actions of a person's audit entries, oldest first.
async fn actions_of(world: &World, id: &str) -> Vec<String> {
    let (word, all) = (format!("staff/{id}"), entries(world).await);
    all.into_iter().filter(|e| e.actor == word).map(|e| e.action).collect()
}

/// A refusal without the code that ties it to its log line: all of them must be the same.
#[track_caller]
fn refusal(page: &Page) -> String {
    assert_eq!(page.status, 403, "{}: {}", page.path, page.html);
    page.expect("本人確認ができませんでした");
    let code = regex::Regex::new("[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{2}").unwrap();
    assert_eq!(code.find_iter(&page.text()).count(), 1, "{}", page.text());
    assert!(!page.headers.contains_key("set-cookie"));
    code.replace_all(&page.html, "").into_owned()
}

/// The answer to what a page asks by itself or while somebody types: the page stays as it is, and covers itself.
#[track_caller]
pub fn covers(page: &Page, why: &str) {
    assert_eq!((page.status, page.html.as_str()), (204, ""), "{}", page.path);
    assert_eq!(page.headers["hx-trigger"], why, "{}", page.path);
    for leaves in ["hx-refresh", "hx-redirect", "location"] {
        assert!(!page.headers.contains_key(leaves), "{}: {leaves}", page.path);
    }
}

/// A signed-in browser that shows `/account`; gives the path of each of its keys.
async fn key_paths(browser: &mut Browser) -> Vec<String> {
    assert!(is_signed_in(browser).await);
    let page = browser.get("/account").await;
    let mut paths = page.attributes("form[action$='/revocation']", "action");
    paths.sort();
    paths
}
