//! Many who learn at once. The short form belongs to the suite; `make bench-training` (TRAINING_CLASSES, TRAINING_SEATS,
//! TRAINING_ROUNDS) prints what making, resetting and every page take beside the real console.
use super::{be, class, come_in, one};
use crate::{applicant::Applicant, applications::registered, browser::Browser, desk::Desk};
use mizumado::accounts::Role;
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
    let began = Instant::now();
    world
        .school()
        .reset(&made.id, &made.desks[0].id, "研修 花子")
        .await
        .unwrap();
    let reset = began.elapsed();
    println!(
        "{classes} classes of {seats}: making {:.2} s (slowest), reset {:.2} s",
        making.iter().max().unwrap().as_secs_f64(),
        reset.as_secs_f64()
    );
    println!(
        "pages p95: the real console {:.1} ms (one clerk), {:.1} ms ({} clerks at once), practice {:.1} ms (as many at once)",
        p95(&mut alone),
        p95(&mut real),
        clerks.len(),
        p95(&mut practice)
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
