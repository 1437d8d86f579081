//! What an outage is and where it stands; what a proposal needs. No I/O.
use crate::{
    clock::typed_moment,
    db::text_enum,
    web::{FormBody, ui::FieldError, words},
};
use chrono::NaiveDateTime;

text_enum! {
    /// 承認待ち, 承認済み, 却下, 取下げ, 作業中, 終了.
    pub enum State {
        Proposed = "proposed",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Begun = "begun",
        Ended = "ended",
    }
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            State::Proposed => "承認待ち",
            State::Approved => "承認済み",
            State::Refused => "却下",
            State::Withdrawn => "取下げ",
            State::Begun => "作業中",
            State::Ended => "終了",
        }
    }
    /// Whether something is still to be done about it.
    pub fn is_open(self) -> bool {
        matches!(self, State::Proposed | State::Approved | State::Begun)
    }
}

text_enum! {
    /// A step on the way of an outage.
    pub enum Step {
        Proposed = "proposed",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
        Begun = "begun",
        Extended = "extended",
        Ended = "ended",
    }
}

impl Step {
    pub fn label(self) -> &'static str {
        match self {
            Step::Proposed => "提案",
            Step::Approved => "承認",
            Step::Refused => "却下",
            Step::Withdrawn => "取下げ",
            Step::Begun => "作業の始まり",
            Step::Extended => "延長",
            Step::Ended => "作業の終わり",
        }
    }
    /// The action of the audit record.
    pub fn action(self) -> &'static str {
        match self {
            Step::Proposed => "outage.proposed",
            Step::Approved => "outage.approved",
            Step::Refused => "outage.refused",
            Step::Withdrawn => "outage.withdrawn",
            Step::Begun => "outage.begun",
            Step::Extended => "outage.extended",
            Step::Ended => "outage.ended",
        }
    }
}

/// Characters of a longer text.
pub const WORDS: usize = 2000;
/// Citizens read it; a notice is short.
const NOTICE: usize = 200;

/// What an outage says in words, in the clear.
#[derive(Clone)]
pub struct Words {
    /// 作業の内容
    pub work: String,
    /// What citizens read.
    pub notice: String,
    /// 影響
    pub effect: String,
    /// 切戻しの方法
    pub way_back: String,
}

/// A proposal as it was typed. Times are UTC.
#[derive(Clone)]
pub struct Proposal {
    /// `None`: the whole service.
    pub institution_code: Option<String>,
    pub starts_at: NaiveDateTime,
    pub ends_at: NaiveDateTime,
    pub words: Words,
}
crate::hidden::hidden_debug!(Words, Proposal);

/// Reads a proposal; `known` are the codes of institutions.
pub fn read(form: &FormBody, known: &[&str], now: NaiveDateTime) -> Result<Proposal, Vec<FieldError>> {
    let mut errors = vec![];
    let said = Words {
        work: words(form, "work", "作業の内容", WORDS, &mut errors),
        notice: words(form, "notice", "申込者へのお知らせ", NOTICE, &mut errors),
        effect: words(form, "effect", "影響", WORDS, &mut errors),
        way_back: words(form, "way_back", "切戻しの方法", WORDS, &mut errors),
    };
    let code = form.get("institution");
    if !code.is_empty() && !known.contains(&code) {
        errors.push(FieldError::new("institution", "止める範囲を選んでください"));
    }
    let starts = read_moment(form, ("starts_at", "始まり"), now, &mut errors);
    let ends = read_moment(form, ("ends_at", "終わり"), now, &mut errors);
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends <= starts
    {
        let message = "終わりは、始まりより後の日時を入力してください";
        errors.push(FieldError::new("ends_at", message));
    }
    match (starts, ends, errors.is_empty()) {
        (Some(starts_at), Some(ends_at), true) => Ok(Proposal {
            institution_code: Some(code.to_owned()).filter(|code| !code.is_empty()),
            starts_at,
            ends_at,
            words: said,
        }),
        _ => Err(errors),
    }
}

/// A moment that is to come.
pub fn read_moment(
    form: &FormBody,
    (field, label): (&str, &str),
    now: NaiveDateTime,
    errors: &mut Vec<FieldError>,
) -> Option<NaiveDateTime> {
    let wrong = match typed_moment(form.get(field)) {
        None => "2026-12-06 01:00 の形で入力してください",
        Some(at) if at <= now => "いまより後の日時を入力してください",
        Some(at) => return Some(at),
    };
    errors.push(FieldError::new(field, format!("{label}は、{wrong}")));
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::utc_from_jst;

    fn form(fields: &[(&str, &str)]) -> FormBody {
        let pairs = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        FormBody(pairs.collect())
    }

    #[test]
    fn a_proposal_without_anything_names_every_field_and_a_span_runs_forward() {
        let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap_or_default().into();
        let fields = |errors: Vec<FieldError>| errors.into_iter().map(|e| e.field).collect::<Vec<_>>();
        let nothing = read(&form(&[("institution", "9999")]), &["0140"], now)
            .err()
            .unwrap_or_default();
        let all = [
            "work",
            "notice",
            "effect",
            "way_back",
            "institution",
            "starts_at",
            "ends_at",
        ];
        assert_eq!(fields(nothing), all);
        let mut typed = form(&[
            ("work", "a"),
            ("notice", "b"),
            ("effect", "c"),
            ("way_back", "d"),
            ("starts_at", "2026-12-06 05:00"),
            ("ends_at", "2026-12-06 01:00"),
        ]);
        assert_eq!(fields(read(&typed, &[], now).err().unwrap_or_default()), ["ends_at"]);
        typed.0.insert("ends_at".into(), "2026-12-06 06:00".into());
        let read = read(&typed, &[], now).ok();
        let starts = typed_moment("2026-12-06 05:00");
        assert_eq!(read.as_ref().map(|p| p.starts_at), starts);
        assert!(read.is_some_and(|p| p.institution_code.is_none() && p.ends_at > utc_from_jst(p.starts_at)));
    }
}
