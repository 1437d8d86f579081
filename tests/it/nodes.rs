//! Two processes on one PostgreSQL (R5): one plans, each job is done once, and one may die. `make jobs` is the long one
//! (JOBS_EACH).
use crate::{
    chaos::apply,
    harness::{database_of_its_own, drop_database},
    plan::number,
    served::{Place, start_gateway},
};
use mizumado::{
    clock::Clock,
    db::{Conn, DbError},
    enrolment, jobs,
    mail::{self, NewMail},
    web::Error,
    workspace::Workspace,
};
use std::{collections::BTreeSet, time::Instant};

async fn count(world: &Workspace, sql: &'static str) -> i64 {
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

/// Jobs for two lanes of each node, so four workers: mails, and reminders, each of which makes a mail.
async fn queue(world: &Workspace, receipt: &str, each: u64) {
    let (keys, now, receipt) = (world.keys.clone(), world.clock.now(), receipt.to_owned());
    let write = move |conn: &mut Conn| {
        let id = enrolment::id_of_receipt(conn, &receipt)?.unwrap();
        for n in 0..each {
            let subject = format!("test/{n}");
            let new = NewMail {
                kind: "test",
                subject_id: &subject,
                recipient: "taro@example.jp",
                title: "試験",
                body: "試験",
            };
            mail::queue(conn, &keys, now, &new)?;
            jobs::enqueue(conn, now, "enrolment.remind", &id, now)?;
        }
        Ok::<_, Error>(())
    };
    world.db.write(write).await.unwrap();
}

/// The Message-IDs of the mails that left a node.
fn left(place: &Place) -> Vec<String> {
    let files = std::fs::read_dir(place.path("mails")).unwrap();
    let id = |text: String| text.lines().find(|l| l.starts_with("Message-ID")).unwrap().to_owned();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| id(std::fs::read_to_string(path).unwrap()))
        .collect()
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
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let receipt = apply(&http, &one.url, 1).await.unwrap();
    let each = number("JOBS_EACH", 200);
    let began = Instant::now();
    queue(&world, &receipt, each).await;
    let open = "select count(*) as n from jobs where kind in ('mail.send', 'enrolment.remind') and finished_at is null \
                and run_at <= (select max(created_at) from jobs)";
    while count(&world, open).await > 0 {
        assert!(began.elapsed().as_secs() < 60 + each / 10, "the jobs are done");
        tokio::task::yield_now().await;
    }
    let took = began.elapsed().as_secs_f64();
    let reminders = count(&world, "select count(*) as n from mails where kind = 'waiting'").await;
    assert_eq!(reminders as u64, each, "each reminder once");
    let (mails, left) = (
        count(&world, "select count(*) as n from mails").await,
        [left(&one), left(&two)],
    );
    let sent = left.each_ref().map(Vec::len);
    assert!(sent.iter().all(|n| *n > 0), "both nodes work: {sent:?}");
    assert_eq!(sent.iter().sum::<usize>() as i64, mails, "each mail once: {sent:?}");
    let distinct: BTreeSet<&String> = left.iter().flatten().collect();
    assert_eq!(distinct.len() as i64, mails);
    let told = [
        metric(&one.ops, "mizumado_mails_total").await,
        metric(&two.ops, "mizumado_mails_total").await,
    ];
    assert_eq!(told, sent.map(|n| n as f64), "the figures say so too");
    let leaders = count(&world, "select count(*) as n from schedule_leader").await;
    assert_eq!(leaders, 1);
    println!(
        "{each} reminders and {mails} mails by four workers of two processes: mails {sent:?}, each once; {took:.0} s"
    );

    // One dies; the other goes on, and what was begun at the one is seen at the other.
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
