//! A marked journey, then a search over everything that was written (S5, KS9.4, NS 情報管理).
use crate::{applicant::Applicant, browser::Browser, harness::World};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// Nothing of these may stand anywhere in the clear.
const MARKS: [&str; 10] = [
    "標見山",
    "印太郎",
    "シルシミヤマ",
    "ｼﾙｼﾐﾔﾏ",
    "しるしみやま",
    "7777777",
    "marked@example.jp",
    "09000001234",
    "7070707070",
    "標識町",
];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);
impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn nothing_personal_is_written_in_the_clear() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .init();
    for world in World::all().await {
        let mut browser = Browser::new(&world.url);
        let applicant = Applicant {
            family: ("標見山", "しるしみやま"),
            given: ("印太郎", "ｼﾙｼﾀﾛｳ"),
            email: Some("marked@example.jp"),
            account: ("020".into(), "7777777".into()),
            customer_number: "7070707070".into(),
            ..Applicant::default()
        };
        let check = applicant.fill(&mut browser).await;
        let place = browser.get("/apply/place").await;
        browser
            .submit(&place, &[("town", "長岡市標識町"), ("block", "1")])
            .await;
        let check = match check.has("標識町") {
            true => check,
            false => browser.get("/apply/check").await,
        };
        let left = crate::applicant::HandedOff::from(browser.submit(&check, &[]).await);
        left.finish(&world, &mut browser).await.expect("完了しました");
        world.run_jobs().await;
        // A refused and a malformed request must not echo into the log either.
        browser
            .post_raw(
                "/apply/name",
                "family_name=標見山&family_name=標見山".as_bytes().to_vec(),
            )
            .await;
        for mail in world.mails() {
            assert_clean("a mail", format!("{}{}", mail.title, mail.body).as_bytes(), &mail.id);
        }
        let mut files = vec![];
        collect(world.dir.path(), &mut files);
        for file in files.iter().filter(|f| !f.ends_with("simulator.json")) {
            assert_clean("a file", &fs::read(file).unwrap(), &file.display().to_string());
        }
        for text in all_text(&world).await {
            assert_clean("a row", text.as_bytes(), &text.chars().take(60).collect::<String>());
        }
        let simulator = fs::read_to_string(world.dir.path().join("simulator.json")).unwrap();
        assert!(!simulator.contains("\"pin\":\"1234\""));
    }
    let written = log.0.lock().unwrap().clone();
    assert!(written.len() > 1000, "the log was caught");
    // reqwest and hyper are the test's own browser here; their lines are not the program's.
    let own: Vec<&[u8]> = written
        .split(|b| *b == b'\n')
        .filter(|l| {
            !["reqwest", "hyper", "html5ever", "selectors"]
                .iter()
                .any(|own| contains(l, own.as_bytes()))
        })
        .collect();
    for line in own {
        assert_clean("a log line", line, &String::from_utf8_lossy(line));
        assert!(!contains(line, b"receipt_number="), "a log line holds no form");
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

fn assert_clean(what: &str, bytes: &[u8], name: &str) {
    for mark in MARKS {
        let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(mark);
        for form in [mark.as_bytes(), &cp932] {
            assert!(!contains(bytes, form), "{what} holds {mark}: {name}");
        }
    }
}

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, out),
            false => out.push(path),
        }
    }
}

/// Every text value of every table, on either database.
async fn all_text(world: &World) -> Vec<String> {
    use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
    #[derive(QueryableByName)]
    struct Value {
        #[diesel(sql_type = Text)]
        v: String,
    }
    let tables = [
        ("applications", "answers || coalesce(customer_index, '') || submit_key"),
        ("application_events", "evidence || cause"),
        ("application_tokens", "token"),
        (
            "attempts",
            "request || coalesce(account_index, '') || coalesce(registered_account, '')",
        ),
        ("attempt_messages", "status || raw_code"),
        ("audit_entries", "action || subject || detail"),
        ("jobs", "payload || coalesce(last_error, '')"),
        ("mails", "recipient || title || body"),
        ("visits", "token"),
    ];
    let mut all = vec![];
    for (table, columns) in tables {
        let sql = format!("select {columns} as v from {table}");
        let read = move |conn: &mut mizumado::db::Conn| {
            diesel::sql_query(sql)
                .load::<Value>(conn)
                .map_err(mizumado::db::DbError::from)
        };
        let rows = world.workspace.db.read(read).await.unwrap();
        assert!(!rows.is_empty(), "{table} holds something to look at");
        all.extend(rows.into_iter().map(|r| r.v));
    }
    all
}

#[actix_web::test]
async fn no_page_asks_for_the_pin() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    Applicant::default().fill(&mut browser).await;
    for step in [
        "terms", "bank", "number", "place", "name", "contact", "account", "check",
    ] {
        let page = browser.get(&format!("/apply/{step}")).await;
        assert!(page.attributes("input[type=password]", "name").is_empty());
        for name in page.attributes("input", "name") {
            assert!(!name.contains("pin") && !name.contains("pass"), "{step}: {name}");
        }
    }
    browser
        .get("/apply/account")
        .await
        .expect("暗証番号は、ここでは入力しません");
    browser
        .get("/apply/check")
        .await
        .expect("金融機関の画面だけで入力します");
}
