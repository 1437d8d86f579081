//! What changed between two versions of a layout, in sentences.
use super::{
    describe::{describe_column, describe_file},
    model::{Column, Extra, Layout},
};
use std::collections::BTreeMap;

/// One change; what stands first in the file comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The column's header; empty for the file's own settings.
    pub column: String,
    pub sentence: String,
}

pub fn diff(old: &Layout, new: &Layout) -> Vec<Change> {
    let mut changes = vec![];
    settings("", describe_file(old), describe_file(new), &mut changes);
    extras("前のレコード", &old.head, &new.head, &mut changes);
    columns("", &old.columns, &new.columns, &mut changes);
    extras("後のレコード", &old.tail, &new.tail, &mut changes);
    changes
}

fn settings(
    column: &str,
    old: Vec<(&'static str, String)>,
    new: Vec<(&'static str, String)>,
    changes: &mut Vec<Change>,
) {
    for ((name, old), (_, new)) in old.into_iter().zip(new) {
        if old == new {
            continue;
        }
        let of = if column.is_empty() {
            String::new()
        } else {
            format!("列「{column}」の")
        };
        let shown = |text: String| {
            if text.is_empty() {
                "なし".to_owned()
            } else {
                format!("「{text}」")
            }
        };
        let sentence = format!("{of}{name}を{}から{}に変更", shown(old), shown(new));
        changes.push(Change {
            column: column.to_owned(),
            sentence,
        });
    }
}

fn extras(word: &str, old: &[Extra], new: &[Extra], changes: &mut Vec<Change>) {
    for index in 0..old.len().max(new.len()) {
        let sentence = match (old.get(index), new.get(index)) {
            (Some(o), Some(n)) => {
                columns(&format!("{} ", n.name), &o.columns, &n.columns, changes);
                if o.name == n.name {
                    continue;
                }
                format!("{word}の名前を「{}」から「{}」に変更", o.name, n.name)
            }
            (None, Some(n)) => format!("{word}「{}」を追加", n.name),
            (Some(o), None) => format!("{word}「{}」を削除", o.name),
            (None, None) => continue,
        };
        changes.push(Change {
            column: String::new(),
            sentence,
        });
    }
}

/// Columns are the same when their header is, the first of a name with the first, the second with the second.
fn columns(of: &str, old: &[Column], new: &[Column], changes: &mut Vec<Change>) {
    let (before, after) = (keyed(old), keyed(new));
    let mut gone: Vec<&Column> = before
        .iter()
        .zip(old)
        .filter(|(k, _)| !after.contains(k))
        .map(|(_, c)| c)
        .collect();
    for (index, (key, is)) in after.iter().zip(new).enumerate() {
        let header = format!("{of}{}", is.header);
        if let Some(was) = before.iter().position(|k| k == key).and_then(|i| old.get(i)) {
            settings(&header, describe_column(was), describe_column(is), changes);
            continue;
        }
        let renamed = gone
            .iter()
            .position(|was| same_but_header(was, is))
            .map(|i| gone.remove(i));
        let sentence = match renamed {
            Some(was) => format!("列「{of}{}」の見出しを「{}」に変更", was.header, is.header),
            None => format!("列「{header}」を{}番目に追加", index + 1),
        };
        changes.push(Change {
            column: header,
            sentence,
        });
    }
    for was in gone {
        let header = format!("{of}{}", was.header);
        changes.push(Change {
            sentence: format!("列「{header}」を削除"),
            column: header,
        });
    }
    order(of, &before, &after, changes);
}

fn same_but_header(was: &Column, is: &Column) -> bool {
    let header = is.header.clone();
    Column { header, ..was.clone() } == *is
}

type Key<'a> = (&'a str, usize);

/// Each header with how many times it has stood.
fn keyed(columns: &[Column]) -> Vec<Key<'_>> {
    let mut seen = BTreeMap::new();
    let times = |header| {
        let times = seen.entry(header).or_insert(0);
        *times += 1;
        (header, *times)
    };
    columns.iter().map(|c| c.header.as_str()).map(times).collect()
}

fn order(of: &str, before: &[Key<'_>], after: &[Key<'_>], changes: &mut Vec<Change>) {
    let kept: Vec<_> = before.iter().filter(|k| after.contains(k)).collect();
    let now: Vec<_> = after.iter().filter(|k| before.contains(k)).collect();
    if kept != now {
        let names: Vec<_> = now.iter().map(|(header, _)| *header).collect();
        let sentence = format!("{of}列の順を変更。新しい順は {}", names.join("、"));
        changes.push(Change {
            column: String::new(),
            sentence,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample::{STANDARD, layout, parsed};
    use super::*;

    fn sentences(old: &Layout, new: &Layout) -> Vec<String> {
        diff(old, new).into_iter().map(|c| c.sentence).collect()
    }

    #[test]
    fn the_same_layout_has_no_change() {
        let standard = parsed(STANDARD);
        assert!(diff(&standard, &standard.clone()).is_empty());
    }

    #[test]
    fn each_change_is_one_sentence() {
        let old = parsed(STANDARD);
        let mut new = old.clone();
        new.encoding = super::super::Encoding::Utf8Bom;
        new.columns.remove(4);
        let last = new.columns.len() - 1;
        new.columns[last].header = "種目".to_owned();
        let account = new.columns.iter_mut().find(|c| c.header == "口座番号").unwrap();
        account.pad.as_mut().unwrap().width = 8;
        let mut added = new.columns[0].clone();
        added.header = "番号2".to_owned();
        new.columns.push(added);
        assert_eq!(
            sentences(&old, &new),
            [
                "文字コードを「Shift_JIS（CP932）」から「UTF-8（BOMあり）」に変更",
                "列「口座番号」の桁数を「7文字、左に「0」」から「8文字、左に「0」」に変更",
                "列「科目」の見出しを「種目」に変更",
                "列「番号2」を29番目に追加",
                "列「理由」を削除",
            ]
        );
    }

    #[test]
    fn a_new_header_and_a_new_order_are_no_new_columns() {
        let old = layout("");
        let mut new = old.clone();
        new.columns[0].header = "別の名".to_owned();
        assert_eq!(sentences(&old, &new), ["列「番号」の見出しを「別の名」に変更"]);
        let mut new = old.clone();
        new.columns.swap(0, 1);
        assert_eq!(sentences(&old, &new), ["列の順を変更。新しい順は 氏名、番号、日付"]);
    }
}
