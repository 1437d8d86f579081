//! The staff's listener: its routes and its guards. What each route needs stands in `rules.rs`.
use super::rules::PLAN;
use crate::{
    accounts::{self, Plan, Relying, Sessions},
    assist,
    config::Console,
    contacts, deliveries, enrolment, incidents, inquiries, institutions, manuals, operations, outages, papers,
    promotion, reconciliation,
    tasks::{self, Kinds},
    texts, today, trail,
    training::{self, Doors},
    web as pages,
    web::{Certificate, Networks, Site},
    workspace::Workspace,
};
use actix_identity::IdentityMiddleware;
use actix_session::{SessionMiddleware, config::CookieContentSecurity};
use actix_web::{
    App, HttpServer,
    body::MessageBody,
    cookie::{Key, SameSite},
    dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig, ServiceConfig},
};
use std::{net::TcpListener, sync::Arc, time::Duration};

/// The console's routes, one line per feature.
pub fn console_routes(cfg: &mut ServiceConfig) {
    cfg.configure(accounts::routes)
        .configure(today::routes)
        .configure(enrolment::desk_routes)
        .configure(inquiries::desk_routes)
        .configure(assist::desk_routes)
        .configure(deliveries::routes)
        .configure(tasks::routes)
        .configure(reconciliation::desk_routes)
        .configure(institutions::desk_routes)
        .configure(texts::routes)
        .configure(trail::routes)
        .configure(operations::desk_routes)
        .configure(incidents::routes)
        .configure(outages::routes)
        .configure(papers::routes)
        .configure(contacts::routes)
        .configure(training::routes)
        .configure(manuals::routes)
        .configure(promotion::routes)
        .route("/assets/{file}", web::get().to(pages::asset))
        .route("/favicon.ico", web::get().to(pages::favicon));
}

/// Long work that staff may ask for.
static TASKS: &[&tasks::Kind] = &[&deliveries::CLOSING, &deliveries::REISSUING, &trail::CHECKING];

/// Why the console cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    #[error("console.url = {0:?} can be no relying party of passkeys: name a host")]
    Relying(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Whose console it is, and what its pages are made with.
#[derive(Clone)]
pub(super) struct Parts {
    pub workspace: Workspace,
    pub site: Data<Site>,
    pub relying: Data<Relying>,
    pub networks: Data<Networks>,
    pub plan: Plan,
    /// The classes, where a trainer leads them, or why there are none.
    pub doors: Doors,
}

/// The console with its guards.
pub(super) fn console_app(
    parts: Parts,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let app = App::new()
        .app_data(parts.site.clone())
        .app_data(parts.relying.clone())
        .app_data(parts.networks.clone())
        .app_data(Data::new(parts.plan))
        .app_data(Data::new(manuals::Tables(super::draw_table)))
        .app_data(Data::new(Kinds(TASKS)))
        .app_data(Data::new(texts::Controls(enrolment::as_asked)))
        .app_data(Data::new(parts.workspace.clone()))
        .app_data(PayloadConfig::new(super::LARGEST_BODY));
    let app = match parts.doors {
        Doors::Open(school) => app.app_data(Data::new(school)),
        Doors::Closed(why) => app.app_data(Data::new(why)),
        Doors::None => app,
    };
    app.wrap(Compress::default())
        .wrap(from_fn(accounts::gate))
        .wrap(IdentityMiddleware::default())
        .wrap(sessions(&parts.workspace, &parts.site))
        .wrap(from_fn(pages::same_origin_only))
        .wrap(from_fn(pages::no_nul))
        .wrap(from_fn(pages::render_errors))
        .wrap(from_fn(pages::listed_networks_only))
        .wrap(from_fn(pages::headers))
        .wrap(from_fn(pages::access_log))
        .configure(console_routes)
}

/// Serves the console on an already bound socket, with TLS when a certificate is given. `doors` are those of the
/// practice site.
pub fn serve_console(
    workspace: Workspace,
    settings: Console,
    socket: TcpListener,
    certificate: Option<Arc<Certificate>>,
    doors: Doors,
) -> Result<Server, ConsoleError> {
    let relying = Relying::new(&settings, &workspace.settings.bureau);
    let relying = relying.map_err(|_| ConsoleError::Relying(settings.url.clone()))?;
    let parts = Parts {
        site: Data::new(Site {
            practice_entrance: match &doors {
                Doors::Open(school) => Some(format!("{}/training/", school.addresses().console)),
                _ => None,
            },
            ..Site::console(&workspace.settings, &settings)
        }),
        relying: Data::new(relying),
        networks: Data::new(Networks(settings.networks.clone())),
        plan: PLAN,
        doors,
        workspace,
    };
    let server = HttpServer::new(move || console_app(parts.clone()))
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
