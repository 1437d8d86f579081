mod column;
mod column_form;
mod comparison;
mod deliveries;
mod findings;
mod settings;
mod studio;

pub use column::column;
pub use column_form::ColumnForm;
pub use comparison::comparison;
pub use deliveries::{Listed, deliveries, delivery};
pub use findings::SHOWN;
pub use settings::SettingsForm;
pub use studio::{Compared, Studio, TriedOn, layouts, studio};

use maud::{Markup, html};

/// A choice of a few words: value and label.
pub fn select(name: &str, label: &str, chosen: &str, options: &[(&str, &str)]) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            select class="input" id=(name) name=(name) {
                @for (word, text) in options { option value=(word) selected[*word == chosen] { (text) } }
            }
        }
    }
}

/// 「2026-11-22（日）」 is too long for tables: the plain day.
pub fn day(day: chrono::NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}
