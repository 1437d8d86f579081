//! The layouts that come with the program.
use super::{
    super::*,
    sample::{STANDARD, parsed, row, whole_row, written},
};
use crate::japan::cp932;

fn ready(name: &str) -> Layout {
    let ready = READY.iter().find(|r| r.name == name).unwrap();
    Layout::from_toml_text(ready.text).unwrap()
}

#[test]
fn every_ready_layout_is_right_and_comes_back_from_its_toml() {
    for ready in READY {
        let layout = Layout::from_toml_text(ready.text).unwrap();
        assert_eq!(Layout::from_toml_text(&layout.to_toml()).unwrap(), layout);
    }
}

#[test]
fn the_nineteen_items_are_those_of_the_bureaus_layout() {
    let (ours, standard) = (ready("standard-19"), parsed(STANDARD));
    assert_eq!(
        ours.columns[..],
        standard.columns[..standard.columns.len() - 1],
        "all but the fixed 科目"
    );
    let file = written(&ours, &[whole_row()]).0;
    assert!(cp932::decode(&file).unwrap().contains("\"髙﨑　太郎\""));
    assert_eq!(ours.file_name(&super::sample::context()), "受付結果_R080401_012.csv");
}

#[test]
fn a_zengin_file_has_four_kinds_of_records_of_120_bytes() {
    let layout = ready("zengin-120");
    let (bytes, totals) = written(&layout, &[whole_row(), whole_row()]);
    assert_eq!(
        totals.findings.iter().map(|f| f.kind.label()).collect::<Vec<_>>(),
        ["桁あふれ（切り捨て）"; 2],
        "支店名"
    );
    let text = cp932::decode(&bytes).unwrap();
    let records: Vec<&str> = text.split_terminator("\r\n").collect();
    // Half-width only: as many characters as bytes.
    assert!(records.iter().all(|r| r.chars().count() == 120) && bytes.len() == 5 * 122);
    let kinds: Vec<_> = records.iter().map(|r| r.chars().next().unwrap()).collect();
    assert_eq!(kinds, ['1', '2', '2', '8', '9']);
    assert!(records[0].starts_with("19100000000000 "));
    let places = |record: &str, from: usize, length: usize| record.chars().skip(from).take(length).collect::<String>();
    assert_eq!(places(records[0], 54, 4), "0401");
    assert_eq!(places(records[1], 0, 24), "20140ﾀﾞｲｼﾎｸｴﾂ       020ﾅ");
    assert_eq!(places(records[1], 23, 15), "ﾅｶﾞｵｶﾎﾝﾃﾝｴｲｷﾞﾖｳ");
    assert_eq!(places(records[1], 42, 8), "10765432");
    assert_eq!(places(records[1], 50, 30), format!("{:<30}", "ﾀｶｻｷ ﾀﾛｳ"));
    assert_eq!(
        places(records[1], 80, 32),
        "0000000000100000000000123456789".to_owned() + "0"
    );
    assert_eq!(places(records[3], 0, 19), "8000002000000000000");
    assert!(written(&layout, &[]).0.is_empty(), "no file without a registration");
}

#[test]
fn a_name_that_is_no_kana_keeps_its_place_and_is_told() {
    let mut broken = whole_row();
    broken.texts.insert("holder_kana_sent".to_owned(), "山田".to_owned());
    let (bytes, totals) = written(&ready("zengin-120"), &[broken]);
    assert_eq!(bytes.len(), 4 * 122);
    assert_eq!(
        totals
            .findings
            .iter()
            .filter(|f| f.kind.label() == "変換できない文字")
            .count(),
        2
    );
    let unnamed = row(&[]);
    assert!(written(&ready("zengin-120"), &[unnamed]).1.findings.is_empty());
}
