//! What the applicant was sent can be read; the pages of an application keep the list that somebody came from.
use super::registered;
use crate::{applicant::Applicant, desk::Desk, harness::World};
use mizumado::accounts::Role;

#[actix_web::test]
async fn what_the_applicant_was_sent_is_read_without_the_address_and_is_on_record() {
    for world in World::all_with_console().await {
        let (number, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let detail = viewer.get(&here).await;
        detail.expect("ゲートウェイ（1回目）：手続きの開始");
        let link = detail.attributes(".timeline a[href*='/mails/']", "href").remove(0);
        let page = viewer.get(&link).await;
        assert!(page.first(".sample__mail").contains(&number), "{}", page.text());
        assert!(world.mails().iter().any(|mail| page.has(&mail.title)));
        assert!(!page.has("taro@example.jp"));
        let mail = link.rsplit('/').next().unwrap();
        let said = (format!("application/{id}"), format!("mail/{mail} from 127.0.0.1"));
        assert_eq!(world.audit("mail.seen").await, [said]);
        assert_eq!(viewer.get(&format!("{here}/mails/01K")).await.status, 404);
        assert_eq!(world.audit("mail.seen").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_withdrawal_a_correction_and_the_guidance_keep_the_list() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let list = "result=registered&order=oldest";
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let detail = clerk.get(&format!("{here}?{list}")).await;
        for part in ["withdrawal", "corrections", "guidance"] {
            let way = format!("{here}/{part}?{list}");
            assert!(detail.attributes("main a", "href").contains(&way), "{part}");
            let page = clerk.get(&way).await;
            let links = page.attributes("a", "href");
            for back in [format!("{here}?{list}"), format!("/applications?{list}")] {
                assert!(links.contains(&back), "{part}: {back}");
            }
        }
        for part in ["corrections", "withdrawal"] {
            let page = clerk.get(&format!("{here}/{part}?{list}")).await;
            let form = page.form_to(&format!("{here}/{part}"));
            assert_eq!(form["list"], list, "{part}");
            let wrong = clerk.post_with(&format!("{here}/{part}"), &form, &[]).await;
            assert_eq!(wrong.status, 422, "{part}");
            let form = wrong.form_to(&format!("{here}/{part}"));
            assert_eq!(form["list"], list, "{part}: what was refused keeps it");
            let typed = [("note", "a"), ("evidence", "b"), ("result", "not_registered")];
            let done = clerk.post_with(&format!("{here}/{part}"), &form, &typed).await;
            assert_eq!(done.path, format!("{here}?{list}"), "{part}");
        }
    }
}
