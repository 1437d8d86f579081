//! Lists that may become long: fifty rows on a page, and ten thousand cost no more questions to the database than fifty.
use crate::{
    browser::Page,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use mizumado::{accounts::Role, crypto::Place, db::Conn};
use std::{collections::BTreeSet, ops::Range, sync::Mutex};

const PART: usize = 50;
const DIFFERENCES: usize = 10_000;
const CORRECTIONS: usize = 120;

static SENT: Mutex<Vec<String>> = Mutex::new(vec![]);

struct Listener;
impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            SENT.lock().unwrap().push(query.to_string().to_lowercase());
        }
    }
}

/// A page, and what it asked of the database.
async fn look(desk: &mut Desk, path: &str) -> (Page, Vec<String>) {
    SENT.lock().unwrap().clear();
    let page = desk.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    let sent = SENT.lock().unwrap().drain(..).collect::<Vec<_>>();
    (page, sent.into_iter().filter(|sql| sql.starts_with("select")).collect())
}

async fn add_differences(world: &World, which: Range<usize>) {
    let at = rows::literal(world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let all: Vec<usize> = which.collect();
        for some in all.chunks(500) {
            let values = some.iter().map(|n| {
                format!("('D{n:05}', 'missing_in_file', 'A{n:05}', 'main', '日次ファイルにありません', {at})")
            });
            let values = values.collect::<Vec<_>>().join(",");
            conn.batch_execute(&format!(
                "insert into differences (id, kind, attempt_id, gateway, detail, found_at) values {values}"
            ))?;
        }
        Ok(())
    };
    world.write(write).await;
}

async fn add_corrections(world: &World, which: Range<usize>) {
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let rows: Vec<Row> = which.map(|n| Row::new(n, now)).collect();
        rows::confirm(conn, &keys, &rows)?;
        for row in &rows {
            let sealed = |field| {
                let (table, row) = ("corrections", row.id.as_str());
                keys.seal(Place { table, row, field }, "電話で確かめた").unwrap()
            };
            conn.batch_execute(&format!(
                "insert into corrections (id, application_id, result, note, evidence, proposed_by, proposed_at) \
                 values ('{id}', '{id}', 'registered', '{}', '{}', 'staff/x', {})",
                sealed("note"),
                sealed("evidence"),
                rows::literal(now),
                id = row.id
            ))?;
        }
        Ok(())
    };
    world.write(write).await;
}

/// What a page of differences or corrections holds, by the address of each one's form.
fn held(page: &Page, act: &str) -> Vec<String> {
    page.attributes(&format!("section.card form[action$='/{act}']"), "action")
}

#[actix_web::test]
async fn ten_thousand_differences_are_fifty_on_a_page_and_cost_the_questions_of_fifty() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        add_differences(&world, 0..PART).await;
        let (page, few) = look(&mut clerk, "/differences").await;
        assert_eq!(held(&page, "settlement").len(), PART);
        assert!(page.has("50件") && !page.has("次の50件"), "{}", page.text());
        add_differences(&world, PART..DIFFERENCES).await;
        let mut seen = BTreeSet::new();
        for (path, words) in [
            ("/differences", "10000件中 1〜50件を表示"),
            ("/differences?page=1", "10000件中 51〜100件を表示"),
            ("/differences?page=199", "10000件中 9951〜10000件を表示"),
        ] {
            let (page, many) = look(&mut clerk, path).await;
            page.expect(words);
            assert_eq!(held(&page, "settlement").len(), PART, "{path}");
            assert_eq!(many.len(), few.len(), "{path}: {many:?}");
            seen.extend(held(&page, "settlement"));
        }
        assert_eq!(seen.len(), 3 * PART, "none stands twice");
        let (first, _) = look(&mut clerk, "/differences").await;
        assert_eq!(first.link("次の50件").as_deref(), Some("/differences?page=1"));
        assert_eq!(first.link("前の50件"), None);
        let (home, asked) = look(&mut clerk, "/").await;
        assert!(home.all(".tile__number").contains(&"10,000件以上".to_owned()));
        let about = asked.iter().filter(|sql| sql.contains("differences"));
        assert!(about.clone().all(|sql| sql.contains("count(")), "{asked:?}");
        assert_eq!(about.count(), 1);
    }
}

#[actix_web::test]
async fn who_settles_a_difference_stays_on_its_part_and_a_part_that_is_gone_is_the_last() {
    for world in World::all_with_console().await {
        add_differences(&world, 0..PART + 1).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let last = clerk.get("/differences?page=1").await;
        let way = held(&last, "settlement").remove(0);
        let empty = clerk.post_with(&way, &last.form_to(&way), &[("resolution", "")]).await;
        assert_eq!(empty.status, 422);
        assert_eq!(held(&empty, "settlement"), [way.as_str()], "the same part again");
        let first = held(&clerk.get("/differences").await, "settlement").remove(0);
        let done = clerk
            .post_with(&way, &last.form_to(&way), &[("resolution", "確かめた")])
            .await;
        assert_eq!(
            (done.status, done.path.as_str()),
            (200, "/differences?page=1"),
            "{}",
            done.text()
        );
        assert_eq!(
            held(&done, "settlement").len(),
            PART,
            "the part before, for nothing is left of it"
        );
        let page = clerk.get("/differences").await;
        let done = clerk
            .post_with(&first, &page.form_to(&first), &[("resolution", "確かめた")])
            .await;
        assert!(done.has("49件") && !done.has("次の50件"), "{}", done.text());
    }
}

#[actix_web::test]
async fn many_corrections_are_fifty_on_a_page_and_the_record_names_those_that_were_seen() {
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    for world in World::all_with_console().await {
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        add_corrections(&world, 0..2).await;
        let (page, few) = look(&mut approver, "/corrections").await;
        assert_eq!(held(&page, "decision").len(), 2);
        add_corrections(&world, 2..CORRECTIONS).await;
        let mut seen = BTreeSet::new();
        for (path, some) in [
            ("/corrections", 50),
            ("/corrections?page=1", 50),
            ("/corrections?page=2", 20),
        ] {
            let (page, many) = look(&mut approver, path).await;
            page.expect("電話で確かめた").expect("120件");
            assert_eq!(held(&page, "decision").len(), some, "{path}");
            assert!(many.len() <= few.len(), "{path}: {} {}", many.len(), few.len());
            let (_, said) = world.audit("corrections.seen").await.pop().unwrap();
            assert_eq!(said.matches("application/").count(), some, "{path}");
            seen.extend(held(&page, "decision"));
        }
        assert_eq!(seen.len(), CORRECTIONS, "each stands once");
        let (home, asked) = look(&mut approver, "/").await;
        assert!(home.all(".tile__number").contains(&"120件".to_owned()));
        let about = asked.iter().filter(|sql| sql.contains("corrections"));
        assert!(about.clone().all(|sql| sql.contains("count(")), "{asked:?}");
        let second = approver.get("/corrections?page=1").await;
        let way = held(&second, "decision").remove(0);
        let form = second.form_to(&way);
        let why = form.keys().find(|name| name.starts_with("refusal-")).unwrap();
        let refuse = [("decision", "refuse"), (why.as_str(), "根拠を足してください")];
        let done = approver.post_with(&way, &form, &refuse).await;
        assert_eq!(
            (done.status, done.path.as_str()),
            (200, "/corrections?page=1"),
            "{}",
            done.text()
        );
        done.expect("119件");
        assert_eq!(held(&done, "decision").len(), PART, "the second part still");
        assert_eq!(done.link("前の50件").as_deref(), Some("/corrections"));
    }
}
