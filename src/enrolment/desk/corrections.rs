//! Corrections at the console: one person proposes with note and evidence, another decides.
use super::{Filter, detail, views};
use crate::{
    accounts::{self, Staff},
    db::Conn,
    enrolment::{
        correction::{self, By, CorrectionError, Proposal},
        receipt,
        store::{self, CorrectedResult, Correction},
    },
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// A proposal with what a person needs to decide it.
pub struct Pending {
    pub correction: Correction,
    pub receipt: String,
    pub by: String,
    pub note: String,
    pub evidence: String,
}

/// What is typed into a proposal.
#[derive(Clone, Default)]
pub struct Typed {
    pub result: String,
    pub note: String,
    pub evidence: String,
}

/// `GET /corrections`: what waits for a second person.
pub async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let pending = pending(&workspace).await?;
    Ok(html(views::corrections(&site, &staff, &pending, None)))
}

async fn pending(workspace: &Data<Workspace>) -> Result<Vec<Pending>, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let mut list = vec![];
        for correction in store::open_corrections(conn)? {
            let application = store::find(conn, &correction.application_id)?;
            let (note, evidence) = correction.note_and_evidence(&world.keys)?;
            list.push(Pending {
                receipt: application
                    .receipt_number
                    .as_deref()
                    .map(receipt::display)
                    .unwrap_or_default(),
                by: accounts::name_of(conn, &world.keys, &correction.proposed_by)?,
                correction,
                note,
                evidence,
            });
        }
        Ok::<_, Error>(list)
    };
    workspace.db.read(read).await
}

/// `GET /applications/{id}/corrections`
pub async fn new(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let detail = detail::load(&workspace, &staff, id.into_inner(), Filter::default()).await?;
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
            Ok(_) => return Ok(see_other(&format!("/applications/{id}"))),
            Err(CorrectionError::Other(error)) => return Err(error),
            Err(refused) => errors.push(FieldError::new("result", refused.to_string())),
        }
    }
    let detail = detail::load(&workspace, &staff, id.into_inner(), Filter::default()).await?;
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
    let (now, by, approve) = (workspace.clock.now(), staff.person(), form.get("decision") == "approve");
    let write = move |conn: &mut Conn| {
        let by = By {
            name: &by.actor().word(),
            actor: by.actor(),
        };
        correction::decide(conn, &id, by, approve, now)
    };
    match workspace.db.write::<_, CorrectionError>(write).await {
        Ok(()) => Ok(see_other("/corrections")),
        Err(CorrectionError::Other(error)) => Err(error),
        Err(refused) => {
            let pending = pending(&workspace).await?;
            let page = views::corrections(&site, &staff, &pending, Some(&refused.to_string()));
            Ok(unprocessable(page))
        }
    }
}
