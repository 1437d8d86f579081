//! The clerk's side. The page is looked at anew by a button: what looks by itself would keep a screen unlocked.
use super::{
    store::{self, Assist},
    views, words,
};
use crate::{
    accounts::Staff,
    db::Conn,
    japan::digits::digits,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, post},
};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/assist", get().to(new))
        .route("/assist", post().to(create))
        .route("/assist/{id}", get().to(show))
        .route("/assist/{id}/hints", post().to(send_hint))
        .route("/assist/{id}/end", post().to(end));
}

/// The longest hint.
const LONGEST: usize = 100;

/// `GET /assist`: the field for the code.
async fn new(site: Data<Site>, staff: Staff) -> HttpResponse {
    html(views::enter_code(&site, &staff, "", &[]))
}

/// `POST /assist`: the code opens its page, for this person.
async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    if workspace.drafts.check_key(&format!("assist {}", staff.id)).is_err() {
        return Err(Error::TooMany);
    }
    let typed = digits(form.get("code")).unwrap_or_default();
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let Some(assist) = store::of_code(conn, &world.keys, &typed, now)? else {
            by.record(conn, now, "assist.refused", "assist", "")?;
            return Ok(None);
        };
        store::claim(conn, &assist.id, &by.id)?;
        by.record(conn, now, "assist.claimed", &format!("assist/{}", assist.id), "")?;
        Ok::<_, Error>(Some(assist.id))
    };
    match workspace.db.write(write).await? {
        Some(id) => Ok(see_other(&format!("/assist/{id}"))),
        None => {
            let sentence = "相談の番号を確かめてください。いま使われている番号ではありません";
            let errors = [FieldError::new("code", sentence)];
            Ok(unprocessable(views::enter_code(
                &site,
                &staff,
                form.get("code"),
                &errors,
            )))
        }
    }
}

/// The page, with the look at it on record.
async fn page(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    typed: &str,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let (world, by, id, now) = (workspace.clone(), staff.clone(), id.to_owned(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let assist = store::claimed(conn, &id, &by.id)?;
        by.record(conn, now, "assist.seen", &format!("assist/{id}"), &assist.page)?;
        let hint = assist.hint(&world.keys)?;
        Ok::<(Assist, Option<String>), Error>((assist, hint))
    };
    let (assist, hint) = workspace.db.write(write).await?;
    let shown = views::Desk {
        assist: &assist,
        hint: hint.as_deref(),
        over: assist.expires_at <= now,
    };
    let markup = views::desk(site, staff, &shown, typed, errors);
    Ok(if errors.is_empty() {
        html(markup)
    } else {
        unprocessable(markup)
    })
}

/// `GET /assist/{id}`
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    page(&workspace, &site, &staff, &id, "", &[]).await
}

/// `POST /assist/{id}/hints`: from the list, or in a short line of one's own.
async fn send_hint(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let own = form.get("text").trim();
    let hint = match words::ready_hint(form.get("hint")) {
        Some(ready) if own.is_empty() => ready.to_owned(),
        _ => own.to_owned(),
    };
    let length = hint.chars().count();
    if length == 0 || length > LONGEST || hint.chars().any(char::is_control) {
        let errors = [FieldError::new(
            "text",
            format!("ヒントは、一覧から選ぶか、{LONGEST}文字以内で入力してください"),
        )];
        return page(&workspace, &site, &staff, &id, own, &errors).await;
    }
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), format!("/assist/{id}"));
    let write = move |conn: &mut Conn| {
        let assist = store::claimed(conn, &id, &staff.id)?;
        if assist.expires_at <= now {
            return Err(Error::Conflict);
        }
        store::set_hint(conn, &world.keys, &id, &assist.page, &hint, now)?;
        staff.record(conn, now, "assist.hinted", &format!("assist/{id}"), &assist.page)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /assist/{id}/end`
async fn end(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        let assist = store::claimed(conn, &id, &staff.id)?;
        store::end(conn, &assist.id, now)?;
        staff.record(conn, now, "assist.ended", &format!("assist/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/assist"))
}
