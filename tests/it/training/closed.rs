//! What is wrong with the practice site never keeps production from starting, and is said where practice was.
use super::{class, come_in, left::seated, one, wish};
use crate::{
    browser::Browser,
    desk::Desk,
    harness::{World, school_of},
    served::Place,
};
use mizumado::{
    accounts::Role,
    app,
    clock::Clock,
    training::{Closed, Doors, Kind, NewClass, School},
};
use std::net::TcpListener;

/// The console again, with these doors, by who is signed in already.
pub async fn console(world: &World, doors: Doors, staff: &Desk) -> Browser {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://localhost:{}", socket.local_addr().unwrap().port());
    let settings = world.workspace.settings.console.clone().unwrap();
    let server = app::serve_console(world.workspace.clone(), settings, socket, None, doors).unwrap();
    actix_web::rt::spawn(server);
    let mut browser = Browser::new(&url);
    browser.cookies = staff.cookies.clone();
    browser
}

/// The rooms of a school that was opened anew, by somebody who sat there before.
async fn room(school: &School, learner: &Browser) -> Browser {
    let sockets = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let port = sockets[0].local_addr().unwrap().port();
    for server in app::serve_training(school, sockets, None).unwrap() {
        actix_web::rt::spawn(server);
    }
    seated(&format!("http://localhost:{port}"), learner)
}

#[actix_web::test]
async fn a_broken_desk_is_left_out_and_said_on_its_class_s_page_and_the_others_go_on() {
    let world = one().await;
    let broken = class(&world, 2).await;
    let test = NewClass {
        kind: Kind::Acceptance,
        ..wish(&world, 1)
    };
    let test = world.school().make(test).await.unwrap();
    let whole = world.school().class(&test).unwrap();
    let trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let learner = come_in(&world, &broken, "1", "山本 一郎").await;
    let folder = world.dir.path().join("training/classes");
    let desk = &broken.desks[0].id;
    let file = folder.join(format!("{}/{desk}.0/desk.db", broken.id));
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "no database").unwrap();
    // A class whose own file is broken is left out as a whole.
    let unread = folder.join("AAAAAA");
    std::fs::create_dir(&unread).unwrap();
    std::fs::write(unread.join("class.sealed"), "nothing").unwrap();
    let again = school_of(&world.workspace, world.school().addresses().clone())
        .await
        .unwrap();
    assert!(again.desk(desk).is_none());
    assert!(again.desk(&broken.desks[1].id).is_some() && again.desk(&whole.desks[0].id).is_some());
    assert_eq!(again.left_out(), 2);
    let mut browser = console(&world, Doors::Open(again.clone()), &trainer).await;
    browser
        .get("/training")
        .await
        .expect("開けない教室：AAAAAA")
        .expect(&broken.id);
    let page = browser.get(&format!("/training/{}", broken.id)).await;
    page.expect("開けない席があります")
        .expect("席 1 のデータを開けませんでした");
    let page = browser.get(&format!("/training/{}", whole.id)).await;
    assert!(page.status == 200 && !page.has("開けない席があります"));
    // Test data that nobody can open lie there still.
    let report = browser.get(&format!("/training/{}/report", whole.id)).await;
    report.expect("まだ：").expect("開けない教室（AAAAAA）");
    // Who sits there is told, and whom to ask.
    let mut learner = room(&again, &learner).await;
    for path in ["/training/", "/training/exercises/find-application"] {
        let page = learner.get(path).await;
        page.expect("この席のデータを開けません").expect("研修担当に、");
    }
    // A reset mends it.
    again.reset(&broken.id, desk, "研修 花子").await.unwrap();
    assert!(again.desk(desk).is_some());
    assert_eq!(again.left_out(), 1);
    // The record of what went claims no number of what nobody could count.
    let gone = again.class(&broken.id).unwrap().resets.pop().unwrap();
    assert_eq!((gone.uncounted, gone.counts), (vec!["席 1".to_owned()], vec![]));
    let report = browser.get(&format!("/training/{}/report", broken.id)).await;
    report.expect("席 1は開けなかったため、件数は分かりません");
}

#[actix_web::test]
async fn a_wrong_exercise_closes_practice_and_the_console_says_which_file() {
    let world = one().await;
    let trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let own = world.dir.path().join("own");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("kenshu.md"), "no exercise").unwrap();
    let mut training = world.workspace.settings.training.clone().unwrap();
    (training.exercises, training.folder) = (Some(own), world.dir.path().join("another"));
    let addresses = world.school().addresses().clone();
    let opened = School::open(
        &world.workspace.settings,
        &training,
        addresses,
        app::ENGINE,
        Clock::system(),
    )
    .await;
    let closed = Closed::by(&opened.err().unwrap());
    let mut browser = console(&world, Doors::Closed(closed), &trainer).await;
    let page = browser.get("/training").await;
    assert_eq!(page.status, 200);
    page.expect("研修の画面は、いま閉じています")
        .expect("「kenshu.md」に誤りがあります");
    assert_eq!(browser.get("/training/AAAAAA").await.status, 404);
    assert_eq!(browser.get("/").await.status, 200);
}

/// A port with three more after it that nobody has.
fn free_row() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        let more = (1..4u16).map(|n| TcpListener::bind(("127.0.0.1", port.checked_add(n)?)).ok());
        if more.collect::<Option<Vec<_>>>().is_some() {
            return port;
        }
    }
    panic!("no four ports in a row are free");
}

#[actix_web::test]
async fn the_program_starts_whatever_is_wrong_with_its_practice_site() {
    let port = free_row();
    let section = format!(
        "[training]\nlisten = \"127.0.0.1:{port}\"\nurl = \"http://localhost:{port}\"\nnetworks = [\"127.0.0.1/32\"]\n\
         folder = \"training\"\nexercises = \"own\"\n"
    );
    let place = Place::new("sqlite:own.db", "http://127.0.0.1:1", "", &section);
    std::fs::create_dir(place.path("own")).unwrap();
    let own = place.path("own/kenshu.md");
    std::fs::write(&own, "no exercise").unwrap();
    let serves = async || {
        let program = place.serve();
        let answer = reqwest::get(&place.url).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(program.stop(), Some(0));
        place.must(&["alarms", "list"])
    };
    let said = serves().await;
    assert!(said.contains("training.closed") && said.contains("kenshu.md"), "{said}");
    let (ok, out, _) = place.run(&["doctor"]);
    assert!(
        !ok && out.contains("WRONG exercises of the bureau") && out.contains("kenshu.md"),
        "{out}"
    );
    // A port that is taken.
    std::fs::remove_file(&own).unwrap();
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let said = serves().await;
    assert!(said.contains("training.closed"), "{said}");
    // And all is well: the alarm is over.
    drop(taken);
    let said = serves().await;
    assert!(!said.contains("training.closed"), "{said}");
}
