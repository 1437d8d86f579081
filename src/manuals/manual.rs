//! A manual as it is written: a head in TOML, chapters and sections with ids, and what each section explains.
//! `docs/STYLE.md` ("Manuals") tells writers the same.
use serde::Deserialize;

/// One paper of `manuals/`.
#[derive(Clone, Debug)]
pub struct Manual {
    /// The file's name without its ending; also its address.
    pub name: String,
    pub head: Head,
    /// Markdown before the first chapter.
    pub lead: String,
    pub chapters: Vec<Chapter>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Its place among the deliverables, from 1.
    pub number: u32,
    pub title: String,
    /// Whom it is for.
    pub readers: String,
    pub kind: Kind,
    /// The newest last.
    pub revisions: Vec<Revision>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Read at the work; each of its sections explains a page or a command.
    Manual,
    Paper,
    /// To be filled in.
    Template,
    Slides,
}

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Kind::Manual => "マニュアル",
            Kind::Paper => "書類",
            Kind::Template => "ひな形",
            Kind::Slides => "スライド",
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    pub version: String,
    /// `2026-11-30`
    pub date: String,
    pub what: String,
}

#[derive(Clone, Debug)]
pub struct Chapter {
    pub id: String,
    pub title: String,
    /// Markdown before its first section.
    pub body: String,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug)]
pub struct Section {
    pub id: String,
    pub title: String,
    pub explains: Vec<Place>,
    pub body: String,
}

/// What a section explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A page of the console, as its rule names it.
    Screen(String),
    /// A page of the citizens.
    Public(String),
    /// A page of the practice site.
    Practice(String),
    /// `audit verify`
    Command(String),
}

/// Why a manual cannot be used; file, line and remedy are named.
#[derive(Clone, Debug, thiserror::Error)]
#[error("manuals/{file}, line {line}: {what}")]
pub struct ManualError {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Manual {
    pub fn parse(file: &str, text: &str) -> Result<Self, ManualError> {
        let wrong = |line: usize, what: String| ManualError {
            file: file.to_owned(),
            line,
            what,
        };
        let without = "it begins with a head in TOML between two lines of +++".to_owned();
        let Some((head, body)) = text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) else {
            return Err(wrong(1, without));
        };
        let head: Head = toml::from_str(head).map_err(|e| wrong(1, e.to_string()))?;
        if head.revisions.is_empty() {
            return Err(wrong(1, "a revision is missing: version, date, what".into()));
        }
        let mut manual = Self {
            name: file.trim_end_matches(".md").to_owned(),
            lead: String::new(),
            chapters: vec![],
            head,
        };
        let begin = text.lines().count() - body.lines().count();
        let mut in_code = false;
        for (n, line) in body.lines().enumerate() {
            if line.starts_with("```") {
                in_code = !in_code;
            }
            let taken = match in_code {
                true => Ok(false),
                false => manual.structure(line),
            };
            if !taken.map_err(|what| wrong(begin + n + 1, what))? {
                let body = manual.open_body();
                body.push_str(line);
                body.push('\n');
            }
        }
        Ok(manual)
    }

    /// Takes a heading or a marker; false when the line is text.
    fn structure(&mut self, line: &str) -> Result<bool, String> {
        if let Some(heading) = line.strip_prefix("## ") {
            let (title, id) = named(heading)?;
            self.refuse_twice(&id)?;
            self.chapters.push(Chapter {
                id,
                title,
                body: String::new(),
                sections: vec![],
            });
            return Ok(true);
        }
        if let Some(heading) = line.strip_prefix("### ") {
            let (title, id) = named(heading)?;
            self.refuse_twice(&id)?;
            let chapter = self.chapters.last_mut().ok_or("a section stands in a chapter")?;
            chapter.sections.push(Section {
                id,
                title,
                explains: vec![],
                body: String::new(),
            });
            return Ok(true);
        }
        let Some((kind, words)) = marker(line) else {
            return Ok(false);
        };
        let places: Vec<Place> = match kind {
            "screens" => split(words).map(Place::Screen).collect(),
            "public" => split(words).map(Place::Public).collect(),
            "practice" => split(words).map(Place::Practice).collect(),
            "commands" => words
                .split(',')
                .map(|word| Place::Command(word.trim().to_owned()))
                .collect(),
            "table" => return Ok(false),
            other => {
                return Err(format!(
                    "<!-- {other}: … --> is none of screens, public, practice, commands, table"
                ));
            }
        };
        let section = self.chapters.last_mut().and_then(|c| c.sections.last_mut());
        section
            .ok_or("a marker stands under the heading of a section")?
            .explains
            .extend(places);
        Ok(true)
    }

    fn refuse_twice(&self, id: &str) -> Result<(), String> {
        match self.ids().any(|known| known == id) {
            true => Err(format!("{{#{id}}} is there twice")),
            false => Ok(()),
        }
    }

    fn open_body(&mut self) -> &mut String {
        let Some(chapter) = self.chapters.last_mut() else {
            return &mut self.lead;
        };
        match chapter.sections.last_mut() {
            Some(section) => &mut section.body,
            None => &mut chapter.body,
        }
    }

    /// Ids of its chapters and sections.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.chapters.iter().flat_map(|chapter| {
            let sections = chapter.sections.iter().map(|section| section.id.as_str());
            std::iter::once(chapter.id.as_str()).chain(sections)
        })
    }

    /// The chapter that holds an id, which may be its own.
    pub fn chapter_of(&self, id: &str) -> Option<&Chapter> {
        let holds = |chapter: &&Chapter| chapter.id == id || chapter.sections.iter().any(|section| section.id == id);
        self.chapters.iter().find(holds)
    }

    pub fn sections(&self) -> impl Iterator<Item = (&Chapter, &Section)> {
        let chapters = self.chapters.iter();
        chapters.flat_map(|chapter| chapter.sections.iter().map(move |section| (chapter, section)))
    }

    /// Of the newest revision.
    pub fn version(&self) -> &str {
        self.head.revisions.last().map_or("", |revision| &revision.version)
    }

    pub fn date(&self) -> &str {
        self.head.revisions.last().map_or("", |revision| &revision.date)
    }
}

/// `題 {#id}`
fn named(heading: &str) -> Result<(String, String), String> {
    let remedy = || format!("「{heading}」 needs an id: {{#lower-case-words}}");
    let (title, id) = heading.split_once(" {#").ok_or_else(remedy)?;
    let id = id.trim_end().strip_suffix('}').ok_or_else(remedy)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match !id.is_empty() && id.chars().all(allowed) {
        true => Ok((title.trim().to_owned(), id.to_owned())),
        false => Err(remedy()),
    }
}

/// `<!-- kind: words -->`
pub fn marker(line: &str) -> Option<(&str, &str)> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    let (kind, words) = inner.split_once(':')?;
    Some((kind.trim(), words.trim()))
}

fn split(words: &str) -> impl Iterator<Item = String> {
    let parts = words.split([' ', ',']).filter(|word| !word.is_empty());
    parts.map(str::to_owned)
}
