//! A new key: only for whom it was asked, only once, only verified (S2).
use super::{actions_of, key_paths, refusal};
use crate::{
    authenticator::{Passkey, foreign_challenge},
    browser::Browser,
    desk::{Desk, answer, ask, enrol, invite, is_signed_in, passkey, sign_in},
    harness::World,
};
use chrono::Duration;
use mizumado::accounts::Role;
use serde_json::json;

type Lie = (&'static str, fn(&mut Passkey));

const LIES: &[Lie] = &[
    ("nobody was verified", |key| key.user_verified = false),
    ("nobody was there", |key| key.user_present = false),
    ("another site", |key| key.origin = "https://console.example".into()),
    ("another port", |key| key.origin = "http://localhost:1".into()),
    ("another relying party", |key| key.rp_id = "console.example".into()),
    ("a challenge that nobody gave", |key| {
        key.challenge = Some(foreign_challenge())
    }),
    ("the answer of another ceremony", |key| {
        key.ceremony = Some("webauthn.get")
    }),
];

#[actix_web::test]
async fn a_key_that_lies_is_not_enrolled_and_the_invitation_stays_open() {
    for world in World::all_with_console().await {
        let invited = invite(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        for (lie, tell) in LIES {
            let mut key = passkey(&world);
            tell(&mut key);
            refusal(&enrol(&mut browser, &invited.way(), &mut key).await);
            assert!(!is_signed_in(&browser).await, "{lie}");
        }
        assert_eq!(world.count("select count(*) as n from passkeys").await, 0);
        let mut key = passkey(&world);
        assert_eq!(enrol(&mut browser, &invited.way(), &mut key).await.status, 200);
        assert!(is_signed_in(&browser).await);
        assert_eq!(
            actions_of(&world, &invited.id).await,
            ["staff.key_added", "staff.signed_in"]
        );
    }
}

#[actix_web::test]
async fn the_console_asks_for_a_verified_key_that_needs_no_name() {
    let world = World::with_console().await;
    let invited = invite(&world, "c1", &[Role::Clerk]).await;
    let mut browser = Browser::new(&world.console);
    let asked = ask(&mut browser, &invited.way()).await;
    let options = &asked["publicKey"];
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["requireResidentKey"], true);
    let open = ask(&mut browser, "/sign-in").await;
    assert_eq!(open["publicKey"]["userVerification"], "required");
    assert_eq!(
        open["publicKey"]["allowCredentials"],
        serde_json::json!([]),
        "nobody is told whose keys there are"
    );
}

#[actix_web::test]
async fn a_credential_belongs_to_one_person_and_is_enrolled_once() {
    for world in World::all_with_console().await {
        let mut owner = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let invited = invite(&world, "c2", &[Role::Administrator]).await;
        let mut thief = Browser::new(&world.console);
        // Another person registers the same credential; with its own key pair, and with one of the thief's.
        for mut same in [
            owner.key.clone(),
            Passkey {
                id: owner.key.id.clone(),
                ..passkey(&world)
            },
        ] {
            refusal(&enrol(&mut thief, &invited.way(), &mut same).await);
            refusal(&sign_in(&mut thief, &mut same).await);
        }
        let mut again = owner.key.clone();
        refusal(&enrol(&mut owner, "/account/keys", &mut again).await);
        assert_eq!(world.count("select count(*) as n from passkeys").await, 1);
        assert!(!is_signed_in(&thief).await);
        owner.sign_in().await;
        assert_eq!(owner.sign_in().await.status, 200, "it is still the owner's");
        let mut honest = passkey(&world);
        let page = enrol(&mut thief, &invited.way(), &mut honest).await;
        assert_eq!(page.status, 200, "the invitation was not used up");
    }
}

#[actix_web::test]
async fn a_revoked_credential_is_not_enrolled_again() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let mut old = desk.key.clone();
    let path = key_paths(&mut desk).await.remove(0);
    desk.key = desk.add_key(&world).await;
    desk.post(&path, &[]).await;
    refusal(&enrol(&mut desk, "/account/keys", &mut old).await);
    assert_eq!(key_paths(&mut desk).await.len(), 1);
}

#[actix_web::test]
async fn a_key_is_added_only_to_who_asked() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
        let asked = ask(&mut desk, "/account/keys").await;
        let credential = passkey(&world).register(&asked["publicKey"]);
        refusal(&answer(&mut other, "/account/keys", &asked, &credential).await);
        // What was asked in a session does not enrol without one.
        let asked = ask(&mut desk, "/account/keys").await;
        let credential = passkey(&world).register(&asked["publicKey"]);
        let mut stranger = Browser::new(&world.console);
        let way = "/enrolments/anything";
        refusal(&answer(&mut stranger, way, &asked, &credential).await);
        assert!(!is_signed_in(&stranger).await);
        assert_eq!(world.count("select count(*) as n from passkeys").await, 2);
    }
}

#[actix_web::test]
async fn an_answer_to_an_invitation_counts_once_and_for_five_minutes() {
    for world in World::all_with_console().await {
        let invited = invite(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        let late = ask(&mut browser, &invited.way()).await;
        world.workspace.clock.advance(Duration::seconds(301));
        let credential = passkey(&world).register(&late["publicKey"]);
        refusal(&answer(&mut browser, &invited.way(), &late, &credential).await);
        let [one, two] = [
            ask(&mut browser, &invited.way()).await,
            ask(&mut browser, &invited.way()).await,
        ];
        let credential = passkey(&world).register(&one["publicKey"]);
        let first = answer(&mut browser, &invited.way(), &one, &credential).await;
        assert_eq!(first.status, 200);
        let mut thief = Browser::new(&world.console);
        refusal(&answer(&mut thief, &invited.way(), &one, &credential).await);
        let credential = passkey(&world).register(&two["publicKey"]);
        refusal(&answer(&mut thief, &invited.way(), &two, &credential).await);
        assert!(!is_signed_in(&thief).await);
        assert_eq!(world.count("select count(*) as n from passkeys").await, 1);
    }
}

#[actix_web::test]
async fn who_was_suspended_meanwhile_gets_no_key() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let invited = invite(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        let asked = ask(&mut browser, &invited.way()).await;
        boss.post(&format!("/staff/{}/suspension", invited.id), &[]).await;
        let mut key = passkey(&world);
        let credential = key.register(&asked["publicKey"]);
        refusal(&answer(&mut browser, &invited.way(), &asked, &credential).await);
        browser.get(&invited.way()).await.expect("この招待は使えません");
        assert!(actions_of(&world, &invited.id).await.is_empty(), "nothing was done");
        boss.post(&format!("/staff/{}/reinstatement", invited.id), &[]).await;
        refusal(&sign_in(&mut browser, &mut key).await);
    }
}

#[actix_web::test]
async fn a_nul_in_the_name_of_a_key_is_left_out() {
    for world in World::all_with_console().await {
        let mut desk = Desk::with_one_key(&world, "c1", &[Role::Clerk]).await;
        let asked = ask(&mut desk.browser, "/account/keys").await;
        let credential = passkey(&world).register(&asked["publicKey"]);
        let body = json!({ "ceremony": asked["ceremony"], "credential": credential, "label": "予備\0のキー" });
        let page = desk.json("/account/keys/answer", &body).await;
        assert_eq!(page.status, 200, "{}", page.html);
        let names = desk.get("/account").await.attributes("input[name=label]", "value");
        assert!(names.contains(&"予備のキー".to_owned()), "{names:?}");
    }
}
