use super::{
    assist,
    start::accept_terms,
    step_data::{bank_choices, closed_until, found_branches, put_town, towns},
    visitor::{Found, Visitor, applicant, editing, require_editing},
};
use crate::{
    config::ItemId,
    db::Conn,
    enrolment::{
        answers::Answers,
        form::{Context, NotEligible, Step, errors_on, first_incomplete},
        states::Registration,
        store,
        views::{self, Extra},
    },
    texts,
    web::{Error, FormBody, Page, Scripts, html, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Query},
};
use std::collections::BTreeMap;

type Flags = Query<BTreeMap<String, String>>;

/// `GET /apply/{step}`: the step as it stands; with `?error`, what is wrong on it.
pub async fn show(
    workspace: Data<Workspace>,
    req: HttpRequest,
    step: Path<String>,
    flags: Flags,
) -> Result<HttpResponse, Error> {
    let step = Step::from_word(&step).ok_or(Error::NotFound)?;
    let found = applicant(&workspace, &req).await?;
    let has_draft = match &found {
        Found::Here(visitor) => visitor.application.state == Registration::Draft,
        Found::TimedOut(visitor) => visitor.application.state.is_editable(),
        Found::Nobody => false,
    };
    if step == Step::Terms && !has_draft {
        let why = ["changed", "error"].into_iter().find(|why| flags.contains_key(*why));
        return terms_without_draft(&workspace, &req, why).await;
    }
    let mut visitor = match editing(found) {
        Ok(visitor) => visitor,
        Err(elsewhere) => return Ok(see_other(elsewhere)),
    };
    if !visitor.context.applies(step, &visitor.answers) {
        return Ok(see_other(&visitor.context.next(step, &visitor.answers).path()));
    }
    if let Some(missing) = first_incomplete(step, &visitor.answers, &visitor.context) {
        return Ok(see_other(&format!("{}?error", missing.path())));
    }
    if let Some(way_out) = way_out(&workspace, step, &visitor, &flags).await? {
        return Ok(way_out);
    }
    if let (Step::Name, Some(style)) = (step, flags.get("name")) {
        visitor.answers.set("name_style", style)
    }
    let errors = match flags.contains_key("error") {
        true if step == Step::Terms => terms_error(),
        true => errors_on(step, &visitor.answers, &visitor.context),
        false => vec![],
    };
    let back_to_check = flags.get("back").is_some_and(|b| b == "check");
    let helped = assist::look(&workspace, &req, step.word(), &errors).await?;
    let page = render(&workspace, step, &visitor, &errors, &flags, back_to_check).await?;
    Ok(html(page.above(helped).render(&workspace.site)))
}

const TERMS_CHANGED: &str = "利用規約と個人情報の取扱いを確かめてください。お読みになっている間に新しくなりました";

fn terms_error() -> Vec<FieldError> {
    vec![FieldError::new(
        "agree",
        "利用規約と個人情報の取扱いへの同意を選んでください",
    )]
}

/// P1 before there is a draft.
async fn terms_without_draft(
    workspace: &Workspace,
    req: &HttpRequest,
    why: Option<&str>,
) -> Result<HttpResponse, Error> {
    let answers = Answers::default();
    let (world, empty) = (workspace.clone(), answers.clone());
    let now = workspace.clock.now();
    let read = move |conn: &mut Conn| {
        Ok::<_, Error>((store::context(conn, &world, &empty)?, texts::terms(conn, &world, now)?))
    };
    let (context, terms): (Context, _) = workspace.db.read(read).await?;
    let errors = match why {
        Some("changed") => vec![FieldError::new("agree", TERMS_CHANGED)],
        Some(_) => terms_error(),
        None => vec![],
    };
    let extra = Extra {
        terms: Some(&terms),
        banks: &[],
        over: &[],
        towns: None,
        branches: None,
        rev: 0,
        back_to_check: false,
    };
    let body = views::step(Step::Terms, &answers, &context, &errors, &extra);
    let page = Page::new(&views::title_text(Step::Terms), body)
        .back("/")
        .errors(!errors.is_empty())
        .scripts(Scripts::Form)
        .step()
        .above(assist::look(workspace, req, Step::Terms.word(), &errors).await?);
    Ok(html(page.render(&workspace.site)))
}

async fn render(
    workspace: &Workspace,
    step: Step,
    visitor: &Visitor,
    errors: &[FieldError],
    flags: &Flags,
    back_to_check: bool,
) -> Result<Page, Error> {
    let (banks, over) = match step {
        Step::Bank => bank_choices(workspace).await?,
        _ => (vec![], vec![]),
    };
    let terms = match step {
        Step::Terms => {
            let (world, now) = (workspace.clone(), workspace.clock.now());
            Some(workspace.db.read(move |conn| texts::terms(conn, &world, now)).await?)
        }
        _ => None,
    };
    let looked_up = step == Step::Place && flags.contains_key("lookup");
    let extra = Extra {
        terms: terms.as_ref(),
        banks: &banks,
        over: &over,
        towns: if looked_up {
            Some(towns(workspace, &visitor.answers).await?)
        } else {
            None
        },
        branches: match step {
            Step::Account => found_branches(workspace, visitor, visitor.answers.get("branch_query")).await?,
            _ => None,
        },
        rev: visitor.application.rev,
        back_to_check,
    };
    let body = views::step(step, &visitor.answers, &visitor.context, errors, &extra);
    let previous = visitor.context.previous(step, &visitor.answers);
    let back = match back_to_check {
        true => "/apply/check".to_owned(),
        false => previous.map_or("/".to_owned(), Step::path),
    };
    let scripts = match step {
        Step::Place | Step::Account => Scripts::Htmx,
        _ => Scripts::Form,
    };
    Ok(Page::new(&views::title_text(step), body)
        .back(&back)
        .errors(!errors.is_empty())
        .scripts(scripts)
        .step())
}

/// Pages instead of a step: a closed institution, one that is not served, an address outside the city.
async fn way_out(
    workspace: &Workspace,
    step: Step,
    visitor: &Visitor,
    flags: &Flags,
) -> Result<Option<HttpResponse>, Error> {
    let page = |title: &str, body| Page::new(title, body).back(&step.path()).scripts(Scripts::Form).step();
    let page = match step {
        Step::Bank if flags.contains_key("other") => {
            page("その金融機関は、紙の申込書で申し込めます", views::other_institution())
        }
        Step::Bank if flags.contains_key("closed") => match closed_until(workspace, visitor).await? {
            Some(reopens) => {
                let body = views::closed(visitor.context.institution_name(), &reopens);
                page("この金融機関は、いま手続きできません", body)
            }
            None => return Ok(None),
        },
        Step::Place if flags.contains_key("outside") => {
            let address = format!("{}{}", visitor.answers.get("town"), visitor.answers.get("block"));
            let body = views::outside_city(&visitor.context.city, &address, visitor.application.rev);
            page("市の外の住所です。この住所でよいですか", body)
        }
        Step::Contact if flags.contains_key("corporate") => {
            let reason = "このサイトで申し込めるのは、個人の方だけです。会社や団体の方は、紙の申込書をご利用ください。";
            page(
                "このお申込みは、紙の申込書で受け付けます",
                views::not_eligible(reason, "/apply/contact"),
            )
        }
        Step::Account if flags.contains_key("deposit") => {
            let (context, served) = (&visitor.context, visitor.context.served_deposits());
            let reason = format!(
                "{}の口座で申し込めるのは、{served}だけです。",
                context.institution_name()
            );
            page(
                "このお申込みは、紙の申込書で受け付けます",
                views::not_eligible(&reason, "/apply/account"),
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(html(page.render(&workspace.site))))
}

/// `GET /apply/branches`: the list alone, for the search while typing.
pub async fn branches(workspace: Data<Workspace>, req: HttpRequest, flags: Flags) -> Result<HttpResponse, Error> {
    let visitor = match require_editing(&workspace, &req).await? {
        Ok(visitor) => visitor,
        Err(_) => {
            return Ok(HttpResponse::NoContent()
                .insert_header(("HX-Redirect", "/apply/timeout"))
                .finish());
        }
    };
    let query = flags.get("branch_query").map_or("", |q| q.trim());
    let found = found_branches(&workspace, &visitor, query).await?;
    Ok(html(views::branch_list(&visitor.context, found.as_ref())))
}

/// `POST /apply/{step}`: saves what was typed, then says by a redirect where to go on.
pub async fn update(
    workspace: Data<Workspace>,
    req: HttpRequest,
    step: Path<String>,
    body: FormBody,
) -> Result<HttpResponse, Error> {
    let step = Step::from_word(&step)
        .filter(|s| *s != Step::Check)
        .ok_or(Error::NotFound)?;
    let visitor = match applicant(&workspace, &req).await? {
        Found::Nobody if step == Step::Terms => return accept_terms(&workspace, &req, &body).await,
        Found::Nobody => return Ok(see_other("/")),
        Found::TimedOut(visitor) => {
            hold(&workspace, step, *visitor, &body).await?;
            return Ok(see_other("/apply/timeout"));
        }
        Found::Here(visitor) => visitor,
    };
    if step == Step::Terms {
        let agreed = body.get("agree") == "yes";
        return match visitor.application.state {
            Registration::Draft => Ok(see_other(if agreed { "/apply/bank" } else { "/apply/terms?error" })),
            // This browser's earlier application is on its way; this is a new one.
            _ => accept_terms(&workspace, &req, &body).await,
        };
    }
    if !visitor.application.state.is_editable() {
        return Ok(see_other("/result"));
    }
    let seen = body.get("draft_rev").parse::<i32>().unwrap_or(0);
    if is_behind(step, &visitor, seen, &body) {
        return Ok(other_tab(&workspace, step));
    }
    match save(&workspace, step, *visitor, &body).await {
        Ok(saved) => Ok(see_other(&where_next(&workspace, step, &saved, &body).await?)),
        // Two clicks at once: the other one was faster. The same typing goes on, another is a second tab.
        Err(Error::Conflict) => match applicant(&workspace, &req).await? {
            Found::Here(now) if is_unchanged(step, &now.answers, &body) => {
                Ok(see_other(&where_next(&workspace, step, &now, &body).await?))
            }
            _ => Ok(other_tab(&workspace, step)),
        },
        Err(error) => Err(error),
    }
}

/// Whether this step was changed elsewhere since its page was drawn.
fn is_behind(step: Step, visitor: &Visitor, seen: i32, body: &FormBody) -> bool {
    visitor.answers.rev_of(step.word()) > seen && !is_unchanged(step, &visitor.answers, body)
}

fn other_tab(workspace: &Workspace, step: Step) -> HttpResponse {
    let page = Page::new("別の画面で入力が進んでいます", views::other_tab(&step.path()));
    html(page.render(&workspace.site))
}

fn is_unchanged(step: Step, answers: &Answers, body: &FormBody) -> bool {
    step.fields()
        .iter()
        .all(|f| !body.has(f) || answers.get(f) == body.get(f).trim())
}

/// What was typed when the page had closed is kept apart until the person is recognised (P13); once only.
async fn hold(workspace: &Workspace, step: Step, mut visitor: Visitor, body: &FormBody) -> Result<(), Error> {
    if visitor.visit.locked || !visitor.application.state.is_editable() {
        return Ok(());
    }
    for field in step.fields().iter().filter(|f| body.has(f)) {
        visitor.answers.hold(field, body.get(field))
    }
    let (world, now) = (workspace.clone(), workspace.clock.now());
    workspace
        .db
        .write(move |conn| {
            store::save_answers(conn, &world.keys, &visitor.application, &visitor.answers, now)?;
            Ok::<_, Error>(store::lock_visit(conn, &visitor.visit.token)?)
        })
        .await
}

/// Stores the step's fields; gives the visitor as it is now.
async fn save(workspace: &Workspace, step: Step, mut visitor: Visitor, body: &FormBody) -> Result<Visitor, Error> {
    let before = visitor.answers.clone();
    for field in step.fields() {
        if body.has(field) {
            visitor.answers.set(field, body.get(field))
        }
    }
    match (step, body.get("do")) {
        (Step::Place, "city_ok") => {
            let town = visitor.answers.get("town").to_owned();
            visitor.answers.set("city_ok", &town)
        }
        (Step::Place, "lookup") => put_town(workspace, &mut visitor.answers).await?,
        (Step::Place, _) if !body.get("town_choice").is_empty() => visitor.answers.set("town", body.get("town_choice")),
        // Another institution has other branches.
        (Step::Bank, _) if before.get("institution") != visitor.answers.get("institution") => {
            visitor.answers.remove("branch");
            visitor.answers.remove("branch_query");
        }
        _ => {}
    }
    visitor.answers.touch(step.word(), visitor.application.rev + 1);
    let (world, now, application, answers) = (
        workspace.clone(),
        workspace.clock.now(),
        visitor.application.clone(),
        visitor.answers.clone(),
    );
    visitor.context = workspace
        .db
        .write(move |conn| {
            store::save_answers(conn, &world.keys, &application, &answers, now)?;
            Ok::<_, Error>(store::context(conn, &world, &answers)?)
        })
        .await?;
    visitor.application.rev += 1;
    Ok(visitor)
}

async fn where_next(workspace: &Workspace, step: Step, visitor: &Visitor, body: &FormBody) -> Result<String, Error> {
    let (answers, context) = (&visitor.answers, &visitor.context);
    let back = match body.get("back") {
        "check" => "&back=check",
        _ => "",
    };
    let stay = |flag: &str| format!("{}?{flag}{back}", step.path());
    match (step, body.get("do")) {
        (Step::Place, "lookup") => return Ok(stay("lookup")),
        (Step::Account, "search") => return Ok(stay("search")),
        (Step::Bank, _) if answers.get("institution") == "other" => return Ok(stay("other")),
        _ => {}
    }
    match (step, NotEligible::find(answers, context)) {
        (Step::Contact, Some(NotEligible::Corporate)) | (Step::Account, Some(NotEligible::DepositType)) => {
            return Ok(stay(if step == Step::Contact { "corporate" } else { "deposit" }));
        }
        _ => {}
    }
    if !errors_on(step, answers, context).is_empty() {
        return Ok(stay("error"));
    }
    if step == Step::Bank && closed_until(workspace, visitor).await?.is_some() {
        return Ok(stay("closed"));
    }
    let asks_address = context.items.asked(ItemId::Premises).is_some();
    let outside = asks_address
        && !answers.get("town").starts_with(&context.city)
        && answers.get("city_ok") != answers.get("town");
    if step == Step::Place && outside && !answers.get("town").is_empty() {
        return Ok(stay("outside"));
    }
    let next = context.next(step, answers);
    let asks_more = step == Step::Name && next == Step::Former;
    Ok(match !back.is_empty() && !asks_more {
        true => Step::Check.path(),
        false if !back.is_empty() => format!("{}?back=check", next.path()),
        false => next.path(),
    })
}
