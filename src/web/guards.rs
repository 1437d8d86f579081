//! Middlewares of every listener: security headers (`ux.md` 5.1), the same-origin rule (5.2), the access log.
use super::{Error, Site, SupportCode};
use actix_web::{
    HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, Uri,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};
use std::time::Instant;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'none'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 8] = [
    ("content-security-policy", CSP),
    ("cache-control", "no-store"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), \
         publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
];

/// The content security policy of the hand-off page: its form alone may leave for `origin`.
pub fn handoff_policy(origin: &str) -> String {
    CSP.replace("form-action 'self'", &format!("form-action 'self' {origin}"))
}

/// Adds the headers that an answer does not set itself.
pub async fn headers(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(req).await?;
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}

/// Machine routes that carry their own proof: a signature.
const SIGNED: &str = "/gateway/";

/// A state-changing request must come from our own pages.
pub async fn same_origin_only(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let safe = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || req.path().starts_with(SIGNED) || is_same_origin(&req) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    // An answer, not an `Err`: an error would pass by the page and the headers.
    Ok(ServiceResponse::from_err(Error::CrossSite, req.into_parts().0).map_into_boxed_body())
}

const NUL: &str = "%00";

/// PostgreSQL keeps no NUL. No path of ours has one; what was typed loses it, as in a form: the search while typing, for one.
pub async fn no_nul(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_clean = !req.path().contains(NUL) && (!req.query_string().contains(NUL) || drop_nuls(&mut req).is_some());
    if is_clean {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let error = Error::BadRequest("a NUL in the address");
    Ok(ServiceResponse::from_err(error, req.into_parts().0).map_into_boxed_body())
}

fn drop_nuls(req: &mut ServiceRequest) -> Option<()> {
    let mut query = req.query_string().to_owned();
    // Again, because of `%0%000`.
    while query.contains(NUL) {
        query = query.replace(NUL, "");
    }
    let mut parts = req.uri().clone().into_parts();
    parts.path_and_query = Some(format!("{}?{query}", req.path()).parse().ok()?);
    req.head_mut().uri = Uri::from_parts(parts).ok()?;
    Some(())
}

fn is_same_origin(req: &ServiceRequest) -> bool {
    let header = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return site == "same-origin";
    }
    let own = req.app_data::<web::Data<Site>>().map(|s| s.url.clone());
    header("origin").is_some_and(|origin| own.as_deref() == Some(origin))
}

/// Networks that a listener answers.
#[derive(Clone, Debug)]
pub struct Networks(pub Vec<ipnet::IpNet>);

/// Other networks get nothing: no page, no word of what is here (N8.1, S4).
pub async fn listed_networks_only(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = req.app_data::<web::Data<Site>>();
    let client = site.and_then(|site| super::client_address(req.request(), site));
    let networks = req.app_data::<web::Data<Networks>>();
    let listed = |ip| networks.is_some_and(|n| n.0.iter().any(|net| net.contains(&ip)));
    match client.is_some_and(listed) {
        true => Ok(next.call(req).await?.map_into_boxed_body()),
        false => {
            tracing::warn!(client = client.map(|c| c.to_string()), "a network that is not listed");
            let nothing = HttpResponse::NotFound().finish();
            Ok(req.into_response(nothing))
        }
    }
}

/// One line a request: the route, never the path (it can hold a one-time code) or a query.
pub async fn access_log(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let method = req.method().clone();
    let response = next.call(req).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "-".into());
    let client = response
        .request()
        .app_data::<web::Data<Site>>()
        .and_then(|site| super::client_address(response.request(), site));
    let code = response
        .request()
        .extensions()
        .get::<SupportCode>()
        .map(|c| c.0.clone());
    let status = response.status().as_u16();
    metrics::counter!("mizumado_http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("mizumado_http_request_seconds", "route" => route.clone())
        .record(started.elapsed().as_secs_f64());
    tracing::info!(
        target: "access",
        %method,
        route,
        status,
        client = client.map(|c| c.to_string()),
        micros = started.elapsed().as_micros() as u64,
        support_code = code,
        "request"
    );
    Ok(response)
}
