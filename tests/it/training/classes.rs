//! Two classes side by side: who sits at another class's desk, or at none, sees and changes nothing of this one.
use super::{
    be, class,
    codes::{OF_PEOPLE, ask, parted},
    come_in,
    everything::{Everything, everything},
    left::{Doors, Left, Side, WaysIn, leave, seated},
    mails::mails_of,
    one, wish,
};
use crate::{
    applicant::Applicant,
    browser::{Body, Browser, Page},
    desk::Desk,
    harness::World,
};
use mizumado::{
    accounts::Role,
    training::{self, Class, NewClass},
};
use serde_json::{Value, json};

/// A class in which somebody left something, and another class.
struct Two {
    world: World,
    class: Class,
    desk: training::Desk,
    doors: Doors,
    left: Left,
    /// Who came into the other.
    other: Browser,
}

async fn two() -> Two {
    let world = one().await;
    let school = world.school();
    let class = class(&world, 1).await;
    let learner = come_in(&world, &class, "1", "山本 一郎").await;
    let desk = school.desk(&class.desks[0].id).unwrap();
    let ways = WaysIn::at_desk(&school.addresses().console, &learner).await;
    let doors = Doors::of_desk(&world, &learner).await;
    let left = leave(&Side::Desk(&desk), &doors, ways, ("架空原", "かくうはら")).await;
    let asked = NewClass {
        seed: 8,
        ..wish(&world, 1)
    };
    let id = school.make(asked).await.unwrap();
    let other = come_in(&world, &school.class(&id).unwrap(), "1", "谷 二葉").await;
    Two {
        world,
        class,
        desk,
        doors,
        left,
        other,
    }
}

impl Two {
    /// What there is of people at the desk.
    async fn people(&self) -> Everything {
        everything(&self.desk.workspace).await.of(&OF_PEOPLE)
    }
    /// Who has no seat at all: nobody, and somebody of the real staff.
    async fn strangers(&self, face: &str) -> [Browser; 2] {
        let staff = Desk::open(&self.world, "a1", Role::ALL).await;
        let mut known = Browser::new(face);
        known.cookies = staff.browser.cookies;
        [Browser::new(face), known]
    }
    /// A stranger is led to where one takes a seat.
    #[track_caller]
    fn assert_led(&self, page: &Page) {
        let room = format!("{}/training/", self.world.school().addresses().console);
        assert_eq!(page.status, 303, "{}: {}", page.path, page.html);
        assert_eq!(page.headers["location"].to_str().unwrap(), room, "{}", page.path);
        assert!(page.html.is_empty(), "{}", page.path);
    }
    /// The same path, and the one that names the desk.
    fn ways(&self, path: &str) -> [String; 2] {
        [path.to_owned(), format!("/desk/{}{path}", self.desk.id)]
    }
}

/// What the institution knows of a transaction.
async fn known(bank: &Browser, tran_id: &str) -> Value {
    let ledger = bank.clone().get("/control/ledger").await.html;
    let mut lines = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.find(|line| line["tran_id"] == tran_id).unwrap()
}

/// Somebody of the desk is at the institution: the transaction, and the page on which they are.
async fn at_the_bank(two: &Two) -> (String, String) {
    let applicant = Applicant {
        customer_number: "7171717171".into(),
        account: ("020".into(), "7654367".into()),
        ..Applicant::default()
    };
    let left = applicant.hand_off(&mut two.doors.public.clone()).await;
    let open = json!({ "tran_id": left.tran_id });
    two.doors.bank.clone().json("/control/open", &open).await;
    let page = known(&two.doors.bank, &left.tran_id).await["page"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(two.doors.bank.clone().get(&page).await.status, 200);
    (left.tran_id, page)
}

#[actix_web::test]
async fn nobody_comes_to_a_desk_s_bank_but_by_its_seat() {
    let two = two().await;
    let (tran_id, page) = at_the_bank(&two).await;
    let bank = two.world.school().addresses().bank.clone();
    let told = ["outcome", "status", "page", "begins"];
    let now = async || {
        let known = known(&two.doors.bank, &tran_id).await;
        told.map(|part| known[part].clone())
    };
    let before = now().await;
    let body = |value: Value| -> Option<Body> { Some(("application/json", value.to_string().into_bytes())) };
    let asked = || {
        let one = json!({ "tran_id": tran_id, "pin": "1234" });
        [
            ("GET", "/", None),
            ("GET", "/control", None),
            ("GET", "/control/ledger", None),
            ("GET", "/control/trouble", None),
            ("GET", "/daily", None),
            ("GET", page.as_str(), None),
            ("POST", "/api/inquire", None),
            ("POST", "/control/complete", body(one.clone())),
            ("POST", "/control/cancel", body(one)),
            ("PUT", "/control/faults", body(json!([]))),
        ]
    };
    for mut stranger in two.strangers(&bank).await {
        for (method, path, body) in asked() {
            two.assert_led(&stranger.once(method, path, body).await);
        }
        let named = format!("/desk/{}/control/ledger", two.desk.id);
        two.assert_led(&stranger.once("GET", &named, None).await);
    }
    let mut other = seated(&bank, &two.other);
    let session = page.trim_end_matches('/').rsplit('/').next().unwrap();
    for (method, path, body) in asked() {
        for way in two.ways(path) {
            let shown = other.once(method, &way, body.clone()).await;
            let secrets = [tran_id.as_str(), two.left.tran_id.as_str(), session];
            // Its own sign of an error may say what was asked for; the page of the transaction is not there.
            assert!(path != page || shown.status != 200, "{way}: {}", shown.html);
            let told = path.starts_with("/site/") || method != "GET";
            assert!(
                told || secrets.iter().all(|secret| !shown.has(secret)),
                "{way}: {}",
                shown.html
            );
            assert!(!two.left.is_named_in(&shown), "{way}");
        }
    }
    assert_eq!(now().await, before, "it goes on at the institution");
}

#[actix_web::test]
async fn nobody_reads_a_desk_s_mails_but_by_its_seat() {
    let two = two().await;
    let face = two.world.school().addresses().mails.clone();
    let mut own = seated(&face, &two.doors.console);
    let mut other = seated(&face, &two.other);
    let mut strangers = two.strangers(&face).await;
    let mut about = 0;
    for id in mails_of(&two.desk).await {
        let path = format!("/mails/{id}");
        about += usize::from(two.left.is_named_in(&own.get(&path).await));
        for way in two.ways(&path) {
            assert_eq!(other.get(&way).await.status, 404, "{way}");
            for stranger in &mut strangers {
                two.assert_led(&stranger.once("GET", &way, None).await);
            }
        }
    }
    assert!(about > 0);
    for way in two.ways("/") {
        let page = other.get(&way).await;
        page.expect("届いたメール");
        assert!(!two.left.is_named_in(&page), "{way}");
        for stranger in &mut strangers {
            two.assert_led(&stranger.once("GET", &way, None).await);
        }
    }
}

#[actix_web::test]
async fn another_class_s_console_shows_and_changes_nothing_of_this_one() {
    let mut two = two().await;
    let before = two.people().await;
    let case = two.class.desks[0].cases["caller"].clone();
    let routes = crate::routes::console_routes().await;
    let named: Vec<&String> = routes.iter().filter(|route| route.contains('{')).collect();
    assert!(named.len() > 80, "{}", named.len());
    for person in ["mado", "kanri"] {
        be(&mut two.other, person).await;
        for route in &named {
            let (method, path) = route.split_once(char::is_whitespace).unwrap();
            for id in [&two.left.application, &case.id] {
                let parts = path.trim().split('/');
                let filled = parts.map(|part| if part.starts_with('{') { id } else { part });
                let path = filled.collect::<Vec<_>>().join("/");
                let mut browser = two.other.clone();
                let page = match method {
                    "GET" => browser.get(&path).await,
                    _ => browser.post(&path, &[("person", "mado")]).await,
                };
                let is_told = two.left.is_named_in(&page) || page.has(&case.receipt);
                assert!(!is_told, "{person} {route}: {}", page.text());
            }
        }
    }
    let mut clerk = two.doors.clerk.clone();
    let own = format!("/applications/{}", case.id);
    clerk.get(&own).await.expect(&case.receipt);
    // Somebody of this desk, seated at the other.
    for (name, value) in &seatless(&clerk) {
        two.other.cookies.insert(name.clone(), value.clone());
    }
    let page = two.other.get(&own).await;
    assert_eq!(page.path, "/training/", "{}", page.text());
    assert!(!page.has(&case.receipt));
    before.assert_same(&two.people().await, "the other's deeds");
}

/// The cookies of somebody but that of the seat.
fn seatless(browser: &Browser) -> Vec<(String, String)> {
    let all = browser.cookies.clone().into_iter();
    let rest: Vec<_> = all.filter(|(name, _)| name != "practice-seat").collect();
    assert!(!rest.is_empty());
    rest
}

#[actix_web::test]
async fn another_class_s_site_and_people_have_no_use_for_this_one_s_codes() {
    let two = two().await;
    let before = two.people().await;
    let doors = Doors::of_desk(&two.world, &two.other).await;
    let routes = crate::routes::public_routes(&two.world).await;
    let (nothing, something) = parted(&routes);
    for routes in [nothing, something] {
        ask(&routes, &doors, &two.left).await;
    }
    two.left.assert_useless(&doors).await;
    for way in two.ways("/result") {
        let page = two.left.disguised(&doors.public).get(&way).await;
        assert!(!two.left.is_named_in(&page), "{way}: {}", page.text());
        let seatless = Browser::new(&two.world.school().addresses().public);
        two.assert_led(&two.left.disguised(&seatless).once("GET", &way, None).await);
    }
    before.assert_same(&two.people().await, "the other's deeds");
    two.left.assert_useful(&two.doors).await;
}
