//! What an applicant typed, field by field, exactly as typed. Read into [`super::form::Details`] when it is used.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sealed in the application's row; never logged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    fields: BTreeMap<String, String>,
    /// By step: the revision in which it was last changed. Tells two tabs apart.
    revs: BTreeMap<String, i32>,
    /// Sent when the page had already closed: taken in only after the person was recognised (P13).
    #[serde(default)]
    held: BTreeMap<String, String>,
}

/// No honest answer is longer; the rest of a longer one is of no use.
const LONGEST: usize = 2000;

impl Answers {
    /// A field as typed, without white space at its ends; empty when it was not given.
    pub fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", |v| v.trim())
    }
    pub fn set(&mut self, field: &str, value: &str) {
        let kept: String = value.chars().take(LONGEST).collect();
        self.fields.insert(field.to_owned(), kept);
    }
    /// Keeps a field apart until [`Answers::take_held`].
    pub fn hold(&mut self, field: &str, value: &str) {
        let kept: String = value.chars().take(LONGEST).collect();
        self.held.insert(field.to_owned(), kept);
    }
    pub fn take_held(&mut self) {
        self.fields.append(&mut self.held);
    }
    pub fn remove(&mut self, field: &str) {
        self.fields.remove(field);
    }
    /// Whether any of these fields was filled.
    pub fn has_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|f| !self.get(f).is_empty())
    }
    pub fn rev_of(&self, step: &str) -> i32 {
        self.revs.get(step).copied().unwrap_or(0)
    }
    pub fn touch(&mut self, step: &str, rev: i32) {
        self.revs.insert(step.to_owned(), rev);
    }
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl std::fmt::Debug for Answers {
    /// The names only: what was typed is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.fields.keys()).finish()
    }
}
