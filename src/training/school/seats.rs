//! Who sits where, put right by the trainer: a name that was mistyped, a seat that was taken by mistake.
use super::School;
use crate::{
    training::class::{Class, Recorded, Seat},
    web::Error,
};

/// What stays when a seat is taken away from a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// The same person goes on at another machine, by the same name.
    Person,
    /// Nothing: the seat is for the next.
    Nothing,
}

/// The seat as the trainer saw it. Another person's is not changed for it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub number: u32,
    /// [`Seat::since`].
    pub since: &'a str,
}

fn seat<'a>(class: &'a mut Class, seen: Seen) -> Result<&'a mut Seat, Error> {
    let mut seats = class.seats.iter_mut();
    let seat = seats.find(|seat| seat.number == seen.number).ok_or(Error::NotFound)?;
    match seat.is_taken() && seat.since() == seen.since {
        true => Ok(seat),
        false => Err(Error::Conflict),
    }
}

impl School {
    /// Says in the bar of the desks that there is something to read: at one seat, or at all where somebody sits.
    pub fn tell(&self, class: &Class, seat: Option<u32>) {
        for told in class.taken().filter(|one| seat.is_none_or(|seat| seat == one.number)) {
            if let Some(practice) = self
                .desk(&told.desk)
                .and_then(|desk| desk.workspace.site.practice.clone())
            {
                practice.unread.tell(told.number);
            }
        }
    }

    /// Puts right what somebody typed when they came in.
    pub async fn mend(&self, class: &str, seen: Seen<'_>, name: &str, code: &str, by: &str) -> Result<(), Error> {
        let now = self.now();
        self.change(class, |class| {
            let seat = seat(class, seen)?;
            (seat.name, seat.code) = (name.to_owned(), code.to_owned());
            class.note(now, by, format!("席 {} のお名前と職員番号を直しました", seen.number));
            Ok(())
        })
        .await
    }

    /// Takes a seat away from the machine that has it: the cookie there opens nothing any more.
    pub async fn free(&self, class: &str, seen: Seen<'_>, keeps: Keeps, by: &str) -> Result<(), Error> {
        let now = self.now();
        self.change(class, |class| {
            let seat = seat(class, seen)?;
            let what = match keeps {
                Keeps::Person => {
                    seat.token = None;
                    seat.be_quiet();
                    "を、いままでの端末で使えないようにしました"
                }
                Keeps::Nothing => {
                    *seat = Seat::free(seat.number, &seat.desk);
                    class.messages.retain(|message| message.seat != Some(seen.number));
                    "を空けました"
                }
            };
            class.note(now, by, format!("席 {} {what}", seen.number));
            Ok(())
        })
        .await
    }

    /// Writes down who stands in the staff's record of training now: seat, the 職員番号 that was looked for (empty where
    /// there is none), what became of it. The class may have ended.
    pub async fn put_down(&self, id: &str, found: &[(u32, String, Option<Recorded>)], by: &str) -> Result<(), Error> {
        let _alone = self.0.changing.lock().await;
        let (mut class, now) = (self.class(id)?, self.now());
        for (number, code, recorded) in found {
            if let Some(seat) = class.seats.iter_mut().find(|seat| seat.number == *number) {
                seat.code.clone_from(code);
                seat.recorded = *recorded;
            }
        }
        let put = class.taken().filter(|seat| seat.is_on_record()).count();
        let rest = class.taken().count() - put;
        let what = format!("職員の研修の記録に載せました：{put}人（載せていない人 {rest}人）");
        class.note(now, by, what);
        self.keep(class).await
    }
}
