use super::Site;
use actix_web::{
    HttpResponse,
    cookie::{Cookie, SameSite, time},
};
use chrono::Duration;

/// A cookie as every cookie of ours is set.
pub fn cookie(site: &Site, name: &str, secret: &str, lasts: Duration) -> Cookie<'static> {
    Cookie::build(site.cookie_name(name), secret.to_owned())
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(lasts.num_seconds()))
        .finish()
}

/// Sets a cookie on a response that is already made.
pub fn set_cookie(response: &mut HttpResponse, cookie: Cookie<'_>) {
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::error!(%error, "a cookie could not be set");
    }
}

/// Takes a cookie away.
pub fn drop_cookie(site: &Site, response: &mut HttpResponse, name: &str) {
    let mut gone = cookie(site, name, "", Duration::zero());
    gone.make_removal();
    set_cookie(response, gone);
}
