use super::{Context, messages};
use crate::{
    config::{Ask, Item, ItemId},
    enrolment::answers::Answers,
    japan::{
        date::{self, DateError},
        digits::{digits, postal_display},
    },
    web::ui::FieldError,
};
use chrono::NaiveDate;

/// ウ and エ 使用場所
#[derive(Clone, Default)]
pub struct Premises {
    /// 7 digits; empty when it is not asked.
    pub postal_code: String,
    /// 「長岡市幸町」
    pub town: String,
    pub block: String,
    pub building: String,
}

impl Premises {
    /// 「長岡市幸町2-1-1 ハイツ101」
    pub fn address(&self) -> String {
        let space = if self.building.is_empty() { "" } else { "　" };
        format!("{}{}{space}{}", self.town, self.block, self.building)
    }
    /// 「940-0062」
    pub fn postal_display(&self) -> String {
        postal_display(&self.postal_code)
    }
}

/// ウ, エ and シ.
pub fn read(answers: &Answers, context: &Context, errors: &mut Vec<FieldError>) -> (Premises, Option<NaiveDate>) {
    let mut premises = Premises::default();
    if let Some(item) = context.items.asked(ItemId::PostalCode) {
        premises.postal_code = postal_code(answers.get("postal_code"), item, errors);
    }
    if let Some(item) = context.items.asked(ItemId::Premises) {
        let required = item.ask == Ask::Required;
        // The page offers the city as a beginning; alone it is no answer.
        let only_city = answers.get("town") == context.city && !answers.has_any(&["block", "building"]);
        let town = if !required && only_city {
            ""
        } else {
            answers.get("town")
        };
        premises.town = messages::read_text("town", "市町村・町名", town, required, 60, errors);
        if premises.town == context.city && !town.is_empty() {
            errors.push(FieldError::new("town", messages::shape("市町村・町名", "町名まで")));
        }
        premises.block = messages::read_text("block", "番地", answers.get("block"), required, 40, errors);
        let building = answers.get("building");
        premises.building = messages::read_text("building", "建物名・部屋番号", building, false, 40, errors);
    }
    let start = context.items.asked(ItemId::StartDate);
    (premises, start.and_then(|item| start_date(answers, item, errors)))
}

fn postal_code(typed: &str, item: &Item, errors: &mut Vec<FieldError>) -> String {
    let required = item.ask == Ask::Required;
    let code = digits(typed);
    let message = match &code {
        _ if typed.is_empty() => required.then(|| messages::enter(&item.label)),
        Some(code) if code.len() == 7 => None,
        _ => Some(messages::shape(&item.label, "数字7桁で")),
    };
    errors.extend(message.map(|m| FieldError::new("postal_code", m)));
    code.unwrap_or_default()
}

fn start_date(answers: &Answers, item: &Item, errors: &mut Vec<FieldError>) -> Option<NaiveDate> {
    let parts = ["start_year", "start_month", "start_day"];
    if item.ask == Ask::Optional && !answers.has_any(&parts) {
        return None;
    }
    let [year, month, day] = parts.map(|p| answers.get(p));
    let label = &item.label;
    let (field, message) = match date::parse(year, month, day) {
        Ok(parsed) => return Some(parsed.date),
        Err(DateError::MissingYear) => ("start_year", messages::enter(&format!("{label}の年"))),
        Err(DateError::MissingMonth) => ("start_month", messages::enter(&format!("{label}の月"))),
        Err(DateError::MissingDay) => ("start_day", messages::enter(&format!("{label}の日"))),
        Err(DateError::NotADate) => ("start_day", messages::shape(label, "ある日付を")),
        Err(DateError::BeforeReiwa) => {
            let both = format!("{label}の年と月");
            (
                "start_year",
                messages::contradiction(&both, "令和は2019年5月1日からです"),
            )
        }
        Err(DateError::YearForm) => (
            "start_year",
            messages::shape(&format!("{label}の年"), "「令和8」または「2026」のように"),
        ),
    };
    errors.push(FieldError::new(field, message));
    None
}

/// What a short year was taken for, to be shown to the person.
pub fn date_echo(answers: &Answers) -> Option<String> {
    let [year, month, day] = ["start_year", "start_month", "start_day"].map(|p| answers.get(p));
    date::parse(year, month, day).ok()?.echo
}

crate::hidden::hidden_debug!(Premises);
