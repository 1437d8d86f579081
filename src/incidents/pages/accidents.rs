//! The report of an accident with personal data, with the prescribed contents (NP14, KS23). Whom it touches is read from
//! the audit record, not typed.
use super::{NoteKind, change, gather, moment, words, write_down};
use crate::{
    accounts::{self, Staff},
    audit,
    db::Conn,
    incidents::{
        report::{self, Affected},
        store::{self, Accident, Scope, Words},
        views,
    },
    trail::{self, Span},
    web::{Error, FormBody, LongFormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;

/// Characters of one item of the report.
const ITEM: usize = 2000;

/// What the page shows.
pub struct Report {
    pub shown: super::Shown,
    pub accident: Option<Accident>,
    /// Who the scope is about: a 職員番号 or a word.
    pub seen_by: String,
    pub made_by: String,
    pub affected: Affected,
}

async fn load(workspace: &Data<Workspace>, id: &str) -> Result<Report, Error> {
    let (world, id) = (workspace.clone(), id.to_owned());
    let read = move |conn: &mut Conn| {
        let shown = gather(conn, &world, &id)?;
        let accident = store::accident(conn, &world.keys, &id)?;
        let (mut affected, mut seen_by, mut made_by) = Default::default();
        if let Some(accident) = &accident {
            affected = affected_of(conn, &accident.scope())?;
            seen_by = code_of(conn, &accident.seen_by)?;
            made_by = accounts::name_of(conn, &world.keys, &accident.made_by)?;
        }
        Ok::<_, Error>(Report {
            shown,
            accident,
            seen_by,
            made_by,
            affected,
        })
    };
    workspace.db.read(read).await
}

fn affected_of(conn: &mut Conn, scope: &Scope) -> Result<Affected, Error> {
    let span = Span {
        actor: Some(scope.seen_by.clone()).filter(|who| !who.is_empty()),
        from: scope.seen_from,
        to: scope.seen_to,
    };
    let accesses = trail::accesses(conn, &span)?;
    report::affected(conn, &accesses)
}

/// `staff/ID` as the 職員番号 that people type; 「運用担当」 and the like by their names.
fn code_of(conn: &mut Conn, actor: &str) -> Result<String, Error> {
    let Some(id) = actor.strip_prefix("staff/") else {
        return Ok(audit::actor_label(actor).to_owned());
    };
    let everybody = accounts::everybody(conn)?;
    let person = everybody.into_iter().find(|person| person.id == id);
    Ok(person.map_or(actor.to_owned(), |person| person.code))
}

/// `GET /incidents/{id}/accident`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let report = load(&workspace, &id).await?;
    let typed = views::accident_form(&report);
    Ok(html(views::accident(&site, &staff, &report, &typed, &[])))
}

/// `POST /incidents/{id}/accident`
pub async fn save(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: LongFormBody,
) -> Result<HttpResponse, Error> {
    let LongFormBody(form) = form;
    let mut errors = vec![];
    let mut item = |field, label| words(&form, field, label, ITEM, &mut errors);
    let (contents, place) = (item("contents", "個人情報の内容"), item("place", "発生場所"));
    let (situation, response) = (item("situation", "発生状況"), item("response", "とった対応"));
    let span = span(&form, &mut errors);
    let seen_by = seen_by(&workspace, &form, &mut errors).await?;
    let (Some((seen_from, seen_to)), Some(seen_by), true) = (span, seen_by, errors.is_empty()) else {
        let report = load(&workspace, &id).await?;
        return Ok(unprocessable(views::accident(&site, &staff, &report, &form, &errors)));
    };
    let scope = Scope {
        seen_by,
        seen_from,
        seen_to,
    };
    let seen = form.get("rev").parse().unwrap_or(0);
    let path = format!("/incidents/{id}/accident");
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        let words = Words {
            contents: &contents,
            place: &place,
            situation: &situation,
            response: &response,
        };
        let by = staff.word();
        store::save_accident(conn, &world.keys, &incident.id, &words, &scope, seen, &by, now)?;
        let line = "個人情報の事故の報告書を書きました";
        write_down(conn, world, &staff, incident, (NoteKind::Accident, line), now)
    })
    .await?;
    Ok(see_other(&path))
}

/// The span of the record that is looked through (UTC), or what is wrong with it.
fn span(form: &FormBody, errors: &mut Vec<FieldError>) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let mut at = |field, label| {
        let at = moment(form.get(field));
        if at.is_none() {
            let message = format!("{label}は、2026-11-25 10:00 の形で入力してください");
            errors.push(FieldError::new(field, message));
        }
        at
    };
    let (from, to) = (
        at("seen_from", "調べる範囲のはじめ"),
        at("seen_to", "調べる範囲の終わり"),
    );
    let (from, to) = (from?, to?);
    if from >= to {
        let message = "調べる範囲のはじめと終わりを確かめてください。終わりは、はじめより後の日時です";
        errors.push(FieldError::new("seen_to", message));
    }
    Some((from, to))
}

/// Whose looks are meant, as the record names them; empty for everybody.
async fn seen_by(
    workspace: &Data<Workspace>,
    form: &FormBody,
    errors: &mut Vec<FieldError>,
) -> Result<Option<String>, Error> {
    let typed = form.get("seen_by").trim().to_owned();
    if typed.is_empty() {
        return Ok(Some(typed));
    }
    let code = typed.clone();
    let read = move |conn: &mut Conn| Ok::<_, Error>(accounts::find_by_code(conn, &code)?);
    let found = match workspace.db.read(read).await? {
        Some(person) => Some(format!("staff/{}", person.id)),
        None => audit::actor_word(&typed).map(|word| word.into_owned()),
    };
    if found.is_none() {
        let message = "だれがは、職員番号か、運用担当で入力してください";
        errors.push(FieldError::new("seen_by", message));
    }
    Ok(found)
}

/// `GET /incidents/{id}/accident/word`: the list goes out of the house, so that it was taken is written down.
pub async fn word(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let report = load(&workspace, &id).await?;
    let document = report::accident(&report).ok_or(Error::NotFound)?;
    let (now, subject) = (workspace.clock.now(), format!("incident/{id}"));
    let write = move |conn: &mut Conn| staff.record(conn, now, "incident.accident_taken", &subject, "");
    workspace.db.write(write).await?;
    document.download(&site, &format!("accident_{}", report.shown.incident.no))
}
