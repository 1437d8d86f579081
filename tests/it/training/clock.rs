//! Where the moves of a desk's clock arrive, and that its work went along: the file of each business day, and no other.
use super::{one, wish};
use crate::harness::World;
use chrono::{Duration, NaiveDateTime};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{
    clock::utc_from_jst,
    db,
    training::{Class, Move, NewClass},
    web,
};

/// A class that takes place on another day than the world's.
async fn class_of(world: &World, day: &str, size: u32) -> Class {
    let asked = NewClass {
        day: day.parse().unwrap(),
        ..wish(world, size)
    };
    let id = world.school().make(asked).await.unwrap();
    world.school().class(&id).unwrap()
}

/// The days whose file was closed by the clock, the oldest first.
async fn files(world: &World, desk: &str) -> Vec<String> {
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
