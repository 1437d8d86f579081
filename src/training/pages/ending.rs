//! The end of a class: first what it would take away, then the end.
use super::{MaybeSchool, looked_at, path_of, school};
use crate::{
    accounts::Staff,
    training::views,
    web::{Error, Site, html, see_other},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// `GET /training/{class}/ending`: what goes, and who is in the midst of it.
pub async fn ask(found: MaybeSchool, site: Data<Site>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let class = looked_at(school, &id).await?;
    match class.ended_at {
        Some(_) => Ok(see_other(&path_of(&id))),
        None => Ok(html(views::ending(&site, &staff, school, &class))),
    }
}

/// `POST /training/{class}/ending`
pub async fn end(found: MaybeSchool, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    school(&found)?.end(&id, &staff.name).await?;
    Ok(see_other(&path_of(&id)))
}
