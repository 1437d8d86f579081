//! Files beside an inquiry, with a real clamd whose only signature is EICAR's.
use super::{QUESTION, ask, clerk, number_and_code, open};
use crate::{
    browser::{Browser, Page},
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::operations::{Verdict, examine};
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

struct Clamd {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Clamd {
    fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let signature = hex::encode("EICAR-STANDARD-ANTIVIRUS-TEST-FILE");
        std::fs::create_dir(path("db")).unwrap();
        std::fs::write(path("db/own.ndb"), format!("Test.Eicar:0:*:{signature}\n")).unwrap();
        let settings = format!(
            "Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nStreamMaxLength 12M\nDatabaseDirectory {}\n",
            path("db").display()
        );
        std::fs::write(path("clamd.conf"), settings).unwrap();
        let child = Command::new("clamd")
            .arg(format!("--config-file={}", path("clamd.conf").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("clamd is installed by `make setup`");
        let began = std::time::Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed().as_secs() < 30, "clamd answers");
            std::thread::yield_now();
        }
        Self { child, _folder: folder }
    }
}
impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn worlds(port: u16) -> Vec<World> {
    let wish = Wish {
        top_settings: "operators = [\"op@example.jp\"]\n".into(),
        more_settings: format!("[clamav]\naddress = \"tcp://127.0.0.1:{port}\"\n"),
        ..Wish::with_console()
    };
    World::all_with(wish).await
}

/// What the doctor says of the virus check.
async fn doctor(world: &World) -> Verdict {
    let checks = examine(&world.workspace).await;
    let check = checks.into_iter().find(|check| check.part == "virus check");
    check.unwrap().verdict
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A file as a browser sends it.
async fn bring(browser: &mut Browser, path: &str, name: &str, bytes: &[u8]) -> Page {
    let head = format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), bytes, b"\r\n--X--\r\n"].concat();
    let page = browser
        .once("POST", path, Some(("multipart/form-data; boundary=X", body)))
        .await;
    match page.headers.get("location").map(|to| to.to_str().unwrap().to_owned()) {
        Some(to) => browser.get(&to).await,
        None => page,
    }
}

/// The test file of the antivirus industry, in a file that we take; in two halves, so that no scanner stops this one.
fn eicar() -> Vec<u8> {
    [
        "%PDF-1.4\nX5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-",
        "ANTIVIRUS-TEST-FILE!$H+H*",
    ]
    .concat()
    .into_bytes()
}

#[actix_web::test]
async fn a_clean_file_is_opened_as_a_download_and_an_infected_one_by_nobody() {
    let port = free_port();
    let _clamd = Clamd::start(port);
    for world in worlds(port).await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let clean = b"%PDF-1.4\n<script>alert(1)</script> \x00\xFF marked".to_vec();
        let page = bring(&mut citizen, "/inquiry/files", "../../山田の<b>通帳.html", &clean).await;
        page.expect("ウイルスの検査を待っています").expect("山田の");
        bring(&mut citizen, "/inquiry/files", "b.pdf", &eicar()).await;
        assert!(
            citizen
                .get("/inquiry/status")
                .await
                .attributes("a[download]", "href")
                .is_empty()
        );
        world.run_jobs().await;
        let page = citizen.get("/inquiry/status").await;
        page.expect("ウイルスが見つかったため、消しました");
        let links = page.attributes("a[download]", "href");
        assert_eq!(links.len(), 1);
        let mut clerk = clerk(&world).await;
        let at_desk = open(&mut clerk, &number).await;
        let of_clerk = at_desk.attributes("a[download]", "href");
        for file in [citizen.get(&links[0]).await, clerk.get(&of_clerk[0]).await] {
            assert_eq!((file.status, &file.bytes), (200, &clean));
            let header = |name: &str| file.headers[name].to_str().unwrap().to_owned();
            assert!(
                header("content-disposition").starts_with("attachment; "),
                "{}",
                header("content-disposition")
            );
            assert!(!header("content-disposition").contains(".."));
            assert_eq!(header("content-type"), "application/pdf");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        }
        let mut stranger = Browser::new(&world.url);
        assert_eq!(stranger.get(&links[0]).await.status, 404);
        ask(&mut stranger, &QUESTION).await;
        assert_eq!(
            stranger.get(&links[0]).await.status,
            404,
            "another's inquiry opens no file of this one"
        );
        let left = "select count(*) as n from inquiry_files where content like '%marked%' or name like '%山田%' \
                    or (state = 'infected' and content <> '')";
        assert_eq!(world.count(left).await, 0);
        assert_eq!(world.audit("inquiry.file_opened").await.len(), 2);
        let checked = world.audit("inquiry.file_checked").await;
        assert!(
            checked.iter().any(|(_, detail)| detail.contains("infected Test.Eicar")),
            "{checked:?}"
        );
    }
}

#[actix_web::test]
async fn what_is_no_picture_and_no_document_is_refused_with_a_sentence() {
    for world in worlds(free_port()).await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        for bytes in [b"MZ\x90\x00".as_slice(), b"<svg/>", b"GIF89a"] {
            bring(&mut citizen, "/inquiry/files", "a.pdf", bytes)
                .await
                .expect("写真（JPEG、PNG）かPDFを選んでください");
        }
        bring(&mut citizen, "/inquiry/files", "", b"")
            .await
            .expect("付けるファイルを選んでください");
        let large = [b"%PDF-".as_slice(), &vec![0; 10 * 1024 * 1024]].concat();
        bring(&mut citizen, "/inquiry/files", "a.pdf", &large)
            .await
            .expect("10MB以内のものを選んでください");
        let mut clerk = clerk(&world).await;
        let path = open(&mut clerk, &number).await.path;
        let page = bring(&mut clerk, &format!("{path}/files"), "a.jpg", b"MZ").await;
        assert_eq!(page.status, 422);
        for n in 0..11 {
            let page = bring(&mut citizen, "/inquiry/files", &format!("{n}.pdf"), b"%PDF-1.4").await;
            assert_eq!(page.has("10個までです"), n == 10, "{n}");
        }
        assert_eq!(world.count("select count(*) as n from inquiry_files").await, 10);
    }
}

#[actix_web::test]
async fn without_clamd_a_file_waits_and_is_looked_at_when_it_is_back() {
    let port = free_port();
    for world in worlds(port).await {
        let mut citizen = Browser::new(&world.url);
        ask(&mut citizen, &QUESTION).await;
        bring(&mut citizen, "/inquiry/files", "a.pdf", b"%PDF-1.4").await;
        world.run_jobs().await;
        citizen.get("/inquiry/status").await.expect("終わるまで開けません");
        assert_eq!(
            world
                .count("select count(*) as n from jobs where dead_at is not null")
                .await,
            0
        );
        for _ in 0..2 {
            world.pass(Duration::minutes(20)).await;
        }
        assert!(world.alarms().await.contains(&"inquiries.files_wait".to_owned()));
        assert_eq!(doctor(&world).await, Verdict::Wrong);
        let clamd = Clamd::start(port);
        assert_eq!(doctor(&world).await, Verdict::Good);
        world.pass(Duration::minutes(11)).await;
        assert!(!world.alarms().await.contains(&"inquiries.files_wait".to_owned()));
        assert_eq!(
            world
                .count("select count(*) as n from inquiry_files where state = 'clean'")
                .await,
            1
        );
        drop(clamd);
    }
}

#[actix_web::test]
async fn a_bureau_without_a_virus_check_takes_no_file() {
    let world = World::with_console().await;
    let mut citizen = Browser::new(&world.url);
    assert!(!ask(&mut citizen, &QUESTION).await.has("type=\"file\""));
    bring(&mut citizen, "/inquiry/files", "a.pdf", b"%PDF-1.4").await;
    assert_eq!(world.count("select count(*) as n from inquiry_files").await, 0);
}
