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
