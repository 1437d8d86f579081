//! What a file looks like as a whole, guessed from its bytes.
use super::{
    super::model::Delimiter,
    split::{self, Piece},
};
use crate::japan::cp932;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Charset {
    Ascii,
    Utf8,
    Cp932,
    Utf16,
    Jis,
    Unknown,
}

impl Charset {
    pub fn guess(bytes: &[u8]) -> Self {
        match bytes {
            _ if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) => Self::Utf16,
            // ISO-2022-JP changes its tables by escapes.
            _ if bytes.windows(2).any(|w| w == b"\x1B$" || w == b"\x1B(") => Self::Jis,
            _ if bytes.is_ascii() => Self::Ascii,
            _ if std::str::from_utf8(bytes).is_ok() => Self::Utf8,
            _ if cp932::decode(bytes).is_some() => Self::Cp932,
            _ => Self::Unknown,
        }
    }
    pub fn label(self) -> &'static str {
        match self {
            Self::Ascii => "半角英数字だけ",
            Self::Utf8 => "UTF-8",
            Self::Cp932 => "Shift_JIS（CP932）",
            Self::Utf16 => "UTF-16",
            Self::Jis => "JIS（ISO-2022-JP）",
            Self::Unknown => "不明な文字コード",
        }
    }
    /// Whether the same text has the same bytes in both.
    pub fn agrees(self, other: Self) -> bool {
        self == other || self == Self::Ascii || other == Self::Ascii
    }
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Cp932 => cp932::decode(bytes),
            _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
        }
        .unwrap_or_else(|| "（文字として読めません）".to_owned())
    }
}

/// The delimiter of the first record; the expected one when none is seen.
pub(super) fn delimiter(bytes: &[u8], expected: Delimiter) -> Delimiter {
    let line = split::first_line(bytes);
    let count = |d: &Delimiter| line.iter().filter(|b| **b == d.character() as u8).count();
    if count(&expected) > 0 {
        return expected;
    }
    let most = Delimiter::ALL.iter().max_by_key(|d| count(d)).filter(|d| count(d) > 0);
    most.copied().unwrap_or(expected)
}

/// The line end that most records have.
pub(super) fn ending(records: &[Piece]) -> &'static str {
    let count = |name: &str| records.iter().filter(|r| r.ending == name).count();
    let names = ["CR+LF", "LF", "CR"];
    names
        .into_iter()
        .max_by_key(|n| count(n))
        .filter(|n| count(n) > 0)
        .unwrap_or("なし")
}
