//! The parts of a joined column, one on each line.
use crate::deliveries::layout::{Part, Summary};

/// Lines that read alike may have another form of dates: which of them is gone nobody can tell.
pub fn are_ambiguous(before: &str, typed: &str) -> bool {
    let many = |text: &str, line: &str| text.lines().filter(|other| other.trim() == line).count();
    let mut all = before.lines().map(str::trim).filter(|line| !line.is_empty());
    all.any(|line| many(before, line) > 1 && many(before, line) != many(typed, line))
}

pub fn line(part: &Part) -> String {
    match (&part.field, &part.fixed, part.summary) {
        (Some(field), ..) => field.clone(),
        (_, Some(fixed), _) => format!("\"{}\"", escaped(fixed)),
        (_, _, Some(summary)) => format!("{{{}}}", summary.word()),
        _ => String::new(),
    }
}

pub fn part(line: &str) -> Part {
    let between = |open, close| line.strip_prefix(open).and_then(|l| l.strip_suffix(close));
    let summary = between('{', '}').and_then(|word| Summary::ALL.iter().copied().find(|s| s.word() == word));
    let fixed = between('"', '"').map(plain);
    let is_field = fixed.is_none() && summary.is_none();
    Part {
        field: is_field.then(|| line.to_owned()),
        fixed,
        summary,
        ..Part::default()
    }
}

pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

pub(super) fn plain(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text.chars());
    while let Some(c) = rest.next() {
        let meant = match (c, rest.as_str().chars().next()) {
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('\\')) => Some('\\'),
            _ => None,
        };
        if meant.is_some() {
            rest.next();
        }
        out.push(meant.unwrap_or(c));
    }
    out
}
