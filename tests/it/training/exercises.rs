//! The exercises as they are written, and how a desk shows that one was done.
use super::{be, class, come_in, one};
use crate::{authenticator::Passkey, desk::enrol};
use mizumado::{
    audit::{self, Actor},
    db::Conn,
    training::{self, Exercises},
    web,
};
use std::collections::BTreeSet;

#[actix_web::test]
async fn every_exercise_asks_for_what_the_program_records() {
    let world = one().await;
    let exercises = world.school().exercises();
    let mut routes = crate::routes::console_routes().await;
    routes.extend(crate::routes::public_routes(&world).await);
    let mut roles = BTreeSet::new();
    let mut count = 0;
    for exercise in exercises.iter() {
        count += 1;
        roles.insert(exercise.head.role.clone());
        for goal in &exercise.head.goals {
            let id = &exercise.head.id;
            if let Some(action) = &goal.audit {
                assert!(audit::action_label(action).is_some(), "{id}: {action}");
            }
            // The report of an acceptance test says on which page it was done.
            if goal.question.is_none() {
                let screen = goal.screen.as_deref().unwrap_or_default();
                let path = screen.split_once('（').map(|(_, path)| path.trim_end_matches('）'));
                let route = format!("GET  {}", path.unwrap_or_default());
                assert!(routes.contains(&route), "{id}: {screen:?} is no page of ours");
            }
        }
    }
    assert!(count >= 14, "{count}");
    for role in ["clerk", "approver", "administrator", "auditor", "operator"] {
        assert!(roles.contains(role), "{role}");
    }
    assert!(exercises.iter().filter(|e| e.head.acceptance).count() >= 8);
}

#[actix_web::test]
async fn a_goal_is_reached_by_doing_it_and_by_nothing_else() {
    let world = one().await;
    let class = class(&world, 1).await;
    let school = world.school();
    let case = class.desks[0].cases["caller"].clone();
    let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut clerk, "mado").await;
    // What was done before it began does not count.
    clerk.get(&format!("/applications/{}", case.id)).await;
    let path = "/training/exercises/find-application";
    clerk.get(path).await.expect("この課題を始める").expect(&case.phone);
    let page = clerk.post(&format!("{path}/beginning"), &[]).await;
    assert_eq!(page.all("main li.card .tag--good").len(), 0);
    let met = || school.class(&class.id).unwrap().seat(1).unwrap().tries["find-application"].reached();
    // Another application is not this one.
    let other = &class.desks[0].cases["leaving"].id;
    clerk.get(&format!("/applications/{other}")).await;
    clerk.get(path).await;
    assert_eq!(met(), 0);
    clerk.get(&format!("/applications/{}", case.id)).await;
    clerk.get(path).await;
    assert_eq!(met(), 1);
    // A wrong answer is no answer; the right one counts in any width.
    let wrong = clerk
        .post(
            &format!("{path}/answers"),
            &[("answer_1", "AAA-AAA-AAA"), ("answer_2", "1")],
        )
        .await;
    wrong.expect("もう一度、考えてみてください");
    assert_eq!(met(), 1);
    let receipt: String = case.receipt.to_lowercase().replace('-', " ");
    let right = school.exercises().find("find-application").unwrap().head.goals[2]
        .correct
        .unwrap()
        .to_string();
    let fields = [("answer_1", receipt.as_str()), ("answer_2", right.as_str())];
    clerk
        .post(&format!("{path}/answers"), &fields)
        .await
        .expect("できました");
    assert_eq!(met(), 3);
    clerk.get("/training/").await.expect("1 / ");
}

#[test]
fn an_exercise_that_cannot_be_failed_or_names_what_is_not_there_is_refused() {
    let whole = "+++\nid = \"x\"\ntitle = \"x\"\nrole = \"clerk\"\nminutes = 1\nrequirement = \"N11\"\nstart = \"/\"\n\
                 [[goal]]\ntext = \"x\"\naudit = \"application.seen\"\n+++\n## 状況\n## やること\n## ヒント\n## まちがえやすいところ\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.md");
    for (from, to, said) in [
        ("", "", None),
        (
            "audit = \"application.seen\"",
            "question = \"x\"\noptions = [\"a\"]\ncorrect = 1",
            Some("look at the desk"),
        ),
        (
            "audit = \"application.seen\"",
            "state = \"registered\"",
            Some("needs of = CASE"),
        ),
        (
            "audit = \"application.seen\"",
            "state = \"nothing\"\nof = \"caller\"",
            Some("no state"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nof = \"nobody\"",
            Some("is no case"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.looked_at\"",
            Some("no action of the record"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nsame = true",
            Some("need a goal with audit before"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nby = \"another\"",
            Some("need a goal with audit before"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nby = \"anybody\"",
            Some("by can be one of"),
        ),
        (
            "audit = \"application.seen\"",
            "state = \"registered\"\nof = \"caller\"\ndetail = \"x\"",
            Some("belong to audit"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nby = \"same\"",
            Some("need a goal with audit before"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\nby = \"self\"",
            Some("needs same = true"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\non = \"sunday\"",
            Some("on can be"),
        ),
        (
            "audit = \"application.seen\"",
            "audit = \"application.seen\"\ndetail = \"{{next-month}}\"",
            Some("can be filled in"),
        ),
        (
            "start = \"/\"",
            "start = \"/\"\ncourses = [\"nobody\"]",
            Some("is no course"),
        ),
        (
            "start = \"/\"",
            "start = \"/\"\nscenes = [\"rain\"]",
            Some("is no scene"),
        ),
        ("role = \"clerk\"", "role = \"worker\"", Some("nobody of a desk")),
        ("id = \"x\"", "id = \"X Y\"", Some("may hold")),
        ("## ヒント", "## 何か", Some("is missing")),
        ("## 状況", "## 状況\n{{nobody.name}}", Some("names no case")),
        ("minutes = 1", "minuets = 1", Some("unknown field")),
    ] {
        std::fs::write(&file, whole.replace(from, to)).unwrap();
        let read = Exercises::load(Some(folder.path()), &training::cases());
        match said {
            None => assert!(read.unwrap().find("x").is_some()),
            Some(said) => {
                let error = read.unwrap_err().to_string();
                assert!(error.contains(said) && error.contains("x.md"), "{error}");
            }
        }
    }
}

#[actix_web::test]
async fn an_incident_that_was_not_brought_to_its_end_is_not_done() {
    let world = one().await;
    let class = class(&world, 1).await;
    let school = world.school();
    let mut operator = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut operator, "unyo").await;
    let exercise = "/training/exercises/incident";
    operator.post(&format!("{exercise}/beginning"), &[]).await;
    let met = async |browser: &mut crate::browser::Browser| {
        browser.get(exercise).await;
        school.class(&class.id).unwrap().seat(1).unwrap().tries["incident"].reached()
    };
    let happened = format!("{} 09:50", class.day);
    let open = [
        ("title", "金融機関の画面に進めない"),
        ("happened_at", happened.as_str()),
        ("severity", "minor"),
        ("words", "電話が続いた"),
        ("function_handoff", "yes"),
    ];
    // One of another severity is not what the text asks for, and what is done to it does not count.
    let other = operator.post("/incidents", &open).await;
    other.expect("障害 第");
    operator
        .post(&format!("{}/notes", other.path), &[("note", "調べている")])
        .await;
    assert_eq!(met(&mut operator).await, 0);
    let open = open.map(|(name, value)| (name, if name == "severity" { "major" } else { value }));
    let path = operator.post("/incidents", &open).await.path;
    assert_eq!(met(&mut operator).await, 1);
    let due = (training::beginning(class.day) + chrono::Duration::days(30))
        .date()
        .to_string();
    type Step<'a> = (&'a str, &'a [(&'a str, &'a str)], usize);
    let steps: [Step<'_>; 6] = [
        ("notes", &[("note", "回線を調べている")], 2),
        ("state", &[("to", "working"), ("words", "調べている")], 2),
        ("state", &[("to", "restored"), ("words", "つながった")], 3),
        ("cause", &[("cause", "回線の故障")], 4),
        (
            "measures",
            &[("measure", "二重にする"), ("unit", "運用"), ("due", due.as_str())],
            5,
        ),
        ("state", &[("to", "closed"), ("words", "終わった")], 6),
    ];
    for (what, fields, reached) in steps {
        let page = operator.post(&format!("{path}/{what}"), fields).await;
        assert_eq!(page.status, 200, "{what}: {}", page.text());
        assert_eq!(met(&mut operator).await, reached, "{what} {fields:?}");
    }
    operator.get(exercise).await.expect("次の課題をえらぶ");
}

#[actix_web::test]
async fn who_is_invited_at_a_desk_enrols_a_key_there_and_the_exercise_sees_it() {
    let world = one().await;
    let class = class(&world, 1).await;
    let school = world.school();
    let mut administrator = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut administrator, "kanri").await;
    let exercise = "/training/exercises/person-and-key";
    administrator.post(&format!("{exercise}/beginning"), &[]).await;
    let met = async |browser: &mut crate::browser::Browser| {
        browser.get(exercise).await;
        let class = school.class(&class.id).unwrap();
        class.seat(1).unwrap().tries["person-and-key"].reached()
    };
    let person = [
        ("code", "9001"),
        ("name", "花見七海"),
        ("unit", ""),
        ("role_clerk", "on"),
    ];
    let invitation = administrator.post("/staff", &person).await;
    let path = invitation.link("花見七海 さんの画面にもどる").unwrap();
    let url = invitation.first(".invitation .mono");
    assert_eq!(met(&mut administrator).await, 2, "a key that nobody enrolled is none");
    let console = &school.addresses().console;
    let way = url
        .trim()
        .strip_prefix(console.as_str())
        .unwrap_or_else(|| panic!("{url}"));
    let mut key = Passkey::new(console);
    let page = enrol(&mut administrator, way, &mut key).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert_eq!(met(&mut administrator).await, 3);
    // The last way in is never revoked; with codes on paper the key is.
    let revoke = administrator
        .get("/account")
        .await
        .attributes("form[action$='/revocation']", "action")
        .remove(0);
    administrator
        .post(&revoke, &[])
        .await
        .expect("このキーは停止できません");
    assert_eq!(met(&mut administrator).await, 3);
    administrator
        .post("/account/codes", &[])
        .await
        .expect("リカバリーコード");
    administrator
        .post(&revoke, &[])
        .await
        .expect("登録されたキーはありません");
    assert_eq!(met(&mut administrator).await, 4);
    be(&mut administrator, "kanri").await;
    administrator
        .post(&format!("{path}/suspension"), &[])
        .await
        .expect("停止中");
    assert_eq!(met(&mut administrator).await, 5);
}

#[actix_web::test]
async fn an_answer_by_the_template_to_what_is_not_late_is_not_the_one_asked_for() {
    let world = one().await;
    let class = class(&world, 1).await;
    let school = world.school();
    let mut clerk = come_in(&world, &class, "1", "山本 一郎").await;
    be(&mut clerk, "shonin").await;
    let exercise = "/training/exercises/answer-inquiry";
    clerk.post(&format!("{exercise}/beginning"), &[]).await;
    let met = async |browser: &mut crate::browser::Browser| {
        browser.get(exercise).await;
        school.class(&class.id).unwrap().seat(1).unwrap().tries["answer-inquiry"].reached()
    };
    let template = [("name", "あいさつと結び"), ("body", "ありがとうございます。")];
    let page = clerk.post("/inquiries/templates", &template).await;
    let template = page.attributes("section.card h2 a", "href").remove(0);
    let template = template.rsplit('/').next().unwrap().to_owned();
    assert_eq!(met(&mut clerk).await, 1);
    be(&mut clerk, "mado").await;
    let answer = async |browser: &mut crate::browser::Browser, inquiry: &str| {
        let way = format!("{inquiry}/messages");
        let form = browser.get(inquiry).await.form_to(&way);
        let typed = [
            ("kind", "reply"),
            ("body", "お答えします。"),
            ("used", template.as_str()),
        ];
        let page = browser.post_with(&way, &form, &typed).await;
        page.expect("回答済み");
    };
    let list = clerk.get("/inquiries").await;
    let links = list.attributes("main table a", "href");
    let asked: BTreeSet<String> = links
        .into_iter()
        .filter(|way| way.starts_with("/inquiries/0"))
        .collect();
    assert!(!asked.is_empty(), "{}", list.text());
    let call = [("source", "phone"), ("category", "result"), ("body", "結果はいつ")];
    let fresh = clerk.post("/inquiries", &call).await.path;
    answer(&mut clerk, &fresh).await;
    assert_eq!(met(&mut clerk).await, 1, "it was not late");
    for inquiry in asked {
        answer(&mut clerk, &inquiry).await;
    }
    assert_eq!(met(&mut clerk).await, 2, "one of them was");
}

#[actix_web::test]
async fn half_of_one_draft_and_half_of_another_are_nothing_done_however_often_it_is_looked_at() {
    let world = one().await;
    let class = class(&world, 1).await;
    let school = world.school();
    let desk = school.desk(&class.desks[0].id).unwrap().workspace;
    let mut learner = come_in(&world, &class, "1", "山本 一郎").await;
    let path = "/training/exercises/change-layout";
    learner.post(&format!("{path}/beginning"), &[]).await;
    let record = async |id: &'static str, action: &'static str, subject: &'static str, detail: &'static str| {
        let now = desk.clock.now();
        let actor = Actor::Staff {
            id,
            address: "10.0.0.9",
        };
        let write =
            move |conn: &mut Conn| Ok::<_, web::Error>(audit::record(conn, now, actor, action, subject, detail)?);
        desk.db.write(write).await.unwrap();
    };
    let met = || {
        let seat = school.class(&class.id).unwrap().seat(1).unwrap().clone();
        let met = seat.tries["change-layout"].met.clone();
        met.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    for (action, detail) in [
        ("layout.drafted", ""),
        ("layout.changed", "column_added"),
        ("layout.changed", "column 預金種別名"),
    ] {
        record("A", action, "layout/1", detail).await;
    }
    learner.get(path).await;
    assert_eq!(met(), [true, true, true, false, false, false]);
    for (by, action, detail) in [
        ("A", "layout.drafted", ""),
        ("A", "layout.changed", "column_added"),
        ("A", "layout.proposed", ""),
        ("B", "layout.approved", ""),
    ] {
        record(by, action, "layout/2", detail).await;
    }
    learner.get(path).await;
    assert_eq!(
        met(),
        [true, true, false, true, true, false],
        "the column is in the other draft"
    );
}
