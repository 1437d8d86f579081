//! The list's queries, as the program sends them, are answered from an index on both engines.
use super::search::search;
use crate::{desk::Desk, harness::World, many};
use diesel::{
    QueryableByName, RunQueryDsl,
    connection::{Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation},
    sql_types::Text,
};
use mizumado::{
    accounts::Role,
    db::{Conn, DbError},
};
use regex::Regex;
use std::sync::Mutex;

const ROWS: usize = 20_000;

/// What was sent to the database, with its parameters as `?` or `$1`.
pub static SENT: Mutex<Vec<String>> = Mutex::new(vec![]);

pub struct Listener;
impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split(" -- binds:").next().unwrap_or_default();
            SENT.lock().unwrap().push(sql.to_owned());
        }
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

/// The plan of a statement, whatever its parameters are.
pub fn plan(conn: &mut Conn, sql: &str) -> Result<String, DbError> {
    if let Conn::Sqlite(_) = conn {
        let steps: Vec<Step> = diesel::sql_query(format!("explain query plan {sql}")).load(conn)?;
        return Ok(steps.into_iter().map(|s| s.detail).collect::<Vec<_>>().join("\n"));
    }
    let numbers = (1..30).rev().find(|n| sql.contains(&format!("${n}"))).unwrap_or(0);
    // The size is known; as a parameter it would count as a tenth of the table.
    let limit = Regex::new(r"LIMIT \$(\d+)").unwrap();
    let last: usize = limit.captures(sql).map_or(0, |c| c[1].parse().unwrap());
    let sql = limit.replace(sql, if is_count(sql) { "LIMIT 10000" } else { "LIMIT 51" });
    let kept = numbers - usize::from(last == numbers && last > 0);
    let nulls = match kept {
        0 => String::new(),
        n => format!("({})", vec!["null"; n].join(", ")),
    };
    conn.batch_execute(&format!(
        "set plan_cache_mode = force_generic_plan; prepare looked_at as {sql}"
    ))?;
    let explain = diesel::sql_query(format!("explain execute looked_at{nulls}"));
    let lines: Vec<Line> = explain.load(conn)?;
    conn.batch_execute("deallocate looked_at; reset plan_cache_mode")?;
    Ok(lines.into_iter().map(|l| l.plan).collect::<Vec<_>>().join("\n"))
}

/// The statements about applications that opening a page sends.
async fn sent_by(desk: &mut Desk, path: &str) -> Vec<String> {
    SENT.lock().unwrap().clear();
    let page = desk.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    let sent = SENT.lock().unwrap().clone();
    let is_list = |sql: &String| {
        let sql = sql.replace(['"', '`'], "");
        let is_of_rows = sql.contains("FROM applications") && sql.contains("confirmed_at IS NOT NULL");
        let is_of_words = sql.contains("1 FROM application_tokens") && !sql.contains("OFFSET");
        (is_of_rows || is_of_words) && sql.contains("LIMIT")
    };
    let found: Vec<String> = sent.into_iter().filter(is_list).collect();
    // What is undecided has no place among the results: nothing is asked.
    let is_empty = path.contains("order=decided") && ["running", "unknown"].iter().any(|r| path.contains(r));
    match is_empty {
        true => assert!(found.is_empty(), "{path}: {found:?}"),
        false => assert!(found.len() >= 2, "{path}: rows and their count: {found:?}"),
    }
    found
}

const FILTERS: [&str; 17] = [
    "",
    "period=today",
    "period=month",
    "result=registered",
    "result=running",
    "result=unknown",
    "institution=9900",
    "result=rejected&institution=9900",
    "result=unknown&institution=9900",
    "attention=1",
    "result=expired",
    "period=range&from=20260401",
    "period=range&to=20261231",
    "period=range&from=20261110&to=20261110",
    "period=month&result=rejected",
    "period=month&institution=9900",
    "attention=1&institution=9900",
];

#[actix_web::test]
async fn every_order_and_filter_of_the_list_is_answered_from_an_index() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        many::fill(&world, ROWS).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for order in ["", "oldest", "decided"] {
            for filter in FILTERS {
                let first = format!("/applications?{filter}&order={order}");
                let next = viewer.get(&first).await.link("次の50件");
                for path in std::iter::once(first).chain(next) {
                    for sql in sent_by(&mut viewer, &path).await {
                        let asked = sql.clone();
                        let plan = world.workspace.db.read(move |conn| plan(conn, &asked)).await.unwrap();
                        check((&path, filter), &sql, &plan);
                    }
                }
            }
        }
    }
}

/// A search for one word, for two, and for a phone number.
const SEARCHES: [&str; 3] = ["サトウ", "サトウ ハナコ", "090-0000-5678"];

#[actix_web::test]
async fn a_search_is_answered_from_the_index_of_its_words_in_every_order_and_filter() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        many::fill(&world, ROWS).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for typed in SEARCHES {
            let found = search(&mut viewer, typed).await;
            for order in ["", "oldest", "decided"] {
                for filter in FILTERS {
                    let path = format!("{}&{filter}&order={order}", found.path);
                    for sql in sent_by(&mut viewer, &path).await {
                        let asked = sql.clone();
                        let plan = world
                            .workspace
                            .db
                            .read(move |conn| indexed(conn, &asked))
                            .await
                            .unwrap();
                        check_search(&path, &sql, &plan);
                    }
                }
            }
        }
    }
}

/// The plan by indexes: at this size PostgreSQL may find a frequent word faster by reading all.
pub fn indexed(conn: &mut Conn, sql: &str) -> Result<String, DbError> {
    if let Conn::Postgres(_) = conn {
        conn.batch_execute("set enable_seqscan = off")?;
    }
    let found = plan(conn, sql);
    if let Conn::Postgres(_) = conn {
        conn.batch_execute("reset enable_seqscan")?;
    }
    found
}

/// No table is read from end to end, and the tokens are found by their index. On SQLite they come first; PostgreSQL
/// knows its numbers and may begin with a filter that fits fewer, as both may with the few that are undecided.
fn check_search(path: &str, sql: &str, plan: &str) {
    let said = format!("{path}\n{sql}\n{plan}");
    let bare = Regex::new(r"SCAN |Seq Scan on application").unwrap();
    // A count ends at ten thousand, and PostgreSQL may find so many of a frequent word by reading on.
    if is_count(sql) && plan.contains("cost=") {
        return;
    }
    assert!(!plan.lines().any(|line| bare.is_match(line)), "{said}");
    if plan.contains("cost=") {
        // By the word, or of the few of one application.
        let indexes = ["application_tokens_pkey", "application_tokens_application"];
        assert!(indexes.iter().any(|index| plan.contains(index)), "{said}");
    } else {
        assert!(
            plan.contains("SEARCH application_tokens USING COVERING INDEX sqlite_autoindex_application_tokens_1"),
            "{said}"
        );
        // Where nothing but words is asked for, they are counted without their applications.
        let by_id = "SEARCH applications USING INDEX sqlite_autoindex_applications_1 (id=?)";
        assert!(plan.contains(by_id) || is_count_of_words(sql), "{said}");
    }
}

fn is_count(sql: &str) -> bool {
    sql.starts_with("SELECT 1 ")
}

fn is_count_of_words(sql: &str) -> bool {
    sql.starts_with("SELECT 1 FROM `application_tokens`")
}

fn check((path, filter): (&str, &str), sql: &str, plan: &str) {
    let said = format!("{path}\n{sql}\n{plan}");
    let bare = Regex::new(r"SCAN applications$|Seq Scan on applications").unwrap();
    let is_bare = plan.lines().any(|line| bare.is_match(line.trim()));
    // A count ends at ten thousand. PostgreSQL may read so many in any order, where the filter fits many.
    let may_read_on = is_count(sql) && plan.contains("cost=") && filter != "attention=1";
    assert!(!is_bare || may_read_on, "{said}");
    // An incremental sort orders the few rows of one moment.
    let whole = Regex::new(r"(?m)TEMP B-TREE|^(\s*->\s*)?Sort\b").unwrap();
    let sorts = whole.is_match(plan) && !plan.contains("Presorted Key");
    // Few of a million: PostgreSQL knows it, SQLite must be led.
    if filter == "attention=1" && path.contains("order=decided") && !plan.contains("cost=") {
        let index = if is_count(sql) {
            "applications_attention"
        } else {
            "applications_attention_decided"
        };
        assert!(plan.contains(index), "{said}");
    }
    // So is a period by result, on SQLite.
    let of_period = filter.starts_with("period=") && !filter.contains('&') && path.contains("order=decided");
    let in_order = ["", "institution=9900"].contains(&filter) || of_period && !plan.contains("cost=");
    assert!(!(in_order && sorts), "{said}");
}

/// Thousands of 20,000 begin so.
const FREQUENT: &str = "タ";

/// Sorting so many hits would take the longer the more there are: the list is read in its order instead. PostgreSQL
/// plans by its own numbers: of it nothing is asserted but that no table is read from end to end.
#[actix_web::test]
async fn a_search_for_a_frequent_word_reads_the_list_in_its_order_and_sorts_nothing() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        many::fill(&world, ROWS).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let found = search(&mut viewer, FREQUENT).await;
        for order in ["", "oldest", "decided"] {
            for filter in ["", "institution=9900", "result=registered"] {
                let path = format!("{}&{filter}&order={order}", found.path);
                for sql in sent_by(&mut viewer, &path)
                    .await
                    .into_iter()
                    .filter(|sql| !is_count(sql))
                {
                    let asked = sql.clone();
                    let plan = world.workspace.db.read(move |conn| indexed(conn, &asked)).await;
                    let plan = plan.unwrap();
                    let said = format!("{path}\n{sql}\n{plan}");
                    assert!(
                        !["SCAN applications\n", "Seq Scan on applications", "TEMP B-TREE"]
                            .iter()
                            .any(|bad| plan.contains(bad)),
                        "{said}"
                    );
                    let by_row = "sqlite_autoindex_application_tokens_1 (kind=? AND token=? AND application_id=?)";
                    assert!(plan.contains("cost=") || plan.contains(by_row), "{said}");
                }
            }
        }
    }
}

/// Whatever leads, the rows are the same.
#[actix_web::test]
async fn a_frequent_word_finds_everybody_who_has_it_in_every_order() {
    for world in World::all_with_console().await {
        let now = many::fill(&world, ROWS).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let found = search(&mut viewer, FREQUENT).await;
        let has = |n: &usize| {
            let number = many::row(*n, ROWS, now).shown();
            many::kana(*n)
                .iter()
                .any(|word| word.starts_with(FREQUENT))
                .then_some(number)
        };
        let all: Vec<String> = (0..ROWS).filter_map(|n| has(&n)).collect();
        assert!(all.len() > 4_000, "{}: many enough that the list leads", all.len());
        let shown = |page: &crate::browser::Page| page.all("#found tbody th");
        assert_eq!(shown(&found), all[..50]);
        let next = found.link("次の50件").unwrap();
        assert_eq!(shown(&viewer.get(&next).await), all[50..100]);
        let oldest = viewer.get(&format!("{}&order=oldest", found.path)).await;
        let last: Vec<String> = all.iter().rev().take(50).cloned().collect();
        assert_eq!(shown(&oldest), last);
        let decided = viewer.get(&format!("{}&order=decided", found.path)).await;
        let (mut expected, mut next) = (vec![], Some("/applications?order=decided".to_owned()));
        while expected.len() < 50 {
            let page = viewer.get(&next.unwrap()).await;
            expected.extend(shown(&page).into_iter().filter(|number| all.contains(number)));
            next = page.link("次の50件");
        }
        assert_eq!(shown(&decided), expected[..50]);
        let said = |page: &crate::browser::Page| page.all(".count").concat();
        // A search is counted up to a thousand.
        assert_eq!(said(&found), "1〜50件／全1,000件以上");
        let unknown = viewer.get(&format!("{}&result=unknown", found.path)).await;
        let (those, everybody) = (shown(&unknown), viewer.get("/applications?result=unknown").await);
        let expected: Vec<String> = shown(&everybody)
            .into_iter()
            .filter(|number| all.contains(number))
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(those, expected);
    }
}
