//! What holds for any layout and any row.
use super::super::row::mask;
use super::{
    super::*,
    any::{any_fixed_layout, any_layout, any_row, text},
    sample::{Sample, context, written},
};
use crate::{config::Source, japan::cp932};
use proptest::{collection::vec, prelude::*};

fn ready(layout: Layout) -> Result<Layout, TestCaseError> {
    let problems = check(&layout);
    prop_assume!(problems.is_empty(), "{:?}", problems);
    Ok(layout)
}

/// The values of a delimited file as another program reads them.
fn read_back(layout: &Layout, bytes: &[u8]) -> Vec<Vec<String>> {
    let text = match layout.encoding {
        Encoding::Cp932 => cp932::decode(bytes).unwrap(),
        _ => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader
        .has_headers(false)
        .flexible(true)
        .delimiter(layout.delimiter.character() as u8);
    let records = reader
        .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes())
        .into_records();
    records
        .map(|r| r.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// The value with another digit wherever the mask hides one.
fn other_digits(name: &str, value: &str) -> String {
    let masked = mask(name, value).into_owned();
    let other = |(c, shown): (char, char)| match c.to_digit(10) {
        Some(digit) if c != shown => char::from_digit((digit + 1) % 10, 10).unwrap(),
        _ => c,
    };
    value.chars().zip(masked.chars()).map(other).collect()
}

/// What a trial of one row finds.
fn tried(layout: &Layout, row: &Sample) -> Totals {
    let mut writer = FileWriter::new(layout, context(), std::io::sink()).as_trial();
    writer.row(row).unwrap();
    let totals = writer.finish().unwrap();
    // The bytes themselves are shown to nobody.
    Totals {
        sha256: String::new(),
        ..totals
    }
}

proptest! {
    #[test]
    fn a_layout_comes_back_from_its_toml(layout in any_layout()) {
        let layout = ready(layout)?;
        let text = layout.to_toml();
        let back = Layout::parse(&Source::built_in("t", &text));
        let back = back.map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert_eq!(back, layout);
    }

    #[test]
    fn any_layout_writes_any_row_as_its_preview_shows_it(layout in any_layout(), rows in vec(any_row(), 0..4)) {
        let layout = ready(layout)?;
        let (bytes, totals) = written(&layout, &rows);
        let held: Vec<&Sample> = rows.iter().filter(|r| layout.holds(&r.state)).collect();
        prop_assert_eq!(totals.rows, held.len() as u64);
        prop_assert_eq!(totals.bytes, bytes.len() as u64);
        if held.is_empty() && layout.empty_day == EmptyDay::Nothing {
            prop_assert!(bytes.is_empty());
            return Ok(());
        }
        let shown: Vec<&dyn Row> = rows.iter().map(|r| r as &dyn Row).collect();
        let records = preview(&layout, &context(), &shown);
        let shown: usize = records.iter().map(|r| r.bytes + layout.line_end.bytes().len()).sum();
        let bom = if layout.encoding == Encoding::Utf8Bom { 3 } else { 0 };
        prop_assert_eq!(shown + bom, bytes.len());
        let told: usize = records.iter().flat_map(|r| &r.cells).map(|c| c.findings.len()).sum();
        prop_assert_eq!(told as u64, totals.findings_total);
        // Another program reads the very texts of the preview, except where it was told that it cannot.
        let separators = records.iter().flat_map(|r| &r.cells).any(|c| c.findings.contains(&Kind::Separator));
        if layout.quote != Quote::Never && !separators {
            let texts: Vec<Vec<String>> =
                records.iter().map(|r| r.cells.iter().map(|c| c.text.clone()).collect()).collect();
            prop_assert_eq!(read_back(&layout, &bytes), texts);
        }
    }

    #[test]
    fn a_fixed_width_that_cuts_is_always_met(layout in any_fixed_layout(Overflow::Cut), row in any_row()) {
        let layout = ready(layout)?;
        let (bytes, totals) = written(&layout, &[Sample { state: "registered".into(), ..row }]);
        let expected = layout.record_bytes.unwrap() + layout.line_end.bytes().len();
        prop_assert_eq!(bytes.len(), expected + if layout.encoding == Encoding::Utf8Bom { 3 } else { 0 });
        let told = totals.findings.iter().any(|f| matches!(f.kind, Kind::RecordLength { .. }));
        prop_assert!(!told);
        // No character was cut in two: everything can be read, column by column.
        let text = match layout.encoding {
            Encoding::Cp932 => cp932::decode(&bytes),
            _ => String::from_utf8(bytes).ok(),
        };
        prop_assert!(text.is_some());
    }

    #[test]
    fn a_fixed_width_that_does_not_cut_is_met_or_told(layout in any_fixed_layout(Overflow::Report), row in any_row()) {
        let layout = ready(layout)?;
        let (bytes, totals) = written(&layout, &[Sample { state: "registered".into(), ..row }]);
        let bom = if layout.encoding == Encoding::Utf8Bom { 3 } else { 0 };
        let met = bytes.len() == layout.record_bytes.unwrap() + layout.line_end.bytes().len() + bom;
        let told = totals.findings.iter().any(|f| matches!(f.kind, Kind::RecordLength { .. }));
        let why = totals.findings.iter().any(|f| matches!(f.kind, Kind::TooLong { .. }));
        prop_assert!(met != told && told == why);
    }

    #[test]
    fn a_mask_is_as_wide_as_what_it_hides(value in text(), index in 0..FIELDS.len()) {
        let masked = mask(FIELDS[index].name, &value);
        prop_assert_eq!(masked.chars().count(), value.chars().count());
    }

    #[test]
    fn a_trial_tells_nothing_of_the_digits_that_a_mask_hides(layout in any_layout(), row in any_row()) {
        let layout = ready(layout)?;
        let mut other = row.clone();
        for (name, value) in &mut other.texts {
            *value = other_digits(name, value);
            prop_assert_eq!(mask(name, value), mask(name, &row.texts[name]));
        }
        prop_assert_eq!(tried(&layout, &row), tried(&layout, &other));
    }

    #[test]
    fn a_comparison_is_empty_only_for_the_same_bytes(
        layout in prop_oneof![any_layout(), any_fixed_layout(Overflow::Report)],
        rows in vec(any_row(), 0..3),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        noise in vec(any::<u8>(), 0..60),
    ) {
        let layout = ready(layout)?;
        let (ours, _) = written(&layout, &rows);
        prop_assert_eq!(compare(&ours, &ours, &layout), Comparison::default());
        let mut sample = ours.clone();
        if !sample.is_empty() {
            let at = at.index(sample.len());
            sample[at] = byte;
        }
        let nothing = |ours: &[u8], sample: &[u8]| {
            let found = compare(ours, sample, &layout);
            found.differences.is_empty() && found.records.is_none()
        };
        prop_assert_eq!(nothing(&ours, &sample), ours == sample);
        prop_assert_eq!(nothing(&ours, &noise), ours == noise);
        prop_assert_eq!(nothing(&noise, &ours), ours == noise);
    }

    #[test]
    fn files_of_one_layout_have_one_shape_whatever_and_however_many_they_hold(
        layout in prop_oneof![any_layout(), any_fixed_layout(Overflow::Cut)],
        ours in vec(any_row(), 1..4),
        theirs in vec(any_row(), 1..4),
    ) {
        let mut layout = layout;
        for (place, column) in layout.columns.iter_mut().enumerate() {
            column.header = format!("h{place}");
        }
        let layout = ready(layout)?;
        // A file of one column shows no delimiter.
        prop_assume!(layout.form == Form::Fixed || layout.columns.len() > 1);
        let ((ours, first), (theirs, second)) = (written(&layout, &ours), written(&layout, &theirs));
        prop_assume!(first.rows > 0 && second.rows > 0);
        prop_assume!(!second.findings.iter().any(|f| f.kind == Kind::Separator));
        let found = compare(&ours, &theirs, &layout).differences.into_iter();
        let shape: Vec<String> = found.filter(Difference::is_shape).map(|d| d.sentence).collect();
        // A few bytes of half-width kana can be read as UTF-8, too.
        prop_assume!(!shape.iter().any(|sentence| sentence.starts_with("文字コード")));
        prop_assert_eq!(shape, Vec::<String>::new());
    }

    #[test]
    fn a_diff_is_empty_only_for_the_same_layout(old in any_layout(), new in any_layout()) {
        prop_assert_eq!(diff(&old, &old.clone()), []);
        if diff(&old, &new).is_empty() {
            prop_assert_eq!(old, new);
        }
    }

    #[test]
    fn any_text_is_answered_as_a_layout(value in "(name|quote|column|\\[\\[column\\]\\]|=|\"[a-z]*\"|\n| ){0,20}") {
        let _ = Layout::from_toml_text(&value);
    }
}
