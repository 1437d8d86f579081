//! Quotes, judged by column and from the sample alone: which of our values need them today says nothing of a layout.
use super::{
    super::model::{Column, Extra, Layout, Quote},
    File, Record,
};
use std::ops::Range;

/// The columns that a sample quotes otherwise than the layout, in one sentence.
pub(super) fn difference(sample: &File<'_>, layout: &Layout) -> Option<String> {
    let mut columns: Vec<&str> = vec![];
    for (record, names) in with_columns(sample, layout) {
        let fields = record.fields.iter().zip(names);
        for (_, column) in fields.filter(|(field, _)| is_otherwise(sample, record, field, layout)) {
            if !columns.contains(&column.header.as_str()) {
                columns.push(&column.header);
            }
        }
    }
    let theirs = habit(sample);
    let ours = match layout.quote {
        Quote::Always => "すべて引用符つき",
        Quote::Needed => "必要なところだけ引用符つき",
        Quote::Never => "引用符なし",
    };
    let all = layout.columns.iter().all(|c| columns.contains(&c.header.as_str()));
    match columns.as_slice() {
        [] => None,
        _ if all => Some(format!(
            "引用符が違います。見本は「{theirs}」、こちらは「{ours}」です。"
        )),
        some => Some(format!(
            "引用符が違う項目があります（{}）。見本は「{theirs}」、こちらは「{ours}」です。",
            some.join("、")
        )),
    }
}

/// Every record of the sample with the columns of its kind.
fn with_columns<'a>(sample: &'a File<'_>, layout: &'a Layout) -> impl Iterator<Item = (&'a Record, &'a [Column])> {
    let parts = sample.parts(layout);
    let extra = |places: Range<usize>, extras: &'a [Extra]| {
        places
            .zip(extras)
            .map(|(place, extra)| (place, extra.columns.as_slice()))
    };
    let own = parts.header.into_iter().chain(parts.rows);
    extra(parts.heads, &layout.head)
        .chain(own.map(|place| (place, layout.columns.as_slice())))
        .chain(extra(parts.tails, &layout.tail))
        .map(|(place, columns)| (&sample.records[place], columns))
}

/// Whether no value of ours could be quoted like this one. An empty one without quotes is like any other empty one.
fn is_otherwise(sample: &File<'_>, record: &Record, field: &Range<usize>, layout: &Layout) -> bool {
    let is_quoted = sample.is_quoted(field);
    match layout.quote {
        Quote::Always => !is_quoted && !field.is_empty(),
        Quote::Never => is_quoted,
        Quote::Needed => is_quoted && !needs_quotes(sample, record, field),
    }
}

fn needs_quotes(sample: &File<'_>, record: &Record, field: &Range<usize>) -> bool {
    let text = sample.text(field);
    let is_only = record.fields.len() == 1 && text.is_empty();
    is_only || text.contains([sample.delimiter.character(), '"', '\r', '\n'])
}

/// How the sample quotes as a whole.
fn habit(sample: &File<'_>) -> &'static str {
    let fields = sample.records.iter().flat_map(|r| &r.fields);
    let (quoted, all) = fields.fold((0, 0), |(quoted, all), field| {
        (quoted + usize::from(sample.is_quoted(field)), all + 1)
    });
    match quoted {
        0 => "引用符なし",
        quoted if quoted == all => "すべて引用符つき",
        _ => "一部だけ引用符つき",
    }
}
