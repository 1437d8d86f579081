//! The route table as a snapshot, the headers on every answer, the HTML rules of every page.
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    harness::World,
};
use actix_web::{App, test, web};
use mizumado::app;
use std::collections::BTreeSet;

/// The routes that an app has: `GET  /path/{part}`.
async fn routes_of(configure: impl FnOnce(&mut web::ServiceConfig)) -> BTreeSet<String> {
    let report = |tree: web::Data<actix_web::introspection::IntrospectionTree>| async move { tree.report_as_json() };
    let app = App::new()
        .configure(configure)
        .route("/__routes", web::get().to(report));
    let service = test::init_service(app).await;
    let request = test::TestRequest::get().uri("/__routes").to_request();
    let json = test::read_body(test::call_service(&service, request).await).await;
    let items: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
    let mut table = BTreeSet::new();
    for item in items {
        let path = item["full_path"].as_str().unwrap();
        for method in item["methods"].as_array().unwrap() {
            table.insert(format!("{:4} {path}", method.as_str().unwrap()));
        }
    }
    table.remove("GET  /__routes");
    table
}

pub async fn public_routes(world: &World) -> BTreeSet<String> {
    routes_of(app::configure_public(world.workspace.clone())).await
}

pub async fn ops_routes() -> BTreeSet<String> {
    routes_of(mizumado::operations::routes).await
}

/// Those of the room that a practice desk has besides its console.
pub async fn room_routes() -> BTreeSet<String> {
    routes_of(mizumado::training::room_routes).await
}

pub async fn console_routes() -> BTreeSet<String> {
    routes_of(app::console_routes).await
}

#[actix_web::test]
async fn the_route_table_is_the_one_we_mean() {
    let table = public_routes(&World::sqlite().await).await;
    insta::assert_snapshot!(table.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Pages that need no draft.
const OPEN: [&str; 17] = [
    "/inquiry",
    "/inquiry/status",
    "/inquiry/status?error",
    "/apply/assist",
    "/",
    "/apply/terms",
    "/apply/terms?error",
    "/receipt",
    "/receipt?error",
    "/receipt?returned",
    "/availability",
    "/easy",
    "/accessibility",
    "/privacy",
    "/faq",
    "/paper",
    "/schedule",
];

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    let css = browser
        .get("/")
        .await
        .attributes("link[rel=stylesheet]", "href")
        .remove(0);
    for path in OPEN
        .iter()
        .copied()
        .chain(["/nothing", "/apply/zzz", "/assets/zzz", "/favicon.ico", css.as_str()])
    {
        let page = browser.get(path).await;
        let header = |name: &str| {
            page.headers
                .get(name)
                .map(|v| v.to_str().unwrap().to_owned())
                .unwrap_or_default()
        };
        assert!(
            header("content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="), "{path}");
        let cached = path.starts_with("/assets/app") || path == "/favicon.ico";
        assert_eq!(
            header("cache-control") == "no-store",
            !cached,
            "{path}: {}",
            header("cache-control")
        );
    }
    let left = Applicant::default().hand_off(&mut browser).await;
    let policy = left.page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains(&format!("form-action 'self' {}", world.gateway)),
        "{policy}"
    );
}

#[actix_web::test]
async fn every_page_keeps_the_html_rules() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    let mut pages: Vec<Page> = vec![];
    for path in OPEN {
        pages.push(browser.get(path).await);
    }
    Applicant::default().fill(&mut browser).await;
    let name = browser.get("/apply/name").await;
    browser.submit(&name, &[("name_changed", "yes")]).await;
    for step in ["bank", "number", "place", "name", "former", "contact", "account"] {
        pages.push(browser.get(&format!("/apply/{step}")).await);
        pages.push(browser.get(&format!("/apply/{step}?error")).await);
    }
    let former = browser.get("/apply/former").await;
    browser
        .submit(&former, &[("old_name", "山田"), ("old_kana", "ヤマダ")])
        .await;
    pages.push(browser.get("/apply/check").await);
    let handed = browser.submit(pages.last().unwrap(), &[]).await;
    pages.push(handed);
    pages.push(browser.get("/result").await);
    pages.push(browser.get("/result/print").await);
    pages.push(browser.get("/nothing").await);
    let mut titles = std::collections::BTreeMap::new();
    for page in &pages {
        keeps_the_rules(page);
        let path = page.path.split('?').next().unwrap().to_owned();
        let title = page.title().trim_start_matches("エラー：").to_owned();
        let other = titles.insert(title.clone(), path.clone());
        assert!(other.is_none_or(|o| o == path), "{title} is the title of two pages");
    }
}

fn keeps_the_rules(page: &Page) {
    let path = &page.path;
    assert!(page.html.starts_with("<!DOCTYPE html><html lang=\"ja\">"), "{path}");
    assert_eq!(page.all("h1").len(), 1, "{path} has one H1");
    assert!(page.title().ends_with("長岡市水道局"), "{path}");
    assert_eq!(
        page.title().starts_with("エラー："),
        !page.all("#errors").is_empty(),
        "{path}"
    );
    for banned in [
        " style=",
        "onclick=",
        "onload=",
        "<style",
        "javascript:",
        "placeholder=",
        " required",
        " pattern=",
        "type=\"number\"",
        "type=\"date\"",
        "<select",
        " disabled",
        " readonly",
        "maximum-scale",
        "hx-on",
        "hx-vals",
        "hx-boost",
    ] {
        assert!(!page.has(banned), "{path} holds {banned}");
    }
    let ids = page.attributes("[id]", "id");
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{path}: an id stands twice: {ids:?}");
    for id in page.attributes("label", "for") {
        assert!(ids.contains(&id), "{path}: a label for nothing: {id}");
    }
    for described in page.attributes("[aria-describedby]", "aria-describedby") {
        for id in described.split(' ') {
            assert!(ids.iter().any(|i| i == id), "{path}: described by nothing: {id}");
        }
    }
    for link in page.attributes("#errors a", "href") {
        assert!(
            ids.iter().any(|i| format!("#{i}") == link),
            "{path}: {link} leads nowhere"
        );
    }
    let allowed = [
        "off",
        "postal-code",
        "address-level2",
        "address-line2",
        "address-line3",
        "family-name",
        "given-name",
        "name",
        "tel",
        "home tel",
        "work tel",
        "mobile tel",
        "email",
    ];
    for token in page.attributes("input[autocomplete]", "autocomplete") {
        assert!(allowed.contains(&token.as_str()), "{path}: {token}");
    }
    for src in page
        .attributes("[src]", "src")
        .into_iter()
        .chain(page.attributes("link", "href"))
    {
        assert!(src.starts_with('/') && src != "/assets/missing", "{path}: {src}");
    }
    assert!(
        page.attributes("img:not([alt])", "src").is_empty(),
        "{path}: a picture without alt"
    );
}

#[actix_web::test]
async fn no_link_leads_nowhere() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    let mut waiting: Vec<String> = OPEN.iter().map(|p| (*p).to_owned()).collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        waiting.extend(page.attributes("a[href^='/']", "href"));
    }
    assert!(seen.len() >= 14);
}
