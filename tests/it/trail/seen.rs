//! Who looked for whom, read what, and wrote out which: on record, without what was typed.
use crate::{
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use mizumado::{accounts::Role, db::Conn, enrolment::states::Registration};

#[actix_web::test]
async fn who_looked_for_whom_in_the_list_is_on_record_without_what_was_typed() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        clerk.get("/applications").await;
        assert_eq!(world.audit("applications.listed").await, [], "the newest, whoever asks");
        clerk
            .get("/applications?result=unknown&institution=0140&attention=1")
            .await;
        clerk.post("/applications/searches", &[("q", "スイドウ タロウ")]).await;
        clerk.headers = vec![("hx-request", "true".into())];
        clerk.get("/applications?period=week").await;
        clerk.headers.push(("x-polling", "yes".into()));
        clerk.get("/applications?period=month").await;
        clerk.headers.clear();
        let said = |words: &str| ("applications".to_owned(), format!("0 rows {words} from 127.0.0.1"));
        assert_eq!(
            world.audit("applications.listed").await,
            [said("unknown institution/0140 attention"), said("search"), said("week")]
        );
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let page = auditor.get("/audit?action=applications.listed").await;
        page.expect("申込みをしぼった一覧を見た").expect("0 件 結果不明");
        assert!(!page.has("スイドウ"));
    }
}

#[actix_web::test]
async fn who_reads_why_a_result_is_corrected_is_on_record_with_the_applications() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        clerk.get("/corrections").await;
        assert_eq!(world.audit("corrections.seen").await, [], "there was nothing to read");
        let row = Row::new(1, world.workspace.clock.now());
        let (keys, made) = (world.workspace.keys.clone(), row.clone());
        let write = move |conn: &mut Conn| {
            rows::confirm(conn, &keys, std::slice::from_ref(&made))?;
            Ok(rows::bring(conn, &made.id, Registration::Unknown, made.at)?)
        };
        world.write(write).await;
        let typed = [
            ("result", "registered"),
            ("note", "通帳で確かめた"),
            ("evidence", "来庁"),
        ];
        clerk
            .post(&format!("/applications/{}/corrections", row.id), &typed)
            .await;
        clerk.get("/corrections").await.expect("通帳で確かめた");
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        assert!(!viewer.get("/corrections").await.has("通帳で確かめた"));
        let said = |how: &str| {
            let detail = format!("{how} application/{} from 127.0.0.1", row.id);
            ("corrections".to_owned(), detail)
        };
        assert_eq!(world.audit("corrections.seen").await, [said("clear"), said("masked")]);
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        auditor.get("/audit/export").await;
        let wanted = format!("/audit/export?who=c1&subject=application/{}&from=2026-01-01", row.id);
        auditor.get(&wanted).await;
        auditor.get("/audit/export?who=%E5%B1%B1%E7%94%B0").await;
        let exported = world.audit("audit.exported").await;
        let narrowed = format!("rows staff/{} application/{} since 2026-01-01 from", clerk.id, row.id);
        assert!(exported[1].1.contains(&narrowed), "{exported:?}");
        assert!(exported[2].1.starts_with("0 rows unknown_word"), "{exported:?}");
    }
}
