use super::*;

/// The test vectors of GATEWAY.md, section 9.
const KEY: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn create() -> Fields {
    fields(&[
        ("account_number", "1234567"),
        ("attempt_id", "A-0001"),
        ("branch", "020"),
        ("deposit_type", "1"),
        ("holder_kana", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("institution", "0140"),
        ("issued_at", "20261001093000"),
        ("key_id", "k1"),
        ("merchant", "SUIDO01"),
        ("nonce", "0123456789abcdefABCDEF"),
        ("push_url", ""),
        ("return_url", "http://127.0.0.1:8080/gateway/g1/return"),
        ("type", "create"),
    ])
}

fn desk(charset: Charset) -> Desk {
    let mut options = Options::new("unused".into(), "SUIDO01", vec![KEY.parse().unwrap()]);
    options.charset = charset;
    Desk::new(&options, Clock::system())
}

fn signature(fields: &Fields) -> String {
    hex::encode(mac(&KEY.parse().unwrap(), fields).finalize().into_bytes())
}

#[test]
fn the_vector_of_a_create() {
    let text = canonical(&create());
    assert!(text.starts_with("mizumado-gateway-1\naccount_number=1234567\nattempt_id=A-0001\nbranch=020\n"));
    assert!(
        text.contains("\nholder_kana=ﾔﾏﾀﾞ ﾀﾛｳ\n") && text.contains("\npush_url=\n") && text.ends_with("\ntype=create\n")
    );
    assert_eq!(
        signature(&create()),
        "623f3f03b021884bc844c17ca6b25561b08024668366bca0509c2ea1d7aaecb4"
    );
    let utf8 = desk(Charset::Utf8).write(&create()).unwrap();
    assert!(
        utf8.contains("holder_kana=%EF%BE%94%EF%BE%8F%EF%BE%80%EF%BE%9E%20%EF%BE%80%EF%BE%9B%EF%BD%B3&"),
        "{utf8}"
    );
    let cp932 = desk(Charset::Windows31j).write(&create()).unwrap();
    assert!(cp932.contains("holder_kana=%D4%CF%C0%DE%20%C0%DB%B3&"), "{cp932}");
    assert_eq!(read(Charset::Utf8, utf8.as_bytes()).unwrap(), create());
    assert_eq!(read(Charset::Windows31j, cp932.as_bytes()).unwrap(), create());
}

#[test]
fn the_vector_with_line_ends() {
    let daily = fields(&[
        ("count", "1"),
        ("date", "20261001"),
        ("file", "A-0001,T-0001,success,0000,20261001093512\r\n"),
        ("issued_at", "20261002030000"),
        ("key_id", "k1"),
        ("merchant", "SUIDO01"),
        ("nonce", "0123456789abcdefABCDEF"),
        ("type", "daily-result"),
        ("x_note", "髙﨑 \\ ①"),
    ]);
    assert!(canonical(&daily).contains("\nfile=A-0001,T-0001,success,0000,20261001093512\r\\n\n"));
    assert!(canonical(&daily).ends_with("\nx_note=髙﨑 \\\\ ①\n"));
    assert_eq!(
        signature(&daily),
        "95fc8956c765fe89c1d2e6f382db5d3e158f75e121367bc9024ccafc8b073905"
    );
    let cp932 = desk(Charset::Windows31j).write(&daily).unwrap();
    assert!(cp932.ends_with("x_note=%FB%FC%FA%B1%20%5C%20%87%40"), "{cp932}");
    assert_eq!(read(Charset::Windows31j, cp932.as_bytes()).unwrap(), daily);
}

#[test]
fn what_is_signed_here_opens_here_and_a_changed_byte_does_not() {
    for charset in [Charset::Utf8, Charset::Windows31j] {
        let desk = desk(charset);
        let body = desk
            .write(&desk.sign("inquire", fields(&[("attempt_id", "A-1")])))
            .unwrap();
        assert!(desk.open("inquire", body.as_bytes()).is_ok());
        assert_eq!(desk.open("create", body.as_bytes()), Err(Refusal::Type));
        let changed = body.replace("A%2D1", "A%2D2");
        assert_eq!(desk.open("inquire", changed.as_bytes()), Err(Refusal::Signature));
        let unknown = body.replace("key_id=k1", "key_id=k2");
        assert_eq!(desk.open("inquire", unknown.as_bytes()), Err(Refusal::UnknownKey));
    }
}

#[test]
fn an_old_message_is_refused() {
    let desk = desk(Charset::Utf8);
    let mut old = create();
    old.insert("signature".to_owned(), signature(&old));
    assert_eq!(
        desk.open("create", desk.write(&old).unwrap().as_bytes()),
        Err(Refusal::IssuedAt)
    );
}

#[test]
fn bodies_that_cannot_be_read() {
    for (body, reason) in [
        (&b"a=1&a=2"[..], "a repeated name"),
        (b"a=%E3%8", "a broken percent-encoding"),
        (b"a=%FF", "a byte outside the charset"),
        (b"a", "a pair without ="),
    ] {
        assert_eq!(read(Charset::Utf8, body), Err(Refusal::Unreadable(reason)));
    }
    assert_eq!(read(Charset::Utf8, &vec![b'a'; BODY_LIMIT + 1]), Err(Refusal::TooLarge));
    assert_eq!(Charset::Windows31j.bytes("𠮷"), Err(Refusal::Unwritable));
    assert_eq!(Charset::Windows31j.bytes("¥"), Err(Refusal::Unwritable));
}

#[test]
fn keys_are_checked_and_not_shown() {
    assert!("k1".parse::<SharedKey>().is_err() && "k1:00ff".parse::<SharedKey>().is_err());
    assert_eq!(format!("{:?}", KEY.parse::<SharedKey>().unwrap()), "SharedKey(k1)");
}
