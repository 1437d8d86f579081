//! Statements that both databases understand though diesel's common dialect leaves them out (`on_conflict`).
use super::{Conn, MultiBackend};
use diesel::{
    QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sqlite::Sqlite,
};

/// `Portable(insert_into(t).values(v).on_conflict(c).do_nothing()).execute(conn)` on SQLite and PostgreSQL.
pub struct Portable<T>(pub T);

impl<T> QueryFragment<MultiBackend> for Portable<T>
where
    T: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}
impl<T: QueryId> QueryId for Portable<T> {
    type QueryId = T::QueryId;
    const HAS_STATIC_QUERY_ID: bool = T::HAS_STATIC_QUERY_ID;
}
impl<T: Query> Query for Portable<T> {
    type SqlType = T::SqlType;
}
impl<T> RunQueryDsl<Conn> for Portable<T> {}

/// Lets one transaction at a time pass here by `name`, until it ends. SQLite has one writer anyway.
pub fn one_at_a_time(conn: &mut Conn, name: &str) -> QueryResult<()> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(conn)?;
    }
    Ok(())
}
