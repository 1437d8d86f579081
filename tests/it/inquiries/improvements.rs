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
    }
}
