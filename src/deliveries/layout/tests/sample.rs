//! Layouts and rows to test with.
use super::super::{Context, FileWriter, Layout, Row, Totals, check};
use crate::config::Source;
use chrono::{NaiveDate, NaiveDateTime};
use std::{borrow::Cow, collections::BTreeMap};

/// The layout that the bureau uses today.
pub const STANDARD: &str = include_str!("../../../../config/layouts/standard.toml");

/// A layout's settings without a column.
pub const HEAD: &str =
    "name = \"t\"\nencoding = \"cp932\"\nline_end = \"lf\"\nheader = false\nquote = \"needed\"\nreader = \"machine\"\n";

const COLUMNS: &str = r#"
[[column]]
header = "番号"
field = "customer_number"
[[column]]
header = "氏名"
field = "user_name"
[[column]]
header = "日付"
field = "start_date"
"#;

pub fn parsed(text: &str) -> Layout {
    Layout::parse(&Source::built_in("layout.toml", text)).unwrap()
}

/// Three columns (番号, 氏名, 日付), with some settings otherwise.
pub fn layout(settings: &str) -> Layout {
    let mut table: toml::Table = format!("{HEAD}{COLUMNS}").parse().unwrap();
    table.extend(settings.parse::<toml::Table>().unwrap());
    let layout: Layout = table.try_into().unwrap();
    assert_eq!(check(&layout), []);
    layout
}

/// The only column of a layout.
pub fn column(settings: &str) -> Layout {
    parsed(&format!("{HEAD}[[column]]\nheader = \"x\"\n{settings}\n"))
}

pub fn context() -> Context {
    let day = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
    Context {
        batch_number: 12,
        delivery_date: day,
        made_at: day.and_hms_opt(9, 5, 0).unwrap(),
        layout_version: 3,
    }
}

#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub id: String,
    pub state: String,
    pub texts: BTreeMap<String, String>,
    pub times: BTreeMap<String, NaiveDateTime>,
}

impl Row for Sample {
    fn text(&self, field: &str) -> Option<Cow<'_, str>> {
        match field {
            "receipt_number" => Some((&self.id).into()),
            "state" => Some((&self.state).into()),
            field => self.texts.get(field).map(|t| t.as_str().into()),
        }
    }
    fn time(&self, field: &str) -> Option<NaiveDateTime> {
        self.times.get(field).copied()
    }
    fn id(&self) -> &str {
        &self.id
    }
    fn state(&self) -> &str {
        &self.state
    }
}

/// A registered row with these fields.
pub fn row(texts: &[(&str, &str)]) -> Sample {
    let day = NaiveDate::from_ymd_opt(2026, 4, 1)
        .unwrap()
        .and_hms_opt(10, 20, 30)
        .unwrap();
    Sample {
        id: "ABC-DEF-GHJ".to_owned(),
        state: "registered".to_owned(),
        texts: texts
            .iter()
            .map(|(name, text)| (name.to_string(), text.to_string()))
            .collect(),
        times: ["confirmed_at", "decided_at", "start_date"]
            .map(|name| (name.to_owned(), day))
            .into(),
    }
}

/// 髙﨑 太郎 of 第四北越銀行.
pub fn whole_row() -> Sample {
    row(&[
        ("state_label", "登録完了"),
        ("kind", "new"),
        ("new_code", "1"),
        ("customer_number", "0123456789"),
        ("user_name", "髙﨑　太郎"),
        ("institution_code", "0140"),
        ("institution_name", "第四北越銀行"),
        ("institution_kana", "ダイシホクエツ"),
        ("branch_code", "020"),
        ("branch_name", "長岡本店営業部"),
        ("branch_kana", "ナガオカホンテンエイギョウブ"),
        ("deposit_type", "1"),
        ("account_number", "0765432"),
        ("holder_kana_sent", "ﾀｶｻｷ ﾀﾛｳ"),
    ])
}

/// The file of these rows.
pub fn written(layout: &Layout, rows: &[Sample]) -> (Vec<u8>, Totals) {
    let mut bytes = vec![];
    let mut writer = FileWriter::new(layout, context(), &mut bytes);
    for row in rows {
        writer.row(row).unwrap();
    }
    let totals = writer.finish().unwrap();
    (bytes, totals)
}

/// The file of one row, as text, with what was told.
pub fn line(layout: &Layout, row: &Sample) -> (String, Vec<super::super::Kind>) {
    let (bytes, totals) = written(layout, std::slice::from_ref(row));
    let text = crate::japan::cp932::decode(&bytes).unwrap();
    (
        text.trim_end_matches('\n').to_owned(),
        totals.findings.into_iter().map(|f| f.kind).collect(),
    )
}
