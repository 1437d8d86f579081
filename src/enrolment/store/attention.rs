//! Which decided applications a person must look at.
use crate::{
    db::{Conn, applications},
    enrolment::states::Attention,
};
use diesel::prelude::*;

/// Adds a reason to those that stand there: each asks for something else of whoever looks.
pub fn call_attention(conn: &mut Conn, id: &str, why: Attention) -> QueryResult<()> {
    let row = applications::table.find(id);
    let said: Option<String> = row.select(applications::attention).first(conn)?;
    let mut all = reasons(said.as_deref());
    if all.contains(&why) {
        return Ok(());
    }
    all.push(why);
    let words: Vec<&str> = all.iter().map(|why| why.as_str()).collect();
    diesel::update(row)
        .set(applications::attention.eq(words.join(" ")))
        .execute(conn)
        .map(drop)
}

/// What is kept, as reasons: their words with spaces between.
pub fn reasons(said: Option<&str>) -> Vec<Attention> {
    said.unwrap_or_default()
        .split(' ')
        .filter_map(Attention::from_word)
        .collect()
}

/// Somebody has looked; `false` when nobody needed to.
pub fn attend(conn: &mut Conn, id: &str) -> QueryResult<bool> {
    let waiting = applications::table.filter(applications::id.eq(id).and(applications::attention.is_not_null()));
    let seen = diesel::update(waiting)
        .set(applications::attention.eq(None::<String>))
        .execute(conn)?;
    Ok(seen == 1)
}
