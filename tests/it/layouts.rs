//! The layout studio: a draft is made, shown with its problems, approved by a second person and used from its day.
mod studio;
mod trials;

use crate::{
    browser::Page,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{Days, NaiveDate};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{
    accounts::Role,
    clock::jst,
    config::Source,
    crypto::Place,
    db::Conn,
    deliveries::{self as feature, Context, FileWriter, Layout},
    enrolment::{ResultRecord, states::Registration},
};

/// A draft of the layout that ships; its address.
async fn draft(desk: &mut Desk) -> String {
    let page = desk.post("/layouts", &[("from", "ready:standard-19")]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.path.starts_with("/layouts/"), "{}", page.path);
    page.path
}

/// The columns' names, without their numbers.
fn headers(page: &Page) -> Vec<String> {
    let numbered = page.all("[aria-label=項目の一覧] tbody th");
    let name = |cell: String| cell.split_once(". ").map(|(_, name)| name.trim().to_owned());
    numbered.into_iter().filter_map(name).collect()
}

async fn versions(world: &World, state: &'static str) -> i64 {
    let sql: &'static str = match state {
        "approved" => "select count(*) as n from layout_versions where state = 'approved' and made_by <> 'system'",
        "proposed" => "select count(*) as n from layout_versions where state = 'proposed'",
        "draft" => "select count(*) as n from layout_versions where state = 'draft'",
        _ => "select count(*) as n from layout_versions where state = 'refused'",
    };
    world.count(sql).await
}

/// The newest delivery's file.
async fn newest_file(world: &World) -> Vec<u8> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        no: String,
        #[diesel(sql_type = Text)]
        content: String,
    }
    let sql = "select cast(no as text) as no, content from deliveries order by deliveries.no desc limit 1";
    let found = world
        .write(move |conn| Ok(diesel::sql_query(sql).get_result::<Found>(conn)?))
        .await;
    let place = Place {
        table: "deliveries",
        row: &found.no,
        field: "content",
    };
    STANDARD
        .decode(world.workspace.keys.open(place, &found.content).unwrap())
        .unwrap()
}

/// A result, and the batch of a day with it.
async fn batch(world: &World, n: usize, day: NaiveDate) -> Vec<u8> {
    let (keys, at) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let row = Row::new(n, at);
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
        Ok(rows::bring(conn, &row.id, Registration::Rejected, at)?)
    };
    world.write(write).await;
    let until = world.workspace.clock.now();
    feature::close(&world.workspace, day, until, None)
        .await
        .unwrap()
        .unwrap();
    newest_file(world).await
}

/// Settings and columns changed: UTF-8, no header line, a fixed column at the second place, the first one gone.
async fn edit(desk: &mut Desk, path: &str, from: NaiveDate) {
    let page = desk.get(path).await;
    let (form, day) = (page.form_to(path), from.to_string());
    let changes = [
        ("name", "料金システム2026"),
        ("note", "文字コードを変える"),
        ("effective_from", &day),
        ("encoding", "utf-8-bom"),
    ];
    let mut kept = form.clone();
    kept.remove("header").unwrap();
    let page = desk.post_with(path, &kept, &changes).await;
    page.expect("文字コードを変える").expect(&day);
    let count = headers(&page).len();
    let column = desk.post(&format!("{path}/columns"), &[("action", "add")]).await;
    assert_eq!(column.path, format!("{path}/columns/{count}"));
    let (action, form) = (column.path.clone(), column.form_to(&column.path));
    let typed = [("header", "局の番号"), ("source", "fixed"), ("fixed", "91")];
    let page = desk.post_with(&action, &form, &typed).await;
    assert_eq!(headers(&page).last().unwrap(), "局の番号");
    for place in (2..=count).rev() {
        let place = place.to_string();
        desk.post(&format!("{path}/columns"), &[("action", "up"), ("place", &place)])
            .await;
    }
    let first = headers(&page)[0].clone();
    let page = desk
        .post(&format!("{path}/columns"), &[("action", "remove"), ("place", "0")])
        .await;
    assert_eq!((headers(&page)[0].as_str(), headers(&page).len()), ("局の番号", count));
    assert!(!headers(&page).contains(&first));
    let page = desk
        .post(&format!("{path}/columns"), &[("action", "down"), ("place", "0")])
        .await;
    assert_eq!(headers(&page)[1], "局の番号");
    for (action, place) in [
        ("up", "0"),
        ("down", "99"),
        ("remove", "99"),
        ("turn", "0"),
        ("up", "-1"),
    ] {
        let fields = [("action", action), ("place", place)];
        assert_eq!(
            desk.post(&format!("{path}/columns"), &fields).await.status,
            400,
            "{action}"
        );
    }
}

#[actix_web::test]
async fn a_layout_of_one_person_approved_by_another_is_used_from_its_day() {
    for world in World::all_with_console().await {
        let today = jst(world.workspace.clock.now()).date();
        let (from, mut n) = (today + Days::new(2), 0);
        let mut next = || {
            n += 1;
            n
        };
        // One who may do both still needs another.
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk, Role::Approver]).await;
        let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
        let path = draft(&mut maker).await;
        edit(&mut maker, &path, from).await;
        let page = maker.get(&path).await;
        page.expect("版から変わること").expect("「局の番号」");
        assert!(page.has("ためし書き") && page.has("架空の1件"));
        let decision = format!("{path}/decision");
        let approve = [("decision", "approve")];
        assert_eq!(
            other.post(&decision, &approve).await.status,
            409,
            "a draft is not decided"
        );
        maker
            .post(&format!("{path}/proposal"), &[])
            .await
            .expect("ほかの承認者が決めます");
        assert_eq!(maker.post(&decision, &approve).await.status, 409, "not by its maker");
        assert_eq!(
            (versions(&world, "proposed").await, versions(&world, "approved").await),
            (1, 0)
        );
        let form = page.form_to(&path);
        assert_eq!(
            maker.post_with(&path, &form, &[]).await.status,
            409,
            "what is proposed stays"
        );
        other.get(&path).await.expect("承認する");
        other.post(&decision, &approve).await.expect("承認済み");
        assert_eq!(other.post(&decision, &[("decision", "refuse")]).await.status, 409);
        let subject = path.trim_start_matches('/').replace("layouts", "layout");
        for action in ["layout.drafted", "layout.proposed", "layout.approved"] {
            assert_eq!(
                world.audit(action).await,
                [(subject.clone(), "from 127.0.0.1".to_owned())]
            );
        }
        // The day before, the old one; on its day, the new one.
        let before = batch(&world, next(), from - Days::new(1)).await;
        assert!(
            before.starts_with(b"\"\x8e\xf3\x95t\x94\xd4\x8d\x86\""),
            "CP932 with a header line"
        );
        let after = String::from_utf8(batch(&world, next(), from).await).unwrap();
        let fields: Vec<&str> = after.trim_start_matches('\u{FEFF}').split(',').collect();
        assert!(after.starts_with('\u{FEFF}') && fields[1] == "\"91\"", "{after}");
        assert_eq!(after.lines().count(), 1, "no header line");
    }
}

#[actix_web::test]
async fn a_refused_layout_is_never_used() {
    let world = World::with_console().await;
    let mut maker = Desk::open(&world, "m1", &[Role::Administrator]).await;
    let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
    let path = draft(&mut maker).await;
    let today = jst(world.workspace.clock.now()).date();
    edit(&mut maker, &path, today).await;
    maker.post(&format!("{path}/proposal"), &[]).await;
    let way = format!("{path}/decision");
    let silent = other.post(&way, &[("decision", "refuse"), ("refusal", " ")]).await;
    assert!(error_at(&silent, "refusal").contains("却下の理由を入力してください"));
    let why = "口座番号の桁がちがいます";
    other
        .post(&way, &[("decision", "refuse"), ("refusal", why)])
        .await
        .expect("却下");
    maker.get(&path).await.expect(why);
    let subject = path.trim_start_matches("/layouts/");
    let entry = (format!("layout/{subject}"), "from 127.0.0.1".to_owned());
    assert_eq!(world.audit("layout.refused").await, [entry]);
    assert!(batch(&world, 1, today + Days::new(1)).await.starts_with(b"\"\x8e\xf3"));
    let page = other.get("/layouts").await;
    assert_eq!(page.all(".tag--good").len(), 1, "one is in use");
}

fn error_at(page: &Page, field: &str) -> String {
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.title().starts_with("エラー："), "{}", page.title());
    page.first(&format!("[id='{field}-error']"))
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_place_and_goes_to_nobody() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        let form = maker.get(&path).await.form_to(&path);
        for (field, typed, said) in [
            ("name", " ", "レイアウトの名前を入力してください"),
            ("effective_from", "あした", "2026-04-01 の形で"),
            ("effective_from", "2026-02-30", "2026-04-01 の形で"),
            ("record_bytes", "百", "数字で入力してください"),
        ] {
            let page = maker.post_with(&path, &form, &[(field, typed)]).await;
            assert!(error_at(&page, field).contains(said), "{field}");
            assert_eq!(page.form_to(&path)[field], typed.trim(), "what was typed stays");
        }
        let column = format!("{path}/columns/0");
        let fields = maker.get(&column).await.form_to(&column);
        for (field, typed, said) in [
            ("header", "", "項目名を入力してください"),
            ("width", "いち", "数字で入力してください"),
            ("map", "登録", "もとの値=書く値"),
        ] {
            let page = maker.post_with(&column, &fields, &[(field, typed)]).await;
            assert!(error_at(&page, field).contains(said), "{field}");
        }
        let text = format!("{path}/text");
        let page = maker
            .post(&text, &[("text", "name = \"x\"\nencoding = \"sjis\"\n")])
            .await;
        assert!(error_at(&page, "text").contains("2行目"), "{}", error_at(&page, "text"));
        // Saved, because it can only be put right step by step; and told at the column.
        let page = maker.post_with(&path, &form, &[("form", "fixed")]).await;
        page.expect("直すところが")
            .expect("固定長では見出し行を使えません")
            .expect("1番目の項目");
        assert!(!page.has("/proposal"));
        assert_eq!(maker.post(&format!("{path}/proposal"), &[]).await.status, 409);
        assert_eq!(
            (versions(&world, "draft").await, versions(&world, "proposed").await),
            (1, 0)
        );
        // Even so it can be looked at beside a sample.
        let page = compare(&mut maker, &path, b"1,2\r\n").await;
        assert_eq!(page.status, 200, "{}", page.text());
    }
}

#[actix_web::test]
async fn others_look_at_a_draft_and_change_nothing_of_it() {
    let world = World::with_console().await;
    let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
    let path = draft(&mut maker).await;
    let form = maker.get(&path).await.form_to(&path);
    let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
    let page = viewer.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(!page.has("保存する") && !page.has("/columns") && !page.has("/proposal"));
    assert!(!viewer.get("/layouts").await.has("案を作る</button>"));
    let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
    assert!(!other.get(&path).await.has("保存する"));
    for (desk, status) in [(&mut viewer, 403), (&mut other, 409)] {
        assert_eq!(desk.post_with(&path, &form, &[]).await.status, status);
        let add = [("action", "add")];
        assert_eq!(desk.post(&format!("{path}/columns"), &add).await.status, status);
        let text = [("text", form["name"].as_str())];
        assert!([422, status].contains(&desk.post(&format!("{path}/text"), &text).await.status));
        assert_eq!(desk.post(&format!("{path}/proposal"), &[]).await.status, status);
    }
    assert_eq!(
        viewer.post("/layouts", &[("from", "ready:zengin-120")]).await.status,
        403
    );
    assert_eq!(
        compare(&mut viewer, &path, b"x").await.status,
        200,
        "to compare is to look"
    );
    assert_eq!(world.audit("layout.changed").await, []);
}

async fn compare(desk: &mut Desk, path: &str, sample: &[u8]) -> Page {
    desk.upload(&format!("{path}/comparison"), "sample", sample).await
}

const STANDARD_19: &str = include_str!("../../config/layouts/standard-19.toml");

/// What the studio says of a file that it tries.
fn context(world: &World) -> Context {
    let now = jst(world.workspace.clock.now());
    Context {
        batch_number: 123,
        delivery_date: now.date(),
        made_at: now,
        layout_version: 2,
    }
}

/// What the studio writes for the invented result.
fn ours(world: &World) -> Vec<u8> {
    let layout = Layout::parse(&Source::built_in("layout.toml", STANDARD_19)).unwrap();
    let mut bytes = vec![];
    let mut writer = FileWriter::new(&layout, context(world), &mut bytes);
    writer.row(&ResultRecord::sample()).unwrap();
    writer.finish().unwrap();
    bytes
}

#[actix_web::test]
async fn a_sample_file_is_compared_byte_by_byte_and_forgotten() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        let ours = ours(&world);
        compare(&mut maker, &path, &ours)
            .await
            .expect("1バイトのちがいもありません");
        let at = ours.windows(7).rposition(|w| w == b"1234567").unwrap();
        let mut sample = ours.clone();
        sample[at + 6] = b'8';
        let page = compare(&mut maker, &path, &sample).await;
        page.expect("ちがいは1件です")
            .expect("口座番号")
            .expect("7バイト目から違います");
        let place = page.all("td[data-label=見本の位置]");
        assert_eq!(place, [format!("{}バイト目", at + 7)], "counted from 1, as people do");
        let empty = compare(&mut maker, &path, b"").await;
        assert!(error_at(&empty, "sample").contains("見本のファイルを選んでください"));
        let most = 10 * 1024 * 1024;
        assert_eq!(compare(&mut maker, &path, &vec![b'x'; most]).await.status, 200);
        assert_eq!(compare(&mut maker, &path, &vec![b'x'; most + 1]).await.status, 413);
        let kept = "select count(*) as n from layout_versions where body like '%1234568%'";
        assert_eq!(
            (world.count(kept).await, world.audit("layout.compared").await.len()),
            (0, 3)
        );
    }
}

#[actix_web::test]
async fn a_comparison_shows_nobody() {
    let world = World::with_console().await;
    let left = crate::applicant::Applicant::default()
        .hand_off(&mut crate::browser::Browser::new(&world.url))
        .await;
    left.finish(&world, &mut crate::browser::Browser::new(&world.url)).await;
    let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
    let path = draft(&mut maker).await;
    let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
    let page = compare(&mut viewer, &path, &b" ".repeat(4000)).await;
    assert_eq!(page.status, 200);
    for personal in [
        "山田",
        "太郎",
        "ヤマダ",
        "大手通",
        "1234567",
        "0123456789",
        "09000001234",
        "taro@",
    ] {
        assert!(!page.has(personal), "{personal}");
    }
}
