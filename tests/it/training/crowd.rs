//! Many who learn at once. The short form belongs to the suite; `make bench-training` (TRAINING_CLASSES, TRAINING_SEATS,
//! TRAINING_ROUNDS) prints what making, resetting and every page take beside the real console, and whether that is within
//! the limits; a busy machine fails no test.
use super::{be, class, come_in, one};
use crate::{applicant::Applicant, applications::registered, browser::Browser, desk::Desk, harness::World};
use mizumado::{accounts::Role, training::Class};
use std::time::{Duration, Instant};

fn number(name: &str, otherwise: usize) -> usize {
    let set = std::env::var(name).ok().and_then(|value| value.parse().ok());
    set.unwrap_or(otherwise)
}

/// Milliseconds that 95 of a hundred need at most.
fn p95(times: &mut [Duration]) -> f64 {
    times.sort();
    times[(times.len() * 95).div_ceil(100).max(1) - 1].as_secs_f64() * 1000.0
}

const PAGES: [&str; 5] = ["/", "/applications", "/inquiries", "/deliveries", "/institutions"];

async fn walk(browser: &mut Browser, rounds: usize) -> Vec<Duration> {
    let mut times = vec![];
    for path in PAGES.iter().cycle().take(PAGES.len() * rounds) {
        let began = Instant::now();
        assert_eq!(browser.get(path).await.status, 200, "{path}");
        times.push(began.elapsed());
    }
    times
}

/// Limits (docs/BENCH.md): of the slowest making and reset in seconds, and of the pages in times of the real console's p95.
const MAKING: f64 = 2.0;
const RESET: f64 = 1.0;
const PAGES_TIMES: f64 = 2.0;

/// One line for each limit.
fn judged(what: &str, is: f64, limit: f64, unit: &str) -> String {
    let word = if is <= limit { "PASS" } else { "OVER" };
    format!("{word} {what}: {is:.2} {unit} (limit {limit:.2})")
}

fn slowest(times: &[Duration]) -> f64 {
    times.iter().max().map_or(0.0, Duration::as_secs_f64)
}

#[test]
fn what_is_over_a_limit_is_said_to_be_over() {
    assert_eq!(judged("reset", 0.5, RESET, "s"), "PASS reset: 0.50 s (limit 1.00)");
    assert_eq!(judged("reset", 1.01, RESET, "s"), "OVER reset: 1.01 s (limit 1.00)");
}

/// What one reset of every desk of a class takes, one after another, and all of them together.
async fn reset_all(world: &World, class: &Class) -> (Vec<Duration>, Duration) {
    let (began, mut each) = (Instant::now(), vec![]);
    for desk in &class.desks {
        let one = Instant::now();
        world.school().reset(&class.id, &desk.id, "研修 花子").await.unwrap();
        each.push(one.elapsed());
    }
    (each, began.elapsed())
}

#[actix_web::test]
async fn many_learn_at_once_each_at_a_desk_of_their_own() {
    let (classes, seats) = (number("TRAINING_CLASSES", 2), number("TRAINING_SEATS", 2));
    let rounds = number("TRAINING_ROUNDS", 2);
    let world = one().await;
    registered(&world, &Applicant::default()).await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let mut alone = walk(&mut clerk.browser, rounds * 4).await;
    let mut clerks = vec![clerk];
    for n in 2..=classes * seats {
        clerks.push(Desk::open(&world, &format!("c{n}"), &[Role::Clerk]).await);
    }
    let walks = clerks.iter_mut().map(|clerk| walk(&mut clerk.browser, rounds));
    let mut real: Vec<Duration> = futures_util::future::join_all(walks).await.concat();
    let (mut making, mut learners, mut last) = (vec![], vec![], None);
    for _ in 0..classes {
        let began = Instant::now();
        let made = class(&world, u32::try_from(seats).unwrap()).await;
        making.push(began.elapsed());
        for seat in 1..=seats {
            let mut learner = come_in(&world, &made, &seat.to_string(), "山本 一郎").await;
            be(&mut learner, "mado").await;
            learners.push(learner);
        }
        last = Some(made);
    }
    let walks = learners.iter_mut().map(|learner| walk(learner, rounds));
    let mut practice: Vec<Duration> = futures_util::future::join_all(walks).await.concat();
    let made = last.unwrap();
    let (resets, together) = reset_all(&world, &made).await;
    println!(
        "{classes} classes of {seats}: all {} desks of one were reset in {:.2} s",
        resets.len(),
        together.as_secs_f64()
    );
    let (real, practice) = (p95(&mut real), p95(&mut practice));
    println!(
        "pages p95: the real console {:.1} ms (one clerk), {real:.1} ms ({} clerks at once), practice {practice:.1} ms (as many at once)",
        p95(&mut alone),
        clerks.len(),
    );
    println!("{}", judged("making (slowest)", slowest(&making), MAKING, "s"));
    println!("{}", judged("reset (slowest)", slowest(&resets), RESET, "s"));
    println!(
        "{}",
        judged("pages p95, practice beside real", practice / real, PAGES_TIMES, "times")
    );
    // Each has a desk of their own: what one writes is nobody else's.
    let case = made.desks[0].cases["caller"].id.clone();
    be(&mut learners[0], "mado").await;
    let note = [("body", "わたしだけのメモ")];
    learners[0].post(&format!("/applications/{case}/notes"), &note).await;
    for learner in &mut learners[1..] {
        assert!(
            !learner
                .get(&format!("/applications/{case}"))
                .await
                .has("わたしだけのメモ")
        );
    }
}
