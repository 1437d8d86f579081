//! The mail viewer of the demo and the training: shows the `.eml` files of a folder. Never part of a production listener.
mod views;

use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, resource},
};
use mail_parser::MessageParser;
use maud::Markup;
use std::path::PathBuf;

/// The folder that is shown.
#[derive(Clone)]
pub struct Folder(pub PathBuf);

/// A mail as it is shown; times are JST.
pub struct Shown {
    pub id: String,
    pub sent: String,
    pub to: String,
    pub title: String,
    pub body: String,
}

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(resource("/").route(get().to(index)))
        .service(resource("/mails/{id}").route(get().to(show)));
}

/// How the pages are marked and dressed where they belong to a practice desk. Without it they are plain and load nothing.
pub struct Above {
    /// Before the browser's title.
    pub title: &'static str,
    /// Whose desk it is, what its trainer said, and the way to its other faces; drawn for each page.
    pub bar: Box<dyn Fn() -> Markup>,
    /// The path of a stylesheet that the same listener serves, as it serves the icon.
    pub stylesheet: &'static str,
}

type MaybeAbove = Option<Data<Above>>;

async fn index(folder: Data<Folder>, above: MaybeAbove) -> HttpResponse {
    let above = above.as_ref().map(|above| above.get_ref());
    page(above, views::index(above, &read_all(&folder).await))
}

async fn show(folder: Data<Folder>, above: MaybeAbove, id: Path<String>) -> HttpResponse {
    let above = above.as_ref().map(|above| above.get_ref());
    match read_all(&folder).await.iter().find(|m| m.id == *id) {
        Some(mail) => page(above, views::show(above, mail)),
        None => HttpResponse::NotFound().finish(),
    }
}

/// A mail may bring anything: a page of it loads nothing but, where it is marked, what its own listener serves.
const PLAIN: &str = "default-src 'none'; img-src data:; frame-ancestors 'none'";
const MARKED: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

fn page(above: Option<&Above>, markup: Markup) -> HttpResponse {
    let policy = if above.is_some() { MARKED } else { PLAIN };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-security-policy", policy))
        .body(markup.into_string())
}

/// Newest first. A file that is no mail is left out.
async fn read_all(folder: &Folder) -> Vec<Shown> {
    let mut files = vec![];
    if let Ok(mut entries) = tokio::fs::read_dir(&folder.0).await {
        while let Ok(Some(entry)) = entries.next_entry().await {
            let modified = entry.metadata().await.and_then(|m| m.modified()).ok();
            if let (Some(modified), Ok(bytes)) = (modified, tokio::fs::read(entry.path()).await) {
                let id = entry.file_name().to_string_lossy().replace(".eml", "");
                files.push((modified, id, bytes))
            }
        }
    }
    files.sort_by(|a, b| b.cmp(a));
    files
        .into_iter()
        .filter_map(|(_, id, bytes)| parse(id, &bytes))
        .collect()
}

fn parse(id: String, bytes: &[u8]) -> Option<Shown> {
    let message = MessageParser::default().parse(bytes)?;
    let to = message.to().and_then(|a| a.first()).and_then(|a| a.address());
    Some(Shown {
        id,
        sent: message.date().map(|d| d.to_rfc3339()).unwrap_or_default(),
        to: to.unwrap_or_default().to_owned(),
        title: message.subject().unwrap_or_default().to_owned(),
        body: message.body_text(0).map(|b| b.into_owned()).unwrap_or_default(),
    })
}
