//! TLS in the program: the certificate of the settings, renewed without a restart; a wrong one stops the start.
use crate::served::{Place, free_port};
use mizumado::{
    config::Tls,
    web::{Certificate, certificate_end},
};
use std::{path::Path, process::Command};

/// A certificate for localhost, good for `days`.
fn make(folder: &Path, name: &str, days: u32) -> Tls {
    let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(["-days", &days.to_string(), "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl is installed by `make setup`");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Tls { certificate, key }
}

#[actix_web::test]
async fn the_program_serves_tls_by_itself_and_takes_a_renewed_certificate() {
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", "");
    let tls = make(place.dir.path(), "tls", 20);
    let (plain, port) = (place.url.clone(), free_port());
    let url = format!("https://localhost:{port}");
    place.change(&format!("url = \"{plain}\""), &format!("url = \"{url}\""));
    let listen = plain.trim_start_matches("http://");
    place.change(
        &format!("listen = \"{listen}\""),
        &format!("listen = \"127.0.0.1:{port}\"\ntls = {{ certificate = \"tls.pem\", key = \"tls.key\" }}"),
    );
    let program = crate::served::Program::start(Path::new(env!("CARGO_BIN_EXE_mizumado")), place.dir.path(), &url);
    let trusting = |pem: &Path| {
        let root = reqwest::Certificate::from_pem(&std::fs::read(pem).unwrap()).unwrap();
        reqwest::Client::builder().tls_certs_only([root]).build().unwrap()
    };
    let page = trusting(&tls.certificate).get(format!("{url}/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(
        page.headers()["strict-transport-security"]
            .to_str()
            .unwrap()
            .contains("includeSubDomains")
    );
    assert!(
        reqwest::get(format!("http://127.0.0.1:{port}/")).await.is_err(),
        "nothing is served in the clear"
    );
    assert!(
        reqwest::get(format!("{url}/")).await.is_err(),
        "a stranger's certificate is not believed"
    );
    let (_, said, _) = place.run(&["doctor"]);
    assert!(
        said.contains("look  certificate: 19 days left") || said.contains("look  certificate: 20 days left"),
        "{said}"
    );
    // A gateway with such a certificate is not believed either, and the log can say why.
    place.change("http://127.0.0.1:1/api", &format!("{url}/api"));
    let gateways = place.world(mizumado::clock::Clock::system()).gateways;
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
    let answer = gateways.find("main").unwrap().fetch_daily(day).await;
    let why = answer.unwrap_err().to_string();
    assert!(why.contains("certificate"), "{why}");
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn a_changed_certificate_is_taken_and_a_wrong_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let tls = make(folder.path(), "one", 10);
    let in_use = Certificate::load(&tls).unwrap();
    assert!(!in_use.renew().unwrap(), "nothing has changed");
    let days = |file: &Path| (certificate_end(file).unwrap() - chrono::Utc::now().naive_utc()).num_days();
    assert!((9..=10).contains(&days(&tls.certificate)));

    let newer = make(folder.path(), "two", 90);
    std::fs::copy(&newer.key, &tls.key).unwrap();
    later(&tls.key, 10);
    let error = in_use.renew().unwrap_err().to_string();
    assert!(
        error.contains("public.tls.key") && error.contains("does not belong"),
        "{error}"
    );
    std::fs::copy(&newer.certificate, &tls.certificate).unwrap();
    later(&tls.certificate, 20);
    assert!(in_use.renew().unwrap());
    assert!((89..=90).contains(&days(&tls.certificate)));
}

/// The file's time, some seconds ahead: two changes may fall into one tick of the file system's clock.
fn later(file: &Path, seconds: u64) {
    let time = std::time::SystemTime::now() + std::time::Duration::from_secs(seconds);
    std::fs::File::options()
        .write(true)
        .open(file)
        .unwrap()
        .set_modified(time)
        .unwrap();
}

#[actix_web::test]
async fn a_wrong_certificate_stops_the_start_with_its_name() {
    let place = Place::new("sqlite:live.db", "http://127.0.0.1:1", "", "");
    std::fs::write(place.path("tls.pem"), "no certificate").unwrap();
    place.change(
        "[public]\n",
        "[public]\ntls = { certificate = \"tls.pem\", key = \"tls.key\" }\n",
    );
    let (ok, _, err) = place.run(&["serve"]);
    assert!(
        !ok && err.contains("public.tls.certificate") && err.contains("PEM"),
        "{err}"
    );
}
