//! The watch over the running service: figures, thresholds, the visual check, and alarms that nobody can overlook.
use crate::{
    applicant::Applicant,
    browser::Browser,
    desk::Desk,
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::{accounts::Role, alarms, app, db::Conn, operations};
use serde_json::json;

const DOWN: &str = "operations.gateway_down:main";
const MISSED: &str = "operations.check_missed:2026-11-25T1300";

/// What the ops listener says of open alarms.
async fn open_by_metrics(world: &World) -> i64 {
    operations::start_recorder().unwrap();
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", socket.local_addr().unwrap());
    let server = app::serve_ops(world.workspace.clone(), socket).unwrap();
    let running = actix_web::rt::spawn(async move { server.await.unwrap() });
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    running.abort();
    let line = text.lines().find_map(|line| line.strip_prefix("mizumado_alarms_open "));
    line.unwrap().trim().parse().unwrap()
}

async fn has(world: &World, key: &str) -> bool {
    world.alarms().await.iter().any(|open| open == key)
}

#[actix_web::test]
async fn the_board_shows_the_figures_with_lines_and_numbers() {
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        desk.get("/status").await.expect("まだ数字がありません");
        world.run_jobs().await;
        for _ in 0..3 {
            world.pass(Duration::minutes(5)).await;
        }
        desk.prove().await;
        let page = desk.get("/status").await;
        for part in [
            "ゲートウェイの応答時間：main",
            "時計のずれ",
            "CPUの負荷",
            "メモリの使用",
            "結果不明",
        ] {
            page.expect(part);
        }
        // Elsewhere the database's disk is another machine's.
        let on_this_disk = world.workspace.settings.database.starts_with("sqlite:");
        assert_eq!(page.has("ディスクの空き"), on_this_disk);
        let lines = page.attributes("svg.spark", "aria-label");
        assert!(
            lines.len() >= 10
                && lines
                    .iter()
                    .all(|label| label.contains("最小") && label.contains("最大"))
        );
        assert_eq!(world.count("select count(distinct at) as n from figures").await, 4);
        world.workspace.clock.advance(Duration::days(41));
        world.run_jobs().await;
        assert_eq!(
            world.count("select count(distinct at) as n from figures").await,
            1,
            "the old ones are gone"
        );
    }
}

#[actix_web::test]
async fn a_gateway_that_is_silent_twice_raises_an_alarm_once_and_it_ends_with_the_silence() {
    let dead = Wish {
        endpoint: Some("http://127.0.0.1:1/api".into()),
        ..Wish::with_console()
    };
    for world in World::all_with(dead).await {
        world.run_jobs().await;
        assert!(!has(&world, DOWN).await, "once is an accident");
        world.pass(Duration::minutes(5)).await;
        assert!(has(&world, DOWN).await);
        world.pass(Duration::minutes(10)).await;
        assert_eq!(
            world
                .audit("alarm.raised")
                .await
                .iter()
                .filter(|(_, key)| key == DOWN)
                .count(),
            1
        );
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        let page = desk.get("/status").await;
        page.expect("応答なし").expect("gateway.endpoint");
    }
    for world in World::all_with_console().await {
        world
            .faults(json!([{ "fault": "slow", "ms": 100, "at": "inquire" }]))
            .await;
        world.run_jobs().await;
        world.pass(Duration::minutes(5)).await;
        assert!(!has(&world, DOWN).await, "slow is not silent");
    }
}

#[actix_web::test]
async fn a_check_is_written_down_with_the_figures_of_its_moment_and_one_that_nobody_made_is_an_alarm() {
    for world in World::all_with_console().await {
        world.run_jobs().await;
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        assert!(!has(&world, MISSED).await, "before somebody watched none was due");
        let wrong = desk.post("/checks", &[("seen", "")]).await;
        assert_eq!(wrong.status, 422);
        wrong
            .expect("異常の有無を選んでください")
            .expect("見たものを入力してください");
        // 13:00 and 90 minutes are over.
        world.pass(Duration::minutes(4 * 60 + 29)).await;
        assert!(!has(&world, MISSED).await);
        world.pass(Duration::minutes(6)).await;
        assert!(has(&world, MISSED).await);
        desk.sign_in().await;
        desk.get("/checks").await.expect("記録なし");
        let page = desk
            .post("/checks", &[("odd", "no"), ("seen", "ランプは緑、音は普通")])
            .await;
        page.expect("ランプは緑、音は普通")
            .expect("メモリの使用")
            .expect("異常なし");
        assert!(!has(&world, MISSED).await);
        world.pass(Duration::minutes(5)).await;
        assert!(!has(&world, MISSED).await, "made late is made");
        let made = "select count(*) as n from visual_checks where cast(slot as text) like '2026-11-25%04:00:00%' \
                    and seen not like '%緑%' \
                    and figures like '%memory_used%'";
        assert_eq!(world.count(made).await, 1);
        assert_eq!(world.audit("check.made").await.len(), 1);
        let change = |conn: &mut Conn| {
            let sql = "update visual_checks set is_odd = (1 = 1)";
            Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?)
        };
        assert!(
            world
                .workspace
                .db
                .write::<_, mizumado::web::Error>(change)
                .await
                .is_err()
        );
        let sheet = desk.get("/checks?week=2026-11-25").await;
        sheet.expect("目視点検 2026-11-23の週").expect("確認した人");
        assert_eq!(sheet.all("main table tbody tr").len(), 21);
    }
}

#[actix_web::test]
async fn an_alarm_fires_once_is_acknowledged_once_and_comes_back_when_its_cause_stays() {
    let wish = Wish {
        top_settings: "operators = [\"ops@example.jp\"]".into(),
        endpoint: Some("http://127.0.0.1:1/api".into()),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        let told = || {
            world
                .mails()
                .iter()
                .filter(|m| m.title.contains("ゲートウェイの不通"))
                .count()
        };
        world.run_jobs().await;
        for _ in 0..3 {
            world.pass(Duration::minutes(5)).await;
        }
        assert_eq!(told(), 1, "fires once");
        let open = world.write(|conn| Ok(alarms::open_alarms(conn)?)).await;
        let id = open.into_iter().find(|alarm| alarm.key == DOWN).unwrap().id;
        let now = world.workspace.clock.now();
        for first in [true, false] {
            let id = id.clone();
            let seen = world
                .write(move |conn| Ok(alarms::acknowledge(conn, &id, "o1", now)?))
                .await;
            assert_eq!(seen, first, "acknowledged once");
        }
        world.pass(Duration::hours(23)).await;
        assert_eq!(told(), 1, "who has seen it looks after it");
        world.pass(Duration::hours(2)).await;
        assert_eq!(told(), 2, "it comes back");
        assert!(world.write(|conn| Ok(alarms::unseen(conn)?)).await > 0);
    }
}

#[actix_web::test]
async fn a_broken_mail_server_hides_no_alarm() {
    let wish = Wish {
        top_settings: "operators = [\"ops@example.jp\"]".into(),
        mail: Some("transport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:1\"".into()),
        endpoint: Some("http://127.0.0.1:1/api".into()),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        assert!(!clerk.get("/applications").await.has("確認していない警報"));
        world.run_jobs().await;
        world.pass(Duration::minutes(5)).await;
        let waiting = "select count(*) as n from mails where kind = 'alarm' and sent_at is null";
        assert!(world.count(waiting).await > 0, "the mail is kept and tried again");
        assert!(has(&world, DOWN).await);
        for path in ["/applications", "/institutions", "/"] {
            clerk.get(path).await.expect("確認していない警報が");
        }
        assert!(
            !viewer.get("/applications").await.has("確認していない警報"),
            "not for who cannot open it"
        );
        assert!(open_by_metrics(&world).await >= 1);
        world.pass(Duration::minutes(70)).await;
        assert!(has(&world, "operations.mail_waits").await);
    }
}

#[actix_web::test]
async fn every_missed_check_has_its_own_alarm_and_ends_with_its_own_record() {
    for world in World::all_with_console().await {
        let evening = "operations.check_missed:2026-11-25T1700";
        world.run_jobs().await;
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        // 13:00, 17:00 and 90 minutes are over.
        world.pass(Duration::minutes(8 * 60 + 35)).await;
        assert!(has(&world, MISSED).await && has(&world, evening).await);
        desk.sign_in().await;
        desk.get("/alarms")
            .await
            .expect("11月25日 13:00の目視点検")
            .expect("目視点検の抜け");
        let page = desk.get("/checks").await;
        page.expect("どの時刻の点検か").expect("まだ記録がありません");
        let check = |slot: &'static str| [("slot", slot), ("odd", "no"), ("seen", "ランプは緑")];
        let wrong = desk.post("/checks", &check("2026-11-24T0900")).await;
        assert_eq!(wrong.status, 422);
        wrong.expect("どの時刻の点検かを選んでください").expect("ランプは緑");
        desk.post("/checks", &check("2026-11-25T1700")).await;
        assert!(has(&world, MISSED).await && !has(&world, evening).await, "only its own");
        desk.post("/checks", &check("2026-11-25T1300")).await;
        assert!(!has(&world, MISSED).await);
        world.pass(Duration::minutes(5)).await;
        assert!(
            !has(&world, MISSED).await && !has(&world, evening).await,
            "made late is made"
        );
        assert_eq!(
            world.count("select count(distinct slot) as n from visual_checks").await,
            2
        );
    }
}

#[actix_web::test]
async fn the_sheet_of_checks_asks_no_gateway_and_takes_no_figure_from_the_watch() {
    let silent = Wish {
        endpoint: Some("http://127.0.0.1:1/api".into()),
        ..Wish::with_console()
    };
    for world in World::all_with(silent).await {
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        desk.get("/checks").await.expect("まだ数字がありません");
        world.run_jobs().await;
        world.workspace.clock.advance(Duration::minutes(3));
        let before = "select count(*) as n from figures";
        let kept = world.count(before).await;
        desk.get("/checks").await.expect("10時00分 の数字です");
        desk.post("/checks", &[("odd", "no"), ("seen", "ランプは緑")])
            .await
            .expect("3分前：");
        assert_eq!(world.count(before).await, kept);
        let aged = "select count(*) as n from visual_checks where figures like '%\"age\":3%' and figures like '%gateway_up:main%'";
        assert_eq!(world.count(aged).await, 1);
    }
    for world in World::all_with_console().await {
        Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        let mut desk = Desk::open(&world, "o1", &[Role::Operator]).await;
        desk.get("/checks").await;
        desk.post("/checks", &[("odd", "no"), ("seen", "ランプは緑")]).await;
        assert!(
            world.workspace.gateways.take_calls("main").calls > 0,
            "they are the watch's"
        );
    }
}
