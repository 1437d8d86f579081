//! What is fed (S12). A target panics when a promise is broken: a parser falls, the program answers 5xx, a message
//! counts without its signature, what was taken in reads differently the second time.
use super::place::{KEY, KEY_ID, MERCHANT, PLACE, request};
use actix_multipart::Multipart;
use actix_web::{
    error::PayloadError,
    http::header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    web::Bytes,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mizumado::{
    accounts::Relying, clock::jst, crypto::hmac_sha256, gateways::Adapter, institutions, reconciliation, web,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

pub type Target = fn(&[u8]);

/// Each with the folder of `fuzz/corpus` that has its name.
pub const ALL: [(&str, Target); 8] = [
    ("branch_table", branch_table),
    ("cookie", cookie),
    ("daily_file", daily_file),
    ("first_debits", first_debits),
    ("multipart", multipart),
    ("passkey", passkey),
    ("public_form", public_form),
    ("signed_message", signed_message),
];

pub fn find(name: &str) -> Option<Target> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

/// A table of branches: what was taken in is kept as text and read again.
fn branch_table(data: &[u8]) {
    let known = ["0140", "1371", "9900"].map(String::from);
    let known = BTreeSet::from(known);
    if let Ok((text, rows)) = institutions::read_branches(data, &known) {
        let (again, same) = institutions::read_branches(text.as_bytes(), &known).expect("it was read before");
        assert!(again == text && format!("{same:?}") == format!("{rows:?}"));
        assert!(!text.contains('\0'), "PostgreSQL keeps no NUL");
    }
}

/// The result of the first debits.
fn first_debits(data: &[u8]) {
    for debit in reconciliation::read_first_debits(data).unwrap_or_default() {
        assert!(debit.line >= 2 && !debit.number.is_empty() && debit.code.len() == 1);
        assert!(!debit.number.contains('\0'), "PostgreSQL takes no NUL");
    }
}

fn gateway(id: &str) -> Arc<dyn Adapter> {
    PLACE.workspace.gateways.find(id).expect("it is in the settings")
}

/// A message in UTF-8 as the gateway signs it (`docs/GATEWAY.md`), written anew here.
fn signed(kind: &str, fields: &[(&str, &str)]) -> String {
    let now = jst(PLACE.workspace.clock.now()).format("%Y%m%d%H%M%S").to_string();
    let mut all = BTreeMap::from([
        ("type", kind),
        ("merchant", MERCHANT),
        ("key_id", KEY_ID),
        ("issued_at", &now),
        ("nonce", "00000000000000000000000000000000"),
    ]);
    all.extend(fields.iter().copied());
    let mut canonical = "mizumado-gateway-1\n".to_owned();
    for (name, value) in &all {
        canonical += &format!("{name}={}\n", value.replace('\\', "\\\\").replace('\n', "\\n"));
    }
    let signature = hex::encode(hmac_sha256(&KEY, canonical.as_bytes()));
    all.insert("signature", &signature);
    let encode =
        |value: &str| percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string();
    let pairs = all.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns and pushes: nothing counts without a signature, and with it every value arrives as it was sent.
fn signed_message(data: &[u8]) {
    for id in ["main", "other"] {
        assert!(gateway(id).parse_return(data).is_err() && gateway(id).parse_push(data).is_err());
    }
    let value = String::from_utf8_lossy(data);
    let body = signed("return", &[("hint", &value), ("attempt_id", &value)]);
    let hint = gateway("other")
        .parse_return(body.as_bytes())
        .expect("an honest message counts");
    assert!(hint.status == value && hint.attempt_id == value);
    assert!(
        gateway("other").parse_push(body.as_bytes()).is_err(),
        "a return is no push"
    );
}

/// A daily file: unsigned it never counts; signed, as many lines count as it says.
fn daily_file(data: &[u8]) {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).expect("a day");
    assert!(gateway("main").import_daily_file(day, data).is_err());
    let file = String::from_utf8_lossy(data);
    let count = file.lines().count().to_string();
    let fields = [("date", "20261125"), ("count", count.as_str()), ("file", &file)];
    let body = signed("daily-result", &fields);
    if let Ok(lines) = gateway("other").import_daily_file(day, body.as_bytes()) {
        assert_eq!(lines.len().to_string(), count);
    }
}

/// A step of the public form: the first byte chooses it, the others are the body.
fn public_form(data: &[u8]) {
    const STEPS: [&str; 7] = ["bank", "number", "place", "name", "former", "contact", "account"];
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let path = format!("/apply/{}", STEPS[usize::from(*choice) % STEPS.len()]);
    let (site, cookie) = (PLACE.public, PLACE.cookie.as_str());
    let answer = request(site, "POST", &path, cookie, body);
    assert!(answer.status < 500, "{path}: {}", answer.text());
    for path in [format!("{path}?error"), "/apply/check".to_owned()] {
        let answer = request(site, "GET", &path, cookie, b"");
        assert!(answer.status < 500, "{path}: {}", answer.text());
    }
}

/// Cookies that nobody gave, at both listeners.
fn cookie(data: &[u8]) {
    let public = PLACE.cookie.split('=').next().expect("a name");
    for (listener, path, name) in [
        (PLACE.public, "/apply/check", public),
        (PLACE.public, "/receipt", "receipt"),
        (PLACE.console, "/account", "staff"),
    ] {
        let named = [name.as_bytes(), b"=", data].concat();
        for cookie in [data, &named] {
            let answer = request(listener, "GET", path, cookie, b"");
            assert!(answer.status < 500, "{path}: {}", answer.text());
            assert!(answer.status != 200 || !path.ends_with("check") && path != "/account");
        }
    }
}

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
}

/// An upload. The first byte says where the body is cut in two.
fn multipart(data: &[u8]) {
    let Some((cut, body)) = data.split_first() else { return };
    let (one, two) = body.split_at(usize::from(*cut).min(body.len()));
    let parts = [one, two].map(|part| Ok::<_, PayloadError>(Bytes::copy_from_slice(part)));
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("multipart/form-data; boundary=X"),
    );
    let form = Multipart::new(&headers, futures_util::stream::iter(parts));
    let read = RUNTIME.with(|runtime| runtime.block_on(web::read_upload(form, "file")));
    assert!(read.map_or(0, |file| file.len()) <= body.len());
}

static RELYING: LazyLock<Relying> = LazyLock::new(|| {
    let settings = &PLACE.workspace.settings;
    Relying::new(settings.console.as_ref().expect("a console"), &settings.bureau).expect("a relying party")
});

/// The answer of a passkey, as it is and with the challenge put right, so that what is behind it is reached.
fn passkey(data: &[u8]) {
    let answer = request(PLACE.console, "POST", "/sign-in/answer", "", data);
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    let Ok(credential) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let _ = RELYING.credential_of(&credential);
    let _ = RELYING.named(&credential);
    let holder = mizumado::accounts::Holder {
        handle: "00000000-0000-4000-8000-000000000000",
        code: "a1",
        name: "水野",
        keys: vec![],
    };
    let asked = RELYING.begin_registration(&holder).expect("a challenge");
    let _ = RELYING.finish_registration(&asked.state, credential.clone());
    let mut right = credential;
    let client_data = json!({
        "type": "webauthn.create",
        "challenge": asked.options["challenge"],
        "origin": PLACE.workspace.settings.console.as_ref().expect("a console").url,
        "crossOrigin": false,
    });
    if let Some(response) = right.get_mut("response").and_then(Value::as_object_mut) {
        response.insert("clientDataJSON".into(), BASE64.encode(client_data.to_string()).into());
    }
    let _ = RELYING.finish_registration(&asked.state, right);
}
