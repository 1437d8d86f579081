//! A small machine and hostile clients (S16), broken dependencies (R7), and stopping politely (R8).
use crate::{
    applicant::Applicant,
    browser::Browser,
    chaos::apply,
    harness::{Wish, World},
    served::{Place, start_gateway},
};
use mizumado::clock::Clock;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

/// How a dependency is broken.
#[derive(Clone, Copy, Debug)]
enum Broken {
    Refused,
    Silent,
    /// A byte a second.
    Trickle,
    Reset,
}

const ALL: [Broken; 4] = [Broken::Refused, Broken::Silent, Broken::Trickle, Broken::Reset];

/// A server that is broken in this way; gives its address. Its threads end with the connections.
fn broken(how: Broken) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    if matches!(how, Broken::Refused) {
        return address;
    }
    std::thread::spawn(move || {
        for stream in listener.incoming().take(50).flatten() {
            std::thread::spawn(move || misbehave(stream, how));
        }
    });
    address
}

fn misbehave(mut stream: TcpStream, how: Broken) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(40)));
    match how {
        Broken::Refused => {}
        // Until the other side gives up.
        Broken::Silent => while stream.read(&mut [0; 1024]).is_ok_and(|n| n > 0) {},
        Broken::Trickle => {
            let _ = stream.read(&mut [0; 1024]);
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"
                .iter()
                .cycle()
                .take(40)
            {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                // What is played here is slowness itself.
                std::thread::park_timeout(Duration::from_secs(1));
            }
        }
        Broken::Reset => {
            let _ = stream.read(&mut [0; 16]);
            // Unread bytes at the close make it a reset.
        }
    }
}

#[actix_web::test]
async fn a_broken_gateway_leaves_an_honest_page_and_a_kept_application() {
    for how in ALL {
        let wish = Wish {
            endpoint: Some(format!("http://{}/api", broken(how))),
            ..Wish::default()
        };
        let world = World::sqlite_with(wish).await;
        let mut browser = Browser::new(&world.url);
        let check = Applicant::default().fill(&mut browser).await;
        let began = Instant::now();
        let page = browser.submit(&check, &[]).await;
        let took = began.elapsed();
        page.expect("いまは").expect("進めません").expect("もう一度試す");
        assert_eq!(
            page.first(".receipt-number").len(),
            11,
            "{how:?}: the receipt number is there"
        );
        let other = Browser::new(&world.url).get("/").await;
        assert_eq!(other.status, 200, "{how:?}: others go on");
        let kept = "select count(*) as n from applications where state = 'at_institution'";
        assert_eq!(world.count(kept).await, 1, "{how:?}: nothing half done");
        println!("gateway {how:?}: the page came after {:.1} s", took.as_secs_f64());
    }
}

#[actix_web::test]
async fn a_broken_mail_server_keeps_nobody_waiting_and_loses_no_mail() {
    futures_util::future::join_all(ALL.into_iter().map(mail_server_that_is)).await;
}

/// The send fails after its time at the latest, the form goes on meanwhile, and the mail is still there.
async fn mail_server_that_is(how: Broken) {
    let wish = Wish {
        mail: Some(format!("transport = \"smtp\"\nsmtp_url = \"smtp://{}\"", broken(how))),
        ..Wish::default()
    };
    let world = World::sqlite_with(wish).await;
    let mut browser = Browser::new(&world.url);
    Applicant::default().hand_off(&mut browser).await;
    // The job meets the broken server; the form does not.
    let (jobs, began) = (
        actix_web::rt::spawn(mizumado::app::runner(&world.workspace).run()),
        Instant::now(),
    );
    let page = Browser::new(&world.url).get("/").await;
    assert_eq!(page.status, 200, "{how:?}");
    // Taken is not sent: the try must have come to its end.
    let failed = "select count(*) as n from jobs where kind = 'mail.send' and last_error is not null";
    while world.count(failed).await == 0 {
        let _ = tokio::time::timeout(Duration::from_millis(50), world.workspace.jobs.notified()).await;
    }
    println!(
        "mail server {how:?}: given up after {:.1} s",
        began.elapsed().as_secs_f64()
    );
    jobs.abort();
    let waiting = "select count(*) as n from mails where sent_at is null";
    assert_eq!(world.count(waiting).await, 1, "{how:?}: the mail waits");
}

/// Sends `first`, then waits for the end of the connection; gives what came and how long it took.
fn knock(url: &str, first: &[u8]) -> (String, Duration) {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream.write_all(first).unwrap();
    let (began, mut answer) = (Instant::now(), vec![]);
    let _ = stream.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

#[actix_web::test]
async fn a_header_that_does_not_end_and_a_body_that_does_not_come_are_cut() {
    let world = World::sqlite().await;
    let url = world.url.clone();
    let header = tokio::task::spawn_blocking(move || knock(&url, b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: "))
        .await
        .unwrap();
    assert!(header.0.starts_with("HTTP/1.1 408"), "{}", header.0);
    let url = world.url.clone();
    let body = b"POST /apply/terms HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\nagree=";
    let body = tokio::task::spawn_blocking(move || knock(&url, body)).await.unwrap();
    assert!(body.0.starts_with("HTTP/1.1 408"), "{}", body.0);
    println!(
        "a slow header was cut after {:.1} s, a slow body after {:.1} s",
        header.1.as_secs_f64(),
        body.1.as_secs_f64()
    );
}

#[actix_web::test]
async fn two_thousand_idle_connections_keep_nobody_out() {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let all = rustix::process::Rlimit {
        current: files.maximum,
        ..files
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, all).unwrap();
    // A machine that lets nobody have so many files gives as many as it can.
    let most = files.maximum.map_or(2000, |n| usize::try_from(n).unwrap_or(2000));
    let count = most.saturating_sub(200).min(2000);
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", "");
    let program = place.serve();
    let address: std::net::SocketAddr = place.url.trim_start_matches("http://").parse().unwrap();
    let patience = Duration::from_secs(5);
    let connect = move || {
        (0..count)
            .map(|_| TcpStream::connect_timeout(&address, patience))
            .collect::<Vec<_>>()
    };
    let idle = tokio::task::spawn_blocking(connect).await.unwrap();
    assert_eq!(idle.iter().filter(|c| c.is_ok()).count(), count);
    let mut browser = Browser::new(&place.url);
    let mut times = vec![];
    for _ in 0..20 {
        let began = Instant::now();
        assert_eq!(browser.get("/").await.status, 200);
        times.push(began.elapsed());
    }
    times.sort();
    println!(
        "with {count} idle connections: median {:?}, slowest of 20 {:?}",
        times[10], times[19]
    );
    drop(idle);
    assert_eq!(program.stop(), Some(0));
}

#[actix_web::test]
async fn a_polite_stop_lets_the_running_requests_end() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let slow = serde_json::json!([{ "fault": "slow", "at": "create", "ms": 1500 }]);
    let told = reqwest::Client::new()
        .put(format!("{gateway}/control/faults"))
        .body(slow.to_string())
        .send()
        .await;
    assert_eq!(told.unwrap().status(), 200);
    let place = Place::new("sqlite:live.db", &gateway, "", "");
    let program = place.serve();
    let world = place.world(Clock::system());
    let url = place.url.clone();
    let applying = actix_web::rt::spawn(async move {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        // The last page may meet the end; the request that was running must not.
        let _ = apply(&http, &url, 1).await;
    });
    let confirmed = move || {
        let read = |conn: &mut mizumado::db::Conn| {
            let sql = "select count(*) as n from applications where receipt_number is not null";
            diesel::RunQueryDsl::get_result::<Count>(diesel::sql_query(sql), conn).map_err(mizumado::db::DbError::from)
        };
        let db = world.db.clone();
        async move { db.read(read).await.unwrap().n }
    };
    while confirmed().await == 0 {
        tokio::task::yield_now().await;
    }
    let stopped = tokio::task::spawn_blocking(move || program.stop()).await.unwrap();
    assert_eq!(stopped, Some(0));
    applying.await.unwrap();
    let text = reqwest::get(format!("{gateway}/control/ledger"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(text.lines().count(), 1, "the hand-off that was under way was finished");
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}
