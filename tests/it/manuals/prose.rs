//! How the manuals are written: polite, short, in Japanese, one word for a thing.
use super::{all, texts};
use mizumado::manuals::{Kind, Manual};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// Sentences of a manual: what ends in 。, without code, addresses and marks.
fn sentences(manual: &Manual) -> Vec<String> {
    let mut found = vec![];
    for text in texts(manual) {
        let mut in_code = false;
        let mut paragraph = String::new();
        for line in text.lines().chain([""]) {
            if line.starts_with("```") {
                in_code = !in_code;
                continue;
            }
            let line = line.trim();
            let begins = line.is_empty() || line.starts_with(['|', '#', '<', '!']) || is_item(line);
            if begins {
                split(&paragraph, &mut found);
                paragraph.clear();
            }
            if in_code || line.starts_with(['|', '#', '<', '!']) {
                continue;
            }
            paragraph.push_str(plain(line).trim_start_matches(['-', '>', ' ']));
        }
    }
    found
}

fn is_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("> ") || (rest.len() < line.len() && rest.starts_with(". "))
}

/// Cut at 。, but not inside 「」 and （）.
fn split(paragraph: &str, found: &mut Vec<String>) {
    let (mut depth, mut sentence) = (0_i32, String::new());
    for c in paragraph.chars() {
        sentence.push(c);
        match c {
            '「' | '（' | '『' => depth += 1,
            '」' | '）' | '』' => depth -= 1,
            '。' if depth <= 0 => {
                found.push(std::mem::take(&mut sentence).trim().to_owned());
                depth = 0;
            }
            _ => {}
        }
    }
}

/// Links become their words; code and comments go.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("](") {
        out.push_str(&rest[..at]);
        rest = rest[at..].split_once(')').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let without_code: String = out.split('`').step_by(2).collect();
    without_code.replace(['[', ']', '*'], "")
}

#[test]
fn sentences_are_short_and_polite() {
    const ENDINGS: [&str; 10] = [
        // 「…こと。」 is how an aim is set down.
        "こと。",
        "ます。",
        "です。",
        "ません。",
        "ください。",
        "でした。",
        "ました。",
        "ましょう。",
        "ですか。",
        "ますか。",
    ];
    let mut wrong = vec![];
    for manual in all().all() {
        let sentences = sentences(manual);
        if sentences.is_empty() {
            continue;
        }
        let length: usize = sentences.iter().map(|s| s.chars().count()).sum();
        let average = length / sentences.len();
        if average > 60 {
            wrong.push(format!("{}: {average} characters a sentence", manual.name));
        }
        let rude = sentences
            .iter()
            .map(|sentence| without_minutes(sentence))
            .filter(|s| {
                !ENDINGS
                    .iter()
                    .any(|ending| s.trim_end_matches(['」', '）']).ends_with(ending))
            })
            .filter(|s| !s.contains('「'));
        wrong.extend(rude.map(|s| format!("{}: not in the polite form: {s}", manual.name)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A trainer's notes say how long it takes: 「…話します（2分）。」
fn without_minutes(sentence: &str) -> String {
    match sentence.strip_suffix("分）。").and_then(|rest| rest.rsplit_once('（')) {
        Some((said, _)) => format!("{said}。"),
        None => sentence.to_owned(),
    }
}

/// Abbreviations and names that Japanese papers write in Latin letters.
const LATIN: &[&str] = &[
    "A4",
    "AES",
    "API",
    "ASP",
    "AAL2",
    "BOM",
    "CP932",
    "CPU",
    "CSV",
    "Chrome",
    "Chromium",
    "DKIM",
    "DMARC",
    "DNS",
    "Edge",
    "Ed25519",
    "Excel",
    "FAQ",
    "GiB",
    "Google",
    "HMAC",
    "HTML",
    "HTTP",
    "HTTPS",
    "ID",
    "IP",
    "IPA",
    "ISMS",
    "IT",
    "JIS",
    "JST",
    "JavaScript",
    "KPI",
    "LGWAN",
    "MB",
    "MiB",
    "Microsoft",
    "NTP",
    "OK",
    "OS",
    "PC",
    "PDF",
    "PIN",
    "PNG",
    "PostgreSQL",
    "PowerPoint",
    "QR",
    "SBOM",
    "SHA",
    "SMTP",
    "SPF",
    "SQLite",
    "Safari",
    "SVG",
    "TLS",
    "TOML",
    "URL",
    "USB",
    "UTC",
    "UTF",
    "WAL",
    "WCAG",
    "WEB",
    "Web",
    "WebAuthn",
    "Windows",
    "Word",
    "nginx",
    "ClamAV",
    "age",
    "Debian",
    "Prometheus",
    "CycloneDX",
    "Rust",
    "systemd",
    "Ctrl",
    "XML",
    "ZIP",
    "mizumado",
    "iPhone",
    "Android",
];

#[test]
fn no_english_leaks_into_the_manuals() {
    let mut leaks = BTreeSet::new();
    for manual in all().all() {
        for text in texts(manual) {
            let mut in_code = false;
            for line in text.lines() {
                if line.starts_with("```") {
                    in_code = !in_code;
                }
                if in_code || line.starts_with("<!--") {
                    continue;
                }
                // An id is nothing that is read.
                let line = plain(line.split(" {#").next().unwrap_or_default());
                let words = line.split(|c: char| !c.is_ascii_alphanumeric());
                leaks.extend(
                    words
                        .filter(|word| word.chars().filter(char::is_ascii_lowercase).count() >= 3)
                        .filter(|word| !LATIN.contains(word))
                        .map(|word| format!("{}: {word}", manual.name)),
                );
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:?}");
}

/// The rows of the glossary: term, and what must not be said for it.
fn glossary() -> Vec<(String, Vec<String>)> {
    let manual = all().find("glossary").unwrap();
    let rows = texts(manual)
        .into_iter()
        .flat_map(str::lines)
        .filter(|line| line.starts_with("| "));
    rows.filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [term, _, _, wrong] = cells.as_slice() else {
            return None;
        };
        let is_row = *term != "用語" && !term.starts_with('-');
        is_row.then(|| {
            let wrong = wrong
                .split('、')
                .map(str::trim)
                .filter(|word| !word.is_empty() && *word != "－" && *word != "-");
            ((*term).to_owned(), wrong.map(str::to_owned).collect())
        })
    })
    .collect()
}

/// Spellings of one word that are no terms, and the one that is used.
const SPELT: [(&str, &str); 3] = [
    ("しぼりこ", "しぼり込む"),
    ("絞り込", "しぼり込む"),
    ("絞込", "しぼり込む"),
];

/// Words of a text that have another word in the glossary.
fn misnamed(text: &str, glossary: &[(String, Vec<String>)]) -> Vec<String> {
    let mut found = vec![];
    for (term, not_said) in glossary {
        for word in not_said.iter().filter(|word| text.contains(*word)) {
            // What stands in a longer right word is no mistake.
            let hidden = glossary.iter().filter(|(other, _)| other.contains(word.as_str()));
            let left = hidden.fold(text.to_owned(), |text, (other, _)| text.replace(other.as_str(), ""));
            if left.contains(word.as_str()) {
                found.push(format!("「{word}」 should be 「{term}」"));
            }
        }
    }
    let spelt = SPELT.iter().filter(|(word, _)| text.contains(word));
    found.extend(spelt.map(|(word, right)| format!("「{word}」 should be 「{right}」")));
    found
}

/// What the program says: its code without comments, the exercises, the texts that ship. The simulator plays the screens
/// of other people.
fn said() -> Vec<(String, String)> {
    let (mut found, mut folders) = (
        vec![],
        ["src", "assets/exercises", "assets/texts"].map(PathBuf::from).to_vec(),
    );
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.display().to_string();
            let is_text = [".rs", ".md", ".toml"].iter().any(|ending| name.ends_with(ending));
            if is_text && !name.contains("gateways/simulator") {
                let text = fs::read_to_string(&path).unwrap();
                let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                found.push((name, lines.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    found
}

#[test]
fn screens_exercises_and_texts_say_the_words_of_the_glossary() {
    let (glossary, said) = (glossary(), said());
    assert!(said.len() > 300, "{}", said.len());
    let mut wrong = vec![];
    for (name, text) in &said {
        let found = misnamed(text, &glossary).into_iter();
        wrong.extend(found.map(|what| format!("{name}: {what}")));
        // It is the bureau, and only the button of the institutions' screens calls it so.
        let elsewhere = text.replace("収納機関へ戻る", "").contains("収納機関");
        if name.starts_with("src") && elsewhere {
            wrong.push(format!("{name}: 収納機関"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_term_is_in_the_glossary_and_one_word_stands_for_a_thing() {
    let glossary = glossary();
    assert!(glossary.len() >= 50, "{}", glossary.len());
    let terms: BTreeSet<&str> = glossary.iter().map(|(term, _)| term.as_str()).collect();
    let mut wrong = BTreeSet::new();
    for manual in all().all().iter().filter(|manual| manual.name != "glossary") {
        for text in texts(manual) {
            let without_code: String = text.replace("**", "").split('`').step_by(2).collect();
            let marked = without_code
                .split('*')
                .skip(1)
                .step_by(2)
                .filter(|term| !term.contains('\n'));
            wrong.extend(
                marked
                    .filter(|term| !terms.contains(term))
                    .map(|term| format!("{}: *{term}* is not in the glossary", manual.name)),
            );
            if manual.head.kind == Kind::Slides {
                continue;
            }
            let found = misnamed(text, &glossary).into_iter();
            wrong.extend(found.map(|what| format!("{}: {what}", manual.name)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
