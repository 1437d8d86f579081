use super::{
    timeout::PHONES,
    visitor::{RECEIPT, cookie},
};
use crate::{
    crypto::Place,
    db::{self, Conn},
    enrolment::{
        receipt,
        store::{self, Application, VisitKind},
        views,
    },
    japan::{digits::digits, phone},
    web::{Error, FormBody, Page, Scripts, client_address, client_group, html, see_other, set_cookie, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Query},
};
use chrono::Duration;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// How long a looked-up result stays open in a browser.
pub const VIEW: Duration = Duration::minutes(30);
/// Holds what was typed as receipt number, for the page that says that it does not fit.
const TYPED: &str = "typed";
/// The cookie holds it sealed: it may be somebody's, and a browser keeps its cookies in the clear.
const TYPED_AT: Place = Place {
    table: "cookies",
    row: TYPED,
    field: "receipt_number",
};
const TRIES: i64 = 5;
/// Of all clients, at one number.
const TRIES_A_DAY: i64 = 20;
const WINDOW: Duration = Duration::minutes(15);
/// Results can be looked up for so long after they were decided.
const KEPT: Duration = Duration::days(30);

/// `GET /receipt`: P14.
pub async fn new(workspace: Data<Workspace>, req: HttpRequest, flags: Query<BTreeMap<String, String>>) -> HttpResponse {
    let note = flags.contains_key("returned").then_some(
        "金融機関からの戻りを確認できませんでした。申込みは失われていません。受付番号で結果を確認してください。",
    );
    let errors = match flags.contains_key("error") {
        // One sentence for both, so that neither half can be guessed alone.
        true => vec![FieldError::new(
            "receipt_number",
            "受付番号と電話番号の下4桁を確かめてください。どちらかがちがいます",
        )],
        false => vec![],
    };
    let typed = req.cookie(&workspace.site.cookie_name(TYPED));
    let typed = typed.filter(|_| !errors.is_empty());
    let typed = typed.and_then(|c| workspace.keys.open(TYPED_AT, c.value()).ok());
    let body = views::lookup(note, typed.as_deref().unwrap_or_default(), &errors);
    let page = Page::new("申込みの状況を確認する", body)
        .back("/")
        .errors(!errors.is_empty())
        .scripts(Scripts::Form);
    html(page.render(&workspace.site))
}

/// `POST /receipt`: five tries in 15 minutes per client and number.
pub async fn create(workspace: Data<Workspace>, req: HttpRequest, body: FormBody) -> Result<HttpResponse, Error> {
    let typed = receipt::parse(body.get("receipt_number"));
    let last4 = digits(body.get("phone_last4")).unwrap_or_default();
    let client = client_address(&req, &workspace.site)
        .map(client_group)
        .unwrap_or_default();
    let (world, now) = (workspace.as_ref().clone(), workspace.clock.now());
    let secret = workspace
        .db
        .write(move |conn| {
            let Some(number) = typed else { return Ok(None) };
            // Ten thousand endings are few: many clients together get no more tries at one number either.
            let by_client = world.keys.blind("lookup_tries.token", &format!("{client} {number}"));
            let by_number = world.keys.blind("lookup_tries.token", &number);
            db::one_at_a_time(conn, &by_number)?;
            let tries = [
                (&by_client, WINDOW, TRIES),
                (&by_number, Duration::hours(24), TRIES_A_DAY),
            ];
            for (token, window, most) in tries {
                if store::count_tries(conn, token, now - window)? >= most {
                    return Err(Error::TooMany);
                }
            }
            store::try_lookup(conn, &by_client, now)?;
            store::try_lookup(conn, &by_number, now)?;
            let Some(application) = store::find_by_receipt(conn, &number)? else {
                return Ok(None);
            };
            let too_old = application.decided_at.is_some_and(|at| now - at > KEPT);
            if too_old || !has_phone_ending(conn, &world, &application, &last4)? {
                tracing::info!(application = %application.id, "a look-up was refused");
                return Ok(None);
            }
            tracing::info!(application = %application.id, "a look-up was answered");
            let secret = store::open_visit(conn, &world.keys, VisitKind::Viewer, &application.id, now, VIEW)?;
            Ok::<_, Error>(Some(secret))
        })
        .await?;
    let Some(secret) = secret else {
        let mut response = see_other("/receipt?error");
        // So that one wrong digit need not be typed with eight right ones again; the phone's digits are not kept.
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let kept: String = body.get("receipt_number").nfkc().filter(plain).take(20).collect();
        let kept = workspace.keys.seal(TYPED_AT, &kept)?;
        set_cookie(&mut response, cookie(&workspace, TYPED, &kept, Duration::minutes(1)));
        return Ok(response);
    };
    let mut response = see_other("/result");
    set_cookie(&mut response, cookie(&workspace, RECEIPT, &secret, VIEW));
    Ok(response)
}

/// Whether one of the phones submitted ends so; before the first hand-off, of those that wait for it.
fn has_phone_ending(
    conn: &mut Conn,
    workspace: &Workspace,
    application: &Application,
    last4: &str,
) -> Result<bool, Error> {
    if let Some(attempt) = store::latest_attempt(conn, &application.id)? {
        return Ok(attempt.snapshot(&workspace.keys)?.has_phone_ending(last4));
    }
    let answers = application.open(&workspace.keys)?;
    let fits = |field: &&str| phone::parse(answers.get(field)).is_ok_and(|number| phone::last4(&number) == last4);
    Ok(PHONES.iter().any(fits))
}

/// `GET /status/{code}`: where the status QR leads. Looking uses nothing up, so a preview by an app does no harm.
pub async fn one_time(workspace: Data<Workspace>, code: Path<String>) -> Result<HttpResponse, Error> {
    if !code.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::NotFound);
    }
    let page = Page::new("申込みの状況を表示します", views::one_time_link(&code)).scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /status/{code}`: once.
pub async fn use_one_time(workspace: Data<Workspace>, code: Path<String>) -> Result<HttpResponse, Error> {
    let (world, now, code) = (workspace.as_ref().clone(), workspace.clock.now(), code.into_inner());
    let secret = workspace
        .db
        .write(move |conn| {
            let Some(id) = store::use_status_code(conn, &world.keys, &code, now)? else {
                return Ok(None);
            };
            let secret = store::open_visit(conn, &world.keys, VisitKind::Viewer, &id, now, VIEW)?;
            Ok::<_, Error>(Some(secret))
        })
        .await?;
    let Some(secret) = secret else {
        return Ok(see_other("/receipt"));
    };
    let mut response = see_other("/result");
    set_cookie(&mut response, cookie(&workspace, RECEIPT, &secret, VIEW));
    Ok(response)
}
