//! One line: its number first, then what was logged, or what the log says of itself.
use chrono::{DateTime, Duration, NaiveDateTime};
use serde::Deserialize;

/// What the log says of itself in a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    Started,
    Stopped,
}

/// A line as far as the order of lines needs it. What a program logs stands deeper, under `fields`, and cannot
/// forge these keys.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Line {
    pub seq: u64,
    pub log: Option<Mark>,
    pub clean: Option<bool>,
    #[serde(default)]
    pub lost: u64,
    #[serde(default)]
    pub cut: bool,
    timestamp: Option<String>,
}

/// Lines of several threads may stand in another order than their times, by no more than this.
pub(super) const JITTER: Duration = Duration::minutes(1);

const HEAD: &[u8] = b"{\"seq\":";

impl Line {
    /// A whole line without its line end.
    pub(super) fn parse(text: &[u8]) -> Option<Line> {
        text.starts_with(HEAD)
            .then(|| serde_json::from_slice(text).ok())
            .flatten()
    }

    /// By Japan's clock, as the line says it.
    pub(super) fn at(&self) -> Option<NaiveDateTime> {
        let text = self.timestamp.as_deref()?;
        DateTime::parse_from_rfc3339(text).ok().map(|at| at.naive_local())
    }
}

/// The number of a line by its head alone.
pub(super) fn number_of(line: &[u8]) -> Option<u64> {
    let rest = line.strip_prefix(HEAD)?;
    let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}

/// What the next line of the log's own will say.
#[derive(Default)]
pub(super) struct Untold {
    pub mark: Option<Mark>,
    pub clean: Option<bool>,
    pub lost: u64,
    pub cut: bool,
    pub error: Option<String>,
}

impl Untold {
    /// The log's own line, if there is something to say.
    pub(super) fn line(&self, seq: u64, now: &str) -> Option<String> {
        let mut line = format!("{{\"seq\":{seq}");
        if let Some(mark) = self.mark {
            let word = if mark == Mark::Started { "started" } else { "stopped" };
            line += &format!(",\"log\":\"{word}\"");
        }
        if let Some(clean) = self.clean {
            line += &format!(",\"clean\":{clean}");
        }
        if self.lost > 0 {
            line += &format!(",\"lost\":{}", self.lost);
        }
        if self.cut {
            line += ",\"cut\":true";
        }
        if let Some(error) = &self.error {
            line += &format!(",\"error\":{}", serde_json::Value::from(error.as_str()));
        }
        let says = self.mark.is_some() || self.lost > 0 || self.cut;
        says.then(|| line + &format!(",\"timestamp\":\"{now}\"}}\n"))
    }
}

/// Puts the number first into a line; what is no JSON object becomes a text in one.
pub(super) fn number(out: &mut Vec<u8>, seq: u64, line: &[u8]) {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let object = line.strip_prefix(b"{").filter(|rest| !rest.contains(&b'\n'));
    out.extend_from_slice(format!("{{\"seq\":{seq}").as_bytes());
    match object.and_then(|rest| rest.strip_suffix(b"}")) {
        Some(b"") => {}
        Some(fields) => {
            out.push(b',');
            out.extend_from_slice(fields);
        }
        None => {
            let text = serde_json::Value::from(String::from_utf8_lossy(line));
            out.extend_from_slice(format!(",\"text\":{text}").as_bytes());
        }
    }
    out.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_logged_becomes_one_whole_line_with_its_number(seq: u64, text: Vec<u8>) {
            let mut out = vec![];
            number(&mut out, seq, &text);
            let line = out.strip_suffix(b"\n").unwrap();
            prop_assert!(!line.contains(&b'\n'));
            prop_assert_eq!(number_of(line), Some(seq));
            if !text.starts_with(b"{") {
                prop_assert_eq!(Line::parse(line).unwrap().seq, seq);
            }
        }
    }

    #[test]
    fn the_fields_of_an_object_follow_its_number() {
        for (text, line) in [
            ("{}\n", "{\"seq\":1}\n"),
            ("{\"a\":2}\n", "{\"seq\":1,\"a\":2}\n"),
            ("no \"object\"\n", "{\"seq\":1,\"text\":\"no \\\"object\\\"\"}\n"),
        ] {
            let mut out = vec![];
            number(&mut out, 1, text.as_bytes());
            assert_eq!(String::from_utf8(out).unwrap(), line);
        }
    }
}
