mod lines;
#[cfg(test)]
mod tests;

use crate::{
    deliveries::layout::{Column, Convert, Overflow, Pad, Part, Side, Summary, Unit, When},
    web::{FormBody, ui::FieldError},
};
use lines::{escaped, line, part};
use std::collections::BTreeMap;

/// What is typed about one column.
///
/// Where what is typed says the same as what stands there already, the column keeps what stands there, with everything
/// that no field of the form shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnForm {
    pub(super) header: String,
    /// `field fixed summary join`
    pub(super) source: String,
    pub(super) field: String,
    pub(super) fixed: String,
    pub(super) summary: String,
    /// Names of fields, `"fixed"` texts and `{values}` of the file, one a line.
    pub(super) join: String,
    pub(super) separator: String,
    pub(super) date: String,
    pub(super) convert: Vec<String>,
    /// `a=b`, one a line.
    pub(super) map: String,
    pub(super) width: String,
    pub(super) with: String,
    pub(super) side: String,
    pub(super) unit: String,
    pub(super) overflow: String,
    pub(super) when_field: String,
    pub(super) when_kind: String,
    pub(super) when_values: String,
    pub(super) otherwise: String,
    pub(super) else_field: String,
}

impl ColumnForm {
    pub fn of(c: &Column) -> Self {
        let source = match (&c.field, &c.fixed, &c.summary, c.join.is_empty()) {
            (_, _, _, false) => "join",
            (_, Some(_), _, _) => "fixed",
            (_, _, Some(_), _) => "summary",
            _ => "field",
        };
        let when = c.when.clone().unwrap_or_default();
        let (kind, values) = match (when.empty, when.is.is_empty(), when.is_not.is_empty()) {
            (Some(true), _, _) => ("empty", vec![]),
            (Some(false), _, _) => ("filled", vec![]),
            (_, false, _) => ("is", when.is),
            (_, _, false) => ("is_not", when.is_not),
            _ => ("", vec![]),
        };
        let pad = c.pad.as_ref();
        Self {
            header: c.header.clone(),
            source: source.into(),
            field: c.field.clone().unwrap_or_default(),
            fixed: c.fixed.clone().unwrap_or_default(),
            summary: c.summary.map(|s| s.word().to_owned()).unwrap_or_default(),
            join: c.join.iter().map(line).collect::<Vec<_>>().join("\n"),
            separator: c.separator.clone(),
            date: c.date.clone().unwrap_or_default(),
            convert: c.convert.iter().map(|v| v.word().to_owned()).collect(),
            map: lines_of(&c.map),
            width: pad.map(|p| p.width.to_string()).unwrap_or_default(),
            with: pad.map(|p| p.with.to_string()).unwrap_or_default(),
            side: pad.map(|p| p.side.word().to_owned()).unwrap_or_default(),
            unit: pad.map(|p| p.unit.word().to_owned()).unwrap_or_default(),
            overflow: c.overflow.word().into(),
            when_field: when.field,
            when_kind: kind.into(),
            when_values: values.join(","),
            otherwise: when.otherwise,
            else_field: when.else_field.unwrap_or_default(),
        }
    }

    pub fn read(form: &FormBody) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        let exact = |name: &str| form.get(name).replace("\r\n", "\n");
        let on = Convert::ALL
            .iter()
            .filter(|c| form.has(&format!("convert_{}", c.word())));
        Self {
            header: text("header"),
            source: text("source"),
            field: text("field"),
            fixed: exact("fixed"),
            summary: text("summary"),
            join: exact("join"),
            separator: exact("separator"),
            date: text("date"),
            convert: on.map(|c| c.word().to_owned()).collect(),
            map: exact("map"),
            width: text("width"),
            with: exact("with"),
            side: text("side"),
            unit: text("unit"),
            overflow: text("overflow"),
            when_field: text("when_field"),
            when_kind: text("when_kind"),
            when_values: text("when_values"),
            otherwise: exact("otherwise"),
            else_field: text("else_field"),
        }
    }

    /// What the form cannot show of a column, a sentence each. Saving the form leaves it as it is.
    pub fn unseen(c: &Column) -> Vec<String> {
        let mut unseen = vec![];
        for part in c.join.iter().filter(|p| p.date.is_some() || !p.map.is_empty()) {
            let what = match (part.date.is_some(), part.map.is_empty()) {
                (true, true) => "日付の形",
                (true, false) => "日付の形と変換表",
                _ => "変換表",
            };
            unseen.push(format!(
                "つなげるものの「{}」の{what}。この行を変えると、なくなります",
                line(part)
            ));
        }
        for (from, to) in c.map.iter().filter(|(from, to)| !is_a_line(from, to)) {
            unseen.push(format!("変換表の「{}={}」", escaped(from), escaped(to)));
        }
        let in_order = Convert::ALL.iter().filter(|v| c.convert.contains(v));
        if !in_order.eq(&c.convert) {
            let order: Vec<_> = c.convert.iter().map(|v| v.label()).collect();
            unseen.push(format!("文字の変換の順：{}", order.join("、")));
        }
        let when = c.when.clone().unwrap_or_default();
        let mut values = when.is.iter().chain(&when.is_not);
        let tests = [!when.is.is_empty(), !when.is_not.is_empty(), when.empty.is_some()];
        let one_of_many = tests.iter().filter(|t| **t).count() > 1;
        if one_of_many || values.any(|v| v.contains([',', '\n', '\r']) || v.trim() != v) {
            unseen.push("条件の値。条件か値を変えると、コンマで分けたものになります".to_owned());
        }
        let texts = [&c.header, &c.separator, &when.otherwise];
        if texts.into_iter().chain(&c.fixed).any(|t| t.contains(['\n', '\r'])) {
            unseen.push("文字の中の改行。その欄を変えると、なくなります".to_owned());
        }
        unseen
    }

    /// The column, or what is wrong with what was typed. What the whole layout makes of it, `check` says.
    ///
    /// `old` is the column that stands there.
    pub fn column(&self, old: &Column) -> Result<Column, Vec<FieldError>> {
        let (mut errors, shown) = (vec![], Self::of(old));
        let header = match same_trimmed(&self.header, &shown.header) {
            true => &old.header,
            false => &self.header,
        };
        if header.trim().is_empty() && !old.header.trim().is_empty() {
            errors.push(FieldError::new("header", "項目名を入力してください"));
        }
        if self.source == "join" && lines::are_ambiguous(&shown.join, &self.join) {
            let message = "同じ項目が2つ以上あります。減らすときや入れ替えるときは、「設定の全文」で直してください";
            errors.push(FieldError::new("join", message));
        }
        let map = self.read_map(&shown, old, &mut errors);
        let pad = self.read_pad(&shown, old, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let convert = self.converts(old);
        let date = match same_trimmed(&self.date, &shown.date) {
            true => old.date.clone(),
            false => Some(self.date.clone()).filter(|d| !d.is_empty()),
        };
        let overflow = Overflow::ALL.iter().copied().find(|o| o.word() == self.overflow);
        Ok(Column {
            header: header.clone(),
            date,
            convert,
            overflow: overflow.unwrap_or_default(),
            when: self.when(&shown, old),
            map,
            pad,
            ..self.source(&shown, old)
        })
    }

    /// A column of nothing but its source.
    fn source(&self, shown: &Self, old: &Column) -> Column {
        let is = |kind: &str| self.source == kind;
        let unchanged = self.source == shown.source
            && match self.source.as_str() {
                "field" => same_trimmed(&self.field, &shown.field),
                "fixed" => same(&self.fixed, &shown.fixed),
                "summary" => self.summary == shown.summary,
                _ => same_lines(&self.join, &shown.join) && same(&self.separator, &shown.separator),
            };
        if unchanged {
            return Column {
                field: old.field.clone(),
                fixed: old.fixed.clone(),
                summary: old.summary,
                join: old.join.clone(),
                separator: old.separator.clone(),
                ..Column::default()
            };
        }
        let summary = Summary::ALL.iter().copied().find(|s| s.word() == self.summary);
        Column {
            field: is("field").then(|| self.field.clone()),
            fixed: is("fixed").then(|| self.fixed.clone()),
            summary: summary.filter(|_| is("summary")),
            separator: match is("join") {
                true => kept(&self.separator, &shown.separator, &old.separator),
                false => String::new(),
            },
            join: if is("join") { self.parts(&old.join) } else { vec![] },
            ..Column::default()
        }
    }

    /// A part whose line stands there still keeps its form of dates and its map, also at another place.
    fn parts(&self, old: &[Part]) -> Vec<Part> {
        let mut left: Vec<&Part> = old.iter().collect();
        let lines = self.join.lines().map(str::trim).filter(|l| !l.is_empty());
        lines
            .map(|typed| match left.iter().position(|p| line(p) == typed) {
                Some(at) => left.remove(at).clone(),
                None => part(typed),
            })
            .collect()
    }

    /// In the order in which they stood; what is new comes last.
    fn converts(&self, old: &Column) -> Vec<Convert> {
        let is_on = |c: &Convert| self.convert.iter().any(|w| w == c.word());
        let before = old.convert.iter().copied().filter(is_on);
        let new = Convert::ALL
            .iter()
            .copied()
            .filter(|c| is_on(c) && !old.convert.contains(c));
        before.chain(new).collect()
    }

    fn when(&self, shown: &Self, old: &Column) -> Option<When> {
        let test = self.when_kind == shown.when_kind && same_trimmed(&self.when_values, &shown.when_values);
        let instead = same(&self.otherwise, &shown.otherwise) && same_trimmed(&self.else_field, &shown.else_field);
        if test && instead && same_trimmed(&self.when_field, &shown.when_field) {
            return old.when.clone();
        }
        if self.when_field.is_empty() || self.when_kind.is_empty() {
            return None;
        }
        let before = old.when.clone().unwrap_or_default();
        let values = || self.when_values.split(',').map(|v| v.trim().to_owned());
        let is = |kind: &str| self.when_kind == kind;
        let (is_one, is_none, empty) = match test {
            true => (before.is, before.is_not, before.empty),
            false => (
                values().filter(|_| is("is")).collect(),
                values().filter(|_| is("is_not")).collect(),
                (is("empty") || is("filled")).then(|| is("empty")),
            ),
        };
        Some(When {
            field: self.when_field.clone(),
            is: is_one,
            is_not: is_none,
            empty,
            otherwise: kept(&self.otherwise, &shown.otherwise, &before.otherwise),
            else_field: Some(self.else_field.clone()).filter(|f| !f.is_empty()),
        })
    }

    fn read_map(&self, shown: &Self, old: &Column, errors: &mut Vec<FieldError>) -> BTreeMap<String, String> {
        if same_lines(&self.map, &shown.map) {
            return old.map.clone();
        }
        let unseen = old.map.iter().filter(|(from, to)| !is_a_line(from, to));
        let mut map: BTreeMap<String, String> = unseen.map(|(from, to)| (from.clone(), to.clone())).collect();
        for line in self.map.lines().filter(|l| !l.trim().is_empty()) {
            match line.split_once('=') {
                Some((from, to)) => drop(map.insert(from.trim().to_owned(), to.to_owned())),
                None => {
                    let message = "変換表は、1行に「もとの値=書く値」の形で入力してください";
                    errors.push(FieldError::new("map", message));
                    break;
                }
            }
        }
        map
    }

    fn read_pad(&self, shown: &Self, old: &Column, errors: &mut Vec<FieldError>) -> Option<Pad> {
        let as_shown = self.width == shown.width && same(&self.with, &shown.with);
        if self.width.is_empty() || (as_shown && self.side == shown.side && self.unit == shown.unit) {
            return old.pad.clone().filter(|_| !self.width.is_empty());
        }
        let Ok(width) = self.width.parse() else {
            errors.push(FieldError::new("width", "桁数は、数字で入力してください"));
            return None;
        };
        let side = Side::ALL.iter().copied().find(|s| s.word() == self.side);
        let unit = Unit::ALL.iter().copied().find(|u| u.word() == self.unit);
        Some(Pad {
            width,
            with: self.with.chars().next().unwrap_or(' '),
            side: side.unwrap_or(Side::Right),
            unit: unit.unwrap_or(Unit::Bytes),
        })
    }
}

/// A part of a joined column as one line.
/// The part that a line means.
/// On one line: a line break as `\n`.
/// Whether a pair of a map can stand as `a=b` on a line of its own.
fn is_a_line(from: &str, to: &str) -> bool {
    !from.contains(['=', '\n', '\r']) && !to.contains(['\n', '\r']) && from.trim() == from
}

fn lines_of(map: &BTreeMap<String, String>) -> String {
    let pairs = map.iter().filter(|(from, to)| is_a_line(from, to));
    pairs.map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("\n")
}

/// What stands there, where what is typed says the same.
fn kept(typed: &str, shown: &str, old: &str) -> String {
    if same(typed, shown) { old } else { typed }.to_owned()
}

/// A field of one line comes back from a browser without line breaks.
fn same(typed: &str, shown: &str) -> bool {
    typed == shown || typed == without_breaks(shown)
}

/// The same of a field that is trimmed when it is read.
fn same_trimmed(typed: &str, shown: &str) -> bool {
    same(typed, shown) || typed == without_breaks(shown).trim()
}

fn without_breaks(text: &str) -> String {
    text.replace(['\r', '\n'], "")
}

/// Several lines come back with another line end, and without an empty line at the top.
fn same_lines(typed: &str, shown: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|l| !l.trim().is_empty());
        lines.map(str::to_owned).collect()
    };
    lines(typed) == lines(shown)
}
