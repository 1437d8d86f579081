//! A world refuses another world's database and keys (S15).
use crate::{
    harness::{database_of_its_own, drop_database},
    served::Place,
};
use diesel::{Connection, connection::SimpleConnection};
use mizumado::{
    clock::Clock,
    config::{Environment, Settings, Transport},
    crypto::KeyRing,
    mail::Mailer,
    workspace::{OpenError, Workspace},
};
use std::path::Path;

#[actix_web::test]
async fn every_wrong_pairing_of_environment_database_and_keys_is_refused() {
    let place = Place::new("sqlite:own.db", "http://127.0.0.1:1", "", "");
    place.must(&["migrate"]);
    let refused = |what: &str| {
        let (ok, _, err) = place.run(&["migrate"]);
        assert!(!ok && err.contains(what), "{what}: {err}");
        // Serving is refused alike.
        let (ok, _, err) = place.run(&["doctor"]);
        assert!(!ok && err.contains(what), "{what}: {err}");
    };
    // Demo's database and keys as training.
    place.change("environment = \"demo\"", "environment = \"training\"");
    refused("this key file is for \"demo\"");
    // Demo's database with training's own keys.
    let keys = place.path("keys.toml");
    let demos = std::fs::read_to_string(&keys).unwrap();
    std::fs::write(
        &keys,
        demos.replace("environment = \"demo\"", "environment = \"training\""),
    )
    .unwrap();
    refused("this database belongs to \"demo\"");
    // The right environment, other keys.
    place.change("environment = \"training\"", "environment = \"demo\"");
    std::fs::write(&keys, KeyRing::generate("demo")).unwrap();
    refused("not the ones this database was sealed with");
    // The right keys, of a file that does not say its world (an older one).
    std::fs::write(&keys, demos.replace("environment = \"demo\"\n", "")).unwrap();
    place.must(&["migrate"]);
}

const WORLDS: [(Environment, &str); 3] = [
    (Environment::Production, "production"),
    (Environment::Training, "training"),
    (Environment::Demo, "demo"),
];

fn open(place: &Place, environment: Environment, database: &str, keys: &Path) -> Result<Workspace, OpenError> {
    let mut settings = Settings::load(&place.path("mizumado.toml")).unwrap();
    (settings.environment, settings.database, settings.keys) = (environment, database.to_owned(), keys.to_owned());
    Workspace::open(settings, Clock::system())
}

/// Every environment with every world's database and every key file: its own, and another of the same name.
fn assert_matrix(place: &Place, databases: &[String; 3]) {
    let keys = |world: &str, which: &str| {
        let file = place.path(&format!("{world}-{which}.toml"));
        if !file.exists() {
            std::fs::write(&file, KeyRing::generate(world)).unwrap();
        }
        file
    };
    for ((environment, world), database) in WORLDS.into_iter().zip(databases) {
        open(place, environment, database, &keys(world, "own")).expect("the first start claims it");
    }
    let (mut opened, mut refused) = (0, 0);
    for (environment, world) in WORLDS {
        for ((_, of), database) in WORLDS.into_iter().zip(databases) {
            for (_, key_world) in WORLDS {
                for which in ["own", "other"] {
                    let pairing = format!("{world}, {of}'s database, {key_world}'s {which} keys");
                    let right = world == of && of == key_world && which == "own";
                    match open(place, environment, database, &keys(key_world, which)) {
                        Ok(_) => opened += 1,
                        Err(error) => {
                            let said = matches!(error, OpenError::OtherKeys { .. } | OpenError::Marker(_));
                            assert!(said && !right, "{pairing}: {error}");
                            refused += 1;
                        }
                    }
                }
            }
        }
    }
    // A key file that names no world: the world that it was made for goes on with its own database alone.
    for (environment, world) in WORLDS {
        let own = std::fs::read_to_string(keys(world, "own")).unwrap();
        let unmarked = place.path(&format!("{world}-unmarked.toml"));
        std::fs::write(&unmarked, own.replace(&format!("environment = \"{world}\"\n"), "")).unwrap();
        for ((_, of), database) in WORLDS.into_iter().zip(databases) {
            let found = open(place, environment, database, &unmarked);
            assert_eq!(
                found.is_ok(),
                world == of,
                "{world}, {of}'s database, {world}'s unmarked keys"
            );
        }
    }
    println!("{opened} pairings opened, {refused} refused");
    assert_eq!((opened, refused), (3, 51));
}

#[actix_web::test]
async fn of_all_pairings_only_the_three_right_ones_open() {
    let place = Place::new("sqlite:unused.db", "http://127.0.0.1:1", "", "");
    let file = |world: &str| format!("sqlite:{}", place.path(&format!("{world}.db")).display());
    assert_matrix(&place, &WORLDS.map(|(_, world)| file(world)));
    let Some(servers) = (0..3).map(|_| database_of_its_own()).collect::<Option<Vec<_>>>() else {
        return;
    };
    let urls: Vec<String> = servers.iter().map(|(_, _, url)| url.clone()).collect();
    assert_matrix(&place, &urls.try_into().unwrap());
    for (admin, name, _) in &servers {
        drop_database(admin, name);
    }
}

#[actix_web::test]
async fn another_worlds_database_is_refused_before_its_tables_are_touched() {
    let place = Place::new("sqlite:own.db", "http://127.0.0.1:1", "", "");
    let file = place.path("old.db");
    let (database, keys) = (format!("sqlite:{}", file.display()), place.path("keys.toml"));
    drop(open(&place, Environment::Demo, &database, &keys).unwrap());
    // As a program of before left it: the newest migration is still to come, and would fail on these tables.
    let mut conn = diesel::SqliteConnection::establish(&file.display().to_string()).unwrap();
    let newest = "delete from __diesel_schema_migrations \
                  where version = (select max(version) from __diesel_schema_migrations)";
    conn.batch_execute(&format!("pragma busy_timeout = 5000; {newest}"))
        .unwrap();
    let stranger = place.path("training.toml");
    std::fs::write(&stranger, KeyRing::generate("training")).unwrap();
    let refused = open(&place, Environment::Training, &database, &stranger).err().unwrap();
    assert!(matches!(refused, OpenError::Marker(_)), "{refused}");
    let own = open(&place, Environment::Demo, &database, &keys).err().unwrap();
    assert!(
        matches!(own, OpenError::Db(_)),
        "the migration is tried in its own world: {own}"
    );
}

#[actix_web::test]
async fn keys_that_name_no_world_claim_no_new_database_for_production_or_a_training() {
    let place = Place::new("sqlite:unused.db", "http://127.0.0.1:1", "", "");
    let (keys, marked) = (place.path("unmarked.toml"), KeyRing::generate("production"));
    std::fs::write(&keys, marked.replace("environment = \"production\"\n", "")).unwrap();
    let database = format!("sqlite:{}", place.path("new.db").display());
    for (environment, world) in &WORLDS[..2] {
        // The second time as the first: nothing was claimed.
        for _ in 0..2 {
            let refused = open(&place, *environment, &database, &keys).err().unwrap();
            assert!(matches!(refused, OpenError::UnmarkedKeys { .. }), "{world}: {refused}");
            let said = refused.to_string();
            assert!(said.contains("keys = ") && said.contains("mizumado keys new"), "{said}");
        }
    }
    // Whoever tries it out may.
    open(&place, Environment::Demo, &database, &keys).unwrap();
}

#[actix_web::test]
async fn a_whole_program_of_a_training_has_no_mail_server_whatever_the_settings_say() {
    let place = Place::new("sqlite:unused.db", "http://127.0.0.1:1", "", "");
    let opened = |environment, world: &str| {
        let keys = place.path(&format!("{world}.toml"));
        std::fs::write(&keys, KeyRing::generate(world)).unwrap();
        let mut settings = Settings::load(&place.path("mizumado.toml")).unwrap();
        settings.database = format!("sqlite:{}", place.path(&format!("{world}.db")).display());
        (settings.environment, settings.keys) = (environment, keys);
        // Past the check of the settings, which refuses it by name.
        settings.mail.transport = Transport::Smtp;
        settings.mail.smtp_url = Some("smtps://u:p@mail.example.jp".into());
        Workspace::open(settings, Clock::system()).unwrap()
    };
    let demo = opened(Environment::Demo, "demo");
    assert!(!matches!(demo.mailer(), Mailer::Memory(_) | Mailer::File(_)));
    let training = opened(Environment::Training, "training");
    assert!(matches!(training.mailer(), Mailer::Memory(_)));
}
