//! The console's side of the deliveries: the files, and the studio in which their layout is made.
mod compare;
mod deliveries;
mod layouts;
mod studio;
mod trial;

pub use compare::Outcome;
pub use deliveries::{FullDelivery, Loaded};

use actix_web::web::{ServiceConfig, get, post};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/deliveries", get().to(deliveries::index))
        .route("/deliveries", post().to(deliveries::create))
        .route("/deliveries/{no}", get().to(deliveries::show))
        .route("/deliveries/{no}/file", get().to(deliveries::file))
        .route("/deliveries/{no}/report", get().to(deliveries::report))
        .route("/deliveries/{no}/encrypted", post().to(deliveries::encrypted))
        .route("/deliveries/{no}/reissues", post().to(deliveries::reissue))
        .route("/layouts", get().to(layouts::index))
        .route("/layouts", post().to(layouts::create))
        .route("/layouts/{id}", get().to(layouts::show))
        .route("/layouts/{id}", post().to(layouts::update))
        .route("/layouts/{id}/columns", post().to(layouts::columns))
        .route("/layouts/{id}/columns/{place}", get().to(layouts::edit_column))
        .route("/layouts/{id}/columns/{place}", post().to(layouts::update_column))
        .route("/layouts/{id}/text", post().to(layouts::update_text))
        .route("/layouts/{id}/comparison", post().to(compare::show))
        .route("/layouts/{id}/proposal", post().to(layouts::propose))
        .route("/layouts/{id}/decision", post().to(layouts::decide));
}
