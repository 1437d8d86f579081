//! Corrections at the console: one person proposes with note and evidence, another decides; until then the first may take
//! it back.
use super::{Filter, actions, detail, views};
use crate::{
    accounts::{self, Permission, Staff, Verdict},
    db::Conn,
    enrolment::{
        correction::{self, By, CorrectionError, Proposal},
        receipts_of,
        store::{self, CorrectedResult, Correction},
    },
    web::{
        Error, FormBody, Site, html, optional_words, see_other,
        ui::{FieldError, Part},
        unprocessable,
    },
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// A proposal with what a person needs to decide it.
pub struct Pending {
    pub correction: Correction,
    pub receipt: String,
    pub by: String,
    pub note: String,
    pub evidence: String,
    /// Why it was taken back or refused; empty while it waits, and where nothing was said.
    pub why_not: String,
}

/// Everything on the page of the proposals.
pub struct Proposals {
    /// The oldest first.
    pub pending: Vec<Pending>,
    /// Which of them these are.
    pub part: Part,
    /// Taken back or refused lately, so that whoever was to decide or had proposed knows where it has gone; below the first
    /// of the pending.
    pub not_made: Vec<Pending>,
}

impl Proposals {
    /// What the audit record says of looking at them: in the clear or not, and of which applications.
    fn seen(&self, staff: &Staff) -> Option<String> {
        let all = self.pending.iter().chain(&self.not_made);
        let ids: BTreeSet<&str> = all.map(|p| p.correction.application_id.as_str()).collect();
        if ids.is_empty() {
            return None;
        }
        let how = match staff.may(Permission::HandleApplications) {
            true => "clear",
            false => "masked",
        };
        let named = ids.iter().map(|id| format!(" application/{id}"));
        Some(named.fold(how.to_owned(), |words, one| words + &one))
    }
}

/// Proposals that were taken back or refused are shown so long, and not more of either than a part holds.
const SHOWN: Duration = Duration::days(7);
/// The longest reason for taking one back.
const LONGEST_REASON: usize = 200;

/// What is typed into a proposal.
#[derive(Clone, Default)]
pub struct Typed {
    pub result: String,
    pub note: String,
    pub evidence: String,
}

/// `GET /corrections`: what waits for a second person.
pub async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let proposals = proposals(&workspace, &staff, query.get("page").map_or("", String::as_str)).await?;
    let nothing = FormBody::default();
    Ok(html(views::corrections(&site, &staff, &proposals, &nothing, None, &[])))
}

/// Reads them; what people wrote about applications is looked at here, and that is written down.
async fn proposals(workspace: &Data<Workspace>, staff: &Staff, asked: &str) -> Result<Proposals, Error> {
    let now = workspace.clock.now();
    let (world, after, asked) = (workspace.clone(), now - SHOWN, asked.to_owned());
    let read = move |conn: &mut Conn| {
        let part = Part::of(&asked, store::count_open_corrections(conn)?);
        let open = store::some_open_corrections(conn, part.skipped(), Part::ROWS)?;
        let not_made = match part.is_first() {
            true => store::corrections_not_made(conn, after, Part::ROWS)?,
            false => vec![],
        };
        Ok::<_, Error>(Proposals {
            pending: opened(conn, &world, open)?,
            part,
            not_made: opened(conn, &world, not_made)?,
        })
    };
    let proposals = workspace.db.read(read).await?;
    if let Some(seen) = proposals.seen(staff) {
        let by = staff.clone();
        let write = move |conn: &mut Conn| by.record(conn, now, "corrections.seen", "corrections", &seen);
        workspace.db.write(write).await?;
    }
    Ok(proposals)
}

/// Opens them; a number and a name are looked up once for all.
fn opened(conn: &mut Conn, world: &Workspace, list: Vec<Correction>) -> Result<Vec<Pending>, Error> {
    let ids = list.iter().map(|correction| correction.application_id.clone());
    let receipts: BTreeMap<String, String> = receipts_of(conn, ids.collect())?.into_iter().collect();
    let mut people: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut opened = vec![];
    for mut correction in list {
        let (who, by) = match people.get(&correction.proposed_by) {
            Some(known) => known.clone(),
            None => {
                let who = correction::who(conn, &correction.proposed_by)?;
                let named = (who.clone(), accounts::name_of(conn, &world.keys, &who)?);
                people.insert(correction.proposed_by.clone(), named.clone());
                named
            }
        };
        correction.proposed_by = who;
        let (note, evidence) = correction.note_and_evidence(&world.keys)?;
        opened.push(Pending {
            receipt: receipts.get(&correction.application_id).cloned().unwrap_or_default(),
            by,
            why_not: correction.why_not(&world.keys)?,
            correction,
            note,
            evidence,
        });
    }
    Ok(opened)
}

/// `GET /applications/{id}/corrections`
pub async fn new(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let detail = detail::load(&workspace, &staff, id.into_inner(), Filter::read(&query)).await?;
    Ok(html(views::new_correction(
        &site,
        &staff,
        &detail,
        &Typed::default(),
        &[],
    )))
}

/// `POST /applications/{id}/corrections`
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let text = |name: &str| form.get(name).trim().to_owned();
    let typed = Typed {
        result: text("result"),
        note: text("note"),
        evidence: text("evidence"),
    };
    let mut errors = typed.errors();
    if let (true, Some(result)) = (errors.is_empty(), CorrectedResult::from_word(&typed.result)) {
        let (world, now, by, sent, on) = (
            workspace.clone(),
            workspace.clock.now(),
            staff.person(),
            typed.clone(),
            id.clone(),
        );
        let write = move |conn: &mut Conn| {
            let proposal = Proposal {
                application_id: &on,
                result,
                note: &sent.note,
                evidence: &sent.evidence,
                by: By {
                    name: &by.actor().word(),
                    actor: by.actor(),
                },
            };
            correction::propose(conn, &world, &proposal, now)
        };
        match workspace.db.write::<_, CorrectionError>(write).await {
            Ok(_) => return Ok(see_other(&actions::path_of(&id, &form))),
            Err(CorrectionError::Other(error)) => return Err(error),
            Err(refused) => errors.push(FieldError::new("result", refused.to_string())),
        }
    }
    let detail = detail::load(&workspace, &staff, id.into_inner(), actions::filter_of(&form)).await?;
    Ok(unprocessable(views::new_correction(
        &site, &staff, &detail, &typed, &errors,
    )))
}

impl Typed {
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = vec![];
        if CorrectedResult::from_word(&self.result).is_none() {
            errors.push(FieldError::new("result", "正しい結果を選んでください"));
        }
        if self.note.is_empty() {
            errors.push(FieldError::new("note", "訂正の理由を入力してください"));
        }
        if self.evidence.is_empty() {
            errors.push(FieldError::new("evidence", "確かめた根拠を入力してください"));
        }
        errors
    }
}

/// `POST /corrections/{id}/decision`
pub async fn decide(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let verdict = Verdict::read_beside(&form, &refusal_field(&id), &mut errors)?;
    if !errors.is_empty() {
        let proposals = proposals(&workspace, &staff, form.get("page")).await?;
        let page = views::corrections(&site, &staff, &proposals, &form, None, &errors);
        return Ok(unprocessable(page));
    }
    let (world, now, by) = (workspace.clone(), workspace.clock.now(), staff.person());
    let write = move |conn: &mut Conn| {
        let by = By {
            name: &by.actor().word(),
            actor: by.actor(),
        };
        correction::decide(conn, &world, (&id, &verdict), by, now)
    };
    let done = workspace.db.write::<_, CorrectionError>(write).await;
    answer(&workspace, &site, &staff, form.get("page"), done).await
}

/// The field of why it is refused: one for each proposal on the page.
pub fn refusal_field(id: &str) -> String {
    format!("refusal-{id}")
}

/// The field of why it is taken back.
pub fn reason_field(id: &str) -> String {
    format!("reason-{id}")
}

/// `POST /corrections/{id}/withdrawal`: by the person who proposed it, as long as nobody has decided.
pub async fn withdraw(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let mut errors = vec![];
    let reason = optional_words(&form, &reason_field(&id), "取り消す理由", LONGEST_REASON, &mut errors);
    if !errors.is_empty() {
        let proposals = proposals(&workspace, &staff, form.get("page")).await?;
        let page = views::corrections(&site, &staff, &proposals, &form, None, &errors);
        return Ok(unprocessable(page));
    }
    let (world, now, by) = (workspace.clone(), workspace.clock.now(), staff.person());
    let write = move |conn: &mut Conn| {
        let by = By {
            name: &by.actor().word(),
            actor: by.actor(),
        };
        correction::withdraw(conn, &world, (&id, &reason), by, now)
    };
    let done = workspace.db.write::<_, CorrectionError>(write).await;
    answer(&workspace, &site, &staff, form.get("page"), done).await
}

/// Back to the part of the list; what was refused says so there.
async fn answer(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    asked: &str,
    done: Result<(), CorrectionError>,
) -> Result<HttpResponse, Error> {
    match done {
        Ok(()) => Ok(see_other(&Part::path("/corrections", asked))),
        Err(CorrectionError::Other(error)) => Err(error),
        Err(refused) => {
            let (proposals, sentence) = (proposals(workspace, staff, asked).await?, refused.to_string());
            let nothing = FormBody::default();
            let page = views::corrections(site, staff, &proposals, &nothing, Some(&sentence), &[]);
            Ok(unprocessable(page))
        }
    }
}
