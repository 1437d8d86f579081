//! The handlers of the enrolment, a file per part of the journey.
mod assist;
mod check;
mod handoff;
mod lookup;
mod machine;
mod result;
mod start;
mod step_data;
mod steps;
mod timeout;
mod visitor;

use actix_web::web::{ServiceConfig, get, head, post, resource};

/// Every route of the enrolment.
pub fn routes(cfg: &mut ServiceConfig) {
    // Before `/apply/{step}`, which takes every other word.
    cfg.configure(assist::routes)
        .service(
            resource("/")
                .route(get().to(start::index))
                .route(head().to(start::index))
                .route(post().to(start::create)),
        )
        .service(resource("/apply/resume").route(get().to(start::resume)))
        .service(resource("/apply/again").route(post().to(start::again)))
        .service(resource("/apply/extend").route(post().to(timeout::extend)))
        .service(
            resource("/apply/timeout")
                .route(get().to(timeout::show))
                .route(post().to(timeout::resume)),
        )
        .service(resource("/apply/branches").route(get().to(steps::branches)))
        .service(
            resource("/apply/check")
                .route(get().to(check::show))
                .route(post().to(check::submit)),
        )
        .service(
            resource("/apply/handoff")
                .route(get().to(handoff::show))
                .route(post().to(handoff::retry)),
        )
        .service(
            resource("/apply/paper")
                .route(get().to(check::paper))
                .route(post().to(check::to_paper)),
        )
        .service(
            resource("/apply/{step}")
                .route(get().to(steps::show))
                .route(post().to(steps::update)),
        )
        .service(
            resource("/gateway/{gateway}/return")
                .route(get().to(machine::return_by_get))
                .route(post().to(machine::return_by_post)),
        )
        .service(resource("/gateway/{gateway}/push").route(post().to(machine::push)))
        .service(resource("/result").route(get().to(result::show)))
        .service(resource("/result/check").route(post().to(result::check_now)))
        .service(resource("/result/print").route(get().to(result::print)))
        .service(
            resource("/receipt")
                .route(get().to(lookup::new))
                .route(post().to(lookup::create)),
        )
        .service(
            resource("/status/{code}")
                .route(get().to(lookup::one_time))
                .route(post().to(lookup::use_one_time)),
        );
}
