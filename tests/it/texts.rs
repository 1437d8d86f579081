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
async fn a_text_that_counts_still_shows_what_it_changed() {
    let world = World::with_console().await;
    let (mut clerk, mut approver) = staff(&world).await;
    let add = |word: &'static str| move |old: &str| format!("## {word}\n\nこたえ\n\n{old}");
    let first = draft(&mut clerk, "faq", add("はじめの問い"), 0, &world).await;
    approve(&mut clerk, &mut approver, &first.path).await;
    let page = clerk.get(&first.path).await;
    page.expect("使用中")
        .expect("出荷時のものとくらべています")
        .expect("＋ ## はじめの問い");
    assert!(!page.has("ちがいはありません"));
    // One to come, and a draft behind it: each against the one before.
    let second = draft(&mut clerk, "faq", add("つぎの問い"), 3, &world).await;
    approve(&mut clerk, &mut approver, &second.path).await;
    let third = draft(&mut clerk, "faq", |old| old.to_owned(), 5, &world).await;
    third.expect("第2版とくらべています").expect("－ ## つぎの問い");
    world.workspace.clock.advance(Duration::days(4));
    clerk.sign_in().await;
    clerk.get(&first.path).await.expect("＋ ## はじめの問い");
    clerk
        .get(&second.path)
        .await
        .expect("第1版とくらべています")
        .expect("＋ ## つぎの問い");
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
        world.workspace.clock.advance(Duration::minutes(6));
        let tried = [("recipient", "try@example.jp")];
        assert_eq!(
            clerk.post(&format!("{path}/mails"), &tried).await.status,
            401,
            "it needs a proof"
        );
        clerk.prove().await;
        for elsewhere in [
            "x",
            "try@example.com",
            "try@sub.example.jp",
            "try@example.jp.example.com",
        ] {
            let wrong = clerk.post(&format!("{path}/mails"), &[("recipient", elsewhere)]).await;
            assert_eq!(wrong.status, 422, "{elsewhere}");
            assert_eq!(wrong.attributes("#recipient", "value"), [elsewhere]);
        }
        clerk
            .post(&format!("{path}/mails"), &[("recipient", "try@example.jp")])
            .await;
        world.run_jobs().await;
        let tried = world.mails();
        let tried = tried.iter().find(|m| m.recipient == "try@example.jp").unwrap();
        assert!(tried.title.starts_with("【試し】") && tried.body.contains("確かに承りました"));
        let tried = world.audit("text.tried").await;
        assert_eq!(tried.len(), 1, "what was refused went nowhere");
        assert_eq!(tried[0].1, "example.jp from 127.0.0.1", "where to, not to whom");
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
        |old| format!("{old}\n{{{{applicant_name}}}} 090-0000-1234\n山田 太郎様、大手通2丁目\n"),
        0,
        &world,
    )
    .await;
    page.expect("直すところが4件あります").expect("applicant_name");
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

#[actix_web::test]
async fn the_items_of_a_draft_are_shown_with_the_controls_that_citizens_find() {
    let world = World::with_console().await;
    let (mut clerk, _) = staff(&world).await;
    let draft = clerk.post("/texts/items/versions", &[]).await;
    let mut citizen = Browser::new(&world.url);
    Applicant::default().fill(&mut citizen).await;
    let kinds = "input:not([type=hidden])";
    let (labels, inputs) = (
        draft.all(".phone label"),
        draft.attributes(&format!(".phone {kinds}"), "type"),
    );
    for step in ["number", "place", "name", "contact"] {
        let page = citizen.get(&format!("/apply/{step}")).await;
        let asked = page.all("main form.form label");
        assert!(
            labels.windows(asked.len()).any(|part| part == asked),
            "{step}: {asked:?} in {labels:?}"
        );
        let types = page.attributes(&format!("main form.form {kinds}"), "type");
        assert!(
            inputs.windows(types.len()).any(|part| part == types),
            "{step}: {types:?}"
        );
        for hint in page.all("main form.form .hint") {
            assert!(draft.all(".phone .hint").contains(&hint), "{step}: {hint}");
        }
    }
    assert!(
        labels.contains(&"納税準備".to_owned()),
        "the choices of the account too: {labels:?}"
    );
    // It is no form: nothing of it is sent, nothing works, and no id stands twice.
    assert_eq!(draft.attributes("fieldset.phone", "disabled").len(), 6);
    for gone in ["name", "href", "hx-get", "hx-post", "data-kana-from", "data-shown-by"] {
        assert_eq!(draft.attributes(&format!(".phone [{gone}]"), gone), [""; 0], "{gone}");
    }
    let ids = draft.attributes("[id]", "id");
    let once: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
    for described in draft.attributes(".phone [aria-describedby]", "aria-describedby") {
        assert!(ids.contains(&described), "{described}");
    }
}

#[actix_web::test]
async fn items_are_seen_before_they_are_kept_and_are_not_kept_by_that() {
    for world in World::all_with_console().await {
        let (mut clerk, _) = staff(&world).await;
        let page = clerk.post("/texts/items/versions", &[]).await;
        let mut typed = page.form_to(&page.path);
        for (name, value) in [
            ("label.customer_number", "水道番号"),
            ("ask.start_date", "no"),
            ("ask.relation", "optional"),
            ("effective_from", "来週"),
            ("note", "打ちかけ"),
            ("try", "yes"),
        ] {
            typed.insert(name.into(), value.into());
        }
        let tried = clerk.post(&page.path, &fields(&typed)).await;
        assert_eq!(tried.status, 200);
        let seen = tried.first("#seen");
        assert!(seen.contains("まだ保存していません"), "{seen}");
        assert!(
            seen.contains("必ず聞くか、聞かないかを選んで"),
            "what is wrong is said there: {seen}"
        );
        let phone = tried.all(".phone").concat();
        assert!(
            phone.contains("水道番号") && !phone.contains("水道の使用開始日"),
            "{phone}"
        );
        assert!(
            !tried.has("承認者に提案する"),
            "what is kept would be proposed, not this"
        );
        let kept = tried.form_to(&page.path);
        for name in ["label.customer_number", "ask.start_date", "effective_from", "note"] {
            assert_eq!(kept[name], typed[name], "{name}: typing is kept");
        }
        assert!(!clerk.get(&page.path).await.has("水道番号"), "nothing was kept");
        assert_eq!(world.audit("text.changed").await, []);
    }
}

#[actix_web::test]
async fn a_mail_is_seen_filled_in_and_refused_while_it_is_typed() {
    for world in World::all_with_console().await {
        let (mut clerk, _) = staff(&world).await;
        let page = clerk.post("/texts/mail_receipt/versions", &[]).await;
        let old = page.form_to(&page.path)["body"].replace("お受けしました", "確かに承りました");
        let bad = format!("{old}\n{{{{applicant_name}}}} 090-0000-1234\n");
        let day = page.form_to(&page.path)["effective_from"].clone();
        for (body, is_good) in [(&old, true), (&bad, false)] {
            let typed = [("body", body.as_str()), ("effective_from", &day), ("try", "yes")];
            let tried = clerk.post(&page.path, &typed).await;
            assert_eq!(tried.status, 200);
            let mail = tried.first("#seen .sample");
            assert!(
                mail.contains("確かに承りました") && mail.contains("234-567-89A"),
                "{mail}"
            );
            assert!(
                !mail.contains("{{receipt_number}}") && !mail.contains("{{url}}"),
                "{mail}"
            );
            assert_eq!(tried.first("#seen").contains("直すところが2件あります"), !is_good);
            assert_eq!(tried.form_to(&page.path)["body"].trim(), body.trim());
            assert!(!tried.has("試しに送る先"), "what is kept would be sent, not this");
        }
        assert!(!clerk.get(&page.path).await.has("確かに承りました"), "nothing was kept");
        assert_eq!(world.audit("text.changed").await, []);
        // Without a script a button shows it; with one, the same is asked for when typing stops.
        assert_eq!(
            page.attributes("button[name=try]", "formaction"),
            [format!("{}#seen", page.path)]
        );
        assert_eq!(page.attributes("form[hx-post]", "hx-select"), ["#seen"]);
    }
}

#[actix_web::test]
async fn nobody_tries_words_on_the_draft_of_somebody_else() {
    let world = World::with_console().await;
    let (mut clerk, mut approver) = staff(&world).await;
    let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
    let path = clerk.post("/texts/faq/versions", &[]).await.path;
    let typed = [("body", "打ちかけ"), ("try", "yes")];
    assert_eq!(other.post(&path, &typed).await.status, 409);
    assert_eq!(approver.post(&path, &typed).await.status, 403);
}

fn fields(typed: &std::collections::BTreeMap<String, String>) -> Vec<(&str, &str)> {
    typed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
