//! The two worlds: no key and no file of one is of any use in the other, and what leaves a desk says whose it is.
use super::{be, class, come_in, one};
use crate::{
    browser::{Browser, Page},
    console_pages::ELSEWHERE,
    desk::Desk,
    harness::school_of,
};
use mizumado::{
    accounts::Role,
    training::{Class, SchoolError},
};
use std::collections::BTreeSet;

#[actix_web::test]
async fn a_practice_desk_starts_on_no_other_world_s_files() {
    let world = one().await;
    let class = class(&world, 1).await;
    let addresses = world.school().addresses().clone();
    let folder = world.dir.path().join("training");
    let desk = folder.join(format!("classes/{}/{}.0", class.id, class.desks[0].id));
    let keep = |name: &str| std::fs::read(desk.join(name)).unwrap();
    let (database, keys) = (keep("desk.db"), keep("keys.toml"));
    let copy = world.dir.path().join("copy.db");
    world.workspace.db.copy_into(copy).await.unwrap();
    let real = |name: &str| std::fs::read(world.dir.path().join(name)).unwrap();
    // A file that is replaced, not written into: the desk that runs still holds its own.
    let put = |name: &str, bytes: &[u8]| {
        std::fs::remove_file(desk.join(name)).unwrap();
        std::fs::write(desk.join(name), bytes).unwrap();
    };
    for (name, theirs, ours) in [
        ("desk.db", real("copy.db"), &database),
        ("keys.toml", real("keys.toml"), &keys),
    ] {
        for journal in ["desk.db-wal", "desk.db-shm"] {
            let _ = std::fs::remove_file(desk.join(journal));
        }
        put(name, &theirs);
        let again = school_of(&world.workspace, addresses.clone()).await.unwrap();
        assert!(again.desk(&class.desks[0].id).is_none(), "{name}");
        put(name, ours);
    }
    // The school's own keys must be a training's.
    let own = folder.join("keys.toml");
    std::fs::write(&own, mizumado::crypto::KeyRing::generate("production")).unwrap();
    let refused = school_of(&world.workspace, addresses.clone()).await;
    let said = match refused {
        Err(error @ SchoolError::OtherKeys { .. }) => error.to_string(),
        _ => panic!("the keys of production opened a school"),
    };
    assert!(
        said.contains("training.folder") && said.contains("production"),
        "{said}"
    );
}

/// Whether an address that is no page gives out a file at a desk. What the others are is said here.
fn gives_a_file(path: &str) -> bool {
    let parts_of_pages = ["/assets/", "/favicon", "/manuals/pictures/"];
    // To sign in, which is otherwise at a desk; and the trainer's, which are at the real console.
    let not_at_desks = ["/sign-in", "/enrolments/", "/proof", "/training/{class}"];
    // Nobody can attach a file where nothing looks for viruses, and no desk has that.
    let attached = "/inquiries/{id}/files/{file}";
    let mut others = parts_of_pages.iter().chain(&not_at_desks);
    path != attached && !others.any(|start| path.starts_with(start))
}

/// The first row of a list of the desk.
async fn first_of(browser: &mut Browser, list: &str) -> String {
    let page = browser.get(list).await;
    page.attributes("main tbody th a", "href").remove(0)
}

/// An incident with personal data, so that there is a report of an accident.
async fn accident(operator: &mut Browser, class: &Class) -> String {
    let happened = format!("{} 09:50", class.day);
    let new = [
        ("title", "個人情報の事故"),
        ("happened_at", happened.as_str()),
        ("severity", "critical"),
        ("words", "わかったこと"),
        ("function_personal_data", "yes"),
    ];
    let incident = operator.post("/incidents", &new).await.path;
    be(operator, "shonin").await;
    let until = format!("{} 09:55", class.day);
    let report = [
        ("contents", "氏名、住所"),
        ("place", "業務課の事務室"),
        ("situation", "業務によらない閲覧"),
        ("response", "利用を停止した"),
        ("seen_by", "mado"),
        ("seen_from", happened.as_str()),
        ("seen_to", until.as_str()),
    ];
    let page = operator.post(&format!("{incident}/accident"), &report).await;
    assert_eq!(page.status, 200, "{}", page.text());
    incident
}

/// The routes that give out a file, each with an address of the desk and who may have it.
async fn files_of_a_desk(browser: &mut Browser, class: &Class) -> Vec<(&'static str, &'static str, String)> {
    be(browser, "mado").await;
    let delivery = first_of(browser, "/deliveries").await;
    be(browser, "shonin").await;
    let paper = browser
        .post("/papers", &[("kind", "minutes"), ("period", "2026-11-25")])
        .await
        .path;
    be(browser, "unyo").await;
    let incident = accident(browser, class).await;
    let outage = first_of(browser, "/outages").await;
    be(browser, "mado").await;
    browser.post("/exports", &[("purpose", "report")]).await;
    let exports = browser.get("/exports").await;
    let export = exports.attributes("a[href$='/file']", "href").remove(0);
    vec![
        ("/exports/{id}/file", "mado", export),
        (
            "/training/files/branches.csv",
            "mado",
            "/training/files/branches.csv".into(),
        ),
        ("/deliveries/{no}/file", "mado", format!("{delivery}/file")),
        ("/deliveries/{no}/report", "mado", format!("{delivery}/report")),
        ("/papers/{id}/word", "shonin", format!("{paper}/word")),
        ("/outages/{id}/record/word", "unyo", format!("{outage}/record/word")),
        ("/incidents/{id}/report/word", "unyo", format!("{incident}/report/word")),
        (
            "/incidents/{id}/accident/word",
            "shonin",
            format!("{incident}/accident/word"),
        ),
        ("/audit/export", "kansa", "/audit/export".into()),
    ]
}

#[actix_web::test]
async fn every_file_that_leaves_a_desk_says_so_in_its_name_and_a_spreadsheet_in_its_first_line() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let files = files_of_a_desk(&mut learner, &class).await;
    let given: BTreeSet<&str> = files.iter().map(|(route, ..)| *route).collect();
    let asked = ELSEWHERE.into_iter().filter(|path| gives_a_file(path));
    let asked: BTreeSet<&str> = asked.chain(["/training/files/branches.csv"]).collect();
    assert_eq!(given, asked, "every address of files is tried");
    for (route, person, path) in &files {
        be(&mut learner, person).await;
        let file = learner.get(path).await;
        assert_eq!(file.status, 200, "{path}: {}", file.text());
        let name = file.headers["content-disposition"].to_str().unwrap();
        assert!(name.starts_with("attachment; "), "{path}: {name}");
        assert!(name.contains("filename*=UTF-8''%E7%A0%94%E4%BF%AE_"), "{path}: {name}");
        // What the program or the billing system reads again is as it would be.
        let is_for_people = ["/exports/{id}/file", "/audit/export"].contains(route);
        assert_eq!(file.html.starts_with("\u{FEFF}研修用,"), is_for_people, "{path}");
    }
    // The real console's says nothing of the kind.
    let mut staff = Desk::open(&world, "a1", Role::ALL).await;
    let file = staff.get("/audit/export").await;
    let name = file.headers["content-disposition"].to_str().unwrap();
    assert!(!name.contains("%E7%A0%94") && !file.has("研修用"), "{name}");
}

/// Told above the page, across every sheet of paper, and whose desk it is.
#[track_caller]
fn assert_marked(page: &Page, class: &str) {
    let (path, status) = (&page.path, page.status);
    assert!(page.title().contains("研修"), "{path} ({status}): {}", page.title());
    assert_eq!(
        page.attributes(".training-banner", "data-print"),
        ["研修用"],
        "{path} ({status})"
    );
    assert!(
        page.first(".training-banner").contains("研修環境です"),
        "{path} ({status})"
    );
    assert!(page.first(".practice-bar").contains(class), "{path} ({status})");
}

/// What is linked is served there, lets the mark be printed, and may be loaded; so is the icon of a training.
async fn assert_dressed(browser: &mut Browser, page: &Page) {
    let path = &page.path;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("style-src 'self'"), "{path}: {policy}");
    assert!(policy.contains("img-src 'self'"), "{path}: {policy}");
    let sheets = page.attributes("link[rel=stylesheet]", "href");
    let mut prints_mark = false;
    for sheet in &sheets {
        let served = browser.get(sheet).await;
        let kind = served.headers["content-type"].to_str().unwrap();
        assert!(served.status == 200 && kind.starts_with("text/css"), "{path}: {sheet}");
        prints_mark |= served.has(".training-banner[data-print]::after");
    }
    assert!(prints_mark, "{path}: {sheets:?}");
    let icons = page.attributes("link[rel=icon]", "href");
    assert_eq!(icons.len(), 1, "{path}");
    let icon = browser.get(&icons[0]).await;
    let training = include_bytes!("../../../assets/img/favicon-training.ico");
    assert_eq!(icon.bytes, training, "{path}");
}

#[actix_web::test]
async fn every_page_of_a_desk_is_marked_and_so_is_every_page_of_its_bank() {
    let world = one().await;
    let class = class(&world, 1).await;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut learner, "mado").await;
    let addresses = world.school().addresses().clone();
    let at = |face: &str| {
        let mut browser = Browser::new(face);
        browser.cookies = learner.cookies.clone();
        browser
    };
    let (mut console, mut public, mut mails) = (at(&addresses.console), at(&addresses.public), at(&addresses.mails));
    for path in [
        "/",
        "/applications",
        "/inquiries",
        "/nowhere",
        "/training/",
        "/training/exercises/find-application",
    ] {
        let page = console.get(path).await;
        assert_marked(&page, &class.id);
        assert_dressed(&mut console, &page).await;
    }
    for path in ["/", "/faq", "/receipt", "/nowhere"] {
        let page = public.get(path).await;
        assert_marked(&page, &class.id);
        assert_dressed(&mut public, &page).await;
    }
    let desk = world.school().desk(&class.desks[0].id).unwrap();
    let folder = desk.mails.path();
    let mail = "To: a@example.jp\r\nSubject: test\r\nContent-Type: text/plain; charset=utf-8\r\n\r\none\r\ntwo\r\n";
    std::fs::write(folder.join("x.eml"), mail).unwrap();
    for path in ["/", "/mails/x"] {
        let page = mails.get(path).await;
        assert_marked(&page, &class.id);
        assert!(page.title().starts_with("【研修】"), "{}", page.title());
        assert_dressed(&mut mails, &page).await;
    }

    let mut bank = at(&addresses.bank);
    for path in [
        "/",
        "/control",
        "/control/trouble",
        "/site/0140/",
        "/site/none/",
        "/start",
        "/nowhere",
    ] {
        assert_marked(&bank.get(path).await, &class.id);
    }
    let wrong = bank.post("/control/trouble/seed", &[("seed", "x")]).await;
    assert_eq!(wrong.status, 422);
    assert_marked(&wrong, &class.id);
    // What a person sees at the institution, in the middle and at the end.
    let ledger = bank.get("/control/ledger").await.html;
    let of_people: Vec<String> = ledger
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["page"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    let (mut asking, mut ended) = (0, 0);
    for path in of_people {
        let page = bank.get(&path).await;
        match page.path.ends_with("/end") {
            true => ended += 1,
            false => asking += 1,
        }
        assert_marked(&page, &class.id);
    }
    assert!(asking > 0 && ended > 0, "{asking} {ended}");
    assert!(bank.get("/style.css").await.has(".training-banner[data-print]::after"));
    // The simulator of a demo has its own mark alone: nobody practises in a class there.
    let own = Browser::new(&world.gateway).get("/").await;
    own.expect("これは練習用の画面です");
    assert!(
        !own.has("研修") && own.title().ends_with("（練習用）"),
        "{}",
        own.title()
    );
}

#[actix_web::test]
async fn what_citizens_are_asked_about_the_service_is_not_asked_at_a_desk() {
    let world = one().await;
    let class = class(&world, 1).await;
    let desk = world.school().desk(&class.desks[0].id).unwrap().workspace;
    assert!(world.workspace.site.bureau.survey_url.is_some());
    assert_eq!(desk.site.bureau.survey_url, None);
    assert_eq!(desk.site.bureau.name, world.workspace.site.bureau.name);
}
