use super::{Error, Site};
use crate::config::Environment;
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    web,
};

struct File {
    name: &'static str,
    /// With the hash of the bytes, so that it may be kept for ever.
    path: &'static str,
    mime: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The hashed path of an asset; an unknown name gives a path that answers 404, and a test keeps that from happening.
pub fn asset_path(name: &str) -> &'static str {
    FILES
        .iter()
        .find(|f| f.name == name)
        .map_or("/assets/missing", |f| f.path)
}

/// `GET /assets/{file}`
pub async fn asset(file: web::Path<String>) -> Result<HttpResponse, Error> {
    let wanted = format!("/assets/{file}");
    let file = FILES.iter().find(|f| f.path == wanted).ok_or(Error::NotFound)?;
    Ok(serve(file, "public, max-age=31536000, immutable"))
}

/// `GET /favicon.ico`: another one in a training, so that a tab is not taken for the real one.
pub async fn favicon(site: Option<web::Data<Site>>) -> Result<HttpResponse, Error> {
    let name = match site {
        Some(site) if site.environment == Environment::Training => "favicon-training.ico",
        _ => "favicon.ico",
    };
    let file = FILES.iter().find(|f| f.name == name).ok_or(Error::NotFound)?;
    Ok(serve(file, "public, max-age=86400"))
}

/// A drawing may style itself, and do nothing else.
const PICTURE: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

fn serve(file: &File, cache: &'static str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(file.mime).insert_header((CACHE_CONTROL, cache));
    if file.mime == "image/svg+xml" {
        response
            .content_type("image/svg+xml; charset=utf-8")
            .insert_header((CONTENT_SECURITY_POLICY, PICTURE));
    }
    response.body(file.bytes)
}
