//! From Markdown to the page: tables drawn from the code, pictures with their captions, links to where a paper stands.
use super::super::{
    manual::{Chapter, Manual, marker},
    pictures::{self, Picture},
};
use crate::web::ui::{Extras, markdown_with};
use maud::{Markup, html};

/// A table drawn from the code.
#[derive(Clone, Debug)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Draws the table of a name. `app` knows them all.
pub type Draw = fn(&str) -> Option<Table>;

/// Where it is read: that decides how links are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// One chapter a page.
    Console,
    /// The whole on one page, at the console.
    Whole,
    /// A file, to become PDF and Word.
    Paper,
}

pub struct Renderer<'a> {
    pub all: &'a [Manual],
    pub manual: &'a Manual,
    pub medium: Medium,
    pub draw: Draw,
}

impl Renderer<'_> {
    /// A chapter with its number, and its sections with theirs.
    pub fn chapter(&self, chapter: &Chapter) -> Markup {
        let number = self.number_of(chapter);
        html! {
            h2 id=(chapter.id) { (numbered(&number, &chapter.title)) }
            (self.text(&chapter.body))
            @for (n, section) in chapter.sections.iter().enumerate() {
                @let number = format!("{number}.{}", n + 1);
                h3 id=(section.id) { (numbered(&number, &section.title)) }
                (self.text(&section.body))
            }
        }
    }

    pub fn number_of(&self, chapter: &Chapter) -> String {
        let place = self.manual.chapters.iter().position(|other| other.id == chapter.id);
        (place.unwrap_or_default() + 1).to_string()
    }

    pub fn text(&self, markdown: &str) -> Markup {
        let table = |line: &str| match marker(line) {
            Some(("table", name)) => Some(self.table(name)),
            _ => None,
        };
        let extras = Extras {
            link: &|written| self.address(written),
            picture: &|url, alt| self.figure(url, alt),
            comment: &table,
        };
        markdown_with(markdown, &extras)
    }

    /// `#id` and `staff.md#id` as the medium writes them; anything else stays. A file is printed alone, so there a link to
    /// another becomes its title.
    fn address(&self, written: &str) -> Result<String, String> {
        let (file, id) = written.split_once('#').unwrap_or((written, ""));
        let name = match (file, file.strip_suffix(".md")) {
            ("", _) => self.manual.name.as_str(),
            (_, Some(name)) => name,
            _ => return Ok(written.to_owned()),
        };
        let is_here = name == self.manual.name;
        let other = self.all.iter().find(|manual| manual.name == name);
        match self.medium {
            Medium::Whole | Medium::Paper if is_here => Ok(format!("#{id}")),
            Medium::Paper => Err(format!("（『{}』）", other.map_or(name, |manual| &manual.head.title))),
            _ => Ok(match other.and_then(|manual| manual.chapter_of(id)) {
                Some(chapter) => format!("/manuals/{name}/{}#{id}", chapter.id),
                None => format!("/manuals/{name}"),
            }),
        }
    }

    fn table(&self, name: &str) -> Markup {
        let Some(table) = (self.draw)(name) else {
            return html! { p { "（表がありません：" (name) "）" } };
        };
        html! {
            table {
                thead { tr { @for cell in &table.header { th { (cell) } } } }
                tbody { @for row in &table.rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }

    fn figure(&self, url: &str, alt: &str) -> Markup {
        let name = url.strip_prefix("picture:").unwrap_or(url);
        let Some(picture) = pictures::find(name) else {
            return html! { span class="missing-picture" { "（図がありません：" (name) "）" } };
        };
        let Picture {
            title, width, height, ..
        } = *picture;
        let source = match self.medium {
            Medium::Paper => format!("pictures/{name}.png"),
            _ => format!("/manuals/pictures/{name}.png"),
        };
        html! {
            figure {
                img src=(source) alt=(alt) width=(width) height=(height);
                figcaption { "図　" (title) }
            }
        }
    }
}

pub fn numbered(number: &str, title: &str) -> Markup {
    html! { span class="no" { (number) "　" } (title) }
}
