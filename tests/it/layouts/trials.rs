//! What a trial tells of people: no answer to a guess, nothing to whoever may not read applications, and all of it on record.
use super::{STANDARD_19, compare, context, draft, studio::text};
use crate::{
    applicant::Applicant,
    browser::Browser,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use mizumado::{
    accounts::Role,
    config::Source,
    db::Conn,
    deliveries::{FileWriter, Layout},
    enrolment::{ResultRecord, states::Registration},
};

/// Results at the console, each decided when it was confirmed.
async fn results(world: &World, all: Vec<Row>) {
    let keys = world.workspace.keys.clone();
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, &all)?;
        let ids: Vec<String> = all.iter().map(|row| format!("'{}'", row.id)).collect();
        let which = format!("id in ({})", ids.join(","));
        for state in [
            Registration::AtInstitution,
            Registration::Checking,
            Registration::Registered,
        ] {
            rows::advance_all(conn, &which, state, "confirmed_at")?;
        }
        Ok(())
    };
    world.write(write).await;
}

/// The page of a draft with one more column, without the guess that stands in it.
async fn with_column(maker: &mut Desk, path: &str, plain: &str, column: &str, guess: &str) -> String {
    let whole = format!(
        "{plain}\n[[column]]\nheader = \"x\"\n{}\n",
        column.replace("GUESS", guess)
    );
    let page = maker.post(&format!("{path}/text"), &[("text", &whole)]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.expect("ためし書き");
    page.text().replace(guess, "GUESS")
}

#[actix_web::test]
async fn a_trial_answers_no_guess_about_a_masked_item() {
    for world in World::all_with_console().await {
        let left = Applicant::scenario("67").hand_off(&mut Browser::new(&world.url)).await;
        left.finish(&world, &mut Browser::new(&world.url)).await;
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        let plain = text(&mut maker, &path).await;
        // Of one person alone, by the receipt number, which nobody masks.
        let map = format!(
            "field = \"account_number\"\nmap = {{ \"GUESS\" = \"1\", \"\" = \"\" }}\n\
             when = {{ field = \"receipt_number\", is = [\"{}\"], else = \"\" }}",
            left.receipt_number
        );
        let part = "join = [{ fixed = \"a\" }, { field = \"account_number\", map = { \"GUESS\" = \"1\" } }]";
        let whole = "join = [{ fixed = \"a\" }, { field = \"account_number\" }]\nmap = { \"aGUESS\" = \"1\" }";
        let instead = "field = \"user_kana\"\nmap = { \"GUESS\" = \"1\" }\n\
                       when = { field = \"state\", is = [\"x\"], else_field = \"account_number\" }";
        let narrow = "field = \"user_name\"\npad = { width = 1, with = \" \", side = \"left\" }\n";
        let is = format!("{narrow}when = {{ field = \"account_number\", is = [\"GUESS\"], else = \"\" }}");
        let is_not = is.replace("is = ", "is_not = ");
        for column in [&map, part, whole, instead, &is, &is_not] {
            let right = with_column(&mut maker, &path, &plain, column, "1234567").await;
            let wrong = with_column(&mut maker, &path, &plain, column, "1234568").await;
            assert_eq!(right, wrong, "{column}");
        }
    }
}

#[actix_web::test]
async fn each_trial_is_on_record_with_what_was_tried() {
    let world = World::with_console().await;
    let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
    let path = draft(&mut maker).await;
    let form = maker.get(&path).await.form_to(&path);
    maker.post_with(&path, &form, &[("try", "yes")]).await;
    let column = format!("{path}/columns/0");
    let form = maker.get(&column).await.form_to(&column);
    maker.post_with(&column, &form, &[("try", "yes")]).await;
    let subject = path.trim_start_matches('/').replace("layouts", "layout");
    let said = |what: &str| (subject.clone(), format!("{what} from 127.0.0.1"));
    assert_eq!(
        world.audit("layout.tried").await,
        [said("settings"), said("column 受付番号")]
    );
    let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
    auditor
        .get("/audit?action=layout.tried")
        .await
        .expect("レイアウトを保存せずに試した")
        .expect("項目 受付番号");
}

#[actix_web::test]
async fn a_layout_is_tried_on_the_newest_thousand_results_and_says_so() {
    let world = World::with_console().await;
    let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
    let path = draft(&mut maker).await;
    let now = world.workspace.clock.now();
    let all: Vec<Row> = (0..1_000).map(|n| Row::new(n, now - Duration::minutes(5))).collect();
    results(&world, all).await;
    let all = maker.get(&path).await;
    all.expect("この30日の結果1000件で試しました。書き出すのは1000件");
    assert!(!all.has("新しい1,000件"));
    results(&world, vec![Row::new(1_000, now - Duration::minutes(2))]).await;
    let newest = maker.get(&path).await;
    newest
        .expect("新しい1,000件で試しています。書き出すのは1000件")
        .expect(&Row::new(1, now).shown());
    // The oldest makes way for the newest.
    assert!(all.has(&Row::new(0, now).shown()) && !newest.has(&Row::new(0, now).shown()));
}

/// What people without the permission see of a draft: its page, a column, a trial, and a comparison.
async fn seen_by(boss: &mut Desk, operator: &mut Desk, path: &str) -> Vec<String> {
    let column = format!("{path}/columns/0");
    let page = boss.get(path).await;
    let form = page.form_to(path);
    let tried = boss.post_with(path, &form, &[("try", "yes")]).await;
    let compared = compare(operator, path, b"1,2\r\n").await;
    let pages = [page, boss.get(&column).await, tried, operator.get(path).await, compared];
    for page in &pages {
        assert_eq!(page.status, 200);
        assert!(
            !page.has("この30日の結果") && !page.has("000-000-00"),
            "{}",
            page.text()
        );
    }
    pages[0].expect("架空の1件で試しています").expect("7KQ-4M9-TXH");
    pages.map(|page| page.text()).to_vec()
}

/// A file of the layout that ships, as a vendor may send it: so many rows of somebody else.
fn vendors(world: &World, rows: usize) -> Vec<u8> {
    let layout = Layout::parse(&Source::built_in("layout.toml", STANDARD_19)).unwrap();
    let mut bytes = vec![];
    let mut writer = FileWriter::new(&layout, context(world), &mut bytes);
    for n in 0..rows {
        let record = ResultRecord {
            receipt_number: format!("VEN-DOR-{n:03}"),
            account_number: format!("{n:07}"),
            branch_name: "見本支店".into(),
            ..ResultRecord::sample()
        };
        writer.row(&record).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

#[actix_web::test]
async fn a_sample_of_other_people_and_another_number_of_them_has_no_other_shape() {
    for world in World::all_with_console().await {
        let now = world.workspace.clock.now();
        results(&world, (0..12).map(|n| Row::new(n, now)).collect()).await;
        world.workspace.clock.advance(Duration::minutes(1));
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        // Of ours as many rows as the sample has.
        let page = compare(&mut maker, &path, &vendors(&world, 3)).await;
        page.expect("形のちがいが0件");
        assert!(page.has("値のちがい") && !page.has("レコードの数は"), "{}", page.text());
        // Or as many as there are.
        let page = compare(&mut maker, &path, &vendors(&world, 20)).await;
        page.expect("レコードの数は、見本が21、こちらが13です。");
        let shape = "ここがなくなるまで直します 0件（確認済み）";
        assert!(page.text().contains(shape), "{}", page.text());
        let entries = world.audit("layout.compared").await;
        assert!(
            entries[0].1.contains(" shape 0 ") && !entries[0].1.contains("records"),
            "{entries:?}"
        );
        assert!(entries[1].1.contains(" records 13 21"), "{entries:?}");
        let seen = world.audit("layout.seen").await;
        let named = |n: usize| seen[n].1.matches("application/").count();
        assert_eq!((seen.len(), named(0), named(1)), (3, 10, 3), "{seen:?}");
    }
}

#[actix_web::test]
async fn who_may_not_read_applications_sees_an_invented_row_and_hears_nothing_of_real_ones() {
    for world in World::all_with_console().await {
        let mut boss = Desk::open(&world, "b1", &[Role::Administrator]).await;
        let mut operator = Desk::open(&world, "o1", &[Role::Operator]).await;
        let path = draft(&mut boss).await;
        // The first comparison stands on the pages that come after it.
        let first = seen_by(&mut boss, &mut operator, &path).await;
        let mut other = Desk::open(&world, "o2", &[Role::Operator]).await;
        let before = other.get(&path).await.text();
        let now = world.workspace.clock.now();
        results(&world, vec![Row::new(1, now), Row::new(2, now)]).await;
        assert_eq!(other.get(&path).await.text(), before);
        let second = seen_by(&mut boss, &mut operator, &path).await;
        assert_eq!((&first[1], &first[4]), (&second[1], &second[4]));
        assert_eq!(world.audit("layout.seen").await, []);
    }
}

#[actix_web::test]
async fn whose_rows_a_layout_showed_is_on_record_with_who_saw_them() {
    for world in World::all_with_console().await {
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        viewer.get(&path).await.expect("この30日に結果がない");
        assert_eq!(world.audit("layout.seen").await, [], "there was nobody to see");
        let row = Row::new(1, world.workspace.clock.now());
        results(&world, vec![row.clone()]).await;
        world.workspace.clock.advance(Duration::minutes(1));
        viewer.get(&path).await.expect(&row.shown());
        maker.get(&format!("{path}/columns/0")).await.expect(&row.shown());
        compare(&mut viewer, &path, b"1\r\n2\r\n").await;
        let subject = path.trim_start_matches('/').replace("layouts", "layout");
        let said = (subject, format!("application/{} from 127.0.0.1", row.id));
        assert_eq!(world.audit("layout.seen").await, [said.clone(), said.clone(), said]);
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let page = auditor.get("/audit/accesses?who=v1").await;
        page.expect("レイアウトの画面で見た（伏せた表示）").expect(&row.shown());
    }
}
