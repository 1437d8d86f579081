//! Busy days replayed: how they are stands on the class's page, and the trainer can stop them.
use super::{
    be, class,
    clock::{class_of, files},
    come_in, one,
};
use crate::{
    browser::Page,
    desk::Desk,
    harness::{World, school_of},
};
use chrono::NaiveDateTime;
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Timestamp},
};
use mizumado::{
    accounts::Role,
    db,
    training::{Replay, Speed},
    web,
};

#[actix_web::test]
async fn a_replay_is_seen_stopped_and_after_a_restart_said_to_have_stopped() {
    let world = one().await;
    let class = class(&world, 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let path = format!("/training/{}", class.id);
    let fields = [
        ("desk", desk.as_str()),
        ("days", "31"),
        ("a_day", "40"),
        ("speed", "slow"),
    ];
    let page = trainer.post(&format!("{path}/replay"), &fields).await;
    page.expect("まねています").expect("止める");
    // What is renewed by itself holds it.
    assert_eq!(page.all("#progress button[name=stop]").len(), 1);
    let again = trainer.post(&format!("{path}/replay"), &fields).await;
    assert_eq!(again.status, 422);
    again.expect("止めてから始めてください");
    let page = trainer.post(&format!("{path}/replay"), &[("stop", &desk)]).await;
    page.expect("止めました");
    assert!(!page.has("まねています"));
    // The next one runs when the program ends.
    trainer
        .post(&format!("{path}/replay"), &fields)
        .await
        .expect("まねています");
    let restarted = school_of(&world.workspace, school.addresses().clone()).await.unwrap();
    let kept = restarted.class(&class.id).unwrap();
    let replay = kept.desk(&desk).unwrap().replay.clone().unwrap();
    assert_eq!(format!("{:?}", replay.state), "Interrupted");
    assert_eq!(replay.no, 2);
    // A reset knows of none.
    school.reset(&class.id, &desk, "研修 花子").await.unwrap();
    assert!(school.class(&class.id).unwrap().desk(&desk).unwrap().replay.is_none());
    assert!(!trainer.get(&path).await.has("申込みの多い日のまね"));
}

#[actix_web::test]
async fn a_replay_brings_questions_too_and_says_when_it_is_over() {
    let world = one().await;
    let class = class(&world, 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let count = async || {
        let read = |conn: &mut db::Conn| Ok::<_, web::Error>(db::table_counts(conn)?["inquiries"]);
        school.desk(&desk).unwrap().workspace.db.read(read).await.unwrap()
    };
    let before = count().await;
    let what = Replay {
        days: 2,
        a_day: 40,
        speed: Speed::Fast,
        seed: 3,
    };
    school.replay(&class.id, &desk, what).await.unwrap();
    assert!(count().await > before);
    let mut trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    trainer
        .get(&format!("/training/{}", class.id))
        .await
        .expect("終わりました");
}

/// The days of February 2027 on which the bureau works (the 11th and the 23rd are holidays), and the first of March.
const FILES: [&str; 19] = [
    "2027-02-01",
    "2027-02-02",
    "2027-02-03",
    "2027-02-04",
    "2027-02-05",
    "2027-02-08",
    "2027-02-09",
    "2027-02-10",
    "2027-02-12",
    "2027-02-15",
    "2027-02-16",
    "2027-02-17",
    "2027-02-18",
    "2027-02-19",
    "2027-02-22",
    "2027-02-24",
    "2027-02-25",
    "2027-02-26",
    "2027-03-01",
];

/// Rows of a desk whose time lies in February 2027, as Japan has it.
async fn in_february(world: &World, desk: &str, sql: &'static str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
    let (from, to) = (at("2027-01-31T15:00:00"), at("2027-02-28T15:00:00"));
    let read = move |conn: &mut db::Conn| {
        let query = diesel::sql_query(sql)
            .bind::<Timestamp, _>(from)
            .bind::<Timestamp, _>(to);
        Ok::<_, web::Error>(query.get_result::<Count>(conn)?.n)
    };
    let workspace = world.school().desk(desk).unwrap().workspace;
    workspace.db.read(read).await.unwrap()
}

/// The rows of a table of a paper, each with its cells.
fn rows(page: &Page, table: &str, columns: usize) -> Vec<Vec<String>> {
    let cells = page.all(&format!("[aria-label='{table}'] tbody td"));
    assert!(!cells.is_empty(), "{table}: {}", page.text());
    cells.chunks(columns).map(<[String]>::to_vec).collect()
}

#[actix_web::test]
async fn a_month_is_replayed_to_its_end_with_the_file_of_each_business_day_and_its_report_counts_it() {
    let world = one().await;
    // From the day before to the day after.
    let class = class_of(&world, "2027-01-31", 1).await;
    let (school, desk) = (world.school(), class.desks[0].id.clone());
    let applied = "select count(*) as n from applications where confirmed_at >= ? and confirmed_at < ?";
    let asked = "select count(*) as n from inquiries where received_at >= ? and received_at < ?";
    assert_eq!(in_february(&world, &desk, applied).await, 0);
    let before = files(&world, &desk).await.len();
    let what = Replay {
        days: 29,
        a_day: 2,
        speed: Speed::Fast,
        seed: 5,
    };
    school.replay(&class.id, &desk, what).await.unwrap();
    let kept = school.class(&class.id).unwrap().desk(&desk).unwrap().clone();
    assert_eq!(format!("{:?}", kept.replay.unwrap().state), "Done");
    assert_eq!(files(&world, &desk).await[before..], FILES);
    // The report of the month, made by who makes it.
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut learner, "shonin").await;
    let paper = [("kind", "progress"), ("period", "2027-02")];
    let page = learner.post("/papers", &paper).await;
    page.expect("進捗報告書（令和9年2月）第1版");
    let (people, questions) = (
        in_february(&world, &desk, applied).await,
        in_february(&world, &desk, asked).await,
    );
    assert!(people >= 28 && questions > 0, "{people} {questions}");
    let applications = rows(&page, "申込み", 9);
    let (sum, each) = applications.split_last().unwrap();
    assert_eq!((sum[0].as_str(), sum[8].as_str()), ("計", people.to_string().as_str()));
    let number = |cell: &String| cell.parse::<i64>().unwrap();
    assert_eq!(each.iter().map(|row| number(&row[8])).sum::<i64>(), people);
    let waiting = number(&sum[3]);
    assert!(waiting <= 2, "all but the last have their result: {sum:?}");
    let delivered = rows(&page, "還元データ", 5);
    let days: Vec<&str> = delivered.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(days, FILES[..18]);
    let given = "select count(*) as n from delivery_items join deliveries on no = delivery_no \
                 where record is not null and made_at >= ? and made_at < ?";
    let results: i64 = delivered.iter().map(|row| number(&row[2])).sum();
    assert_eq!(results, in_february(&world, &desk, given).await);
    // Those of the invented past that were still to come are in the first of these files.
    let replayed = results - number(&delivered[0][2]);
    assert!(replayed > 20 && replayed <= people, "{replayed} of {people}");
    let by_way = rows(&page, "問合せ", 4);
    assert_eq!(by_way.iter().map(|row| number(&row[1])).sum::<i64>(), questions);
}
