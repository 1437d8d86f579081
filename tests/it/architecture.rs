//! The rules of `docs/ARCHITECTURE.md`, kept by reading the source.
use regex::Regex;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The ground: what each part may name. Features may name all of it.
const GROUND: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("config", &[]),
    ("db", &[]),
    ("crypto", &[]),
    ("japan", &[]),
    ("jobs", &["db", "clock"]),
    ("mail", &["db", "clock", "config", "crypto", "jobs"]),
    ("web", &["db", "clock", "config", "crypto", "mail", "japan"]),
    ("audit", &["db", "clock", "crypto"]),
    ("logs", &["clock"]),
    ("alarms", &["audit", "clock", "db", "mail", "web", "workspace"]),
    ("gateways", &["db", "clock", "config", "crypto"]),
    ("uploads", &["db"]),
    (
        "workspace",
        &[
            "audit", "clock", "config", "crypto", "db", "gateways", "logs", "mail", "web",
        ],
    ),
];

/// Feature to feature, each with its reason.
const EDGES: &[(&str, &str, &str)] = &[
    (
        "enrolment",
        "institutions",
        "the form asks for institution, branch and address",
    ),
    (
        "enrolment",
        "notices",
        "a result is told by mail in the same transaction",
    ),
    // The accounts stand between the features and the ground: whoever has a page at the console names them.
    ("enrolment", "accounts", "staff see applications and act on them"),
    ("institutions", "accounts", "staff announce closed times"),
    ("deliveries", "accounts", "staff download files and make layouts"),
    ("operations", "tasks", "what has ended is forgotten with the jobs"),
    ("tasks", "accounts", "somebody asks, and waits at a page"),
    (
        "trail",
        "tasks",
        "the record is walked from its beginning to its end by a job",
    ),
    ("deliveries", "tasks", "a file that somebody asks for is made by a job"),
    ("reconciliation", "accounts", "staff settle differences"),
    ("operations", "accounts", "staff look after alarms"),
    ("trail", "accounts", "entries name people"),
    ("trail", "enrolment", "an application is found by its receipt number"),
    ("trail", "texts", "a text is told by its title"),
    ("today", "accounts", "the page of the person who signs in"),
    ("texts", "accounts", "staff draft and approve texts"),
    ("guides", "texts", "the public pages are texts"),
    ("notices", "texts", "mails are texts"),
    ("enrolment", "texts", "citizens accept the terms that count"),
    ("today", "enrolment", "numbers of applications"),
    ("today", "institutions", "announced stops"),
    ("today", "reconciliation", "open differences"),
    ("today", "deliveries", "files that wait"),
    ("today", "texts", "texts that wait for approval"),
    ("today", "inquiries", "questions that wait"),
    ("inquiries", "accounts", "staff answer"),
    (
        "inquiries",
        "texts",
        "the page of questions is a text with entries behind it",
    ),
    ("assist", "accounts", "a clerk helps"),
    (
        "enrolment",
        "assist",
        "the form tells where it is open and shows the hint",
    ),
    ("inquiries", "enrolment", "a question is about an application"),
    (
        "inquiries",
        "institutions",
        "business days, and the institution it is about",
    ),
    ("inquiries", "notices", "that there is an answer is told by mail"),
    ("contacts", "accounts", "staff change the chart"),
    ("contacts", "inquiries", "whom to call follows the hours of the desk"),
    ("incidents", "accounts", "staff work on incidents"),
    ("incidents", "contacts", "the chart is walked in order"),
    (
        "incidents",
        "institutions",
        "the switches of the service and of institutions",
    ),
    (
        "incidents",
        "trail",
        "whom an accident touches stands in the audit record",
    ),
    ("trail", "deliveries", "who took a file saw what it holds"),
    ("trail", "inquiries", "an inquiry is known by its number"),
    ("trail", "institutions", "an institution is told by its name"),
    (
        "training",
        "accounts",
        "who practises is one of a desk's people; trainers are staff",
    ),
    ("training", "deliveries", "the files of a desk's first days were taken"),
    (
        "training",
        "enrolment",
        "invented applications, and what became of them",
    ),
    ("training", "inquiries", "invented questions"),
    ("manuals", "accounts", "staff read them"),
    ("promotion", "accounts", "staff print them"),
    ("promotion", "institutions", "a leaflet names the institutions"),
    ("training", "incidents", "an incident of an invented past"),
    ("training", "outages", "an outage of an invented week to come"),
    ("training", "institutions", "business days, branches, an announced stop"),
    ("today", "incidents", "open incidents"),
    ("today", "outages", "proposals that wait for a second person"),
    ("outages", "accounts", "staff propose, agree and say what happens"),
    ("outages", "institutions", "an agreed stop is a closed time"),
    ("papers", "accounts", "staff write and fix papers"),
    ("papers", "deliveries", "files of a month, names of layouts"),
    ("papers", "enrolment", "results of a month"),
    ("papers", "incidents", "what broke, and what is open of it"),
    ("papers", "inquiries", "questions of a month, requests for improvement"),
    ("papers", "institutions", "names of institutions"),
    ("papers", "operations", "availability of a month"),
    ("papers", "outages", "stops of a month and those to come"),
    ("papers", "reconciliation", "open differences"),
    ("papers", "texts", "names of texts that were changed"),
    ("papers", "trail", "changes in people's words"),
    ("deliveries", "institutions", "business days"),
    ("guides", "institutions", "/availability lists them"),
    ("deliveries", "enrolment", "the file holds results"),
    (
        "reconciliation",
        "enrolment",
        "it holds what the enrolment knows against the gateway's file and the first debit",
    ),
    (
        "operations",
        "enrolment",
        "figures and thresholds are about applications",
    ),
    ("operations", "institutions", "announced stops are no outage"),
    ("operations", "backups", "their age is watched"),
    (
        "backups",
        "enrolment",
        "a restored copy counts when its sealed answers open",
    ),
];

/// What stands above the features and may name everything.
const TOP: &[&str] = &["app", "cli", "main", "lib"];

#[test]
fn dependencies_point_down() {
    let mut wrong = vec![];
    for (path, text) in sources() {
        let from = module(&path);
        if TOP.contains(&from.as_str()) {
            continue;
        }
        for to in named(&text) {
            let ground = GROUND.iter().find(|(name, _)| *name == from);
            let is_ground = GROUND.iter().any(|(name, _)| *name == to);
            let ok = to == from
                || to == "hidden"
                || match ground {
                    Some((_, may)) => may.contains(&to.as_str()),
                    None => is_ground || EDGES.iter().any(|(a, b, _)| *a == from && *b == to),
                };
            if !ok {
                wrong.push(format!("{}: {from} names crate::{to}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_small() {
    let big: Vec<_> = sources()
        .into_iter()
        .map(|(p, t)| (p, t.lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .collect();
    assert!(big.is_empty(), "{big:?}");
}

/// Files other than `allowed` whose code (not its tests or comments) holds one of the words.
fn users(words: &[&str], allowed: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = vec![];
    for (path, text) in sources() {
        let path = path.display().to_string();
        if allowed(&path) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        for line in lines {
            if words.iter().any(|w| line.contains(w)) {
                found.push(format!("{path}: {}", line.trim()));
            }
        }
    }
    found
}

fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs") || path.contains("/store/") || path.starts_with("src/db/")
}

#[test]
fn sql_lives_in_store_files() {
    // Naming diesel's error type is how an error converts; it asks nothing of the database.
    let wrong = users(
        &[
            "diesel::prelude",
            "sql_query",
            "diesel::insert",
            "diesel::update",
            "diesel::delete",
        ],
        is_store,
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn markup_lives_in_views() {
    let wrong = users(&["html! {", "html!{"], |path| {
        path.ends_with("/views.rs") || path.contains("/views/") || path.starts_with("src/web/")
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_config_reads_the_environment_and_only_the_clock_the_time() {
    let env = users(&["env::var"], |p| p.starts_with("src/config/"));
    assert!(env.is_empty(), "{env:#?}");
    let time = users(&["Utc::now", "Local::now", "SystemTime::now"], |p| p == "src/clock.rs");
    assert!(time.is_empty(), "{time:#?}");
}

#[test]
fn only_the_database_blocks_a_thread_and_only_web_trusts_markup() {
    // The simulator is a program of its own and keeps its state in a file.
    let blocking = users(&["spawn_blocking", "thread::sleep", "block_in_place"], |p| {
        p.starts_with("src/db/") || p.starts_with("src/gateways/simulator/")
    });
    assert!(blocking.is_empty(), "{blocking:#?}");
    let trusted = users(&["PreEscaped"], |p| p.starts_with("src/web/"));
    assert!(trusted.is_empty(), "{trusted:#?}");
}

/// What a practice world asks, it asks of a desk's own database (S15). The one act that has to do with the real one is in a
/// file of its own.
#[test]
fn no_path_of_the_practice_world_leads_to_the_real_database_but_that_of_the_record_of_training() {
    // What a listener is given: at the real console the real one, in the app of a desk the desk's.
    const GIVEN: [&str; 2] = ["src/training/pages/record.rs", "src/training/room/pages.rs"];
    // Whose database: that of a desk, or of the desk that others are copies of.
    const OF_A_DESK: [&str; 2] = ["desk.workspace", "master.workspace"];
    // Opened right there as a practice workspace; given by who fills in a form, a desk or the demo; and the one act.
    const OWN: [&str; 3] = [
        "src/training/school/making.rs",
        "src/training/sample/form.rs",
        "src/training/pages/record.rs",
    ];
    let asked = Regex::new(r"([A-Za-z0-9_.()]*)\.db\.[a-z_]+\(").unwrap();
    let (mut questions, mut wrong) = (0, vec![]);
    for (path, text) in sources() {
        let path = path.display().to_string();
        if !path.starts_with("src/training/") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        // Without spaces: a chain of calls may be broken anywhere.
        let code: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
        let given = code.contains("Data<Workspace>") && !GIVEN.contains(&path.as_str());
        let opens = code.matches("Workspace::open").count() != code.matches("Workspace::open_practice(").count();
        let records = code.contains("record_training") && path != "src/training/pages/record.rs";
        if given || opens || records || code.contains("Db::") {
            wrong.push(format!("{path}: given {given}, opens {opens}, records {records}"));
        }
        for found in asked.captures_iter(&code) {
            questions += 1;
            let of_a_desk = OF_A_DESK.iter().any(|whose| found[1].ends_with(whose));
            let own = found[1].ends_with("workspace") && OWN.contains(&path.as_str());
            if !of_a_desk && !own {
                wrong.push(format!("{path}: {}", &found[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(questions > 10, "{questions}");
}

/// A practice desk is given a folder for its mails, by type (S15): nobody there names what could reach a mail server, and
/// nobody puts another way into a workspace that is open.
#[test]
fn no_practice_desk_can_hold_a_way_to_a_mail_server() {
    let server = Regex::new(r"\b(Smtp)?Mailer\b|\blettre\b|\bAsyncSmtp").unwrap();
    let (mut practice, mut makers) = (0, BTreeSet::new());
    for (path, text) in sources() {
        let path = path.display().to_string();
        if path.starts_with("src/training/") || path == "src/app/training.rs" {
            practice += 1;
            assert!(!server.is_match(&text), "{path}");
        }
        if text.contains("Mailer::smtp(") || text.contains("Mailer::Smtp(") {
            makers.insert(path);
        }
    }
    assert!(practice > 20, "{practice}");
    assert_eq!(
        makers.into_iter().collect::<Vec<_>>(),
        ["src/mail/transport.rs", "src/workspace.rs"]
    );
    let workspace = fs::read_to_string("src/workspace.rs").unwrap();
    for given in [
        "\n    mailer: Mailer,\n",
        "\n    Practice(Practice, MailFolder),\n",
        "World::Practice(practice, mails) => (Mailer::File(mails), Some(practice)),",
    ] {
        assert_eq!(workspace.matches(given).count(), 1, "{given}");
    }
}

#[test]
fn the_simulator_shares_no_code_with_the_adapter() {
    for (path, text) in sources() {
        let path = path.display().to_string();
        if path.starts_with("src/gateways/simulator") {
            for name in named(&text) {
                assert!(name == "clock", "{path} names crate::{name}");
            }
            assert!(!text.contains("gateways::redirect"), "{path}");
        }
    }
}

#[test]
fn a_table_has_one_owner() {
    let sources = sources();
    let of_schema = sources.iter().filter(|(path, _)| path.starts_with("src/db/schema"));
    let schema: String = of_schema.map(|(_, text)| text.as_str()).collect();
    let tables: Vec<&str> = schema
        .lines()
        .filter_map(|l| {
            l.strip_prefix("    ")?
                .strip_suffix(" {")?
                .split_once(" (")
                .map(|(name, _)| name)
        })
        .collect();
    assert!(tables.len() > 15, "{tables:?}");
    let mut owners: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &sources {
        let from = module(path);
        if from != "db" && is_store(&path.display().to_string()) {
            for table in &tables {
                let whole_word = Regex::new(&format!(r"\b{table}::table")).unwrap();
                if whole_word.is_match(text) {
                    owners.entry(table).or_default().insert(from.clone());
                }
            }
        }
    }
    for (table, owners) in &owners {
        assert_eq!(owners.len(), 1, "{table} is owned by {owners:?}");
    }
}

#[test]
fn functions_stay_short() {
    let mut long = vec![];
    for (path, text) in sources() {
        if path.display().to_string().contains("/tests") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let mut open: Option<(usize, usize, String)> = None;
        for (number, line) in code.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let begins = line
                .trim_start()
                .trim_start_matches("pub ")
                .trim_start_matches("pub(super) ");
            let begins = begins.trim_start_matches("async ").starts_with("fn ");
            match &open {
                None if begins && !line.trim_end().ends_with(';') && !line.trim_end().ends_with('}') => {
                    open = Some((number, indent, line.trim().to_owned()));
                }
                Some((start, at, name)) if indent == *at && line.trim_start().starts_with('}') => {
                    if number - start > 60 {
                        long.push(format!("{}: {name} has {} lines", path.display(), number - start));
                    }
                    open = None;
                }
                _ => {}
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_public_item_of_the_ground_is_documented_by_its_module() {
    for (path, text) in sources() {
        if path.ends_with("mod.rs") && !path.display().to_string().contains("/views/") {
            assert!(text.starts_with("//!"), "{} says what it is for", path.display());
        }
    }
}

/// A page that asks again and again must not keep its person's screen open (S3).
#[test]
fn what_asks_by_itself_at_the_console_says_so() {
    // Citizens' pages: no session of the console is behind them.
    const PUBLIC: [&str; 2] = ["src/assist/views.rs", "src/enrolment/views/result.rs"];
    let (mut seen, mut wrong) = (0, vec![]);
    for (path, text) in sources() {
        let path = path.display().to_string();
        let asks =
            |line: &&str| line.contains("hx-trigger") && (line.contains("every ") || line.contains("hx-trigger=("));
        for line in text.lines().filter(asks) {
            match line.contains("hx-headers=(SAYS_POLLING)") {
                true => seen += 1,
                false if PUBLIC.contains(&path.as_str()) => {}
                false => wrong.push(format!("{path}: {}", line.trim())),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen >= 1, "the trainer's page asks");
}

#[test]
fn no_registry_host_and_no_machine_path_is_committed() {
    let listed = std::process::Command::new("git").args(["ls-files"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for file in listed
        .lines()
        .filter(|f| !f.ends_with("Cargo.lock") && !f.ends_with("architecture.rs"))
    {
        let Ok(text) = fs::read_to_string(file) else { continue };
        for word in ["registry.npmjs.org", "static.crates.io", "/root/", "farm-"] {
            assert!(!text.contains(word), "{file} holds {word}");
        }
    }
}

/// The crates' own modules that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            None => {
                out.insert(part.to_owned());
            }
            Some(group) => {
                let (mut depth, mut word) = (0, String::new());
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            out.insert(word.trim().to_owned());
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            out.insert(std::mem::take(&mut word).trim().to_owned());
                        }
                        c if depth == 0 => word.push(c),
                        _ => {}
                    }
                }
            }
        }
    }
    out.into_iter()
        .map(|s| {
            s.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        })
        .filter(|s| s.starts_with(|c: char| c.is_lowercase()))
        .collect()
}

fn module(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn sources() -> BTreeMap<PathBuf, String> {
    fn walk(dir: &Path, out: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, out),
                false if path.extension().is_some_and(|e| e == "rs") => {
                    let text = fs::read_to_string(&path).unwrap();
                    out.insert(path, text);
                }
                false => {}
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(Path::new("src"), &mut out);
    out
}
