//! Running the service: the ops listener (health, figures), the probe ledger, the watch over thresholds, the doctor.
//!
//! Names every feature it watches; nothing names it.
mod checks;
mod desk;
mod doctor;
mod figures;
mod forgetting;
mod logbook;
mod probe;
mod status;
mod store;
mod views;
mod watch;

pub use desk::routes as desk_routes;
pub use doctor::{Check, Verdict, examine};
pub use figures::start_recorder;
pub use logbook::{inspect as inspect_logs, sealed_files};
pub use probe::{Availability, availability};

use crate::{
    institutions,
    jobs::{self, Handler, schedule::Standing},
    web::Error,
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig, get, head, resource},
};

/// The ops listener: for this machine's monitoring, never for citizens.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(resource("/healthz").route(get().to(healthz)).route(head().to(healthz)))
        .service(resource("/readyz").route(get().to(readyz)).route(head().to(readyz)))
        .service(resource("/metrics").route(get().to(metrics)));
}

/// `GET /healthz`: the process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the process can do its work: the database answers and takes a write.
async fn readyz(workspace: Data<Workspace>) -> Result<&'static str, Error> {
    let now = workspace.clock.now();
    workspace
        .db
        .read(move |conn| institutions::Openings::read(conn, now).map(drop))
        .await?;
    workspace
        .db
        .write(move |conn| Ok::<_, Error>(jobs::touch(conn, now)?))
        .await?;
    if workspace.log_health.is_failing() {
        return Err(Error::Internal("the log files cannot be written".into()));
    }
    Ok("ready\n")
}

/// `GET /metrics`: Prometheus text.
async fn metrics(workspace: Data<Workspace>) -> Result<HttpResponse, Error> {
    let text = figures::render(&workspace).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}

pub fn handlers(workspace: &Workspace) -> Vec<(&'static str, Handler)> {
    vec![
        probe::handler(workspace),
        watch::handler(workspace),
        logbook::handler(workspace),
        forgetting::handler(workspace),
        status::handler(workspace),
    ]
}

/// What comes again by itself.
pub fn standing() -> [Standing; 5] {
    [
        probe::STANDING,
        watch::STANDING,
        logbook::STANDING,
        forgetting::STANDING,
        status::STANDING,
    ]
}
