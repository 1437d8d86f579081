//! A page is of the person who opened it: nobody who signs in after them opens it, or sends what was typed there (S3, KS17.6).
use super::covers;
use crate::{
    browser::{Browser, Page},
    desk::{Desk, prove},
    harness::World,
};
use chrono::Duration;
use mizumado::accounts::Role;

const OTHERS: &str = "この画面は、ほかの人が開いたものです";

/// By which word a page says whose it is.
fn word(page: &Page) -> String {
    let words = page.attributes("body", "data-page-of");
    assert_eq!(words.len(), 1, "{}", page.path);
    words[0].clone()
}

/// Two people of one machine, and the word of the first one's pages.
async fn two(world: &World) -> (Desk, Desk, String) {
    let mut first = Desk::open(world, "a1", &[Role::Administrator]).await;
    let second = Desk::open(world, "a2", &[Role::Administrator]).await;
    let word = word(&first.get("/account").await);
    (first, second, word)
}

async fn people(world: &World) -> i64 {
    world.count("select count(*) as n from staff where code = 'n-1'").await
}

/// A new person, by a form of a page with this word.
fn typed(word: &str) -> Vec<(&str, &str)> {
    vec![
        ("code", "n-1"),
        ("name", "田中 一郎"),
        ("role_viewer", "on"),
        ("unit", "収納課"),
        ("page_of", word),
    ]
}

#[actix_web::test]
async fn a_page_says_whose_it_is_by_a_word_that_is_the_same_at_every_sign_in_and_names_nobody() {
    for world in World::all_with_console().await {
        let (mut first, mut second, own) = two(&world).await;
        assert!(own.len() >= 32 && !own.contains(&first.id.to_lowercase()), "{own}");
        assert_eq!(word(&first.get("/permissions").await), own);
        assert_eq!(word(&first.elsewhere(&world).await.get("/account").await), own);
        assert_ne!(word(&second.get("/account").await), own);
        world.workspace.clock.advance(Duration::minutes(16));
        let locked = first.get("/account").await;
        assert_eq!((locked.status, word(&locked)), (401, own), "the page of a proof, too");
        let outside = Browser::new(&world.console).get("/sign-in").await;
        assert!(!outside.has("data-page-of"), "it is nobody's");
    }
}

#[actix_web::test]
async fn nobody_opens_a_page_of_who_was_there_before() {
    for world in World::all_with_console().await {
        let (first, mut second, others) = two(&world).await;
        let own = word(&second.get("/account").await);
        world.workspace.clock.advance(Duration::minutes(16));
        second.headers = vec![("x-page-of", others.clone())];
        for path in ["/proof/options", "/proof/answer", "/account/keys/options"] {
            let refused = second.json(path, &serde_json::json!({})).await;
            assert_eq!((refused.status, refused.first("h1")), (409, OTHERS.into()), "{path}");
        }
        second.headers.push(("hx-request", "true".into()));
        covers(&second.get("/applications").await, "another");
        second.headers.clear();
        assert_eq!(second.get("/").await.status, 401, "none of it unlocked the screen");
        second.headers = vec![("x-page-of", own)];
        assert_eq!(second.prove().await.status, 200);
        assert_eq!(second.get("/account").await.status, 200);
        // Whose page it is opens it again, also by a later sign-in.
        let mut again = first.browser.clone();
        let mut key = first.key.clone();
        assert_eq!(crate::desk::sign_in(&mut again, &mut key).await.status, 200);
        again.headers = vec![("x-page-of", others)];
        assert_eq!(prove(&mut again, &mut key).await.status, 200);
    }
}

#[actix_web::test]
async fn a_request_of_another_persons_page_is_no_sign_of_life() {
    const ALIVE: &str = "select count(*) as n from staff_sessions where seen_at > began_at";
    let world = World::with_console().await;
    let (_, mut second, others) = two(&world).await;
    world.workspace.clock.advance(Duration::minutes(4));
    second.headers = vec![("x-page-of", others)];
    assert_eq!(second.get("/account").await.status, 409);
    assert_eq!(world.count(ALIVE).await, 0);
}

#[actix_web::test]
async fn a_form_of_another_persons_page_is_not_taken_and_not_held_for_a_proof() {
    for world in World::all_with_console().await {
        let (_, mut second, others) = two(&world).await;
        let own = word(&second.get("/account").await);
        let refused = |page: Page| assert_eq!((page.status, page.first("h1")), (409, OTHERS.into()));
        refused(second.post("/staff", &typed(&others)).await);
        world.workspace.clock.advance(Duration::minutes(6));
        refused(second.post("/staff", &typed(&others)).await);
        world.workspace.clock.advance(Duration::minutes(16));
        refused(second.post("/staff", &typed(&others)).await);
        assert_eq!(people(&world).await, 0);
        let asked = second.post("/staff", &typed(&own)).await;
        assert_eq!(asked.status, 401);
        assert!(
            !asked.form().1.contains_key("page_of"),
            "the page of the proof says it itself"
        );
        assert_eq!(second.prove().await.status, 200);
        second.submit(&asked, &[("page_of", &own)]).await.expect("招待状");
        assert_eq!(people(&world).await, 1);
    }
}
