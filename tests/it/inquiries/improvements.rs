//! Requests for improvement: heard in inquiries, decided, told to those who asked.
use super::{QUESTION, ask, clerk, number_and_code, open, worlds};
use crate::{browser::Browser, desk::Desk};
use mizumado::accounts::Role;

#[actix_web::test]
async fn a_wish_is_decided_and_those_who_asked_are_told() {
    for world in worlds().await {
        let (mut citizen, mut other) = (Browser::new(&world.url), Browser::new(&world.url));
        let (first, _) = number_and_code(&ask(&mut citizen, &QUESTION).await);
        let (second, _) = number_and_code(&ask(&mut other, &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let inquiry = |page: &crate::browser::Page| page.path.rsplit('/').next().unwrap().to_owned();
        let one = inquiry(&open(&mut clerk, &first).await);
        let two = inquiry(&open(&mut clerk, &second).await);
        let wrong = clerk.post("/improvements", &[("title", "")]).await;
        assert_eq!(wrong.status, 422);
        let page = clerk
            .post("/improvements", &[("title", "標識を大きく"), ("inquiry", &one)])
            .await;
        page.expect("検討中").expect(&first);
        let id = inquiry(&page);
        for _ in 0..2 {
            let page = clerk
                .post("/improvements", &[("improvement", &id), ("inquiry", &two)])
                .await;
            assert_eq!(
                page.all("main ul li").iter().filter(|li| li.contains(&second)).count(),
                1,
                "asked once"
            );
        }
        let decision = format!("{}/decision", page.path);
        assert_eq!(clerk.post(&decision, &[("state", "planned")]).await.status, 403);
        let mut boss = Desk::open(&world, "p1", &[Role::Approver]).await;
        let form = boss.get(&page.path).await.form_to(&decision);
        let planned = boss
            .post_with(&decision, &form, &[("state", "planned"), ("reason", "来年度に")])
            .await;
        planned.expect("対応予定");
        world.run_jobs().await;
        assert_eq!(
            world.mails().iter().filter(|m| m.title.contains("回答")).count(),
            0,
            "planned is told to nobody"
        );
        let old = boss
            .post_with(&decision, &form, &[("state", "declined"), ("reason", "x")])
            .await;
        assert_eq!(old.status, 409, "somebody decided meanwhile");
        let form = boss.get(&page.path).await.form_to(&decision);
        let without = boss
            .post_with(&decision, &form, &[("state", "done"), ("reason", "大きくしました")])
            .await;
        assert_eq!(without.status, 422);
        let done = [("state", "done"), ("reason", "大きくしました"), ("version", "1.2")];
        boss.post_with(&decision, &form, &done)
            .await
            .expect("対応済み")
            .expect("1.2");
        for browser in [&mut citizen, &mut other] {
            browser.get("/inquiry/status").await.expect("大きくしました");
        }
        world.run_jobs().await;
        assert_eq!(
            world
                .mails()
                .iter()
                .filter(|m| m.title.contains("回答しました"))
                .count(),
            2
        );
        let sealed = "select count(*) as n from improvements where title like '%標識%' or reason like '%大きく%'";
        assert_eq!(world.count(sealed).await, 0);
        assert_eq!(world.audit("improvement.decided").await.len(), 2);
        assert_eq!(
            world.audit("improvement.linked").await.len(),
            2,
            "the second time says nothing new"
        );
    }
}

#[actix_web::test]
async fn who_asks_for_what_others_asked_for_is_linked_at_the_inquiry_and_told_when_it_is_done() {
    for world in worlds().await {
        let mut citizens = [(); 3].map(|()| Browser::new(&world.url));
        let mut numbers = vec![];
        for citizen in &mut citizens {
            numbers.push(number_and_code(&ask(citizen, &QUESTION).await).0);
        }
        let mut clerk = clerk(&world).await;
        let [first, second, third] = [
            open(&mut clerk, &numbers[0]).await,
            open(&mut clerk, &numbers[1]).await,
            open(&mut clerk, &numbers[2]).await,
        ];
        let id = |page: &crate::browser::Page| page.path.rsplit('/').next().unwrap().to_owned();
        assert!(!second.has("この要望に結び付ける"), "nobody asked for anything");
        // What is wrong is said where it was typed.
        let wrong = clerk
            .post("/improvements", &[("inquiry", &id(&first)), ("title", "")])
            .await;
        assert_eq!(wrong.status, 422);
        wrong.expect(&numbers[0]).expect("80文字以内で入力");
        let asked = clerk
            .post("/improvements", &[("inquiry", &id(&first)), ("title", "標識を大きく")])
            .await;
        let improvement = id(&asked);
        let page = open(&mut clerk, &numbers[1]).await;
        assert_eq!(
            page.attributes("select#improvement option[value^='0']", "value"),
            [improvement.as_str()]
        );
        let none = clerk
            .post("/improvements", &[("inquiry", &id(&second)), ("improvement", "")])
            .await;
        assert_eq!(none.status, 422);
        none.expect(&numbers[1]).expect("要望を選んでください");
        let link = |inquiry: &str| [("inquiry", inquiry.to_owned()), ("improvement", improvement.clone())];
        let fields = link(&id(&second));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post("/improvements", &fields).await.expect(&numbers[1]);
        let page = open(&mut clerk, &numbers[1]).await;
        assert!(page.link("標識を大きく").is_some() && !page.has("この要望に結び付ける"));

        let mut boss = Desk::open(&world, "p1", &[Role::Approver]).await;
        let decision = format!("{}/decision", asked.path);
        let form = boss.get(&asked.path).await.form_to(&decision);
        let done = [("state", "done"), ("reason", "大きくしました"), ("version", "1.2")];
        boss.post_with(&decision, &form, &done).await.expect("対応済み");
        // Too late: nobody would tell them.
        let fields = link(&id(&third));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let late = clerk.post("/improvements", &fields).await;
        assert_eq!(late.status, 422);
        late.expect(&numbers[2]).expect("もう決まっています");
        let [one, two, three] = &mut citizens;
        for citizen in [one, two] {
            citizen.get("/inquiry/status").await.expect("大きくしました");
        }
        assert!(!three.get("/inquiry/status").await.has("大きくしました"));
        assert_eq!(world.audit("improvement.linked").await.len(), 2);
    }
}
