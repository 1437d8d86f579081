//! Claims of the whole module. A test moves its own clock.
mod damage;

use super::{files::Tail, *};
use chrono::{Duration, NaiveDate};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    sync::atomic::{AtomicI64, Ordering},
};

/// 2026-11-22 23:00 in Japan, and what is added to it.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn now(&self) -> Now {
        let minutes = self.0.clone();
        Arc::new(move || {
            let start = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(14, 0, 0);
            start.unwrap() + Duration::minutes(minutes.load(Ordering::SeqCst))
        })
    }
    fn add(&self, minutes: i64) {
        self.0.fetch_add(minutes, Ordering::SeqCst);
    }
}

const DAY: i64 = 24 * 60;
const FIRST: &str = "access.2026-11-22.jsonl";
const SECOND: &str = "access.2026-11-23.jsonl";

fn writer(folder: &Path, clock: &Clock) -> Writer {
    health_and_writer(folder, clock).1
}
fn health_and_writer(folder: &Path, clock: &Clock) -> (LogHealth, Writer) {
    let health = LogHealth::default();
    let writer = Writer::start(folder, Log::Access, clock.now(), health.of(Log::Access)).unwrap();
    (health, writer)
}
fn lines(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|n| format!("{{\"n\":{n}}}\n").into_bytes()).collect()
}
fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}
fn found(folder: &Path) -> Vec<Found> {
    check(folder).unwrap().findings().map(|f| f.found.clone()).collect()
}
fn seqs(folder: &Path) -> Option<(u64, u64)> {
    check(folder).unwrap().access.seqs
}

#[test]
fn numbers_go_on_over_days_and_restarts() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let folder = folder.path();
    let mut first = writer(folder, &clock);
    first.write(&lines(3));
    clock.add(60);
    first.write(&lines(2));
    first.stop();
    clock.add(DAY);
    let mut second = writer(folder, &clock);
    second.write(&lines(1));
    second.stop();
    assert_eq!(read(folder, FIRST).lines().count(), 4);
    assert_eq!(
        read(folder, SECOND),
        "{\"seq\":5,\"n\":0}\n{\"seq\":6,\"n\":1}\n\
         {\"seq\":7,\"log\":\"stopped\",\"timestamp\":\"2026-11-23T00:00:00.000000+09:00\"}\n"
    );
    let report = check(folder).unwrap();
    assert_eq!(report.findings().count(), 0);
    assert_eq!(
        (report.access.seqs, report.access.days, report.access.lines),
        (Some((1, 10)), 3, 10)
    );
    assert_eq!(closed(folder).unwrap(), [folder.join(FIRST), folder.join(SECOND)]);
}

#[test]
fn a_line_cut_anywhere_is_ended_told_and_never_glued_to_the_next() {
    for next_day in [false, true] {
        for cut in 0.. {
            let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
            let folder = folder.path();
            writer(folder, &clock).write(&lines(2));
            let whole = read(folder, FIRST);
            let last = whole.trim_end().rfind('\n').unwrap() + 1;
            if last + cut > whole.len() {
                break;
            }
            fs::write(folder.join(FIRST), &whole[..last + cut]).unwrap();
            let is_half = cut > 0 && last + cut < whole.len() - 1;
            assert_eq!(found(folder), if is_half { vec![Found::Unfinished] } else { vec![] });
            clock.add(if next_day { DAY } else { 0 });
            let mut again = writer(folder, &clock);
            again.write(&lines(2));
            again.stop();
            let expected = if is_half {
                vec![Found::Cut, Found::Killed]
            } else {
                vec![Found::Killed]
            };
            assert_eq!(found(folder), expected, "cut at {cut}");
            let kept = if last + cut < whole.len() - 1 { 2 } else { 3 };
            assert_eq!(seqs(folder), Some((1, kept + 4)), "cut at {cut}");
        }
    }
}

#[test]
fn a_killed_run_is_told_and_a_stopped_one_is_not() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    writer(folder.path(), &clock).stop();
    writer(folder.path(), &clock);
    assert_eq!(found(folder.path()), []);
    writer(folder.path(), &clock);
    assert_eq!(found(folder.path()), [Found::Killed]);
}

#[test]
fn a_clock_that_jumps_keeps_the_order_of_lines() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let folder = folder.path();
    let (health, mut log) = health_and_writer(folder, &clock);
    assert!(!health.clock_is_behind());
    for days in [0, 40, -41, 1, -30, 29, 2] {
        clock.add(days * DAY);
        log.write(&lines(5));
    }
    log.stop();
    clock.add(-100 * DAY);
    let (later, mut log) = health_and_writer(folder, &clock);
    log.write(&lines(5));
    log.stop();
    // Its lines hold no times but the log's own two.
    assert_eq!(found(folder), [Found::ClockBack(100 * DAY * 60)]);
    assert_eq!(seqs(folder), Some((1, 44)));
    let days: Vec<_> = Log::Access
        .days(folder)
        .unwrap()
        .into_keys()
        .map(|d| d.to_string())
        .collect();
    assert_eq!(days, ["2026-11-22", "2027-01-01"]);
    assert!(later.clock_is_behind());
    clock.add(200 * DAY);
    log.write(&lines(1));
    assert!(!later.clock_is_behind());
}

#[test]
fn a_full_disk_is_seen_at_once_and_told_in_the_log_when_it_is_over() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let folder = folder.path();
    let (health, mut log) = health_and_writer(folder, &clock);
    log.write(&lines(2));
    clock.add(DAY);
    symlink("/dev/full", folder.join(SECOND)).unwrap();
    log.write(&lines(3));
    log.write(&lines(4));
    assert!(health.is_failing());
    assert_eq!(health.lost(), 7);
    assert!(health.last_error().unwrap().contains("No space left on device"));
    fs::remove_file(folder.join(SECOND)).unwrap();
    log.write(&lines(1));
    assert!(!health.is_failing());
    assert_eq!(health.lost(), 7);
    let second = read(folder, SECOND);
    assert!(second.starts_with("{\"seq\":4,\"lost\":7,\"error\":\"No space left on device (os error 28)\","));
    assert!(second.ends_with("\n{\"seq\":5,\"n\":0}\n"));
    assert_eq!(found(folder), [Found::Lost(7)]);
    assert_eq!(check(folder).unwrap().unexplained().count(), 0);
}

/// A mounted file system of a few kibibytes.
struct Tiny(tempfile::TempDir);

impl Tiny {
    /// `None` where this process may mount nothing.
    fn mount() -> Option<Self> {
        let tiny = Tiny(tempfile::tempdir().unwrap());
        let mount = ["-t", "tmpfs", "-o", "size=64k", "none"];
        let done = std::process::Command::new("mount")
            .args(mount)
            .arg(tiny.0.path())
            .status();
        done.is_ok_and(|status| status.success()).then_some(tiny)
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_fills_in_the_middle_of_a_batch_keeps_whole_lines_and_counts_the_others() {
    let (Some(tiny), clock) = (Tiny::mount(), Clock::default()) else {
        eprintln!("not root: no file system of its own can be mounted");
        return;
    };
    let folder = tiny.0.path();
    let (health, mut log) = health_and_writer(folder, &clock);
    for round in 0..30 {
        // A page and a bit is left, so that batches end in the middle of a line.
        fs::write(folder.join("ballast"), vec![1; 30_000 + 1_000 * (round % 7)]).unwrap_or(());
        log.write(&lines(300));
        log.write(&lines(1));
        assert!(read(folder, FIRST).ends_with("}\n"), "no half line stays");
        fs::remove_file(folder.join("ballast")).unwrap();
        log.write(&lines(1));
    }
    assert!(health.is_failing(), "full at last");
    // Room again: the old day is moved away, as an operator would.
    let kept = Tail::read(&folder.join(FIRST)).unwrap().last.unwrap().seq;
    let told: u64 = check(folder)
        .unwrap()
        .findings()
        .map(|f| if let Found::Lost(n) = f.found { n } else { 0 })
        .sum();
    let marks = check(folder).unwrap().findings().count() as u64;
    assert_eq!(check(folder).unwrap().unexplained().count(), 0);
    clock.add(DAY);
    fs::remove_file(folder.join(FIRST)).unwrap();
    log.write(&lines(1));
    assert!(!health.is_failing());
    let rest = health.lost() - told;
    assert!(read(folder, SECOND).starts_with(&format!("{{\"seq\":{},\"lost\":{rest},", kept + 1)));
    // Nothing else: the lines kept (without the log's own) and the lines lost are the lines sent.
    assert_eq!(kept - 1 - marks + health.lost(), 30 * 302);
}

#[test]
fn a_file_taken_away_under_the_writer_leaves_a_gap_that_is_found() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let folder = folder.path();
    let mut log = writer(folder, &clock);
    clock.add(DAY);
    log.write(&lines(3));
    fs::remove_file(folder.join(SECOND)).unwrap();
    log.write(&lines(1));
    clock.add(2 * DAY);
    log.write(&lines(2));
    log.stop();
    assert_eq!(found(folder), [Found::Gap(2, 4)]);
    fs::remove_file(folder.join(SECOND)).unwrap();
    let report = check(folder).unwrap();
    let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
    let (days, seqs) = ((day(23), day(24)), (2, 5));
    assert_eq!(report.access.findings[0].found, Found::MissingDays { days, seqs });
    assert_eq!(
        report.access.findings[0].to_string(),
        "access.2026-11-25.jsonl:1: lines 2 to 5 are missing, and there is no file from 2026-11-23 to 2026-11-24"
    );
}

#[test]
fn half_a_line_left_while_the_writer_runs_is_ended_and_told() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let folder = folder.path();
    let mut log = writer(folder, &clock);
    log.write(&lines(1));
    let left = read(folder, FIRST) + "{\"seq\":3,\"n";
    fs::write(folder.join(FIRST), &left).unwrap();
    log.write(&lines(1));
    assert!(read(folder, FIRST).starts_with(&format!("{left}\n{{\"seq\":3,\"cut\":true,")));
    assert_eq!(found(folder), [Found::Cut]);
    assert_eq!(seqs(folder), Some((1, 4)));
}

#[test]
fn a_disk_that_hangs_holds_one_request_for_a_second_and_the_others_not_at_all() {
    let (folder, clock, health) = (tempfile::tempdir().unwrap(), Clock::default(), LogHealth::default());
    // Nobody takes from this queue yet.
    let queue = Queue::new(Log::Access, health.of(Log::Access), 20);
    let began = std::time::Instant::now();
    for line in lines(100) {
        queue.push(&line);
    }
    assert!(began.elapsed() < 2 * queue::PATIENCE);
    assert!(health.is_failing());
    let lost = health.lost();
    assert!(lost > 90, "{lost}");
    let log = Writer::start(folder.path(), Log::Access, clock.now(), health.of(Log::Access)).unwrap();
    queue.work(log).unwrap();
    queue.close();
    assert!(!health.is_failing());
    assert_eq!(found(folder.path()), [Found::Lost(lost)]);
    assert_eq!(seqs(folder.path()), Some((1, 100 - lost + 2)));
}

#[test]
fn eight_threads_write_eight_thousand_lines_in_order_without_a_gap() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let (log, guard) = prepare(Some(folder.path()), clock.now(), "info").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (log, clock) = (log.clone(), clock.clone());
            scope.spawn(move || {
                tracing::dispatcher::with_default(&log, || {
                    for n in 0..1_000 {
                        tracing::info!(target: "access", thread, n, "request");
                        clock.add(i64::from(n == 500) * 200);
                    }
                });
            });
        }
    });
    drop(guard);
    let report = check(folder.path()).unwrap();
    // The clock jumps between two lines of other threads; that alone may be told.
    assert_eq!(report.unexplained().count(), 0);
    assert_eq!((report.access.seqs, report.access.lines), (Some((1, 8_002)), 8_002));
    let mut by_thread = BTreeMap::<u64, Vec<u64>>::new();
    for path in Log::Access.days(folder.path()).unwrap().into_values() {
        for line in fs::read_to_string(path).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(thread) = line["fields"]["thread"].as_u64() {
                by_thread
                    .entry(thread)
                    .or_default()
                    .push(line["fields"]["n"].as_u64().unwrap());
            }
        }
    }
    assert_eq!(by_thread.len(), 8);
    assert!(by_thread.into_values().all(|numbers| numbers.into_iter().eq(0..1_000)));
}

#[test]
fn the_filter_quiets_the_application_log_and_never_the_access_log() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let (log, guard) = prepare(Some(folder.path()), clock.now(), "error").unwrap();
    tracing::dispatcher::with_default(&log, || {
        tracing::info!(target: "access", route = "/apply", lost = 5, "request\n{{\"seq\":1}}");
        tracing::error!(target: "access", route = "/apply", "request");
        tracing::info!("quiet");
        tracing::error!("loud");
    });
    drop(guard);
    assert_eq!(found(folder.path()), [], "no field can pass for the log's own words");
    let access = read(folder.path(), FIRST);
    assert_eq!(
        access.lines().nth(1).unwrap(),
        "{\"seq\":2,\"timestamp\":\"2026-11-22T23:00:00.000000+09:00\",\"level\":\"INFO\",\"fields\":\
         {\"message\":\"request\\n{\\\"seq\\\":1}\",\"route\":\"/apply\",\"lost\":5},\"target\":\"access\"}"
    );
    let application = read(folder.path(), "application.2026-11-22.jsonl");
    assert!(application.contains("loud") && !application.contains("quiet") && !application.contains("/apply"));
}

#[test]
fn a_folder_has_one_writer_and_a_wrong_filter_is_said() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let begin = |filter| prepare(Some(folder.path()), clock.now(), filter).map(|(_, guard)| guard);
    assert!(matches!(begin("a=b=c"), Err(StartError::Filter(_))));
    let guard = begin("info").unwrap();
    assert!(matches!(begin("info"), Err(StartError::InUse(_))));
    assert_eq!((guard.health().lost(), guard.health().last_error()), (0, None));
    drop(guard);
    assert!(begin("info").is_ok());
}

#[test]
fn lines_added_behind_a_digest_are_no_change() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let mut log = writer(folder.path(), &clock);
    let early = digest(&folder.path().join(FIRST)).unwrap();
    assert_eq!((early.first, early.last), (Some(1), Some(1)));
    log.write(&lines(3));
    assert_eq!(compare(folder.path(), &[early]).unwrap(), []);
}
