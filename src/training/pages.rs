//! The trainer's side, at the real console: classes, who is how far, help, reset, clock, the end, and what is printed. None
//! of it asks or writes the real database but one act, `record`: who took part, into the record of training (KS5, K8).
mod acts;
mod ending;
mod record;
mod seats;

use super::{
    class::{Class, Kind},
    doors::Closed,
    exercises::{Exercise, OWN},
    report,
    school::{LARGEST, NewClass, School},
    views::{self, NotMade, Refused},
};
use crate::{
    accounts::Staff,
    clock::jst,
    japan::{date::parse_compact, digits::digits},
    web::{
        Error, FormBody, Site, document::Document, html, see_other, ui::FieldError, unavailable, unprocessable, words,
    },
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, post},
};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/training", get().to(index))
        .route("/training", post().to(create))
        .route("/training/{class}", get().to(show))
        .route("/training/{class}/messages", post().to(acts::say))
        .route("/training/{class}/resets", post().to(acts::reset))
        .route("/training/{class}/clock", post().to(acts::advance))
        .route("/training/{class}/replay", post().to(acts::replay))
        .route("/training/{class}/seats/{seat}", get().to(seats::show))
        .route("/training/{class}/seats/{seat}", post().to(seats::mend))
        .route("/training/{class}/seats/{seat}/freeing", post().to(seats::free))
        .route("/training/{class}/ending", get().to(ending::ask))
        .route("/training/{class}/ending", post().to(ending::end))
        .route("/training/{class}/trainings", post().to(record::put))
        .route("/training/{class}/certificates", get().to(certificates))
        .route("/training/{class}/report", get().to(report_page))
        .route("/training/{class}/report/word", get().to(report_word));
}

/// Where the practice site is set up; elsewhere the page says how.
type MaybeSchool = Option<Data<School>>;

fn path_of(class: &str) -> String {
    format!("/training/{class}")
}

fn school(school: &MaybeSchool) -> Result<&School, Error> {
    school.as_ref().map(|school| school.get_ref()).ok_or(Error::NotFound)
}

/// `GET /training`
async fn index(found: MaybeSchool, closed: Option<Data<Closed>>, site: Data<Site>, staff: Staff) -> HttpResponse {
    html(match (&found, &closed) {
        (Some(school), _) => views::index(&site, &staff, school, &FormBody::default(), Ok(())),
        (None, Some(closed)) => views::closed(&site, &staff, closed),
        (None, None) => views::not_set_up(&site, &staff),
    })
}

/// How far away a class's day may be: the calendar knows its holidays.
const FAR_DAYS: i64 = 366;
/// Characters of a title.
const TITLE: usize = 60;

/// By kind, by set, or one by one.
fn exercises_of(school: &School, kind: Kind, form: &FormBody) -> Vec<String> {
    let all = school.exercises();
    let one_by_one = |exercise: &&Exercise| form.get(&format!("exercise_{}", exercise.head.id)) == "yes";
    let chosen: Vec<&Exercise> = match (kind, form.get("set")) {
        (Kind::Acceptance, _) => all.iter().filter(|exercise| exercise.head.acceptance).collect(),
        (Kind::Class, "" | OWN) => all.iter().filter(one_by_one).collect(),
        (Kind::Class, set) => all.of_set(set).collect(),
    };
    chosen.into_iter().map(|exercise| exercise.head.id.clone()).collect()
}

fn read(school: &School, staff: &Staff, form: &FormBody) -> Result<NewClass, Vec<FieldError>> {
    let mut errors = vec![];
    let title = words(form, "title", "教室の名前", TITLE, &mut errors);
    let size = digits(form.get("size")).and_then(|size| size.parse::<u32>().ok());
    let size = size.filter(|size| (1..=LARGEST).contains(size));
    if size.is_none() {
        let message = format!("席の数は、1から{LARGEST}までの数字で入力してください");
        errors.push(FieldError::new("size", message));
    }
    let day = parse_compact(form.get("day").trim());
    let today = jst(school.now()).date();
    let day = day.filter(|day| (*day - today).num_days().abs() <= FAR_DAYS);
    if day.is_none() {
        let message = "教室の日は、1年以内の日を、2026-12-04のように入力してください";
        errors.push(FieldError::new("day", message));
    }
    let kind = match form.get("kind") {
        "acceptance" => Kind::Acceptance,
        _ => Kind::Class,
    };
    let exercises = exercises_of(school, kind, form);
    if exercises.is_empty() {
        errors.push(FieldError::new("exercises", "課題を1つ以上えらんでください"));
    }
    let seed = match form.get("seed").trim() {
        "" => Some(1),
        typed => digits(typed).and_then(|seed| seed.parse().ok()),
    };
    if seed.is_none() {
        errors.push(FieldError::new("seed", "データの種は、数字で入力してください"));
    }
    match (size, day, seed, errors.is_empty()) {
        (Some(size), Some(day), Some(seed), true) => Ok(NewClass {
            title,
            kind,
            day,
            size,
            is_shared: form.get("shared") == "yes",
            seed,
            exercises,
            trainer: staff.name.clone(),
        }),
        _ => Err(errors),
    }
}

/// `POST /training`
async fn create(found: MaybeSchool, site: Data<Site>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    match read(school, &staff, &form) {
        Ok(wish) => match school.make(wish).await {
            Ok(id) => Ok(see_other(&path_of(&id))),
            Err(error) => {
                tracing::error!(%error, "a class could not be made");
                Ok(unavailable(views::index(
                    &site,
                    &staff,
                    school,
                    &form,
                    Err(NotMade::Now),
                )))
            }
        },
        Err(errors) => {
            let page = views::index(&site, &staff, school, &form, Err(NotMade::Wrong(&errors)));
            Ok(unprocessable(page))
        }
    }
}

/// The class with everybody's newest progress.
async fn looked_at(school: &School, id: &str) -> Result<Class, Error> {
    let class = school.class(id)?;
    for seat in class.taken() {
        school.look(id, seat.number).await?;
    }
    school.class(id)
}

/// A class's page again, with what was typed into one of its forms and what is wrong with it.
async fn again(school: &School, site: &Site, staff: &Staff, id: &str, refused: Refused) -> Result<HttpResponse, Error> {
    let class = looked_at(school, id).await?;
    Ok(unprocessable(views::show(site, staff, school, &class, &refused)))
}

/// `GET /training/{class}`: who is at which step.
async fn show(found: MaybeSchool, site: Data<Site>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let class = looked_at(school, &id).await?;
    Ok(html(views::show(&site, &staff, school, &class, &Refused::default())))
}

/// `GET /training/{class}/certificates`: one page for each person.
async fn certificates(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let class = looked_at(school, &id).await?;
    Ok(html(views::certificates(&site, &staff, school, &class)))
}

async fn document(school: &School, site: &Site, id: &str) -> Result<(Class, Document), Error> {
    let class = looked_at(school, id).await?;
    let document = report::report(site, school, &class);
    Ok((class, document))
}

/// `GET /training/{class}/report`: what was done, and what went; of an acceptance test plan, scripts and results.
async fn report_page(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let (class, document) = document(school(&found)?, &site, &id).await?;
    Ok(html(views::report(&site, &staff, &class, &document)))
}

/// `GET /training/{class}/report/word`
async fn report_word(found: MaybeSchool, site: Data<Site>, id: Path<String>) -> Result<HttpResponse, Error> {
    let (class, document) = document(school(&found)?, &site, &id).await?;
    document.download_of_training(&class.id)
}
