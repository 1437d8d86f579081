//! Every route needs what its rule says, for every role (S2, KS19).
use crate::{
    browser::{Browser, Page},
    desk::{Desk, is_signed_in},
    harness::World,
    routes::console_routes,
};
use mizumado::{
    accounts::{self, Access, Role, Rule},
    app::CONSOLE_PLAN,
};

const DENIED: &str = "この操作の権限がありません";

/// Asks for a rule's route; the parts of the path that vary are made up.
async fn request(browser: &mut Browser, rule: &Rule) -> Page {
    let part = regex::Regex::new(r"\{[^}]*\}").unwrap();
    let path = part.replace_all(rule.path, "made-up");
    let form = "application/x-www-form-urlencoded";
    let body = (rule.method == "POST").then(|| (form, vec![]));
    browser.once(rule.method, &path, body).await
}

/// Whether a rule lets these roles in; all of them are signed in with two ways in and a proof.
fn is_let_in(rule: &Rule, roles: &[Role]) -> bool {
    match rule.access {
        Access::May(permission) | Access::StepUp(permission) => accounts::allows(roles, permission),
        _ => true,
    }
}

#[actix_web::test]
async fn the_console_has_exactly_the_routes_of_its_rules() {
    let rules: std::collections::BTreeSet<String> = CONSOLE_PLAN
        .rules
        .iter()
        .map(|rule| format!("{:4} {}", rule.method, rule.path))
        .collect();
    assert_eq!(rules.len(), CONSOLE_PLAN.rules.len(), "no rule stands twice");
    assert_eq!(rules, console_routes().await);
    let table: Vec<String> = CONSOLE_PLAN
        .rules
        .iter()
        .map(|rule| format!("{:4} {:32} {:?}", rule.method, rule.path, rule.access))
        .collect();
    insta::assert_snapshot!(table.join("\n"));
    for item in CONSOLE_PLAN.nav {
        let rule = CONSOLE_PLAN
            .rules
            .iter()
            .find(|r| r.method == "GET" && r.path == item.path);
        let needed = match rule.unwrap().access {
            Access::May(permission) | Access::StepUp(permission) => Some(permission),
            _ => None,
        };
        assert_eq!(item.needs, needed, "{} is shown to those who may open it", item.path);
    }
}

/// Every rule for one person: what came, and what the audit record says of it.
async fn walk(world: &World, desk: &mut Desk, roles: &[Role]) {
    for rule in CONSOLE_PLAN.rules {
        let name = format!("{} {} as {roles:?}", rule.method, rule.path);
        let before = world.audit("access.denied").await.len();
        let page = request(desk, rule).await;
        let denials = world.audit("access.denied").await.split_off(before);
        assert!(page.status < 500, "{name}: {}", page.html);
        if is_let_in(rule, roles) {
            assert_ne!(page.status, 403, "{name}: {}", page.html);
            assert_ne!(page.status, 401, "{name}");
            assert!(denials.is_empty(), "{name}: {denials:?}");
        } else {
            assert_eq!((page.status, page.all("h1")), (403, vec![DENIED.to_owned()]), "{name}");
            let detail = format!("{} {} from 127.0.0.1", rule.method, rule.path);
            // A thing that is in the path is named; a path without one is the console's.
            let [(subject, said)] = denials.as_slice() else {
                panic!("{name}: {denials:?}")
            };
            assert_eq!(said, &detail, "{name}");
            let is_named = subject.split_once('/').is_some_and(|(_, id)| id == "made-up");
            assert!(subject == "console" || is_named, "{name}: {subject}");
            assert!(!rule.path.starts_with("/applications/{id}") || subject == "application/made-up");
        }
        if !is_signed_in(desk).await {
            assert!(["/sign-out", "/account/sessions/end"].contains(&rule.path), "{name}");
            desk.sign_in().await;
        }
    }
}

#[actix_web::test]
async fn every_role_opens_what_the_table_says_and_every_denial_is_recorded() {
    for world in World::all_with_console().await {
        for (number, role) in Role::ALL.iter().enumerate() {
            let mut desk = Desk::open(&world, &format!("r{number}"), &[*role]).await;
            walk(&world, &mut desk, &[*role]).await;
        }
        let mut nobody = Desk::open(&world, "none", &[]).await;
        walk(&world, &mut nobody, &[]).await;
    }
}

#[actix_web::test]
async fn somebody_with_every_role_is_denied_nothing() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "all", Role::ALL).await;
    walk(&world, &mut desk, Role::ALL).await;
}

#[actix_web::test]
async fn who_is_not_signed_in_is_sent_to_sign_in() {
    let world = World::with_console().await;
    let mut browser = Browser::new(&world.console);
    for rule in CONSOLE_PLAN.rules {
        let name = format!("{} {}", rule.method, rule.path);
        let page = request(&mut browser, rule).await;
        assert!(page.status < 500, "{name}");
        let location = page.headers.get("location").map(|l| l.to_str().unwrap().to_owned());
        match rule.access {
            Access::Open => assert_eq!(location, None, "{name}"),
            _ => {
                let place = location.unwrap_or_default();
                assert_eq!((page.status, page.html.as_str()), (303, ""), "{name}");
                let is_front = rule.method == "POST" || rule.path == "/";
                assert_eq!(place == "/sign-in", is_front, "{name}: {place}");
                assert!(place.starts_with("/sign-in"), "{name}: {place}");
            }
        }
    }
    browser.headers = vec![("hx-request", "true".into())];
    let fragment = browser.get("/staff").await;
    assert_eq!(fragment.headers["hx-redirect"], "/sign-in?next=%2Fstaff");
}

#[actix_web::test]
async fn with_one_way_in_only_the_own_page_opens() {
    let world = World::with_console().await;
    let mut desk = Desk::with_one_key(&world, "a1", &[Role::Administrator]).await;
    for rule in CONSOLE_PLAN.rules {
        let name = format!("{} {}", rule.method, rule.path);
        if matches!(rule.access, Access::Home | Access::May(_) | Access::StepUp(_)) {
            let page = request(&mut desk, rule).await;
            assert_eq!(
                (page.status, &page.headers["location"]),
                (303, &"/account".parse().unwrap()),
                "{name}"
            );
        }
    }
    desk.get("/account")
        .await
        .expect("もう1つ、ログインの方法を用意してください");
    assert_eq!(world.count("select count(*) as n from staff").await, 1);
    desk.renew_codes().await;
    assert_eq!(desk.get("/staff").await.status, 200);
}

#[actix_web::test]
async fn a_role_that_is_taken_away_is_gone_at_the_next_request() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut other = Desk::open(&world, "a2", &[Role::Administrator]).await;
        assert_eq!(other.get("/staff").await.status, 200);
        let fields = [("name", "水野"), ("unit", ""), ("role_viewer", "on")];
        let page = boss.post(&format!("/staff/{}", other.id), &fields).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(other.get("/staff").await.first("h1"), DENIED);
        for raised in [
            &["role_administrator", "role_auditor"][..],
            &["role_viewer"],
            &["role_auditor"],
        ] {
            let mut fields = vec![("name", "水野"), ("unit", "")];
            fields.extend(raised.iter().map(|role| (*role, "on")));
            let own = format!("/staff/{}", boss.id);
            let page = boss.post(&own, &fields).await;
            assert_eq!(page.status, 422, "nobody changes their own roles: {raised:?}");
        }
        assert_eq!(boss.get("/staff").await.status, 200);
    }
}

#[test]
fn the_docs_hold_the_table_of_permissions() {
    let page = std::fs::read_to_string("docs/OPERATIONS.md").unwrap();
    let (begin, end) = ("<!-- permissions:begin -->", "<!-- permissions:end -->");
    let kept = page.split(begin).nth(1).and_then(|rest| rest.split(end).next());
    let kept = kept.expect("docs/OPERATIONS.md has both markers");
    let table = accounts::table_in_markdown();
    assert_eq!(kept.trim(), table.trim(), "put this between the markers:\n{table}");
}
