//! What is wrong with a layout: for the command line in English, for a form page in Japanese.
use super::{
    date,
    file_name::wrong_placeholder,
    fit::MOST_WIDTH,
    model::*,
    row::{FIELDS, FieldKind, STATES, field},
};
use crate::japan::cp932;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Dotted as in the file, counted from 0: `column.3.pad.width`; empty for the text as a whole.
    pub setting: String,
    /// The column of the rows, counted from 0; none for the file's own settings and for head and tail.
    pub column: Option<usize>,
    /// One sentence for the form page.
    pub sentence: String,
    pub(super) english: String,
}

impl Problem {
    pub(super) fn new(setting: &str, column: Option<usize>, english: String, japanese: String) -> Self {
        Self {
            setting: setting.to_owned(),
            column,
            sentence: japanese,
            english,
        }
    }
}

/// Everything that is wrong with the layout. One without problems can be written with any row.
pub fn check(layout: &Layout) -> Vec<Problem> {
    let mut problems = Problems::default();
    file(layout, &mut problems);
    if layout.columns.is_empty() {
        problems.add(
            "column",
            "a layout needs at least one [[column]]",
            "列を1つ以上入れてください。",
        );
    }
    columns(layout, "column", Place::Row, &layout.columns, &mut problems);
    for (place, word, extras) in [(Place::Head, "head", &layout.head), (Place::Tail, "tail", &layout.tail)] {
        for (index, extra) in extras.iter().enumerate() {
            columns(
                layout,
                &format!("{word}.{index}.column"),
                place,
                &extra.columns,
                &mut problems,
            );
        }
    }
    problems.list
}

/// Where a column stands, which decides what it may name.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Row,
    Head,
    Tail,
}

#[derive(Default)]
struct Problems {
    list: Vec<Problem>,
    /// The table that is looked at: `column.3.`, and its number in the rows.
    prefix: String,
    column: Option<usize>,
}

impl Problems {
    fn add(&mut self, setting: &str, english: impl Into<String>, japanese: impl Into<String>) {
        let setting = format!("{}{setting}", self.prefix);
        self.list
            .push(Problem::new(&setting, self.column, english.into(), japanese.into()));
    }
}

fn file(layout: &Layout, problems: &mut Problems) {
    if layout.name.trim().is_empty() {
        problems.add("name", "a layout needs a name", "レイアウトの名前を入力してください。");
    }
    if let Some(wrong) = wrong_placeholder(&layout.file_name) {
        let japanese = format!("ファイル名の「{wrong}」は使えません。{{date}} などの決まった語を使ってください。");
        problems.add("file_name", format!("{wrong:?} is no placeholder"), japanese);
    }
    for (index, state) in layout.states.iter().enumerate() {
        if !STATES.iter().any(|(word, _)| word == state) {
            let japanese = format!("「{state}」という結果はありません。");
            problems.add(
                &format!("states.{index}"),
                format!("{state:?} is no result state"),
                japanese,
            );
        }
    }
    for (character, text) in &layout.substitutes {
        if !fits(text, layout.encoding) {
            let japanese = format!("「{character}」の代わりの「{text}」も書けない文字です。");
            problems.add("substitutes", format!("{text:?} cannot be written itself"), japanese);
        }
    }
    match layout.form {
        Form::Delimited => delimited(layout, problems),
        Form::Fixed => fixed(layout, problems),
    }
}

fn delimited(layout: &Layout, problems: &mut Problems) {
    if layout.line_end == LineEnd::None {
        let japanese = "区切り文字のファイルには改行が必要です。";
        problems.add("line_end", "a delimited file needs a line end", japanese);
    }
    if layout.reader == Reader::Spreadsheet && layout.quote == Quote::Never {
        let english = "reader = \"spreadsheet\" needs quotes: use \"needed\" or \"always\", or reader = \"machine\"";
        let japanese = "表計算用では、引用符を「囲まない」にできません。値の中の区切り文字で列がずれ、数式が書けるためです。\
                        「必要なときだけ囲む」か「すべて囲む」にしてください。";
        problems.add("quote", english, japanese);
    }
    if layout.record_bytes.is_some() {
        let japanese = "レコード長は固定長のときだけ使えます。";
        problems.add("record_bytes", "record_bytes needs form = \"fixed\"", japanese);
    }
}

fn fixed(layout: &Layout, problems: &mut Problems) {
    if layout.header {
        problems.add(
            "header",
            "a fixed width has no header line",
            "固定長では見出し行を使えません。",
        );
    }
    if layout.quote != Quote::Never {
        problems.add(
            "quote",
            "a fixed width has no quotes: use \"never\"",
            "固定長では引用符を使えません。",
        );
    }
    if layout.reader == Reader::Spreadsheet {
        problems.add("reader", "a fixed width is for a machine", "固定長は取込用だけです。");
    }
    let Some(expected) = layout.record_bytes else { return };
    for columns in layout.records() {
        let sum = columns
            .iter()
            .filter_map(|c| c.pad.as_ref())
            .fold(0usize, |sum, p| sum.saturating_add(p.width));
        if sum != expected {
            let japanese = format!("桁の合計が{sum}バイトで、レコード長の{expected}バイトになりません。");
            problems.add(
                "record_bytes",
                format!("the widths add up to {sum}, not {expected}"),
                japanese,
            );
        }
    }
}

fn columns(layout: &Layout, path: &str, place: Place, columns: &[Column], problems: &mut Problems) {
    for (index, column) in columns.iter().enumerate() {
        problems.prefix = format!("{path}.{index}.");
        problems.column = (place == Place::Row).then_some(index);
        source(column, place, problems);
        when(column, place, problems);
        width(layout, column, problems);
    }
    (problems.prefix, problems.column) = (String::new(), None);
}

fn source(column: &Column, place: Place, problems: &mut Problems) {
    let join = (!column.join.is_empty()).then_some(());
    let sources = [
        column.field.as_ref().map(drop),
        column.fixed.as_ref().map(drop),
        column.summary.map(drop),
        join,
    ];
    if sources.iter().flatten().count() != 1 {
        let english = format!(
            "column {:?} needs either field or fixed, summary or join",
            column.header
        );
        let japanese = format!(
            "「{}」の内容は、項目・固定値・集計・連結のどれか1つにしてください。",
            column.header
        );
        problems.add("field", english, japanese);
        return;
    }
    if !column.separator.is_empty() && join.is_none() {
        problems.add(
            "separator",
            "separator needs join",
            "間に入れる文字は、連結のときだけ使えます。",
        );
    }
    let else_field = column.when.as_ref().and_then(|w| w.else_field.as_deref());
    let else_dated = else_field.is_some_and(is_time);
    piece(
        "",
        (&column.field, column.summary),
        (&column.date, else_dated),
        place,
        problems,
    );
    parts(column, place, problems);
    if column.fixed.is_some() && !column.map.is_empty() {
        problems.add("map", "a fixed text needs no map", "固定値に変換表は使えません。");
    }
}

fn parts(column: &Column, place: Place, problems: &mut Problems) {
    for (index, part) in column.join.iter().enumerate() {
        let path = format!("join.{index}.");
        let given = [part.field.is_some(), part.fixed.is_some(), part.summary.is_some()];
        if given.iter().filter(|g| **g).count() != 1 {
            let japanese = format!(
                "「{}」の連結の{}番目は、項目・固定値・集計のどれか1つにしてください。",
                column.header,
                index + 1
            );
            problems.add(
                &format!("{path}field"),
                "a part needs either field or fixed or summary",
                japanese,
            );
            continue;
        }
        piece(&path, (&part.field, part.summary), (&part.date, false), place, problems);
    }
}

/// What a column and a part of a joined one have in common.
fn piece(
    path: &str,
    (name, summary): (&Option<String>, Option<Summary>),
    (form, else_dated): (&Option<String>, bool),
    place: Place,
    problems: &mut Problems,
) {
    if let Some(name) = name {
        known(&format!("{path}field"), name, place, problems);
    }
    let early = place == Place::Head && summary == Some(Summary::RowCount);
    let late = place == Place::Row && summary == Some(Summary::RowCount);
    let rowless = place != Place::Row && summary == Some(Summary::RowNumber);
    if early || late || rowless {
        let english = "row_count stands in a tail only, row_number in a row only";
        problems.add(
            &format!("{path}summary"),
            english,
            "件数は末尾のレコードだけ、行の連番は行だけで使えます。",
        );
    }
    let Some(form) = form else { return };
    let dated =
        name.as_deref().is_some_and(is_time) || matches!(summary, Some(Summary::DeliveryDate | Summary::MadeAt));
    if !dated && !else_dated {
        problems.add(
            &format!("{path}date"),
            "only a date has a date form",
            "日付の形は、日付の項目だけで使えます。",
        );
    }
    let example = NaiveDate::from_ymd_opt(2026, 4, 1).and_then(|d| d.and_hms_opt(0, 0, 0));
    if example.is_some_and(|at| date::form(at, form).is_none()) {
        let japanese = format!("日付の形「{form}」は書けません。%Y%m%d や wareki などを使ってください。");
        problems.add(&format!("{path}date"), format!("{form:?} is no date form"), japanese);
    }
}

fn when(column: &Column, place: Place, problems: &mut Problems) {
    let Some(when) = &column.when else { return };
    known("when.field", &when.field, place, problems);
    if let Some(name) = &when.else_field {
        known("when.else_field", name, place, problems);
        if !when.otherwise.is_empty() {
            problems.add(
                "when.else",
                "else and else_field exclude each other",
                "条件に合わないときの値は、文字か項目の一方にしてください。",
            );
        }
    }
    let asked = [!when.is.is_empty(), !when.is_not.is_empty(), when.empty.is_some()];
    if asked.iter().filter(|a| **a).count() != 1 {
        let english = "a condition needs one of is, is_not, empty";
        problems.add(
            "when",
            english,
            "条件は「次のどれか」「次のどれでもない」「空かどうか」のどれか1つにしてください。",
        );
    }
    if is_time(&when.field) && when.empty.is_none() {
        problems.add(
            "when.field",
            "a date can only be asked with empty",
            "日付の条件には「空かどうか」だけを使えます。",
        );
    }
}

fn width(layout: &Layout, column: &Column, problems: &mut Problems) {
    let header = &column.header;
    let Some(pad) = &column.pad else {
        if column.overflow == Overflow::Cut {
            problems.add(
                "overflow",
                "cut needs a width: add pad",
                format!("「{header}」を切るには桁数が必要です。"),
            );
        }
        if layout.form == Form::Fixed {
            problems.add(
                "pad",
                "a fixed width needs pad",
                format!("固定長では「{header}」の桁数が必要です。"),
            );
        }
        return;
    };
    if layout.form == Form::Fixed && pad.unit != Unit::Bytes {
        let japanese = format!("固定長では「{header}」の桁数をバイトで数えてください。");
        problems.add("pad.unit", "a fixed width counts bytes: unit = \"bytes\"", japanese);
    }
    if !(1..=MOST_WIDTH).contains(&pad.width) {
        let japanese = format!("「{header}」の桁数は1から{MOST_WIDTH}までにしてください。");
        problems.add("pad.width", format!("the width must be 1 to {MOST_WIDTH}"), japanese);
    }
    if !fits(&pad.with.to_string(), layout.encoding) || pad.with.is_control() {
        let japanese = format!("「{header}」を埋める文字は、このファイルに書けません。");
        problems.add("pad.with", format!("{:?} cannot be written", pad.with), japanese);
    }
}

fn known(setting: &str, name: &str, place: Place, problems: &mut Problems) {
    if place != Place::Row {
        problems.add(
            setting,
            "head and tail have no row: use fixed or summary",
            "前後のレコードでは、行の項目を使えません。",
        );
    } else if field(name).is_none() {
        let names: Vec<_> = FIELDS.iter().map(|f| f.name).collect();
        let english = format!("{name:?} is no field; use one of {}", names.join(", "));
        problems.add(setting, english, format!("「{name}」という項目はありません。"));
    }
}

fn is_time(name: &str) -> bool {
    field(name).is_some_and(|f| matches!(f.kind, FieldKind::Date | FieldKind::Time))
}

fn fits(text: &str, encoding: Encoding) -> bool {
    encoding != Encoding::Cp932 || cp932::encode(text, &BTreeMap::new()).problems.is_empty()
}
