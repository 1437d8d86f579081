//! The manuals are whole and say what the program is: every page, command, setting, table, picture and term (N14).
use crate::{
    desk::Desk,
    harness::World,
    routes::{public_routes, room_routes},
};
use mizumado::{
    accounts::Role,
    app::{CONSOLE_PLAN, JOBS, draw_table},
    config::Settings,
    manuals::{Kind, Library, Manual, Place, library, picture, pictures},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

mod prose;
mod training;

/// All that a manual says, chapter by chapter.
fn texts(manual: &Manual) -> Vec<&str> {
    let mut all = vec![manual.lead.as_str()];
    for chapter in &manual.chapters {
        all.push(&chapter.body);
        all.extend(chapter.sections.iter().map(|section| section.body.as_str()));
    }
    all
}

fn all() -> &'static Library {
    library().unwrap()
}

/// What the sections explain, with the section that does.
fn explained(pick: impl Fn(&Place) -> Option<&String>) -> Vec<(String, String)> {
    let mut found = vec![];
    for manual in all().all() {
        for (_, section) in manual.sections() {
            let places = section.explains.iter().filter_map(&pick);
            found.extend(places.map(|place| (place.clone(), format!("{}#{}", manual.name, section.id))));
        }
    }
    found
}

fn screen(place: &Place) -> Option<&String> {
    match place {
        Place::Screen(path) => Some(path),
        _ => None,
    }
}

#[test]
fn the_papers_are_numbered_without_a_gap_and_each_has_a_card_where_it_is_worked_with() {
    for (n, manual) in all().all().iter().enumerate() {
        assert_eq!(manual.head.number as usize, n + 1, "{}", manual.name);
        assert!(!manual.chapters.is_empty(), "{}", manual.name);
        let first = &manual.chapters[0].id;
        assert_eq!(
            manual.head.kind == Kind::Manual,
            first == "card",
            "{}: the quick card comes first",
            manual.name
        );
    }
}

#[test]
fn every_page_of_the_console_has_one_section_and_every_section_a_page_that_is_there() {
    const NO_PAGE: [&str; 3] = ["/assets/{file}", "/favicon.ico", "/manuals/pictures/{file}"];
    let pages: BTreeSet<&str> = CONSOLE_PLAN
        .rules
        .iter()
        .filter(|rule| rule.method == "GET" && !NO_PAGE.contains(&rule.path))
        .map(|rule| rule.path)
        .collect();
    let told = explained(screen);
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, section) in &told {
        sections.entry(path).or_default().push(section);
    }
    let missing: Vec<&&str> = pages.iter().filter(|path| !sections.contains_key(**path)).collect();
    let strange: Vec<_> = sections.iter().filter(|(path, _)| !pages.contains(**path)).collect();
    let twice: Vec<_> = sections.iter().filter(|(_, sections)| sections.len() > 1).collect();
    assert!(missing.is_empty(), "no manual explains {missing:?}");
    assert!(strange.is_empty(), "no such page: {strange:?}");
    assert!(twice.is_empty(), "in two sections: {twice:?}");
    for manual in all().all().iter().filter(|manual| manual.head.kind == Kind::Manual) {
        let without: Vec<&str> = manual
            .chapters
            .iter()
            .filter(|chapter| chapter.id != "card")
            .flat_map(|chapter| &chapter.sections)
            .filter(|section| section.explains.is_empty())
            .map(|section| section.id.as_str())
            .collect();
        assert!(
            without.is_empty(),
            "{}: what do these explain? {without:?}",
            manual.name
        );
    }
}

#[actix_web::test]
async fn the_pages_of_citizens_and_of_the_practice_room_are_there_and_explained() {
    let world = World::sqlite().await;
    let public = public_routes(&world).await;
    let room = room_routes().await;
    let known = |routes: &BTreeSet<String>, path: &str| {
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        let fits = |route: &str| {
            let (a, b): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
        };
        routes
            .iter()
            .any(|line| line.split_once("/").is_some_and(|(_, rest)| fits(&format!("/{rest}"))))
    };
    for (path, section) in explained(|place| match place {
        Place::Public(path) => Some(path),
        _ => None,
    }) {
        assert!(known(&public, &path), "{section}: {path}");
    }
    for (path, section) in explained(|place| match place {
        Place::Practice(path) => Some(path),
        _ => None,
    }) {
        assert!(known(&room, &path), "{section}: {path}");
    }
    let told: BTreeSet<String> = explained(|place| match place {
        Place::Public(path) => Some(path),
        _ => None,
    })
    .into_iter()
    .map(|(path, _)| path)
    .collect();
    for step in ["terms", "bank", "number", "place", "name", "contact", "account"] {
        assert!(
            told.contains(&format!("/apply/{step}")),
            "no section tells of /apply/{step}"
        );
    }
    // Addresses that show no page of their own: a file, a fragment, the way back from the institution.
    const NO_PAGE: [&str; 8] = [
        "/assets/{file}",
        "/favicon.ico",
        "/apply/{step}",
        "/apply/branches",
        "/apply/assist/hint",
        "/gateway/{gateway}/return",
        "/inquiry/files/{file}",
        "/status/{code}",
    ];
    for line in public.iter().filter(|line| line.starts_with("GET ")) {
        let path = line.trim_start_matches("GET ").trim();
        assert!(
            NO_PAGE.contains(&path) || told.contains(path),
            "no section tells of {path}"
        );
    }
}

#[test]
fn every_command_is_in_a_manual_and_every_command_in_a_manual_is_there() {
    fn names(command: &clap::Command, before: &str, all: &mut BTreeSet<String>) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let name = format!("{before} {}", sub.get_name()).trim().to_owned();
            match sub.has_subcommands() {
                true => names(sub, &name, all),
                false => {
                    all.insert(name);
                }
            }
        }
    }
    let mut there = BTreeSet::new();
    names(&<mizumado::cli::Cli as clap::CommandFactory>::command(), "", &mut there);
    let told: BTreeSet<String> = explained(|place| match place {
        Place::Command(words) => Some(words),
        _ => None,
    })
    .into_iter()
    .map(|(words, _)| words)
    .collect();
    assert_eq!(
        there.difference(&told).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "in no manual"
    );
    assert_eq!(
        told.difference(&there).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "no such command"
    );
}

/// The names that the settings take below `section`, as their own error tells them.
fn settings_below(section: &str, found: &mut BTreeSet<String>) {
    const NO_NAME: &str = "zz_no_such_setting";
    let dotted = if section.is_empty() {
        NO_NAME.to_owned()
    } else {
        format!("{section}.{NO_NAME}")
    };
    let error = toml::from_str::<Settings>(&format!("{dotted} = 1"))
        .unwrap_err()
        .to_string();
    // The words of an enumeration are values, and what stands under a name of its own is no section.
    if !error.contains("unknown field") {
        found.insert(section.to_owned());
        return;
    }
    let Some((_, names)) = error
        .split_once("expected one of ")
        .or_else(|| error.split_once("`, expected "))
    else {
        if !section.is_empty() {
            found.insert(section.to_owned());
        }
        return;
    };
    for name in names.lines().next().unwrap_or_default().split('`').skip(1).step_by(2) {
        let name = if section.is_empty() {
            name.to_owned()
        } else {
            format!("{section}.{name}")
        };
        settings_below(&name, found);
    }
}

#[test]
fn every_setting_is_in_the_operators_manual_and_every_one_there_is_a_setting() {
    let mut there = BTreeSet::new();
    settings_below("", &mut there);
    assert!(there.contains("public.listen") && there.len() > 50, "{there:?}");
    let operator = all().find("operator").unwrap();
    let chapter = operator
        .chapters
        .iter()
        .find(|chapter| chapter.id == "settings")
        .unwrap();
    let cells = chapter
        .sections
        .iter()
        .flat_map(|section| section.body.lines())
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    // What only the environment says is no setting of the file.
    let told: BTreeSet<String> = cells
        .filter(|name| !name.starts_with("MIZUMADO_"))
        .map(str::to_owned)
        .collect();
    // A table of the file that is written as a map or a list has its own names.
    let is_told = |name: &String| told.contains(name) || told.iter().any(|told| told.starts_with(&format!("{name}.")));
    let missing: Vec<&String> = there.iter().filter(|name| !is_told(name)).collect();
    assert!(missing.is_empty(), "operator.md#settings lacks {missing:?}");
    let is_there =
        |told: &String| there.contains(told) || there.iter().any(|name| told.starts_with(&format!("{name}.")));
    let strange: Vec<&String> = told.iter().filter(|told| !is_there(told)).collect();
    assert!(strange.is_empty(), "no such setting: {strange:?}");
}

#[test]
fn every_table_picture_and_link_of_a_manual_is_there() {
    let (mut used, mut no_picture) = (BTreeSet::new(), BTreeSet::new());
    for manual in all().all() {
        for text in texts(manual) {
            for line in text.lines() {
                if let Some(name) = line.strip_prefix("<!-- table:") {
                    let name = name.trim_end_matches("-->").trim();
                    let table = draw_table(name).unwrap_or_else(|| panic!("{}: no table {name}", manual.name));
                    assert!(!table.rows.is_empty(), "{name} is empty");
                    assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{name}");
                }
                for part in line.split("](").skip(1) {
                    let target = part.split(')').next().unwrap_or_default();
                    if let Some(name) = target.strip_prefix("picture:") {
                        if picture(name).is_none() {
                            no_picture.insert(format!("{}: {name}", manual.name));
                        }
                        used.insert(name.to_owned());
                        let alt = line.split("![").nth(1).and_then(|rest| rest.split("](").next());
                        assert!(
                            alt.is_some_and(|alt| alt.chars().count() >= 10),
                            "{}: {line}",
                            manual.name
                        );
                    } else if let Some((file, id)) = target.split_once('#').filter(|(file, _)| !file.contains(':')) {
                        let other = match file {
                            "" => Some(manual),
                            file => all().find(file.trim_end_matches(".md")),
                        };
                        let other = other.unwrap_or_else(|| panic!("{}: {target}", manual.name));
                        assert!(other.ids().any(|known| known == id), "{}: no {target}", manual.name);
                    }
                }
            }
        }
    }
    assert!(no_picture.is_empty(), "`make pictures` takes {no_picture:?}");
    let unused: Vec<&str> = pictures()
        .iter()
        .map(|p| p.name)
        .filter(|name| !used.contains(*name))
        .collect();
    assert!(unused.is_empty(), "no manual shows {unused:?}");
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[actix_web::test]
async fn the_design_tells_of_every_table_of_the_database() {
    let world = World::sqlite().await;
    let counts = world.workspace.db.read(mizumado::db::table_counts).await.unwrap();
    let design = read("manuals/design.md");
    let told: BTreeSet<&str> = design
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let missing: Vec<&String> = counts.keys().filter(|name| !told.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "manuals/design.md lacks {missing:?}");
}

#[test]
fn the_table_of_jobs_tells_of_all_standing_work() {
    fn files(folder: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => files(&path, all),
                false => all.push(path),
            }
        }
    }
    let mut sources = vec![];
    files(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let sources: Vec<String> = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for (kind, ..) in JOBS {
        let word = format!(": &str = \"{kind}\";");
        assert!(
            sources.iter().any(|text| text.contains(&word)),
            "no job is called {kind}"
        );
    }
    let planned = sources
        .iter()
        .filter(|text| text.contains("Standing {") && text.contains("every: Every::"))
        .count();
    assert!(
        planned <= JOBS.len(),
        "{planned} files plan work, the table tells of {}",
        JOBS.len()
    );
}

#[actix_web::test]
async fn a_screen_leads_to_its_section_and_staff_find_and_print_what_they_need() {
    let world = World::sqlite_with(crate::harness::Wish {
        console: true,
        ..Default::default()
    })
    .await;
    let mut clerk = Desk::open(&world, "m1", &[Role::Clerk]).await;
    for (path, manual) in [
        ("/", "staff"),
        ("/applications", "staff"),
        ("/status", "operator"),
        ("/institutions", "administrator"),
    ] {
        let page = match path {
            "/status" => {
                let mut operator = Desk::open(&world, "m2", &[Role::Operator]).await;
                operator.get(path).await
            }
            _ => clerk.get(path).await,
        };
        let guide = page.attributes(".bar__person a", "href").remove(0);
        assert!(guide.starts_with(&format!("/manuals/{manual}/")), "{path}: {guide}");
        let (address, id) = guide.split_once('#').unwrap();
        let section = clerk.get(address).await;
        assert_eq!(section.status, 200);
        section.expect(&format!("id=\"{id}\""));
    }
    clerk
        .get("/manuals")
        .await
        .expect("操作マニュアル（職員用）")
        .expect("用語集");
    for manual in all().all() {
        clerk
            .get(&format!("/manuals/{}", manual.name))
            .await
            .expect("改訂の記録");
        let whole = clerk.get(&format!("/manuals/{}/whole", manual.name)).await;
        for chapter in &manual.chapters {
            whole.expect(&format!("id=\"{}\"", chapter.id));
        }
    }
    clerk
        .get("/manuals/search?q=%E8%A8%82%E6%AD%A3")
        .await
        .expect("か所に見つかりました")
        .expect("訂正");
    clerk
        .get("/manuals/search?q=zzzzzz")
        .await
        .expect("見つかりませんでした");
    assert_eq!(clerk.get("/manuals/nothing").await.status, 404);
    assert_eq!(clerk.get("/manuals/staff/nothing").await.status, 404);
    assert_eq!(clerk.get("/manuals/pictures/nothing.png").await.status, 404);
}

#[test]
fn a_wrong_manual_is_refused_with_its_line() {
    let head = "+++\nnumber = 1\ntitle = \"試験\"\nreaders = \"人\"\nkind = \"paper\"\n[[revisions]]\nversion = \"1.0\"\ndate = \"2026-11-30\"\nwhat = \"はじめ\"\n+++\n";
    let error = |text: &str| Library::read(&[("x.md", text)]).unwrap_err().to_string();
    assert!(error("# 題").contains("a head in TOML"));
    assert!(error(&format!("{head}## 章\n")).contains("line 11: 「章」 needs an id"));
    assert!(error(&format!("{head}## 章 {{#a}}\n## 章 {{#a}}\n")).contains("line 12: {#a} is there twice"));
    assert!(error(&format!("{head}## 章 {{#a}}\n<!-- sreens: / -->\n")).contains("sreens"));
    assert!(error(&head.replace("number = 1", "number = 1\nother = 2")).contains("other"));
}
