//! Reads a table of holidays and says what it changes. No I/O.
use crate::{
    crypto::sha256_hex,
    japan::{
        cp932,
        date::{parse_compact, parse_slashed},
    },
};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// Holidays and their names.
pub type Table = BTreeMap<NaiveDate, String>;

/// Reads the Cabinet Office's CSV (国民の祝日・休日月日,国民の祝日・休日名称 in Shift_JIS; `2027/1/1,元日`) or ours
/// (date,name in UTF-8; `2027-01-01,元日`); gives the text too.
///
/// # Errors
/// One Japanese sentence that names the line; nothing of a wrong file is taken.
pub fn read(bytes: &[u8]) -> Result<(String, Table), String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{FEFF}').to_owned(),
        Err(_) => cp932::decode(bytes).ok_or("休日の表は、シフトJISかUTF-8のファイルを選んでください")?,
    };
    if text.trim().is_empty() {
        return Err("休日の表のファイルを選んでください".to_owned());
    }
    let mut out = Table::new();
    // The first line is the heading, in whatever words.
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        let line = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
        let record = record.map_err(|e| format!("休日の表の{}行目を読めません", line(e.position())))?;
        let line = line(record.position());
        let (day, name) = row(&record).map_err(|what| format!("休日の表の{line}行目の{what}"))?;
        if out.insert(day, name).is_some() {
            return Err(format!("休日の表の{line}行目を確かめてください。同じ日が2つあります"));
        }
    }
    match out.is_empty() {
        true => Err("休日の表に、休日を1つ以上入力してください".to_owned()),
        false => Ok((text, out)),
    }
}

fn row(record: &csv::StringRecord) -> Result<(NaiveDate, String), String> {
    let at = |place: usize| record.get(place).unwrap_or("").trim();
    let day = parse_slashed(at(0)).or_else(|| parse_compact(at(0)));
    let day = day.ok_or("日付は、2027/1/1 か 2027-01-01 の形で入力してください")?;
    match at(1) {
        "" => Err("名前を入力してください".to_owned()),
        name => Ok((day, name.to_owned())),
    }
}

/// What a table changes, by day.
#[derive(Debug, Default)]
pub struct Difference {
    pub added: Table,
    pub removed: Table,
    /// As it is called, and as it will be.
    pub renamed: BTreeMap<NaiveDate, (String, String)>,
    pub unchanged: usize,
    /// Days that are over and stand otherwise in the table; they stay as they are.
    pub past: usize,
    /// The years that the table speaks of.
    pub years: Option<(i32, i32)>,
}

impl Difference {
    pub fn counts(&self) -> [usize; 3] {
        [self.added.len(), self.removed.len(), self.renamed.len()]
    }
    pub fn is_empty(&self) -> bool {
        self.counts() == [0; 3]
    }
    /// Names what was looked at: another difference has another digest.
    pub fn digest(&self) -> String {
        sha256_hex(format!("{:?} {:?} {:?}", self.added, self.removed, self.renamed).as_bytes())
    }
}

/// Only the years that the table names are compared, and of them only the days to come.
pub fn compare(brought: &Table, here: &Table, today: NaiveDate) -> Difference {
    let mut found = Difference::default();
    let (Some((first, _)), Some((last, _))) = (brought.first_key_value(), brought.last_key_value()) else {
        return found;
    };
    let years = (first.year(), last.year());
    found.years = Some(years);
    let days = brought
        .keys()
        .chain(here.keys())
        .collect::<std::collections::BTreeSet<_>>();
    for day in days.into_iter().filter(|d| (years.0..=years.1).contains(&d.year())) {
        let (old, new) = (here.get(day), brought.get(day));
        match (old, new) {
            (old, new) if old == new => found.unchanged += 1,
            // Our table begins later than theirs.
            _ if *day <= today => found.past += usize::from(old.is_some()),
            (None, Some(new)) => drop(found.added.insert(*day, new.clone())),
            (Some(old), None) => drop(found.removed.insert(*day, old.clone())),
            (Some(old), Some(new)) => drop(found.renamed.insert(*day, (old.clone(), new.clone()))),
            (None, None) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "国民の祝日・休日月日,国民の祝日・休日名称\n";

    fn table(rows: &str) -> Table {
        read(format!("{HEAD}{rows}").as_bytes()).unwrap().1
    }
    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_cabinet_offices_file_and_ours_are_read() {
        let text = format!("{HEAD}2027/1/1,元日\n2027/3/22,休日\n");
        let theirs = read(&cp932::encode(&text, &BTreeMap::new()).bytes).unwrap().1;
        let ours = read("\u{FEFF}date,name\n2027-01-01,元日\n2027-03-22,休日\n".as_bytes())
            .unwrap()
            .1;
        assert_eq!(theirs, ours);
        assert_eq!(theirs[&day("2027-03-22")], "休日");
    }

    #[test]
    fn only_days_to_come_of_the_years_of_the_table_change() {
        let here = table("2025/1/1,元日\n2026/1/1,元旦\n2026/12/31,大晦日\n2027/1/1,元日\n2028/1/1,元日");
        let found = compare(
            &table("1955/1/1,元日\n2026/12/30,何か\n2027/1/1,がんじつ"),
            &here,
            day("2026-11-25"),
        );
        assert_eq!(found.counts(), [1, 1, 1]);
        assert!(found.added.contains_key(&day("2026-12-30")) && found.removed.contains_key(&day("2026-12-31")));
        assert_eq!(found.renamed[&day("2027-01-01")].1, "がんじつ");
        assert_eq!((found.past, found.years), (2, Some((1955, 2027))));
        assert!(compare(&here, &here, day("2026-11-25")).is_empty());
        assert_ne!(found.digest(), compare(&here, &here, day("2026-11-25")).digest());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (rows, part) in [
            ("2027/1/1,元日\n2027/2/30,x", "3行目の日付"),
            ("2027/1/1,", "2行目の名前"),
            ("2027/1/1,a\n2027-01-01,b", "3行目を確かめてください"),
            ("", "1つ以上"),
        ] {
            let error = read(format!("{HEAD}{rows}").as_bytes()).unwrap_err();
            assert!(error.contains(part), "{rows}: {error}");
        }
        assert!(read(b"").unwrap_err().contains("選んでください"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
