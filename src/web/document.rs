//! A document that is shown, printed on A4 and given out for Word, from one description (N14).
use super::{Error, Site};
use crate::config::Environment;
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
};
use docx_rs::{
    AlignmentType, BreakType, Docx, Footer, NumPages, PageMargin, PageNum, Paragraph, Run, RunFonts, Style, StyleType,
    Table, TableCell, TableRow, WidthType,
};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::io::Cursor;

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

    /// Office Open XML, A4, with headings that Word knows as such and `n / N` at the foot of each page.
    pub fn word(&self) -> Result<Vec<u8>, Error> {
        let mut word = blank().add_paragraph(paragraph(&self.title).style(TITLE));
        for block in &self.blocks {
            word = match block {
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

    /// The answer to a download; `name` is in ASCII, without its ending. What comes from a training says so in its title.
    pub fn download(&self, site: &Site, name: &str) -> Result<HttpResponse, Error> {
        let mut marked = self.clone();
        if site.environment == Environment::Training {
            marked.title.insert_str(0, "【研修用】");
        }
        let bytes = marked.word()?;
        Ok(HttpResponse::Ok()
            .content_type("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.docx\"")))
            .body(bytes))
    }
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
        assert!(text.contains("障害報告書 &lt;第1号&gt;") && text.contains("一行目 &amp; &lt;b&gt;"));
        assert!(!text.contains('\u{1}') && text.contains("値") && text.contains("Heading1"));
        assert_eq!(text.matches("<w:p ").count(), text.matches("</w:p>").count());
    }
}
