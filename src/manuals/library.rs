//! All manuals, built into the program, and what is looked up in them.
use super::manual::{Chapter, Kind, Manual, ManualError, Place, Section};
use crate::web::Error;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

include!(concat!(env!("OUT_DIR"), "/manuals.rs"));

/// The manuals in the order of their numbers.
#[derive(Debug)]
pub struct Library {
    manuals: Vec<Manual>,
}

/// A section or chapter in which all words were found.
pub struct Found<'a> {
    pub manual: &'a Manual,
    pub chapter: &'a Chapter,
    /// None: in the chapter itself.
    pub section: Option<&'a Section>,
    /// The words with what stands around them.
    pub snippet: String,
}

static LIBRARY: LazyLock<Result<Library, ManualError>> = LazyLock::new(|| Library::read(BUILT_IN));

/// Ours. Wrong text is a mistake of the build, which a test finds.
pub fn library() -> Result<&'static Library, Error> {
    LIBRARY.as_ref().map_err(|e| Error::Internal(e.to_string()))
}

/// Characters around the first word that was found.
const AROUND: usize = 40;
const MOST: usize = 50;

impl Library {
    pub fn read(files: &[(&str, &str)]) -> Result<Self, ManualError> {
        let manuals: Result<Vec<Manual>, ManualError> =
            files.iter().map(|(name, text)| Manual::parse(name, text)).collect();
        let mut manuals = manuals?;
        manuals.sort_by_key(|manual| manual.head.number);
        Ok(Self { manuals })
    }

    pub fn all(&self) -> &[Manual] {
        &self.manuals
    }

    pub fn find(&self, name: &str) -> Option<&Manual> {
        self.manuals.iter().find(|manual| manual.name == name)
    }

    /// The section that explains a page of the console: the address behind 「この画面の使い方」.
    pub fn guide(&self, pattern: &str) -> Option<String> {
        // A form's address lies below its page: `/staff/{id}/invitation` is sent from `/staff/{id}`.
        let mut pages = std::iter::successors(Some(pattern), |path| Some(path.rsplit_once('/')?.0));
        pages.find_map(|page| {
            let wanted = Place::Screen(if page.is_empty() { "/" } else { page }.to_owned());
            self.manuals.iter().find_map(|manual| {
                let (chapter, section) = manual
                    .sections()
                    .find(|(_, section)| section.explains.contains(&wanted))?;
                Some(path(manual, chapter, Some(section)))
            })
        })
    }

    /// Where all words stand, in any order, without regard to width and case.
    pub fn search(&self, words: &str) -> Vec<Found<'_>> {
        let wanted: Vec<String> = plain(words).split_whitespace().map(str::to_owned).collect();
        if wanted.is_empty() {
            return vec![];
        }
        let mut found = vec![];
        for manual in self.manuals.iter().filter(|manual| manual.head.kind != Kind::Slides) {
            for chapter in &manual.chapters {
                let own = std::iter::once((None, &chapter.title, &chapter.body));
                let sections = chapter.sections.iter().map(|s| (Some(s), &s.title, &s.body));
                for (section, title, body) in own.chain(sections) {
                    let text = plain(&format!("{title}　{body}"));
                    if let Some(snippet) = snippet(&text, &wanted) {
                        found.push(Found {
                            manual,
                            chapter,
                            section,
                            snippet,
                        });
                    }
                }
            }
        }
        // Who looks for a word of a heading wants that section first.
        found.sort_by_key(|f| {
            let title = plain(f.section.map_or(&f.chapter.title, |section| &section.title));
            !wanted.iter().all(|word| title.contains(word))
        });
        found.truncate(MOST);
        found
    }
}

/// The address of a chapter's page, or of a section on it.
pub fn path(manual: &Manual, chapter: &Chapter, section: Option<&Section>) -> String {
    let id = section.map(|section| format!("#{}", section.id)).unwrap_or_default();
    format!("/manuals/{}/{}{id}", manual.name, chapter.id)
}

/// Without marks of Markdown, in one width and case.
fn plain(text: &str) -> String {
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("<!--") && !line.starts_with("!["))
        .flat_map(|line| line.chars().chain(" ".chars()))
        .filter(|c| !matches!(c, '*' | '`' | '#' | '|'))
        .collect();
    without.nfkc().flat_map(char::to_lowercase).collect()
}

fn snippet(text: &str, wanted: &[String]) -> Option<String> {
    let first = text.find(wanted.first()?)?;
    if !wanted.iter().all(|word| text.contains(word)) {
        return None;
    }
    let before: Vec<char> = text[..first].chars().rev().take(AROUND).collect();
    let after: String = text[first..].chars().take(2 * AROUND).collect();
    let before: String = before.into_iter().rev().collect();
    Some(format!("…{before}{after}…"))
}
