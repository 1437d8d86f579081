//! Requests of every shape to every route of the public listener and of the console, from a fixed seed: whatever comes is
//! answered, and never with an error of ours (S12).
use crate::{
    accounts::doors::request,
    browser::{Body, Browser, Page},
    console_pages::furnished,
    desk::{Desk, is_signed_in},
    harness::World,
    routes::{console_routes, public_routes},
    xss::no_limits,
};
use mizumado::accounts::Role;
use std::collections::{BTreeMap, BTreeSet};

/// As they stand in an address: already encoded.
const VALUES: [&str; 17] = [
    "",
    "0",
    "-1",
    "99999999999999999999999999",
    "1e999",
    "null",
    "%00",
    "%FF%FE",
    "..%2F..%2Fetc%2Fpasswd",
    "%27%20or%201%3D1--",
    "%7B%7Bbureau%7D%7D",
    "%E3%81%82",
    "%F0%9F%98%80",
    "%3Cscript%3E",
    "01J0000000000000000000000A",
    "2026-02-30",
    "%0D%0ASet-Cookie%3A%20a%3Db",
];

const KINDS: [&str; 6] = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=shift_jis",
    "multipart/form-data; boundary=X",
    "application/json",
    "text/xml",
    "nonsense",
];

/// The same throws at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
    fn address(&mut self, route: &str, names: &[&str]) -> String {
        let mut path = String::new();
        for part in route.split('/').skip(1) {
            let part = if part.starts_with('{') {
                self.one_of(&VALUES)
            } else {
                part
            };
            path += "/";
            path += if part.is_empty() { "x" } else { part };
        }
        match self.below(3) {
            0 => path,
            _ => format!("{path}?{}", self.fields(names)),
        }
    }
    fn fields(&mut self, names: &[&str]) -> String {
        let pairs: Vec<String> = (0..self.below(6))
            .map(|_| format!("{}={}", self.one_of(names), self.one_of(&VALUES)))
            .collect();
        pairs.join("&")
    }
    fn body(&mut self, names: &[&str]) -> Option<Body> {
        let kind = self.one_of(&KINDS);
        let bytes = match self.below(6) {
            0 => return None,
            1 => vec![0xff; self.below(300)],
            2 => format!("{{\"ceremony\":\"{}\",\"credential\":[]}}", self.one_of(names)).into_bytes(),
            3 => {
                let (name, value) = (self.one_of(names), self.one_of(&VALUES));
                format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--X--\r\n")
                    .into_bytes()
            }
            _ => self.fields(names).into_bytes(),
        };
        Some((kind, bytes))
    }
}

/// The names of the fields of these pages, and those of queries.
async fn field_names(browser: &mut Browser, paths: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = [
        "q",
        "error",
        "from",
        "to",
        "sid",
        "view",
        "institution",
        "next",
        "after",
        "before",
    ]
    .map(String::from)
    .into();
    for path in paths {
        let page = browser.get(&path).await;
        names.extend(page.attributes("input[name], select[name], textarea[name], button[name]", "name"));
    }
    names
}

#[track_caller]
fn assert_answered(page: &Page, what: &str) {
    // A route that is full says so honestly.
    assert!(page.status < 500, "{what}: {} {}", page.status, page.text());
    assert!(page.headers.contains_key("content-security-policy"), "{what}");
}

const ROUNDS: usize = 6;

/// Several requests to each route; gives how many.
async fn walk(browser: &mut Browser, routes: &BTreeSet<String>, names: &[&str], dice: &mut Dice) -> usize {
    let mut sent = 0;
    for route in routes {
        let (method, path) = route.split_once(' ').unwrap();
        for _ in 0..ROUNDS {
            let address = dice.address(path.trim(), names);
            let body = if method == "POST" { dice.body(names) } else { None };
            let what = format!("{method} {address} {body:?}");
            assert_answered(&browser.once(method, &address, body).await, &what);
            sent += 1;
        }
    }
    sent
}

#[actix_web::test]
async fn a_request_of_any_shape_is_answered_on_both_engines() {
    let mut sent = 0;
    for world in World::all_with(no_limits()).await {
        let mut dice = Dice(20_261_128);
        let mut desk = Desk::open(&world, "a1", Role::ALL).await;
        let paths: BTreeMap<&str, String> = furnished(&world, &mut desk).await;
        let names = field_names(
            &mut desk.browser,
            paths.into_values().chain(["/staff/new".into(), "/audit".into()]),
        )
        .await;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for route in &console_routes().await {
            sent += walk(&mut desk.browser, &[route.clone()].into(), &names, &mut dice).await;
            if !is_signed_in(&desk).await {
                desk.sign_in().await;
            }
        }
        let mut citizen = Browser::new(&world.url);
        crate::applicant::Applicant::default().fill(&mut citizen).await;
        let steps = ["bank", "number", "place", "name", "contact", "account"].map(|step| format!("/apply/{step}"));
        let names = field_names(&mut citizen, steps).await;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let routes = public_routes(&world).await;
        sent += walk(&mut citizen, &routes, &names, &mut dice).await;
        // And it still works.
        assert_eq!(request(&mut citizen, "GET  /").await.status, 200);
        assert_eq!(desk.get("/applications").await.status, 200);
    }
    println!("{sent} requests of every shape, none answered with an error of ours");
}
