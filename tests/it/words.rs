//! Staff read Japanese: every action, cause, kind and state has its words, and no page lets English through.
use crate::{
    browser::Page,
    console_pages::{ELSEWHERE, furnished},
    desk::Desk,
    harness::World,
    rows,
};
use diesel::connection::SimpleConnection;
use mizumado::{
    accounts::Role,
    alarms::{self, CAUSES},
    app::CONSOLE_PLAN,
    audit::{self, ACTIONS, Actor},
    db::Conn,
    enrolment::states::{Cause, Registration},
    institutions::Mode,
    reconciliation::Kind,
};
use regex::Regex;
use scraper::{Html, Node, Selector};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// What is written in Latin letters in Japanese, too, and what is a code.
const ALLOWED: &[&str] = &[
    // Names of things.
    r"(?:CSV|CP932|UTF-8|BOM|TOML|URL|QR|USB|PIN|ZIP|AES-256|SHA-256|Ed25519|TLS|JIS|Shift_JIS|CPU|PDF|Word|MB|JA|DKIM|SPF|Ctrl|CRLF|CR|LF|A4|Edge|Chrome|JavaScript|Markdown|HTML|MS|IP|Web|YYYYMMDD)",
    // Receipt numbers and their parts, opaque ids, hashes, keys, addresses of the network and of mails.
    r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}|[0-9A-Z]{4}-[0-9A-Z]{4}",
    r"[0-9A-HJKMNP-TV-Z]{26}",
    r"[0-9a-f]{8,}|[0-9A-Za-z+/_-]{40,}={0,2}",
    r"[\w.+-]+@[\w.-]+",
    r"https?://\S+",
    // Endings of files.
    r"\.(?:csv|dat|txt)\b",
    // Commands of operators, and addresses of the console.
    r"mizumado(?: [a-z]+)+(?: --[a-z]+)*",
    r"(?:GET|POST) /[\w/{}.-]*",
    // What people named themselves in this test: numbers of staff and of the gateway.
    r"\b[a-z]\d\b|\bx\b",
    r"ゲートウェイ main|[（：\s]main(?:の|\b)",
];

/// Everything that a person reads or hears of a page; not what they have typed, and not code that they edit.
fn read_aloud(page: &Page) -> String {
    let html = Html::parse_document(&page.html);
    let quiet = Selector::parse("textarea, pre, code, script, style, textarea *, pre *, code *").unwrap();
    let quiet: BTreeSet<_> = html.select(&quiet).map(|e| e.id()).collect();
    let mut words = vec![];
    for node in html.tree.nodes() {
        let hidden = node.ancestors().any(|a| quiet.contains(&a.id())) || quiet.contains(&node.id());
        match node.value() {
            Node::Text(text) if !hidden => words.push(text.to_string()),
            Node::Element(element) => {
                let shown = ["aria-label", "alt", "title", "placeholder"];
                words.extend(shown.iter().filter_map(|name| element.attr(name)).map(str::to_owned));
                let told = element.attrs().filter(|(name, _)| {
                    [
                        "data-label",
                        "data-refused",
                        "data-cancelled",
                        "data-known",
                        "data-offline",
                    ]
                    .contains(name)
                });
                words.extend(told.map(|(_, value)| value.to_owned()));
            }
            _ => {}
        }
    }
    words.join("\n")
}

/// The English that is left when what is allowed is taken away.
fn english(text: &str) -> BTreeSet<String> {
    let allowed = Regex::new(&ALLOWED.join("|")).unwrap();
    let rest = allowed.replace_all(text, " ");
    let word = Regex::new("[A-Za-z][A-Za-z_.]+").unwrap();
    word.find_iter(&rest).map(|m| m.as_str().to_owned()).collect()
}

#[test]
fn english_is_found_and_codes_are_let_through() {
    assert_eq!(
        english("7KQ-4M9-TXH をCSV（UTF-8）で。a@example.jp 01KBDZ5X0000000000000000AB"),
        BTreeSet::new()
    );
    assert_eq!(
        english("success 0000　unknown field"),
        BTreeSet::from(["success", "unknown", "field"].map(String::from))
    );
}

/// Every action in the record, every cause as an alarm, every kind of difference.
async fn everything(world: &World, staff_id: String, application_id: String) {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let actor = Actor::Staff {
            id: &staff_id,
            address: "192.0.2.7",
        };
        for (n, (action, _)) in ACTIONS.iter().enumerate() {
            let actor = [actor, Actor::System, Actor::Operator, Actor::Gateway, Actor::Applicant][n % 5];
            audit::record(conn, now, actor, action, &format!("application/{application_id}"), "")?;
        }
        for cause in Cause::ALL {
            audit::record(conn, now, actor, "application.checking", "service", cause.as_str())?;
        }
        for role in Role::ALL {
            audit::record(
                conn,
                now,
                actor,
                "staff.role_granted",
                &format!("staff/{staff_id}"),
                role.as_str(),
            )?;
        }
        for (key, ..) in CAUSES {
            let cause = alarms::Cause {
                key,
                subject: &format!("application/{application_id}"),
                message: "試験",
            };
            alarms::raise(conn, &workspace, &cause, now)?;
        }
        for (n, kind) in Kind::ALL.iter().enumerate() {
            let (kind, at) = (kind.as_str(), rows::literal(now));
            let detail = match kind {
                "no_mandate" | "debit_refused" => "2026-11-20 4",
                _ => "success 0000",
            };
            conn.batch_execute(&format!(
                "insert into differences (id, kind, attempt_id, gateway, detail, found_at) \
                 values ('E{n}', '{kind}', 'B{n}', 'main', '{detail}', {at})"
            ))?;
        }
        Ok(())
    };
    world.write(write).await;
}

#[actix_web::test]
async fn no_page_of_the_console_speaks_english() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let paths = furnished(&world, &mut desk).await;
    let id = paths["/applications/{id}"].rsplit('/').next().unwrap().to_owned();
    everything(&world, desk.id.clone(), id).await;
    let mut found = BTreeSet::new();
    let mut look = |page: &Page, at: &str| {
        found.extend(
            english(&read_aloud(page))
                .into_iter()
                .map(|word| format!("{at}: {word}")),
        );
    };
    let own = CONSOLE_PLAN
        .rules
        .iter()
        .filter(|r| r.method == "GET" && !ELSEWHERE.contains(&r.path));
    let mut seen = 0;
    for rule in own {
        let path = paths.get(rule.path).cloned().unwrap_or(rule.path.to_owned());
        let page = desk.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        look(&page, &path);
        seen += 1;
    }
    assert!(seen >= 18, "{seen}");
    let mut next = desk.get("/audit").await.link("前の100件");
    while let Some(path) = next {
        let page = desk.get(&path).await;
        look(&page, &path);
        next = page.link("前の100件");
    }
    // Wrong forms, refusals, and pages that are none.
    let layout = paths["/layouts/{id}"].clone();
    let whole = desk.get(&layout).await.form_to(&format!("{layout}/text"))["text"].clone();
    for (path, fields) in [
        ("/institutions/stops".to_owned(), vec![("rule", "x")]),
        (format!("{layout}/text"), vec![("text", "name = 1")]),
        (format!("{layout}/text"), vec![("text", "= =")]),
        ("/staff".to_owned(), vec![]),
        ("/nowhere".to_owned(), vec![]),
    ] {
        look(&desk.post(&path, &fields).await, &path);
    }
    for wrong in [
        whole.replacen("encoding", "encodimg", 1),
        whole.replacen("\"cp932\"", "\"sjis\"", 1),
        whole.replacen("encoding = ", "# ", 1),
        whole.replacen("[[column]]", "[[column]", 1),
        whole.replacen("field = \"", "field = \"no_", 1),
        format!("{whole}\n{whole}"),
    ] {
        let page = desk.post(&format!("{layout}/text"), &[("text", &wrong)]).await;
        assert_eq!(page.status, 422, "{}", page.first("#errors"));
        look(&page, "a wrong layout");
    }
    found.retain(|said| !names_of_files(said));
    assert_eq!(found, BTreeSet::new());
}

/// Codes of the format in which a layout is written, its values, and the layouts that ship.
const OF_THE_FORMAT: [&str; 17] = [
    "change",
    "correction",
    "date",
    "false",
    "family",
    "new",
    "no",
    "not_registered",
    "other",
    "registered",
    "result",
    "self",
    "standard",
    "true",
    "wareki",
    "zengin",
    "zengin_",
];

/// What is no sentence: codes where a layout is written, headings of a file that is asked for, and made-up addresses.
fn names_of_files(said: &str) -> bool {
    let (page, word) = said.split_once(": ").unwrap();
    let of_tables = ["institution_code", "branch_code", "name", "kana"];
    page == "a wrong layout"
        || page == "/nowhere"
        || (page.starts_with("/layouts") && OF_THE_FORMAT.contains(&word))
        || (page.starts_with("/institutions/imports") && of_tables.contains(&word))
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        match path.is_dir() {
            true => files.extend(sources(path.to_str().unwrap())),
            false if path.extension().is_some_and(|e| e == "rs") => {
                files.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
            false => {}
        }
    }
    files
}

#[test]
fn every_action_and_alarm_has_its_words() {
    let literal = Regex::new(r#""([a-z_]+\.[a-z_]+)"#).unwrap();
    let call = Regex::new(r"(?s)\b(?:audit::record|\.record|record_own)\((.{0,260})").unwrap();
    let raised = Regex::new(r#"(?s)(?:Cause|Threshold) \{\s*key: (?:&format!\()?"([a-z_]+\.[a-z_]+)"#).unwrap();
    let (mut missing, mut calls) = (BTreeSet::new(), 0);
    let families: BTreeSet<&str> = ACTIONS.iter().map(|(a, _)| a.split_once('.').unwrap().0).collect();
    // Names of settings, jobs, columns and alarms that begin as actions do.
    let other = [
        "applications.customer",
        "applications.phone",
        "applications.kana",
        "applications.state",
        "audit.check",
        "audit.checkpoint",
        "audit.head",
        "backup.at",
        "backup.keep_days",
        "backup.lock",
        "backup.recipients",
        "inquiries.code",
        "inquiries.status",
        "inquiries.code_of",
        "inquiries.digest",
        "inquiries.name",
        "inquiries.phone",
        "inquiries.scan",
        "inquiries.submit",
        "inquiries.watch",
        "mail.com",
        "mail.from",
        "mail.send",
        "mail.smtp_url",
        "mail.transport",
        "staff.name",
        "staff.page_of",
    ];
    for (path, text) in sources("src") {
        let text = text.split("#[cfg(test)]").next().unwrap();
        for found in call.captures_iter(text) {
            let arguments = found[1].split(';').next().unwrap().to_owned();
            calls += usize::from(arguments.starts_with("conn") || arguments.trim_start().starts_with("conn"));
            if let Some(action) = literal.captures(&arguments) {
                let action = action[1].to_owned();
                if audit::action_label(&action).is_none() {
                    missing.insert(format!("{}: {action}", path.display()));
                }
            }
        }
        for found in literal.captures_iter(text) {
            let (word, begin) = (&found[1], found[1].split_once('.').unwrap().0);
            let is_file = ["rs", "md", "csv", "toml", "json", "db", "css", "js"]
                .iter()
                .any(|e| word.ends_with(&format!(".{e}")));
            let known = audit::action_label(word).is_some()
                || alarms::label(word) != alarms::label("")
                || other.contains(&word)
                || audit::FAMILIES.iter().any(|(f, _)| *f == word);
            if families.contains(begin)
                && !known
                && !is_file
                && !path.starts_with("src/config")
                && !path.starts_with("src/backups/offsite")
            {
                missing.insert(format!("{}: {word}", path.display()));
            }
        }
        for found in raised.captures_iter(text) {
            if alarms::label(&found[1]) == alarms::label("") {
                missing.insert(format!("{}: alarm {}", path.display(), &found[1]));
            }
        }
    }
    assert!(calls > 40, "{calls}: the source is read");
    // What is put together at run time.
    let made = Registration::ALL.iter().map(|s| format!("application.{}", s.as_str()));
    let made = made.chain(Mode::ALL.iter().map(|m| format!("service.{}", m.as_str())));
    missing.extend(made.filter(|action| audit::action_label(action).is_none()));
    assert_eq!(missing, BTreeSet::new());
}
