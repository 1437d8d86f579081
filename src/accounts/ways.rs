//! One-time ways in: invitations and recovery codes. Both let their holder enrol a key, once.
use super::{
    Role,
    store::{self, WayIn, WayInKind},
};
use crate::{
    audit::{self, Actor},
    crypto::{KeyRing, random_code},
    db::{Conn, one_at_a_time},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// An invitation waits so long.
pub const INVITATION: Duration = Duration::hours(72);
/// So long a person reads that they were invited once more.
const TOLD: Duration = Duration::days(30);
/// Codes on a recovery sheet.
const CODES: usize = 8;
/// 28 characters of 32 are 140 bits. Without 0 1 I O, so that a printed one can be typed.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 28;

/// The stored form of a token.
pub fn blind(workspace: &Workspace, token: &str) -> String {
    workspace.keys.blind("ways_in.token", token)
}

/// A code as people type it: any case, full or half width, with spaces and hyphens.
pub fn read_code(typed: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain = typed.nfkc().flat_map(char::to_uppercase);
    plain.filter(|c| c.is_ascii_alphanumeric()).take(64).collect()
}

/// A code in groups of seven, for paper.
pub fn grouped(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = characters.chunks(7).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// Invites a person: voids an older invitation and gives the token, which is nowhere else.
pub fn invite(
    conn: &mut Conn,
    workspace: &Workspace,
    staff_id: &str,
    actor: Actor,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let token = random_code(ALPHABET, LENGTH);
    let way = WayIn {
        token: blind(workspace, &token),
        kind: WayInKind::Invitation,
        staff_id: staff_id.to_owned(),
        created_by: actor.word().into_owned(),
        created_at: now,
        expires_at: Some(now + INVITATION),
    };
    store::replace_codes(conn, staff_id, WayInKind::Invitation, &[way], now)?;
    let detail = if can_come_in(conn, staff_id)? { "again" } else { "" };
    audit::record(conn, now, actor, "staff.invited", &format!("staff/{staff_id}"), detail)?;
    Ok(token)
}

/// Whether a person has a key or a recovery code, so that an invitation would replace what they have.
pub fn can_come_in(conn: &mut Conn, staff_id: &str) -> Result<bool, Error> {
    Ok(!store::keys_of(conn, staff_id)?.is_empty() || store::open_codes(conn, staff_id)? > 0)
}

/// Stops a key of a person; `false` when it is the last way in. The caller ends what was begun with it, as whoever found
/// the key may have signed in by it, and writes the audit entries.
pub fn revoke_key(conn: &mut Conn, staff_id: &str, key: &str, now: NaiveDateTime) -> Result<bool, Error> {
    // The person's row first: two revocations at once would each leave the other's key.
    store::lock(conn, staff_id)?;
    let keys = store::keys_of(conn, staff_id)?;
    if !keys.iter().any(|own| own.id == key) {
        return Err(Error::NotFound);
    }
    if keys.len() < 2 && store::open_codes(conn, staff_id)? == 0 {
        return Ok(false);
    }
    Ok(store::revoke_key(conn, staff_id, key, now)?)
}

/// Uses up the way in of a blind token, for a key that is about to be written; `false` when it is none, or somebody was
/// faster. Whoever comes in by an invitation takes the place of whoever holds the older keys: they are void from here on,
/// so that nobody becomes somebody else without that person noticing.
pub fn use_up(conn: &mut Conn, token: &str, address: &str, now: NaiveDateTime) -> Result<bool, Error> {
    let Some(way) = store::open_way_in(conn, token, now)? else {
        return Ok(false);
    };
    // The person's row first: a key that is added at this moment is an older one.
    store::lock(conn, &way.staff_id)?;
    if !store::use_way_in(conn, token, now)? {
        return Ok(false);
    }
    if way.kind == WayInKind::Invitation && can_come_in(conn, &way.staff_id)? {
        void_all(conn, &way.staff_id, now)?;
        let (id, detail) = (way.staff_id.as_str(), format!("by {}", way.created_by));
        let actor = Actor::Staff { id, address };
        audit::record(conn, now, actor, "staff.keys_replaced", &format!("staff/{id}"), &detail)?;
    }
    Ok(true)
}

/// Everything by which a person came in so far: sessions, keys, codes, invitations.
fn void_all(conn: &mut Conn, staff_id: &str, now: NaiveDateTime) -> Result<(), Error> {
    store::raise_epoch(conn, staff_id)?;
    store::end_all(conn, staff_id, now)?;
    store::revoke_all_keys(conn, staff_id, now)?;
    for kind in WayInKind::ALL {
        store::replace_codes(conn, staff_id, *kind, &[], now)?;
    }
    Ok(())
}

/// An invitation of somebody who had enrolled a key before.
pub struct InvitedAgain {
    /// The name of who made it, or the word of an actor.
    pub by: String,
    pub at: NaiveDateTime,
    /// When a key was enrolled by it.
    pub used_at: Option<NaiveDateTime>,
}

/// The invitations of the last 30 days of which a person must know, newest first. There is no way to put them away: who
/// came in by one of them would be the first to do it.
pub fn invited_again(
    conn: &mut Conn,
    keys: &KeyRing,
    staff_id: &str,
    now: NaiveDateTime,
) -> Result<Vec<InvitedAgain>, Error> {
    let mut again = vec![];
    for (by, at, used_at) in store::invitations_after_a_key(conn, staff_id, now - TOLD)? {
        again.push(InvitedAgain {
            by: audit::actor_label(&store::name_of(conn, keys, &by)?).to_owned(),
            at,
            used_at,
        });
    }
    Ok(again)
}

/// Lets a person in no more, from the next request on: sessions, keys, codes and invitations are void. `false` when
/// nobody else would administer the staff. The caller writes the audit entry.
pub fn suspend(conn: &mut Conn, staff_id: &str, now: NaiveDateTime) -> Result<bool, Error> {
    // Two administrators must not suspend each other at the same moment.
    one_at_a_time(conn, "accounts.administrators")?;
    store::find(conn, staff_id)?;
    let administers = store::roles_of(conn, staff_id)?.contains(&Role::Administrator);
    if administers && !store::is_administered_without(conn, staff_id)? {
        return Ok(false);
    }
    store::set_active(conn, staff_id, false, now)?;
    void_all(conn, staff_id, now)?;
    Ok(true)
}

/// Lets a suspended person in again, by a new invitation. The caller writes the audit entry.
pub fn reinstate(conn: &mut Conn, staff_id: &str, now: NaiveDateTime) -> Result<(), Error> {
    store::find(conn, staff_id)?;
    store::set_active(conn, staff_id, true, now)?;
    Ok(())
}

/// Fresh recovery codes in place of the old ones; shown once, to be printed.
pub fn renew_codes(
    conn: &mut Conn,
    workspace: &Workspace,
    staff_id: &str,
    now: NaiveDateTime,
) -> Result<Vec<String>, Error> {
    let codes: Vec<String> = (0..CODES).map(|_| random_code(ALPHABET, LENGTH)).collect();
    let fresh: Vec<WayIn> = codes
        .iter()
        .map(|code| WayIn {
            token: blind(workspace, code),
            kind: WayInKind::Recovery,
            staff_id: staff_id.to_owned(),
            created_by: format!("staff/{staff_id}"),
            created_at: now,
            expires_at: None,
        })
        .collect();
    store::replace_codes(conn, staff_id, WayInKind::Recovery, &fresh, now)?;
    Ok(codes)
}

/// An audit entry of what a person did about themselves before a session exists.
pub fn record_own(
    conn: &mut Conn,
    now: NaiveDateTime,
    staff_id: &str,
    action: &str,
    address: &str,
) -> Result<(), Error> {
    let subject = format!("staff/{staff_id}");
    let actor = Actor::Staff { id: staff_id, address };
    Ok(audit::record(conn, now, actor, action, &subject, "")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = random_code(ALPHABET, LENGTH);
        assert_eq!(read_code(&grouped(&code)), code);
        assert_eq!(read_code(&format!(" {} ", grouped(&code).to_lowercase())), code);
        assert_eq!(read_code("ＡＢ－２３"), "AB23");
    }
}
