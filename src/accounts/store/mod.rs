//! The tables of the accounts: people and roles, passkeys and challenges, ways in, sign-ins.
mod keys;
mod people;
mod sessions;
mod ways_in;

pub use keys::{Ceremony, begin_ceremony, forget_ceremonies, take_ceremony};
pub use keys::{Key, NewKey, add_key, key_of_credential, keys_of, mark_used, rename_key, revoke_all_keys, revoke_key};
pub use people::{
    NewPerson, Person, Training, add_person, add_training, count_keys, everybody, find, find_by_code, grant, has_key,
    is_administered_without, lock, name_of, names_of, raise_epoch, revoke, role_history, roles_of, set_active,
    trainings_of, update_person,
};
pub use sessions::{
    NewSession, Session, adopt_key, begin, by_key, confirm, end, end_all, end_others, forget_key, living,
    replace_state, seen, sessions_of,
};
pub use ways_in::{WayIn, WayInKind, invitations_after_a_key, open_codes, open_way_in, replace_codes, use_way_in};
