//! What was promised: nothing that a citizen types is lost, an answer comes in time, and the numbers say so.
use super::{QUESTION, ask, clerk, number_and_code, open, reply, worlds};
use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use chrono::Duration;
use mizumado::{
    accounts::Role,
    inquiries::{Source, Tally, tally},
};

async fn close(desk: &mut Desk, page: &Page) -> Page {
    let way = format!("{}/closing", page.path);
    desk.post_with(&way, &page.form_to(&way), &[]).await
}

/// The inquiries of this world that came by a way.
async fn numbers(world: &World, source: Source) -> Tally {
    let now = world.workspace.clock.now();
    let span = (now - Duration::days(30), now + Duration::days(1));
    world.write(move |conn| Ok(tally(conn, source, span, now)?)).await
}

#[actix_web::test]
async fn what_a_citizen_sends_while_a_clerk_closes_opens_the_inquiry_again() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let page = reply(&mut clerk, &page, "翌月からです").await;
        let open_page = citizen.get("/inquiry/status").await;
        close(&mut clerk, &page).await.expect("完了");
        world.workspace.clock.advance(Duration::minutes(5));
        let form = open_page.form_to("/inquiry/messages");
        let long = "長い続きの話".repeat(300);
        for _ in 0..2 {
            let page = citizen.post_with("/inquiry/messages", &form, &[("body", &long)]).await;
            page.expect(&long).expect("お調べしています").expect("回答の目安");
        }
        open(&mut clerk, &number).await.expect("未回答").expect(&long);
        assert_eq!(
            world.audit("inquiry.asked_on").await.len(),
            1,
            "a second click says nothing new"
        );
        let anew = "select count(*) as n from inquiries where closed_at is null and due_at > '2026-11-27 01:04:00'";
        assert_eq!(world.count(anew).await, 1, "the clock begins anew");
    }
}

#[actix_web::test]
async fn the_same_words_again_after_a_while_are_another_question() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let more = [("body", "まだですか")];
        citizen.post("/inquiry/messages", &more).await;
        let page = open(&mut clerk, &number).await;
        reply(&mut clerk, &page, "調べています").await;
        citizen.post("/inquiry/messages", &more).await;
        assert_eq!(
            world.audit("inquiry.asked_on").await.len(),
            1,
            "one click, though staff wrote between its two sendings"
        );
        world.workspace.clock.advance(Duration::minutes(11));
        citizen.post("/inquiry/messages", &more).await;
        assert_eq!(world.audit("inquiry.asked_on").await.len(), 2);
    }
}

#[actix_web::test]
async fn citizens_and_staff_at_the_same_moment_lose_nothing() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let way = format!("{}/messages", page.path);
        let mut sent = vec![];
        for n in 0..6 {
            let (mut citizen, mut staff) = (citizen.clone(), clerk.browser.clone());
            let (form, way) = (page.form_to(&way), way.clone());
            sent.push(actix_web::rt::spawn(async move {
                let text = format!("質問の{n}番");
                citizen.post("/inquiry/messages", &[("body", &text)]).await
            }));
            sent.push(actix_web::rt::spawn(async move {
                staff
                    .post_with(&way, &form, &[("kind", "reply"), ("body", "回答")])
                    .await
            }));
        }
        for page in sent {
            let page = page.await.unwrap();
            assert!([200, 422].contains(&page.status), "{}", page.text());
        }
        assert_eq!(world.audit("inquiry.asked_on").await.len(), 6, "every question is kept");
    }
}

#[actix_web::test]
async fn a_long_reply_that_came_too_late_is_shown_again_and_can_be_sent() {
    for world in worlds().await {
        let mut citizen = Browser::new(&world.url);
        let (number, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        let closed = close(&mut clerk, &page).await;
        for meanwhile in ["続きです", ""] {
            if !meanwhile.is_empty() {
                citizen.post("/inquiry/messages", &[("body", meanwhile)]).await;
            }
            let late = reply(&mut clerk, &page, "長い回答の標識").await;
            assert_eq!(late.status, 422);
            late.expect("この問合せに動きがありました").expect("長い回答の標識");
        }
        let fresh = reply(&mut clerk, &page, "長い回答の標識").await;
        let way = format!("{}/messages", page.path);
        let form = fresh.form_to(&way);
        assert_eq!(form["body"], "長い回答の標識");
        clerk
            .post_with(&way, &form, &[("kind", "reply")])
            .await
            .expect("回答済み");
        assert_eq!(closed.status, 200);
    }
}

#[actix_web::test]
async fn a_late_answer_stays_late_and_one_in_time_stays_in_time() {
    for world in worlds().await {
        let (mut late, mut in_time) = (Browser::new(&world.url), Browser::new(&world.url));
        let (first, _) = number_and_code(&ask(&mut late, &QUESTION).await);
        let (second, second_code) = number_and_code(&ask(&mut in_time, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &second).await;
        reply(&mut clerk, &page, "すぐの回答").await;
        world.workspace.clock.advance(Duration::days(5));
        assert_eq!(numbers(&world, Source::Web).await.overdue, 1, "one waits");
        clerk.sign_in().await;
        let page = open(&mut clerk, &first).await;
        reply(&mut clerk, &page, "遅い回答").await;
        let expected = Tally {
            received: 2,
            answered: 2,
            overdue: 1,
        };
        assert_eq!(numbers(&world, Source::Web).await, expected);
        // Another priority changes nothing of what is answered; nor does a question more.
        for number in [&first, &second] {
            let page = open(&mut clerk, number).await;
            let way = format!("{}/handling", page.path);
            for priority in ["urgent", "low"] {
                let page = open(&mut clerk, number).await;
                clerk
                    .post_with(&way, &page.form_to(&way), &[("priority", priority)])
                    .await
                    .expect("回答済み");
            }
        }
        assert_eq!(numbers(&world, Source::Web).await, expected);
        let mut again = Browser::new(&world.url);
        let typed = [("number", second.as_str()), ("proof", second_code.as_str())];
        again.post("/inquiry/status", &typed).await.expect("すぐの回答");
        again.post("/inquiry/messages", &[("body", "もう1つ")]).await;
        assert_eq!(numbers(&world, Source::Web).await, expected);
        let call = [
            ("source", "phone"),
            ("category", "result"),
            ("body", "結果はいつ"),
            ("answer", "明日です"),
            ("done", "yes"),
        ];
        clerk.post("/inquiries", &call).await.expect("完了");
        let of_phone = Tally {
            received: 1,
            answered: 1,
            overdue: 0,
        };
        assert_eq!(
            numbers(&world, Source::Phone).await,
            of_phone,
            "answered at once is answered"
        );
        let in_order = "select count(*) as n from inquiry_messages q join inquiry_messages a on q.inquiry_id = a.inquiry_id \
                        where q.kind = 'asked' and a.kind = 'reply' and q.author <> 'applicant' and q.at < a.at";
        assert_eq!(world.count(in_order).await, 1, "the answer comes after the question");
    }
}

#[actix_web::test]
async fn a_corrected_calendar_moves_what_is_due() {
    for world in worlds().await {
        ask(&mut Browser::new(&world.url), &QUESTION).await;
        let due = "select count(*) as n from inquiries where due_at >= '2026-11-27 01:00:00' and due_at < '2026-11-27 01:01:00'";
        let later = "select count(*) as n from inquiries where due_at >= '2026-11-30 01:00:00' and due_at < '2026-11-30 01:01:00'";
        assert_eq!(world.count(due).await, 1);
        for (sql, at) in [
            (
                "insert into holidays (day, name) values ('2026-11-26', '臨時の休日')",
                later,
            ),
            ("delete from holidays where day = '2026-11-26'", due),
        ] {
            let change = move |conn: &mut mizumado::db::Conn| {
                diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?;
                Ok(())
            };
            world.write(change).await;
            world.pass(Duration::minutes(10)).await;
            assert_eq!(world.count(at).await, 1, "{sql}");
        }
    }
}

#[actix_web::test]
async fn a_mail_leads_only_to_a_page_that_opens() {
    for world in worlds().await {
        let mut clerk = clerk(&world).await;
        let told = |world: &World| world.mails().iter().filter(|m| m.title.contains("お問合せ")).count();
        let call = |phone: &'static str, answer: &'static str, done: &'static str| {
            [
                ("source", "phone"),
                ("category", "result"),
                ("body", "結果はいつ"),
                ("email", "asks@example.jp"),
                ("phone", phone),
                ("answer", answer),
                ("done", done),
            ]
        };
        let page = clerk.post("/inquiries", &call("", "明日です", "")).await;
        page.expect("回答済み");
        clerk
            .post("/inquiries", &call("0258-00-4321", "明日です", "yes"))
            .await
            .expect("完了");
        world.run_jobs().await;
        assert_eq!(told(&world), 0, "nothing to open it with; nothing left to read");
        let page = clerk.post("/inquiries", &call("0258-00-4321", "", "")).await;
        let number = page.first("h1");
        reply(&mut clerk, &page, "標識の回答").await;
        world.run_jobs().await;
        assert_eq!(told(&world), 1);
        let mut caller = Browser::new(&world.url);
        let opened = caller
            .post("/inquiry/status", &[("number", number.trim()), ("proof", "4321")])
            .await;
        opened.expect("標識の回答");
        let typed = [
            ("source", "staff"),
            ("category", "trouble"),
            ("body", "画面が重い"),
            ("phone", "0258-00-4321"),
        ];
        let page = clerk.post("/inquiries", &typed).await;
        let number = page.first("h1");
        let refused = Browser::new(&world.url)
            .post("/inquiry/status", &[("number", number.trim()), ("proof", "4321")])
            .await;
        refused.expect("どれかがちがいます");
    }
}

#[actix_web::test]
async fn an_address_that_anybody_typed_is_mailed_once_a_day() {
    for world in worlds().await {
        for _ in 0..4 {
            ask(&mut Browser::new(&world.url), &QUESTION).await;
        }
        world.run_jobs().await;
        assert_eq!(world.mails().len(), 1);
        world.pass(Duration::hours(25)).await;
        ask(&mut Browser::new(&world.url), &QUESTION).await;
        world.run_jobs().await;
        let received = |m: &&mizumado::mail::Outgoing| m.recipient == "asks@example.jp";
        assert_eq!(world.mails().iter().filter(received).count(), 2);
    }
}

#[actix_web::test]
async fn the_sheet_for_the_next_shift_begins_with_what_waits() {
    for world in worlds().await {
        let mut clerk = clerk(&world).await;
        let mut asked = vec![];
        for _ in 0..3 {
            asked.push(number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await).0);
            world.workspace.clock.advance(Duration::minutes(1));
        }
        for number in &asked[..2] {
            let page = open(&mut clerk, number).await;
            reply(&mut clerk, &page, "回答です").await;
        }
        let page = open(&mut clerk, &asked[1]).await;
        let note = [("kind", "handover"), ("body", "折り返しを約束しました")];
        clerk.post(&format!("{}/messages", page.path), &note).await;
        let list = clerk.get("/inquiries").await.all("#found tbody th");
        let place = |number: &String| list.iter().position(|row| row.contains(number.as_str()));
        assert_eq!(place(&asked[2]), Some(0), "what waits comes first: {list:?}");
        let before = world.audit("inquiry.seen_in_clear").await.len();
        let sheet = clerk.get("/inquiries/handover").await;
        sheet
            .expect("折り返しを約束しました")
            .expect("引き継ぎの書き込みはありません");
        let cards = sheet.all("section.card h2");
        assert_eq!(cards, [asked[2].clone(), asked[1].clone()]);
        let seen = world.audit("inquiry.seen_in_clear").await;
        assert_eq!(seen.len(), before + 1, "whose note is shown was looked at");
        assert!(seen.last().unwrap().1.contains("handover"), "{seen:?}");
        let mut auditor = Desk::open(&world, "v1", &[Role::Auditor]).await;
        assert!(!auditor.get("/inquiries/handover").await.has("折り返し"));
    }
}
