//! The citizen's side.
use super::{QUESTION, ask, clerk, number_and_code, open, put_template, reply, worlds};
use crate::{browser::Browser, harness::World};
use chrono::Duration;

const COUNT: &str = "select count(*) as n from inquiries";

#[actix_web::test]
async fn a_citizen_asks_a_clerk_answers_with_a_template_and_the_citizen_reads_it() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let page = ask(&mut citizen, &QUESTION).await;
        let (number, code) = number_and_code(&page);
        page.expect("お調べしています")
            .expect("引き落としになりますか")
            .expect("回答の目安");
        let mut boss = crate::desk::Desk::open(&world, "p1", &[mizumado::accounts::Role::Approver]).await;
        let template = [
            ("name", "時期の案内"),
            ("body", "{{name}} 様（{{number}}）\n登録の翌月分からです。{{phone}}"),
        ];
        boss.post("/inquiries/templates", &template).await.expect("時期の案内");
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        page.expect("標見山 印太郎").expect("未回答");
        let filled = put_template(&mut clerk, &page, &[]).await;
        let words = filled.form_to(&format!("{}/messages", page.path))["body"].clone();
        assert!(
            words.contains(&format!("標見山 印太郎 様（{number}）")) && words.contains("0258-00-0000"),
            "{words}"
        );
        reply(&mut clerk, &page, &words).await.expect("回答済み");
        world.run_jobs().await;
        let mails = world.mails();
        assert_eq!(mails.len(), 2, "received, answered");
        for mail in &mails {
            assert_eq!(mail.recipient, "asks@example.jp");
            assert!(
                mail.body.contains(&number) && mail.body.contains("/inquiry/status"),
                "{}",
                mail.body
            );
            for hidden in ["翌月分", "標見山", "引き落としに", code.as_str()] {
                assert!(!mail.body.contains(hidden), "{hidden}");
            }
        }
        // From another machine, by the code or by the phone's last four digits.
        for proof in [code.as_str(), "４３２１"] {
            let mut other = Browser::new(&world.url);
            let form = other.get("/inquiry/status").await;
            let page = other
                .submit(&form, &[("number", &number.to_lowercase()), ("proof", proof)])
                .await;
            page.expect("登録の翌月分からです");
            assert!(!page.has(&code) && !page.has("内部"), "the code is shown once");
            let again = other.post("/inquiry/messages", &[("body", "では今月は？")]).await;
            again.expect("では今月は？");
        }
        let page = open(&mut clerk, &number).await;
        page.expect("未回答").expect("では今月は？");
        assert_eq!(world.audit("inquiry.replied").await.len(), 1);
        assert_eq!(
            world.audit("inquiry.asked_on").await.len(),
            1,
            "a second click says nothing new"
        );
    }
}

#[actix_web::test]
async fn a_form_that_is_sent_twice_is_one_inquiry_and_other_words_are_refused() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let form = citizen.get("/inquiry").await;
        let first = citizen.submit(&form, &QUESTION).await;
        let mut same = vec![];
        for _ in 0..8 {
            let (mut twin, form) = (Browser::new(&world.url), form.clone());
            same.push(actix_web::rt::spawn(async move { twin.submit(&form, &QUESTION).await }));
        }
        for answer in same {
            assert_eq!(number_and_code(&answer.await.unwrap()), number_and_code(&first));
        }
        let mut other = QUESTION;
        other[1].1 = "別のこと";
        assert_eq!(citizen.submit(&form, &other).await.status, 409);
        assert_eq!(world.count(COUNT).await, 1);
        world.run_jobs().await;
        assert_eq!(world.mails().len(), 1);
    }
}

#[actix_web::test]
async fn wrong_typing_is_kept_and_said_at_its_field() {
    for world in World::all().await {
        let mut citizen = Browser::new(&world.url);
        let form = citizen.get("/inquiry").await;
        let wrong = [
            ("category", ""),
            ("body", "標識の本文"),
            ("email", "あ@い"),
            ("phone", "12"),
            ("receipt_number", "ABC"),
        ];
        let page = citizen.submit(&form, &wrong).await;
        assert_eq!((page.status, page.path.as_str()), (200, "/inquiry?error"));
        for field in ["category", "email", "phone", "receipt_number"] {
            assert!(!page.first(&format!("#{field}-error")).is_empty(), "{field}");
        }
        assert!(page.has("標識の本文") && page.has("あ@い"), "what was typed stays");
        assert_eq!(
            citizen.get("/inquiry").await.all(".error-message").len(),
            0,
            "going back is no mistake"
        );
        assert_eq!(world.count(COUNT).await, 0);
        let kept = world
            .count("select count(*) as n from inquiry_browsers where sealed like '%標識%'")
            .await;
        assert_eq!(kept, 0, "a draft is sealed");
        let right = [
            ("category", "other"),
            ("body", "標識の本文"),
            ("email", ""),
            ("phone", ""),
            ("receipt_number", ""),
        ];
        let page = citizen.submit(&page, &right).await;
        page.expect("標識の本文").expect("確認コード");
        let (number, code) = number_and_code(&page);
        let page = citizen.post("/inquiry/messages", &[("body", " ")]).await;
        page.expect("追加でお尋ねになることを入力してください");
        citizen.post("/inquiry/leave", &[]).await.expect("お問合せの回答を見る");
        assert!(!citizen.get("/inquiry/status").await.has("標識の本文"));
        let page = citizen
            .post("/inquiry/status", &[("number", &number), ("proof", &code)])
            .await;
        page.expect("標識の本文");
        world.workspace.clock.advance(Duration::minutes(31));
        assert!(
            !citizen.get("/inquiry/status").await.has("標識の本文"),
            "closes by itself"
        );
    }
}

#[actix_web::test]
async fn a_stranger_reads_nothing_and_has_five_tries() {
    for world in World::all().await {
        let mut citizen = Browser::new(&world.url);
        let (number, code) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let (other, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
        let mut stranger = Browser::new(&world.url);
        stranger.get("/inquiry/status").await.expect("お問合せの回答を見る");
        stranger
            .post("/inquiry/messages", &[("body", "x")])
            .await
            .expect("お問合せの回答を見る");
        let wrong = |n: u32| format!("{:06}", (code.parse::<u32>().unwrap() + n) % 1_000_000);
        // The code of one inquiry opens no other.
        let page = stranger
            .post("/inquiry/status", &[("number", &other), ("proof", &code)])
            .await;
        page.expect("どれかがちがいます");
        for n in 1..=5 {
            let page = stranger
                .post("/inquiry/status", &[("number", &number), ("proof", &wrong(n))])
                .await;
            assert!(page.has("どれかがちがいます") && !page.has("なりますか"), "{n}");
        }
        let page = stranger
            .post("/inquiry/status", &[("number", &number), ("proof", &code)])
            .await;
        assert_eq!(page.status, 429, "the right code comes too late");
        world.workspace.clock.advance(Duration::minutes(16));
        let page = stranger
            .post("/inquiry/status", &[("number", &number), ("proof", &code)])
            .await;
        page.expect("引き落としになりますか");
    }
}

#[actix_web::test]
async fn nothing_that_is_said_stands_in_the_clear() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let (number, code) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let page = reply(&mut clerk, &page, "標識の回答です").await;
        for kind in ["note", "handover"] {
            let fields = [("kind", kind), ("body", "標識のメモです")];
            clerk.post(&format!("{}/messages", page.path), &fields).await;
        }
        clerk
            .post("/inquiries/searches", &[("q", "標識の")])
            .await
            .expect(&number);
        for (table, columns) in TABLES {
            for column in columns.split(' ') {
                for mark in ["標見山", "標識", "09000004321", "引き落とし", "asks@", code.as_str()] {
                    let sql = format!("select count(*) as n from {table} where {column} like '%{mark}%'");
                    let found = world.count(Box::leak(sql.into_boxed_str())).await;
                    assert_eq!(found, 0, "{mark} in {table}.{column}");
                }
            }
        }
    }
}

const TABLES: [(&str, &str); 8] = [
    ("inquiries", "contact code_token submit_key submit_digest made_by"),
    ("inquiry_messages", "body author"),
    ("inquiry_events", "detail what actor"),
    ("inquiry_tokens", "token"),
    ("inquiry_browsers", "sealed token"),
    ("inquiry_queries", "words"),
    ("audit_entries", "detail subject action"),
    ("mails", "body title recipient"),
];
