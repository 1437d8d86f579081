//! What happens in a class: coming in, exercises, the clock.
use super::{School, working::to_the_end};
use crate::{
    audit,
    crypto::random_token,
    db::Conn,
    japan::kana::fold,
    training::{
        class::{DeskKept, Seat, Try},
        clockwork::{self, Move},
        desk::Desk,
        exercises::Exercise,
        goals,
    },
    web::Error,
};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// What a look at a desk shows of a goal.
struct Seen {
    now: bool,
    /// Reached once, it stays so.
    lasts: bool,
}

impl Seen {
    /// Since when the goal counts as reached.
    fn met(&self, before: Option<NaiveDateTime>, now: NaiveDateTime) -> Option<NaiveDateTime> {
        match self.now {
            true => before.or(Some(now)),
            false => before.filter(|_| self.lasts),
        }
    }
}

impl School {
    /// Somebody comes in by code and number; gives what their cookie holds. A seat that is taken is taken over only by
    /// who gives the same name and 職員番号, as on a second machine: the cookie of the first opens nothing any more. Keyboards
    /// type them wide or narrow, and with a space or without.
    pub async fn enter(&self, code: &str, number: u32, name: &str, staff_code: &str) -> Result<String, Error> {
        let token = random_token();
        let (blind, now) = (self.0.keys.blind("training.seat", &token), self.now());
        let plain = |typed: &str| typed.trim().nfkc().collect::<String>();
        let (name, staff_code) = (name.trim().to_owned(), plain(staff_code));
        let code = plain(code).to_uppercase();
        let taken = self.change(&code, |class| {
            let seat = class.seats.iter_mut().find(|seat| seat.number == number);
            let seat = seat.ok_or(Error::NotFound)?;
            let is_theirs = fold(&seat.name) == fold(&name) && plain(&seat.code) == staff_code;
            match seat.is_taken() {
                true if !is_theirs => return Err(Error::Conflict),
                true => {}
                false => (seat.name, seat.code) = (name, staff_code),
            }
            seat.token = Some(blind);
            seat.entered_at = seat.entered_at.or(Some(now));
            Ok(seat.desk.clone())
        });
        // Nobody may be listening.
        let _ = self.0.taken.send(taken.await?);
        Ok(token)
    }

    /// Who sits at a seat begins an exercise. One that is done stays done: doing it again is a further try.
    pub async fn begin(&self, class: &str, seat: &Seat, exercise: &str) -> Result<(), Error> {
        let desk = self.desk(&seat.desk).ok_or(Error::NotFound)?;
        let audit_no = desk
            .workspace
            .db
            .read(|conn| Ok::<_, Error>(audit::head_no(conn)?))
            .await?;
        let (now, class) = (self.now(), self.class(class)?);
        let found = self.exercise_of(&class, exercise).ok_or(Error::NotFound)?;
        let count = found.head.goals.len();
        self.change(&class.id, |class| {
            // The record of a desk that was reset meanwhile is another one.
            let is_same = class
                .desk(&desk.id)
                .is_some_and(|kept| kept.generation == desk.generation);
            let own = class.seats.iter_mut().find(|own| own.number == seat.number);
            let seat = own.filter(|own| own.token == seat.token).ok_or(Error::NotFound)?;
            if !is_same {
                return Err(Error::Conflict);
            }
            let earlier = seat.earlier(exercise);
            let begun = Try {
                begun_at: now,
                audit_no,
                answers: BTreeMap::new(),
                met: vec![None; count],
                remark: earlier.remark,
                before: earlier.count,
            };
            seat.begin(exercise, begun);
            Ok(())
        })
        .await
    }

    /// A change by who sits there: whose seat was freed or taken over meanwhile changes nothing of the next one's.
    pub async fn change_own<T>(
        &self,
        class: &str,
        own: &Seat,
        change: impl FnOnce(&mut Seat) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let still = |seat: &mut Seat| match seat.token == own.token {
            true => change(seat),
            false => Err(Error::NotFound),
        };
        self.change_seat(class, own.number, still).await
    }

    pub async fn change_seat<T>(
        &self,
        class: &str,
        number: u32,
        change: impl FnOnce(&mut Seat) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.change(class, |class| {
            let seat = class.seats.iter_mut().find(|seat| seat.number == number);
            change(seat.ok_or(Error::NotFound)?)
        })
        .await
    }

    /// Looks at a seat's desk and writes down what was reached since. A right answer stays right, and an application that came
    /// to a state was there. What the record shows is taken as it shows it now, until all of it is done: it counts the thing
    /// with which most was done, and half of one and half of another are nothing done.
    pub async fn look(&self, class_id: &str, number: u32) -> Result<(), Error> {
        let class = self.class(class_id)?;
        let (Some(seat), true) = (class.seat(number), class.ended_at.is_none()) else {
            return Ok(());
        };
        let (Some(desk), Some(kept)) = (self.desk(&seat.desk), class.desk(&seat.desk).cloned()) else {
            return Ok(());
        };
        let open: Vec<(Exercise, Try)> = seat
            .unfinished()
            .into_iter()
            .filter_map(|id| Some((self.exercise_of(&class, id)?.clone(), seat.newest(id)?.clone())))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let read = move |conn: &mut Conn| {
            let mut found = vec![];
            for (exercise, begun) in open {
                let reached = goals::reached(conn, &kept, &exercise, &begun)?;
                let lasting = exercise.head.goals.iter().map(|goal| goal.audit.is_none());
                let seen = reached.into_iter().zip(lasting).map(|(now, lasts)| Seen { now, lasts });
                found.push((exercise.head.id, begun, seen.collect()));
            }
            Ok::<_, Error>(found)
        };
        let found: Vec<(String, Try, Vec<Seen>)> = desk.workspace.db.read(read).await?;
        let now = self.now();
        let is_news = |begun: &Try, seen: &[Seen]| {
            begun
                .met
                .iter()
                .zip(seen)
                .any(|(met, seen)| seen.met(*met, now) != *met)
        };
        if !found.iter().any(|(_, begun, seen)| is_news(begun, seen)) {
            return Ok(());
        }
        self.change_seat(class_id, number, |seat| {
            for (id, begun, seen) in found {
                // Begun anew meanwhile: what was seen belongs to the time before. What is done stays done.
                let is_it = |kept: &&mut Try| kept.audit_no == begun.audit_no && kept.done_at().is_none();
                let Some(kept) = seat.newest_mut(&id).filter(is_it) else {
                    continue;
                };
                for (met, seen) in kept.met.iter_mut().zip(seen) {
                    *met = seen.met(*met, now);
                }
            }
            Ok(())
        })
        .await
    }

    /// Moves a desk's clock on; its work goes along. It arrives also when whoever asked for it is gone.
    pub async fn advance(&self, class: &str, desk_id: &str, to: Move) -> Result<(), Error> {
        let desk = self.desk(desk_id).ok_or(Error::NotFound)?;
        let (school, class) = (self.clone(), class.to_owned());
        to_the_end(async move {
            let until = clockwork::target(&desk, to).await?;
            clockwork::advance(&desk, until).await?;
            school.keep_clock(&class, &desk).await
        })
        .await
    }

    pub(super) async fn keep_clock(&self, class: &str, desk: &Desk) -> Result<(), Error> {
        let ahead = desk.workspace.clock.now() - self.now();
        self.change(class, |class| {
            // A desk that was reset meanwhile has its own clock.
            let same = |kept: &&mut DeskKept| kept.id == desk.id && kept.generation == desk.generation;
            if let Some(kept) = class.desks.iter_mut().find(same) {
                kept.ahead_micros = ahead.num_microseconds().unwrap_or(0);
            }
            Ok(())
        })
        .await
    }
}
