//! The comparison itself, without a database: what do the witnesses of one attempt say of each other?
use crate::{
    db::text_enum,
    enrolment::{Outcome, Witness},
};

text_enum! {
    /// How two witnesses disagree.
    pub enum Kind {
        /// The file says success, we do not.
        FileOnlySuccess = "file_only_success",
        /// We say success, the file says otherwise.
        FileDenies = "file_denies",
        /// We decided on that day, the file does not know it.
        MissingInFile = "missing_in_file",
        /// The file names an attempt that we never began.
        UnknownAttempt = "unknown_attempt",
        /// The browser brought another word than the inquiry gave.
        ReturnContradicts = "return_contradicts",
        /// The first debit failed because no mandate is on file (振替結果コード 4).
        NoMandate = "no_mandate",
        /// The first debit failed on the account (2 no account, 3 payer's request, 8 creditor's request, 9 other).
        DebitRefused = "debit_refused",
    }
}

impl Kind {
    /// What staff read.
    pub fn label(self) -> &'static str {
        match self {
            Kind::FileOnlySuccess => "日次ファイルだけが登録完了",
            Kind::FileDenies => "登録完了なのに日次ファイルは失敗",
            Kind::MissingInFile => "日次ファイルに載っていない",
            Kind::UnknownAttempt => "こちらに記録のない試行",
            Kind::ReturnContradicts => "画面の戻りと照会の結果がちがう",
            Kind::NoMandate => "初回振替で「預金口座振替依頼書なし」",
            Kind::DebitRefused => "初回振替ができなかった",
        }
    }
}

/// What the daily file says of an attempt.
#[derive(Clone, Debug)]
pub struct Line {
    pub status: String,
    pub code: String,
}

/// The differences of one attempt. `in_file_day`: it was decided on the day of a file that we have.
pub fn compare(witness: &Witness, line: Option<&Line>, in_file_day: bool) -> Vec<Kind> {
    let success = witness.outcome == Outcome::Success;
    let mut found = vec![];
    match line {
        Some(line) if line.status == "success" && !success => found.push(Kind::FileOnlySuccess),
        Some(line) if line.status != "success" && success => found.push(Kind::FileDenies),
        // A transaction that never began at the institution stands in no file.
        None if in_file_day && success => found.push(Kind::MissingInFile),
        _ => {}
    }
    let decided = matches!(witness.outcome, Outcome::Success | Outcome::Fail | Outcome::Cancelled);
    let returned = witness.returned.as_deref();
    if decided && matches!(returned, Some("success" | "fail")) && (returned == Some("success")) != success {
        found.push(Kind::ReturnContradicts);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witness(outcome: Outcome, returned: Option<&str>) -> Witness {
        Witness {
            attempt_id: "a".into(),
            application_id: "b".into(),
            outcome,
            decided_at: None,
            returned: returned.map(str::to_owned),
        }
    }
    fn line(status: &str) -> Line {
        Line {
            status: status.into(),
            code: String::new(),
        }
    }

    #[test]
    fn three_witnesses_that_agree_are_no_difference() {
        assert_eq!(
            compare(
                &witness(Outcome::Success, Some("success")),
                Some(&line("success")),
                true
            ),
            []
        );
        assert_eq!(compare(&witness(Outcome::Fail, None), Some(&line("fail")), true), []);
        assert_eq!(compare(&witness(Outcome::Expired, None), None, true), []);
    }

    #[test]
    fn each_disagreement_has_its_name() {
        use Kind::*;
        let cases = [
            (Outcome::Fail, None, Some("success"), FileOnlySuccess),
            (Outcome::Unknown, None, Some("success"), FileOnlySuccess),
            (Outcome::Success, None, Some("fail"), FileDenies),
            (Outcome::Success, None, None, MissingInFile),
            (Outcome::Fail, Some("success"), Some("fail"), ReturnContradicts),
            (Outcome::Success, Some("fail"), Some("success"), ReturnContradicts),
        ];
        for (outcome, returned, in_file, kind) in cases {
            let line = in_file.map(line);
            assert_eq!(compare(&witness(outcome, returned), line.as_ref(), true), [kind]);
        }
    }

    #[test]
    fn a_day_without_a_file_accuses_nobody() {
        assert_eq!(compare(&witness(Outcome::Success, None), None, false), []);
    }
}
