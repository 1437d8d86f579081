//! A document that is shown, printed on A4 and given out for Word, from one description (N14).
use super::{Error, Site};
use crate::config::Environment;
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
};
use docx_rs::{
    AlignmentType, BreakType, Docx, Footer, Header, NumPages, PageMargin, PageNum, Paragraph, Run, RunFonts, Style,
    StyleType, Table, TableCell, TableRow, WidthType,
};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::io::Cursor;

/// A part of a document.
#[derive(Clone, Serialize, Deserialize)]
pub enum Block {
    /// Begins a part of several that stand in one document, on a page of its own; the headings in it are below it.
    Part(String),
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
        let has_parts = self.has_parts();
        html! { @for block in &self.blocks { @match block {
            Block::Part(text) => h2 class="part" { (text) },
            Block::Heading(text) => @if has_parts { h3 { (text) } } @else { h2 { (text) } },
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

    fn has_parts(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Part(_)))
    }

    /// Office Open XML, A4, with headings that Word knows as such and `n / N` at the foot of each page. `mark` stands at the
    /// head of each.
    fn word(&self, mark: Option<&str>) -> Result<Vec<u8>, Error> {
        let marked = match mark {
            Some(mark) => blank().header(head(mark)),
            None => blank(),
        };
        let mut word = marked.add_paragraph(paragraph(&self.title).style(TITLE));
        for block in &self.blocks {
            word = match block {
                Block::Part(text) => word.add_paragraph(paragraph(text).style(TITLE).page_break_before(true)),
                Block::Heading(text) => word.add_paragraph(paragraph(text).style(HEADING)),
                Block::Text(text) => word.add_paragraph(paragraph(text)),
                Block::Pairs(pairs) => {
                    let rows = pairs.iter().map(|(label, value)| row(&[label, value]));
                    with_table(word, rows.collect())
                }
                Block::Table { header, rows, .. } => {
                    let all = std::iter::once(header).chain(rows);
                    with_table(word, all.map(|cells| row(cells)).collect())
                }
            };
        }
        let mut bytes = Cursor::new(vec![]);
        let packed = word.build().pack(&mut bytes);
        packed.map_err(|e| Error::Internal(e.to_string()))?;
        Ok(bytes.into_inner())
    }

    /// The answer to a download; `name` is in ASCII, without its ending. What comes from a training says so in its title and
    /// on each page.
    pub fn download(&self, site: &Site, name: &str) -> Result<HttpResponse, Error> {
        let mut marked = self.clone();
        let is_training = site.environment == Environment::Training;
        if is_training {
            marked.title.insert_str(0, "【研修用】");
        }
        let bytes = marked.word(is_training.then_some(TRAINING))?;
        Ok(answer(bytes, format!("attachment; filename=\"{name}.docx\"")))
    }

    /// The same of a document about a training, whatever world it is given out in: on each page and in the file's name.
    pub fn download_of_training(&self, name: &str) -> Result<HttpResponse, Error> {
        let name = format!("{name}.docx");
        Ok(answer(self.word(Some(TRAINING))?, training_file(&name, &name)))
    }
}

/// On each page of what comes from a training.
pub const TRAINING: &str = "研修用";

/// `Content-Disposition` of a file that comes from a training: its name says so. `plain` is in ASCII, `encoded` is what
/// stands behind `filename*=UTF-8''`.
pub fn training_file(plain: &str, encoded: &str) -> String {
    // 「研修_」
    format!("attachment; filename=\"training_{plain}\"; filename*=UTF-8''%E7%A0%94%E4%BF%AE_{encoded}")
}

/// What stands in place of the `Content-Disposition` of an answer that comes from a training. A file that names none is
/// called as the last part of its address; what is shown within a page stays as it is.
pub fn marked(disposition: &str, path: &str) -> Option<String> {
    let plain = disposition
        .split_once("filename=\"")
        .and_then(|(_, rest)| rest.split('"').next());
    let encoded = disposition.split_once("filename*=UTF-8''");
    let encoded = encoded.and_then(|(_, rest)| rest.split(';').next());
    let of_address = || {
        let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("file");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_file = disposition.starts_with("attachment");
        is_file.then_some(if last.chars().all(is_plain) { last } else { "file" })
    };
    let own = encoded.or(plain).or_else(of_address)?;
    Some(training_file(plain.unwrap_or("file"), own))
}

fn answer(bytes: Vec<u8>, disposition: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .body(bytes)
}

const TITLE: &str = "Heading1";
const HEADING: &str = "Heading2";

/// A4 in twentieths of a point; the binding side is the left one.
fn blank() -> Docx {
    let margin = PageMargin::new().top(1134).right(1021).bottom(1134).left(1417);
    let number = Paragraph::new()
        .align(AlignmentType::Center)
        .add_page_num(PageNum::new());
    let number = number
        .add_run(Run::new().add_text(" / "))
        .add_num_pages(NumPages::new());
    let heading = |id: &str, name: &str, level, half_points| {
        let style = Style::new(id, StyleType::Paragraph).name(name).based_on("Normal");
        style.outline_lvl(level).size(half_points).bold()
    };
    Docx::new()
        .page_size(11_906, 16_838)
        .page_margin(margin.header(567).footer(567))
        .default_fonts(
            RunFonts::new()
                .ascii("BIZ UDPGothic")
                .hi_ansi("BIZ UDPGothic")
                .east_asia("BIZ UDPGothic"),
        )
        .default_size(21)
        .add_style(heading(TITLE, "heading 1", 0, 32))
        .add_style(heading(HEADING, "heading 2", 1, 26))
        .footer(Footer::new().add_paragraph(number))
}

fn head(mark: &str) -> Header {
    let run = Run::new().add_text(mark).bold().size(28);
    Header::new().add_paragraph(Paragraph::new().align(AlignmentType::Right).add_run(run))
}

/// What XML can hold: no control characters but the line end.
fn paragraph(text: &str) -> Paragraph {
    let mut run = Run::new();
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            run = run.add_break(BreakType::TextWrapping);
        }
        let kept = line
            .chars()
            .filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}'));
        run = run.add_text(kept.collect::<String>());
    }
    Paragraph::new().add_run(run)
}

fn row(cells: &[impl AsRef<str>]) -> TableRow {
    let cells = cells
        .iter()
        .map(|cell| TableCell::new().add_paragraph(paragraph(cell.as_ref())));
    TableRow::new(cells.collect()).cant_split()
}

/// Word wants a paragraph after a table.
fn with_table(word: Docx, rows: Vec<TableRow>) -> Docx {
    let table = Table::new(rows).width(5_000, WidthType::Pct);
    word.add_table(table).add_paragraph(Paragraph::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn a_mark_is_at_the_head_of_each_page_and_nothing_is_without_one() {
        let document = Document {
            title: "研修の記録".into(),
            blocks: vec![],
        };
        let heads = |mark: Option<&str>| -> Vec<String> {
            let mut zip = zip::ZipArchive::new(Cursor::new(document.word(mark).unwrap())).unwrap();
            let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
            let of_head = names.into_iter().filter(|name| name.starts_with("word/header"));
            let read = |name: String| {
                let mut text = String::new();
                zip.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
                text
            };
            of_head.map(read).collect()
        };
        assert!(heads(Some(TRAINING)).iter().any(|head| head.contains("研修用")));
        assert!(heads(None).iter().all(|head| !head.contains("研修用")));
    }

    #[test]
    fn a_file_says_in_its_name_that_it_comes_from_a_training_whatever_named_it() {
        let name = |name: &str| format!("filename*=UTF-8''%E7%A0%94%E4%BF%AE_{name}");
        for (disposition, path, named) in [
            ("attachment; filename=\"a.csv\"", "/x", Some("a.csv")),
            (
                "attachment; filename*=UTF-8''%E5%B1%80.csv",
                "/x",
                Some("%E5%B1%80.csv"),
            ),
            (
                "attachment; filename=\"f.pdf\"; filename*=UTF-8''b.pdf",
                "/x",
                Some("b.pdf"),
            ),
            ("attachment", "/files/branches.csv", Some("branches.csv")),
            ("attachment", "/files/", Some("files")),
            ("attachment", "/", Some("file")),
            ("attachment", "/a/b\"c", Some("file")),
            ("inline", "/pictures/1", None),
        ] {
            let marked = marked(disposition, path);
            assert_eq!(marked.is_some(), named.is_some(), "{disposition}");
            if let (Some(marked), Some(named)) = (marked, named) {
                assert!(
                    marked.starts_with("attachment; ") && marked.ends_with(&name(named)),
                    "{marked}"
                );
            }
        }
    }

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
        let mut zip = zip::ZipArchive::new(Cursor::new(document.word(None).unwrap())).unwrap();
        let mut text = String::new();
        zip.by_name("word/document.xml")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert!(text.contains("障害報告書 &lt;第1号&gt;") && text.contains("一行目 &amp; &lt;b&gt;"));
        assert!(!text.contains('\u{1}') && text.contains("値") && text.contains("Heading1"));
        assert_eq!(text.matches("<w:p ").count(), text.matches("</w:p>").count());
    }
}
