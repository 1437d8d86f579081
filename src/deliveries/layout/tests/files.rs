//! Whole files: their bytes, their totals, their memory.
use super::super::writer::MOST_FINDINGS;
use super::{
    super::*,
    any::any_row,
    sample::{STANDARD, Sample, column, context, layout, line, parsed, row, whole_row, written},
};
use crate::japan::cp932;
use proptest::{collection::vec, prelude::*};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// The standard layout as the first version of the program wrote it, by the csv crate.
fn as_before(layout: &Layout, rows: &[Sample]) -> Vec<u8> {
    let encode = |text: &str| cp932::encode(text, &layout.substitutes).bytes;
    let style = if layout.quote == Quote::Always {
        csv::QuoteStyle::Always
    } else {
        csv::QuoteStyle::Necessary
    };
    let mut writer = csv::WriterBuilder::new()
        .quote_style(style)
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![]);
    writer
        .write_record(layout.columns.iter().map(|c| encode(&c.header)))
        .unwrap();
    for row in rows {
        let value = |column: &Column| {
            let Some(field) = &column.field else {
                return encode(column.fixed.as_deref().unwrap());
            };
            let plain = match (row.time(field), column.date.as_deref()) {
                (Some(at), Some(form)) => at.format(form).to_string(),
                (Some(at), None) if field == "start_date" => at.format("%Y%m%d").to_string(),
                (Some(at), None) => at.format("%Y%m%d%H%M%S").to_string(),
                (None, _) => row.text(field).unwrap_or_default().into_owned(),
            };
            let mapped = match column.map.is_empty() {
                true => plain,
                false => column
                    .map
                    .get(&plain)
                    .or_else(|| column.map.get("*"))
                    .cloned()
                    .unwrap_or_default(),
            };
            encode(&if column.pad.is_some() {
                format!("{mapped:0>7}")
            } else {
                mapped
            })
        };
        writer.write_record(layout.columns.iter().map(value)).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn the_standard_layout_writes_the_bytes_it_always_wrote(
        mut rows in vec(any_row(), 0..4),
        number in "[0-9]{0,9}",
        needed in any::<bool>(),
    ) {
        // Before, the width of a number was counted with the characters that could not be written.
        rows.iter_mut().for_each(|r| drop(r.texts.insert("account_number".to_owned(), number.clone())));
        let mut layout = parsed(STANDARD);
        if needed {
            layout.quote = Quote::Needed;
        }
        let (bytes, _) = written(&layout, &rows);
        let before = as_before(&layout, &rows);
        prop_assert!(bytes == before, "{:?}\n{:?}", cp932::decode(&bytes), cp932::decode(&before));
    }
}

#[test]
fn a_delivery_without_rows_gives_what_the_layout_says() {
    let with_header = layout("header = true");
    assert_eq!(
        cp932::decode(&written(&with_header, &[]).0).as_deref(),
        Some("番号,氏名,日付\n")
    );
    let nothing = layout("header = true\nempty_day = \"nothing\"");
    let (bytes, totals) = written(&nothing, &[]);
    assert_eq!((bytes.len(), totals.rows, totals.bytes), (0, 0, 0));
    let other = layout("states = [\"paper\"]\nempty_day = \"nothing\"");
    assert_eq!(
        written(&other, &[whole_row()]).0,
        b"",
        "a row that is left out is no row"
    );
}

#[test]
fn a_column_takes_its_value_from_anywhere() {
    let row = row(&[
        ("town", "大手通"),
        ("block", "1-4"),
        ("building", ""),
        ("kind", "new"),
        ("phone_home", "0258351234"),
    ]);
    for (settings, expected) in [
        ("fixed = \"水道\"", "水道"),
        ("field = \"town\"", "大手通"),
        (
            "summary = \"batch_number\"\npad = { width = 5, with = \"0\", side = \"left\" }",
            "00012",
        ),
        ("summary = \"delivery_date\"\ndate = \"wareki-digits\"", "5080401"),
        ("summary = \"made_at\"", "20260401090500"),
        ("summary = \"row_number\"", "1"),
        ("field = \"start_date\"", "20260401"),
        ("field = \"decided_at\"\ndate = \"wareki\"", "令和8年4月1日"),
        (
            "separator = \"　\"\njoin = [{ field = \"town\" }, { field = \"block\" }, { field = \"building\" }]",
            "大手通　1-4",
        ),
        (
            "join = [{ field = \"kind\", map = { new = \"新\" } }, { fixed = \"/\" }, \
             { field = \"decided_at\", date = \"%m\" }]",
            "新/04",
        ),
        (
            "field = \"phone_mobile\"\nwhen = { field = \"phone_mobile\", empty = false, else_field = \"phone_home\" }",
            "0258351234",
        ),
        (
            "field = \"town\"\nwhen = { field = \"kind\", is = [\"change\"], else = \"-\" }",
            "-",
        ),
        (
            "field = \"town\"\nwhen = { field = \"kind\", is_not = [\"change\"], else = \"-\" }",
            "大手通",
        ),
        ("field = \"block\"\nconvert = [\"full_width\"]", "１－４"),
    ] {
        assert_eq!(
            line(&column(settings), &row),
            (expected.to_owned(), vec![]),
            "{settings}"
        );
    }
}

#[test]
fn whatever_is_not_written_as_it_was_is_told() {
    let row = row(&[("user_name", "𠮷野"), ("kind", "x"), ("email", "=1+1"), ("town", "a,b")]);
    let told = |settings: &str| line(&column(settings), &row);
    let character = Kind::Character {
        position: 1,
        character: '𠮷',
        substitute: "〓".to_owned(),
    };
    assert_eq!(told("field = \"user_name\""), ("〓野".to_owned(), vec![character]));
    let missing = Kind::NotInMap { value: "x".to_owned() };
    assert_eq!(
        told("field = \"kind\"\nmap = { new = \"1\" }"),
        ("\"\"".to_owned(), vec![missing])
    );
    let long = Kind::TooLong {
        size: 3,
        width: 2,
        unit: Unit::Characters,
    };
    assert_eq!(
        told("fixed = \"abc\"\npad = { width = 2, with = \" \", side = \"left\" }"),
        ("abc".to_owned(), vec![long])
    );
    let mut exact = layout("reader = \"spreadsheet\"");
    exact.columns.truncate(1);
    exact.columns[0].field = Some("email".to_owned());
    assert_eq!(line(&exact, &row), ("'=1+1".to_owned(), vec![Kind::Formula]));
    exact.reader = Reader::Machine;
    assert_eq!(line(&exact, &row), ("=1+1".to_owned(), vec![]));
    exact.quote = Quote::Never;
    exact.columns[0].field = Some("town".to_owned());
    assert_eq!(line(&exact, &row), ("a,b".to_owned(), vec![Kind::Separator]));
    // ポ ends with the byte of |, but holds no |.
    exact.delimiter = Delimiter::Pipe;
    assert_eq!(
        line(&exact, &super::sample::row(&[("town", "ポ表")])),
        ("ポ表".to_owned(), vec![])
    );
}

#[test]
fn the_totals_describe_the_bytes() {
    let mut report = vec![];
    let (layout, mut bytes) = (layout("encoding = \"utf-8-bom\"\nreader = \"spreadsheet\""), vec![]);
    let mut writer = FileWriter::new(&layout, context(), &mut bytes).with_report(&mut report);
    assert!(writer.row(&row(&[("user_name", "=1")])).unwrap());
    let totals = writer.finish().unwrap();
    assert_eq!(bytes, "\u{FEFF},'=1,20260401\n".as_bytes());
    assert_eq!(
        (totals.rows, totals.bytes as usize, totals.findings_total),
        (1, bytes.len(), 1)
    );
    assert_eq!(totals.sha256, hex::encode(Sha256::digest(&bytes)));
    assert!(
        String::from_utf8(report)
            .unwrap()
            .contains("ABC-DEF-GHJ,氏名,数式の無効化")
    );
}

/// Counts, and keeps nothing.
#[derive(Default)]
struct Counter {
    bytes: usize,
    largest: usize,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.largest = self.largest.max(bytes.len());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn many_rows_are_written_as_they_come() {
    let (layout, mut counter, mut report) = (layout(""), Counter::default(), Counter::default());
    let mut writer = FileWriter::new(&layout, context(), &mut counter).with_report(&mut report);
    let plain = row(&[("customer_number", "0123456789"), ("user_name", "YAMA")]);
    let told = row(&[("customer_number", "0123456789"), ("user_name", "𠮷野")]);
    for number in 0..200_000 {
        writer.row(if number % 50 == 0 { &told } else { &plain }).unwrap();
    }
    let totals = writer.finish().unwrap();
    assert_eq!(
        (totals.rows, totals.findings_total, totals.findings.len()),
        (200_000, 4_000, MOST_FINDINGS)
    );
    // 0123456789,YAMA,20260401 and a line end.
    assert_eq!(counter.bytes, 200_000 * 25);
    assert!(
        counter.largest <= 64 * 1024 && report.largest <= 64 * 1024,
        "nothing is gathered"
    );
    assert!(report.bytes > 4_000 * 40, "the report has every finding");
}

#[test]
fn a_preview_of_masked_rows_hides_them_and_keeps_their_widths() {
    let (layout, row) = (parsed(STANDARD), whole_row());
    let shown = preview(&layout, &context(), &[&Masked(&row)]);
    assert_eq!((shown[0].kind, shown[1].kind), (RecordKind::Header, RecordKind::Row));
    let cell = |header: &str| &shown[1].cells[layout.columns.iter().position(|c| c.header == header).unwrap()];
    assert_eq!(cell("口座番号").text, "****432");
    assert_eq!(cell("使用者氏名").text, "髙＊＊＊＊");
    assert_eq!(cell("使用者氏名").bytes.len(), 2 + 10, "quotes and five kanji");
    assert_eq!(cell("結果").hex(), "223122");
    let text: String = shown.iter().flat_map(|r| &r.cells).map(|c| c.text.as_str()).collect();
    assert!(!text.contains("髙﨑") && !text.contains("0765432"));
}
