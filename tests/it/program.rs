//! The program itself, as a process: the demo, kill -9, the commands.
use crate::{applicant::Applicant, browser::Browser, served::Place};
use diesel::{QueryableByName, RunQueryDsl, sql_types::BigInt};
use mizumado::db::{Conn, Db, DbError};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Instant,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mizumado");

struct Demo {
    child: Child,
    public: String,
}

impl Demo {
    fn start(dir: &Path) -> Self {
        Self::start_with(dir, &["--empty"])
    }
    fn start_with(dir: &Path, options: &[&str]) -> Self {
        let addresses = dir.join("addresses.json");
        let _ = std::fs::remove_file(&addresses);
        let mut command = Command::new(PROGRAM);
        command.arg("demo").args(options).arg("--dir").arg(dir);
        for part in ["--public", "--console", "--gateway", "--mail", "--training"] {
            command.args([part, "127.0.0.1:0"]);
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !addresses.exists() {
            assert!(child.try_wait().unwrap().is_none(), "the demo runs");
            assert!(began.elapsed().as_secs() < 60, "the demo starts");
            std::thread::yield_now();
        }
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(addresses).unwrap()).unwrap();
        Self {
            child,
            public: json["public"].as_str().unwrap().to_owned(),
        }
    }
    /// kill -9.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Three rounds: four applicants apply until the process is killed in the middle of it.
#[actix_web::test]
async fn a_receipt_number_that_was_shown_survives_kill_nine() {
    let dir = tempfile::tempdir().unwrap();
    let shown: Arc<Mutex<Vec<String>>> = Arc::default();
    for round in 0..3 {
        let mut demo = Demo::start(dir.path());
        let applicants = (0..4).map(|who| {
            let (url, shown) = (demo.public.clone(), shown.clone());
            actix_web::rt::spawn(async move {
                for turn in 0..50 {
                    let applicant = Applicant {
                        customer_number: format!("{:010}", round * 1000 + who * 100 + turn),
                        ..Applicant::default()
                    };
                    let left = applicant.hand_off(&mut Browser::new(&url)).await;
                    shown.lock().unwrap().push(left.receipt_number);
                }
            })
        });
        let applicants: Vec<_> = applicants.collect();
        let enough = (round + 1) * 8;
        while shown.lock().unwrap().len() < enough {
            assert!(!applicants.iter().all(|a| a.is_finished()), "the applicants go on");
            tokio::task::yield_now().await;
        }
        demo.kill();
        for applicant in applicants {
            // It met the dead server, in the middle of something.
            assert!(applicant.await.is_err());
        }
    }
    let demo = Demo::start(dir.path());
    let shown = shown.lock().unwrap().clone();
    assert!(shown.len() >= 24);
    for number in &shown {
        let mut browser = Browser::new(&demo.public);
        let page = browser.get("/receipt").await;
        browser
            .submit(&page, &[("receipt_number", number), ("phone_last4", "1234")])
            .await
            .expect(number);
    }
    drop(demo);
    let config = dir.path().join("mizumado.toml");
    let (ok, out, err) = run(&["audit", "verify", "--config", config.to_str().unwrap()]);
    assert!(ok && out.contains("is whole"), "{out}{err}");
    // Two people are two registered people, at the command line, too.
    let approval = ["corrections", "approve", "--by", "no-one", "01X", "--config"];
    let (ok, _, err) = run(&[&approval[..], &[config.to_str().unwrap()]].concat());
    assert!(!ok && err.contains("no-one") && err.contains("staff list"), "{err}");
}

/// A number out of the demo's database.
async fn counted(dir: &Path, sql: &'static str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let db = Db::open(&format!("sqlite:{}", dir.join("mizumado.db").display())).unwrap();
    let read = move |conn: &mut Conn| Ok::<_, DbError>(diesel::sql_query(sql).get_result::<Count>(conn)?.n);
    db.read(read).await.unwrap()
}

#[actix_web::test]
async fn a_fresh_demo_holds_applications_of_invented_people_from_the_days_before_and_a_second_start_adds_none() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let demo = Demo::start_with(dir.path(), &[]);
        for (expected, sql) in [
            (12, "select count(*) as n from applications"),
            (
                12,
                "select count(*) as n from applications where date(confirmed_at, '+9 hours') < date('now', '+9 hours')",
            ),
            (6, "select count(*) as n from applications where state = 'registered'"),
            (3, "select count(*) as n from applications where state = 'rejected'"),
            (1, "select count(*) as n from applications where state = 'cancelled'"),
            (2, "select count(*) as n from applications where state = 'unknown'"),
            (2, "select count(*) as n from inquiries"),
        ] {
            assert_eq!(counted(dir.path(), sql).await, expected, "{sql}");
        }
        drop(demo);
    }
    let dir = tempfile::tempdir().unwrap();
    let _demo = Demo::start(dir.path());
    assert_eq!(counted(dir.path(), "select count(*) as n from applications").await, 0);
}

#[actix_web::test]
async fn a_demo_stands_as_many_days_ahead_as_it_is_told_with_three_people_and_the_auditor_audits_alone() {
    let dir = tempfile::tempdir().unwrap();
    let _demo = Demo::start_with(dir.path(), &["--empty", "--days-ahead", "3"]);
    for (expected, sql) in [
        (
            3,
            "select count(*) as n from staff where date(created_at) > date('now', '+1 day')",
        ),
        (
            1,
            "select count(*) as n from staff_roles where staff_id in
             (select staff_id from staff_roles where role = 'auditor')",
        ),
    ] {
        assert_eq!(counted(dir.path(), sql).await, expected, "{sql}");
    }
}

#[test]
fn the_commands_say_what_is_wrong_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (ok, _, err) = run(&["serve", "--config", "/nowhere/x.toml"]);
    assert!(
        !ok && err.contains("/nowhere/x.toml") && err.contains("--config"),
        "{err}"
    );
    let config = dir.path().join("mizumado.toml");
    let example = include_str!("../../config/mizumado.example.toml")
        .replace("../data", "data")
        .replace(
            &"00".repeat(32),
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        );
    std::fs::write(&config, &example).unwrap();
    let config = config.to_str().unwrap();
    let (ok, _, err) = run(&["migrate", "--config", config]);
    assert!(!ok && err.contains("mizumado keys new"), "{err}");
    let keys = dir.path().join("keys.toml");
    assert!(run(&["keys", "new", "--out", keys.to_str().unwrap()]).0);
    let (again, _, err) = run(&["keys", "new", "--out", keys.to_str().unwrap()]);
    assert!(
        !again && err.contains("exists"),
        "a key file is never overwritten: {err}"
    );
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(config, example.replace("idle_minutes = 60", "idle_minuts = 60")).unwrap();
    let (ok, _, err) = run(&["migrate", "--config", config]);
    assert!(!ok && err.contains("idle_minuts") && err.contains("line"), "{err}");
    for command in [
        "serve",
        "demo",
        "migrate",
        "gateway-simulator",
        "keys new",
        "export results",
        "import daily-file",
        "audit verify",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let (ok, out, _) = run(&words);
        assert!(ok && out.contains("Usage:"), "{command}");
        for line in out.lines().filter(|l| l.trim_start().starts_with("--")) {
            assert!(
                line.trim().contains("  ") || line.trim() == "--",
                "{command}: an option without a word: {line}"
            );
        }
    }
}

#[actix_web::test]
async fn the_export_command_writes_the_file_for_its_owner_alone_and_says_who_decided_it() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path());
    let mut browser = Browser::new(&demo.public);
    Applicant::default().hand_off(&mut browser).await;
    let (config, out) = (dir.path().join("mizumado.toml"), dir.path().join("out.csv"));
    let arguments = |from: &'static str, who_and_why: &[&'static str]| {
        let mut all = vec![
            "export",
            "results",
            "--from",
            from,
            "--to",
            "2099-12-31",
            "--layout",
            "config/layouts/standard.toml",
        ];
        all.extend(who_and_why);
        all.extend(["--config", config.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        run(&all)
    };
    let day = "2026-01-01";
    for (who_and_why, said) in [
        (&["--reason", "billing"][..], "--by is missing"),
        (&["--by", "demo-1"], "--reason"),
        (&["--by", "no-one", "--reason", "billing"], "staff list"),
        (&["--by", "demo-1", "--reason", "佐藤さんに頼まれた"], "institution"),
    ] {
        let (ok, _, err) = arguments(day, who_and_why);
        assert!(!ok && err.contains(said), "{who_and_why:?}: {err}");
        assert!(!out.exists(), "{who_and_why:?}");
    }
    let exported = "select count(*) as n from audit_entries where action = 'results.exported'";
    assert_eq!(counted(dir.path(), exported).await, 0);
    let (ok, said, err) = arguments(day, &["--by", "demo-1", "--reason", "billing"]);
    assert!(ok && said.contains("0 rows"), "nothing is decided yet: {said}{err}");
    let bytes = std::fs::read(&out).unwrap();
    assert!(
        bytes.ends_with(b"\r\n") && bytes.iter().filter(|b| **b == b'\n').count() == 1,
        "the header alone"
    );
    let sum = mizumado::crypto::sha256_hex(&bytes);
    let told = format!(
        "{exported} and actor = 'operator' and detail like '0 rows 2026-01-01–2099-12-31 % sha256 {sum} billing by staff/' || \
         (select id from staff where code = 'demo-1')"
    );
    assert_eq!(counted(dir.path(), told.leak()).await, 1);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    let (ok, _, err) = arguments("yesterday", &["--by", "demo-1", "--reason", "billing"]);
    assert!(!ok && err.contains("2026-11-21"), "{err}");
}

#[actix_web::test]
async fn who_changes_the_staff_or_a_job_at_the_server_says_whose_decision_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path());
    let config = dir.path().join("mizumado.toml");
    let on = |words: &[&str]| run(&[words, &["--config", config.to_str().unwrap()]].concat());
    let invite = ["staff", "invite", "--code", "n-1", "--name", "田中", "--role", "viewer"];
    let retry = ["jobs", "retry", "01X"];
    for (command, done) in [
        (&invite[..], true),
        (&["staff", "suspend", "--code", "n-1"], true),
        (&["staff", "reinstate", "--code", "n-1"], true),
        (&retry, false),
    ] {
        let (ok, _, err) = on(command);
        assert!(!ok && err.contains("--by is missing"), "{command:?}: {err}");
        let (ok, _, err) = on(&[command, &["--by", "no-one"]].concat());
        assert!(!ok && err.contains("staff list"), "{command:?}: {err}");
        let (ok, _, err) = on(&[command, &["--by", "田中"]].concat());
        assert!(!ok && err.contains("職員番号"), "{command:?}: {err}");
        let (ok, _, err) = on(&[command, &["--by", "demo-1"]].concat());
        assert_eq!(ok, done, "{command:?}: {err}");
        assert!(done || err.contains("laid aside"), "{command:?}: {err}");
    }
    drop(demo);
    let told = "select count(*) as n from audit_entries where actor = 'operator' and subject = \
                'staff/' || (select id from staff where code = 'n-1') and trim(detail) like \
                '%by staff/' || (select id from staff where code = 'demo-1')";
    // Registered, one role, invited, suspended, reinstated.
    assert_eq!(counted(dir.path(), told).await, 5);
    let (ok, out, _) = run(&["staff", "invite", "--help"]);
    assert!(ok && out.contains("while nobody is registered and active"), "{out}");
}

#[actix_web::test]
async fn the_first_one_is_invited_by_nobody_and_the_second_is_not() {
    let console =
        "[console]\nlisten = \"127.0.0.1:0\"\nurl = \"http://localhost:8081\"\nnetworks = [\"127.0.0.1/32\"]\n";
    let place = Place::new("sqlite:first.db", "http://127.0.0.1:1", "", console);
    place.must(&["migrate"]);
    let invite = |code: &'static str, by: &[&'static str]| {
        let words = [
            "staff",
            "invite",
            "--code",
            code,
            "--name",
            "田中",
            "--role",
            "administrator",
        ];
        place.run(&[&words[..], by].concat())
    };
    let (ok, said, err) = invite("1001", &[]);
    assert!(ok && said.contains("/enrolments/"), "{said}{err}");
    let (ok, _, err) = invite("1002", &[]);
    assert!(!ok && err.contains("--by is missing"), "{err}");
    let (ok, _, err) = invite("1002", &["--by", "1001"]);
    assert!(ok, "{err}");
}

#[actix_web::test]
async fn the_command_says_what_an_invitation_does_to_somebody_who_has_a_key() {
    let console =
        "[console]\nlisten = \"127.0.0.1:0\"\nurl = \"http://localhost:8081\"\nnetworks = [\"127.0.0.1/32\"]\n";
    let place = Place::new("sqlite:keys.db", "http://127.0.0.1:1", "", console);
    place.must(&["migrate"]);
    let first = ["staff", "invite", "--code", "1001", "--name", "田中", "--role", "clerk"];
    let warning = "that ends the keys, recovery codes and sessions";
    assert!(!place.must(&first).contains(warning), "who is new has nothing to lose");
    let again = ["staff", "invite", "--code", "1001", "--by", "1001"];
    assert!(!place.must(&again).contains(warning), "nor who has not enrolled yet");
    let workspace = place.world(mizumado::clock::Clock::system());
    let key = "insert into passkeys (id, credential_id, staff_id, label, passkey, counter, created_at) \
               select 'K', 'K', id, 'K', '{}', 0, created_at from staff";
    let write = move |conn: &mut Conn| Ok::<_, mizumado::web::Error>(diesel::sql_query(key).execute(conn)?);
    assert_eq!(workspace.db.write(write).await.unwrap(), 1);
    let said = place.must(&again);
    assert!(said.contains("/enrolments/") && said.contains(warning), "{said}");
}
