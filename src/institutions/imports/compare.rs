//! Reads a table of branches and says what it changes. No I/O.
use crate::{
    crypto::sha256_hex,
    institutions::Branch,
    japan::{cp932, digits::digits},
};
use std::collections::{BTreeMap, BTreeSet};

/// Branches by institution and by their code.
pub type Branches = BTreeMap<String, BTreeMap<String, Branch>>;

const COLUMNS: [&str; 4] = ["institution_code", "branch_code", "name", "kana"];

/// Reads a CSV with the heading `institution_code,branch_code,name,kana` in UTF-8 or CP932; gives the text too.
///
/// # Errors
/// One Japanese sentence that names the line; nothing of a wrong file is taken.
pub fn read(bytes: &[u8], known: &BTreeSet<String>) -> Result<(String, Branches), String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{FEFF}').to_owned(),
        Err(_) => cp932::decode(bytes).ok_or("支店の表は、UTF-8かシフトJISのファイルを選んでください")?,
    };
    // PostgreSQL keeps no NUL.
    if text.contains('\0') {
        return Err("支店の表に文字でないものがあります。CSVのファイルを選んでください".to_owned());
    }
    if text.trim().is_empty() {
        return Err("支店の表のファイルを選んでください".to_owned());
    }
    let mut out = Branches::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| "支店の表の1行目を読めません")?;
    let places = places(headers)?;
    for record in reader.records() {
        let line = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
        let record = record.map_err(|e| format!("支店の表の{}行目を読めません", line(e.position())))?;
        let line = line(record.position());
        let (institution, branch) = row(&record, places).map_err(|what| format!("支店の表の{line}行目の{what}"))?;
        if !known.contains(&institution) {
            return Err(format!(
                "支店の表の{line}行目の金融機関（{institution}）は、取り扱っていません"
            ));
        }
        let rows = out.entry(institution).or_default();
        if rows.insert(branch.code.clone(), branch).is_some() {
            return Err(format!("支店の表の{line}行目を確かめてください。同じ店番が2つあります"));
        }
    }
    match out.is_empty() {
        true => Err("支店の表に、支店を1つ以上入力してください".to_owned()),
        false => Ok((text, out)),
    }
}

/// Where the columns stand, whatever their order.
fn places(headers: &csv::StringRecord) -> Result<[usize; 4], String> {
    let mut places = [0; 4];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let found = headers.iter().position(|h| h.trim() == name);
        let example = COLUMNS.join(",");
        *place = found.ok_or_else(|| format!("支店の表の1行目に「{name}」を入力してください（例：{example}）"))?;
    }
    Ok(places)
}

/// A line's institution and branch, or what is wrong with it.
fn row(record: &csv::StringRecord, [institution, code, name, kana]: [usize; 4]) -> Result<(String, Branch), String> {
    let at = |place: usize| record.get(place).unwrap_or("").trim();
    let number = |place: usize, length: usize, what: &str| {
        let found = digits(at(place)).filter(|d| d.len() == length);
        found.ok_or_else(|| format!("{what}は、数字{length}桁で入力してください"))
    };
    let branch = Branch {
        code: number(code, 3, "店番")?,
        name: at(name).to_owned(),
        kana: at(kana).to_owned(),
    };
    match branch.name.is_empty() || branch.kana.is_empty() {
        true => Err("支店名とよみがなを入力してください".to_owned()),
        false => Ok((number(institution, 4, "金融機関コード")?, branch)),
    }
}

/// What a table changes, in the order of its codes. Each names its institution.
#[derive(Debug, Default)]
pub struct Difference {
    pub added: Vec<(String, Branch)>,
    /// As it is, and as it becomes.
    pub changed: Vec<(String, Branch, Branch)>,
    pub retired: Vec<(String, Branch)>,
    pub unchanged: usize,
}

impl Difference {
    pub fn counts(&self) -> [usize; 3] {
        [self.added.len(), self.changed.len(), self.retired.len()]
    }
    pub fn is_empty(&self) -> bool {
        self.counts() == [0; 3]
    }
    /// Names what was looked at: another difference has another digest.
    pub fn digest(&self) -> String {
        sha256_hex(format!("{:?} {:?} {:?}", self.added, self.changed, self.retired).as_bytes())
    }
}

/// Only institutions that the table names are compared; a table of one bank retires nothing of another.
pub fn compare(brought: &Branches, here: &Branches) -> Difference {
    let mut found = Difference::default();
    let none = BTreeMap::new();
    for (institution, rows) in brought {
        let known = here.get(institution).unwrap_or(&none);
        for (code, row) in rows {
            match known.get(code) {
                None => found.added.push((institution.clone(), row.clone())),
                Some(old) if old.name == row.name && old.kana == row.kana => found.unchanged += 1,
                Some(old) => found.changed.push((institution.clone(), old.clone(), row.clone())),
            }
        }
        let gone = known.iter().filter(|(code, _)| !rows.contains_key(*code));
        found
            .retired
            .extend(gone.map(|(_, old)| (institution.clone(), old.clone())));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn known() -> BTreeSet<String> {
        ["0140", "0010"].map(str::to_owned).into()
    }
    fn table(rows: &str) -> Branches {
        read(
            format!("institution_code,branch_code,name,kana\n{rows}").as_bytes(),
            &known(),
        )
        .unwrap()
        .1
    }

    #[test]
    fn a_table_of_one_bank_touches_no_other() {
        let here = table("0140,020,長岡支店,ナガオカ\n0140,021,新支店,シン\n0010,100,東京,トウキョウ");
        let found = compare(&table("0140,020,長岡本店,ナガオカ\n0140,022,北,キタ"), &here);
        assert_eq!(found.counts(), [1, 1, 1]);
        assert_eq!(
            (found.added[0].1.code.as_str(), found.retired[0].1.code.as_str()),
            ("022", "021")
        );
        let same = compare(&here, &here);
        assert!(same.is_empty() && same.unchanged == 3);
        assert_ne!(found.digest(), same.digest());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (rows, part) in [
            ("0140,020,長岡,ナガオカ\n0140,20,a,b", "3行目の店番"),
            ("9999,020,長岡,ナガオカ", "2行目の金融機関（9999）"),
            ("0140,020,,ナガオカ", "2行目の支店名"),
            ("0140,020,a,b\n0140,020,c,d", "3行目を確かめてください"),
            ("", "1つ以上"),
        ] {
            let text = format!("institution_code,branch_code,name,kana\n{rows}");
            let error = read(text.as_bytes(), &known()).unwrap_err();
            assert!(error.contains(part), "{rows}: {error}");
        }
        assert!(read(b"a,b\n1,2", &known()).unwrap_err().contains("institution_code"));
    }

    #[test]
    fn both_encodings_are_read() {
        let text = "institution_code,branch_code,name,kana\n0140,020,長岡支店,ナガオカ\n";
        let sjis = cp932::encode(text, &BTreeMap::new()).bytes;
        assert_eq!(read(&sjis, &known()).unwrap().1["0140"]["020"].name, "長岡支店");
        let bom = format!("\u{FEFF}{text}");
        assert_eq!(read(bom.as_bytes(), &known()).unwrap().1["0140"].len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, &known());
        }
    }
}
