//! The hours of the desk, and the templates of answers.
use crate::{
    accounts::Staff,
    clock::jst,
    db::Conn,
    inquiries::{
        hours::{Rule, Span},
        model::{self, Priority},
        store::{self, Kept},
        views::{self, HoursForm, TemplateForm},
        work,
    },
    japan::date::parse_compact,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveTime;
use std::collections::BTreeMap;

async fn kept(workspace: &Data<Workspace>) -> Result<Kept, Error> {
    workspace.db.read(store::rule).await
}

/// `GET /inquiries/hours`
pub async fn hours(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let kept = kept(&workspace).await?;
    let (form, today) = (HoursForm::of(&kept.rule), jst(workspace.clock.now()).date());
    Ok(html(views::hours(&site, &staff, &kept, &form, today, &[])))
}

/// `8:30` or `08:30`.
fn time(typed: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(typed.trim(), "%H:%M").ok()
}

fn span(opens: &str, closes: &str) -> Option<Span> {
    let span = (time(opens)?, time(closes)?);
    (span.0 < span.1).then_some(span)
}

/// Working minutes that a priority can have: a minute to a hundred days of eight hours.
const MINUTES: std::ops::RangeInclusive<i64> = 1..=48_000;

fn read(form: &FormBody) -> Result<Rule, Vec<FieldError>> {
    let mut errors = vec![];
    let mut weekdays = [false; 7];
    for (n, at_work) in weekdays.iter_mut().enumerate() {
        *at_work = form.get(&format!("day{}", n + 1)) == "yes";
    }
    if weekdays == [false; 7] {
        errors.push(FieldError::new("weekdays", "受付の曜日を選んでください"));
    }
    let span = span(form.get("opens"), form.get("closes"));
    if span.is_none() {
        let sentence = "受付の時間は、8:30 の形で、始まりを終わりより前に入力してください";
        errors.push(FieldError::new("opens", sentence));
    }
    let mut minutes = BTreeMap::new();
    for priority in Priority::ALL {
        let name = format!("{}_minutes", priority.as_str());
        match form
            .get(&name)
            .trim()
            .parse::<i64>()
            .ok()
            .filter(|n| MINUTES.contains(n))
        {
            Some(n) => {
                minutes.insert(*priority, n);
            }
            None => {
                let sentence = format!(
                    "{}の期限は、1から48000までの数字（分）で入力してください",
                    priority.label()
                );
                errors.push(FieldError::new(&name, sentence));
            }
        }
    }
    match (span, errors.is_empty()) {
        (Some(span), true) => Ok(Rule {
            weekdays,
            span,
            minutes,
            days: BTreeMap::new(),
        }),
        _ => Err(errors),
    }
}

/// `POST /inquiries/hours`: what is open gets its due time anew in the same transaction.
pub async fn save_hours(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let rule = match read(&form) {
        Ok(rule) => rule,
        Err(errors) => return wrong(&workspace, &site, &staff, &form, &errors).await,
    };
    let (now, rev) = (workspace.clock.now(), form.get("rev").parse().unwrap_or(-1));
    let write = move |conn: &mut Conn| {
        store::save_rule(conn, &rule, rev)?;
        let moved = work::reckon_anew(conn)?;
        staff.record(
            conn,
            now,
            "support_hours.changed",
            "support_hours",
            &format!("{moved} due_times"),
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other("/inquiries/hours"))
}

async fn wrong(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    form: &FormBody,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let kept = kept(workspace).await?;
    let (typed, today) = (HoursForm::typed(&kept.rule, form), jst(workspace.clock.now()).date());
    Ok(unprocessable(views::hours(site, staff, &kept, &typed, today, errors)))
}

/// `POST /inquiries/hours/days`: a day that differs, or one that does so no more.
pub async fn put_day(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let mut errors = vec![];
    let day = parse_compact(form.get("day"));
    if day.is_none() {
        errors.push(FieldError::new("day", "日付は、2026-12-28 の形で入力してください"));
    }
    let closed = form.get("day_opens").trim().is_empty() && form.get("day_closes").trim().is_empty();
    let hours = span(form.get("day_opens"), form.get("day_closes"));
    if form.get("do") != "drop" && !closed && hours.is_none() {
        let sentence =
            "その日の時間は、8:30 の形で、始まりを終わりより前に入力してください。休みの日は、両方を空けます";
        errors.push(FieldError::new("day_opens", sentence));
    }
    let Some(day) = day.filter(|_| errors.is_empty()) else {
        return wrong(&workspace, &site, &staff, &form, &errors).await;
    };
    let note: String = form.get("note").trim().chars().take(60).collect();
    let is_drop = form.get("do") == "drop";
    let write = move |conn: &mut Conn| {
        match is_drop {
            true => store::drop_day(conn, day)?,
            false => store::put_day(conn, day, hours, &note)?,
        }
        let moved = work::reckon_anew(conn)?;
        staff.record(
            conn,
            now,
            "support_day.changed",
            &format!("support_day/{day}"),
            &format!("{moved} due_times"),
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other("/inquiries/hours"))
}

/// `GET /inquiries/templates`
pub async fn templates(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let list = workspace
        .db
        .read(|conn| Ok::<_, Error>(store::templates(conn)?))
        .await?;
    Ok(html(views::templates(
        &site,
        &staff,
        &list,
        &TemplateForm::default(),
        &[],
    )))
}

/// The fields that a template can have, beside the words of the bureau.
pub const TEMPLATE_FIELDS: [&str; 5] = ["number", "receipt_number", "institution", "state", "name"];

fn read_template(form: &FormBody) -> Result<(String, String), Vec<FieldError>> {
    let mut errors = vec![];
    let name: String = form.get("name").trim().to_owned();
    if name.is_empty() || name.chars().count() > 40 {
        errors.push(FieldError::new("name", "ひな形の名前は、40文字以内で入力してください"));
    }
    let body = model::read_body("body", "本文", form.get("body"), &mut errors);
    let mut words = body
        .split("{{")
        .skip(1)
        .map(|rest| rest.split("}}").next().unwrap_or(rest));
    if let Some(word) = words.find(|w| !TEMPLATE_FIELDS.contains(w) && !crate::web::WORDS.contains(w)) {
        let word: String = word.chars().take(20).collect();
        let sentence = format!("本文の{{{{{word}}}}}は、差し込みの一覧にある名前で入力してください");
        errors.push(FieldError::new("body", sentence));
    }
    if errors.is_empty() {
        Ok((name, body))
    } else {
        Err(errors)
    }
}

/// `POST /inquiries/templates`
pub async fn create_template(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (name, body) = match read_template(&form) {
        Ok(read) => read,
        Err(errors) => {
            let list = workspace
                .db
                .read(|conn| Ok::<_, Error>(store::templates(conn)?))
                .await?;
            let page = views::templates(&site, &staff, &list, &TemplateForm::typed(&form), &errors);
            return Ok(unprocessable(page));
        }
    };
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        let id = store::add_template(conn, &name, &body, &staff.word(), now)?;
        staff.record(
            conn,
            now,
            "inquiry_template.made",
            &format!("inquiry_template/{id}"),
            "",
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other("/inquiries/templates"))
}

/// `GET /inquiries/templates/{id}`
pub async fn template(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let template = workspace
        .db
        .read(move |conn| Ok::<_, Error>(store::find_template(conn, &id)?))
        .await?;
    let form = TemplateForm {
        name: template.name.clone(),
        body: template.body.clone(),
    };
    Ok(html(views::template(&site, &staff, &template, &form, &[])))
}

/// `POST /inquiries/templates/{id}`
pub async fn update_template(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (now, id) = (workspace.clock.now(), id.into_inner());
    let (name, body) = match read_template(&form) {
        Ok(read) => read,
        Err(errors) => {
            let template = workspace
                .db
                .read(move |conn| Ok::<_, Error>(store::find_template(conn, &id)?))
                .await?;
            let page = views::template(&site, &staff, &template, &TemplateForm::typed(&form), &errors);
            return Ok(unprocessable(page));
        }
    };
    let write = move |conn: &mut Conn| {
        store::find_template(conn, &id)?;
        store::update_template(conn, &id, &name, &body, now)?;
        staff.record(
            conn,
            now,
            "inquiry_template.changed",
            &format!("inquiry_template/{id}"),
            "",
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other("/inquiries/templates"))
}

/// `POST /inquiries/templates/{id}/retirement`
pub async fn retire_template(
    workspace: Data<Workspace>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        store::find_template(conn, &id)?;
        store::retire_template(conn, &id, now)?;
        staff.record(
            conn,
            now,
            "inquiry_template.retired",
            &format!("inquiry_template/{id}"),
            "",
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other("/inquiries/templates"))
}
