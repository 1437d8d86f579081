//! What is revealed: its reason in words, what only some people give, and who reveals much in a short time.
use super::registered;
use crate::{
    applicant::Applicant,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use chrono::Duration;
use mizumado::accounts::Role;

const NOTE: &str = "山田様のご家族が来庁";

#[actix_web::test]
async fn what_was_typed_as_the_reason_is_read_by_who_handles_the_application_and_by_the_auditor_of_accesses() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut other = Desk::open(&world, "c2", &[Role::Approver]).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let fields = [("reason", "other"), ("note", NOTE)];
        clerk.post(&format!("{here}/reveals"), &fields).await;
        other.get(&here).await.expect(NOTE);
        for desk in [&mut auditor, &mut viewer] {
            let page = desk.get(&here).await;
            assert!(page.has("その他（内容を書く）") && page.has("内容は伏せています"));
            assert!(!page.has("山田"));
        }
        auditor.get("/audit/accesses").await.expect(NOTE);
        let fields = [("reason", "inquiry"), ("note", "")];
        other.post(&format!("{here}/reveals"), &fields).await;
        auditor
            .get("/audit/accesses?who=c2")
            .await
            .expect("理由：本人からの問い合わせに答えるため");
        assert!(!auditor.get("/audit").await.has("山田"), "not in the record itself");
    }
}

#[actix_web::test]
async fn what_only_some_people_give_is_a_row_masked_until_it_is_revealed() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let masked = clerk.get(&here).await;
        masked.expect("申込みをする方").expect("口座名義人（カナ）");
        assert!(!masked.has("ゆうちょ銀行の記号") && !masked.has("旧使用者氏名"));
        assert!(!masked.has("山田") && !masked.has("ヤマダ"));
        let fields = [("reason", "inquiry")];
        let clear = clerk.post(&format!("{here}/reveals"), &fields).await;
        let row = |label: &str| {
            let terms = clear.all("dl.summary dt");
            let at = terms.iter().position(|term| term == label);
            clear
                .all("dl.summary dd")
                .remove(at.unwrap_or_else(|| panic!("no row {label}")))
        };
        assert!(row("口座名義人").contains("山田"), "{}", row("口座名義人"));
        assert!(row("口座名義人（カナ）").contains("ヤマダ"));
    }
}

#[actix_web::test]
async fn a_page_in_the_clear_hides_at_its_time_and_keeps_nobody_signed_in() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let masked = clerk.get(&here).await;
        assert!(!masked.html.contains("data-clear") && !masked.html.contains("refresh"));
        clerk.post(&format!("{here}/reveals"), &[("reason", "inquiry")]).await;
        world.workspace.clock.advance(Duration::minutes(4));
        let clear = clerk.get(&here).await;
        let seconds: i64 = clear.attributes("[data-hides-in]", "data-hides-in")[0].parse().unwrap();
        assert!((300..=360).contains(&seconds), "the rest of ten minutes: {seconds}");
        assert_eq!(clear.all("dl[data-clear]").len(), 1);
        assert_eq!(clear.all("[data-hidden-since][hidden]").len(), 1);
        let (after, to) = (seconds + 1, format!("{here}?&amp;unattended=yes"));
        let refresh = format!("<noscript><meta http-equiv=\"refresh\" content=\"{after}; url={to}\">");
        assert!(clear.html.contains(&refresh), "{}", clear.html);
        // The browser opens it by itself, masked, and that is no sign of life.
        world.workspace.clock.advance(Duration::minutes(7));
        let by_itself = clerk.get(&format!("{here}?&unattended=yes")).await;
        assert!(by_itself.status == 200 && !by_itself.has("山田"));
        world.workspace.clock.advance(Duration::minutes(9));
        assert_eq!(
            clerk.get(&here).await.status,
            401,
            "16 minutes after the last action of a person"
        );
    }
}

async fn reveal(desk: &mut Desk, id: &str) -> u16 {
    let fields = [("reason", "inquiry")];
    desk.post(&format!("/applications/{id}/reveals"), &fields).await.status
}

#[actix_web::test]
async fn who_reveals_many_applications_in_a_short_time_proves_to_be_there_and_goes_on() {
    for world in World::all_with_console().await {
        let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let write = move |conn: &mut mizumado::db::Conn| {
            let all: Vec<Row> = (0..22).map(|n| Row::new(n, now - Duration::hours(1))).collect();
            rows::confirm(conn, &keys, &all)?;
            Ok(all.into_iter().map(|row| row.id).collect::<Vec<_>>())
        };
        let ids = world.write(write).await;
        let mut hasty = Desk::open(&world, "c1", &[Role::Clerk]).await;
        for id in &ids[..20] {
            assert_eq!(reveal(&mut hasty, id).await, 200);
        }
        assert_eq!(reveal(&mut hasty, &ids[0]).await, 200, "seen already, and none more");
        let way = format!("/applications/{}/reveals", ids[20]);
        let page = hasty.post(&way, &[("reason", "inquiry")]).await;
        assert_eq!((page.status, page.form().0), (401, way));
        page.expect("短い時間に、多くの申込み");
        assert_eq!(world.audit("application.revealed").await.len(), 21);
        assert_eq!(hasty.prove().await.status, 200);
        let done = hasty.submit(&page, &[]).await;
        assert_eq!((done.status, done.path), (200, format!("/applications/{}", ids[20])));
        assert_eq!(reveal(&mut hasty, &ids[21]).await, 200, "and goes on");
        // Who takes their time is not asked.
        let mut calm = Desk::open(&world, "c2", &[Role::Clerk]).await;
        for id in &ids[..20] {
            reveal(&mut calm, id).await;
        }
        world.workspace.clock.advance(Duration::minutes(11));
        assert_eq!(reveal(&mut calm, &ids[20]).await, 200);
    }
}
