//! What a page asks while somebody types in it throws nothing away: the page covers itself and stays (KS18).
use super::covers;
use crate::{desk::Desk, harness::World};
use chrono::Duration;
use mizumado::accounts::Role;

/// What the editor of a text sends when typing stops.
const TYPED: [(&str, &str); 2] = [("try", "yes"), ("body", "書きかけの文")];

/// A clerk at the draft of a text: the path that its live preview asks.
async fn at_a_draft(world: &World) -> (Desk, String) {
    let mut clerk = Desk::open(world, "c1", &[Role::Clerk]).await;
    let page = clerk.post("/texts/faq/versions", &[]).await;
    assert_eq!(page.attributes("form[hx-trigger]", "hx-post"), [page.path.as_str()]);
    clerk.headers = vec![("hx-request", "true".into())];
    (clerk, page.path)
}

#[actix_web::test]
async fn a_live_preview_at_a_locked_screen_covers_the_page_and_goes_on_after_the_proof() {
    for world in World::all_with_console().await {
        let (mut clerk, path) = at_a_draft(&world).await;
        clerk.post(&path, &TYPED).await.expect("書きかけの文");
        world.workspace.clock.advance(Duration::minutes(16));
        covers(&clerk.post(&path, &TYPED).await, "locked");
        covers(&clerk.get("/applications?period=today").await, "locked");
        assert_eq!(clerk.prove().await.status, 200);
        clerk.post(&path, &TYPED).await.expect("書きかけの文");
    }
}

#[actix_web::test]
async fn a_live_preview_after_the_absolute_limit_covers_the_page_and_goes_on_after_a_sign_in() {
    for world in World::all_with_console().await {
        let (mut clerk, path) = at_a_draft(&world).await;
        world.workspace.clock.advance(Duration::minutes(10 * 60 + 1));
        covers(&clerk.post(&path, &TYPED).await, "ended");
        covers(&clerk.get("/applications?period=today").await, "ended");
        assert_eq!(clerk.sign_in().await.status, 200);
        clerk.post(&path, &TYPED).await.expect("書きかけの文");
    }
}
