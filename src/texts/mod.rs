//! The words that citizens read: pages, terms, mails, and the items of the form. Staff draft a version, a second person approves it, and it counts
//! from its day on (N8.2: what is asked and said is decided with the bureau).
mod catalogue;
mod check;
mod items;
mod pages;
mod persons;
mod procedures;
mod store;
mod views;

pub use catalogue::{Kind, TextId};
pub use check::has_personal;
pub use pages::routes;
pub use store::{proposed, version_named, versions_named};
pub use views::Controls;

use crate::{
    clock::jst,
    config::{Items, Terms},
    crypto::sha256_hex,
    db::Conn,
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use diesel::QueryResult;
use std::sync::Arc;

/// The words of a text that count now, placeholders not yet filled in.
pub fn words(conn: &mut Conn, workspace: &Workspace, id: TextId, now: NaiveDateTime) -> Result<String, Error> {
    let version = store::in_use(conn, id, jst(now).date())?;
    Ok(version.map_or_else(|| shipped(workspace, id), |v| v.body))
}

/// What counts where the bureau has approved nothing.
fn shipped(workspace: &Workspace, id: TextId) -> String {
    match id {
        TextId::Items => Items::write(workspace.items.all().to_vec()),
        TextId::Terms => workspace.terms.body.clone(),
        _ => id.built_in().to_owned(),
    }
}

/// The items that are asked now: the bureau's approved version, or those of the settings.
pub fn items_in_use(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> QueryResult<Arc<Items>> {
    let Some(version) = store::in_use(conn, TextId::Items, jst(now).date())? else {
        return Ok(workspace.items.clone());
    };
    // Approved after this very check; only a program whose rules have become stricter could find a fault.
    let checked = Items::read(&version.body).map(Items::checked);
    match checked {
        Some(Ok(items)) => Ok(Arc::new(items)),
        _ => {
            let what = format!(
                "version {} of the items does not fit this program: approve another",
                version.version
            );
            Err(diesel::result::Error::DeserializationError(what.into()))
        }
    }
}

/// The terms as citizens read and accept them, the bureau's words filled in.
#[derive(Clone, Debug)]
pub struct TermsInUse {
    pub terms: Terms,
    /// SHA-256 of the very text, in hex: the name under which it is kept.
    pub hash: String,
}

/// The terms that count now.
pub fn terms(conn: &mut Conn, workspace: &Workspace, now: NaiveDateTime) -> Result<TermsInUse, Error> {
    let shipped = &workspace.terms;
    let terms = match store::in_use(conn, TextId::Terms, jst(now).date())? {
        Some(v) => Terms {
            version: v.version.to_string(),
            effective: v.effective_from.to_string(),
            body: workspace.site.fill(&v.body),
        },
        None => Terms {
            body: workspace.site.fill(&shipped.body),
            ..Terms::clone(shipped)
        },
    };
    let hash = sha256_hex(terms.body.as_bytes());
    Ok(TermsInUse { terms, hash })
}

/// Title and body of a mail for one number (in its shown form): an application's, or an inquiry's.
pub fn fill_mail(workspace: &Workspace, id: TextId, template: &str, number: &str) -> (String, String) {
    let site = &workspace.site;
    let text = match site.bureau.survey_url {
        Some(_) => template.to_owned(),
        None => without_survey(template),
    };
    let text = site
        .fill(&text)
        .replace("{{receipt_number}}", number)
        .replace("{{url}}", &format!("{}{}", site.url, id.leads_to()));
    let (title, body) = text.split_once('\n').unwrap_or((&text, ""));
    let title = title.trim_end().trim_start_matches("件名：");
    (title.to_owned(), body.trim_start().to_owned())
}

/// Drops the paragraph that names the survey.
fn without_survey(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|p| !p.contains("{{survey_url}}"));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
