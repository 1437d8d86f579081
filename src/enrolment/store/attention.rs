//! Which decided applications a person must look at.
use crate::{
    db::{Conn, applications},
    enrolment::states::Attention,
};
use diesel::prelude::*;

pub fn call_attention(conn: &mut Conn, id: &str, why: Attention) -> QueryResult<()> {
    diesel::update(applications::table.find(id))
        .set(applications::attention.eq(why.as_str()))
        .execute(conn)
        .map(drop)
}

/// Somebody has looked; `false` when nobody needed to.
pub fn attend(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    let waiting = applications::table.filter(applications::id.eq(id).and(applications::attention.is_not_null()));
    let seen = diesel::update(waiting)
        .set(applications::attention.eq(None::<String>))
        .execute(conn)?;
    Ok(seen == 1)
}
