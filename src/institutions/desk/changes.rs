//! A new institution, another name, and retirement from a day on; nothing is deleted.
use crate::{
    accounts::Staff,
    clock::jst,
    db::{Conn, one_at_a_time},
    institutions::{
        retirement,
        store::{self, Institution, Kind},
        views,
    },
    japan::{date::parse_compact, digits::digits},
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDate;

/// Names and reasons of institutions are short.
const LONGEST: usize = 60;

/// What is typed about a name.
#[derive(Clone, Debug, Default)]
pub struct NameForm {
    pub code: String,
    pub name: String,
    pub kana: String,
    pub kind: String,
}

impl NameForm {
    fn read(form: &FormBody) -> Self {
        let get = |name: &str| form.get(name).trim().to_owned();
        Self {
            code: get("code"),
            name: get("name"),
            kana: get("kana"),
            kind: get("kind"),
        }
    }
    fn of(institution: &Institution) -> Self {
        Self {
            code: institution.code.clone(),
            name: institution.name.clone(),
            kana: institution.kana.clone(),
            kind: institution.kind.as_str().to_owned(),
        }
    }
    fn wrong_names(&self) -> Vec<FieldError> {
        let mut errors = text("name", "名前", &self.name);
        errors.extend(text("kana", "よみがな", &self.kana));
        let is_kana = |c: char| matches!(c, 'ァ'..='ヺ' | 'ー' | '・' | '　');
        if errors.is_empty() && !self.kana.chars().all(is_kana) {
            errors.push(FieldError::new("kana", "よみがなは、全角カタカナで入力してください"));
        }
        errors
    }
}

/// A text that must be there and short.
fn text(field: &str, label: &str, value: &str) -> Vec<FieldError> {
    match value.chars().count() {
        0 => vec![FieldError::new(field, format!("{label}を入力してください"))],
        1..=LONGEST => vec![],
        long => vec![FieldError::new(
            field,
            format!("{label}は、{LONGEST}文字以内で入力してください（いま{long}文字です）"),
        )],
    }
}

/// `GET /institutions/new`
pub async fn new(site: Data<Site>, staff: Staff) -> HttpResponse {
    html(views::new(&site, &staff, &NameForm::default(), &[]))
}

/// `POST /institutions`
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = NameForm::read(&form);
    let mut errors = vec![];
    let code = digits(&typed.code).filter(|d| d.len() == 4).unwrap_or_default();
    if code.is_empty() {
        errors.push(FieldError::new("code", "金融機関コードは、数字4桁で入力してください"));
    }
    errors.extend(typed.wrong_names());
    let kind = Kind::from_word(&typed.kind);
    if kind.is_none() {
        errors.push(FieldError::new("kind", "種類を選んでください"));
    }
    let (Some(kind), true) = (kind, errors.is_empty()) else {
        return Ok(unprocessable(views::new(&site, &staff, &typed, &errors)));
    };
    let (now, path) = (workspace.clock.now(), format!("/institutions/{code}"));
    let (by, kept) = (staff.clone(), typed.clone());
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, "institutions")?;
        if store::find(conn, &code)?.is_some() {
            return Ok(false);
        }
        store::add(conn, &code, &kept.name, &kept.kana, kind)?;
        let subject = format!("institution/{code}");
        by.record(conn, now, "institution.added", &subject, &kept.name)?;
        Ok::<_, Error>(true)
    };
    if workspace.db.write(write).await? {
        return Ok(see_other(&path));
    }
    let errors = [FieldError::new(
        "code",
        "金融機関コードを確かめてください。同じコードの金融機関が、もうあります",
    )];
    Ok(unprocessable(views::new(&site, &staff, &typed, &errors)))
}

async fn found(workspace: &Data<Workspace>, code: &Path<String>) -> Result<Institution, Error> {
    let code = code.to_string();
    let read = move |conn: &mut Conn| store::find(conn, &code)?.ok_or(Error::NotFound);
    workspace.db.read(read).await
}

/// `GET /institutions/{code}/edit`
pub async fn edit(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    code: Path<String>,
) -> Result<HttpResponse, Error> {
    let institution = found(&workspace, &code).await?;
    let typed = NameForm::of(&institution);
    Ok(html(views::edit(&site, &staff, &institution, &typed, &[])))
}

/// `POST /institutions/{code}`: another name, from now on.
pub async fn update(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    code: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (typed, institution) = (NameForm::read(&form), found(&workspace, &code).await?);
    let errors = typed.wrong_names();
    if !errors.is_empty() {
        return Ok(unprocessable(views::edit(&site, &staff, &institution, &typed, &errors)));
    }
    let (now, path) = (workspace.clock.now(), format!("/institutions/{code}"));
    let write = move |conn: &mut Conn| {
        let before = store::find(conn, &code)?.ok_or(Error::NotFound)?;
        store::rename(conn, &code, &typed.name, &typed.kana)?;
        let detail = format!("{}（{}）→{}（{}）", before.name, before.kana, typed.name, typed.kana);
        staff.record(
            conn,
            now,
            "institution.renamed",
            &format!("institution/{code}"),
            &detail,
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// What is typed about a retirement.
#[derive(Clone, Debug, Default)]
pub struct RetirementForm {
    pub day: String,
    pub reason: String,
    pub successor: String,
}

impl RetirementForm {
    /// The day, or what is wrong. `others` are in service, and so they must be on the day.
    fn check(&self, others: &[Institution], today: NaiveDate) -> Result<NaiveDate, Vec<FieldError>> {
        let mut errors = vec![];
        let day = parse_compact(&self.day).filter(|day| *day > today);
        if day.is_none() {
            let sentence = "選べなくなる日は、明日か、それより後の日を 2027-04-01 の形で入力してください";
            errors.push(FieldError::new("day", sentence));
        }
        errors.extend(text("reason", "理由", &self.reason));
        let serves = |i: &Institution| i.code == self.successor && day.is_none_or(|day| !i.is_over(day));
        if !self.successor.is_empty() && !others.iter().any(serves) {
            let sentence = "引き継ぐ金融機関は、その日に取り扱っている金融機関を選んでください";
            errors.push(FieldError::new("successor", sentence));
        }
        match day {
            Some(day) if errors.is_empty() => Ok(day),
            _ => Err(errors),
        }
    }
}

fn others(conn: &mut Conn, code: &str, today: NaiveDate) -> Result<Vec<Institution>, Error> {
    let mut list = store::all(conn, today)?;
    list.retain(|i| i.code != code);
    Ok(list)
}

async fn retirement_page(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    code: &Path<String>,
    (typed, errors): (&RetirementForm, &[FieldError]),
) -> Result<HttpResponse, Error> {
    let (code, today) = (code.to_string(), jst(workspace.clock.now()).date());
    let read = move |conn: &mut Conn| {
        let institution = store::find(conn, &code)?.ok_or(Error::NotFound)?;
        let leaving = retirement::leaving(conn, today)?.into_iter().find(|l| l.code == code);
        Ok::<_, Error>((institution, others(conn, &code, today)?, leaving))
    };
    let (institution, others, leaving) = workspace.db.read(read).await?;
    let page = views::retirement(site, staff, &institution, &others, leaving.as_ref(), typed, errors);
    Ok(if errors.is_empty() {
        html(page)
    } else {
        unprocessable(page)
    })
}

/// `GET /institutions/{code}/retirement`
pub async fn retirement(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    code: Path<String>,
) -> Result<HttpResponse, Error> {
    let typed = RetirementForm::default();
    retirement_page(&workspace, &site, &staff, &code, (&typed, &[])).await
}

/// `POST /institutions/{code}/retirement`: from a day to come on.
pub async fn retire(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    code: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let typed = RetirementForm {
        day: form.get("day").trim().to_owned(),
        reason: form.get("reason").trim().to_owned(),
        successor: form.get("successor").trim().to_owned(),
    };
    let now = workspace.clock.now();
    let (by, asked, of) = (staff.clone(), typed.clone(), code.to_string());
    let write = move |conn: &mut Conn| {
        one_at_a_time(conn, "institutions")?;
        store::find(conn, &of)?.ok_or(Error::NotFound)?;
        let today = jst(now).date();
        let day = match asked.check(&others(conn, &of, today)?, today) {
            Ok(day) => day,
            Err(errors) => return Ok(errors),
        };
        let successor = Some(asked.successor.as_str()).filter(|code| !code.is_empty());
        if !store::retire(conn, &of, day, &asked.reason, successor)? {
            return Err(Error::Conflict);
        }
        let detail = format!("on {day}, successor {}: {}", successor.unwrap_or("none"), asked.reason);
        by.record(conn, now, "institution.retired", &format!("institution/{of}"), &detail)?;
        Ok::<_, Error>(vec![])
    };
    let errors = workspace.db.write(write).await?;
    match errors.is_empty() {
        true => Ok(see_other(&format!("/institutions/{code}"))),
        false => retirement_page(&workspace, &site, &staff, &code, (&typed, &errors)).await,
    }
}

/// `POST /institutions/{code}/retirement/withdrawal`: it can be chosen as before.
pub async fn reinstate(
    workspace: Data<Workspace>,
    staff: Staff,
    code: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (now, path) = (workspace.clock.now(), format!("/institutions/{code}"));
    let day = parse_compact(form.get("day")).ok_or(Error::BadRequest("no day"))?;
    let write = move |conn: &mut Conn| {
        if !store::reinstate(conn, &code, day)? {
            return Err(Error::Conflict);
        }
        let was_over = day <= jst(now).date();
        let action = if was_over {
            "institution.reinstated"
        } else {
            "institution.retirement_withdrawn"
        };
        staff.record(
            conn,
            now,
            action,
            &format!("institution/{code}"),
            &format!("was to be {day}"),
        )
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}
