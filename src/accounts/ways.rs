//! One-time ways in: invitations and recovery codes. Both let their holder enrol a key, once.
use super::{
    Role,
    store::{self, WayIn, WayInKind},
};
use crate::{
    audit::{self, Actor},
    crypto::random_code,
    db::{Conn, one_at_a_time},
    web::Error,
    workspace::Workspace,
};
use chrono::{Duration, NaiveDateTime};

/// An invitation waits so long.
pub const INVITATION: Duration = Duration::hours(72);
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
    audit::record(conn, now, actor, "staff.invited", &format!("staff/{staff_id}"), "")?;
    Ok(token)
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
    store::raise_epoch(conn, staff_id)?;
    store::end_all(conn, staff_id, now)?;
    store::revoke_all_keys(conn, staff_id, now)?;
    for kind in WayInKind::ALL {
        store::replace_codes(conn, staff_id, *kind, &[], now)?;
    }
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
