//! The papers say what the code does: every test they name exists, every id of the standard has its line.
use regex::Regex;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Names of every function in the sources and the tests, and the files of `tests/it`.
fn known() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut names, mut files) = (BTreeSet::new(), BTreeSet::new());
    let mut folders = vec![Path::new("src").to_owned(), Path::new("tests/it").to_owned()];
    let function = Regex::new(r"fn ([a-z_0-9]+)").unwrap();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                names.extend(function.captures_iter(&text).map(|c| c[1].to_owned()));
                files.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    (names, files)
}

#[derive(Deserialize)]
struct Map {
    requirement: Vec<Requirement>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    id: String,
    level: u8,
    topic: String,
    status: String,
    #[serde(default)]
    tests: Vec<String>,
    r#where: Option<String>,
    reason: String,
}

#[test]
fn every_id_of_the_standard_has_a_test_a_place_or_a_reason() {
    let map: Map = toml::from_str(&fs::read_to_string("docs/asvs.toml").unwrap()).unwrap();
    let (names, _) = known();
    let wanted = include_str!("asvs_ids.txt");
    let wanted: BTreeMap<&str, &str> = wanted.lines().filter_map(|l| l.split_once(' ')).collect();
    let mut wrong = vec![];
    let mut seen = BTreeSet::new();
    for r in &map.requirement {
        if !seen.insert(r.id.as_str()) {
            wrong.push(format!("{} stands twice", r.id));
        }
        if wanted.get(r.id.as_str()) != Some(&r.level.to_string().as_str()) {
            wrong.push(format!("{} at level {} is not in the standard", r.id, r.level));
        }
        let good = match r.status.as_str() {
            "test" => !r.tests.is_empty(),
            "design" => r.r#where.is_some(),
            "later" => r.reason.to_lowercase().contains("issue"),
            "not_applicable" => true,
            _ => false,
        };
        if !good || r.topic.is_empty() || r.reason.is_empty() {
            wrong.push(format!("{}: status {} without what it needs", r.id, r.status));
        }
        wrong.extend(
            r.tests
                .iter()
                .filter(|t| !exists(t, &names))
                .map(|t| format!("{}: no test {t}", r.id)),
        );
        if let Some(place) = r.r#where.as_ref().filter(|p| !Path::new(p).exists()) {
            wrong.push(format!("{}: no file {place}", r.id));
        }
    }
    wrong.extend(
        wanted
            .keys()
            .filter(|id| !seen.contains(*id))
            .map(|id| format!("{id} is missing")),
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    let count = |status| map.requirement.iter().filter(|r| r.status == status).count();
    println!(
        "{} ids: {} by test, {} by design, {} later, {} not applicable",
        seen.len(),
        count("test"),
        count("design"),
        count("later"),
        count("not_applicable")
    );
}

/// A Rust test by its name, or a browser test as `file.test.mjs: part of its title`.
fn exists(test: &str, names: &BTreeSet<String>) -> bool {
    match test.split_once(": ") {
        Some((file, title)) => {
            fs::read_to_string(Path::new("tests/browser").join(file)).is_ok_and(|t| t.contains(title))
        }
        None => names.contains(test) || Path::new("tests/browser").join(test).exists(),
    }
}

/// In the papers a test is `test name name …`, or a name of its own in a table's last column.
#[test]
fn every_test_that_the_papers_name_exists() {
    let (names, files) = known();
    let code = Regex::new(r"`test ([^`]+)`").unwrap();
    let alone = Regex::new(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`").unwrap();
    let mut wrong = vec![];
    for paper in [
        "docs/SECURITY.md",
        "docs/ARCHITECTURE.md",
        "docs/TRACEABILITY.md",
        "docs/OPERATIONS.md",
    ] {
        let text = fs::read_to_string(paper).unwrap();
        for list in code.captures_iter(&text) {
            for word in list[1].split_whitespace() {
                let found = match word.strip_suffix("::") {
                    Some(file) => files.contains(file) || Path::new("src").join(file).exists(),
                    None => names.iter().any(|n| n.contains(word)),
                };
                if !found && word != "NAME" {
                    wrong.push(format!("{paper}: {word}"));
                }
            }
        }
        wrong.extend(
            alone
                .captures_iter(&text)
                .map(|c| c[1].to_owned())
                .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
                .filter(|name| !names.contains(name) && !is_a_word_of_the_program(name))
                .map(|name| format!("{paper}: {name}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Figures, settings and words of tables look like names of tests.
fn is_a_word_of_the_program(name: &str) -> bool {
    name.starts_with("mizumado_") || config_words().contains(name)
}

fn config_words() -> String {
    let files = [
        "src/config/running.rs",
        "src/config/mod.rs",
        "src/db/schema/enrolment.rs",
        "src/db/schema/running.rs",
        "src/db/schema/places.rs",
        "migrations/sqlite/0003_enrolment/up.sql",
    ];
    files.iter().map(|f| fs::read_to_string(f).unwrap()).collect()
}
