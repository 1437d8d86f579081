//! What becomes of an incident later: it comes back, it was something else, it must leave nothing stopped.
use super::{end, open, raise};
use crate::{
    browser::Browser,
    desk::Desk,
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::accounts::Role;

const OPEN: &str =
    "select count(*) as n from incidents where state = 'working' and restored_at is null and next_note_at is not null";

#[actix_web::test]
async fn a_cause_that_returns_after_the_recovery_brings_the_incident_back() {
    let wish = Wish {
        top_settings: "operators = [\"ops@example.jp\"]".into(),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        raise(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        end(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        let path = desk.get("/incidents").await.attributes("table a", "href").remove(0);
        let restored = [("to", "restored"), ("words", "直った")];
        desk.post(&format!("{path}/state"), &restored).await.expect("復旧");
        assert_eq!(world.count(OPEN).await, 0);
        raise(&world, "operations.logs").await;
        world.pass(Duration::minutes(1)).await;
        world.pass(Duration::minutes(1)).await;
        assert_eq!(world.count(OPEN).await, 1, "it is worked on again");
        assert_eq!(
            world.audit("incident.state").await.len(),
            2,
            "by a person, and by the alarm, once"
        );
        desk.get(&path).await.expect("警報がまた出たため、復旧から戻しました");
        let told = world.mails();
        assert_eq!(told.iter().filter(|m| m.title.ends_with("対応中")).count(), 1);
    }
}

#[actix_web::test]
async fn what_was_thought_of_an_incident_at_first_can_be_corrected() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let page = open(&mut desk).await;
        let (path, way) = (page.path.clone(), format!("{}/scope", page.path));
        let form = page.form_to(&way);
        assert_eq!(form["severity"], "major");
        let wrong = desk.post_with(&way, &form, &[("severity", "")]).await;
        assert_eq!(wrong.status, 422);
        wrong.expect("重大度を選んでください");
        // One box is ticked, another one is not any more.
        let mut form = form;
        form.remove("institution_0140");
        let worse = [("severity", "critical"), ("function_personal_data", "yes")];
        let page = desk.post_with(&way, &form, &worse).await;
        page.expect("重大度：重大　影響する機能：金融機関への引き渡し、個人情報　影響する金融機関：なし");
        let now = "select count(*) as n from incidents where severity = 'critical' and is_accident and next_note_at < '2026-11-25 01:31:00'";
        assert_eq!(world.count(now).await, 1, "the shorter rhythm begins");
        let kinds = "select count(*) as n from incident_targets where kind = 'institution'";
        assert_eq!(world.count(kinds).await, 0);
        assert_eq!(
            desk.post_with(&way, &form, &[("severity", "minor")]).await.status,
            409,
            "an older page changes nothing"
        );
        assert_eq!(world.audit("incident.scope").await.len(), 1);
        let mut boss = Desk::open(&world, "p1", &[Role::Approver]).await;
        boss.prove().await;
        let report = [
            ("contents", "氏名"),
            ("place", "事務室"),
            ("situation", "閲覧"),
            ("response", "止めた"),
            ("seen_from", "2026-11-25 09:00"),
            ("seen_to", "2026-11-25 10:00"),
        ];
        assert_eq!(boss.post(&format!("{path}/accident"), &report).await.status, 200);
        let mut form = desk.get(&path).await.form_to(&way);
        form.remove("function_personal_data");
        let refused = desk.post_with(&way, &form, &[]).await;
        assert_eq!(refused.status, 422);
        refused.expect("事故の報告書が書かれているので");
        let mut viewer = Desk::open(&world, "v1", &[Role::Auditor]).await;
        assert_eq!(viewer.post(&way, &[("severity", "minor")]).await.status, 403);
    }
}

#[actix_web::test]
async fn an_incident_is_not_over_while_it_keeps_something_stopped() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = open(&mut desk).await.path;
        desk.prove().await;
        let post = |what: &str| format!("{path}/{what}");
        let said = "時間がかかっています。";
        desk.post(&post("switch"), &[("mode", "stopped"), ("announcement", said)])
            .await;
        let stop = [
            ("institution", "0140"),
            ("until", "2026-11-25 18:00"),
            ("stop_reason", "障害のため"),
        ];
        let stopped = desk.post(&post("stops"), &stop).await;
        desk.post(&post("cause"), &[("cause", "回線の故障")]).await;
        let measure = [("measure", "二重にする"), ("unit", "業務課"), ("due", "2026-12-25")];
        desk.post(&post("measures"), &measure).await;
        desk.post(&post("state"), &[("to", "restored"), ("words", "直った")])
            .await;
        let over = [("to", "closed"), ("words", "終わった")];
        let early = desk.post(&post("state"), &over).await;
        assert_eq!(early.status, 422);
        early
            .expect("サービスの状態を「通常どおり受け付ける」にもどしてから")
            .expect("申込者へのお知らせを消してから")
            .expect("休止した金融機関の受付を再開してから")
            .expect("終わった");
        desk.post(&post("switch"), &[("mode", "open"), ("announcement", said)])
            .await;
        let early = desk.post(&post("state"), &over).await;
        assert!(early.has("申込者へのお知らせを消してから") && !early.has("サービスの状態を「"));
        desk.post(&post("switch"), &[("mode", "open"), ("announcement", "")])
            .await;
        let way = stopped.attributes("form[action$=end]", "action").remove(0);
        assert_eq!(desk.post(&post("state"), &over).await.status, 422);
        desk.post(&way, &[]).await;
        desk.post(&post("state"), &over).await.expect("完了");
        assert!(!Browser::new(&world.url).get("/availability").await.has(said));
    }
}

#[actix_web::test]
async fn whoever_has_seen_that_progress_is_due_is_reminded_in_the_incident_s_rhythm() {
    let wish = Wish {
        top_settings: "operators = [\"ops@example.jp\"]".into(),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        open(&mut desk).await;
        let told = |world: &World| {
            world
                .mails()
                .iter()
                .filter(|m| m.title.contains("障害の経過の記入"))
                .count()
        };
        world.pass(Duration::minutes(61)).await;
        assert_eq!(told(&world), 1);
        desk.sign_in().await;
        let page = desk.get("/alarms").await;
        for way in page.attributes("form[action$=acknowledgement]", "action") {
            desk.post(&way, &[]).await;
        }
        world.pass(Duration::minutes(58)).await;
        assert_eq!(told(&world), 1, "seen is seen");
        world.pass(Duration::minutes(3)).await;
        assert_eq!(told(&world), 2, "and an hour later it is due again");
    }
}

#[actix_web::test]
async fn whoever_takes_a_report_out_of_the_house_is_on_the_record() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator, Role::Approver]).await;
        let path = open(&mut desk).await.path;
        let outage = [
            ("work", "電源"),
            ("starts_at", "2026-11-27 10:00"),
            ("ends_at", "2026-11-27 12:00"),
            ("notice", "点検のため"),
            ("effect", "申込みができない"),
            ("way_back", "もどす"),
        ];
        let outage = desk.post("/outages", &outage).await.path;
        let paper = [("kind", "minutes"), ("period", "2026-11-25")];
        let paper = desk.post("/papers", &paper).await.path;
        for (way, action) in [
            (format!("{path}/report/word"), "incident.report_taken"),
            (format!("{outage}/record/word"), "outage.record_taken"),
            (format!("{paper}/word"), "paper.taken"),
        ] {
            assert_eq!(desk.get(&way).await.status, 200, "{way}");
            assert_eq!(world.audit(action).await.len(), 1, "{action}");
        }
    }
}

#[actix_web::test]
async fn whom_to_call_follows_the_hours_that_the_bureau_keeps() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let page = desk.get("/contacts").await;
        page.expect("いまは「日中（受付の時間内）」です")
            .expect("08:30から17:15まで");
        let day = |opens: &'static str, closes: &'static str| {
            [("day", "2026-11-25"), ("day_opens", opens), ("day_closes", closes)]
        };
        for (hours, band) in [
            (day("", ""), "受付のない日"),
            (day("13:00", "15:00"), "受付のある日の夜間・早朝"),
        ] {
            desk.post("/inquiries/hours/days", &hours).await;
            desk.get("/contacts").await.expect(&format!("いまは「{band}"));
        }
    }
}
