//! What every page shares: errors, layout, form input, guards, assets. Knows no feature.
mod assets;
mod client;
mod cookie;
pub mod document;
mod error;
mod form;
mod guards;
mod layout;
mod site;
mod spreadsheet;
mod tls;
pub mod ui;
mod upload;

pub use assets::{asset, asset_path, favicon};
pub use client::{client_address, client_group};
pub use cookie::{cookie, drop_cookie, set_cookie};
pub use error::{Error, SupportCode, render_errors};
pub use form::{FormBody, LongFormBody, PageOf, RawBody, optional_words, parse_form, words};
pub use guards::{Networks, access_log, handoff_policy, headers, listed_networks_only, no_nul, same_origin_only};
pub use layout::{HTMX_CONFIG, Page, Scripts, environment_banner};
pub use site::{Practice, Site, Surface, Unread, WORDS};
pub use spreadsheet::spreadsheet;
pub use tls::{Certificate, TlsError, certificate_end, server_config};
pub use upload::{Uploaded, discard_upload, read_file, read_upload};

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, HeaderValue, LOCATION},
    },
};
use maud::Markup;

/// An HTML answer that no cache keeps.
pub fn html(markup: Markup) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(markup.into_string())
}

/// 422: the page of a form of the console again, with what is wrong said at its field.
pub fn unprocessable(markup: Markup) -> HttpResponse {
    let mut response = html(markup);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// 503: the page of a form again, with what was typed, because the program could not do it now.
pub fn unavailable(markup: Markup) -> HttpResponse {
    let mut response = html(markup);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// `303`: the answer to every POST, so that Back, reload and forward never repeat it (ux rule 1).
pub fn see_other(path: &str) -> HttpResponse {
    // What somebody made up, such as an id with a line end, can be no address: that leads to the first page.
    let path = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
