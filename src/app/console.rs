//! The staff's listener: its routes, what each needs, its navigation, its guards.
use crate::{
    accounts::{self, Access, NavItem, Permission as P, Plan, Relying, Rule, Sessions},
    assist,
    config::Console,
    contacts, deliveries, enrolment, incidents, inquiries, institutions, operations, reconciliation, texts, today,
    trail, web as pages,
    web::{Certificate, Networks, Site},
    workspace::Workspace,
};
use actix_identity::IdentityMiddleware;
use actix_session::{SessionMiddleware, config::CookieContentSecurity};
use actix_web::{
    App, HttpServer,
    cookie::{Key, SameSite},
    dev::Server,
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig, ServiceConfig},
};
use std::{net::TcpListener, sync::Arc, time::Duration};

const fn rule(method: &'static str, path: &'static str, access: Access) -> Rule {
    Rule { method, path, access }
}

/// What every route of the console needs. A route that is not here lets nobody in.
pub const RULES: &[Rule] = &[
    rule("GET", "/assets/{file}", Access::Open),
    rule("GET", "/favicon.ico", Access::Open),
    rule("GET", "/sign-in", Access::Open),
    rule("POST", "/sign-in/options", Access::Open),
    rule("POST", "/sign-in/answer", Access::Open),
    rule("GET", "/sign-in/code", Access::Open),
    rule("POST", "/sign-in/code", Access::Open),
    rule("GET", "/enrolments/{token}", Access::Open),
    rule("POST", "/enrolments/{token}/options", Access::Open),
    rule("POST", "/enrolments/{token}/answer", Access::Open),
    rule("POST", "/sign-out", Access::Leave),
    rule("POST", "/proof/options", Access::Here),
    rule("POST", "/proof/answer", Access::Here),
    rule("GET", "/account", Access::Own),
    rule("POST", "/account/keys/options", Access::OwnStepUp),
    rule("POST", "/account/keys/answer", Access::OwnStepUp),
    rule("POST", "/account/keys/{id}", Access::Own),
    rule("POST", "/account/keys/{id}/revocation", Access::OwnStepUp),
    rule("POST", "/account/codes", Access::OwnStepUp),
    rule("POST", "/account/sessions/end", Access::Own),
    rule("POST", "/account/sessions/{id}/end", Access::Own),
    rule("GET", "/", Access::Home),
    rule("GET", "/applications", Access::May(P::ReadApplications)),
    rule("POST", "/applications/searches", Access::May(P::ReadApplications)),
    rule("POST", "/applications/views", Access::May(P::ReadApplications)),
    rule(
        "POST",
        "/applications/views/{id}/removal",
        Access::May(P::ReadApplications),
    ),
    rule("POST", "/applications/density", Access::May(P::ReadApplications)),
    rule("GET", "/applications/export", Access::StepUp(P::DownloadDeliveries)),
    rule("GET", "/applications/{id}", Access::May(P::ReadApplications)),
    rule("POST", "/applications/{id}/reveals", Access::May(P::RevealPersonal)),
    rule("POST", "/applications/{id}/notes", Access::May(P::HandleApplications)),
    rule(
        "POST",
        "/applications/{id}/attention",
        Access::May(P::HandleApplications),
    ),
    rule("GET", "/applications/{id}/guidance", Access::May(P::HandleApplications)),
    rule(
        "POST",
        "/applications/{id}/mails/{mail}/retry",
        Access::May(P::HandleApplications),
    ),
    rule(
        "GET",
        "/applications/{id}/withdrawal",
        Access::May(P::HandleApplications),
    ),
    rule(
        "POST",
        "/applications/{id}/withdrawal",
        Access::May(P::HandleApplications),
    ),
    rule(
        "GET",
        "/applications/{id}/corrections",
        Access::May(P::HandleApplications),
    ),
    rule(
        "POST",
        "/applications/{id}/corrections",
        Access::May(P::HandleApplications),
    ),
    rule("GET", "/corrections", Access::May(P::ReadApplications)),
    rule("POST", "/corrections/{id}/decision", Access::May(P::ApproveCorrections)),
    rule("GET", "/deliveries", Access::May(P::ReadDeliveries)),
    rule("POST", "/deliveries", Access::StepUp(P::DownloadDeliveries)),
    rule("GET", "/deliveries/{no}", Access::May(P::ReadDeliveries)),
    rule("GET", "/deliveries/{no}/file", Access::StepUp(P::DownloadDeliveries)),
    rule("GET", "/deliveries/{no}/report", Access::StepUp(P::DownloadDeliveries)),
    rule(
        "POST",
        "/deliveries/{no}/encrypted",
        Access::StepUp(P::DownloadDeliveries),
    ),
    rule(
        "POST",
        "/deliveries/{no}/reissues",
        Access::StepUp(P::DownloadDeliveries),
    ),
    rule("GET", "/layouts", Access::May(P::ReadDeliveries)),
    rule("POST", "/layouts", Access::StepUp(P::EditLayouts)),
    rule("GET", "/layouts/{id}", Access::May(P::ReadDeliveries)),
    rule("POST", "/layouts/{id}", Access::May(P::EditLayouts)),
    rule("POST", "/layouts/{id}/columns", Access::May(P::EditLayouts)),
    rule("GET", "/layouts/{id}/columns/{place}", Access::May(P::EditLayouts)),
    rule("POST", "/layouts/{id}/columns/{place}", Access::May(P::EditLayouts)),
    rule("POST", "/layouts/{id}/text", Access::May(P::EditLayouts)),
    rule("POST", "/layouts/{id}/comparison", Access::May(P::ReadDeliveries)),
    rule("POST", "/layouts/{id}/proposal", Access::StepUp(P::EditLayouts)),
    rule("POST", "/layouts/{id}/decision", Access::StepUp(P::ApproveLayouts)),
    rule("GET", "/differences", Access::May(P::ReadApplications)),
    rule(
        "POST",
        "/differences/{id}/settlement",
        Access::May(P::SettleDifferences),
    ),
    rule("GET", "/institutions", Access::May(P::ReadInstitutions)),
    rule("POST", "/institutions", Access::StepUp(P::ManageInstitutions)),
    rule("GET", "/institutions/new", Access::May(P::ManageInstitutions)),
    rule("GET", "/institutions/imports", Access::May(P::ReadInstitutions)),
    rule("POST", "/institutions/imports", Access::May(P::ManageInstitutions)),
    rule("GET", "/institutions/imports/{id}", Access::May(P::ReadInstitutions)),
    rule(
        "POST",
        "/institutions/imports/{id}/application",
        Access::StepUp(P::ManageInstitutions),
    ),
    rule("GET", "/institutions/{code}", Access::May(P::ReadInstitutions)),
    rule("POST", "/institutions/{code}", Access::StepUp(P::ManageInstitutions)),
    rule("GET", "/institutions/{code}/edit", Access::May(P::ManageInstitutions)),
    rule(
        "GET",
        "/institutions/{code}/retirement",
        Access::May(P::ManageInstitutions),
    ),
    rule(
        "POST",
        "/institutions/{code}/retirement",
        Access::StepUp(P::ManageInstitutions),
    ),
    rule(
        "POST",
        "/institutions/{code}/retirement/withdrawal",
        Access::StepUp(P::ManageInstitutions),
    ),
    rule("GET", "/institutions/stops/new", Access::May(P::ManageInstitutions)),
    rule("POST", "/institutions/stops", Access::May(P::ManageInstitutions)),
    rule(
        "POST",
        "/institutions/stops/{id}/withdrawal",
        Access::May(P::ManageInstitutions),
    ),
    rule("GET", "/holidays", Access::May(P::ReadInstitutions)),
    rule("POST", "/holidays/imports", Access::May(P::ManageInstitutions)),
    rule("GET", "/holidays/imports/{id}", Access::May(P::ReadInstitutions)),
    rule(
        "POST",
        "/holidays/imports/{id}/application",
        Access::StepUp(P::ManageInstitutions),
    ),
    rule("POST", "/holidays/closed-days", Access::StepUp(P::ManageInstitutions)),
    rule(
        "POST",
        "/holidays/closed-days/{id}/end",
        Access::StepUp(P::ManageInstitutions),
    ),
    rule("GET", "/texts", Access::May(P::ReadTexts)),
    rule("GET", "/texts/{name}", Access::May(P::ReadTexts)),
    rule("POST", "/texts/{name}/versions", Access::May(P::EditTexts)),
    rule("GET", "/texts/versions/{id}", Access::May(P::ReadTexts)),
    rule("POST", "/texts/versions/{id}", Access::May(P::EditTexts)),
    rule("POST", "/texts/versions/{id}/proposal", Access::StepUp(P::EditTexts)),
    rule("POST", "/texts/versions/{id}/decision", Access::StepUp(P::ApproveTexts)),
    rule("POST", "/texts/versions/{id}/mails", Access::May(P::EditTexts)),
    rule("GET", "/questions", Access::May(P::ReadTexts)),
    rule("POST", "/questions", Access::May(P::EditTexts)),
    rule("GET", "/questions/{id}", Access::May(P::ReadTexts)),
    rule("POST", "/questions/{id}", Access::May(P::EditTexts)),
    rule("POST", "/questions/{id}/proposal", Access::StepUp(P::EditTexts)),
    rule("POST", "/questions/{id}/decision", Access::StepUp(P::ApproveTexts)),
    rule("POST", "/questions/{id}/retirement", Access::StepUp(P::ApproveTexts)),
    rule("GET", "/improvements", Access::May(P::ReadInquiries)),
    rule("POST", "/improvements", Access::May(P::HandleInquiries)),
    rule("GET", "/improvements/{id}", Access::May(P::ReadInquiries)),
    rule("POST", "/improvements/{id}/decision", Access::May(P::ManageSupport)),
    rule("GET", "/inquiries", Access::May(P::ReadInquiries)),
    rule("POST", "/inquiries", Access::May(P::HandleInquiries)),
    rule("GET", "/inquiries/new", Access::May(P::HandleInquiries)),
    rule("POST", "/inquiries/searches", Access::May(P::ReadInquiries)),
    rule("GET", "/inquiries/handover", Access::May(P::ReadInquiries)),
    rule("GET", "/inquiries/hours", Access::May(P::ReadInquiries)),
    rule("POST", "/inquiries/hours", Access::May(P::ManageSupport)),
    rule("POST", "/inquiries/hours/days", Access::May(P::ManageSupport)),
    rule("GET", "/inquiries/templates", Access::May(P::ReadInquiries)),
    rule("POST", "/inquiries/templates", Access::May(P::ManageSupport)),
    rule("GET", "/inquiries/templates/{id}", Access::May(P::ManageSupport)),
    rule("POST", "/inquiries/templates/{id}", Access::May(P::ManageSupport)),
    rule(
        "POST",
        "/inquiries/templates/{id}/retirement",
        Access::May(P::ManageSupport),
    ),
    rule("GET", "/inquiries/{id}", Access::May(P::ReadInquiries)),
    rule("POST", "/inquiries/{id}/messages", Access::May(P::HandleInquiries)),
    rule("POST", "/inquiries/{id}/files", Access::May(P::HandleInquiries)),
    rule("GET", "/inquiries/{id}/files/{file}", Access::May(P::ReadInquiries)),
    rule("POST", "/inquiries/{id}/handling", Access::May(P::HandleInquiries)),
    rule("POST", "/inquiries/{id}/closing", Access::May(P::HandleInquiries)),
    rule("POST", "/inquiries/{id}/reopening", Access::May(P::HandleInquiries)),
    rule("GET", "/assist", Access::May(P::HandleApplications)),
    rule("POST", "/assist", Access::May(P::HandleApplications)),
    rule("GET", "/assist/{id}", Access::May(P::HandleApplications)),
    rule("POST", "/assist/{id}/hints", Access::May(P::HandleApplications)),
    rule("POST", "/assist/{id}/end", Access::May(P::HandleApplications)),
    rule("GET", "/audit", Access::May(P::ReadAudit)),
    rule("GET", "/audit/export", Access::StepUp(P::ReadAudit)),
    rule("GET", "/audit/checkpoints", Access::May(P::ReadAudit)),
    rule("GET", "/audit/accesses", Access::May(P::ReadAudit)),
    rule("GET", "/alarms", Access::May(P::ReadAlarms)),
    rule("POST", "/alarms/{id}/acknowledgement", Access::May(P::Operate)),
    rule("GET", "/incidents", Access::May(P::ReadIncidents)),
    rule("POST", "/incidents", Access::May(P::HandleIncidents)),
    rule("GET", "/incidents/new", Access::May(P::HandleIncidents)),
    rule("GET", "/incidents/{id}", Access::May(P::ReadIncidents)),
    rule("POST", "/incidents/{id}/notes", Access::May(P::HandleIncidents)),
    rule("POST", "/incidents/{id}/state", Access::May(P::HandleIncidents)),
    rule("POST", "/incidents/{id}/cause", Access::May(P::HandleIncidents)),
    rule("POST", "/incidents/{id}/calls", Access::May(P::HandleIncidents)),
    rule("POST", "/incidents/{id}/measures", Access::May(P::HandleIncidents)),
    rule(
        "POST",
        "/incidents/{id}/measures/{measure}/completion",
        Access::May(P::HandleIncidents),
    ),
    rule("POST", "/incidents/{id}/switch", Access::StepUp(P::SwitchService)),
    rule("POST", "/incidents/{id}/stops", Access::StepUp(P::SwitchService)),
    rule(
        "POST",
        "/incidents/{id}/stops/{closure}/end",
        Access::StepUp(P::SwitchService),
    ),
    rule("GET", "/incidents/{id}/report", Access::May(P::ReadIncidents)),
    rule("GET", "/incidents/{id}/report/word", Access::May(P::ReadIncidents)),
    rule("GET", "/incidents/{id}/accident", Access::May(P::ReportAccidents)),
    rule("POST", "/incidents/{id}/accident", Access::StepUp(P::ReportAccidents)),
    rule(
        "GET",
        "/incidents/{id}/accident/word",
        Access::StepUp(P::ReportAccidents),
    ),
    rule("GET", "/status", Access::May(P::ReadIncidents)),
    rule("GET", "/checks", Access::May(P::ReadIncidents)),
    rule("POST", "/checks", Access::May(P::HandleIncidents)),
    rule("GET", "/procedures", Access::May(P::ReadIncidents)),
    rule("GET", "/procedures/{name}", Access::May(P::ReadIncidents)),
    rule("GET", "/contacts", Access::May(P::ReadIncidents)),
    rule("POST", "/contacts", Access::May(P::ManageContacts)),
    rule("POST", "/contacts/{id}/removal", Access::May(P::ManageContacts)),
    rule("GET", "/permissions", Access::Own),
    rule("GET", "/staff", Access::May(P::ManageStaff)),
    rule("POST", "/staff", Access::StepUp(P::ManageStaff)),
    rule("GET", "/staff/new", Access::May(P::ManageStaff)),
    rule("GET", "/staff/scopes", Access::May(P::ManageStaff)),
    rule("GET", "/staff/{id}", Access::May(P::ManageStaff)),
    rule("POST", "/staff/{id}", Access::StepUp(P::ManageStaff)),
    rule("POST", "/staff/{id}/invitation", Access::StepUp(P::ManageStaff)),
    rule("POST", "/staff/{id}/suspension", Access::StepUp(P::ManageStaff)),
    rule("POST", "/staff/{id}/reinstatement", Access::StepUp(P::ManageStaff)),
    rule("POST", "/staff/{id}/sign-out", Access::StepUp(P::ManageStaff)),
    rule("POST", "/staff/{id}/trainings", Access::May(P::ManageStaff)),
];

const fn item(path: &'static str, label: &'static str, needs: Option<P>) -> NavItem {
    NavItem { path, label, needs }
}

const NAV: &[NavItem] = &[
    item("/", "ホーム", None),
    item("/applications", "受付結果", Some(P::ReadApplications)),
    item("/differences", "照合・要対応", Some(P::ReadApplications)),
    item("/inquiries", "問合せ", Some(P::ReadInquiries)),
    item("/deliveries", "還元データ", Some(P::ReadDeliveries)),
    item("/institutions", "金融機関・休止の予定", Some(P::ReadInstitutions)),
    item("/holidays", "営業日と休日", Some(P::ReadInstitutions)),
    item("/texts", "文面", Some(P::ReadTexts)),
    item("/questions", "回答から作る質問", Some(P::ReadTexts)),
    item("/alarms", "警報", Some(P::ReadAlarms)),
    item("/incidents", "障害・連絡", Some(P::ReadIncidents)),
    item("/status", "稼働状況", Some(P::ReadIncidents)),
    item("/audit", "操作記録", Some(P::ReadAudit)),
    item("/staff", "職員", Some(P::ManageStaff)),
    item("/permissions", "権限の表", None),
    item("/account", "自分の設定", None),
];

/// Rules and navigation of the console.
pub const PLAN: Plan = Plan { rules: RULES, nav: NAV };

/// The console's routes, one line per feature.
pub fn console_routes(cfg: &mut ServiceConfig) {
    cfg.configure(accounts::routes)
        .configure(today::routes)
        .configure(enrolment::desk_routes)
        .configure(inquiries::desk_routes)
        .configure(assist::desk_routes)
        .configure(deliveries::routes)
        .configure(reconciliation::desk_routes)
        .configure(institutions::desk_routes)
        .configure(texts::routes)
        .configure(trail::routes)
        .configure(operations::desk_routes)
        .configure(incidents::routes)
        .configure(contacts::routes)
        .route("/assets/{file}", web::get().to(pages::asset))
        .route("/favicon.ico", web::get().to(pages::favicon));
}

/// Why the console cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    #[error("console.url = {0:?} can be no relying party of passkeys: name a host")]
    Relying(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Serves the console on an already bound socket, with TLS when a certificate is given.
pub fn serve_console(
    workspace: Workspace,
    settings: Console,
    socket: TcpListener,
    certificate: Option<Arc<Certificate>>,
) -> Result<Server, ConsoleError> {
    let relying = Relying::new(&settings, &workspace.settings.bureau);
    let relying = Data::new(relying.map_err(|_| ConsoleError::Relying(settings.url.clone()))?);
    let site = Data::new(Site::console(&workspace.settings, &settings));
    let networks = Data::new(Networks(settings.networks.clone()));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(site.clone())
            .app_data(relying.clone())
            .app_data(networks.clone())
            .app_data(Data::new(PLAN))
            .app_data(Data::new(workspace.clone()))
            .app_data(PayloadConfig::new(super::LARGEST_BODY))
            .wrap(Compress::default())
            .wrap(from_fn(accounts::gate))
            .wrap(IdentityMiddleware::default())
            .wrap(sessions(&workspace, &site))
            .wrap(from_fn(pages::same_origin_only))
            .wrap(from_fn(pages::no_nul))
            .wrap(from_fn(pages::render_errors))
            .wrap(from_fn(pages::listed_networks_only))
            .wrap(from_fn(pages::headers))
            .wrap(from_fn(pages::access_log))
            .configure(console_routes)
    })
    .workers(2)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .shutdown_timeout(20)
    .disable_signals();
    let bound = match certificate {
        None => server.listen(socket)?,
        Some(certificate) => {
            let tls = pages::server_config(certificate).map_err(std::io::Error::other)?;
            server.listen_rustls_0_23(socket, tls)?
        }
    };
    Ok(bound.run())
}

/// Every flag of the cookie is said here, none is left to a default.
fn sessions(workspace: &Workspace, site: &Site) -> SessionMiddleware<Sessions> {
    let keys = &workspace.keys;
    let key = [keys.derive("console cookie 1"), keys.derive("console cookie 2")].concat();
    SessionMiddleware::builder(Sessions(workspace.clone()), Key::from(&key))
        .cookie_name(site.cookie_name("staff"))
        .cookie_path("/".into())
        .cookie_secure(site.url.starts_with("https://"))
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Private)
        .build()
}
