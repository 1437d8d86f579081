//! What happens in a class: coming in, exercises, the clock.
use super::{School, working::to_the_end};
use crate::{
    audit,
    crypto::random_token,
    db::Conn,
    training::{
        class::{DeskKept, Seat, Try},
        clockwork::{self, Move},
        desk::Desk,
        exercises::Exercise,
        goals,
    },
    web::Error,
};
use std::collections::BTreeMap;

impl School {
    /// Somebody comes in by code and number; gives what their cookie holds. A seat that is taken is taken over only by
    /// who gives the same name and 職員番号, as on a second machine: the cookie of the first opens nothing any more.
    pub async fn enter(&self, code: &str, number: u32, name: &str, staff_code: &str) -> Result<String, Error> {
        let token = random_token();
        let (blind, now) = (self.0.keys.blind("training.seat", &token), self.now());
        let (name, staff_code) = (name.trim().to_owned(), staff_code.trim().to_owned());
        let code = code.to_uppercase();
        let taken = self.change(&code, |class| {
            let seat = class.seats.iter_mut().find(|seat| seat.number == number);
            let seat = seat.ok_or(Error::NotFound)?;
            if seat.is_taken() && (seat.name != name || seat.code != staff_code) {
                return Err(Error::Conflict);
            }
            seat.token = Some(blind);
            seat.entered_at = seat.entered_at.or(Some(now));
            (seat.name, seat.code) = (name, staff_code);
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
        self.change_own(&class.id, seat, |seat| {
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

    /// Looks at a seat's desk and writes down what was reached since; what was reached once stays so.
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
                found.push((exercise.head.id, begun, reached));
            }
            Ok::<_, Error>(found)
        };
        let found = desk.workspace.db.read(read).await?;
        let is_new = |begun: &Try, reached: &[bool]| {
            reached
                .iter()
                .zip(&begun.met)
                .any(|(reached, met)| *reached && met.is_none())
        };
        if !found.iter().any(|(_, begun, reached)| is_new(begun, reached)) {
            return Ok(());
        }
        let now = self.now();
        self.change_seat(class_id, number, |seat| {
            for (id, begun, reached) in found {
                // Begun anew meanwhile: what was seen belongs to the time before.
                let is_it = |kept: &&mut Try| kept.audit_no == begun.audit_no;
                let Some(kept) = seat.newest_mut(&id).filter(is_it) else {
                    continue;
                };
                for (met, reached) in kept.met.iter_mut().zip(reached) {
                    *met = met.or(reached.then_some(now));
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
