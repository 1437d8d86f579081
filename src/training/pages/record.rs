//! Who took part, into the staff's record of training (KS5, K8): all that the practice world has to do with the real database.
//! Anybody could type anybody's number on coming in: the trainer sees whose it is before anything is written.
use super::{MaybeSchool, looked_at, path_of, school};
use crate::{
    accounts::{self, Staff},
    crypto::KeyRing,
    db::Conn,
    japan::kana::fold,
    training::{
        class::{Class, Recorded, Seat},
        school::{LONGEST, School},
        views::{self, Found, Looked},
    },
    web::{Error, FormBody, Site, html, optional_words, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;

/// The 職員番号 by which somebody is looked for: as it was mended just now, or as it was given on coming in.
fn code_of(seat: &Seat, form: &FormBody, errors: &mut Vec<FieldError>) -> String {
    let field = views::code_field(seat.number);
    match form.has(&field) {
        true => optional_words(form, &field, "職員番号", LONGEST, errors),
        false => seat.code.trim().to_owned(),
    }
}

/// Looks for everybody who may be put on record.
fn look(conn: &mut Conn, keys: &KeyRing, wanted: Vec<(Seat, String)>, form: &FormBody) -> Result<Vec<Looked>, Error> {
    let is_first = !form.has("act");
    let mut all = vec![];
    for (seat, code) in wanted {
        let person = match code.is_empty() {
            true => None,
            false => accounts::find_by_code(conn, &code)?,
        };
        let found = match person {
            Some(person) => {
                let name = person.name(keys)?;
                let fits = !fold(&name).is_empty() && fold(&name) == fold(&seat.name);
                let id = person.id;
                Some(Found { id, name, fits })
            }
            None => None,
        };
        let take = form.get(&views::take_field(seat.number));
        let is_taken = found.as_ref().is_some_and(|found| match is_first {
            true => found.fits,
            false => take == found.id,
        });
        all.push(Looked {
            seat,
            code,
            found,
            is_taken,
        });
    }
    Ok(all)
}

/// What is wrong with putting these on record: a number leads to somebody else than was seen, or nobody is chosen.
fn wrong(all: &[Looked], form: &FormBody) -> Vec<FieldError> {
    let mut errors = vec![];
    for one in all.iter().filter(|one| !one.is_taken) {
        let (take, code) = (views::take_field(one.seat.number), views::code_field(one.seat.number));
        if form.has(&take) {
            let field = if one.found.is_some() { take } else { code };
            let message = "番号が変わりました。見つかった人を、もう一度確かめてください";
            errors.push(FieldError::new(&field, message));
        }
    }
    if errors.is_empty() && all.iter().all(|one| !one.is_taken) {
        let first = all.iter().find(|one| one.found.is_some());
        let field = first.map_or(String::new(), |one| views::take_field(one.seat.number));
        errors.push(FieldError::new(&field, "載せる人をえらんでください"));
    }
    errors
}

/// The chosen ones into the record: whom the number led to when it was shown, and still does.
fn write(
    conn: &mut Conn,
    staff: &Staff,
    class: &Class,
    all: &[Looked],
    now: NaiveDateTime,
) -> Result<Vec<(u32, String, Option<Recorded>)>, Error> {
    let mut done = vec![];
    for one in all {
        if let (Some(found), true) = (&one.found, one.is_taken) {
            let title = format!(
                "{}（課題 {} / {}）",
                class.title,
                one.seat.done(),
                class.exercises.len()
            );
            accounts::record_training(conn, staff, &found.id, class.day, &title, now)?;
        }
        let recorded = match &one.found {
            Some(_) if one.is_taken => Some(Recorded::Put(now)),
            None if !one.code.is_empty() => Some(Recorded::Nobody),
            _ => None,
        };
        done.push((one.seat.number, one.code.clone(), recorded));
    }
    Ok(done)
}

/// `POST /training/{class}/trainings`: who is not on record yet is looked for, and the page says who was found. What it sends
/// is written, for those who were chosen there.
pub async fn put(
    workspace: Data<Workspace>,
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school: &School = school(&found)?;
    let class = looked_at(school, &id).await?;
    // What is put down while it goes on would be put down too early, and for good.
    if class.ended_at.is_none() {
        return Err(Error::Conflict);
    }
    let mut errors = vec![];
    let waiting = class.taken().filter(|seat| seat.waits_for_record());
    let wanted: Vec<(Seat, String)> = waiting
        .map(|seat| (seat.clone(), code_of(seat, &form, &mut errors)))
        .collect();
    let (keys, typed) = (workspace.keys.clone(), form.clone());
    let read = move |conn: &mut Conn| look(conn, &keys, wanted, &typed);
    let all = workspace.db.read(read).await?;
    let puts = form.get("act") == "put";
    if puts && errors.is_empty() {
        errors = wrong(&all, &form);
    }
    if !errors.is_empty() {
        return Ok(unprocessable(views::confirm(&site, &staff, &class, &all, &errors)));
    }
    if !puts {
        return Ok(html(views::confirm(&site, &staff, &class, &all, &[])));
    }
    let (now, by) = (workspace.clock.now(), staff.name.clone());
    let done = workspace
        .db
        .write(move |conn: &mut Conn| write(conn, &staff, &class, &all, now))
        .await?;
    school.put_down(&id, &done, &by).await?;
    Ok(see_other(&path_of(&id)))
}
