//! The mails of a desk: files of its own, whatever server the bureau has.
use super::{
    class, come_in,
    left::{Doors, Side, WaysIn, leave},
};
use crate::{
    applicant::Applicant,
    applications::registered,
    harness::{Wish, World},
    smtp::{Fate, SmtpServer},
};
use mizumado::training::Desk;

/// The ids of a desk's mails, when there are some: it sends them by itself.
pub async fn mails_of(desk: &Desk) -> Vec<String> {
    loop {
        let all = std::fs::read_dir(desk.mails.path()).unwrap();
        let names = all.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let ids: Vec<String> = names
            .filter_map(|name| Some(name.strip_suffix(".eml")?.to_owned()))
            .collect();
        if !ids.is_empty() {
            return ids;
        }
        actix_web::rt::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_class_of_a_bureau_with_a_mail_server_sends_nothing_to_it() {
    let server = SmtpServer::start(|_| Fate::Taken);
    let wish = Wish {
        console: true,
        training: true,
        mail: Some(format!("transport = \"smtp\"\nsmtp_url = \"{}\"", server.url())),
        ..Wish::default()
    };
    let world = World::sqlite_with(wish).await;
    let taken = || server.heard(|heard| heard.taken.len() + heard.unanswered.len());
    let class = class(&world, 1).await;
    let learner = come_in(&world, &class, "1", "山本 一郎").await;
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let ways = WaysIn::at_desk(&world.school().addresses().console, &learner).await;
    let doors = Doors::of_desk(&world, &learner).await;
    leave(&Side::Desk(&desk), &doors, ways, ("架空原", "かくうはら")).await;
    assert!(!mails_of(&desk).await.is_empty());
    assert_eq!(taken(), 0);
    // The bureau's own mails go there.
    registered(&world, &Applicant::default()).await;
    assert!(taken() > 0);
}
