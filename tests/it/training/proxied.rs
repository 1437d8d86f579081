//! Behind a proxy, as `deploy/nginx-training.conf` has it.
use super::{class, come_in, one};
use crate::browser::Browser;

#[actix_web::test]
async fn behind_a_proxy_every_face_answers_the_listed_networks_and_no_other() {
    let world = one().await;
    let class = class(&world, 1).await;
    let learner = come_in(&world, &class, "1", "山本 一郎").await;
    let addresses = world.school().addresses();
    for face in [&addresses.console, &addresses.public, &addresses.bank, &addresses.mails] {
        for (client, is_listed) in [("127.0.0.1", true), ("127.0.0.2", false)] {
            let mut proxied = Browser::at(face, [127, 0, 0, 3].into());
            proxied.cookies = learner.cookies.clone();
            proxied.headers.push(("x-forwarded-for", client.to_owned()));
            let page = proxied.once("GET", "/", None).await;
            assert_eq!(page.status != 404, is_listed, "{face} for {client}: {}", page.status);
        }
        // Who is no proxy is whoever it is, whatever it says.
        let mut stranger = Browser::at(face, [127, 0, 0, 2].into());
        stranger.headers.push(("x-forwarded-for", "127.0.0.1".to_owned()));
        assert_eq!(stranger.once("GET", "/", None).await.status, 404, "{face}");
    }
}
