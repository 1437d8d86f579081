//! The bureau's file: its bytes, its layouts, its report of characters.
use crate::{applicant::Applicant, browser::Browser, harness::World};
use mizumado::{
    config::Source,
    deliveries::{Context, FileWriter, Kind, Layout, Row, Totals},
    enrolment::{self, ResultRecord},
    japan::cp932,
};

const STANDARD: &str = include_str!("../../config/layouts/standard.toml");

fn layout(text: &str) -> Result<Layout, String> {
    Layout::parse(&Source::built_in("layout.toml", text)).map_err(|e| e.to_string())
}

struct Written {
    bytes: Vec<u8>,
    report: Vec<u8>,
    totals: Totals,
}

fn write(layout: &Layout, records: &[ResultRecord]) -> Written {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let context = Context {
        batch_number: 1,
        delivery_date: day,
        made_at: day.and_hms_opt(6, 0, 0).unwrap(),
        layout_version: 1,
    };
    let (mut bytes, mut report) = (vec![], vec![]);
    let mut writer = FileWriter::new(layout, context, &mut bytes).with_report(&mut report);
    for record in records {
        writer.row(record as &dyn Row).unwrap();
    }
    let totals = writer.finish().unwrap();
    Written { bytes, report, totals }
}

async fn records(world: &World) -> Vec<ResultRecord> {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let (from, to) = (now - chrono::Duration::days(1), now + chrono::Duration::days(1));
    let read = move |conn: &mut mizumado::db::Conn| enrolment::results(conn, &workspace, from, to);
    world.workspace.db.read(read).await.unwrap()
}

#[actix_web::test]
async fn three_enrolments_make_three_rows_in_cp932() {
    for world in World::all().await {
        let applicants = [
            Applicant {
                family: ("髙﨑", "たかさき"),
                ..Applicant::default()
            },
            Applicant::yucho(),
            Applicant {
                institution: "5666",
                account: (first_branch(&world, "5666").await, "765432".into()),
                customer_number: "5666000001".into(),
                family: ("𠮷野", "よしの"),
                ..Applicant::default()
            },
        ];
        for applicant in applicants {
            let mut browser = Browser::new(&world.url);
            let left = applicant.hand_off(&mut browser).await;
            left.finish(&world, &mut browser).await.expect("完了しました");
        }
        let written = write(&layout(STANDARD).unwrap(), &records(&world).await);
        assert_eq!(written.totals.rows, 3);
        let text = cp932::decode(&written.bytes).expect("Windows-31J");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines.len(), 5, "header, three rows, nothing after the last line end");
        assert!(lines[0].starts_with("\"受付番号\",\"受付日時\",\"結果\""));
        assert!(
            lines[1].contains("\"髙﨑　太郎\"") && lines[1].contains("\"ﾀｶｻｷ ﾀﾛｳ\""),
            "{}",
            lines[1]
        );
        assert!(lines[1].contains("\"0140\",\"第四北越銀行\",\"020\""));
        assert!(lines[2].contains("\"9900\"") && lines[2].contains("\"408\"") && lines[2].contains("\"1234567\""));
        assert!(
            lines[3].contains("\"吉野　太郎\"") && lines[3].contains("\"0765432\""),
            "{}",
            lines[3]
        );
        // 𠮷 fits in no Shift_JIS: the row, the column, the character and its substitute are told.
        assert!(written.totals.findings_total > 0);
        let report = String::from_utf8(written.report).unwrap();
        assert!(
            report.starts_with('\u{FEFF}') && report.contains("U+20BB7") && report.contains("吉"),
            "{report}"
        );
        assert!(!text.contains('?') && !text.contains("&#"));
        // The very bytes of 髙 (NEC-selected IBM extension) and the line end.
        assert!(written.bytes.windows(2).any(|w| w == [0xFB, 0xFC]));
        assert!(written.bytes.ends_with(b"\r\n"));
    }
}

async fn first_branch(world: &World, institution: &'static str) -> String {
    let read = move |conn: &mut mizumado::db::Conn| {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        mizumado::institutions::search_branches(conn, institution, "", today, 1).map_err(mizumado::db::DbError::from)
    };
    world.workspace.db.read(read).await.unwrap().0[0].code.clone()
}

#[actix_web::test]
async fn a_layout_changes_columns_codes_padding_and_encoding() {
    let world = World::sqlite().await;
    let mut browser = Browser::new(&world.url);
    let applicant = Applicant {
        family: ("=cmd|", "やまだ"),
        ..Applicant::default()
    };
    let left = applicant.hand_off(&mut browser).await;
    left.finish(&world, &mut browser).await;
    let text = r#"
name = "t"
encoding = "utf-8-bom"
line_end = "lf"
header = false
quote = "needed"
reader = "spreadsheet"
states = ["registered"]
[[column]]
header = "a"
field = "customer_number"
pad = { width = 12, with = "0", side = "left" }
[[column]]
header = "b"
field = "user_name"
[[column]]
header = "c"
fixed = "91"
[[column]]
header = "d"
field = "new_code"
map = { "1" = "N", "*" = "X" }
[[column]]
header = "e"
field = "decided_at"
date = "wareki"
[[column]]
header = "f"
field = "account_number"
pad = { width = 3, with = "0", side = "left" }
"#;
    let written = write(&layout(text).unwrap(), &records(&world).await);
    let line = String::from_utf8(written.bytes.clone()).unwrap();
    assert!(
        line.starts_with("\u{FEFF}000123456789,'=cmd|　太郎,91,N,令和"),
        "{line}"
    );
    assert!(line.ends_with(",1234567\n"), "a value too long is left whole: {line}");
    assert!(
        written
            .totals
            .findings
            .iter()
            .any(|f| f.column == "f" && matches!(f.kind, Kind::TooLong { .. }))
    );
    let machine = text.replace("spreadsheet", "machine");
    let exact = write(&layout(&machine).unwrap(), &records(&world).await);
    assert!(
        String::from_utf8(exact.bytes).unwrap().contains(",=cmd|　太郎,"),
        "exact for a machine"
    );
    let none = text.replace("[\"registered\"]", "[\"rejected\"]");
    assert_eq!(write(&layout(&none).unwrap(), &records(&world).await).totals.rows, 0);
}

#[test]
fn a_wrong_layout_is_refused_with_its_line() {
    let line_of = |needle: &str| STANDARD.lines().position(|l| l.contains(needle)).unwrap() + 1;
    let cases = [
        ("field = \"branch_code\"", "field = \"branch\"", "is no field"),
        ("encoding = \"cp932\"", "encoding = \"sjis\"", "sjis"),
        ("quote = \"always\"", "qoute = \"always\"", "qoute"),
    ];
    for (good, wrong, named) in cases {
        let error = layout(&STANDARD.replacen(good, wrong, 1)).unwrap_err();
        assert!(
            error.contains(named) && error.contains(&format!("line {}", line_of(good))),
            "{error}"
        );
    }
    assert!(
        layout(&STANDARD.replace("fixed = ", "# fixed = "))
            .unwrap_err()
            .contains("either field or fixed")
    );
}

#[test]
fn the_docs_list_every_field() {
    let docs = include_str!("../../docs/LAYOUTS.md");
    for field in mizumado::deliveries::FIELDS {
        assert!(
            docs.contains(&format!("`{}`", field.name)),
            "docs/LAYOUTS.md lacks {}",
            field.name
        );
    }
}
