//! Long work at the desks of a class, one after another: in a task of its own, so that it comes to its end and into the
//! record even when the page that asked for it is gone.
use super::{School, locked};
use crate::{training::clockwork::Move, web::Error};
use std::{future::Future, sync::PoisonError};
use tokio::task::JoinHandle;

/// What is done at each desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Move(Move),
    Reset,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    pub work: Work,
    pub done: usize,
    pub all: usize,
}

/// Lasts as long as the work of a class.
struct Busy {
    school: School,
    class: String,
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut working = self.school.0.working.write().unwrap_or_else(PoisonError::into_inner);
        working.remove(&self.class);
    }
}

/// Carries something out to its end, also when whoever asked for it is gone.
pub(super) async fn to_the_end<T: 'static>(work: impl Future<Output = Result<T, Error>> + 'static) -> Result<T, Error> {
    let working = actix_web::rt::spawn(work).await;
    working.map_err(|e| Error::Internal(e.to_string()))?
}

impl School {
    /// What is being done at the desks of a class.
    pub fn working(&self, class: &str) -> Option<Working> {
        locked(&self.0.working).get(class).copied()
    }

    /// Begins work at these desks; one work at a time in a class, otherwise it is a conflict. It is over when the task is.
    pub fn begin_work(
        &self,
        class: &str,
        desks: Vec<String>,
        work: Work,
        by: &str,
    ) -> Result<JoinHandle<Result<(), Error>>, Error> {
        let busy = self.be_busy(class, work, desks.len())?;
        let (school, class, by) = (self.clone(), class.to_owned(), by.to_owned());
        Ok(actix_web::rt::spawn(async move {
            let outcome = school.work_on(&class, &desks, work, &by).await;
            if let Err(error) = &outcome {
                tracing::error!(class, %error, "work at the desks of a class did not come to its end");
            }
            drop(busy);
            outcome
        }))
    }

    fn be_busy(&self, class: &str, work: Work, all: usize) -> Result<Busy, Error> {
        let mut working = self.0.working.write().unwrap_or_else(PoisonError::into_inner);
        if working.contains_key(class) {
            return Err(Error::Conflict);
        }
        working.insert(class.to_owned(), Working { work, done: 0, all });
        Ok(Busy {
            school: self.clone(),
            class: class.to_owned(),
        })
    }

    /// A desk that fails keeps none of the others back; it is written down, and the first failure is the outcome.
    async fn work_on(&self, class: &str, desks: &[String], work: Work, by: &str) -> Result<(), Error> {
        let (mut outcome, mut moved, mut line) = (Ok(()), vec![], None);
        for desk in desks {
            let done = match work {
                Work::Reset => self.reset(class, desk, by).await,
                Work::Move(to) => self.advance(class, desk, to).await,
            };
            match (done, work) {
                (Ok(()), Work::Reset) => {}
                (Ok(()), Work::Move(to)) => {
                    moved.push(desk.as_str());
                    line = Some(self.note_moved(class, &moved, to, line, by).await?);
                }
                // The class was ended meanwhile.
                (Err(_), _) if self.class(class)?.ended_at.is_some() => return outcome,
                (Err(error), _) => {
                    self.note_failure(class, desk, work, by).await?;
                    outcome = outcome.and(Err(error));
                }
            }
            let mut working = self.0.working.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(working) = working.get_mut(class) {
                working.done += 1;
            }
        }
        outcome
    }

    /// Writes down which desks were moved, desk by desk into one line; gives its place. What the program does not come to
    /// stands in no line.
    async fn note_moved(
        &self,
        class: &str,
        moved: &[&str],
        to: Move,
        line: Option<usize>,
        by: &str,
    ) -> Result<usize, Error> {
        let now = self.now();
        self.change(class, |class| {
            let whose = match moved.len() {
                n if n == class.desks.len() && n > 1 => "すべての席".to_owned(),
                _ => {
                    let seats: Vec<String> = moved.iter().map(|desk| class.seats_of(desk)).collect();
                    seats.join("、")
                }
            };
            let what = format!("{whose}の時計を進めました：{}", to.label());
            let place = line.unwrap_or(class.log.len());
            match class.log.get_mut(place) {
                Some(entry) => entry.what = what,
                None => class.note(now, by, what),
            }
            Ok(place)
        })
        .await
    }

    async fn note_failure(&self, class: &str, desk: &str, work: Work, by: &str) -> Result<(), Error> {
        let seats = self.class(class)?.seats_of(desk);
        let what = match work {
            Work::Move(to) => format!("{seats}の時計を進められませんでした：{}", to.label()),
            Work::Reset => format!("{seats}をはじめの状態にもどせませんでした"),
        };
        self.note(class, by, &what).await
    }
}
