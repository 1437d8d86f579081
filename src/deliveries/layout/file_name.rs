//! The name of the file: a pattern with placeholders, safe for every file system.
use super::{date::era, model::Layout, value::Context};
use chrono::Datelike;

/// Placeholders and what they give. `{no:3}` gives at least three digits; so do the other numbers.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("layout", "レイアウトの名前"),
    ("date", "還元日 20260401"),
    ("wareki", "還元日 R080401"),
    ("no", "還元番号"),
    ("version", "レイアウトの版"),
];

/// Most file systems take 255 bytes; `.report.csv` and a copy's number must still fit.
const MOST_BYTES: usize = 200;

enum Piece<'a> {
    Text(&'a str),
    Placeholder { name: &'a str, digits: usize },
}

impl Layout {
    /// The name with its extension.
    pub fn file_name(&self, context: &Context) -> String {
        let mut name = String::new();
        for piece in pieces(&self.file_name).unwrap_or_default() {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Placeholder { name: word, digits } => name.push_str(&self.filled(word, digits, context)),
            }
        }
        format!("{}.{}", safe(&name), self.extension.word())
    }

    fn filled(&self, word: &str, digits: usize, context: &Context) -> String {
        let day = context.delivery_date;
        match word {
            "layout" => self.name.clone(),
            "wareki" => match era(day) {
                Some((letter, _, year)) => format!("{letter}{year:02}{:02}{:02}", day.month(), day.day()),
                None => day.format("%Y%m%d").to_string(),
            },
            "no" => format!("{:0digits$}", context.batch_number),
            "version" => format!("{:0digits$}", context.layout_version),
            _ => day.format("%Y%m%d").to_string(),
        }
    }
}

/// The placeholder that is none; or a brace left open.
pub(super) fn wrong_placeholder(pattern: &str) -> Option<String> {
    pieces(pattern).err()
}

fn pieces(pattern: &str) -> Result<Vec<Piece<'_>>, String> {
    let (mut pieces, mut rest) = (vec![], pattern);
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, next) = after.split_once('}').ok_or_else(|| format!("{{{after}"))?;
        let (name, digits) = inside.split_once(':').unwrap_or((inside, "1"));
        let known = PLACEHOLDERS.iter().any(|(word, _)| *word == name);
        let digits = digits.parse().ok().filter(|d| known && (1..=9).contains(d));
        let digits = digits.ok_or_else(|| format!("{{{inside}}}"))?;
        pieces.extend([Piece::Text(before), Piece::Placeholder { name, digits }]);
        rest = next;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// Without the characters that Windows refuses or that lead to another folder.
fn safe(name: &str) -> String {
    let refused = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = name.chars().map(|c| if refused(c) { '_' } else { c }).collect();
    let mut end = name.len().min(MOST_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let name = name[..end].trim_matches(|c: char| c == '.' || c.is_whitespace());
    match name {
        "" => "layout".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Windows takes these for devices, whatever follows the first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let numbered = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|n| n.len() == 1 && n.parse::<u8>().is_ok())
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample::{context, layout};
    use super::*;
    use proptest::prelude::*;

    fn named(pattern: &str) -> String {
        let mut layout = layout("name = \"結果/一覧\"");
        layout.file_name = pattern.to_owned();
        layout.file_name(&context())
    }

    #[test]
    fn placeholders_are_filled() {
        assert_eq!(named("受付結果_{wareki}_v{version}"), "受付結果_R080401_v3.csv");
        assert_eq!(named("{layout}_{date}_{no:3}"), "結果_一覧_20260401_012.csv");
    }

    #[test]
    fn a_name_stays_in_its_folder_and_is_no_device() {
        assert_eq!(named("../../etc/passwd"), "_.._etc_passwd.csv");
        assert_eq!(named("com1"), "_com1.csv");
        assert_eq!(named(" . "), "layout.csv");
        assert_eq!(named(". .a\nb"), "a_b.csv");
        assert!(named(&"長".repeat(100)).len() <= MOST_BYTES + 4);
    }

    #[test]
    fn a_wrong_placeholder_is_named() {
        assert_eq!(wrong_placeholder("{day}").as_deref(), Some("{day}"));
        assert_eq!(wrong_placeholder("{no:x}").as_deref(), Some("{no:x}"));
        assert_eq!(wrong_placeholder("a{no").as_deref(), Some("{no"));
        assert_eq!(wrong_placeholder("a}b{no}"), None);
    }

    proptest! {
        #[test]
        fn any_pattern_gives_a_name_of_one_file(pattern in "[{}a-z:/\\\\.漢 0-9]{0,30}|\\PC{0,90}") {
            let name = named(&pattern);
            prop_assert!(!name.contains(['/', '\\']) && !name.starts_with('.') && name.len() < 255);
        }
    }
}
