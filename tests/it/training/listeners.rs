//! The two worlds' listeners: who is somebody at one is nobody at the other, whatever they bring along.
use super::{be, class, codes::people, come_in, everything::everything, one};
use crate::{
    applicant::Applicant,
    applications::registered,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
    routes::console_routes,
};
use mizumado::{accounts::Role, training::Class};

/// A browser at a face with all cookies of another world, under their own names and as this world calls its own.
fn disguised(face: &str, theirs: &Browser) -> Browser {
    let mut browser = Browser::new(face);
    for (name, value) in &theirs.cookies {
        let other = match name.strip_prefix("practice-") {
            Some(plain) => plain.to_owned(),
            None => format!("practice-{name}"),
        };
        browser.cookies.insert(name.clone(), value.clone());
        browser.cookies.insert(other, value.clone());
    }
    browser
}

/// Where the consoles lead who is nobody there. What else is answered, be it a mistake in a form, comes from within.
const REAL_DOOR: &str = "/sign-in";
const PRACTICE_DOOR: &str = "/training/";

/// After these one is nobody any more.
const LEADS_OUT: [&str; 2] = ["POST /account/sessions/end", "POST /sign-out"];

/// Whether this is the gate's own refusal.
fn is_refused(page: &Page, door: &str) -> bool {
    let to = page.headers.get("location").and_then(|to| to.to_str().ok());
    let to = to.and_then(|to| to.split('?').next());
    page.status == 303 && to == Some(door) && page.html.is_empty()
}

/// Asks a route, with an id of an application in its address, and something in its form.
async fn ask(browser: &mut Browser, route: &str, id: &str) -> Page {
    let (method, path) = route.split_once(char::is_whitespace).unwrap();
    let parts = path.trim().split('/');
    let path: Vec<&str> = parts
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect();
    let body = (method == "POST").then(|| ("application/x-www-form-urlencoded", b"person=mado".to_vec()));
    browser.once(method, &path.join("/"), body).await
}

/// The routes of the console at which somebody must be signed in.
async fn guarded() -> Vec<String> {
    let open = ["/assets/", "/favicon", "/sign-in", "/enrolments/"];
    let is_open = |route: &String| open.iter().any(|start| route[4..].trim().starts_with(start));
    let routes: Vec<String> = console_routes().await.into_iter().filter(|r| !is_open(r)).collect();
    assert!(routes.len() > 150, "{}", routes.len());
    routes
}

/// Somebody of the real staff, somebody who learns, and an application of each world.
struct Two {
    world: World,
    class: Class,
    staff: Desk,
    learner: Browser,
    real_id: String,
    practice_id: String,
}

async fn two() -> Two {
    let world = one().await;
    let (_, real_id) = registered(&world, &Applicant::default()).await;
    let staff = Desk::open(&world, "a1", Role::ALL).await;
    let class = class(&world, 1).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut learner, "kanri").await;
    Two {
        staff,
        learner,
        real_id,
        practice_id: class.desks[0].cases["caller"].id.clone(),
        world,
        class,
    }
}

#[actix_web::test]
async fn a_request_at_one_listener_never_reaches_the_other_s_workspace() {
    let mut two = two().await;
    let real = two.world.workspace.clone();
    let desk = two.world.school().desk(&two.class.desks[0].id).unwrap().workspace;
    let with_practice = disguised(&two.world.console, &two.learner);
    let with_real = disguised(&two.world.school().addresses().console, &two.staff);
    // At a desk by a seat of it, where the session is asked for.
    let mut with_seat = with_real.clone();
    let seat = two.learner.cookies["practice-seat"].clone();
    with_seat.cookies.insert("practice-seat".into(), seat);
    assert!(with_practice.cookies.contains_key("staff") && with_seat.cookies.contains_key("practice-staff"));
    let routes = guarded().await;
    let before = (everything(&real).await, people(&desk).await);
    for route in &routes {
        let page = ask(&mut with_practice.clone(), route, &two.practice_id).await;
        let is_out = is_refused(&page, REAL_DOOR);
        assert!(is_out, "{route}: practice cookies at the real console: {}", page.status);
        for seen in [&with_real, &with_seat] {
            let page = ask(&mut seen.clone(), route, &two.real_id).await;
            let is_out = is_refused(&page, PRACTICE_DOOR);
            assert!(is_out, "{route}: real cookies at the practice console: {}", page.status);
        }
    }
    before.0.assert_same(&everything(&real).await, "practice cookies");
    before.1.assert_same(&people(&desk).await, "real cookies");
    // Who belongs there is refused at none of them: what is sent gets an answer from within. The room has its own routes.
    let within = routes.iter().filter(|route| route.starts_with("POST"));
    for route in within.filter(|route| !LEADS_OUT.contains(&route.as_str())) {
        let page = ask(&mut two.staff, route, &two.real_id).await;
        assert!(!is_refused(&page, REAL_DOOR), "{route}: the staff's own console");
        let page = ask(&mut two.learner, route, &two.practice_id).await;
        let is_room = route[4..].trim().starts_with("/training");
        assert!(is_room || !is_refused(&page, PRACTICE_DOOR), "{route}: one's own desk");
    }
}

#[actix_web::test]
async fn who_is_somebody_in_one_world_finds_nothing_of_the_other() {
    let mut two = two().await;
    let addresses = two.world.school().addresses().clone();
    let (staff, learner) = (&mut two.staff, &mut two.learner);
    let of_practice = format!("/applications/{}", two.practice_id);
    assert_eq!(staff.get(&of_practice).await.status, 404);
    be(learner, "mado").await;
    let of_real = format!("/applications/{}", two.real_id);
    assert_eq!(learner.get(&of_real).await.status, 404);
    // Each finds their own.
    assert_eq!(staff.get(&of_real).await.status, 200);
    assert_eq!(learner.get(&of_practice).await.status, 200);
    // The way in without a key is nowhere but at a desk.
    let person = [("person", "mado")];
    assert_eq!(staff.post("/practice/person", &person).await.status, 404);
    let mut anybody = Browser::new(&two.world.url);
    assert_eq!(anybody.post("/practice/person", &person).await.status, 404);
    // A desk is reached by its address only where everybody may look.
    let mut stranger = Browser::new(&addresses.console);
    let desk = &two.class.desks[0].id;
    stranger
        .get(&format!("/desk/{desk}/applications"))
        .await
        .expect("研修の教室に入る");
    let mut mails = Browser::new(&addresses.mails);
    assert!(!mails.get(&format!("/desk/{desk}/")).await.has("届いたメール"));
    Browser::new(&addresses.public)
        .get(&format!("/desk/{desk}/"))
        .await
        .expect("研修の教室に入る");
    learner
        .get(&format!("{}/desk/{desk}/", addresses.public))
        .await
        .expect("研修環境です");
    // Other networks get nothing of any face.
    for face in [&addresses.console, &addresses.public, &addresses.bank, &addresses.mails] {
        let mut elsewhere = Browser::at(face, [127, 0, 0, 2].into());
        elsewhere.cookies = learner.cookies.clone();
        assert_eq!(elsewhere.get("/").await.status, 404, "{face}");
    }
}
