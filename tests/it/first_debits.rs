//! The first debit's result, from the billing system: whether a registration was really there.
use crate::{
    applicant::Applicant,
    browser::Browser,
    harness::{Wish, World},
};
use chrono::Duration;
use mizumado::{
    japan::cp932,
    reconciliation::{self, Imported, import_first_debits, read_first_debits},
};

const ALARM: &str = "reconciliation.first_debit";

/// An application whose account ends in the scenario's digits, brought to its end; gives the receipt number.
async fn ended(world: &World, digits: &str) -> String {
    let mut browser = Browser::new(&world.url);
    let left = Applicant::scenario(digits).hand_off(&mut browser).await;
    left.finish(world, &mut browser).await;
    left.receipt_number
}

fn csv(lines: &[(&str, &str)]) -> String {
    let lines = lines
        .iter()
        .map(|(number, code)| format!("{number},2026-12-28,{code}\r\n"));
    "番号,振替日,振替結果コード\r\n".to_owned() + &lines.collect::<String>()
}

async fn import(world: &World, file: &[u8]) -> Imported {
    let debits = read_first_debits(file).unwrap();
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    world
        .write(move |conn| import_first_debits(conn, &workspace, &debits, now))
        .await
}

async fn differences(world: &World) -> Vec<&'static str> {
    let open = world.write(|conn| Ok(reconciliation::open_differences(conn)?)).await;
    open.iter().map(|d| d.kind.as_str()).collect()
}

#[actix_web::test]
async fn a_debit_without_a_mandate_calls_a_person_and_the_same_file_changes_nothing() {
    let wish = Wish {
        top_settings: "operators = [\"op@example.jp\"]\n".into(),
        ..Wish::default()
    };
    for world in World::all_with(wish).await {
        let number = ended(&world, "67").await;
        let file = csv(&[(&number, "4")]);
        let first = Imported {
            lines: 1,
            differences: 1,
            ..Imported::default()
        };
        assert_eq!(import(&world, file.as_bytes()).await, first);
        let second = Imported {
            lines: 1,
            again: 1,
            ..Imported::default()
        };
        assert_eq!(import(&world, file.as_bytes()).await, second);
        assert_eq!(differences(&world).await, ["no_mandate"]);
        assert_eq!(world.alarms().await, [ALARM]);
        world.run_jobs().await;
        let mails = world.mails();
        let told: Vec<_> = mails.iter().filter(|m| m.recipient == "op@example.jp").collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].body.contains("初回振替ができなかった申込みが1件") && !told[0].body.contains(&number));
        assert_eq!(world.audit("first_debits.imported").await.len(), 2);
        // The witnesses of the attempt agree; what the bank said of the debit is another matter.
        for _ in 0..2 {
            world.pass(Duration::days(1)).await;
        }
        assert_eq!(differences(&world).await, ["no_mandate"]);
        let registered = "select count(*) as n from applications where state = 'registered'";
        assert_eq!(world.count(registered).await, 1, "only people correct it");
    }
}

#[actix_web::test]
async fn each_code_is_told_apart_and_both_numbers_find_the_application() {
    for world in World::all().await {
        // Funds may lack although the mandate is there.
        let codes = [
            ("67", "0"),
            ("68", "1"),
            ("69", "2"),
            ("70", "3"),
            ("71", "8"),
            ("72", "9"),
        ];
        let mut lines = vec![];
        for (digits, code) in codes {
            lines.push((ended(&world, digits).await, code));
        }
        ended(&world, "73").await;
        lines.push(("01234567-73".into(), "４"));
        let lines: Vec<_> = lines.iter().map(|(n, c)| (n.as_str(), *c)).collect();
        let imported = import(&world, csv(&lines).as_bytes()).await;
        assert_eq!(
            (imported.lines, imported.differences, imported.unmatched),
            (7, 5, vec![])
        );
        let mut kinds = differences(&world).await;
        kinds.sort_unstable();
        let refused = "debit_refused";
        assert_eq!(kinds, [refused, refused, refused, refused, "no_mandate"]);
    }
}

#[actix_web::test]
async fn a_number_of_no_registered_application_is_named_by_its_line() {
    for world in World::all().await {
        let registered = ended(&world, "67").await;
        let refused = ended(&world, "01").await;
        let lines = [
            ("9999999999", "4"),
            (registered.as_str(), "0"),
            (refused.as_str(), "4"),
            ("", "0"),
        ];
        let imported = import(&world, csv(&lines[..3]).as_bytes()).await;
        assert_eq!(imported.unmatched, [2, 4]);
        assert!(differences(&world).await.is_empty());
        assert_eq!(world.alarms().await, Vec::<String>::new());
        let error = read_first_debits(csv(&lines).as_bytes()).unwrap_err();
        assert!(error.starts_with("5行目の番号"), "{error}");
    }
}

#[actix_web::test]
async fn both_encodings_are_read() {
    let text = csv(&[("7KQ-4M9-TXH", "4")]);
    let encoded = cp932::encode(&text, &std::collections::BTreeMap::new()).bytes;
    let with_bom = format!("\u{FEFF}{text}");
    for bytes in [text.as_bytes(), with_bom.as_bytes(), &encoded] {
        let debits = read_first_debits(bytes).unwrap();
        assert_eq!(
            (debits[0].number.as_str(), debits[0].code.as_str()),
            ("7KQ-4M9-TXH", "4")
        );
        assert_eq!(debits[0].debited_on.to_string(), "2026-12-28");
    }
    assert_ne!(encoded, text.as_bytes());
    let neither = read_first_debits(b"\x80\xFF\xFE").unwrap_err();
    assert!(neither.contains("シフトJIS"), "{neither}");
}

#[actix_web::test]
async fn a_wrong_line_refuses_the_whole_file_and_is_named() {
    let good = "7KQ-4M9-TXH,2026-12-28,0\n";
    let cases = [
        ("7KQ-4M9-TXH,2026-12-28,5\n", "3行目の振替結果コード"),
        ("7KQ-4M9-TXH,2026-12-28,\n", "3行目の振替結果コード"),
        ("7KQ-4M9-TXH,2026-02-30,0\n", "3行目の振替日"),
        (",2026-12-28,0\n", "3行目の番号"),
        ("7KQ-4M9-TXH,2026-12-28\n", "3行目"),
    ];
    for (wrong, said) in cases {
        let file = format!("番号,振替日,振替結果コード\n{good}{wrong}{good}");
        let error = read_first_debits(file.as_bytes()).err();
        let error = error.unwrap_or_else(|| panic!("{wrong} was taken"));
        assert!(error.starts_with(said), "{error}");
    }
    let headless = read_first_debits(good.as_bytes()).unwrap_err();
    assert!(headless.contains("見出しに「番号」"), "{headless}");
}

#[actix_web::test]
async fn blank_lines_do_not_shift_the_number_of_a_wrong_line() {
    for end in ["\n", "\r\n"] {
        let lines = ["番号,振替日,振替結果コード", "", "7KQ-4M9-TXH,2026-12-28,0", "", ""];
        let good = lines.join(end);
        let debits = read_first_debits(good.as_bytes()).unwrap();
        assert_eq!(debits[0].line, 3);
        for wrong in ["7KQ-4M9-TXH,2026-12-28,7", "7KQ-4M9-TXH"] {
            let error = read_first_debits(format!("{good}{wrong}{end}").as_bytes()).unwrap_err();
            assert!(error.starts_with("5行目"), "{error}");
        }
    }
}

#[actix_web::test]
async fn a_corrected_file_of_the_same_day_calls_a_person() {
    for world in World::all().await {
        let number = ended(&world, "67").await;
        assert_eq!(import(&world, csv(&[(&number, "0")]).as_bytes()).await.differences, 0);
        assert_eq!(import(&world, csv(&[(&number, "4")]).as_bytes()).await.differences, 1);
        assert_eq!(differences(&world).await, ["no_mandate"]);
    }
}
