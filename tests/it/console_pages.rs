//! The console's pages as a whole: their build, the numbers of the day, alarms, differences, stops.
use crate::{
    applicant::Applicant,
    browser::{Browser, Page},
    desk::Desk,
    harness::World,
    institutions::seen_form,
    rows::{self, Row},
};
use chrono::Duration;
use diesel::connection::SimpleConnection;
use mizumado::{
    accounts::Role, alarms, app::CONSOLE_PLAN, audit::Person, clock::jst, crypto::Place, db::Conn,
    deliveries as feature, deliveries::Asked, enrolment::states::Registration, tasks::Progress,
};
use regex::Regex;
use scraper::{Html, Selector};
use std::collections::{BTreeMap, BTreeSet};

fn all_of<'a>(html: &'a Html, selector: &'static str) -> Vec<scraper::ElementRef<'a>> {
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).collect()
}

/// One heading, a language, no code in the page, nothing from elsewhere.
fn assert_built(page: &Page, at: &str) {
    let html = Html::parse_document(&page.html);
    assert_eq!(all_of(&html, "h1").len(), 1, "{at}: one h1");
    assert_eq!(html.root_element().attr("lang"), Some("ja"), "{at}");
    assert!(all_of(&html, "style, [style]").is_empty(), "{at}: no inline style");
    for script in all_of(&html, "script") {
        assert!(script.text().collect::<String>().is_empty(), "{at}: no inline script");
    }
    for element in all_of(&html, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on"), "{at}: {name}");
            let is_address = ["href", "src", "action", "hx-get", "hx-post", "srcset"].contains(&name);
            let is_ours = value.starts_with('#') || (value.starts_with('/') && !value.starts_with("//"));
            assert!(!is_address || is_ours, "{at}: {name}={value:?}");
        }
    }
    let ids = page.attributes("[id]", "id");
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        ids.len(),
        "{at}: an id stands once: {ids:?}"
    );
    for (name, part) in [
        ("content-security-policy", "default-src 'none'"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        let value = page.headers.get(name).map(|v| v.to_str().unwrap()).unwrap_or_default();
        assert!(value.contains(part), "{at}: {name}: {value}");
    }
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
}

/// Every field says what it is for.
fn assert_labelled(page: &Page, at: &str) {
    let html = Html::parse_document(&page.html);
    let labels: BTreeSet<&str> = all_of(&html, "label[for]")
        .iter()
        .filter_map(|l| l.attr("for"))
        .collect();
    for field in all_of(&html, "input, select, textarea") {
        if matches!(field.attr("type"), Some("hidden" | "submit")) {
            continue;
        }
        let named = field.attr("aria-label").is_some_and(|l| !l.is_empty());
        let labelled = field.attr("id").is_some_and(|id| labels.contains(id));
        assert!(named || labelled, "{at}: {:?}", field.value());
    }
    for button in all_of(&html, "button, a[href]") {
        let text: String = button.text().collect();
        let pictures = button.select(&Selector::parse("img[alt]").unwrap()).count();
        assert!(!text.trim().is_empty() || pictures > 0, "{at}: {:?}", button.value());
    }
}

/// A world in which every page has something to show; how the parts of the paths are filled.
pub async fn furnished(world: &World, desk: &mut Desk) -> BTreeMap<&'static str, String> {
    let left = Applicant::default().hand_off(&mut Browser::new(&world.url)).await;
    left.finish(world, &mut Browser::new(&world.url)).await;
    let number = left.receipt_number.clone();
    let id = world
        .write(move |conn| mizumado::enrolment::id_of_receipt(conn, &number))
        .await;
    let id = id.unwrap();
    let shown = desk.get(&format!("/applications/{id}")).await;
    let mail = shown.attributes(".timeline a[href*='/mails/']", "href").remove(0);
    tasks(world).await;
    let day = jst(world.workspace.clock.now()).date();
    let closer = Asked {
        by: Person {
            id: desk.id.clone(),
            address: "127.0.0.1".into(),
        },
        task: None,
        progress: Progress::default(),
    };
    let no = feature::close(&world.workspace, day, world.workspace.clock.now(), Some(&closer)).await;
    let task = desk.post("/deliveries", &[]).await.path;
    let fields = [("result", "not_registered"), ("note", "a"), ("evidence", "b")];
    desk.post(&format!("/applications/{id}/corrections"), &fields).await;
    let layout = desk.post("/layouts", &[("from", "ready:zengin-120")]).await.path;
    let table = "institution_code,branch_code,name,kana\n1371,998,試行支店,シコウ\n";
    let import = desk
        .upload("/institutions/imports", "file", table.as_bytes())
        .await
        .path;
    let text = desk.post("/texts/faq/versions", &[]).await.path;
    let new = [
        ("title", "個人情報の事故"),
        ("happened_at", "2026-11-25 09:50"),
        ("severity", "critical"),
        ("words", "わかったこと"),
        ("function_personal_data", "yes"),
    ];
    let incident = desk.post("/incidents", &new).await.path;
    let (outage, paper) = planned(desk).await;
    let stop = [("rule", "毎日 23:55-翌0:05"), ("reason", "点検")];
    let seen = desk.post("/institutions/stops", &stop).await;
    let form = seen_form(&seen);
    desk.post_with("/institutions/stops", &form, &[]).await;
    let table = "date,name\n2027-01-01,元日\n2027-07-21,海の日\n";
    let holidays = desk.upload("/holidays/imports", "file", table.as_bytes()).await.path;
    let mut paths = questions(world, desk).await;
    paths.extend([
        ("/applications/{id}", format!("/applications/{id}")),
        (
            "/applications/{id}/withdrawal",
            format!("/applications/{id}/withdrawal"),
        ),
        ("/applications/{id}/mails/{mail}", mail),
        ("/applications/{id}/guidance", format!("/applications/{id}/guidance")),
        (
            "/applications/{id}/corrections",
            format!("/applications/{id}/corrections"),
        ),
        ("/deliveries/{no}", format!("/deliveries/{}", no.unwrap().unwrap())),
        ("/tasks/{id}", task),
        ("/layouts/{id}", layout.clone()),
        ("/layouts/{id}/columns/{place}", format!("{layout}/columns/1")),
        ("/institutions/imports/{id}", import),
        ("/incidents/{id}", incident.clone()),
        ("/incidents/{id}/report", format!("{incident}/report")),
        ("/incidents/{id}/accident", format!("{incident}/accident")),
        ("/outages/{id}", outage.clone()),
        ("/outages/{id}/record", format!("{outage}/record")),
        ("/papers/{id}", paper),
        ("/manuals/{manual}", "/manuals/easy".into()),
        ("/manuals/{manual}/{chapter}", "/manuals/easy/card".into()),
        ("/promotion/{kind}", "/promotion/poster".into()),
        ("/procedures/{name}", "/procedures/procedure_start".to_owned()),
        ("/texts/{name}", "/texts/faq".to_owned()),
        ("/texts/versions/{id}", text),
        ("/institutions/{code}", "/institutions/0140".to_owned()),
        ("/institutions/{code}/edit", "/institutions/0140/edit".to_owned()),
        (
            "/institutions/{code}/retirement",
            "/institutions/0140/retirement".to_owned(),
        ),
        ("/holidays/imports/{id}", holidays),
        ("/staff/{id}", format!("/staff/{}", desk.id)),
    ]);
    paths
}

/// An outage that waits for its approval, and minutes that are being written.
async fn planned(desk: &mut Desk) -> (String, String) {
    let outage = [
        ("work", "機器の点検"),
        ("starts_at", "2026-12-06 01:00"),
        ("ends_at", "2026-12-06 05:00"),
        ("notice", "点検のため"),
        ("effect", "申込みができない"),
        ("way_back", "元にもどす"),
    ];
    let outage = desk.post("/outages", &outage).await.path;
    let minutes = [("kind", "minutes"), ("period", "2026-11-25")];
    (outage, desk.post("/papers", &minutes).await.path)
}

/// An inquiry, a template, a question for the public page, and a citizen on the phone.
async fn questions(world: &World, desk: &mut Desk) -> BTreeMap<&'static str, String> {
    let call = [("source", "phone"), ("category", "result"), ("body", "結果はいつ")];
    let inquiry = desk.post("/inquiries", &call).await.path;
    let template = [("name", "時期の案内"), ("body", "翌月分からです")];
    let template = desk.post("/inquiries/templates", &template).await;
    let entry = desk.post("/questions", &[]).await.path;
    let wish = desk
        .post("/improvements", &[("title", "大きな字で読みたい")])
        .await
        .path;
    let mut citizen = Browser::new(&world.url);
    let code = citizen.post("/apply/assist", &[]).await.first(".receipt-number");
    let assist = desk.post("/assist", &[("code", &code)]).await.path;
    BTreeMap::from([
        ("/inquiries/{id}", inquiry),
        (
            "/inquiries/templates/{id}",
            template.attributes("section.card h2 a", "href").remove(0),
        ),
        ("/questions/{id}", entry),
        ("/improvements/{id}", wish),
        ("/assist/{id}", assist),
    ])
}

/// A difference, alarms, and applications in need of a person.
async fn tasks(world: &World) {
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        for n in 0..3 {
            let row = Row::new(n, now - Duration::hours(30));
            rows::confirm(conn, &workspace.keys, std::slice::from_ref(&row))?;
            let to = [
                Registration::Unknown,
                Registration::AtInstitution,
                Registration::Rejected,
            ][n];
            rows::bring(conn, &row.id, to, row.at)?;
            let cause = alarms::Cause {
                key: &format!("test.{n}"),
                subject: "",
                message: &format!("試験の警報{n}"),
            };
            alarms::raise(conn, &workspace, &cause, now)?;
        }
        let note = Place {
            table: "exports",
            row: "E0",
            field: "note",
        };
        let note = workspace.keys.seal(note, "")?;
        conn.batch_execute(&format!(
            "insert into exports (id, number, purpose, note, filter, row_count, asked_by, asked_at, needs_second) \
             select 'E0', 1, 'report', '{note}', '', 2000, id, {}, true from staff limit 1",
            rows::literal(now)
        ))?;
        for n in 0..2 {
            conn.batch_execute(&format!(
                "insert into differences (id, kind, attempt_id, gateway, detail, found_at) \
                 values ('D{n}', 'missing_in_file', 'A{n}', 'main', '日次ファイルにありません', {})",
                rows::literal(now)
            ))?;
        }
        Ok(())
    };
    world.write(write).await;
}

/// Files, and pages for those who are not signed in.
pub const ELSEWHERE: [&str; 22] = [
    "/manuals/pictures/{file}",
    "/training/{class}",
    "/training/{class}/seats/{seat}",
    "/training/{class}/ending",
    "/training/{class}/certificates",
    "/training/{class}/report",
    "/training/{class}/report/word",
    "/outages/{id}/record/word",
    "/papers/{id}/word",
    "/incidents/{id}/report/word",
    "/incidents/{id}/accident/word",
    "/inquiries/{id}/files/{file}",
    "/assets/{file}",
    "/favicon.ico",
    "/sign-in",
    "/sign-in/code",
    "/enrolments/{token}",
    "/deliveries/{no}/file",
    "/deliveries/{no}/report",
    "/audit/export",
    "/exports/{id}/file",
    "/proof",
];

#[actix_web::test]
async fn every_page_is_built_as_a_page_of_the_console() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let paths = furnished(&world, &mut desk).await;
    let (mut titles, mut seen) = (BTreeMap::new(), 0);
    for rule in CONSOLE_PLAN
        .rules
        .iter()
        .filter(|r| r.method == "GET" && !ELSEWHERE.contains(&r.path))
    {
        let path = paths.get(rule.path).cloned().unwrap_or(rule.path.to_owned());
        let page = desk.get(&path).await;
        assert_eq!(
            (page.status, page.path.as_str()),
            (200, path.as_str()),
            "{}",
            page.text()
        );
        assert_built(&page, &path);
        assert_labelled(&page, &path);
        assert!(!page.first("h1").trim().is_empty());
        let other = titles.insert(page.title(), path.clone());
        assert_eq!(other, None, "{path}: {}", page.title());
        seen += 1;
    }
    assert!(seen >= 18, "{seen}");
    let wrong = desk.post("/institutions/stops", &[("rule", "x")]).await;
    assert_built(&wrong, "a wrong form");
    let seen = desk
        .get("/institutions/stops/new?rule=%E6%AF%8E%E6%97%A5+1:00-2:00&reason=x")
        .await;
    assert_built(&seen, "a calendar");
    assert_labelled(&seen, "a calendar");
    let missing = desk.get("/nowhere").await;
    assert_eq!(missing.status, 404);
    assert_built(&missing, "no such page");
    let mut nobody = Browser::new(&world.console);
    for path in ["/sign-in", "/sign-in/code"] {
        let page = nobody.get(path).await;
        assert_built(&page, path);
        assert_labelled(&page, path);
    }
}

#[actix_web::test]
async fn every_number_of_the_home_page_leads_to_as_many() {
    let digits = Regex::new(r"^\d+").unwrap();
    for world in World::all_with_console().await {
        let mut desk = Desk::open(&world, "a1", Role::ALL).await;
        let nothing = desk.get("/").await;
        for tile in nothing.all(".tile__number") {
            assert!(tile.contains("0件（確認済み）"), "{tile}");
        }
        for part in ["texts", "layouts", "deliveries", "incidents", "outages", "exports"] {
            let empty = desk.get(&format!("/{part}?waiting=yes")).await;
            assert!(
                empty.has("0件") && empty.has("（確認済み）"),
                "{part}: {}",
                empty.text()
            );
            assert!(empty.all("main tbody tr").is_empty(), "{part}");
        }
        let paths = furnished(&world, &mut desk).await;
        desk.prove().await;
        for path in [&paths["/texts/versions/{id}"], &paths["/layouts/{id}"]] {
            assert_eq!(desk.post(&format!("{path}/proposal"), &[]).await.status, 200, "{path}");
        }
        let home = desk.get("/").await;
        home.expect("15:00までにダウンロードしてください");
        let numbers = home.all(".tile__number");
        let links = home.attributes(".tile__number", "href");
        assert_eq!(links.len(), 14);
        let mut sum = 0;
        for (link, number) in links.iter().zip(&numbers) {
            let number: usize = digits.find(number.trim()).unwrap().as_str().parse().unwrap();
            let page = desk.get(link).await;
            let behind = match link.split('?').next().unwrap() {
                "/applications" | "/inquiries" => page.all("#found tbody tr").len(),
                "/incidents" | "/outages" => page.all("table.table tbody tr").len(),
                // A text stands once, with the number of its versions that wait.
                "/texts" | "/layouts" | "/deliveries" => page.all("main tbody tr").len(),
                _ => page.all("main section.card").len(),
            };
            assert_eq!(number, behind, "{link}");
            if link.ends_with("?waiting=yes") {
                assert!(number > 0, "{link}: there must be something to lead to");
                assert_eq!(
                    page.link("すべてを見る").as_deref(),
                    link.strip_suffix("?waiting=yes"),
                    "{link}"
                );
            }
            sum += number;
        }
        // Two in need of a person, a correction, two differences, a file, three alarms, a question at least.
        assert!(sum >= 10, "{numbers:?}");
        let mut auditor = Desk::open(&world, "v1", &[Role::Trainer]).await;
        assert_eq!(
            auditor.get("/").await.all(".tile").len(),
            0,
            "who may open nothing sees no number"
        );
    }
}

#[actix_web::test]
async fn an_alarm_is_acknowledged_once_by_somebody_who_may() {
    for world in World::all_with_console().await {
        tasks(&world).await;
        let mut operator = Desk::open(&world, "o1", &[Role::Operator]).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let page = operator.get("/alarms").await;
        let ways = page.attributes("form[action$=acknowledgement]", "action");
        assert_eq!(ways.len(), 3);
        let seen = clerk.get("/alarms").await;
        assert!(!seen.has("acknowledgement") && seen.has("未確認"));
        assert_eq!(clerk.post(&ways[0], &[]).await.status, 403);
        for _ in 0..2 {
            operator.post(&ways[0], &[]).await.expect("職員番号 o1 が確認しました");
        }
        assert_eq!(world.audit("alarm.acknowledged").await.len(), 1);
        assert_eq!(world.alarms().await.len(), 3, "seen is not over");
        assert_eq!(operator.post("/alarms/nothing/acknowledgement", &[]).await.status, 200);
    }
}

#[actix_web::test]
async fn a_difference_is_settled_with_words_and_once() {
    for world in World::all_with_console().await {
        tasks(&world).await;
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut viewer = Desk::open(&world, "v1", &[Role::Viewer]).await;
        let way = "/differences/D0/settlement";
        let page = clerk.post(way, &[("resolution", " 　")]).await;
        assert_eq!(page.status, 422);
        assert!(
            page.first("#resolution-D0-error")
                .contains("どう処理したかを入力してください")
        );
        assert!(page.first("#resolution-D1-error").is_empty());
        assert!(!viewer.get("/differences").await.has("処理済みにする"));
        assert_eq!(viewer.post(way, &[("resolution", "x")]).await.status, 403);
        let page = clerk.post(way, &[("resolution", "銀行に電話で確かめた")]).await;
        assert_eq!(page.all("main section.card").len(), 1);
        // Weeks later a colleague asks how.
        page.expect("処理済みのくいちがい").expect("銀行に電話で確かめた");
        let masked = viewer.get("/differences").await;
        assert!(masked.has("処理済みのくいちがい") && !masked.has("銀行に電話で確かめた"));
        assert!(!world.audit("difference.seen").await.is_empty());
        assert_eq!(clerk.post(way, &[("resolution", "もう一度")]).await.status, 409);
        let kept = "select count(*) as n from differences where id = 'D0' and resolution not like '%銀行%' \
                    and settled_by like 'staff/%' and ended_at is not null";
        assert_eq!(world.count(kept).await, 1);
        let audit = world.audit("difference.settled").await;
        assert_eq!(audit, [("difference/D0".to_owned(), "from 127.0.0.1".to_owned())]);
    }
}
