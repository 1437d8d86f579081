//! Signing in cannot be phished or replayed (S2).
use super::refusal;
use crate::{
    authenticator::{Passkey, foreign_challenge, signer},
    browser::{Browser, Page},
    desk::{Desk, answer, ask, is_signed_in, sign_in},
    harness::World,
};
use chrono::Duration;
use mizumado::accounts::Role;

/// A lie, and how a key tells it.
type Lie = (&'static str, fn(&mut Passkey));

const LIES: &[Lie] = &[
    ("nobody was verified", |key| key.user_verified = false),
    ("nobody was there", |key| key.user_present = false),
    ("neither", |key| (key.user_verified, key.user_present) = (false, false)),
    ("another site", |key| key.origin = "https://console.example".into()),
    ("another port", |key| key.origin = "http://localhost:1".into()),
    ("another scheme", |key| {
        key.origin = key.origin.replace("http:", "https:")
    }),
    ("a host below", |key| {
        key.origin = key.origin.replace("localhost", "evil.localhost")
    }),
    ("another relying party", |key| key.rp_id = "console.example".into()),
    ("an empty relying party", |key| key.rp_id = String::new()),
    ("a challenge that nobody gave", |key| {
        key.challenge = Some(foreign_challenge())
    }),
    ("the answer of another ceremony", |key| {
        key.ceremony = Some("webauthn.create")
    }),
    ("another key's signature", |key| key.signer = signer()),
    ("the counter stands still", |key| key.step = 0),
    ("the counter went back", |key| (key.counter, key.step) = (1, 0)),
    ("the counter is zero again", |key| (key.counter, key.step) = (0, 0)),
    ("another person's handle", |key| {
        key.handle = rand::random::<[u8; 16]>().to_vec()
    }),
    ("no handle", |key| key.handle = vec![]),
    ("an unknown credential", |key| {
        key.id = rand::random::<[u8; 32]>().to_vec()
    }),
];

#[actix_web::test]
async fn who_lies_in_one_thing_is_refused_and_all_refusals_look_the_same() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        desk.sign_in().await;
        desk.sign_in().await;
        let mut seen = std::collections::BTreeSet::new();
        for (lie, tell) in LIES {
            let (mut thief, mut key) = (Browser::new(&world.console), desk.key.clone());
            tell(&mut key);
            let page = sign_in(&mut thief, &mut key).await;
            seen.insert(refusal(&page));
            assert!(thief.cookies.is_empty() && !is_signed_in(&thief).await, "{lie}");
        }
        assert_eq!(seen.len(), 1, "one status and one body: {seen:#?}");
        let honest = desk.elsewhere(&world).await;
        assert!(is_signed_in(&honest).await, "the lies have locked nobody out");
    }
}

#[actix_web::test]
async fn an_answer_counts_once_and_for_its_own_challenge() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        let asked = ask(&mut browser, "/sign-in").await;
        let credential = desk.key.answer(&asked["publicKey"]);
        let first = answer(&mut browser, "/sign-in", &asked, &credential).await;
        assert_eq!(first.status, 200);
        let mut thief = Browser::new(&world.console);
        refusal(&answer(&mut thief, "/sign-in", &asked, &credential).await);
        // The same answer under a fresh challenge's name, and a fresh answer under the used name.
        let other = ask(&mut thief, "/sign-in").await;
        refusal(&answer(&mut thief, "/sign-in", &other, &credential).await);
        let fresh = desk.key.answer(&other["publicKey"]);
        refusal(&answer(&mut thief, "/sign-in", &asked, &fresh).await);
        refusal(&answer(&mut thief, "/sign-in", &other, &fresh).await);
        assert!(!is_signed_in(&thief).await && is_signed_in(&browser).await);
    }
}

#[actix_web::test]
async fn a_challenge_of_one_kind_answers_no_other() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let proof = ask(&mut desk, "/proof").await;
    let credential = desk.key.answer(&proof["publicKey"]);
    let mut browser = Browser::new(&world.console);
    refusal(&answer(&mut browser, "/sign-in", &proof, &credential).await);
    let open = ask(&mut browser, "/sign-in").await;
    let credential = desk.key.answer(&open["publicKey"]);
    refusal(&answer(&mut desk, "/proof", &open, &credential).await);
    assert!(!is_signed_in(&browser).await);
}

#[actix_web::test]
async fn a_challenge_waits_five_minutes() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut late = Browser::new(&world.console);
        let [first, second] = [ask(&mut late, "/sign-in").await, ask(&mut late, "/sign-in").await];
        let proof = ask(&mut desk, "/proof").await;
        world
            .workspace
            .clock
            .advance(Duration::minutes(5) - Duration::seconds(20));
        let credential = desk.key.answer(&first["publicKey"]);
        assert_eq!(answer(&mut late, "/sign-in", &first, &credential).await.status, 200);
        world.workspace.clock.advance(Duration::seconds(21));
        let credential = desk.key.answer(&second["publicKey"]);
        refusal(&answer(&mut late, "/sign-in", &second, &credential).await);
        let credential = desk.key.answer(&proof["publicKey"]);
        refusal(&answer(&mut desk, "/proof", &proof, &credential).await);
    }
}

#[actix_web::test]
async fn a_key_that_is_revoked_while_it_answers_opens_nothing() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut lost = desk.key.clone();
        let lost_path = super::key_paths(&mut desk).await.remove(0);
        desk.key = desk.add_key(&world).await;
        let mut thief = Browser::new(&world.console);
        let (sign_in, proof) = (ask(&mut thief, "/sign-in").await, ask(&mut desk, "/proof").await);
        let for_sign_in = lost.answer(&sign_in["publicKey"]);
        let for_proof = lost.answer(&proof["publicKey"]);
        desk.post(&lost_path, &[]).await.expect("自分の設定");
        refusal(&answer(&mut thief, "/sign-in", &sign_in, &for_sign_in).await);
        refusal(&answer(&mut desk, "/proof", &proof, &for_proof).await);
        assert!(!is_signed_in(&thief).await);
        assert_eq!(desk.prove().await.status, 200, "the other key still does");
    }
}

#[actix_web::test]
async fn nobody_proves_to_be_somebody_else() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "c2", &[Role::Administrator]).await;
        let asked = ask(&mut desk, "/proof").await;
        let credential = other.key.answer(&asked["publicKey"]);
        refusal(&answer(&mut desk, "/proof", &asked, &credential).await);
        let mut disguised = Passkey {
            handle: desk.key.handle.clone(),
            ..other.key.clone()
        };
        let asked = ask(&mut desk, "/proof").await;
        let credential = disguised.answer(&asked["publicKey"]);
        refusal(&answer(&mut desk, "/proof", &asked, &credential).await);
        // The other's whole ceremony, carried into this session.
        let theirs = ask(&mut other, "/proof").await;
        let credential = other.key.answer(&theirs["publicKey"]);
        refusal(&answer(&mut desk, "/proof", &theirs, &credential).await);
        // One's own key, for a challenge that was the other's.
        let theirs = ask(&mut other, "/proof").await;
        let credential = desk.key.answer(&theirs["publicKey"]);
        refusal(&answer(&mut desk, "/proof", &theirs, &credential).await);
        let proved = world.audit("staff.proved").await;
        assert!(proved.is_empty(), "{proved:?}");
    }
}

/// Challenges are taken early, so that their own memory of the counter is old.
async fn late_answer(desk: &mut Desk, asked: &serde_json::Value, counter: u32) -> Page {
    let mut key = Passkey {
        counter,
        step: 0,
        ..desk.key.clone()
    };
    let credential = key.answer(&asked["publicKey"]);
    answer(desk, "/proof", asked, &credential).await
}

#[actix_web::test]
async fn a_counter_that_went_back_is_refused_even_for_a_challenge_of_before() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let early = [
            ask(&mut desk, "/proof").await,
            ask(&mut desk, "/proof").await,
            ask(&mut desk, "/proof").await,
        ];
        assert_eq!(late_answer(&mut desk, &early[0], 10).await.status, 200);
        refusal(&late_answer(&mut desk, &early[1], 5).await);
        refusal(&late_answer(&mut desk, &early[2], 10).await);
        let fresh = ask(&mut desk, "/proof").await;
        assert_eq!(late_answer(&mut desk, &fresh, 11).await.status, 200);
    }
}

#[actix_web::test]
async fn a_key_of_many_devices_never_counts_and_still_signs_in() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        desk.key.step = 0;
        for _ in 0..3 {
            assert_eq!(desk.sign_in().await.status, 200);
            assert_eq!(desk.prove().await.status, 200);
        }
    }
}

#[actix_web::test]
async fn a_suspended_person_does_not_sign_in_even_with_a_challenge_of_before() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        let asked = ask(&mut browser, "/sign-in").await;
        boss.post(&format!("/staff/{}/suspension", clerk.id), &[]).await;
        let credential = clerk.key.answer(&asked["publicKey"]);
        let unknown = Passkey {
            id: vec![7; 32],
            ..clerk.key.clone()
        };
        let before = refusal(&answer(&mut browser, "/sign-in", &asked, &credential).await);
        let after = refusal(&sign_in(&mut browser, &mut clerk.key).await);
        let nobody = refusal(&sign_in(&mut browser, &mut { unknown }).await);
        assert!(
            before == nobody && after == nobody,
            "a stranger is not told who was here"
        );
        boss.post(&format!("/staff/{}/reinstatement", clerk.id), &[]).await;
        assert!(!is_signed_in(&clerk).await, "the session of before stays ended");
        refusal(&sign_in(&mut browser, &mut clerk.key).await);
    }
}

#[actix_web::test]
async fn nonsense_is_answered_by_a_page() {
    let world = World::with_console().await;
    let mut browser = Browser::new(&world.console);
    for body in ["", "null", "[]", "{}", "{\"ceremony\":1}", "{\"ceremony\":\"x\"}"] {
        let body = ("application/json", body.as_bytes().to_vec());
        let page = browser.once("POST", "/sign-in/answer", Some(body)).await;
        assert_eq!(page.status, 400);
        assert_eq!(page.all("h1").len(), 1);
    }
    for credential in ["null", "{}", "\"x\"", "{\"id\":\"a\",\"rawId\":\"a\"}"] {
        let asked = ask(&mut browser, "/sign-in").await;
        let credential = serde_json::from_str(credential).unwrap();
        refusal(&answer(&mut browser, "/sign-in", &asked, &credential).await);
    }
}
