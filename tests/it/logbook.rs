//! The nightly sealing of the log files (S8): a day that is over cannot be edited without notice.
use crate::served::Place;
use mizumado::{app, clock::Clock};

/// One run of the program with one request; what it logged stands in today's files.
async fn run_once(place: &Place) {
    let program = place.serve();
    assert_eq!(reqwest::get(&place.url).await.unwrap().status(), 200);
    assert_eq!(program.stop(), Some(0));
}

#[actix_web::test]
async fn a_day_that_is_over_is_sealed_and_an_edited_line_is_found() {
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "log_dir = \"logs\"\n", "");
    run_once(&place).await;
    // Yesterday's, as if the day had ended.
    for entry in std::fs::read_dir(place.path("logs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some((log, rest)) = name.split_once('.').filter(|_| name.ends_with(".jsonl")) {
            let today: chrono::NaiveDate = rest.trim_end_matches(".jsonl").parse().unwrap();
            let yesterday = path.with_file_name(format!("{log}.{}.jsonl", today.pred_opt().unwrap()));
            std::fs::rename(&path, yesterday).unwrap();
        }
    }
    run_once(&place).await;
    let clock = Clock::system();
    let world = place.world(clock.clone());
    // Two nights are made up for at the same time; each file is sealed once all the same.
    for _ in 0..2 {
        clock.advance(chrono::Duration::days(1));
        app::planner(&world).plan().await.unwrap();
    }
    while app::runner(&world).run_due().await.unwrap() > 0 {}
    drop(world);
    let said = place.must(&["logs", "check"]);
    assert!(said.contains("no line is missing or changed; 2 sealed files"), "{said}");

    let files = std::fs::read_dir(place.path("logs"))
        .unwrap()
        .map(|e| e.unwrap().path());
    let mut access: Vec<_> = files.filter(|p| p.display().to_string().contains("access.")).collect();
    access.sort();
    let text = std::fs::read_to_string(&access[0]).unwrap();
    assert!(text.contains("\"status\":200"), "{text}");
    std::fs::write(&access[0], text.replacen("\"status\":200", "\"status\":404", 1)).unwrap();
    let (ok, said, _) = place.run(&["logs", "check"]);
    assert!(
        !ok && said.contains("access."),
        "the number fits, the digest does not: {said}"
    );
}
