//! Where the moves of a desk's clock arrive, and that its work went along: the file of each business day, and no other.
use super::{one, wish};
use crate::harness::World;
use chrono::{Duration, NaiveDate, NaiveDateTime};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{Text, Timestamp},
};
use mizumado::{
    clock::{jst, utc_from_jst},
    db,
    training::{Class, Move, NewClass},
    web,
};

/// A moment as a desk's file holds it.
const SQL_TIME: &str = "%Y-%m-%d %H:%M:%S%.6f";

/// A class that takes place on another day than the world's.
pub async fn class_of(world: &World, day: &str, size: u32) -> Class {
    let asked = NewClass {
        day: day.parse().unwrap(),
        ..wish(world, size)
    };
    let id = world.school().make(asked).await.unwrap();
    world.school().class(&id).unwrap()
}

/// The days whose file was closed by the clock, the oldest first.
pub async fn files(world: &World, desk: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Closed {
        #[diesel(sql_type = Text)]
        day: String,
    }
    let sql =
        "select cast(day as text) as day from deliveries where made_by = 'system' and reissue_of is null order by 1";
    let read = move |conn: &mut db::Conn| Ok::<_, web::Error>(diesel::sql_query(sql).load::<Closed>(conn)?);
    let workspace = world.school().desk(desk).unwrap().workspace;
    let closed = workspace.db.read(read).await.unwrap();
    closed.into_iter().map(|closed| closed.day).collect()
}

/// Moves a desk's clock: it must arrive there, and these files are all that came on the way.
async fn arrives(world: &World, class: &Class, desk: usize, to: Move, at: &str, closed: &[&str]) {
    let (school, desk) = (world.school(), &class.desks[desk].id);
    let before = files(world, desk).await;
    assert!(!before.is_empty(), "the days before have their files");
    school.advance(&class.id, desk, to).await.unwrap();
    let at: NaiveDateTime = at.parse().unwrap();
    let late = school.desk(desk).unwrap().workspace.clock.now() - utc_from_jst(at);
    assert!(
        late >= Duration::zero() && late < Duration::minutes(5),
        "{to:?}: {late}"
    );
    let now = files(world, desk).await;
    assert_eq!(now[..before.len()], before);
    assert_eq!(now[before.len()..], *closed, "{to:?}");
    let kept = school.class(&class.id).unwrap();
    let ahead = Duration::microseconds(kept.desk(desk).unwrap().ahead_micros);
    let kept = school.now() + ahead - utc_from_jst(at);
    assert!(
        kept >= Duration::zero() && kept < Duration::minutes(5),
        "{to:?}: {kept}"
    );
}

#[actix_web::test]
async fn to_the_next_cut_and_over_a_holiday_go_over_every_day_that_the_bureau_is_closed() {
    let world = one().await;
    // A Friday before three closed days: Monday the 23rd is 勤労感謝の日.
    let class = class_of(&world, "2026-11-20", 2).await;
    arrives(&world, &class, 0, Move::Cut, "2026-11-24T06:01:00", &["2026-11-24"]).await;
    arrives(&world, &class, 0, Move::Cut, "2026-11-25T06:01:00", &["2026-11-25"]).await;
    // From the middle of a week: past its last days of work, to the day after the weekend.
    let rest = ["2026-11-26", "2026-11-27", "2026-11-30"];
    arrives(&world, &class, 0, Move::OverHoliday, "2026-11-30T08:31:00", &rest).await;
    arrives(
        &world,
        &class,
        1,
        Move::OverHoliday,
        "2026-11-24T08:31:00",
        &["2026-11-24"],
    )
    .await;
}

#[actix_web::test]
async fn over_the_year_end_is_to_the_first_business_day_and_no_file_is_closed_between() {
    let world = one().await;
    // The bureau is closed from the 29th to the 3rd.
    let class = class_of(&world, "2026-12-28", 1).await;
    arrives(
        &world,
        &class,
        0,
        Move::OverYearEnd,
        "2027-01-04T08:31:00",
        &["2027-01-04"],
    )
    .await;
    arrives(&world, &class, 0, Move::Hour, "2027-01-04T09:31:00", &[]).await;
    arrives(&world, &class, 0, Move::Cut, "2027-01-05T06:01:00", &["2027-01-05"]).await;
}

/// How long after the day's cut (6:00) each file was made by itself, in minutes.
async fn lateness(world: &World, desk: &str) -> Vec<i64> {
    #[derive(QueryableByName)]
    struct Made {
        #[diesel(sql_type = Text)]
        day: String,
        #[diesel(sql_type = Timestamp)]
        made_at: NaiveDateTime,
    }
    let sql = "select cast(day as text) as day, made_at from deliveries \
               where made_by = 'system' and reissue_of is null order by 1";
    let read = move |conn: &mut db::Conn| Ok::<_, web::Error>(diesel::sql_query(sql).load::<Made>(conn)?);
    let workspace = world.school().desk(desk).unwrap().workspace;
    let made = workspace.db.read(read).await.unwrap();
    let late = |one: Made| {
        let cut = utc_from_jst(one.day.parse::<NaiveDate>().unwrap().and_hms_opt(6, 0, 0).unwrap());
        (one.made_at - cut).num_minutes()
    };
    made.into_iter().map(late).collect()
}

#[actix_web::test]
async fn every_file_of_a_far_move_is_made_at_its_cut_and_its_alarm_rings_at_its_hour() {
    let world = one().await;
    let class = class_of(&world, "2026-11-25", 1).await;
    let (school, desk) = (world.school(), &class.desks[0].id);
    let before = files(&world, desk).await.len();
    school.advance(&class.id, desk, Move::OverYearEnd).await.unwrap();
    let late = lateness(&world, desk).await;
    let on_the_way = &late[before..];
    assert!(on_the_way.len() > 20, "{late:?}");
    assert!(on_the_way.iter().all(|minutes| (0..5).contains(minutes)), "{late:?}");
    // Nobody took a file: the last alarm of the old year rang at 15:00 of its day.
    let read = |conn: &mut db::Conn| Ok::<_, web::Error>(mizumado::alarms::open_alarms(conn)?);
    let alarms = school.desk(desk).unwrap().workspace.db.read(read).await.unwrap();
    let rang: Vec<String> = alarms
        .iter()
        .filter(|alarm| alarm.key.starts_with("deliveries.not_downloaded"))
        .map(|alarm| jst(alarm.first_at).format("%H:%M").to_string())
        .collect();
    assert!(!rang.is_empty() && rang.iter().all(|at| at == "15:00"), "{rang:?}");
}

#[actix_web::test]
async fn time_does_not_pass_over_work_that_is_being_done() {
    let world = one().await;
    let class = class_of(&world, "2026-11-25", 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let workspace = school.desk(&desk).unwrap().workspace;
    let begun = workspace.clock.now();
    let change = async |sql: String| {
        let write = move |conn: &mut db::Conn| Ok::<_, web::Error>(diesel::sql_query(sql).execute(conn)?);
        assert_eq!(workspace.db.write(write).await.unwrap(), 1);
    };
    // The desk works by itself too, and has taken a job.
    let (now, lease) = (begun.format(SQL_TIME), (begun + Duration::minutes(2)).format(SQL_TIME));
    change(format!(
        "insert into jobs (id, kind, payload, run_at, attempts, lease_until, created_at) \
         values ('taken', 'deliveries.close', '2026-11-24T21:00:00', '{now}', 1, '{lease}', '{now}')"
    ))
    .await;
    let moving = actix_web::rt::spawn({
        let school = school.clone();
        async move { school.advance(&class.id, &desk, Move::BusinessDay).await }
    });
    tokio::pin!(moving);
    let waited = tokio::time::timeout(std::time::Duration::from_secs(3), &mut moving).await;
    assert!(waited.is_err(), "the clock went on without it");
    assert!(workspace.clock.now() - begun < Duration::hours(1));
    change(format!("update jobs set finished_at = '{now}' where id = 'taken'")).await;
    moving.await.unwrap().unwrap();
    assert!(workspace.clock.now() - begun >= Duration::hours(20));
}

#[actix_web::test]
async fn to_the_begin_of_a_month_is_to_its_first_business_day() {
    let world = one().await;
    // The 1st and the 2nd of May and the holidays to the 5th, which goes over to the 6th.
    let class = class_of(&world, "2027-04-28", 1).await;
    let rest = ["2027-04-30", "2027-05-06"];
    arrives(&world, &class, 0, Move::MonthBegin, "2027-05-06T08:31:00", &rest).await;
    let rest = [
        "2027-05-07",
        "2027-05-10",
        "2027-05-11",
        "2027-05-12",
        "2027-05-13",
        "2027-05-14",
        "2027-05-17",
        "2027-05-18",
        "2027-05-19",
        "2027-05-20",
        "2027-05-21",
        "2027-05-24",
        "2027-05-25",
        "2027-05-26",
        "2027-05-27",
        "2027-05-28",
        "2027-05-31",
        "2027-06-01",
    ];
    arrives(&world, &class, 0, Move::MonthBegin, "2027-06-01T08:31:00", &rest).await;
}
