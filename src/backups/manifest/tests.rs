#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn name() -> BackupName {
    "mizumado-20261122T030000Z.sqlite".parse().unwrap()
}

fn manifest() -> Manifest {
    let sum = |bytes, digit: &str| Sum {
        bytes,
        sha256: digit.repeat(64),
    };
    let audit = AuditHead {
        number: 812,
        hash: "c".repeat(64),
    };
    let mut manifest = Manifest::new(name(), "0.1.0", sum(1000, "a"), sum(9000, "b"), audit);
    manifest.counts.insert("applications".into(), 12);
    manifest
}

fn keyed(key: &'static str) -> impl Fn(&str) -> String {
    move |text| format!("{key}-{}", text.len())
}

#[test]
fn a_manifest_reads_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = manifest();
    let path = manifest.write(folder.path()).unwrap();
    assert!(path.ends_with("mizumado-20261122T030000Z.sqlite.json"));
    assert_eq!(Manifest::read(&path).unwrap(), manifest);
    manifest.verified_at = Some(manifest.taken_at + chrono::Duration::minutes(3));
    manifest.sign(keyed("k"));
    manifest.write(folder.path()).unwrap();
    assert_eq!(Manifest::read(&path).unwrap(), manifest);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"taken_at\": \"2026-11-22T03:00:00Z\""), "{text}");
    assert!(text.contains("\"verified_at\": \"2026-11-22T03:03:00Z\""), "{text}");
}

#[test]
fn the_names_of_both_files_tell_the_time_and_the_engine() {
    assert_eq!(name().sealed_file(), "mizumado-20261122T030000Z.sqlite.gz.age");
    assert_eq!(name().manifest_file(), "mizumado-20261122T030000Z.sqlite.json");
    for file in [name().sealed_file(), name().manifest_file()] {
        assert_eq!(BackupName::of_file(&file), Some(name()));
    }
}

#[test]
fn another_file_is_no_backup() {
    for other in [
        "",
        "mizumado-20261122T030000Z.sqlite",
        "mizumado-20261122T030000Z.mysql.json",
        "mizumado-20261322T030000Z.sqlite.json",
        "mizumado-20261122T030000.sqlite.json",
        "mizumado-+12026-1122T030000Z.sqlite.json",
        "../mizumado-20261122T030000Z.sqlite.json",
        ".mizumado-20261122T030000Z.sqlite.gz.age.part",
    ] {
        assert_eq!(BackupName::of_file(other), None, "{other}");
    }
}

#[test]
fn a_manifest_under_another_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = manifest().write(folder.path()).unwrap();
    let other = folder.path().join("mizumado-20261123T030000Z.sqlite.json");
    std::fs::rename(path, &other).unwrap();
    let error = Manifest::read(&other).unwrap_err().to_string();
    assert!(
        error.contains("20261123") && error.contains("it describes mizumado-20261122T030000Z"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_with_a_manifest_is_said() {
    let good = manifest().text();
    for (from, to, said) in [
        ("\"format\": 1", "\"format\": 2", "use the program that made it"),
        ("\"format\": 1", "\"formatt\": 1", "missing field `format`"),
        ("\"audit\"", "\"audits\"", "audits"),
        ("\"sqlite\"", "\"mysql\"", "mysql"),
        ("aaaa", "AAAA", "64 hexadecimal digits"),
        ("2026-11-22T", "12026-11-22T", "taken_at"),
        ("\"applications\"", "\"山田 太郎\"", "is no table"),
    ] {
        assert!(good.contains(from), "{from}");
        let error = Manifest::parse(&good.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(said) || to.contains("12026"), "{to}: {error}");
    }
}

#[test]
fn a_changed_manifest_is_not_signed_any_more() {
    let mut signed = manifest();
    assert!(!signed.is_signed_by(keyed("k")));
    signed.sign(keyed("k"));
    assert!(Manifest::parse(&signed.text()).unwrap().is_signed_by(keyed("k")));
    assert!(!signed.is_signed_by(keyed("other")));
    signed.counts.insert("applications".into(), 120);
    assert!(!signed.is_signed_by(keyed("k")));
}

proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in ".{0,300}") {
        let _ = Manifest::parse(&text);
        let _ = BackupName::of_file(&text);
    }

    #[test]
    fn a_damaged_manifest_never_makes_the_parser_panic(at in 0..600_usize, with in "[\\x20-\\x7e]{0,4}") {
        let mut text = manifest().text();
        let at = at.min(text.len());
        text.replace_range(at..(at + 2).min(text.len()), &with);
        if let Ok(manifest) = Manifest::parse(&text) {
            prop_assert_eq!(Manifest::parse(&manifest.text()), Ok(manifest));
        }
    }

    #[test]
    fn every_name_reads_as_it_was_written(seconds in 0..4_000_000_000_i64, postgres: bool) {
        let engine = if postgres { Engine::Postgres } else { Engine::Sqlite };
        let taken_at = chrono::DateTime::from_timestamp(seconds, 5).unwrap().naive_utc();
        let name = BackupName::new(taken_at, engine);
        prop_assert_eq!(name.to_string().parse(), Ok(name));
        prop_assert_eq!(BackupName::of_file(&name.sealed_file()), Some(name));
    }
}
