//! One seat as the trainer puts it right: its name, and who sits there.
use super::{MaybeSchool, looked_at, path_of, school};
use crate::{
    accounts::Staff,
    training::{
        class::{Class, Seat},
        school::{Keeps, LONGEST, School, Seen},
        views,
    },
    web::{Error, FormBody, Site, html, optional_words, see_other, ui::FieldError, unprocessable, words},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

type Place = Path<(String, u32)>;

async fn seat_of(school: &School, (id, number): &(String, u32)) -> Result<(Class, Seat), Error> {
    let class = looked_at(school, id).await?;
    let seat = class.seat(*number).cloned().ok_or(Error::NotFound)?;
    Ok((class, seat))
}

/// `GET /training/{class}/seats/{seat}`
pub async fn show(found: MaybeSchool, site: Data<Site>, staff: Staff, place: Place) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let (class, seat) = seat_of(school, &place).await?;
    match class.ended_at {
        Some(_) => Ok(see_other(&path_of(&class.id))),
        None => Ok(html(views::seat(&site, &staff, school, (&class, &seat), None, &[]))),
    }
}

/// The seat again, with what was typed and what is wrong with it.
async fn again(
    school: &School,
    (site, staff): (&Site, &Staff),
    place: &(String, u32),
    form: &FormBody,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let (class, seat) = seat_of(school, place).await?;
    let page = views::seat(site, staff, school, (&class, &seat), Some(form), errors);
    Ok(unprocessable(page))
}

/// `POST /training/{class}/seats/{seat}`: the name as it is on certificates.
pub async fn mend(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    place: Place,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (school, mut errors) = (school(&found)?, vec![]);
    let name = words(&form, "name", "お名前", LONGEST, &mut errors);
    let code = optional_words(&form, "staff_code", "職員番号", LONGEST, &mut errors);
    if !errors.is_empty() {
        return again(school, (&site, &staff), &place, &form, &errors).await;
    }
    let (id, number) = place.into_inner();
    let since = form.get("since");
    school
        .mend(&id, Seen { number, since }, &name, &code, &staff.name)
        .await?;
    Ok(see_other(&path_of(&id)))
}

/// `POST /training/{class}/seats/{seat}/freeing`
pub async fn free(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    place: Place,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let keeps = match form.get("keeps") {
        "person" => Keeps::Person,
        "nothing" => Keeps::Nothing,
        _ => {
            let errors = [FieldError::new("keeps", "だれが使うかを選んでください")];
            return again(school, (&site, &staff), &place, &form, &errors).await;
        }
    };
    let (id, number) = place.into_inner();
    let since = form.get("since");
    school.free(&id, Seen { number, since }, keeps, &staff.name).await?;
    Ok(see_other(&path_of(&id)))
}
