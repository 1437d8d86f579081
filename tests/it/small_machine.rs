//! A small machine and hostile clients (S16), and stopping politely (R8).
use crate::{
    applicant::{Applicant, HandedOff},
    browser::Browser,
    chaos::apply,
    harness::World,
    served::{Place, start_gateway},
};
use mizumado::{
    clock::Clock,
    db::{Conn, DbError},
};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

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
        let read = |conn: &mut Conn| {
            let sql = "select count(*) as n from applications where receipt_number is not null";
            diesel::RunQueryDsl::get_result::<Count>(diesel::sql_query(sql), conn).map_err(DbError::from)
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

/// A write that is under way until it is let go.
async fn hold_the_writer(world: &World) -> std::sync::mpsc::Sender<()> {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (began, begun) = tokio::sync::oneshot::channel();
    let db = world.workspace.db.clone();
    actix_web::rt::spawn(async move {
        db.write(move |_: &mut Conn| {
            let _ = began.send(());
            let _ = held.recv();
            Ok::<_, DbError>(())
        })
        .await
    });
    begun.await.unwrap();
    hold
}

/// Puts so many writes into the queue.
fn queue_up(world: &World, count: usize) {
    for _ in 0..count {
        let write = world.workspace.db.write(|_: &mut Conn| Ok::<_, DbError>(()));
        let mut write = Box::pin(write);
        // The first poll queues it.
        assert!(futures_util::FutureExt::now_or_never(&mut write).is_none());
    }
}

/// What was queued is written: a write that was taken waits for those before it.
async fn until_drained(world: &World) {
    let began = Instant::now();
    while world
        .workspace
        .db
        .write(|_: &mut Conn| Ok::<_, DbError>(()))
        .await
        .is_err()
    {
        assert!(began.elapsed().as_secs() < 30, "the queue is written in the end");
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_full_queue_says_when_to_come_back_and_a_reload_goes_on() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    let check = Applicant::default().fill(&mut browser).await;
    let mut other = Browser::new(&world.url);
    let start = other.get("/").await;
    let hold = hold_the_writer(&world).await;
    queue_up(&world, 512);
    let began = Instant::now();
    let busy = browser.submit(&check, &[]).await;
    let took = began.elapsed();
    assert_eq!(busy.status, 503, "{}", busy.text());
    assert_eq!(busy.headers["retry-after"], "60");
    busy.expect("ただいま混み合っています")
        .expect("まだ受け付けていません")
        .expect("再読み込み");
    // Who begins now hears the same; who only reads is served.
    let refused = other.submit(&start, &[]).await;
    assert!([200, 503].contains(&refused.status), "{}", refused.text());
    for path in ["/", "/receipt", "/availability"] {
        assert_eq!(other.get(path).await.status, 200, "{path}");
    }
    hold.send(()).unwrap();
    until_drained(&world).await;
    // A browser's reload sends the same form again.
    let left = HandedOff::from(browser.submit(&check, &[]).await);
    let all = "select count(*) as n from applications where receipt_number is not null";
    assert_eq!(world.count(all).await, 1, "{}", left.receipt_number);
    println!("a full queue answered 503 after {:.1} ms", took.as_secs_f64() * 1000.0);
}
