//! 処理: long work that somebody asked for, done by a job.
use crate::{
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use diesel::connection::SimpleConnection;
use mizumado::{
    accounts::Role,
    db::Conn,
    enrolment::states::Registration,
    jobs::Job,
    tasks::{self, Progress},
};

/// A world with one result that waits for its file, and a clerk.
async fn waiting(world: &World) -> Desk {
    let (keys, at) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let row = Row::new(1, at);
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
        Ok(rows::bring(conn, &row.id, Registration::Rejected, at)?)
    };
    world.write(write).await;
    Desk::open(world, "c1", &[Role::Clerk]).await
}

async fn deliveries(world: &World) -> i64 {
    world.count("select count(*) as n from deliveries").await
}

async fn sql(world: &World, text: impl Into<String>) {
    let text = text.into();
    world.write(move |conn| Ok(conn.batch_execute(&text)?)).await;
}

#[actix_web::test]
async fn a_file_is_made_by_a_job_and_whoever_asked_is_led_to_it() {
    for world in World::all_with_console().await {
        let mut clerk = waiting(&world).await;
        let asked = clerk.post("/deliveries", &[]).await;
        assert!(asked.path.starts_with("/tasks/"), "{}", asked.path);
        asked
            .expect("臨時の還元データの作成をしています")
            .expect("準備しています");
        assert_eq!(deliveries(&world).await, 0, "the request makes nothing");
        sql(&world, "update tasks set done = 12000, total = 100000").await;
        clerk.get(&asked.path).await.expect("12,000 / 100,000件");
        let list = clerk.get("/deliveries").await;
        list.expect("臨時の還元データの作成をしています")
            .expect("12,000 / 100,000件");
        assert_eq!(list.link("様子を見る").as_deref(), Some(asked.path.as_str()));
        world.run_due().await;
        let made = clerk.get(&asked.path).await;
        assert_eq!(made.path, "/deliveries/1");
        assert!(clerk.get("/deliveries").await.link("様子を見る").is_none());
        // Nothing has been decided since.
        let nothing = clerk.ask_for(&world, "/deliveries", &[]).await;
        nothing.expect("まとめる結果はありません").expect("還元データにもどる");
        assert_eq!(deliveries(&world).await, 1);
    }
}

#[actix_web::test]
async fn the_row_tells_how_far_the_work_is_while_it_goes_on() {
    let world = World::with_console().await;
    let mut clerk = waiting(&world).await;
    let task = clerk.post("/deliveries", &[]).await.path;
    let job = Job {
        id: "J".into(),
        kind: "deliveries.close_now".into(),
        payload: task.trim_start_matches("/tasks/").into(),
        attempts: 0,
    };
    let told = "select count(*) as n from tasks where done = 2 and total = 3";
    let work = async |_, progress: Progress| {
        progress.begin(3);
        progress.step();
        progress.step();
        while world.count(told).await == 0 {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    tasks::carry_out(&world.workspace, &job, work).await.unwrap();
    clerk.get(&task).await.expect("2 / 3件");
}

#[actix_web::test]
async fn asked_for_by_two_it_is_made_once_and_both_are_led_to_it() {
    let world = World::with_console().await;
    let mut clerk = waiting(&world).await;
    let first = clerk.post("/deliveries", &[]).await.path;
    assert_eq!(clerk.post("/deliveries", &[]).await.path, first);
    let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
    assert_eq!(other.get("/deliveries").await.link("様子を見る"), Some(first.clone()));
    assert_eq!(other.post("/deliveries", &[]).await.path, first);
    assert_eq!(clerk.get("/tasks/nothing").await.status, 404);
    world.run_due().await;
    assert_eq!(deliveries(&world).await, 1);
    assert_eq!(other.get(&first).await.path, "/deliveries/1");
}

#[actix_web::test]
async fn what_was_cut_off_is_begun_anew_and_made_once() {
    for world in World::all_with_console().await {
        let mut clerk = waiting(&world).await;
        let task = clerk.post("/deliveries", &[]).await.path;
        // A process took the job and is gone.
        let until = rows::literal(world.workspace.clock.now() + Duration::minutes(2));
        let taken = format!("update jobs set lease_until = {until}, attempts = 1 where kind = 'deliveries.close_now'");
        sql(&world, taken).await;
        world.run_due().await;
        clerk.get(&task).await.expect("をしています");
        world.workspace.clock.advance(Duration::minutes(3));
        world.run_due().await;
        assert_eq!(clerk.get(&task).await.path, "/deliveries/1");
        // It had made the file, and could not write down that it was done.
        let again = "update jobs set finished_at = null, lease_until = null where kind = 'deliveries.close_now'";
        sql(&world, again).await;
        world.run_due().await;
        assert_eq!(deliveries(&world).await, 1);
        assert_eq!(clerk.get(&task).await.path, "/deliveries/1");
    }
}

#[actix_web::test]
async fn what_cannot_be_done_says_so_to_who_asked_and_to_the_operator() {
    let world = World::with_console().await;
    let mut clerk = waiting(&world).await;
    let now = rows::literal(world.workspace.clock.now());
    // No delivery has this number.
    sql(
        &world,
        format!(
            "insert into tasks (id, kind, subject, wish, asked_by, address, asked_at) \
             values ('T1', 'deliveries.reissue', 'delivery/77', 'x', '{id}', '127.0.0.1', {now}); \
             insert into jobs (id, kind, payload, run_at, attempts, created_at) \
             values ('J1', 'deliveries.reissue', 'T1', {now}, 0, {now})",
            id = clerk.id
        ),
    )
    .await;
    for _ in 0..3 {
        world.run_due().await;
        world.workspace.clock.advance(Duration::minutes(10));
    }
    clerk.prove().await;
    let page = clerk.get("/tasks/T1").await;
    page.expect("還元データの再作成ができませんでした")
        .expect("データは変わっていません");
    let dead = "select count(*) as n from jobs where id = 'J1' and dead_at is not null";
    assert_eq!(world.count(dead).await, 1);
    // Somebody has asked anew meanwhile: a job that is revived does not make it twice.
    sql(
        &world,
        "update tasks set subject = ''; update tasks set kind = 'deliveries.close_now'",
    )
    .await;
    sql(&world, "update jobs set kind = 'deliveries.close_now', dead_at = null, attempts = 0, lease_until = null where id = 'J1'").await;
    world.run_due().await;
    assert_eq!(deliveries(&world).await, 0);
}

#[actix_web::test]
async fn what_takes_the_process_along_every_time_is_not_begun_for_ever() {
    let world = World::with_console().await;
    let mut clerk = waiting(&world).await;
    let task = clerk.post("/deliveries", &[]).await.path;
    sql(
        &world,
        "update jobs set attempts = 3 where kind = 'deliveries.close_now'",
    )
    .await;
    world.run_due().await;
    clerk
        .get(&task)
        .await
        .expect("臨時の還元データの作成ができませんでした");
    assert_eq!(deliveries(&world).await, 0);
    assert_eq!(clerk.ask_for(&world, "/deliveries", &[]).await.path, "/deliveries/1");
}

#[actix_web::test]
async fn a_page_that_asks_by_itself_is_led_on_when_it_is_done() {
    let world = World::with_console().await;
    let mut clerk = waiting(&world).await;
    let task = clerk.post("/deliveries", &[]).await;
    assert_eq!(task.attributes("#task", "hx-get"), [task.path.as_str()]);
    world.run_due().await;
    clerk.headers = vec![("hx-request", "true".into()), ("x-polling", "yes".into())];
    let done = clerk.get(&task.path).await;
    // Nobody opened it: the page that comes is no sign of life.
    assert_eq!(done.headers["hx-redirect"], "/deliveries/1?unattended=yes");
    sql(&world, "update tasks set ending = 'failed', result = null").await;
    let failed = clerk.get(&task.path).await;
    assert_eq!(
        failed.headers["hx-redirect"].to_str().unwrap(),
        format!("{}?unattended=yes", task.path)
    );
}
