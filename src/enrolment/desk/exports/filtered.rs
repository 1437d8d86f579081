use super::super::{Filter, search, views};
use crate::{
    db::Conn,
    enrolment::store::{self, Export, Narrow, Order},
    institutions::{self, Institution},
    web::Error,
};
use chrono::NaiveDateTime;

/// The applications that a filter means at one moment. What comes in after it belongs to no count and to no file.
pub struct Filtered {
    pub narrow: Narrow,
    pub order: Order,
    pub institutions: Vec<Institution>,
    filter: Filter,
    search: Search,
}

/// What the filter says of a search.
enum Search {
    None,
    /// Blind tokens, and what was searched in words without data.
    Kept(String, String),
    /// It was made too long ago.
    Over,
}

impl Filtered {
    /// As somebody asks for it now.
    pub fn asked(conn: &mut Conn, staff_id: &str, filter: &Filter, now: NaiveDateTime) -> Result<Self, Error> {
        let search = match filter.search.as_str() {
            "" => Search::None,
            id => match store::find_search(conn, staff_id, id, now)? {
                Some(kept) => Search::Kept(kept.tokens, kept.label),
                None => Search::Over,
            },
        };
        Self::new(conn, filter.clone(), search, now)
    }

    /// As it was asked for.
    pub fn kept(conn: &mut Conn, export: &Export) -> Result<Self, Error> {
        let search = match (&export.tokens, &export.label) {
            (Some(tokens), Some(label)) => Search::Kept(tokens.clone(), label.clone()),
            _ => Search::None,
        };
        Self::new(conn, Filter::of_query(&export.filter), search, export.asked_at)
    }

    fn new(conn: &mut Conn, filter: Filter, search: Search, at: NaiveDateTime) -> Result<Self, Error> {
        let calendar = institutions::calendar(conn, at)?;
        let mut narrow = filter.narrow(&calendar, at);
        narrow.to = Some(narrow.to.map_or(at, |to| to.min(at)));
        narrow.sought = match &search {
            Search::None => None,
            Search::Kept(tokens, _) => Some(search::sought_of(tokens)),
            Search::Over => Some(store::Sought::Nothing),
        };
        Ok(Self {
            narrow,
            order: filter.order(),
            institutions: institutions::every(conn)?,
            filter,
            search,
        })
    }

    pub fn count(&self, conn: &mut Conn) -> Result<i64, Error> {
        Ok(store::count_all(conn, &self.narrow, self.order)?)
    }

    /// Tokens and label of the search.
    pub fn search(&self) -> Option<(&str, &str)> {
        match &self.search {
            Search::Kept(tokens, label) => Some((tokens, label)),
            Search::None | Search::Over => None,
        }
    }

    pub fn is_stale(&self) -> bool {
        matches!(self.search, Search::Over)
    }

    pub fn said(&self) -> String {
        said(&self.filter, &self.institutions, self.search().map(|(_, label)| label))
    }
}

/// A filter in words, for people. `search` is what was searched, in words without data.
pub fn said(filter: &Filter, institutions: &[Institution], search: Option<&str>) -> String {
    let chips = views::chips_of(filter, institutions, search);
    let words: Vec<String> = chips.into_iter().map(|(_, text)| text).collect();
    match words.is_empty() {
        true => "すべての申込み".to_owned(),
        false => words.join("　"),
    }
}
