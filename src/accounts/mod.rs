//! The bureau's people: passkeys, sessions, roles, and the gate before every page of the console (NS 認証, KS17–19).
mod ceremonies;
mod denials;
mod gate;
mod pages;
mod periods;
mod roles;
mod sessions;
mod staff;
mod store;
mod versions;
mod views;
mod ways;

pub use ceremonies::{Holder, Relying};
pub use gate::{Access, NavItem, Plan, Rule, SAYS_POLLING, UNATTENDED, ask_for_proof, gate, is_polling};
pub use pages::{
    people::{add as add_person, record_training},
    sign_in::practise,
};
pub use roles::{Permission, Role, TABLE as PERMISSIONS, allows, columns as columns_of_permissions, table_in_markdown};
pub use sessions::Sessions;
pub use staff::{STEP_UP, Staff, is_code};
pub use store::{Person, count_keys, everybody, find_by_code, has_key, name_of, names_of, roles_of};
pub use versions::{DAY_IS_OVER, DAY_TO_COME, Verdict, VersionState};
pub use views::{
    ConsolePage, PersonForm, decision, heading, invited_again as told_of_invitations, names as role_names,
    only_waiting, refusal,
};
pub use ways::{InvitedAgain, can_come_in, invite, invited_again, reinstate, suspend};

use actix_web::web::{ServiceConfig, get, post};
use pages::{account, enrolment, people, sign_in};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/sign-in", get().to(sign_in::new))
        .route("/sign-in/options", post().to(sign_in::options))
        .route("/sign-in/answer", post().to(sign_in::create))
        .route("/sign-in/code", get().to(sign_in::code))
        .route("/sign-in/code", post().to(sign_in::use_code))
        .route("/sign-out", post().to(sign_in::destroy))
        .route("/proof/options", post().to(sign_in::proof_options))
        .route("/proof/answer", post().to(sign_in::prove))
        .route("/enrolments/{token}", get().to(enrolment::show))
        .route("/enrolments/{token}/options", post().to(enrolment::options))
        .route("/enrolments/{token}/answer", post().to(enrolment::create))
        .route("/account", get().to(account::show))
        .route("/account/keys/options", post().to(enrolment::own_options))
        .route("/account/keys/answer", post().to(enrolment::own_create))
        .route("/account/keys/{id}", post().to(account::rename_key))
        .route("/account/keys/{id}/revocation", post().to(account::revoke_key))
        .route("/account/codes", post().to(account::renew_codes))
        .route("/account/sessions/end", post().to(account::end_all))
        .route("/account/sessions/{id}/end", post().to(account::end_session))
        .route("/permissions", get().to(people::permissions))
        .route("/staff", get().to(people::index))
        .route("/staff", post().to(people::create))
        .route("/staff/new", get().to(people::new))
        .route("/staff/scopes", get().to(people::scopes))
        .route("/staff/{id}", get().to(people::show))
        .route("/staff/{id}", post().to(people::update))
        .route("/staff/{id}/invitation", post().to(people::invite))
        .route("/staff/{id}/keys/{key}/revocation", post().to(people::revoke_key))
        .route("/staff/{id}/suspension", post().to(people::suspend))
        .route("/staff/{id}/reinstatement", post().to(people::reinstate))
        .route("/staff/{id}/sign-out", post().to(people::sign_out))
        .route("/staff/{id}/trainings", post().to(people::add_training));
}
