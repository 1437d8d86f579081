//! What many results name: asked for once, however many name it.
use super::super::store;
use crate::{db::Conn, institutions};
use diesel::QueryResult;
use std::collections::HashMap;

/// Name and reading in kana; both empty where there is nothing of that code.
pub(super) type Named = (String, String);

#[derive(Default)]
pub(super) struct Shared {
    institutions: HashMap<String, Named>,
    branches: HashMap<(String, String), Named>,
    /// Versions by the hash of the terms.
    terms: HashMap<String, String>,
}

impl Shared {
    pub fn institution(&mut self, conn: &mut Conn, code: &str) -> QueryResult<Named> {
        if let Some(known) = self.institutions.get(code) {
            return Ok(known.clone());
        }
        let found = institutions::find(conn, code)?.map(|i| (i.name, i.kana));
        let found = found.unwrap_or_default();
        self.institutions.insert(code.to_owned(), found.clone());
        Ok(found)
    }

    pub fn branch(&mut self, conn: &mut Conn, institution: &str, code: &str) -> QueryResult<Named> {
        let key = (institution.to_owned(), code.to_owned());
        if let Some(known) = self.branches.get(&key) {
            return Ok(known.clone());
        }
        let found = institutions::branch(conn, institution, code)?.map(|b| (b.name, b.kana));
        let found = found.unwrap_or_default();
        self.branches.insert(key, found.clone());
        Ok(found)
    }

    pub fn terms_version(&mut self, conn: &mut Conn, hash: &str) -> QueryResult<String> {
        if let Some(known) = self.terms.get(hash) {
            return Ok(known.clone());
        }
        let found = store::terms_version(conn, hash)?;
        self.terms.insert(hash.to_owned(), found.clone());
        Ok(found)
    }
}
