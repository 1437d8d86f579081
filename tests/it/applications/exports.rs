//! 一覧の出力: nobody takes the list along without saying what for, and much of it only when another person agrees.
use super::registered;
use crate::{
    applicant::Applicant,
    browser::Page,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use diesel::connection::SimpleConnection;
use mizumado::{accounts::Role, db::Conn, enrolment::states::Registration};

/// One more than one person may export alone.
const MANY: usize = 1_001;

async fn fill(world: &World, from: usize, count: usize) {
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let age = |n: usize| Duration::seconds(i64::try_from(n).unwrap());
    let all: Vec<Row> = (from..from + count).map(|n| Row::new(n, now - age(n))).collect();
    world.write(move |conn| Ok(rows::confirm(conn, &keys, &all)?)).await;
}

fn files(page: &Page) -> Vec<String> {
    page.attributes("a[href^='/exports/'][href$='/file']", "href")
}

fn decisions(page: &Page) -> Vec<String> {
    page.attributes("form[action$='/decision']", "action")
}

/// Asks for everything.
async fn ask(desk: &mut Desk, purpose: &str) -> Page {
    desk.prove().await;
    desk.post("/exports", &[("list", ""), ("purpose", purpose)]).await
}

/// Rows without the heading.
fn length(file: &Page) -> usize {
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    file.html.lines().count() - 1
}

#[actix_web::test]
async fn more_rows_than_one_person_may_take_leave_only_when_another_agrees() {
    for world in World::all_with_console().await {
        fill(&world, 0, MANY).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        clerk.prove().await;
        let question = clerk.get("/applications/export").await;
        question.expect("別の承認者の承認が要ります").expect("1001件");
        let waiting = ask(&mut clerk, "billing").await;
        assert_eq!((files(&waiting), decisions(&waiting)), (vec![], vec![]));
        waiting.expect("自分が頼んだ出力は、ほかの承認者が決めます");
        let id = waiting.attributes("section.card", "id").remove(0);
        let file = format!("/exports/{id}/file");
        assert_eq!(clerk.get(&file).await.first("h1"), "一覧の出力", "no file yet");
        let way = format!("/exports/{id}/decision");
        assert_eq!(clerk.post(&way, &[("decision", "approve")]).await.status, 403);
        approver.get("/").await.expect("承認待ちの出力");
        approver.prove().await;
        let asked = approver.get("/exports").await;
        asked.expect("料金システムと照らし合わせる").expect("すべての申込み");
        assert_eq!(decisions(&asked), [way.as_str()]);
        let field = format!("refusal-{id}");
        let silent = approver.post(&way, &[("decision", "refuse"), (&field, " ")]).await;
        assert_eq!(silent.status, 422);
        assert!(
            silent
                .first(&format!("#{field}-error"))
                .contains("却下の理由を入力してください")
        );
        approver
            .post(&way, &[("decision", "refuse"), (&field, "月の分だけで足ります")])
            .await;
        let late = approver.post(&way, &[("decision", "approve")]).await;
        assert_eq!(late.status, 422);
        late.expect("この出力は、もう決まっています");
        let refused = clerk.get(&file).await;
        assert_eq!(refused.first("h1"), "一覧の出力", "it was refused");
        refused.expect("月の分だけで足ります");
        let sealed = "select count(*) as n from exports where refusal is not null and refusal not like '%月%'";
        assert_eq!(world.count(sealed).await, 1);
        let agreed = clerk.export_agreed_to(&mut approver, "").await;
        assert_ne!(agreed, file);
        assert_eq!(length(&clerk.get(&agreed).await), MANY);
        let other = approver.get(&agreed).await;
        assert_eq!(other.first("h1"), "一覧の出力", "it is the clerk's");
        world.workspace.clock.advance(Duration::days(8));
        clerk.sign_in().await;
        assert_eq!(clerk.get(&agreed).await.first("h1"), "一覧の出力", "it is over");
        for action in ["export.refused", "export.approved"] {
            assert_eq!(world.audit(action).await[0].1, "1001 rows from 127.0.0.1", "{action}");
        }
        assert_eq!(world.audit("applications.exported").await.len(), 1);
    }
}

#[actix_web::test]
async fn nobody_agrees_to_their_own_export_at_the_page_or_in_the_database() {
    for world in World::all_with_console().await {
        fill(&world, 0, MANY).await;
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        let waiting = ask(&mut approver, "report").await;
        assert_eq!(decisions(&waiting), Vec::<String>::new());
        let id = waiting.attributes("section.card", "id").remove(0);
        let way = format!("/exports/{id}/decision");
        let own = approver.post(&way, &[("decision", "approve")]).await;
        assert_eq!(own.status, 422);
        own.expect("出力を頼んだ人とは別の人が決めてください");
        let forced = move |conn: &mut Conn| {
            let sql = "update exports set decided_by = asked_by, decided_at = asked_at, decision = 'approved'";
            Ok(conn.batch_execute(sql).is_err())
        };
        assert!(world.write(forced).await, "the database refuses");
    }
}

#[actix_web::test]
async fn a_list_taken_in_parts_counts_as_one() {
    for world in World::all_with_console().await {
        fill(&world, 0, 501).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        assert_eq!(files(&ask(&mut clerk, "report").await).len(), 1);
        let second = ask(&mut clerk, "report").await;
        assert_eq!(files(&second).len(), 1, "the first alone");
        second.expect("自分が頼んだ出力は、ほかの承認者が決めます");
        clerk
            .get("/applications/export")
            .await
            .expect("この24時間に出力した501件とあわせて");
        let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
        assert_eq!(files(&ask(&mut other, "report").await).len(), 1, "each has their own");
        world.workspace.clock.advance(Duration::hours(25));
        clerk.sign_in().await;
        assert_eq!(files(&ask(&mut clerk, "report").await).len(), 2, "a day later");
    }
}

#[actix_web::test]
async fn more_than_was_asked_for_never_leaves() {
    for world in World::all_with_console().await {
        fill(&world, 0, 3).await;
        let now = world.workspace.clock.now();
        let bring = move |n: usize| {
            move |conn: &mut Conn| Ok(rows::bring(conn, &Row::new(n, now).id, Registration::Unknown, now)?)
        };
        world.write(bring(0)).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let unknown = clerk.ask_for_export("result=unknown").await;
        assert_eq!(length(&clerk.get(&unknown).await), 1);
        world.write(bring(1)).await;
        let grown = clerk.get(&unknown).await;
        assert_eq!(grown.status, 422);
        grown.expect("頼んだときより件数が増えています");
        assert_eq!(world.audit("applications.exported").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_purpose_is_asked_for_and_stands_where_accesses_are_inspected_and_nowhere_else() {
    for world in World::all_with_console().await {
        fill(&world, 0, 3).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut auditor = Desk::open(&world, "i1", &[Role::Auditor]).await;
        let nothing = ask(&mut clerk, "").await;
        assert_eq!(nothing.status, 422);
        nothing.expect("出力する目的を選んでください");
        let empty = ask(&mut clerk, "other").await;
        assert_eq!(empty.status, 422);
        empty.expect("目的の内容を入力してください");
        let note = "監査委員の山本さんへ";
        let long = "あ".repeat(201);
        let typed = [("purpose", "other"), ("note", long.as_str())];
        let long = clerk.post("/exports", &typed).await;
        long.expect("200文字以内で入力してください");
        let typed = [("purpose", "other"), ("note", note)];
        let made = clerk.post("/exports", &typed).await;
        made.expect(note);
        assert_eq!(length(&clerk.get(&files(&made)[0]).await), 3);
        let seen = auditor.get("/audit/accesses").await;
        seen.expect(&format!("その他　{note}"));
        let list = auditor.get("/exports").await;
        assert!(!list.has(note), "the list masks what was typed from who only reads");
        let record = auditor.get("/audit").await;
        record.expect("一覧の出力を頼んだ").expect("その他");
        assert!(!record.has(note));
        let kept = |conn: &mut Conn| Ok(mizumado::audit::details_of(conn, "export.asked")?);
        assert_eq!(world.write(kept).await[0].1, "other 3 rows from 127.0.0.1");
    }
}

#[actix_web::test]
async fn a_file_holds_what_was_asked_for_whenever_it_is_fetched() {
    for world in World::all_with_console().await {
        fill(&world, 0, 3).await;
        registered(&world, &Applicant::default()).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let today = clerk.ask_for_export("period=today").await;
        let all = clerk.ask_for_export("").await;
        let search = clerk.post("/applications/searches", &[("q", "ヤマダ")]).await.path;
        let sought = clerk.ask_for_export(search.split_once('?').unwrap().1).await;
        assert_eq!(length(&clerk.get(&sought).await), 1);
        world.workspace.clock.advance(Duration::days(2));
        fill(&world, 10, 4).await;
        clerk.sign_in().await;
        // A search is kept for a day; what was asked for with it, as long as the export.
        for (path, rows) in [(&today, 4), (&all, 4), (&sought, 1)] {
            assert_eq!(length(&clerk.get(path).await), rows);
        }
        let late = clerk
            .get(&search.replace("/applications?", "/applications/export?"))
            .await;
        late.expect("検索の期限（1日）が過ぎました");
    }
}
