//! The clock's batch: on business days at the cut, made up for after a downtime, watched until somebody has it.
use super::{add_layout, deliveries, items};
use crate::{
    desk::{Desk, anybody},
    harness::World,
    rows::{self, Row},
};
use chrono::{Days, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::{RunQueryDsl, sql_types::Date};
use mizumado::{
    accounts::Role,
    clock::{jst, utc_from_jst},
    db::DbError,
    deliveries as feature,
    enrolment::states::Registration,
    institutions,
    japan::calendar::Calendar,
};

pub(super) fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

pub(super) async fn calendar(world: &World) -> Calendar {
    let now = world.workspace.clock.now();
    world.write(move |conn| Ok(institutions::calendar(conn, now)?)).await
}

/// Moves the clock to a time of JST and runs what became due.
pub(super) async fn to(world: &World, day: NaiveDate, at: NaiveTime) {
    let ahead = utc_from_jst(day.and_time(at)) - world.workspace.clock.now();
    assert!(ahead > Duration::zero());
    world.pass(ahead + Duration::seconds(30)).await;
}

/// A registered application with its result at this moment.
async fn result(world: &World, n: usize, at: NaiveDateTime) {
    let (keys, row) = (world.workspace.keys.clone(), Row::new(n, at));
    let write = move |conn: &mut mizumado::db::Conn| {
        rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
        Ok(rows::bring(conn, &row.id, Registration::Registered, at)?)
    };
    world.write(write).await;
}

/// The days of the clock's own batches, in the order of their numbers.
async fn closed_days(world: &World) -> Vec<NaiveDate> {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = Date)]
        day: NaiveDate,
    }
    let read = |conn: &mut mizumado::db::Conn| {
        diesel::sql_query("select day from deliveries where made_by = 'system' order by no")
            .load::<Found>(conn)
            .map_err(DbError::from)
    };
    let found = world.workspace.db.read(read).await.unwrap();
    found.into_iter().map(|f| f.day).collect()
}

#[actix_web::test]
async fn the_clock_closes_a_batch_on_every_business_day_and_on_no_other() {
    for world in World::all().await {
        let (calendar, first) = (calendar(&world).await, jst(world.workspace.clock.now()).date());
        to(&world, first + Days::new(1), time(5, 58)).await;
        let before = closed_days(&world).await;
        let mut expected = before.clone();
        // Long enough for weekends and a holiday at any season.
        for day in (1..=16).map(|n| first + Days::new(n)) {
            to(&world, day, time(6, 0)).await;
            world.run_jobs().await;
            if calendar.bureau_business_day(day) {
                expected.push(day);
            }
            assert_eq!(closed_days(&world).await, expected, "{day}");
            to(&world, day, time(23, 0)).await;
        }
        assert!(expected.len() > before.len() + 7 && expected.len() < before.len() + 16);
    }
}

#[actix_web::test]
async fn missed_days_are_made_up_for_in_their_order_each_with_its_own_results() {
    for world in World::all().await {
        let calendar = calendar(&world).await;
        let begin = jst(world.workspace.clock.now()).date() + Days::new(1);
        to(&world, begin, time(12, 0)).await;
        let before = closed_days(&world).await;
        // Nobody is there for six days; results come in all the same.
        let missed: Vec<NaiveDate> = (1..=6)
            .map(|n| begin + Days::new(n))
            .filter(|day| calendar.bureau_business_day(*day))
            .collect();
        for (n, day) in missed.iter().enumerate() {
            result(&world, n, utc_from_jst(day.and_time(time(5, 59)))).await;
        }
        to(&world, begin + Days::new(6), time(12, 0)).await;
        assert_eq!(closed_days(&world).await, [before.clone(), missed.clone()].concat());
        let mine: Vec<(i64, String)> = items(&world)
            .await
            .into_iter()
            .map(|i| (i.delivery_no, i.receipt_number))
            .collect();
        let expected: Vec<(i64, String)> = (0..missed.len())
            .map(|n| ((before.len() + n + 1) as i64, format!("{n:09}")))
            .collect();
        assert_eq!(mine, expected, "each in the file of its day");
        assert_eq!(world.alarms().await, Vec::<String>::new());
    }
}

#[actix_web::test]
async fn a_result_after_the_cut_waits_for_the_next_day() {
    for world in World::all().await {
        let calendar = calendar(&world).await;
        let today = jst(world.workspace.clock.now()).date();
        let day = calendar.next_bureau_business_day(today + Days::new(1));
        to(&world, day, time(5, 0)).await;
        result(&world, 1, utc_from_jst(day.and_time(time(6, 0)))).await;
        to(&world, day, time(6, 0)).await;
        assert!(items(&world).await.is_empty(), "at the cut is after it");
        let next = calendar.next_bureau_business_day(day + Days::new(1));
        to(&world, next, time(6, 0)).await;
        assert_eq!(items(&world).await.len(), 1);
    }
}

#[actix_web::test]
async fn an_empty_day_gives_a_file_or_none_as_the_layout_says() {
    for world in World::all().await {
        let (workspace, day) = (&world.workspace, jst(world.workspace.clock.now()).date());
        let now = || workspace.clock.now();
        let made = feature::close(workspace, day, now(), None).await.unwrap();
        assert_eq!(made, Some(1), "the layout that ships gives a file");
        assert_eq!(deliveries(&world).await[0].rows(&workspace.keys), []);
        assert_eq!(
            feature::close(workspace, day, now(), Some(&anybody())).await.unwrap(),
            None
        );
        add_layout(
            &world,
            "NONE",
            "approved",
            ("empty_day = \"file\"", "empty_day = \"nothing\""),
        )
        .await;
        let next = day + Days::new(1);
        assert_eq!(feature::close(workspace, next, now(), None).await.unwrap(), None);
        result(&world, 1, now()).await;
        let made = feature::close(workspace, next, now(), None).await.unwrap();
        assert_eq!(made, Some(2), "no number is lost on a day without a file");
        assert_eq!(deliveries(&world).await[1].row_count, 1);
        let closed = world.audit("delivery.closed").await;
        assert_eq!(closed.len(), 2);
        assert!(
            closed[1].0 == "delivery/2" && closed[1].1.starts_with("1 rows sha256 "),
            "{closed:?}"
        );
    }
}

const WAITING: &str = "deliveries.not_downloaded:";

/// The open alarms about files; others come and go with the days that pass.
pub(super) async fn alarms(world: &World) -> Vec<String> {
    let mut keys = world.alarms().await;
    keys.retain(|key| key.starts_with("deliveries."));
    keys
}

#[actix_web::test]
async fn a_file_that_nobody_has_downloaded_raises_an_alarm_that_the_download_ends() {
    for world in World::all_with_console().await {
        let calendar = calendar(&world).await;
        let today = jst(world.workspace.clock.now()).date();
        let day = calendar.next_bureau_business_day(today + Days::new(1));
        to(&world, day, time(7, 0)).await;
        let (now, workspace) = (world.workspace.clock.now(), world.workspace.clone());
        result(&world, 1, now).await;
        let no = feature::close(&workspace, day, world.workspace.clock.now(), Some(&anybody())).await;
        let no = no.unwrap().unwrap();
        // The clock's own files of the days before are empty; the layout that ships demands them all the same.
        let numbers: Vec<i64> = deliveries(&world).await.iter().map(|d| d.no).collect();
        assert!(numbers.len() > 1 && numbers.last() == Some(&no), "{numbers:?}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        // The report of characters is not the file.
        assert_eq!(clerk.get(&format!("/deliveries/{no}/report")).await.status, 200);
        // Two minutes before, so that the planner of then leads no more.
        to(&world, day, time(14, 58)).await;
        assert_eq!(
            alarms(&world).await,
            Vec::<String>::new(),
            "not before the time of the alarm"
        );
        to(&world, day, time(15, 0)).await;
        let mut expected: Vec<String> = numbers.iter().map(|no| format!("{WAITING}{no}")).collect();
        let mut raised = alarms(&world).await;
        expected.sort();
        raised.sort();
        assert_eq!(raised, expected, "empty ones, too");
        clerk.sign_in().await;
        clerk.get("/").await.expect("ダウンロードを待っている還元データ");
        for no in &numbers {
            assert_eq!(clerk.get(&format!("/deliveries/{no}/file")).await.status, 200);
        }
        assert_eq!(alarms(&world).await, Vec::<String>::new());
        let next = calendar.next_bureau_business_day(day + Days::new(1));
        to(&world, next, time(6, 0)).await;
        to(&world, next, time(15, 0)).await;
        let again = alarms(&world).await;
        assert!(
            !again.iter().any(|key| expected.contains(key)),
            "it is not raised again: {again:?}"
        );
        assert_eq!(again, [format!("{WAITING}{}", no + 1)], "but for the next day's");
    }
}
