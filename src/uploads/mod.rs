//! Files that people bring: what they are by their content, and the virus check by ClamAV (S9).
//!
//! Nothing is decoded here and nothing is shown: a file is kept as it came and leaves as a download.
mod clamd;

pub use clamd::{Clamd, ScanError, Verdict};

use crate::db::text_enum;

text_enum! {
    /// What is taken, by content.
    pub enum Kind {
        Jpeg = "jpeg",
        Png = "png",
        Pdf = "pdf",
    }
}

impl Kind {
    /// By its first bytes, whatever its name says.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const BEGINNINGS: [(&[u8], Kind); 3] = [
            (&[0xFF, 0xD8, 0xFF], Kind::Jpeg),
            (&[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A], Kind::Png),
            (b"%PDF-", Kind::Pdf),
        ];
        let found = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning));
        found.map(|(_, kind)| *kind)
    }
    pub fn mime(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Pdf => "application/pdf",
        }
    }
    pub fn ending(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpg",
            Kind::Png => "png",
            Kind::Pdf => "pdf",
        }
    }
}

/// A name as it may be shown and sent: no path, no control characters, not long; its ending is that of the content.
pub fn tidy_name(typed: &str, kind: Kind) -> String {
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let plain: String = stem
        .chars()
        .filter(|c| !c.is_control() && !"\"<>:|?*;".contains(*c))
        .take(60)
        .collect();
    let plain = plain.trim();
    let stem = if plain.is_empty() { "file" } else { plain };
    format!("{stem}.{}", kind.ending())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        assert_eq!(Kind::of(b"\xFF\xD8\xFF\xE0rest"), Some(Kind::Jpeg));
        assert_eq!(Kind::of(b"%PDF-1.7"), Some(Kind::Pdf));
        for other in [b"MZ\x90".as_slice(), b"<svg", b"<html>", b"", b"\x89PN", b"GIF89a"] {
            assert_eq!(Kind::of(other), None);
        }
    }

    proptest! {
        #[test]
        fn any_name_is_tidied(typed in "\\PC{0,80}|.{0,80}") {
            let name = tidy_name(&typed, Kind::Pdf);
            prop_assert!(name.ends_with(".pdf") && name.chars().count() <= 64);
            prop_assert!(!name.chars().any(|c| c.is_control() || "/\\\"".contains(c)), "{name:?}");
        }
    }
}
