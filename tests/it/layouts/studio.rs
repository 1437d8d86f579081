//! What the studio keeps, tries and shows: columns that a form shows in part, versions beside the one before, comparisons.
use super::{compare, draft, ours};
use crate::{desk::Desk, harness::World};
use chrono::{Days, NaiveDate};
use mizumado::{accounts::Role, clock::jst, crypto::sha256_hex};

/// The whole text of a draft.
pub(super) async fn text(desk: &mut Desk, path: &str) -> String {
    let form = desk.get(path).await.form_to(&format!("{path}/text"));
    form["text"].clone()
}

#[actix_web::test]
async fn a_column_saved_in_its_form_keeps_what_the_form_cannot_show() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        let column = r#"
[[column]]
header = "届出"
join = [{ field = "decided_at", date = "wareki" }, { summary = "batch_number" }, { field = "state", map = { "*" = "9" } }]
separator = "・"
convert = ["upper", "half_width"]
map = { "a=b" = "c", "*" = "d" }

[column.when]
field = "kind"
is = ["a,b"]
else_field = "start_date"
"#;
        let whole = format!("{}\n{column}", text(&mut maker, &path).await);
        let saved = maker.post(&format!("{path}/text"), &[("text", &whole)]).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        let before = text(&mut maker, &path).await;
        let count = super::headers(&saved).len();
        let here = format!("{path}/columns/{}", count - 1);
        let page = maker.get(&here).await;
        page.expect("この欄に出せない設定があります")
            .expect("{batch_number}")
            .expect("「a=b=c」");
        let form = page.form_to(&here);
        // Nothing is typed: nothing changes. Another name is typed: the name changes.
        maker.post_with(&here, &form, &[]).await;
        assert_eq!(text(&mut maker, &path).await, before);
        maker.post_with(&here, &form, &[("header", "届出先")]).await;
        let after = text(&mut maker, &path).await;
        assert_eq!(after, before.replace("header = \"届出\"", "header = \"届出先\""));
        let plain = maker.get(&format!("{path}/columns/0")).await;
        assert!(!plain.has("この欄に出せない設定"), "only where there is something");
    }
}

/// A draft with its day and encoding; proposed and approved.
async fn approved(maker: &mut Desk, other: &mut Desk, day: NaiveDate, encoding: &str) -> String {
    let path = draft(maker).await;
    let form = maker.get(&path).await.form_to(&path);
    let typed = [("effective_from", day.to_string()), ("encoding", encoding.to_owned())];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    maker.post_with(&path, &form, &typed).await;
    maker.post(&format!("{path}/proposal"), &[]).await.expect("承認待ち");
    let decision = [("decision", "approve")];
    other
        .post(&format!("{path}/decision"), &decision)
        .await
        .expect("承認済み");
    path
}

#[actix_web::test]
async fn a_version_that_counts_or_is_over_still_shows_what_it_changed() {
    let world = World::with_console().await;
    let today = jst(world.workspace.clock.now()).date();
    let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
    let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
    let second = approved(&mut maker, &mut other, today, "utf-8").await;
    let third = approved(&mut maker, &mut other, today + Days::new(3), "utf-8-bom").await;
    let page = maker.get(&second).await;
    page.expect("使用中")
        .expect("第1版から変わること")
        .expect("UTF-8（BOMなし）");
    let page = maker.get(&third).await;
    page.expect("第2版から変わること").expect("UTF-8（BOMあり）");
    assert!(!page.has("使用中</span>"), "not yet");
    // A draft for a day after the one to come follows that one.
    let fourth = draft(&mut maker).await;
    let form = maker.get(&fourth).await.form_to(&fourth);
    let late = (today + Days::new(5)).to_string();
    let page = maker.post_with(&fourth, &form, &[("effective_from", &late)]).await;
    page.expect("第3版から変わること");
    world.workspace.clock.advance(chrono::Duration::days(4));
    maker.sign_in().await;
    maker.get(&second).await.expect("第1版から変わること");
    maker.get(&third).await.expect("使用中").expect("第2版から変わること");
    let first = world.write(|conn| {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Found {
            #[diesel(sql_type = diesel::sql_types::Text)]
            id: String,
        }
        let sql = "select id from layout_versions where version = 1";
        Ok(diesel::sql_query(sql).get_result::<Found>(conn)?.id)
    });
    let first = format!("/layouts/{}", first.await);
    maker.get(&first).await.expect("これより前に使う版はありません");
}

#[actix_web::test]
async fn the_settings_of_the_file_are_tried_without_being_kept() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let path = draft(&mut maker).await;
        let form = maker.get(&path).await.form_to(&path);
        let before = text(&mut maker, &path).await;
        let typed = [("encoding", "utf-8"), ("file_name", "tameshi_{no:5}"), ("try", "yes")];
        let page = maker.post_with(&path, &form, &typed).await;
        assert_eq!(page.status, 200);
        page.expect("まだ保存していません")
            .expect("tameshi_00123")
            .expect("から変わること");
        assert_eq!(page.form_to(&path)["encoding"], "utf-8", "what was typed stays");
        assert!(!page.has("承認者に提案する"), "what is kept would be proposed");
        let wrong = [("form", "fixed"), ("try", "yes")];
        let page = maker.post_with(&path, &form, &wrong).await;
        page.expect("まだ保存していません")
            .expect("固定長では見出し行を使えません");
        let pair = [("reader", "spreadsheet"), ("quote", "never"), ("try", "yes")];
        let page = maker.post_with(&path, &form, &pair).await;
        page.expect("表計算用では、引用符を「囲まない」にできません");
        let page = maker.post_with(&path, &form, &[("name", ""), ("try", "yes")]).await;
        assert_eq!(page.status, 422);
        assert_eq!(text(&mut maker, &path).await, before);
        assert_eq!(world.audit("layout.changed").await, []);
        let mut another = Desk::open(&world, "c2", &[Role::Clerk]).await;
        assert_eq!(another.post_with(&path, &form, &typed).await.status, 409);
    }
}

#[actix_web::test]
async fn who_approves_sees_who_compared_it_with_which_sample_and_the_outcome() {
    for world in World::all_with_console().await {
        let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "m2", &[Role::Approver]).await;
        let path = draft(&mut maker).await;
        other.get(&path).await.expect("まだ見本と比べていません");
        let mut sample = ours(&world);
        let sum = sha256_hex(&sample);
        compare(&mut maker, &path, &sample).await;
        let page = other.get(&path).await;
        page.expect("ちがいなし").expect(&sum);
        assert!(!page.has("このあと案が変わりました"));
        // Another line end at the foot, and another digit.
        let at = sample.windows(7).rposition(|w| w == b"1234567").unwrap();
        sample[at] = b'9';
        sample.truncate(sample.len() - 2);
        let (sum, page) = (sha256_hex(&sample), compare(&mut maker, &path, &sample).await);
        page.expect("ちがいは2件です。形のちがいが1件、値のちがいが1件です");
        assert_eq!(page.all("[aria-label=形のちがい] tbody tr").len(), 1);
        assert_eq!(page.all("[aria-label=値のちがい] tbody tr").len(), 1);
        assert!(!page.has("個人の項目のちがい"), "the invented row is not masked");
        other
            .get(&path)
            .await
            .expect("形のちがい1件、値のちがい1件")
            .expect(&sum);
        let entries = world.audit("layout.compared").await;
        let detail = format!("sha256 {sum} shape 1 values 1 from 127.0.0.1");
        assert_eq!(entries[1].1, detail);
        let form = maker.get(&path).await.form_to(&path);
        maker.post_with(&path, &form, &[("note", "直した")]).await;
        other.get(&path).await.expect("このあと案が変わりました");
    }
}

#[actix_web::test]
async fn a_comparison_of_real_rows_keeps_masked_values_apart() {
    let world = World::with_console().await;
    let applicant = crate::applicant::Applicant {
        family: ("𠮷野", "よしの"),
        ..Default::default()
    };
    let left = applicant.hand_off(&mut crate::browser::Browser::new(&world.url)).await;
    left.finish(&world, &mut crate::browser::Browser::new(&world.url)).await;
    let mut viewer = Desk::open(&world, "v1", &[Role::Clerk]).await;
    let path = draft(&mut viewer).await;
    let page = compare(&mut viewer, &path, &ours(&world)).await;
    page.expect("値がちがうのは当たり前で");
    let personal = page.all("[aria-label=個人の項目のちがい] tbody tr");
    let others = page.all("[aria-label=値のちがい] tbody tr");
    assert!(personal.iter().any(|row| row.contains("口座番号")), "{personal:?}");
    assert!(others.iter().any(|row| row.contains("受付番号")), "{others:?}");
    assert!(!others.iter().any(|row| row.contains("口座番号")), "{others:?}");
    // What could not be written is named by its character alone.
    let page = viewer.get(&path).await;
    let found = page.all("[aria-label=そのまま書けないもの] tbody tr");
    assert!(!found.is_empty(), "{}", page.text());
    for row in &found {
        assert!(
            row.contains("「𠮷」") && row.contains("U+20BB7") && !row.contains('野'),
            "{row}"
        );
    }
}

#[actix_web::test]
async fn a_layout_that_leaves_corrections_out_says_so() {
    let world = World::with_console().await;
    let mut maker = Desk::open(&world, "m1", &[Role::Clerk]).await;
    for (ready, leaves_out) in [("ready:zengin-120", true), ("ready:standard-19", false)] {
        let page = maker.post("/layouts", &[("from", ready)]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(page.has("「訂正済」の結果を書き出しません"), leaves_out, "{ready}");
    }
}
