use serde::de::DeserializeOwned;
use std::{
    ops::Range,
    path::{Path, PathBuf},
};

/// What is wrong with a setting: where it stands, what is wrong, what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file}: {cause}. Name another file with --config, or start from config/mizumado.example.toml")]
    Unreadable { file: String, cause: String },
    #[error("{file}, line {line}: {what}")]
    At { file: String, line: usize, what: String },
    #[error("environment: {what}")]
    Environment { what: String },
}

/// A configuration file's text, with which errors find their line.
pub struct Source {
    name: PathBuf,
    text: String,
}

impl Source {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::Unreadable {
            file: path.display().to_string(),
            cause: e.to_string(),
        })?;
        Ok(Self {
            name: path.to_owned(),
            text,
        })
    }
    /// A text built into the program, under the name its errors show.
    pub fn built_in(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.to_owned(),
        }
    }
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(&self.text).map_err(|e| self.at(e.span().unwrap_or(0..0), e.message()))
    }
    /// An error at a place in the text.
    pub fn at(&self, span: Range<usize>, what: impl Into<String>) -> ConfigError {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        ConfigError::At {
            file: self.name.display().to_string(),
            line: before.iter().filter(|b| **b == b'\n').count() + 1,
            what: what.into(),
        }
    }
    /// An error at a setting, by its dotted name; at the first line when the environment set it.
    pub fn at_setting(&self, dotted: &str, what: impl Into<String>) -> ConfigError {
        self.at(self.span_of(dotted).unwrap_or(0..0), what)
    }
    fn span_of(&self, dotted: &str) -> Option<Range<usize>> {
        let table = toml::de::DeTable::parse(&self.text).ok()?;
        let mut parts = dotted.split('.');
        let mut value = table.get_ref().get(parts.next()?)?;
        for part in parts {
            value = match (value.get_ref(), part.parse::<usize>()) {
                (toml::de::DeValue::Array(list), Ok(index)) => list.get(index)?,
                (toml::de::DeValue::Table(inner), _) => inner.get(part)?,
                _ => return None,
            }
        }
        Some(value.span())
    }
}
