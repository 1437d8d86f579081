//! The list: what each filter holds, its count and chips, and pages that lose and repeat no row.
use crate::{
    browser::Page,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::{Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime};
use mizumado::{
    accounts::Role,
    clock::{jst, utc_from_jst},
    db::Conn,
    enrolment::states::Registration::{self, *},
};

/// Of the rows, in turn.
const STATES: [Registration; 8] = [
    Registered,
    Rejected,
    Cancelled,
    Unknown,
    AtInstitution,
    Expired,
    Corrected,
    Withdrawn,
];
const INSTITUTIONS: [&str; 3] = ["0140", "9900", "5666"];

struct Made {
    row: Row,
    state: Registration,
    decided: Option<NaiveDateTime>,
}

/// Rows whose times stand several to a moment, so that the id must tell them apart.
async fn make(world: &World, count: usize) -> Vec<Made> {
    let noon = NaiveTime::from_hms_opt(0, 30, 0).unwrap();
    let today = jst(world.workspace.clock.now()).date();
    let made: Vec<Made> = (0..count)
        .map(|n| {
            let day = today - Days::new((n / 9) as u64);
            let at = utc_from_jst(day.and_time(noon)) + Duration::minutes((n % 9 / 4) as i64);
            let state = STATES[n * 5 % STATES.len()];
            let institution = INSTITUTIONS[n % 3];
            let row = Row {
                institution,
                ..Row::new(n * 7919 % 100_003, at)
            };
            let decided = state.is_result().then_some(at + Duration::minutes((n % 3) as i64));
            Made { row, state, decided }
        })
        .collect();
    let keys = world.workspace.keys.clone();
    let work: Vec<_> = made.iter().map(|m| (m.row.clone(), m.state, m.decided)).collect();
    let write = move |conn: &mut Conn| {
        let all: Vec<Row> = work.iter().map(|(row, _, _)| row.clone()).collect();
        rows::confirm(conn, &keys, &all)?;
        for (row, state, decided) in &work {
            rows::bring(conn, &row.id, *state, decided.unwrap_or(row.at))?;
        }
        Ok(())
    };
    world.write(write).await;
    made
}

fn receipts(page: &Page) -> Vec<String> {
    page.all("#found tbody th")
}

/// The receipts of the rows that fit, in an order.
fn expected(made: &[Made], order: &str, fits: impl Fn(&Made) -> bool) -> Vec<String> {
    let mut list: Vec<&Made> = made
        .iter()
        .filter(|m| fits(m) && (order != "decided" || m.decided.is_some()))
        .collect();
    match order {
        "oldest" => list.sort_by_key(|m| (m.row.at, m.row.id.clone())),
        "decided" => list.sort_by_key(|m| std::cmp::Reverse((m.decided, m.row.id.clone()))),
        _ => list.sort_by_key(|m| std::cmp::Reverse((m.row.at, m.row.id.clone()))),
    }
    list.iter().map(|m| m.row.shown()).collect()
}

#[actix_web::test]
async fn pages_forth_and_back_lose_and_repeat_no_row() {
    for world in World::all_with_console().await {
        let made = make(&world, 230).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for order in ["", "oldest", "decided"] {
            for (filter, fits) in [
                ("", (|_| true) as fn(&Made) -> bool),
                ("institution=9900", |m| m.row.institution == "9900"),
            ] {
                let all = expected(&made, order, fits);
                let mut page = viewer.get(&format!("/applications?{filter}&order={order}")).await;
                let mut seen = vec![receipts(&page)];
                assert!(page.link("前の50件").is_none());
                while let Some(next) = page.link("次の50件") {
                    page = viewer.get(&next).await;
                    seen.push(receipts(&page));
                }
                assert!(seen.len() >= 2, "more than one page");
                assert_eq!(seen.concat(), all, "{filter} {order}");
                let full = seen.iter().rev().skip(1).all(|rows| rows.len() == 50);
                assert!(full && !seen[seen.len() - 1].is_empty());
                seen.pop();
                while let Some(back) = page.link("前の50件") {
                    page = viewer.get(&back).await;
                    assert_eq!(Some(receipts(&page)), seen.pop(), "{filter} {order}");
                    assert!(page.link("次の50件").is_some());
                }
                assert!(seen.is_empty(), "{filter} {order}: back at the first page");
            }
        }
        // A row that comes in meanwhile moves nobody's place.
        let first = viewer.get("/applications").await;
        let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let new = Row::new(999_999, now);
        world.write(move |conn| Ok(rows::confirm(conn, &keys, &[new])?)).await;
        let second = viewer.get(&first.link("次の50件").unwrap()).await;
        assert_eq!(receipts(&second), expected(&made, "", |_| true)[50..100]);
        for broken in [
            "after=x",
            "after=1-x",
            "after=-5-01T00000000000000000000001",
            "before=&after=",
        ] {
            let page = viewer.get(&format!("/applications?{broken}")).await;
            assert_eq!((page.status, receipts(&page).len()), (200, 50), "{broken}");
        }
    }
}

#[actix_web::test]
async fn each_filter_holds_its_rows_its_count_and_its_chip() {
    for world in World::all_with_console().await {
        let made = make(&world, 60).await;
        let now = world.workspace.clock.now();
        let today = jst(now).date();
        let day = |m: &Made| jst(m.row.at).date();
        let calendar = world
            .write(move |conn| Ok(mizumado::institutions::calendar(conn, now)?))
            .await;
        let previous = calendar.previous_bureau_business_day(today);
        let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        let (from, to) = (today - Days::new(4), today - Days::new(2));
        let last_month = |d: NaiveDate| {
            let last = today.with_day(1).unwrap() - Days::new(1);
            (d.year(), d.month()) == (last.year(), last.month())
        };
        let range = format!("period=range&from={from}&to={to}");
        let mut cases: Vec<(String, &str, Vec<String>)> = vec![
            (
                "period=today".into(),
                "受付した日：今日",
                expected(&made, "", |m| day(m) == today),
            ),
            (
                "period=previous".into(),
                "受付した日：前営業日",
                expected(&made, "", |m| day(m) >= previous && day(m) < today),
            ),
            (
                "period=week".into(),
                "受付した日：今週",
                expected(&made, "", |m| day(m) >= monday),
            ),
            (
                "period=month".into(),
                "受付した日：先月",
                expected(&made, "", |m| last_month(day(m))),
            ),
            (
                range.clone(),
                "受付した日：",
                expected(&made, "", |m| day(m) >= from && day(m) <= to),
            ),
            (
                "institution=5666".into(),
                "金融機関：",
                expected(&made, "", |m| m.row.institution == "5666"),
            ),
            (
                format!("{range}&institution=9900&result=registered"),
                "結果：登録完了",
                expected(&made, "", |m| {
                    day(m) >= from && day(m) <= to && m.row.institution == "9900" && m.state == Registered
                }),
            ),
            (
                "attention=1".into(),
                "要対応だけ",
                expected(&made, "", |m| {
                    m.state == Unknown || (m.state == AtInstitution && m.row.at < now - Duration::hours(24))
                }),
            ),
        ];
        for state in STATES.into_iter().filter(|s| *s != AtInstitution) {
            cases.push((
                format!("result={}", state.as_str()),
                "結果：",
                expected(&made, "", |m| m.state == state),
            ));
        }
        cases.push((
            "result=running".into(),
            "結果：手続中",
            expected(&made, "", |m| m.state == AtInstitution),
        ));
        cases.push(("result=paper".into(), "結果：書面", vec![]));
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for (query, chip, all) in cases {
            let page = viewer.get(&format!("/applications?{query}")).await;
            assert_eq!(receipts(&page), all[..all.len().min(50)], "{query}");
            let count = match all.len() {
                0 => "0件（確認済み）".to_owned(),
                n => format!("1〜{}件／全{n}件", n.min(50)),
            };
            assert_eq!(page.first(".count"), count, "{query}");
            assert!(
                page.first("#found .chips").contains(chip),
                "{query}: {}",
                page.first("#found .chips")
            );
            assert_eq!(
                page.all("#found .chip").len(),
                query.matches('=').count() - 2 * query.matches("range").count()
            );
        }
        // A mistyped day is said, and finds nothing.
        for (query, field) in [("period=range&from=2026/11/01", "from"), ("to=2026-13-01", "to")] {
            let page = viewer.get(&format!("/applications?{query}")).await;
            assert_eq!((page.status, receipts(&page)), (422, vec![]), "{query}");
            assert!(
                page.first(&format!("#{field}-error")).contains("2026-11-01のように"),
                "{query}"
            );
            assert!(!page.has("/applications/export?"));
        }
        // htmx puts the answer in the place of the one element that the form names.
        let (mut fragment, page) = (viewer.browser.clone(), viewer.get("/applications").await);
        let target = page.attributes("form.filters", "hx-target").remove(0);
        assert_eq!(page.attributes(&format!("section{target}"), "id").len(), 1);
        assert_eq!(page.attributes(&target, "id").len(), 1, "{target} stands once");
        fragment.headers.push(("hx-request", "true".into()));
        let part = fragment.get("/applications?result=unknown").await;
        assert!(
            part.html.starts_with(&format!("<section id=\"{}\"", &target[1..])),
            "{}",
            part.html
        );
        assert_eq!(
            (
                part.headers["vary"]
                    .to_str()
                    .unwrap()
                    .to_lowercase()
                    .contains("hx-request"),
                part.has("<html")
            ),
            (true, false)
        );
        // A chip takes its own filter off and leaves the others.
        let page = viewer.get("/applications?result=unknown&institution=9900").await;
        let chips = page.attributes("#found .chip a", "href");
        assert_eq!(
            chips,
            ["/applications?institution=9900", "/applications?result=unknown"]
        );
        let wrong = viewer
            .get("/applications?period=x&result=draft&institution=99&order=up&attention=2")
            .await;
        assert_eq!(
            wrong.first(".count"),
            "1〜50件／全60件",
            "what is no filter is left out"
        );
    }
}

#[actix_web::test]
async fn a_view_is_kept_for_its_person_without_a_search() {
    let world = World::with_console().await;
    make(&world, 10).await;
    let mut one = Desk::open(&world, "c1", &[Role::Clerk]).await;
    let mut two = Desk::open(&world, "c2", &[Role::Clerk]).await;
    let fields = [
        ("name", "郵便局の不明"),
        ("list", "result=unknown&institution=9900&sid=abc"),
    ];
    one.post("/applications/views", &fields).await;
    let page = one.get("/applications").await;
    assert_eq!(
        page.link("郵便局の不明").unwrap(),
        "/applications?result=unknown&institution=9900"
    );
    assert!(!two.get("/applications").await.has("郵便局の不明"));
    let removal = page.attributes("form[action$=removal]", "action").remove(0);
    two.post(&removal, &[]).await;
    one.get("/applications").await.expect("郵便局の不明");
    one.post(&removal, &[]).await;
    assert!(!one.get("/applications").await.has("郵便局の不明"));
    assert!(world.audit("applications.view_saved").await[0].1.starts_with("from "));
}

#[actix_web::test]
async fn previous_and_next_walk_through_the_list_that_one_came_from() {
    for world in World::all_with_console().await {
        let made = make(&world, 60).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        for order in ["oldest", "decided"] {
            let query = format!("institution=0140&order={order}");
            let all = expected(&made, order, |m| m.row.institution == "0140");
            let list = viewer.get(&format!("/applications?{query}")).await;
            let mut page = viewer.get(&list.link(&all[0]).unwrap()).await;
            assert!(page.link("前の件").is_none());
            let mut seen = vec![page.first("h1")];
            while let Some(next) = page.link("次の件") {
                page = viewer.get(&next).await;
                seen.push(page.first("h1"));
            }
            assert_eq!(seen, all, "{order}");
            let back = viewer.get(&page.link("前の件").unwrap()).await;
            assert_eq!(back.first("h1"), all[all.len() - 2]);
        }
    }
}

#[actix_web::test]
async fn what_a_filter_holds_is_a_file_without_persons() {
    for world in World::all_with_console().await {
        let made = make(&world, 60).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = clerk.get("/applications?result=registered&order=oldest").await;
        let registered = made.iter().filter(|m| m.state == Registered).count();
        let link = page.link(&format!("この条件でCSVを出力（{registered}件）")).unwrap();
        clerk.prove().await;
        let asked = clerk.get(&link).await;
        let form = asked.form_to("/exports");
        let exports = clerk.post_with("/exports", &form, &[("purpose", "report")]).await;
        let path = exports.attributes("a[href^='/exports/']", "href").remove(0);
        let file = clerk.get(&path).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert!(
            file.headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains("applications_")
        );
        let lines: Vec<&str> = file.html.trim_start_matches('\u{FEFF}').lines().collect();
        assert_eq!(lines[0], "受付番号,受付日時,金融機関,結果,理由,結果の日時,出力番号");
        assert_eq!(lines.len() - 1, registered);
        assert!(lines[1..].iter().all(|line| line.contains("登録完了")), "{lines:?}");
        let times: Vec<&str> = lines[1..].iter().map(|l| l.split(',').nth(1).unwrap()).collect();
        assert!(times.is_sorted(), "in the order of the list");
        let answers = clerk.get(&format!("/applications/{}", made[0].row.id)).await;
        assert!(!file.html.contains('＊') && answers.status == 200);
        assert!(lines[1..].iter().all(|line| line.ends_with(",1")), "whose file it is");
        let (subject, detail) = &world.audit("export.asked").await[0];
        // What narrowed it is on record.
        assert_eq!(
            detail,
            &format!("report {registered} rows registered oldest from 127.0.0.1")
        );
        let exported = &world.audit("applications.exported").await[0];
        assert_eq!(
            exported,
            &(subject.clone(), format!("report {registered} rows from 127.0.0.1"))
        );
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        assert!(!viewer.get("/applications").await.has("CSVを出力"));
        assert_eq!(viewer.get("/applications/export").await.status, 403);
    }
}
