//! Days without a row: what the layout leaves out is taken all the same, what it demands is watched for.
use super::{
    add_layout,
    cut::{alarms, calendar, time, to},
    deliveries, items,
};
use crate::{
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::{Days, Duration};
use diesel::RunQueryDsl;
use mizumado::{
    accounts::Role,
    app,
    clock::jst,
    db::Conn,
    deliveries::{self as feature, READY},
    enrolment::states::Registration,
};

/// The layout of 120 bytes counts: registered ones only, and no file on a day without one.
async fn zengin(world: &World) {
    let ready = READY.iter().find(|ready| ready.name == "zengin-120").unwrap();
    let body = ready.text.replace('\'', "''");
    let sql = format!(
        "insert into layout_versions (id, version, body, effective_from, state, made_by, made_at, note) \
         select 'ZENGIN', max(version) + 1, '{body}', '2026-01-01', 'approved', 'staff/x', '2026-01-01 00:00:00', '' \
         from layout_versions"
    );
    world.write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).await;
}

async fn result(world: &World, n: usize, state: Registration) {
    let (keys, at) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let row = Row::new(n, at);
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
        Ok(rows::bring(conn, &row.id, state, at)?)
    };
    world.write(write).await;
}

const OUTBOX: &str = "select count(*) as n from result_outbox";

#[actix_web::test]
async fn results_that_the_layout_leaves_out_are_taken_once_with_record_and_hand_nothing_on() {
    for world in World::all_with_console().await {
        zengin(&world).await;
        let (now, workspace, day) = (
            world.workspace.clock.now(),
            &world.workspace,
            jst(world.workspace.clock.now()).date(),
        );
        let close = async |days| {
            let now = workspace.clock.now();
            feature::close(workspace, day + Days::new(days), now, None)
                .await
                .unwrap()
        };
        assert_eq!(close(0).await, None, "no result, no number");
        result(&world, 1, Registration::Rejected).await;
        let no = close(0).await.unwrap();
        let made = deliveries(&world).await.pop().unwrap();
        assert_eq!((made.no, made.row_count, made.bytes(&workspace.keys).len()), (no, 0, 0));
        let taken = items(&world).await;
        assert_eq!((taken.len(), taken[0].delivery_no), (1, no));
        assert_eq!(world.count(OUTBOX).await, 0, "it is delivered");
        let (_, detail) = world.audit("delivery.closed").await.pop().unwrap();
        assert!(
            detail.starts_with("0 rows ") && detail.ends_with("left_out 1"),
            "{detail}"
        );
        // The page says so, and offers nothing that an import could choke on.
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let here = format!("/deliveries/{no}");
        let page = clerk.get(&here).await;
        page.expect("渡すファイルはありません")
            .expect("1件（渡し済みとして数えます）");
        assert!(!page.has(&format!("{here}/file")) && !page.has(&format!("{here}/encrypted")));
        assert_eq!(clerk.get(&format!("{here}/file")).await.status, 404);
        clerk.get("/deliveries").await.expect("ファイルなし");
        let waiting = world.write(move |conn| feature::undownloaded(conn, now)).await;
        assert!(waiting.is_empty(), "nobody waits for it");
        // The next day has the next result, and the one that was left out does not come again.
        result(&world, 2, Registration::Registered).await;
        let next = close(1).await.unwrap();
        assert_eq!(next, no + 1);
        let made = deliveries(&world).await.pop().unwrap();
        assert_eq!((made.row_count, items(&world).await.len()), (1, 2));
        let waiting = world.write(move |conn| feature::undownloaded(conn, now)).await;
        assert_eq!(waiting.iter().map(|d| d.no).collect::<Vec<_>>(), [next]);
        let page = clerk.get(&format!("/deliveries/{next}")).await;
        assert!(page.has(&format!("/deliveries/{next}/file")) && !page.has("渡し済みとして数えます"));
    }
}

/// On a business day the job that closes its file is laid aside, untried.
async fn laid_aside(world: &World, day: chrono::NaiveDate) {
    to(world, day, time(5, 58)).await;
    world.workspace.clock.advance(Duration::minutes(2));
    app::planner(&world.workspace).plan().await.unwrap();
    let sql = "update jobs set dead_at = created_at where kind = 'deliveries.close' and finished_at is null";
    let laid = world.write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).await;
    assert_eq!(laid, 1);
}

/// To the time of the alarm, and as long after it as the watch waits.
async fn watched(world: &World, day: chrono::NaiveDate) -> bool {
    to(world, day, time(15, 0)).await;
    let at_once = alarms(world).await.contains(&FAILED.to_owned());
    assert!(!at_once, "it may be under way");
    for _ in 0..8 {
        world.pass(Duration::minutes(1)).await;
    }
    alarms(world).await.contains(&FAILED.to_owned())
}

const FAILED: &str = "deliveries.failed";

#[actix_web::test]
async fn a_days_file_that_is_not_there_raises_the_alarm_until_it_is() {
    for world in World::all_with_console().await {
        let calendar = calendar(&world).await;
        let today = jst(world.workspace.clock.now()).date();
        let day = calendar.next_bureau_business_day(today + Days::new(1));
        laid_aside(&world, day).await;
        assert!(watched(&world, day).await, "{:?}", alarms(&world).await);
        let sql = "update jobs set dead_at = null where kind = 'deliveries.close' and finished_at is null";
        world.write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).await;
        let before = deliveries(&world).await.len();
        world.pass(Duration::minutes(5)).await;
        assert_eq!(deliveries(&world).await.len(), before + 1);
        assert!(!alarms(&world).await.contains(&FAILED.to_owned()));
        // Where the layout wants none and nothing waits, none is missed; with a result that waits, one is.
        let nothing = ("empty_day = \"file\"", "empty_day = \"nothing\"");
        add_layout(&world, "NONE", "approved", nothing).await;
        let quiet = calendar.next_bureau_business_day(day + Days::new(1));
        to(&world, quiet, time(6, 0)).await;
        assert!(!watched(&world, quiet).await);
        result(&world, 1, Registration::Registered).await;
        let busy = calendar.next_bureau_business_day(quiet);
        laid_aside(&world, busy).await;
        assert!(watched(&world, busy).await, "{:?}", alarms(&world).await);
    }
}

#[actix_web::test]
async fn a_result_whose_application_is_under_way_again_is_not_missed_and_its_next_one_is() {
    use Registration::{AtInstitution, Checking, Rejected};
    for world in World::all_with_console().await {
        let nothing = ("empty_day = \"file\"", "empty_day = \"nothing\"");
        add_layout(&world, "NONE", "approved", nothing).await;
        let calendar = calendar(&world).await;
        let on = async |states: &'static [Registration]| {
            let (id, at) = (Row::new(1, world.workspace.clock.now()).id, world.workspace.clock.now());
            let write = move |conn: &mut Conn| {
                for state in states {
                    rows::advance(conn, &id, *state, at)?;
                }
                Ok(())
            };
            world.write(write).await;
        };
        result(&world, 1, Rejected).await;
        on(&[AtInstitution]).await;
        let today = jst(world.workspace.clock.now()).date();
        let day = calendar.next_bureau_business_day(today + Days::new(1));
        laid_aside(&world, day).await;
        assert_eq!(
            world.count(OUTBOX).await,
            1,
            "the first result waits since before the cut"
        );
        assert!(!watched(&world, day).await, "and nothing is to be delivered of it");
        let sql = "update jobs set dead_at = null where kind = 'deliveries.close' and finished_at is null";
        world.write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).await;
        world.pass(Duration::minutes(5)).await;
        assert_eq!((deliveries(&world).await.len(), world.count(OUTBOX).await), (0, 1));
        on(&[Checking, Rejected]).await;
        let next = calendar.next_bureau_business_day(day + Days::new(1));
        laid_aside(&world, next).await;
        assert_eq!(world.count(OUTBOX).await, 2);
        assert!(watched(&world, next).await, "{:?}", alarms(&world).await);
    }
}
