//! The citizen's side of a phone assist (`crate::assist`): the code, the hint, and where the browser is.
use crate::{
    assist::{self, COOKIE, LASTS, Shown},
    db::Conn,
    web::{
        Error, Page, Scripts, client_address, client_group, cookie, drop_cookie, html, see_other, set_cookie,
        ui::FieldError,
    },
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query, ServiceConfig, get, post, resource},
};
use maud::Markup;
use std::collections::BTreeMap;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(resource("/apply/assist").route(get().to(show)).route(post().to(create)))
        .service(resource("/apply/assist/hint").route(get().to(hint)))
        .service(resource("/apply/assist/end").route(post().to(end)));
}

fn secret(workspace: &Workspace, req: &HttpRequest) -> Option<String> {
    req.cookie(&workspace.site.cookie_name(COOKIE))
        .map(|c| c.value().to_owned())
}

/// Tells whoever helps where this browser is; gives what to show above the page. Browsers without a code cost nothing.
pub async fn look(
    workspace: &Workspace,
    req: &HttpRequest,
    page: &'static str,
    errors: &[FieldError],
) -> Result<Option<Markup>, Error> {
    let Some(secret) = secret(workspace, req) else {
        return Ok(None);
    };
    let (world, errors, now) = (workspace.clone(), errors.to_vec(), workspace.clock.now());
    let write = move |conn: &mut Conn| assist::look(conn, &world, &secret, page, &errors, now);
    let shown = workspace.db.write(write).await?;
    Ok(shown.map(|shown| assist::banner(&shown)))
}

async fn living(workspace: &Workspace, req: &HttpRequest, page: &str) -> Result<Option<Shown>, Error> {
    let Some(secret) = secret(workspace, req) else {
        return Ok(None);
    };
    let (world, page, now) = (workspace.clone(), page.to_owned(), workspace.clock.now());
    let write = move |conn: &mut Conn| assist::look_again(conn, &world, &secret, &page, now);
    workspace.db.write(write).await
}

/// `GET /apply/assist`: the code, or the button that makes one.
async fn show(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let body = match living(&workspace, &req, "other").await? {
        Some(shown) => assist::code_page(&workspace.site, &shown),
        None => assist::start_page(&workspace.site),
    };
    let page = Page::new("電話で相談する", body)
        .back("/apply/resume")
        .scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /apply/assist`: a code for this browser, once while it lives.
async fn create(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    if living(&workspace, &req, "other").await?.is_some() {
        return Ok(see_other("/apply/assist"));
    }
    let client = client_address(&req, &workspace.site)
        .map(client_group)
        .unwrap_or_default();
    if workspace.drafts.check_key(&format!("assist {client}")).is_err() {
        return Err(Error::TooMany);
    }
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let secret = workspace
        .db
        .write(move |conn: &mut Conn| assist::begin(conn, &world, now))
        .await?;
    let mut response = see_other("/apply/assist");
    set_cookie(&mut response, cookie(&workspace.site, COOKIE, &secret, LASTS));
    Ok(response)
}

/// `GET /apply/assist/hint`: the banner alone, for the look that is taken now and then.
async fn hint(
    workspace: Data<Workspace>,
    req: HttpRequest,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let page = query.get("page").map(String::as_str).unwrap_or_default();
    match living(&workspace, &req, page).await? {
        Some(shown) => Ok(html(assist::banner(&shown))),
        // It is over: the banner goes.
        None => Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body("")),
    }
}

/// `POST /apply/assist/end`
async fn end(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(secret) = secret(&workspace, &req) {
        let (world, now) = (workspace.clone(), workspace.clock.now());
        workspace
            .db
            .write(move |conn: &mut Conn| assist::end(conn, &world, &secret, now))
            .await?;
    }
    let mut response = see_other("/apply/resume");
    drop_cookie(&workspace.site, &mut response, COOKIE);
    Ok(response)
}
