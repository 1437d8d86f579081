//! The filters of the list as its address holds them: words of ours and an opaque id, nothing of a person.
use crate::inquiries::{
    model::{Category, Source},
    store::View,
};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub view: View,
    pub category: Option<Category>,
    pub source: Option<Source>,
    /// The opaque id of a search.
    pub search: String,
    pub page: i64,
}

/// No list is looked through further than so many pages.
const MOST_PAGES: i64 = 200;

impl Default for Filter {
    fn default() -> Self {
        Self {
            view: View::Open,
            category: None,
            source: None,
            search: String::new(),
            page: 0,
        }
    }
}

impl Filter {
    pub fn read(query: &BTreeMap<String, String>) -> Self {
        let word = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let is_token = |text: &&str| {
            text.len() <= 64
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        Self {
            view: View::from_word(word("view")).unwrap_or(View::Open),
            category: Category::from_word(word("category")),
            source: Source::from_word(word("source")),
            search: Some(word("sid")).filter(is_token).unwrap_or_default().to_owned(),
            page: word("page").parse().unwrap_or(0).clamp(0, MOST_PAGES),
        }
    }

    /// `view=…&…`, to be put behind a path.
    pub fn query_of_page(&self, page: i64) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        out.append_pair("view", self.view.as_str());
        let page = if page > 0 { page.to_string() } else { String::new() };
        let rest = [
            ("category", self.category.map_or("", Category::as_str)),
            ("source", self.source.map_or("", Source::as_str)),
            ("sid", &self.search),
            ("page", &page),
        ];
        out.extend_pairs(rest.iter().filter(|(_, value)| !value.is_empty()));
        out.finish()
    }
}

/// The views: word and label.
pub const VIEWS: [(View, &str); 8] = [
    (View::Open, "完了していないもの"),
    (View::Unanswered, "未回答"),
    (View::Overdue, "期限を過ぎたもの"),
    (View::Mine, "自分の担当"),
    (View::Unassigned, "担当のないもの"),
    (View::Contact, "きょうまでに連絡するもの"),
    (View::Closed, "完了したもの"),
    (View::All, "すべて"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_address_gives_a_filter_and_gives_it_back(pairs in proptest::collection::btree_map("(view|category|source|sid|page)", "\\PC{0,20}", 0..5)) {
            let filter = Filter::read(&pairs);
            let again: BTreeMap<String, String> =
                url::form_urlencoded::parse(filter.query_of_page(filter.page).as_bytes()).into_owned().collect();
            prop_assert_eq!(Filter::read(&again), filter);
        }
    }
}
