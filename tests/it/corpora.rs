//! The corpora of the fuzz targets, once through each target (S12). `make fuzz` changes and grows them.
#[path = "../../fuzz/src/place.rs"]
mod place;
#[path = "../../fuzz/src/targets.rs"]
mod targets;

use std::{collections::BTreeSet, fs, path::Path};

/// Runs a target over every file of its folder; gives how many there were.
fn replay(name: &str) -> usize {
    let target = targets::find(name).unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(Path::new("fuzz/corpus").join(name)).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        let fell = std::panic::catch_unwind(|| target(&data)).is_err();
        assert!(!fell, "{} breaks a promise", path.display());
        seen += 1;
    }
    seen
}

#[test]
fn every_corpus_passes_its_target() {
    let folders: BTreeSet<String> = fs::read_dir("fuzz/corpus")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let names: BTreeSet<String> = targets::ALL.map(|(name, _)| name.to_owned()).into();
    assert_eq!(folders, names, "a corpus for each target and a target for each corpus");
    let mut all = 0;
    for name in &names {
        let seen = replay(name);
        assert!(seen >= 8, "{name}: {seen}");
        println!("{name}: {seen} inputs");
        all += seen;
    }
    println!("{all} inputs through {} targets", names.len());
}
