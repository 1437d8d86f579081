//! Mails by a real SMTP server (aiosmtpd) on loopback.
use crate::{
    applicant::Applicant,
    browser::Browser,
    harness::{Wish, World},
    served::free_port,
};
use chrono::Duration;
use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub struct SmtpServer {
    child: Child,
    folder: PathBuf,
}

impl SmtpServer {
    pub fn start(port: u16, folder: &Path) -> Self {
        let child = Command::new("aiosmtpd")
            .args([
                "-n",
                "-l",
                &format!("127.0.0.1:{port}"),
                "-c",
                "aiosmtpd.handlers.Mailbox",
            ])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("aiosmtpd is installed by `make setup`");
        let began = std::time::Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed().as_secs() < 20, "the SMTP server answers");
            std::thread::yield_now();
        }
        Self {
            child,
            folder: folder.to_owned(),
        }
    }
    /// The mails as they came, in no order.
    pub fn mails(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.join("new")).unwrap();
        entries
            .map(|e| std::fs::read_to_string(e.unwrap().path()).unwrap())
            .collect()
    }
}
impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[actix_web::test]
async fn a_mail_waits_for_its_server_and_arrives_once() {
    for index in 0..2 {
        let port = free_port();
        let wish = Wish {
            mail: Some(format!("transport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:{port}\"")),
            ..Wish::default()
        };
        let Some(world) = World::all_with(wish).await.into_iter().nth(index) else {
            continue;
        };
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        // No server yet: the form does not wait for it, the mail is kept.
        world.run_jobs().await;
        assert_eq!(
            world
                .count("select count(*) as n from mails where sent_at is null")
                .await,
            1
        );
        let folder = world.dir.path().join("maildir");
        let server = SmtpServer::start(port, &folder);
        world.pass(Duration::seconds(70)).await;
        assert_eq!(
            world
                .count("select count(*) as n from mails where sent_at is not null")
                .await,
            1
        );
        left.finish(&world, &mut browser).await.expect("完了しました");
        world.run_jobs().await;
        let mails = server.mails();
        assert_eq!(mails.len(), 2, "each once");
        for mail in &mails {
            let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
            let body = parsed.body_text(0).unwrap();
            assert!(body.contains(&left.receipt_number) && body.contains(&format!("{}/receipt", world.url)));
            assert!(parsed.subject().unwrap().chars().count() <= 30);
            assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("taro@example.jp"));
            assert!(mail.contains("Message-ID: <"));
            for hidden in ["山田", "ヤマダ", "1234567", "第四北越", "大手通"] {
                assert!(!body.contains(hidden), "{hidden}");
            }
        }
    }
}

#[actix_web::test]
async fn an_address_with_two_dots_is_served() {
    let port = free_port();
    let wish = Wish {
        mail: Some(format!("transport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:{port}\"")),
        ..Wish::default()
    };
    let world = World::sqlite_with(wish).await;
    let server = SmtpServer::start(port, &world.dir.path().join("maildir"));
    let mut browser = Browser::new(&world.url);
    let applicant = Applicant {
        email: Some("taro..y.@docomo.ne.jp"),
        ..Applicant::default()
    };
    applicant.hand_off(&mut browser).await;
    world.run_jobs().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{}", last_error(&world).await);
    assert!(mails[0].contains("To: \"taro..y.\"@docomo.ne.jp"), "{}", mails[0]);
}

/// Why the newest job failed.
async fn last_error(world: &World) -> String {
    use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        e: String,
    }
    let read = |conn: &mut mizumado::db::Conn| {
        let sql = "select coalesce(last_error, 'none') as e from jobs where kind = 'mail.send'";
        diesel::sql_query(sql)
            .get_result::<Row>(conn)
            .map_err(mizumado::db::DbError::from)
    };
    world.workspace.db.read(read).await.unwrap().e
}
