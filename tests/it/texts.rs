//! The words that citizens read: drafted by one person, approved by another, read from their day on.
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
};
use chrono::{Days, Duration};
use mizumado::{accounts::Role, clock::jst};

async fn staff(world: &World) -> (Desk, Desk) {
    let clerk = Desk::open(world, "c1", &[Role::Clerk]).await;
    let approver = Desk::open(world, "p1", &[Role::Approver]).await;
    (clerk, approver)
}

/// A draft of a text with other words; its address.
pub async fn draft(desk: &mut Desk, name: &str, change: impl Fn(&str) -> String, days: u64, world: &World) -> Page {
    let page = desk.post(&format!("/texts/{name}/versions"), &[]).await;
    let day = (jst(world.workspace.clock.now()).date() + Days::new(days)).to_string();
    // An HTML parser drops the first line end of a textarea and gives the rest as it is.
    let body = change(&page.form_to(&page.path)["body"]);
    let typed = [
        ("body", body.as_str()),
        ("effective_from", &day),
        ("note", "言い方を変える"),
    ];
    desk.post(&page.path, &typed).await
}

pub async fn approve(clerk: &mut Desk, approver: &mut Desk, path: &str) {
    clerk.prove().await;
    clerk.post(&format!("{path}/proposal"), &[]).await.expect("承認待ち");
    approver.prove().await;
    let decision = [("decision", "approve")];
    let page = approver.post(&format!("{path}/decision"), &decision).await;
    page.expect("承認済み");
}

#[actix_web::test]
async fn a_text_of_one_person_approved_by_another_is_read_from_its_day() {
    for world in World::all_with_console().await {
        let (mut clerk, mut approver) = staff(&world).await;
        let mut citizen = Browser::new(&world.url);
        let page = draft(
            &mut clerk,
            "faq",
            |old| format!("## 新しい問い\n\n新しい答え\n\n{old}"),
            1,
            &world,
        )
        .await;
        let path = page.path.clone();
        page.expect("新しい答え").expect("＋ ## 新しい問い");
        let other = approver
            .post(&path, &[("body", "x"), ("effective_from", "2026-12-01")])
            .await;
        assert_ne!(other.status, 200, "a draft is its maker's");
        approve(&mut clerk, &mut approver, &path).await;
        assert!(!citizen.get("/faq").await.has("新しい答え"), "not before its day");
        let again = approver
            .post(&format!("{path}/decision"), &[("decision", "refuse")])
            .await;
        assert_eq!(again.status, 409, "decided once");
        again.expect("いまは、この操作ができません");
        world.workspace.clock.advance(Duration::days(1));
        citizen.get("/faq").await.expect("新しい答え");
        for action in ["text.drafted", "text.changed", "text.proposed", "text.approved"] {
            assert_eq!(world.audit(action).await.len(), 1, "{action}");
        }
    }
}

#[actix_web::test]
async fn nobody_approves_a_text_of_their_own_and_a_decided_one_never_changes() {
    for world in World::all_with_console().await {
        let mut both = Desk::open(&world, "b1", &[Role::Clerk, Role::Approver]).await;
        let page = draft(&mut both, "paper", |old| format!("{old}\n\n追記"), 0, &world).await;
        both.prove().await;
        both.post(&format!("{}/proposal", page.path), &[]).await;
        let page = both
            .post(&format!("{}/decision", page.path), &[("decision", "approve")])
            .await;
        assert_eq!(page.status, 409);
        let approved = "insert into text_versions (id, name, version, body, effective_from, state, made_by, made_at, \
                        note, decided_by, decided_at) values ('1', 'faq', 1, 'a', '2026-01-01', 'approved', 'x', \
                        '2026-01-01 00:00:00', '', 'y', '2026-01-01 00:00:00')";
        let run = |sql: &'static str| {
            let write = move |conn: &mut mizumado::db::Conn| {
                diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn).map_err(mizumado::db::DbError::from)
            };
            world.workspace.db.write(write)
        };
        run(approved).await.unwrap();
        assert!(run("update text_versions set body = 'b' where id = '1'").await.is_err());
        assert!(run("delete from text_versions where id = '1'").await.is_err());
    }
}

#[actix_web::test]
async fn who_read_older_terms_sees_the_newer_ones_before_agreeing() {
    for world in World::all_with_console().await {
        let (mut clerk, mut approver) = staff(&world).await;
        let mut citizen = Browser::new(&world.url);
        let read = citizen.get("/apply/terms").await;
        let page = draft(
            &mut clerk,
            "terms",
            |old| format!("{old}\n\n## 附則の2\n\n新しい約束"),
            0,
            &world,
        )
        .await;
        approve(&mut clerk, &mut approver, &page.path).await;
        let page = citizen.submit(&read, &[("agree", "yes")]).await;
        page.expect("お読みになっている間に新しくなりました")
            .expect("新しい約束");
        assert_eq!(world.count("select count(*) as n from applications").await, 0);
        let page = citizen.submit(&page, &[("agree", "yes")]).await;
        assert_eq!(page.path, "/apply/bank");
        let kept = "select count(*) as n from terms_versions v join applications a on a.terms_hash = v.hash \
                    where v.body like '%新しい約束%' and v.version = '1'";
        assert_eq!(world.count(kept).await, 1);
    }
}

#[actix_web::test]
async fn a_mail_is_tried_and_then_goes_out_in_the_words_that_were_approved() {
    for world in World::all_with_console().await {
        let (mut clerk, mut approver) = staff(&world).await;
        let page = draft(
            &mut clerk,
            "mail_receipt",
            |old| old.replace("お受けしました", "確かに承りました"),
            0,
            &world,
        )
        .await;
        page.expect("234-567-89A").expect("確かに承りました");
        let path = page.path.clone();
        let wrong = clerk.post(&format!("{path}/mails"), &[("recipient", "x")]).await;
        assert_eq!(wrong.status, 422);
        clerk
            .post(&format!("{path}/mails"), &[("recipient", "try@example.jp")])
            .await;
        world.run_jobs().await;
        let tried = world.mails();
        let tried = tried.iter().find(|m| m.recipient == "try@example.jp").unwrap();
        assert!(tried.title.starts_with("【試し】") && tried.body.contains("確かに承りました"));
        assert_eq!(world.audit("text.tried").await.len(), 1);
        approve(&mut clerk, &mut approver, &path).await;
        Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        world.run_jobs().await;
        let sent = world.mails();
        assert!(
            sent.iter()
                .any(|m| m.recipient != "try@example.jp" && m.body.contains("確かに承りました"))
        );
    }
}

#[actix_web::test]
async fn a_mail_with_something_of_a_person_goes_to_nobody() {
    let world = World::with_console().await;
    let (mut clerk, _) = staff(&world).await;
    let page = draft(
        &mut clerk,
        "mail_receipt",
        |old| format!("{old}\n{{{{applicant_name}}}} 090-0000-1234\n"),
        0,
        &world,
    )
    .await;
    page.expect("直すところが2件あります").expect("applicant_name");
    clerk.prove().await;
    let proposal = clerk.post(&format!("{}/proposal", page.path), &[]).await;
    assert_eq!(proposal.status, 409);
    let tried = clerk
        .post(&format!("{}/mails", page.path), &[("recipient", "try@example.jp")])
        .await;
    assert_eq!(tried.status, 409);
}

#[actix_web::test]
async fn a_text_is_not_approved_after_its_day() {
    let world = World::with_console().await;
    let (mut clerk, mut approver) = staff(&world).await;
    let page = draft(&mut clerk, "faq", |old| format!("{old}\n\n追記"), 0, &world).await;
    clerk.prove().await;
    clerk.post(&format!("{}/proposal", page.path), &[]).await;
    world.workspace.clock.advance(Duration::days(1));
    approver.sign_in().await;
    let late = approver
        .post(&format!("{}/decision", page.path), &[("decision", "approve")])
        .await;
    assert_eq!(late.status, 422);
    late.expect("もう過ぎているので");
    let refusal = [("decision", "refuse"), ("refusal", "日を過ぎました")];
    let refused = approver.post(&format!("{}/decision", page.path), &refusal).await;
    refused.expect("却下");
}

#[actix_web::test]
async fn who_refuses_a_text_says_why_to_the_person_who_made_it() {
    for world in World::all_with_console().await {
        let (mut clerk, mut approver) = staff(&world).await;
        let page = draft(&mut clerk, "faq", |old| format!("{old}\n\n追記"), 1, &world).await;
        clerk.prove().await;
        clerk.post(&format!("{}/proposal", page.path), &[]).await;
        let way = format!("{}/decision", page.path);
        approver.prove().await;
        let long = "長".repeat(201);
        for (typed, sentence) in [(" ", "却下の理由を入力してください"), (long.as_str(), "200文字以内")]
        {
            let wrong = approver.post(&way, &[("decision", "refuse"), ("refusal", typed)]).await;
            assert_eq!(wrong.status, 422);
            assert!(wrong.first("#refusal-error").contains(sentence), "{typed}");
            assert_eq!(wrong.form_to(&way)["refusal"], typed, "what was typed stays");
        }
        assert_eq!(world.audit("text.refused").await, []);
        let why = "言い方が古いままです";
        approver
            .post(&way, &[("decision", "refuse"), ("refusal", why)])
            .await
            .expect(why);
        clerk.get(&page.path).await.expect(why);
        let id = page.path.trim_start_matches("/texts/versions/");
        assert_eq!(
            world.audit("text.refused").await,
            [(format!("text/{id}"), "from 127.0.0.1".to_owned())],
            "the reason stands at the version, not in a record that is kept for ever"
        );
        // Who approves says nothing, even with something typed.
        let page = draft(&mut clerk, "faq", |old| format!("{old}\n\n追記"), 1, &world).await;
        clerk.post(&format!("{}/proposal", page.path), &[]).await;
        let approval = [("decision", "approve"), ("refusal", why)];
        let page = approver.post(&format!("{}/decision", page.path), &approval).await;
        assert!(page.has("承認済み") && !page.has(why));
    }
}

#[actix_web::test]
async fn an_item_that_two_people_changed_is_asked_so_from_its_day() {
    for world in World::all_with_console().await {
        let (mut clerk, mut approver) = staff(&world).await;
        let page = clerk.post("/texts/items/versions", &[]).await;
        let mut typed = page.form_to(&page.path);
        typed.insert("label.customer_number".into(), "水道番号".into());
        typed.insert("ask.start_date".into(), "no".into());
        typed.insert("ask.phone_mobile".into(), "no".into());
        typed.insert("ask.phone_home".into(), "no".into());
        typed.insert("ask.phone_work".into(), "no".into());
        let page = clerk.post(&page.path, &fields(&typed)).await;
        page.expect("電話番号は、1つ以上を聞いてください").expect("水道番号");
        typed.insert("ask.phone_mobile".into(), "required".into());
        typed.insert("order.application_kind".into(), "9".into());
        let page = clerk.post(&page.path, &fields(&typed)).await;
        page.expect("－ お問い合わせ番号のページ").expect("聞かない");
        approve(&mut clerk, &mut approver, &page.path).await;

        let mut citizen = Browser::new(&world.url);
        Applicant::default().fill(&mut citizen).await;
        assert!(
            !citizen.get("/apply/number").await.has("水道番号"),
            "not before its day"
        );
        world.workspace.clock.advance(Duration::days(1));
        let mut citizen = Browser::new(&world.url);
        Applicant::default().fill(&mut citizen).await.expect("水道番号");
        let number = citizen.get("/apply/number").await.text();
        assert!(number.find("水道番号") < number.rfind("お申込みの種類"), "{number}");
        assert!(!citizen.get("/apply/place").await.has("水道の使用開始日"));
        let page = citizen.get("/apply/contact").await;
        assert!(page.has("電話番号（携帯）") && !page.has("電話番号（自宅）"));
    }
}

fn fields(typed: &std::collections::BTreeMap<String, String>) -> Vec<(&str, &str)> {
    typed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
