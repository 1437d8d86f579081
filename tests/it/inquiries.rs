//! What people ask: never lost, never another's, answered in time.
mod desk;
mod faq;
mod files;
mod improvements;
mod links;
mod promises;
mod public;

use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::{Wish, World},
};
use mizumado::accounts::Role;

/// Worlds with a console and an operator who is mailed.
pub async fn worlds() -> Vec<World> {
    let wish = Wish {
        top_settings: "operators = [\"op@example.jp\"]\n".into(),
        ..Wish::with_console()
    };
    World::all_with(wish).await
}

pub async fn clerk(world: &World) -> Desk {
    Desk::open(world, "c1", &[Role::Clerk]).await
}

/// A question as a citizen types it.
pub const QUESTION: [(&str, &str); 5] = [
    ("category", "result"),
    ("body", "いつから\n引き落としになりますか"),
    ("name", "標見山 印太郎"),
    ("phone", "０９０-0000-4321"),
    ("email", "asks@example.jp"),
];

/// Asks, and gives the page with number and code.
pub async fn ask(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    let form = browser.get("/inquiry").await;
    let page = browser.submit(&form, fields).await;
    page.expect("受け付けました");
    page
}

/// Number and code on that page.
pub fn number_and_code(page: &Page) -> (String, String) {
    let shown = page.all(".receipt-number");
    (shown[0].trim().to_owned(), shown[1].trim().to_owned())
}

/// The inquiry with this number, opened by its search box.
pub async fn open(desk: &mut Desk, number: &str) -> Page {
    let page = desk.post("/inquiries/searches", &[("q", number)]).await;
    assert!(page.path.starts_with("/inquiries/0"), "{}", page.path);
    page
}

/// A reply, as the clerk of a page writes it.
pub async fn reply(desk: &mut Desk, page: &Page, body: &str) -> Page {
    let way = format!("{}/messages", page.path);
    let form = page.form_to(&way);
    desk.post_with(&way, &form, &[("kind", "reply"), ("body", body)]).await
}

/// The page again with its only template put into the answer, in which `typed` stood.
pub async fn put_template(desk: &mut Desk, page: &Page, typed: &[(&str, &str)]) -> Page {
    let id = page.attributes("select#template option[value^='0']", "value").remove(0);
    let way = format!("{}/messages", page.path);
    let mut changed = vec![("act", "template"), ("template", id.as_str())];
    changed.extend(typed);
    desk.post_with(&way, &page.form_to(&way), &changed).await
}
