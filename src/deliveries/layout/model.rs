//! The settings of a layout. The names here are the names in its TOML file (`docs/LAYOUTS.md`).
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One of a few words of a TOML file, each with the words that a form page shows.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }
        impl $name {
            /// Every choice, in the order of a form page.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// The word in the TOML file.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
            /// The word on screens.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }
    };
}

choice! { Encoding {
    Cp932 = "cp932", "Shift_JIS（CP932）";
    Utf8 = "utf-8", "UTF-8（BOMなし）";
    Utf8Bom = "utf-8-bom", "UTF-8（BOMあり）";
}}
choice! { LineEnd {
    Crlf = "crlf", "CR+LF";
    Lf = "lf", "LF";
    None = "none", "改行なし";
}}
choice! { Form {
    Delimited = "delimited", "区切り文字";
    Fixed = "fixed", "固定長";
}}
choice! { Delimiter {
    Comma = "comma", "コンマ";
    Tab = "tab", "タブ";
    Semicolon = "semicolon", "セミコロン";
    Pipe = "pipe", "縦線";
}}
choice! { Quote {
    Always = "always", "すべて囲む";
    Needed = "needed", "必要なときだけ囲む";
    Never = "never", "囲まない";
}}
choice! {
    /// Who reads the file: a machine gets fields exact, a spreadsheet gets formulas defused.
    Reader {
        Machine = "machine", "取込用（そのまま）";
        Spreadsheet = "spreadsheet", "表計算用（数式を無効にする）";
    }
}
choice! { Extension {
    Csv = "csv", ".csv";
    Txt = "txt", ".txt";
    Dat = "dat", ".dat";
}}
choice! {
    /// What a delivery without a row gives.
    EmptyDay {
        File = "file", "0件のファイルを作る";
        Nothing = "nothing", "ファイルを作らない";
    }
}
choice! { Side {
    Left = "left", "左";
    Right = "right", "右";
}}
choice! { Unit {
    Characters = "characters", "文字";
    Bytes = "bytes", "バイト";
}}
choice! {
    /// What happens to a value longer than its width; it is reported either way.
    Overflow {
        Report = "report", "切らずに書く";
        Cut = "cut", "文字の切れ目で切る";
    }
}
choice! {
    /// A change of characters; see `convert`.
    Convert {
        HalfWidth = "half_width", "英数字・記号を半角に";
        FullWidth = "full_width", "全角に";
        HalfKana = "half_kana", "かなを半角カナに";
        ZenginKana = "zengin_kana", "全銀のカナに";
        Digits = "digits", "数字だけに";
        Upper = "upper", "大文字に";
        Katakana = "katakana", "全角カタカナに";
        NoSpaces = "no_spaces", "空白を除く";
        NoHyphens = "no_hyphens", "ハイフンを除く";
    }
}
choice! {
    /// A value that belongs to the file, not to a row.
    Summary {
        DeliveryDate = "delivery_date", "還元日";
        MadeAt = "made_at", "作成日時";
        BatchNumber = "batch_number", "還元番号";
        LayoutVersion = "layout_version", "レイアウトの版";
        RowNumber = "row_number", "行の連番";
        RowCount = "row_count", "件数";
    }
}

impl Delimiter {
    pub fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Tab => '\t',
            Self::Semicolon => ';',
            Self::Pipe => '|',
        }
    }
}

impl LineEnd {
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Crlf => b"\r\n",
            Self::Lf => b"\n",
            Self::None => b"",
        }
    }
}

/// How the bureau's file is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    pub name: String,
    pub encoding: Encoding,
    pub line_end: LineEnd,
    #[serde(default = "delimited")]
    pub form: Form,
    #[serde(default = "comma")]
    pub delimiter: Delimiter,
    /// Whether a line names the columns.
    pub header: bool,
    pub quote: Quote,
    /// With a fixed width: what each record must measure, its line end not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_bytes: Option<usize>,
    pub reader: Reader,
    /// Without the extension; see `file_name`.
    #[serde(default = "plain_name")]
    pub file_name: String,
    #[serde(default = "csv")]
    pub extension: Extension,
    #[serde(default = "file")]
    pub empty_day: EmptyDay,
    /// States that the file holds; all results when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<String>,
    /// What stands for a character that the encoding lacks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub substitutes: BTreeMap<char, String>,
    /// Records before the rows, and after them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub head: Vec<Extra>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tail: Vec<Extra>,
    #[serde(default, rename = "column", skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
}

fn delimited() -> Form {
    Form::Delimited
}
fn comma() -> Delimiter {
    Delimiter::Comma
}
fn plain_name() -> String {
    "{layout}_{date}_{no}".to_owned()
}
fn csv() -> Extension {
    Extension::Csv
}
fn file() -> EmptyDay {
    EmptyDay::File
}

/// A record of its own before or after the rows: ヘッダー, トレーラー, エンド.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    pub name: String,
    #[serde(default, rename = "column")]
    pub columns: Vec<Column>,
}

/// A column has one source: `field`, `fixed`, `summary` or `join`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub header: String,
    /// One of [`FIELDS`](super::FIELDS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Stands between the parts of `join` that are not empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub separator: String,
    /// `%Y%m%d`, `%Y-%m-%d %H:%M:%S`, `wareki`, `wareki-short` or `wareki-digits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub convert: Vec<Convert>,
    #[serde(default = "report", skip_serializing_if = "is_report")]
    pub overflow: Overflow,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// Values by other values; one that is not listed is refused unless `"*"` stands in the map.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pad: Option<Pad>,
}

fn report() -> Overflow {
    Overflow::Report
}
fn is_report(overflow: &Overflow) -> bool {
    *overflow == Overflow::Report
}
impl Default for Overflow {
    fn default() -> Self {
        report()
    }
}

/// A part of a joined column: `field`, `fixed` or `summary`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
}

/// When the column holds its source; otherwise it holds `else` or `else_field`. One of `is`, `is_not`, `empty`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub field: String,
    /// The field is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<String>,
    /// The field is none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is_not: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<bool>,
    /// Written as it stands: neither mapped nor converted.
    #[serde(default, rename = "else", skip_serializing_if = "String::is_empty")]
    pub otherwise: String,
    /// Written instead, by the column's own date form, map and conversion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub else_field: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pad {
    pub width: usize,
    pub with: char,
    /// Where the filling goes.
    pub side: Side,
    #[serde(default = "characters")]
    pub unit: Unit,
}

fn characters() -> Unit {
    Unit::Characters
}

impl Layout {
    /// Whether the file holds rows of this state.
    pub fn holds(&self, state: &str) -> bool {
        self.states.is_empty() || self.states.iter().any(|s| s == state)
    }

    /// Every list of columns: the rows' own first, then head and tail.
    pub(super) fn records(&self) -> impl Iterator<Item = &[Column]> {
        let extras = self.head.iter().chain(&self.tail);
        std::iter::once(self.columns.as_slice()).chain(extras.map(|e| e.columns.as_slice()))
    }
}
