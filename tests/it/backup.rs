//! Backups: made under load, opened again, restored on an empty machine; damaged and foreign ones are refused (R6).
use crate::{
    chaos::apply,
    harness::{World, database_of_its_own, drop_database},
    served::{Place, start_gateway},
};
use age::secrecy::ExposeSecret;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use mizumado::{backups, clock::Clock};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// A pair of age keys: the public one for the settings, and the file with the secret one.
pub fn age_keys(folder: &Path) -> (String, PathBuf) {
    let identity = age::x25519::Identity::generate();
    let file = folder.join("identity.txt");
    std::fs::write(&file, format!("{}\n", identity.to_string().expose_secret())).unwrap();
    (identity.to_public().to_string(), file)
}

pub fn section(recipient: &str) -> String {
    format!("[backup]\nfolder = \"backups\"\nrecipients = [\"{recipient}\"]\n")
}

pub fn sealed_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = entries.filter(|p| p.extension().is_some_and(|e| e == "age")).collect();
    files.sort();
    files
}

/// Applicants until `enough` is set; what was shown to them.
async fn apply_until(url: String, enough: Arc<AtomicBool>, shown: Arc<Mutex<Vec<String>>>, next: Arc<AtomicU64>) {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    while !enough.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let receipt = apply(&http, &url, number)
            .await
            .expect("a backup keeps nobody from applying");
        shown.lock().unwrap().push(receipt);
    }
}

async fn under_load(database: &str, empty: &str) {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, identity) = age_keys(keys.path());
    let gateway = start_gateway(keys.path(), Clock::system()).await;
    let place = Place::new(database, &gateway, "", &section(&recipient));
    let program = place.serve();
    let (enough, shown, next): (Arc<AtomicBool>, Arc<Mutex<Vec<String>>>, Arc<AtomicU64>) = Default::default();
    let clients: Vec<_> = (0..4)
        .map(|_| {
            actix_web::rt::spawn(apply_until(
                place.url.clone(),
                enough.clone(),
                shown.clone(),
                next.clone(),
            ))
        })
        .collect();
    while shown.lock().unwrap().len() < 8 {
        tokio::task::yield_now().await;
    }
    let before = shown.lock().unwrap().clone();
    // Beside the running program, as an operator would.
    let config = place.path("mizumado.toml").display().to_string();
    let output = loop {
        let command = tokio::process::Command::new(env!("CARGO_BIN_EXE_mizumado"))
            .args(["backup", "--config", &config])
            .output();
        let output = command.await.unwrap();
        // A fresh bureau's first daily backup may be under way.
        if !String::from_utf8_lossy(&output.stderr).contains("another backup") {
            break output;
        }
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("checked"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    enough.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    assert!(
        shown.lock().unwrap().len() > before.len(),
        "the backup was made under load"
    );
    assert_eq!(program.stop(), Some(0));

    // An empty machine: the settings and the keys, nothing else.
    let machine = Place::new(empty, &gateway, "", "");
    std::fs::copy(place.path("keys.toml"), machine.path("keys.toml")).unwrap();
    // A fresh bureau's first daily backup may stand before it.
    let backup = sealed_files(&place.path("backups")).pop().unwrap();
    let (file, key) = (backup.display().to_string(), identity.display().to_string());
    let said = machine.must(&["restore", "--identity", &key, "--by", "9005", &file]);
    assert!(
        said.contains("chain whole") && said.contains("RPO") && said.contains("RTO"),
        "{said}"
    );
    assert!(
        said.contains("--by 9005: not among"),
        "no staff is in this backup: {said}"
    );
    assert!(machine.must(&["audit", "verify"]).contains("is whole"));
    let program = machine.serve();
    for number in &before {
        let mut browser = crate::browser::Browser::new(&machine.url);
        let page = browser.get("/receipt").await;
        let page = browser
            .submit(&page, &[("receipt_number", number), ("phone_last4", "1234")])
            .await;
        page.expect("受付番号");
        assert_eq!(page.path, "/result", "{number} was restored");
    }
    assert_eq!(program.stop(), Some(0));
    println!("{said}");
}

#[actix_web::test]
async fn a_backup_made_under_load_is_restored_on_an_empty_machine() {
    under_load("sqlite:live.db", "sqlite:restored.db").await;
}

#[actix_web::test]
async fn the_same_on_postgresql() {
    let (Some((admin, one, live)), Some((_, two, empty))) = (database_of_its_own(), database_of_its_own()) else {
        return;
    };
    under_load(&live, &empty).await;
    drop_database(&admin, &one);
    drop_database(&admin, &two);
}

#[actix_web::test]
async fn a_damaged_a_foreign_and_an_unwanted_restore_are_refused() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, identity) = age_keys(keys.path());
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", &section(&recipient));
    place.must(&["migrate"]);
    place.must(&["backup"]);
    let backup = sealed_files(&place.path("backups")).remove(0);
    let (file, key) = (backup.display().to_string(), identity.display().to_string());

    let (ok, _, err) = place.run(&["restore", "--identity", &key, &file]);
    assert!(!ok && err.contains("--by"), "nobody decided it: {err}");
    let (ok, _, err) = place.run(&["restore", "--identity", &key, "--by", "9005", &file]);
    assert!(
        !ok && err.contains("--replace"),
        "a database that stands there is not overwritten: {err}"
    );

    let other = tempfile::tempdir().unwrap();
    let stranger = age_keys(other.path()).1.display().to_string();
    let machine = Place::new("sqlite:empty.db", "http://127.0.0.1:1", "", "");
    let (ok, _, err) = machine.run(&["restore", "--identity", &key, "--by", "9005", &file]);
    assert!(!ok && err.contains("keys"), "the wrong key ring: {err}");
    std::fs::copy(place.path("keys.toml"), machine.path("keys.toml")).unwrap();
    let (ok, _, err) = machine.run(&["restore", "--identity", &stranger, "--by", "9005", &file]);
    assert!(!ok && err.contains("does not open"), "a stranger's identity: {err}");

    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&backup, &bytes).unwrap();
    let (ok, _, err) = machine.run(&["restore", "--identity", &key, "--by", "9005", &file]);
    assert!(!ok && err.contains("manifest"), "one changed bit: {err}");
    let manifest = PathBuf::from(file.replace(".gz.age", ".json"));
    std::fs::remove_file(manifest).unwrap();
    let (ok, _, err) = machine.run(&["restore", "--identity", &key, "--by", "9005", &file]);
    assert!(
        !ok && err.contains("does not open"),
        "and without the manifest the seal says it: {err}"
    );
    assert!(!machine.path("empty.db").exists(), "nothing was put in place");
}

#[actix_web::test]
async fn two_backups_of_one_second_are_two_backups() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, _) = age_keys(keys.path());
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", &section(&recipient));
    let world = place.world(Clock::system());
    mizumado::app::prepare(&world).await.unwrap();
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..3 {
        names.insert(backups::make(&world).await.unwrap().file);
    }
    assert_eq!(names.len(), 3, "none took the name of another");
}

#[actix_web::test]
async fn a_copy_off_the_site_comes_back() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, identity) = age_keys(keys.path());
    std::fs::create_dir(keys.path().join("bucket")).unwrap();
    let offsite = format!(
        "[backup.offsite]\nendpoint = \"{}\"\nbucket = \"bucket\"\nregion = \"us-east-1\"\naccess_key = \"AKID\"\nsecret_key = \"secret\"\n",
        start_s3(keys.path()).await
    );
    let place = Place::new(
        "sqlite:live.db",
        "http://127.0.0.1:1",
        "",
        &(section(&recipient) + &offsite),
    );
    let world = place.world(Clock::system());
    mizumado::app::prepare(&world).await.unwrap();
    let made = backups::make(&world).await.unwrap();
    assert!(made.offsite);
    let name = made.file.file_name().unwrap().to_str().unwrap().to_owned();
    let here = std::fs::read(&made.file).unwrap();
    // The machine burns down.
    let back = keys.path().join(&name);
    let place = world.settings.backup.clone().unwrap().offsite.unwrap();
    let there = backups::list_offsite(&place).await.unwrap();
    assert_eq!(there.len(), 2, "the file and its manifest: {there:?}");
    backups::fetch_offsite(&place, &back).await.unwrap();
    assert_eq!(std::fs::read(&back).unwrap(), here);
    let machine = Place::new("sqlite:empty.db", "http://127.0.0.1:1", "", "");
    let settings = mizumado::config::Settings::load(&machine.path("mizumado.toml")).unwrap();
    let request = backups::Request {
        file: &back,
        identity: &identity,
        replace: false,
    };
    let restored = backups::restore(&settings, &world.keys, &request, world.clock.now())
        .await
        .unwrap();
    assert!(restored.taken_at.is_some() && restored.audit_entries == 0);
}

/// A real S3 server, which checks signatures.
pub async fn start_s3(folder: &Path) -> String {
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single("AKID", "secret"));
    let service = service.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    endpoint
}

#[actix_web::test]
async fn the_daily_backup_comes_by_itself_and_old_ones_go_by_the_rule() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, _) = age_keys(keys.path());
    let wish = crate::harness::Wish {
        more_settings: section(&recipient) + "keep_days = 3\nkeep_weeks = 2\nkeep_months = 1\n",
        ..Default::default()
    };
    let world = World::sqlite_with(wish).await;
    for _ in 0..12 {
        world.pass(chrono::Duration::days(1)).await;
    }
    let kept = sealed_files(&world.dir.path().join("backups"));
    assert!((3..=5).contains(&kept.len()), "{kept:?}");
    let rows = world
        .count("select count(*) as n from backups where deleted_at is null")
        .await;
    assert_eq!(rows, kept.len() as i64);
    let made = world
        .count("select count(*) as n from audit_entries where action = 'backup.made'")
        .await;
    let deleted = world
        .count("select count(*) as n from audit_entries where action = 'backup.deleted'")
        .await;
    assert_eq!(made - deleted, kept.len() as i64);
}

#[actix_web::test]
async fn a_backup_that_fails_raises_an_alarm_that_ends_with_the_next_good_one() {
    let keys = tempfile::tempdir().unwrap();
    let (recipient, _) = age_keys(keys.path());
    let wish = crate::harness::Wish {
        more_settings: section(&recipient),
        ..Default::default()
    };
    let world = World::sqlite_with(wish).await;
    // A file stands where the folder should be.
    let folder = world.dir.path().join("backups");
    std::fs::write(&folder, "").unwrap();
    world.pass(chrono::Duration::days(1)).await;
    let open = "select count(*) as n from alarms where ended_at is null and key = 'operations.backup_failed'";
    assert_eq!(world.count(open).await, 1);
    std::fs::remove_file(&folder).unwrap();
    world.pass(chrono::Duration::hours(2)).await;
    assert_eq!(world.count(open).await, 0);
    assert_eq!(sealed_files(&folder).len(), 1);
}
