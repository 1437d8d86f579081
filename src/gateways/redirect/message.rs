//! Messages of the protocol: form text in the agreed charset, signed.
use super::{MessageError, parse_time};
use crate::{
    clock::{Clock, jst},
    config::{Charset, Gateway},
    crypto::{hmac_matches, hmac_sha256, random_code},
};
use chrono::Duration;
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};
use std::collections::BTreeMap;

/// A message's fields by name, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    /// A field's value; empty when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
    fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }
    /// What is signed: charset-free, one order, no ambiguity.
    fn canonical(&self) -> String {
        let escape = |value: &str| value.replace('\\', "\\\\").replace('\n', "\\n");
        let lines = self.0.iter().filter(|(name, _)| *name != "signature");
        let body: String = lines
            .map(|(name, value)| format!("{name}={}\n", escape(value)))
            .collect();
        format!("mizumado-gateway-1\n{body}")
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Fields {
    fn from(list: [(&str, &str); N]) -> Self {
        let owned = list.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(owned.into_iter().collect())
    }
}

/// Whether a message's age counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Fresh,
    /// A daily file may be read days later.
    Any,
}

/// Our side of the line to one gateway.
pub struct Channel {
    merchant: String,
    keys: Vec<(String, Vec<u8>)>,
    charset: &'static Encoding,
    clock: Clock,
}

/// An honest message is under a kilobyte.
pub const LARGEST: usize = 1024 * 1024;
/// A daily file has some 80 bytes a line.
pub const LARGEST_DAILY: usize = 64 * 1024 * 1024;
const NONCE: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const SKEW: Duration = Duration::minutes(10);

impl Channel {
    pub fn new(settings: &Gateway, clock: Clock) -> Self {
        Self {
            merchant: settings.merchant.clone(),
            keys: settings.parsed_keys().unwrap_or_default(),
            charset: match settings.charset {
                Charset::Utf8 => UTF_8,
                // The Encoding Standard's Shift_JIS is Windows-31J.
                Charset::Windows31J => SHIFT_JIS,
            },
            clock,
        }
    }

    pub fn content_type(&self) -> &'static str {
        match self.charset == UTF_8 {
            true => "application/x-www-form-urlencoded; charset=utf-8",
            false => "application/x-www-form-urlencoded; charset=windows-31j",
        }
    }

    /// The body of a signed message, and its nonce.
    pub fn sign(&self, kind: &str, mut fields: Fields) -> (String, String) {
        let nonce = random_code(NONCE, 32);
        let (key_id, key) = self.keys.first().map_or(("", &[][..]), |(id, key)| (id, key));
        fields.set("type", kind);
        fields.set("merchant", &self.merchant);
        fields.set("key_id", key_id);
        fields.set("issued_at", &jst(self.clock.now()).format("%Y%m%d%H%M%S").to_string());
        fields.set("nonce", &nonce);
        let signature = hex::encode(hmac_sha256(key, fields.canonical().as_bytes()));
        fields.set("signature", &signature);
        let pairs = fields
            .0
            .iter()
            .map(|(name, value)| format!("{name}={}", self.encode(value)));
        (pairs.collect::<Vec<_>>().join("&"), nonce)
    }

    /// Reads a message and checks everything but its nonce.
    pub fn verify(&self, kind: &str, body: &[u8], age: Age) -> Result<Fields, MessageError> {
        let largest = match age {
            Age::Fresh => LARGEST,
            Age::Any => LARGEST_DAILY,
        };
        if body.len() > largest {
            return Err(MessageError::Form);
        }
        let fields = self.parse(body)?;
        let key = self.keys.iter().find(|(id, _)| id == fields.get("key_id"));
        let (_, key) = key.ok_or(MessageError::Key)?;
        if !hmac_matches(key, fields.canonical().as_bytes(), fields.get("signature")) {
            return Err(MessageError::Signature);
        }
        if fields.get("type") != kind || fields.get("merchant") != self.merchant {
            return Err(MessageError::Type);
        }
        let issued = parse_time(fields.get("issued_at")).ok_or(MessageError::Expired)?;
        if age == Age::Fresh && (self.clock.now() - issued).abs() > SKEW {
            return Err(MessageError::Expired);
        }
        Ok(fields)
    }

    fn parse(&self, body: &[u8]) -> Result<Fields, MessageError> {
        let mut fields = BTreeMap::new();
        for pair in body.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=').ok_or(MessageError::Form)?;
            let (name, value) = (self.decode(&pair[..at])?, self.decode(&pair[at + 1..])?);
            if fields.insert(name, value).is_some() {
                return Err(MessageError::Form);
            }
        }
        Ok(Fields(fields))
    }

    fn encode(&self, value: &str) -> String {
        let (bytes, _, _) = self.charset.encode(value);
        percent_encoding::percent_encode(&bytes, percent_encoding::NON_ALPHANUMERIC).to_string()
    }

    fn decode(&self, encoded: &[u8]) -> Result<String, MessageError> {
        let spaced: Vec<u8> = encoded.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
        let text = self.charset.decode_without_bom_handling_and_without_replacement(&bytes);
        text.map(|t| t.into_owned()).ok_or(MessageError::Form)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn channel(charset: &str) -> Channel {
        let text = format!(
            "id = \"main\"\nendpoint = \"http://127.0.0.1:1\"\nmerchant = \"m\"\ncharset = \"{charset}\"\n\
             signing_keys = [\"k1:{}\"]\n",
            "ab".repeat(32)
        );
        Channel::new(&toml::from_str(&text).unwrap(), Clock::system())
    }

    #[test]
    fn a_message_is_verified_in_both_charsets() {
        for charset in ["utf-8", "windows-31j"] {
            let channel = channel(charset);
            let fields = Fields::from([("holder_kana", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("note", "髙﨑 a\nb\\ &=+%")]);
            let (body, nonce) = channel.sign("create", fields);
            let seen = channel.verify("create", body.as_bytes(), Age::Fresh).unwrap();
            assert_eq!(seen.get("holder_kana"), "ﾔﾏﾀﾞ ﾀﾛｳ");
            assert_eq!(seen.get("note"), "髙﨑 a\nb\\ &=+%");
            assert_eq!(seen.get("nonce"), nonce);
        }
    }

    #[test]
    fn a_daily_file_may_be_long_and_no_other_message() {
        let channel = channel("utf-8");
        let long = "x".repeat(LARGEST + 1);
        let (body, _) = channel.sign("daily-result", Fields::from([("lines", long.as_str())]));
        assert!(channel.verify("daily-result", body.as_bytes(), Age::Any).is_ok());
        assert!(channel.verify("daily-result", body.as_bytes(), Age::Fresh).is_err());
    }

    #[test]
    fn every_kind_of_forgery_is_refused() {
        let channel = channel("utf-8");
        let (body, _) = channel.sign("return", Fields::from([("hint", "fail")]));
        let verify = |body: &str| channel.verify("return", body.as_bytes(), Age::Fresh);
        assert!(verify(&body).is_ok());
        assert_eq!(
            verify(&body.replace("hint=fail", "hint=success")),
            Err(MessageError::Signature)
        );
        assert_eq!(verify(&body.replace("key_id=k1", "key_id=k2")), Err(MessageError::Key));
        assert_eq!(verify(&format!("{body}&hint=success")), Err(MessageError::Form));
        assert_eq!(verify(&format!("{body}&extra=1")), Err(MessageError::Signature));
        let other = channel.verify("push", body.as_bytes(), Age::Fresh);
        assert_eq!(other, Err(MessageError::Type));
        channel.clock.advance(Duration::minutes(11));
        assert_eq!(verify(&body), Err(MessageError::Expired));
        assert!(channel.verify("return", body.as_bytes(), Age::Any).is_ok());
    }

    #[test]
    fn the_test_vector_of_the_protocol_page_holds() {
        let key: Vec<u8> = (0..32).collect();
        let fields = Fields::from([
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
        ]);
        let signature = hex::encode(hmac_sha256(&key, fields.canonical().as_bytes()));
        assert_eq!(
            signature,
            "623f3f03b021884bc844c17ca6b25561b08024668366bca0509c2ea1d7aaecb4"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for charset in ["utf-8", "windows-31j"] {
                prop_assert!(channel(charset).verify("return", &bytes, Age::Fresh).is_err());
            }
        }
    }
}
