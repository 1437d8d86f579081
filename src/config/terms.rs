use super::{ConfigError, Source};
use std::path::Path;

/// The terms of use: what a citizen agrees to, by version and by the hash of its very text.
#[derive(Clone, Debug)]
pub struct Terms {
    pub version: String,
    /// `2026-10-01`
    pub effective: String,
    /// Markdown, `##` sections, the bureau's words not yet filled in.
    pub body: String,
}

const BUILT_IN: &str = include_str!("../../assets/texts/terms.md");

impl Terms {
    /// The bureau's file, or the built-in text.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let source = match path {
            Some(path) => Source::read(path)?,
            None => Source::built_in("terms.md (built in)", BUILT_IN),
        };
        let text = source.text();
        let parts = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
        let (head, body) = parts.ok_or_else(|| {
            source.at(
                0..0,
                "the terms begin with a line ---, `version: …`, `effective: YYYY-MM-DD`, and a line ---",
            )
        })?;
        let field = |name: &str| {
            let value = head.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(':'));
            value
                .map(|v| v.trim().to_owned())
                .filter(|v| !v.is_empty())
                .ok_or_else(|| source.at(0..0, format!("the terms name no `{name}:` between the lines ---")))
        };
        Ok(Self {
            version: field("version")?,
            effective: field("effective")?,
            body: body.trim().to_owned(),
        })
    }
}
