//! A result as a row of the bureau's file.
use super::layout::Row;
use crate::enrolment::{ResultRecord, states::Registration};
use chrono::{NaiveDateTime, NaiveTime};
use std::borrow::Cow;

impl Row for ResultRecord {
    fn text(&self, field: &str) -> Option<Cow<'_, str>> {
        let text = match field {
            "state" => self.state.as_str(),
            "state_label" => self.state.label(),
            // 全銀 新規コード: 1 first debit, 2 changed account, 0 other.
            "new_code" => match (self.state, self.details.kind.as_str()) {
                (Registration::Registered, "new") => "1",
                (Registration::Registered, "change") => "2",
                _ => "0",
            },
            field => plain(field, self)?,
        };
        Some(text.into())
    }
    fn time(&self, field: &str) -> Option<NaiveDateTime> {
        match field {
            "confirmed_at" => self.confirmed_at,
            "decided_at" => self.decided_at,
            "start_date" => self.details.start_date.map(|day| day.and_time(NaiveTime::MIN)),
            _ => None,
        }
    }
    fn id(&self) -> &str {
        &self.receipt_number
    }
    fn state(&self) -> &str {
        self.state.as_str()
    }
}

/// The fields that stand in the record as they are.
fn plain<'a>(field: &str, r: &'a ResultRecord) -> Option<&'a str> {
    let text = match field {
        "receipt_number" => &r.receipt_number,
        "reason" => &r.reason,
        "reason_label" => &r.reason_label,
        "raw_code" => &r.raw_code,
        "kind" => &r.details.kind,
        "customer_number" => &r.details.customer_number,
        "postal_code" => &r.details.postal_code,
        "address" => &r.details.address,
        "town" => &r.details.town,
        "block" => &r.details.block,
        "building" => &r.details.building,
        "user_name" => &r.details.user_name,
        "user_kana" => &r.details.user_kana,
        "old_name" => &r.details.old_name,
        "old_kana" => &r.details.old_kana,
        "phone_home" => &r.details.phone_home,
        "phone_work" => &r.details.phone_work,
        "phone_mobile" => &r.details.phone_mobile,
        "email" => &r.details.email,
        "relation" => &r.details.relation,
        "institution_code" => &r.institution_code,
        "institution_name" => &r.institution_name,
        "institution_kana" => &r.institution_kana,
        "branch_code" => &r.branch_code,
        "branch_name" => &r.branch_name,
        "branch_kana" => &r.branch_kana,
        "deposit_type" => &r.deposit_type,
        "deposit_label" => &r.deposit_label,
        "account_number" => &r.account_number,
        "yucho_symbol" => &r.details.yucho_symbol,
        "yucho_number" => &r.details.yucho_number,
        "holder_name" => &r.details.holder_name,
        "holder_kana" => &r.details.holder_kana,
        "holder_kana_sent" => &r.holder_kana_sent,
        "terms_version" => &r.terms_version,
        "corrected_result" => &r.corrected_result,
        "record_kind" => &r.record_kind,
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliveries::layout::{FIELDS, STATES};

    #[test]
    fn the_states_of_a_layout_are_the_results_of_enrolment() {
        let results: Vec<_> = Registration::ALL
            .iter()
            .filter(|s| s.is_result())
            .map(|s| (s.as_str(), s.label()))
            .collect();
        assert_eq!(STATES, results);
    }

    #[test]
    fn every_field_of_a_layout_is_answered() {
        let record = ResultRecord::sample();
        for field in FIELDS {
            let answered = record.time(field.name).is_some() || record.text(field.name).is_some();
            assert!(answered, "{}", field.name);
        }
    }
}
