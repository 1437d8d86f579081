//! What a version needs that one person makes and another approves: layouts, texts.
use crate::db::text_enum;

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
