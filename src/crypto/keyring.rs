use super::hmac_sha256;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The keys of one workspace: sealing keys by id, and the root of the blind indexes.
///
/// The file is TOML: `current = "k1"`, `[seal] k1 = "<64 hex>"`, `[blind] root = "<64 hex>"`.
#[derive(Clone)]
pub struct KeyRing {
    current: String,
    seal: BTreeMap<String, [u8; 32]>,
    blind_root: [u8; 32],
    environment: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file is not readable as TOML: {0}")]
    Form(String),
    #[error("the key file: {0:?} must be 64 hexadecimal digits; make a new file with `mizumado keys new`")]
    Length(String),
    #[error("the key file: `current = {0:?}` names no key of [seal]")]
    NoCurrent(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The world these keys are for; older files do not say.
    environment: Option<String>,
    current: String,
    seal: BTreeMap<String, String>,
    blind: Blind,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blind {
    root: String,
}

impl KeyRing {
    /// The text of a fresh key file for one world: `production`, `demo` or `training`.
    pub fn generate(environment: &str) -> String {
        let key = || hex::encode(rand::random::<[u8; 32]>());
        format!(
            "environment = \"{environment}\"\ncurrent = \"k1\"\n\n[seal]\nk1 = \"{}\"\n\n[blind]\nroot = \"{}\"\n",
            key(),
            key()
        )
    }
    /// Reads a key file's text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let file: File = toml::from_str(text).map_err(|e| KeyError::Form(e.message().to_owned()))?;
        let mut seal = BTreeMap::new();
        for (id, value) in file.seal {
            seal.insert(id.clone(), key_bytes(&id, &value)?);
        }
        if !seal.contains_key(&file.current) {
            return Err(KeyError::NoCurrent(file.current));
        }
        Ok(Self {
            current: file.current,
            seal,
            blind_root: key_bytes("root", &file.blind.root)?,
            environment: file.environment,
        })
    }
    /// The world these keys were made for, if the file says so (S15).
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }
    /// Adds a key and seals with it from now on; older values still open.
    pub fn rotate(&mut self, id: &str, key: [u8; 32]) {
        self.seal.insert(id.to_owned(), key);
        self.current = id.to_owned();
    }
    pub(super) fn current(&self) -> (&str, &[u8; 32]) {
        (&self.current, &self.seal[&self.current])
    }
    pub(super) fn seal_key(&self, id: &str) -> Option<&[u8; 32]> {
        self.seal.get(id)
    }
    /// A key of its own for one purpose, which tells nothing of the others.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        hmac_sha256(&self.blind_root, format!("derive:{purpose}").as_bytes())
    }
    /// A blind index: the same `value` in the same `column` gives the same token, and nothing else tells.
    pub fn blind(&self, column: &str, value: &str) -> String {
        let key = hmac_sha256(&self.blind_root, column.as_bytes());
        hex::encode(&hmac_sha256(&key, value.as_bytes())[..20])
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing")
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

fn key_bytes(name: &str, value: &str) -> Result<[u8; 32], KeyError> {
    hex::decode(value)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| KeyError::Length(name.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn blind_indexes_differ_by_column_and_value() {
        let ring = KeyRing::parse(&KeyRing::generate("demo")).unwrap();
        assert_eq!(ring.blind("phone", "1"), ring.blind("phone", "1"));
        assert_ne!(ring.blind("phone", "1"), ring.blind("customer", "1"));
        assert_ne!(ring.blind("phone", "1"), ring.blind("phone", "2"));
    }

    #[test]
    fn a_wrong_key_file_says_what_to_do() {
        let wrong = "current = \"k2\"\n[seal]\nk1 = \"00\"\n[blind]\nroot = \"00\"\n";
        assert!(
            KeyRing::parse(wrong)
                .unwrap_err()
                .to_string()
                .contains("mizumado keys new")
        );
        let none = KeyRing::generate("demo").replace("current = \"k1\"", "current = \"k7\"");
        assert!(KeyRing::parse(&none).unwrap_err().to_string().contains("k7"));
    }
}
