//! The list of what the program is made of is whole (S13).
use regex::bytes::Regex;
use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

fn sbom() -> Value {
    let file = tempfile::NamedTempFile::new().unwrap();
    let made = Command::new("scripts/sbom").arg(file.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap()
}

/// Name and version of every crate whose place in the registry stands in the program, as a panic would name it.
fn named_in_the_program() -> BTreeSet<String> {
    let program = std::fs::read(env!("CARGO_BIN_EXE_mizumado")).unwrap();
    let place = Regex::new(r"/registry/src/[^/\x00]+/([A-Za-z0-9_-]+?)-([0-9]+\.[0-9][0-9A-Za-z.+-]*)/").unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let found = place.captures_iter(&program);
    found
        .map(|c| format!("pkg:cargo/{}@{}", text(&c[1]), text(&c[2])))
        .collect()
}

#[test]
fn every_crate_in_the_program_stands_in_the_sbom_with_licence_and_digest() {
    let sbom = sbom();
    assert_eq!(
        (&sbom["bomFormat"], &sbom["specVersion"]),
        (&"CycloneDX".into(), &"1.6".into())
    );
    let components = sbom["components"].as_array().unwrap();
    let listed: BTreeSet<String> = components
        .iter()
        .map(|c| c["purl"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed.len(), components.len(), "each stands once");
    for component in components {
        let digest = component["hashes"][0]["content"].as_str().unwrap_or_default();
        assert!(
            digest.len() >= 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()),
            "{component}"
        );
        assert!(
            component["licenses"][0]["expression"].is_string() || component["name"] == "htmx.org",
            "{component}"
        );
    }
    let named = named_in_the_program();
    assert!(named.len() > 50, "{named:?}");
    let missing: Vec<&String> = named.difference(&listed).collect();
    assert!(missing.is_empty(), "in the program and not in the list: {missing:?}");
    assert!(
        listed.iter().any(|p| p.starts_with("pkg:npm/htmx.org@")),
        "what is embedded"
    );
    // What is only for the tests is no part of the program.
    for of_tests in ["proptest", "insta", "scraper", "s3s"] {
        assert!(
            !listed.iter().any(|p| p.starts_with(&format!("pkg:cargo/{of_tests}@"))),
            "{of_tests}"
        );
    }
    let known: BTreeSet<&str> = components.iter().filter_map(|c| c["bom-ref"].as_str()).collect();
    for entry in sbom["dependencies"].as_array().unwrap() {
        for needed in entry["dependsOn"].as_array().unwrap() {
            assert!(known.contains(needed.as_str().unwrap()), "{needed}");
        }
    }
    println!(
        "{} components; {} of them name themselves in the program",
        listed.len(),
        named.len()
    );
}
