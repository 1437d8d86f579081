//! The trainer's side, at the real console: classes, who is how far, help, reset, clock, the end, and what is printed. None
//! of it writes into the real database but one act: who took part, into the record of training (KS5, K8).
use super::{
    class::{Class, Kind},
    clockwork::Move,
    report,
    school::{LARGEST, NewClass, School},
    views,
};
use crate::{
    accounts::{self, Staff},
    clock::jst,
    db::Conn,
    japan::{date::parse_compact, digits::digits},
    web::{Error, FormBody, Site, document::Document, html, see_other, ui::FieldError, unprocessable, words},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, get, post},
};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/training", get().to(index))
        .route("/training", post().to(create))
        .route("/training/{class}", get().to(show))
        .route("/training/{class}/messages", post().to(say))
        .route("/training/{class}/resets", post().to(reset))
        .route("/training/{class}/clock", post().to(advance))
        .route("/training/{class}/replay", post().to(replay))
        .route("/training/{class}/ending", post().to(end))
        .route("/training/{class}/trainings", post().to(put_on_record))
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
async fn index(found: MaybeSchool, site: Data<Site>, staff: Staff) -> HttpResponse {
    html(match &found {
        Some(school) => views::index(&site, &staff, school, &FormBody::default(), &[]),
        None => views::not_set_up(&site, &staff),
    })
}

/// How far away a class's day may be: the calendar knows its holidays.
const FAR_DAYS: i64 = 366;
/// Characters of a title, of a message.
const TITLE: usize = 60;
const MESSAGE: usize = 500;

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
    let of_kind = |exercise: &super::Exercise| match kind {
        Kind::Class => form.get(&format!("exercise_{}", exercise.head.id)) == "yes",
        Kind::Acceptance => exercise.head.acceptance,
    };
    let chosen = school.exercises().iter().filter(|exercise| of_kind(exercise));
    let exercises: Vec<String> = chosen.map(|exercise| exercise.head.id.clone()).collect();
    if exercises.is_empty() {
        errors.push(FieldError::new("exercises", "課題を1つ以上えらんでください"));
    }
    let seed = digits(form.get("seed")).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    match (size, day, errors.is_empty()) {
        (Some(size), Some(day), true) => Ok(NewClass {
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
        Ok(wish) => {
            let id = school.make(wish).await?;
            Ok(see_other(&path_of(&id)))
        }
        Err(errors) => Ok(unprocessable(views::index(&site, &staff, school, &form, &errors))),
    }
}

/// The class with everybody's newest progress.
async fn looked_at(school: &School, id: &str) -> Result<Class, Error> {
    let class = school.class(id)?;
    for seat in class.seats.iter().filter(|seat| seat.entered_at.is_some()) {
        school.look(id, seat.number).await?;
    }
    school.class(id)
}

/// `GET /training/{class}`: who is at which step.
async fn show(found: MaybeSchool, site: Data<Site>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let class = looked_at(school, &id).await?;
    Ok(html(views::show(&site, &staff, school, &class, &[])))
}

/// `POST /training/{class}/messages`: to one seat or to all.
async fn say(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let mut errors = vec![];
    let body = words(&form, "body", "伝えること", MESSAGE, &mut errors);
    if !errors.is_empty() {
        let class = looked_at(school, &id).await?;
        return Ok(unprocessable(views::show(&site, &staff, school, &class, &errors)));
    }
    let (now, seat) = (school.now(), form.get("seat").parse::<u32>().ok());
    school
        .change(&id, |class| {
            class.messages.push(super::class::Message { at: now, seat, body });
            let answered = class
                .seats
                .iter_mut()
                .filter(|one| seat.is_none_or(|seat| seat == one.number));
            answered.for_each(|seat| seat.wants_help = false);
            Ok(())
        })
        .await?;
    Ok(see_other(&path_of(&id)))
}

/// The desks that a form names: one, or all.
fn desks_of(school: &School, id: &str, form: &FormBody) -> Result<Vec<String>, Error> {
    let class = school.class(id)?;
    let wanted = form.get("desk");
    let all = class.desks.iter().map(|desk| desk.id.clone());
    let chosen: Vec<String> = all.filter(|desk| wanted == "all" || wanted == desk).collect();
    match chosen.is_empty() {
        true => Err(Error::NotFound),
        false => Ok(chosen),
    }
}

const CHOOSE: &str = "席をえらんでください";

/// The class again, with what is wrong.
async fn again(
    school: &School,
    site: &Site,
    staff: &Staff,
    id: &str,
    (field, sentence): (&str, &str),
) -> Result<HttpResponse, Error> {
    let class = looked_at(school, id).await?;
    let errors = [FieldError::new(field, sentence)];
    Ok(unprocessable(views::show(site, staff, school, &class, &errors)))
}

/// `POST /training/{class}/resets`
async fn reset(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    if form.get("desk").is_empty() {
        return again(school, &site, &staff, &id, ("reset-desk", CHOOSE)).await;
    }
    for desk in desks_of(school, &id, &form)? {
        school.reset(&id, &desk, &staff.name).await?;
    }
    Ok(see_other(&path_of(&id)))
}

/// `POST /training/{class}/clock`
async fn advance(found: MaybeSchool, id: Path<String>, form: FormBody) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let to = Move::from_word(form.get("to")).ok_or(Error::BadRequest("no such move of the clock"))?;
    for desk in desks_of(school, &id, &form)? {
        school.advance(&id, &desk, to).await?;
    }
    Ok(see_other(&path_of(&id)))
}

/// Days and applications a day that may be replayed.
const DAYS: u32 = 31;
const A_DAY: u32 = 40;

/// `POST /training/{class}/replay`: days of invented traffic, in the background; the page shows the desk's date going on.
async fn replay(
    found: MaybeSchool,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    if form.get("desk").is_empty() {
        return again(school, &site, &staff, &id, ("replay-desk", CHOOSE)).await;
    }
    let number = |name: &str, most: u32| {
        let typed = digits(form.get(name)).and_then(|n| n.parse::<u32>().ok());
        typed.filter(|typed| (1..=most).contains(typed))
    };
    let Some(days) = number("days", DAYS) else {
        return again(
            school,
            &site,
            &staff,
            &id,
            ("days", "日数は、1から31までの数字で入力してください"),
        )
        .await;
    };
    let Some(a_day) = number("a_day", A_DAY) else {
        return again(
            school,
            &site,
            &staff,
            &id,
            ("a_day", "1日の申込みは、1から40までの数字で入力してください"),
        )
        .await;
    };
    for desk in desks_of(school, &id, &form)? {
        let (school, class) = (school.clone(), id.to_string());
        // Another replay brings other people.
        let day = school
            .desk(&desk)
            .map_or(0, |desk| desk.workspace.clock.now().and_utc().timestamp() / 86_400);
        let seed = school.class(&class)?.seed ^ day.unsigned_abs();
        actix_web::rt::spawn(async move {
            if let Err(error) = school.replay(&class, &desk, days, a_day, seed).await {
                tracing::warn!(%error, "a replay ended early");
            }
        });
    }
    Ok(see_other(&path_of(&id)))
}

/// `POST /training/{class}/ending`
async fn end(found: MaybeSchool, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    school(&found)?.end(&id, &staff.name).await?;
    Ok(see_other(&path_of(&id)))
}

/// `POST /training/{class}/trainings`: who finished an exercise, into the staff's record of training (KS5, K8).
async fn put_on_record(
    workspace: Data<Workspace>,
    found: MaybeSchool,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let school = school(&found)?;
    let class = looked_at(school, &id).await?;
    let taught = class.exercises.len();
    let took_part: Vec<(String, String)> = class
        .seats
        .iter()
        .filter(|seat| !seat.code.is_empty())
        .map(|seat| {
            let done = seat.tries.values().filter(|begun| begun.done_at().is_some()).count();
            (seat.code.clone(), format!("{}（課題 {done} / {taught}）", class.title))
        })
        .collect();
    let (now, day, by) = (workspace.clock.now(), class.day, staff.name.clone());
    let write = move |conn: &mut Conn| {
        for (code, title) in took_part {
            if let Some(person) = accounts::find_by_code(conn, &code)? {
                accounts::record_training(conn, &staff, &person.id, day, &title, now)?;
            }
        }
        Ok::<_, Error>(())
    };
    workspace.db.write(write).await?;
    let what = "修了した人を、職員の研修の記録に載せました";
    school.note(&id, &by, what).await?;
    Ok(see_other(&path_of(&id)))
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
    document.download(&site, &format!("training_{}", class.id))
}
