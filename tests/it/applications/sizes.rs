//! The list with no row, with one, and with more than it counts.
use crate::{
    browser::Page,
    desk::Desk,
    harness::World,
    many,
    rows::{self, Row},
};
use mizumado::accounts::Role;

/// More than the list counts, and more than one part of an export.
const MANY: usize = 10_120;

/// The address of the page behind the `n`th newest row.
fn behind(row: &Row) -> String {
    format!("/applications?after={}-{}", row.at.and_utc().timestamp_micros(), row.id)
}

fn receipts(page: &Page) -> Vec<String> {
    page.all("#found tbody th")
}

fn length(page: &Page) -> usize {
    receipts(page).len()
}

#[actix_web::test]
async fn a_list_of_nothing_says_what_comes_and_offers_nothing_to_export() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = clerk.get("/applications").await;
        assert_eq!((page.first(".count"), length(&page)), ("0件（確認済み）".to_owned(), 0));
        page.expect("申込みがあると、ここに並びます");
        for gone in ["CSVを出力", "次の50件", "前の50件", "行の間隔"] {
            assert!(!page.has(gone), "{gone}");
        }
        let filtered = clerk.get("/applications?result=unknown").await;
        assert!(filtered.link("条件をすべて外す").is_some());
        clerk.prove().await;
        let asked = clerk.get("/applications/export").await;
        asked.expect("条件にあう申込みはありません");
        assert!(asked.link("一覧にもどる").is_some() && !asked.has("action=\"/exports\""));
        let forced = clerk.post("/exports", &[("purpose", "report")]).await;
        assert_eq!(forced.status, 422, "nothing is asked for");
        assert!(clerk.get("/differences").await.status == 200);
    }
}

#[actix_web::test]
async fn a_list_of_one_has_no_neighbours() {
    for world in World::all_with_console().await {
        let row = Row::new(7, world.workspace.clock.now());
        let (keys, only) = (world.workspace.keys.clone(), row.clone());
        world.write(move |conn| Ok(rows::confirm(conn, &keys, &[only])?)).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = clerk.get("/applications").await;
        assert_eq!(page.first(".count"), "1〜1件／全1件");
        assert!(page.link("この条件でCSVを出力（1件）").is_some());
        let one = clerk.get(&page.link(&row.shown()).unwrap()).await;
        assert!(one.link("前の件").is_none() && one.link("次の件").is_none());
        let nothing = clerk.get(&behind(&row)).await;
        assert_eq!(nothing.first(".count"), "全1件");
        let back = nothing.link("一覧のはじめを見る").unwrap();
        assert_eq!(length(&clerk.get(&back).await), 1);
        // It has no result yet: in the order of results it is missing, which is said.
        let decided = clerk.get("/applications?order=decided").await;
        decided.expect("結果の出た申込みだけが並びます");
        assert_eq!(length(&decided), 0);
        let back = decided.link("受付の順で見る").unwrap();
        assert_eq!(length(&clerk.get(&back).await), 1);
    }
}

#[actix_web::test]
async fn a_list_of_more_than_it_counts_says_where_one_stands() {
    for world in World::all_with_console().await {
        let now = many::fill(&world, MANY).await;
        let row = |n: usize| many::row(n, MANY, now);
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let first = clerk.get("/applications").await;
        assert_eq!(first.first(".count"), "1〜50件／全10,000件以上");
        assert!(first.link("この条件でCSVを出力（10,000件以上）").is_some());
        let second = clerk.get(&first.link("次の50件").unwrap()).await;
        assert_eq!(second.first(".count"), "51〜100件／全10,000件以上");
        let back = clerk.get(&second.link("前の50件").unwrap()).await;
        assert_eq!(
            (back.first(".count"), receipts(&back)),
            (first.first(".count"), receipts(&first))
        );
        let edge = clerk.get(&behind(&row(9_969))).await;
        assert_eq!(edge.first(".count"), "9971〜10020件／全10,000件以上");
        let deep = clerk.get(&behind(&row(10_049))).await;
        assert_eq!(deep.first(".count"), "10,000件より後の50件／全10,000件以上");
        let last = clerk.get(&deep.link("次の50件").unwrap()).await;
        assert_eq!((length(&last), last.link("次の50件")), (20, None));
        let one = clerk.get(&last.link(&row(MANY - 1).shown()).unwrap()).await;
        assert!(one.link("次の件").is_none());
        let before = clerk.get(&one.link("前の件").unwrap()).await;
        assert_eq!(before.first("h1"), row(MANY - 2).shown());
        let view = [("name", "取りやめ"), ("list", "result=cancelled&order=oldest")];
        clerk.post("/applications/views", &view).await;
        let saved = clerk.get("/applications").await.link("取りやめ").unwrap();
        let page = clerk.get(&saved).await;
        let cancelled = (0..MANY).filter(|n| n % 10 == 9 && *n >= 200).count();
        assert_eq!(page.first(".count"), format!("1〜50件／全{cancelled}件"));
        let home = clerk.get("/").await;
        home.expect("前営業日の受付");
    }
}

#[actix_web::test]
async fn an_export_holds_every_row_once_however_many_there_are() {
    for world in World::all_with_console().await {
        let now = many::fill(&world, MANY).await;
        let newest: Vec<String> = (0..MANY).map(|n| many::row(n, MANY, now).shown()).collect();
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut approver = Desk::open(&world, "p1", &[Role::Approver]).await;
        let orders = ["", "order=oldest", "order=decided"];
        let mut files = vec![];
        for query in orders {
            let path = clerk.export_agreed_to(&mut approver, query).await;
            let page = clerk.get(&path).await;
            let lines = page.html.lines().skip(1);
            files.push(
                lines
                    .map(|line| line.split(',').next().unwrap().to_owned())
                    .collect::<Vec<_>>(),
            );
        }
        let [all, mut oldest, decided] = <[Vec<String>; 3]>::try_from(files).unwrap();
        assert_eq!(all, newest);
        oldest.reverse();
        assert_eq!(oldest, newest);
        // The later a row, the greater its number.
        assert!(decided.is_sorted(), "in the order of the list");
        assert!(decided.len() > 8_000 && decided.len() < MANY, "{}", decided.len());
        let audit = world.audit("applications.exported").await;
        assert_eq!(audit[0].1, format!("report {MANY} rows from 127.0.0.1"));
        assert_eq!(audit[2].1, format!("report {} rows from 127.0.0.1", decided.len()));
    }
}

#[actix_web::test]
async fn how_close_the_rows_stand_is_remembered_for_its_person() {
    for world in World::all_with_console().await {
        let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let all: Vec<Row> = (0..60).map(|n| many::row(n, 60, now)).collect();
        world.write(move |conn| Ok(rows::confirm(conn, &keys, &all)?)).await;
        let mut one = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let mut two = Desk::open(&world, "v2", &[Role::Viewer]).await;
        let is_close = |page: &Page| !page.all("table.table--close").is_empty();
        let list = one.get("/applications?institution=0140&order=oldest").await;
        assert!(!is_close(&list));
        let page = one.get("/applications").await;
        let second = one.get(&page.link("次の50件").unwrap()).await;
        let form = second.form_to("/applications/density");
        let close = one
            .post_with("/applications/density", &form, &[("density", "close")])
            .await;
        assert!(is_close(&close), "{}", close.html);
        assert_eq!(receipts(&close), receipts(&second), "the same page");
        assert_eq!(close.attributes(".density [aria-pressed=true]", "value"), ["close"]);
        assert!(is_close(&one.elsewhere(&world).await.get("/applications").await));
        assert!(!is_close(&two.get("/applications").await));
        for word in ["standard", "x"] {
            let page = one
                .post("/applications/density", &[("density", word), ("list", "sid=1&after=x")])
                .await;
            assert!(!is_close(&page) && page.status == 200, "{word}");
        }
    }
}
