//! The papers of the contract: made from what the system knows, written into, fixed for good, replaced by newer editions.
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use chrono::Duration;
use diesel::connection::SimpleConnection;
use mizumado::{
    accounts::Role,
    audit::{self, Actor},
    db::{Conn, DbError},
    web::Error,
};
use std::io::Read;

async fn make(desk: &mut Desk, kind: &str, period: &str) -> Page {
    let page = desk.post("/papers", &[("kind", kind), ("period", period)]).await;
    page.expect("作成中");
    page
}

/// Sends the form of a draft as the page holds it, with changes.
async fn write(desk: &mut Desk, path: &str, typed: &[(&str, &str)]) -> Page {
    let form = desk.get(path).await.form_to(path);
    desk.post_with(path, &form, typed).await
}

fn word_of(page: &Page) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(page.bytes.clone())).unwrap();
    let mut text = String::new();
    zip.by_name("word/document.xml")
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// Whether the database carries a statement out.
async fn runs(world: &World, sql: &'static str) -> bool {
    let write = move |conn: &mut Conn| Ok::<_, DbError>(conn.batch_execute(sql)?);
    world.workspace.db.write(write).await.is_ok()
}

const INCIDENT: [(&str, &str); 4] = [
    ("title", "つながらない"),
    ("happened_at", "2026-11-25 09:50"),
    ("severity", "major"),
    ("words", "調べている"),
];

#[actix_web::test]
async fn a_progress_report_counts_what_happened_in_its_month() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        left.finish(&world, &mut Browser::new(&world.url)).await;
        desk.post("/incidents", &INCIDENT).await;
        let ask = [("source", "staff"), ("category", "other"), ("body", "使い方を知りたい")];
        desk.post("/inquiries", &ask).await.expect("使い方を知りたい");
        let page = make(&mut desk, "progress", "2026-11").await;
        page.expect("進捗報告書（令和8年11月）第1版")
            .expect("第四北越銀行")
            .expect("つながらない")
            .expect("稼働率");
        let rows = page.all("table tbody tr");
        let counted = |begins: &str, numbers: &str| {
            let row = rows.iter().map(|row| row.split_whitespace().collect::<String>());
            assert!(
                row.into_iter().any(|row| row == format!("{begins}{numbers}")),
                "{begins}: {rows:?}"
            );
        };
        counted("第四北越銀行", "10000001");
        counted("計", "10000001");
        counted("運用担当あて", "100");
        let before = make(&mut desk, "progress", "2026-10").await;
        assert!(!before.has("つながらない") && !before.has("第四北越銀行"));
        let future = desk
            .post("/papers", &[("kind", "progress"), ("period", "2026-12")])
            .await;
        assert_eq!(future.status, 422);
        future.expect("今月か、それより前の月").expect("2026-12");
        let word = word_of(&desk.get(&format!("{}/word", page.path)).await);
        assert!(word.contains("第四北越銀行") && word.contains("つながらない"));
    }
}

#[actix_web::test]
async fn a_fixed_paper_never_changes() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = make(&mut desk, "progress", "2026-11").await.path;
        let stale = desk.get(&path).await.form_to(&path);
        write(&mut desk, &path, &[("act", "save"), ("remarks", "順調です。")])
            .await
            .expect("順調です。");
        let lost = desk
            .post_with(&path, &stale, &[("act", "save"), ("remarks", "あとから")])
            .await;
        assert_eq!(lost.status, 409, "two who write at once do not overwrite one another");
        assert!(runs(&world, "update papers set rev = rev").await, "a draft may change");
        let fixed = write(&mut desk, &path, &[("act", "fix")]).await;
        fixed.expect("確定").expect("順調です。");
        assert!(!fixed.has("保存して、確定する"));
        let printed = word_of(&desk.get(&format!("{path}/word")).await);
        // The world moves on, and the paper does not.
        desk.post("/incidents", &INCIDENT).await;
        for rev in ["0", "1", "2", "3"] {
            for (way, fields) in [
                (path.clone(), vec![("rev", rev), ("act", "save"), ("remarks", "変えた")]),
                (path.clone(), vec![("rev", rev), ("act", "fix"), ("remarks", "変えた")]),
                (format!("{path}/renewal"), vec![("rev", rev)]),
            ] {
                assert_eq!(desk.post(&way, &fields).await.status, 409, "{way} {rev}");
            }
        }
        for sql in ["update papers set rev = rev", "delete from papers"] {
            assert!(!runs(&world, sql).await, "{sql}: the database refuses it");
        }
        assert_eq!(word_of(&desk.get(&format!("{path}/word")).await), printed);
        assert_eq!(world.audit("paper.fixed").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_newer_edition_refers_to_the_older_one() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let first = make(&mut desk, "progress", "2026-11").await.path;
        assert_eq!(
            make(&mut desk, "progress", "2026-11").await.path,
            first,
            "a draft of the month is opened, not doubled"
        );
        assert_eq!(desk.post(&format!("{first}/editions"), &[]).await.status, 409);
        write(&mut desk, &first, &[("act", "fix"), ("remarks", "はじめ")]).await;
        desk.post("/incidents", &INCIDENT).await;
        let second = desk.post(&format!("{first}/editions"), &[]).await;
        second
            .expect("第2版")
            .expect("つながらない")
            .expect("はじめ")
            .expect("改める前の版");
        assert_ne!(second.path, first);
        let old = desk.get(&first).await;
        old.expect("新しい版があります").expect("第2版を開く");
        assert!(!old.has("つながらない"));
        assert_eq!(
            desk.post(&format!("{first}/editions"), &[]).await.path,
            second.path,
            "there is one next edition"
        );
        write(&mut desk, &second.path, &[("act", "fix")]).await;
        make(&mut desk, "progress", "2026-11").await.expect("第3版");
        let list = desk.get("/papers").await;
        assert_eq!(list.all("table tbody tr").len(), 3);
    }
}

#[actix_web::test]
async fn a_draft_is_counted_anew_and_keeps_what_was_typed() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = make(&mut desk, "issues", "2026-11").await.path;
        write(&mut desk, &path, &[("act", "save"), ("remarks", "所見を書いた")]).await;
        desk.post("/incidents", &INCIDENT).await;
        assert!(!desk.get(&path).await.has("つながらない"));
        let way = format!("{path}/renewal");
        let form = desk.get(&path).await.form_to(&way);
        desk.post_with(&way, &form, &[])
            .await
            .expect("つながらない")
            .expect("所見を書いた");
        let bare = "select count(*) as n from papers where body like '%つながらない%' or typed like '%所見%'";
        assert_eq!(world.count(bare).await, 0, "a paper is sealed");
        let long = "あ".repeat(4001);
        let wrong = write(&mut desk, &path, &[("act", "save"), ("remarks", &long)]).await;
        assert_eq!(wrong.status, 422);
        wrong.expect("4000文字以内で入力してください").expect(&long);
    }
}

#[actix_web::test]
async fn an_issue_list_and_an_agenda_hold_what_is_open() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let incident = desk.post("/incidents", &INCIDENT).await.path;
        let measure = [
            ("measure", "回線を二重にする"),
            ("unit", "業務課"),
            ("due", "2026-11-26"),
        ];
        desk.post(&format!("{incident}/measures"), &measure).await;
        desk.post("/improvements", &[("title", "大きな字で読みたい")]).await;
        let stop = [
            ("work", "点検"),
            ("starts_at", "2026-12-06 01:00"),
            ("ends_at", "2026-12-06 05:00"),
            ("notice", "点検のため"),
            ("effect", "申込み"),
            ("way_back", "もどす"),
        ];
        desk.post("/outages", &stop).await.expect("承認待ち");
        world.pass(Duration::days(3)).await;
        desk.sign_in().await;
        let issues = make(&mut desk, "issues", "2026-11").await;
        issues
            .expect("つながらない")
            .expect("回線を二重にする")
            .expect("期限を過ぎています")
            .expect("大きな字で読みたい")
            .expect("サービス全体");
        let minutes = make(&mut desk, "minutes", "2026-11-27").await;
        let agenda = minutes.form_to(&minutes.path)["agenda"].clone();
        for line in [
            "障害 第1号：つながらない（発生）",
            "再発防止策（障害 第1号）：回線を二重にする",
            "改善の要望：大きな字で読みたい（検討中）",
            "停止予定 第1号：サービス全体",
        ] {
            assert!(agenda.contains(line), "{line}: {agenda}");
        }
    }
}

#[actix_web::test]
async fn minutes_are_fixed_with_who_was_there_and_their_tasks_come_to_the_next_agenda() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "p1", &[Role::Approver]).await;
        let path = make(&mut desk, "minutes", "2026-11-25").await.path;
        let early = write(&mut desk, &path, &[("act", "fix"), ("actions", "手順書を直す")]).await;
        assert_eq!(early.status, 422);
        early
            .expect("出席者を入力してください")
            .expect("決定事項を入力してください")
            .expect("手順書を直す");
        let typed = [
            ("act", "fix"),
            ("place", "10時から　業務課"),
            ("attendees", "水野\n堀田"),
            ("decisions", "12月に点検する"),
            ("actions", "手順書を直す（堀田、12月10日）"),
        ];
        let page = write(&mut desk, &path, &typed).await;
        page.expect("議事録（令和8年11月25日（水））第1版")
            .expect("堀田")
            .expect("12月に点検する")
            .expect("確定");
        let next = make(&mut desk, "minutes", "2026-12-09").await;
        let agenda = next.form_to(&next.path)["agenda"].clone();
        assert_eq!(agenda, "前回の宿題：手順書を直す（堀田、12月10日）");
        let mut viewer = Desk::open(&world, "c1", &[Role::Clerk]).await;
        assert_eq!(viewer.get(&path).await.status, 403);
        let mut auditor = Desk::open(&world, "v1", &[Role::Auditor]).await;
        auditor.get(&path).await.expect("12月に点検する");
        assert_eq!(auditor.post(&path, &[("rev", "0")]).await.status, 403);
    }
}

#[actix_web::test]
async fn a_change_record_says_what_was_changed_by_whom() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", &[Role::Administrator]).await;
        desk.prove().await;
        let form = desk.get("/institutions/0140/edit").await.form_to("/institutions/0140");
        desk.post_with("/institutions/0140", &form, &[("name", "第四銀行")])
            .await;
        let page = make(&mut desk, "changes", "2026-11").await;
        page.expect("プログラムの版")
            .expect(env!("CARGO_PKG_VERSION"))
            .expect("金融機関の名前を変えた")
            .expect("第四銀行")
            .expect("役割を付けた")
            .expect("管理者");
        // Everything of it is Japanese on paper, too.
        let closed = [("name", "年末年始"), ("first", "12-28"), ("last", "01-03")];
        desk.post("/holidays/closed-days", &closed).await;
        let table = "date,name\n2027-01-01,元日\n2027-07-21,海の日\n";
        let import = desk.upload("/holidays/imports", "file", table.as_bytes()).await;
        let taken = format!("{}/application", import.path);
        desk.post_with(&taken, &import.form_to(&taken), &[]).await;
        let day = [("day", "2026-12-28"), ("day_opens", ""), ("day_closes", "")];
        desk.post("/inquiries/hours/days", &day).await;
        let template = [("name", "時期の案内"), ("body", "翌月分からです")];
        desk.post("/inquiries/templates", &template).await;
        let now = world.workspace.clock.now();
        let write = move |conn: &mut Conn| {
            let (by, used) = (Actor::Operator, "inquiry_template.used");
            audit::record(conn, now, by, used, "inquiry/01X", "inquiry_template/01Y")?;
            Ok::<_, Error>(())
        };
        world.workspace.db.write(write).await.unwrap();
        let contact = [
            ("band", "office"),
            ("position", "1"),
            ("organisation", "水道局"),
            ("name", "山田"),
            ("phone", "0258-00-0000"),
        ];
        desk.post("/contacts", &contact).await;
        let renewal = format!("{}/renewal", page.path);
        let page = desk.post_with(&renewal, &page.form_to(&renewal), &[]).await;
        for part in [
            "12-28から01-03まで（2026-11-26から）",
            "件の期限を改めた",
            "ひな形「時期の案内」",
            "連絡先を加えた",
            "平日の日中",
            "休日の表を取り込んだ",
        ] {
            page.expect(part);
        }
        assert!(!page.has("ひな形を使って"), "an answer is no change");
        for english in ["added", "removed", "renamed", "from ", "due_times"] {
            assert!(!page.text().contains(english), "{english}: {}", page.text());
        }
        let before = make(&mut desk, "changes", "2026-10").await;
        assert!(!before.has("金融機関の名前を変えた"));
    }
}
