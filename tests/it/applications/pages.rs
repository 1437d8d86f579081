//! What 「今日の仕事」, one application and a search for a number ask is answered from an index on both engines.
use super::{
    plans::{Listener, SENT, indexed},
    registered,
};
use crate::{
    applicant::Applicant,
    browser::Browser,
    desk::Desk,
    harness::World,
    many,
    rows::{self, Row},
};
use diesel::connection::{SimpleConnection, set_default_instrumentation};
use mizumado::{accounts::Role, db::Conn, enrolment::states::Registration};
use regex::Regex;
use std::{collections::BTreeSet, sync::LazyLock};

/// So many that PostgreSQL sees what an index saves.
const ROWS: usize = 2_000;

/// What grows with the applications, and what is asked of it.
const GROWING: &str = "applications|application_events|application_tokens|attempts|attempt_messages|mails\
                       |application_notes|reveals|corrections|differences|delivery_items|result_outbox|inquiries";
/// Indexes of the few that wait for somebody: these may be read as a whole.
const OF_FEW: [&str; 5] = [
    "applications_attention",
    "applications_attention_decided",
    "corrections_one_open",
    "differences_one_open",
    "inquiries_open",
];

static SCAN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"SCAN ({GROWING})\b( USING (?:COVERING )?INDEX (\w+))?")).unwrap());
static READ: LazyLock<Regex> = LazyLock::new(|| {
    let index = r"Index (?:Only )?Scan (?:Backward )?using (\w+)";
    Regex::new(&format!(r"(?:Seq Scan|{index}) on ({GROWING})\b")).unwrap()
});

/// The lines of a plan that read a growing table, or an index of it, from end to end.
fn read_whole(plan: &str) -> Vec<&str> {
    let lines: Vec<&str> = plan.lines().collect();
    let is_of_few = |index: Option<regex::Match>| index.is_some_and(|index| OF_FEW.contains(&index.as_str()));
    let whole = |(n, line): (usize, &&str)| {
        if let Some(found) = SCAN.captures(line) {
            return !is_of_few(found.get(3));
        }
        let Some(found) = READ.captures(line) else { return false };
        let mut below = lines[n + 1..].iter().take_while(|line| !line.contains("->"));
        !is_of_few(found.get(1)) && !below.any(|line| line.contains("Index Cond"))
    };
    let found = lines.iter().enumerate().filter(|(n, line)| whole((*n, line)));
    found.map(|(_, line)| *line).collect()
}

/// Asserts it of every question that was sent since the list was cleared; gives how many there were.
async fn check(world: &World, page: &str) -> usize {
    let sent: BTreeSet<String> = SENT.lock().unwrap().drain(..).collect();
    let about = Regex::new(&format!(r"(?i)\b(from|join)\s+\W?({GROWING})\b")).unwrap();
    let asked: Vec<String> = sent
        .into_iter()
        .filter(|sql| sql.to_lowercase().starts_with("select") && about.is_match(sql))
        .collect();
    for sql in &asked {
        let sql = sql.clone();
        let question = sql.clone();
        let plan = world
            .workspace
            .db
            .read(move |conn| indexed(conn, &question))
            .await
            .unwrap();
        let whole = read_whole(&plan);
        assert!(whole.is_empty(), "{page}\n{sql}\n{whole:?}\n{plan}");
    }
    asked.len()
}

/// Opens pages of the console and checks what each of them asks.
async fn open(world: &World, desk: &mut Desk, path: &str, least: usize) {
    SENT.lock().unwrap().clear();
    let page = desk.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    let asked = check(world, path).await;
    assert!(asked >= least, "{path}: {asked} questions");
}

/// Types something into the search and checks what is asked to find it; gives where that leads.
async fn look_for(world: &World, desk: &mut Desk, typed: &str) -> String {
    let body = serde_urlencoded::to_string([("q", typed)]).unwrap();
    let form = ("application/x-www-form-urlencoded", body.into_bytes());
    SENT.lock().unwrap().clear();
    let answer = desk.once("POST", "/applications/searches", Some(form)).await;
    assert_eq!(answer.status, 303, "{typed}: {}", answer.text());
    assert!(check(world, typed).await >= 1, "{typed}");
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// One whose corrected result is asked for, too; its id.
async fn corrected(world: &World) -> String {
    let (keys, at) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let row = Row::new(ROWS, at);
    let id = row.id.clone();
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
        Ok(rows::bring(conn, &row.id, Registration::Corrected, at)?)
    };
    world.write(write).await;
    id
}

#[actix_web::test]
async fn the_days_work_and_one_application_are_answered_from_an_index() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        many::fill(&world, ROWS).await;
        let (_, id) = registered(&world, &Applicant::default()).await;
        // Another one waits at the institution, so that there is something to look at.
        Applicant::scenario("69").hand_off(&mut Browser::new(&world.url)).await;
        let roles = [Role::Clerk, Role::Approver, Role::Administrator];
        let mut clerk = Desk::open(&world, "c1", &roles).await;
        // Both numbers of applications, corrections, differences, three of inquiries.
        open(&world, &mut clerk, "/", 7).await;
        let here = format!("/applications/{id}");
        for filter in [
            "",
            "order=oldest",
            "order=decided",
            "institution=0140",
            "institution=0140&order=decided",
            "result=registered",
            "result=registered&order=decided",
            "attention=1",
            "attention=1&order=decided",
            "period=today&order=oldest",
        ] {
            // Itself, its neighbours, events, attempts, messages, mails, notes, reveals, a correction.
            open(&world, &mut clerk, &format!("{here}?{filter}"), 10).await;
        }
        let corrected = corrected(&world).await;
        open(&world, &mut clerk, &format!("/applications/{corrected}"), 10).await;
    }
}

#[actix_web::test]
async fn a_number_is_found_by_its_index_whichever_it_is() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        many::fill(&world, ROWS).await;
        let (number, id) = registered(&world, &Applicant::default()).await;
        let (_, second) = registered(&world, &Applicant::scenario("67")).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let here = format!("/applications/{id}");
        assert_eq!(look_for(&world, &mut viewer, &number).await, here);
        assert_eq!(look_for(&world, &mut viewer, "0123456789").await, here);
        // Two of one customer are a list.
        let same = format!(
            "update applications set customer_index = \
             (select a.customer_index from applications a where a.id = '{id}') where id = '{second}'"
        );
        world.write(move |conn| Ok(conn.batch_execute(&same)?)).await;
        let list = look_for(&world, &mut viewer, "0123456789").await;
        assert!(list.starts_with("/applications?sid="), "{list}");
        for order in ["oldest", "decided"] {
            open(&world, &mut viewer, &format!("{list}&order={order}"), 2).await;
        }
        let list = look_for(&world, &mut viewer, "090-0000-1234").await;
        assert!(list.starts_with("/applications?sid="), "{list}");
    }
}
