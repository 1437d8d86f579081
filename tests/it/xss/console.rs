//! Staff's fields: every text field of every form of every page, and what comes from applicants, files and other machines.
use super::{
    inert::{MARK, assert_inert, payloads},
    no_limits,
};
use crate::{
    browser::Page,
    console_pages::{ELSEWHERE, furnished},
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use diesel::connection::SimpleConnection;
use mizumado::{
    accounts::{self, Role},
    alarms,
    app::CONSOLE_PLAN,
    audit,
    db::Conn,
    enrolment::states::Registration,
};
use scraper::{Html, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that hold the text where another machine or an applicant would have put it; the applications' ids.
async fn write_rows(world: &World, n: usize, text: &'static str) -> [String; 2] {
    let (workspace, at) = (world.workspace.clone(), world.workspace.clock.now());
    let row = |n| Row {
        name: (text.into(), text.into()),
        ..Row::new(n, at)
    };
    let made = [row(1000 + 2 * n), row(1001 + 2 * n)];
    let ids = made.clone().map(|row| row.id);
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &workspace.keys, &made)?;
        rows::bring(conn, &made[0].id, Registration::Registered, at)?;
        let cause = alarms::Cause {
            key: text,
            subject: text,
            message: text,
        };
        alarms::raise(conn, &workspace, &cause, at)?;
        audit::record(conn, at, audit::Actor::Operator, "test.hostile", text, text)?;
        let quoted = text.replace('\'', "''");
        // One is settled, the other stays in the list.
        for id in ["X", "Y"] {
            let values = format!("'{id}{n}', 'missing_in_file', '{id}{n}', '{quoted}', '{quoted}'");
            let insert = format!(
                "insert into differences (id, kind, attempt_id, gateway, detail, found_at) values ({values}, {})",
                rows::literal(at)
            );
            conn.batch_execute(&insert)?;
        }
        let form = accounts::PersonForm {
            code: format!("x{n}"),
            name: text.into(),
            unit: text.into(),
            roles: vec![Role::Viewer],
        };
        accounts::add_person(conn, &workspace, &audit::Actor::Operator, &form, at).map(drop)
    };
    world.write(write).await;
    ids
}

/// Forms whose other fields must be right before the text is kept; each answer is looked at.
async fn keep(
    desk: &mut Desk,
    [done, open]: &[String; 2],
    paths: &BTreeMap<&'static str, String>,
    n: usize,
    text: &str,
) {
    let (here, person) = (format!("/applications/{done}"), &paths["/staff/{id}"]);
    let (difference, layout) = (format!("/differences/X{n}/settlement"), &paths["/layouts/{id}"]);
    let forms: [(String, Vec<(&str, &str)>); 9] = [
        (format!("{here}/notes"), vec![("body", text)]),
        (format!("{here}/reveals"), vec![("reason", "other"), ("note", text)]),
        (
            format!("{here}/corrections"),
            vec![("result", "not_registered"), ("note", text), ("evidence", text)],
        ),
        (format!("/applications/{open}/withdrawal"), vec![("note", text)]),
        (
            "/applications/views".into(),
            vec![("name", text), ("list", "result=unknown")],
        ),
        ("/applications/searches".into(), vec![("q", text)]),
        (
            "/institutions/stops".into(),
            vec![("rule", "毎日 23:55-翌0:05"), ("reason", text), ("confirmed", "yes")],
        ),
        (
            format!("{person}/trainings"),
            vec![("held_on", "2026-11-01"), ("title", text)],
        ),
        (difference, vec![("resolution", text)]),
    ];
    for (path, fields) in &forms {
        assert_inert(&desk.post(path, fields).await, text);
    }
    let form = desk.get(layout).await.form_to(layout);
    let typed = [("name", text), ("note", text), ("file_name", "a_{date}.csv")];
    assert_inert(&desk.post_with(layout, &form, &typed).await, text);
    let column = format!("{layout}/columns/0");
    let form = desk.get(&column).await.form_to(&column);
    let typed = [
        ("header", text),
        ("source", "fixed"),
        ("fixed", text),
        ("otherwise", text),
    ];
    assert_inert(&desk.post_with(&column, &form, &typed).await, text);
    let quoted = text.replace('"', "\"\"");
    let table = format!(
        "institution_code,branch_code,name,kana\n1371,{:03},\"{quoted}\",\"{quoted}\"\n",
        700 + n
    );
    let import = desk.upload("/institutions/imports", "file", table.as_bytes()).await;
    assert!(
        assert_inert(&import, text).contains(MARK),
        "the comparison shows the branch"
    );
    let comparison = format!("{layout}/comparison");
    assert_inert(&desk.upload(&comparison, "sample", text.as_bytes()).await, text);
}

/// The text fields of a page's forms: action, names of all text fields, and everything that a browser would send.
fn forms(page: &Page) -> Vec<(String, Vec<String>)> {
    let html = Html::parse_document(&page.html);
    let free = Selector::parse(
        "input[type=text], input[type=search], input[type=email], input[type=tel], input:not([type]), textarea",
    );
    let free = free.unwrap();
    let posts = Selector::parse("form[method=post]").unwrap();
    let read = html.select(&posts).filter_map(|form| {
        let names: Vec<String> = form
            .select(&free)
            .filter_map(|f| f.attr("name").map(str::to_owned))
            .collect();
        (!names.is_empty()).then(|| (form.attr("action").unwrap().to_owned(), names))
    });
    read.collect()
}

/// Every page that a rule names.
fn pages(paths: &BTreeMap<&'static str, String>) -> Vec<String> {
    let rules = CONSOLE_PLAN.rules.iter();
    let shown = rules.filter(|r| r.method == "GET" && !ELSEWHERE.contains(&r.path));
    shown
        .map(|r| paths.get(r.path).cloned().unwrap_or(r.path.to_owned()))
        .collect()
}

/// The text in all free fields of each form at once, and `alone` in each; what cannot be is said, and the page looked at.
async fn sweep(desk: &mut Desk, paths: &[String], text: &str, alone: bool, swept: &mut BTreeSet<String>) {
    let digits = regex::Regex::new("[0-9A-Z]{26}|X?[0-9]+").unwrap();
    for path in paths {
        for (action, names) in forms(&desk.get(path).await) {
            let mut changes: Vec<Vec<(&str, &str)>> = vec![names.iter().map(|n| (n.as_str(), text)).collect()];
            if alone {
                changes.extend(names.iter().map(|n| vec![(n.as_str(), text)]));
            }
            for change in &changes {
                let page = desk.get(path).await;
                // Some forms can be sent once; a withdrawal takes any text, and `keep` writes one.
                let is_there = forms(&page).iter().any(|(a, _)| *a == action);
                if is_there && !action.ends_with("/withdrawal") {
                    let form = page.form_to(&action);
                    assert_inert(&desk.post_with(&action, &form, change).await, text);
                }
            }
            let action = digits.replace_all(&action, "{}");
            swept.extend(names.iter().map(|name| format!("{action} {name}")));
        }
    }
}

/// Queries of the pages that take some.
const QUERIES: [&str; 9] = [
    "/applications?institution=",
    "/applications?from=",
    "/applications?sid=",
    "/applications?view=",
    "/audit?who=",
    "/audit?subject=",
    "/audit?from=",
    "/institutions/0140?q=",
    "/sign-in?next=",
];

/// Queries, and an address that is none.
async fn ask(desk: &mut Desk, n: usize, text: &str) {
    let typed = percent(text);
    for step in 0..3 {
        let query = QUERIES[(n + step * 3) % QUERIES.len()];
        assert_inert(&desk.get(&format!("{query}{typed}")).await, text);
    }
    let error = desk.get(&format!("/{typed}")).await;
    assert!(error.status == 404 || error.status == 400, "{text}: {}", error.status);
    assert_inert(&error, text);
}

/// Payloads between two looks at all pages: lists hold them all, and each form's answer was looked at.
const BATCH: usize = 8;

#[actix_web::test]
async fn what_is_typed_is_text_on_every_page_of_the_console() {
    let world = World::sqlite_with(no_limits()).await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let paths = furnished(&world, &mut desk).await;
    let (all, mut swept) = (pages(&paths), BTreeSet::new());
    let mut shown: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let (mut looked_at, payloads) = (0, payloads());
    for (round, some) in payloads.chunks(BATCH).enumerate() {
        sweep(&mut desk, &all, some[0], round == 0, &mut swept).await;
        let mut here = vec![];
        for (n, text) in (round * BATCH..).zip(some.iter().copied()) {
            desk.headers = vec![("user-agent", text.chars().filter(char::is_ascii).collect())];
            desk.sign_in().await;
            let ids = write_rows(&world, n, text).await;
            keep(&mut desk, &ids, &paths, n, text).await;
            here.extend(ids.map(|id| format!("/applications/{id}")));
            ask(&mut desk, n, text).await;
        }
        for path in all.iter().chain(&here) {
            let page = desk.get(path).await;
            assert_eq!(page.status, 200, "{path} after {some:?}");
            let said = assert_inert(&page, &format!("{some:?}"));
            // A view's name is cut.
            let begins = |text: &str| text.chars().take(40).collect::<String>();
            for text in some.iter().filter(|text| said.contains(&begins(text))) {
                shown.entry(path.clone()).or_default().insert(*text);
            }
            looked_at += 1;
        }
    }
    // Text that is shown as it was typed, so that the silence of the other pages means something.
    for path in [
        "/applications",
        "/corrections",
        "/layouts",
        "/institutions",
        "/alarms",
        "/differences",
        "/staff",
        "/account",
        "/audit",
    ] {
        // Some show the newest alone.
        assert!(shown[path].len() >= payloads.len() / BATCH, "{path}: {:?}", shown[path]);
    }
    let unseen: Vec<&&str> = payloads
        .iter()
        .filter(|p| !shown.values().any(|s| s.contains(*p)))
        .collect();
    assert!(unseen.is_empty(), "kept nowhere: {unseen:?}");
    assert!(swept.len() >= 25, "{swept:#?}");
    println!(
        "{} payloads, {} free fields of forms, {looked_at} pages",
        payloads.len(),
        swept.len()
    );
    assert_exports(&mut desk).await;
    let mails: String = world.mails().iter().map(|m| format!("{}{}", m.title, m.body)).collect();
    assert!(!mails.contains(MARK), "mails carry nobody's words");
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What a spreadsheet opens: no cell is a formula, and no browser shows it as a page.
async fn assert_exports(desk: &mut Desk) {
    let list = desk.ask_for_export("").await;
    for path in [list.as_str(), "/audit/export?from=2026-11-01&to=2026-12-31"] {
        desk.prove().await;
        let file = desk.once("GET", path, None).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert!(
            file.headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        let mut cells = 0;
        for record in csv::Reader::from_reader(file.html.trim_start_matches('\u{FEFF}').as_bytes()).records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{path}: {cell}");
                cells += 1;
            }
        }
        assert!(cells > 100, "{path}: {cells}");
    }
}
