//! What is done around every write, in its transaction. Whoever opens the database brings it; this folder knows no feature.
use super::Conn;
use diesel::QueryResult;

/// Work around every write of a database.
pub trait Around: Send + Sync {
    /// Once, when the tables are up to date.
    fn opened(&self, conn: &mut Conn) -> QueryResult<()>;
    /// Before the first statement of a transaction, on the thread that runs it to its end.
    fn begin(&self);
    /// Before the commit. An error means that nothing of the transaction stands.
    fn end(&self, conn: &mut Conn) -> QueryResult<()>;
}

/// A database that is only looked at, or filled before it is used, has none.
impl Around for () {
    fn opened(&self, _: &mut Conn) -> QueryResult<()> {
        Ok(())
    }
    fn begin(&self) {}
    fn end(&self, _: &mut Conn) -> QueryResult<()> {
        Ok(())
    }
}
