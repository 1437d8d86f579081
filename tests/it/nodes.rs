//! Two processes on one PostgreSQL: one plans, each job is done once, and one may die.
use crate::{
    chaos::apply,
    harness::{database_of_its_own, drop_database},
    served::{Place, start_gateway},
};
use mizumado::{
    clock::Clock,
    db::{Conn, DbError},
    mail::{self, NewMail},
    web::Error,
};
use std::time::Instant;

/// Enough for both nodes to have their share.
const MAILS: i64 = 400;

async fn number(world: &mizumado::workspace::Workspace, sql: &'static str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let read = move |conn: &mut Conn| {
        diesel::RunQueryDsl::get_result::<Number>(diesel::sql_query(sql), conn).map_err(DbError::from)
    };
    world.db.read(read).await.unwrap().n
}

async fn metric(ops: &str, name: &str) -> f64 {
    let text = reqwest::get(format!("{ops}/metrics"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let line = text.lines().find(|l| l.starts_with(name) && !l.starts_with('#'));
    line.map_or(0.0, |l| l.rsplit(' ').next().unwrap().parse().unwrap())
}

#[actix_web::test]
async fn two_nodes_share_the_jobs_and_each_is_done_once() {
    let Some((admin, name, database)) = database_of_its_own() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let one = Place::new(&database, &gateway, "", "");
    let two = one.node();
    let (mut first, second) = (one.serve(), two.serve());
    let world = one.world(Clock::system());
    let (keys, now) = (world.keys.clone(), world.clock.now());
    let queue = move |conn: &mut Conn| {
        for n in 0..MAILS {
            let subject = format!("test/{n}");
            let new = NewMail {
                kind: "test",
                subject_id: &subject,
                recipient: "taro@example.jp",
                title: "試験",
                body: "試験",
            };
            mail::queue(conn, &keys, now, &new)?;
        }
        Ok::<_, Error>(())
    };
    world.db.write(queue).await.unwrap();
    let began = Instant::now();
    while number(&world, "select count(*) as n from mails where sent_at is null").await > 0 {
        assert!(began.elapsed().as_secs() < 60, "the mails leave");
        tokio::task::yield_now().await;
    }
    let sent = [
        metric(&one.ops, "mizumado_mails_total").await,
        metric(&two.ops, "mizumado_mails_total").await,
    ];
    assert_eq!(sent[0] + sent[1], MAILS as f64, "each once: {sent:?}");
    assert!(sent.iter().all(|n| *n > 0.0), "both nodes work: {sent:?}");
    let leaders = number(&world, "select count(*) as n from schedule_leader").await;
    assert_eq!(leaders, 1);
    println!("{MAILS} mails by two processes: {sent:?}, each once");

    // One dies; the other goes on, and what was begun at the one is seen at the other.
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let receipt = apply(&http, &one.url, 1).await.unwrap();
    first.kill();
    let mut browser = crate::browser::Browser::new(&two.url);
    let page = browser.get("/receipt").await;
    let page = browser
        .submit(&page, &[("receipt_number", &receipt), ("phone_last4", "1234")])
        .await;
    assert_eq!(page.path, "/result");
    assert_eq!(second.stop(), Some(0));
    drop(world);
    drop_database(&admin, &name);
}
