//! What was deleted is gone (S14): not a byte of it can be read in the database's files, although it was sealed anyway.
use crate::{browser::Browser, harness::World};
use chrono::Duration;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{app, db::Conn, jobs::Job};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// People who begin and never end; their pages come between each other, so that the database moves rows about.
const DRAFTS: usize = 60;

const STEPS: [(&str, &[(&str, &str)]); 5] = [
    ("bank", &[("institution", "0140")]),
    (
        "number",
        &[("application_kind", "new"), ("customer_number", "0123456789")],
    ),
    (
        "place",
        &[("postal_code", "940-0062"), ("town", "長岡市大手通"), ("block", "2-6")],
    ),
    (
        "name",
        &[
            ("family_name", "山田"),
            ("given_name", "太郎"),
            ("family_kana", "ヤマダ"),
            ("given_kana", "タロウ"),
            ("name_changed", "no"),
        ],
    ),
    (
        "contact",
        &[
            ("phone_mobile", "09000001234"),
            ("relation", "self"),
            ("notice", "mail"),
            ("email", "taro@example.jp"),
        ],
    ),
];

#[derive(QueryableByName)]
struct Sealed {
    #[diesel(sql_type = Text)]
    answers: String,
}

/// What stands sealed in the drafts now.
async fn sealed(world: &World) -> Vec<String> {
    let read = |conn: &mut Conn| Ok(diesel::sql_query("select answers from applications").load::<Sealed>(conn)?);
    world.write(read).await.into_iter().map(|row| row.answers).collect()
}

/// A part of a sealed value that stands in one piece, whatever the page: its first bytes after the key's id.
fn mark(sealed: &str) -> Vec<u8> {
    let body = sealed.split_once('.').unwrap().1;
    body.as_bytes()[..32].to_vec()
}

/// How many of the marks can be read in each file of the database.
fn readable(folder: &Path, marks: &BTreeSet<Vec<u8>>) -> BTreeMap<String, usize> {
    let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let files = files.filter(|p| p.file_name().unwrap().to_str().unwrap().starts_with("test.db"));
    let count = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        let found: BTreeSet<&[u8]> = bytes.windows(32).filter(|w| marks.contains(*w)).collect();
        found.len()
    };
    files
        .map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), count(&p)))
        .collect()
}

#[actix_web::test]
async fn what_was_deleted_can_be_read_in_no_file_of_the_database() {
    for world in World::all().await {
        let mut marks = BTreeSet::new();
        let mut browsers = vec![];
        for _ in 0..DRAFTS {
            let mut browser = Browser::new(&world.url);
            browser.post("/apply/terms", &[("agree", "yes")]).await;
            browsers.push(browser);
        }
        for (step, fields) in STEPS {
            for browser in &mut browsers {
                let page = browser.post(&format!("/apply/{step}"), fields).await;
                assert_eq!(page.status, 200, "{step}");
            }
            marks.extend(sealed(&world).await.iter().map(|s| mark(s)));
        }
        assert!(marks.len() >= DRAFTS * STEPS.len(), "{}", marks.len());
        let hours = world.workspace.settings.form.draft_hours;
        world.workspace.clock.advance(Duration::hours(hours + 1));
        // The sweep alone, so that one sees what the night's work is for.
        let sweep = app::handlers(&world.workspace)["enrolment.sweep"].clone();
        let job = Job {
            id: "sweep".into(),
            kind: "enrolment.sweep".into(),
            payload: String::new(),
            attempts: 0,
        };
        sweep(job).await.unwrap();
        let erased = "select count(*) as n from applications where state = 'expired'";
        assert_eq!(world.count(erased).await, DRAFTS as i64);
        let now: BTreeSet<_> = sealed(&world).await.iter().map(|s| mark(s)).collect();
        assert!(now.is_disjoint(&marks), "no row holds what was typed");
        if world.workspace.db.engine() == "postgres" {
            continue;
        }
        let before = readable(world.dir.path(), &marks);
        world.run_jobs().await;
        world.pass(Duration::days(1)).await;
        let after = readable(world.dir.path(), &marks);
        println!(
            "{} sealed values deleted; readable before the night: {before:?}, after: {after:?}",
            marks.len()
        );
        assert!(
            before.values().sum::<usize>() > 0,
            "the search finds what is there: {before:?}"
        );
        assert_eq!(after.values().sum::<usize>(), 0, "{after:?}");
        assert!(after.contains_key("test.db"), "{after:?}");
    }
}
