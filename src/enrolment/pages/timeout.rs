use super::visitor::{Found, Visitor, applicant, lasts, touch};
use crate::{
    db,
    enrolment::{answers::Answers, form::messages, store, views},
    japan::{digits::digits, phone},
    web::{Error, FormBody, Page, Scripts, html, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query},
};
use chrono::Duration;
use std::collections::BTreeMap;

/// Where phone numbers are typed.
pub const PHONES: [&str; 3] = ["phone_mobile", "phone_home", "phone_work"];
/// Wrong tries after which the draft can no longer be opened from this browser.
const TRIES: i64 = 5;

/// `POST /apply/extend`: 「続ける」 in the dialog.
pub async fn extend(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    if let Found::Here(visitor) = applicant(&workspace, &req).await? {
        touch(&workspace, &visitor.visit, workspace.clock.now()).await?;
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(see_other("/apply/timeout"))
}

/// `GET /apply/timeout`: P13.
pub async fn show(
    workspace: Data<Workspace>,
    req: HttpRequest,
    flags: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let visitor = match applicant(&workspace, &req).await? {
        Found::TimedOut(visitor) => visitor,
        Found::Here(visitor) => return Ok(see_other(&super::start::first_step(&visitor))),
        Found::Nobody => return Ok(see_other("/")),
    };
    if !visitor.application.state.is_editable() {
        return Ok(see_other("/receipt"));
    }
    let token = visitor.visit.token.clone();
    workspace
        .db
        .write(move |conn| Ok::<_, Error>(store::lock_visit(conn, &token)?))
        .await?;
    let errors = match flags.contains_key("error") {
        true => vec![FieldError::new(
            "phone_last4",
            messages::contradiction("入力した電話番号の下4桁", "保存されている番号とちがいます"),
        )],
        false => vec![],
    };
    let body = views::timed_out(
        workspace.settings.form.idle_minutes,
        workspace.settings.form.draft_hours,
        !typed_phones(&visitor.answers).is_empty(),
        &errors,
    );
    let title = format!(
        "{}分間操作がなかったため、画面を閉じました",
        workspace.settings.form.idle_minutes
    );
    let page = Page::new(&title, body)
        .errors(!errors.is_empty())
        .scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /apply/timeout`: 「続きから再開する」. The account is asked for again.
pub async fn resume(workspace: Data<Workspace>, req: HttpRequest, body: FormBody) -> Result<HttpResponse, Error> {
    let mut visitor = match applicant(&workspace, &req).await? {
        Found::TimedOut(visitor) => visitor,
        Found::Here(visitor) => return Ok(see_other(&super::start::first_step(&visitor))),
        Found::Nobody => return Ok(see_other("/")),
    };
    if body.get("do") == "restart" {
        return leave(&workspace, &visitor).await;
    }
    match recognise(&workspace, &visitor, is_the_same_person(&visitor, &body)).await? {
        Recognised::Yes => {}
        Recognised::No => return Ok(see_other("/apply/timeout?error")),
        Recognised::TooMany => return Err(Error::TooMany),
    }
    visitor.answers.take_held();
    for field in crate::enrolment::form::Step::Account.fields() {
        visitor.answers.remove(field)
    }
    let (world, now, lasts) = (workspace.as_ref().clone(), workspace.clock.now(), lasts(&workspace));
    let (application, answers, token) = (
        visitor.application.clone(),
        visitor.answers.clone(),
        visitor.visit.token.clone(),
    );
    workspace
        .db
        .write(move |conn| {
            store::save_answers(conn, &world.keys, &application, &answers, now)?;
            Ok::<_, Error>(store::touch_visit(conn, &token, now, lasts)?)
        })
        .await?;
    Ok(see_other(&super::start::first_step(&visitor)))
}

/// 「はじめから申し込む」: the next person at this browser leaves the draft of the one before.
async fn leave(workspace: &Workspace, visitor: &Visitor) -> Result<HttpResponse, Error> {
    let token = visitor.visit.token.clone();
    workspace
        .db
        .write(move |conn| Ok::<_, Error>(store::close_visit(conn, &token)?))
        .await?;
    Ok(see_other("/"))
}

/// The last four digits of what was typed as a phone, also where it is no whole number yet.
fn typed_phones(answers: &Answers) -> Vec<String> {
    let typed = PHONES.iter().filter_map(|field| digits(answers.get(field)));
    typed
        .filter(|d| d.len() >= 4)
        .map(|d| phone::last4(&d).to_owned())
        .collect()
}

/// A shared family phone or a library's computer: the last four digits tell (P13).
fn is_the_same_person(visitor: &Visitor, body: &FormBody) -> bool {
    let phones = typed_phones(&visitor.answers);
    let typed = digits(body.get("phone_last4")).unwrap_or_default();
    phones.is_empty() || phones.contains(&typed)
}

enum Recognised {
    Yes,
    No,
    TooMany,
}

/// Counts the try before its outcome counts, one after another: tries sent at once are no more than tries.
async fn recognise(workspace: &Workspace, visitor: &Visitor, fits: bool) -> Result<Recognised, Error> {
    let (token, now) = (visitor.visit.token.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| {
            db::one_at_a_time(conn, &token)?;
            store::try_lookup(conn, &token, now)?;
            let tries = store::count_tries(conn, &token, now - Duration::hours(24))?;
            Ok::<_, Error>(match (tries > TRIES, fits) {
                (false, true) => Recognised::Yes,
                (false, false) if tries < TRIES => Recognised::No,
                _ => {
                    store::close_visit(conn, &token)?;
                    Recognised::TooMany
                }
            })
        })
        .await
}
