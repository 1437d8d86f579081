//! What the trainer does with a class that runs: a word to its people, clocks, busy days, the beginning again.
use super::{MaybeSchool, again, path_of, school};
use crate::{
    accounts::Staff,
    japan::digits::digits,
    training::{
        class::{Class, Message, Seat},
        clockwork::{Move, Speed},
        school::{Replay, School, Work},
        views::Refused,
    },
    web::{Error, FormBody, Site, see_other, ui::FieldError, words},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use std::time::Duration;

/// Characters of a message.
const MESSAGE: usize = 500;
const CHOOSE: &str = "席をえらんでください";

/// To whom: all, or a seat where somebody sits. What names no such seat reaches nobody.
fn to_whom(class: &Class, form: &FormBody) -> Result<Option<u32>, FieldError> {
    let wanted = form.get("seat");
    let mut numbers = class.taken().map(|seat| seat.number);
    match (wanted, numbers.find(|number| number.to_string() == wanted)) {
        ("", _) => Ok(None),
        (_, Some(number)) => Ok(Some(number)),
        (_, None) => {
            let message = "だれに伝えるかを確かめてください。その席には、いまだれもいません";
            Err(FieldError::new("seat", message))
        }
    }
}

/// `POST /training/{class}/messages`: to one seat or to all.
pub async fn say(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let mut errors = vec![];
    let body = words(&form, "body", "伝えること", MESSAGE, &mut errors);
    let (now, by) = (school.now(), staff.name.clone());
    // Asked and told in one: a seat may be freed meanwhile.
    let told = school
        .change(&id, |class| {
            let seat = match to_whom(class, &form) {
                Ok(seat) if errors.is_empty() => seat,
                to => return Ok(Err(to.err().into_iter().chain(errors).collect())),
            };
            class.messages.push(Message { at: now, seat, body });
            // What was said stays between those two: it may name somebody.
            let whom = seat.map_or("全員".to_owned(), |number| format!("席 {number}"));
            class.note(now, &by, format!("{whom}に伝えました"));
            let answered = class
                .seats
                .iter_mut()
                .filter(|one| seat.is_none_or(|seat| seat == one.number));
            answered.for_each(Seat::be_quiet);
            Ok(Ok(seat))
        })
        .await?;
    match told {
        Ok(seat) => {
            school.tell(&school.class(&id)?, seat);
            Ok(see_other(&path_of(&id)))
        }
        Err(refused) => again(school, &site, &staff, &id, Refused::new("messages", form, refused)).await,
    }
}

/// The desks that a form names: one, or all. Nothing is meant where nothing was chosen.
fn desks_of(school: &School, id: &str, form: &FormBody, field: &str) -> Result<Result<Vec<String>, FieldError>, Error> {
    let class = school.class(id)?;
    let wanted = form.get("desk");
    if wanted.is_empty() {
        return Ok(Err(FieldError::new(field, CHOOSE)));
    }
    let all = class.desks.iter().map(|desk| desk.id.clone());
    let chosen: Vec<String> = all.filter(|desk| wanted == "all" || wanted == desk).collect();
    match chosen.is_empty() {
        true => Err(Error::NotFound),
        false => Ok(Ok(chosen)),
    }
}

/// So long a page waits for work at the desks, to show it done. What takes longer goes on, and the class's page says how far
/// it is.
const PATIENCE: Duration = Duration::from_secs(20);
const BUSY: &str = "いま、この教室の席で別の作業をしています。終わってから、もう一度押してください";

/// Begins work at desks and waits for it a while; `false` where other work goes on in the class.
async fn work(school: &School, staff: &Staff, id: &str, desks: Vec<String>, what: Work) -> Result<bool, Error> {
    let working = match school.begin_work(id, desks, what, &staff.name) {
        Err(Error::Conflict) => return Ok(false),
        working => working?,
    };
    match tokio::time::timeout(PATIENCE, working).await {
        Err(_) => Ok(true),
        Ok(done) => done.map_err(|e| Error::Internal(e.to_string()))?.map(|()| true),
    }
}

/// `POST /training/{class}/resets`
pub async fn reset(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let wrong = match desks_of(school, &id, &form, "reset-desk")? {
        Err(wrong) => wrong,
        Ok(desks) => match work(school, &staff, &id, desks, Work::Reset).await? {
            true => return Ok(see_other(&path_of(&id))),
            false => FieldError::new("reset-desk", BUSY),
        },
    };
    again(school, &site, &staff, &id, Refused::new("resets", form, vec![wrong])).await
}

/// `POST /training/{class}/clock`
pub async fn advance(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let to = Move::from_word(form.get("to")).ok_or(Error::BadRequest("no such move of the clock"))?;
    let wrong = match desks_of(school, &id, &form, "clock-desk")? {
        Err(wrong) => wrong,
        Ok(mut desks) => {
            desks.retain(|desk| school.desk(desk).is_some());
            match work(school, &staff, &id, desks, Work::Move(to)).await? {
                true => return Ok(see_other(&path_of(&id))),
                false => FieldError::new("clock-desk", BUSY),
            }
        }
    };
    again(school, &site, &staff, &id, Refused::new("clock", form, vec![wrong])).await
}

/// Days and applications a day that may be replayed.
const DAYS: u32 = 31;
const A_DAY: u32 = 40;

/// A number of a form from 1 to `most`; what is wrong is put to `errors`, and 1 stands for it.
fn number(form: &FormBody, field: &str, label: &str, most: u32, errors: &mut Vec<FieldError>) -> u32 {
    let typed = digits(form.get(field)).and_then(|n| n.parse::<u32>().ok());
    typed.filter(|typed| (1..=most).contains(typed)).unwrap_or_else(|| {
        let message = format!("{label}は、1から{most}までの数字で入力してください");
        errors.push(FieldError::new(field, message));
        1
    })
}

/// `POST /training/{class}/replay`: days of invented traffic, in the background; the page shows the desk's date going on.
pub async fn replay(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let stop = form.get("stop");
    if !stop.is_empty() {
        school.stop_replay(&id, stop, &staff.name).await?;
        return Ok(see_other(&path_of(&id)));
    }
    let mut errors = vec![];
    let desks = desks_of(school, &id, &form, "replay-desk")?.unwrap_or_else(|wrong| {
        errors.push(wrong);
        vec![]
    });
    let days = number(&form, "days", "日数", DAYS, &mut errors);
    let a_day = number(&form, "a_day", "1日の申込み", A_DAY, &mut errors);
    let speed = Speed::from_word(form.get("speed")).unwrap_or_else(|| {
        errors.push(FieldError::new("speed", "速さを選んでください"));
        Speed::Usual
    });
    if !errors.is_empty() {
        return again(school, &site, &staff, &id, Refused::new("replay", form, errors)).await;
    }
    let mut begun = 0;
    for desk in desks.iter().filter(|desk| school.desk(desk).is_some()) {
        begun += usize::from(start(school, &id, desk, (days, a_day, speed), &staff.name).await?);
    }
    if begun == 0 {
        let wrong = FieldError::new(
            "replay-desk",
            "この席は、いままねている途中か、開けません。止めてから始めてください",
        );
        return again(school, &site, &staff, &id, Refused::new("replay", form, vec![wrong])).await;
    }
    Ok(see_other(&path_of(&id)))
}

/// Begins a replay in the background; `false` where one runs already.
async fn start(
    school: &School,
    id: &str,
    desk: &str,
    (days, a_day, speed): (u32, u32, Speed),
    by: &str,
) -> Result<bool, Error> {
    let no = match school.begin_replay(id, desk, days, by).await {
        Err(Error::Conflict) => return Ok(false),
        no => no?,
    };
    let day = school
        .desk(desk)
        .map_or(0, |desk| desk.workspace.clock.now().and_utc().timestamp() / 86_400);
    let seed = seed_of(school.class(id)?.seed, day, no);
    let (school, class, desk) = (school.clone(), id.to_owned(), desk.to_owned());
    actix_web::rt::spawn(async move {
        let what = Replay {
            days,
            a_day,
            speed,
            seed,
        };
        if let Err(error) = school.run_replay(&class, &desk, no, what).await {
            tracing::warn!(%error, "a replay ended early");
        }
    });
    Ok(true)
}

/// Another replay brings other people, on the same day too.
fn seed_of(class: u64, day: i64, no: u32) -> u64 {
    class ^ day.unsigned_abs() ^ (u64::from(no) << 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_replay_of_a_desk_brings_the_people_of_another() {
        let all = (0..5).flat_map(|no| (20_700..20_710).map(move |day| seed_of(7, day, no)));
        assert_eq!(all.collect::<std::collections::BTreeSet<_>>().len(), 50);
    }
}
