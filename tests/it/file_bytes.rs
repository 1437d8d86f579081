//! Two delivered files, byte for byte, as literals: whatever encodes, fills or ends a line otherwise stops here.
use chrono::NaiveDate;
use mizumado::{
    deliveries::{Context, FileWriter, Layout, READY, Totals},
    enrolment::ResultRecord,
};

/// A cell a line, quoted, with its comma; the last one with CR LF.
const HEADER: [&str; 28] = [
    "228ef3957494d48d86222c",
    "228ef3957493fa8e9e222c",
    "228c8b89ca222c",
    "228c8b89ca96bc8fcc222c",
    "22979d9752222c",
    "22936f985e93fa222c",
    "2290568b4b8352815b8368222c",
    "22905c8d9e8be695aa222c",
    "2282a896e282a28d8782ed82b994d48d86222c",
    "22975895d694d48d86222c",
    "228e6797708fea8f8a222c",
    "228e6797708ed28e8196bc222c",
    "228e6797708ed28e8196bc834a8369222c",
    "228b8c8e6797708ed28e8196bc222c",
    "228b8c8e6797708ed28e8196bc834a8369222c",
    "229364986294d48d868ea991ee222c",
    "229364986294d48d868bce96b190e6222c",
    "229364986294d48d868c6791d1222c",
    "228e6797708a4a8e6e93fa222c",
    "228be0975a8b408ad68352815b8368222c",
    "228be0975a8b408ad696bc222c",
    "228e7893588352815b8368222c",
    "228e78935896bc222c",
    "2297618be08eed95ca222c",
    "228cfb8dc094d48d86222c",
    "228cfb8dc096bc8b60906c222c",
    "228cfb8dc096bc8b60906c834a8369222c",
    "228381815b838b83418368838c8358220d0a",
];

/// `𠮷` is written `吉`; `髙` and `①` are Windows' own.
const ROW: [&str; 28] = [
    "22374b512d344d392d545848222c",
    "223230323630343031313033303030222c",
    "2231222c",
    "22936f985e8aae97b9222c",
    "22222c",
    "223230323630343031222c",
    "2231222c",
    "2231222c",
    "2231323334353637383930222c",
    "2239343030303632222c",
    "2292b789aa8e7391e58ee892ca322d368140fbfc8bb48372838b87408d868eba222c",
    "228b679363814089d48e71222c",
    "22837e8359836d8140836e83698352222c",
    "22222c",
    "22222c",
    "22222c",
    "22222c",
    "223039303030303031323334222c",
    "223230323630343031222c",
    "2230313430222c",
    "2291e68e6c966b897a8be28d73222c",
    "22303230222c",
    "2292b789aa8e789358222c",
    "2231222c",
    "2230373635343332222c",
    "228b679363814089d48e71222c",
    "22d0bddec920cac5ba222c",
    "2268616e616b6f406578616d706c652e6a70220d0a",
];

/// Fields of the 120 bytes, spaces and zeros filled; CR LF behind the last.
const ZENGIN_HEAD: [&str; 13] = [
    "31",
    "3931",
    "30",
    "30303030303030303030",
    "20202020202020202020202020202020202020202020202020202020202020202020202020202020",
    "30343031",
    "30303030",
    "202020202020202020202020202020",
    "303030",
    "202020202020202020202020202020",
    "31",
    "30303030303030",
    "20202020202020202020202020202020200d0a",
];

/// A registration; a voiced mark is a byte of its own.
const ZENGIN_ROW: [&str; 14] = [
    "32",
    "30313430",
    "c0deb2bcceb8b4c220202020202020",
    "303230",
    "c5b6deb5b620202020202020202020",
    "20202020",
    "31",
    "30373635343332",
    "d0bddec920cac5ba20202020202020202020202020202020202020202020",
    "30303030303030303030",
    "31",
    "3030303030303030303031323334353637383930",
    "30",
    "20202020202020200d0a",
];

/// `𠮷` is no kana and not in CP932: `〓`, two bytes wide, and the record keeps its length.
const ZENGIN_HARD_ROW: [&str; 14] = [
    "32",
    "30313430",
    "c0deb2bcceb8b4c220202020202020",
    "303230",
    "c5b6deb5b620202020202020202020",
    "20202020",
    "31",
    "30373635343332",
    "81acc0cac5ba202020202020202020202020202020202020202020202020",
    "30303030303030303030",
    "31",
    "3030303030303030303031323334353637383930",
    "30",
    "20202020202020200d0a",
];

/// Two rows; every amount is zero.
const ZENGIN_TAIL: [&str; 9] = [
    "38",
    "303030303032",
    "303030303030303030303030",
    "303030303030",
    "303030303030303030303030",
    "303030303030",
    "303030303030303030303030",
    "20202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020",
    "202020202020202020200d0a",
];

const ZENGIN_END: [&str; 4] = [
    "39",
    "20202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020",
    "20202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020",
    "2020202020202020200d0a",
];

fn written(name: &str, rows: &[ResultRecord]) -> (String, Totals) {
    let ready = READY.iter().find(|r| r.name == name).unwrap();
    let layout = Layout::from_toml_text(ready.text).unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
    let context = Context {
        batch_number: 12,
        delivery_date: day,
        made_at: day.and_hms_opt(9, 5, 0).unwrap(),
        layout_version: 1,
    };
    let mut bytes = vec![];
    let mut writer = FileWriter::new(&layout, context, &mut bytes);
    for row in rows {
        writer.row(row).unwrap();
    }
    let totals = writer.finish().unwrap();
    (hex::encode(bytes), totals)
}

/// 𠮷田 花子, whose account number begins with a zero that the institution left out.
fn row() -> ResultRecord {
    let mut row = ResultRecord::sample();
    row.account_number = "765432".into();
    for name in [&mut row.details.user_name, &mut row.details.holder_name] {
        *name = "𠮷田　花子".into();
    }
    row
}

/// Column and kind of everything that was told.
fn told(totals: &Totals) -> Vec<(&str, &str)> {
    totals
        .findings
        .iter()
        .map(|f| (f.column.as_str(), f.kind.label()))
        .collect()
}

#[test]
fn the_nineteen_items_are_these_bytes() {
    let (bytes, totals) = written("standard-19", &[row()]);
    assert_eq!(bytes, HEADER.concat() + &ROW.concat());
    let hard = "書けない文字";
    assert_eq!(told(&totals), [("使用者氏名", hard), ("口座名義人", hard)]);
    // A day without a result is a file with its header line.
    assert_eq!(written("standard-19", &[]).0, HEADER.concat());
}

#[test]
fn the_records_of_120_bytes_are_these_bytes() {
    let mut hard = row();
    hard.holder_kana_sent = "𠮷ﾀﾊﾅｺ".into();
    let (bytes, totals) = written("zengin-120", &[row(), hard]);
    let records = [
        ZENGIN_HEAD.concat(),
        ZENGIN_ROW.concat(),
        ZENGIN_HARD_ROW.concat(),
        ZENGIN_TAIL.concat(),
        ZENGIN_END.concat(),
    ];
    assert_eq!(bytes, records.concat());
    let told = told(&totals);
    assert_eq!(told, [("預金者名", "変換できない文字"), ("預金者名", "書けない文字")]);
}
