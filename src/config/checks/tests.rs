#![allow(clippy::unwrap_used)]
use super::*;

/// The example, with a key in place of its placeholder.
fn good() -> String {
    let example = include_str!("../../../config/mizumado.example.toml");
    example.replace(
        &"00".repeat(32),
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    )
}

fn check(text: &str) -> Result<(), String> {
    let source = Source::built_in("test.toml", text);
    let settings: Settings = source.parse().map_err(|e| e.to_string())?;
    settings.check(&source).map_err(|e| e.to_string())
}

#[test]
fn the_example_is_a_good_configuration() {
    assert_eq!(check(&good()), Ok(()));
    let placeholder = check(include_str!("../../../config/mizumado.example.toml")).unwrap_err();
    assert!(placeholder.contains("the example's key"), "{placeholder}");
}

#[test]
fn every_wrong_setting_is_named_with_its_line() {
    let cases = [
        ("listen = \"127.0.0.1:8080\"", "listen = \"8080\"", "public.listen"),
        (
            "url = \"https://suido.example.jp\"",
            "url = \"http://suido.example.jp\"",
            "public.url",
        ),
        ("transport = \"smtp\"", "transport = \"memory\"", "lose every mail"),
        (
            "transport = \"smtp\"",
            "transport = \"file\"\nfolder = \"x\"",
            "sends nothing",
        ),
        ("listen = \"127.0.0.1:8080\"", "listen = \"0.0.0.0:8080\"", "public.tls"),
        (
            "endpoint = ",
            "origins = [\"http://bank.example.jp\"]\nendpoint = ",
            "origins",
        ),
        (
            "database = ",
            "database = \"postgres://db.example.jp/m\" # ",
            "sslmode=verify-full",
        ),
        (
            "database = ",
            "database = \"postgres:///m?host=db.example.jp\" # ",
            "sslmode=verify-full",
        ),
        ("keys = ", "log_days = 90\nkeys = ", "180"),
        ("merchant = ", "merchnat = ", "merchnat"),
        ("idle_minutes = 60", "idle_minutes = 5", "10 to 240"),
    ];
    let text = good();
    for (good, wrong, named) in cases {
        assert!(text.contains(good), "{good}");
        let error = check(&text.replacen(good, wrong, 1)).unwrap_err();
        assert!(error.contains(named), "{error}");
        let line = text.lines().position(|l| l.contains(good)).unwrap() + 1;
        assert!(
            error.contains(&format!("test.toml, line {line}:")),
            "line {line}: {error}"
        );
    }
}

#[test]
fn a_training_sends_no_mail_and_says_what_to_set_instead() {
    let training = |mail: &str| {
        good()
            .replace("environment = \"production\"", "environment = \"training\"")
            .replacen("transport = \"smtp\"", mail, 1)
    };
    let error = check(&training("transport = \"smtp\"")).unwrap_err();
    for named in [
        "mail.transport = \"smtp\"",
        "environment = \"training\"",
        "\"file\"",
        "\"memory\"",
    ] {
        assert!(error.contains(named), "{error}");
    }
    assert_eq!(check(&training("transport = \"memory\"")), Ok(()));
    assert_eq!(check(&training("transport = \"file\"\nfolder = \"mails\"")), Ok(()));
    assert_eq!(check(&good()), Ok(()), "production sends");
}

/// A console and a practice site at these addresses, in production.
fn with_practice(console: &str, practice: &str) -> String {
    let net = "networks = [\"10.20.0.0/16\"]";
    format!(
        "{}\n[console]\nlisten = \"127.0.0.1:8081\"\nurl = {console:?}\n{net}\nidle_minutes = 15\nabsolute_hours = 10\n\
         [training]\nlisten = \"127.0.0.1:8090\"\nurl = {practice:?}\n{net}\nfolder = \"training\"\n",
        good()
    )
}

#[test]
fn the_practice_site_has_a_host_of_its_own_in_production() {
    let console = "https://madoguchi.suido.example";
    for (practice, real) in [
        ("https://madoguchi.suido.example:8090", "console.url"),
        ("https://MADOGUCHI.suido.example.:8090", "console.url"),
        ("https://suido.example.jp:8090", "public.url"),
    ] {
        let text = with_practice(console, practice);
        let error = check(&text).unwrap_err();
        for named in ["training.url", practice, real, "a name of its own"] {
            assert!(error.contains(named), "{practice}: {error}");
        }
        // A demo lives on one machine.
        let demo = text.replace("environment = \"production\"", "environment = \"demo\"");
        assert_eq!(check(&demo), Ok(()), "{practice}");
    }
    let own = with_practice(console, "https://renshu.suido.example:8090");
    assert_eq!(check(&own), Ok(()));
}

#[test]
fn the_days_file_is_made_before_the_offices_open_and_watched_after_it() {
    let with = |cut: &str, alarm: &str| format!("{}\n[deliveries]\ncut = {cut:?}\nalarm = {alarm:?}\n", good());
    for (cut, alarm) in [("06:00", "15:00"), ("8:29", "8:30"), ("00:00", "00:01")] {
        assert_eq!(check(&with(cut, alarm)), Ok(()), "{cut} {alarm}");
    }
    for (cut, alarm, named) in [
        (
            "06:00",
            "06:00",
            [
                "deliveries.alarm = \"06:00\"",
                "deliveries.cut = \"06:00\"",
                "\"15:00\"",
            ],
        ),
        (
            "06:00",
            "5:59",
            ["deliveries.alarm = \"5:59\"", "deliveries.cut", "set a later time"],
        ),
        ("08:30", "15:00", ["deliveries.cut = \"08:30\"", "08:30", "\"06:00\""]),
        (
            "17:00",
            "18:00",
            ["deliveries.cut = \"17:00\"", "offices", "set an earlier time"],
        ),
        ("6時", "15:00", ["deliveries.cut = \"6時\"", "time of day", "JST"]),
        ("06:00", "24:00", ["deliveries.alarm = \"24:00\"", "time of day", "JST"]),
    ] {
        let error = check(&with(cut, alarm)).unwrap_err();
        let is_named = named.iter().all(|part| error.contains(part));
        assert!(is_named && error.contains("test.toml, line "), "{error}");
    }
}
