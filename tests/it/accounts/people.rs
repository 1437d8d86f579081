//! What is done to people is recorded, and done to people who exist.
use super::{Entry, actions_of, entries, key_paths};
use crate::{
    browser::{Browser, Page},
    desk::{Desk, NAME, enrol, is_signed_in, passkey},
    harness::World,
};
use chrono::Duration;
use mizumado::{accounts::Role, audit, clock::jst, japan::date::wareki};

/// A little of everything that accounts record.
async fn a_day(world: &World) -> (Desk, Desk) {
    let mut boss = Desk::open(world, "a1", &[Role::Administrator]).await;
    let mut clerk = Desk::open(world, "c1", &[Role::Clerk]).await;
    let old = key_paths(&mut clerk).await.remove(0);
    let rename = old.trim_end_matches("/revocation");
    clerk.post(rename, &[("label", "水野のキー")]).await;
    let key = clerk.add_key(world).await;
    clerk.post(&old, &[]).await;
    clerk.key = key;
    clerk.prove().await;
    clerk.sign_out().await;
    clerk.sign_in().await;
    clerk.get("/staff").await;
    let path = format!("/staff/{}", clerk.id);
    let fields = [("name", NAME), ("unit", "収納課"), ("role_viewer", "on")];
    boss.post(&path, &fields).await;
    let training = [("held_on", "2026-04-01"), ("title", "個人情報の研修")];
    boss.post(&format!("{path}/trainings"), &training).await;
    boss.post(&format!("{path}/invitation"), &[]).await;
    for verb in ["sign-out", "suspension", "reinstatement"] {
        boss.post(&format!("{path}/{verb}"), &[]).await;
    }
    (boss, clerk)
}

#[actix_web::test]
async fn every_step_has_an_audit_entry_of_its_person_and_none_holds_a_name() {
    for world in World::all_with_console().await {
        let (boss, clerk) = a_day(&world).await;
        let own = [
            "staff.key_added",
            "staff.signed_in",
            "staff.codes_renewed",
            "staff.key_renamed",
            "staff.key_added",
            "staff.key_revoked",
            "staff.proved",
            "staff.signed_out",
            "staff.signed_in",
            "access.denied",
        ];
        assert_eq!(actions_of(&world, &clerk.id).await, own);
        let done = [
            "staff.key_added",
            "staff.signed_in",
            "staff.codes_renewed",
            "staff.changed",
            "staff.role_granted",
            "staff.role_revoked",
            "staff.training_recorded",
            "staff.invited",
            "staff.signed_out_everywhere",
            "staff.suspended",
            "staff.reinstated",
        ];
        assert_eq!(actions_of(&world, &boss.id).await, done);
        let all = entries(&world).await;
        let about = format!("staff/{}", clerk.id);
        let of_boss = |e: &&Entry| e.actor == format!("staff/{}", boss.id) && e.subject == about;
        assert_eq!(all.iter().filter(of_boss).count(), done.len() - 3);
        for entry in &all {
            let text = format!("{entry:?}");
            for hidden in ["水野", "花子", "業務課", "収納課", "個人情報", "c1", &clerk.codes[0]] {
                assert!(!text.contains(hidden), "{text}");
            }
            let at_desk = entry.actor.starts_with("staff/");
            assert_eq!(entry.detail.ends_with("from 127.0.0.1"), at_desk, "{text}");
        }
        let checked = world.write(|conn| Ok(audit::verify(conn)?)).await;
        assert_eq!(checked, audit::ChainCheck::Whole(all.len() as i64));
    }
}

/// The details of the entries that say that a person's name or unit changed.
async fn changes(world: &World) -> Vec<String> {
    let all = world.audit("staff.changed").await.into_iter();
    all.map(|(_, detail)| detail.replace(" from 127.0.0.1", "")).collect()
}

#[actix_web::test]
async fn another_name_or_unit_is_on_record_without_either_and_an_unchanged_save_records_nothing() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let path = format!("/staff/{}", clerk.id);
        for (name, unit, recorded) in [
            (NAME, "業務課", &[][..]),
            ("水野　月子", "業務課", &["name"]),
            ("水野　月子", "収納課", &["name", "unit"]),
            ("水野　星子", "", &["name", "unit", "name unit"]),
            ("水野　星子", "", &["name", "unit", "name unit"]),
        ] {
            let before = entries(&world).await.len();
            let page = boss
                .post(&path, &[("name", name), ("unit", unit), ("role_clerk", "on")])
                .await;
            assert_eq!(page.status, 200, "{}", page.text());
            assert_eq!(changes(&world).await, recorded, "{name} {unit}");
            let added = entries(&world).await.len() - before;
            assert!(added <= 1, "and nothing else is: {name} {unit}");
            assert!(is_signed_in(&clerk).await, "the roles are the same");
        }
        let mut auditor = Desk::open(&world, "u1", &[Role::Auditor]).await;
        let record = auditor.get("/audit?action=staff.").await;
        record.expect("職員の氏名・所属を変えた");
        record.expect("氏名 所属");
    }
}

#[actix_web::test]
async fn what_was_typed_about_a_person_is_kept_where_it_is_wrong() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let path = format!("/staff/{}", clerk.id);
        let page = boss.post(&path, &[("name", "水野　月子"), ("unit", "収納課")]).await;
        assert_eq!(page.status, 422, "without a role");
        let form = page.form_to(&path);
        assert_eq!((form["name"].as_str(), form["unit"].as_str()), ("水野　月子", "収納課"));
        assert!(!form.contains_key("role_clerk"));
        let way = format!("{path}/trainings");
        let typed = [("held_on", "2026/4/1"), ("title", "個人情報の研修")];
        let page = boss.post(&way, &typed).await;
        let form = page.form_to(&way);
        assert_eq!(
            (page.status, form["held_on"].as_str(), form["title"].as_str()),
            (422, typed[0].1, typed[1].1)
        );
        assert_eq!(page.form_to(&path)["name"], NAME, "of the other form nothing was typed");
    }
}

/// The words of a person's sheet on the list of scopes.
fn sheet(page: &Page, code: &str) -> String {
    let all = page.all("section.sheet").into_iter();
    let own: Vec<String> = all.filter(|text| text.contains(code)).collect();
    assert_eq!(own.len(), 1, "{}", page.text());
    own.concat()
}

#[actix_web::test]
async fn the_sheet_of_somebody_who_left_says_when_and_that_no_role_is_held_any_more() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let clerk = Desk::open(&world, "c-left", &[Role::Clerk]).await;
        let mut auditor = Desk::open(&world, "u1", &[Role::Auditor]).await;
        let path = format!("/staff/{}", clerk.id);
        let day = |world: &World| wareki(jst(world.workspace.clock.now()).date());
        let first = day(&world);
        let before = auditor.get("/staff/scopes").await;
        let registered = sheet(&before, "c-left");
        assert!(registered.contains(&format!("登録：{first}")), "{registered}");
        assert!(
            registered.contains("現在") && !registered.contains("停止："),
            "{registered}"
        );
        world.workspace.clock.advance(Duration::days(3));
        let second = day(&world);
        assert_eq!(boss.sign_in().await.status, 200);
        boss.post(&format!("{path}/suspension"), &[]).await;
        let page = boss.get("/staff/scopes").await;
        let left = sheet(&page, "c-left");
        assert!(
            left.contains(&format!("停止：{second}")) && !left.contains("現在"),
            "{left}"
        );
        assert!(sheet(&page, "a1").contains("現在"), "of nobody else");
        let person = boss.get(&path).await;
        person.expect("再開すると、役割は「受付担当」にもどります");
        assert!(!person.all("table").concat().contains("現在"), "{}", person.text());
        world.workspace.clock.advance(Duration::days(3));
        assert_eq!(boss.sign_in().await.status, 200);
        boss.post(&format!("{path}/reinstatement"), &[]).await;
        let again = sheet(&boss.get("/staff/scopes").await, "c-left");
        assert!(again.contains(&format!("再開：{}", day(&world))), "{again}");
        assert_eq!(again.matches("受付担当").count(), 2, "before and after: {again}");
        assert_eq!(again.matches("現在").count(), 1, "{again}");
    }
}

#[actix_web::test]
async fn who_inspects_reads_the_scopes_and_no_page_of_the_staff() {
    let world = World::with_console().await;
    let mut auditor = Desk::open(&world, "u1", &[Role::Auditor]).await;
    let table = auditor.get("/permissions").await;
    let link = table.link("全員の権限の範囲を見る").expect("a way to the scopes");
    let page = auditor.get(&link).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/staff/scopes"));
    page.expect(NAME);
    assert!(!page.has("href=\"/staff\""), "it leads to nothing that is closed");
    assert_eq!(auditor.get("/staff").await.status, 403);
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    assert_eq!(clerk.get("/permissions").await.link("全員の権限の範囲を見る"), None);
    assert_eq!(clerk.get("/staff/scopes").await.status, 403);
}

#[actix_web::test]
async fn who_is_registered_gets_an_invitation_at_once_and_both_or_nothing_is_written() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let fields = [("code", "n-1"), ("name", NAME), ("role_clerk", "on")];
        let page = boss.post("/staff", &fields).await;
        assert_eq!((page.status, page.first("h1")), (200, "招待状".into()));
        let address = page.first(".invitation .mono");
        let way = address.rsplit('/').next().unwrap();
        let (mut browser, mut key) = (Browser::new(&world.console), passkey(&world));
        let own = enrol(&mut browser, &format!("/enrolments/{way}"), &mut key).await;
        assert_eq!(own.status, 200, "{}", own.html);
        let person = page.link(&format!("{NAME} さんの画面にもどる")).unwrap();
        boss.get(&person).await.expect("キー 1個");
        // The page again, as a reload sends it.
        let again = boss.post("/staff", &fields).await;
        assert_eq!(again.status, 422);
        again.expect("同じ番号の人がいます");
        for action in ["staff.added", "staff.invited"] {
            let about = format!("staff/{}", person.trim_start_matches("/staff/"));
            let entries = world.audit(action).await;
            assert_eq!(
                entries.iter().filter(|(subject, _)| *subject == about).count(),
                1,
                "{action}"
            );
        }
    }
}

#[actix_web::test]
async fn nothing_is_done_to_somebody_who_does_not_exist() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let before = entries(&world).await.len();
        let person = [("name", NAME), ("unit", ""), ("role_viewer", "on")];
        let training = [("held_on", "2026-04-01"), ("title", "研修")];
        for (path, fields) in [
            ("", &person[..]),
            ("/trainings", &training[..]),
            ("/invitation", &[]),
            ("/suspension", &[]),
            ("/keys/made-up/revocation", &[]),
            ("/reinstatement", &[]),
            ("/sign-out", &[]),
        ] {
            let page = boss.post(&format!("/staff/made-up{path}"), fields).await;
            assert_eq!(page.status, 404, "{path}: {}", page.text());
        }
        let page = boss.once("POST", "/staff/made-up/sign-out", None).await;
        assert_eq!(page.status, 404);
        let all = entries(&world).await.split_off(before);
        assert!(all.is_empty(), "{all:?}");
    }
}

#[actix_web::test]
async fn a_name_is_sealed_and_stands_on_screens_only() {
    for world in World::all_with_console().await {
        let (mut boss, _) = a_day(&world).await;
        let clear = "select count(*) as n from staff where name like '%花子%' or name like '%水野%'";
        assert_eq!(world.count(clear).await, 0);
        boss.get("/staff").await.expect(NAME);
        boss.get("/staff/scopes").await.expect(NAME);
    }
}

#[actix_web::test]
async fn codes_and_invitations_are_kept_only_blind() {
    for world in World::all_with_console().await {
        let desk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let kept = world
            .write(|conn| {
                use diesel::RunQueryDsl;
                let sql =
                    "select token as actor, kind as action, staff_id as subject, created_by as detail from ways_in";
                Ok(diesel::sql_query(sql).load::<Entry>(conn)?)
            })
            .await;
        assert_eq!(kept.len(), 9, "an invitation and eight codes");
        for code in &desk.codes {
            let plain = code.replace('-', "");
            assert!(kept.iter().all(|way| way.actor != plain && way.actor.len() >= 32));
        }
    }
}
