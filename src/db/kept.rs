//! Statements that are planned once per connection and kept, though diesel would plan them at each run.
use super::{Conn, MultiBackend};
use diesel::{
    QueryResult, RunQueryDsl,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// See [`Keep::kept`].
pub struct Kept<T>(T);

/// For hot statements whose text is always the same: updates, and `eq_any` over a list of fixed length.
///
/// diesel keeps none of these, because the text of some of them has many forms. Kept statements are found by their
/// text, so a form more is a plan more and never a wrong one.
pub trait Keep: Sized {
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<T: QueryFragment<MultiBackend>> Keep for T {}

impl<T: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Kept<T> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
    fn is_safe_to_cache_prepared(&self, _backend: &MultiBackend) -> QueryResult<bool> {
        Ok(true)
    }
}
impl<T> QueryId for Kept<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T: Query> Query for Kept<T> {
    type SqlType = T::SqlType;
}
impl<T> RunQueryDsl<Conn> for Kept<T> {}
