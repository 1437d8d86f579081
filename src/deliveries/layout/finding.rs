//! What could not be written as it was, and the report that stands beside the file.
use super::{
    fit::guard,
    model::{Convert, Unit},
};
use std::io::{self, Write};

/// Something in the file that a person should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The row's receipt number; empty in a record that belongs to no row.
    pub receipt_number: String,
    /// The column's header, or the name of a head or tail record.
    pub column: String,
    pub kind: Kind,
}

/// What happened. Positions count characters from 1.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// The encoding lacks a character; the substitute was written.
    Character {
        position: usize,
        character: char,
        substitute: String,
    },
    /// A conversion knows no other form; the character was left as it is.
    NotConverted {
        position: usize,
        character: char,
        to: Convert,
    },
    /// Longer than its width, and written whole.
    TooLong { size: usize, width: usize, unit: Unit },
    /// Longer than its width, and cut between two characters.
    Cut { size: usize, width: usize, unit: Unit },
    /// The filling is too wide for the last places; spaces stand there.
    Uneven { width: usize },
    /// Not in the code map; nothing was written.
    NotInMap { value: String },
    /// The date has no such form; nothing was written.
    NoDate,
    /// Holds a delimiter, a quote or a line end where nothing protects it.
    Separator,
    /// `'` was put before what a spreadsheet would take for a formula.
    Formula,
    /// The record is not as long as the layout says.
    RecordLength { bytes: usize, expected: usize },
}

// A value that is in no code map may be personal.
crate::hidden::hidden_debug!(Kind);

impl Kind {
    /// The word by which a list can be sorted and counted.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Character { .. } => "書けない文字",
            Self::NotConverted { .. } => "変換できない文字",
            Self::TooLong { .. } => "桁あふれ",
            Self::Cut { .. } => "桁あふれ（切り捨て）",
            Self::Uneven { .. } => "桁の端数",
            Self::NotInMap { .. } => "変換表にない値",
            Self::NoDate => "書けない日付",
            Self::Separator => "区切り・改行の文字",
            Self::Formula => "数式の無効化",
            Self::RecordLength { .. } => "レコード長",
        }
    }

    /// What happened, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Character {
                position,
                character,
                substitute,
            } if substitute.is_empty() => {
                format!("{position}文字目の{}は書けないので除きました。", shown(*character))
            }
            Self::Character {
                position,
                character,
                substitute,
            } => {
                format!(
                    "{position}文字目の{}は書けないので「{substitute}」にしました。",
                    shown(*character)
                )
            }
            Self::NotConverted {
                position,
                character,
                to,
            } => {
                let (character, to) = (shown(*character), to.label());
                format!("{position}文字目の{character}は変換（{to}）できないので、そのまま書きました。")
            }
            Self::TooLong { size, width, unit } => {
                let unit = unit.label();
                format!("{size}{unit}あり、{width}{unit}に収まりません。切らずに書きました。")
            }
            Self::Cut { size, width, unit } => {
                let unit = unit.label();
                format!("{size}{unit}あり、{width}{unit}に収まりません。後ろを切りました。")
            }
            Self::Uneven { width } => {
                format!("埋める文字では{width}バイトちょうどにならないので、端数を空白にしました。")
            }
            Self::NotInMap { value } => format!("「{value}」は変換表にないので、空にしました。"),
            Self::NoDate => "この日付は指定の形で書けないので、空にしました。".to_owned(),
            Self::Separator => "区切り・引用符・改行の文字があり、列や行がずれます。".to_owned(),
            Self::Formula => "数式と読まれないように、先頭に「'」を付けました。".to_owned(),
            Self::RecordLength { bytes, expected } => {
                format!("レコードが{bytes}バイトで、{expected}バイトになりません。")
            }
        }
    }

    /// The same without what may be personal: of a value only the character that the file could not hold.
    pub fn discreet(&self) -> String {
        match self {
            Self::NotConverted { position, to, .. } => {
                let to = to.label();
                format!("{position}文字目の文字は変換（{to}）できないので、そのまま書きました。")
            }
            Self::NotInMap { .. } => "変換表にない値なので、空にしました。".to_owned(),
            other => other.sentence(),
        }
    }

    /// Place, character and substitute, where it is about one character.
    fn character(&self) -> Option<(usize, char, &str)> {
        match self {
            Self::Character {
                position,
                character,
                substitute,
            } => Some((*position, *character, substitute)),
            Self::NotConverted {
                position, character, ..
            } => Some((*position, *character, "")),
            _ => None,
        }
    }
}

fn shown(c: char) -> String {
    let code = code_point(c);
    if c.is_control() {
        code
    } else {
        format!("「{c}」（{code}）")
    }
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", c as u32)
}

/// The report of a file, written as the findings come: UTF-8 with BOM, CRLF, for a spreadsheet.
///
/// Nothing is written when there is nothing to tell.
pub struct Report<W: Write> {
    out: Option<W>,
    writer: Option<csv::Writer<W>>,
}

impl<W: Write> Report<W> {
    pub fn new(out: W) -> Self {
        Self {
            out: Some(out),
            writer: None,
        }
    }

    pub fn add(&mut self, finding: &Finding) -> io::Result<()> {
        let writer = match (&mut self.writer, self.out.take()) {
            (Some(writer), _) => writer,
            (none, Some(out)) => none.insert(begin(out)?),
            (None, None) => return Ok(()),
        };
        let (place, character, code, substitute) = match finding.kind.character() {
            Some((place, c, substitute)) => (place.to_string(), c.to_string(), code_point(c), substitute),
            None => Default::default(),
        };
        let sentence = finding.kind.sentence();
        let cells = [
            &finding.receipt_number,
            &finding.column,
            finding.kind.label(),
            &place,
            &character,
            &code,
            substitute,
            &sentence,
        ];
        Ok(writer.write_record(cells.map(|c| guard(c).unwrap_or_else(|| c.to_owned())))?)
    }

    pub fn finish(self) -> io::Result<()> {
        self.writer.map_or(Ok(()), |mut w| w.flush())
    }
}

fn begin<W: Write>(mut out: W) -> io::Result<csv::Writer<W>> {
    out.write_all("\u{FEFF}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record([
        "受付番号",
        "項目",
        "種類",
        "位置",
        "文字",
        "符号位置",
        "代わりの文字",
        "内容",
    ])?;
    Ok(writer)
}

/// A finding for a page: the receipt number, the item, and a character that could not be written. What was only left as it
/// was (a whole name, when a conversion knows no kanji) and what is in no map is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    pub receipt_number: String,
    pub column: String,
    pub kind: String,
    pub position: String,
    pub character: String,
    pub code: String,
    pub substitute: String,
}

impl From<&Finding> for Reported {
    fn from(f: &Finding) -> Self {
        let mut reported = Self {
            receipt_number: f.receipt_number.clone(),
            column: f.column.clone(),
            kind: f.kind.label().to_owned(),
            ..Self::default()
        };
        if let Some((position, character, substitute)) = f.kind.character() {
            reported.position = position.to_string();
            if matches!(f.kind, Kind::Character { .. }) {
                reported.character = character.to_string();
                reported.code = code_point(character);
                reported.substitute = substitute.to_owned();
            }
        }
        reported
    }
}

impl Reported {
    /// The first lines of a report as [`Report`] wrote it.
    pub fn read(report: &[u8], most: usize) -> Vec<Self> {
        let bytes = report.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(report);
        let records = csv::Reader::from_reader(bytes).into_records();
        let one = |cells: csv::StringRecord| {
            let cell = |at| unguarded(cells.get(at).unwrap_or_default());
            let is_character = cell(2) == "書けない文字";
            let of_character = |at| if is_character { cell(at) } else { String::new() };
            Self {
                receipt_number: cell(0),
                column: cell(1),
                kind: cell(2),
                position: cell(3),
                character: of_character(4),
                code: of_character(5),
                substitute: of_character(6),
            }
        };
        records.take(most).filter_map(Result::ok).map(one).collect()
    }
}

/// A cell of the report without what a spreadsheet needs.
fn unguarded(cell: &str) -> String {
    let inner = cell.strip_prefix('\'').filter(|inner| guard(inner).is_some());
    inner.unwrap_or(cell).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_lists_row_column_character_code_point_and_substitute() {
        let mut bytes = vec![];
        let mut report = Report::new(&mut bytes);
        let kind = Kind::Character {
            position: 1,
            character: '𠮷',
            substitute: "吉".into(),
        };
        report
            .add(&Finding {
                receipt_number: "ABC-DEF-GHJ".into(),
                column: "使用者氏名".into(),
                kind,
            })
            .unwrap();
        let kind = Kind::NotInMap { value: "=1+1".into() };
        report
            .add(&Finding {
                receipt_number: String::new(),
                column: "=x".into(),
                kind,
            })
            .unwrap();
        report.finish().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].starts_with("\u{FEFF}受付番号,項目,"));
        assert!(lines[1].starts_with("ABC-DEF-GHJ,使用者氏名,書けない文字,1,𠮷,U+20BB7,吉,"));
        assert!(lines[2].starts_with(",'=x,変換表にない値,"), "{}", lines[2]);
        let read = Reported::read(&bytes, 9);
        let first = (
            read[0].character.as_str(),
            read[0].code.as_str(),
            read[0].substitute.as_str(),
        );
        assert_eq!((read.len(), first), (2, ("𠮷", "U+20BB7", "吉")));
        assert_eq!(
            (read[0].receipt_number.as_str(), read[1].column.as_str()),
            ("ABC-DEF-GHJ", "=x")
        );
        assert_eq!(Reported::read(&bytes, 1).len(), 1);
    }

    #[test]
    fn a_page_shows_of_a_value_only_what_the_file_could_not_hold() {
        let (position, to) = (1, Convert::ZenginKana);
        let kinds = [
            Kind::NotConverted {
                position,
                character: '山',
                to,
            },
            Kind::NotInMap { value: "山田".into() },
        ];
        let (mut bytes, mut pages) = (vec![], vec![]);
        let mut report = Report::new(&mut bytes);
        for kind in kinds {
            assert!(kind.sentence().contains('山') && !kind.discreet().contains('山'));
            let finding = Finding {
                receipt_number: "ABC-DEF-GHJ".into(),
                column: "氏名".into(),
                kind,
            };
            report.add(&finding).unwrap();
            pages.push(Reported::from(&finding));
        }
        report.finish().unwrap();
        assert_eq!(Reported::read(&bytes, 9), pages);
        assert!(!format!("{pages:?}").contains('山'), "{pages:?}");
    }

    #[test]
    fn a_report_of_nothing_is_empty() {
        let mut bytes = vec![];
        Report::new(&mut bytes).finish().unwrap();
        assert!(bytes.is_empty());
    }
}
