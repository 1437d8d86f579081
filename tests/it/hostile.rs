//! Bad input at every field: one of the five sentences or a clean page, and nothing typed is lost.
use crate::{applicant::Applicant, browser::Browser, harness::World};

const BAD: &[&str] = &[
    "",
    " ",
    "あ",
    "😀",
    "\u{0007}\u{202e}",
    "𠮷野家髙﨑",
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' or 1=1 --",
    "０１２３４５６７８９０１２３",
    "ｱｲｳｴｵ",
    "{{bureau}}",
    "%00",
    "\u{0000}",
    "../../etc/passwd",
];

const STEPS: [&str; 7] = ["bank", "number", "place", "name", "former", "contact", "account"];

#[actix_web::test]
async fn every_field_answers_bad_input_with_a_sentence_and_keeps_it() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    Applicant::default().fill(&mut browser).await;
    // So that the page about the former user is asked, too.
    let name = browser.get("/apply/name").await;
    browser.submit(&name, &[("name_changed", "yes")]).await;
    let shape = regex::Regex::new(
        "(を入力してください|を選んでください|入力してください|文字です）|ください。.+|いでください)$",
    )
    .unwrap();
    for step in STEPS {
        let path = format!("/apply/{step}");
        let page = browser.get(&path).await;
        assert_eq!(page.path, path);
        let names: Vec<String> = page.attributes("main input:not([type=hidden])", "name");
        assert!(!names.is_empty(), "{step}");
        for bad in BAD {
            let page = browser.get(&path).await;
            let fields: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), *bad)).collect();
            let answer = browser.submit(&page, &fields).await;
            assert!(answer.status < 500, "{step} {bad:?}: {}", answer.status);
            assert!(
                !answer.has("<script>alert") && !answer.has("<img src=x"),
                "{step}: {bad:?} is escaped"
            );
            for sentence in answer.all(".error-message") {
                assert!(shape.is_match(&sentence), "{step}: {sentence}");
                for banned in ["不正", "無効", "エラーが", "正しくありません"] {
                    assert!(!sentence.contains(banned), "{sentence}");
                }
            }
            if answer.path.starts_with(&path) && answer.status == 200 && !bad.trim().is_empty() && !bad.contains('\0') {
                let kept = answer.attributes("main input:not([type=hidden]):not([type=radio])", "value");
                assert!(
                    kept.is_empty() || kept.iter().any(|v| v == bad.trim()),
                    "{step}: {bad:?} was typed and is gone: {kept:?}"
                );
            }
            // The same sentence in the summary and at the field.
            let summary = answer.all("#errors li");
            let at_fields: Vec<String> = answer
                .all(".error-message")
                .iter()
                .map(|s| s.trim_start_matches("エラー：").to_owned())
                .collect();
            assert_eq!(
                summary.len(),
                at_fields.len(),
                "{step} {bad:?}: {summary:?} {at_fields:?}"
            );
            for sentence in summary {
                assert!(at_fields.contains(&sentence), "{sentence}");
            }
        }
        repair(&mut browser, step).await;
    }
}

/// Puts good answers back, so that the next step can be reached.
async fn repair(browser: &mut Browser, step: &str) {
    let good: &[(&str, &str)] = match step {
        "bank" => &[("institution", "0140")],
        "number" => &[("application_kind", "new"), ("customer_number", "0123456789")],
        "place" => &[
            ("postal_code", "9400062"),
            ("town", "長岡市大手通"),
            ("block", "2"),
            ("building", ""),
            ("start_year", ""),
            ("start_month", ""),
            ("start_day", ""),
        ],
        "name" => &[
            ("family_name", "山田"),
            ("given_name", "太郎"),
            ("family_kana", "ヤマダ"),
            ("given_kana", "タロウ"),
            ("name_changed", "yes"),
        ],
        "former" => &[("old_name", "山田"), ("old_kana", "ヤマダ")],
        "contact" => &[
            ("phone_mobile", "09000001234"),
            ("phone_home", ""),
            ("phone_work", ""),
            ("relation", "self"),
            ("notice", "site"),
            ("email", ""),
        ],
        _ => return,
    };
    let page = browser.get(&format!("/apply/{step}")).await;
    browser.submit(&page, good).await;
}

#[actix_web::test]
async fn malformed_bodies_get_a_clean_page() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    Applicant::default().fill(&mut browser).await;
    let twice = browser
        .post_raw("/apply/number", b"customer_number=1&customer_number=2".to_vec())
        .await;
    assert_eq!(twice.status, 400);
    twice
        .expect("この内容は受け付けられませんでした")
        .expect("サポートコード");
    assert_eq!(
        browser
            .post_raw("/apply/number", b"customer_number=%FF%FE".to_vec())
            .await
            .status,
        400
    );
    let large = [b"customer_number=".to_vec(), vec![b'1'; 1024 * 1024]].concat();
    browser.post_raw("/apply/number", large).await.expect("大きすぎます");
    let page = browser.get("/apply/number").await;
    assert_eq!(
        page.attributes("#customer_number", "value"),
        ["0123456789"],
        "nothing was overwritten"
    );
    assert_eq!(browser.get("/apply/nothing").await.status, 404);
    assert_eq!(browser.get("/%ff%fe").await.status, 404);
    let wrong_method = reqwest::Client::new().delete(format!("{}/receipt", world.url));
    let answer = wrong_method
        .header("sec-fetch-site", "same-origin")
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_client_error());
}

/// Every public way to send something, from the route table itself; the parts of a path filled.
async fn public_posts(world: &World) -> Vec<String> {
    let table = crate::routes::public_routes(world).await;
    let posts = table.iter().filter_map(|route| route.strip_prefix("POST "));
    let steps = posts.flat_map(|path| match path {
        "/apply/{step}" => STEPS.iter().map(|step| format!("/apply/{step}")).collect(),
        path => vec![path.replace("{gateway}", "main").replace("{code}", "ABCDEFGHIJ")],
    });
    steps.collect()
}

#[actix_web::test]
async fn bad_bytes_at_every_public_way_get_a_clean_answer() {
    for world in World::all().await {
        let posts = public_posts(&world).await;
        assert!(posts.len() >= 18, "{posts:?}");
        let mut browser = Browser::new(&world.url);
        Applicant::default().fill(&mut browser).await;
        let long = vec![b'a'; 60 * 1024];
        let bodies: [(&str, Vec<u8>); 9] = [
            ("no UTF-8", b"a=%FF%FE&phone_last4=%C3%28".to_vec()),
            ("raw bytes", vec![0xff, 0xfe, 0x00, 0x80, b'=', 0xc0]),
            ("an overlong slash", b"a=%C0%AF".to_vec()),
            ("a surrogate", b"a=%ED%A0%80".to_vec()),
            (
                "NUL in a value",
                b"receipt_number=7KQ%00&family_name=%00&do=%00&draft_rev=%00".to_vec(),
            ),
            ("NUL in a name", b"%00=1&key%00=2".to_vec()),
            ("half a code", b"a=%E3%81&b=%".to_vec()),
            ("a long value", [b"family_name=".as_slice(), &long].concat()),
            ("a megabyte", vec![b'a'; 1024 * 1024]),
        ];
        for path in &posts {
            for (what, body) in &bodies {
                // Who begins anew, or goes on on paper, ends the draft: that is done by somebody else.
                let mut copy = if ["/", "/apply/paper"].contains(&path.as_str()) {
                    Browser::new(&world.url)
                } else {
                    browser.clone()
                };
                let page = copy.post_raw(path, body.clone()).await;
                assert!(page.status < 500, "{path}, {what}: {}", page.status);
                assert!(!page.has("panicked") && !page.has("src/"), "{path}, {what}");
                if path.starts_with("/gateway/") || page.status == 204 {
                    continue;
                }
                let is_page = page.has("<html lang=\"ja\"") && page.headers.contains_key("content-security-policy");
                assert!(is_page, "{path}, {what}: {}", page.html);
            }
        }
        let number = browser.get("/apply/number").await;
        assert_eq!(
            number.attributes("#customer_number", "value"),
            ["0123456789"],
            "what was typed is there: {} {}",
            number.path,
            number.text()
        );
    }
}
