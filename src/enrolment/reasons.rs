//! The words for each reason (`assets/texts/reasons.toml`).
use crate::gateways::Reason;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// How a reason is told; texts may hold `{{institution}}` and the bureau's words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonText {
    pub title: String,
    pub text: String,
    pub next: String,
    /// The same application may be handed off again.
    pub retry: bool,
    pub button: String,
    /// The short name in lists and files.
    pub staff: String,
}

static TEXTS: LazyLock<BTreeMap<String, ReasonText>> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/texts/reasons.toml")).unwrap_or_default());

/// The words for a reason; a test keeps the table complete.
pub fn text(reason: Reason) -> Option<ReasonText> {
    TEXTS.get(reason.as_str()).cloned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_reason_has_its_words() {
        for reason in Reason::ALL {
            let text = text(*reason).unwrap();
            assert!(
                !text.title.is_empty() && !text.next.is_empty() && !text.button.is_empty(),
                "{reason:?}"
            );
        }
        assert_eq!(TEXTS.len(), Reason::ALL.len());
    }
}
