//! What needs a person's look: names that did not match, characters that the file could not hold, mails that did not
//! leave; and how staff tell the applicant to begin again.
use super::registered;
use crate::{
    applicant::Applicant,
    browser::Page,
    desk::{Desk, anybody},
    harness::World,
    rows::{self, Row},
};
use diesel::connection::SimpleConnection;
use mizumado::{accounts::Role, clock::jst, db::Conn, deliveries, enrolment::states::Registration};

fn receipts(page: &Page) -> Vec<String> {
    page.all("#found tbody th")
}

#[actix_web::test]
async fn a_name_that_differs_and_characters_that_the_file_lacks_wait_until_somebody_has_looked() {
    for world in World::all_with_console().await {
        // 04 is the simulator's name_mismatch.
        let (mismatch, mismatch_id) = registered(&world, &Applicant::scenario("04")).await;
        let hard = Applicant {
            family: ("𠮷野", "よしの"),
            customer_number: "0123456701".into(),
            ..Applicant::default()
        };
        let (hard, hard_id) = registered(&world, &hard).await;
        let plain = Applicant {
            customer_number: "0123456702".into(),
            account: ("020".into(), "1234568".into()),
            ..Applicant::default()
        };
        let (plain, _) = registered(&world, &plain).await;
        // Of one both are true: the applicant is asked, and the billing system is looked at.
        let both = Applicant {
            family: ("𠮷野", "よしの"),
            customer_number: "0123456703".into(),
            account: ("020".into(), "7654304".into()),
            ..Applicant::default()
        };
        let (both, both_id) = registered(&world, &both).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let list = "/applications?attention=1";
        assert_eq!(
            receipts(&clerk.get(list).await),
            [both.clone(), mismatch.clone()],
            "no file has been written"
        );
        let day = jst(world.workspace.clock.now()).date();
        let closed = deliveries::close(&world.workspace, day, world.workspace.clock.now(), Some(&anybody())).await;
        assert!(closed.unwrap().is_some());
        let page = clerk.get(list).await;
        let mut found = receipts(&page);
        found.sort();
        let mut expected = vec![mismatch, hard, both];
        expected.sort();
        assert_eq!(found, expected, "and not {plain}");
        page.expect("外字").expect("名義不一致");
        clerk
            .get(&format!("/applications/{both_id}"))
            .await
            .expect("要対応：名義不一致")
            .expect("要対応：外字");
        let home = clerk.get("/").await;
        let tile = home.all(".tile").into_iter().find(|t| t.starts_with("要対応")).unwrap();
        assert!(tile.contains("3件"), "{tile}");
        // Whoever has looked says so; a viewer cannot.
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for id in [&mismatch_id, &hard_id, &both_id] {
            let way = format!("/applications/{id}/attention");
            clerk.get(&format!("/applications/{id}")).await.expect("要対応：");
            assert_eq!(viewer.post(&way, &[]).await.status, 403);
            for _ in 0..2 {
                assert!(!clerk.post(&way, &[]).await.has("要対応："));
            }
        }
        assert_eq!(receipts(&clerk.get(list).await), Vec::<String>::new());
        assert_eq!(world.audit("application.attended").await.len(), 3, "once each");
        // An address that somebody made up leads nowhere, and not into a header.
        let nowhere = clerk
            .post("/applications/%0D%0ASet-Cookie%3A%20a%3Db/attention", &[])
            .await;
        assert_eq!(nowhere.status, 404);
    }
}

#[actix_web::test]
async fn staff_hand_over_the_way_that_the_state_allows() {
    let world = World::with_console().await;
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let cases = [
        // The look-up by receipt number shows and does not act: the way on is in the browser that applied.
        (
            Registration::Confirmed,
            "申し込んだ機器なら、同じ受付番号で、金融機関の手続きへ進めます",
            "/",
        ),
        (
            Registration::Rejected,
            "申し込んだ機器なら、同じ受付番号で、金融機関の手続きをもう一度できます",
            "/",
        ),
        (Registration::Expired, "はじめから", "/"),
        (Registration::Cancelled, "はじめから", "/"),
        (Registration::Withdrawn, "はじめから", "/"),
        (Registration::Paper, "書面で", "/paper"),
        (Registration::Unknown, "結果を確認しています", ""),
        (Registration::AtInstitution, "結果を確認しています", ""),
        (Registration::Registered, "新しい手続きはいりません", ""),
    ];
    let rows: Vec<Row> = (0..cases.len()).map(|n| Row::new(n, now)).collect();
    let made = rows.clone();
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, &made)?;
        for (row, (state, _, _)) in made.iter().zip(&cases) {
            rows::bring(conn, &row.id, *state, now)?;
        }
        Ok(())
    };
    world.write(write).await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
    for (row, (state, words, path)) in rows.iter().zip(&cases) {
        let here = format!("/applications/{}", row.id);
        clerk.get(&here).await.expect(words).expect("新しい手続きの案内");
        let page = clerk.get(&format!("{here}/guidance")).await;
        page.expect(words).expect(&row.shown());
        let address = page.first(".invitation .mono");
        let expected = if path.is_empty() {
            String::new()
        } else {
            format!("{}{path}", world.url)
        };
        assert_eq!(address, expected, "{state:?}");
        assert!(!page.has(&row.name.0), "it names nobody");
        assert_eq!(viewer.get(&format!("{here}/guidance")).await.status, 403);
    }
}

#[actix_web::test]
async fn notes_are_read_by_who_handles_the_application() {
    let world = World::with_console().await;
    let (_, id) = registered(&world, &Applicant::default()).await;
    let here = format!("/applications/{id}");
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let note = "山田様のご家族から電話";
    clerk
        .post(&format!("{here}/notes"), &[("body", note)])
        .await
        .expect(note);
    let reasons = [
        ("result", "not_registered"),
        ("note", "山田様の申し出"),
        ("evidence", "通帳"),
    ];
    clerk.post(&format!("{here}/corrections"), &reasons).await;
    for (code, role) in [("v1", Role::Viewer), ("a1", Role::Auditor)] {
        let mut desk = Desk::open(&world, code, &[role]).await;
        let page = desk.get(&here).await;
        assert!(!page.has("山田") && page.has("内容は伏せています"), "{role:?}");
        let page = desk.get("/corrections").await;
        assert!(!page.has("山田") && !page.has("通帳"), "{role:?}");
    }
    let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
    approver
        .get("/corrections")
        .await
        .expect("山田様の申し出")
        .expect("通帳");
}

#[actix_web::test]
async fn a_mail_that_was_laid_aside_says_so_and_is_tried_again() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        world.run_jobs().await;
        let lay_aside = "update mails set sent_at = null; \
                         update jobs set finished_at = null, dead_at = run_at where kind = 'mail.send'";
        world.write(move |conn| Ok(conn.batch_execute(lay_aside)?)).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = clerk.get(&here).await;
        assert!(page.has("送信できず・要確認") && !page.has("送信待ち"));
        let ways = page.attributes("form[action$='/retry']", "action");
        assert_eq!(ways.len(), 2, "the receipt and the result");
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        assert!(!viewer.get(&here).await.has("もう一度送る"));
        assert_eq!(viewer.post(&ways[0], &[]).await.status, 403);
        let page = clerk.post(&ways[0], &[]).await;
        page.expect("送信待ち").expect("送信できず・要確認");
        world.run_jobs().await;
        clerk.get(&here).await.expect("送信済み");
        clerk.post(&ways[0], &[]).await;
        clerk.post(&format!("{here}/mails/01K/retry"), &[]).await;
        assert_eq!(world.audit("mail.retried").await.len(), 1, "only what was laid aside");
    }
}
