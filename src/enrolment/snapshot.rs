//! What was submitted with an attempt, frozen: later typing and later settings change neither the bureau's file, nor
//! a mail's address, nor the look-up.
use super::form::{AccountShape, Details};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Sealed in the attempt's row. Numbers are half-width digits; empty is not given.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    /// `new` or `change`
    pub kind: String,
    pub customer_number: String,
    pub postal_code: String,
    pub address: String,
    pub town: String,
    pub block: String,
    pub building: String,
    pub start_date: Option<NaiveDate>,
    pub user_name: String,
    /// Full-width katakana.
    pub user_kana: String,
    pub old_name: String,
    pub old_kana: String,
    pub phone_home: String,
    pub phone_work: String,
    pub phone_mobile: String,
    /// Empty when the result is not wanted by mail.
    pub email: String,
    pub relation: String,
    pub yucho_symbol: String,
    pub yucho_number: String,
    pub holder_name: String,
    /// Full-width, as shown.
    pub holder_kana: String,
}
crate::hidden::hidden_debug!(Snapshot);

impl Snapshot {
    /// Invented answers with characters that files find hard.
    pub fn sample() -> Self {
        let text = str::to_owned;
        Self {
            kind: text("new"),
            customer_number: text("1234567890"),
            postal_code: text("9400062"),
            address: text("長岡市大手通2-6　髙橋ビル①号室"),
            town: text("長岡市大手通"),
            block: text("2-6"),
            building: text("髙橋ビル①号室"),
            start_date: NaiveDate::from_ymd_opt(2026, 4, 1),
            user_name: text("水野　花子"),
            user_kana: text("ミズノ　ハナコ"),
            phone_mobile: text("09000001234"),
            email: text("hanako@example.jp"),
            relation: text("self"),
            holder_name: text("水野　花子"),
            holder_kana: text("ミズノ　ハナコ"),
            ..Self::default()
        }
    }
}

impl From<&Details> for Snapshot {
    fn from(d: &Details) -> Self {
        let former = d.former.clone().unwrap_or_default();
        let account = d.account.as_ref();
        let (yucho_symbol, yucho_number) = match account.map(|a| &a.shape) {
            Some(AccountShape::Yucho(y)) => (y.symbol.clone(), y.number.clone()),
            _ => Default::default(),
        };
        Self {
            kind: d.kind.as_str().to_owned(),
            customer_number: d.customer_number.clone(),
            postal_code: d.premises.postal_code.clone(),
            address: d.premises.address(),
            town: d.premises.town.clone(),
            block: d.premises.block.clone(),
            building: d.premises.building.clone(),
            start_date: d.start_date,
            user_name: d.user.kanji.clone(),
            user_kana: d.user.kana.clone(),
            old_name: former.kanji,
            old_kana: former.kana,
            phone_home: d.contact.home.clone(),
            phone_work: d.contact.work.clone(),
            phone_mobile: d.contact.mobile.clone(),
            email: d.contact.email.clone().unwrap_or_default(),
            relation: d.contact.relation.map(|r| r.as_str().to_owned()).unwrap_or_default(),
            yucho_symbol,
            yucho_number,
            holder_name: account.map(|a| a.holder_name.clone()).unwrap_or_default(),
            holder_kana: account.map(|a| a.holder_kana.clone()).unwrap_or_default(),
        }
    }
}

impl Snapshot {
    /// Whether one of the numbers given ends in these four digits.
    pub fn has_phone_ending(&self, last4: &str) -> bool {
        [&self.phone_mobile, &self.phone_home, &self.phone_work]
            .into_iter()
            .any(|number| !number.is_empty() && crate::japan::phone::last4(number) == last4)
    }
}
