//! Whatever is under way when somebody signs out, nobody is signed in afterwards (S3).
use crate::{
    browser::{Browser, Page},
    desk::{Desk, ask, is_signed_in},
    harness::{Wish, World},
};
use futures_util::future::{LocalBoxFuture, join_all};
use mizumado::accounts::Role;
use serde_json::json;

/// As many as S3 asks for, where a round costs little; the other engine takes the same turns less often.
fn rounds(world: &World) -> usize {
    match world.workspace.db.engine() {
        "postgres" => 210,
        _ => 1_000,
    }
}

/// Worlds where somebody may sign in as often as the race needs.
async fn worlds() -> Vec<World> {
    let wish = Wish {
        more_settings: "[limits]\nclient_drafts_per_hour = 100000\n".into(),
        ..Wish::with_console()
    };
    World::all_with(wish).await
}

/// A request under way: what came back, and the browser with the cookies it then has.
type UnderWay = LocalBoxFuture<'static, (Page, Browser)>;

fn request(desk: &Desk, method: &'static str, path: &'static str, body: Option<Vec<u8>>) -> UnderWay {
    let mut browser = desk.browser.clone();
    Box::pin(async move {
        let body = body.map(|bytes| ("application/json", bytes));
        let page = browser.once(method, path, body).await;
        (page, browser)
    })
}

/// A proof that only waits to be sent.
async fn proof(desk: &mut Desk) -> Vec<u8> {
    let asked = ask(desk, "/proof").await;
    let credential = desk.key.answer(&asked["publicKey"]);
    let body = json!({ "ceremony": asked["ceremony"], "credential": credential });
    body.to_string().into_bytes()
}

/// Signs in, sends everything at once, and looks at every cookie that anybody then has.
async fn round(world: &World, desk: &mut Desk, number: usize, way_out: &'static str) {
    assert_eq!(desk.sign_in().await.status, 200);
    let before = desk.browser.clone();
    let (first, second) = (proof(desk).await, proof(desk).await);
    let mut requests = vec![
        request(desk, "POST", way_out, None),
        request(desk, "POST", "/proof/answer", Some(first)),
        request(desk, "GET", "/", None),
        request(desk, "POST", "/proof/answer", Some(second)),
        request(desk, "GET", "/account", None),
    ];
    // Who comes first takes turns.
    let turns = number % requests.len();
    requests.rotate_left(turns);
    let outcomes = join_all(requests).await;
    let living = "select count(*) as n from staff_sessions where ended_at is null";
    assert_eq!(world.count(living).await, 0, "round {number}");
    for browser in outcomes.iter().map(|(_, browser)| browser).chain([&before]) {
        assert!(!is_signed_in(browser).await, "round {number}");
    }
    assert!(outcomes.iter().all(|(page, _)| page.status < 500), "round {number}");
}

#[actix_web::test]
async fn whatever_races_a_sign_out_nobody_is_signed_in_afterwards() {
    for world in worlds().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        desk.sign_out().await;
        for number in 0..rounds(&world) {
            round(&world, &mut desk, number, "/sign-out").await;
        }
    }
}

#[actix_web::test]
async fn whatever_races_a_sign_out_everywhere_nobody_is_signed_in_afterwards() {
    for world in worlds().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let path: &'static str = format!("/staff/{}/sign-out", desk.id).leak();
        for number in 0..rounds(&world) / 5 {
            assert_eq!(desk.sign_in().await.status, 200);
            let body = proof(&mut desk).await;
            let mut requests = vec![
                request(&boss, "POST", path, None),
                request(&desk, "POST", "/proof/answer", Some(body)),
                request(&desk, "GET", "/account", None),
            ];
            requests.rotate_left(number % 3);
            for (page, browser) in join_all(requests).await {
                let is_boss = browser.cookies == boss.cookies;
                assert_eq!(is_signed_in(&browser).await, is_boss, "round {number}");
                assert!(page.status < 500);
            }
        }
        assert_eq!(boss.prove().await.status, 200);
    }
}
