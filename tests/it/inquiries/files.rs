//! Files beside an inquiry, with a real clamd whose only signature is EICAR's.
use super::{QUESTION, ask, clerk, number_and_code, open, reply};
use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::{
    accounts::Role,
    operations::{Verdict, examine},
};
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
        Self::start_with(port, "12M")
    }

    /// One that looks at files up to a size.
    fn start_with(port: u16, most: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let signature = hex::encode("EICAR-STANDARD-ANTIVIRUS-TEST-FILE");
        std::fs::create_dir(path("db")).unwrap();
        std::fs::write(path("db/own.ndb"), format!("Test.Eicar:0:*:{signature}\n")).unwrap();
        let settings = format!(
            "Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nStreamMaxLength {most}\nDatabaseDirectory {}\n",
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
    bring_with(browser, path, name, bytes, "").await
}

/// The same with a box beside it ticked.
async fn bring_with(browser: &mut Browser, path: &str, name: &str, bytes: &[u8], ticked: &str) -> Page {
    let head = format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let more = match ticked {
        "" => String::new(),
        name => format!("\r\n--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nyes"),
    };
    let body = [head.as_bytes(), bytes, more.as_bytes(), b"\r\n--X--\r\n"].concat();
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
        for (code, role) in [
            ("v1", Role::Auditor),
            ("o1", Role::Operator),
            ("a1", Role::Administrator),
        ] {
            let mut other = Desk::open(&world, code, &[role]).await;
            let page = other.get(&of_clerk[0]).await;
            page.expect("お客さま").expect("操作記録に残りました");
            let (subject, said) = world.audit("access.denied").await.pop().unwrap();
            assert_eq!(
                (page.status, page.first("h1")),
                (403, "この操作の権限がありません".into())
            );
            assert!(
                of_clerk[0].contains(subject.trim_start_matches("inquiry/")),
                "{subject}"
            );
            assert!(said.starts_with("GET /inquiries/{id}/files/{file}"), "{said}");
        }
        assert_eq!(world.audit("access.denied").await.len(), 3);
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

#[actix_web::test]
async fn a_file_that_cannot_be_judged_keeps_no_other_waiting() {
    let port = free_port();
    let _clamd = Clamd::start_with(port, "100K");
    for world in worlds(port).await {
        let mut citizen = Browser::new(&world.url);
        ask(&mut citizen, &QUESTION).await;
        let large = [b"%PDF-1.4\n".as_slice(), &vec![7; 300 * 1024]].concat();
        bring(&mut citizen, "/inquiry/files", "large.pdf", &large).await;
        world.workspace.clock.advance(Duration::seconds(1));
        bring(&mut citizen, "/inquiry/files", "small.pdf", b"%PDF-1.4").await;
        world.run_jobs().await;
        let page = citizen.get("/inquiry/status").await;
        assert_eq!(page.all("a[download]"), ["small.pdf"]);
        page.expect("ウイルスの検査を待っています");
        for _ in 0..2 {
            world.pass(Duration::minutes(20)).await;
        }
        assert!(world.alarms().await.contains(&"inquiries.files_wait".to_owned()));
    }
}

#[actix_web::test]
async fn a_file_of_staff_is_the_citizen_s_only_when_it_was_meant_for_them() {
    for world in worlds(free_port()).await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        page.expect("相手にも見せる");
        let way = format!("{}/files", page.path);
        bring(&mut clerk, &way, "inner.pdf", b"%PDF-1.4").await;
        bring_with(&mut clerk, &way, "answer.pdf", b"%PDF-1.4", "shown").await;
        bring(&mut citizen, "/inquiry/files", "own.pdf", b"%PDF-1.4").await;
        let change = |conn: &mut mizumado::db::Conn| {
            let sql = "update inquiry_files set state = 'clean'";
            diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?;
            Ok(())
        };
        world.write(change).await;
        let page = open(&mut clerk, &number).await;
        page.expect("inner.pdf").expect("職員だけが見られます");
        let of_clerk = page.attributes("a[download]", "href");
        assert_eq!(of_clerk.len(), 3);
        let seen = citizen.get("/inquiry/status").await;
        assert!(seen.has("answer.pdf") && seen.has("own.pdf") && !seen.has("inner.pdf"));
        let mut opened = 0;
        for link in of_clerk {
            let id = link.rsplit('/').next().unwrap().to_owned();
            let status = citizen.get(&format!("/inquiry/files/{id}")).await.status;
            assert!([200, 404].contains(&status), "{status}");
            opened += u32::from(status == 200);
        }
        assert_eq!(opened, 2);
    }
}

#[actix_web::test]
async fn a_file_for_a_closed_inquiry_opens_it_again() {
    for world in worlds(free_port()).await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let page = reply(&mut clerk, &page, "写真を付けてください").await;
        let way = format!("{}/closing", page.path);
        clerk.post_with(&way, &page.form_to(&way), &[]).await.expect("完了");
        let page = bring(&mut citizen, "/inquiry/files", "photo.pdf", b"%PDF-1.4").await;
        page.expect("photo.pdf").expect("お調べしています");
        assert!(!page.has("付けるファイルを選んでください"));
        open(&mut clerk, &number).await.expect("未回答").expect("photo.pdf");
        assert_eq!(
            world.audit("inquiry.moved").await.len(),
            3,
            "answered, closed, open again"
        );
    }
}
