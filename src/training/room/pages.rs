use super::views;
use crate::{
    accounts,
    db::Conn,
    institutions,
    japan::digits::digits,
    training::{
        class::{Class, Seat},
        clockwork::Move,
        desk::Desk,
        exercises::Exercise,
        sample,
        school::{LONGEST, School},
    },
    web::{self, Error, FormBody, Site, asset, cookie, drop_cookie, favicon, html, see_other, set_cookie},
    workspace::Workspace,
};
use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get, post},
};
use chrono::{Duration, NaiveDateTime};
use std::collections::BTreeMap;

/// Holds the seat; browsers send it to all four faces, because ports share their cookies.
pub const SEAT: &str = "seat";
const LASTS: Duration = Duration::days(30);
pub const HOME: &str = "/training/";
/// The longest remark of an acceptance test.
const LONGEST_REMARK: usize = 500;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/training/", get().to(home))
        .route("/training/seat", post().to(enter))
        .route("/training/leaving", post().to(leave))
        .route("/training/help", post().to(ask_for_help))
        .route("/training/clock", post().to(advance))
        .route("/training/exercises/{id}", get().to(exercise))
        .route("/training/exercises/{id}/beginning", post().to(begin))
        .route("/training/exercises/{id}/answers", post().to(answer))
        .route("/training/files/branches.csv", get().to(branches))
        .route("/assets/{file}", get().to(asset))
        .route("/favicon.ico", get().to(favicon))
        .default_service(web_to_home());
}

fn web_to_home() -> actix_web::Route {
    actix_web::web::to(|| async { see_other(HOME) })
}

/// What a desk's own console has besides.
pub fn desk_routes(cfg: &mut ServiceConfig) {
    cfg.route("/practice/person", post().to(be_somebody));
}

/// `POST /practice/person`: from now on one is another of the desk's people.
async fn be_somebody(
    workspace: Data<Workspace>,
    site: Data<Site>,
    req: HttpRequest,
    session: Session,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    accounts::practise(&workspace, &site, &req, &session, form.get("person")).await?;
    let next = form.get("next");
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    Ok(see_other(if is_path { next } else { "/" }))
}

/// Who sits here.
pub struct Here {
    pub class: Class,
    pub seat: Seat,
    pub desk: Desk,
}

impl Here {
    /// The moment at the desk (UTC).
    pub fn now(&self) -> NaiveDateTime {
        self.desk.workspace.clock.now()
    }
}

fn token(site: &Site, req: &HttpRequest) -> Option<String> {
    Some(req.cookie(&site.cookie_name(SEAT))?.value().to_owned())
}

/// Who sits here, looked at anew.
async fn here(school: &School, site: &Site, req: &HttpRequest) -> Result<Option<Here>, Error> {
    let Some((class, seat)) = token(site, req).and_then(|token| school.seat_of(&token)) else {
        return Ok(None);
    };
    school.look(&class.id, seat.number).await?;
    let class = school.class(&class.id)?;
    // The trainer may have freed it meanwhile, and the next one sits there.
    let Some(seat) = class.seat(seat.number).filter(|now| now.token == seat.token).cloned() else {
        return Ok(None);
    };
    let desk = school.desk(&seat.desk).ok_or(Error::NotFound)?;
    // Every page of the room shows what the trainer said.
    if let Some(practice) = &desk.workspace.site.practice {
        practice.unread.read(seat.number);
    }
    Ok(Some(Here { class, seat, desk }))
}

/// Whether who asks sits at a desk that could not be opened.
fn sits_at_closed(school: &School, site: &Site, req: &HttpRequest) -> bool {
    let seat = token(site, req).and_then(|token| school.seat_of(&token));
    seat.is_some_and(|(_, seat)| school.desk(&seat.desk).is_none())
}

/// `GET /training/`: the exercises, or the way in.
async fn home(
    school: Data<School>,
    site: Data<Site>,
    req: HttpRequest,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    if sits_at_closed(&school, &site, &req) {
        return Ok(html(views::closed(&site)));
    }
    let page = match here(&school, &site, &req).await? {
        Some(here) => views::home(&site, &here, &school.exercises_of(&here.class)),
        None => views::entrance(&site, query.get("code").map_or("", String::as_str), &[]),
    };
    Ok(html(page))
}

/// `POST /training/seat`
async fn enter(school: Data<School>, site: Data<Site>, form: FormBody) -> Result<HttpResponse, Error> {
    let typed = |name: &str| form.get(name).trim().chars().take(LONGEST).collect::<String>();
    let mut errors = vec![];
    let (code, name) = (typed("code"), typed("name"));
    let number = digits(&typed("number")).and_then(|number| number.parse::<u32>().ok());
    if code.is_empty() {
        errors.push(web::ui::FieldError::new("code", "教室のコードを入力してください"));
    }
    if number.is_none() {
        errors.push(web::ui::FieldError::new("number", "席の番号を、数字で入力してください"));
    }
    if name.is_empty() {
        errors.push(web::ui::FieldError::new("name", "お名前を入力してください"));
    }
    let (Some(number), true) = (number, errors.is_empty()) else {
        return Ok(web::unprocessable(views::entrance_again(&site, &form, &errors)));
    };
    match school.enter(&code, number, &name, &typed("staff_code")).await {
        Ok(secret) => {
            let mut response = see_other(HOME);
            set_cookie(&mut response, cookie(&site, SEAT, &secret, LASTS));
            Ok(response)
        }
        Err(Error::NotFound) => {
            let message = "教室のコードと席の番号を確かめてください。その席がありません";
            let errors = [web::ui::FieldError::new("code", message)];
            Ok(web::unprocessable(views::entrance_again(&site, &form, &errors)))
        }
        Err(Error::Conflict) => {
            let message = "席の番号を確かめてください。ほかの方が使っているか、教室が終わっています。前と同じ方は、前と同じお名前と職員番号を入力してください";
            let errors = [web::ui::FieldError::new("number", message)];
            Ok(web::unprocessable(views::entrance_again(&site, &form, &errors)))
        }
        Err(error) => Err(error),
    }
}

/// `POST /training/leaving`
async fn leave(site: Data<Site>) -> HttpResponse {
    let mut response = see_other(HOME);
    drop_cookie(&site, &mut response, SEAT);
    response
}

async fn need(school: &School, site: &Site, req: &HttpRequest) -> Result<Here, Error> {
    here(school, site, req).await?.ok_or(Error::NotFound)
}

/// `POST /training/help`: the trainer sees it, or sees it no more. The page says which, so that a second click, or a page
/// that the trainer's answer has overtaken, does not turn it round.
async fn ask_for_help(
    school: Data<School>,
    site: Data<Site>,
    req: HttpRequest,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let here = need(&school, &site, &req).await?;
    let now = school.now();
    let wanted = match form.get("wanted") {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::BadRequest("neither called nor not")),
    };
    let set = move |seat: &mut Seat| {
        match wanted {
            true if seat.wants_help => {}
            true => seat.call(now),
            false => seat.be_quiet(),
        }
        Ok(())
    };
    school.change_own(&here.class.id, &here.seat, set).await?;
    Ok(see_other(HOME))
}

/// `POST /training/clock`
async fn advance(
    school: Data<School>,
    site: Data<Site>,
    req: HttpRequest,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let here = need(&school, &site, &req).await?;
    let to = Move::from_word(form.get("to")).ok_or(Error::BadRequest("no such move of the clock"))?;
    school.advance(&here.class.id, &here.seat.desk, to).await?;
    Ok(see_other(HOME))
}

fn found<'a>(school: &'a School, here: &'a Here, id: &str) -> Result<&'a Exercise, Error> {
    school.exercise_of(&here.class, id).ok_or(Error::NotFound)
}

/// `GET /training/exercises/{id}`
async fn exercise(
    school: Data<School>,
    site: Data<Site>,
    req: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    if sits_at_closed(&school, &site, &req) {
        return Ok(see_other(HOME));
    }
    let Some(here) = here(&school, &site, &req).await? else {
        return Ok(see_other(HOME));
    };
    let exercise = found(&school, &here, &id)?;
    Ok(html(views::exercise(&site, &here, exercise, &[])))
}

/// `POST /training/exercises/{id}/beginning`: begins, or begins anew.
async fn begin(
    school: Data<School>,
    site: Data<Site>,
    req: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let here = need(&school, &site, &req).await?;
    let exercise = found(&school, &here, &id)?;
    school.begin(&here.class.id, &here.seat, &exercise.head.id).await?;
    Ok(see_other(&format!("/training/exercises/{id}")))
}

/// `POST /training/exercises/{id}/answers`
async fn answer(
    school: Data<School>,
    site: Data<Site>,
    req: HttpRequest,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut here = need(&school, &site, &req).await?;
    let exercise = found(&school, &here, &id)?.clone();
    let asked = exercise
        .head
        .goals
        .iter()
        .enumerate()
        .filter(|(_, goal)| goal.question.is_some());
    let answers: BTreeMap<usize, String> = asked
        .map(|(no, _)| {
            (
                no,
                form.get(&format!("answer_{no}")).trim().chars().take(LONGEST).collect(),
            )
        })
        .collect();
    let mut errors = vec![];
    let remark = web::optional_words(&form, "remark", "気づいたこと", LONGEST_REMARK, &mut errors);
    let change = |seat: &mut Seat| {
        let begun = seat.newest_mut(&id).ok_or(Error::NotFound)?;
        begun.answers = answers;
        if form.has("remark") {
            begun.remark = remark;
        }
        Ok(())
    };
    if !errors.is_empty() {
        // Shown as it was typed, and not kept.
        change(&mut here.seat)?;
        return Ok(web::unprocessable(views::exercise(&site, &here, &exercise, &errors)));
    }
    school.change_own(&here.class.id, &here.seat, change).await?;
    Ok(see_other(&format!("/training/exercises/{id}")))
}

/// `GET /training/files/branches.csv`: the desk's own table with one branch more, one renamed and one gone, to be imported.
async fn branches(school: Data<School>, site: Data<Site>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let here = need(&school, &site, &req).await?;
    let now = here.now();
    let read = move |conn: &mut Conn| {
        let mut rows = vec![];
        for institution in institutions::all(conn, crate::clock::jst(now).date())? {
            for (code, branch) in institutions::branches_of(conn, &institution.code)? {
                rows.push([institution.code.clone(), code, branch.name, branch.kana]);
            }
        }
        Ok::<_, Error>(rows)
    };
    let mut rows = here.desk.workspace.db.read(read).await?;
    sample::renew(&mut rows);
    let mut writer = csv::Writer::from_writer(vec![]);
    let fail = |e: csv::Error| Error::Internal(e.to_string());
    writer
        .write_record(["institution_code", "branch_code", "name", "kana"])
        .map_err(fail)?;
    for row in rows {
        writer.write_record(row).map_err(fail)?;
    }
    let bytes = writer.into_inner().map_err(|e| Error::Internal(e.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", "attachment; filename=\"branches.csv\""))
        .body(bytes))
}
