//! Our file beside the vendor's sample.
use super::{
    super::*,
    sample::{layout, row, written},
};
use crate::japan::cp932;
use std::collections::BTreeMap;

fn sentences(ours: &[u8], sample: &[u8], layout: &Layout) -> Vec<String> {
    let found = compare(ours, sample, layout).differences.into_iter();
    found.map(|d| d.sentence).collect()
}

fn sjis(text: &str) -> Vec<u8> {
    cp932::encode(text, &BTreeMap::new()).bytes
}

#[test]
fn the_byte_that_differs_has_its_record_column_and_place() {
    let layout = layout("header = true");
    let (ours, _) = written(&layout, &[row(&[("customer_number", "1"), ("user_name", "髙﨑")])]);
    let found = compare(&ours, &sjis("番号,氏名,日付\n1,髙崎,20260401\n"), &layout).differences;
    assert_eq!(found.len(), 1);
    let found = &found[0];
    assert_eq!(
        (found.record, found.column.as_deref(), found.offset),
        (Some(2), Some("氏名"), Some(15 + 2 + 2))
    );
    assert_eq!(
        (found.ours.hex.as_str(), found.ours.text.as_str()),
        ("FBFCFAB1", "髙﨑")
    );
    assert_eq!(
        (found.sample.hex.as_str(), found.sample.text.as_str()),
        ("FBFC8DE8", "髙崎")
    );
    assert_eq!(found.sentence, "2番目のレコードの「氏名」が、3バイト目から違います。");
}

#[test]
fn another_charset_line_end_and_quoting_are_told_once_and_not_per_value() {
    let layout = layout("header = true");
    let (ours, _) = written(&layout, &[row(&[("customer_number", "1"), ("user_name", "髙﨑")])]);
    let sample = "\u{FEFF}\"1\"\t\"髙﨑\"\t\"20260401\"\r\n\u{1A}";
    assert_eq!(
        sentences(&ours, sample.as_bytes(), &layout),
        [
            "先頭のBOMが違います。見本は「あり」、こちらは「なし」です。",
            "文字コードが違います。見本は「UTF-8」、こちらは「Shift_JIS（CP932）」です。",
            "改行が違います。見本は「CR+LF」、こちらは「LF」です。",
            "ファイルの終わりの記号（1A）が違います。見本は「あり」、こちらは「なし」です。",
            "区切り文字が違います。見本は「タブ」、こちらは「コンマ」です。",
            "見出し行が違います。見本は「なし」、こちらは「あり」です。",
            "引用符が違います。見本は「すべて引用符つき」、こちらは「必要なところだけ引用符つき」です。",
        ]
    );
}

#[test]
fn a_missing_column_and_an_empty_sample_are_told() {
    let layout = layout("");
    let (ours, _) = written(&layout, &[row(&[("customer_number", "1"), ("user_name", "a")])]);
    let found = sentences(&ours, b"1,a\n", &layout);
    assert_eq!(found, ["1番目のレコードの列の数が違います。見本は2、こちらは3です。"]);
    assert_eq!(sentences(&ours, b"", &layout), ["見本のファイルは空です。"]);
}

#[test]
fn the_same_values_written_otherwise_are_told_too() {
    let layout = layout("");
    let row = row(&[("customer_number", "1"), ("user_name", "a,b")]);
    let (ours, _) = written(&layout, &[row.clone(), row]);
    let found = compare(&ours, b"1,\"a,b\",20260401\r\n1,\"a,b\",20260401\n", &layout).differences;
    assert_eq!((found.len(), found[0].offset), (1, Some(16)));
    assert!(found[0].sentence.starts_with("値は同じですが"));
}

#[test]
fn quotes_are_judged_by_column_and_not_by_value() {
    let sample_of = |quote: &str, sample: &[u8]| {
        let layout = layout(&format!("quote = \"{quote}\""));
        let (ours, _) = written(&layout, &[row(&[("customer_number", "1"), ("user_name", "a,b")])]);
        let found = compare(&ours, sample, &layout).differences.into_iter();
        found
            .filter(Difference::is_shape)
            .map(|d| d.sentence)
            .collect::<Vec<_>>()
    };
    // Where quotes stand by need, our values and theirs need them in other places.
    assert_eq!(sample_of("needed", b"\"7,8\",x,20270101\n2,y,20270101\n"), [""; 0]);
    assert_eq!(
        sample_of("always", b"\"7\",\"x\",\"20270101\"\n\"8\",,\"20270101\"\n"),
        [""; 0]
    );
    assert_eq!(
        sample_of("always", b"7,\"x\",\"20270101\"\n"),
        ["引用符が違う項目があります（番号）。見本は「一部だけ引用符つき」、こちらは「すべて引用符つき」です。"]
    );
    assert_eq!(
        sample_of("always", b"7,x,20270101\n"),
        ["引用符が違います。見本は「引用符なし」、こちらは「すべて引用符つき」です。"]
    );
    assert_eq!(
        sample_of("needed", b"7,\"x\",20270101\n"),
        [
            "引用符が違う項目があります（氏名）。見本は「一部だけ引用符つき」、こちらは「必要なところだけ引用符つき」です。"
        ]
    );
}

#[test]
fn another_number_of_records_is_no_difference_and_head_and_tail_keep_their_places() {
    let zengin = Layout::from_toml_text(READY[1].text).unwrap();
    let one = super::sample::whole_row();
    let three: Vec<_> = ["0000001", "0000002", "0765432"]
        .map(|number| {
            let mut row = one.clone();
            row.texts.insert("account_number".into(), number.into());
            row
        })
        .into();
    let ((ours, _), (sample, _)) = (written(&zengin, &[one]), written(&zengin, &three));
    assert_eq!((rows_in(&ours, &zengin), rows_in(&sample, &zengin)), (1, 3));
    let found = compare(&ours, &sample, &zengin);
    assert_eq!(found.records, Some((4, 6)));
    let columns: Vec<_> = found.differences.iter().map(|d| d.column.as_deref().unwrap()).collect();
    // The tail counts the rows.
    assert_eq!(columns, ["口座番号", "合計件数"], "{:?}", found.differences);
    assert_eq!((found.differences[0].row, found.differences[1].row), (Some(0), None));
    let plain = layout("");
    let row = row(&[("customer_number", "1"), ("user_name", "a")]);
    let (ours, _) = written(&plain, std::slice::from_ref(&row));
    let (sample, _) = written(&plain, &[row.clone(), row]);
    let found = compare(&ours, &sample, &plain);
    assert_eq!((found.differences.len(), found.records), (0, Some((1, 2))));
}

#[test]
fn a_fixed_width_is_compared_by_its_columns_with_or_without_line_ends() {
    let zengin = Layout::from_toml_text(READY[1].text).unwrap();
    let rows = [super::sample::whole_row()];
    let (ours, _) = written(&zengin, &rows);
    let mut packed = zengin.clone();
    packed.line_end = LineEnd::None;
    let (mut sample, _) = written(&packed, &rows);
    sample[120 + 43] = b'9';
    let found = compare(&ours, &sample, &zengin).differences;
    let texts: Vec<_> = found.iter().map(|d| d.sentence.as_str()).collect();
    assert_eq!(
        texts,
        [
            "改行が違います。見本は「なし」、こちらは「CR+LF」です。",
            "最後のレコードの後の改行が違います。見本は「なし」、こちらは「あり」です。",
            "2番目のレコードの「口座番号」が、1バイト目から違います。",
        ]
    );
    assert_eq!((found[2].offset, found[2].sample.text.as_str()), (Some(163), "9765432"));
}

#[test]
fn a_sample_of_another_system_gives_a_list_that_ends() {
    let layout = layout("");
    let (ours, _) = written(&layout, &vec![row(&[("customer_number", "1")]); 500]);
    let sample = "9,x,y\n".repeat(500);
    let found = compare(&ours, sample.as_bytes(), &layout);
    // That there are more is no difference.
    assert_eq!((found.differences.len(), found.more), (200, true));
    assert!(found.differences.iter().all(|d| !d.is_shape()));
    // Many values hide nothing of the shape, which has a list of its own.
    let sample = "9,x\n".repeat(500);
    let found = compare(&ours, sample.as_bytes(), &layout);
    let shape = found.differences.iter().filter(|d| d.is_shape()).count();
    assert_eq!((shape, found.differences.len(), found.more), (200, 400, true));
}

#[test]
fn a_difference_is_of_the_shape_or_of_a_value_and_knows_what_is_personal() {
    let layout = layout("header = true");
    let (ours, _) = written(&layout, &[row(&[("customer_number", "1"), ("user_name", "a")])]);
    let found = compare(&ours, &sjis("番号,氏名,日付\r\n2,b,20260402\r\n"), &layout).differences;
    let kinds: Vec<_> = found.iter().map(|d| (d.is_shape(), d.personal)).collect();
    assert_eq!(kinds, [(true, false), (false, true), (false, true), (false, false)]);
    let short = compare(&ours, &sjis("番号,氏名,日付\n1,a\n"), &layout).differences;
    assert!(
        short[0].is_shape() && short[0].record == Some(2),
        "a record of fewer columns"
    );
}
