//! A layout as TOML: read for the command line and for a form page, and written.
use super::{
    check::{Problem, check},
    model::Layout,
};
use crate::config::{ConfigError, Source};
use std::path::Path;

impl Layout {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&Source::read(path)?)
    }

    /// Reads and checks; a wrong layout is refused with its file and line.
    pub fn parse(source: &Source) -> Result<Self, ConfigError> {
        let layout: Self = source.parse()?;
        match check(&layout).into_iter().next() {
            None => Ok(layout),
            Some(problem) => Err(source.at_setting(standing(source.text(), &problem.setting), problem.english)),
        }
    }

    /// The same for a form page: everything that is wrong, in Japanese.
    pub fn from_toml_text(text: &str) -> Result<Self, Vec<Problem>> {
        let layout: Self = toml::from_str(text).map_err(|e| {
            let before = text.get(..e.span().map_or(0, |s| s.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let english = format!("line {line}: {}", e.message());
            let japanese = format!("{line}行目：{}。", in_japanese(e.message()));
            vec![Problem::new("", None, english, japanese)]
        })?;
        let problems = check(&layout);
        if problems.is_empty() { Ok(layout) } else { Err(problems) }
    }

    /// The text that `parse` reads back as the same layout.
    pub fn to_toml(&self) -> String {
        // Only a number beyond TOML's range cannot be written, and `check` allows none.
        toml::to_string(self).unwrap_or_else(|e| format!("# {e}\n"))
    }
}

/// What the reader of TOML found, for staff; it names settings and words between backquotes.
fn in_japanese(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let first = names.next().unwrap_or_default();
    let others: Vec<&str> = names.collect();
    let others = others.join("、");
    let begins = |words: &str| message.starts_with(words);
    if begins("unknown field") {
        format!("「{first}」という設定はありません。使えるもの：{others}")
    } else if begins("unknown variant") {
        format!("「{first}」は使えません。使えるもの：{others}")
    } else if begins("missing field") {
        format!("設定「{first}」を書いてください")
    } else if begins("duplicate") {
        "同じ設定が2回あります".to_owned()
    } else if begins("invalid type") || begins("invalid value") {
        "値の種類を確かめてください。文字は\" \"で囲み、数字と true・false は囲みません".to_owned()
    } else {
        "TOMLの書き方を確かめてください。括弧と引用符の組、「=」のまわりを見てください".to_owned()
    }
}

/// The longest beginning of a dotted name that stands in the text: a setting that is missing is told at its table.
fn standing<'a>(text: &str, dotted: &'a str) -> &'a str {
    let Ok(table) = text.parse::<toml::Table>() else {
        return dotted;
    };
    let root = toml::Value::Table(table);
    let (mut value, mut end) = (&root, 0);
    for part in dotted.split('.') {
        let next = match (value, part.parse::<usize>()) {
            (toml::Value::Array(list), Ok(index)) => list.get(index),
            (value, _) => value.get(part),
        };
        let Some(next) = next else { break };
        value = next;
        end += part.len() + usize::from(end > 0);
    }
    &dotted[..end]
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample::{HEAD, STANDARD};
    use super::*;

    fn refused(text: &str) -> String {
        Layout::parse(&Source::built_in("layout.toml", text))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_wrong_layout_is_refused_with_its_line() {
        let line_of = |needle: &str| STANDARD.lines().position(|l| l.contains(needle)).unwrap() + 1;
        for (good, wrong, named) in [
            ("field = \"branch_code\"", "field = \"branch\"", "is no field"),
            ("encoding = \"cp932\"", "encoding = \"sjis\"", "sjis"),
            ("quote = \"always\"", "qoute = \"always\"", "qoute"),
            ("pad = { width = 7, ", "pad = { width = 70000, ", "width"),
        ] {
            let error = refused(&STANDARD.replacen(good, wrong, 1));
            assert!(
                error.contains(named) && error.contains(&format!("line {}:", line_of(good))),
                "{error}"
            );
        }
        let missing = refused(&STANDARD.replace("fixed = ", "# fixed = "));
        let line = STANDARD.lines().count() - 2;
        assert!(
            missing.contains("either field or fixed") && missing.contains(&format!("line {line}:")),
            "{missing}"
        );
    }

    #[test]
    fn a_spreadsheet_without_quotes_is_refused() {
        let unquoted = STANDARD.replacen("quote = \"always\"", "quote = \"never\"", 1);
        assert!(Layout::from_toml_text(&unquoted).is_ok(), "a machine may read it");
        let error = refused(&unquoted.replacen("reader = \"machine\"", "reader = \"spreadsheet\"", 1));
        let named = error.contains("needs quotes") && error.contains("\"always\"") && error.contains("line 6:");
        assert!(named, "{error}");
        let quoted = STANDARD.replacen("reader = \"machine\"", "reader = \"spreadsheet\"", 1);
        assert!(Layout::from_toml_text(&quoted).is_ok());
    }

    #[test]
    fn a_form_page_gets_every_problem_with_its_column() {
        let text = format!("{HEAD}[[column]]\nheader=\"a\"\nfield=\"x\"\n[[column]]\nheader=\"b\"\n");
        let problems = Layout::from_toml_text(&text).unwrap_err();
        let places: Vec<_> = problems.iter().map(|p| (p.column, p.setting.as_str())).collect();
        assert_eq!(places, [(Some(0), "column.0.field"), (Some(1), "column.1.field")]);
        assert!(problems.iter().all(|p| p.sentence.ends_with('。')));
        let problems = Layout::from_toml_text("name = \"x\"\nencoding = 1").unwrap_err();
        assert!(problems[0].sentence.starts_with("2行目"), "{}", problems[0].sentence);
    }
}
