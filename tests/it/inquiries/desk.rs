//! The console's side.
use super::{QUESTION, ask, clerk, number_and_code, open, reply, worlds};
use crate::{applicant::Applicant, browser::Browser, desk::Desk, harness::World};
use chrono::Duration;
use mizumado::accounts::Role;

/// The open alarms about inquiries.
async fn overdue(world: &World) -> Vec<String> {
    let alarms = world.alarms().await;
    alarms
        .into_iter()
        .filter(|key| key.starts_with("inquiries.overdue"))
        .collect()
}

async fn operators_mails(world: &World) -> usize {
    let mails = world.mails();
    mails
        .iter()
        .filter(|m| m.recipient == "op@example.jp" && m.title.contains("期限を過ぎた問合せ"))
        .count()
}

#[actix_web::test]
async fn what_nobody_answers_in_time_alarms_once_comes_back_and_ends_with_the_answer() {
    for world in worlds().await {
        let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
        // Asked on Wednesday at 10:00; two working days later, on Friday at 10:00, an answer is due.
        world.pass(Duration::minutes(2 * 24 * 60 - 11)).await;
        assert_eq!(overdue(&world).await.len(), 0, "not before its time");
        world.pass(Duration::minutes(22)).await;
        world.pass(Duration::minutes(10)).await;
        assert_eq!(overdue(&world).await, [format!("inquiries.overdue:{number}")]);
        assert_eq!(operators_mails(&world).await, 1, "told once");
        let mut operator = Desk::open(&world, "o1", &[Role::Operator, Role::Clerk]).await;
        let home = operator.get("/").await;
        home.expect("回答の期限を過ぎた問合せ");
        operator
            .get("/inquiries?view=overdue")
            .await
            .expect(&number)
            .expect("期限超過");
        let page = operator.get("/alarms").await;
        page.expect(&number);
        let way = page.attributes("form[action$=acknowledgement]", "action");
        for way in &way {
            operator.post(way, &[]).await;
        }
        world.pass(Duration::minutes(20)).await;
        assert_eq!(operators_mails(&world).await, 1, "seen is seen");
        world.pass(Duration::hours(24)).await;
        assert_eq!(operators_mails(&world).await, 2, "seen is not answered: it comes back");
        operator.sign_in().await;
        let page = open(&mut operator, &number).await;
        reply(&mut operator, &page, "回答です").await.expect("回答済み");
        assert_eq!(overdue(&world).await.len(), 0);
        assert!(!operator.get("/inquiries?view=overdue").await.has(&number));
    }
}

#[actix_web::test]
async fn changing_the_hours_moves_what_is_open_and_nothing_else() {
    for world in worlds().await {
        let due = "select count(*) as n from inquiries where due_at = '2026-11-27 01:00:00'";
        let later = "select count(*) as n from inquiries where due_at = '2026-11-30 01:00:00'";
        let stop = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
        // On the minute, so that the due time is readable.
        let now = world.workspace.clock.now();
        world.workspace.clock.advance(stop("2026-11-25T01:00:00") - now);
        for _ in 0..2 {
            ask(&mut Browser::new(&world.url), &QUESTION).await;
        }
        let seconds = "select count(*) as n from inquiries where due_at >= '2026-11-27 01:00:00' and due_at < '2026-11-27 01:01:00'";
        assert_eq!(world.count(seconds).await, 2, "{due}");
        let mut clerk = clerk(&world).await;
        let list = clerk.get("/inquiries").await;
        let first = list.attributes("#found th a", "href").remove(0);
        let page = clerk.get(&first).await;
        reply(&mut clerk, &page, "回答です").await;
        let mut boss = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let closed = [
            ("day", "2026-11-26"),
            ("day_opens", ""),
            ("day_closes", ""),
            ("note", "創立記念日"),
        ];
        assert_eq!(clerk.post("/inquiries/hours/days", &closed).await.status, 403);
        boss.post("/inquiries/hours/days", &closed).await.expect("創立記念日");
        let moved = seconds.replace("11-27", "11-30");
        let moved: &'static str = Box::leak(moved.into_boxed_str());
        assert_eq!(
            (world.count(moved).await, world.count(seconds).await),
            (1, 1),
            "{later}"
        );
        boss.post("/inquiries/hours/days", &[("day", "2026-11-26"), ("do", "drop")])
            .await;
        assert_eq!(world.count(seconds).await, 2);
        let page = boss.get("/inquiries/hours").await;
        let form = page.form_to("/inquiries/hours");
        let half = boss
            .post_with("/inquiries/hours", &form, &[("normal_minutes", "525")])
            .await;
        half.expect("525");
        assert_eq!(world.count(seconds).await, 1, "what is answered keeps its time");
        assert_eq!(
            boss.post_with("/inquiries/hours", &form, &[]).await.status,
            409,
            "an older form"
        );
        let page = boss.get("/inquiries/hours").await;
        let form = page.form_to("/inquiries/hours");
        let wrong = boss
            .post_with("/inquiries/hours", &form, &[("opens", "18:00"), ("low_minutes", "x")])
            .await;
        assert_eq!(wrong.status, 422);
        assert!(!wrong.first("#opens-error").is_empty() && !wrong.first("#low_minutes-error").is_empty());
        assert_eq!(world.audit("support_day.changed").await.len(), 2);
        assert_eq!(world.audit("support_hours.changed").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_call_is_written_down_in_one_line_and_finds_its_application() {
    for world in worlds().await {
        let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        let mut clerk = clerk(&world).await;
        for said in [left.receipt_number.as_str(), "0123456789", "09000001234", "ヤマダ"] {
            let typed = [
                ("source", "phone"),
                ("said", said),
                ("body", "結果はいつ"),
                ("do", "find"),
            ];
            let page = clerk.post("/inquiries", &typed).await;
            page.expect(&left.receipt_number).expect("山＊");
            assert_eq!(page.form_to("/inquiries")["body"], "結果はいつ", "what was typed stays");
            assert!(!page.has("山田"), "masked");
        }
        let page = clerk
            .post("/inquiries", &[("source", "phone"), ("said", "ヤマダ")])
            .await;
        assert_eq!(page.status, 422);
        let form = page.form_to("/inquiries");
        let id = page.attributes("input[name=application][checked]", "value").remove(0);
        let more = [
            ("category", "result"),
            ("body", "結果はいつ"),
            ("application", id.as_str()),
            ("answer", "明日です"),
            ("done", "yes"),
        ];
        let page = clerk.post_with("/inquiries", &form, &more).await;
        page.expect("完了")
            .expect("明日です")
            .expect(&left.receipt_number)
            .expect("金融機関で手続中");
        let reopen = format!("{}/reopening", page.path);
        let form = page.form_to(&reopen);
        clerk.post_with(&reopen, &form, &[]).await.expect("未回答");
        assert_eq!(clerk.post_with(&reopen, &form, &[]).await.status, 409, "an older state");
        // Taken from the page of an application.
        let page = clerk.get(&format!("/inquiries/new?application={id}")).await;
        page.expect(&left.receipt_number);
        let nobody = [("source", "web"), ("category", "result"), ("body", "x")];
        assert_eq!(
            clerk.post("/inquiries", &nobody).await.status,
            422,
            "nobody writes a citizen's form"
        );
    }
}

#[actix_web::test]
async fn old_answers_are_found_and_the_words_stand_in_no_address() {
    for world in worlds().await {
        let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let page = open(&mut clerk, &number).await;
        reply(&mut clerk, &page, "ご登録のつぎの月からです（Ａ案）").await;
        for words in ["登録の ﾂｷﾞノ", "a案", "標見山", "090-0000-4321", "引き落とし"] {
            let page = clerk.post("/inquiries/searches", &[("q", words)]).await;
            page.expect(&number);
            assert!(page.path.starts_with("/inquiries?view=all&sid="), "{}", page.path);
            assert_eq!(page.all("#found tbody tr").len(), 1, "{words}");
        }
        let page = clerk.post("/inquiries/searches", &[("q", "検針 ありません")]).await;
        page.expect("0件（確認済み）").expect("すべての問合せを見る");
        let path = clerk.post("/inquiries/searches", &[("q", "標見山")]).await.path;
        let mut other = Desk::open(&world, "c2", &[Role::Clerk]).await;
        other.get(&path).await.expect("検索の期限");
    }
}

#[actix_web::test]
async fn an_operator_sees_what_staff_ask_and_an_auditor_no_words_of_citizens() {
    for world in worlds().await {
        let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
        let mut clerk = clerk(&world).await;
        let path = open(&mut clerk, &number).await.path;
        let typed = [
            ("source", "staff"),
            ("category", "trouble"),
            ("body", "画面が重い"),
            ("priority", "high"),
        ];
        let asked = clerk.post("/inquiries", &typed).await.path;
        let mut operator = Desk::open(&world, "o1", &[Role::Operator]).await;
        let list = operator.get("/inquiries").await;
        assert!(list.has("画面が重い") && !list.has(&number));
        assert_eq!(operator.get(&path).await.status, 403);
        for way in ["messages", "handling", "closing"] {
            assert_eq!(
                operator
                    .post(&format!("{path}/{way}"), &[("kind", "note"), ("body", "x")])
                    .await
                    .status,
                403
            );
        }
        assert_eq!(world.audit("access.denied").await.len(), 4);
        let page = operator.get(&asked).await;
        reply(&mut operator, &page, "調べます").await.expect("回答済み");
        clerk.get(&asked).await.expect("調べます");
        let mut auditor = Desk::open(&world, "v1", &[Role::Auditor]).await;
        let page = auditor.get(&path).await;
        page.expect("受付担当と承認者が見られます");
        for hidden in ["標見山", "なりますか", "4321", "asks@"] {
            assert!(!page.has(hidden), "{hidden}");
        }
        assert!(!auditor.get("/inquiries").await.has("なりますか"));
        auditor
            .post("/inquiries/searches", &[("q", "引き落とし")])
            .await
            .expect("0件（確認済み）");
        assert_eq!(auditor.post(&format!("{path}/messages"), &[]).await.status, 403);
        assert_eq!(world.audit("inquiry.seen").await.len(), 1);
        let mut viewer = Desk::open(&world, "v2", &[Role::Viewer]).await;
        assert_eq!(viewer.get("/inquiries").await.status, 403);
    }
}

#[actix_web::test]
async fn an_inquiry_is_handed_from_person_to_person_and_every_step_is_in_its_history() {
    for world in worlds().await {
        let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
        let (number, _) = number_and_code(&ask(&mut Browser::new(&world.url), &QUESTION).await);
        let mut first = clerk(&world).await;
        let mut second = Desk::open(&world, "c2", &[Role::Clerk]).await;
        let page = open(&mut first, &number).await;
        let way = format!("{}/handling", page.path);
        let form = page.form_to(&way);
        let unknown = first
            .post_with(&way, &form, &[("about", "9999999999"), ("next_contact_on", "あす")])
            .await;
        assert_eq!(unknown.status, 422);
        assert!(!unknown.first("#about-error").is_empty() && !unknown.first("#next_contact_on-error").is_empty());
        let changed = [
            ("about", left.receipt_number.as_str()),
            ("assignee", second.id.as_str()),
            ("priority", "urgent"),
            ("next_contact_on", "2026-11-25"),
            ("institution", "0140"),
        ];
        let page = first.post_with(&way, &form, &changed).await;
        page.expect(&left.receipt_number)
            .expect("至急")
            .expect("担当の変更")
            .expect("金融機関で手続中");
        assert_eq!(
            first.post_with(&way, &form, &[]).await.status,
            409,
            "an older form changes nothing"
        );
        let note = [("kind", "handover"), ("body", "折り返しを約束しました")];
        first.post(&format!("{}/messages", page.path), &note).await;
        for view in ["mine", "contact"] {
            second.get(&format!("/inquiries?view={view}")).await.expect(&number);
        }
        assert!(!first.get("/inquiries?view=mine").await.has(&number));
        second
            .get("/inquiries/handover")
            .await
            .expect("折り返しを約束しました")
            .expect(&number);
        let page = open(&mut second, &number).await;
        page.expect("引き継ぎ").expect("折り返しを約束しました");
        let unfilled = reply(&mut second, &page, "{{receipt_number}} です").await;
        assert_eq!(unfilled.status, 422);
        assert_eq!(
            unfilled.form_to(&format!("{}/messages", page.path))["body"],
            "{{receipt_number}} です"
        );
        for action in [
            "inquiry.assigned",
            "inquiry.sorted",
            "inquiry.linked",
            "inquiry.promised",
            "inquiry.handed_over",
        ] {
            assert_eq!(world.audit(action).await.len(), 1, "{action}");
        }
    }
}
