//! What a desk holds is as varied as what people send.
use super::{class, clock::class_of, one};
use crate::harness::World;
use chrono::{Datelike, Duration, Months};
use mizumado::{clock::jst, db, enrolment, training::Class, web};
use std::collections::BTreeSet;

async fn results(world: &World, class: &Class) -> Vec<enrolment::ResultRecord> {
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let (at, end) = (desk.workspace.clone(), desk.workspace.clock.now() + Duration::days(1));
    let read = move |conn: &mut db::Conn| enrolment::results(conn, &at, end - Duration::days(90), end);
    desk.workspace.db.read(read).await.unwrap()
}

#[actix_web::test]
async fn every_choice_of_the_form_is_made_by_somebody_and_two_earlier_months_have_numbers() {
    let world = one().await;
    let class = class(&world, 1).await;
    let all = results(&world, &class).await;
    let some = |what: &str, is: &dyn Fn(&enrolment::ResultRecord) -> bool| {
        let count = all.iter().filter(|one| is(one)).count();
        assert!(count > 1, "{what}: {count} of {}", all.len());
        assert!(count < all.len(), "{what}: everybody");
    };
    some("変更", &|one| one.details.kind == "change");
    some("mail", &|one| !one.details.email.is_empty());
    some("landline", &|one| {
        one.details.phone_mobile.is_empty() && one.details.phone_home.starts_with("025800")
    });
    some("ゆうちょ", &|one| one.institution_code == "9900");
    assert!(all.iter().any(|one| one.deposit_type == "2"), "当座");
    some("another holder", &|one| one.details.holder_name.ends_with("幸子"));
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let today = jst(desk.workspace.clock.now()).date();
    let months: BTreeSet<u32> = all
        .iter()
        .map(|one| jst(one.decided_at.unwrap()).date().month())
        .collect();
    for back in 0..=2 {
        let month = (today - Months::new(back)).month();
        assert!(months.contains(&month), "{month}: {months:?}");
    }
    // Who is told by mail finds the mail in the desk's mailbox.
    let read = |conn: &mut db::Conn| Ok::<_, web::Error>(db::table_counts(conn)?["mails"]);
    assert!(desk.workspace.db.read(read).await.unwrap() > 5);
}

#[actix_web::test]
async fn two_past_incidents_and_an_answered_inquiry_wait_for_nobody() {
    use crate::training::{be, come_in};
    let world = one().await;
    let class = class(&world, 1).await;
    let mut operator = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut operator, "unyo").await;
    let page = operator.get("/incidents").await;
    page.expect("金融機関の手続きの画面が開きにくい")
        .expect("結果のお知らせのメールが遅れる");
    be(&mut operator, "mado").await;
    let page = operator.get("/inquiries").await;
    assert!(page.first("main tbody").contains("回答済み"), "{}", page.html);
}

#[actix_web::test]
async fn after_days_at_which_the_bureau_was_closed_a_question_still_waits_for_too_long() {
    use crate::training::{be, come_in};
    let world = one().await;
    for day in ["2027-01-04", "2027-05-06", "2026-11-25"] {
        let class = class_of(&world, day, 1).await;
        let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
        be(&mut clerk, "mado").await;
        let late = clerk.get("/inquiries?status=open").await.all("main .tag--bad");
        assert_eq!(late, ["期限超過"], "{day}");
    }
}
