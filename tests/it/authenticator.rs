//! A security key that says what a test wants it to say: WebAuthn with ES256 and no attestation.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One credential. Every field may be changed before it registers or answers: `Passkey { counter: 0, ..key.clone() }`.
#[derive(Clone)]
pub struct Passkey {
    pub signer: SigningKey,
    /// The credential id.
    pub id: Vec<u8>,
    /// The user handle; learned when it is registered.
    pub handle: Vec<u8>,
    /// Where the browser believes to be.
    pub origin: String,
    pub rp_id: String,
    pub user_verified: bool,
    pub user_present: bool,
    /// What it said last.
    pub counter: u32,
    /// Added to the counter by every answer; 0 for a key that lives in several devices.
    pub step: u32,
    /// In place of the challenge that was asked.
    pub challenge: Option<String>,
    /// In place of `webauthn.create` and `webauthn.get`.
    pub ceremony: Option<&'static str>,
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const NEW_CREDENTIAL: u8 = 0x40;

impl Passkey {
    /// An honest key in a browser that shows `url`.
    pub fn new(url: &str) -> Self {
        let url = url::Url::parse(url).unwrap();
        Self {
            signer: signer(),
            id: rand::random::<[u8; 32]>().to_vec(),
            handle: vec![],
            origin: url.origin().ascii_serialization(),
            rp_id: url.host_str().unwrap().to_owned(),
            user_verified: true,
            user_present: true,
            counter: 0,
            step: 1,
            challenge: None,
            ceremony: None,
        }
    }

    /// The answer to `navigator.credentials.create` with these options, as the console's script sends it.
    pub fn register(&mut self, options: &Value) -> Value {
        self.handle = BASE64.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let client_data = self.client_data("webauthn.create", options);
        // map(3) { "fmt": "none", "attStmt": {}, "authData": bytes }
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData".to_vec();
        attestation.extend(cbor_bytes(&self.new_credential_data()));
        self.credential(json!({
            "attestationObject": BASE64.encode(attestation),
            "clientDataJSON": BASE64.encode(client_data),
            "transports": [],
        }))
    }

    /// The answer to `navigator.credentials.get` with these options.
    pub fn answer(&mut self, options: &Value) -> Value {
        self.counter += self.step;
        let client_data = self.client_data("webauthn.get", options);
        let data = self.authenticator_data(0);
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.signer.sign(&signed);
        self.credential(json!({
            "authenticatorData": BASE64.encode(data),
            "clientDataJSON": BASE64.encode(client_data),
            "signature": BASE64.encode(signature.to_der().as_bytes()),
            "userHandle": BASE64.encode(&self.handle),
        }))
    }

    fn credential(&self, response: Value) -> Value {
        let id = BASE64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "extensions": {}, "response": response })
    }

    fn client_data(&self, ceremony: &str, options: &Value) -> Vec<u8> {
        let asked = options["challenge"].as_str().unwrap().to_owned();
        let data = json!({
            "type": self.ceremony.unwrap_or(ceremony),
            "challenge": self.challenge.clone().unwrap_or(asked),
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        let flags = more | flag(self.user_present, PRESENT) | flag(self.user_verified, VERIFIED);
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn new_credential_data(&self) -> Vec<u8> {
        let mut data = self.authenticator_data(NEW_CREDENTIAL);
        // No word about which product it is.
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.cose_key());
        data
    }

    /// map(5) { 1 (kty): 2 (EC2), 3 (alg): -7 (ES256), -1 (crv): 1 (P-256), -2: x, -3: y }
    fn cose_key(&self) -> Vec<u8> {
        let point = self.signer.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21".to_vec();
        key.extend(cbor_bytes(x));
        key.push(0x22);
        key.extend(cbor_bytes(y));
        key
    }
}

/// A private key of nobody.
pub fn signer() -> SigningKey {
    SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap()
}

/// A challenge that nobody gave.
pub fn foreign_challenge() -> String {
    BASE64.encode(rand::random::<[u8; 32]>())
}

/// A CBOR byte string of 24 to 65535 bytes.
fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let head = match u8::try_from(bytes.len()) {
        Ok(length) => vec![0x58, length],
        Err(_) => [&[0x59], u16::try_from(bytes.len()).unwrap().to_be_bytes().as_slice()].concat(),
    };
    [head, bytes.to_vec()].concat()
}
