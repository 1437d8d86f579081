use crate::{
    audit::Person,
    db::{Conn, tasks},
    web::Error,
};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// There was nothing to do.
    Nothing,
    Failed,
}

impl Ending {
    fn as_str(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Nothing => "nothing",
            Ending::Failed => "failed",
        }
    }

    fn read(word: &str) -> Result<Self, Error> {
        let all = [Ending::Done, Ending::Nothing, Ending::Failed];
        let found = all.into_iter().find(|ending| ending.as_str() == word);
        found.ok_or_else(|| Error::Internal(format!("a task ended as {word}")))
    }
}

/// What somebody asked for.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    /// The kind of its job.
    pub kind: String,
    pub subject: String,
    pub wish: String,
    pub by: Person,
    pub asked_at: NaiveDateTime,
    pub done: i64,
    pub total: i64,
    pub ending: Option<Ending>,
    /// The page of what was made.
    pub result: Option<String>,
}

#[derive(HasQuery)]
#[diesel(table_name = tasks)]
struct Stored {
    id: String,
    kind: String,
    subject: String,
    wish: String,
    asked_by: String,
    address: String,
    asked_at: NaiveDateTime,
    done: i64,
    total: i64,
    ending: Option<String>,
    result: Option<String>,
}

impl Stored {
    fn open(self) -> Result<Task, Error> {
        Ok(Task {
            id: self.id,
            kind: self.kind,
            subject: self.subject,
            wish: self.wish,
            by: Person {
                id: self.asked_by,
                address: self.address,
            },
            asked_at: self.asked_at,
            done: self.done,
            total: self.total,
            ending: self.ending.as_deref().map(Ending::read).transpose()?,
            result: self.result,
        })
    }
}

pub fn find(conn: &mut Conn, id: &str) -> Result<Task, Error> {
    Stored::query().find(id).first(conn)?.open()
}

/// The open one of the same wish.
pub fn find_same(conn: &mut Conn, kind: &str, subject: &str, wish: &str) -> Result<Option<Task>, Error> {
    let same = Stored::query()
        .filter(
            tasks::kind
                .eq(kind)
                .and(tasks::subject.eq(subject))
                .and(tasks::wish.eq(wish)),
        )
        .filter(tasks::ended_at.is_null());
    same.first(conn).optional()?.map(Stored::open).transpose()
}

/// What was asked for of a kind and is not done yet, oldest first.
pub fn find_open(conn: &mut Conn, kind: &str) -> Result<Vec<Task>, Error> {
    let open = Stored::query()
        .filter(tasks::kind.eq(kind))
        .filter(tasks::ended_at.is_null())
        .order(tasks::asked_at);
    open.load(conn)?.into_iter().map(Stored::open).collect()
}

pub fn add(
    conn: &mut Conn,
    kind: &str,
    subject: &str,
    wish: &str,
    by: &Person,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let id = ulid::Ulid::generate().to_string();
    diesel::insert_into(tasks::table)
        .values((
            tasks::id.eq(&id),
            tasks::kind.eq(kind),
            tasks::subject.eq(subject),
            tasks::wish.eq(wish),
            tasks::asked_by.eq(&by.id),
            tasks::address.eq(&by.address),
            tasks::asked_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Done, and of how many.
pub fn tell(conn: &mut Conn, id: &str, (done, total): (i64, i64)) -> Result<(), Error> {
    diesel::update(tasks::table.find(id))
        .set((tasks::done.eq(done), tasks::total.eq(total)))
        .execute(conn)?;
    Ok(())
}

/// Ends a task in the caller's transaction. `result` is the page of what was made.
pub fn end(conn: &mut Conn, id: &str, ending: Ending, result: Option<&str>, now: NaiveDateTime) -> Result<(), Error> {
    diesel::update(tasks::table.find(id).filter(tasks::ended_at.is_null()))
        .set((
            tasks::ended_at.eq(now),
            tasks::ending.eq(ending.as_str()),
            tasks::result.eq(result),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets what ended before `before`; it is the result that counts.
pub fn purge(conn: &mut Conn, before: NaiveDateTime) -> Result<(), Error> {
    diesel::delete(tasks::table.filter(tasks::ended_at.lt(before))).execute(conn)?;
    Ok(())
}
