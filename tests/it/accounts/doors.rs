//! The console answers its networks alone, and each listener its own pages alone (S4, S11).
use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
    routes::{console_routes, public_routes},
};
use mizumado::accounts::Role;

/// `GET  /staff/{id}` as a request; the parts that vary are made up.
fn made_up(route: &str) -> (String, String) {
    let (method, path) = route.split_once(' ').unwrap();
    let part = regex::Regex::new(r"\{[^}]*\}").unwrap();
    (method.to_owned(), part.replace_all(path.trim(), "made-up").into_owned())
}

pub async fn request(browser: &mut Browser, route: &str) -> Page {
    let (method, path) = made_up(route);
    let form = "application/x-www-form-urlencoded";
    let body = (method == "POST").then(|| (form, vec![]));
    browser.once(&method, &path, body).await
}

#[actix_web::test]
async fn each_listener_has_its_own_pages_alone() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", &[Role::Administrator]).await;
    let (public, console) = (public_routes(&world).await, console_routes().await);
    let shared: Vec<&String> = public.intersection(&console).collect();
    assert_eq!(shared, ["GET  /", "GET  /assets/{file}", "GET  /favicon.ico"]);
    let mut citizen = Browser::new(&world.url);
    // Even with the cookie of somebody who may.
    citizen.cookies = desk.cookies.clone();
    for route in console.difference(&public) {
        let page = request(&mut citizen, route).await;
        assert_eq!(page.status, 404, "{route} on the public listener");
        assert!(!page.has("職員"), "{route}");
    }
    for route in public.difference(&console) {
        let page = request(&mut desk, route).await;
        assert_eq!(page.status, 404, "{route} on the console");
    }
    for path in ["/health", "/metrics", "/admin", "/staff/../staff", "//staff"] {
        assert_eq!(citizen.get(path).await.status, 404, "{path}");
    }
}

/// Every spelling of a peer that tells of another.
const SPOOFS: [(&str, &str); 6] = [
    ("x-forwarded-for", "127.0.0.1"),
    ("forwarded", "for=127.0.0.1;host=localhost;proto=https"),
    ("x-real-ip", "127.0.0.1"),
    ("x-client-ip", "127.0.0.1"),
    ("host", "localhost"),
    ("x-forwarded-host", "localhost"),
];

#[actix_web::test]
async fn another_network_gets_nothing_whatever_it_says() {
    let world = World::with_console().await;
    let desk = Desk::open(&world, "a1", &[Role::Administrator]).await;
    let mut outsider = Browser::at(&world.console, [127, 0, 0, 2].into());
    outsider.cookies = desk.cookies.clone();
    let mut routes = console_routes().await;
    routes.insert("GET  /nothing".into());
    for route in &routes {
        let page = request(&mut outsider, route).await;
        assert_eq!((page.status, page.html.as_str()), (404, ""), "{route}");
        assert!(!page.headers.contains_key("set-cookie"), "{route}");
    }
    for spoof in SPOOFS {
        outsider.headers = vec![(spoof.0, spoof.1.into())];
        let page = outsider.once("GET", "/sign-in", None).await;
        assert_eq!((page.status, page.html.as_str()), (404, ""), "{spoof:?}");
    }
}

#[actix_web::test]
async fn what_a_client_says_of_itself_has_no_effect() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let honest = desk.get("/staff/new").await;
        for (name, value) in [
            ("x-forwarded-for", "203.0.113.9"),
            ("forwarded", "for=203.0.113.9;host=evil.example"),
            ("x-real-ip", "203.0.113.9"),
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
        ] {
            desk.headers = vec![(name, value.into())];
            assert_eq!(desk.sign_in().await.status, 200, "{name}");
            let page = desk.get("/staff/new").await;
            assert_eq!(page.html, honest.html, "{name}");
            let mut away = desk.browser.clone();
            away.cookies.clear();
            let sent = away.once("GET", "/staff/new", None).await;
            assert_eq!(sent.headers["location"], "/sign-in?next=%2Fstaff%2Fnew", "{name}");
        }
        let away = "select count(*) as n from staff_sessions where address <> '127.0.0.1'";
        assert_eq!(world.count(away).await, 0);
        for (_, detail) in world.audit("staff.signed_in").await {
            assert_eq!(detail, "from 127.0.0.1");
        }
        // The public listener is no way in, by whatever name it is asked.
        let mut citizen = Browser::new(&world.url);
        let host = world.console.trim_start_matches("http://").to_owned();
        citizen.headers = vec![("host", host.clone()), ("x-forwarded-host", host)];
        assert_eq!(citizen.get("/sign-in").await.status, 404);
    }
}

#[actix_web::test]
async fn after_the_sign_in_nobody_is_led_to_another_site() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    for next in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "javascript%3Aalert(1)",
        "evil",
        "%2F%09%2Fevil.example",
        "%2F%0A%2Fevil.example",
        "%09%2F%2Fevil.example",
    ] {
        let path = format!("/sign-in?next={next}");
        let page = desk.once("GET", &path, None).await;
        assert_eq!(
            (page.status, &page.headers["location"]),
            (303, &"/".parse().unwrap()),
            "{next}"
        );
        let page = Browser::new(&world.console).get(&path).await;
        assert_eq!(page.attributes("[data-ceremony]", "data-next"), ["/"], "{next}");
    }
    let page = desk.once("GET", "/sign-in?next=%2Fstaff%3Fq%3D1", None).await;
    assert_eq!(page.headers["location"], "/staff?q=1");
}
