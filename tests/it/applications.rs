//! The staff's list of applications and one of them: filters, pages, search, what is masked, what staff may do.
mod attention;
mod detail;
mod exports;
mod list;
mod mails;
mod pages;
mod plans;
mod reveals;
mod scans;
mod search;
mod sizes;

use crate::{applicant::Applicant, browser::Browser, harness::World};

/// What stands in [`Applicant::default`] and on no masked page.
const PERSONAL: [&str; 7] = [
    "山田",
    "太郎",
    "ヤマダ",
    "ﾔﾏﾀﾞ",
    "0123456789",
    "1234567",
    "taro@example.jp",
];

/// A registered application of a real journey: its shown receipt number and its id.
pub async fn registered(world: &World, applicant: &Applicant) -> (String, String) {
    let mut browser = Browser::new(&world.url);
    let left = applicant.hand_off(&mut browser).await;
    left.finish(world, &mut browser).await;
    let number = left.receipt_number.clone();
    let id = world
        .write(move |conn| mizumado::enrolment::id_of_receipt(conn, &number))
        .await;
    (left.receipt_number, id.unwrap())
}
