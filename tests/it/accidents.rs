//! An accident with personal data: whom it touches is what the audit record says, and who looked can be inspected.
use crate::{
    applicant::Applicant,
    browser::Browser,
    desk::{Desk, anybody},
    harness::World,
};
use chrono::Duration;
use mizumado::{accounts::Role, clock::jst, deliveries};
use std::collections::BTreeSet;

/// An application with its result: id and receipt number.
async fn applied(world: &World, n: usize) -> (String, String) {
    let applicant = Applicant {
        account: ("020".into(), format!("1234{n}67")),
        customer_number: format!("012345678{n}"),
        ..Applicant::default()
    };
    let left = applicant.hand_off(&mut Browser::new(&world.url)).await;
    left.finish(world, &mut Browser::new(&world.url)).await;
    let number = left.receipt_number.clone();
    let id = world
        .write(move |conn| mizumado::enrolment::id_of_receipt(conn, &number))
        .await;
    (id.unwrap(), left.receipt_number)
}

async fn look(desk: &mut Desk, id: &str) {
    assert_eq!(desk.get(&format!("/applications/{id}")).await.status, 200);
}

/// The receipt numbers of the report's list.
fn listed(page: &crate::browser::Page) -> BTreeSet<String> {
    page.all("main table tbody tr td:first-child").into_iter().collect()
}

#[actix_web::test]
async fn the_list_of_people_affected_is_what_the_audit_record_says() {
    for world in World::all_with_console().await {
        let mut thief = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
        let mut boss = Desk::open(&world, "b1", &[Role::Approver, Role::Operator]).await;
        let mut all = vec![];
        for n in 0..6 {
            all.push(applied(&world, n).await);
        }
        // Before the time, by somebody else, after the time: none of these count.
        look(&mut thief, &all[0].0).await;
        world.workspace.clock.advance(Duration::minutes(10));
        look(&mut other, &all[1].0).await;
        for n in [2, 3, 3] {
            look(&mut thief, &all[n].0).await;
        }
        let fields = [("reason", "inquiry")];
        let reveal = thief
            .post(&format!("/applications/{}/reveals", all[3].0), &fields)
            .await;
        assert_ne!(reveal.status, 403);
        world.workspace.clock.advance(Duration::minutes(10));
        look(&mut thief, &all[4].0).await;

        let new = [
            ("title", "職員による閲覧"),
            ("happened_at", "2026-11-25 10:05"),
            ("severity", "critical"),
            ("words", "通報があった"),
            ("function_personal_data", "yes"),
        ];
        boss.prove().await;
        let path = boss.post("/incidents", &new).await.path;
        let report = [
            ("contents", "氏名、住所、口座番号"),
            ("place", "業務課の事務室"),
            ("situation", "業務によらない閲覧"),
            ("response", "利用を停止した"),
            ("seen_by", "c1"),
            ("seen_from", "2026-11-25 10:05"),
            ("seen_to", "2026-11-25 10:15"),
        ];
        let accident = format!("{path}/accident");
        let missing = boss.post(&accident, &report[1..]).await;
        assert_eq!(missing.status, 422);
        missing
            .expect("個人情報の内容を入力してください")
            .expect("業務課の事務室");
        let page = boss.post(&accident, &report).await;
        let expected = BTreeSet::from([all[2].1.clone(), all[3].1.clone()]);
        assert_eq!(listed(&page), expected);
        for part in [
            "氏名、住所、口座番号",
            "業務課の事務室",
            "業務によらない閲覧",
            "利用を停止した",
            "申込み2件、問合せ0件",
        ] {
            page.expect(part);
        }
        let bare = "select count(*) as n from accident_reports where contents like '%氏名%' or place like '%事務室%'";
        assert_eq!(world.count(bare).await, 0, "the report is sealed");
        // Everybody, whenever: every application that was looked at, and no other.
        let mut wider = report;
        wider[4].1 = "";
        wider[5].1 = "2026-11-25 00:00";
        wider[6].1 = "2026-11-26 00:00";
        assert_eq!(
            boss.post(&accident, &wider).await.status,
            409,
            "nobody overwrites what they did not see"
        );
        let form = boss.get(&accident).await.form_to(&accident);
        // Every item as long as it may be.
        let long = "長".repeat(2000);
        for item in &mut wider[..4] {
            item.1 = &long;
        }
        let page = boss.post_with(&accident, &form, &wider).await;
        page.expect(&long);
        let expected: BTreeSet<String> = all[..5].iter().map(|(_, number)| number.clone()).collect();
        assert_eq!(listed(&page), expected);
        // Who takes a file has seen what it holds, also of a reissue.
        let day = jst(world.workspace.clock.now()).date();
        let no = deliveries::close(&world.workspace, day, world.workspace.clock.now(), Some(&anybody())).await;
        let no = no.unwrap().unwrap();
        other.prove().await;
        assert_eq!(other.get(&format!("/deliveries/{no}/file")).await.status, 200);
        let page = boss.get(&accident).await;
        let expected: BTreeSet<String> = all.iter().map(|(_, number)| number.clone()).collect();
        assert_eq!(listed(&page), expected);
        let word = boss.get(&format!("{accident}/word")).await;
        assert_eq!(word.status, 200);
        assert_eq!(world.audit("incident.accident_taken").await.len(), 1);
        assert_eq!(other.get(&accident).await.status, 403, "not everybody reads it");
    }
}

#[actix_web::test]
async fn each_look_at_the_accesses_is_an_entry_that_names_nobody() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        for path in [
            "/audit/accesses",
            "/audit/accesses?day=2026-11-24&who=c1",
            "/audit/accesses?who=山田",
        ] {
            assert_eq!(auditor.get(path).await.status, 200, "{path}");
        }
        assert_eq!(auditor.get("/audit/accesses?day=x").await.status, 422);
        assert_eq!(clerk.get("/audit/accesses").await.status, 403);
        let entry = |day: &str, whose: &str| (format!("accesses/{day}"), format!("{whose} from 127.0.0.1"));
        let looks = [
            entry("2026-11-25", "everybody"),
            entry("2026-11-24", "one"),
            entry("2026-11-25", "one"),
        ];
        assert_eq!(
            world.audit("accesses.seen").await,
            looks,
            "what shows nobody's reasons is no look"
        );
        auditor
            .get("/audit?action=accesses.")
            .await
            .expect("個人情報へのアクセスを点検した")
            .expect("個人情報へのアクセス 2026-11-24")
            .expect("1人だけ");
    }
}

#[actix_web::test]
async fn who_saw_personal_data_on_a_day_is_shown_by_person_for_inspection() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let (id, number) = applied(&world, 0).await;
        auditor.get("/audit/accesses").await.expect("0件です（確認済み）");
        look(&mut clerk, &id).await;
        look(&mut clerk, &id).await;
        let page = auditor.get("/audit/accesses?day=2026-11-25").await;
        page.expect("アクセス 2回　申込み 1件　問合せ 0件")
            .expect(&number)
            .expect("印刷する");
        assert!(!auditor.get("/audit/accesses?day=2026-11-24").await.has(&number));
        assert!(!auditor.get("/audit/accesses?who=a1").await.has(&number));
        auditor.get("/audit/accesses?who=c1").await.expect(&number);
        assert_eq!(clerk.get("/audit/accesses").await.status, 403);
    }
}

#[actix_web::test]
async fn who_reads_an_inquiry_has_seen_its_person() {
    for world in World::all_with_console().await {
        let mut thief = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut boss = Desk::open(&world, "b1", &[Role::Approver, Role::Operator, Role::Auditor]).await;
        let mut paths = vec![];
        for name in ["水野花子", "堀田次郎"] {
            let call = [
                ("source", "phone"),
                ("category", "procedure"),
                ("body", "つながらない"),
                ("name", name),
            ];
            let page = thief.post("/inquiries", &call).await;
            assert!(page.path.starts_with("/inquiries/"), "{}", page.text());
            paths.push(page.path);
        }
        world.workspace.clock.advance(Duration::hours(1));
        thief.sign_in().await;
        assert_eq!(thief.get(&paths[1]).await.status, 200);
        boss.sign_in().await;
        boss.prove().await;
        let new = [
            ("title", "職員による閲覧"),
            ("happened_at", "2026-11-25 10:30"),
            ("severity", "critical"),
            ("words", "通報があった"),
            ("function_personal_data", "yes"),
        ];
        let accident = format!("{}/accident", boss.post("/incidents", &new).await.path);
        let report = [
            ("contents", "氏名、電話番号"),
            ("place", "業務課の事務室"),
            ("situation", "業務によらない閲覧"),
            ("response", "利用を停止した"),
            ("seen_by", "c1"),
            ("seen_from", "2026-11-25 10:30"),
            ("seen_to", "2026-11-25 12:00"),
        ];
        let page = boss.post(&accident, &report).await;
        page.expect("申込み0件、問合せ1件").expect("伏せない表示");
        assert_eq!(listed(&page).len(), 1, "the one that was read in that hour");
        let day = boss.get("/audit/accesses?day=2026-11-25&who=c1").await;
        day.expect("申込み 0件　問合せ 2件")
            .expect("問合せを見た（伏せない表示）");
    }
}
