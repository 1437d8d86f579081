//! Who took part, into the staff's record of training (KS5, K8): all that the practice world has to do with the real database.
use super::{MaybeSchool, again, looked_at, path_of, school};
use crate::{
    accounts::{self, Staff},
    db::Conn,
    training::{
        class::Seat,
        school::LONGEST,
        views::{self, Refused},
    },
    web::{Error, FormBody, Site, optional_words, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// The 職員番号 by which somebody is looked for: as it was mended just now, or as it was given on coming in.
fn code_of(seat: &Seat, form: &FormBody, errors: &mut Vec<FieldError>) -> String {
    let field = views::code_field(seat.number);
    match form.has(&field) {
        true => optional_words(form, &field, "職員番号", LONGEST, errors),
        false => seat.code.trim().to_owned(),
    }
}

/// `POST /training/{class}/trainings`: who is not on record yet is looked for; the page says who was found and who was not.
pub async fn put(
    workspace: Data<Workspace>,
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let class = looked_at(school, &id).await?;
    // What is put down while it goes on would be put down too early, and for good.
    if class.ended_at.is_none() {
        return Err(Error::Conflict);
    }
    let (taught, mut errors) = (class.exercises.len(), vec![]);
    let waiting = class.taken().filter(|seat| !seat.is_on_record());
    let wanted: Vec<(u32, String, String)> = waiting
        .map(|seat| {
            let title = format!("{}（課題 {} / {taught}）", class.title, seat.done());
            (seat.number, code_of(seat, &form, &mut errors), title)
        })
        .collect();
    if !errors.is_empty() {
        return again(school, &site, &staff, &id, Refused::new("trainings", form, errors)).await;
    }
    let (now, day, by) = (workspace.clock.now(), class.day, staff.name.clone());
    let write = move |conn: &mut Conn| {
        let mut looked_for = vec![];
        for (number, code, title) in wanted {
            let person = match code.is_empty() {
                true => None,
                false => accounts::find_by_code(conn, &code)?,
            };
            if let Some(person) = &person {
                accounts::record_training(conn, &staff, &person.id, day, &title, now)?;
            }
            looked_for.push((number, code, person.is_some()));
        }
        Ok::<_, Error>(looked_for)
    };
    let looked_for = workspace.db.write(write).await?;
    school.put_down(&id, &looked_for, &by).await?;
    Ok(see_other(&path_of(&id)))
}
