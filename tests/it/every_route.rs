//! What holds for every route of every listener, by the route tables: nothing is done for another site, and no answer
//! comes without its headers (S11).
use crate::{
    accounts::doors::request,
    browser::{Browser, Page},
    desk::{Desk, is_signed_in},
    harness::World,
    routes::{console_routes, ops_routes, public_routes},
    served::{Place, start_gateway},
};
use mizumado::{accounts::Role, clock::Clock};
use std::collections::BTreeSet;

/// What a browser says of a request that another site began, or one that says nothing.
const ELSEWHERE: [(&str, &str); 6] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-site", "none"),
    ("sec-fetch-site", "nonsense"),
    ("origin", "https://evil.example"),
    ("origin", "null"),
];

/// Machine routes: their proof is the gateway's signature.
const SIGNED: [&str; 2] = ["POST /gateway/{gateway}/push", "POST /gateway/{gateway}/return"];

/// All that could change something: what the table says, and methods that it does not know.
fn changing(routes: &BTreeSet<String>) -> BTreeSet<String> {
    let is_safe = |route: &str| ["GET ", "HEAD"].contains(&&route[..4]);
    let mut all: BTreeSet<String> = routes.iter().filter(|r| !is_safe(r)).cloned().collect();
    for route in routes {
        all.extend(["PUT ", "DELETE ", "PATCH "].map(|method| format!("{method} {}", &route[5..])));
    }
    all
}

/// A request that says this of itself, and not what our own pages say.
async fn from_elsewhere(browser: &mut Browser, route: &str, (name, value): (&'static str, &str)) -> Page {
    browser.headers = vec![(name, value.to_owned())];
    // Without `sec-fetch-site` at all, as an old browser.
    browser.says_its_site = name == "sec-fetch-site";
    request(browser, route).await
}

#[actix_web::test]
async fn no_route_does_anything_for_another_site() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let mut citizen = Browser::new(&world.url);
    let (public, console) = (
        changing(&public_routes(&world).await),
        changing(&console_routes().await),
    );
    let mut refused = 0;
    for said in ELSEWHERE {
        for route in public.iter().filter(|r| !r.contains(" /gateway/")) {
            let page = from_elsewhere(&mut citizen, route, said).await;
            assert_eq!(page.status, 403, "{route} from {said:?}");
            page.expect("この操作は、ほかの画面から送られました");
            refused += 1;
        }
        for route in &console {
            let page = from_elsewhere(&mut desk, route, said).await;
            assert_eq!(page.status, 403, "{route} from {said:?}");
            page.expect("この操作は、ほかの画面から送られました");
            refused += 1;
        }
        // What a gateway sends comes from elsewhere; without its signature it counts for nothing.
        for route in public.iter().filter(|r| r.contains(" /gateway/")) {
            let page = from_elsewhere(&mut citizen, route, said).await;
            let is_signed = SIGNED.contains(&route.as_str());
            let refusal = if is_signed { [303, 400, 404] } else { [404, 404, 405] };
            assert!(refusal.contains(&page.status), "{route}: {}", page.status);
        }
    }
    desk.headers.clear();
    desk.says_its_site = true;
    assert!(is_signed_in(&desk).await, "nobody was signed out");
    assert_eq!(
        world.audit("staff.added").await.len(),
        1,
        "only the one who was invited"
    );
    assert_eq!(world.count("select count(*) as n from applications").await, 0);
    let posts = |routes: &BTreeSet<String>| routes.iter().filter(|r| r.starts_with("POST")).count();
    println!(
        "{} + {} state-changing routes, {refused} requests from elsewhere, all refused",
        posts(&public) - SIGNED.len(),
        posts(&console)
    );
    let ops = ops_routes().await;
    assert!(
        ops.iter().all(|route| ["GET ", "HEAD"].contains(&&route[..4])),
        "the ops listener changes nothing: {ops:?}"
    );
}

/// Every header of every answer, as it must be.
#[track_caller]
fn assert_headers(page: &Page, at: &str) {
    let header = |name: &str| page.headers.get(name).map_or("", |v| v.to_str().unwrap());
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{at}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{at}: {policy}");
    let drawing = header("content-type").starts_with("image/svg+xml");
    assert!(drawing || !policy.contains("unsafe"), "{at}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ] {
        assert_eq!(header(name), value, "{at}: {name}");
    }
    assert!(header("permissions-policy").contains("camera=()"), "{at}");
    let kept = page.status == 200 && (page.path.starts_with("/assets/") || page.path == "/favicon.ico");
    assert_eq!(
        header("cache-control") == "no-store",
        !kept,
        "{at}: {}",
        header("cache-control")
    );
    let kind = header("content-type");
    let is_text = kind.starts_with("text/") || kind.contains("xml");
    assert!(!is_text || kind.ends_with("charset=utf-8"), "{at}: {kind}");
    for leak in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert!(!page.headers.contains_key(leak), "{at}: {leak}");
    }
}

/// Answers without a route: no such page, a wrong method, a body that is none, a NUL in the address.
async fn odd_answers(browser: &mut Browser) -> Vec<(u16, Page)> {
    let form = "application/x-www-form-urlencoded";
    vec![
        (404, browser.once("GET", "/nothing", None).await),
        (404, browser.once("GET", "/%ff%fe", None).await),
        (404, browser.once("GET", "/assets/nothing", None).await),
        (400, browser.once("GET", "/%00", None).await),
        (404, browser.once("TRACE", "/nothing", None).await),
        (404, browser.once("POST", "/nothing", Some((form, vec![]))).await),
    ]
}

#[actix_web::test]
async fn no_route_answers_without_the_security_headers() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let (mut citizen, mut nobody) = (Browser::new(&world.url), Browser::new(&world.console));
    let mut outsider = Browser::at(&world.console, [127, 0, 0, 2].into());
    let mut seen = 0;
    for route in &public_routes(&world).await {
        assert_headers(&request(&mut citizen, route).await, route);
        seen += 1;
    }
    for route in &console_routes().await {
        for browser in [&mut desk.browser, &mut nobody, &mut outsider] {
            assert_headers(&request(browser, route).await, route);
            seen += 1;
        }
        if !is_signed_in(&desk).await {
            desk.sign_in().await;
        }
    }
    for browser in [&mut citizen, &mut desk.browser] {
        let page = browser.get("/").await;
        for asset in page
            .attributes("link[href^='/assets/']", "href")
            .iter()
            .chain(&page.attributes("[src]", "src"))
        {
            let asset = browser.once("GET", asset, None).await;
            assert_eq!(asset.status, 200, "{}", asset.path);
            assert_headers(&asset, &asset.path);
            seen += 1;
        }
        for (status, page) in odd_answers(browser).await {
            assert_eq!(page.status, status, "{}", page.path);
            assert_headers(&page, &page.path);
            seen += 1;
        }
        browser.headers = vec![("sec-fetch-site", "cross-site".into())];
        let page = browser.once("POST", "/", None).await;
        assert_eq!(page.status, 403);
        assert_headers(&page, "from another site");
    }
    let large = ("application/x-www-form-urlencoded", vec![b'a'; 1024 * 1024]);
    citizen.headers.clear();
    let page = citizen.once("POST", "/apply/terms", Some(large)).await;
    assert_eq!(page.status, 413);
    assert_headers(&page, "a large body");
    println!("{seen} answers with all their headers");
}

#[actix_web::test]
async fn the_ops_listener_answers_with_the_same_headers_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let place = Place::new("sqlite:live.db", &gateway, "", "");
    let _program = place.serve();
    let mut monitor = Browser::new(&place.ops);
    for route in &ops_routes().await {
        let page = request(&mut monitor, route).await;
        assert_eq!(page.status, 200, "{route}");
        assert_headers(&page, route);
        for method in ["POST", "PUT", "DELETE"] {
            let page = request(&mut monitor, &format!("{method} {}", &route[5..])).await;
            assert!([404, 405].contains(&page.status), "{method} {route}: {}", page.status);
            assert_headers(&page, route);
        }
    }
    assert_headers(&monitor.once("GET", "/nothing", None).await, "no such page");
}
