//! Incidents: opened by a person or an alarm, worked on a rhythm, announced, closed, printed.
mod later;

use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::{accounts::Role, alarms, db::Conn};
use serde_json::json;
use std::io::Read;

/// What a person types who was told of an outage.
const NEW: [(&str, &str); 6] = [
    ("title", "第四北越銀行につながらない"),
    ("happened_at", "2026-11-25 09:50"),
    ("severity", "major"),
    ("words", "窓口の山田から電話があった"),
    ("function_handoff", "yes"),
    ("institution_0140", "yes"),
];

async fn open(desk: &mut Desk) -> Page {
    let page = desk.post("/incidents", &NEW).await;
    page.expect("障害 第").expect("発生").expect("第四北越銀行");
    page
}

async fn raise(world: &World, key: &'static str) {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let cause = alarms::Cause {
            key,
            subject: "",
            message: "ログに欠けがあります。",
        };
        alarms::raise(conn, &workspace, &cause, now)
    };
    world.write(write).await;
}

async fn end(world: &World, key: &'static str) {
    let now = world.workspace.clock.now();
    world.write(move |conn| alarms::end(conn, key, now)).await;
}

const INCIDENTS: &str = "select count(*) as n from incidents";

#[actix_web::test]
async fn an_incident_is_worked_restored_explained_and_closed_and_all_of_it_is_on_the_record() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = open(&mut desk).await.path;
        let post = |what: &str| format!("{path}/{what}");
        desk.post(&post("notes"), &[("note", "銀行に問い合わせた")])
            .await
            .expect("銀行に問い合わせた");
        desk.post(&post("state"), &[("to", "working"), ("words", "調べている")])
            .await
            .expect("対応中");
        let early = desk
            .post(&post("state"), &[("to", "closed"), ("words", "もう終わり")])
            .await;
        assert_eq!(early.status, 422);
        early
            .expect("原因を入力してください")
            .expect("再発防止策を入力してください")
            .expect("もう終わり");
        desk.post(&post("state"), &[("to", "restored"), ("words", "つながった")])
            .await
            .expect("復旧");
        desk.post(&post("cause"), &[("cause", "回線の故障")])
            .await
            .expect("回線の故障");
        let wrong = desk
            .post(&post("measures"), &[("measure", "二重にする"), ("due", "いつか")])
            .await;
        assert_eq!(wrong.status, 422);
        wrong
            .expect("担当を入力してください")
            .expect("期限は、")
            .expect("二重にする");
        let fields = [
            ("measure", "回線を二重にする"),
            ("unit", "業務課"),
            ("due", "2026-12-25"),
        ];
        desk.post(&post("measures"), &fields).await.expect("回線を二重にする");
        let page = desk
            .post(&post("state"), &[("to", "closed"), ("words", "終わった")])
            .await;
        page.expect("完了");
        assert_eq!(
            desk.post(&post("notes"), &[("note", "あと")]).await.status,
            409,
            "closed is closed"
        );
        for (action, times) in [
            ("incident.opened", 1),
            ("incident.progress", 1),
            ("incident.state", 3),
            ("incident.cause", 1),
            ("incident.measure", 1),
        ] {
            assert_eq!(world.audit(action).await.len(), times, "{action}");
        }
        let bare = "select count(*) as n from incident_notes where body like '%山田%' or body like '%銀行%'";
        assert_eq!(world.count(bare).await, 0, "what people write is sealed");
        let report = desk.get(&post("report")).await;
        for part in [
            "障害報告書 第1号",
            "回線の故障",
            "回線を二重にする",
            "銀行に問い合わせた",
            "窓口の山田",
        ] {
            report.expect(part);
        }
        let word = desk.get(&post("report/word")).await;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(word.bytes)).unwrap();
        let mut text = String::new();
        zip.by_name("word/document.xml")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert!(text.contains("回線の故障") && text.contains("第四北越銀行"));
    }
}

#[actix_web::test]
async fn a_marked_alarm_opens_one_incident_by_itself_and_its_return_belongs_to_it() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        raise(&world, "operations.dead_jobs_of_a_test").await;
        world.run_jobs().await;
        assert_eq!(world.count(INCIDENTS).await, 0, "not every alarm is an incident");
        raise(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        world.pass(Duration::minutes(2)).await;
        assert_eq!(world.count(INCIDENTS).await, 1);
        end(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        raise(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        assert_eq!(world.count(INCIDENTS).await, 1);
        let page = desk.get("/incidents").await;
        let path = page.attributes("table a", "href").remove(0);
        let page = desk.get(&path).await;
        page.expect("警報が収まりました")
            .expect("警報がまた出ました")
            .expect("システム");
        assert_eq!(world.count("select count(*) as n from incident_alarms").await, 2);
        let fields = [("measure", "見回る"), ("unit", "運用"), ("due", "2026-12-25")];
        desk.post(&format!("{path}/measures"), &fields).await;
        desk.post(&format!("{path}/cause"), &[("cause", "試験")]).await;
        for to in ["restored", "closed"] {
            desk.post(&format!("{path}/state"), &[("to", to), ("words", "済み")])
                .await;
        }
        world.pass(Duration::minutes(1)).await;
        assert_eq!(
            world.count(INCIDENTS).await,
            1,
            "the alarm that goes on raises no second"
        );
        end(&world, "operations.logs").await;
        raise(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        assert_eq!(world.count(INCIDENTS).await, 2, "a new one after the end does");
    }
}

#[actix_web::test]
async fn the_gateway_s_outage_raises_an_incident_for_the_institution() {
    let wish = Wish {
        top_settings: "watch.answered_of = 3".into(),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        world.faults(json!([{ "fault": "outage" }])).await;
        for _ in 0..3 {
            let mut browser = Browser::new(&world.url);
            let page = Applicant::default().fill(&mut browser).await;
            browser.submit(&page, &[]).await;
        }
        world.pass(Duration::minutes(15)).await;
        world.pass(Duration::minutes(1)).await;
        assert_eq!(world.count(INCIDENTS).await, 1, "{:?}", world.alarms().await);
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let page = desk.get("/incidents").await;
        let path = page.attributes("table a", "href").remove(0);
        let page = desk.get(&path).await;
        page.expect("金融機関からの結果が届かない")
            .expect("watch.answered_percent");
        let touched = "select count(*) as n from incident_targets where kind = 'institution' and word = '0140'";
        assert_eq!(world.count(touched).await, 1);
    }
}

#[actix_web::test]
async fn a_note_that_is_due_and_a_measure_that_is_late_are_reminded_of_until_they_are_done() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = open(&mut desk).await.path;
        let due = |keys: &[String], head: &str| keys.iter().any(|key| key.starts_with(head));
        world.pass(Duration::minutes(59)).await;
        assert!(!due(&world.alarms().await, "incidents.note_due:"));
        world.pass(Duration::minutes(2)).await;
        assert!(due(&world.alarms().await, "incidents.note_due:"));
        desk.sign_in().await;
        desk.get(&path).await.expect("過ぎています");
        desk.post(&format!("{path}/notes"), &[("note", "まだ調べている")]).await;
        assert!(!due(&world.alarms().await, "incidents.note_due:"));
        let fields = [("measure", "二重にする"), ("unit", "業務課"), ("due", "2026-11-26")];
        desk.post(&format!("{path}/measures"), &fields).await;
        world.pass(Duration::days(1)).await;
        assert!(
            !due(&world.alarms().await, "incidents.measure_late:"),
            "its day is not over"
        );
        world.pass(Duration::days(1)).await;
        assert!(due(&world.alarms().await, "incidents.measure_late:"));
        desk.sign_in().await;
        let page = desk.get(&path).await;
        let way = page.attributes("form[action$=completion]", "action").remove(0);
        desk.post(&way, &[]).await;
        world.pass(Duration::minutes(1)).await;
        assert!(!due(&world.alarms().await, "incidents.measure_late:"));
    }
}

#[actix_web::test]
async fn the_chart_is_walked_in_order_and_every_call_is_written_down() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let wrong = desk
            .post("/contacts", &[("organisation", "水道局"), ("phone", "abc")])
            .await;
        assert_eq!(wrong.status, 422);
        wrong
            .expect("時間帯を選んでください")
            .expect("電話番号は、")
            .expect("順番は、");
        for (band, position, name) in [("office", "2", "副"), ("office", "1", "正"), ("night", "1", "夜勤")] {
            let fields = [
                ("band", band),
                ("position", position),
                ("organisation", "水道局"),
                ("name", name),
                ("phone", "0258-00-0000"),
            ];
            assert_eq!(desk.post("/contacts", &fields).await.status, 200);
        }
        let path = open(&mut desk).await.path;
        let mut page = desk.get(&path).await;
        for (who, reached, left) in [
            ("正", "no", "副"),
            ("副", "yes", "正"),
            ("正", "yes", "全員に連絡しました"),
        ] {
            assert!(
                page.first("section.card").contains(who),
                "{who}: {}",
                page.first("section.card")
            );
            let contact = page.form_to(&format!("{path}/calls"))["contact"].clone();
            let fields = [
                ("contact", contact.as_str()),
                ("reached", reached),
                ("call_note", "伝えた"),
            ];
            page = desk.post(&format!("{path}/calls"), &fields).await;
            page.expect(left);
        }
        assert_eq!(world.count("select count(*) as n from incident_calls").await, 3);
        assert_eq!(
            world
                .count("select count(*) as n from contacts where phone like '%0258%'")
                .await,
            0
        );
        // What a line of the chart was stays, and the chart of a day can be shown.
        let chart = desk.get("/contacts").await;
        let way = chart.attributes("form[action$=removal]", "action").remove(0);
        world.workspace.clock.advance(Duration::days(1));
        desk.sign_in().await;
        assert!(!desk.post(&way, &[]).await.has(">正<"));
        desk.get("/contacts?day=2026-11-25")
            .await
            .expect("正")
            .expect("の終わりの連絡体制");
        desk.get(&path).await.expect("水道局 正");
    }
}

#[actix_web::test]
async fn what_is_switched_and_announced_from_an_incident_is_read_by_citizens() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let mut citizen = Browser::new(&world.url);
        let path = open(&mut desk).await.path;
        desk.prove().await;
        let said = "銀行の手続きに時間がかかっています。";
        for mode in ["open", "degraded", "stopped"] {
            let fields = [("mode", mode), ("announcement", said)];
            desk.post(&format!("{path}/switch"), &fields).await.expect(said);
            citizen.get("/availability").await.expect(said);
            citizen.get("/").await.expect(said);
        }
        assert_eq!(world.audit("service.stopped").await.len(), 1);
        desk.post(&format!("{path}/switch"), &[("mode", "open"), ("announcement", "")])
            .await;
        assert!(!citizen.get("/availability").await.has(said));
        let wrong = desk
            .post(
                &format!("{path}/stops"),
                &[("institution", "0140"), ("until", "2026-11-25 09:00")],
            )
            .await;
        assert_eq!(wrong.status, 422);
        wrong.expect("再開の見込みは、").expect("理由を入力してください");
        let fields = [
            ("institution", "0140"),
            ("until", "2026-11-25 18:00"),
            ("stop_reason", "障害のため"),
        ];
        let page = desk.post(&format!("{path}/stops"), &fields).await;
        citizen.get("/availability").await.expect("障害のため");
        let way = page.attributes("form[action$=end]", "action").remove(0);
        desk.post(&way, &[]).await;
        assert!(!citizen.get("/availability").await.has("障害のため"));
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        clerk.prove().await;
        assert_eq!(
            clerk
                .post(&format!("{path}/switch"), &[("mode", "stopped")])
                .await
                .status,
            403
        );
    }
}

#[actix_web::test]
async fn the_bureau_is_told_of_the_begin_and_the_recovery_by_mails_that_hold_no_words_of_anybody() {
    let wish = Wish {
        top_settings: "operators = [\"ops@example.jp\"]\nincidents.report_to = [\"bureau@example.jp\"]".into(),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = open(&mut desk).await.path;
        desk.post(
            &format!("{path}/state"),
            &[("to", "restored"), ("words", "山田さんが直した")],
        )
        .await;
        world.run_jobs().await;
        let mails = world.mails();
        for (state, recipient) in [
            ("発生", "ops@"),
            ("発生", "bureau@"),
            ("復旧", "ops@"),
            ("復旧", "bureau@"),
        ] {
            let is_it = |m: &&mizumado::mail::Outgoing| m.title.ends_with(state) && m.recipient.starts_with(recipient);
            assert_eq!(mails.iter().filter(is_it).count(), 1, "{state} {recipient}");
        }
        for mail in mails {
            assert!(
                !mail.body.contains("山田") && !mail.title.contains("銀行"),
                "{}",
                mail.body
            );
        }
    }
}
