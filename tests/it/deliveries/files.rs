//! The files: the same bytes at every time, sealed at rest, each download by name, reissues, encrypted copies.
use super::{add_layout, deliveries, items};
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::{Desk, NAME},
    harness::{Wish, World},
    rows::{self, Row},
};
use mizumado::{
    accounts::Role,
    crypto::sha256_hex,
    db::{Conn, DbError},
    enrolment::states::Registration,
    japan::cp932,
};
use std::io::{Cursor, Read};

/// Ends in a scenario that registers; stands in no table of ours otherwise.
const ACCOUNT: &str = "8642067";

/// A clerk, and a delivery with one real result.
async fn delivered(world: &World) -> Desk {
    let applicant = Applicant {
        family: ("髙﨑", "たかさき"),
        account: ("020".into(), ACCOUNT.into()),
        ..Applicant::default()
    };
    let mut browser = Browser::new(&world.url);
    let left = applicant.hand_off(&mut browser).await;
    left.finish(world, &mut browser).await.expect("完了しました");
    let mut clerk = Desk::open(world, "c1", &[Role::Clerk]).await;
    let page = clerk.ask_for(world, "/deliveries", &[]).await;
    assert!(page.path.starts_with("/deliveries/"), "{}", page.text());
    clerk
}

fn checksum(page: &Page) -> String {
    let sums = page.all("dd");
    let is_sum = |text: &&String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    sums.iter().find(is_sum).unwrap().clone()
}

fn path(world_deliveries: usize) -> String {
    format!("/deliveries/{world_deliveries}")
}

#[actix_web::test]
async fn every_download_gives_the_same_bytes_and_is_on_record_with_the_person() {
    for world in World::all_with_console().await {
        let mut clerk = delivered(&world).await;
        let here = path(deliveries(&world).await.len());
        let first = clerk.get(&format!("{here}/file")).await;
        assert_eq!((first.status, first.bytes.is_empty()), (200, false));
        let text = cp932::decode(&first.bytes).unwrap();
        assert!(text.contains("髙﨑") && text.contains(ACCOUNT), "{text}");
        let disposition = first.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment; "), "{disposition}");
        assert_eq!(
            first.headers["content-security-policy"],
            "default-src 'none'; frame-ancestors 'none'; sandbox"
        );
        // Another person, later, after the applicant's state has moved on.
        let mut other = Desk::open(&world, "c2", &[Role::Approver]).await;
        let withdrawal = format!("/applications/{}/withdrawal", items(&world).await[0].application_id);
        other.post(&withdrawal, &[("note", "窓口で")]).await.expect("取下げ");
        let again = other.get(&format!("{here}/file")).await;
        assert_eq!(again.bytes, first.bytes);
        let page = other.get(&here).await;
        assert_eq!(checksum(&page), sha256_hex(&first.bytes));
        assert_eq!(page.text().matches(NAME).count(), 2 + 1, "the maker and two downloads");
        let downloads = "select count(*) as n from delivery_downloads where what = 'file'";
        assert_eq!(world.count(downloads).await, 2);
        let subject = here.trim_start_matches('/').replace("deliveries", "delivery");
        let expected = (subject, "file from 127.0.0.1".to_owned());
        assert_eq!(world.audit("delivery.downloaded").await, [expected.clone(), expected]);
    }
}

#[actix_web::test]
async fn the_database_holds_no_plain_text_of_a_file() {
    let world = World::with_console().await;
    delivered(&world).await;
    let stored = || {
        let names = ["test.db", "test.db-wal"].map(|name| world.dir.path().join(name));
        names.map(|name| std::fs::read(name).unwrap_or_default()).concat()
    };
    let bytes = stored();
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
    assert!(has(b"registered"), "the file is the one that is written");
    let file = deliveries(&world).await.remove(0).bytes(&world.workspace.keys);
    for needle in [ACCOUNT, "髙﨑", "たかさき", "ﾀｶｻｷ", "0123456789"] {
        assert!(!has(needle.as_bytes()), "{needle}");
        let (cp932, lost) = (encode(needle), !file.is_empty());
        assert!(lost && !has(&cp932), "{needle} in CP932");
    }
}

fn encode(text: &str) -> Vec<u8> {
    let mut bytes = vec![];
    for character in text.chars() {
        // Found by decoding, so that the test needs no encoder of ours.
        let two = (0x81..=0xFC_u8).flat_map(|a| (0x40..=0xFC_u8).map(move |b| vec![a, b]));
        let all = (0x20..=0xDF_u8).map(|a| vec![a]).chain(two);
        let found = all
            .into_iter()
            .find(|b| cp932::decode(b).is_some_and(|t| t == character.to_string()));
        bytes.extend(found.unwrap_or_else(|| character.to_string().into_bytes()));
    }
    bytes
}

#[actix_web::test]
async fn a_reissue_is_a_new_linked_number_and_changes_nothing_else() {
    for world in World::all_with_console().await {
        let mut clerk = delivered(&world).await;
        let before = deliveries(&world).await;
        let (old, no) = (before.last().unwrap().content.clone(), before.len());
        add_layout(
            &world,
            "BOM",
            "approved",
            ("encoding = \"cp932\"", "encoding = \"utf-8-bom\""),
        )
        .await;
        add_layout(&world, "DRAFT", "draft", ("header = true", "header = false")).await;
        add_layout(&world, "WAITS", "proposed", ("header = true", "header = false")).await;
        // Meanwhile another result waits.
        let (keys, at) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let row = Row::new(1, at);
        let write = move |conn: &mut Conn| {
            rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
            Ok(rows::bring(conn, &row.id, Registration::Rejected, at)?)
        };
        world.write(write).await;
        for (version, status) in [("DRAFT", 409), ("WAITS", 409), ("", 404), ("nothing", 404)] {
            let page = clerk
                .ask_for(&world, &format!("{}/reissues", path(no)), &[("version", version)])
                .await;
            assert_eq!(page.status, status, "{version}");
        }
        assert_eq!(deliveries(&world).await.len(), no);
        let page = clerk
            .ask_for(&world, &format!("{}/reissues", path(no)), &[("version", "BOM")])
            .await;
        assert_eq!((page.status, page.path.clone()), (200, path(no + 1)));
        page.expect(&format!("第{no}号の再作成")).expect("1件");
        // Each of the two leads to the other and says that only one of them is to be taken.
        page.expect("どちらか1つだけを取り込んでください");
        let original = clerk.get(&path(no)).await;
        original.expect("どちらか1つだけを取り込んでください");
        assert!(original.has(&format!("href=\"{}\"", path(no + 1))));
        let rows = clerk.get("/deliveries").await.all("tbody tr");
        let marked: Vec<&String> = rows.iter().filter(|row| row.contains("号に再作成")).collect();
        assert!(
            marked.len() == 1 && marked[0].contains(&format!("第{}号に再作成", no + 1)),
            "{rows:?}"
        );
        let after = deliveries(&world).await;
        assert_eq!(after[no - 1].content, old);
        assert_eq!(after[no].reissue_of, Some(no as i64));
        let bytes = after[no].bytes(&world.workspace.keys);
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.starts_with('\u{FEFF}') && text.contains("髙﨑") && text.lines().count() == 2,
            "{text}"
        );
        assert_eq!(world.count("select count(*) as n from result_outbox").await, 1);
        assert_eq!(items(&world).await.len(), 1);
        // Whoever takes the reissue has the results: nobody waits for the original any more.
        let waits = |home: Page| {
            home.all("main li")
                .iter()
                .any(|li| li.starts_with(&format!("第{no}号")))
        };
        assert!(waits(clerk.get("/").await));
        assert_eq!(clerk.get(&format!("{}/file", path(no + 1))).await.status, 200);
        assert!(!waits(clerk.get("/").await));
        // From the reissue's own page it is the same results once more.
        let page = clerk
            .ask_for(&world, &format!("{}/reissues", path(no + 1)), &[("version", "BOM")])
            .await;
        assert_eq!(page.status, 200);
        let third = deliveries(&world).await.remove(no + 1);
        assert_eq!((third.row_count, third.reissue_of), (1, Some(no as i64)));
    }
}

#[actix_web::test]
async fn the_database_refuses_to_change_or_delete_a_delivery() {
    for world in World::all_with_console().await {
        delivered(&world).await;
        for sql in [
            "update deliveries set sha256 = 'x'",
            "update deliveries set content = 'x', report = 'x'",
            "update deliveries set row_count = row_count",
            "delete from deliveries",
            "update delivery_items set kind = 'correction'",
            "delete from delivery_items",
        ] {
            let write = move |conn: &mut Conn| {
                use diesel::RunQueryDsl;
                diesel::sql_query(sql).execute(conn).map_err(DbError::from)
            };
            let refused = world.workspace.db.write(write).await.unwrap_err().to_string();
            assert!(
                refused.contains("never changed") || refused.contains("never deleted"),
                "{sql}: {refused}"
            );
        }
    }
}

#[actix_web::test]
async fn what_a_file_could_not_hold_stands_on_its_page_before_the_download() {
    for world in World::all_with_console().await {
        let applicant = Applicant {
            family: ("𠮷野", "よしの"),
            ..Applicant::default()
        };
        let mut browser = Browser::new(&world.url);
        let left = applicant.hand_off(&mut browser).await;
        left.finish(&world, &mut browser).await.expect("完了しました");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = clerk.ask_for(&world, "/deliveries", &[]).await;
        let cells = page.all("[aria-label=そのまま書けないもの] tbody tr");
        let receipt = items(&world).await[0].receipt_number.clone();
        assert!(!cells.is_empty(), "{}", page.text());
        for row in &cells {
            assert!(
                row.replace('-', "").contains(&receipt) && row.contains("書けない文字"),
                "{row}"
            );
            assert!(row.contains("「𠮷」") && row.contains("U+20BB7"), "{row}");
            assert!(
                !row.contains('野') && !row.contains("太郎"),
                "nothing else of the name: {row}"
            );
        }
        assert_eq!(world.count("select count(*) as n from delivery_downloads").await, 0);
    }
}

const PASSPHRASE: &str = "みずまど-12文字以上です";

#[actix_web::test]
async fn an_encrypted_copy_opens_with_its_passphrase_alone() {
    for world in World::all_with_console().await {
        let mut clerk = delivered(&world).await;
        let here = path(deliveries(&world).await.len());
        let encrypted = format!("{here}/encrypted");
        for short in ["", "12345678901", "あいうえおかきくけこさ"] {
            let page = clerk.post(&encrypted, &[("passphrase", short)]).await;
            assert_eq!(page.status, 422, "{short}");
            page.expect("12文字以上で入力してください");
            assert!(page.title().starts_with("エラー："), "{}", page.title());
        }
        let taken = "select count(*) as n from delivery_downloads";
        assert_eq!(world.count(taken).await, 0, "nothing has left");
        let zipped = clerk.post(&encrypted, &[("passphrase", PASSPHRASE)]).await;
        assert_eq!((zipped.status, world.count(taken).await), (200, 1));
        let plain = clerk.get(&format!("{here}/file")).await.bytes;
        assert!(!zipped.bytes.windows(20).any(|w| plain.windows(20).any(|p| p == w)));
        let mut archive = zip::ZipArchive::new(Cursor::new(zipped.bytes)).unwrap();
        assert_eq!(archive.len(), 1);
        assert!(archive.by_index(0).is_err(), "not without a passphrase");
        for wrong in ["", "みずまど-12文字以下です", "みずまど-12文字以上です "] {
            assert!(archive.by_index_decrypt(0, wrong.as_bytes()).is_err(), "{wrong}");
        }
        let mut opened = vec![];
        let mut file = archive.by_index_decrypt(0, PASSPHRASE.as_bytes()).unwrap();
        file.read_to_end(&mut opened).unwrap();
        assert_eq!(opened, plain);
        let kept = world.audit("delivery.downloaded").await;
        assert!(kept.iter().all(|(_, detail)| !detail.contains(PASSPHRASE)), "{kept:?}");
        clerk.get(&here).await.expect("暗号化したファイル");
    }
}

#[actix_web::test]
async fn who_may_not_download_sees_the_list_and_no_file() {
    let world = World::sqlite_with(Wish::with_console()).await;
    delivered(&world).await;
    let here = path(deliveries(&world).await.len());
    let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
    let page = viewer.get(&here).await;
    assert!(page.status == 200 && !page.has(&format!("{here}/file")));
    for way in ["file", "report"] {
        assert_eq!(viewer.get(&format!("{here}/{way}")).await.status, 403);
    }
    for way in ["encrypted", "reissues"] {
        assert_eq!(viewer.post(&format!("{here}/{way}"), &[]).await.status, 403);
    }
    assert_eq!(viewer.post("/deliveries", &[]).await.status, 403);
    // A download needs a proof of being there.
    let mut clerk = Desk::open(&world, "c9", &[Role::Clerk]).await;
    world.workspace.clock.advance(chrono::Duration::minutes(6));
    assert_eq!(clerk.get(&format!("{here}/file")).await.status, 401);
    assert_eq!(world.count("select count(*) as n from delivery_downloads").await, 0);
    clerk.prove().await;
    assert_eq!(clerk.get(&format!("{here}/file")).await.status, 200);
}
