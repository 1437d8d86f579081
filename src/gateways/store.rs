use crate::db::{Conn, Portable, gateway_nonces};
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;

/// Remembers a nonce; `false` when it was seen before (a replay).
pub fn is_fresh_nonce(conn: &mut Conn, gateway: &str, nonce: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let insert = diesel::insert_into(gateway_nonces::table)
        .values((
            gateway_nonces::gateway.eq(gateway),
            gateway_nonces::nonce.eq(nonce),
            gateway_nonces::seen_at.eq(now),
        ))
        .on_conflict((gateway_nonces::gateway, gateway_nonces::nonce))
        .do_nothing();
    Ok(Portable(insert).execute(conn)? == 1)
}

/// A message older than 10 minutes is refused anyway, so nonces need not be kept longer than 30.
pub fn forget_old_nonces(conn: &mut Conn, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(gateway_nonces::table.filter(gateway_nonces::seen_at.lt(now - Duration::minutes(30)))).execute(conn)
}
