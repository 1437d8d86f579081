//! What helps at the console: tasks with their age, a trial before anything is kept, paper.
use crate::{
    browser::Page,
    console_pages::furnished,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use mizumado::{accounts::Role, db::Conn, enrolment::states::Registration};

#[actix_web::test]
async fn results_that_nobody_knows_stand_beside_the_differences_the_oldest_first() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        clerk
            .get("/differences")
            .await
            .expect("結果のわからない申込みは0件です（確認済み）");
        let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let write = move |conn: &mut Conn| {
            let hours = [5, 200, 30];
            let all: Vec<Row> = hours
                .iter()
                .zip(0..)
                .map(|(h, n)| Row::new(n, now - Duration::hours(*h)))
                .collect();
            rows::confirm(conn, &keys, &all)?;
            for row in &all {
                rows::bring(conn, &row.id, Registration::Unknown, row.at)?;
            }
            let registered = Row::new(3, now - Duration::hours(40));
            rows::confirm(conn, &keys, std::slice::from_ref(&registered))?;
            rows::bring(conn, &registered.id, Registration::Registered, registered.at)?;
            Ok(all)
        };
        let all = world.write(write).await;
        let page = clerk.get("/differences").await;
        let shown: Vec<String> = [1, 2, 0].map(|n: usize| all[n].shown()).into();
        assert_eq!(page.all("main tbody th"), shown);
        assert_eq!(
            page.all("main td[data-label=受付からの時間]"),
            ["8日", "30時間", "5時間"]
        );
        let link = page.attributes("main tbody th a", "href").remove(0);
        clerk.get(&link).await.expect(&shown[0]).expect("結果不明");
    }
}

fn trial(page: &Page) -> Vec<String> {
    page.all(".table--preview tbody td:first-of-type")
}

#[actix_web::test]
async fn a_column_is_tried_without_being_kept_and_the_typing_stays() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let layout = maker.post("/layouts", &[("from", "ready:standard-19")]).await.path;
        let here = format!("{layout}/columns/1");
        let page = maker.get(&here).await;
        let (before, form) = (trial(&page), page.form_to(&here));
        assert_eq!(before.len(), 1, "{}", page.text());
        let typed = [("source", "fixed"), ("fixed", "X1"), ("width", ""), ("try", "yes")];
        let page = maker.post_with(&here, &form, &typed).await;
        assert_eq!((page.status, page.path.as_str()), (200, here.as_str()));
        assert_eq!(
            (
                page.form_to(&here)["fixed"].as_str(),
                page.form_to(&here)["source"].as_str()
            ),
            ("X1", "fixed")
        );
        assert_ne!(trial(&page), before);
        let page = maker.post_with(&here, &form, &[("width", "x"), ("try", "yes")]).await;
        assert_eq!(page.status, 422, "what is wrong is said as when it is kept");
        let page = maker.get(&here).await;
        assert_eq!((trial(&page), page.form_to(&here)), (before, form));
        assert_eq!(world.audit("layout.changed").await, []);
    }
}

#[actix_web::test]
async fn pages_that_are_put_on_paper_have_a_button_for_it() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let paths = furnished(&world, &mut desk).await;
    let layout = &paths["/layouts/{id}"];
    for path in [
        "/applications",
        "/deliveries",
        layout.as_str(),
        "/audit",
        "/audit/checkpoints",
        "/differences",
    ] {
        let page = desk.get(path).await;
        assert_eq!(page.attributes("button[data-print]", "type"), ["button"], "{path}");
    }
    let sample = desk.upload(&format!("{layout}/comparison"), "sample", b"x").await;
    assert_eq!(sample.attributes("button[data-print]", "type"), ["button"]);
}
