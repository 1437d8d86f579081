//! A layout in words: each setting's label and value, as a form page, a printout and a diff show them.
use super::{model::*, row::field};
use std::collections::BTreeMap;

/// The file's own settings.
pub(super) fn describe_file(layout: &Layout) -> Vec<(&'static str, String)> {
    let form = match layout.form {
        Form::Delimited => format!("区切り文字（{}）", layout.delimiter.label()),
        Form::Fixed => layout.form.label().to_owned(),
    };
    let length = layout
        .record_bytes
        .map_or_else(|| "決めない".to_owned(), |n| format!("{n}バイト"));
    let states = layout.states.join("、");
    vec![
        ("名前", layout.name.clone()),
        ("文字コード", layout.encoding.label().to_owned()),
        ("改行", layout.line_end.label().to_owned()),
        ("形式", form),
        ("見出し行", if layout.header { "あり" } else { "なし" }.to_owned()),
        ("引用符", layout.quote.label().to_owned()),
        ("レコード長", length),
        ("読み手", layout.reader.label().to_owned()),
        (
            "ファイル名",
            format!("{}.{}", layout.file_name, layout.extension.word()),
        ),
        ("0件の日", layout.empty_day.label().to_owned()),
        (
            "入れる結果",
            if states.is_empty() {
                "すべて".to_owned()
            } else {
                states
            },
        ),
        (
            "代わりの文字",
            pairs(layout.substitutes.iter().map(|(c, text)| (c.to_string(), text))),
        ),
    ]
}

/// The column's settings in their order of work; one that is not used is empty.
pub fn describe_column(column: &Column) -> Vec<(&'static str, String)> {
    let joined = column
        .join
        .iter()
        .map(|p| source(&p.field, &p.fixed, p.summary, &p.date, &p.map));
    let content = if column.join.is_empty() {
        source(&column.field, &column.fixed, column.summary, &None, &BTreeMap::new())
    } else {
        joined
            .collect::<Vec<_>>()
            .join(&format!("＋「{}」＋", column.separator))
            .replace("＋「」＋", "＋")
    };
    let pad = column.pad.as_ref().map(|p| {
        let (width, unit, side) = (p.width, p.unit.label(), p.side.label());
        format!("{width}{unit}、{side}に「{}」", p.with)
    });
    vec![
        ("内容", content),
        ("条件", column.when.as_ref().map(condition).unwrap_or_default()),
        ("日付の形", column.date.clone().unwrap_or_default()),
        ("変換表", pairs(column.map.iter().map(|(from, to)| (from.clone(), to)))),
        (
            "文字の変換",
            column.convert.iter().map(|c| c.label()).collect::<Vec<_>>().join("、"),
        ),
        ("桁数", pad.unwrap_or_default()),
        (
            "桁あふれ",
            column
                .pad
                .as_ref()
                .map(|_| column.overflow.label())
                .unwrap_or_default()
                .to_owned(),
        ),
    ]
}

fn source(
    name: &Option<String>,
    fixed: &Option<String>,
    summary: Option<Summary>,
    date: &Option<String>,
    map: &BTreeMap<String, String>,
) -> String {
    let mut text = match (name, fixed, summary) {
        (Some(name), ..) => label(name),
        (_, Some(text), _) => format!("固定値「{text}」"),
        (_, _, Some(summary)) => summary.label().to_owned(),
        _ => String::new(),
    };
    if let Some(date) = date {
        text += &format!("（{date}）");
    }
    if !map.is_empty() {
        text += &format!("（{}）", pairs(map.iter().map(|(from, to)| (from.clone(), to))));
    }
    text
}

fn condition(when: &When) -> String {
    let name = label(&when.field);
    let test = match when.empty {
        Some(true) => format!("{name}が空"),
        Some(false) => format!("{name}が空でない"),
        None if when.is.is_empty() => format!("{name}が{}のどれでもない", when.is_not.join("・")),
        None => format!("{name}が{}", when.is.join("・")),
    };
    let otherwise = when
        .else_field
        .as_deref()
        .map_or_else(|| format!("「{}」", when.otherwise), label);
    format!("{test}とき。ほかは{otherwise}")
}

fn label(name: &str) -> String {
    field(name).map_or_else(|| name.to_owned(), |f| f.label.to_owned())
}

fn pairs<'a>(pairs: impl Iterator<Item = (String, &'a String)>) -> String {
    pairs
        .map(|(from, to)| format!("{from}→{to}"))
        .collect::<Vec<_>>()
        .join("、")
}
