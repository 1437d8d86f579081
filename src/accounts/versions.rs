//! What a version needs that one person makes and another approves: layouts, texts. A correction is decided in the same words.
use crate::{
    db::text_enum,
    web::{Error, FormBody, ui::FieldError, words},
};

/// At the proposal of a version whose day has passed.
pub const DAY_TO_COME: &str = "使い始める日は、今日か、それより後の日を入力してください";
/// At the decision about a version whose day has passed.
pub const DAY_IS_OVER: &str = "使い始める日を確かめてください。もう過ぎているので、却下して、新しい案を作ってください";

text_enum! {
    /// Where a version stands.
    pub enum VersionState {
        Draft = "draft",
        Proposed = "proposed",
        Approved = "approved",
        Refused = "refused",
    }
}

/// The longest reason of a refusal.
const LONGEST: usize = 200;

/// What a second person decides about a version.
#[derive(Clone, Debug)]
pub enum Verdict {
    Approved,
    /// Why not, for the person who made it.
    Refused(String),
}

impl Verdict {
    /// Reads what the second person sent; whoever refuses says why.
    pub fn read(form: &FormBody, errors: &mut Vec<FieldError>) -> Result<Self, Error> {
        Self::read_beside(form, "refusal", errors)
    }
    /// The same where the reason stands in a field of this name: of several on one page.
    pub fn read_beside(form: &FormBody, field: &str, errors: &mut Vec<FieldError>) -> Result<Self, Error> {
        match form.get("decision") {
            "approve" => Ok(Verdict::Approved),
            "refuse" => {
                let reason = words(form, field, "却下の理由", LONGEST, errors);
                Ok(Verdict::Refused(reason.replace('\n', " ")))
            }
            _ => Err(Error::BadRequest("no decision")),
        }
    }
    pub fn is_approval(&self) -> bool {
        matches!(self, Verdict::Approved)
    }
    /// The state that the version takes.
    pub fn state(&self) -> VersionState {
        match self {
            Verdict::Approved => VersionState::Approved,
            Verdict::Refused(_) => VersionState::Refused,
        }
    }
    /// Why it was refused.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Verdict::Approved => None,
            Verdict::Refused(reason) => Some(reason),
        }
    }
}

impl VersionState {
    pub fn label(self) -> &'static str {
        match self {
            VersionState::Draft => "案",
            VersionState::Proposed => "承認待ち",
            VersionState::Approved => "承認済み",
            VersionState::Refused => "却下",
        }
    }
}
