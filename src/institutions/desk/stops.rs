//! Announcing a closed time: its rule is seen in a calendar before it counts.
use super::{Asked, asked, replacement::Replaced};
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
use chrono::{Days, Duration, NaiveDate, NaiveDateTime};

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
    /// The recurring one that it takes the place of, and from which day on; empty for a new one.
    pub replaces: String,
    pub from: String,
}

impl Stop {
    fn read(word: impl Fn(&str) -> String) -> Self {
        Self {
            institution: word("institution"),
            rule: word("rule"),
            reason: word("reason"),
            replaces: word("replaces"),
            from: word("from"),
        }
    }
    /// A recurring one as it would be typed.
    pub fn of(regular: &Regular) -> Self {
        Self {
            institution: regular.institution_code.clone().unwrap_or_default(),
            rule: regular.rule.to_string(),
            reason: regular.reason.clone(),
            ..Self::default()
        }
    }
    /// What takes its place from tomorrow on, to be typed over.
    pub fn replacing(regular: &Regular, today: NaiveDate) -> Self {
        Self {
            replaces: regular.id.clone(),
            from: (today + Days::new(1)).to_string(),
            ..Self::of(regular)
        }
    }
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("institution", &self.institution),
            ("rule", &self.rule),
            ("reason", &self.reason),
            ("replaces", &self.replaces),
            ("from", &self.from),
        ]
    }
    /// The page where it is looked at; nothing of a person is in it.
    pub fn path(&self, month: &str, view: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let is_asked = |(name, value): &(&str, &str)| !value.is_empty() || !["replaces", "from"].contains(name);
        query.extend_pairs(self.fields().into_iter().filter(is_asked));
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

    /// The rule, and what it replaces, or what is wrong; a rule may be there although something else is wrong.
    fn check<'a>(
        &self,
        known: &[Institution],
        rules: &'a [Regular],
        now: NaiveDateTime,
    ) -> (Option<Rule>, Option<Replaced<'a>>, Vec<FieldError>) {
        let (mut rule, mut errors) = self.check_words(known, now);
        let replaced = Replaced::read(self, rules, now).unwrap_or_else(|wrong| {
            errors.push(wrong);
            None
        });
        if let (Some(replaced), Some(typed)) = (&replaced, &rule) {
            rule = match replaced.begin(typed) {
                Ok(begun) => Some(begun),
                Err(wrong) => {
                    errors.push(wrong);
                    None
                }
            };
        }
        (rule, replaced, errors)
    }

    fn check_words(&self, known: &[Institution], now: NaiveDateTime) -> (Option<Rule>, Vec<FieldError>) {
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
    let typed = Stop::read(|name| asked(&query, name).to_owned());
    let (is_asked, unseen) = (query.contains_key("rule"), query.contains_key("unseen"));
    let (month, view) = (asked(&query, "month").to_owned(), asked(&query, "view").to_owned());
    let (now, stop) = (workspace.clock.now(), typed.clone());
    let read = move |conn: &mut Conn| {
        let known = store::all(conn, jst(now).date())?;
        if !is_asked {
            return Ok((known, None, vec![]));
        }
        let rules = store::rules(conn)?;
        let (rule, replaced, errors) = stop.check(&known, &rules, now);
        let view = match stop.institution.is_empty() {
            true => view,
            false => stop.institution.clone(),
        };
        let rest = replaced.as_ref().map(|replaced| replaced.rest(&rules));
        let stand = rest.as_deref().unwrap_or(&rules);
        let preview = rule.map(|rule| preview(conn, &known, (rule, stand), view, &month, now));
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
    (rule, stand): (Rule, &[Regular]),
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
        days: of_hours(conn, of, (month.first, month.last()), stand, Some(&rule))?,
        view: of.map(|i| i.code.clone()).unwrap_or_default(),
        rule,
        windows,
        month,
        today,
    })
}

/// `POST /institutions/stops`: announces what was looked at; anything else is shown first.
pub async fn create(workspace: Data<Workspace>, staff: Staff, form: FormBody) -> Result<HttpResponse, Error> {
    let stop = Stop::read(|name| form.get(name).trim().to_owned());
    let page = stop.path("", form.get("view"));
    if form.get("seen") != stop.digest() {
        return Ok(see_other(&format!("{page}&unseen=yes")));
    }
    let now = workspace.clock.now();
    let write = move |conn: &mut Conn| {
        let known = store::all(conn, jst(now).date())?;
        let rules = store::rules(conn)?;
        match stop.check(&known, &rules, now) {
            (Some(rule), replaced, errors) if errors.is_empty() => {
                let id = keep(conn, &staff, &stop, rule, now)?;
                if let Some(replaced) = replaced {
                    end(conn, &staff, &replaced, &id, now)?;
                }
                Ok::<_, Error>(true)
            }
            _ => Ok(false),
        }
    };
    Ok(match workspace.db.write(write).await? {
        true => see_other("/institutions"),
        false => see_other(&page),
    })
}

/// Ends what was replaced, in the same transaction as the new one begins.
fn end(conn: &mut Conn, staff: &Staff, replaced: &Replaced, by: &str, now: NaiveDateTime) -> Result<(), Error> {
    if !store::end_rule(conn, replaced.old, replaced.end().as_ref(), now)? {
        return Err(Error::Conflict);
    }
    let subject = format!("closure/{}", replaced.old.id);
    staff.record(
        conn,
        now,
        "closure.replaced",
        &subject,
        &format!("{} closure/{by}", replaced.day),
    )
}

/// Writes it down; gives its id.
fn keep(conn: &mut Conn, staff: &Staff, stop: &Stop, rule: Rule, now: NaiveDateTime) -> Result<String, Error> {
    let institution_code = Some(stop.institution.clone()).filter(|code| !code.is_empty());
    let id = ulid::Ulid::generate().to_string();
    let detail = format!("{} {rule}", institution_code.as_deref().unwrap_or("service"));
    let subject = format!("closure/{id}");
    match rule.only_window() {
        Some(window) => {
            let closure = Closure {
                id: id.clone(),
                institution_code,
                starts_at: window.starts_at,
                ends_at: window.ends_at,
                reason: stop.reason.clone(),
                owner: None,
            };
            store::add_closure(conn, &closure, now)?;
        }
        None => {
            let regular = Regular {
                id: id.clone(),
                institution_code,
                rule,
                reason: stop.reason.clone(),
            };
            store::add_rule(conn, &regular, now)?;
        }
    }
    staff.record(conn, now, "closure.announced", &subject, &detail)?;
    Ok(id)
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
