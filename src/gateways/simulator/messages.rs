//! Messages: reading, checking, signing and writing them, in either charset. The contract is GATEWAY.md, section 1.

use super::Options;
use crate::clock::{self, Clock};
use chrono::{Duration, NaiveDateTime};
use encoding_rs::SHIFT_JIS;
use hmac::{Hmac, KeyInit, Mac};
use rand::{RngExt, distr::Alphanumeric};
use sha2::Sha256;
use std::{collections::BTreeMap, fmt::Write, str::FromStr};

/// A body may hold this many bytes.
pub const BODY_LIMIT: usize = 64 * 1024;
/// `issued_at` may be this far from now.
const SKEW: Duration = Duration::minutes(10);
/// The first line of the signed text.
const BANNER: &str = "mizumado-gateway-1";

/// The fields of a message by name; the order is the one the signature needs.
pub type Fields = BTreeMap<String, String>;

/// The charset agreed with the bureau.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Charset {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "windows-31j")]
    Windows31j,
}

/// A key that both sides hold, with its id.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedKey {
    id: String,
    secret: Vec<u8>,
}

impl FromStr for SharedKey {
    type Err = String;

    fn from_str(text: &str) -> Result<SharedKey, String> {
        let (id, secret) = text.split_once(':').ok_or("a key is written ID:HEX")?;
        if id.is_empty() || id.len() > 20 || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("the id of a key has 1 to 20 ASCII characters".to_owned());
        }
        let secret = hex::decode(secret).map_err(|_| "the part after the colon must be hex")?;
        if secret.len() < 16 {
            return Err("a key has at least 16 bytes, 32 hex digits".to_owned());
        }
        Ok(SharedKey {
            id: id.to_owned(),
            secret,
        })
    }
}

impl std::fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SharedKey({})", self.id)
    }
}

/// Who seems to have signed a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// This gateway.
    Own,
    /// Nobody: the signature is that of another message.
    Wrong,
    /// Somebody with another key under our key's id.
    Stranger,
}

/// Why a message is not taken. The text is the body of the answer 400.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    #[error("the body is over 64 KiB")]
    TooLarge,
    #[error("the content type is not application/x-www-form-urlencoded")]
    ContentType,
    #[error("the body cannot be read: {0}")]
    Unreadable(&'static str),
    #[error("the field {0} is missing")]
    Lacking(&'static str),
    #[error("unknown key_id")]
    UnknownKey,
    #[error("wrong signature")]
    Signature,
    #[error("wrong type")]
    Type,
    #[error("wrong merchant")]
    Merchant,
    #[error("issued_at is not a time or more than 10 minutes from now")]
    IssuedAt,
    #[error("nonce is not 16 to 64 of 0-9a-zA-Z")]
    NonceForm,
    #[error("nonce was seen before")]
    Replayed,
    #[error("a value cannot be written in the agreed charset")]
    Unwritable,
}

/// Signs what goes out and checks what comes in.
pub struct Desk {
    merchant: String,
    keys: Vec<SharedKey>,
    charset: Charset,
    clock: Clock,
}

impl Desk {
    /// A desk with the merchant, keys and charset of the command line.
    pub fn new(options: &Options, clock: Clock) -> Desk {
        Desk {
            merchant: options.merchant.clone(),
            keys: options.keys.clone(),
            charset: options.charset,
            clock,
        }
    }

    /// The bureau's id, to be shown on pages.
    pub fn merchant(&self) -> &str {
        &self.merchant
    }

    /// The charset's name as browsers and people write it.
    pub fn charset_name(&self) -> &'static str {
        match self.charset {
            Charset::Utf8 => "utf-8",
            Charset::Windows31j => "windows-31j",
        }
    }

    /// Adds the envelope with a fresh nonce and the signature.
    pub fn sign(&self, kind: &str, fields: Fields) -> Fields {
        self.seal(kind, fields, Seal::Own)
    }

    /// The same, or a forgery.
    pub fn seal(&self, kind: &str, mut fields: Fields, seal: Seal) -> Fields {
        fields.insert("type".to_owned(), kind.to_owned());
        fields.insert("merchant".to_owned(), self.merchant.clone());
        fields.insert("issued_at".to_owned(), stamp(self.clock.now()));
        fields.insert("nonce".to_owned(), random_text(32));
        let Some(key) = self.keys.first() else { return fields };
        fields.insert("key_id".to_owned(), key.id.clone());
        let mac = match seal {
            Seal::Own => mac(key, &fields),
            Seal::Wrong => mac(key, &Fields::new()),
            Seal::Stranger => {
                let secret = key.secret.iter().map(|byte| !byte).collect();
                let id = key.id.clone();
                mac(&SharedKey { id, secret }, &fields)
            }
        };
        fields.insert("signature".to_owned(), hex::encode(mac.finalize().into_bytes()));
        fields
    }

    /// The body of a message.
    pub fn write(&self, fields: &Fields) -> Result<String, Refusal> {
        write_in(self.charset, fields)
    }

    /// The body of a message in the charset that was not agreed.
    pub fn write_wrongly(&self, fields: &Fields) -> Result<String, Refusal> {
        let other = match self.charset {
            Charset::Utf8 => Charset::Windows31j,
            Charset::Windows31j => Charset::Utf8,
        };
        write_in(other, fields)
    }

    /// Reads a request and checks everything but the nonce's novelty, which needs the state file.
    pub fn open(&self, kind: &str, body: &[u8]) -> Result<Fields, Refusal> {
        let fields = read(self.charset, body)?;
        let key_id = want(&fields, "key_id")?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == key_id)
            .ok_or(Refusal::UnknownKey)?;
        let signature = want(&fields, "signature")?;
        if signature.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(Refusal::Signature);
        }
        let signature = hex::decode(signature).map_err(|_| Refusal::Signature)?;
        mac(key, &fields)
            .verify_slice(&signature)
            .map_err(|_| Refusal::Signature)?;
        if want(&fields, "type")? != kind {
            return Err(Refusal::Type);
        }
        if want(&fields, "merchant")? != self.merchant {
            return Err(Refusal::Merchant);
        }
        let issued = read_stamp(want(&fields, "issued_at")?).ok_or(Refusal::IssuedAt)?;
        if (self.clock.now() - issued).abs() > SKEW {
            return Err(Refusal::IssuedAt);
        }
        let nonce = want(&fields, "nonce")?;
        if !(16..=64).contains(&nonce.len()) || !nonce.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Refusal::NonceForm);
        }
        Ok(fields)
    }
}

fn write_in(charset: Charset, fields: &Fields) -> Result<String, Refusal> {
    let mut body = String::new();
    for (name, value) in fields {
        let separator = if body.is_empty() { "" } else { "&" };
        let _ = write!(body, "{separator}{name}={}", escape(&charset.bytes(value)?));
    }
    Ok(body)
}

/// Fields of these names and values.
pub fn fields<const N: usize>(pairs: [(&str, String); N]) -> Fields {
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

fn want<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, Refusal> {
    fields.get(name).map(String::as_str).ok_or(Refusal::Lacking(name))
}

/// The signed text: every field but the signature, one a line, with `\` and LF escaped.
fn canonical(fields: &Fields) -> String {
    let mut text = format!("{BANNER}\n");
    for (name, value) in fields.iter().filter(|(name, _)| *name != "signature") {
        let _ = writeln!(text, "{name}={}", value.replace('\\', "\\\\").replace('\n', "\\n"));
    }
    text
}

fn mac(key: &SharedKey, fields: &Fields) -> Hmac<Sha256> {
    // HMAC takes a key of any length; the empty one stands in for an error that cannot happen.
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.secret).unwrap_or_else(|_| Hmac::new(&Default::default()));
    mac.update(canonical(fields).as_bytes());
    mac
}

fn read(charset: Charset, body: &[u8]) -> Result<Fields, Refusal> {
    if body.len() > BODY_LIMIT {
        return Err(Refusal::TooLarge);
    }
    let mut fields = Fields::new();
    for pair in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
        let cut = pair
            .iter()
            .position(|b| *b == b'=')
            .ok_or(Refusal::Unreadable("a pair without ="))?;
        let name = charset.text(&unescape(&pair[..cut])?)?;
        if name.is_empty() || !name.is_ascii() {
            return Err(Refusal::Unreadable("a name that is not ASCII"));
        }
        let value = charset.text(&unescape(&pair[cut + 1..])?)?;
        if fields.insert(name, value).is_some() {
            return Err(Refusal::Unreadable("a repeated name"));
        }
    }
    Ok(fields)
}

impl Charset {
    fn text(self, bytes: &[u8]) -> Result<String, Refusal> {
        let text = match self {
            Charset::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Charset::Windows31j => SHIFT_JIS
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(|text| text.into_owned()),
        };
        text.ok_or(Refusal::Unreadable("a byte outside the charset"))
    }

    fn bytes(self, text: &str) -> Result<Vec<u8>, Refusal> {
        if self == Charset::Utf8 {
            return Ok(text.as_bytes().to_vec());
        }
        let (bytes, _, unmapped) = SHIFT_JIS.encode(text);
        // A yen sign becomes a backslash without a complaint; the other side could not verify it.
        if unmapped || self.text(&bytes)? != text {
            return Err(Refusal::Unwritable);
        }
        Ok(bytes.into_owned())
    }
}

fn escape(bytes: &[u8]) -> String {
    percent_encoding::percent_encode(bytes, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Strict, unlike a browser: a `%` without two hex digits is an error of the other side's encoder.
fn unescape(raw: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = raw
                    .get(at + 1..at + 3)
                    .ok_or(Refusal::Unreadable("a broken percent-encoding"))?;
                bytes.extend(hex::decode(digits).map_err(|_| Refusal::Unreadable("a broken percent-encoding"))?);
                at += 2;
            }
            other => bytes.push(*other),
        }
        at += 1;
    }
    Ok(bytes)
}

/// A time as messages write it: JST, 14 digits.
pub fn stamp(utc: NaiveDateTime) -> String {
    clock::jst(utc).format("%Y%m%d%H%M%S").to_string()
}

/// The time of 14 digits.
pub fn read_stamp(text: &str) -> Option<NaiveDateTime> {
    let exact = text.len() == 14 && text.bytes().all(|b| b.is_ascii_digit());
    let jst = exact.then(|| NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok())??;
    Some(clock::utc_from_jst(jst))
}

/// Letters and digits that nobody can guess.
pub fn random_text(length: usize) -> String {
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(length)
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests;
