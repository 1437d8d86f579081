//! Many who learn at once. The short form belongs to the suite; `make bench-training` (TRAINING_CLASSES, TRAINING_SEATS,
//! TRAINING_ROUNDS) prints what making, resetting and every page take beside the real console, and whether that is within
//! the limits; a busy machine fails no test.
use super::{be, class, come_in, left::seated, one};
use crate::{browser::Browser, desk::Desk, harness::World, many};
use diesel::{QueryableByName, RunQueryDsl, sql_types::BigInt};
use mizumado::{accounts::Role, db::Conn, training::Class, web::Error};
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

/// Of the staff's console.
const PAGES: [&str; 5] = ["/", "/applications", "/inquiries", "/deliveries", "/institutions"];
/// Where who learns begins, and an exercise.
const ROOM: [&str; 2] = ["/training/", "/training/exercises/find-application"];
/// Of the public form: its door and its first step.
const FORM: [&str; 2] = ["/", "/apply/terms"];

async fn walk(browser: &mut Browser, pages: &[&str], rounds: usize) -> Vec<Duration> {
    let mut times = vec![];
    for path in pages.iter().cycle().take(pages.len() * rounds) {
        let began = Instant::now();
        assert_eq!(browser.get(path).await.status, 200, "{path}");
        times.push(began.elapsed());
    }
    times
}

/// All of them at once, each in a row of their own.
async fn all_walk(browsers: impl Iterator<Item = &mut Browser>, pages: &[&str], rounds: usize) -> Vec<Duration> {
    let walks = browsers.map(|browser| walk(browser, pages, rounds));
    futures_util::future::join_all(walks).await.concat()
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

/// One line for each page, of times in the order of [`all_walk`]: the median and p95, at the real one and at the desks.
fn print_each(pages: &[&str], real: &[Duration], practice: &[Duration]) {
    for (n, page) in pages.iter().enumerate() {
        let of = |times: &[Duration]| {
            let mut own: Vec<_> = times.iter().skip(n).step_by(pages.len()).copied().collect();
            let p95 = p95(&mut own);
            (own[own.len() / 2].as_secs_f64() * 1000.0, p95)
        };
        let ((real_p50, real_p95), (p50, p95)) = (of(real), of(practice));
        println!("{page}: real {real_p50:.1} / {real_p95:.1} ms, practice {p50:.1} / {p95:.1} ms (p50 / p95)");
    }
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

/// Makes classes one after another and fills their seats: what each making took, who learns, and the last class.
async fn make_all(world: &World, classes: usize, seats: usize) -> (Vec<Duration>, Vec<Browser>, Class) {
    let (mut making, mut learners, mut last) = (vec![], vec![], None);
    for _ in 0..classes {
        let began = Instant::now();
        let made = class(world, u32::try_from(seats).unwrap()).await;
        making.push(began.elapsed());
        for seat in 1..=seats {
            let mut learner = come_in(world, &made, &seat.to_string(), "山本 一郎").await;
            be(&mut learner, "mado").await;
            learners.push(learner);
        }
        last = Some(made);
    }
    (making, learners, last.unwrap())
}

/// The real database gets as many applications as a desk has: a page takes what it shows, here as there.
async fn fill_like(world: &World, class: &Class) {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let sql = "select count(*) as n from applications where confirmed_at is not null";
    let read = move |conn: &mut Conn| Ok::<_, Error>(diesel::sql_query(sql).get_result::<Count>(conn)?);
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let count = desk.workspace.db.read(read).await.unwrap().n;
    println!("applications at a desk, and in the real database: {count}");
    assert!(count > 50, "{count}: a page of the list is full");
    many::fill(world, usize::try_from(count).unwrap()).await;
}

#[actix_web::test]
async fn many_learn_at_once_each_at_a_desk_of_their_own() {
    let (classes, seats) = (number("TRAINING_CLASSES", 2), number("TRAINING_SEATS", 2));
    let rounds = number("TRAINING_ROUNDS", 2);
    let world = one().await;
    let (making, mut learners, made) = make_all(&world, classes, seats).await;
    fill_like(&world, &made).await;
    let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let mut alone = walk(&mut clerk.browser, &PAGES, rounds * 4).await;
    let mut clerks = vec![clerk];
    for n in 2..=classes * seats {
        clerks.push(Desk::open(&world, &format!("c{n}"), &[Role::Clerk]).await);
    }
    let mut real = all_walk(clerks.iter_mut().map(|clerk| &mut clerk.browser), &PAGES, rounds).await;
    let mut citizens = vec![Browser::new(&world.url); clerks.len()];
    let mut real_form = all_walk(citizens.iter_mut(), &FORM, rounds).await;
    let mut practice = all_walk(learners.iter_mut(), &PAGES, rounds).await;
    let mut in_room = all_walk(learners.iter_mut(), &ROOM, rounds).await;
    let face = &world.school().addresses().public;
    let mut citizens: Vec<Browser> = learners.iter().map(|learner| seated(face, learner)).collect();
    let mut form = all_walk(citizens.iter_mut(), &FORM, rounds).await;
    let (resets, together) = reset_all(&world, &made).await;
    println!(
        "{classes} classes of {seats}: all {} desks of one were reset in {:.2} s",
        resets.len(),
        together.as_secs_f64()
    );
    print_each(&PAGES, &real, &practice);
    print_each(&FORM, &real_form, &form);
    let (real, practice) = (p95(&mut real), p95(&mut practice));
    println!(
        "pages p95: the real console {:.1} ms (one clerk), {real:.1} ms ({} clerks at once), practice {practice:.1} ms (as many at once)",
        p95(&mut alone),
        clerks.len(),
    );
    println!("{}", judged("making (slowest)", slowest(&making), MAKING, "s"));
    println!("{}", judged("reset (slowest)", slowest(&resets), RESET, "s"));
    let (real_form, form, in_room) = (p95(&mut real_form), p95(&mut form), p95(&mut in_room));
    println!("form p95: real {real_form:.1} ms, practice {form:.1} ms; the room {in_room:.1} ms (as many at once)");
    // The room has no other beside it: it is held against the real console.
    for (what, is, beside) in [
        ("pages p95, practice beside real", practice, real),
        ("form p95, practice beside real", form, real_form),
        ("room p95, beside the real console", in_room, real),
    ] {
        println!("{}", judged(what, is / beside, PAGES_TIMES, "times"));
    }
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
