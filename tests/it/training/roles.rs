//! At a desk each of its people finds by the navigation what their role may open, and no link that leads to a refusal.
use super::{be, class, come_in, one};
use crate::browser::Browser;
use mizumado::app::CONSOLE_PLAN;
use std::collections::BTreeSet;

const REFUSED: &str = "この操作の権限がありません";

/// The people of a desk, and what of the navigation is not theirs.
const PEOPLE: [(&str, &[&str]); 6] = [
    ("mado", &["/papers", "/training", "/audit", "/staff"]),
    ("shonin", &["/promotion", "/training", "/audit", "/staff"]),
    ("kanri", &["/applications", "/differences", "/audit"]),
    ("kansa", &["/promotion", "/training", "/staff"]),
    (
        "unyo",
        &[
            "/applications",
            "/differences",
            "/texts",
            "/questions",
            "/promotion",
            "/training",
            "/audit",
            "/staff",
        ],
    ),
    (
        "etsuran",
        &[
            "/inquiries",
            "/texts",
            "/questions",
            "/promotion",
            "/alarms",
            "/incidents",
            "/status",
            "/papers",
            "/training",
            "/audit",
            "/staff",
        ],
    ),
];

/// A link without what names one thing among many: one application is opened for all, and one chapter of the manuals.
fn shape(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with("/manuals/") {
        return "/manuals/*".to_owned();
    }
    let is_one = |part: &str| part.len() > 20 || part.bytes().any(|b| b.is_ascii_digit());
    let parts = path.split('/').map(|part| if is_one(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Opens a page of the desk that the person may open; gives the links to other pages of the desk that stand on it.
async fn open(learner: &mut Browser, person: &str, path: &str) -> Vec<String> {
    let page = learner.get(path).await;
    assert_eq!(page.status, 200, "{person} at {path}: {}", page.text());
    assert_ne!(page.first("h1"), REFUSED, "{person} at {path}");
    let links = page.attributes("main a[href^='/']", "href");
    links.into_iter().filter(|link| !link.starts_with("//")).collect()
}

#[actix_web::test]
async fn each_person_of_a_desk_opens_every_entry_of_the_navigation_and_no_link_there_leads_to_a_refusal() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let all: Vec<&str> = CONSOLE_PLAN.nav.iter().map(|item| item.path).collect();
    for (person, shut) in PEOPLE {
        let home = learner
            .post("/practice/person", &[("person", person), ("next", "/")])
            .await;
        let entries = home.attributes("nav.rail a", "href");
        let theirs: Vec<&str> = all.iter().copied().filter(|path| !shut.contains(path)).collect();
        assert_eq!(entries, theirs, "the navigation of {person}");
        let mut seen: BTreeSet<String> = entries.iter().map(|path| shape(path)).collect();
        for entry in &entries {
            for link in open(&mut learner, person, entry).await {
                if seen.insert(shape(&link)) {
                    open(&mut learner, &format!("{person} from {entry}"), &link).await;
                }
            }
        }
        // The classes are led from the real console: at a desk the address leads to its exercises, whoever comes.
        for path in shut.iter().filter(|path| **path != "/training") {
            let page = learner.get(path).await;
            let said = (page.status, page.first("h1"));
            assert_eq!(said, (403, REFUSED.to_owned()), "{person} at {path}");
            page.expect("研修環境です");
        }
    }
}

#[actix_web::test]
async fn no_page_of_a_desk_locks_or_is_one_persons() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    for person in ["mado", "kanri"] {
        be(&mut learner, person).await;
        let page = learner.get("/permissions").await;
        // There is no key that could open it, and whoever sits there is now this person and now that.
        for of_the_console in ["id=\"lock\"", "data-idle-minutes", "data-page-of"] {
            assert!(!page.has(of_the_console), "{person}: {of_the_console}");
        }
    }
}
