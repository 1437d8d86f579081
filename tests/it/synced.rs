//! The promise rests on SQLite's sync at each commit (R1): the program's own calls are counted, so that no change of a
//! setting goes by unseen. What a power cut leaves is the subject of `tests/power-loss`.
use crate::{
    chaos::apply,
    served::{Place, Program, start_gateway},
};
use mizumado::clock::Clock;
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mizumado");
const APPLICATIONS: u64 = 6;
/// Seven steps and the check page, each answered after its commit.
const WRITES: u64 = APPLICATIONS * 8;

/// Syncs of the log of the database while one applicant after another applies: no two writes share a commit.
async fn syncs_of(program: &Path) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let place = Place::new("sqlite:synced.db", &gateway, "", "");
    let trace = place.path("trace");
    let mut command = Command::new("strace");
    // `-D`: the program is our child, and strace looks on from aside.
    command.args(["-D", "-f", "-y", "-e", "trace=fdatasync,fsync", "-o"]);
    command.arg(&trace).arg(program);
    let running = Program::start_by(&mut command, place.dir.path(), &place.url);
    let synced = || {
        let calls = std::fs::read_to_string(&trace).unwrap();
        // A call that another thread cuts into stands on two lines.
        let ours = calls.lines().filter(|line| line.contains("synced.db-wal>"));
        ours.filter(|line| !line.contains("resumed>")).count() as u64
    };
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let before = synced();
    for number in 1..=APPLICATIONS {
        apply(&http, &place.url, number).await.unwrap();
    }
    let during = synced() - before;
    assert_eq!(running.stop(), Some(0));
    during
}

/// The program with another mode of SQLite, as a careless change would have it.
fn changed(folder: &Path, mode: &str) -> PathBuf {
    let (full, other) = ("synchronous = FULL;", format!("synchronous = {mode:<4};"));
    let mut program = std::fs::read(PROGRAM).unwrap();
    let found: Vec<usize> = program
        .windows(full.len())
        .enumerate()
        .filter(|(_, w)| *w == full.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert_eq!(found.len(), 1, "the setting stands once in the program");
    program[found[0]..found[0] + full.len()].copy_from_slice(other.as_bytes());
    let path = folder.join("mizumado");
    std::fs::write(&path, program).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

#[actix_web::test]
async fn every_commit_is_synced_before_it_is_answered() {
    let synced = syncs_of(Path::new(PROGRAM)).await;
    println!("{WRITES} writes one after another: {synced} syncs of the log");
    assert!(synced >= WRITES, "{synced} syncs for {WRITES} writes");
}

#[actix_web::test]
async fn a_silent_change_of_the_mode_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    for mode in ["1", "OFF"] {
        let synced = syncs_of(&changed(folder.path(), mode)).await;
        println!("synchronous = {mode}: {WRITES} writes, {synced} syncs of the log");
        assert!(synced < WRITES, "{mode}: {synced} syncs");
    }
}
