//! A world refuses another world's database and keys (S15).
use crate::served::Place;
use mizumado::crypto::KeyRing;

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
