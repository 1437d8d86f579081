//! The bureau's own copies of the exercises: written out, changed, and taught in the place of ours.
use super::{closed::console, one};
use crate::desk::Desk;
use mizumado::{
    accounts::Role,
    app,
    training::{Doors, Exercises, School},
};
use std::{path::Path, process::Command};

/// `mizumado training exercises --out FOLDER`: what it says.
fn write_out(folder: &Path) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mizumado"));
    let ran = program
        .args(["training", "exercises", "--out"])
        .arg(folder)
        .output()
        .unwrap();
    let (said, wrong) = (
        String::from_utf8(ran.stdout).unwrap(),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{said} {wrong}");
    said
}

#[actix_web::test]
async fn exercises_are_written_out_once_changed_by_the_bureau_and_taught_as_changed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("own");
    let ours = Exercises::built_in();
    let told = write_out(&out);
    assert!(
        told.starts_with(&format!("wrote {} exercises to ", ours.len())),
        "{told}"
    );
    assert!(told.trim_end().ends_with("/own"), "{told}");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), ours.len());
    for (name, text) in ours {
        assert_eq!(std::fs::read_to_string(out.join(name)).unwrap(), *text, "{name}");
    }
    // One is changed, one is thrown away: the second time only that one comes.
    let ((changed, text), (gone, _)) = (ours[0], ours[1]);
    let at = text.find("title = \"").unwrap() + "title = \"".len();
    let edited = format!("{}水道局の{}", &text[..at], &text[at..]);
    std::fs::write(out.join(changed), &edited).unwrap();
    std::fs::remove_file(out.join(gone)).unwrap();
    let told = write_out(&out);
    assert!(told.starts_with("wrote 1 exercises to "), "{told}");
    assert_eq!(
        std::fs::read_to_string(out.join(changed)).unwrap(),
        edited,
        "what was changed stays"
    );
    assert!(out.join(gone).exists());
    // Started with that folder, the trainer chooses by the changed title, and every exercise is there once.
    let world = one().await;
    let mut training = world.workspace.settings.training.clone().unwrap();
    training.exercises = Some(out);
    let (settings, addresses) = (&world.workspace.settings, world.school().addresses().clone());
    let clock = world.workspace.clock.clone();
    let school = School::open(settings, &training, addresses, app::ENGINE, clock)
        .await
        .unwrap();
    assert_eq!(school.exercises().iter().count(), ours.len());
    let title = school.exercises().iter().next().unwrap().head.title.clone();
    assert!(title.starts_with("水道局の"), "{title}");
    let trainer = Desk::open(&world, "t1", &[Role::Trainer]).await;
    let mut browser = console(&world, Doors::Open(school), &trainer).await;
    browser.get("/training").await.expect(&title);
}
