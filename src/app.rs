//! What a running app is: the route table, the guards around it, its listeners and its jobs.
mod console;
mod rules;
mod tables;
mod training;

pub use console::{ConsoleError, console_routes, serve_console};
pub use rules::PLAN as CONSOLE_PLAN;
pub use tables::{JOBS, draw as draw_table};
pub use training::{ENGINE, Face, serve_training};

use crate::{
    backups,
    db::Conn,
    deliveries, enrolment, guides, incidents, inquiries, institutions,
    jobs::{Handlers, Runner, schedule::Planner},
    notices, operations, outages, reconciliation, texts, trail, web as pages,
    web::{Certificate, Error},
    workspace::Workspace,
};
use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    web::{self, Data, PayloadConfig, ServiceConfig},
};
use std::{net::TcpListener, sync::Arc, time::Duration};

/// The public listener's routes, one line per feature.
pub fn public_routes(cfg: &mut ServiceConfig) {
    cfg.configure(enrolment::routes)
        .configure(guides::routes)
        .configure(inquiries::routes)
        .route("/assets/{file}", web::get().to(pages::asset))
        .route("/favicon.ico", web::get().to(pages::favicon));
}

/// Larger than any form; the form reader's own limit answers with a page.
const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// Data and routes of the public application.
pub fn configure_public(workspace: Workspace) -> impl FnOnce(&mut ServiceConfig) {
    move |cfg| {
        cfg.app_data(Data::from(workspace.site.clone()))
            .app_data(Data::new(workspace))
            .app_data(PayloadConfig::new(LARGEST_BODY))
            .configure(public_routes);
    }
}

/// Serves the public listener on an already bound socket, with TLS when a certificate is given.
pub fn serve_public(
    workspace: Workspace,
    socket: TcpListener,
    certificate: Option<Arc<Certificate>>,
) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let site = Data::from(workspace.site.clone());
        App::new()
            .app_data(site)
            .wrap(Compress::default())
            .wrap(from_fn(pages::same_origin_only))
            .wrap(from_fn(pages::no_nul))
            .wrap(from_fn(pages::render_errors))
            .wrap(from_fn(pages::headers))
            .wrap(from_fn(pages::access_log))
            .configure(configure_public(workspace.clone()))
    })
    .workers(2)
    // A client must send its header within this time (S16).
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

/// Serves the ops listener: health and figures, for this machine alone.
pub fn serve_ops(workspace: Workspace, socket: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::from(workspace.site.clone()))
            .app_data(Data::new(workspace.clone()))
            .wrap(from_fn(pages::render_errors))
            .wrap(from_fn(pages::headers))
            .configure(operations::routes)
    });
    let server = server
        .workers(1)
        .client_request_timeout(Duration::from_secs(5))
        .disable_signals();
    Ok(server.listen(socket)?.run())
}

/// Every job's handler.
pub fn handlers(workspace: &Workspace) -> Handlers {
    let notices = notices::handlers(workspace).into_iter();
    notices
        .chain(enrolment::handlers(workspace))
        .chain(reconciliation::handlers(workspace))
        .chain(operations::handlers(workspace))
        .chain(incidents::handlers(workspace))
        .chain(outages::handlers(workspace))
        .chain(deliveries::handlers(workspace))
        .chain(trail::handlers(workspace))
        .chain(backups::handlers(workspace))
        .chain(inquiries::handlers(workspace))
        .collect()
}

/// The worker that runs a workspace's jobs.
pub fn runner(workspace: &Workspace) -> Runner {
    Runner::new(
        workspace.db.clone(),
        workspace.clock.clone(),
        handlers(workspace),
        workspace.jobs.clone(),
    )
}

/// What plans a workspace's standing work.
pub fn planner(workspace: &Workspace) -> Planner {
    let standing = enrolment::standing()
        .into_iter()
        .chain(reconciliation::standing())
        .chain(operations::standing())
        .chain(incidents::standing())
        .chain(outages::standing())
        .chain(deliveries::standing(workspace))
        .chain(trail::standing())
        .chain(backups::standing(workspace))
        .chain(inquiries::standing());
    Planner::new(
        workspace.db.clone(),
        workspace.clock.clone(),
        standing.collect(),
        workspace.jobs.clone(),
    )
}

/// Brings a fresh database into shape: the tables that ship with the program.
pub async fn prepare(workspace: &Workspace) -> Result<(), Error> {
    let now = workspace.clock.now();
    let world = workspace.clone();
    let write = move |conn: &mut Conn| {
        // What a stricter program no longer takes stops the start, not a page.
        texts::items_in_use(conn, &world, now).map_err(|e| Error::Internal(e.to_string()))?;
        institutions::seed_when_empty(conn).map_err(|e| Error::Internal(e.to_string()))?;
        deliveries::seed_when_empty(conn, now)
    };
    workspace.db.write(write).await
}
