//! The durable queue and the standing work: nothing is lost by a panic, a dead worker, two nodes or a downtime.
use crate::harness::World;
use chrono::Duration;
use futures_util::future::join_all;
use mizumado::{
    app,
    jobs::{self, Handler, JobError, Runner},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration as Wait,
};
use tokio::sync::mpsc::unbounded_channel;

const KIND: &str = "test.work";

fn runner(world: &World, handler: Handler) -> Runner {
    let workspace = &world.workspace;
    Runner::new(
        workspace.db.clone(),
        workspace.clock.clone(),
        [(KIND, handler)].into_iter().collect(),
        workspace.jobs.clone(),
    )
}

async fn enqueue(world: &World, payload: &'static str) {
    let now = world.workspace.clock.now();
    world
        .write(move |conn| Ok(jobs::enqueue(conn, now, KIND, payload, now)?))
        .await;
    world.workspace.jobs.notify_waiters();
}

async fn laid_aside(world: &World) -> Vec<jobs::JobRow> {
    world.write(|conn| Ok(jobs::dead(conn, 10)?)).await
}

async fn revive(world: &World, id: &str) -> bool {
    let (id, now) = (id.to_owned(), world.workspace.clock.now());
    world.write(move |conn| Ok(jobs::revive(conn, &id, now)?)).await
}

#[actix_web::test]
async fn a_panicking_handler_does_not_stop_its_lane() {
    for world in World::all().await {
        let (done, mut heard) = unbounded_channel();
        let handler: Handler = Arc::new(move |job| {
            let done = done.clone();
            Box::pin(async move {
                assert_ne!(job.payload, "bad", "山田 on purpose");
                done.send(job.payload)
                    .map_err(|_| JobError::Dead("nobody listens".into()))
            })
        });
        let lanes = actix_web::rt::spawn(runner(&world, handler).run());
        for (bad, good) in [("bad", "first"), ("bad", "second")] {
            enqueue(&world, bad).await;
            enqueue(&world, good).await;
            let payload = tokio::time::timeout(Wait::from_secs(30), heard.recv()).await;
            assert_eq!(payload.unwrap().as_deref(), Some(good));
        }
        lanes.abort();
        let waiting = world.write(|conn| Ok(jobs::waiting(conn, 10)?)).await;
        let failed: Vec<_> = waiting.iter().filter_map(|job| job.last_error.as_deref()).collect();
        assert!(!failed.is_empty(), "the first bad job was given back");
        for error in failed {
            assert!(
                error.contains("panicked") && !error.contains("山田"),
                "its text may quote data"
            );
        }
    }
}

#[actix_web::test]
async fn a_job_past_its_tries_is_laid_aside_until_somebody_revives_it() {
    for world in World::all().await {
        let (broken, tries) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let (b, t) = (broken.clone(), tries.clone());
        let handler: Handler = Arc::new(move |_| {
            t.fetch_add(1, Ordering::SeqCst);
            let result = match b.load(Ordering::SeqCst) {
                true => Err(JobError::Retry("no answer".into())),
                false => Ok(()),
            };
            Box::pin(async { result })
        });
        let runner = runner(&world, handler);
        enqueue(&world, "").await;
        while laid_aside(&world).await.is_empty() {
            assert_eq!(runner.run_due().await.unwrap(), 1);
            assert_eq!(runner.run_due().await.unwrap(), 0, "not again at once");
            // The longest back-off is an hour.
            world.workspace.clock.advance(Duration::minutes(61));
        }
        assert_eq!(tries.load(Ordering::SeqCst), 60);
        assert_eq!(runner.run_due().await.unwrap(), 0);
        let dead = laid_aside(&world).await;
        assert_eq!(
            (dead[0].kind.as_str(), dead[0].attempts, dead[0].last_error.as_deref()),
            (KIND, 60, Some("no answer"))
        );
        world.pass(Duration::minutes(11)).await;
        assert!(world.alarms().await.contains(&"operations.dead_jobs".to_owned()));
        broken.store(false, Ordering::SeqCst);
        assert!(revive(&world, &dead[0].id).await);
        assert!(!revive(&world, &dead[0].id).await, "it is alive");
        assert_eq!(runner.run_due().await.unwrap(), 1);
        assert_eq!((tries.load(Ordering::SeqCst), laid_aside(&world).await.len()), (61, 0));
        assert!(!revive(&world, &dead[0].id).await, "it is done");
        world.pass(Duration::minutes(11)).await;
        assert!(!world.alarms().await.contains(&"operations.dead_jobs".to_owned()));
    }
}

#[actix_web::test]
async fn a_job_that_nothing_can_help_is_laid_aside_at_once() {
    for world in World::all().await {
        let handler: Handler = Arc::new(|_| Box::pin(async { Err(JobError::Dead("unreadable".into())) }));
        enqueue(&world, "").await;
        assert_eq!(runner(&world, handler).run_due().await.unwrap(), 1);
        assert_eq!(laid_aside(&world).await[0].attempts, 1);
    }
}

#[actix_web::test]
async fn a_job_whose_worker_died_is_done_by_another() {
    for world in World::all().await {
        let (begun, mut heard) = unbounded_channel();
        let stuck: Handler = Arc::new(move |_| {
            begun.send(()).unwrap();
            Box::pin(std::future::pending())
        });
        let fine: Handler = Arc::new(|_| Box::pin(async { Ok(()) }));
        let (dying, living) = (runner(&world, stuck), runner(&world, fine));
        enqueue(&world, "").await;
        tokio::select! {
            _ = dying.run_due() => panic!("it never ends"),
            _ = heard.recv() => {}
        }
        assert_eq!(living.run_due().await.unwrap(), 0, "the lease still stands");
        world.workspace.clock.advance(Duration::seconds(121));
        assert_eq!(living.run_due().await.unwrap(), 1);
        assert_eq!(living.run_due().await.unwrap(), 0);
    }
}

#[actix_web::test]
async fn two_workers_do_each_job_once() {
    for world in World::all().await {
        let count = Arc::new(AtomicUsize::new(0));
        let c = count.clone();
        let handler: Handler = Arc::new(move |_| {
            c.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        });
        for _ in 0..40 {
            enqueue(&world, "").await;
        }
        let workers: Vec<_> = (0..4).map(|_| runner(&world, handler.clone())).collect();
        for _ in 0..4 {
            join_all(workers.iter().map(Runner::run_due)).await;
        }
        assert_eq!(count.load(Ordering::SeqCst), 40);
    }
}

#[actix_web::test]
async fn of_two_planners_one_leads_and_the_other_takes_over_after_the_lease() {
    for world in World::all().await {
        let (one, two) = (app::planner(&world.workspace), app::planner(&world.workspace));
        assert!(one.plan().await.unwrap());
        assert!(!two.plan().await.unwrap());
        world.workspace.clock.advance(Duration::seconds(50));
        assert!(one.plan().await.unwrap(), "each look renews the lease");
        world.workspace.clock.advance(Duration::seconds(50));
        assert!(!two.plan().await.unwrap());
        world.workspace.clock.advance(Duration::seconds(11));
        assert!(two.plan().await.unwrap(), "the first fell silent");
        assert!(!one.plan().await.unwrap(), "and does not plan beside it");
        two.resign().await.unwrap();
        assert!(one.plan().await.unwrap(), "who resigns need not be waited for");
    }
}

#[actix_web::test]
async fn planners_that_look_at_the_same_time_plan_each_slot_once() {
    for world in World::all().await {
        let planners: Vec<_> = (0..6).map(|_| app::planner(&world.workspace)).collect();
        for day in 1..=3 {
            let looks = join_all(planners.iter().map(|p| p.plan())).await;
            let leaders = looks.into_iter().filter(|l| *l.as_ref().unwrap()).count();
            assert_eq!(leaders, 1, "day {day}");
            let fetches = "select count(*) as n from jobs where kind = 'reconciliation.fetch'";
            assert_eq!(world.count(fetches).await, day);
            world.workspace.clock.advance(Duration::days(1));
        }
    }
}

#[actix_web::test]
async fn after_three_days_of_downtime_nights_are_made_up_for_and_sweeps_come_once() {
    for world in World::all().await {
        world.run_jobs().await;
        world.workspace.clock.advance(Duration::days(3));
        app::planner(&world.workspace).plan().await.unwrap();
        // The node that stopped is not waited for: its lease ended long ago.
        for (kinds, count) in [
            (
                "select count(*) as n from jobs where finished_at is null and kind = 'reconciliation.fetch'",
                3,
            ),
            (
                "select count(*) as n from jobs where finished_at is null and kind = 'enrolment.sweep'",
                1,
            ),
            (
                "select count(*) as n from jobs where finished_at is null and kind = 'operations.watch'",
                1,
            ),
        ] {
            assert_eq!(world.count(kinds).await, count, "{kinds}");
        }
        world.run_jobs().await;
        assert_eq!(world.count("select count(*) as n from daily_files").await, 4);
        let late = "select count(*) as n from jobs where finished_at is null and run_at < \
                    (select max(finished_at) from jobs)";
        assert_eq!(world.count(late).await, 0, "all of it is done");
    }
}

#[actix_web::test]
async fn after_a_month_of_downtime_a_week_of_nights_is_made_up_for() {
    for world in World::all().await {
        app::planner(&world.workspace).plan().await.unwrap();
        world.workspace.clock.advance(Duration::days(30));
        app::planner(&world.workspace).plan().await.unwrap();
        let fetches = "select count(*) as n from jobs where kind = 'reconciliation.fetch'";
        assert_eq!(world.count(fetches).await, 1 + 7);
    }
}
