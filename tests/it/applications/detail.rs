//! One application: masked until somebody says why, notes, withdrawal, correction by two people.
use super::{PERSONAL, registered};
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{accounts::Role, audit, enrolment::states::Registration};

fn shown(page: &Page) -> Vec<&'static str> {
    PERSONAL.into_iter().filter(|text| page.has(text)).collect()
}

#[actix_web::test]
async fn what_is_personal_is_shown_for_ten_minutes_to_who_says_why() {
    for world in World::all_with_console().await {
        let (number, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
        let page = clerk.get(&here).await;
        page.expect(&number)
            .expect("山＊ 太＊")
            .expect("＊＊＊＊567")
            .expect("＊＊＊（入力あり）");
        assert_eq!(shown(&page), Vec::<&str>::new(), "masked until somebody asks");
        assert_eq!(shown(&clerk.get("/applications").await), Vec::<&str>::new());
        let reveals = format!("{here}/reveals");
        for (fields, field) in [
            (vec![], "reason"),
            (vec![("reason", "curious")], "reason"),
            (vec![("reason", "other"), ("note", " ")], "note"),
        ] {
            let page = clerk.post(&reveals, &fields).await;
            assert_eq!((page.status, shown(&page).len()), (422, 0), "{fields:?}");
            assert!(!page.first(&format!("#{field}-error")).is_empty(), "{fields:?}");
        }
        assert_eq!(world.audit("application.revealed").await, []);
        let page = clerk
            .post(&reveals, &[("reason", "other"), ("note", "窓口での確認")])
            .await;
        assert_eq!(page.path, here);
        for text in [
            "山田",
            "ヤマダ",
            "0123456789",
            "1234567",
            "taro@example.jp",
            "長岡市大手通2-6",
        ] {
            page.expect(text);
        }
        let subject = format!("application/{id}");
        let expected = [(subject.clone(), "other from 127.0.0.1".to_owned())];
        assert_eq!(world.audit("application.revealed").await, expected);
        assert_eq!(world.audit("application.seen_in_clear").await.len(), 1);
        assert_eq!(
            shown(&other.get(&here).await),
            Vec::<&str>::new(),
            "for that person only"
        );
        // The list and the other pages of the application stay masked.
        for path in ["/applications".to_owned(), format!("{here}/withdrawal")] {
            assert_eq!(shown(&clerk.get(&path).await), Vec::<&str>::new(), "{path}");
        }
        world.workspace.clock.advance(Duration::seconds(9 * 60 + 50));
        assert!(clerk.get(&here).await.has("山田"));
        world.workspace.clock.advance(Duration::seconds(11));
        let page = clerk.get(&here).await;
        assert_eq!((page.status, shown(&page)), (200, vec![]), "ten minutes are over");
        page.expect("伏せた項目を表示").expect("その他（内容を書く）");
        let leaked = "select (select count(*) from audit_entries where detail like '%窓口%') \
                      + (select count(*) from reveals where note like '%窓口%') as n";
        assert_eq!(world.count(leaked).await, 0);
    }
}

#[actix_web::test]
async fn a_viewer_and_an_auditor_see_it_masked_and_can_do_nothing() {
    let world = World::with_console().await;
    let (_, id) = registered(&world, &Applicant::default()).await;
    let here = format!("/applications/{id}");
    for (code, role) in [("v1", Role::Viewer), ("a1", Role::Auditor)] {
        let mut desk = Desk::open(&world, code, &[role]).await;
        let page = desk.get(&here).await;
        assert_eq!((page.status, shown(&page)), (200, vec![]));
        assert!(!page.has("伏せた項目を表示する") && !page.has("メモを追加する") && !page.has("できること"));
        for way in ["reveals", "notes", "withdrawal", "corrections"] {
            let fields = [("reason", "inquiry"), ("body", "x"), ("note", "x")];
            assert_eq!(desk.post(&format!("{here}/{way}"), &fields).await.status, 403, "{way}");
        }
    }
    let made = "select (select count(*) from reveals) + (select count(*) from application_notes) as n";
    assert_eq!(world.count(made).await, 0);
}

#[actix_web::test]
async fn a_draft_is_no_application_of_the_staff() {
    for world in World::all_with_console().await {
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        #[derive(QueryableByName)]
        struct Draft {
            #[diesel(sql_type = Text)]
            id: String,
        }
        let find = |conn: &mut mizumado::db::Conn| {
            let sql = "select id from applications where state = 'draft'";
            Ok(diesel::sql_query(sql).get_result::<Draft>(conn)?.id)
        };
        let id = world.write(find).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let here = format!("/applications/{id}");
        for path in [
            here.clone(),
            format!("{here}/withdrawal"),
            format!("{here}/corrections"),
        ] {
            assert_eq!(clerk.get(&path).await.status, 404, "{path}");
        }
        for way in ["reveals", "notes"] {
            let fields = [("reason", "inquiry"), ("body", "x")];
            assert_eq!(clerk.post(&format!("{here}/{way}"), &fields).await.status, 404, "{way}");
        }
        assert_eq!(clerk.get("/applications").await.first(".count"), "0件（確認済み）");
        let made = "select (select count(*) from reveals) + (select count(*) from application_notes) as n";
        assert_eq!(world.count(made).await, 0);
        assert_eq!(world.audit("application.revealed").await, []);
    }
}

#[actix_web::test]
async fn a_note_is_sealed_and_a_withdrawal_is_an_event_by_its_person() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let body = "山田様から\n電話。<b>折り返し</b>";
        let page = clerk.post(&format!("{here}/notes"), &[("body", body)]).await;
        assert_eq!(page.all(".pre"), [body]);
        let empty = clerk.post(&format!("{here}/notes"), &[("body", " \n")]).await;
        assert_eq!(empty.all(".pre").len(), 1);
        let plain = "select (select count(*) from application_notes where body like '%電話%') \
                     + (select count(*) from audit_entries where detail like '%電話%') as n";
        assert_eq!(world.count(plain).await, 0);
        let way = format!("{here}/withdrawal");
        let page = clerk.post(&way, &[("note", " ")]).await;
        assert_eq!((page.status, page.first("#note-error").is_empty()), (422, false));
        clerk.get(&way).await.expect("元にもどすことはできません");
        let page = clerk.post(&way, &[("note", "窓口で本人から")]).await;
        assert_eq!(page.path, here);
        page.expect("取下げ")
            .expect("申し出により取下げ")
            .expect("窓口で本人から");
        assert_eq!(clerk.post(&way, &[("note", "もう一度")]).await.status, 409);
        let sql = "select count(*) as n from application_events e join staff s on e.actor = 'staff/' || s.id \
                   where s.code = 'c1' and e.from_state = 'registered' and e.to_state = 'withdrawn'";
        assert_eq!(world.count(sql).await, 1);
        assert_eq!(
            world.count("select count(*) as n from result_outbox").await,
            2,
            "the bureau hears of it"
        );
        let audit = world.audit("application.withdrawn").await;
        assert!(audit.len() == 1 && audit[0].1.ends_with("from 127.0.0.1"), "{audit:?}");
        assert_eq!(world.count("select count(*) as n from application_notes").await, 2);
    }
}

#[actix_web::test]
async fn only_what_is_registered_can_be_withdrawn() {
    let world = World::with_console().await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let (keys, at) = (world.workspace.keys.clone(), world.workspace.clock.now());
    use Registration::*;
    let states = [Rejected, Cancelled, Expired, Unknown, Checking, Corrected, Paper];
    let made: Vec<Row> = (0..states.len()).map(|n| Row::new(n, at)).collect();
    let ids: Vec<String> = made.iter().map(|row| row.id.clone()).collect();
    let write = move |conn: &mut mizumado::db::Conn| {
        rows::confirm(conn, &keys, &made)?;
        for (row, state) in made.iter().zip(states) {
            rows::bring(conn, &row.id, state, at)?;
        }
        Ok(())
    };
    world.write(write).await;
    for (id, state) in ids.iter().zip(states) {
        let way = format!("/applications/{id}/withdrawal");
        assert!(
            !clerk.get(&format!("/applications/{id}")).await.has(&way),
            "{}",
            state.label()
        );
        assert_eq!(
            clerk.post(&way, &[("note", "x")]).await.status,
            409,
            "{}",
            state.label()
        );
    }
    assert_eq!(world.audit("application.withdrawn").await, []);
    assert_eq!(world.count("select count(*) as n from application_notes").await, 0);
}

const CORRECTION: [(&str, &str); 3] = [
    ("result", "not_registered"),
    ("note", "口座が違った"),
    ("evidence", "銀行の回答書 12号"),
];

#[actix_web::test]
async fn a_correction_is_proposed_by_one_and_approved_by_another() {
    for world in World::all_with_console().await {
        let (number, id) = registered(&world, &Applicant::default()).await;
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk, Role::Approver]).await;
        let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let way = format!("/applications/{id}/corrections");
        for missing in 0..CORRECTION.len() {
            let mut fields = CORRECTION;
            fields[missing].1 = " ";
            let page = maker.post(&way, &fields).await;
            assert_eq!(page.status, 422);
            assert!(
                !page.first(&format!("#{}-error", fields[missing].0)).is_empty(),
                "{missing}"
            );
        }
        maker.post(&way, &CORRECTION).await.expect("さんが訂正を提案しています");
        let again = clerk.post(&way, &CORRECTION).await;
        assert_eq!(again.status, 422);
        again.expect("まだ決まっていない訂正の提案があります");
        let list = maker.get("/corrections").await;
        list.expect(&number)
            .expect("口座が違った")
            .expect("銀行の回答書 12号")
            .expect("自分の提案は、ほかの承認者が");
        assert!(!list.has("/decision"));
        let open = other.get("/corrections").await;
        let decision = open.attributes("form[action$=decision]", "action").remove(0);
        let approve = [("decision", "approve")];
        let alone = maker.post(&decision, &approve).await;
        assert_eq!(alone.status, 422);
        alone.expect("提案した人とは別の人が決めてください");
        assert_eq!(clerk.post(&decision, &approve).await.status, 403);
        let corrected = "select count(*) as n from applications where state = 'corrected'";
        assert_eq!(world.count(corrected).await, 0);
        other.post(&decision, &approve).await.expect("0件（確認済み）");
        assert_eq!(world.count(corrected).await, 1);
        assert_eq!(other.post(&decision, &[("decision", "refuse")]).await.status, 422);
        let page = other.get(&format!("/applications/{id}")).await;
        page.expect("訂正済").expect("2人で訂正").expect("訂正後の結果");
        // What it rested on can be read as long as the application is there.
        page.expect("訂正の提案：登録されていない").expect("銀行の回答書 12号");
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let masked = viewer.get(&format!("/applications/{id}")).await;
        assert!(masked.has("訂正の提案：登録されていない") && !masked.has("銀行の回答書 12号"));
        let by = "select count(*) as n from application_events e join staff s on e.actor = 'staff/' || s.id \
                  where s.code = 'm2' and e.to_state = 'corrected'";
        assert_eq!(world.count(by).await, 1);
        let chain = world.write(|conn| Ok(audit::verify(conn)?)).await;
        assert!(matches!(chain, audit::ChainCheck::Whole(_)), "{chain:?}");
    }
}

#[actix_web::test]
async fn who_refuses_a_correction_says_why_and_the_proposer_reads_it() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
        maker
            .post(&format!("/applications/{id}/corrections"), &CORRECTION)
            .await;
        let open = other.get("/corrections").await;
        let decision = open.attributes("form[action$=decision]", "action").remove(0);
        let field = open.attributes("input[name^=refusal-]", "name").remove(0);
        let silent = other.post(&decision, &[("decision", "refuse"), (&field, " ")]).await;
        assert_eq!(silent.status, 422);
        assert!(
            silent
                .first(&format!("#{field}-error"))
                .contains("却下の理由を入力してください")
        );
        assert_eq!(other.post(&decision, &[]).await.status, 400, "no decision is none");
        let why = "回答書の番号がちがいます";
        let page = other.post(&decision, &[("decision", "refuse"), (&field, why)]).await;
        page.expect("0件（確認済み）").expect("却下された提案");
        maker.get("/corrections").await.expect(why);
        let page = maker.get(&format!("/applications/{id}")).await;
        page.expect("訂正の却下").expect(why).expect("登録完了");
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for path in ["/corrections", &format!("/applications/{id}")] {
            assert!(!viewer.get(path).await.has(why), "{path}");
        }
        world.workspace.clock.advance(Duration::days(8));
        maker.sign_in().await;
        assert!(!maker.get("/corrections").await.has(why));
        maker.get(&format!("/applications/{id}")).await.expect(why);
    }
}

#[actix_web::test]
async fn a_note_that_is_too_long_is_said_and_kept() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let way = format!("/applications/{id}/notes");
        let long = "あ".repeat(2001);
        let page = clerk.post(&way, &[("body", &long)]).await;
        assert_eq!(page.status, 422);
        assert!(
            page.first("#body-error")
                .contains("2000文字以内で入力してください（いま2001文字です）")
        );
        assert_eq!(page.form_to(&way)["body"], long);
        assert_eq!(world.count("select count(*) as n from application_notes").await, 0);
        let page = clerk.post(&way, &[("body", &long[..6000])]).await;
        assert_eq!((page.status, page.path), (200, format!("/applications/{id}")));
    }
}

#[actix_web::test]
async fn a_mistaken_proposal_is_taken_back_and_the_second_person_sees_it() {
    for world in World::all_with_console().await {
        let (number, id) = registered(&world, &Applicant::default()).await;
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
        let way = format!("/applications/{id}/corrections");
        maker.post(&way, &CORRECTION).await;
        let open = other.get("/corrections").await;
        assert!(!open.has("提案を取り消す"), "it is its proposer's");
        let decision = open.attributes("form[action$=decision]", "action").remove(0);
        let page = maker.get("/corrections").await;
        let back = page.attributes("form[action$=withdrawal]", "action").remove(0);
        let field = page.attributes("input[name^=reason-]", "name").remove(0);
        let anothers = other.post(&back, &[]).await;
        assert_eq!(anothers.status, 422);
        anothers.expect("提案を取り消せるのは、提案した人だけです");
        let long = "長".repeat(201);
        let page = maker.post(&back, &[(&field, &long)]).await;
        assert_eq!(page.status, 422);
        assert!(page.first(&format!("#{field}-error")).contains("200文字以内"));
        assert_eq!(page.form_to(&back)[&field], long, "what was typed stays");
        let page = maker.post(&back, &[(&field, "別の申込みのこと")]).await;
        page.expect("0件（確認済み）").expect("取り消された提案");
        let late = other.post(&decision, &[("decision", "approve")]).await;
        assert_eq!(late.status, 422);
        late.expect("この提案は、提案した人が取り消しました");
        let page = other.get("/corrections").await;
        page.expect(&number).expect("別の申込みのこと");
        assert!(page.attributes("form[action$=decision]", "action").is_empty());
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        assert!(!viewer.get("/corrections").await.has("別の申込みのこと"));
        maker.post(&way, &CORRECTION).await.expect("さんが訂正を提案しています");
        world.workspace.clock.advance(Duration::days(8));
        other.sign_in().await;
        assert!(!other.get("/corrections").await.has("取り消された提案"));
        assert_eq!(world.audit("correction.withdrawn").await.len(), 1);
    }
}
