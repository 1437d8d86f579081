//! The adapter and the simulator, which share no code, over real sockets.
use crate::{
    applicant::Applicant,
    browser::Browser,
    harness::{Wish, World},
};
use mizumado::gateways::{Account, Answer, CreateError, CreateRequest};
use std::{
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

#[actix_web::test]
async fn both_charsets_carry_the_whole_journey() {
    for charset in ["utf-8", "windows-31j"] {
        let wish = Wish {
            charset: Some(charset),
            ..Wish::default()
        };
        let world = World::sqlite_with(wish).await;
        let mut browser = Browser::new(&world.url);
        let left = Applicant::default().hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await.expect("完了しました");
    }
}

fn request(attempt: &str) -> CreateRequest {
    CreateRequest {
        attempt_id: attempt.into(),
        institution: "0140".into(),
        account: Some(Account {
            branch: "020".into(),
            deposit_type: "1".into(),
            number: "1234567".into(),
            holder_kana: "ﾔﾏﾀﾞ ﾀﾛｳ".into(),
        }),
        return_url: "http://127.0.0.1:1/gateway/main/return".into(),
        push_url: String::new(),
    }
}

#[actix_web::test]
async fn asking_twice_begins_once() {
    let world = World::sqlite().await;
    let adapter = world.workspace.gateways.find("main").unwrap();
    let first = adapter.create(&request("A1")).await.unwrap();
    let second = adapter.create(&request("A1")).await.unwrap();
    assert_eq!((first.tran_id, first.token), (second.tran_id, second.token));
    let mut other = request("A1");
    other.institution = "0532".into();
    let refused = adapter.create(&other).await.unwrap_err();
    assert!(
        matches!(refused, CreateError::Refused { ref code, .. } if code == "E21"),
        "{refused}"
    );
    assert_eq!(adapter.inquire("A1", "").await.unwrap(), Answer::Entry);
    assert_eq!(adapter.inquire("nobody", "").await.unwrap(), Answer::NotFound);
}

#[actix_web::test]
async fn a_daily_file_is_verified_and_read() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    let left = Applicant::default().hand_off(&mut browser).await;
    left.complete(&world).await;
    let adapter = world.workspace.gateways.find("main").unwrap();
    let today = mizumado::clock::jst(world.workspace.clock.now()).date();
    let lines = adapter.fetch_daily(today).await.unwrap();
    assert_eq!((lines.len(), lines[0].status.as_str()), (1, "success"));
    let url = format!("{}/daily?date={}", world.gateway, today.format("%Y%m%d"));
    let file = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    assert_eq!(adapter.import_daily_file(today, &file).unwrap(), lines);
    assert!(
        adapter.import_daily_file(today.pred_opt().unwrap(), &file).is_err(),
        "another day's file"
    );
    let mut changed = file.to_vec();
    let at = changed.windows(7).position(|w| w == b"success").unwrap();
    changed[at] = b'S';
    assert!(adapter.import_daily_file(today, &changed).is_err(), "a changed file");
}

/// A gateway that misbehaves as told, for one connection after another, until the test ends.
fn misbehaving(answer: impl Fn(&mut std::net::TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(4) {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked);
            answer(&mut stream);
        }
    });
    format!("http://{address}/api")
}

async fn asked(endpoint: String) -> (Result<Answer, mizumado::gateways::NoAnswer>, Duration) {
    let wish = Wish {
        endpoint: Some(endpoint),
        ..Wish::default()
    };
    let world = World::sqlite_with(wish).await;
    let adapter = world.workspace.gateways.find("main").unwrap();
    let started = Instant::now();
    let answer = adapter.inquire("A1", "").await;
    (answer, started.elapsed())
}

#[actix_web::test]
async fn silence_redirects_and_floods_are_no_answer() {
    let silent = misbehaving(|stream| {
        // Keeps the line open until the other side gives up.
        let _ = stream.read(&mut [0; 1]);
    });
    let (answer, took) = asked(silent).await;
    assert!(answer.unwrap_err().0.contains("time-out"));
    assert!(took < Duration::from_secs(5), "bounded by answer_seconds = 2");
    let redirect = misbehaving(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    });
    assert!(asked(redirect).await.0.unwrap_err().0.contains("302"));
    let unsigned = misbehaving(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\nstatus=success");
    });
    assert!(asked(unsigned).await.0.unwrap_err().0.contains("refused"));
    let flood = misbehaving(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n");
        while stream.write_all(&[b'a'; 65536]).is_ok() {}
    });
    assert!(asked(flood).await.0.unwrap_err().0.contains("larger than"));
}

#[actix_web::test]
async fn a_start_url_of_a_stranger_is_never_shown() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    Applicant::default().hand_off(&mut browser).await;
    let forge = |conn: &mut mizumado::db::Conn| {
        use diesel::RunQueryDsl;
        let sql = "update attempts set start_url = 'https://evil.example/start'";
        diesel::sql_query(sql)
            .execute(conn)
            .map_err(mizumado::db::DbError::from)
    };
    world.workspace.db.write(forge).await.unwrap();
    let page = browser.get("/apply/handoff").await;
    assert_eq!(page.status, 500);
    assert!(!page.has("evil.example"));
}
