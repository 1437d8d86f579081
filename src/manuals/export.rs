//! Writes the papers as files from which `make deliverables` makes PDF, Word and slides.
use super::{
    library::library,
    manual::{Chapter, Kind, Manual},
    pictures,
    views::{Draw, Medium, Renderer, paper, slides},
};
use crate::web::Error;
use serde::Serialize;
use std::{fs, io, path::Path};

const STYLE: &str = include_str!("../../assets/paper/paper.css");

/// One line of `list.json`.
#[derive(Serialize)]
struct Listed<'a> {
    number: u32,
    name: &'a str,
    title: &'a str,
    kind: &'a str,
    version: &'a str,
    date: &'a str,
    chapters: usize,
    sections: usize,
    pictures: usize,
}

/// Writes `NAME.html` of each paper, `slides.md`, `pictures/` and `list.json` into `out`, in the bureau's name.
pub fn export(out: &Path, bureau: &str, draw: Draw) -> Result<usize, Error> {
    let failed = |e: io::Error| Error::Internal(format!("--out {}: {e}", out.display()));
    fs::create_dir_all(out.join("pictures")).map_err(failed)?;
    for picture in pictures::all() {
        let file = out.join("pictures").join(format!("{}.png", picture.name));
        fs::write(file, picture.png).map_err(failed)?;
    }
    fs::write(out.join("paper.css"), STYLE).map_err(failed)?;
    let all = library()?.all();
    let mut list = vec![];
    for manual in all {
        let renderer = Renderer {
            all,
            manual,
            medium: Medium::Paper,
            draw,
        };
        let page = match manual.head.kind {
            Kind::Slides => slides(&renderer, bureau),
            _ => paper(&renderer, bureau),
        };
        let page = page.into_string();
        list.push(Listed {
            number: manual.head.number,
            name: &manual.name,
            title: &manual.head.title,
            kind: manual.head.kind.label(),
            version: manual.version(),
            date: manual.date(),
            chapters: manual.chapters.len(),
            sections: manual.sections().count(),
            pictures: page.matches("<img").count(),
        });
        fs::write(out.join(format!("{}.html", manual.name)), page).map_err(failed)?;
        if manual.head.kind == Kind::Slides {
            fs::write(out.join(format!("{}.md", manual.name)), deck(manual, bureau)).map_err(failed)?;
        }
    }
    let json = serde_json::to_string_pretty(&list).map_err(|e| Error::Internal(e.to_string()))?;
    fs::write(out.join("list.json"), json).map_err(failed)?;
    Ok(list.len())
}

/// What is said beside a slide begins so.
const NOTES: &str = "> 話すこと：";

/// A slide's text, and what is said beside it.
pub(super) fn notes_of(chapter: &Chapter) -> (&str, String) {
    let (shown, said) = chapter.body.split_once(NOTES).unwrap_or((&chapter.body, ""));
    let said: Vec<&str> = said.lines().map(|line| line.trim_start_matches('>').trim()).collect();
    (shown.trim(), said.join("\n").trim().to_owned())
}

/// The slides as pandoc reads them for PowerPoint.
fn deck(manual: &Manual, bureau: &str) -> String {
    let mut text = format!(
        "---\ntitle: {}\nauthor: {bureau}\ndate: {}\nlang: ja\n---\n\n",
        manual.head.title,
        manual.date()
    );
    for chapter in &manual.chapters {
        let (shown, said) = notes_of(chapter);
        let shown = pictures::all().iter().fold(shown.to_owned(), |text, picture| {
            text.replace(
                &format!("(picture:{})", picture.name),
                &format!("(pictures/{}.png)", picture.name),
            )
        });
        text.push_str(&format!(
            "## {}\n\n{shown}\n\n::: notes\n{said}\n:::\n\n",
            chapter.title
        ));
    }
    text
}
