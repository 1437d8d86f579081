//! Every role before things that are there: each answer is the page, or a denial that is a page and on record (S2, KS19).
use crate::{
    browser::Page,
    console_pages::{ELSEWHERE, furnished},
    desk::Desk,
    harness::World,
};
use mizumado::{
    accounts::{self, Access, Permission, Role, Rule},
    app::CONSOLE_PLAN,
};
use std::collections::BTreeMap;

const DENIED: &str = "この操作の権限がありません";
/// The file of an inquiry; there is none of this id, which only who may read the inquiry finds out.
const FILE: &str = "/inquiries/{id}/files/{file}";

fn is_let_in(rule: &Rule, role: Role) -> bool {
    match rule.access {
        Access::May(permission) | Access::StepUp(permission) => accounts::allows(&[role], permission),
        _ => true,
    }
}

/// Whether a thing of [`furnished`] refuses somebody whom the rule lets in: the inquiry is a citizen's, the question is
/// somebody else's draft, the call for help was taken by another.
fn is_of_others(rule: &Rule, role: Role) -> bool {
    let lacks = |permission| !accounts::allows(&[role], permission);
    match rule.path {
        FILE => lacks(Permission::RevealPersonal),
        "/questions/{id}" | "/assist/{id}" => true,
        "/inquiries/{id}" => lacks(Permission::ReadApplications),
        path => path.starts_with("/inquiries/{id}/") && lacks(Permission::RevealPersonal),
    }
}

/// Asks, and says what came and what the record holds of it.
async fn asked(world: &World, desk: &mut Desk, rule: &Rule, path: &str, form: &str) -> (Page, Vec<(String, String)>) {
    let before = world.audit("access.denied").await.len();
    let body = (rule.method == "POST").then(|| ("application/x-www-form-urlencoded", form.as_bytes().to_vec()));
    let page = desk.once(rule.method, path, body).await;
    (page, world.audit("access.denied").await.split_off(before))
}

/// A denial that is a page, and one entry that names the thing.
#[track_caller]
fn assert_denied(name: &str, rule: &Rule, path: &str, (page, denials): &(Page, Vec<(String, String)>)) {
    assert_eq!((page.status, page.all("h1")), (403, vec![DENIED.to_owned()]), "{name}");
    page.expect("操作記録に残りました");
    let [(subject, said)] = denials.as_slice() else {
        panic!("{name}: {denials:?}")
    };
    assert_eq!(said, &format!("{} {} from 127.0.0.1", rule.method, rule.path), "{name}");
    let id = subject.split_once('/').map(|(_, id)| id);
    assert!(
        subject == "console" || id.is_some_and(|id| path.contains(id)),
        "{name}: {subject}"
    );
    let is_about_one = ["/inquiries/{id}", "/questions/{id}"]
        .iter()
        .any(|begin| rule.path.starts_with(begin));
    assert!(!is_about_one || subject != "console", "{name}");
}

/// Every page for one role.
async fn read_everything(world: &World, role: Role, number: usize, paths: &BTreeMap<&'static str, String>) {
    let mut desk = Desk::open(world, &format!("r{number}"), &[role]).await;
    for rule in CONSOLE_PLAN.rules.iter().filter(|rule| rule.method == "GET") {
        if ELSEWHERE.contains(&rule.path) && rule.path != FILE {
            continue;
        }
        let path = paths.get(rule.path).map_or(rule.path, String::as_str);
        let name = format!("GET {path} as {role:?}");
        let answer = asked(world, &mut desk, rule, path, "").await;
        if !is_let_in(rule, role) || is_of_others(rule, role) {
            assert_denied(&name, rule, path, &answer);
            continue;
        }
        let (page, denials) = answer;
        // What is done leads on to what was made.
        let fits = [200, 303].contains(&page.status) || (rule.path == FILE && page.status == 404);
        assert!(fits && denials.is_empty(), "{name}: {} {}", page.status, page.text());
    }
}

#[actix_web::test]
async fn every_role_is_given_each_real_thing_or_a_denial_that_is_a_page_and_on_record() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "maker", Role::ALL).await;
        let mut paths = furnished(&world, &mut maker).await;
        world.run_due().await;
        paths.insert(
            FILE,
            format!("{}/files/01M8NW415JNGW4TRDRT4RV7ZTF", paths["/inquiries/{id}"]),
        );
        for (number, role) in Role::ALL.iter().enumerate() {
            read_everything(&world, *role, number, &paths).await;
        }
    }
}

#[actix_web::test]
async fn who_may_not_see_a_citizens_inquiry_does_nothing_to_it_and_every_try_is_on_record() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "maker", Role::ALL).await;
        let inquiry = furnished(&world, &mut maker).await["/inquiries/{id}"].clone();
        let id = inquiry.rsplit('/').next().unwrap();
        let kept = "select count(*) as n from inquiry_messages";
        let before = world.count(kept).await;
        for role in [Role::Administrator, Role::Operator] {
            let mut desk = Desk::open(&world, role.as_str(), &[role]).await;
            let mut tried = 0;
            for rule in CONSOLE_PLAN.rules.iter().filter(|rule| rule.method == "POST") {
                // A question and a request for improvement may be made of an inquiry. A file is sent in another form.
                let is_made_of_it = ["/questions", "/improvements"].contains(&rule.path);
                let is_about_it = rule.path.starts_with("/inquiries/{id}/") && !rule.path.ends_with("/files");
                if !(is_made_of_it || is_about_it) || !is_let_in(rule, role) {
                    continue;
                }
                let path = rule.path.replace("/inquiries/{id}", &inquiry);
                let form = format!("inquiry={id}&title=x&kind=note&body=x&act=template");
                let answer = asked(&world, &mut desk, rule, &path, &form).await;
                assert_denied(&format!("POST {path} as {role:?}"), rule, &path, &answer);
                tried += 1;
            }
            assert!(tried >= 5, "{role:?}: {tried}");
        }
        assert_eq!(world.count(kept).await, before);
    }
}
