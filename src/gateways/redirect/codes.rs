use super::Reason;
use crate::config::{ConfigError, Source};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};
use toml::Spanned;

/// Maps a gateway's raw codes to our reasons.
pub struct Codes(BTreeMap<String, Reason>);

const BUILT_IN: &str = include_str!("../../../assets/defaults/gateway-codes.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    codes: BTreeMap<String, Spanned<String>>,
}

impl Codes {
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let source = match path {
            Some(path) => Source::read(path)?,
            None => Source::built_in("gateway-codes.toml (built in)", BUILT_IN),
        };
        let file: File = source.parse()?;
        let mut codes = BTreeMap::new();
        for (code, word) in file.codes {
            let reason = Reason::from_word(word.get_ref()).ok_or_else(|| {
                let known: Vec<&str> = Reason::ALL.iter().map(|r| r.as_str()).collect();
                let what = format!("{:?} is no reason; use one of {}", word.get_ref(), known.join(", "));
                source.at(word.span(), what)
            })?;
            codes.insert(code, reason);
        }
        Ok(Self(codes))
    }
    /// `None` for a code that nobody has mapped yet.
    pub fn reason(&self, code: &str) -> Option<Reason> {
        self.0.get(code).copied()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_built_in_table_reaches_every_reason() {
        let codes = Codes::load(None).unwrap();
        for reason in Reason::ALL {
            assert!(codes.0.values().any(|r| r == reason), "{reason:?}");
        }
        assert_eq!(codes.reason("Z77"), None);
    }
}
