//! The ops listener: health, readiness, figures; and that the alert rules speak of figures that exist.
use crate::{
    browser::Browser,
    chaos::apply,
    desk::Desk,
    harness::{DISK_IS_NO_SUBJECT, World},
    served::{Place, start_gateway},
};
use mizumado::{accounts::Role, alarms, app, clock::Clock, db::DbError};
use regex::Regex;
use std::{collections::BTreeSet, net::TcpListener, sync::Arc};

#[actix_web::test]
async fn health_and_figures_are_on_their_own_listener() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let place = Place::new("sqlite:live.db", &gateway, "log_dir = \"logs\"\n", "");
    let program = place.serve();
    for path in ["/healthz", "/readyz"] {
        let answer = reqwest::get(format!("{}{path}", place.ops)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(
            reqwest::Client::new()
                .head(format!("{}{path}", place.ops))
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
    }
    let mut citizen = Browser::new(&place.url);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(citizen.get(path).await.status, 404, "{path} is nothing for citizens");
    }
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    apply(&http, &place.url, 1).await.unwrap();
    let text = reqwest::get(format!("{}/metrics", place.ops))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let known: BTreeSet<&str> = text
        .lines()
        .filter_map(|l| l.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    for name in [
        "mizumado_applications",
        "mizumado_http_requests_total",
        "mizumado_gateway_calls_total",
        "mizumado_jobs_due",
        "mizumado_backup_age_seconds",
    ] {
        assert!(known.contains(name), "{name} is missing:\n{text}");
    }
    // Digits alone are no name: a time may well be 0.090 s.
    for typed in ["山田", "太郎", "0000-1234", "00001234", "9000001234"] {
        assert!(
            !text.contains(typed),
            "figures name nobody, and this holds {typed}:\n{text}"
        );
    }

    let rules = std::fs::read_to_string("config/prometheus-alerts.yml").unwrap();
    let named = Regex::new(r"mizumado_[a-z_]+").unwrap();
    for name in named.find_iter(&rules).map(|m| m.as_str()) {
        // A histogram's parts; and mails are counted from the first one on.
        let base = name
            .trim_end_matches("_bucket")
            .trim_end_matches("_count")
            .trim_end_matches("_sum");
        assert!(
            known.contains(base) || base == "mizumado_mails_total",
            "the alert rules name {name}, which is no figure"
        );
    }
    assert_eq!(program.stop(), Some(0));

    // Whatever the program wrote is for its own user.
    for file in ["live.db", "logs"] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(place.path(file)).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{file}: {mode:o}");
    }

    // What the run wrote is whole, numbered and in order; a line that is gone is found.
    assert!(place.must(&["logs", "check"]).contains("no line is missing"));
    let log = std::fs::read_dir(place.path("logs"))
        .unwrap()
        .map(|e| e.unwrap().path());
    let access = log
        .into_iter()
        .find(|p| p.display().to_string().contains("access"))
        .unwrap();
    let lines = std::fs::read_to_string(&access).unwrap();
    assert!(
        lines.lines().count() > 10 && lines.starts_with("{\"seq\":1,"),
        "{lines}"
    );
    let without_third: Vec<&str> = lines
        .lines()
        .enumerate()
        .filter(|(n, _)| *n != 2)
        .map(|(_, l)| l)
        .collect();
    std::fs::write(&access, without_third.join("\n") + "\n").unwrap();
    let (ok, out, _) = place.run(&["logs", "check"]);
    assert!(!ok && out.contains("access."), "{out}");
}

#[actix_web::test]
async fn who_is_signed_in_at_the_console_is_nobody_at_the_ops_listener() {
    let world = World::with_console().await;
    let mut administrator = Desk::open(&world, "k1", &[Role::Administrator]).await;
    assert_eq!(administrator.get("/staff").await.status, 200);
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let server = app::serve_ops(world.workspace.clone(), socket).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let mut there = Browser::new(&url);
    there.cookies = administrator.cookies.clone();
    assert!(!there.cookies.is_empty());
    for rule in app::CONSOLE_PLAN.rules {
        let path = rule.path.replace(['{', '}'], "");
        let body = (rule.method == "POST").then(|| ("application/x-www-form-urlencoded", vec![]));
        let page = there.once(rule.method, &path, body).await;
        assert_eq!(page.status, 404, "{} {path}", rule.method);
    }
    // What it does say is the same for everybody.
    let known = there.get("/healthz").await;
    let stranger = Browser::new(&url).get("/healthz").await;
    assert_eq!((known.status, known.html), (stranger.status, stranger.html));
    assert_eq!(
        administrator.get("/staff").await.status,
        200,
        "nobody was signed out by it"
    );
    handle.stop(false).await;
}

#[actix_web::test]
async fn the_doctor_names_what_is_wrong_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let place = Place::new("sqlite:live.db", &gateway, "", "");
    place.must(&["migrate"]);
    let place = Arc::new(place);
    // The gateway lives on this thread, so that the command must not hold it up.
    let beside = |place: Arc<Place>| tokio::task::spawn_blocking(move || place.run(&["doctor"]));
    let (ok, said, err) = beside(place.clone()).await.unwrap();
    assert!(ok, "{said}{err}");
    for part in [
        "database",
        "audit",
        "mail",
        "gateway main",
        "clock",
        "disk",
        "certificate",
        "backup",
        "holidays",
        "jobs",
        "alarms",
    ] {
        assert!(said.contains(&format!(" {part}: ")), "{part}: {said}");
    }
    place.change(&gateway, "http://127.0.0.1:1");
    let (ok, out, err) = beside(place).await.unwrap();
    assert!(
        !ok && out.contains("WRONG gateway main") && out.contains("gateway.endpoint") && err.contains("1 of"),
        "{out}{err}"
    );
}

#[actix_web::test]
async fn a_disk_without_room_raises_an_alarm_and_the_doctor_says_so() {
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", "");
    place.must(&["migrate"]);
    place.change(DISK_IS_NO_SUBJECT, "disk_reserve_mib = 1000000000");
    let world = place.world(Clock::system());
    app::planner(&world).plan().await.unwrap();
    while app::runner(&world).run_due().await.unwrap() > 0 {}
    let open = world.db.read(|conn| Ok::<_, DbError>(alarms::open_alarms(conn)?)).await;
    let keys: Vec<_> = open.unwrap().into_iter().map(|alarm| alarm.key).collect();
    assert!(keys.contains(&"operations.disk".to_owned()), "{keys:?}");
    let (ok, said, _) = place.run(&["doctor"]);
    assert!(
        !ok && said.contains("WRONG disk") && said.contains("disk_reserve_mib"),
        "{said}"
    );
}

#[actix_web::test]
async fn the_commands_run_with_the_mail_transport_of_production() {
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", "");
    place.change(
        "transport = \"file\"\nfolder = \"mails\"",
        "transport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:1\"",
    );
    // No runtime is there yet when a command opens its world.
    place.must(&["migrate"]);
    assert!(place.must(&["audit", "verify"]).contains("is whole"));
    let program = place.serve();
    assert_eq!(reqwest::get(&place.url).await.unwrap().status(), 200);
    assert_eq!(program.stop(), Some(0));
}
