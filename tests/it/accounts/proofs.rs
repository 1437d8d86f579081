//! Whatever weighs heavily is done after a proof of the last five minutes, route by route, and not without (S3).
use crate::{browser::Page, desk::Desk, harness::World};
use chrono::Duration;
use mizumado::{
    accounts::{Access, Role, Rule},
    app::CONSOLE_PLAN,
};

const STEP_UP: &str = "もう一度、本人確認をしてください";
const FORM: &str = "application/x-www-form-urlencoded";
/// What somebody typed; it needs escaping.
const TYPED: [(&str, &str); 2] = [("name", "<b>\"田中\"&'"), ("note", "1 + 1 = 2 %")];
const ENTRIES: &str = "select count(*) as n from audit_entries";

/// Every rule that asks for a proof.
fn weighty() -> Vec<&'static Rule> {
    let all = CONSOLE_PLAN.rules.iter();
    let weighty: Vec<_> = all
        .filter(|rule| matches!(rule.access, Access::StepUp(_) | Access::OwnStepUp))
        .collect();
    for method in ["GET", "POST"] {
        assert!(weighty.iter().any(|rule| rule.method == method), "{method}");
    }
    assert!(weighty.len() >= 40, "{}", weighty.len());
    weighty
}

fn path(rule: &Rule) -> String {
    let part = regex::Regex::new(r"\{[^}]*\}").unwrap();
    part.replace_all(rule.path, "made-up").into_owned()
}

async fn request(desk: &mut Desk, rule: &Rule) -> Page {
    let typed = serde_urlencoded::to_string(TYPED).unwrap();
    let body = (rule.method == "POST").then(|| (FORM, typed.into_bytes()));
    desk.once(rule.method, &path(rule), body).await
}

/// The page of a proof and nothing else: what was asked for is named there, or held, and nothing was done.
async fn is_asked(world: &World, desk: &mut Desk, rule: &Rule) -> Page {
    let name = format!("{} {}", rule.method, rule.path);
    let before = world.count(ENTRIES).await;
    let page = request(desk, rule).await;
    assert_eq!((page.status, page.first("h1")), (401, STEP_UP.to_owned()), "{name}");
    match rule.method {
        "GET" => assert_eq!(page.attributes("[data-ceremony]", "data-next"), [path(rule)], "{name}"),
        _ => {
            let (action, held) = page.form();
            let typed = TYPED.map(|(field, value)| (field.to_owned(), value.to_owned()));
            assert_eq!(action, path(rule), "{name}");
            assert_eq!(held.into_iter().collect::<Vec<_>>(), typed, "{name}");
        }
    }
    desk.headers = vec![("hx-request", "true".into())];
    let fragment = request(desk, rule).await;
    desk.headers.clear();
    super::covers(&fragment, "prove");
    assert_eq!(world.count(ENTRIES).await, before, "{name}: nothing was done");
    page
}

#[actix_web::test]
async fn every_route_that_asks_for_a_proof_is_not_carried_out_without_a_fresh_one() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "all", Role::ALL).await;
        // Signed in more than five minutes ago, and nothing proven since.
        world.workspace.clock.advance(Duration::seconds(302));
        for rule in weighty() {
            is_asked(&world, &mut desk, rule).await;
        }
        // Proven, and the proof has run out.
        assert_eq!(desk.prove().await.status, 200);
        world.workspace.clock.advance(Duration::seconds(302));
        for rule in weighty() {
            is_asked(&world, &mut desk, rule).await;
        }
        assert_eq!(desk.get("/staff").await.status, 200, "looking needs none");
    }
}

#[actix_web::test]
async fn after_the_proof_what_was_asked_for_goes_on_with_what_was_typed() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "all", Role::ALL).await;
    for rule in weighty() {
        let name = format!("{} {}", rule.method, rule.path);
        if desk.get("/").await.path != "/" {
            // What came before ended the sessions of this person.
            desk.sign_in().await;
        }
        world.workspace.clock.advance(Duration::seconds(302));
        let page = is_asked(&world, &mut desk, rule).await;
        assert_eq!(desk.prove().await.status, 200, "{name}");
        let held = serde_urlencoded::to_string(TYPED).unwrap();
        let (to, body) = match rule.method {
            "GET" => (page.attributes("[data-ceremony]", "data-next").remove(0), None),
            _ => (page.form().0, Some((FORM, held.into_bytes()))),
        };
        let done = desk.once(rule.method, &to, body).await;
        assert!(
            done.status != 401 && done.status < 500,
            "{name}: {} {}",
            done.status,
            done.html
        );
        assert_ne!(done.status, 403, "{name}");
    }
}
