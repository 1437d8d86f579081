//! Phone assist: the clerk sees where a citizen is, and never a value.
use crate::{applicant::Applicant, browser::Browser, desk::Desk, harness::World};
use chrono::Duration;
use mizumado::accounts::Role;

/// What is typed; nothing of it may reach the console.
const CANARIES: [&str; 9] = [
    "標見山",
    "印太郎",
    "シルシミヤマ",
    "7070707070",
    "9408888",
    "標識町",
    "08011112222",
    "marked",
    "20203",
];

async fn code(browser: &mut Browser) -> String {
    browser.get("/apply/assist").await.expect("入力した内容は見えません");
    let page = browser.post("/apply/assist", &[]).await;
    page.expect("0258-00-0000");
    page.first(".receipt-number").trim().to_owned()
}

#[actix_web::test]
async fn no_value_of_the_form_reaches_the_console_or_the_table() {
    for world in World::all_with_console().await {
        let mut citizen = Browser::new(&world.url);
        let applicant = Applicant {
            family: ("標見山", "しるしみやま"),
            given: ("印太郎", "しるし"),
            customer_number: "7070707070".into(),
            email: Some("marked@example.jp"),
            ..Applicant::default()
        };
        applicant.fill(&mut citizen).await;
        let code = code(&mut citizen).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let seen = clerk.post("/assist", &[("code", &code)]).await;
        let wrong: [(&str, &[(&str, &str)]); 5] = [
            ("number", &[("customer_number", "7070707070標識町")]),
            (
                "place",
                &[("postal_code", "940-8888標識町"), ("town", "長岡市標識町💧")],
            ),
            (
                "name",
                &[
                    ("family_name", "標見山\u{202E}"),
                    ("given_name", "印太郎印太郎"),
                    ("family_kana", "標見山"),
                ],
            ),
            (
                "contact",
                &[("phone_mobile", "080-1111-2222-1"), ("email", "marked@@example.jp")],
            ),
            (
                "account",
                &[
                    ("account_number", "20203標識町"),
                    ("holder", "other"),
                    ("holder_name", "標見山"),
                ],
            ),
        ];
        // From the last page to the first: what stands before a page must be right to open it.
        for (step, fields) in wrong.into_iter().rev() {
            let page = citizen.get(&format!("/apply/{step}")).await;
            let page = citizen.submit(&page, fields).await;
            assert!(!page.all(".error-message").is_empty(), "{step}: {}", page.text());
            let seen = clerk.get(&seen.path).await;
            seen.expect("直すところ");
            assert!(!seen.all("main ul li").is_empty(), "{step}: something is to be mended");
            for canary in CANARIES {
                assert!(!seen.has(canary), "{step}: {canary}");
            }
        }
        for column in ["page", "faults", "code", "browser", "code_token"] {
            for canary in CANARIES.iter().copied().chain([code.as_str()]) {
                let sql = format!("select count(*) as n from assists where {column} like '%{canary}%'");
                assert_eq!(
                    world.count(Box::leak(sql.into_boxed_str())).await,
                    0,
                    "{column}: {canary}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn a_hint_is_shown_on_its_page_and_the_clerk_sees_that_it_was() {
    for world in World::all_with_console().await {
        let mut citizen = Browser::new(&world.url);
        Applicant::default().fill(&mut citizen).await;
        let code = code(&mut citizen).await;
        citizen.get("/apply/number").await.expect("電話で相談しています");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        clerk.get("/inquiries").await.expect("電話の相談");
        assert_eq!(clerk.post("/assist", &[("code", "12")]).await.status, 422);
        let page = clerk.post("/assist", &[("code", &code)]).await;
        page.expect("お問い合わせ番号").expect("0件（確認済み）");
        let hints = format!("{}/hints", page.path);
        assert_eq!(clerk.post(&hints, &[("text", "")]).await.status, 422);
        clerk
            .post(&hints, &[("hint", "slip")])
            .await
            .expect("まだ表示されていません");
        assert!(
            !citizen
                .get("/apply/contact")
                .await
                .has("検針票（使用水量のお知らせ）の左上の番号を入力")
        );
        // Without JavaScript at the next look, with it by the banner alone.
        citizen.get("/apply/assist/hint?page=number").await.expect("窓口から");
        citizen
            .get("/apply/number")
            .await
            .expect("検針票（使用水量のお知らせ）の左上の番号を入力");
        let page = clerk.get(&page.path).await;
        page.expect("に表示されました");
        let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
        assert_eq!(
            other.get(&page.path).await.status,
            403,
            "who has not claimed it sees nothing"
        );
        let mut operator = Desk::open(&world, "o1", &[Role::Operator]).await;
        assert_eq!(operator.get("/assist").await.status, 403);
        for action in ["assist.opened", "assist.claimed", "assist.hinted"] {
            assert_eq!(world.audit(action).await.len(), 1, "{action}");
        }
    }
}

#[actix_web::test]
async fn a_code_is_over_after_half_an_hour_or_when_somebody_ends_it() {
    for world in World::all_with_console().await {
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut citizen = Browser::new(&world.url);
        Applicant::default().fill(&mut citizen).await;
        let first = code(&mut citizen).await;
        citizen.post("/apply/assist", &[]).await.expect(&first);
        citizen.post("/apply/assist/end", &[]).await;
        assert!(!citizen.get("/apply/number").await.has("電話で相談しています"));
        assert_eq!(clerk.post("/assist", &[("code", &first)]).await.status, 422);
        let second = code(&mut citizen).await;
        let page = clerk.post("/assist", &[("code", &second)]).await;
        world.workspace.clock.advance(Duration::minutes(31));
        clerk.sign_in().await;
        clerk.get(&page.path).await.expect("この相談は終わりました");
        assert_eq!(
            clerk
                .post(&format!("{}/hints", page.path), &[("hint", "slip")])
                .await
                .status,
            409
        );
        assert_eq!(clerk.post("/assist", &[("code", &second)]).await.status, 422);
        assert!(!citizen.get("/apply/number").await.has("電話で相談しています"));
    }
}
