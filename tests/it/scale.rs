//! Many applications at the console. The short form belongs to the suite and asserts that an export needs the memory of
//! a part of it; `make bench-console` (SCALE_ROWS, SCALE_ROUNDS) prints what every page and the export take.
use crate::{desk::Desk, harness::World, many};
use chrono::NaiveDateTime;
use diesel::{RunQueryDsl, connection::SimpleConnection};
use mizumado::accounts::Role;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// MiB that an export of any length may take; 20,000 applications with their sealed answers are more.
const MOST_MIB: f64 = 16.0;

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(otherwise)
}

/// MiB of a process: what it has, and the most it had.
fn memory(pid: &str) -> Option<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().trim_end_matches(" kB").parse::<f64>().ok()
    };
    Some((of("VmRSS:")? / 1024.0, of("VmHWM:")? / 1024.0))
}

/// Seconds, and the MiB that the memory of this process rose by meanwhile.
async fn export(desk: &mut Desk, approver: &mut Desk, query: &str) -> (usize, f64, f64) {
    let path = desk.export_agreed_to(approver, query).await;
    // From here on the highest mark is counted anew.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, began) = (memory("self").unwrap().0, Instant::now());
    let (status, lines) = desk.drain(&path).await;
    assert_eq!(status, 200);
    (
        lines - 1,
        began.elapsed().as_secs_f64(),
        memory("self").unwrap().1 - before,
    )
}

#[actix_web::test]
async fn many_applications_are_listed_searched_and_exported_at_constant_memory() {
    let (count, rounds) = (number("SCALE_ROWS", 20_000), number("SCALE_ROUNDS", 1));
    let wanted = std::env::var("SCALE_ENGINE").unwrap_or_default();
    for world in World::all_with_console().await {
        if !wanted.is_empty() && world.workspace.db.engine() != wanted {
            continue;
        }
        let began = Instant::now();
        let now = many::fill(&world, count).await;
        let engine = world.workspace.db.engine();
        println!(
            "\n{engine}: {count} applications, written in {:.0} s",
            began.elapsed().as_secs_f64()
        );
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let pages = pages(now, &mut clerk, count).await;
        println!("{:<52} {:>8} {:>8}", "page", "p50 ms", "p95 ms");
        for (name, path) in pages {
            let mut times = vec![];
            for _ in 0..rounds {
                let began = Instant::now();
                let status = clerk.once("GET", &path, None).await.status;
                times.push(began.elapsed());
                assert_eq!(status, 200, "{path}");
            }
            println!("{name:<52} {:>8.1} {:>8.1}", part(&mut times, 50), part(&mut times, 95));
        }
        at_once(&world, now, count, rounds).await;
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        // What every first export needs, such as connections, is nobody's growth.
        export(&mut clerk, &mut approver, "result=unknown").await;
        let (few, _, small) = export(&mut clerk, &mut approver, "period=month").await;
        let (all, seconds, large) = export(&mut clerk, &mut approver, "").await;
        println!("export: {few} rows +{small:.1} MiB; {all} rows +{large:.1} MiB in {seconds:.1} s");
        assert_eq!(all, count);
        assert!(few * 10 < all, "{few}");
        assert!(large < MOST_MIB, "{engine}: {large:.1} MiB for {all} rows");
        dump(&world).await;
        close(&world, now, &mut clerk).await;
        take_in_branches(&world).await;
    }
}

/// Clerks who look at the list at once, and what its pages and searches may take then (security.md: p99 at 8 clients).
const CLIENTS: usize = 8;
const MOST_MS: f64 = 100.0;

/// Opens every page of the list and of searches, each clerk from another one on.
async fn at_once(world: &World, now: NaiveDateTime, count: usize, rounds: usize) {
    let mut desks = vec![];
    for n in 0..CLIENTS {
        let mut desk = Desk::open(world, &format!("many{n}"), &[Role::Clerk]).await;
        let mut pages = pages(now, &mut desk, count).await;
        let first = n * pages.len() / CLIENTS;
        pages.rotate_left(first);
        desks.push((desk, pages));
    }
    let open = |(mut desk, pages): (Desk, Vec<(String, String)>)| async move {
        let mut times = vec![];
        for _ in 0..rounds.div_ceil(CLIENTS) {
            for (name, path) in &pages {
                let began = Instant::now();
                assert_eq!(desk.once("GET", path, None).await.status, 200, "{path}");
                times.push((name.clone(), began.elapsed()));
            }
        }
        times
    };
    let times = futures_util::future::join_all(desks.into_iter().map(open))
        .await
        .concat();
    let mut all: Vec<Duration> = times.iter().map(|(_, time)| *time).collect();
    let p99 = part(&mut all, 99);
    let verdict = if p99 <= MOST_MS { "PASS" } else { "OVER" };
    let (name, longest) = times.iter().max_by_key(|(_, time)| *time).unwrap();
    println!(
        "{CLIENTS} clients at once, {} pages: p50 {:.1} ms, p95 {:.1} ms, p99 {p99:.1} ms of {MOST_MS} ms: {verdict}; \
         the longest, {name}: {:.0} ms",
        all.len(),
        part(&mut all, 50),
        part(&mut all, 95),
        longest.as_secs_f64() * 1000.0
    );
}

/// Results of a very busy day.
const RESULTS: usize = 1_000;

/// A clerk closes a batch by hand and waits for the answer.
async fn close(world: &World, now: NaiveDateTime, clerk: &mut Desk) {
    let other = many::row(RESULTS, RESULTS, now).id;
    let delete = format!("delete from result_outbox where application_id >= '{other}'");
    world.write(move |conn| Ok(conn.batch_execute(&delete)?)).await;
    clerk.prove().await;
    let began = Instant::now();
    let page = clerk.ask_for(world, "/deliveries", &[]).await;
    assert!(
        page.status == 200 && page.path.starts_with("/deliveries/"),
        "{}",
        page.text()
    );
    println!(
        "a batch of some {RESULTS} results: {:.1} s",
        began.elapsed().as_secs_f64()
    );
}

/// A new table in which every branch of every institution has another name: it is taken in while the person waits.
async fn take_in_branches(world: &World) {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let sql = "select institution_code || ',' || code || ',' || name || '新,' || kana as line from branches";
    let lines: Vec<Line> = world.write(move |conn| Ok(diesel::sql_query(sql).load(conn)?)).await;
    let rows: String = lines.iter().map(|l| format!("{}\n", l.line)).collect();
    let table = format!("institution_code,branch_code,name,kana\n{rows}");
    let mut admin = Desk::open(world, "a1", &[Role::Administrator]).await;
    let began = Instant::now();
    let page = admin.upload("/institutions/imports", "file", table.as_bytes()).await;
    let (seen, path) = (began.elapsed(), format!("{}/application", page.path));
    let form = page.form_to(&path);
    admin.prove().await;
    let began = Instant::now();
    let page = admin.post_with(&path, &form, &[]).await;
    page.expect(&format!("変更{}件", lines.len()));
    println!(
        "a table of {} branches, all changed: looked at in {:.1} s, taken in in {:.1} s",
        lines.len(),
        seen.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
}

/// Milliseconds that so many of a hundred need at most.
fn part(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    times[(times.len() * percent).div_ceil(100).max(1) - 1].as_secs_f64() * 1000.0
}

/// What a clerk opens: its name, and its address.
async fn pages(now: NaiveDateTime, clerk: &mut Desk, count: usize) -> Vec<(String, String)> {
    let filters = [
        "",
        "period=today",
        "period=month",
        "result=registered",
        "result=running",
        "result=unknown",
        "institution=9900",
        "result=rejected&institution=9900",
        "result=unknown&institution=9900",
        "attention=1",
    ];
    let mut pages = vec![("home".to_owned(), "/".to_owned())];
    for order in ["", "oldest", "decided"] {
        for filter in filters {
            pages.push((
                format!("list {filter} {order}"),
                format!("/applications?{filter}&order={order}"),
            ));
        }
    }
    let second = clerk.get("/applications").await.link("次の50件").unwrap();
    pages.push(("list, second page".into(), second));
    let row = many::row(count - 7, count, now);
    let place = format!("after={}-{}", row.at.and_utc().timestamp_micros(), row.id);
    pages.push(("list, last page".into(), format!("/applications?{place}")));
    for typed in ["サ", "サトウ", "サトウ ハナコ", many::RARE.1, "090-0000-0000"] {
        let found = clerk.post("/applications/searches", &[("q", typed)]).await.path;
        pages.push((format!("search {typed}"), found.clone()));
        pages.push((format!("search {typed}, unknown"), format!("{found}&result=unknown")));
        pages.push((format!("search {typed}, decided"), format!("{found}&order=decided")));
    }
    let exact = clerk.post("/applications/searches", &[("q", &row.shown())]).await.path;
    assert_eq!(exact, format!("/applications/{}", row.id));
    pages.push(("detail of an exact number".into(), exact.clone()));
    pages.push((
        "detail in a list".into(),
        format!("{exact}?institution=9900&order=decided"),
    ));
    pages
}

const ROWS_OF_THE_FILE: &str = "select receipt_number, confirmed_at, institution_code, state, reason, decided_at \
                                from applications where confirmed_at is not null order by confirmed_at desc, id desc";

/// The engine's own tool writes the same rows: what it takes stands beside our export.
async fn dump(world: &World) {
    let file = world.dir.path().join("dump.csv");
    let mut command = match world.workspace.db.engine() {
        "sqlite" => {
            let mut sqlite = Command::new("sqlite3");
            sqlite.args(["-readonly", "-csv", "-header"]);
            sqlite.arg(world.dir.path().join("test.db")).arg(ROWS_OF_THE_FILE);
            sqlite
        }
        _ => {
            let copy = format!("\\copy ({ROWS_OF_THE_FILE}) to stdout csv header");
            let mut psql = Command::new("psql");
            psql.args(["-q", "-c", &copy, &world.workspace.settings.database]);
            psql
        }
    };
    let began = Instant::now();
    let Ok(mut child) = command
        .stdout(fs::File::create(&file).unwrap())
        .stderr(Stdio::null())
        .spawn()
    else {
        println!("the engine's own tool is not installed");
        return;
    };
    let (pid, mut most) = (child.id().to_string(), 0.0);
    let status = loop {
        most = memory(&pid).map_or(most, |(_, peak)| peak.max(most));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => actix_web::rt::time::sleep(Duration::from_millis(2)).await,
        }
    };
    println!(
        "the engine's own tool: {:.1} s, {most:.1} MiB",
        began.elapsed().as_secs_f64()
    );
    assert!(status.success() && lines(&file) > 1, "{status}");
}

fn lines(file: &Path) -> usize {
    fs::read_to_string(file).unwrap().lines().count()
}
