//! マニュアル: the papers of `manuals/`, read at the console beside the work and written out as deliverables (N11, N14).
mod export;
mod library;
mod manual;
mod pictures;
mod views;

pub use export::export;
pub use library::{Library, library};
pub use manual::{Kind, Manual, Place};
pub use pictures::{all as pictures, find as picture};
pub use views::{Draw, Table};

use crate::{
    accounts::Staff,
    web::{Error, Site, html},
};
use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, Path, Query, ServiceConfig, get},
};
use std::collections::BTreeMap;
use views::{Medium, Renderer};

/// The section that explains a page of the console, by the page's pattern.
pub fn guide(pattern: &str) -> Option<String> {
    library().ok()?.guide(pattern)
}

/// Draws the tables of the manuals; `app` puts it beside the routes.
#[derive(Clone, Copy)]
pub struct Tables(pub Draw);

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/manuals", get().to(index))
        .route("/manuals/search", get().to(search))
        .route("/manuals/pictures/{file}", get().to(show_picture))
        .route("/manuals/{manual}", get().to(show))
        .route("/manuals/{manual}/{chapter}", get().to(chapter));
}

/// In place of a chapter: all of them, to be printed.
const WHOLE: &str = "whole";

async fn index(site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    Ok(html(views::index(&site, &staff, library()?.all())))
}

/// `GET /manuals/search?q=`: words of the manuals, which are nobody's data.
async fn search(site: Data<Site>, staff: Staff, query: Query<BTreeMap<String, String>>) -> Result<HttpResponse, Error> {
    let words: String = query
        .get("q")
        .map(|q| q.trim().chars().take(80).collect())
        .unwrap_or_default();
    let found = library()?.search(&words);
    Ok(html(views::search(&site, &staff, &words, &found)))
}

/// `GET /manuals/{manual}`: its contents and its revisions.
async fn show(site: Data<Site>, staff: Staff, name: Path<String>) -> Result<HttpResponse, Error> {
    let manual = library()?.find(&name).ok_or(Error::NotFound)?;
    Ok(html(views::contents(&site, &staff, manual)))
}

/// `GET /manuals/{manual}/{chapter}`: a chapter, or the whole.
async fn chapter(
    site: Data<Site>,
    staff: Staff,
    tables: Data<Tables>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (name, id) = path.into_inner();
    let all = library()?;
    let manual = all.find(&name).ok_or(Error::NotFound)?;
    let whole = id == WHOLE;
    let renderer = Renderer {
        all: all.all(),
        manual,
        medium: if whole { Medium::Whole } else { Medium::Console },
        draw: tables.0,
    };
    if whole {
        return Ok(html(views::whole(&site, &staff, &renderer)));
    }
    let chapter = manual.chapters.iter().find(|chapter| chapter.id == id);
    Ok(html(views::chapter(
        &site,
        &staff,
        &renderer,
        chapter.ok_or(Error::NotFound)?,
    )))
}

async fn show_picture(file: Path<String>) -> Result<HttpResponse, Error> {
    let name = file.strip_suffix(".png").ok_or(Error::NotFound)?;
    let picture = picture(name).ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type("image/png")
        .insert_header((CACHE_CONTROL, "private, max-age=3600"))
        .body(picture.png))
}
