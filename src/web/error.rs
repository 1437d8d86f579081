use super::{Page, Site, Surface, ui};
use crate::{
    crypto::{SealError, random_code},
    db::DbError,
};
use actix_web::{
    HttpMessage, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header::CACHE_CONTROL, header::RETRY_AFTER},
    middleware::Next,
    web,
};

/// What ends a request without its page. `Display` is for the log, [`Error::title`] and [`Error::advice`] for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    #[error("malformed request: {0}")]
    BadRequest(&'static str),
    #[error("the body is too large")]
    TooLarge,
    #[error("the body came too slowly")]
    TooSlow,
    #[error("a state-changing request from another site")]
    CrossSite,
    #[error("too many tries")]
    TooMany,
    #[error("somebody else changed it first")]
    Conflict,
    #[error("from a page of another person")]
    OthersPage,
    #[error("a passkey did not count")]
    KeyRefused,
    /// The thing that is asked for is not for this person, which its handler alone knows; says for whom it is. At the console
    /// the gate makes the page of it and the entry.
    #[error("not for this person: {0}")]
    Denied(&'static str),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("{0}")]
    Internal(String),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Error::NotFound,
            error => Error::Db(DbError::Query(error)),
        }
    }
}
impl From<crate::mail::QueueError> for Error {
    fn from(error: crate::mail::QueueError) -> Self {
        match error {
            crate::mail::QueueError::Seal(e) => e.into(),
            crate::mail::QueueError::Query(e) => e.into(),
        }
    }
}

/// Ties a problem page to its log line: `A7F3-22` (ux P16).
#[derive(Clone, Debug)]
pub struct SupportCode(pub String);

impl SupportCode {
    fn new() -> Self {
        let code = random_code(b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 6);
        Self(format!("{}-{}", &code[..4], &code[4..]))
    }
}

impl Error {
    fn title(&self) -> &'static str {
        match self {
            Error::NotFound => "ページが見つかりません",
            Error::BadRequest(_) => "この内容は受け付けられませんでした",
            Error::TooLarge => "入力された内容が大きすぎます",
            Error::TooSlow => "送信に時間がかかりすぎました",
            Error::CrossSite => "この操作は、ほかの画面から送られました",
            Error::TooMany => "しばらく時間をおいてください",
            Error::Conflict => "別の画面で入力が進んでいます",
            Error::OthersPage => "この画面は、ほかの人が開いたものです",
            Error::KeyRefused => "本人確認ができませんでした",
            Error::Denied(_) => "この操作の権限がありません",
            Error::Db(DbError::Busy | DbError::Pool(_)) => "ただいま混み合っています",
            _ => "申込みの手続きを続けられませんでした",
        }
    }
    fn advice(&self) -> &'static str {
        match self {
            Error::NotFound => "アドレスが変わったか、期限が切れた可能性があります。",
            Error::BadRequest(_) | Error::TooLarge => {
                "ブラウザの「戻る」で前の画面にもどり、入力内容を確かめてください。"
            }
            Error::TooSlow => "通信の状態を確かめて、もう一度お試しください。入力済みの画面までは保存されています。",
            Error::CrossSite => "安全のため受け付けませんでした。申込みの画面を開き直して、もう一度操作してください。",
            Error::TooMany => "短い時間に続けて操作されました。15分ほどおいてから、もう一度お試しください。",
            Error::OthersPage => "開いた人と、いまログインしている人がちがうため、送られた内容は受け付けていません。",
            Error::KeyRefused => "もう一度お試しください。続くときは、管理者に新しい招待を頼んでください。",
            Error::Denied(whose) => whose,
            Error::Conflict => "もう一度画面を開いて、いまの内容を確かめてください。",
            Error::Db(DbError::Busy | DbError::Pool(_)) => {
                // A reload sends the form again; "back" may come with empty fields.
                "いま送られた内容は、まだ受け付けていません。1分ほどおいてブラウザの「再読み込み」を押すと、同じ内容が\
                 もう一度送られます。前の画面までの内容は保存されています。"
            }
            _ => "ここまでに保存した内容は残っています。少し時間をおいて、もう一度お試しください。",
        }
    }
}

impl Error {
    /// Title and advice where staff work: nobody there applies for anything.
    fn for_staff(&self) -> (&'static str, &'static str) {
        match self {
            Error::Conflict => (
                "いまは、この操作ができません",
                "ほかの人が先に変えたか、決まりで止められています。前の画面を開き直して、いまの内容を確かめてください。",
            ),
            Error::CrossSite => (
                self.title(),
                "安全のため受け付けませんでした。この画面をメニューから開き直して、もう一度操作してください。",
            ),
            Error::TooSlow => (
                self.title(),
                "いま送られた内容は、受け付けていません。通信の状態を確かめて、もう一度送ってください。",
            ),
            Error::Db(DbError::Busy | DbError::Pool(_)) => (
                self.title(),
                "いま送られた内容は、まだ受け付けていません。1分ほどおいてブラウザの「再読み込み」を押すと、同じ内容がもう一度送られます。",
            ),
            Error::Internal(_) | Error::Seal(_) | Error::Db(_) => (
                "処理を続けられませんでした",
                "保存した内容は残っています。続くときは、下のサポートコードを運用担当に伝えてください。",
            ),
            _ => (self.title(), self.advice()),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Error::CrossSite | Error::KeyRefused | Error::Denied(_) => StatusCode::FORBIDDEN,
            Error::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Error::Conflict | Error::OthersPage => StatusCode::CONFLICT,
            Error::Db(DbError::Busy | DbError::Pool(_)) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Turns every failed answer that is not yet a page into one: our own errors, and actix's (unknown route, wrong method).
pub async fn render_errors(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = req.app_data::<web::Data<Site>>().cloned();
    let response = next.call(req).await?.map_into_boxed_body();
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    let fallback = fallback(status);
    let own = response.response().error().and_then(|e| e.as_error::<Error>());
    if own.is_none() && response.headers().contains_key("content-type") && status != StatusCode::NOT_FOUND {
        return Ok(response);
    }
    let error = own.unwrap_or(&fallback);
    let Some(site) = site else {
        return Ok(response);
    };
    let code = SupportCode::new();
    match error.status_code().is_server_error() {
        true => tracing::error!(support_code = %code.0, %error, "a request failed"),
        false => tracing::info!(support_code = %code.0, %error, "a request was refused"),
    }
    let page = match site.surface {
        Surface::Public => {
            let (title, is_missing) = (error.title(), status == StatusCode::NOT_FOUND);
            let body = ui::problem(&site, title, error.advice(), &code.0, is_missing);
            Page::new(title, body).render(&site)
        }
        Surface::Console => {
            let (title, advice) = error.for_staff();
            super::layout::console_problem(&site, title, &code.0, advice)
        }
    };
    let mut fresh = HttpResponse::build(error.status_code());
    if matches!(error, Error::Db(DbError::Busy | DbError::Pool(_)) | Error::TooMany) {
        fresh.insert_header((RETRY_AFTER, "60"));
    }
    let fresh = fresh
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(page.into_string());
    response.request().extensions_mut().insert(code);
    Ok(response.into_response(fresh))
}

fn fallback(status: StatusCode) -> Error {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::REQUEST_TIMEOUT => Error::TooSlow,
        status if status.is_server_error() => Error::Internal(status.to_string()),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Error::NotFound,
        _ => Error::BadRequest("refused by the framework"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_are_told_nothing_of_the_citizens_form() {
        let all = [
            Error::NotFound,
            Error::BadRequest(""),
            Error::TooLarge,
            Error::TooSlow,
            Error::CrossSite,
            Error::TooMany,
            Error::Conflict,
            Error::OthersPage,
            Error::Db(DbError::Busy),
            Error::Internal(String::new()),
        ];
        for error in all {
            let (title, advice) = error.for_staff();
            for of_the_form in [
                "申込みの画面",
                "申込みの手続き",
                "入力済みの画面",
                "前の画面までの内容",
                "別の画面で入力",
            ] {
                assert!(
                    !title.contains(of_the_form) && !advice.contains(of_the_form),
                    "{error}: {advice}"
                );
            }
        }
    }
}
