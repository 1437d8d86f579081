//! 停止予定: proposed, agreed upon by a second person, announced, begun, extended, ended, printed.
use crate::{
    browser::{Browser, Page},
    desk::Desk,
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::accounts::Role;
use std::io::Read;

const NOTICE: &str = "機器の点検のため、申込みを休みます。";

/// The world's clock stands at 2026-11-25 10:00 in Japan.
const PROPOSAL: [(&str, &str); 7] = [
    ("work", "山田が電源を替える"),
    ("institution", ""),
    ("starts_at", "2026-11-27 10:00"),
    ("ends_at", "2026-11-27 12:00"),
    ("notice", NOTICE),
    ("effect", "申込みができない"),
    ("way_back", "古い電源にもどす"),
];

/// The proposer and the second person.
async fn two(world: &World) -> (Desk, Desk) {
    let operator = Desk::open(world, "o1", &[Role::Operator]).await;
    (operator, Desk::open(world, "p1", &[Role::Approver]).await)
}

async fn propose(desk: &mut Desk) -> Page {
    let page = desk.post("/outages", &PROPOSAL).await;
    page.expect("停止予定 第1号").expect("承認待ち").expect("出ていません");
    page
}

async fn approve(desk: &mut Desk, path: &str) -> Page {
    desk.sign_in().await;
    desk.prove().await;
    let page = desk
        .post(&format!("{path}/decision"), &[("decision", "approve"), ("reason", "")])
        .await;
    page.expect("承認済み").expect("出ています");
    page
}

fn has(keys: &[String], head: &str) -> bool {
    keys.iter().any(|key| key.starts_with(head))
}

/// An approved outage that somebody said has begun, at its planned begin.
async fn begun(world: &World) -> (Desk, Desk, String) {
    let (mut operator, mut approver) = two(world).await;
    let path = propose(&mut operator).await.path;
    approve(&mut approver, &path).await;
    world.pass(Duration::days(2)).await;
    operator.sign_in().await;
    let page = operator.post(&format!("{path}/begin"), &[]).await;
    page.expect("作業中").expect("作業を終えた");
    (operator, approver, path)
}

#[actix_web::test]
async fn nobody_approves_their_own_outage() {
    for world in World::all_with_console().await {
        let mut proposer = Desk::open(&world, "a1", &[Role::Administrator]).await;
        let mut other = Desk::open(&world, "a2", &[Role::Administrator]).await;
        let path = propose(&mut proposer).await.path;
        let way = format!("{path}/decision");
        proposer.prove().await;
        assert!(!proposer.get(&path).await.has("承認する"));
        let own = proposer.post(&way, &[("decision", "approve")]).await;
        assert_eq!(own.status, 422);
        own.expect("ご自分の提案は決められません");
        assert_eq!(
            world.count("select count(*) as n from closures").await,
            0,
            "nothing is announced"
        );
        other.prove().await;
        other.post(&way, &[("decision", "approve")]).await.expect("承認済み");
        for decision in ["approve", "refuse"] {
            let again = other.post(&way, &[("decision", decision), ("reason", "x")]).await;
            assert_eq!(again.status, 409, "it is decided once");
        }
        assert_eq!(world.audit("outage.approved").await.len(), 1);
        assert_eq!(world.count("select count(*) as n from closures").await, 1);
    }
}

#[actix_web::test]
async fn a_proposal_that_nobody_decides_is_told_until_somebody_does() {
    for world in World::all_with_console().await {
        let (mut operator, mut approver) = two(&world).await;
        let mut far = PROPOSAL;
        (far[2].1, far[3].1) = ("2026-11-29 10:00", "2026-11-29 12:00");
        let path = operator.post("/outages", &far).await.path;
        let home = operator.get("/").await.text();
        assert!(home.contains("承認待ちの停止予定 1件"), "{home}");
        world.pass(Duration::hours(20)).await;
        assert!(!has(&world.alarms().await, "outages."), "there is time");
        world.pass(Duration::hours(5)).await;
        assert!(has(&world.alarms().await, "outages.undecided:"));
        operator.sign_in().await;
        let page = operator.get("/alarms").await;
        assert_eq!(page.attributes("section.card a", "href"), [path.as_str()]);
        approve(&mut approver, &path).await;
        world.pass(Duration::minutes(6)).await;
        assert!(!has(&world.alarms().await, "outages."), "{:?}", world.alarms().await);
    }
}

#[actix_web::test]
async fn an_approved_outage_is_read_by_citizens_and_a_refused_one_is_not() {
    for world in World::all_with_console().await {
        let (mut operator, mut approver) = two(&world).await;
        let mut citizen = Browser::new(&world.url);
        let path = propose(&mut operator).await.path;
        assert!(!citizen.get("/availability").await.has(NOTICE));
        approver.prove().await;
        let way = format!("{path}/decision");
        let silent = approver.post(&way, &[("decision", "refuse"), ("reason", " ")]).await;
        assert_eq!(silent.status, 422);
        silent.expect("却下の理由を入力してください");
        approver
            .post(&way, &[("decision", "refuse"), ("reason", "月末は避ける")])
            .await
            .expect("却下")
            .expect("月末は避ける");
        assert!(!citizen.get("/availability").await.has(NOTICE));
        let second = operator.post("/outages", &PROPOSAL).await;
        second.expect("停止予定 第2号");
        approve(&mut approver, &second.path).await;
        citizen.get("/availability").await.expect(NOTICE);
        for (action, times) in [
            ("outage.proposed", 2),
            ("outage.refused", 1),
            ("outage.approved", 1),
            ("closure.announced", 1),
        ] {
            assert_eq!(world.audit(action).await.len(), times, "{action}");
        }
        let bare = "select count(*) as n from outages where work like '%山田%' or notice like '%点検%' \
                    or effect like '%申込み%' or way_back like '%電源%'";
        assert_eq!(world.count(bare).await, 0, "what people write is sealed");
        let reasons = "select count(*) as n from outage_steps where words like '%月末%'";
        assert_eq!(world.count(reasons).await, 0);
    }
}

#[actix_web::test]
async fn a_wrong_proposal_says_what_is_missing_and_keeps_what_was_typed() {
    for world in World::all_with_console().await {
        let (mut operator, _) = two(&world).await;
        let fields = [
            ("work", "電源を替える"),
            ("institution", "9999"),
            ("starts_at", "あした"),
            ("ends_at", "2026-11-24 12:00"),
        ];
        let page = operator.post("/outages", &fields).await;
        assert_eq!(page.status, 422);
        for said in [
            "電源を替える",
            "あした",
            "止める範囲を選んでください",
            "始まりは、2026-12-06 01:00 の形で入力してください",
            "終わりは、いまより後の日時を入力してください",
            "申込者へのお知らせを入力してください",
            "切戻しの方法を入力してください",
        ] {
            page.expect(said);
        }
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        assert_eq!(clerk.post("/outages", &PROPOSAL).await.status, 403);
        assert_eq!(clerk.get("/outages").await.status, 200);
        assert_eq!(world.count("select count(*) as n from outages").await, 0);
    }
}

#[actix_web::test]
async fn a_reminder_comes_once_and_ends_with_the_begin() {
    let wish = Wish {
        top_settings: "operators = [\"ops@example.jp\"]".into(),
        ..Wish::with_console()
    };
    for world in World::all_with(wish).await {
        let (mut operator, mut approver) = two(&world).await;
        let path = propose(&mut operator).await.path;
        approve(&mut approver, &path).await;
        world.pass(Duration::hours(23)).await;
        assert!(!has(&world.alarms().await, "outages."));
        for _ in 0..3 {
            world.pass(Duration::hours(2)).await;
            assert!(has(&world.alarms().await, "outages.soon:"));
        }
        let reminders = |world: &World| {
            let mails = world.mails();
            mails.iter().filter(|m| m.title.contains("近づいた停止予定")).count()
        };
        assert_eq!(reminders(&world), 1);
        assert!(
            world
                .mails()
                .iter()
                .all(|m| !m.body.contains("山田") && !m.body.contains("電源"))
        );
        operator.sign_in().await;
        let early = operator.post(&format!("{path}/begin"), &[]).await;
        assert_eq!(early.status, 422);
        early.expect("予定の日時になってから");
        world.pass(Duration::hours(19)).await;
        let open = world.alarms().await;
        assert!(!has(&open, "outages.soon:"), "{open:?}");
        assert!(has(&open, "outages.not_begun:"), "nobody began: {open:?}");
        operator.sign_in().await;
        operator.post(&format!("{path}/begin"), &[]).await.expect("作業中");
        world.pass(Duration::minutes(6)).await;
        assert!(!has(&world.alarms().await, "outages."), "{:?}", world.alarms().await);
        assert_eq!(reminders(&world), 1);
    }
}

#[actix_web::test]
async fn an_outage_that_ended_early_opens_the_service_again() {
    for world in World::all_with_console().await {
        let (mut operator, _, path) = begun(&world).await;
        let mut citizen = Browser::new(&world.url);
        citizen.get("/availability").await.expect(NOTICE);
        let silent = operator.post(&format!("{path}/end"), &[("outcome", "")]).await;
        assert_eq!(silent.status, 422);
        silent.expect("作業の結果を入力してください");
        citizen.get("/availability").await.expect(NOTICE);
        world.pass(Duration::minutes(30)).await;
        operator.sign_in().await;
        let page = operator
            .post(&format!("{path}/end"), &[("outcome", "替えて、確かめた")])
            .await;
        page.expect("終了").expect("出ていません").expect("替えて、確かめた");
        assert!(!citizen.get("/availability").await.has(NOTICE));
        assert_eq!(world.audit("closure.withdrawn").await.len(), 1);
        let again = operator.post(&format!("{path}/end"), &[("outcome", "x")]).await;
        assert_eq!(again.status, 409, "it ends once");
        world.pass(Duration::hours(3)).await;
        assert!(!has(&world.alarms().await, "outages."));
        // All of it stands in the record, on paper and as a file.
        operator.sign_in().await;
        let record = operator.get(&format!("{path}/record")).await;
        for part in [
            "提案",
            "承認",
            "作業の始まり",
            "作業の終わり",
            "替えて、確かめた",
            "山田が電源を替える",
        ] {
            record.expect(part);
        }
        let word = operator.get(&format!("{path}/record/word")).await;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(word.bytes)).unwrap();
        let mut text = String::new();
        zip.by_name("word/document.xml")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert!(text.contains("古い電源にもどす") && text.contains("替えて、確かめた"));
    }
}

#[actix_web::test]
async fn an_extended_outage_stays_closed_until_its_new_end() {
    for world in World::all_with_console().await {
        let (mut operator, _, path) = begun(&world).await;
        let way = format!("{path}/extension");
        operator.prove().await;
        let form = operator.get(&path).await.form_to(&way);
        let wrong = operator
            .post_with(&way, &form, &[("until", "2026-11-27 11:00"), ("why", "")])
            .await;
        assert_eq!(wrong.status, 422);
        wrong
            .expect("いまの予定より後の日時を入力してください")
            .expect("延長の理由を入力してください")
            .expect("2026-11-27 11:00");
        let later = [("until", "2026-11-27 13:00"), ("why", "部品が遅れた")];
        operator
            .post_with(&way, &form, &later)
            .await
            .expect("部品が遅れた")
            .expect("13時00分");
        // Alone nobody makes of two hours a week, not by and by either.
        let form_now = operator.get(&path).await.form_to(&way);
        for until in ["2026-11-28 12:01", "2026-12-04 12:00"] {
            let long = operator
                .post_with(&way, &form_now, &[("until", until), ("why", "x")])
                .await;
            assert_eq!(long.status, 422);
            long.expect("28日（土）12時00分までの日時を入力してください")
                .expect("新しい停止を提案してください");
        }
        // Somebody with the page of before does not move the new end.
        let stale = operator
            .post_with(&way, &form, &[("until", "2026-11-27 14:00"), ("why", "x")])
            .await;
        assert_eq!(stale.status, 409);
        let standing = "select count(*) as n from closures where withdrawn_at is null";
        assert_eq!(world.count(standing).await, 1, "one closed time counts");
        world.pass(Duration::minutes(150)).await;
        let mut citizen = Browser::new(&world.url);
        citizen.get("/availability").await.expect(NOTICE);
        assert!(!has(&world.alarms().await, "outages.not_ended:"));
        world.pass(Duration::minutes(35)).await;
        assert!(
            !citizen.get("/availability").await.has(NOTICE),
            "it opens as was announced"
        );
        assert!(
            has(&world.alarms().await, "outages.not_ended:"),
            "and somebody is called"
        );
        operator.sign_in().await;
        operator.prove().await;
        let late = operator
            .post_with(
                &way,
                &[("planned", "2026-11-27 13:00")]
                    .map(|(n, v)| (n.to_owned(), v.to_owned()))
                    .into_iter()
                    .collect(),
                &[("until", "2026-11-27 15:00"), ("why", "x")],
            )
            .await;
        assert_eq!(late.status, 422);
        late.expect("障害を登録して");
        operator
            .post(&format!("{path}/end"), &[("outcome", "終わった")])
            .await
            .expect("終了");
        assert!(!has(&world.alarms().await, "outages."));
        assert_eq!(world.audit("outage.extended").await.len(), 1);
    }
}

#[actix_web::test]
async fn a_withdrawn_outage_is_announced_no_more_and_never_begins() {
    for world in World::all_with_console().await {
        let (mut operator, mut approver) = two(&world).await;
        let mut citizen = Browser::new(&world.url);
        let path = propose(&mut operator).await.path;
        approve(&mut approver, &path).await;
        world.pass(Duration::hours(30)).await;
        assert!(has(&world.alarms().await, "outages.soon:"));
        citizen.get("/availability").await.expect(NOTICE);
        operator.sign_in().await;
        operator.prove().await;
        let page = operator
            .post(&format!("{path}/withdrawal"), &[("withdrawal", "部品が届かない")])
            .await;
        page.expect("取下げ").expect("部品が届かない").expect("出ていません");
        assert!(!citizen.get("/availability").await.has(NOTICE));
        assert!(!has(&world.alarms().await, "outages."));
        world.pass(Duration::hours(20)).await;
        assert!(!has(&world.alarms().await, "outages."));
        operator.sign_in().await;
        assert_eq!(operator.post(&format!("{path}/begin"), &[]).await.status, 409);
    }
}

#[actix_web::test]
async fn an_outage_of_one_institution_leaves_the_others_open() {
    for world in World::all_with_console().await {
        let (mut operator, mut approver) = two(&world).await;
        let mut fields = PROPOSAL;
        fields[1] = ("institution", "0140");
        let path = operator.post("/outages", &fields).await.path;
        operator.get(&path).await.expect("第四北越銀行");
        approve(&mut approver, &path).await;
        let of_it = "select count(*) as n from closures where institution_code = '0140'";
        assert_eq!(world.count(of_it).await, 1);
        let page = Browser::new(&world.url).get("/availability").await;
        page.expect(NOTICE).expect("第四北越銀行");
    }
}

#[actix_web::test]
async fn a_closed_time_of_an_outage_is_taken_back_there_alone() {
    for world in World::all_with_console().await {
        let (mut operator, mut approver) = two(&world).await;
        let path = propose(&mut operator).await.path;
        approve(&mut approver, &path).await;
        let mut administrator = Desk::open(&world, "k1", &[Role::Administrator]).await;
        let list = administrator.get("/institutions").await;
        list.expect(NOTICE).expect("停止予定を開く");
        assert!(list.attributes("form[action$=withdrawal]", "action").is_empty());
        let (subject, detail) = world.audit("closure.announced").await.remove(0);
        assert!(detail.contains(" outage/"), "it says of which outage: {detail}");
        let closure = subject.strip_prefix("closure/").unwrap().to_owned();
        let alone = administrator
            .post(&format!("/institutions/stops/{closure}/withdrawal"), &[])
            .await;
        assert_eq!(alone.status, 404);
        let mut citizen = Browser::new(&world.url);
        citizen.get("/availability").await.expect(NOTICE);
        operator.prove().await;
        operator
            .post(&format!("{path}/withdrawal"), &[("withdrawal", "中止")])
            .await
            .expect("取下げ");
        assert!(!citizen.get("/availability").await.has(NOTICE));
    }
}
