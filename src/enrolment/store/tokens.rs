use crate::{
    crypto::KeyRing,
    db::{Conn, application_tokens},
    enrolment::form::Details,
    japan::kana,
};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// Kana prefixes up to this length can be searched.
const LONGEST_PREFIX: usize = 6;

/// Writes the blind tokens by which staff find an application: phone numbers and kana prefixes. Replaces older ones.
pub fn index_application(conn: &mut Conn, keys: &KeyRing, id: &str, details: &Details) -> QueryResult<()> {
    diesel::delete(application_tokens::table.filter(application_tokens::application_id.eq(id))).execute(conn)?;
    let mut tokens = BTreeSet::new();
    for phone in details.contact.phones() {
        tokens.insert(("phone", keys.blind("applications.phone", phone)));
    }
    for prefix in kana::prefixes(&details.user.kana, LONGEST_PREFIX) {
        tokens.insert(("kana", keys.blind("applications.kana", &prefix)));
    }
    for (kind, token) in tokens {
        diesel::insert_into(application_tokens::table)
            .values((
                application_tokens::application_id.eq(id),
                application_tokens::kind.eq(kind),
                application_tokens::token.eq(token),
            ))
            .execute(conn)?;
    }
    Ok(())
}
