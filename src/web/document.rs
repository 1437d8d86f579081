//! A document that is shown, printed on A4 and given out for Word, from one description (N14).
use super::Error;
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A part of a document.
#[derive(Clone, Serialize, Deserialize)]
pub enum Block {
    Heading(String),
    Text(String),
    /// Label and value.
    Pairs(Vec<(String, String)>),
    Table {
        caption: String,
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Document {
    pub title: String,
    pub blocks: Vec<Block>,
}

impl Document {
    /// The parts below the title, for a page.
    pub fn markup(&self) -> Markup {
        html! { @for block in &self.blocks { @match block {
            Block::Heading(text) => h2 { (text) },
            Block::Text(text) => p class="pre" { (text) },
            Block::Pairs(pairs) => dl class="summary summary--dense" { @for (label, value) in pairs {
                div class="summary__row" { dt { (label) } dd class="pre" { (value) } }
            } },
            Block::Table { caption, header, rows } => div class="scroll" tabindex="0" role="region" aria-label=(caption) {
                table class="table table--dense" {
                    caption class="vh" { (caption) }
                    thead { tr { @for cell in header { th scope="col" { (cell) } } } }
                    tbody { @for row in rows { tr { @for (label, cell) in header.iter().zip(row) { td data-label=(label) class="pre" { (cell) } } } } }
                }
            },
        } } }
    }

    /// Office Open XML, A4.
    pub fn word(&self) -> Result<Vec<u8>, zip::result::ZipError> {
        let mut zip = ZipWriter::new(Cursor::new(vec![]));
        for (name, text) in [
            ("[Content_Types].xml", TYPES.to_owned()),
            ("_rels/.rels", RELATIONS.to_owned()),
            ("word/document.xml", self.body()),
        ] {
            zip.start_file(name, SimpleFileOptions::default())?;
            zip.write_all(text.as_bytes())?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// The answer to a download; `name` is in ASCII, without its ending.
    pub fn download(&self, name: &str) -> Result<HttpResponse, Error> {
        let bytes = self.word().map_err(|e| Error::Internal(e.to_string()))?;
        Ok(HttpResponse::Ok()
            .content_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.docx\"")))
            .body(bytes))
    }

    fn body(&self) -> String {
        let mut out = paragraph(&self.title, Some(32));
        for block in &self.blocks {
            match block {
                Block::Heading(text) => out += &paragraph(text, Some(26)),
                Block::Text(text) => out += &paragraph(text, None),
                Block::Pairs(pairs) => {
                    let rows = pairs.iter().map(|(label, value)| vec![label.clone(), value.clone()]);
                    out += &table(&rows.collect::<Vec<_>>());
                }
                Block::Table { header, rows, .. } => {
                    let all: Vec<Vec<String>> = std::iter::once(header.clone()).chain(rows.iter().cloned()).collect();
                    out += &table(&all);
                }
            }
        }
        format!("{HEAD}{out}{FOOT}")
    }
}

const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\
    \"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";
const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"word/document.xml\"/></Relationships>";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";
/// A4 in twentieths of a point; the binding side is the left one.
const FOOT: &str = "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
    <w:pgMar w:top=\"1134\" w:right=\"1021\" w:bottom=\"1134\" w:left=\"1417\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>\
    </w:sectPr></w:body></w:document>";

/// What XML can hold: no control characters but the line end.
fn escaped(text: &str) -> String {
    let kept = text.chars().filter(|c| *c == '\n' || !c.is_control());
    let kept: String = kept.filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect();
    kept.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `size` in half points makes a heading.
fn paragraph(text: &str, size: Option<u32>) -> String {
    let look = size.map_or(String::new(), |size| {
        format!("<w:rPr><w:b/><w:sz w:val=\"{size}\"/></w:rPr>")
    });
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escaped(line)))
        .collect();
    format!("<w:p><w:r>{look}{}</w:r></w:p>", lines.join("<w:br/>"))
}

fn table(rows: &[Vec<String>]) -> String {
    let sides = ["top", "left", "bottom", "right", "insideH", "insideV"];
    let lines: String = sides
        .iter()
        .map(|side| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>"))
        .collect();
    let columns = rows.first().map_or(0, Vec::len);
    let grid = "<w:gridCol/>".repeat(columns);
    let row = |cells: &Vec<String>| {
        let cells: String = cells
            .iter()
            .map(|cell| format!("<w:tc>{}</w:tc>", paragraph(cell, None)))
            .collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let rows: String = rows.iter().map(row).collect();
    // Word wants a paragraph after a table.
    format!(
        "<w:tbl><w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl><w:p/>"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_typed_cannot_break_the_word_file() {
        let document = Document {
            title: "障害報告書 <第1号>".into(),
            blocks: vec![
                Block::Text("一行目 & <b>\n二行目\u{1}".into()),
                Block::Table {
                    caption: "表".into(),
                    header: vec!["列".into()],
                    rows: vec![vec!["値".into()]],
                },
            ],
        };
        let mut zip = zip::ZipArchive::new(Cursor::new(document.word().unwrap())).unwrap();
        let mut text = String::new();
        zip.by_name("word/document.xml")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert!(text.contains("障害報告書 &lt;第1号&gt;") && text.contains("一行目 &amp; &lt;b&gt;</w:t><w:br/>"));
        assert!(!text.contains('\u{1}') && text.contains("値"));
        assert_eq!(text.matches("<w:p>").count(), text.matches("</w:p>").count());
    }
}
