//! Announcing a closed time: its rule is seen in a calendar before it counts.
use super::{Asked, asked};
use crate::{
    accounts::Staff,
    clock::jst,
    crypto::sha256_hex,
    db::Conn,
    institutions::{
        Closure, Regular,
        hours::{self, Rule},
        sheet::{Month, of_hours},
        store::{self, Institution},
        views::{self, Preview},
    },
    web::{Error, FormBody, Site, html, see_other, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{Duration, NaiveDateTime};

/// The preview looks so far for times that a rule means.
const AHEAD: Duration = Duration::days(365);
/// Citizens read it; a notice is short.
const LONGEST: usize = 200;

/// What is typed about a closed time.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// Empty: the whole service.
    pub institution: String,
    pub rule: String,
    pub reason: String,
}

impl Stop {
    /// A recurring one as it would be typed.
    pub fn of(regular: &Regular) -> Self {
        Self {
            institution: regular.institution_code.clone().unwrap_or_default(),
            rule: regular.rule.to_string(),
            reason: regular.reason.clone(),
        }
    }
    pub fn fields(&self) -> [(&'static str, &str); 3] {
        [
            ("institution", &self.institution),
            ("rule", &self.rule),
            ("reason", &self.reason),
        ]
    }
    /// The page where it is looked at; nothing of a person is in it.
    pub fn path(&self, month: &str, view: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.fields());
        for (name, value) in [("month", month), ("view", view)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/institutions/stops/new?{}", query.finish())
    }
    /// Names what was looked at.
    pub fn digest(&self) -> String {
        sha256_hex(format!("{:?}", self.fields()).as_bytes())
    }

    /// The rule, or what is wrong; a rule may be there although something else is wrong.
    fn check(&self, known: &[Institution], now: NaiveDateTime) -> (Option<Rule>, Vec<FieldError>) {
        let mut errors = vec![];
        if !self.institution.is_empty() && !known.iter().any(|i| i.code == self.institution) {
            errors.push(FieldError::new("institution", "金融機関を選んでください"));
        }
        let rule = match Rule::parse(&self.rule) {
            Ok(rule) if rule.only_window().is_some_and(|w| w.ends_at <= now) => {
                errors.push(FieldError::new("rule", "いつは、これからの日時を入力してください"));
                None
            }
            Ok(rule) => Some(rule),
            Err(wrong) => {
                errors.push(FieldError::new("rule", wrong.to_string()));
                None
            }
        };
        match self.reason.chars().count() {
            0 => errors.push(FieldError::new("reason", "理由を入力してください")),
            1..=LONGEST => {}
            long => errors.push(FieldError::new(
                "reason",
                format!("理由は、{LONGEST}文字以内で入力してください（いま{long}文字です）"),
            )),
        }
        (rule, errors)
    }
}

/// `GET /institutions/stops/new`: the form; with a rule, what it closes.
pub async fn new(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Asked,
) -> Result<HttpResponse, Error> {
    let typed = Stop {
        institution: asked(&query, "institution").to_owned(),
        rule: asked(&query, "rule").to_owned(),
        reason: asked(&query, "reason").to_owned(),
    };
    let (is_asked, unseen) = (query.contains_key("rule"), query.contains_key("unseen"));
    let (month, view) = (asked(&query, "month").to_owned(), asked(&query, "view").to_owned());
    let (now, stop) = (workspace.clock.now(), typed.clone());
    let read = move |conn: &mut Conn| {
        let known = store::all(conn, jst(now).date())?;
        if !is_asked {
            return Ok((known, None, vec![]));
        }
        let (rule, errors) = stop.check(&known, now);
        let view = if stop.institution.is_empty() {
            view
        } else {
            stop.institution
        };
        let preview = rule.map(|rule| preview(conn, &known, rule, view, &month, now));
        Ok::<_, Error>((known, preview.transpose()?, errors))
    };
    let (known, preview, errors) = workspace.db.read(read).await?;
    Ok(html(views::stop(
        &site,
        &staff,
        &known,
        &typed,
        preview.as_ref(),
        unseen,
        &errors,
    )))
}

fn preview(
    conn: &mut Conn,
    known: &[Institution],
    rule: Rule,
    view: String,
    month: &str,
    now: NaiveDateTime,
) -> Result<Preview, Error> {
    let (today, calendar) = (jst(now).date(), store::calendar(conn, now)?);
    let windows = hours::merge(rule.windows(now, now + AHEAD, &calendar));
    let soonest = windows.first().map_or(today, |w| jst(w.starts_at).date());
    let month = Month::read(month, soonest, today);
    let of = known.iter().find(|i| i.code == view);
    Ok(Preview {
        days: of_hours(conn, of, (month.first, month.last()), Some(&rule))?,
        view: of.map(|i| i.code.clone()).unwrap_or_default(),
        rule,
        windows,
        month,
        today,
    })
}

/// `POST /institutions/stops`: announces what was looked at; anything else is shown first.
pub async fn create(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let stop = Stop {
        institution: form.get("institution").trim().to_owned(),
        rule: form.get("rule").trim().to_owned(),
        reason: form.get("reason").trim().to_owned(),
    };
    let page = stop.path("", form.get("view"));
    if form.get("seen") != stop.digest() {
        return Ok(see_other(&format!("{page}&unseen=yes")));
    }
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        let known = store::all(conn, jst(now).date())?;
        match stop.check(&known, now) {
            (Some(rule), errors) if errors.is_empty() => keep(conn, &staff, stop, rule, now).map(|()| true),
            _ => Ok(false),
        }
    };
    Ok(match workspace.db.write(write).await? {
        true => see_other("/institutions"),
        false => see_other(&page),
    })
}

fn keep(conn: &mut Conn, staff: &Staff, stop: Stop, rule: Rule, now: NaiveDateTime) -> Result<(), Error> {
    let institution_code = Some(stop.institution).filter(|code| !code.is_empty());
    let id = ulid::Ulid::generate().to_string();
    let detail = format!("{} {rule}", institution_code.as_deref().unwrap_or("service"));
    let subject = format!("closure/{id}");
    match rule.only_window() {
        Some(window) => {
            let closure = Closure {
                id,
                institution_code,
                starts_at: window.starts_at,
                ends_at: window.ends_at,
                reason: stop.reason,
                owner: None,
            };
            store::add_closure(conn, &closure, now)?;
        }
        None => {
            let regular = Regular {
                id,
                institution_code,
                rule,
                reason: stop.reason,
            };
            store::add_rule(conn, &regular, now)?;
        }
    }
    staff.record(conn, now, "closure.announced", &subject, &detail)
}

/// `POST /institutions/stops/{id}/withdrawal`
pub async fn destroy(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        if !store::withdraw_closure(conn, &id, None, now)? {
            return Err(Error::NotFound);
        }
        staff.record(conn, now, "closure.withdrawn", &format!("closure/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other("/institutions"))
}
