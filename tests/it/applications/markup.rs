//! What people type is text on every page of the console, never markup.
use crate::{
    browser::Page,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use mizumado::{
    accounts::{self, Role},
    alarms, audit,
    db::Conn,
    enrolment::states::Registration,
};
use scraper::{Html, Selector};

/// What breaks out of an element, an attribute, a script, a comment.
const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "</textarea></title></style><svg/onload=alert(1)>",
    "javascript:alert(1)//",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "--><iframe srcdoc=\"<script>parent.x=1</script>\">",
];

/// No element or attribute of the page came from what was typed.
#[track_caller]
fn assert_is_text(page: &Page) {
    assert!(page.status < 500, "{}: {}", page.path, page.status);
    let html = Html::parse_document(&page.html);
    for element in html.select(&Selector::parse("*").unwrap()) {
        let name = element.value().name();
        assert!(
            !["iframe", "svg", "object", "embed", "base"].contains(&name),
            "{}: {name}",
            page.path
        );
        for (attribute, value) in element.value().attrs() {
            let bad = attribute.starts_with("on") || ["style", "srcdoc"].contains(&attribute);
            assert!(!bad, "{}: {attribute}={value:?}", page.path);
            let leads = ["href", "src", "action"].contains(&attribute);
            assert!(
                !leads || value.starts_with(['/', '#']),
                "{}: {attribute}={value:?}",
                page.path
            );
        }
        let text: String = element.text().collect();
        assert!(
            name != "script" || (element.attr("src").is_some() && text.is_empty()),
            "{}",
            page.path
        );
    }
}

/// Writes the text wherever staff or applicants can; gives the pages where it stands.
async fn type_everywhere(world: &World, desk: &mut Desk, n: usize, text: &'static str) -> Vec<String> {
    let (workspace, at) = (world.workspace.clone(), world.workspace.clock.now());
    let row = Row {
        name: (text.into(), text.into()),
        ..Row::new(n, at)
    };
    let id = row.id.clone();
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &workspace.keys, std::slice::from_ref(&row))?;
        rows::bring(conn, &row.id, Registration::Registered, at)?;
        let cause = alarms::Cause {
            key: text,
            subject: text,
            message: text,
        };
        alarms::raise(conn, &workspace, &cause, at)?;
        audit::record(conn, at, audit::Actor::Operator, "test.hostile", text, text)?;
        let form = accounts::PersonForm {
            code: format!("x{n}"),
            name: text.into(),
            unit: text.into(),
            roles: vec![Role::Viewer],
        };
        let person = accounts::add_person(conn, &workspace, &audit::Actor::Operator, &form, at)?;
        Ok(person)
    };
    let person = world.write(write).await;
    let here = format!("/applications/{id}");
    desk.post(&format!("{here}/notes"), &[("body", text)]).await;
    let reason = [("reason", "other"), ("note", text)];
    assert_is_text(&desk.post(&format!("{here}/reveals"), &reason).await);
    let correction = [("result", "not_registered"), ("note", text), ("evidence", text)];
    assert_is_text(&desk.post(&format!("{here}/corrections"), &correction).await);
    desk.post("/applications/views", &[("name", text), ("list", "result=unknown")])
        .await;
    let layout = desk.post("/layouts", &[("from", "ready:standard-19")]).await.path;
    let form = desk.get(&layout).await.form_to(&layout);
    let page = desk
        .post_with(&layout, &form, &[("name", text), ("note", text), ("file_name", text)])
        .await;
    assert_is_text(&page);
    let column = format!("{layout}/columns/0");
    let form = desk.get(&column).await.form_to(&column);
    let fields = [
        ("header", text),
        ("source", "fixed"),
        ("fixed", text),
        ("otherwise", text),
    ];
    assert_is_text(&desk.post_with(&column, &form, &fields).await);
    assert_is_text(&desk.post(&format!("{layout}/text"), &[("text", text)]).await);
    let stop = [("rule", "毎日 23:55-翌0:05"), ("reason", text)];
    assert_is_text(&desk.post("/institutions/stops", &stop).await);
    desk.post("/institutions/stops", &[stop[0], stop[1], ("confirmed", "yes")])
        .await;
    assert_is_text(
        &desk
            .post("/institutions/stops", &[("rule", text), ("reason", text)])
            .await,
    );
    vec![here, layout, column, format!("/staff/{person}")]
}

#[actix_web::test]
async fn what_is_typed_is_shown_as_text_on_every_page() {
    let world = World::with_console().await;
    let roles: Vec<Role> = Role::ALL.to_vec();
    let mut desk = Desk::open(&world, "a1", &roles).await;
    let lists = [
        "/",
        "/applications",
        "/corrections",
        "/layouts",
        "/institutions",
        "/alarms",
        "/audit",
        "/staff",
        "/deliveries",
    ];
    for (n, text) in HOSTILE.into_iter().enumerate() {
        let pages = type_everywhere(&world, &mut desk, n, text).await;
        for path in &pages {
            let page = desk.get(path).await;
            assert_is_text(&page);
            assert_eq!(page.status, 200, "{path}");
        }
        let shown = [
            &pages[0],
            "/applications",
            "/corrections",
            "/layouts",
            "/institutions",
            "/alarms",
            "/audit",
            "/staff",
        ];
        for path in shown {
            let page = desk.get(path).await;
            let rendered: String = Html::parse_document(&page.html).root_element().text().collect();
            // A view's name is cut.
            let beginning: String = text.chars().take(40).collect();
            assert!(rendered.contains(&beginning), "{path} shows {text} as it was typed");
        }
        for path in lists {
            assert_is_text(&desk.get(path).await);
        }
        for query in [
            "/applications?institution=",
            "/audit?who=",
            "/institutions/0140?q=",
            "/audit?subject=",
        ] {
            let typed = serde_urlencoded::to_string([("", text)]).unwrap();
            assert_is_text(&desk.get(&format!("{query}{}", &typed[1..])).await);
        }
    }
}
