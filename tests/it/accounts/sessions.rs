//! Sessions lock, end and are bound to their cookie (S3).
use crate::{
    browser::Browser,
    desk::{Desk, ask, is_signed_in},
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::{
    accounts::{Access, Role},
    app::CONSOLE_PLAN,
};

const LOCKED: &str = "画面をロックしました";
const STEP_UP: &str = "もう一度、本人確認をしてください";
/// What an administrator types about a new person; the name needs escaping.
const TYPED: [(&str, &str); 4] = [
    ("code", "n-1"),
    ("name", "<b>\"田中\"&'"),
    ("role_viewer", "on"),
    ("unit", "収納課"),
];

/// The person that [`TYPED`] describes.
async fn people(world: &World) -> i64 {
    world.count("select count(*) as n from staff where code = 'n-1'").await
}

#[actix_web::test]
async fn the_screen_locks_after_idle_minutes_and_what_was_typed_is_done_after_a_proof() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        world.workspace.clock.advance(Duration::minutes(14));
        boss.get("/staff/new").await.expect("職員を登録する");
        world.workspace.clock.advance(Duration::seconds(15 * 60 + 1));
        let page = boss.post("/staff", &TYPED).await;
        assert_eq!((page.status, page.first("h1")), (401, LOCKED.into()));
        assert_eq!(page.form().0, "/staff");
        assert_eq!(
            page.form().1.into_iter().collect::<Vec<_>>(),
            TYPED.map(|(n, v)| (n.to_owned(), v.to_owned())),
            "what was typed is held"
        );
        assert!(!page.has("/staff/new"), "a locked page shows no other");
        assert_eq!(boss.get("/").await.status, 401, "trying does not unlock");
        assert_eq!(people(&world).await, 0);
        assert_eq!(boss.prove().await.status, 200);
        let done = boss.submit(&page, &[]).await;
        assert_eq!(done.status, 200);
        done.expect("招待状");
        assert_eq!(people(&world).await, 1);
    }
}

#[actix_web::test]
async fn a_proof_before_a_download_shows_the_way_back_to_the_page_it_was_asked_for_on() {
    let world = World::with_console().await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    world.workspace.clock.advance(Duration::minutes(6));
    let export = "/applications/export?result=unknown";
    for (referer, back, label) in [
        (None, "/", "ホームを開く"),
        (Some(export), "/", "ホームを開く"),
        (
            Some("/applications?result=unknown"),
            "/applications?result=unknown",
            "前の画面にもどる",
        ),
    ] {
        let from = referer.map(|path| ("referer", format!("{}{path}", world.console)));
        clerk.headers = from.into_iter().collect();
        let page = clerk.get(export).await;
        assert_eq!((page.status, page.first("h1")), (401, STEP_UP.into()));
        assert_eq!(page.link(label).as_deref(), Some(back));
        assert_eq!(
            page.attributes("#proved[hidden] a", "href"),
            [back],
            "not before the proof"
        );
    }
}

#[actix_web::test]
async fn a_chosen_file_is_not_held_and_the_page_says_so() {
    let world = World::with_console().await;
    let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
    world.workspace.clock.advance(Duration::minutes(16));
    let from = format!("{}/institutions/imports?x=1", world.console);
    boss.headers = vec![("sec-fetch-site", "same-origin".into()), ("referer", from)];
    let page = boss.upload("/institutions/imports", "file", &vec![b'x'; 900_000]).await;
    assert_eq!((page.status, page.first("h1")), (401, LOCKED.into()));
    page.expect("選んだファイルは残っていません");
    assert!(!page.has("入力した内容は残っています") && !page.has("id=\"held\""));
    assert_eq!(
        page.attributes("[data-ceremony]", "data-next"),
        ["/institutions/imports?x=1"]
    );
    boss.headers = vec![
        ("sec-fetch-site", "same-origin".into()),
        ("referer", "https://evil.example//x".into()),
    ];
    let page = boss.upload("/institutions/imports", "file", b"x").await;
    assert_eq!(page.attributes("[data-ceremony]", "data-next"), ["/"]);
}

#[actix_web::test]
async fn a_locked_screen_leads_back_to_its_page_or_out() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    world.workspace.clock.advance(Duration::minutes(16));
    let page = desk.get("/permissions?x=1").await;
    assert_eq!(page.status, 401);
    assert_eq!(page.attributes("[data-ceremony]", "data-next"), ["/permissions?x=1"]);
    for path in ["/account/codes", "/account/sessions/end"] {
        assert_eq!(desk.post(path, &[]).await.first("h1"), LOCKED);
    }
    desk.sign_out().await.expect("職員ログイン");
    assert!(!is_signed_in(&desk).await);
}

#[actix_web::test]
async fn whoever_works_is_not_locked_and_still_signs_in_anew_after_the_absolute_limit() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        for _ in 0..42 {
            world.workspace.clock.advance(Duration::minutes(14));
            assert_eq!(desk.get("/").await.status, 200);
        }
        assert_eq!(desk.prove().await.status, 200);
        world.workspace.clock.advance(Duration::minutes(13));
        assert!(!is_signed_in(&desk).await, "ten hours, and no proof makes it longer");
        assert!(desk.get("/account").await.path.starts_with("/sign-in?next="));
        assert_eq!(desk.post("/proof/options", &[]).await.path, "/sign-in");
    }
}

#[actix_web::test]
async fn a_weighty_action_needs_a_proof_of_the_last_five_minutes() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        world.workspace.clock.advance(Duration::seconds(302));
        let page = boss.post("/staff", &TYPED).await;
        assert_eq!((page.status, page.first("h1")), (401, STEP_UP.into()));
        assert_eq!(people(&world).await, 0);
        assert_eq!(boss.get("/staff").await.status, 200, "looking needs none");
        assert_eq!(boss.prove().await.status, 200);
        world.workspace.clock.advance(Duration::minutes(4));
        assert_eq!(boss.submit(&page, &[]).await.status, 200);
        assert_eq!(people(&world).await, 1);
        world.workspace.clock.advance(Duration::minutes(2));
        for path in [
            "/account/keys/options",
            "/account/codes",
            "/account/keys/x/revocation",
            "/account/sessions/end",
            "/account/sessions/x/end",
            "/contacts/x/removal",
        ] {
            assert_eq!(boss.post(path, &[]).await.first("h1"), STEP_UP, "{path}");
        }
    }
}

#[actix_web::test]
async fn a_training_and_the_end_of_ones_own_sessions_are_done_by_the_form_that_the_proof_holds() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let other = boss.elsewhere(&world).await;
        world.workspace.clock.advance(Duration::minutes(6));
        let path = format!("/staff/{}/trainings", boss.id);
        let typed = [("held_on", "2026-04-01"), ("title", "個人情報の研修")];
        let page = boss.post(&path, &typed).await;
        assert_eq!((page.status, page.first("h1")), (401, STEP_UP.into()));
        assert_eq!(world.count("select count(*) as n from staff_trainings").await, 0);
        assert_eq!(boss.prove().await.status, 200);
        boss.submit(&page, &[]).await.expect("個人情報の研修");
        assert_eq!(world.count("select count(*) as n from staff_trainings").await, 1);
        world.workspace.clock.advance(Duration::minutes(6));
        let page = boss.post("/account/sessions/end", &[]).await;
        assert_eq!((page.status, page.first("h1")), (401, STEP_UP.into()));
        assert!(is_signed_in(&other).await, "nothing is ended before the proof");
        assert_eq!(boss.prove().await.status, 200);
        boss.submit(&page, &[]).await;
        assert!(!is_signed_in(&other).await && !is_signed_in(&boss).await);
    }
}

#[actix_web::test]
async fn signing_out_everywhere_works_at_the_next_request() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let other = desk.elsewhere(&world).await;
        let path = desk.post("/account/sessions/end", &[]).await.path;
        assert_eq!(path, "/sign-in");
        assert!(!is_signed_in(&desk).await && !is_signed_in(&other).await);
        assert!(is_signed_in(&boss).await, "nobody else is signed out");
        desk.sign_in().await;
        let other = desk.elsewhere(&world).await;
        boss.post(&format!("/staff/{}/sign-out", desk.id), &[]).await;
        assert!(!is_signed_in(&desk).await && !is_signed_in(&other).await);
        desk.sign_in().await;
        boss.post(&format!("/staff/{}/suspension", desk.id), &[]).await;
        assert!(!is_signed_in(&desk).await);
        assert!(desk.get("/account").await.path.starts_with("/sign-in"));
        assert!(is_signed_in(&boss).await);
    }
}

#[actix_web::test]
async fn one_ends_only_ones_own_sessions_one_by_one() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut stranger = Desk::open(&world, "c2", &[Role::Clerk]).await;
        let other = desk.elsewhere(&world).await;
        let account = desk.get("/account").await;
        let forms = account.attributes("form[action^='/account/sessions/'][action$='/end']", "action");
        let end: Vec<_> = forms.iter().filter(|path| *path != "/account/sessions/end").collect();
        assert_eq!(end.len(), 1, "every session but this one: {forms:?}");
        stranger.post(end[0], &[]).await;
        assert!(is_signed_in(&other).await);
        desk.post(end[0], &[]).await;
        assert!(!is_signed_in(&other).await && is_signed_in(&desk).await);
    }
}

#[actix_web::test]
async fn a_cookie_from_before_is_not_the_one_after() {
    for world in World::all_with_console().await {
        let desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut victim = Desk::open(&world, "c2", &[Role::Clerk]).await;
        let planted = desk.browser.clone();
        // Somebody signs in over a cookie that another person knows.
        victim.cookies = planted.cookies.clone();
        assert_eq!(victim.sign_in().await.status, 200);
        assert_ne!(victim.cookies["staff"], planted.cookies["staff"]);
        assert!(is_signed_in(&victim).await && !is_signed_in(&planted).await);
        victim.get("/account").await.expect("c2");
        // A made-up one, and the same person once more.
        victim.cookies.insert("staff".into(), "planted".into());
        victim.sign_in().await;
        let first = victim.browser.clone();
        assert_ne!(first.cookies["staff"], "planted");
        victim.sign_in().await;
        assert!(is_signed_in(&victim).await && !is_signed_in(&first).await);
    }
}

#[actix_web::test]
async fn a_proof_changes_the_cookie_and_the_old_one_is_worth_nothing() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let before = desk.browser.clone();
        assert_eq!(desk.prove().await.status, 200);
        assert_ne!(before.cookies["staff"], desk.cookies["staff"]);
        assert!(is_signed_in(&desk).await && !is_signed_in(&before).await);
    }
}

#[actix_web::test]
async fn a_cookie_that_a_proof_replaced_signs_out_and_does_nothing_else() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut replaced = desk.browser.clone();
        desk.prove().await;
        for rule in CONSOLE_PLAN.rules.iter().filter(|rule| rule.access != Access::Open) {
            if rule.path != "/sign-out" {
                let page = replaced.once(rule.method, rule.path, None).await;
                assert_eq!(page.status, 303, "{} {}", rule.method, rule.path);
                assert!(page.headers["location"].to_str().unwrap().starts_with("/sign-in"));
            }
        }
        assert!(is_signed_in(&desk).await && !is_signed_in(&replaced).await);
        replaced.post("/sign-out", &[]).await.expect("職員ログイン");
        assert!(!is_signed_in(&desk).await, "who meant to leave has left");
        assert_eq!(world.audit("staff.signed_out").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_cookie_is_useless_after_signing_out() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let asked = ask(&mut desk, "/proof").await;
        let mut replayed = desk.browser.clone();
        desk.sign_out().await.expect("職員ログイン");
        assert!(desk.cookies.is_empty(), "the browser forgets it, too");
        assert!(!is_signed_in(&replayed).await);
        assert!(replayed.get("/account").await.path.starts_with("/sign-in"));
        let credential = desk.key.answer(&asked["publicKey"]);
        let body = serde_json::json!({ "ceremony": asked["ceremony"], "credential": credential });
        assert_eq!(replayed.json("/proof/answer", &body).await.path, "/sign-in");
        assert!(!is_signed_in(&replayed).await);
        // A cookie that was changed is no cookie.
        desk.sign_in().await;
        let mut changed = desk.browser.clone();
        for at in [0, 10, 30] {
            let mut text: Vec<char> = desk.cookies["staff"].chars().collect();
            text[at] = if text[at] == 'A' { 'B' } else { 'A' };
            changed.cookies.insert("staff".into(), text.into_iter().collect());
            assert!(!is_signed_in(&changed).await);
        }
    }
}

/// The `Set-Cookie` line of a sign-in.
async fn cookie_line(world: &World) -> String {
    let mut desk = Desk::with_one_key(world, "c1", &[Role::Clerk]).await;
    let page = desk.sign_in().await;
    let lines: Vec<_> = page.headers.get_all("set-cookie").iter().collect();
    assert_eq!(lines.len(), 1);
    lines[0].to_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_cookie_has_every_flag() {
    let line = cookie_line(&World::with_console().await).await;
    let flags: Vec<&str> = line.split("; ").skip(1).collect();
    assert!(line.starts_with("staff="), "{line}");
    assert_eq!(
        flags,
        ["HttpOnly", "SameSite=Lax", "Path=/"],
        "it ends with the browser"
    );
    let wish = Wish {
        console_url: Some("https://console.example.jp"),
        ..Wish::with_console()
    };
    let line = cookie_line(&World::sqlite_with(wish).await).await;
    let flags: Vec<&str> = line.split("; ").skip(1).collect();
    assert!(line.starts_with("__Host-staff="), "{line}");
    assert_eq!(flags, ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]);
}

#[actix_web::test]
async fn a_console_of_an_address_asks_for_keys_of_its_host_alone() {
    let wish = Wish {
        console_url: Some("https://console.example.jp"),
        ..Wish::with_console()
    };
    let world = World::sqlite_with(wish).await;
    let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    for (origin, rp_id) in [
        ("https://example.jp", "example.jp"),
        ("https://console.example.jp", "example.jp"),
        ("https://x.console.example.jp", "console.example.jp"),
        ("http://console.example.jp", "console.example.jp"),
        ("https://console.example.jp:8443", "console.example.jp"),
    ] {
        let mut key = crate::authenticator::Passkey {
            origin: origin.into(),
            rp_id: rp_id.into(),
            ..desk.key.clone()
        };
        let page = crate::desk::sign_in(&mut Browser::new(&world.console), &mut key).await;
        super::refusal(&page);
    }
    assert_eq!(desk.sign_in().await.status, 200);
}

#[actix_web::test]
async fn what_is_open_to_everybody_unlocks_no_screen() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        world.workspace.clock.advance(Duration::minutes(16));
        for rule in CONSOLE_PLAN.rules.iter().filter(|rule| rule.access == Access::Open) {
            desk.once(rule.method, rule.path, None).await;
        }
        assert_eq!(desk.get("/").await.status, 401, "the screen is still locked");
    }
}

#[actix_web::test]
async fn a_request_that_says_that_nobody_made_it_is_no_sign_of_life_wherever_it_goes() {
    const ALIVE: &str = "select count(*) as n from staff_sessions where seen_at > began_at";
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", Role::ALL).await;
        world.workspace.clock.advance(Duration::minutes(4));
        desk.headers = vec![("hx-request", "true".into()), ("x-polling", "yes".into())];
        let asked = |rule: &&mizumado::accounts::Rule| rule.method == "GET" && rule.access != Access::Open;
        for rule in CONSOLE_PLAN.rules.iter().filter(asked) {
            desk.once("GET", rule.path, None).await;
            assert_eq!(world.count(ALIVE).await, 0, "{}", rule.path);
        }
        assert_eq!(desk.get("/").await.status, 200, "it is answered");
        desk.headers.clear();
        desk.get("/").await;
        assert_eq!(world.count(ALIVE).await, 1, "any other is somebody's");
    }
}
