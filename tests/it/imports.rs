//! A newer table of branches: looked at first, then taken in from its day on; nothing is deleted.
use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use chrono::{Days, Duration};
use mizumado::{accounts::Role, clock::jst};

const HEAD: &str = "institution_code,branch_code,name,kana\n";

/// The branches of 長岡信用金庫 as they are, as a table of ours.
async fn table(world: &World) -> String {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let sql = "select institution_code || ',' || code || ',' || name || ',' || kana as line from branches \
               where institution_code = '1371' order by code";
    let lines = world
        .write(move |conn| Ok(diesel::RunQueryDsl::load::<Line>(diesel::sql_query(sql), conn)?))
        .await;
    lines
        .into_iter()
        .fold(HEAD.to_owned(), |all, l| format!("{all}{}\n", l.line))
}

async fn bring(desk: &mut Desk, table: &str) -> Page {
    desk.upload("/institutions/imports", "file", table.as_bytes()).await
}

#[actix_web::test]
async fn a_table_is_looked_at_and_then_taken_in_from_its_day() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let old = table(&world).await;
        let lines: Vec<&str> = old.lines().collect();
        let (gone, renamed) = (lines[1], lines[2]);
        let code = |line: &str| line.split(',').nth(1).unwrap().to_owned();
        let new = old.replace(&format!("{gone}\n"), "").replace(
            renamed,
            &format!("1371,{},新しい名前支店,アタラシイナマエ", code(renamed)),
        ) + "1371,998,試行支店,シコウ\n";
        let page = bring(&mut admin, &new).await;
        page.expect("追加1件、変更1件、廃止1件")
            .expect("試行支店")
            .expect("新しい名前支店");
        assert_eq!(table(&world).await, old, "nothing is changed by looking");
        let path = format!("{}/application", page.path);
        let mut form = page.form_to(&path);
        let tomorrow = (jst(world.workspace.clock.now()).date() + Days::new(1)).to_string();
        form.insert("effective_on".into(), tomorrow.clone());
        admin.prove().await;
        let stale = admin.post_with(&path, &form, &[("seen", "x")]).await;
        assert_eq!(stale.status, 409, "only what was looked at is taken in");
        let past = admin.post_with(&path, &form, &[("effective_on", "2020-01-01")]).await;
        assert_eq!(past.status, 422);
        let page = admin.post_with(&path, &form, &[]).await;
        page.expect(&format!("{tomorrow}から：追加1件、変更1件、廃止1件"));
        assert_eq!(admin.post_with(&path, &form, &[]).await.status, 409, "once");
        let of = |code: String| format!("/institutions/1371?q={code}");
        assert!(!admin.get(&of("998".into())).await.has("試行支店"));
        let page = admin.get(&of(code(gone))).await;
        assert!(page.has("1件中 1件"), "still in service today");
        world.workspace.clock.advance(Duration::days(1));
        admin.sign_in().await;
        admin.get(&of("998".into())).await.expect("試行支店");
        admin.get(&of(code(gone))).await.expect("0件中 0件");
        let kept = "select count(*) as n from branches where institution_code = '1371' and retired_on is not null";
        assert_eq!(world.count(kept).await, 1, "retired, not deleted");
        let again = bring(&mut admin, &new).await;
        again.expect("取り込むものはありません");
        assert_eq!(world.audit("branches.imported").await.len(), 1);
    }
}

/// Brings a table and takes it in from some days on.
async fn take_in(world: &World, admin: &mut Desk, table: &str, days: u64) -> Page {
    let page = bring(admin, table).await;
    let path = format!("{}/application", page.path);
    let form = page.form_to(&path);
    let day = (jst(world.workspace.clock.now()).date() + Days::new(days)).to_string();
    admin.prove().await;
    admin.post_with(&path, &form, &[("effective_on", &day)]).await
}

/// The table without its first branch, and where that branch is looked for.
fn without_first(table: &str) -> (String, String) {
    let gone = table.lines().nth(1).unwrap();
    let code = gone.split(',').nth(1).unwrap();
    let found = format!("/institutions/1371?q={code}");
    (table.replace(&format!("{gone}\n"), ""), found)
}

#[actix_web::test]
async fn a_branch_that_comes_back_is_in_service_again_from_its_day_and_not_before() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let all = table(&world).await;
        let (fewer, found) = without_first(&all);
        take_in(&world, &mut admin, &fewer, 0).await.expect("廃止1件");
        admin.get(&found).await.expect("0件中 0件");
        take_in(&world, &mut admin, &all, 1).await.expect("追加1件");
        admin.get(&found).await.expect("0件中 0件");
        world.workspace.clock.advance(Duration::days(1));
        admin.sign_in().await;
        admin.get(&found).await.expect("1件中 1件");
    }
}

#[actix_web::test]
async fn a_branch_that_is_to_retire_comes_back_without_a_gap_or_not_at_all() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let all = table(&world).await;
        let (fewer, found) = without_first(&all);
        take_in(&world, &mut admin, &fewer, 3).await;
        let late = take_in(&world, &mut admin, &all, 4).await;
        assert_eq!(late.status, 422);
        assert!(late.first("#effective_on-error").contains("廃止になる予定だからです"));
        let day = (jst(world.workspace.clock.now()).date() + Days::new(4)).to_string();
        let form = late.form_to(&late.path);
        assert_eq!(form["effective_on"], day, "what was typed stays");
        assert_eq!(world.audit("branches.imported").await.len(), 1, "nothing was taken in");
        take_in(&world, &mut admin, &all, 3).await.expect("追加1件");
        for _ in 0..2 {
            admin.get(&found).await.expect("1件中 1件");
            world.workspace.clock.advance(Duration::days(3));
            admin.sign_in().await;
        }
    }
}

#[actix_web::test]
async fn a_wrong_table_is_refused_with_its_line_and_only_an_administrator_brings_one() {
    let world = World::with_console().await;
    let mut admin = Desk::open(&world, "a1", &[Role::Administrator]).await;
    for (table, sentence) in [
        ("", "支店の表のファイルを選んでください"),
        (
            "institution_code,branch_code,name,kana\n1371,1,a,b\n",
            "2行目の店番は、数字3桁で入力してください",
        ),
        ("a,b\n", "institution_code"),
        (
            "institution_code,branch_code,name,kana\n1371,998,試\0行,シコウ\n",
            "文字でないものがあります",
        ),
    ] {
        let page = bring(&mut admin, table).await;
        assert_eq!(page.status, 422, "{table}");
        page.expect(sentence);
    }
    let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
    assert_eq!(bring(&mut viewer, HEAD).await.status, 403);
    assert_eq!(world.count("select count(*) as n from branch_imports").await, 0);
    let mut citizen = Browser::new(&world.url);
    assert_eq!(citizen.get("/institutions/imports").await.status, 404);
}

#[actix_web::test]
async fn a_file_over_ten_mebibytes_is_refused() {
    let world = World::with_console().await;
    let mut admin = Desk::open(&world, "a1", Role::ALL).await;
    let layout = admin.post("/layouts", &[("from", "ready:zengin-120")]).await.path;
    let comparison = format!("{layout}/comparison");
    for (path, field) in [("/institutions/imports", "file"), (comparison.as_str(), "sample")] {
        let most = 10 * 1024 * 1024;
        let page = admin.upload(path, field, &vec![b'a'; most + 1]).await;
        page.expect("大きすぎます");
        assert_eq!(page.status, 413, "{path}");
        let page = admin.upload(path, field, &vec![b'a'; most]).await;
        assert!(page.status < 413 || page.status == 422, "{path}: {}", page.status);
    }
    assert_eq!(world.count("select count(*) as n from branch_imports").await, 0);
}
