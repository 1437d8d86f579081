//! Invitations, recovery codes, and the last way in (S2).
use super::{key_paths, refusal};
use crate::{
    browser::{Browser, Page},
    desk::{Desk, NAME, enrol, invite, is_signed_in, passkey, sign_in},
    harness::World,
};
use chrono::Duration;
use mizumado::{
    accounts::{self, Role},
    audit::Actor,
};

const OVER: &str = "この招待は使えません";

/// Nothing of a way leads anywhere: no page, no challenge.
async fn is_over(world: &World, way: &str) {
    let mut browser = Browser::new(&world.console);
    browser.get(way).await.expect(OVER);
    assert_eq!(browser.post(&format!("{way}/options"), &[]).await.status, 404);
}

#[actix_web::test]
async fn an_invitation_is_used_once() {
    for world in World::all_with_console().await {
        let invited = invite(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        browser.get(&invited.way()).await.expect("キーを登録する");
        browser.get(&invited.way()).await.expect("水野　花子");
        enrol(&mut browser, &invited.way(), &mut passkey(&world)).await;
        is_over(&world, &invited.way()).await;
        is_over(&world, "/enrolments/23456789ABCDEFGHJKLMNPQRST").await;
    }
}

#[actix_web::test]
async fn an_invitation_ends_after_72_hours() {
    for world in World::all_with_console().await {
        let invited = invite(&world, "c1", &[Role::Clerk]).await;
        world
            .workspace
            .clock
            .advance(Duration::hours(72) - Duration::minutes(1));
        Browser::new(&world.console)
            .get(&invited.way())
            .await
            .expect("キーを登録する");
        world.workspace.clock.advance(Duration::minutes(1));
        is_over(&world, &invited.way()).await;
    }
}

#[actix_web::test]
async fn a_newer_invitation_takes_the_place_of_the_older() {
    for world in World::all_with_console().await {
        let invited = invite(&world, "c1", &[Role::Clerk]).await;
        let (workspace, now, id) = (world.workspace.clone(), world.workspace.clock.now(), invited.id.clone());
        let token = world
            .write(move |conn| accounts::invite(conn, &workspace, &id, Actor::Operator, now))
            .await;
        is_over(&world, &invited.way()).await;
        let mut browser = Browser::new(&world.console);
        let page = enrol(&mut browser, &format!("/enrolments/{token}"), &mut passkey(&world)).await;
        assert_eq!(page.status, 200);
    }
}

#[actix_web::test]
async fn a_recovery_code_enrols_one_key() {
    for world in World::all_with_console().await {
        let desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        let typed = desk.codes[0].to_lowercase().replace('-', " ");
        let page = browser.post("/sign-in/code", &[("code", &typed)]).await;
        assert!(page.path.starts_with("/enrolments/"), "{}", page.path);
        assert!(!is_signed_in(&browser).await, "a code alone signs nobody in");
        let mut key = passkey(&world);
        assert_eq!(enrol(&mut browser, &page.path, &mut key).await.status, 200);
        assert_eq!(browser.get("/account").await.first("main p strong"), "7個");
        let mut thief = Browser::new(&world.console);
        let again = thief.post("/sign-in/code", &[("code", &desk.codes[0])]).await;
        again.expect("リカバリーコードを確かめてください");
        is_over(&world, &page.path).await;
        assert_eq!(sign_in(&mut thief, &mut key).await.status, 200);
    }
}

#[actix_web::test]
async fn new_codes_take_the_place_of_the_old_ones() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let old = desk.codes.clone();
        desk.renew_codes().await;
        let mut browser = Browser::new(&world.console);
        for code in old {
            let page = browser.post("/sign-in/code", &[("code", &code)]).await;
            assert_eq!(page.path, "/sign-in/code");
        }
        let page = browser.post("/sign-in/code", &[("code", &desk.codes[7])]).await;
        page.expect("キーを登録する");
    }
}

#[actix_web::test]
async fn a_guessed_code_opens_nothing_and_guessing_ends() {
    let world = World::with_console().await;
    let desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let nearly = format!("{}22", &desk.codes[0][..desk.codes[0].len() - 2]);
    let mut browser = Browser::new(&world.console);
    let mut tries: Vec<Page> = vec![];
    for code in ["", "A", &nearly, "' or 1=1 --", &"Z".repeat(1000)] {
        tries.push(browser.post("/sign-in/code", &[("code", code)]).await);
    }
    let titles: Vec<String> = tries.iter().map(|p| p.first(".error-message")).collect();
    assert!(titles.iter().all(|t| *t == titles[0] && !t.is_empty()), "{titles:?}");
    assert!(!tries.iter().any(|p| p.has("<script") && p.has("or 1=1")));
    let mut refused = 0;
    for _ in 0..130 {
        refused += u32::from(browser.post("/sign-in/code", &[("code", "A")]).await.status == 429);
    }
    assert!(refused > 0, "a machine that guesses is stopped");
    let right = browser.post("/sign-in/code", &[("code", &desk.codes[1])]).await;
    assert_eq!(right.status, 429, "even with the right code");
}

#[actix_web::test]
async fn a_suspended_person_has_no_way_in() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = boss.get(&format!("/staff/{}", clerk.id)).await;
        page.expect("停止");
        boss.post(&format!("/staff/{}/suspension", clerk.id), &[]).await;
        let mut browser = Browser::new(&world.console);
        browser
            .post("/sign-in/code", &[("code", &clerk.codes[0])])
            .await
            .expect("リカバリーコードを確かめてください");
        refusal(&sign_in(&mut browser, &mut clerk.key).await);
        let invitation = boss.post(&format!("/staff/{}/invitation", clerk.id), &[]).await;
        assert_eq!(invitation.status, 409, "and gets no new one");
        let own = format!("/staff/{}/suspension", boss.id);
        let own = boss.post(&own, &[]).await;
        own.expect("自分は停止できません");
        assert!(is_signed_in(&boss).await);
    }
}

#[actix_web::test]
async fn the_last_way_in_is_never_revoked() {
    for world in World::all_with_console().await {
        let mut desk = Desk::with_one_key(&world, "c1", &[Role::Clerk]).await;
        let only = key_paths(&mut desk).await.remove(0);
        desk.post(&only, &[]).await.expect("このキーは停止できません");
        assert_eq!(key_paths(&mut desk).await.len(), 1);
        desk.add_key(&world).await;
        let both = key_paths(&mut desk).await;
        let (mut left, mut right) = (desk.browser.clone(), desk.browser.clone());
        let fields: &[(&str, &str)] = &[];
        futures_util::future::join(left.post(&both[0], fields), right.post(&both[1], fields)).await;
        assert_eq!(key_paths(&mut desk).await.len(), 1, "two at once leave one");
        assert_eq!(world.audit("staff.key_revoked").await.len(), 1);
        // With codes on paper the last key may go; a code brings the person back.
        desk.renew_codes().await;
        let last = key_paths(&mut desk).await.remove(0);
        desk.post(&last, &[]).await;
        assert!(key_paths(&mut desk).await.is_empty());
        let code = desk.codes[0].clone();
        let page = desk.post("/sign-in/code", &[("code", &code)]).await;
        assert_eq!(enrol(&mut desk, &page.path, &mut passkey(&world)).await.status, 200);
    }
}

#[actix_web::test]
async fn one_revokes_and_renames_only_ones_own_keys() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let theirs = key_paths(&mut desk).await.remove(0);
        assert_eq!(other.post(&theirs, &[]).await.status, 404);
        let rename = theirs.trim_end_matches("/revocation");
        assert_eq!(other.post(rename, &[("label", "x")]).await.status, 404);
        desk.post(rename, &[("label", "青いキー")]).await.expect("青いキー");
        assert_eq!(desk.sign_in().await.status, 200);
    }
}

/// What an administrator sends to stop the keys of somebody.
async fn stops_at(boss: &mut Desk, id: &str) -> Vec<String> {
    let page = boss.get(&format!("/staff/{id}")).await;
    page.attributes("form[action$='/revocation']", "action")
}

#[actix_web::test]
async fn an_administrator_stops_a_lost_key_of_another_and_the_other_key_goes_on() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut clerk = Desk::with_one_key(&world, "c1", &[Role::Clerk]).await;
        let mut kept = clerk.add_key(&world).await;
        let stops = stops_at(&mut boss, &clerk.id).await;
        assert_eq!(stops.len(), 2);
        // The older one stands first: it is the one that was lost.
        boss.post(&stops[0], &[]).await;
        assert!(!is_signed_in(&clerk).await, "whoever found it may be signed in by it");
        let mut finder = Browser::new(&world.console);
        refusal(&sign_in(&mut finder, &mut clerk.key).await);
        assert_eq!(sign_in(&mut finder, &mut kept).await.status, 200);
        assert_eq!(boss.post(&stops[0], &[]).await.status, 404, "it is stopped already");
        let last = boss.post(&stops[1], &[]).await;
        assert_eq!(last.status, 422);
        last.expect("この人のログインの方法がなくなります");
        assert!(is_signed_in(&finder).await);
        let entries = world.audit("staff.key_revoked").await;
        assert_eq!(entries.len(), 1);
        let detail = format!("of staff/{} from 127.0.0.1", clerk.id);
        assert_eq!(entries[0].1, detail);
    }
}

#[actix_web::test]
async fn an_administrator_stops_no_key_by_a_wrong_address_and_not_ones_own() {
    let world = World::with_console().await;
    let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let stops = stops_at(&mut boss, &clerk.id).await;
    let me = boss.id.clone();
    let own = stops_at(&mut boss, &me).await;
    assert_eq!((stops.len(), own.len()), (1, 0));
    let another = stops[0].replace(&clerk.id, &boss.id);
    boss.post(&another, &[])
        .await
        .expect("自分のキーは「自分の設定」で停止します");
    let mut third = Desk::open(&world, "c2", &[Role::Clerk]).await;
    let elsewhere = stops[0].replace(&clerk.id, &third.id);
    assert_eq!(boss.post(&elsewhere, &[]).await.status, 404);
    assert_eq!(clerk.post(&stops[0], &[]).await.status, 403);
    for desk in [&mut boss, &mut clerk, &mut third] {
        assert_eq!(key_paths(desk).await.len(), 1);
    }
    assert!(world.audit("staff.key_revoked").await.is_empty());
}

/// What a person is told when somebody made them another invitation.
const AGAIN: &str = "あなたの新しい招待状が作られました";
const REPLACED: &str = "それまでのキーとリカバリーコードは使えません";

#[actix_web::test]
async fn a_revoked_key_leaves_nobody_signed_in_elsewhere() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let first = key_paths(&mut clerk).await.remove(0);
        let mut lost = clerk.add_key(&world).await;
        let mut finder = Browser::new(&world.console);
        assert_eq!(sign_in(&mut finder, &mut lost).await.status, 200);
        let ways = key_paths(&mut clerk).await;
        let way = ways.into_iter().find(|way| *way != first).unwrap();
        clerk.post(&way, &[]).await;
        assert!(!is_signed_in(&finder).await);
        assert!(is_signed_in(&clerk).await, "here the person goes on");
        assert_eq!(world.audit("staff.session_ended").await.len(), 1);
    }
}

/// The way of the invitation that an administrator makes at the console for somebody who has keys.
async fn invited_at_the_console(boss: &mut Desk, id: &str) -> String {
    boss.prove().await;
    let sheet = boss.post(&format!("/staff/{id}/invitation"), &[]).await;
    sheet.expect("招待状が使われると、それらは使えなくなり");
    let address = sheet.first(".invitation .mono");
    format!("/enrolments/{}", address.rsplit('/').next().unwrap())
}

#[actix_web::test]
async fn who_comes_in_by_an_invitation_voids_the_older_keys_and_codes_and_whose_they_were_is_told() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        let colleague = Desk::open(&world, "p2", &[Role::Approver]).await;
        for path in ["/", "/account"] {
            assert!(!approver.get(path).await.has(AGAIN), "{path}: the first invitation");
        }
        boss.get(&format!("/staff/{}", approver.id))
            .await
            .expect("招待状が使われると、それらは使えなくなり");
        let way = invited_at_the_console(&mut boss, &approver.id).await;
        assert_eq!(
            world.audit("staff.invited").await.pop().unwrap().1,
            "again from 127.0.0.1"
        );
        let elsewhere = approver.elsewhere(&world).await;
        assert!(
            is_signed_in(&approver).await,
            "an invitation that nobody uses locks nobody out"
        );
        for path in ["/", "/account"] {
            let page = approver.get(path).await;
            page.expect(AGAIN).expect("まだ使われていません").expect(NAME);
            assert!(!page.has(REPLACED), "{path}");
        }
        // Whoever holds the paper.
        let (mut other, mut key) = (Browser::new(&world.console), passkey(&world));
        other
            .get(&way)
            .await
            .expect("いままでのキーとリカバリーコードは使えなくなり");
        assert_eq!(enrol(&mut other, &way, &mut key).await.status, 200);
        assert!(is_signed_in(&other).await && is_signed_in(&colleague).await);
        assert!(
            !is_signed_in(&approver).await && !is_signed_in(&elsewhere).await,
            "who was signed in is not any more"
        );
        refusal(&sign_in(&mut approver.browser, &mut approver.key).await);
        for code in approver.codes.clone() {
            let page = approver.post("/sign-in/code", &[("code", &code)]).await;
            page.expect("リカバリーコードを確かめてください");
        }
        let replaced = [(
            format!("staff/{}", approver.id),
            format!("by staff/{} from 127.0.0.1", boss.id),
        )];
        assert_eq!(world.audit("staff.keys_replaced").await, replaced);
        for path in ["/", "/account"] {
            other.get(path).await.expect(REPLACED);
        }
    }
}

#[actix_web::test]
async fn whose_keys_were_replaced_reads_by_whom_and_when_for_thirty_days_and_nobody_can_put_it_away() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        let theirs = invited_at_the_console(&mut boss, &approver.id).await;
        enrol(&mut Browser::new(&world.console), &theirs, &mut passkey(&world)).await;
        // Whose keys they were asks at the server.
        let (workspace, now, id) = (
            world.workspace.clone(),
            world.workspace.clock.now(),
            approver.id.clone(),
        );
        let token = world
            .write(move |conn| accounts::invite(conn, &workspace, &id, Actor::Operator, now))
            .await;
        let (mut browser, mut key) = (Browser::new(&world.console), passkey(&world));
        assert_eq!(
            enrol(&mut browser, &format!("/enrolments/{token}"), &mut key)
                .await
                .status,
            200
        );
        assert_eq!(world.audit("staff.keys_replaced").await.len(), 2);
        browser.post("/account/codes", &[]).await;
        for days in [0, 29] {
            world.workspace.clock.advance(Duration::days(days));
            assert_eq!(sign_in(&mut browser, &mut key).await.status, 200);
            for path in ["/", "/account"] {
                let page = browser.get(path).await;
                page.expect(AGAIN).expect(NAME).expect("運用担当（コマンド）");
                assert_eq!(page.text().matches(REPLACED).count(), 2, "{path}: {}", page.text());
                assert!(!page.has("まだ使われていません"), "{path}");
            }
        }
        world.workspace.clock.advance(Duration::days(2));
        assert_eq!(sign_in(&mut browser, &mut key).await.status, 200);
        for path in ["/", "/account"] {
            assert!(!browser.get(path).await.has(AGAIN), "{path}");
        }
        let mut auditor = Desk::open(&world, "u1", &[Role::Auditor]).await;
        let record = auditor.get("/audit?action=staff.").await;
        record
            .expect("招待状で入り、それまでのキーを無効にした")
            .expect("使えるキーのある人");
    }
}

#[actix_web::test]
async fn a_recovery_code_voids_no_other_key() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.console);
        let page = browser.post("/sign-in/code", &[("code", &desk.codes[0])]).await;
        assert!(!page.has("いままでのキーとリカバリーコードは使えなくなり"));
        assert_eq!(enrol(&mut browser, &page.path, &mut passkey(&world)).await.status, 200);
        assert!(is_signed_in(&desk).await);
        assert_eq!(desk.sign_in().await.status, 200);
        assert!(world.audit("staff.keys_replaced").await.is_empty());
    }
}
